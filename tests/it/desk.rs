//! The editors' list: adding articles, working on several, publishing, and what readers see of it.

use baonoi::store::{DeskTab, Store};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::{App, Home, form_body};
use crate::axe::assert_accessible;
use crate::chromium::Browser;
use crate::site::Site;

/// A service with an editor who has logged in.
struct Newsroom {
    app: App,
    home: Home,
    cookie: String,
    key: String,
}

impl Newsroom {
    async fn open(home: Home) -> Self {
        let password = home.add_account("lan");
        let key = home.api_key("lan");
        let app = home.start();
        let cookie = app.log_in("lan", password).await;
        Self { home, app, cookie, key }
    }

    async fn with(settings: &str) -> Self {
        Self::open(Home::new(&format!("sample = false\n{settings}"))).await
    }

    /// The status and the text of an answer to whoever is logged in.
    async fn get(&self, path: &str) -> (u16, String) {
        let request = self.app.client.get(self.app.url(path)).header("cookie", &self.cookie);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let sent = self.app.post_form(path, form_body(fields), Some(&self.cookie)).await;
        let status = sent.status().as_u16();
        let location = sent.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        match location {
            Some(location) => (status, json!(location)),
            None => {
                let text = sent.text().await.unwrap();
                (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
            }
        }
    }

    /// Sends a file as a browser does.
    async fn send_file(&self, name: &str, content: &[u8]) -> (u16, String) {
        let head = format!(
            "--net\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        let body = [head.as_bytes(), content, b"\r\n--net--\r\n"].concat();
        let request = self.app.client.post(self.app.url("/desk/articles/file"));
        let request = request.header("content-type", "multipart/form-data; boundary=net");
        let sent = request.header("cookie", &self.cookie).body(body).send().await.unwrap();
        (sent.status().as_u16(), sent.text().await.unwrap())
    }

    async fn narrate(&self, title: &str) -> String {
        let text = json!({"title": title, "paragraphs": ["Một câu của bản Mòn."]});
        let done = self.app.narrate(&self.key, &text).await;
        assert_eq!(done["state"], "done", "{done}");
        done["article"].as_str().unwrap().to_owned()
    }

    /// Does the same with several articles.
    async fn bulk(&self, action: &str, articles: &[&str]) -> (u16, Value) {
        let keys: Vec<String> = articles.iter().map(|id| format!("article:{id}")).collect();
        let mut fields = vec![("action", action)];
        fields.extend(keys.iter().map(|key| ("row", key.as_str())));
        self.post("/desk/bulk", &fields).await
    }

    /// Waits until as many articles stand in the list with these words.
    async fn list_has(&self, words: &str, count: usize) {
        let begun = std::time::Instant::now();
        loop {
            let (_, page) = self.get("/desk").await;
            if page.matches(words).count() == count {
                return;
            }
            assert!(begun.elapsed().as_secs() < 60, "{words:?} not {count} times: {page}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn addresses_words_and_files_become_articles() {
    let site = Site::start().await;
    let room = Newsroom::open(Home::reading(&site)).await;
    // Good lines are taken, the others told and given back.
    let good = site.url("/bai-viet");
    let typed = format!("{good}\n\nkhông phải địa chỉ\n{good}\n");
    let (status, page) = room.post("/desk/articles", &[("url", &typed)]).await;
    let page = page.as_str().unwrap();
    assert_eq!(status, 422);
    assert!(page.contains("Chưa nhận 1 dòng") && page.contains("không phải địa chỉ"), "{page}");
    assert!(page.contains("Đã nhận 1 bài") && page.contains("aria-invalid"), "{page}");
    let (status, to) = room.post("/desk/articles", &[("url", &good)]).await;
    assert_eq!((status, to), (303, json!("/desk?added=1")));
    let lines = "https://bao.example/\n".repeat(101);
    let (status, page) = room.post("/desk/articles", &[("url", &lines)]).await;
    assert!(status == 422 && page.as_str().unwrap().contains("tối đa 100 địa chỉ"));

    let text = "Đoạn một của bài.\n\nĐoạn hai của bài.";
    let (status, _) =
        room.post("/desk/articles/text", &[("title", "Bài dán"), ("text", text)]).await;
    assert_eq!(status, 303);
    let (status, page) =
        room.post("/desk/articles/text", &[("title", "Chỉ có <b>tiêu đề"), ("text", " \n")]).await;
    let page = page.as_str().unwrap();
    assert!(status == 422 && page.contains("không có chữ nào để đọc"), "{page}");
    assert!(page.contains("Chỉ có &#60;b&#62;tiêu đề"), "what was typed comes back: {page}");

    let utf_16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("Bài từ tệp\r\n\r\nMột câu.".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    assert_eq!(room.send_file("Bài.TXT", &utf_16).await.0, 303);
    let html = crate::site::article_html(7);
    assert_eq!(room.send_file("trang.html", html.as_bytes()).await.0, 303);
    for (name, content, status, words) in [
        ("bai.docx", b"PK\x03\x04".to_vec(), 422, "Chỉ nhận tệp .html, .htm hoặc .txt"),
        ("bai.txt", vec![0xff, 0xd8, 0xff, 0xe0, 0, 1, 2, 3], 422, "không phải văn bản"),
        ("bai.txt", b"\n \n".to_vec(), 422, "không có chữ nào"),
        ("bai.txt", vec![b'a'; (10 << 20) + 1], 413, "lớn hơn 10 MB"),
        ("", b"x".to_vec(), 422, "chưa chọn tệp"),
    ] {
        let answer = room.send_file(name, &content).await;
        assert!(answer.0 == status && answer.1.contains(words), "{name}: {answer:?}");
    }
    room.list_has("data-state=\"done\"", 4).await;
    let (_, page) = room.get("/desk").await;
    for title in ["Bản Mòn có cầu mới", "Bài dán", "Bài từ tệp"] {
        assert!(page.contains(title), "{title}: {page}");
    }
    assert!(page.contains("Đã đăng") && page.contains("MP3 0,") && page.contains("Dài 00:"));
    let (_, found) = room.get("/desk?q=bai%20tu%20tep").await;
    assert!(found.contains("Bài từ tệp") && !found.contains(">Bài dán<"), "{found}");
}

#[tokio::test]
async fn of_a_draft_readers_learn_nothing() {
    let room = Newsroom::with("[publishing]\nnew = \"by_hand\"\n").await;
    let id = room.narrate("Bản thảo mật").await;
    let app = &room.app;
    let narration = Store::open(&room.home.path("data")).await.unwrap();
    let narration = narration.article(id.parse().unwrap()).await.unwrap().unwrap().reading.unwrap();
    let url = format!("{}%2Farticles%2F{id}", app.url("").replace('/', "%2F"));
    let closed = [
        format!("/articles/{id}"),
        format!("/articles/{id}/listen.mp3"),
        format!("/articles/{id}/cues.json"),
        format!("/articles/{id}/transcript.vtt"),
        format!("/embed/{id}"),
        format!("/oembed?url={url}"),
        format!("/api/player?article={id}"),
        format!("/api/articles/{id}/comments"),
        format!("/audio/{narration}.mp3"),
        format!("/audio/{narration}.wav"),
    ];
    for path in &closed {
        assert_eq!(app.get(path).await.status(), 404, "{path}");
    }
    let comment = app.client.post(app.url(&format!("/api/articles/{id}/comments")));
    let comment = comment.json(&json!({"body": "Bài hay quá"})).send().await.unwrap();
    assert_eq!(comment.status(), 404);
    let listens = app.client.post(app.url(&format!("/api/articles/{id}/listens")));
    let listens =
        listens.body(r#"{"plays":1,"seconds":1,"completed":false}"#).send().await.unwrap();
    assert_eq!(listens.status(), 404);
    for path in ["/", "/?q=ban%20thao", "/feed.xml", "/sitemap.xml", "/latest.json"] {
        let said = app.page(path).await;
        assert!(!said.contains(&id) && !said.contains("thảo"), "{path}: {said}");
    }
    // Whoever works on it hears it, and no cache keeps it.
    for path in &closed[..4] {
        assert_eq!(room.get(path).await.0, 200, "{path}");
    }
    let (_, page) = room.get(&closed[0]).await;
    assert!(page.contains("chỉ biên tập viên thấy trang này") && !page.contains("comments-form"));
    let sound = app.client.get(app.url(&closed[8])).header("cookie", &room.cookie);
    let sound = sound.send().await.unwrap();
    assert_eq!(
        (sound.status().as_u16(), &sound.headers()["cache-control"]),
        (200, &"no-store".parse().unwrap())
    );

    let publication = format!("/desk/articles/{id}/publication");
    let back = format!("/articles/{id}");
    let (status, to) = room.post(&publication, &[("action", "publish"), ("back", &back)]).await;
    assert_eq!((status, to), (303, json!(back)));
    for path in closed.iter().filter(|path| !path.starts_with("/oembed")) {
        assert_eq!(app.get(path).await.status(), 200, "{path}");
    }
    assert!(app.page("/").await.contains("Bản thảo mật"));
    assert!(app.page("/feed.xml").await.contains(&id));

    // Taken down, what was said about it is closed with it, and comes back with it.
    let comment = app.client.post(app.url(&format!("/api/articles/{id}/comments")));
    let kept: Value =
        comment.json(&json!({"body": "Bài hay quá"})).send().await.unwrap().json().await.unwrap();
    let decide = json!({"decisions": [{"comment": kept["id"], "decision": "approve"}]});
    let request = app.client.post(app.url("/moderation/decisions")).header("cookie", &room.cookie);
    assert_eq!(request.json(&decide).send().await.unwrap().status(), 200);
    assert_eq!(room.post(&publication, &[("action", "unpublish")]).await.0, 303);
    for path in &closed {
        assert_eq!(app.get(path).await.status(), 404, "{path}");
    }
    let like = format!("/api/comments/{}/likes", kept["id"].as_str().unwrap());
    let like = app.client.post(app.url(&like)).json(&json!({"key": "0123456789"}));
    assert_eq!(like.send().await.unwrap().status(), 404);
    room.post(&publication, &[("action", "publish")]).await;
    assert_eq!(app.json(&format!("/api/articles/{id}/comments")).await["total"], 1);
    let (_, log) = room.get("/moderation/log").await;
    assert!(log.contains("Gỡ bài") && log.contains("Bài: Bản thảo mật"), "{log}");
}

#[tokio::test]
async fn a_time_publishes_by_itself_and_wrong_ones_are_refused() {
    let room = Newsroom::with("[publishing]\nnew = \"by_hand\"\n").await;
    let id = room.narrate("Hẹn giờ").await;
    let publication = format!("/desk/articles/{id}/publication");
    let schedule = async |at: &str| {
        let fields = [("action", "schedule"), ("at", at), ("back", "https://evil.example")];
        room.post(&publication, &fields).await
    };
    assert_eq!(schedule("").await.1["error"]["code"], "publish_time_missing");
    assert_eq!(schedule("2020-01-01T07:30").await.1["error"]["code"], "publish_time_past");
    // A page tells it where the time is typed.
    let request = room.app.client.post(room.app.url(&publication)).header("cookie", &room.cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.header("accept", "text/html").body("action=schedule&at=");
    let to = request.send().await.unwrap().headers()["location"].to_str().unwrap().to_owned();
    let (status, page) = room.get(&to).await;
    assert!(status == 200 && page.contains("id=\"publish-error\""), "{to}: {page}");
    let (status, to) = schedule("2031-11-30T07:30").await;
    assert_eq!((status, to), (303, json!(format!("/desk/articles/{id}"))));
    let (_, page) = room.get("/desk?tab=drafts").await;
    assert!(page.contains("Hẹn giờ 07:30 30/11/2031"), "{page}");
    let missing = "/desk/articles/01890000-0000-7000-8000-000000000000/publication";
    assert_eq!(room.post(missing, &[("action", "publish")]).await.0, 404);
    assert_eq!(room.post(&publication, &[("action", "erase")]).await.0, 400);

    // The time comes: the store's own hand turns the clock.
    let store = Store::open(&room.home.path("data")).await.unwrap();
    let lan = store.accounts().await.unwrap().remove(0);
    let past = baonoi::domain::publication::Publishing::Schedule(baonoi::store::now());
    store.change_publication(&[id.parse().unwrap()], past, &lan).await.unwrap();
    let begun = std::time::Instant::now();
    while !room.app.page("/").await.contains("Hẹn giờ") {
        assert!(begun.elapsed().as_secs() < 60, "it is not published");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(schedule("2031-11-30T07:30").await.1["error"]["code"], "article_published");
}

#[tokio::test]
async fn what_is_sure_is_heard_and_what_is_not_waits() {
    let room = Newsroom::with("[publishing]\nnew = \"when_sure\"\n").await;
    let sure = room.narrate("Cầu mới ở bản").await;
    let text = json!({"title": "Chuyện lạ", "paragraphs": ["Ông Xqzwrt đã đến bản Mòn."]});
    let doubtful = room.app.narrate(&room.key, &text).await;
    let doubtful = doubtful["article"].as_str().unwrap();
    assert_eq!(room.app.get(&format!("/articles/{sure}")).await.status(), 200);
    assert_eq!(room.app.get(&format!("/articles/{doubtful}")).await.status(), 404);
    let (_, page) = room.get("/desk?tab=drafts").await;
    assert!(page.contains("Chuyện lạ") && page.contains("chỗ cần xem"), "{page}");
    assert!(!page.contains("Cầu mới ở bản"));
}

#[tokio::test]
async fn several_are_worked_on_at_once() {
    let site = Site::start().await;
    let room = Newsroom::open(Home::reading(&site)).await;
    let (one, two) = (room.narrate("Bài một").await, room.narrate("Bài hai").await);
    let fetched = room.app.narrate(&room.key, &json!({"url": site.url("/bai-viet")})).await;
    let fetched = fetched["article"].as_str().unwrap();

    let (status, told) = room.bulk("unpublish", &[&one, &two]).await;
    assert_eq!((status, &told["undo"]), (200, &json!("publish")));
    assert_eq!(told["message"], "Đã gỡ 2 bài.");
    assert_eq!(room.app.get(&format!("/articles/{one}")).await.status(), 404);
    let (_, told) = room.bulk("unpublish", &[&one, fetched]).await;
    assert_eq!(told["message"], "Đã gỡ 1 bài. 1 bài giữ nguyên.");
    assert_eq!(told["articles"], json!([fetched]));
    let (_, told) = room.bulk("publish", &[&one, &two, fetched]).await;
    assert_eq!(told["message"], "Đã đăng 3 bài.");
    assert_eq!(room.bulk("publish", &[&one]).await.1["message"], "Không có gì thay đổi.");

    // What has no address cannot be fetched again; the other says something else by now.
    site.correct();
    let (_, told) = room.bulk("refetch", &[&one, fetched]).await;
    assert_eq!(told["message"], "Đã gửi 1 bài đi đọc lại từ trang gốc. 1 bài giữ nguyên.");
    room.list_has("data-state=\"done\"", 3).await;
    let begun = std::time::Instant::now();
    while !room.app.page(&format!("/articles/{fetched}")).await.contains("Sau 2 năm") {
        assert!(begun.elapsed().as_secs() < 60, "it is not fetched again");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    // Read again without its site: the same words, the same reading.
    let store = Store::open(&room.home.path("data")).await.unwrap();
    let readings = async || {
        let readings = store.narrations_of(one.parse().unwrap()).await.unwrap();
        readings.into_iter().map(|reading| reading.id).collect::<Vec<_>>()
    };
    let before = readings().await;
    assert_eq!(room.bulk("reread", &[&one]).await.1["message"], "Đã gửi 1 bài đi đọc lại.");
    room.list_has("data-state=\"done\"", 3).await;
    assert_eq!(readings().await, before);

    room.bulk("pin", &[&one]).await;
    let home = room.app.page("/").await;
    let at = |words: &str| home.find(words).unwrap_or(usize::MAX);
    assert!(at("news-pinned") < at(">Bài một<") && at(">Bài một<") < at(">Bài hai<"), "{home}");
    assert_eq!(home.matches(">Bài một<").count(), 1);

    // Without script the same is a page, with the way back on it.
    let body = form_body(&[
        ("action", "unpublish"),
        ("row", &format!("article:{two}")),
        ("back", "tab=drafts"),
    ]);
    let request = room.app.client.post(room.app.url("/desk/bulk")).header("cookie", &room.cookie);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let page = request.header("accept", "text/html").body(body).send().await.unwrap();
    let page = page.text().await.unwrap();
    assert!(page.contains("Đã gỡ 1 bài.") && page.contains("value=\"publish\">"), "{page}");
    assert!(page.contains("Bài hai") && !page.contains("Bài một"), "it is the tab of before");

    assert_eq!(room.bulk("publish", &[]).await.1["error"]["code"], "nothing_selected");
    let many = vec![one.as_str(); 201];
    assert_eq!(room.bulk("publish", &many).await.1["error"]["code"], "too_many_selected");
    assert_eq!(room.bulk("erase", &[&one]).await.0, 400);
    let other = room.app.client.post(room.app.url("/desk/bulk")).header("cookie", &room.cookie);
    let other = other.header("sec-fetch-site", "cross-site");
    let other = other.header("content-type", "application/x-www-form-urlencoded");
    let refused = other.body(form_body(&[("action", "unpublish")])).send().await.unwrap();
    assert_eq!(refused.status(), 403);
    assert_eq!(room.app.get("/desk/events").await.status(), 401);
    assert_eq!(room.app.get("/desk/rows").await.status(), 401);
    assert_eq!(room.app.get("/desk/counts").await.status(), 401);
}

#[tokio::test]
async fn whoever_watches_is_told_of_every_change() {
    let room = Newsroom::with("").await;
    let request = room.app.client.get(room.app.url("/desk/events?since=0"));
    let mut events = request.header("cookie", &room.cookie).send().await.unwrap();
    assert_eq!(events.status(), 200);
    let id = room.narrate("Được theo dõi").await;
    room.bulk("pin", &[&id]).await;
    let mut said = String::new();
    let has_all = |said: &str| {
        let job = said.lines().any(|line| {
            line.contains("\"state\":\"done\"") && line.contains(&format!("\"article\":\"{id}\""))
        });
        job && said.contains("event: article\n")
            && said.contains(&format!("data: {{\"article\":\"{id}\"}}"))
    };
    while !has_all(&said) {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(60), events.chunk()).await;
        let piece = piece.unwrap_or_else(|_| panic!("only {said}")).unwrap();
        said.push_str(std::str::from_utf8(&piece.expect("the stream goes on")).unwrap());
    }
    let (status, rows) = room.get(&format!("/desk/rows?article={id}&job=none")).await;
    assert!(status == 200 && rows.contains("Được theo dõi") && rows.contains("Đã ghim"), "{rows}");
    assert_eq!(rows.matches("<li ").count(), 1);
    room.bulk("unpublish", &[&id]).await;
    let (status, counts) = room.get("/desk/counts").await;
    let counts: Value = serde_json::from_str(&counts).unwrap();
    let counted = json!({"drafts": "1", "failed": "0", "working": "0"});
    assert_eq!((status, counts), (200, counted));
}

#[tokio::test]
async fn racing_submissions_of_one_text_are_one_article() {
    let room = Newsroom::with("").await;
    let text = json!({"title": "Cuộc đua", "paragraphs": ["Câu một.", "Câu hai."]});
    let paragraphs = "Câu một.\n\nCâu hai.";
    let form = form_body(&[("title", "Cuộc đua"), ("text", paragraphs)]);
    let mut racers = tokio::task::JoinSet::new();
    for number in 0..400 {
        let request = match number % 2 {
            0 => room
                .app
                .client
                .post(room.app.url("/api/articles"))
                .bearer_auth(&room.key)
                .json(&text),
            _ => room
                .app
                .client
                .post(room.app.url("/desk/articles/text"))
                .header("cookie", &room.cookie)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(form.clone()),
        };
        racers.spawn(async move { request.send().await.unwrap().status().as_u16() });
    }
    let statuses = racers.join_all().await;
    assert!(statuses.iter().all(|status| [202, 303].contains(status)), "{statuses:?}");
    room.list_has("data-state=\"done\"", 1).await;
    let store = Store::open(&room.home.path("data")).await.unwrap();
    let rows = store.desk(DeskTab::All, None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    let article = rows[0].article.as_ref().unwrap().id;
    assert_eq!(store.narrations_of(article).await.unwrap().len(), 1);
    assert_eq!(store.jobs(10).await.unwrap().len(), 1);
}

/// A row by its title, as a script finds it.
fn row(title: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-row]')].find((row) => row.textContent.includes('{title}'))"
    )
}

#[tokio::test]
async fn an_editor_works_through_the_list() {
    let home = Home::new("sample = false\n");
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    for title in ["Chợ phiên Mường Thanh", "Đường lên bản Mòn"] {
        app.narrate(&key, &json!({"title": title, "paragraphs": ["Một câu."]})).await;
    }
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk").await;
    browser.until("location.pathname === '/desk'").await;
    browser.until("document.querySelectorAll('[data-row]').length === 2").await;

    // By words: it stands on top at once, and is finished before the eyes.
    browser.find(".desk-more summary").await.click().await.unwrap();
    browser.find("#desk-title").await.send_keys("Lễ hội Hoa Ban").await.unwrap();
    let text = (0..40).map(|n| format!("Câu thứ {n} kể về lễ hội.")).collect::<Vec<_>>().join("\n");
    browser.ask(&format!("void (document.querySelector('#desk-text').value = {text:?})")).await;
    browser.find("[action='/desk/articles/text'] [type=submit]").await.click().await.unwrap();
    browser
        .until("document.querySelector('[data-said]')?.textContent.includes('Đã nhận 1 bài')")
        .await;
    browser
        .until("document.querySelector('[data-row]').textContent.includes('Lễ hội Hoa Ban')")
        .await;
    browser.until("document.querySelector('[data-row]').dataset.state === 'done'").await;
    browser.until(&format!("{}?.textContent.includes('Đã đăng')", row("Hoa Ban"))).await;
    // What another hand adds comes on top too.
    app.narrate(&key, &json!({"title": "Tin mới vào", "paragraphs": ["Một câu."]})).await;
    browser.until("document.querySelector('[data-row]').textContent.includes('Tin mới vào')").await;
    browser.until(&format!("{}.textContent.includes('Dài 00:')", row("Tin mới vào"))).await;

    // By keys: the second and the third are taken down, and brought back.
    browser.ask("void document.activeElement.blur()").await;
    browser.keys("jjxjx").await;
    browser
        .until("document.querySelector('[data-selected]').textContent === 'Đã chọn 2 bài'")
        .await;
    browser.picture("desk-list-chosen-1280").await;
    assert_accessible(&browser, "the list with rows chosen").await;
    browser.find("#desk-bulk [value=unpublish]").await.click().await.unwrap();
    browser.until("document.querySelector('[data-said]').textContent === 'Đã gỡ 2 bài.'").await;
    browser.until(&format!("{}.textContent.includes('Đã gỡ')", row("Hoa Ban"))).await;
    let drafts = "document.querySelector('[data-count=drafts]').textContent";
    browser.until(&format!("{drafts} === '2'")).await;
    assert!(!app.page("/").await.contains("Lễ hội Hoa Ban"));
    browser.find("[data-undo] button").await.click().await.unwrap();
    browser.until("document.querySelector('[data-said]').textContent === 'Đã đăng 2 bài.'").await;
    browser.until(&format!("{}.textContent.includes('Đã đăng')", row("Hoa Ban"))).await;
    browser.until(&format!("{drafts} === '0'")).await;
    assert!(app.page("/").await.contains("Lễ hội Hoa Ban"));
    // The last act was the publishing: its way back takes them down once more.
    browser.keys("u").await;
    browser.until("document.querySelector('[data-said]').textContent === 'Đã gỡ 2 bài.'").await;

    browser.keys("?").await;
    browser.until("document.querySelector('[data-keys-help]').open").await;
    browser.picture("desk-list-keys-1280").await;
    assert_accessible(&browser, "the list's keys").await;
    browser.find("[data-keys-help] button").await.click().await.unwrap();
    browser.keys("/").await;
    browser.until("document.activeElement.id === 'desk-search'").await;
    browser.find("#desk-search").await.send_keys("cho phien" + Key::Enter).await.unwrap();
    browser.until("document.querySelectorAll('[data-row]').length === 1").await;
    browser.keys("jx").await;
    browser
        .until("document.querySelector('[data-selected]').textContent === 'Đã chọn 1 bài'")
        .await;

    browser.go(&app.url("/desk")).await;
    browser
        .find("[name=url]")
        .await
        .send_keys("http://192.168.1.1/bai-bao-khong-doc-duoc")
        .await
        .unwrap();
    browser.find("main form [type=submit]").await.click().await.unwrap();
    browser.until("document.body.textContent.includes('mạng nội bộ')").await;

    // What comes to the tab that is open is counted and pointed at; what is taken out of the list goes. However
    // many pages were open before: a browser keeps them for the way back, but not their streams.
    for _ in 0..6 {
        browser.go(&app.url("/desk?tab=failed")).await;
        browser.until("!!document.querySelector('.is-ready')").await;
    }
    let failed = "document.querySelector('[data-count=failed]').textContent";
    assert_eq!(browser.ask(failed).await, "1");
    app.narrate(&key, &json!({"url": "http://192.168.1.1/bai-khac"})).await;
    browser.until(&format!("{failed} === '2'")).await;
    browser.until("!document.querySelector('[data-news]').hidden").await;
    browser.picture("desk-list-grown-1280").await;
    browser.find("[data-news] a").await.click().await.unwrap();
    browser.until("document.querySelectorAll('[data-row]').length === 2").await;
    browser.until("!!document.querySelector('.is-ready')").await;
    browser.ask("void document.activeElement.blur()").await;
    browser.keys("jx").await;
    browser.find("#desk-bulk [value=remove]").await.click().await.unwrap();
    browser.until("document.querySelectorAll('[data-row]').length === 1").await;
    browser.until(&format!("{failed} === '1'")).await;
    // Who goes back to a page that was kept sees on it what happened meanwhile.
    browser.driver.back().await.unwrap();
    browser.until(&format!("{failed} === '1'")).await;
    app.narrate(&key, &json!({"url": "http://192.168.1.1/bai-nua"})).await;
    browser.until(&format!("{failed} === '2'")).await;
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.resize(width, height).await;
        for dark in [false, true] {
            browser.dark(dark).await;
            browser.go(&app.url("/desk")).await;
            browser.until("!!document.querySelector('.is-ready')").await;
            let scheme = if dark { "dark" } else { "light" };
            browser.picture(&format!("desk-list-{width}-{scheme}")).await;
            assert_accessible(&browser, &format!("the list, {width}, {scheme}")).await;
            let wide = browser.ask("document.documentElement.scrollWidth").await;
            assert!(wide.as_u64().unwrap() <= u64::from(width), "it scrolls sideways: {wide}");
        }
    }
    browser.dark(false).await;
    browser.find(".desk-more details:nth-of-type(2) summary").await.click().await.unwrap();
    browser.picture("desk-list-file-390").await;
    browser.assert_calm(&[&app.url("/")]).await;

    // The page of a draft, with the form that publishes it.
    let id = browser.ask(&format!("{}.dataset.article", row("Hoa Ban"))).await;
    browser.go(&app.url(&format!("/articles/{}", id.as_str().unwrap()))).await;
    browser.picture("draft-390").await;
    assert_accessible(&browser, "a draft").await;
    browser.find("[value=publish]").await.click().await.unwrap();
    browser
        .until("document.readyState === 'complete' && !document.querySelector('.draft-notice')")
        .await;

    // When the service is gone the page says so.
    browser.go(&app.url("/desk")).await;
    browser.until("!!document.querySelector('.is-ready')").await;
    app.kill();
    browser.until("!document.querySelector('[data-stream-lost]').hidden").await;
}
