//! The script editor: what editors decide about a reading, over HTTP and in a real browser.

use serde_json::{Value, json};
use thirtyfour::prelude::Key;

use crate::app::{App, Home, form_body, project};
use crate::axe::assert_accessible;
use crate::chromium::Browser;
use crate::site::Site;

const TITLE: &str = "Bản Mòn có cầu mới";
const FIRST: &str = "Cầu dài 42,5 m và rộng 3,5 m.";
const SECOND: &str = "Đội thanh niên Brzylka góp 600 ngày công.";

/// A service with an article that is read, and an editor's session.
struct Desk {
    app: App,
    home: Home,
    article: String,
    cookie: String,
}

async fn desk() -> Desk {
    let home = Home::new("sample = false\n");
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let text = json!({"title": TITLE, "paragraphs": [format!("{FIRST} {SECOND}"), "Ảnh: Lò Mai."]});
    let job = app.narrate(&key, &text).await;
    let article = job["article"].as_str().unwrap().to_owned();
    let cookie = app.log_in("lan", password).await;
    Desk { home, app, article, cookie }
}

impl Desk {
    async fn post(&self, below: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let path = format!("/desk/articles/{}/{below}", self.article);
        let request = self.app.client.post(self.app.url(&path)).header("cookie", &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form_body(fields)).send().await.unwrap()
    }

    async fn page(&self) -> String {
        let path = format!("/desk/articles/{}", self.article);
        let request = self.app.client.get(self.app.url(&path)).header("cookie", &self.cookie);
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        response.text().await.unwrap()
    }

    /// Reads the article again and waits for it.
    async fn read(&self) {
        let job: Value = self.post("reading", &[]).await.json().await.unwrap();
        let job = self.app.finished(job["id"].as_str().unwrap()).await;
        assert_eq!(job["state"], "done", "{job}");
    }

    fn clips(&self) -> usize {
        let folders = std::fs::read_dir(self.home.path("data/clips")).unwrap();
        folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
    }

    async fn narration(&self) -> Value {
        self.app.json("/latest.json").await["items"][0]["narration"].clone()
    }
}

fn sentence<'a>(base: &'a str, spoken: &'a str) -> [(&'static str, &'a str); 4] {
    [("base", base), ("action", "sentence"), ("written", FIRST), ("spoken", spoken)]
}

#[tokio::test]
async fn an_edit_is_heard_and_saved_and_only_that_sentence_is_spoken_anew() {
    let desk = desk().await;
    let (before, clips) = (desk.narration().await, desk.clips());
    let spoken = "cầu dài bốn mươi hai mét rưỡi và rộng ba mét rưỡi.";
    let mut tried = sentence("0", spoken).to_vec();
    tried.push(("place", "0:0:0"));
    let heard = desk.post("hear", &tried).await;
    assert_eq!(
        (heard.status().as_u16(), &heard.headers()["content-type"]),
        (200, &"audio/wav".parse().unwrap())
    );
    let wav = heard.bytes().await.unwrap();
    assert!(wav.starts_with(b"RIFF") && wav.len() > 44_100, "{}", wav.len());
    assert_eq!(desk.clips(), clips + 1);
    // Nothing is saved by hearing it.
    assert!(!desk.page().await.contains("bốn mươi hai mét rưỡi"));

    let saved: Value = desk.post("edits", &sentence("0", spoken)).await.json().await.unwrap();
    assert_eq!(saved["version"], 1);
    let page = desk.page().await;
    assert!(page.contains(spoken) && page.contains("1 câu đã đổi lời, chưa đọc lại."), "{page}");
    desk.read().await;
    let after = desk.narration().await;
    assert_ne!(before["id"], after["id"]);
    assert_eq!(desk.clips(), clips + 1, "a sentence that did not change was spoken again");
    assert!(desk.page().await.contains("Bản đọc đúng với lời đọc bên dưới."));

    // Back to the machine's own words: the very reading there was.
    let back = [("base", "1"), ("number", "0")];
    let restored: Value = desk.post("restore", &back).await.json().await.unwrap();
    assert_eq!(restored["version"], 2);
    desk.read().await;
    assert_eq!(desk.narration().await["id"], before["id"]);
    assert_eq!(desk.clips(), clips + 1);
}

#[tokio::test]
async fn the_second_of_two_editors_is_told_and_loses_nothing() {
    let desk = desk().await;
    assert_eq!(desk.post("edits", &sentence("0", "một.")).await.status(), 200);
    let late = desk.post("edits", &sentence("0", "hai.")).await;
    assert_eq!(late.status(), 409);
    let told: Value = late.json().await.unwrap();
    assert_eq!(told["error"]["code"], "edit_stale");
    let message = told["error"]["message"].as_str().unwrap();
    assert!(message.contains("lan") && message.contains(FIRST), "{message}");
    assert!(desk.page().await.contains("một."));
    // A base that never was, and versions that are none.
    assert_eq!(desk.post("edits", &sentence("7", "ba.")).await.status(), 409);
    assert_eq!(desk.post("restore", &[("base", "1"), ("number", "9")]).await.status(), 404);
}

#[tokio::test]
async fn what_cannot_be_said_is_refused_with_words() {
    let desk = desk().await;
    let long = "a ".repeat(50_000);
    for (spoken, why) in [
        ("", "không có từ"),
        (" . , ", "không có từ"),
        ("<b>cầu</b> dài", "<"),
        (&long[..5_000], "2000"),
    ] {
        let refused = desk.post("edits", &sentence("0", spoken)).await;
        assert_eq!(refused.status(), 422, "{spoken}");
        let told: Value = refused.json().await.unwrap();
        assert_eq!(told["error"]["code"], "words_invalid", "{told}");
        assert!(told["error"]["message"].as_str().unwrap().contains(why), "{told}");
    }
    // 100 kB are more than any form has.
    assert!(
        [413, 422].contains(&desk.post("edits", &sentence("0", &long)).await.status().as_u16())
    );
    let elsewhere =
        [("base", "0"), ("action", "sentence"), ("written", "Không có."), ("spoken", "x")];
    assert_eq!(desk.post("edits", &elsewhere).await.status(), 409);
    assert_eq!(desk.post("edits", &[("base", "0"), ("action", "xóa")]).await.status(), 400);
    assert_eq!(desk.post("hear", &[("place", "99:0:0")]).await.status(), 422);
    assert_eq!(desk.post("hear", &[("place", "đâu đó")]).await.status(), 400);
    let nobody = desk.app.post_form("/desk/articles/x/edits", String::new(), None).await;
    assert_eq!(nobody.status(), 401);
    assert!(!desk.page().await.contains("chưa đọc lại"));
}

#[tokio::test]
async fn what_is_typed_as_it_is_printed_is_said_in_words() {
    let desk = desk().await;
    assert_eq!(desk.post("edits", &sentence("0", "Cầu dài 42 m.")).await.status(), 200);
    assert!(desk.page().await.contains("bốn mươi hai mét"));
}

#[tokio::test]
async fn two_editors_of_different_things_do_not_get_in_each_others_way() {
    let desk = desk().await;
    assert_eq!(desk.post("edits", &sentence("0", "một.")).await.status(), 200);
    let other = [("base", "0"), ("action", "skip"), ("written", "Ảnh: Lò Mai.")];
    let saved: Value = desk.post("edits", &other).await.json().await.unwrap();
    assert_eq!(saved["version"], 2);
    let page = desk.page().await;
    assert!(page.contains("một.") && page.contains("is-skipped"));
}

#[tokio::test]
async fn blocks_are_skipped_and_words_are_said_that_nobody_wrote() {
    let desk = desk().await;
    let before = desk.narration().await["duration_ms"].as_u64().unwrap();
    for (base, fields) in [
        ("0", [("action", "skip"), ("written", "Ảnh: Lò Mai.")]),
        ("1", [("action", "aside"), ("spoken", "báo mường thanh xin giới thiệu.")]),
        ("2", [("action", "reading"), ("spoken", "bờ xin ka")]),
    ] {
        let mut form = vec![("base", base)];
        form.extend(fields);
        if base == "2" {
            form.push(("written", "Brzylka"));
        }
        let saved = desk.post("edits", &form).await;
        assert_eq!(saved.status(), 200, "{form:?}: {}", saved.text().await.unwrap());
    }
    desk.read().await;
    let page = desk.page().await;
    assert!(page.contains("is-skipped") && page.contains("is-aside") && page.contains("bờ xin ka"));
    let narration = desk.narration().await;
    assert_ne!(narration["duration_ms"].as_u64().unwrap(), before);
    // Readers see the article as it is written, and hear the rest.
    let article = desk.app.page(&format!("/articles/{}", desk.article)).await;
    assert!(article.contains("Ảnh: Lò Mai.") && !article.contains("xin giới thiệu"));
    let cues = desk.app.json(narration["cues"].as_str().unwrap()).await;
    let heard = cues["cues"].as_array().unwrap().iter().filter(|cue| cue["start"] != cue["end"]);
    let heard: Vec<&str> = heard.map(|cue| cue["text"].as_str().unwrap()).collect();
    assert_eq!(heard, ["", TITLE, FIRST, SECOND], "the first is what nobody wrote");
}

#[tokio::test]
async fn a_doubt_that_was_looked_at_does_not_come_back() {
    let desk = desk().await;
    let doubt = r#"value="Brzylka""#;
    assert!(desk.page().await.contains(doubt));
    let about = [("kind", "foreign_word"), ("subject", "Brzylka")];
    let answer =
        |action: &'static str| [about[0], about[1], ("action", action), ("undone", "ignore")];
    assert_eq!(desk.post("attention", &answer("ignore")).await.status(), 200);
    assert!(!desk.page().await.contains(doubt));
    assert_eq!(desk.post("attention", &answer("undo")).await.status(), 200);
    assert!(desk.page().await.contains(doubt));
    assert_eq!(
        desk.post("attention", &[("kind", "x"), about[1], ("action", "accept")]).await.status(),
        400
    );
}

#[tokio::test]
async fn a_changed_article_waits_a_paywall_is_refused_and_a_withdrawn_one_is_told() {
    let site = Site::start().await;
    let home = Home::reading_with(&site, "[publishing]\nchanges = \"wait\"\n", "");
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let cookie = app.log_in("lan", password).await;
    let wanted = json!({"url": site.url("/doi")});
    let job = app.narrate(&key, &wanted).await;
    let article = job["article"].as_str().unwrap().to_owned();
    let desk = Desk { home, app, article, cookie };
    let first = desk.narration().await;

    // Corrected: nothing is read until an editor has seen what changed.
    site.correct();
    assert_eq!(desk.app.narrate(&key, &wanted).await["narration"], first["id"]);
    assert!(desk.page().await.contains("Bài gốc đã thay đổi"));
    let path = format!("/desk/articles/{}/changes", desk.article);
    let request = desk.app.client.get(desk.app.url(&path)).header("cookie", &desk.cookie);
    let changes = request.send().await.unwrap().text().await.unwrap();
    assert!(
        changes.contains("<mark>1 </mark>") && changes.contains("<mark>2 </mark>"),
        "{changes}"
    );
    let player = desk.app.json(&format!("/api/player?article={}", desk.article)).await;
    assert_eq!(player["outdated"], true, "{player}");
    let hash = changes.split("name=\"hash\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(desk.post("changes", &[("hash", "0"), ("action", "accept")]).await.status(), 409);
    assert_eq!(desk.post("changes", &[("hash", hash), ("action", "accept")]).await.status(), 303);
    desk.read().await;
    let second = desk.narration().await;
    assert_ne!(first["id"], second["id"]);
    assert!(!desk.page().await.contains("Bài gốc đã thay đổi"));

    // A paywall in its place: the reading stays, listeners are not told of a newer text.
    site.correct();
    assert_eq!(desk.app.narrate(&key, &wanted).await["narration"], second["id"]);
    assert!(desk.page().await.contains("có thể là tường phí hoặc trang lỗi"));
    let player = desk.app.json(&format!("/api/player?article={}", desk.article)).await;
    assert_eq!(player["outdated"], false, "{player}");

    // Withdrawn.
    site.correct();
    assert_eq!(desk.app.narrate(&key, &wanted).await["state"], "failed");
    assert!(desk.page().await.contains("đã bị gỡ"));
    assert_eq!(desk.narration().await["id"], second["id"]);
}

/// What is seen of a sentence on its spoken side.
fn spoken_of(line: usize) -> String {
    format!("document.querySelector('#s{line} [data-spoken]').textContent")
}

/// Ctrl + Enter
pub async fn save(browser: &Browser) {
    browser.chord(Key::Control, "\u{e007}").await;
}

#[tokio::test]
async fn an_editor_listens_corrects_and_has_it_read_by_key() {
    let desk = desk().await;
    let path = format!("/desk/articles/{}", desk.article);
    let browser = Browser::open().await;
    browser.log_in(&desk.app, "lan", "bí mật dài", &path).await;
    browser.until("!document.querySelector('[data-keys]').hidden").await;
    for width in [390, 1280] {
        browser.resize(width, 900).await;
        browser.picture(&format!("script-{width}")).await;
        assert_accessible(&browser, &format!("the script at {width}")).await;
        let wide = browser.ask("document.documentElement.scrollWidth").await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{wide} of {width}");
    }

    // The riskiest place first; hear it, correct the word, hear that, save it.
    browser.keys("n").await;
    assert_eq!(browser.ask("document.activeElement.matches('[data-concern]')").await, true);
    browser.keys("p").await;
    browser.until("!!document.querySelector('.is-playing')").await;
    browser.keys("p").await;
    browser.until("!document.querySelector('.is-playing')").await;
    browser.keys("e").await;
    let written = "document.activeElement.form.elements.written.value";
    assert_eq!(browser.ask(written).await, "Brzylka");
    browser.keys("bờ xin ka").await;
    browser.chord(Key::Alt, "p").await;
    browser.until("!!document.querySelector('.line.is-playing')").await;
    browser.picture("script-reading-1280").await;
    assert_accessible(&browser, "how a word is said").await;
    save(&browser).await;
    browser.until(&format!("{}.includes('bờ xin ka')", spoken_of(3))).await;
    assert_eq!(browser.ask("document.querySelectorAll('[data-concern]').length").await, 0);

    // A sentence in other words; then it is read, and the page follows to the end.
    browser.ask("void document.querySelector('#s2').focus()").await;
    browser.keys("e").await;
    browser.ask("void document.activeElement.select()").await;
    browser.keys("cầu rất dài.").await;
    save(&browser).await;
    browser.until(&format!("{}.includes('cầu rất dài.')", spoken_of(2))).await;
    assert_eq!(browser.ask("document.activeElement.id").await, "s2");
    browser.keys("l").await;
    browser
        .until("document.querySelector('.script-state').textContent.includes('Bản đọc đúng với lời đọc')")
        .await;
    browser.picture("script-read-1280").await;
    // Undone: the sentence is the machine's again, the word stays corrected.
    browser.keys("u").await;
    browser.until(&format!("!{}.includes('cầu rất dài.')", spoken_of(2))).await;
    assert_eq!(browser.ask(&format!("{}.includes('bờ xin ka')", spoken_of(3))).await, true);
    browser.keys("?").await;
    browser.until("document.querySelector('[data-keys-help]').open").await;
    assert_accessible(&browser, "the keys").await;
    browser.assert_calm(&[&desk.app.url("/")]).await;
}

#[tokio::test]
async fn what_somebody_types_survives_a_lost_session() {
    let desk = desk().await;
    let path = format!("/desk/articles/{}", desk.article);
    let browser = Browser::open().await;
    browser.log_in(&desk.app, "lan", "bí mật dài", &path).await;
    browser.until("!document.querySelector('[data-keys]').hidden").await;
    browser.ask("void document.querySelector('#s2').focus()").await;
    browser.keys("e").await;
    browser.ask("void document.activeElement.select()").await;
    browser.keys("cầu rất dài.").await;
    browser.driver.delete_all_cookies().await.unwrap();
    save(&browser).await;
    browser.until("document.querySelector('.line [data-wrong] a') !== null").await;
    let typed = "document.querySelector('.line [name=spoken]').value";
    assert_eq!(browser.ask(typed).await, "cầu rất dài.");
    browser.picture("script-logged-out-1280").await;
    // Even when the page is left: the words are there again.
    browser.log_in(&desk.app, "lan", "bí mật dài", &path).await;
    browser.until("!document.querySelector('[data-keys]').hidden").await;
    browser.ask("void document.querySelector('#s2').focus()").await;
    browser.keys("e").await;
    assert_eq!(browser.ask(typed).await, "cầu rất dài.");
    save(&browser).await;
    browser.until(&format!("{}.includes('cầu rất dài.')", spoken_of(2))).await;
    assert!(project("target/screenshots/script-logged-out-1280.png").exists());
}
