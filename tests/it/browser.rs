//! Readers, editors and moderators at a real browser.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::Home;
use crate::chromium::{AUDIO, Browser};
use crate::listen::{article, begun, drop_voice_that_fails};
use crate::site::Site;

#[tokio::test]
async fn a_reader_listens() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let browser = Browser::open().await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.until("!!document.querySelector('bao-noi').shadowRoot").await;
    assert_eq!(browser.player(".elapsed").await.text().await.unwrap(), "00:00");
    let total = browser.player(".total").await.text().await.unwrap();
    assert!(total.starts_with("03:"), "{total}");
    assert!(browser.player(".spoken-by").await.text().await.unwrap().contains("Giọng nữ"));
    browser.picture("article-1280").await;
    browser.resize(390, 844).await;
    browser.picture("article-390").await;
    let wide = browser.ask("document.documentElement.scrollWidth").await;
    assert!(wide.as_u64().unwrap() <= 390, "the page scrolls sideways: {wide}");

    // Play: the time goes on, and the sentence is highlighted.
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 1.5")).await;
    browser.until("document.querySelectorAll('[data-cue][aria-current], [data-cue].is-spoken').length === 1").await;
    browser.picture("article-playing-390").await;

    // Seek: the browser asks for a range, and plays from there.
    browser.ask(&format!("void ({AUDIO}.currentTime = 100)")).await;
    browser.until(&format!("{AUDIO}.currentTime > 100.5 && !{AUDIO}.seeking")).await;
    let time = browser.player(".elapsed").await.text().await.unwrap();
    assert!(time.starts_with("01:4"), "{time}");
    // The keyboard works on the bar.
    browser.player(".bar").await.focus().await.unwrap();
    browser.player(".bar").await.send_keys(Key::Home).await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime < 20")).await;
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.paused")).await;

    // A sentence plays from its beginning.
    browser.resize(1280, 900).await;
    browser.click_sentence(6).await;
    browser.until(&format!("!{AUDIO}.paused && {AUDIO}.currentTime > 10")).await;
    let failures = browser.ask(&format!("{AUDIO}.error")).await;
    assert_eq!(failures, Value::Null);
}

#[tokio::test]
async fn the_player_works_in_a_frame_and_on_a_publishers_page() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let browser = Browser::open().await;
    browser.go(&app.url(&format!("/embed/{article}"))).await;
    browser.until("!!document.querySelector('bao-noi').shadowRoot").await;
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 0.5")).await;
    browser.resize(640, 200).await;
    browser.picture("embed-640").await;

    // Another origin: the element finds the article by the page's canonical address.
    let site = Site::start().await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    let canonical = player["article"]["url"].as_str().unwrap();
    let host = app.url("");
    let page = site.url(&format!("/khach?host={host}&canonical={canonical}"));
    browser.go(&page).await;
    browser.until("!!document.querySelector('bao-noi')?.shadowRoot?.querySelector('.play')").await;
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 0.5")).await;

    // A page that was never read shows nothing at all.
    let page = site.url(&format!("/khach?host={host}&canonical=https://bao.example/chua-doc"));
    browser.go(&page).await;
    let answered = "performance.getEntriesByType('resource')
        .some((entry) => entry.name.includes('/api/player') && entry.responseEnd > 0)";
    browser.until(answered).await;
    assert_eq!(browser.ask("document.querySelector('bao-noi').offsetHeight").await, 0);
}

#[tokio::test]
async fn a_comment_goes_from_a_reader_through_a_moderator_to_the_page() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let page = app.url(&format!("/articles/{article}"));
    let browser = Browser::open().await;
    browser.go(&page).await;
    let counter = browser.find(".comments-counter").await;
    browser
        .until(
            "document.querySelector('.comments-counter').textContent === 'Bạn còn 500/500 ký tự'",
        )
        .await;

    let body = browser.find("textarea[name=body]").await;
    body.send_keys("Hay!").await.unwrap();
    assert_eq!(counter.text().await.unwrap(), "Bạn còn 496/500 ký tự");
    browser.find(".comments-send").await.click().await.unwrap();
    browser.until("document.querySelector('.comments-error').textContent === 'Bạn vui lòng nhập từ 5 ký tự trở lên !!!'").await;
    browser.picture("comment-short-1280").await;

    body.send_keys("!").await.unwrap();
    browser.find(".comments-send").await.click().await.unwrap();
    browser.until("document.querySelector('textarea[name=body]').value === ''").await;
    browser.picture("comment-accepted-1280").await;
    browser.go(&page).await;
    assert_eq!(browser.ask("document.querySelectorAll('.comment').length").await, 0);

    browser.log_in(&app, "lan", password, "/moderation").await;
    browser.until("document.body.textContent.includes('Hay!!')").await;
    browser.picture("moderation-1280").await;
    browser.resize(390, 844).await;
    browser.picture("moderation-390").await;
    browser.resize(1280, 900).await;
    // By keyboard alone.
    browser.keys("jd9").await;
    browser.until("document.querySelector('[data-count=rejected]').textContent === '1'").await;
    browser.keys("u").await;
    browser.until("document.querySelectorAll('[data-comment]').length === 1").await;
    browser.keys("f").await;
    let begun = Instant::now();
    loop {
        let list = app.json(&format!("/api/articles/{article}/comments")).await;
        if list["total"] == 1 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "the key `f` approves nothing");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    browser.go(&page).await;
    browser.until("document.querySelector('.comment')?.textContent.includes('Hay!!')").await;
}

#[tokio::test]
async fn an_editor_pastes_an_address_and_hears_the_result() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    let password = home.add_account("lan");
    let app = home.start();
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk").await;
    browser.until("location.pathname === '/desk'").await;
    browser.find("[name=url]").await.send_keys(site.url("/bai-viet")).await.unwrap();
    browser.find("main form [type=submit]").await.click().await.unwrap();
    browser.until("!!document.querySelector('[data-row]')").await;
    let job = browser.ask("document.querySelector('[data-row]').dataset.job").await;
    browser.go(&app.url(&format!("/desk/jobs/{}", job.as_str().unwrap()))).await;
    // The page changes by itself when the job is done.
    browser.until("!!document.querySelector('bao-noi')?.shadowRoot").await;
    browser.picture("job-1280").await;
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 0.5")).await;

    // A refusal is shown with its reason.
    browser.go(&app.url("/desk")).await;
    browser.find("[name=url]").await.send_keys("http://192.168.1.1/").await.unwrap();
    browser.find("main form [type=submit]").await.click().await.unwrap();
    browser.until("document.body.textContent.includes('mạng nội bộ')").await;
    browser.go(&app.url("/desk")).await;
    browser.picture("desk-1280").await;
    browser.resize(390, 844).await;
    browser.picture("desk-390").await;
}

#[tokio::test]
async fn a_reader_listens_while_it_is_still_being_read() {
    // One utterance at a time, so that the reader is there before it is done.
    let home = Home::new("sample = false\nthreads = 1\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let browser = Browser::open().await;
    let (job, article) = begun(&app, &key, &article(500, "bản Mòn")).await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.until("!!document.querySelector('bao-noi')?.shadowRoot").await;
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 0.5")).await;
    let state = app.json(&format!("/api/jobs/{job}")).await;
    assert_eq!(state["state"], "running", "too fast to be caught: {state}");
    // Nobody knows how long it will be, and nothing says otherwise.
    assert_eq!(browser.player(".total").await.text().await.unwrap(), "");
    let bar = browser.player(".bar").await;
    assert!(!bar.is_enabled().await.unwrap());
    assert_eq!(bar.prop("value").await.unwrap().as_deref(), Some("0"));
    browser.picture("being-read-1280").await;
    browser.resize(390, 844).await;
    browser.picture("being-read-390").await;
    app.finished(&job).await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.until("!!document.querySelector('bao-noi')?.shadowRoot").await;
    assert!(browser.player(".total").await.text().await.unwrap().contains(':'));
}

#[tokio::test]
async fn an_editor_is_told_of_sentences_that_the_voice_could_not_read() {
    let home = Home::new("sample = false\nvoice = \"mini\"\n");
    drop_voice_that_fails(&home);
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let paragraphs = ["Bản Mòn có cầu mới.", "Con khỉ ăn khoai khô.", "Ai cũng vui."];
    let done = app.narrate(&key, &json!({"title": "Cây cầu", "paragraphs": paragraphs})).await;
    let browser = Browser::open().await;
    let page = format!("/desk/jobs/{}", done["id"].as_str().unwrap());
    browser.log_in(&app, "lan", password, &page).await;
    browser.until("!!document.querySelector('bao-noi')?.shadowRoot").await;
    assert!(browser.find(".warnings").await.text().await.unwrap().contains("Con khỉ ăn"));
    browser.picture("warning-1280").await;
    browser.resize(390, 844).await;
    browser.picture("warning-390").await;
    browser.go(&app.url("/desk")).await;
    assert!(browser.find(".job").await.text().await.unwrap().contains("1 câu cần nghe lại"));
    browser.picture("desk-warning-390").await;
}
