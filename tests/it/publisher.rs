//! The player on a newspaper's own page: under a strict policy, amid a style that means it no good.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::{App, Home};
use crate::chromium::{AUDIO, Browser};
use crate::player::open_panel;
use crate::site::Site;

/// A site whose article was read, the service that read it, and the article's address.
async fn read(site: &Site, more: &str) -> (Home, App, String) {
    let home = Home::reading_with(site, more, "");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let address = site.url("/bai-viet");
    let done = app.narrate(&key, &json!({"url": address})).await;
    assert_eq!(done["state"], "done", "{done}");
    (home, app, address)
}

/// The paper's page; `more` are attributes of the element and of the page.
fn page(site: &Site, app: &App, canonical: &str, more: &str) -> String {
    site.url(&format!("/bao?host={}&canonical={canonical}&{more}", app.url("")))
}

/// The sentence that is marked in the page's own text.
const MARKED: &str =
    "[...(CSS.highlights.get('baonoi-spoken') ?? [])].map(String).join().replace(/\\s+/g, ' ')";

#[tokio::test]
async fn the_papers_own_text_follows_the_voice_and_stays_as_it_is() {
    let site = Site::start().await;
    let (_home, app, canonical) = read(&site, "").await;
    let browser = Browser::open().await;
    browser.go(&page(&site, &app, &canonical, "attributes=follow%3D'.chu'")).await;
    browser.player_is_there().await;
    let before = browser.ask("document.querySelector('.chu').innerHTML").await;
    browser.play().await;
    // The title stands outside of the text; the first sentence in it is the lead.
    browser.until(&format!("{MARKED}.startsWith('Sau 1 năm chờ đợi')")).await;
    assert_eq!(browser.ask("document.querySelector('.chu').innerHTML").await, before);
    browser.picture("publisher-1280").await;

    // A click on a sentence, across the markup inside it, plays from there.
    let second = "(() => { const range = document.createRange();
        const walker = document.createTreeWalker(document.querySelector('.chu'), NodeFilter.SHOW_TEXT);
        let node; while ((node = walker.nextNode()) && !node.data.includes('lội suối'));
        const at = node.data.indexOf('lội suối'); range.setStart(node, at); range.setEnd(node, at + 3);
        const box = range.getBoundingClientRect();
        return [Math.round(box.left + box.width / 2), Math.round(box.top + box.height / 2)]; })()";
    let point = browser.ask(second).await;
    let (x, y) = (point[0].as_i64().unwrap(), point[1].as_i64().unwrap());
    browser.driver.action_chain().move_to(x, y).click().perform().await.unwrap();
    browser.until(&format!("{MARKED}.startsWith('Từ nay học sinh')")).await;

    // So do the keys, once the text has the focus.
    browser.ask("void document.querySelector('.chu').focus()").await;
    let text = browser.find(".chu").await;
    text.send_keys(Key::Home).await.unwrap();
    text.send_keys(Key::Down).await.unwrap();
    let said = browser.ask_player("[role=status]", "textContent").await;
    assert!(said.as_str().unwrap().contains("Cây cầu dài"), "{said}");
    text.send_keys(Key::Enter).await.unwrap();
    browser.until(&format!("{MARKED}.startsWith('Cây cầu dài')")).await;
    browser.assert_calm(&[&app.url("/"), &site.url("/")]).await;
}

#[tokio::test]
async fn a_hostile_style_and_a_strict_policy_change_nothing() {
    let site = Site::start().await;
    let (_home, app, canonical) = read(&site, "").await;
    let browser = Browser::open().await;
    for name in ["", "hostile=1"] {
        browser.go(&page(&site, &app, &canonical, name)).await;
        browser.player_is_there().await;
        let box_of = |css: &str| {
            format!(
                "(({{width, height}}) => [width, height])(document.querySelector('bao-noi').shadowRoot.querySelector('{css}').getBoundingClientRect())"
            )
        };
        assert_eq!(browser.ask(&box_of(".play")).await, json!([52, 52]), "{name}");
        let width = browser.ask_player(".frame", "offsetWidth").await;
        assert!(width.as_u64().unwrap() >= 260, "{name}: {width}");
        let style = browser.ask("(({fontSize, textTransform, letterSpacing}) => [fontSize, textTransform, letterSpacing])(getComputedStyle(document.querySelector('bao-noi').shadowRoot.querySelector('.player')))").await;
        assert_eq!(style, json!(["16px", "none", "normal"]), "{name}");
        browser.play().await;
        open_panel(&browser).await;
        browser.picture(&format!("publisher-{}1280", name.replace("=1", "-"))).await;
        browser.resize(320, 640).await;
        browser.picture(&format!("publisher-{}320", name.replace("=1", "-"))).await;
        browser.resize(1280, 900).await;
        browser.assert_calm(&[&app.url("/"), &site.url("/")]).await;
        assert_eq!(browser.ask("document.cookie").await, "");
        assert_eq!(browser.ask("window.__seen.shift").await, 0, "{name}");
    }
    // One request for script, style and texts, and one for what can be played.
    browser.go(&page(&site, &app, &canonical, "")).await;
    browser.player_is_there().await;
    let host = app.url("/");
    let asked = browser
        .ask(&format!("performance.getEntriesByType('resource').map((entry) => entry.name).filter((name) => name.startsWith('{host}')).map((name) => new URL(name).pathname)"))
        .await;
    assert_eq!(asked, json!(["/baonoi.js", "/api/player"]));
}

#[tokio::test]
async fn a_page_that_nobody_read_has_no_player_and_no_error() {
    let site = Site::start().await;
    let (_home, app, canonical) = read(&site, "").await;
    let browser = Browser::open().await;
    let unread = site.url("/tin/7");
    browser.go(&page(&site, &app, &unread, "")).await;
    browser.until("document.querySelector('bao-noi').hidden").await;
    assert_eq!(browser.ask("window.__seen.errors").await, json!([]));
    let log = browser.ask("performance.getEntriesByType('resource').filter((entry) => entry.responseStatus >= 400).length").await;
    assert_eq!(log, 0);
    // A page that changes its article without loading anew names the new address.
    browser
        .ask(&format!("void document.querySelector('bao-noi').setAttribute('url', '{canonical}')"))
        .await;
    browser.until("!document.querySelector('bao-noi').hidden").await;
    browser.play().await;
    // In a frame there is a line, and nothing else of ours.
    let embed = app.client.get(app.url(&format!("/embed?url={unread}")));
    let embed = embed.header("accept", "text/html").send().await.unwrap();
    assert_eq!(embed.status(), 404);
    let embed = embed.text().await.unwrap();
    assert!(embed.contains("Bài này chưa có bản đọc.") && !embed.contains("<header"), "{embed}");
}

#[tokio::test]
async fn attributes_choose_what_is_shown() {
    let site = Site::start().await;
    let (_home, app, canonical) = read(&site, "").await;
    let browser = Browser::open().await;
    let shown = |css: &str| {
        format!(
            "document.querySelector('bao-noi').shadowRoot.querySelector('{css}')?.checkVisibility() ?? false"
        )
    };
    browser.go(&page(&site, &app, &canonical, "attributes=features%3D'speed'")).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask(&shown(".speed")).await, true);
    assert_eq!(browser.ask(&shown(".next")).await, false);
    assert_eq!(browser.ask(&shown(".more")).await, false, "nothing stands behind it");
    browser.go(&page(&site, &app, &canonical, "attributes=size%3D'small'")).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask(&shown(".about")).await, false);
    let height = browser.ask_player(".player", "offsetHeight").await;
    assert!(height.as_u64().unwrap() < 100, "{height}");
    browser.picture("publisher-small-1280").await;
    // English on an English page.
    browser.go(&page(&site, &app, &canonical, "lang=en")).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask_player(".play", "title").await, "Listen");
    browser.picture("publisher-english-1280").await;
    // The reader's scheme, or the page's own.
    let surface = "getComputedStyle(document.querySelector('bao-noi').shadowRoot.querySelector('.player')).backgroundColor";
    browser.dark(true).await;
    assert_eq!(browser.ask(surface).await, "rgb(32, 30, 27)");
    browser.go(&page(&site, &app, &canonical, "attributes=theme%3D'light'")).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask(surface).await, "rgb(255, 255, 255)");
}

#[tokio::test]
async fn a_reading_that_is_older_than_its_article_says_so() {
    let site = Site::start().await;
    let (home, app, canonical) = read(&site, "").await;
    let key = home.api_key("lan");
    let known = |outdated: bool| {
        let (app, canonical) = (&app, canonical.clone());
        async move {
            let player = app.json(&format!("/api/player?url={canonical}")).await;
            assert_eq!(player["outdated"], outdated, "{player}");
            player
        }
    };
    known(false).await;
    // The paper corrects the article while the voice cannot be written down.
    site.correct();
    let blobs = home.path("data/blobs/incoming");
    std::fs::remove_dir_all(&blobs).unwrap();
    std::fs::write(&blobs, "in the way").unwrap();
    let accepted: Value =
        app.hand_over(&key, &json!({"url": canonical})).await.json().await.unwrap();
    let job = accepted["id"].as_str().unwrap().to_owned();
    assert_eq!(app.finished(&job).await["state"], "failed");
    let player = known(true).await;
    let browser = Browser::open().await;
    browser.go(&page(&site, &app, &canonical, "")).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask_player(".note", "textContent").await, "Bản đọc cũ hơn bài viết");
    browser.picture("outdated-1280").await;
    let id = player["article"]["id"].as_str().unwrap();
    browser.go(&app.url(&format!("/articles/{id}"))).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask_player(".note", "textContent").await, "Bản đọc cũ hơn bài viết");
    browser.play().await;
    // Once it was read anew, nothing is said.
    std::fs::remove_file(&blobs).unwrap();
    app.narrate(&key, &json!({"url": canonical})).await;
    known(false).await;
}

#[tokio::test]
async fn what_is_still_being_read_is_offered_or_not_as_the_paper_wishes() {
    let site = Site::start().await;
    let home = Home::new("sample = false\nthreads = 1\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let given = crate::listen::article(600, "bản Mòn");
    let (job, article) = crate::listen::begun(&app, &key, &given).await;
    let browser = Browser::open().await;
    let with = |more: &str| {
        page(
            &site,
            &app,
            "https://bao.example/x",
            &format!("attributes=article%3D'{article}'{more}"),
        )
    };
    browser.go(&with("%20listen%3D'off'")).await;
    browser.until("document.querySelector('bao-noi').hidden").await;
    assert_eq!(browser.ask("document.querySelector('bao-noi').offsetHeight").await, 0);
    browser.go(&with("")).await;
    browser.player_is_there().await;
    let note = browser.ask_player(".note", "textContent").await;
    assert_eq!(note, "Bài đang được đọc, bạn có thể nghe ngay");
    browser.play().await;
    let state = app.json(&format!("/api/jobs/{job}")).await;
    assert_eq!(state["state"], "running", "too fast to be caught: {state}");
    assert_eq!(browser.ask(&format!("{AUDIO}.error")).await, Value::Null);
}
