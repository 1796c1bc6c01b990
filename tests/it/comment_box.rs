//! The comment box in a real browser: on our page, and where it builds itself on another's.

use serde_json::{Value, json};

use crate::app::{App, Home};
use crate::axe::assert_accessible;
use crate::chromium::Browser;

/// Where the box is, on whatever page.
const BOX: &str = "(document.querySelector('bao-noi-comments').shadowRoot ?? document)";

const SETTINGS: &str = "[comments]\nper_network_max = 1000\nemail = true\n";

async fn send(app: &App, article: &str, comment: Value) -> String {
    let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    let told: Value = request.json(&comment).send().await.unwrap().json().await.unwrap();
    told["id"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned()
}

async fn approve(app: &App, cookie: &str, comments: &[String]) {
    let one = |comment: &String| json!({"comment": comment, "decision": "approve"});
    let decisions: Vec<Value> = comments.iter().map(one).collect();
    let request = app.client.post(app.url("/moderation/decisions")).header("cookie", cookie);
    let told = request.json(&json!({"decisions": decisions})).send().await.unwrap();
    assert_eq!(told.status(), 200);
}

async fn waiting(app: &App, cookie: &str) -> Vec<String> {
    let request = app.client.get(app.url("/moderation/items?queue=waiting"));
    let page = request.header("cookie", cookie).send().await.unwrap().text().await.unwrap();
    let ids = page.split("data-comment=\"").skip(1);
    ids.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Presses what stands in the box.
async fn press(browser: &Browser, css: &str) {
    browser.ask(&format!("{BOX}.querySelector({css:?}).click()")).await;
}

/// Types into a field as a hand does: what listens to it hears it.
async fn fill(browser: &Browser, css: &str, typed: &str) {
    let field = format!("{BOX}.querySelector({css:?})");
    browser.ask(&format!("{field}.focus()")).await;
    browser.ask(&format!(
        "({field}.value = {typed:?}, {field}.dispatchEvent(new Event('input', {{ bubbles: true }})))"
    ))
    .await;
}

#[tokio::test]
async fn readers_answer_like_and_report_each_other() {
    let home = Home::new(SETTINGS);
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let cookie = app.log_in("lan", password).await;
    let first = send(&app, &article, json!({"author": "Lò Thị Mai", "body": "Cầu đẹp quá"})).await;
    let second = send(&app, &article, json!({"author": "Hà", "body": "Đường còn xấu"})).await;
    approve(&app, &cookie, &[first.clone(), second.clone()]).await;

    // On our own page, and where the box builds itself in its shadow root.
    let browser = Browser::open().await;
    for (place, path) in [
        ("own", format!("/articles/{article}")),
        ("guest", format!("/static/demo/comments.html?article={article}")),
    ] {
        browser.go(&app.url(&path)).await;
        let row = format!("[data-comment=\"{first}\"]");
        browser.until(&format!("!!{BOX}.querySelector('{row} .comment-acts')")).await;
        browser.picture(&format!("box-{place}-idle-1280")).await;

        let like = format!("{BOX}.querySelector('{row} .comment-act')");
        press(&browser, &format!("{row} .comment-act")).await;
        browser.until(&format!("{like}.textContent === 'Thích (1)'")).await;
        assert_eq!(browser.ask(&format!("{like}.getAttribute('aria-pressed')")).await, "true");
        fill(&browser, ".comments-order", "liked").await;
        browser
            .ask(&format!(
                "{BOX}.querySelector('.comments-order').dispatchEvent(new Event('change'))"
            ))
            .await;
        browser
            .until(&format!("{BOX}.querySelector('.comment').dataset.comment === '{first}'"))
            .await;
        // The same hand takes it back.
        press(&browser, &format!("{row} .comment-act")).await;
        browser.until(&format!("{like}.textContent === 'Thích'")).await;

        press(&browser, &format!("{row} .comment-act:nth-child(2)")).await;
        browser.until(&format!("!!{BOX}.querySelector('{row} .comments-form')")).await;
        browser.until(&format!("{BOX}.activeElement.name === 'body'")).await;
        assert_accessible(&browser, &format!("box-{place}-reply-1280")).await;
        browser.resize(390, 844).await;
        browser.picture(&format!("box-{place}-reply-390")).await;
        fill(&browser, ".comments-body", &format!("Đúng thế ({place})")).await;
        fill(&browser, ".comments-email", "mai@").await;
        press(&browser, ".comments-send").await;
        let status = format!("{BOX}.querySelector('.comments-status').textContent");
        browser.until(&format!("{status}.startsWith('Địa chỉ e-mail không đúng')")).await;
        fill(&browser, ".comments-email", "mai@bao.example").await;
        press(&browser, ".comments-send").await;
        browser
            .until(&format!(
                "{BOX}.querySelector('{row} .comment-acts').textContent.includes('đang chờ duyệt')"
            ))
            .await;
        browser.picture(&format!("box-{place}-accepted-390")).await;
        // It says so where it was written, and the form is ready for another comment.
        assert_eq!(
            browser.ask(&format!("{BOX}.querySelector('{row} .comments-form')")).await,
            Value::Null
        );
        browser.resize(1280, 900).await;

        press(&browser, &format!("{row} .comment-act:nth-child(3)")).await;
        browser.until(&format!("!!{BOX}.querySelector('{row} .comment-report')")).await;
        assert_accessible(&browser, &format!("box-{place}-report-1280")).await;
        browser.keys("\u{e00c}").await;
        browser.until(&format!("!{BOX}.querySelector('{row} .comment-report')")).await;
        press(&browser, &format!("{row} .comment-act:nth-child(3)")).await;
        browser.until(&format!("!!{BOX}.querySelector('{row} .comment-report')")).await;
        fill(&browser, ".comment-report select", "spam").await;
        press(&browser, ".comment-report .comments-more").await;
        browser
            .until(&format!(
                "{BOX}.querySelector('{row} .comment-report').textContent.includes('Đã báo cáo')"
            ))
            .await;
    }
    // It was one browser: one report, and one like that was taken back.
    let listed = app.json(&format!("/api/articles/{article}/comments")).await;
    assert!(listed["comments"].as_array().unwrap().iter().all(|comment| comment["likes"] == 0));
    let request = app.client.get(app.url("/moderation?queue=reported")).header("cookie", &cookie);
    let reported = request.send().await.unwrap().text().await.unwrap();
    assert!(reported.contains("1 báo cáo") && reported.contains("Cầu đẹp quá"));
    let replies = waiting(&app, &cookie).await;
    assert_eq!(replies.len(), 2);
    approve(&app, &cookie, &replies).await;
    let listed = app.json(&format!("/api/articles/{article}/comments?order=newest")).await;
    assert_eq!(listed["comments"][1]["replies"].as_array().unwrap().len(), 2);
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.until("document.querySelectorAll('.comment-replies .comment-acts').length === 2").await;
    assert_accessible(&browser, "box-replies-1280").await;
    browser.resize(320, 700).await;
    browser.dark(true).await;
    assert_accessible(&browser, "box-replies-320-dark").await;
}

#[tokio::test]
async fn a_browser_works_for_what_is_shown_at_once() {
    let home =
        Home::new("[comments]\nmoderation = \"after\"\nmin_seconds = 0\nname_required = true\n");
    let app = home.start();
    let article = app.sample().await;
    let browser = Browser::open().await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.until("!!document.querySelector('.comments-counter').textContent").await;
    assert_eq!(browser.ask("document.querySelector('.comments-note').offsetHeight").await, 0);
    for words in ["Bài viết rất hay", "Tôi xem lại lần nữa"] {
        fill(&browser, ".comments-author", "").await;
        fill(&browser, ".comments-body", words).await;
        press(&browser, ".comments-send").await;
        let error = "document.querySelector('.comments-error').textContent";
        browser.until(&format!("{error} === 'Bạn vui lòng nhập tên.'")).await;
        fill(&browser, ".comments-author", "Lò Thị Mai").await;
        press(&browser, ".comments-send").await;
        // There it is, without loading the page.
        browser
            .until(&format!("document.querySelector('.comment-body')?.textContent === {words:?}"))
            .await;
    }
    browser.picture("box-shown-at-once-1280").await;
    assert_eq!(browser.ask("document.querySelectorAll('.comment').length").await, 2);
    let listed = app.json(&format!("/api/articles/{article}/comments")).await;
    assert_eq!(listed["total"], 2);
}
