//! The player on our own pages, as a reader uses it: by mouse, by key, with memory, queue and small form.

use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::app::{App, Home};
use crate::chromium::{AUDIO, Browser};
use crate::speech::drop_voice;

/// A service with articles of so many sentences, named after their numbers.
pub async fn with_articles(home: &Home, sentences: &[usize]) -> (App, Vec<String>) {
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let mut ids = Vec::new();
    for (number, count) in sentences.iter().enumerate() {
        let sentence = |n: usize| format!("Đây là câu thứ {n} của bài số {}.", number + 1);
        let paragraphs: Vec<String> = (1..=*count).map(sentence).collect();
        let given = json!({"title": format!("Bài số {}", number + 1), "paragraphs": paragraphs});
        let done = app.narrate(&key, &given).await;
        ids.push(done["article"].as_str().unwrap().to_owned());
    }
    (app, ids)
}

pub async fn open(browser: &Browser, app: &App, article: &str) {
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.player_is_there().await;
}

async fn click(browser: &Browser, css: &str) {
    browser.player(css).await.click().await.unwrap();
}

/// Opens what stands behind "…".
pub async fn open_panel(browser: &Browser) {
    let there = "!!document.querySelector('bao-noi').shadowRoot.querySelector('.queue')";
    let opened = async {
        click(browser, ".more").await;
        browser.until(there).await;
    };
    browser.ours(opened).await;
}

#[tokio::test]
async fn every_control_does_what_it_says() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    browser.play().await;

    // Ten seconds there and back.
    click(&browser, ".forward").await;
    browser.until(&format!("{AUDIO}.currentTime > 10")).await;
    click(&browser, ".back").await;
    browser.until(&format!("{AUDIO}.currentTime < 8")).await;

    // By sentence: to the beginning of each, exactly.
    let cues = app.json(&format!("/articles/{}/cues.json", ids[0])).await["cues"].clone();
    let start = |index: usize| cues[index]["start_ms"].as_f64().unwrap() / 1000.0;
    browser.ask(&format!("void {AUDIO}.pause()")).await;
    browser.ask(&format!("void ({AUDIO}.currentTime = {})", start(5) + 0.2)).await;
    for (button, wanted) in [(".next", 6), (".next", 7), (".previous", 6), (".previous", 5)] {
        click(&browser, button).await;
        let at = start(wanted);
        browser.until(&format!("Math.abs({AUDIO}.currentTime - {at}) < 0.02")).await;
    }
    // Well inside a sentence, "previous" is its own beginning.
    browser.ask(&format!("void ({AUDIO}.currentTime = {})", start(5) + 1.8)).await;
    click(&browser, ".previous").await;
    browser.until(&format!("Math.abs({AUDIO}.currentTime - {}) < 0.02", start(5))).await;

    // Speed, from half to three times, is remembered.
    let speeds = browser.ask_player(".speed", "options.length").await;
    assert_eq!(speeds, 9);
    let first = browser.ask_player(".speed", "options[0].value").await;
    let last = browser.ask_player(".speed", "options[8].value").await;
    assert_eq!((first, last), (json!("0.5"), json!("3")));
    browser.player(".speed").await.send_keys("1,5").await.unwrap();
    browser.until(&format!("{AUDIO}.playbackRate === 1.5")).await;
    open(&browser, &app, &ids[0]).await;
    assert_eq!(browser.ask(&format!("{AUDIO}.playbackRate")).await, 1.5);
    assert_eq!(browser.ask_player(".speed", "value").await, "1.5");

    // Volume, download and sharing stand behind "…".
    open_panel(&browser).await;
    browser.picture("panel-1280").await;
    let volume = browser.player(".volume").await;
    volume.send_keys(Key::Home).await.unwrap();
    assert_eq!(browser.ask(&format!("{AUDIO}.volume")).await, 0);
    volume.send_keys(Key::End).await.unwrap();
    let kept = browser.ask_player("a[part~=download]", "href").await;
    let kept = app.client.get(kept.as_str().unwrap()).send().await.unwrap();
    let name = kept.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(
        name.starts_with("attachment;") && name.contains("B%C3%A0i%20s%E1%BB%91%201.mp3"),
        "{name}"
    );
    browser.play().await;
    browser.ask(&format!("void {AUDIO}.pause()")).await;
    browser.ask(&format!("void ({AUDIO}.currentTime = 33.4)")).await;
    browser.until(&format!("{AUDIO}.currentTime > 33 && !{AUDIO}.seeking")).await;
    browser.ask("void Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => { window.copied = text; }}})").await;
    click(&browser, "[part~=share]").await;
    browser.until("!!window.copied").await;
    let shared = browser.ask("window.copied").await;
    assert!(shared.as_str().unwrap().ends_with(&format!("/articles/{}#t=33", ids[0])), "{shared}");
    browser.until("document.querySelector('bao-noi').shadowRoot.querySelector('[role=status]').textContent === 'Đã chép đường dẫn.'").await;
    // Whoever gets the link begins there, although this reader had stopped elsewhere.
    browser.go("about:blank").await;
    browser.go(shared.as_str().unwrap()).await;
    browser.player_is_there().await;
    assert_eq!(browser.ask_player(".elapsed", "textContent").await, "00:33");
    // Escape closes what is open.
    open_panel(&browser).await;
    browser.player(".volume").await.send_keys(Key::Escape).await.unwrap();
    browser
        .until("document.querySelector('bao-noi').shadowRoot.querySelector('.panel').hidden")
        .await;
    assert_eq!(
        browser.ask("document.querySelector('bao-noi').shadowRoot.activeElement.className").await,
        "more"
    );
    browser.assert_calm(&[&app.url("/")]).await;
}

#[tokio::test]
async fn the_slider_has_all_keys_and_says_the_time_in_words() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    let bar = browser.player(".bar").await;
    browser.play().await;
    browser.ask(&format!("void {AUDIO}.pause()")).await;
    browser.ask(&format!("void ({AUDIO}.currentTime = 40)")).await;
    let steps = [
        (Key::Left, 35.0),
        (Key::Down, 30.0),
        (Key::Right, 35.0),
        (Key::Up, 40.0),
        (Key::PageUp, 70.0),
        (Key::PageDown, 40.0),
        (Key::Home, 0.0),
    ];
    for (key, wanted) in steps {
        bar.send_keys(key).await.unwrap();
        browser.until(&format!("Math.abs({AUDIO}.currentTime - {wanted}) < 0.05")).await;
    }
    browser.ask(&format!("void ({AUDIO}.currentTime = 65)")).await;
    bar.send_keys(Key::Right).await.unwrap();
    let total = browser.ask_player(".total", "textContent").await;
    let (minutes, seconds) = total.as_str().unwrap().split_once(':').unwrap();
    let plain = |text: &str| text.trim_start_matches('0').to_owned();
    let said = browser.ask_player(".bar", "getAttribute('aria-valuetext')").await;
    let wanted = format!("1 phút 10 giây trên {} phút {} giây", plain(minutes), plain(seconds));
    assert_eq!(said, wanted);
    // Space plays and pauses; so does `k` wherever the focus is in the player.
    bar.send_keys(" ").await.unwrap();
    browser.until(&format!("!{AUDIO}.paused")).await;
    browser.player(".back").await.send_keys("k").await.unwrap();
    browser.until(&format!("{AUDIO}.paused")).await;
    // The time under the pointer.
    let bar = browser.player(".bar").await;
    browser.driver.action_chain().move_to_element_center(&bar).perform().await.unwrap();
    browser
        .until("!document.querySelector('bao-noi').shadowRoot.querySelector('.hover').hidden")
        .await;
    let hover = browser.ask_player(".hover", "textContent").await;
    let middle = browser.ask(&format!("{AUDIO}.duration / 2")).await.as_f64().unwrap();
    let shown = hover.as_str().unwrap().split_once(':').unwrap();
    let shown = shown.0.parse::<f64>().unwrap() * 60.0 + shown.1.parse::<f64>().unwrap();
    assert!((shown - middle).abs() <= 2.0, "{hover} of {middle} s");
}

#[tokio::test]
async fn a_reader_comes_back_to_where_they_stopped() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30, 30]).await;
    let browser = Browser::open().await;
    open(&browser, &app, &ids[0]).await;
    browser.play().await;
    browser.ask(&format!("void {AUDIO}.pause()")).await;
    browser.ask(&format!("void ({AUDIO}.currentTime = 50.2)")).await;
    browser.until(&format!("{AUDIO}.currentTime > 50 && !{AUDIO}.seeking")).await;
    open(&browser, &app, &ids[1]).await;
    assert_eq!(browser.ask_player(".elapsed", "textContent").await, "00:00");
    open(&browser, &app, &ids[0]).await;
    assert_eq!(browser.ask_player(".elapsed", "textContent").await, "00:50");
    browser.player(".play").await.click().await.unwrap();
    browser.until(&format!("{AUDIO}.currentTime > 50.2 && {AUDIO}.currentTime < 60")).await;
}

#[tokio::test]
async fn the_player_stays_at_hand_and_out_of_the_way() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[60]).await;
    let browser = Browser::open().await;
    let is_mini = "document.querySelector('bao-noi').shadowRoot.querySelector('.frame').classList.contains('is-mini')";
    open(&browser, &app, &ids[0]).await;
    // One that nobody started does not follow.
    browser.ask("scrollTo(0, 1200)").await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(browser.ask(is_mini).await, false);
    browser.ask("scrollTo(0, 0)").await;
    browser.play().await;
    browser.until("!!document.querySelector('[aria-current]')").await;
    // The reader scrolls away by wheel: the page does not pull them back.
    browser.ask("scrollTo(0, 1600)").await;
    browser.until(is_mini).await;
    browser.picture("mini-1280").await;
    browser.resize(390, 844).await;
    browser.picture("mini-390").await;
    browser.resize(1280, 900).await;
    let bottom = browser.ask("document.querySelector('bao-noi').shadowRoot.querySelector('.frame').getBoundingClientRect().bottom - innerHeight").await;
    assert!(bottom.as_f64().unwrap().abs() < 1.0, "{bottom}");
    // What gets the focus by key is not under it.
    browser.find("body").await.send_keys(Key::Tab).await.unwrap();
    let links = browser.ask("document.querySelectorAll('a, textarea, button, input').length").await;
    assert!(links.as_u64().unwrap() > 5);
    let covered = browser
        .ask(
            "[...document.querySelectorAll('textarea, .comments-author, .comments-send')].filter((node) => {
                scrollTo(0, node.getBoundingClientRect().bottom + scrollY - innerHeight + 5);
                node.focus({ preventScroll: true });
                const top = document.querySelector('bao-noi').shadowRoot.querySelector('.frame').getBoundingClientRect().top;
                return node.getBoundingClientRect().bottom > top;
            }).length",
        )
        .await;
    assert_eq!(covered, 0);
    // Escape puts it away, and it is still heard.
    browser.find("body").await.send_keys(Key::Escape).await.unwrap();
    browser.until(&format!("!({is_mini})")).await;
    assert_eq!(browser.ask(&format!("{AUDIO}.paused")).await, false);
    // Back at its place it is itself.
    browser.ask("scrollTo(0, 0)").await;
    browser.until("document.querySelector('bao-noi').shadowRoot.querySelector('.play').getBoundingClientRect().top > 0").await;
    browser.assert_calm(&[&app.url("/")]).await;
}

/// The titles that wait, as they are kept.
const QUEUED: &str =
    "JSON.parse(localStorage.getItem('baonoi:queue') ?? '[]').map((item) => item.heading)";

#[tokio::test]
async fn the_queue_plays_on_is_changed_and_stays_across_pages() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30, 2, 2, 2]).await;
    let browser = Browser::open().await;
    browser.go(&app.url("/")).await;
    browser.until("document.querySelectorAll('[data-enqueue]:not([hidden])').length === 4").await;
    assert_eq!(browser.ask("document.querySelector('bao-noi').offsetHeight").await, 0);
    browser.picture("home-1280").await;
    // Newest first: 4, 3, 2, 1. One is kept for later; it is not kept twice.
    let later = browser.driver.find_all(By::Css("[data-enqueue]")).await.unwrap();
    later[1].click().await.unwrap();
    browser.until(&format!("{QUEUED}.join() === 'Bài số 3'")).await;
    later[1].click().await.unwrap();
    later[2].click().await.unwrap();
    browser.until(&format!("{QUEUED}.join() === 'Bài số 3,Bài số 2'")).await;

    // On another page it is still there; the order can be changed, by keys too.
    open(&browser, &app, &ids[0]).await;
    open_panel(&browser).await;
    browser.player(".down").await.send_keys(Key::Enter).await.unwrap();
    browser.until(&format!("{QUEUED}.join() === 'Bài số 2,Bài số 3'")).await;
    let focused = "document.querySelector('bao-noi').shadowRoot.activeElement";
    let label = browser.ask(&format!("{focused}.textContent")).await;
    assert!(label.as_str().unwrap().contains("Bài số 3"), "{label}");
    click(&browser, "[part=button].wide").await;
    browser.until(&format!("{QUEUED}.length === 4")).await;
    browser.picture("queue-1280").await;
    browser.resize(390, 844).await;
    browser.picture("queue-390").await;
    browser.resize(1280, 900).await;
    for _ in 0..2 {
        let remove = browser.find("bao-noi").await.get_shadow_root().await.unwrap();
        let remove = remove.find_all(By::Css(".remove")).await.unwrap();
        remove.last().unwrap().click().await.unwrap();
    }
    browser.until(&format!("{QUEUED}.join() === 'Bài số 2,Bài số 3'")).await;
    click(&browser, ".more").await;

    // At the end of this article the next one begins by itself, then the one after it.
    browser.play().await;
    browser.ask(&format!("void ({AUDIO}.currentTime = {AUDIO}.duration - 0.3)")).await;
    let heading =
        "document.querySelector('bao-noi').shadowRoot.querySelector('.heading').textContent";
    browser.until(&format!("{heading} === 'Bài số 2' && !{AUDIO}.paused")).await;
    browser.picture("queue-playing-1280").await;
    browser.until(&format!("{heading} === 'Bài số 3'")).await;
    browser.until(&format!("{AUDIO}.ended && {QUEUED}.length === 0")).await;
    // A sentence of this page's text plays this page's article.
    browser.click_sentence(4).await;
    browser.until(&format!("{heading} === 'Nghe bài viết' && !{AUDIO}.paused")).await;

    // All of "Tin mới".
    browser.go(&app.url("/")).await;
    browser.find("[data-play-all]").await.click().await.unwrap();
    browser.until(&format!("{heading} === 'Bài số 4' && {QUEUED}.length === 3")).await;
    browser.until(&format!("{AUDIO}.currentTime > 0.3")).await;
    browser.picture("home-playing-1280").await;
    browser.resize(390, 844).await;
    browser.picture("home-playing-390").await;
    browser.assert_calm(&[&app.url("/")]).await;
}

#[tokio::test]
async fn lock_screen_and_headset_know_what_is_played() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let browser = Browser::open().await;
    browser
        .ask("void (MediaSession.prototype.setActionHandler = function (name, act) { (window.acts ??= {})[name] = act; })")
        .await;
    browser.go(&app.url(&format!("/articles/{article}"))).await;
    browser.player_is_there().await;
    browser
        .ask("void (MediaSession.prototype.setActionHandler = function (name, act) { (window.acts ??= {})[name] = act; })")
        .await;
    browser
        .ask("void (MediaSession.prototype.setPositionState = function (state) { window.position = state; })")
        .await;
    browser.play().await;
    let shown = browser
        .ask("(({ title, artist, artwork }) => ({ title, artist, artwork: artwork[0].src }))(navigator.mediaSession.metadata)")
        .await;
    assert!(shown["title"].as_str().unwrap().starts_with("Mái ấm"), "{shown}");
    assert_eq!(shown["artist"], "Giọng nữ · Giọng đọc AI");
    let artwork = app.client.get(shown["artwork"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(artwork.status(), 200);
    let position = browser.ask("window.position").await;
    assert!(
        position["duration"].as_f64().unwrap() > 100.0 && position["playbackRate"] == 1,
        "{position}"
    );
    browser.ask("void window.acts.seekto({ seekTime: 60 })").await;
    browser.until(&format!("{AUDIO}.currentTime >= 60 && {AUDIO}.currentTime < 90")).await;
    browser.ask("void window.acts.pause()").await;
    browser.until(&format!("{AUDIO}.paused")).await;
    let paused = browser.ask(&format!("{AUDIO}.currentTime")).await;
    browser.ask("void window.acts.nexttrack()").await;
    browser.until(&format!("{AUDIO}.currentTime > {paused}")).await;
}

#[tokio::test]
async fn a_reader_chooses_among_voices_and_goes_on_with_the_same_sentence() {
    let home = Home::new("sample = false\nvoice = \"mini\"\n");
    drop_voice(&home, "voice-mini", "mini");
    drop_voice(&home, "voice-mini", "other");
    home.add_account("lan");
    let key = home.api_key("lan");
    let given = crate::listen::article(12, "bản Pe");
    let app = home.start();
    let article = app.narrate(&key, &given).await["article"].as_str().unwrap().to_owned();
    let one = app.json(&format!("/api/player?article={article}")).await;
    assert_eq!(one["voices"], json!([]));
    app.kill();
    home.change("mini", "other");
    let app = home.start();
    app.narrate(&key, &given).await;
    let both = app.json(&format!("/api/player?article={article}")).await;
    let ids: Vec<&Value> =
        both["voices"].as_array().unwrap().iter().map(|v| &v["voice"]["id"]).collect();
    assert_eq!(ids, ["other", "mini"]);
    assert_ne!(both["voices"][0]["id"], both["voices"][1]["id"]);

    let browser = Browser::open().await;
    open(&browser, &app, &article).await;
    browser.play().await;
    browser.picture("voices-1280").await;
    let before = browser.ask(&format!("{AUDIO}.src")).await;
    // What plays scrolls the page along.
    browser.ask(&format!("void {AUDIO}.pause()")).await;
    browser.click_sentence(7).await;
    browser.until("document.querySelector('[aria-current]')?.dataset.cue === '7'").await;
    browser
        .ask("void ((select) => { select.value = 'mini'; select.dispatchEvent(new Event('change')); })(document.querySelector('bao-noi').shadowRoot.querySelector('.voices'))")
        .await;
    browser
        .until(&format!("{AUDIO}.src !== '{}' && !{AUDIO}.paused", before.as_str().unwrap()))
        .await;
    browser.until("document.querySelector('[aria-current]')?.dataset.cue === '7'").await;
}

#[tokio::test]
async fn what_readers_listen_to_is_counted_and_who_refuses_is_not() {
    let home = Home::new("sample = false\n");
    let (app, ids) = with_articles(&home, &[30, 6]).await;
    let key = home.api_key("lan");
    let counted = async || {
        let request = app.client.get(app.url("/api/listens?days=1")).bearer_auth(&key);
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        told["total"].clone()
    };
    let browser = Browser::open().await;
    // Whoever asks not to be tracked is not.
    let refuse = json!({"source": "Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})"});
    let cdp = browser.driver.cdp();
    let refuse = cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", refuse).await.unwrap();
    open(&browser, &app, &ids[0]).await;
    browser.play().await;
    click(&browser, ".play").await;
    let refuse = json!({"identifier": refuse["identifier"]});
    cdp.send_raw("Page.removeScriptToEvaluateOnNewDocument", refuse).await.unwrap();
    // Everybody else is: what was heard, but not what was leapt over, and whoever leapt to the end has not
    // heard it to its end.
    open(&browser, &app, &ids[0]).await;
    browser.play().await;
    browser.until(&format!("{AUDIO}.currentTime > 2")).await;
    browser.ask(&format!("void ({AUDIO}.currentTime = {AUDIO}.duration - 1)")).await;
    browser.until(&format!("{AUDIO}.ended")).await;
    open(&browser, &app, &ids[1]).await;
    browser.play().await;
    browser.until(&format!("{AUDIO}.ended")).await;
    let begun = std::time::Instant::now();
    let total = loop {
        let total = counted().await;
        if total["completed"] == 1 {
            break total;
        }
        assert!(begun.elapsed().as_secs() < 60, "{total}");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    };
    assert_eq!((&total["plays"], &total["completed"]), (&json!(2), &json!(1)), "{total}");
    let seconds = total["seconds"].as_f64().unwrap();
    assert!((5.0..40.0).contains(&seconds), "{total}");
}
