//! The moderators' desk in a real browser, by real keys.

use std::time::Instant;

use serde_json::json;

use crate::app::{App, Home};
use crate::axe::assert_accessible;
use crate::chromium::Browser;
use crate::comments::shown;

const SETTINGS: &str = "[comments]\nper_network_max = 1000\n";

/// A desk with these comments, each from a network of its own, and a browser in front of it.
async fn desk(home: &Home, bodies: &[&str]) -> (App, String, Browser) {
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    send_all(&app, &article, bodies).await;
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/moderation").await;
    browser.until("!document.querySelector('[data-keys]').hidden").await;
    (app, article, browser)
}

async fn send_all(app: &App, article: &str, bodies: &[&str]) {
    for (number, body) in bodies.iter().enumerate() {
        let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
        let request = request.json(&json!({"author": format!("Bạn đọc {number}"), "body": body}));
        assert_eq!(request.send().await.unwrap().status(), 202);
    }
}

const CURRENT: &str = "document.querySelector('.is-current .queue-body').textContent.trim()";

fn count(name: &str, number: usize) -> String {
    format!("document.querySelector('[data-count={name}]').textContent === '{number}'")
}

/// Waits until readers see so many comments.
async fn readers_see(app: &App, article: &str, number: usize) {
    let begun = Instant::now();
    while shown(app, article).await.len() != number {
        assert!(begun.elapsed().as_secs() < 30, "{:?}", shown(app, article).await);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_queue_is_cleared_with_one_hand() {
    let home = Home::new(SETTINGS);
    let bodies = ["Ý kiến một", "Ý kiến hai", "Ý kiến ba", "Ý kiến bốn", "Ý kiến năm"];
    let (app, article, browser) = desk(&home, &bodies).await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến một");
    // Approve; reject with the first reason; spam.
    browser.keys("f").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến hai");
    browser.keys("d").await;
    browser.picture("moderation-reasons-1280").await;
    assert_accessible(&browser, "reasons").await;
    // While a reason is asked for, no other key decides.
    browser.keys("f").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến hai");
    browser.keys("1s").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến bốn");
    browser.until(&count("rejected", 2)).await;
    readers_see(&app, &article, 1).await;
    // Undone one after the other, and the hand is where it was.
    browser.keys("u").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến ba");
    browser.keys("uu").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến một");
    browser.until(&count("waiting", 5)).await;
    readers_see(&app, &article, 0).await;
    // Two at once, and back, and once more.
    browser.keys("xx").await;
    browser.picture("moderation-selected-1280").await;
    assert_accessible(&browser, "two selected").await;
    browser.keys("f").await;
    readers_see(&app, &article, 2).await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến ba");
    browser.keys("u").await;
    readers_see(&app, &article, 0).await;
    // What was chosen is seen, or chosen no longer.
    browser.keys("x\u{e00c}").await;
    assert_eq!(browser.ask("document.querySelector('[data-bulk]').hidden").await, true);
    // One at a time; keys do nothing elsewhere on the page.
    browser.keys("xz").await;
    assert_eq!(browser.ask("document.querySelector('[data-bulk]').hidden").await, true);
    assert_eq!(browser.ask("[...document.querySelectorAll('.queue-item')].filter((card) => card.checkVisibility()).length").await, 1);
    browser.keys("/").await;
    browser.keys("f").await;
    assert_eq!(browser.ask("document.querySelector('[type=search]').value").await, "f");
    browser.keys("\u{e00c}").await;
    assert_eq!(browser.ask("document.activeElement.className").await, "card queue-item is-current");
    browser.ask("void document.querySelector('.tabs a').focus()").await;
    browser.keys("f").await;
    browser.until(&count("waiting", 5)).await;
    // Switched off they do nothing anywhere.
    browser.ask("void document.querySelector('[data-keys-use]').click()").await;
    browser.ask("void document.querySelector('.is-current').focus()").await;
    browser.keys("f").await;
    browser.until(&count("waiting", 5)).await;
    browser.ask("void document.querySelector('[data-keys-use]').click()").await;
    browser.ask("void document.querySelector('.is-current').focus()").await;
    browser.keys("?").await;
    browser.until("document.querySelector('[data-keys-help]').open").await;
    browser.picture("moderation-help-1280").await;
    assert_accessible(&browser, "the keys").await;
    browser.assert_calm(&[&app.url("/")]).await;
    // Every decision and every way back is in the log, and the log holds.
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success(), "{}", crate::app::text(&doctor.stdout));
}

#[tokio::test]
async fn a_network_is_blocked_and_let_in_again() {
    let home = Home::new(SETTINGS);
    let (app, article, browser) = desk(&home, &["Mua hàng giá rẻ", "Bài hay lắm"]).await;
    browser.keys("b").await;
    browser.until(&count("rejected", 1)).await;
    let until_blocked = async |is_blocked: bool| {
        let begun = Instant::now();
        loop {
            send_all(&app, &article, &["Thử gửi nữa"]).await;
            browser.go(&app.url("/moderation?queue=rejected")).await;
            let text =
                browser.ask("document.querySelector('.queue-item')?.textContent ?? ''").await;
            if text.as_str().unwrap().contains("Mạng bị chặn") == is_blocked {
                return;
            }
            assert!(begun.elapsed().as_secs() < 30);
        }
    };
    until_blocked(true).await;
    browser.picture("moderation-rejected-1280").await;
    browser.go(&app.url("/moderation/networks")).await;
    browser.picture("moderation-networks-1280").await;
    assert_accessible(&browser, "blocked networks").await;
    browser.find(".networks button").await.click().await.unwrap();
    browser.until("document.querySelectorAll('.networks button').length === 0").await;
    send_all(&app, &article, &["Lại được gửi"]).await;
    browser.go(&app.url("/moderation?q=lai%20duoc")).await;
    assert_eq!(browser.ask(CURRENT).await, "Lại được gửi");
}

#[tokio::test]
async fn the_second_of_two_moderators_is_told() {
    let home = Home::new(SETTINGS);
    home.add_account("minh");
    let (app, article, browser) = desk(&home, &["Ý kiến một", "Ý kiến hai"]).await;
    let minh = app.log_in("minh", "bí mật dài").await;
    let id = browser.ask("document.querySelector('.is-current').dataset.comment").await;
    let body = "decision=reject&reason=insult&seen=waiting".to_owned();
    let path = format!("/moderation/comments/{}", id.as_str().unwrap());
    assert_eq!(app.post_form(&path, body, Some(&minh)).await.status(), 303);
    browser.keys("f").await;
    browser.until("document.querySelector('[data-said]').textContent === 'minh đã từ chối bình luận của Bạn đọc 0 trước bạn. Quyết định của bạn không được áp dụng.'").await;
    browser.picture("moderation-meanwhile-1280").await;
    assert_eq!(browser.ask("document.querySelector('[data-undo]').hidden").await, true);
    readers_see(&app, &article, 0).await;
    // New ones come in at the end, while the hand stays where it is.
    let many: Vec<String> = (0..3).map(|number| format!("Ý kiến mới {number}")).collect();
    send_all(&app, &article, &many.iter().map(String::as_str).collect::<Vec<_>>()).await;
    browser.until("document.querySelectorAll('.queue-item').length === 4").await;
    assert_eq!(browser.ask(CURRENT).await, "Ý kiến hai");
}

#[tokio::test]
async fn a_hundred_of_two_hundred_are_cleared_by_key() {
    let home = Home::new(SETTINGS);
    let bodies: Vec<String> = (0..200)
        .map(|number| match number % 4 {
            0 => format!("Vay tiền nhanh số {number}, gọi 0912 345 678"),
            1 => format!("Xem thêm tại tin-nhanh.com/{number}"),
            _ => format!("Tôi đồng ý với ý kiến số {number} của bài viết này, mong tỉnh sớm làm."),
        })
        .collect();
    let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let (app, article, browser) = desk(&home, &bodies).await;
    browser.picture("moderation-200-1280").await;
    for (width, dark) in [(390, false), (320, true)] {
        browser.resize(width, 844).await;
        browser.dark(dark).await;
        browser.picture(&format!("moderation-200-{width}")).await;
        assert_accessible(&browser, &format!("a queue at {width}")).await;
        let wide = browser.ask("document.documentElement.scrollWidth").await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{wide} of {width}");
    }
    browser.dark(false).await;
    browser.resize(1280, 900).await;
    let begun = Instant::now();
    // What a moderator does who reads: two are approved, one is spam, one is rejected for a reason.
    for _ in 0..25 {
        for keys in ["s", "d3", "f", "f"] {
            // More is loaded while the keys go on; a hand that is faster than that waits.
            browser.until("!!document.querySelector('.is-current')").await;
            browser.keys(keys).await;
        }
    }
    println!("100 comments cleared by key in {:.1} s", begun.elapsed().as_secs_f64());
    browser.until(&count("waiting", 100)).await;
    browser.until(&count("rejected", 50)).await;
    let begun = Instant::now();
    loop {
        let list = app.json(&format!("/api/articles/{article}/comments")).await;
        if list["total"] == 50 {
            break;
        }
        assert!(begun.elapsed().as_secs() < 60, "{}", list["total"]);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    // The next was there at once: between a key and the next card nothing is waited for.
    let wait = browser.ask("(() => { const card = document.querySelector('.is-current'); const begun = performance.now();
        card.dispatchEvent(new KeyboardEvent('keydown', { key: 'f', bubbles: true }));
        return [performance.now() - begun, card !== document.querySelector('.is-current')]; })()").await;
    assert_eq!(wait[1], true);
    println!("the next card is there after {} ms", wait[0]);
}
