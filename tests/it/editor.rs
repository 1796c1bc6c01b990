//! An editor's whole way in a real browser: from an address to readers who hear the correction.

use serde_json::Value;

use crate::app::Home;
use crate::chromium::{AUDIO, Browser};
use crate::script::save;
use crate::site::Site;

const ROW: &str = "document.querySelector('[data-row]')";

/// What the row says, without what only screen readers get.
fn row_says(words: &str) -> String {
    format!("{ROW}?.textContent.includes('{words}') === true")
}

#[tokio::test]
async fn from_an_address_to_readers_who_hear_the_correction() {
    let site = Site::start().await;
    let home = Home::reading_with(&site, "[publishing]\nnew = \"by_hand\"\n", "");
    let password = home.add_account("lan");
    let app = home.start();
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk").await;

    // Add an address, and watch.
    browser.ask("void document.querySelector('#desk-url').focus()").await;
    browser.keys(&site.url("/bien-tap")).await;
    browser.find("#desk-url").await;
    browser.ask("void document.querySelector('#desk-url').form.requestSubmit()").await;
    browser.until(&row_says("Xong")).await;
    browser.until(&row_says("Bản nháp")).await;
    browser.picture("editor-1-list-1280").await;
    assert_eq!(app.json("/latest.json").await["items"], serde_json::json!([]));

    // The attention list: one name that was guessed.
    let link = format!("{ROW}.querySelector('[data-title]')");
    let page = browser.ask(&format!("{link}.getAttribute('href')")).await;
    let page = page.as_str().unwrap().to_owned();
    let article = page.rsplit('/').next().unwrap().to_owned();
    assert_eq!(app.get(&format!("/articles/{article}")).await.status(), 404);
    browser.ask(&format!("void {link}.click()")).await;
    browser.until("document.querySelectorAll('[data-concern]').length === 1").await;
    browser.until("!document.querySelector('[data-keys]').hidden").await;
    browser.picture("editor-2-attention-1280").await;

    // Hear it, say it otherwise, hear that, save it.
    let first = browser.ask("document.querySelector('[data-script]').dataset.sound").await;
    browser.keys("n").await;
    browser.keys("p").await;
    browser.until("!!document.querySelector('.is-playing')").await;
    browser.keys("e").await;
    browser.keys("bờ xin ka").await;
    browser.chord(thirtyfour::prelude::Key::Alt, "p").await;
    browser.until("!!document.querySelector('.is-playing')").await;
    browser.picture("editor-3-word-1280").await;
    save(&browser).await;
    browser.until("document.querySelectorAll('[data-concern]').length === 0").await;
    browser.keys("l").await;
    let current = "document.querySelector('.script-state').textContent.includes('Bản đọc đúng')";
    browser.until(current).await;

    // Publish it, and be a reader.
    browser.ask("void document.querySelector('[name=action][value=publish]').click()").await;
    browser.until("!!document.querySelector('[name=action][value=unpublish]')").await;
    browser.picture("editor-4-published-1280").await;
    let corrected = browser.ask("document.querySelector('[data-script]').dataset.sound").await;
    assert_ne!(first, corrected);
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.player_is_there().await;
    browser.play().await;
    browser.until(&format!("{AUDIO}.currentTime > 0.2")).await;
    let source = browser.ask(&format!("new URL({AUDIO}.currentSrc).pathname")).await;
    let stem = |path: &Value| path.as_str().unwrap().rsplit_once('.').unwrap().0.to_owned();
    assert_eq!(stem(&source), stem(&corrected));
    browser.assert_calm(&[&app.url("/")]).await;
}
