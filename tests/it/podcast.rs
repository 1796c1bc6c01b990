//! The podcast, read by a reader of feeds that is not ours, and every address in it fetched.

use reqwest::{Method, header};
use rss::extension::{Extension, ExtensionMap};
use rss::validation::Validate as _;
use rss::{Channel, Item};
use serde_json::json;

use crate::app::{App, Home, text};
use crate::site::Site;

/// Whether XML has no such character.
fn is_forbidden(c: char) -> bool {
    c < ' ' && !"\t\n\r".contains(c) || "\u{fffe}\u{ffff}".contains(c)
}

/// The feed, which must be valid.
async fn feed(app: &App) -> Channel {
    let response = app.get("/feed.xml").await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/rss+xml; charset=utf-8");
    let document = response.text().await.unwrap();
    assert!(!document.contains(is_forbidden), "a character that XML does not have: {document:?}");
    let channel = Channel::read_from(document.as_bytes()).unwrap();
    channel.validate().unwrap();
    channel
}

fn element<'a>(map: &'a ExtensionMap, space: &str, name: &str) -> &'a Extension {
    &map[space][name][0]
}

fn value<'a>(map: &'a ExtensionMap, space: &str, name: &str) -> &'a str {
    element(map, space, name).value().unwrap()
}

fn guid(item: &Item) -> &str {
    let guid = item.guid().unwrap();
    assert!(!guid.is_permalink());
    guid.value()
}

/// What the service answers at an address of the feed.
async fn fetch(app: &App, method: Method, address: &str) -> reqwest::Response {
    assert!(address.starts_with(&app.url("/")), "{address} is not absolute");
    let response = app.client.request(method, address).send().await.unwrap();
    assert_eq!(response.status(), 200, "{address}");
    response
}

#[tokio::test]
async fn the_podcast_is_whole_and_every_address_in_it_answers() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    let channel = feed(&app).await;

    assert_eq!((channel.title(), channel.language()), ("Báo Nói", Some("vi")));
    assert!(channel.description().contains("không phải giọng người thật"));
    let itself = element(channel.extensions(), "atom", "link").attrs();
    assert_eq!((itself["rel"].as_str(), &itself["href"]), ("self", &app.url("/feed.xml")));
    let itunes = channel.itunes_ext().unwrap();
    assert_eq!((itunes.explicit(), itunes.author()), (Some("false"), Some("Báo Nói")));
    // Nobody's address is told unless it is set.
    assert!(itunes.owner().is_none());
    let category = &itunes.categories()[0];
    let below = category.subcategory().unwrap();
    assert_eq!((category.text(), below.text()), ("News", "Daily News"));
    assert_eq!(value(channel.extensions(), "podcast", "locked"), "yes");
    // By the same address: the id of the specification.
    let spaces = uuid::uuid!("ead4c236-bf58-58c6-a2c6-a6b28d128cb6");
    let bare = app.url("/feed.xml").replace("http://", "");
    let id = uuid::Uuid::new_v5(&spaces, bare.as_bytes()).to_string();
    assert_eq!(value(channel.extensions(), "podcast", "guid"), id);

    fetch(&app, Method::GET, channel.link()).await;
    let picture = fetch(&app, Method::GET, itunes.image().unwrap()).await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    let picture = picture.bytes().await.unwrap();
    assert_eq!(&picture[..16], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    assert_eq!(&picture[16..24], [1400_u32.to_be_bytes(), 1400_u32.to_be_bytes()].concat());
    assert_eq!(channel.image().unwrap().url(), itunes.image().unwrap_or(""));

    let [item] = channel.items() else { panic!("{} items", channel.items().len()) };
    assert_eq!(guid(item), article);
    assert_eq!(item.title(), player["article"]["title"].as_str());
    assert!(item.description().unwrap().len() > 20);
    let page = fetch(&app, Method::GET, item.link().unwrap()).await.text().await.unwrap();
    assert!(page.contains(&format!("<bao-noi article=\"{article}\"")));
    let seconds: u64 = item.itunes_ext().unwrap().duration().unwrap().parse().unwrap();
    assert_eq!(seconds, player["narration"]["duration_ms"].as_u64().unwrap().div_ceil(1000));

    let sound = item.enclosure().unwrap();
    assert_eq!(sound.mime_type(), "audio/mpeg");
    for method in [Method::HEAD, Method::GET] {
        let whole = fetch(&app, method.clone(), sound.url()).await;
        assert_eq!(whole.headers()["content-type"], sound.mime_type());
        assert_eq!(whole.headers()["content-length"], sound.length());
        let sent = whole.bytes().await.unwrap().len();
        assert_eq!(sent.to_string(), if method == Method::GET { sound.length() } else { "0" });
    }
    let part = app.client.get(sound.url()).header(header::RANGE, "bytes=0-1").send().await.unwrap();
    let range = format!("bytes 0-1/{}", sound.length());
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], range.as_str());

    let transcript = element(item.extensions(), "podcast", "transcript").attrs();
    assert_eq!((&*transcript["type"], &*transcript["language"]), ("text/vtt", "vi"));
    let vtt = fetch(&app, Method::GET, &transcript["url"]).await.text().await.unwrap();
    assert!(vtt.starts_with("WEBVTT\n") && vtt.contains(" --> "), "{vtt}");
}

#[tokio::test]
async fn an_episode_stays_the_same_one_when_its_text_was_corrected() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let wanted = json!({"url": site.url("/bai-viet")});
    app.narrate(&key, &wanted).await;
    let before = feed(&app).await;
    site.correct();
    app.narrate(&key, &wanted).await;
    let after = feed(&app).await;
    let ([before], [after]) = (before.items(), after.items()) else { panic!("not one item each") };
    assert_eq!(guid(before), guid(after));
    assert_eq!(before.pub_date(), after.pub_date());
    assert_ne!(before.enclosure().unwrap().url(), after.enclosure().unwrap().url());
    assert_ne!(before.description(), after.description());
    // What a player has begun goes on.
    fetch(&app, Method::GET, before.enclosure().unwrap().url()).await;
}

#[tokio::test]
async fn a_newsroom_says_who_it_is() {
    let settings = "sample = false\npublic_url = 'https://doc.bao.example/'\n[podcast]\n\
        title = 'Nghe & đọc'\nauthor = 'Báo Mường Thanh'\nemail = 'toa-soan@bao.example'\n\
        category = 'Government'\nsubcategory = ''\n";
    let app = Home::new(settings).start_and_keep();
    let channel = feed(&app).await;
    assert_eq!((channel.title(), channel.link()), ("Nghe & đọc", "https://doc.bao.example/"));
    let itunes = channel.itunes_ext().unwrap();
    assert_eq!(itunes.image(), Some("https://doc.bao.example/podcast.png"));
    let owner = itunes.owner().unwrap();
    assert_eq!(
        (owner.name(), owner.email()),
        (Some("Báo Mường Thanh"), Some("toa-soan@bao.example"))
    );
    assert_eq!(itunes.categories()[0].text(), "Government");
    assert!(itunes.categories()[0].subcategory().is_none());
    let locked = element(channel.extensions(), "podcast", "locked");
    assert_eq!(locked.attrs()["owner"], "toa-soan@bao.example");
    assert!(channel.items().is_empty());
}

#[tokio::test]
async fn a_newsroom_shows_its_own_picture() {
    let home = Home::new("");
    // The header of a JPEG, which is all that is looked at.
    let picture = b"\xff\xd8\xff\xc0\0\x11\x08\x05\xdc\x05\xdc\x03";
    std::fs::write(home.path("anh.jpg"), picture).unwrap();
    let path = home.path("anh.jpg");
    let settings = format!("sample = false\n[podcast]\nimage = '{}'\n", path.display());
    std::fs::write(home.path("baonoi.toml"), format!("voices_download = false\n{settings}"))
        .unwrap();
    let app = home.start();
    let channel = feed(&app).await;
    let address = channel.itunes_ext().unwrap().image().unwrap();
    assert_eq!(address, app.url("/podcast.jpg"));
    let shown = fetch(&app, Method::GET, address).await;
    assert_eq!(shown.headers()["content-type"], "image/jpeg");
    assert_eq!(&shown.bytes().await.unwrap()[..], picture);
    assert_eq!(app.get("/podcast.png").await.status(), 404);
}

#[tokio::test]
async fn whoever_has_the_feed_is_told_so() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    // The start is the last change, until its second is over.
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let ask = |name: &'static str, value: String| {
        let request = app.client.get(app.url("/feed.xml")).header(name, value);
        async move { request.send().await.unwrap() }
    };
    let first = app.get("/feed.xml").await;
    let header = |name: &str| first.headers()[name].to_str().unwrap().to_owned();
    let (tag, time) = (header("etag"), header("last-modified"));
    assert!(tag.starts_with('"') && header("cache-control").contains("max-age=60"));
    for (name, value) in [("if-none-match", tag.clone()), ("if-modified-since", time.clone())] {
        let again = ask(name, value).await;
        assert_eq!(
            (again.status().as_u16(), &again.headers()["etag"]),
            (304, &first.headers()["etag"])
        );
        assert!(again.bytes().await.unwrap().is_empty());
    }
    let head = app.client.head(app.url("/feed.xml")).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["etag"]), (200, &first.headers()["etag"]));
    // This one leaves it packed.
    let plain = reqwest::Client::builder().no_proxy().no_gzip().no_brotli().no_deflate();
    let plain = plain.build().unwrap().get(app.url("/feed.xml"));
    let packed = plain.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");

    app.narrate(&key, &json!({"title": "Họp dân", "paragraphs": ["Sáng nay bản họp."]})).await;
    assert_eq!(ask("if-none-match", tag).await.status(), 200);
    assert_eq!(ask("if-modified-since", time).await.status(), 200);
}

#[tokio::test]
async fn no_title_breaks_the_feed() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let title = "Giá </title></script> ]]> & \"vàng\" &amp; 🎧 tăng \u{1}\u{b}\u{1f}\u{fffe} 5%";
    let done = app.narrate(&key, &json!({"title": title, "paragraphs": ["Một câu."]})).await;
    assert_eq!(done["state"], "done", "{done}");
    let latest = app.json("/latest.json").await;
    let told = latest["items"][0]["article"]["title"].as_str().unwrap();
    assert!(told.starts_with("Giá </title></script> ]]> & \"vàng\""), "{told}");
    let channel = feed(&app).await;
    let kept: String = told.chars().filter(|c| !is_forbidden(*c)).collect();
    assert_eq!(channel.items()[0].title(), Some(kept.as_str()));
}

#[test]
fn settings_that_no_directory_would_take_are_refused_at_the_start() {
    let refused = |settings: &str, name: &str, why: &str| {
        let home = Home::new(settings);
        std::fs::write(home.path("chu.txt"), "không phải ảnh").unwrap();
        let small = crate::app::project("static/cover.png");
        let settings = settings
            .replace("CHU", home.path("chu.txt").to_str().unwrap())
            .replace("NHO", small.to_str().unwrap());
        std::fs::write(home.path("baonoi.toml"), settings).unwrap();
        let ended = home.run(&["serve", "--listen", "127.0.0.1:0"], "");
        let said = text(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{said}");
        assert!(said.contains(name) && said.contains(why), "{said}");
    };
    refused("[podcast]\nimage = 'CHU'", "podcast.image", "neither a JPEG nor a PNG");
    refused("[podcast]\nimage = 'NHO'", "podcast.image", "600 x 600 px");
    refused("[podcast]\nimage = '/khong/co.png'", "podcast.image", "/khong/co.png");
    refused("[podcast]\ncategory = 'Tin tức'", "podcast.category", "Apple's podcast categories");
    refused("[podcast]\nemail = 'toa-soan'", "podcast.email", "a@b.example");
    refused("[embed]\nsites = ['https://a.example; x']", "embed.sites", "https://bao.example");
}
