//! Requests that mean no good: each is refused with its status and a message that people understand, or kept as the
//! plain text that it is.

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::app::{App, Home, form_body, text};

pub const SETTINGS: &str = "[comments]\nper_network_max = 100000\nper_article_max = 100000\n";
pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A service with an article, a comment that waits for a moderator, and a moderator at the desk.
pub struct Target {
    pub app: App,
    home: Home,
    pub article: String,
    pub comment: String,
    pub cookie: String,
}

impl Target {
    pub async fn new(settings: &str) -> Self {
        let home = Home::new(settings);
        let password = home.add_account("lan");
        let app = home.start();
        let article = app.sample().await;
        let cookie = app.log_in("lan", password).await;
        let mut target = Self { home, app, article, comment: String::new(), cookie };
        let sent = target.comment(&json!({"body": "Chờ người duyệt"})).await;
        assert_eq!(sent.0, 202);
        target.comment = sent.1["id"].as_str().unwrap().to_owned();
        target
    }

    pub async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> (u16, Value) {
        let path = path.replace("{article}", &self.article).replace("{comment}", &self.comment);
        let request = self.app.client.post(self.app.url(&path)).header("content-type", kind);
        let response = request.header("cookie", &self.cookie).body(body).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or_default())
    }

    pub async fn comment(&self, comment: &Value) -> (u16, Value) {
        self.post("/api/articles/{article}/comments", JSON, comment.to_string().into()).await
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        let request = self.app.client.get(self.app.url(path)).header("cookie", &self.cookie);
        request.send().await.unwrap()
    }

    pub async fn counts(&self) -> Value {
        self.get("/moderation/counts").await.json().await.unwrap()
    }

    /// Sends exactly these bytes and gives the answer, headers and all.
    pub async fn raw(&self, request: &[u8]) -> String {
        let address = self.app.url("").replace("http://", "");
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        text(&answer)
    }

    /// That it still answers, and has not lost or won a comment.
    pub async fn assert_unharmed(&self, before: &Value) {
        assert_eq!(self.app.get("/healthz").await.status(), 200);
        assert_eq!(self.counts().await, *before);
        let doctor = self.home.run(&["doctor"], "");
        assert!(text(&doctor.stdout).contains("unbroken"), "{}", text(&doctor.stdout));
        assert!(!self.app.has_said("panicked"));
    }
}

/// That it was refused with this status, in words.
fn assert_refused(answer: &(u16, Value), status: u16, what: &str) {
    assert_eq!(answer.0, status, "{what}: {}", answer.1);
    let error = &answer.1["error"];
    assert!(error["code"].is_string(), "{what}: {}", answer.1);
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.chars().any(|c| "ạảãáàậầấếềệộớờửữựọịăâđêôơư".contains(c)), "{what}: {message}");
}

/// Every route that takes a body, and what kind.
const POSTS: [(&str, &str); 13] = [
    ("/articles/{article}/comments", FORM),
    ("/login", FORM),
    ("/logout", FORM),
    ("/desk/articles", FORM),
    ("/desk/articles/text", FORM),
    ("/desk/bulk", FORM),
    ("/desk/articles/{article}/publication", FORM),
    ("/moderation/comments/{comment}", FORM),
    ("/moderation/decisions", JSON),
    ("/moderation/networks", FORM),
    ("/api/articles/{article}/comments", JSON),
    ("/api/articles/{article}/listens", JSON),
    ("/api/articles", JSON),
];

#[tokio::test]
async fn a_body_of_ten_megabytes_is_refused_and_not_kept_in_memory() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    for (path, kind) in POSTS {
        // One route takes whole pages, up to 10 MiB.
        let bytes = if path == "/api/articles" { 11 << 20 } else { 10 << 20 };
        for announced in [true, false] {
            let url = target.app.url(
                &path.replace("{article}", &target.article).replace("{comment}", &target.comment),
            );
            let request = target.app.client.post(url).header("cookie", &target.cookie);
            let request = request.header("content-type", kind);
            let request = match announced {
                true => request.body(vec![b'a'; bytes]),
                false => request.body(reqwest::Body::wrap_stream(futures_util::stream::iter(
                    (0..bytes >> 16).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 1 << 16])),
                ))),
            };
            let response = request.send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
            let status = response.status().as_u16();
            assert_refused(&(status, response.json().await.unwrap_or_default()), 413, path);
        }
    }
    assert_eq!(target.get("/moderation").await.status(), 200, "still logged in");
    target.assert_unharmed(&before).await;
}

#[tokio::test]
async fn what_is_no_text_or_of_another_kind_is_refused() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    let comments = "/api/articles/{article}/comments";
    for (path, kind) in POSTS.iter().filter(|(path, _)| *path != "/logout") {
        let mut others =
            vec!["text/plain", "text/xml", "multipart/form-data; boundary=x", "nonsense"];
        others.push(if *kind == JSON { FORM } else { JSON });
        // Players report as the browser's farewell, which cannot choose its kind.
        if *path == "/api/articles/{article}/listens" {
            continue;
        }
        for other in others {
            let answer =
                target.post(path, other, b"{\"body\": \"Sai ki\xe1\xbb\x83u\"}".to_vec()).await;
            assert_refused(&answer, 415, &format!("{path} as {other}"));
        }
    }
    let deep = |levels: usize| ["[".repeat(levels), "]".repeat(levels)].concat();
    let cases: Vec<(&str, Vec<u8>, u16)> = vec![
        ("broken UTF-8", b"{\"body\":\"Bai vi\xff\xfe hay\"}".to_vec(), 400),
        ("overlong UTF-8", b"{\"body\":\"Bai vi\xc0\xaf hay\"}".to_vec(), 400),
        ("half a character", b"{\"body\":\"Bai vi\xe1\xba\"}".to_vec(), 400),
        ("a lone surrogate", br#"{"body":"Bai viet \ud800 hay"}"#.to_vec(), 400),
        ("surrogates in the wrong order", br#"{"body":"Bai \udc00\ud800 hay"}"#.to_vec(), 400),
        ("a NUL in the text", br#"{"body":"Bai viet \u0000 hay"}"#.to_vec(), 422),
        ("a NUL in the name", br#"{"body":"Bai viet hay","author":"M\u0000ai"}"#.to_vec(), 422),
        ("a raw NUL", b"{\"body\":\"Bai viet \0 hay\"}".to_vec(), 400),
        ("a number for a text", b"{\"body\":12345678}".to_vec(), 400),
        (
            "an overlong number",
            format!("{{\"body\":\"Bài hay\",\"x\":{}}}", "9".repeat(1000)).into(),
            202,
        ),
        ("a number without end", format!("{{\"body\":{}}}", "9".repeat(30_000)).into(), 400),
        ("too large a number", b"{\"body\":1e999999}".to_vec(), 400),
        ("a list for an object", b"[]".to_vec(), 422),
        ("nothing", Vec::new(), 400),
        ("half an object", b"{\"body\":\"Bai".to_vec(), 400),
        ("two objects", b"{\"body\":\"Bai hay\"}{\"body\":\"Bai hay\"}".to_vec(), 400),
        ("the same field twice", b"{\"body\":\"Bai hay\",\"body\":\"Bai do\"}".to_vec(), 400),
        ("30,000 levels", deep(30_000).into(), 400),
        (
            "30,000 levels where nobody looks",
            format!("{{\"body\":\"Bài hay\",\"x\":{}}}", deep(30_000)).into(),
            202,
        ),
        ("100,000 levels", deep(100_000).into(), 413),
    ];
    let mut kept = before["waiting"].as_u64().unwrap();
    for (name, body, status) in cases {
        let answer = target.post(comments, JSON, body).await;
        if status == 202 {
            // What nobody asked for is not looked at.
            assert_eq!(answer.0, 202, "{name}: {}", answer.1);
            kept += 1;
        } else {
            assert_refused(&answer, status, name);
        }
    }
    // There the limit is 10 MiB.
    for body in [deep(100_000), format!("{{\"url\":{}}}", deep(100_000)), "{\"a\":".repeat(100_000)]
    {
        assert_refused(&target.post("/api/articles", JSON, body.into()).await, 400, "deep");
    }
    for path in [
        "/articles/%ff",
        "/articles/%c0%af",
        "/api/articles/%ff/comments",
        "/moderation/comments/%ff",
    ] {
        let answer = target.post(path, JSON, b"{}".to_vec()).await;
        assert!(matches!(answer.0, 404 | 405 | 415), "{path}: {}", answer.0);
    }
    let article = &target.article;
    for number in ["99999999999999999999", "-1", "1e9", "4294967296", "NaN", "%00"] {
        let response = target.get(&format!("/api/articles/{article}/comments?page={number}")).await;
        let status = response.status().as_u16();
        assert_refused(&(status, response.json().await.unwrap()), 400, number);
    }
    let last = target.app.json(&format!("/api/articles/{article}/comments?page=4294967295")).await;
    assert_eq!(last["comments"], json!([]));
    let mut after = before;
    after["waiting"] = kept.into();
    target.assert_unharmed(&after).await;
}

#[tokio::test]
async fn another_sites_page_acts_for_nobody() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    let signs = [
        vec![("origin", "https://ke-gian.example")],
        vec![("origin", "null")],
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://ke-gian.example")],
    ];
    for (path, kind) in POSTS {
        // Readers' routes and those of programs read no session.
        if path.contains("{article}") {
            continue;
        }
        let body = match path {
            "/moderation/decisions" => {
                json!({"decisions": [{"comment": target.comment, "decision": "approve"}]})
                    .to_string()
            }
            "/moderation/networks" => {
                form_body(&[("network", "192.0.2.0/24"), ("decision", "block")])
            }
            "/login" => form_body(&[("name", "lan"), ("password", "bí mật dài")]),
            _ => form_body(&[("decision", "approve"), ("url", "https://bao.example/a")]),
        };
        for sign in &signs {
            let url = target.app.url(&path.replace("{comment}", &target.comment));
            let mut request = target.app.client.post(url).header("cookie", &target.cookie);
            for (name, value) in sign {
                request = request.header(*name, *value);
            }
            let response =
                request.header("content-type", kind).body(body.clone()).send().await.unwrap();
            let status = response.status().as_u16();
            assert!(!response.headers().contains_key("set-cookie"), "{path}");
            assert_refused(
                &(status, response.json().await.unwrap()),
                403,
                &format!("{path} {sign:?}"),
            );
        }
    }
    assert_eq!(target.get("/moderation").await.status(), 200, "still logged in");
    target.assert_unharmed(&before).await;
}

#[tokio::test]
async fn a_session_that_was_closed_opens_nothing() {
    let target = Target::new(SETTINGS).await;
    let left = target.app.post_form("/logout", String::new(), Some(&target.cookie)).await;
    assert_eq!(left.status(), 303);
    let form = form_body(&[("decision", "approve")]);
    let answer = target.post("/moderation/comments/{comment}", FORM, form.into()).await;
    assert_refused(&answer, 401, "a closed session");
    let body = json!({"decisions": [{"comment": target.comment, "decision": "approve"}]});
    let answer = target.post("/moderation/decisions", JSON, body.to_string().into()).await;
    assert_refused(&answer, 401, "a closed session");
    for path in
        ["/moderation", "/moderation/items", "/moderation/counts", "/desk", "/moderation/networks"]
    {
        assert_eq!(target.get(path).await.status(), 401, "{path}");
    }
    let list = target.app.json(&format!("/api/articles/{}/comments", target.article)).await;
    assert_eq!(list["total"], 0);
}

#[tokio::test]
async fn forged_headers_of_proxies_make_nobody_another_reader() {
    let app = Home::new("[comments]\nper_network_max = 1\n").start_and_keep();
    let article = app.sample().await;
    let mut kept = 0;
    for (number, (name, value)) in [
        ("x-forwarded-for", "198.51.100.7"),
        ("x-forwarded-for", "203.0.113.7, 127.0.0.1"),
        ("x-forwarded-for", "2001:db8::1"),
        ("forwarded", "for=203.0.113.8"),
        ("x-real-ip", "203.0.113.9"),
        ("x-client-ip", "203.0.113.10"),
        ("cf-connecting-ip", "203.0.113.11"),
        ("true-client-ip", "203.0.113.12"),
        ("x-forwarded-host", "ke-gian.example"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
        let request =
            request.header(name, value).json(&json!({"body": format!("Bình luận {number}")}));
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        if status == 202 {
            kept += 1;
        } else {
            assert_refused(&(status, response.json().await.unwrap()), 429, name);
        }
    }
    assert_eq!(kept, 1);
}

#[tokio::test]
async fn an_unknown_method_is_refused_in_words() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    let article = &target.article;
    let ways = ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW"];
    for path in ["/", "/login", "/moderation", "/healthz"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/api/articles/{article}/comments"), format!("/articles/{article}")])
    {
        for way in ways {
            let method = reqwest::Method::from_bytes(way.as_bytes()).unwrap();
            let request = target.app.client.request(method, target.app.url(&path));
            let response = request.header("cookie", &target.cookie).send().await.unwrap();
            let status = response.status().as_u16();
            let body = response.json().await.unwrap_or_default();
            assert_refused(&(status, body), 405, &format!("{way} {path}"));
        }
    }
    target.assert_unharmed(&before).await;
}
