//! What programs may fetch by themselves, and how they ask.

use std::time::Duration;

use baonoi::fetch::{Answer, FetchError, Fetcher, Limits, Validators, Wanted};

use crate::site::Site;

fn fetcher(site: &Site) -> Fetcher {
    Fetcher::new(&Limits {
        page_bytes_max: 1_000_000,
        redirects_max: 5,
        connect: Duration::from_secs(2),
        total: Duration::from_secs(3),
        host_gap: Duration::ZERO,
        sites: Vec::new(),
        allow_private: vec![site.authority().to_owned()],
    })
    .unwrap()
}

#[tokio::test]
async fn what_did_not_change_is_not_sent_again() {
    let site = Site::start().await;
    let fetcher = fetcher(&site);
    let feed = site.url("/tin.rss").parse().unwrap();
    let crawl = async |known: &Validators| fetcher.crawl(&feed, Wanted::Feed, known).await.unwrap();
    let Answer::New(first) = crawl(&Validators::default()).await else {
        panic!("nothing known yet")
    };
    assert!(first.text.contains("/tin/1") && first.validators.etag.is_some());
    assert_eq!(crawl(&first.validators).await, Answer::Unchanged);
    site.correct();
    assert!(
        matches!(crawl(&first.validators).await, Answer::New(second) if second.text.contains("/tin/2"))
    );
}

#[tokio::test]
async fn robots_txt_binds_programs_and_not_editors() {
    let site = Site::start().await;
    let fetcher = fetcher(&site);
    let closed = site.url("/kin").parse().unwrap();
    let refused = fetcher.crawl(&closed, Wanted::Page, &Validators::default()).await;
    assert!(matches!(refused, Err(FetchError::RobotsRefuse)), "{refused:?}");
    assert!(!fetcher.may_crawl(&closed).await.unwrap());
    assert!(fetcher.page(&closed).await.unwrap().html.contains("Bản Mòn"));
}

#[tokio::test]
async fn a_feed_is_no_page_and_a_page_may_be_a_feed_in_disguise() {
    let site = Site::start().await;
    let fetcher = fetcher(&site);
    let feed = site.url("/tin.rss").parse().unwrap();
    let refused = fetcher.page(&feed).await;
    assert!(matches!(refused, Err(FetchError::NotHtml(_))), "{refused:?}");
    let disguised = site.url("/hong.rss").parse().unwrap();
    let answer = fetcher.crawl(&disguised, Wanted::Feed, &Validators::default()).await;
    assert!(matches!(answer, Ok(Answer::New(_))), "{answer:?}");
}
