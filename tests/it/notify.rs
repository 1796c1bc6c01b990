//! Webhooks to a program that is really there, and letters to a mail server that takes them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::app::{App, Home, deaf_port, form_body, text};
use crate::comments::shown;

const PATIENCE: Duration = Duration::from_secs(120);
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a program was told, in order.
type Told = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A program that answers with these statuses, one after another; then with the last for ever.
struct Listener {
    authority: String,
    told: Told,
}

impl Listener {
    async fn start(answers: &'static [u16]) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").await.unwrap(), answers)
    }

    fn on(listener: TcpListener, answers: &'static [u16]) -> Self {
        let authority = listener.local_addr().unwrap().to_string();
        let told = Told::default();
        let heard = told.clone();
        let hook = move |headers: HeaderMap, body: Bytes| async move {
            let mut told = heard.lock().unwrap();
            let answer = answers[told.len().min(answers.len() - 1)];
            told.push((headers, text(&body)));
            answer_with(answer)
        };
        let router = Router::new().route("/hook", post(hook.clone())).route("/moved", post(hook));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { authority, told }
    }

    fn told(&self) -> Vec<(HeaderMap, String)> {
        self.told.lock().unwrap().clone()
    }

    async fn told_when(&self, holds: impl Fn(&[(HeaderMap, String)]) -> bool) {
        until(|| holds(&self.told()), || format!("{:?}", self.told())).await;
    }
}

fn answer_with(status: u16) -> Response {
    match status {
        307 => Redirect::temporary("/moved").into_response(),
        status => StatusCode::from_u16(status).unwrap().into_response(),
    }
}

async fn until(holds: impl Fn() -> bool, what: impl Fn() -> String) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{}", what());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn hooks(authority: &str) -> String {
    format!(
        "[fetch]\nallow_private = [\"{authority}\"]\n[webhooks]\nfirst_retry_ms = 5\n\
         urls = [\"http://{authority}/hook\"]\nsecret = \"{SECRET}\"\n"
    )
}

/// A place that is told of comments, and not that the sample article is read.
fn settings(authority: &str) -> String {
    let events = "[\"comment.received\", \"comment.decided\"]";
    format!("{}only = {{ \"http://{authority}/hook\" = {events} }}\n", hooks(authority))
}

async fn send(app: &App, article: &str, body: &str) -> String {
    let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    let sent = request.json(&json!({"author": "Lò Thị Mai", "body": body})).send().await.unwrap();
    assert_eq!(sent.status(), 202);
    let sent: Value = sent.json().await.unwrap();
    sent["id"].as_str().unwrap().to_owned()
}

async fn approve(app: &App, cookie: &str, id: &str) {
    let approve = form_body(&[("decision", "approve")]);
    let done = app.post_form(&format!("/moderation/comments/{id}"), approve, Some(cookie)).await;
    assert_eq!(done.status(), 303);
}

/// What one was told, once its signature is found to be good.
fn opened(told: &(HeaderMap, String)) -> (String, Value) {
    let (headers, body) = told;
    let header = |name: &str| headers[name].to_str().unwrap();
    let id = header("webhook-id");
    let key = STANDARD.decode(SECRET.trim_start_matches("whsec_")).unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key);
    let signature = header("webhook-signature").strip_prefix("v1,").unwrap();
    let signed = format!("{id}.{}.{body}", header("webhook-timestamp"));
    let signature = STANDARD.decode(signature).unwrap();
    ring::hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
    assert_eq!(header("content-type"), "application/json");
    (id.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn a_program_is_told_again_until_it_listens() {
    let listener = Listener::start(&[503, 307, 200]).await;
    let home = Home::new(&settings(&listener.authority));
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let id = send(&app, &article, "Bài hay lắm").await;
    listener.told_when(|told| told.len() == 3).await;
    let tries: Vec<(String, Value)> = listener.told().iter().map(opened).collect();
    // The same message each time; the redirect of the second try was not followed.
    assert!(tries.iter().all(|told| *told == tries[0]));
    let (_, received) = &tries[0];
    assert_eq!(received["type"], "comment.received");
    let about = &received["data"]["comment"];
    assert_eq!((&about["id"], &about["state"]), (&json!(id), &json!("waiting")));
    assert!(!received.to_string().contains("Bài hay lắm"));

    let cookie = app.log_in("lan", password).await;
    approve(&app, &cookie, &id).await;
    listener.told_when(|told| told.len() == 4).await;
    let (other, decided) = opened(&listener.told()[3]);
    assert_ne!(other, tries[0].0);
    assert_eq!(decided["type"], "comment.decided");
    let about = &decided["data"]["comment"];
    assert_eq!((&about["by"], &about["state"]), (&json!("lan"), &json!("approved")));
    assert_eq!((&about["author"], &about["body"]), (&json!("Lò Thị Mai"), &json!("Bài hay lắm")));
    assert_eq!(about["article"], json!(article));
    let told = app.stop();
    assert!(told.success());
    let doctor = home.run(&["doctor"], "");
    let said = text(&doctor.stdout);
    assert!(said.contains("webhooks: 0 deliveries wait, 0 were given up"), "{said}");
}

#[tokio::test]
async fn a_program_that_is_gone_is_told_once() {
    let listener = Listener::start(&[410]).await;
    let home = Home::new(&settings(&listener.authority));
    let app = home.start();
    let article = app.sample().await;
    send(&app, &article, "Bài hay lắm").await;
    app.said("a webhook is given up", 1).await;
    assert_eq!(listener.told().len(), 1);
    app.kill();
    let said = text(&home.run(&["doctor"], "").stdout);
    assert!(said.contains("webhooks: 0 deliveries wait, 1 were given up"), "{said}");
}

#[tokio::test]
async fn a_killed_service_tells_of_its_decisions_when_it_comes_back() {
    // A place where nobody listens yet.
    let (place, address) = deaf_port();
    let home = Home::new(
        &settings(&address.to_string()).replace("first_retry_ms = 5", "first_retry_ms = 500"),
    );
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let cookie = app.log_in("lan", password).await;
    let ids = [send(&app, &article, "Bài hay lắm").await, send(&app, &article, "Rất hay ạ").await];
    for id in &ids {
        approve(&app, &cookie, id).await;
    }
    app.kill();

    let said = text(&home.run(&["doctor"], "").stdout);
    assert!(said.contains("webhooks: 4 deliveries wait, 0 were given up"), "{said}");
    let listener = Listener::on(place.listen(16).unwrap(), &[200]);
    let _app = home.start();
    let decided = |told: &[(HeaderMap, String)]| {
        let events = told.iter().map(|told| opened(told).1);
        let decided = events.filter(|event| event["type"] == "comment.decided");
        let mut ids: Vec<String> = decided
            .map(|event| event["data"]["comment"]["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    listener.told_when(|told| told.len() == 4).await;
    let mut ids = ids.to_vec();
    ids.sort();
    assert_eq!(decided(&listener.told()), ids);
}

#[tokio::test]
async fn bad_settings_are_refused_at_the_start() {
    let refused = |settings: &str| {
        let run = Home::new(settings).run(&["serve", "--listen", "127.0.0.1:0"], "");
        assert!(!run.status.success());
        text(&run.stderr)
    };
    let hooks = |url: &str, secret: &str| {
        format!("[webhooks]\nurls = [\"{url}\"]\nsecret = \"{secret}\"\n")
    };
    let said = refused(&hooks("http://10.0.0.5/hook", SECRET));
    assert!(said.contains("10.0.0.5") && said.contains("fetch.allow_private"), "{said}");
    let said = refused(&hooks("https://cms.example/hook", "whsec_bimat"));
    assert!(said.contains("webhooks.secret") && !said.contains("bimat"), "{said}");
    let mail = "[mail]\nsmtp = \"smtp://a:bimat@mail.example\"\nfrom = \"a@bao.example\"\n\
                to = [\"lan@bao.example\"]\n";
    let said = refused(mail);
    assert!(said.contains("public_url") && !said.contains("bimat"), "{said}");
    let from = format!("public_url = \"https://doc.example\"\n{mail}");
    let said = refused(&from.replace("\"a@bao.example\"", "\"không ai\""));
    assert!(said.contains("[mail]") && said.contains("không ai"), "{said}");
}

/// A letter as it arrived.
#[derive(Clone, Debug)]
struct Arrived {
    to: Vec<String>,
    data: String,
}

/// A mail server that takes every letter.
struct MailServer {
    address: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
}

impl MailServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let kept = arrived.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let kept = kept.clone();
                tokio::spawn(async move {
                    // A sender that hangs up has said what it had to say.
                    let _ = talk(stream, &kept).await;
                });
            }
        });
        Self { address, arrived }
    }

    fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }

    async fn letters(&self, count: usize) -> Vec<Arrived> {
        until(|| self.arrived().len() >= count, || format!("{:?}", self.arrived())).await;
        self.arrived()
    }
}

/// As much of SMTP (RFC 5321) as one letter needs.
async fn talk(stream: TcpStream, arrived: &Mutex<Vec<Arrived>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mail.example ESMTP\r\n").await?;
    let mut to = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let word = line.trim().to_ascii_uppercase();
        let answer = match word.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mail.example\r\n250 8BITMIME\r\n",
            "RCPT" => {
                to.push(line.trim().to_owned());
                "250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while !data.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut data).await? == 0 {
                        return Ok(());
                    }
                }
                arrived.lock().unwrap().push(Arrived { to: std::mem::take(&mut to), data });
                "250 taken\r\n"
            }
            "QUIT" => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// The parts of a letter as they are read: quoted-printable and base64 undone.
fn parts(letter: &str) -> Vec<String> {
    let (_, after) = letter.split_once("boundary=\"").unwrap();
    let boundary = format!("--{}", after.split('"').next().unwrap());
    let parts = letter.split(&boundary).skip(1).filter(|part| !part.starts_with("--"));
    parts
        .map(|part| {
            let (head, body) = part.split_once("\r\n\r\n").unwrap();
            let head = head.to_ascii_lowercase();
            if head.contains("base64") {
                let letters: String = body.split_whitespace().collect();
                return text(&STANDARD.decode(letters).unwrap());
            }
            if head.contains("quoted-printable") { unquoted(body) } else { body.to_owned() }
        })
        .collect()
}

fn unquoted(body: &str) -> String {
    let joined = body.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' {
            let digits = std::str::from_utf8(&after[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    text(&bytes)
}

/// The paths of the links in a letter, in order: to approve and to reject, a comment after the other.
fn links(letter: &Arrived) -> Vec<String> {
    let plain = parts(&letter.data).swap_remove(0);
    let start = "https://doc.example";
    let links = plain.split_whitespace().filter_map(|word| word.strip_prefix(start));
    links.filter(|path| path.starts_with("/moderation/mail/")).map(str::to_owned).collect()
}

async fn opened_by_a_person(app: &App, path: &str) -> (u16, String) {
    let request = app.client.get(app.url(path)).header("accept", "text/html");
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    assert_eq!(response.headers()["cache-control"], "no-store");
    (status, response.text().await.unwrap())
}

async fn pressed(app: &App, path: &str) -> (u16, String) {
    let request = app.client.post(app.url(path)).header("accept", "text/html");
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

#[tokio::test]
async fn a_letter_comes_once_and_its_links_decide_by_a_button_alone() {
    let server = MailServer::start().await;
    let home = Home::new(&format!(
        "public_url = \"https://doc.example\"\n[mail]\nsmtp = \"smtp://{}\"\n\
         from = \"Báo Nói <baonoi@bao.example>\"\nto = [\"lan@bao.example\", \"minh@bao.example\"]\n",
        server.address
    ));
    let password = home.add_account("truong");
    let app = home.start();
    let article = app.sample().await;
    let id = send(&app, &article, "Bài <b>hay</b> lắm & đúng").await;
    let letters = server.letters(2).await;
    // Their links are good once it is written down that they were sent.
    app.said("a letter about comments that wait was sent", 2).await;
    let to = |name: &str| {
        let mut to = letters.iter().filter(|letter| letter.to[0].contains(name));
        let letter = to.next().unwrap();
        assert!(to.next().is_none() && letter.to.len() == 1);
        letter
    };
    let (lan, minh) = (to("lan@bao.example"), to("minh@bao.example"));
    let both = parts(&lan.data);
    assert_eq!(both.len(), 2, "{}", lan.data);
    assert!(both[0].contains("> Bài <b>hay</b> lắm & đúng") && both[0].contains("Lò Thị Mai"));
    assert!(both[1].contains("Bài &#60;b&#62;hay") && !both[1].contains("<b>hay"));
    let (lan, minh) = (links(lan), links(minh));
    assert_eq!((lan.len(), minh.len()), (2, 2));

    // A mail program looks at every link, more than once.
    for path in lan.iter().chain(&minh).chain(&lan) {
        let (status, page) = opened_by_a_person(&app, path).await;
        assert_eq!(status, 200, "{page}");
        assert!(page.contains("Bài &#60;b&#62;hay") && page.contains("<form method=\"post\">"));
    }
    assert!(shown(&app, &article).await.is_empty());

    // A letter that was changed on the way is refused.
    let forged = format!("{}x", lan[0]);
    let (status, page) = opened_by_a_person(&app, &forged).await;
    assert_eq!(status, 403);
    assert!(page.contains("không hợp lệ"), "{page}");
    assert_eq!(pressed(&app, &forged).await.0, 403);

    let (status, page) = pressed(&app, &lan[0]).await;
    assert_eq!(status, 200);
    assert!(page.contains("Đã duyệt bình luận") && !page.contains("<form method=\"post\">"));
    assert_eq!(shown(&app, &article).await, ["Bài <b>hay</b> lắm & đúng"]);

    // Neither the same link nor the other one of the letter decides again.
    for path in &lan {
        let (status, page) = pressed(&app, path).await;
        assert_eq!(status, 410);
        assert!(page.contains("Bạn đã quyết định"), "{page}");
        assert_eq!(opened_by_a_person(&app, path).await.0, 410);
    }
    // Who comes later is told that somebody was faster.
    let (status, page) = pressed(&app, &minh[1]).await;
    assert_eq!(status, 409);
    assert!(page.contains("Người khác đã quyết định") && page.contains("Đã duyệt"), "{page}");
    assert_eq!(shown(&app, &article).await.len(), 1);

    // At the desk it is seen who it was; what was taken back there stays out of the link's reach.
    let cookie = app.log_in("truong", password).await;
    let queue = app.client.get(app.url("/moderation?queue=approved")).header("cookie", &cookie);
    assert!(queue.send().await.unwrap().text().await.unwrap().contains("lan@bao.example"));
    let wait = form_body(&[("decision", "wait")]);
    app.post_form(&format!("/moderation/comments/{id}"), wait, Some(&cookie)).await;
    assert_eq!(pressed(&app, &lan[0]).await.0, 410);
    assert!(shown(&app, &article).await.is_empty());

    // A restart writes no second letter about what was shown.
    app.kill();
    let app = home.start();
    assert_eq!(opened_by_a_person(&app, &minh[0]).await.0, 200);
    assert_eq!(pressed(&app, &minh[1]).await.0, 200);
    assert_eq!(server.arrived().len(), 2);
    drop(app);
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success(), "{}", text(&doctor.stdout));
    assert!(text(&doctor.stdout).contains("unbroken"));
}

#[tokio::test]
async fn without_letters_no_link_is_good() {
    let app = Home::new("").start_and_keep();
    assert_eq!(opened_by_a_person(&app, "/moderation/mail/YQ.YQ").await.0, 403);
    assert_eq!(pressed(&app, "/moderation/mail/YQ.YQ").await.0, 403);
}

#[tokio::test]
async fn a_program_is_told_once_of_a_reading_and_of_what_is_given_up() {
    let listener = Listener::start(&[500, 204]).await;
    let hook = format!("http://{}/hook", listener.authority);
    let home = Home::new(&format!(
        "sample = false\npublic_url = \"https://doc.example/\"\n{}only = {{ \"{hook}\" = [\"article.finished\", \"article.failed\"] }}\n",
        hooks(&listener.authority)
    ));
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let article = json!({"title": "Cầu mới", "paragraphs": ["Một câu ngắn."]});
    let job = app.narrate(&key, &article).await;
    listener.told_when(|told| told.len() == 2).await;
    let told: Vec<(String, Value)> = listener.told().iter().map(opened).collect();
    assert_eq!(told[0], told[1], "the same message at each try");
    let finished = &told[0].1;
    assert_eq!(finished["type"], "article.finished");
    let about = &finished["data"]["article"];
    assert_eq!((&about["title"], &about["publication"]), (&json!("Cầu mới"), &json!("published")));
    assert_eq!((&about["job"], &about["url"]), (&job["id"], &json!(null)));
    let narration = &about["narration"];
    let mp3 = format!("https://doc.example/audio/{}.mp3", narration["id"].as_str().unwrap());
    assert_eq!(narration["mp3"], json!(mp3));
    assert!(narration["duration_ms"].as_u64().unwrap() > 500, "{narration}");
    let path = mp3.trim_start_matches("https://doc.example").to_owned();
    assert_eq!(app.get(&path).await.status(), 200);

    // What sounds the same is not told again; neither is a comment, which this place does not want.
    app.narrate(&key, &article).await;
    send(&app, about["id"].as_str().unwrap(), "Bài hay lắm").await;
    let failed = json!({"url": "http://127.0.0.1:9/bai"});
    let job = app.narrate(&key, &failed).await;
    assert_eq!(job["state"], "failed");
    listener.told_when(|told| told.len() > 2).await;
    let told: Vec<(String, Value)> = listener.told().iter().map(opened).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    let failed = &told[2].1;
    assert_eq!(failed["type"], "article.failed");
    let about = &failed["data"]["article"];
    assert_eq!((&about["id"], &about["url"]), (&json!(null), &json!("http://127.0.0.1:9/bai")));
    assert_eq!(about["failure"]["code"], "fetch_address_refused");
}
