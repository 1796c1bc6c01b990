//! Comments that try to run something: each is shown, everywhere, as the text it is.
//!
//! The vectors are a public list, brs-kb (MIT), which `./tests/run` fetches.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use crate::app::{App, Home};
use crate::chromium::Browser;
use crate::site::Site;

const SETTINGS: &str = "[comments]\nper_network_max = 100000\nper_article_max = 100000\n";

/// How many comments readers get at once.
const PAGE: usize = 20;

/// How many of the list are tried; of several thousand, evenly spread.
const VECTORS: usize = 300;

/// Runs before every page: whatever a vector could call to show that it runs.
const TRAP: &str = "
    window.__ran = [];
    for (const name of ['alert', 'confirm', 'prompt', 'print', 'open']) {
      window[name] = (...said) => { window.__ran.push(name + ' ' + said.join(' ')); };
    }
    for (const name of ['log', 'info', 'debug', 'table']) {
      console[name] = (...said) => { window.__ran.push(name + ' ' + said.join(' ')); };
    }
";

/// A comment as it was sent, and as it must be shown.
struct Sent {
    author: String,
    body: String,
}

/// What of the list has markup, a handler or a script's address in it, and fits into a comment.
fn vectors() -> Vec<String> {
    let path = std::env::var("BAONOI_TEST_XSS")
        .expect("./tests/run fetches the list of vectors and says where it is");
    let all: Vec<String> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let marked = |text: &&String| {
        let small = text.to_lowercase();
        small.contains('<') || small.contains("javascript:") || small.contains("onerror")
    };
    let fits = |text: &&String| text.chars().count() < 480 && !text.contains('\0');
    let usable: Vec<&String> = all.iter().filter(marked).filter(fits).collect();
    assert!(usable.len() >= VECTORS, "{} vectors", usable.len());
    usable.iter().step_by(usable.len() / VECTORS).map(|text| (*text).clone()).collect()
}

/// The same text as a page gives it back: NFC, trimmed, with line ends as HTML has them.
fn shown_as(text: &str) -> String {
    let text: String = text.trim().nfc().collect();
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// Sends every vector as name and as text. Gives them by id, in the order in which they came.
async fn send_all(
    app: &App,
    article: &str,
    vectors: &[String],
) -> (Vec<String>, BTreeMap<String, Sent>) {
    let (mut ids, mut sent) = (Vec::new(), BTreeMap::new());
    for vector in vectors {
        let author: String = vector.chars().take(60).collect();
        let body = format!("{vector:.<5}");
        let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
        let request = request.json(&json!({"author": author, "body": body}));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 202, "{vector}");
        let id = response.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
        let words: Vec<&str> = author.split_whitespace().collect();
        let shown = Sent { author: words.join(" ").nfc().collect(), body: shown_as(&body) };
        sent.insert(id.clone(), shown);
        ids.push(id);
    }
    (ids, sent)
}

async fn decide(app: &App, cookie: &str, ids: &[String], decision: &str) {
    for ids in ids.chunks(500) {
        let one = |id: &String| json!({"comment": id, "decision": decision, "reason": ""});
        let decisions: Vec<Value> = ids.iter().map(one).collect();
        let request = app.client.post(app.url("/moderation/decisions")).header("cookie", cookie);
        let answer = request.json(&json!({"decisions": decisions})).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

/// How many scripts a page has that are not files of ours.
fn other_scripts(app: &App) -> String {
    let host = app.url("/");
    format!("[...document.scripts].filter(({{ src }}) => !src.startsWith('{host}')).length")
}

/// That nothing ran, nobody else was asked, and there is no script that was not there before.
async fn assert_quiet(browser: &Browser, app: &App, hosts: &[&str], scripts: &Value, place: &str) {
    assert_eq!(browser.ask("window.__ran").await, json!([]), "{place}");
    assert_eq!(browser.ask("window.__seen.errors").await, json!([]), "{place}");
    assert_eq!(browser.ask(&other_scripts(app)).await, *scripts, "{place}");
    let foreign =
        "document.querySelectorAll('iframe, object, embed, base, frame, svg script').length";
    assert_eq!(browser.ask(foreign).await, 0, "{place}");
    let asked = "performance.getEntriesByType('resource').map((entry) => entry.name)";
    for address in browser.ask(asked).await.as_array().unwrap() {
        let address = address.as_str().unwrap();
        assert!(hosts.iter().any(|host| address.starts_with(host)), "{place} asked {address}");
    }
}

/// What readers see in `root`: name, text, and the number of elements of each comment.
fn comments_in(root: &str) -> String {
    format!(
        "[...{root}.querySelectorAll('.comment')].map((item) => [
            item.querySelector('.comment-author').textContent,
            item.querySelector('.comment-body').textContent,
            item.querySelectorAll(':scope > p:not(.comment-acts), :scope > p:not(.comment-acts) *').length,
            [item, ...item.querySelectorAll('p:not(.comment-acts), p:not(.comment-acts) *')]
                .flatMap((node) => node.getAttributeNames())
                .filter((name) => !['class', 'datetime', 'tabindex', 'data-comment', 'data-likes', 'data-total']
                    .includes(name)).length,
            item.querySelectorAll(':scope > :not(p, ol.comment-replies), ol > *').length])"
    )
}

/// That `root` shows these comments and no others.
async fn assert_shown(browser: &Browser, root: &str, batch: &[&Sent], place: &str) {
    browser
        .until(&format!("{root}?.querySelectorAll('.comment').length === {}", batch.len()))
        .await;
    let seen = browser.ask(&comments_in(root)).await;
    let seen: BTreeSet<String> = seen.as_array().unwrap().iter().map(Value::to_string).collect();
    let wanted = |sent: &&Sent| json!([sent.author, sent.body, 4, 0, 0]).to_string();
    let wanted: BTreeSet<String> = batch.iter().map(wanted).collect();
    let missing: Vec<&String> = wanted.difference(&seen).collect();
    let other: Vec<&String> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && other.is_empty(), "{place}: {missing:#?} became {other:#?}");
}

/// What a moderator sees of each comment: id, name, text, elements that have no place there, and handlers.
const CARDS: &str = "[...document.querySelectorAll('[data-comment]')].map((card) => [
    card.dataset.comment, card.querySelector('.queue-by b').textContent, card.dataset.author,
    card.querySelector('.queue-body').textContent,
    [...card.querySelectorAll('*')].map((node) => node.nodeName).filter((name) =>
        !['A', 'B', 'BUTTON', 'FORM', 'INPUT', 'LABEL', 'LI', 'MARK', 'P', 'SPAN', 'UL'].includes(name)),
    [...card.querySelectorAll('.queue-body :not(mark)')].length,
    [...card.querySelectorAll('*')].flatMap((node) => node.getAttributeNames()).filter((name) => name.startsWith('on'))])";

/// Goes through a queue to its end and gives how many comments are in it.
async fn look_through(
    browser: &Browser,
    app: &App,
    queue: &str,
    sent: &BTreeMap<String, Sent>,
    scripts: &Value,
) -> usize {
    let mut seen = BTreeSet::new();
    for page in 1.. {
        browser.go(&app.url(&format!("/moderation?queue={queue}&page={page}"))).await;
        let cards = browser.ask(CARDS).await;
        let cards = cards.as_array().unwrap();
        if cards.is_empty() {
            break;
        }
        for card in cards {
            let id = card[0].as_str().unwrap();
            let Sent { author, body } = &sent[id];
            assert_eq!(*card, json!([id, author, author, body, [], 0, []]), "{queue}");
            seen.insert(id.to_owned());
        }
        assert_quiet(browser, app, &[&app.url("/")], scripts, queue).await;
    }
    seen.len()
}

#[tokio::test]
async fn whatever_a_comment_tries_it_is_shown_as_text() {
    let site = Site::start().await;
    let home = Home::new(SETTINGS);
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let vectors = vectors();
    let browser = Browser::open().await;
    let trap = json!({"source": TRAP});
    browser.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", trap).await.unwrap();
    browser.log_in(&app, "lan", password, "/moderation").await;
    let publisher = site.url(&format!("/bao?host={}&canonical={}", app.url(""), site.url("/khac")));
    let places = [
        ("article", app.url(&format!("/articles/{article}"))),
        ("embed", app.url(&format!("/embed/{article}?comments=1"))),
        ("publisher", publisher),
    ];
    let mut scripts = BTreeMap::new();
    for (place, address) in places.iter().chain([&("moderation", app.url("/moderation"))]) {
        browser.go(address).await;
        scripts.insert(*place, browser.ask(&other_scripts(&app)).await);
    }

    let (ids, sent) = send_all(&app, &article, &vectors).await;
    println!("{} vectors", ids.len());
    let moderation = &scripts["moderation"];
    assert_eq!(look_through(&browser, &app, "waiting", &sent, moderation).await, ids.len());
    assert!(look_through(&browser, &app, "flagged", &sent, moderation).await > 0);
    browser.picture("xss-moderation-1280").await;

    let cookie = app.log_in("lan", password).await;
    let hosts = [&*app.url("/"), &*site.url("/")];
    for batch in ids.chunks(PAGE) {
        decide(&app, &cookie, batch, "approve").await;
        let newest = &ids[..ids.iter().position(|id| Some(id) == batch.last()).unwrap() + 1];
        let newest: Vec<&Sent> = newest.iter().rev().take(PAGE).map(|id| &sent[id]).collect();
        for (place, address) in &places {
            browser.go(address).await;
            let mut root = "document".to_owned();
            if *place == "publisher" {
                let add = format!(
                    "void document.body.append(Object.assign(document.createElement('bao-noi-comments'), \
                     {{ id: 'talk' }})) || document.querySelector('#talk').setAttribute('article', '{article}')"
                );
                browser.ask(&add).await;
                root = "document.querySelector('bao-noi-comments').shadowRoot".to_owned();
            }
            assert_shown(&browser, &root, &newest, place).await;
            assert_quiet(&browser, &app, &hosts, &scripts[place], place).await;
        }
    }
    browser.picture("xss-publisher-1280").await;
    assert_eq!(look_through(&browser, &app, "approved", &sent, moderation).await, ids.len());
    decide(&app, &cookie, &ids, "reject").await;
    assert_eq!(look_through(&browser, &app, "rejected", &sent, moderation).await, ids.len());
    assert_eq!(look_through(&browser, &app, "all", &sent, moderation).await, ids.len());
}
