//! Measurements that need a browser. They assert nothing and run by name alone:
//! `cargo test --test it -- --ignored --nocapture measured`.

use serde_json::json;

use crate::app::Home;
use crate::chromium::Browser;
use crate::player::{open, with_articles};

/// When `<bao-noi>` was defined, and when that was done: by then the element that stands on the page is built.
const WATCH: &str = "const define = customElements.define;
    customElements.define = function (name, made) {
        const begun = performance.now();
        define.call(this, name, made);
        if (name === 'bao-noi') window.__defined = performance.now() - begun;
    };";

#[tokio::test]
#[ignore = "a measurement"]
async fn how_soon_the_player_can_be_used() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30]).await;
    let browser = Browser::open().await;
    let cdp = browser.driver.cdp();
    let watch = json!({"source": WATCH});
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.unwrap();
    for rate in [1, 4] {
        let slow = json!({"rate": rate});
        cdp.send_raw("Emulation.setCPUThrottlingRate", slow).await.unwrap();
        let mut times = Vec::new();
        for _ in 0..21 {
            open(&browser, &app, &ids[0]).await;
            times.push(browser.ask("window.__defined").await.as_f64().unwrap());
        }
        times.sort_by(f64::total_cmp);
        println!("a processor {rate} times slower: median {:.0} ms, of 21", times[10]);
    }
}
