//! Accessibility by axe-core (WCAG 2.2 A and AA, and its best practices), in every state of the player and on
//! every page that readers see, and the pictures that go with them.

use serde_json::{Value, json};

use crate::app::Home;
use crate::chromium::{AUDIO, Browser};
use crate::listen::{article, begun};

/// What axe finds on the page, shadow trees included. `./tests/run` fetches it.
pub async fn assert_accessible(browser: &Browser, state: &str) {
    let path = std::env::var("BAONOI_TEST_AXE")
        .expect("./tests/run fetches axe-core and says where it is");
    let axe = std::fs::read_to_string(path).unwrap();
    browser.driver.execute(axe, vec![]).await.unwrap();
    let found = browser
        .answer(
            "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
                violations.map(({ id, help, nodes }) => [id, help, nodes.map(({ html, failureSummary }) => [html, failureSummary])]))",
        )
        .await;
    assert_eq!(found, json!([]), "{state}");
    println!("axe finds nothing: {state}");
}

#[tokio::test]
async fn axe_finds_nothing_in_any_state_of_the_player() {
    let home = Home::new("");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let sample = app.sample().await;
    app.narrate(&key, &article(3, "bản Na")).await;
    let page = app.url(&format!("/articles/{sample}"));
    let browser = Browser::open().await;
    for (width, height) in [(1280, 900), (768, 1024), (390, 844), (320, 640)] {
        browser.resize(width, height).await;
        for dark in [false, true] {
            browser.dark(dark).await;
            let scheme = if dark { "dark" } else { "light" };
            browser.go(&page).await;
            browser.player_is_there().await;
            browser.picture(&format!("player-idle-{width}-{scheme}")).await;
            let wide = browser.ask("document.documentElement.scrollWidth").await;
            assert!(
                wide.as_u64().unwrap() <= u64::from(width),
                "it scrolls sideways: {wide} of {width}"
            );
            assert_accessible(&browser, &format!("idle, {width}, {scheme}")).await;
            browser.play().await;
            browser.player(".more").await.click().await.unwrap();
            browser
                .until("!!document.querySelector('bao-noi').shadowRoot.querySelector('.queue')")
                .await;
            browser.player("[part=button].wide").await.click().await.unwrap();
            browser
                .until("!!document.querySelector('bao-noi').shadowRoot.querySelector('.queue li')")
                .await;
            browser.picture(&format!("player-open-{width}-{scheme}")).await;
            assert_accessible(&browser, &format!("playing and open, {width}, {scheme}")).await;
            browser.ask("void scrollTo(0, document.querySelector('.article').offsetHeight - innerHeight)").await;
            let is_mini = "document.querySelector('bao-noi').shadowRoot.querySelector('.frame').classList.contains('is-mini')";
            browser.until(is_mini).await;
            browser.picture(&format!("player-mini-{width}-{scheme}")).await;
            assert_accessible(&browser, &format!("small form, {width}, {scheme}")).await;
            browser.ask("void localStorage.clear()").await;
        }
    }
    browser.dark(false).await;

    // 200 % zoom of a window of 1280 px: 640 px of CSS, two device pixels each.
    browser.zoom(640, 450, 2.0).await;
    browser.go(&page).await;
    browser.player_is_there().await;
    browser.picture("player-zoomed-200").await;
    assert_accessible(&browser, "200 % zoom").await;
    browser.resize(1280, 900).await;

    // A sound that cannot be got.
    browser.go(&page).await;
    browser.player_is_there().await;
    browser.ask(&format!("void ({AUDIO}.src = '/audio/none.mp3')")).await;
    browser.player(".play").await.click().await.unwrap();
    browser.until("document.querySelector('bao-noi').shadowRoot.querySelector('.message').textContent !== ''").await;
    browser.picture("player-failed-1280").await;
    assert_accessible(&browser, "failed").await;

    // The other pages of readers.
    for (path, name) in [
        ("/", "home"),
        (&*format!("/embed/{sample}?comments=1"), "embed"),
        ("/khong-co", "not found"),
        ("/login", "login"),
        ("/?q=khong", "search"),
    ] {
        browser.go(&app.url(path)).await;
        browser.until("document.readyState === 'complete'").await;
        assert_accessible(&browser, name).await;
    }
    browser.go(&app.url("/")).await;
    browser.find("[data-play-all]").await.click().await.unwrap();
    browser.player_is_there().await;
    assert_accessible(&browser, "all of Tin mới").await;

    // What is still being read, in high contrast.
    browser.contrast().await;
    let (_, live) = begun(&app, &key, &article(500, "bản Mòn")).await;
    browser.go(&app.url(&format!("/articles/{live}"))).await;
    browser.player_is_there().await;
    browser.picture("player-live-contrast-1280").await;
    assert_accessible(&browser, "being read, in high contrast").await;
    let forced: Value = browser.ask("matchMedia('(forced-colors: active)').matches").await;
    assert_eq!(forced, true);
}

#[tokio::test]
async fn fingers_and_pointers_find_every_control() {
    let app = Home::new("").start_and_keep();
    let sample = app.sample().await;
    let browser = Browser::open().await;
    browser.resize(390, 844).await;
    browser.go(&app.url(&format!("/articles/{sample}"))).await;
    browser.player_is_there().await;
    browser.player(".more").await.click().await.unwrap();
    browser.until("!!document.querySelector('bao-noi').shadowRoot.querySelector('.queue')").await;
    // 44 px in both directions; the box to tick is reached by its label.
    let small = browser
        .ask(
            "[...document.querySelector('bao-noi').shadowRoot.querySelectorAll('button, a, select, input:not([type=checkbox]), label.auto')]
                .filter((node) => node.checkVisibility())
                .map((node) => [node.className, node.getBoundingClientRect()])
                .filter(([, { width, height }]) => width < 44 || height < 44)
                .map(([name, { width, height }]) => `${name} ${width} × ${height}`)",
        )
        .await;
    assert_eq!(small, json!([]));
    // Reading order and focus order are one.
    let order = browser
        .ask(
            "[...document.querySelector('bao-noi').shadowRoot.querySelectorAll('button, a[href], select, input')]
                .filter((node) => node.checkVisibility() && node.tabIndex >= 0)
                .every((node, at, all) => at === 0 || all[at - 1].compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)",
        )
        .await;
    assert_eq!(order, true);
}
