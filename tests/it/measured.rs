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

/// From the request for the page to a script that listens (what wakes the buttons is its last line), and to the
/// first picture after that.
const AWAKE: &str = "new MutationObserver((changes, watch) => {
        const button = document.querySelector('[data-keys]');
        if (!button || button.hidden) return;
        watch.disconnect();
        window.__awake = performance.now();
        requestAnimationFrame(() => setTimeout(() => { window.__drawn = performance.now(); }));
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['hidden'] });";

/// When the page was received and parsed, when its scripts began and were done, and when that was seen.
const STEPS: &str = "(() => {
        const page = performance.getEntriesByType('navigation')[0];
        return [page.responseEnd, page.domInteractive, page.domContentLoadedEventStart, window.__awake, window.__drawn];
    })()";

#[tokio::test]
#[ignore = "a measurement"]
async fn how_soon_the_script_editor_can_be_used() {
    let home = Home::new("sample = false\n");
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let sentence =
        |n: usize| format!("Sáng nay bà con bản Mòn cùng đội số {n} ra sửa cây cầu bắc qua suối.");
    let paragraphs: Vec<String> = (0..60)
        .map(|at| (0..5).map(|n| sentence(at * 5 + n)).collect::<Vec<_>>().join(" "))
        .collect();
    let job = app.narrate(&key, &json!({"title": "Ba trăm câu", "paragraphs": paragraphs})).await;
    let page = app.url(&format!("/desk/articles/{}", job["article"].as_str().unwrap()));
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk").await;
    let watch = json!({"source": AWAKE});
    let cdp = browser.driver.cdp();
    cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.unwrap();
    let mut times: Vec<[f64; 5]> = Vec::new();
    for _ in 0..21 {
        browser.go(&page).await;
        browser.until("window.__drawn > 0").await;
        let steps = browser.ask(STEPS).await;
        times.push(std::array::from_fn(|at| steps[at].as_f64().unwrap()));
    }
    for (at, step) in
        ["received", "parsed", "scripts run", "scripts done", "drawn"].iter().enumerate()
    {
        let mut of_step: Vec<f64> = times.iter().map(|steps| steps[at]).collect();
        of_step.sort_by(f64::total_cmp);
        println!(
            "300 sentences, {step}: median {:.0} ms, {:.0} to {:.0}, of 21",
            of_step[10], of_step[0], of_step[20]
        );
    }
}
