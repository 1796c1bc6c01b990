//! What happens to the player that nobody planned: hasty hands, lost servers, second tabs.

use serde_json::json;

use crate::app::Home;
use crate::chromium::{AUDIO, Browser};
use crate::player::{open, with_articles};

const IS_MINI: &str = "document.querySelector('bao-noi').shadowRoot.querySelector('.frame').classList.contains('is-mini')";

#[tokio::test]
async fn a_click_in_the_text_does_not_throw_the_page_about() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[60]).await;
    let browser = Browser::open().await;
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.resize(width, height).await;
        open(&browser, &app, &ids[0]).await;
        browser.play().await;
        browser.until("!!document.querySelector('[aria-current]')").await;
        browser.ask("void scrollTo({ top: 1200, behavior: 'instant' })").await;
        browser.until(IS_MINI).await;
        // Beside the text, on nothing.
        let chain = browser.driver.action_chain();
        chain.move_to(3, 300).click().perform().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
        // The text that follows may have moved it by a line or two.
        let moved = browser.ask("Math.abs(scrollY - 1200)").await.as_f64().unwrap();
        assert!(moved < 200.0, "{width}: moved by {moved}");
        // On a sentence: it is what plays, and it stays where it is.
        let sentence = "[...document.querySelectorAll('[data-cue]')].find((s) => s.getBoundingClientRect().top > 300)";
        let at = browser
            .ask(&format!("(({{left, top}}) => [Math.round(left) + 20, Math.round(top) + 8])({sentence}.getClientRects()[0])"))
            .await;
        let cue = browser.ask(&format!("{sentence}.dataset.cue")).await;
        let (x, y) = (at[0].as_i64().unwrap(), at[1].as_i64().unwrap());
        browser.driver.action_chain().move_to(x, y).click().perform().await.unwrap();
        browser
            .until(&format!("document.querySelector('[aria-current]')?.dataset.cue === {cue}"))
            .await;
        let moved = browser.ask("Math.abs(scrollY - 1200)").await.as_f64().unwrap();
        assert!(moved < f64::from(height) / 2.0, "{width}: moved by {moved}");
    }
}

#[tokio::test]
async fn play_tries_again_after_the_service_was_away() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[6]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    // Away: every request for sound fails.
    let away = |patterns: serde_json::Value| {
        let cdp = browser.driver.cdp();
        async move { cdp.send_raw("Network.setBlockedURLs", patterns).await.unwrap() }
    };
    let cdp = browser.driver.cdp();
    cdp.send_raw("Network.enable", json!({})).await.unwrap();
    away(json!({"urls": ["*.mp3*"]})).await;
    browser.player(".play").await.click().await.unwrap();
    browser.until("document.querySelector('bao-noi').shadowRoot.querySelector('.player').classList.contains('is-failed')").await;
    away(json!({"urls": []})).await;
    browser.play().await;
    assert_eq!(browser.ask_player(".message", "textContent").await, "");
}

#[tokio::test]
async fn one_tab_at_a_time_speaks() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[40, 40]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    browser.play().await;
    let first = browser.driver.window().await.unwrap();
    let second = browser.driver.new_tab().await.unwrap();
    browser.driver.switch_to_window(second).await.unwrap();
    open(&browser, &app, &ids[1]).await;
    browser.play().await;
    browser.driver.switch_to_window(first).await.unwrap();
    browser.until(&format!("{AUDIO}.paused")).await;
}

#[tokio::test]
async fn another_article_in_the_same_element_is_another_article() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[5, 5]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    browser.play().await;
    let second = &app.json(&format!("/api/player?article={}", ids[1])).await;
    let mp3 = second["narration"]["mp3"].as_str().unwrap();
    let set = |name: &str, value: &str| {
        format!("void document.querySelector('bao-noi').setAttribute('{name}', '{value}')")
    };
    browser.ask(&set("article", &ids[1])).await;
    browser.until(&format!("{AUDIO}.src.endsWith('{mp3}')")).await;
    assert_eq!(browser.ask(&format!("{AUDIO}.paused")).await, true);
    browser.play().await;
    // What is not there cannot be played, and what played before is silent.
    browser.ask(&set("article", "00000000-0000-7000-8000-000000000000")).await;
    browser.until("document.querySelector('bao-noi').hidden").await;
    assert_eq!(browser.ask(&format!("{AUDIO}.paused")).await, true);
    // Moved about on the page it is still itself, with its name.
    browser.ask(&set("article", &ids[0])).await;
    browser.until("!document.querySelector('bao-noi').hidden").await;
    browser
        .ask("void document.querySelector('main').prepend(document.querySelector('bao-noi'))")
        .await;
    browser.until(&format!("{AUDIO}.src.includes('/audio/')")).await;
    let name = browser.ask("document.querySelector('bao-noi').shadowRoot.querySelector('.player').getAttribute('aria-label')").await;
    assert!(name.as_str().unwrap().ends_with("Bài số 1"), "{name}");
}
