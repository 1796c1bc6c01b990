//! The lexicon's pages: a change is seen before it is saved; files, conflicts, keys, numbers.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::{App, Home, PATIENCE, form_body, text};
use crate::axe::assert_accessible;
use crate::chromium::Browser;
use crate::settings_pages::hear;

const QUIET: &str = "sample = false\n";

struct Desk {
    app: App,
    cookie: String,
    key: String,
    _home: Home,
}

impl Desk {
    /// With two articles that were read, in which `TTĐH` stands three times.
    async fn open(settings: &str) -> Self {
        let home = Home::new(&format!("{QUIET}{settings}"));
        let password = home.add_account("lan");
        let key = home.api_key("lan");
        let app = home.start();
        for (title, paragraph) in [
            ("Cầu mới ở bản Na", "Sáng nay TTĐH đã mở cửa. Bà con đến xem. Họ khen TTĐH."),
            ("Chợ phiên", "Chợ họp sớm. Cán bộ TTĐH cũng đến."),
        ] {
            let article = json!({"title": title, "paragraphs": [paragraph]});
            assert_eq!(app.narrate(&key, &article).await["state"], "done");
        }
        let cookie = app.log_in("lan", password).await;
        Self { app, cookie, key, _home: home }
    }

    async fn page(&self, path: &str) -> String {
        let request = self.app.client.get(self.app.url(path)).header("cookie", &self.cookie);
        let answer = request.header("accept", "text/html").send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Sends a form as a browser does.
    async fn send(&self, path: &str, pairs: &[(&str, &str)]) -> (u16, String) {
        let request = self.app.client.post(self.app.url(path)).header("cookie", &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = request.header("accept", "text/html").body(form_body(pairs)).send();
        let answer = answer.await.unwrap();
        let place = answer.headers().get("location").map(|at| at.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        (status, place.unwrap_or(answer.text().await.unwrap()))
    }

    async fn file(&self) -> String {
        self.page("/desk/lexicon.tsv").await
    }
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let at = page.find(&format!("name=\"{name}\" value=\"")).unwrap();
    page[at..].split('"').nth(3).unwrap()
}

#[tokio::test]
async fn a_reading_is_seen_saved_and_read_again() {
    let desk = Desk::open("").await;
    let entry = [("written", "TTĐH"), ("spoken", "trung tâm điều hành")];
    let (status, page) = desk.send("/desk/lexicon/preview", &entry).await;
    assert_eq!(status, 200);
    assert!(page.contains("Thay đổi 3 câu trong 2 bài."), "{page}");
    assert!(
        page.contains("Đã xem tất cả 2 bài đã đọc.")
            && page.contains("<mark>trung tâm điều hành</mark>")
    );
    assert_eq!(desk.file().await, "", "a preview saves nothing");

    // A program sees the same.
    let request = desk.app.client.post(desk.app.url("/desk/lexicon/preview"));
    let request = request.bearer_auth(&desk.key).body(form_body(&entry));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let told: Value = request.send().await.unwrap().json().await.unwrap();
    let numbers =
        ["articles", "sentences", "looked_at", "of"].map(|name| told[name].as_u64().unwrap());
    assert_eq!(numbers, [2, 3, 2, 2]);
    let newest = &told["items"][0];
    assert_eq!(newest["written"], "Cán bộ TTĐH cũng đến.");
    assert!(newest["after"].as_str().unwrap().contains("trung tâm điều hành"));
    assert!(newest["page"].as_str().unwrap().starts_with("/desk/articles/"));

    let player = format!("/api/player?article={}", newest["article"].as_str().unwrap());
    let narration = async || desk.app.json(&player).await["narration"]["id"].clone();
    let before = narration().await;
    let seen = hidden(&page, "seen").to_owned();
    let save = [&entry[..], &[("seen", seen.as_str()), ("again", "yes")]].concat();
    let (status, place) = desk.send("/desk/lexicon", &save).await;
    assert_eq!((status, place.as_str()), (303, "/desk/lexicon?done=again&count=2&looked=2&of=2"));
    assert!(desk.page(&place).await.contains("2 bài đang chờ được đọc lại."));
    assert_eq!(desk.file().await, "TTĐH\ttrung tâm điều hành\n");
    // They are heard as it says now.
    let (_, page) = desk.send("/desk/lexicon/preview", &entry).await;
    assert!(page.contains("Không câu nào"), "what is saved changes nothing any more");
    let begun = Instant::now();
    while narration().await == before {
        assert!(begun.elapsed() < PATIENCE, "it is not read again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    // Where no article stands nothing would change, and whoever mistyped the section is told why.
    let sentence =
        "Bản Mòn có cầu mới, bà con đi chợ gần hơn và trẻ em không phải lội suối. ".repeat(8);
    let html = format!(
        "<head><meta property='article:section' content='Kinh tế'></head>\
         <h1>Cầu mới ở bản Mòn</h1><p>{sentence}</p><p>{sentence}</p>"
    );
    let in_section = json!({"html": html, "url": "https://bao.example/cau-moi"});
    assert_eq!(desk.app.narrate(&desk.key, &in_section).await["state"], "done");
    for (section, is_told) in [("Kinh te", true), (" KINH  TẾ", false), ("", false)] {
        let there = [&entry[..], &[("section", section)]].concat();
        let (_, page) = desk.send("/desk/lexicon/preview", &there).await;
        assert_eq!(
            page.contains("không có bài nào thuộc chuyên mục “Kinh te”"),
            is_told,
            "{section}"
        );
    }

    // Whoever saw the lexicon before that does not overwrite it.
    let late = [("written", "TTĐH"), ("spoken", "tê tê"), ("seen", "-")];
    let (status, page) = desk.send("/desk/lexicon", &late).await;
    assert_eq!(status, 409);
    assert!(
        page.contains("mục này đã thay đổi")
            && page.contains("Hiện đang đọc là “trung tâm điều hành”")
    );
    // What cannot be said is refused with the reason.
    let (status, page) =
        desk.send("/desk/lexicon/preview", &[("written", "A"), ("spoken", "1 b")]).await;
    assert!(status == 422 && page.contains("ký tự “1”"), "{status} {page}");
    assert!(page.contains("name=\"spoken\" value=\"1 b\""), "what was typed comes back: {page}");

    let gone = [("written", "TTĐH"), ("section", ""), ("remove", "yes")];
    let (_, page) = desk.send("/desk/lexicon/preview", &gone).await;
    assert!(page.contains("sẽ bị xóa") && page.contains("Thay đổi 3 câu trong 2 bài."));
    let gone = [&gone[..], &[("seen", hidden(&page, "seen"))]].concat();
    assert_eq!(desk.send("/desk/lexicon", &gone).await.0, 303);
    assert_eq!(desk.file().await, "");
    let log = desk.page("/moderation/log").await;
    assert!(log.contains("Đặt cách đọc của “TTĐH”") && log.contains("Xóa cách đọc của “TTĐH”"));
    let numbers = desk.page("/desk/listening").await;
    assert!(numbers.contains("Từ được sửa nhiều nhất") && numbers.contains("TTĐH"));
}

#[tokio::test]
async fn a_file_is_looked_through_before_anything_is_saved() {
    let desk = Desk::open("").await;
    desk.send("/desk/lexicon", &[("written", "UBND"), ("spoken", "ủy ban"), ("section", "")]).await;
    let file = "UBND\tu bê\nTTĐH\ttrung tâm\nsai\nttđh\tt\ti\nA\t1\n";
    let (status, page) = desk.send("/desk/lexicon/import/review", &[("text", file)]).await;
    assert_eq!(status, 200);
    for said in [
        "Mục mới: 2.",
        "Có cách đọc khác nhau: 1.",
        "Dòng 3: thiếu dấu Tab",
        "Dòng 5: phần đọc có ký tự “1”",
        "Đang dùng: “ủy ban”",
        "Dòng 1: “u bê”",
        "Chỉ khác chữ hoa, chữ thường",
        "Thay đổi 3 câu trong 2 bài.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert_eq!(desk.file().await, "UBND\tủy ban\n");
    // Where nobody chose, what holds now stays.
    assert_eq!(desk.send("/desk/lexicon/import", &[("text", file)]).await.0, 303);
    assert_eq!(desk.file().await, "UBND\tủy ban\nTTĐH\ttrung tâm\nttđh\tt\ti\n");
    let chosen = [("text", file), ("keep1", "1")];
    assert_eq!(desk.send("/desk/lexicon/import", &chosen).await.0, 303);
    assert!(desk.file().await.contains("UBND\tu bê\n"));
    // Marks do not matter to a search.
    let found = desk.page("/desk/lexicon?q=trung+tam").await;
    assert!(found.contains("1 mục") && !found.contains("<strong>UBND</strong>"), "{found}");
    let (status, page) =
        desk.send("/desk/lexicon/import/review", &[("text", &"a\tb\n".repeat(10_001))]).await;
    assert!(status == 422 && page.contains("tối đa 10000 dòng"));
}

#[tokio::test]
async fn a_key_is_shown_once_and_can_be_taken_away() {
    let desk = Desk::open("").await;
    let wrong = [("label", "Trang web"), ("password", "sai")];
    assert_eq!(desk.send("/account/keys", &wrong).await.0, 422);
    let (status, page) =
        desk.send("/account/keys", &[("label", "Trang web"), ("password", "bí mật dài")]).await;
    assert_eq!(status, 200);
    let key = page.split("<code data-key>").nth(1).unwrap().split('<').next().unwrap();
    assert_eq!(key.len(), 64);
    let article = json!({"title": "Tin", "paragraphs": ["Một câu."]});
    assert_eq!(desk.app.hand_over(key, &article).await.status(), 202);
    let page = desk.page("/account/keys").await;
    assert!(!page.contains(key) && page.contains("Trang web") && page.contains("Dùng lần cuối"));
    let at = page.rfind("/account/keys/").unwrap();
    let delete = page[at..].split('"').next().unwrap();
    assert_eq!(desk.send(delete, &[]).await.0, 303);
    assert_eq!(desk.app.hand_over(key, &article).await.status(), 401);
    assert!(desk.page("/moderation/log").await.contains("Thu hồi một khóa API của tài khoản lan"));
}

#[tokio::test]
async fn an_editor_adds_a_reading_by_hand_and_by_file() {
    let desk = Desk::open("").await;
    let browser = Browser::open().await;
    browser.go(&desk.app.url("/login")).await;
    let (name, value) = desk.cookie.split_once('=').unwrap();
    browser.driver.add_cookie(Cookie::new(name, value)).await.unwrap();
    for width in [1280, 390] {
        browser.resize(width, 900).await;
        for dark in [false, true] {
            browser.dark(dark).await;
            let scheme = format!("{width}-{}", if dark { "dark" } else { "light" });
            for (path, name) in [
                ("/desk/lexicon", "lexicon"),
                ("/desk/lexicon/import", "lexicon-import"),
                ("/account/keys", "keys"),
                ("/desk/listening", "numbers"),
            ] {
                browser.go(&desk.app.url(path)).await;
                browser.picture(&format!("{name}-{scheme}")).await;
                assert_accessible(&browser, &format!("{name} {scheme}")).await;
                let wide = browser.ask("document.documentElement.scrollWidth").await;
                assert!(
                    wide.as_u64().unwrap() <= u64::from(width),
                    "{name} scrolls sideways: {wide}"
                );
            }
        }
    }
    browser.dark(false).await;
    browser.go(&desk.app.url("/desk/lexicon")).await;
    browser.find("#written").await.click().await.unwrap();
    browser.keys("TTĐH").await;
    browser.keys("\u{e004}trung tâm 1").await;
    // Heard before anything is saved, or it says why not.
    let said = "document.querySelector('[data-hear-said]').textContent";
    browser.find("[data-hear]").await.click().await.unwrap();
    browser.until(&format!("{said}.includes('Phần đọc có ký tự “1”')")).await;
    browser.ask("void (document.querySelector('#spoken').value = 'trung tâm điều hành')").await;
    hear(&browser).await;
    let heard = browser.ask("document.querySelector('[data-hear-sound]').duration").await;
    assert!(heard.as_f64().unwrap() > 0.5, "{heard}");
    browser.picture("lexicon-heard-390").await;
    assert_accessible(&browser, "a reading that was heard").await;
    browser.find("#spoken").await.click().await.unwrap();
    browser.keys("\u{e007}").await;
    browser.until("!!document.querySelector('[data-counted]')").await;
    for width in [390, 1280] {
        browser.resize(width, 900).await;
        browser.picture(&format!("lexicon-preview-{width}")).await;
        assert_accessible(&browser, "preview").await;
    }
    let count = browser.find("[data-counted]").await.text().await.unwrap();
    assert!(count.starts_with("Thay đổi 3 câu trong 2 bài."), "{count}");
    browser.find("button[name=again]").await.click().await.unwrap();
    browser
        .until("location.pathname === '/desk/lexicon' && !!document.querySelector('.entry')")
        .await;
    // The same words otherwise, by a file.
    let file = desk._home.path("own.tsv");
    std::fs::write(&file, "TTĐH\ttê tê đê hát\nsai\n").unwrap();
    browser.go(&desk.app.url("/desk/lexicon/import")).await;
    browser.find("#file").await.send_keys(file.to_str().unwrap()).await.unwrap();
    browser.until("document.querySelector('#text').value.startsWith('TTĐH')").await;
    browser.find("main form .button").await.click().await.unwrap();
    browser.until("!!document.querySelector('.conflict')").await;
    for width in [390, 1280] {
        browser.resize(width, 900).await;
        browser.picture(&format!("lexicon-review-{width}")).await;
        assert_accessible(&browser, "review").await;
    }
    let bad = browser.find("[data-bad]").await.text().await.unwrap();
    assert!(bad.contains("Dòng 2"), "{bad}");
    browser.find(".conflict input[value=old]").await.click().await.unwrap();
    browser.find("main form .button").await.click().await.unwrap();
    browser.until("location.pathname === '/desk/lexicon'").await;
    assert_eq!(desk.file().await, "TTĐH\ttrung tâm điều hành\n");
    browser.assert_calm(&[&desk.app.url("/"), "blob:"]).await;
    let said = desk._home.run(&["lexicon", "list"], "");
    assert_eq!(text(&said.stdout), "TTĐH\ttrung tâm điều hành\n");
}
