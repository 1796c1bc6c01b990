//! Slow work survives whatever happens to the process.

use baonoi::domain::job::{Source, Urgency};
use baonoi::domain::units::Millis;
use baonoi::store::Store;
use serde_json::{Value, json};

use crate::app::{App, Home};

/// Some ten minutes of speech: long enough to be caught in the middle.
fn long_article() -> Value {
    let sentence =
        |n: usize| format!("Câu thứ {n} kể rằng bản Mòn đã có cây cầu mới bắc qua suối.");
    let paragraphs: Vec<String> =
        (0..60).map(|p| (0..5).map(|n| sentence(p * 5 + n) + " ").collect()).collect();
    json!({"title": "Chuyện dài", "paragraphs": paragraphs})
}

/// A service that has spoken a part of the article, and the job's id.
async fn caught_in_the_middle(home: &Home, key: &str) -> (App, String) {
    let app = home.start();
    let accepted = app.hand_over(key, &long_article()).await;
    let job: Value = accepted.json().await.unwrap();
    let id = job["id"].as_str().unwrap();
    let caught = app.job_when(id, |job| job["done"].as_u64() > Some(0)).await;
    assert_eq!(caught["state"], "running", "too fast to be caught: {caught}");
    (app, id.to_owned())
}

#[tokio::test]
async fn a_killed_process_finishes_its_job_after_restart() {
    let home = Home::new("sample = false\n[narration]\nlease_ms = 3000\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let (app, id) = caught_in_the_middle(&home, &key).await;
    app.kill();

    let app = home.start();
    // Nothing half-made is visible.
    assert_eq!(app.json("/latest.json").await["items"], json!([]));
    let done = app.finished(&id).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!((&done["done"], &done["total"]), (&json!(301), &json!(301)));
    assert_eq!(app.json("/latest.json").await["items"].as_array().unwrap().len(), 1);
    let again: Value = app.hand_over(&key, &long_article()).await.json().await.unwrap();
    assert_eq!((&again["id"], &again["narration"]), (&done["id"], &done["narration"]));
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopped_service_puts_its_job_back() {
    let home = Home::new("sample = false\n[narration]\nlease_ms = 600000\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let (app, id) = caught_in_the_middle(&home, &key).await;
    assert!(app.stop().success());
    // Nobody waits for ten minutes until the lease runs out: it was given back.
    let app = home.start();
    assert_eq!(app.finished(&id).await["state"], "done");
}

#[tokio::test]
async fn a_job_that_writes_does_not_wait_for_its_own_lease() {
    let home = Home::new("sample = false\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    // A job writes down its article at the moment when its lease is first renewed.
    for n in 0..60 {
        let text = json!({"title": format!("Tin số {n}"), "paragraphs": ["Một câu."]});
        assert_eq!(app.narrate(&key, &text).await["state"], "done");
    }
    // A write that waits for the other does so for ten seconds; a disk may take its time.
    let waited = |line: &String| {
        let seconds = line.split_once("elapsed_secs=").and_then(|(_, it)| it.split(' ').next());
        seconds.is_none_or(|seconds| seconds.parse::<f64>().unwrap() > 5.0)
    };
    assert!(!app.said_so_far("slow").iter().any(waited));
    assert!(!app.has_said("could not be renewed"));
}

#[tokio::test]
async fn whoever_waits_is_served_before_the_backlog() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).await.unwrap();
    let ask = async |wish: &str, urgency: Urgency| {
        let source = Source::Text { title: wish.to_owned(), paragraphs: Vec::new() };
        store.ask(wish, wish, urgency, &source).await.unwrap();
    };
    ask("feed 1", Urgency::Backlog).await;
    ask("feed 2", Urgency::Backlog).await;
    ask("editor", Urgency::Editor).await;
    ask("listener", Urgency::Listener).await;
    // Somebody presses play on what a feed brought; the feed brings it once more.
    ask("feed 2", Urgency::Listener).await;
    ask("feed 2", Urgency::Backlog).await;
    let mut served = Vec::new();
    while let Some(lease) = store.claim("worker", Millis(60_000)).await.unwrap() {
        served.push(lease.job.label);
    }
    assert_eq!(served[2..], ["editor", "feed 1"]);
    served[..2].sort();
    assert_eq!(served[..2], ["feed 2", "listener"]);
}
