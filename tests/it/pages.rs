//! What search engines, social networks and searching readers find.

use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::app::{App, Home};
use crate::site::article_html;

/// A service with an editor, and the editor's key.
fn newsroom(settings: &str) -> (Home, String) {
    let home = Home::new(&format!("sample = false\n{settings}"));
    home.add_account("lan");
    let key = home.api_key("lan");
    (home, key)
}

/// What one attribute of all elements of a kind says.
fn attributes(page: &str, selector: &str, name: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let page = Html::parse_document(page);
    page.select(&selector).map(|found| found.attr(name).unwrap().to_owned()).collect()
}

fn texts(page: &str, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    let page = Html::parse_document(page);
    page.select(&selector).map(|found| found.text().collect()).collect()
}

/// The article of the tests' newspaper, with its author.
fn article_by(author: &str) -> String {
    let data = json!({"@type": "NewsArticle", "author": {"@type": "Person", "name": author}});
    let script = format!("<head><script type='application/ld+json'>{data}</script>");
    article_html(1).replace("<head>", &script)
}

/// The titles that a list shows.
async fn titles(app: &App, path: &str) -> Vec<String> {
    texts(&app.page(path).await, ".news-title")
}

async fn tell(app: &App, key: &str, title: &str) {
    let done = app.narrate(key, &json!({"title": title, "paragraphs": ["Vâng."]})).await;
    assert_eq!(done["state"], "done", "{done}");
}

#[tokio::test]
async fn an_article_says_to_programs_what_it_is() {
    let (home, key) = newsroom("public_url = 'https://doc.bao.example'\n");
    let app = home.start();
    let source = "https://baomuongthanh.example/cau-moi";
    let html = article_by("Lò Văn Mòn").replace(
        "<head>",
        "<head><meta property='article:published_time' content='2026-03-05T07:30:00+07:00'>",
    );
    let done = app.narrate(&key, &json!({"html": html, "url": source})).await;
    let id = done["article"].as_str().unwrap();
    let page = app.page(&format!("/articles/{id}")).await;
    let one = |selector: &str, name: &str| {
        let found = attributes(&page, selector, name);
        assert_eq!(found.len(), 1, "{selector}: {found:?}");
        found[0].clone()
    };
    let meta = |name: &str| one(&format!("meta[property='{name}']"), "content");
    let address = format!("https://doc.bao.example/articles/{id}");
    let sound =
        format!("https://doc.bao.example/audio/{}.mp3", done["narration"].as_str().unwrap());
    assert_eq!(one("link[rel=canonical]", "href"), source);
    assert_eq!(one("link[type='application/rss+xml']", "href"), "/feed.xml");
    assert_eq!(meta("og:url"), address);
    assert_eq!((meta("og:site_name"), meta("og:locale")), ("Báo Nói".into(), "vi_VN".into()));
    assert_eq!((meta("og:audio"), meta("og:audio:type")), (sound.clone(), "audio/mpeg".into()));
    assert_eq!(meta("article:published_time"), "2026-03-05T07:30:00+07:00");

    let oembed = one("link[type='application/json+oembed']", "href");
    let oembed = app.json(oembed.strip_prefix("https://doc.bao.example").unwrap()).await;
    assert!(oembed["html"].as_str().unwrap().contains(&format!("/embed/{id}")), "{oembed}");

    let data: Value =
        serde_json::from_str(&texts(&page, "script[type='application/ld+json']")[0]).unwrap();
    assert_eq!(data["@type"], "NewsArticle");
    assert_eq!(data["headline"], "Bản Mòn có cầu mới");
    assert!(data["description"].as_str().unwrap().starts_with("Sau 1 năm"));
    assert_eq!((&data["url"], &data["isBasedOn"]), (&json!(address), &json!(source)));
    assert_eq!(data["inLanguage"], "vi");
    assert_eq!(data["author"]["name"], "Lò Văn Mòn");
    assert_eq!(data["publisher"]["name"], "Báo Mường Thanh");
    assert_eq!(data["datePublished"], "2026-03-05T07:30:00+07:00");
    let audio = &data["audio"];
    assert_eq!(
        (&audio["contentUrl"], &audio["encodingFormat"]),
        (&json!(sound), &json!("audio/mpeg"))
    );
    assert!(audio["duration"].as_str().unwrap().starts_with("PT"));
    assert!(audio["transcript"].as_str().unwrap().ends_with("/transcript.vtt"));
    assert!(audio["creditText"].as_str().unwrap().contains("không phải giọng người thật"));

    // Read again and found the same, it has not changed.
    let changed = data["dateModified"].clone();
    let again = app.narrate(&key, &json!({"html": format!("{html}<!-- -->"), "url": source})).await;
    assert_ne!(again["id"], done["id"]);
    let page = app.page(&format!("/articles/{id}")).await;
    let data: Value =
        serde_json::from_str(&texts(&page, "script[type='application/ld+json']")[0]).unwrap();
    assert_eq!(data["dateModified"], changed);
}

#[tokio::test]
async fn no_title_leaves_its_place() {
    let (home, key) = newsroom("");
    let app = home.start();
    let harmless = app.narrate(&key, &json!({"title": "Giá vàng", "paragraphs": ["Vâng."]})).await;
    let title = "Giá </script><script>alert(1)</script> <!-- ]]> & \"'> 🎧 \u{1} \u{2028}vàng";
    let done = app.narrate(&key, &json!({"title": title, "paragraphs": ["Vâng."]})).await;
    let page_of = |job: &Value| format!("/articles/{}", job["article"].as_str().unwrap());
    let page = app.page(&page_of(&done)).await;
    let scripts = |page: &str| texts(page, "script").len();
    assert_eq!(scripts(&page), scripts(&app.page(&page_of(&harmless)).await));
    let data: Value =
        serde_json::from_str(&texts(&page, "script[type='application/ld+json']")[0]).unwrap();
    let told =
        app.json(&format!("/api/player?article={}", done["article"].as_str().unwrap())).await;
    assert_eq!(data["headline"], told["article"]["title"]);
    assert!(
        told["article"]["title"].as_str().unwrap().contains("</script><script>alert(1)</script>")
    );
    // Its own page is the only address it has.
    assert_eq!(attributes(&page, "link[rel=canonical]", "href"), [app.url(&page_of(&done))]);
    let plain = scripts(&app.page("/?q=khong-co").await);
    assert_eq!(scripts(&app.page("/?q=%3C%2Fscript%3E%3Cscript%3E").await), plain);
    assert_eq!(scripts(&app.page("/?q=%22%3E%3Cscript%3Ealert(1)").await), plain);
}

#[tokio::test]
async fn search_engines_find_every_article_and_nothing_else() {
    let (home, key) = newsroom("");
    let app = home.start();
    for title in ["Bài cũ", "Bài mới"] {
        tell(&app, &key, title).await;
    }
    let response = app.get("/sitemap.xml").await;
    assert_eq!(response.headers()["content-type"], "application/xml; charset=utf-8");
    let sitemap = response.text().await.unwrap();
    let listed = texts(&sitemap, "urlset > url > loc");
    let latest = app.json("/latest.json").await;
    let pages: Vec<String> = latest["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| app.url(item["article"]["page"].as_str().unwrap()))
        .collect();
    assert_eq!((listed.len(), &listed), (2, &pages));
    for (address, at) in listed.iter().zip(texts(&sitemap, "lastmod")) {
        assert_eq!(app.client.get(address).send().await.unwrap().status(), 200);
        assert!(at.len() == "2026-11-28T07:00:00+07:00".len() && at.ends_with("+07:00"), "{at}");
    }
    let robots = app.page("/robots.txt").await;
    assert!(robots.starts_with("User-agent: *\n"), "{robots}");
    for line in ["/desk", "/moderation", "/login", "/api"] {
        assert!(robots.contains(&format!("\nDisallow: {line}\n")), "{robots}");
    }
    assert!(robots.contains(&format!("\nSitemap: {}\n", app.url("/sitemap.xml"))), "{robots}");
}

#[tokio::test]
async fn readers_find_an_article_with_and_without_marks() {
    let (home, key) = newsroom("");
    let app = home.start();
    let html = article_by("Đặng Thị Hoà");
    app.narrate(&key, &json!({"html": html, "url": "https://baomuongthanh.example/cau-moi"})).await;
    tell(&app, &key, "Giá xăng tăng 50% trong_tuần").await;
    tell(&app, &key, "Giá xăng tăng 500 đồng").await;

    // By title, lead and author; the body is not searched.
    for found in [
        "cầu mới",
        "CAU MOI",
        " cau  moi ",
        "ca\u{302}\u{300}u",
        "ban mon co",
        "suoi nam la",
        "dang thi hoa",
    ] {
        let path = format!("/?{}", crate::app::form_body(&[("q", found)]));
        assert_eq!(titles(&app, &path).await, ["Bản Mòn có cầu mới"], "{found}");
    }
    let page = app.page("/?q=tram+y+te").await;
    assert!(page.contains("Không tìm thấy bài nào có “tram y te”"), "{page}");
    // What databases take for wildcards means itself.
    assert_eq!(
        titles(&app, "/?q=xang").await,
        ["Giá xăng tăng 500 đồng", "Giá xăng tăng 50% trong_tuần"]
    );
    assert_eq!(titles(&app, "/?q=50%25").await, ["Giá xăng tăng 50% trong_tuần"]);
    assert_eq!(titles(&app, "/?q=trong_tuan").await, ["Giá xăng tăng 50% trong_tuần"]);
    for nothing in ["/?q=c_u", "/?q=%25moi", "/?q=!", "/?q=%27+OR+1%3D1", "/?q=xa%00ng"] {
        assert!(titles(&app, nothing).await.is_empty(), "{nothing}");
    }
    // The form keeps what was typed, and works without script.
    let page = app.page("/?q=%22%3Ecau").await;
    assert_eq!(attributes(&page, "form[role=search] input[name=q]", "value"), ["\">cau"]);
    assert_eq!(attributes(&page, "form[role=search]", "method"), ["get"]);
    assert_eq!(titles(&app, "/?q=").await.len(), 3);

    let long = |count: usize| format!("/?q={}", "%E1%BA%A7".repeat(count));
    assert_eq!(app.get(&long(100)).await.status(), 200);
    let refused =
        app.client.get(app.url(&long(101))).header("accept", "text/html").send().await.unwrap();
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("dài hơn 100 ký tự"));
}

#[tokio::test]
async fn long_lists_have_pages() {
    let (home, key) = newsroom("[sound]\nkeep_wav = false\n");
    let app = home.start();
    for number in 1..=31 {
        tell(&app, &key, &format!("Tin số {number}")).await;
    }
    tell(&app, &key, "Việc khác").await;
    for (first, last, newest, second) in [
        ("/", "/?page=2", "Việc khác", vec!["Tin số 2", "Tin số 1"]),
        ("/?q=tin", "/?q=tin&page=2", "Tin số 31", vec!["Tin số 1"]),
    ] {
        let page = app.page(first).await;
        let shown = texts(&page, ".news-title");
        assert_eq!((shown.len(), shown[0].as_str()), (30, newest));
        assert_eq!(texts(&page, ".paging a"), ["Trang sau"]);
        assert_eq!(attributes(&page, ".paging a", "href"), [last]);
        let page = app.page(last).await;
        assert_eq!(texts(&page, ".news-title"), second);
        assert_eq!(texts(&page, ".paging a"), ["Trang trước"]);
        assert_eq!(attributes(&page, ".paging a", "href"), [first]);
    }
    let beyond = app.page("/?page=4000000000").await;
    assert!(beyond.contains("Không còn bài nào ở trang này"));
    assert_eq!(attributes(&beyond, ".paging a", "href"), ["/"]);
    assert_eq!(titles(&app, "/?page=hai").await.len(), 30);
    assert_eq!(titles(&app, "/?page=0").await.len(), 30);
}

#[tokio::test]
async fn only_the_sites_that_are_named_show_the_player_in_a_frame() {
    let sites = "[embed]\nsites = ['https://bao.example', 'https://*.bao.example:8443']\n";
    let (home, key) = newsroom(sites);
    let app = home.start();
    let done = app.narrate(&key, &json!({"title": "Họp dân", "paragraphs": ["Vâng."]})).await;
    let id = done["article"].as_str().unwrap();
    let ancestors = |path: String| {
        let request = app.client.get(app.url(&path)).header("accept", "text/html");
        async move {
            let answer = request.send().await.unwrap();
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'self'"), "{path}: {policy}");
            policy.split("frame-ancestors ").nth(1).unwrap().to_owned()
        }
    };
    let named = "'self' https://bao.example https://*.bao.example:8443";
    for path in [format!("/embed/{id}"), "/embed/khong-co".into(), "/embed?url=x".into()] {
        assert_eq!(ancestors(path.clone()).await, named, "{path}");
    }
    for path in
        ["/", "/?q=x", "/login", "/articles/khong-co", "/khong-co", "/feed.xml", "/robots.txt"]
    {
        assert_eq!(ancestors(path.into()).await, "'self'", "{path}");
    }
    assert_eq!(ancestors(format!("/articles/{id}")).await, "'self'");
}
