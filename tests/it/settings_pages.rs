//! The pages of settings in a real browser: by keys and clicks, narrow and wide, by day and by night.

use crate::accounts::looked_at;
use crate::app::Home;
use crate::chromium::Browser;
use crate::site::Site;

const HEARD: &str = "document.querySelector('[data-hear-sound]')";

/// Presses the button that lets hear, and waits until there is sound.
pub async fn hear(browser: &Browser) {
    let heard = async {
        browser.find("[data-hear]").await.click().await.unwrap();
        browser.until(&format!("{HEARD}.currentTime > 0.2 || {HEARD}.ended")).await;
        let said = "document.querySelector('[data-hear-said]').textContent";
        browser.until(&format!("{said} === 'Đã tạo xong tiếng.'")).await;
    };
    browser.ours(heard).await;
}

#[tokio::test]
async fn an_editor_sets_sources_voice_pace_frames_and_rules() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    let password = home.add_account("lan");
    let app = home.start();
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk/settings").await;
    browser.until("location.pathname === '/desk/settings'").await;
    looked_at(&browser, "settings").await;

    // Sources: looked at, followed, asked, left.
    browser.find("a[href='/desk/settings/sources']").await.click().await.unwrap();
    browser.until("location.pathname === '/desk/settings/sources'").await;
    let address = browser.find("#address").await;
    address.send_keys(site.url("/hong.rss")).await.unwrap();
    browser.keys("\u{e007}").await;
    browser.until("!!document.querySelector('#address-error')").await;
    looked_at(&browser, "settings-sources-wrong").await;
    browser.ask("void (document.querySelector('#address').value = '')").await;
    browser.find("#address").await.send_keys(site.url("/tin.rss")).await.unwrap();
    browser.keys("\u{e007}").await;
    browser.until("!!document.querySelector('[data-found] li')").await;
    looked_at(&browser, "settings-sources-found").await;
    browser.find("[data-found] button").await.click().await.unwrap();
    browser.until("!!document.querySelector('[data-source]')").await;
    browser.find(".source details summary").await.click().await.unwrap();
    looked_at(&browser, "settings-sources").await;
    browser.find(".source details .button-danger").await.click().await.unwrap();
    browser.until("!!document.querySelector('.empty')").await;

    // A sentence in the voice that reads.
    browser.go(&app.url("/desk/settings/voice")).await;
    let text = browser.find("#text").await;
    text.clear().await.unwrap();
    text.send_keys("Chào bà con bản Mòn.").await.unwrap();
    hear(&browser).await;
    looked_at(&browser, "settings-voice").await;
    browser.assert_calm(&[&app.url("/"), "blob:"]).await;

    // The pace: heard twice as fast before it is saved, then saved by the keyboard.
    browser.go(&app.url("/desk/settings/pace")).await;
    hear(&browser).await;
    let slow = browser.ask(&format!("{HEARD}.duration")).await.as_f64().unwrap();
    let speed = browser.find("#speed").await;
    speed.clear().await.unwrap();
    speed.send_keys("2").await.unwrap();
    browser.find("[data-hear]").await.click().await.unwrap();
    browser.until(&format!("{HEARD}.duration > 0 && {HEARD}.duration < {slow} * 0.9")).await;
    looked_at(&browser, "settings-pace").await;
    browser.assert_calm(&[&app.url("/"), "blob:"]).await;
    let speed = browser.find("#speed").await;
    speed.clear().await.unwrap();
    speed.send_keys("20\u{e007}").await.unwrap();
    browser.until("!!document.querySelector('#speed-error')").await;
    looked_at(&browser, "settings-pace-wrong").await;
    let speed = browser.find("#speed").await;
    speed.clear().await.unwrap();
    speed.send_keys("1,5\u{e007}").await.unwrap();
    browser.until("location.search === '?done=saved'").await;
    assert_eq!(browser.ask("document.querySelector('#speed').value").await, "1,5");
    looked_at(&browser, "settings-pace-saved").await;

    browser.go(&app.url("/desk/settings/embedding")).await;
    browser.find("#sites").await.send_keys("https://baomuongthanh.example").await.unwrap();
    browser.find("button[value=save]").await.click().await.unwrap();
    browser.until("location.search === '?done=saved'").await;
    looked_at(&browser, "settings-embedding").await;

    browser.go(&app.url("/desk/settings/comments")).await;
    browser.find("#suspect_words").await.send_keys("lan đột biến").await.unwrap();
    browser.find("#text").await.send_keys("Ai mua lan dot bien không?").await.unwrap();
    browser.find("#try button").await.click().await.unwrap();
    browser
        .until("document.querySelector('[data-tried] mark')?.textContent === 'lan dot bien'")
        .await;
    looked_at(&browser, "settings-comments").await;

    browser.go(&app.url("/desk/health")).await;
    looked_at(&browser, "health").await;
    browser.find("#backup button").await.click().await.unwrap();
    browser.until("location.hash === '#backup'").await;
    // A finger finds every control.
    for path in ["sources", "voice", "pace", "embedding", "comments"] {
        browser.resize(390, 844).await;
        browser.go(&app.url(&format!("/desk/settings/{path}"))).await;
        let small = browser
            .ask(
                "[...document.querySelectorAll('main :is(button, input:not([type=hidden], [type=radio], [type=checkbox]), select, textarea, summary)')]
                    .filter((node) => node.checkVisibility())
                    .filter((node) => node.getBoundingClientRect().height < 44)
                    .map((node) => node.outerHTML)",
            )
            .await;
        assert_eq!(small, serde_json::json!([]), "{path}");
    }
}
