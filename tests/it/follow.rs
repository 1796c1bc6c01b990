//! A site that is followed: what its feed lists is narrated by itself.

use baonoi::domain::feed::FeedItem;
use baonoi::domain::units::Millis;
use baonoi::store::Store;
use serde_json::Value;

use crate::app::{App, Home, text};
use crate::site::Site;

/// The addresses of what can be heard, once there are as many as expected.
async fn heard(app: &App, count: usize) -> Vec<String> {
    for _ in 0..300 {
        let latest = app.json("/latest.json").await;
        let items = latest["items"].as_array().unwrap();
        if items.len() >= count {
            let title = |item: &Value| item["article"]["title"].as_str().unwrap().to_owned();
            return items.iter().map(title).collect();
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not {count} articles after 30 s");
}

#[tokio::test]
async fn new_articles_of_a_feed_are_narrated_and_closed_ones_are_left_alone() {
    let site = Site::start().await;
    site.correct();
    let home = Home::reading_with(&site, "", "workers = 1\n");
    let feed = site.url("/tin.rss");
    assert!(home.run(&["feeds", "add", &feed, "--every", "1"], "").status.success());
    let app = home.start();
    let titles = heard(&app, 2).await;
    assert_eq!(titles, ["Bản Mòn có cầu mới thứ 2", "Bản Mòn có cầu mới thứ 1"]);
    // Known ones are not asked for again, new ones are; `add` asks at once.
    site.correct();
    assert!(home.run(&["feeds", "add", &feed], "").status.success());
    assert_eq!(heard(&app, 3).await[0], "Bản Mòn có cầu mới thứ 3");
    assert_eq!(heard(&app, 3).await.len(), 3);
    let listed = text(&home.run(&["feeds", "list"], "").stdout);
    assert!(listed.contains("every 5 minutes\tanswered 20"), "{listed}");
    assert!(home.run(&["feeds", "remove", &feed], "").status.success());
    assert_eq!(home.run(&["feeds", "remove", &feed], "").status.code(), Some(1));
}

#[tokio::test]
async fn a_feed_that_fails_says_why_and_a_first_answer_brings_the_newest_only() {
    let site = Site::start().await;
    for _ in 0..5 {
        site.correct();
    }
    let home = Home::reading_with(&site, "[follow]\nbacklog = 2\n", "workers = 1\n");
    for path in ["/hong.rss", "/tin.rss"] {
        assert!(home.run(&["feeds", "add", &site.url(path)], "").status.success());
    }
    let app = home.start();
    let titles = heard(&app, 2).await;
    assert_eq!(titles, ["Bản Mòn có cầu mới thứ 6", "Bản Mòn có cầu mới thứ 5"]);
    // One site's feeds are asked one after the other, in no promised order.
    let mut listed = String::new();
    for _ in 0..300 {
        listed = text(&home.run(&["feeds", "list"], "").stdout);
        if listed.contains("failed 1 times: this is neither an RSS") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the failure is not told within 30 s: {listed}");
}

#[tokio::test]
async fn a_correction_by_the_paper_is_noticed_and_read() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    assert!(home.run(&["feeds", "add", &site.url("/sua.rss")], "").status.success());
    let app = home.start();
    heard(&app, 1).await;
    let narration = async || app.json("/latest.json").await["items"][0]["narration"]["id"].clone();
    let before = narration().await;
    assert!(before.is_string());
    // As if the time of the next look had come.
    let store = Store::open(&home.path("data")).await.unwrap();
    let feed = store.feeds().await.unwrap().remove(0);
    let address = site.url("/bai-viet").parse().unwrap();
    let item = FeedItem { address, updated: None, title: None };
    site.correct();
    store.remember(feed.id, &item, Some(Millis(0))).await.unwrap();
    for _ in 0..300 {
        if narration().await != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the correction was not read within 30 s");
}

#[test]
fn a_newsroom_can_name_the_only_sites_that_are_read() {
    let home = Home::new("[fetch]\nsites = [\"bao.example\"]\n");
    let refused = home.run(&["extract", "https://khac.example/bai"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("fetch.sites"), "{}", text(&refused.stderr));
}
