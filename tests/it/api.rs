//! Articles in, narrations out, over HTTP.

use serde_json::{Value, json};

use crate::app::{Home, deaf_port, text};
use crate::site::{Site, article_html};

#[tokio::test]
async fn a_first_visit_finds_a_working_page() {
    let app = Home::new("").start_and_keep();
    let id = app.sample().await;
    let home = app.page("/").await;
    assert!(home.contains("Tin mới") && home.contains(&format!("/articles/{id}")));
    let page = app.page(&format!("/articles/{id}")).await;
    for expected in [
        "Giọng nữ",
        "00:00 / 0",
        "BÌNH LUẬN",
        "Bạn còn 500/500 ký tự",
        "data-cue=\"0\"",
        "id=\"latest-heading\">Tin mới",
    ] {
        assert!(page.contains(expected), "{expected}");
    }
    // The furniture of the sample's own page stays behind.
    assert!(!page.contains("Tin liên quan"));
}

#[tokio::test]
async fn an_address_becomes_an_article_once() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let wanted = json!({"url": site.url("/bai-viet")});

    let first = app.narrate(&key, &wanted).await;
    assert_eq!(first["state"], "done", "{first}");
    assert_eq!(first["done"], first["total"]);
    let article = first["article"].as_str().unwrap();
    let page = app.page(&format!("/articles/{article}")).await;
    assert!(page.contains("42,5 m") && !page.contains("Khởi công trường học mới"));

    // The same text again: the same job, article and narration.
    let again = app.narrate(&key, &wanted).await;
    assert_eq!(again["id"], first["id"]);
    assert_eq!(again["article"], first["article"]);
    assert_eq!(again["narration"], first["narration"]);

    // By another address that leads there: another job, the same article.
    let moved = app.narrate(&key, &json!({"url": site.url("/cu#binh-luan")})).await;
    assert_eq!(moved["article"], first["article"]);
    assert_eq!(moved["narration"], first["narration"]);

    // A corrected text: the same article, a new narration.
    site.correct();
    let corrected = app.narrate(&key, &wanted).await;
    assert_eq!(corrected["article"], first["article"]);
    assert_ne!(corrected["narration"], first["narration"]);
    assert!(app.page(&format!("/articles/{article}")).await.contains("Sau 2 năm"));
    let latest = app.json("/latest.json").await;
    assert_eq!(latest["items"].as_array().unwrap().len(), 1);
    // What listeners have open still plays, with its own cues.
    let cues = |narration: &Value| {
        format!("/articles/{article}/cues.json?narration={}", narration.as_str().unwrap())
    };
    let text = |cues: &Value| cues["cues"][1]["text"].as_str().unwrap().to_owned();
    assert!(text(&app.json(&cues(&first["narration"])).await).starts_with("Sau 1 năm"));
    assert!(text(&app.json(&cues(&corrected["narration"])).await).starts_with("Sau 2 năm"));
    let old = format!("/audio/{}.mp3", first["narration"].as_str().unwrap());
    assert_eq!(app.get(&old).await.status(), 200);
}

#[tokio::test]
async fn a_newsroom_can_hand_over_html_or_text() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let html = json!({"html": article_html(1), "url": "https://baomuongthanh.example/cau-moi?utm_source=x"});
    let done = app.narrate(&key, &html).await;
    assert_eq!(done["state"], "done", "{done}");
    let found =
        app.json("/api/player?url=https://baomuongthanh.example/cau-moi?utm_source=x").await;
    assert_eq!(found["article"]["id"], done["article"]);

    let words =
        json!({"title": "Họp dân", "paragraphs": ["Sáng 5/3, bản Mòn họp dân.", "Có 48 hộ dự."]});
    let first = app.narrate(&key, &words).await;
    let again = app.narrate(&key, &words).await;
    assert_eq!(first["state"], "done", "{first}");
    assert_eq!((&again["id"], &again["narration"]), (&first["id"], &first["narration"]));
    assert_ne!(first["article"], done["article"]);
}

#[tokio::test]
async fn a_page_cannot_speak_in_another_papers_name() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let real = "https://baomuongthanh.example/cau-moi";
    let done = app.narrate(&key, &json!({"html": article_html(1), "url": real})).await;
    let claim = format!("<head><link rel=canonical href='{real}'>");
    let forged = article_html(9).replacen("<head>", &claim, 1);
    let other = json!({"html": forged, "url": "https://gia-mao.example/cau-moi"});
    let other = app.narrate(&key, &other).await;
    assert_eq!(other["state"], "done", "{other}");
    assert_ne!(other["article"], done["article"]);
    let player = app.json(&format!("/api/player?url={real}")).await;
    assert_eq!(player["narration"]["id"], done["narration"]);
}

#[tokio::test]
async fn odd_texts_are_read_or_refused_but_never_break() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let narrate = |text: String| {
        let (app, key) = (&app, &key);
        async move {
            let job = app.narrate(key, &json!({"title": "*", "paragraphs": [text]})).await;
            let code = job["error"]["code"].as_str().unwrap_or("");
            format!("{} {code}", job["state"].as_str().unwrap())
        }
    };
    assert_eq!(narrate("--- ***".into()).await, "failed empty_text");
    assert_eq!(narrate("7".repeat(3_000)).await, "done ");
    assert_eq!(narrate("a".repeat(3_000)).await, "done ");
    assert_eq!(narrate("Dài quá. ".repeat(10_000)).await, "failed article_too_long");
}

#[tokio::test]
async fn only_editors_may_ask_for_narrations() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    home.run(&["accounts", "add", "mod", "--role", "moderator"], "bí mật dài\n");
    let moderator = home.api_key("mod");
    let app = home.start();
    let article = json!({"title": "A", "paragraphs": ["Một câu."]});
    let status = |key: String| {
        let (app, article) = (&app, &article);
        async move { app.hand_over(&key, article).await.status().as_u16() }
    };
    assert_eq!(status("sai".into()).await, 401);
    assert_eq!(status(moderator).await, 403);
    assert_eq!(status(key.clone()).await, 202);
    home.run(&["accounts", "disable", "lan"], "");
    assert_eq!(status(key).await, 401);
    // A page sends people to the login instead.
    let desk = app.client.get(app.url("/desk")).header("accept", "text/html").send().await.unwrap();
    assert_eq!(desk.headers()["location"], "/login?next=%2Fdesk");
}

#[tokio::test]
async fn what_cannot_be_understood_is_refused_at_the_door() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let cases = [
        (json!({}), 400, "bad_request"),
        (json!({"url": "ftp://bao.example/"}), 422, "fetch_invalid_address"),
        (json!({"html": "  "}), 422, "empty_text"),
        (json!({"title": "A", "paragraphs": [" "]}), 422, "empty_text"),
        (json!({"title": "A", "paragraphs": "B"}), 400, "bad_request"),
    ];
    for (body, status, code) in cases {
        let response = app.hand_over(&key, &body).await;
        assert_eq!(response.status(), status, "{body}");
        let error: Value = response.json().await.unwrap();
        assert_eq!(error["error"]["code"], code, "{body}");
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(app.json("/latest.json").await["items"], json!([]));
}

#[tokio::test]
async fn a_bad_page_fails_its_job_with_the_reason_and_leaves_nothing() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let private = "http://127.0.0.1:9/".to_owned();
    let cases = [
        (site.url("/loi"), "fetch_status", "404"),
        (site.url("/cam"), "fetch_status", "403"),
        (site.url("/pdf"), "fetch_not_html", ""),
        (site.url("/vong"), "fetch_too_many_redirects", ""),
        (site.url("/noi-bo"), "fetch_address_refused", ""),
        (private, "fetch_address_refused", ""),
        ("http://169.254.169.254/latest/".to_owned(), "fetch_address_refused", ""),
        ("http://localhost/".to_owned(), "fetch_address_refused", ""),
        (site.url("/danh-sach"), "extract_not_article", ""),
        (site.url("/rong"), "extract_empty", ""),
        (site.url("/lon"), "fetch_too_large", ""),
        (site.url("/nen"), "fetch_too_large", ""),
    ];
    for (url, code, word) in cases {
        let job = app.narrate(&key, &json!({"url": url})).await;
        assert_eq!(job["state"], "failed", "{url}: {job}");
        assert_eq!(job["error"]["code"], code, "{url}");
        let message = job["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{url}: {message}");
        assert_eq!(job["status"].as_str().unwrap(), format!("Lỗi: {message}"));
    }
    assert_eq!(app.json("/latest.json").await["items"], json!([]));
    let blobs = walk(&home.path("data/blobs"));
    assert!(blobs.is_empty(), "{blobs:?}");
}

#[tokio::test]
async fn a_site_that_does_not_answer_is_tried_again_before_it_is_given_up() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.change("total_ms = 20000", "total_ms = 3000");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let accepted = app.hand_over(&key, &json!({"url": site.url("/cham")})).await;
    let job: Value = accepted.json().await.unwrap();
    let retried = |job: &Value| job["status"].as_str().is_some_and(|s| s.contains("Đang thử lại"));
    let waiting = app.job_when(job["id"].as_str().unwrap(), retried).await;
    assert_eq!(waiting["state"], "queued");
    assert!(waiting["status"].as_str().unwrap().contains("quá chậm"), "{waiting}");
}

#[tokio::test]
async fn a_site_that_is_not_there_fails_in_the_end() {
    let (_deaf, closed) = deaf_port();
    let home = Home::new(&format!("sample = false\n[fetch]\nallow_private = [\"{closed}\"]\n"));
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let job = app.narrate(&key, &json!({"url": format!("http://{closed}/bai")})).await;
    assert_eq!(
        (&job["state"], &job["error"]["code"]),
        (&json!("failed"), &json!("fetch_unreachable"))
    );
    assert_eq!(job["article"], Value::Null);
}

#[tokio::test]
async fn progress_is_told_as_it_happens() {
    let home = Home::new("sample = false");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let accepted = app.hand_over(&key, &crate::listen::article(60, "bản Mòn")).await;
    assert_eq!(accepted.status(), 202);
    let job: Value = accepted.json().await.unwrap();
    let events = app.get(&format!("/api/jobs/{}/events", job["id"].as_str().unwrap())).await;
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    // The stream ends by itself with the final state.
    let events = text(&events.bytes().await.unwrap());
    let data = events.lines().filter_map(|line| line.strip_prefix("data: "));
    let states: Vec<Value> = data.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(states.len() >= 2, "{events}");
    assert_eq!(states.last().unwrap()["state"], "done");
    assert!(states.iter().any(|state| state["state"] != "done"));
}

#[tokio::test]
async fn unknown_things_are_not_found_in_words() {
    let app = Home::new("sample = false").start_and_keep();
    let nobody = "0198f0c2-7a52-7c11-9d6e-2f6b1c1d0a01";
    for path in [
        "/nothing".to_owned(),
        format!("/articles/{nobody}"),
        "/articles/abc".to_owned(),
        format!("/embed/{nobody}"),
        format!("/audio/{nobody}.mp3"),
        "/audio/x".to_owned(),
        format!("/articles/{nobody}/cues.json"),
        format!("/api/jobs/{nobody}"),
        "/static/nothing.js".to_owned(),
        "/oembed?url=https://bao.example/".to_owned(),
    ] {
        let response = app.get(&path).await;
        assert_eq!(response.status(), 404, "{path}");
        let error: Value = response.json().await.unwrap();
        assert!(error["error"]["code"].as_str().unwrap().ends_with("not_found"), "{path}");
        // A person gets a page.
        let page =
            app.client.get(app.url(&path)).header("accept", "text/html").send().await.unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.text().await.unwrap().contains("<html"), "{path}");
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { found.extend(walk(&path)) } else { found.push(path) }
    }
    found
}
