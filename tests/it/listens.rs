//! What is counted of listening, who sees it, and what nobody will ever know.

use std::path::Path;
use std::time::{Duration, Instant};

use baonoi::domain::ids::ArticleId;
use baonoi::domain::listening::{Day, Listens, Period};
use baonoi::domain::units::Millis;
use baonoi::store::{Store, now};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use crate::app::{App, Home};
use crate::chromium::Browser;

const BEACON: &str = "text/plain;charset=UTF-8";

/// A report as `sendBeacon` sends it, to be changed or sent.
fn report(app: &App, article: &str, body: &str) -> RequestBuilder {
    let request = app.client.post(app.url(&format!("/api/articles/{article}/listens")));
    request.header("content-type", BEACON).body(body.to_owned())
}

async fn send(app: &App, article: &str, body: &str) -> Response {
    report(app, article, body).send().await.unwrap()
}

async fn status(app: &App, article: &str, body: &str) -> u16 {
    send(app, article, body).await.status().as_u16()
}

fn heard(plays: u8, seconds: f64, completed: bool) -> String {
    json!({"plays": plays, "seconds": seconds, "completed": completed}).to_string()
}

async fn sums(app: &App, key: &str, query: &str) -> Value {
    let request = app.client.get(app.url(&format!("/api/listens{query}"))).bearer_auth(key);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200, "{query}");
    response.json().await.unwrap()
}

/// The sums once so many plays are written.
async fn sums_of(app: &App, key: &str, plays: u64) -> Value {
    let begun = Instant::now();
    loop {
        let sums = sums(app, key, "").await;
        if sums["total"]["plays"].as_u64().unwrap() >= plays {
            return sums;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "never {plays}: {sums}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn newsroom(settings: &str) -> (Home, String) {
    let home = Home::new(settings);
    home.add_account("lan");
    let key = home.api_key("lan");
    (home, key)
}

#[tokio::test]
async fn reports_of_many_listeners_add_up() {
    let (home, key) = newsroom("[listening]\nper_network_max = 100000\n");
    let app = home.start();
    let article = app.sample().await;
    let listeners = (0..20).map(|listener| {
        let (app, article) = (&app, &article);
        async move {
            for n in 0..20 {
                let body = heard(1, 12.25, (listener + n) % 2 == 0);
                let answer = send(app, article, &body).await;
                assert_eq!(answer.status(), 204);
                assert!(answer.headers().get("set-cookie").is_none());
                assert_eq!(answer.headers()["access-control-allow-origin"], "*");
                assert!(answer.bytes().await.unwrap().is_empty());
            }
        }
    });
    futures_util::future::join_all(listeners).await;
    sums_of(&app, &key, 400).await;
    // A report that came after all of them is written, so they are, and none of them twice.
    let json = app.client.post(app.url(&format!("/api/articles/{article}/listens")));
    let last = json!({"plays": 1, "seconds": 100, "completed": false});
    assert_eq!(json.json(&last).send().await.unwrap().status(), 204);
    let all = sums_of(&app, &key, 401).await;
    let expected = json!({"plays": 401, "seconds": 5_000.0, "completed": 200});
    assert_eq!(all["total"], expected);
    assert_eq!(all["days"].as_array().unwrap().len(), 30);
    assert_eq!(
        (&all["time_zone"], &all["days"][29]["day"]),
        (&json!("Asia/Ho_Chi_Minh"), &all["to"])
    );
    let of_article = &all["articles"][0];
    assert_eq!((&of_article["id"], &of_article["plays"]), (&json!(article), &json!(401)));
    assert_eq!(of_article["page"], format!("/articles/{article}"));

    let one = sums(&app, &key, &format!("?days=2&article={article}")).await;
    assert_eq!((&one["total"], one["days"].as_array().unwrap().len()), (&expected, 2));
    for bad in ["?days=0", "?days=367", "?days=x"] {
        let request = app.client.get(app.url(&format!("/api/listens{bad}"))).bearer_auth(&key);
        assert_eq!(request.send().await.unwrap().status(), 400, "{bad}");
    }
    let unknown = "/api/listens?article=01890000-0000-7000-8000-000000000000";
    let request = app.client.get(app.url(unknown)).bearer_auth(&key);
    assert_eq!(request.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_report_that_is_none_is_refused() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let bad = [
        "",
        "nghe",
        "{}",
        r#"{"plays": 2, "seconds": 1, "completed": false}"#,
        r#"{"plays": 1, "seconds": -5, "completed": false}"#,
        r#"{"plays": 1, "seconds": 5, "completed": "yes"}"#,
        r#"{"plays": 1, "seconds": "5", "completed": false}"#,
    ];
    for body in bad {
        let answer = send(&app, &article, body).await;
        assert_eq!(answer.status(), 400, "{body}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["error"]["code"], "bad_request", "{body}");
    }
    let long = format!("{}{}", heard(1, 5.0, false), " ".repeat(2_000));
    assert_eq!(status(&app, &article, &long).await, 413);
    let good = heard(1, 5.0, false);
    for unknown in ["01890000-0000-7000-8000-000000000000", "x"] {
        let answer = send(&app, unknown, &good).await;
        assert_eq!(answer.status(), 404, "{unknown}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["error"]["code"], "article_not_found");
    }
    assert_eq!(app.get(&format!("/api/articles/{article}/listens")).await.status(), 405);
}

#[tokio::test]
async fn one_network_cannot_make_numbers_up_without_end() {
    let (home, key) = newsroom("[listening]\nper_network_max = 3\n");
    let app = home.start();
    let article = app.sample().await;
    for _ in 0..3 {
        assert_eq!(status(&app, &article, &heard(1, 100_000.0, true)).await, 204);
        // What is refused uses up nothing.
        assert_eq!(status(&app, &article, "{}").await, 400);
    }
    let refused = send(&app, &article, &heard(1, 1.0, true)).await;
    assert_eq!(refused.status(), 429);
    let error: Value = refused.json().await.unwrap();
    assert_eq!(error["error"]["code"], "too_many_requests");
    let all = sums_of(&app, &key, 3).await;
    assert_eq!(all["total"], json!({"plays": 3, "seconds": 1_800.0, "completed": 3}));
}

#[cfg(unix)]
#[tokio::test]
async fn whoever_wants_not_to_be_counted_is_not_and_gets_the_same_answer() {
    let (home, key) = newsroom("");
    let app = home.start();
    let article = app.sample().await;
    let body = heard(1, 30.0, true);
    let plain = send(&app, &article, &body).await;
    for header in ["dnt", "sec-gpc"] {
        let asked = report(&app, &article, &body).header(header, "1").send().await.unwrap();
        assert_eq!(asked.status(), 204, "{header}");
        let names = |answer: &Response| {
            let mut names: Vec<String> = answer.headers().keys().map(|n| n.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&asked), names(&plain), "{header}");
        assert!(asked.bytes().await.unwrap().is_empty());
    }
    // Stopping writes everything there is to write.
    assert!(app.stop().success());
    let app = home.start();
    let all = sums(&app, &key, "").await;
    assert_eq!(all["total"], json!({"plays": 1, "seconds": 30.0, "completed": 1}));
}

#[cfg(unix)]
#[tokio::test]
async fn a_service_that_is_stopped_right_after_a_report_has_counted_it() {
    let (home, key) = newsroom("");
    for round in 1..=3 {
        let app = home.start();
        let article = app.sample().await;
        assert_eq!(status(&app, &article, &heard(1, 7.5, false)).await, 204);
        assert!(app.stop().success());
        let app = home.start();
        let all = sums(&app, &key, "").await;
        let expected = json!({"plays": round, "seconds": 7.5 * f64::from(round), "completed": 0});
        assert_eq!(all["total"], expected);
    }
}

/// Whether bytes stand anywhere in the files of a folder.
fn stands_in(folder: &Path, words: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return stands_in(&path, words);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(words.len()).any(|window| window == words.as_bytes())
    })
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_of_a_listener_is_kept_or_said() {
    let home = Home::new("");
    let app = home.start();
    let article = app.sample().await;
    let marks = ["MayNgheBao/7.7", "bao-gioi-thieu.example", "nguoi-nghe-so-9", "203.0.113.77"];
    let beacon = report(&app, &article, &heard(1, 7.5, true))
        .header("user-agent", marks[0])
        .header("referer", format!("https://{}/bai", marks[1]))
        .header("origin", format!("https://{}", marks[1]))
        .header("cookie", format!("ai={}", marks[2]))
        .header("x-forwarded-for", marks[3]);
    assert_eq!(beacon.send().await.unwrap().status(), 204);
    // A report that is refused is not written down either.
    let refused = report(&app, &article, "{}").header("user-agent", marks[0]);
    assert_eq!(refused.send().await.unwrap().status(), 400);
    for mark in marks.iter().chain(&["127.0.0.1"]) {
        assert!(!app.has_said(mark), "the log has {mark}");
    }
    assert!(app.stop().success());
    let data = home.path("data");
    for mark in marks.iter().chain(&["127.0.0"]) {
        assert!(!stands_in(&data, mark), "{mark} is kept");
    }
    // While what was to be kept is, and would have been found.
    let day = Day::of(now()).to_string();
    assert!(stands_in(&data, &format!("{article}{day}")), "the row is not where it was looked for");
}

#[tokio::test]
async fn only_editors_see_the_numbers() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let added =
        home.run(&["accounts", "add", "minh", "--role", "moderator"], &format!("{password}\n"));
    assert!(added.status.success());
    let moderators_key = home.api_key("minh");
    let app = home.start();
    let article = app.sample().await;
    let pages = ["/desk/listening".to_owned(), format!("/desk/listening/{article}")];
    let moderator = app.log_in("minh", password).await;
    let editor = app.log_in("lan", password).await;
    let get = async |path: &str, name: &str, value: &str| {
        let request = app.client.get(app.url(path)).header(name, value);
        request.send().await.unwrap()
    };
    for page in &pages {
        assert_eq!(app.get(page).await.status(), 401);
        let sent = get(page, "accept", "text/html").await;
        let login = sent.headers()["location"].to_str().unwrap();
        assert!(login.starts_with("/login?next=%2Fdesk%2Flistening"), "{login}");
        assert_eq!(get(page, "cookie", &moderator).await.status(), 403);
        let shown = get(page, "cookie", &editor).await;
        assert_eq!(shown.status(), 200);
        assert_eq!(shown.headers()["cache-control"], "private, no-cache");
        let html = shown.text().await.unwrap();
        assert!(!html.contains("style=") && !html.contains("Lượt nghe mỗi ngày"), "{html}");
        assert!(html.contains("Trong 30 ngày qua chưa có") && html.contains("không địa chỉ IP"));
    }
    let missing = "/desk/listening/01890000-0000-7000-8000-000000000000";
    assert_eq!(get(missing, "cookie", &editor).await.status(), 404);

    assert_eq!(app.get("/api/listens").await.status(), 401);
    let refused = get("/api/listens", "authorization", &format!("Bearer {moderators_key}")).await;
    assert_eq!(refused.status(), 403);
    let told = get("/api/listens", "cookie", &editor).await;
    assert_eq!(
        (told.status().as_u16(), &told.headers()["cache-control"]),
        (200, &"no-store".parse().unwrap())
    );
    assert!(told.headers().get("access-control-allow-origin").is_none());
}

/// A month of listeners, whose numbers go up and down as a week does.
async fn a_month_of_listeners(home: &Home, articles: &[ArticleId]) {
    let store = Store::open(&home.path("data")).await.unwrap();
    let mut counts = Vec::new();
    for (rank, article) in (1_u64..).zip(articles) {
        // Nobody heard of it yet on the first days.
        for (n, day) in (0_u64..).zip(Period::ending(Day::of(now()), 30).days()).skip(4) {
            let plays = (n * 7 + rank * 5) % 11 * (40 / rank) + n % 7 * 3;
            let heard = Millis(plays * 94_500);
            counts.push((
                *article,
                day,
                Listens { plays, heard, completions: plays * 5 / (7 + rank) },
            ));
        }
    }
    store.add_listens(&counts).await.unwrap();
    store.close().await;
}

async fn by_night(browser: &Browser, night: bool) {
    let value = if night { "dark" } else { "light" };
    let wish = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
    browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", wish).await.unwrap();
}

/// Pictures by day and by night, on a desk and on a telephone, none of which scrolls sideways.
async fn pictures(browser: &Browser, name: &str) {
    for (width, height) in [(1280, 900), (390, 844)] {
        browser.resize(width, height).await;
        let wide = browser.ask("document.documentElement.scrollWidth").await;
        assert!(wide.as_u64().unwrap() <= u64::from(width), "{name} scrolls sideways: {wide}");
        for (night, suffix) in [(false, ""), (true, "-dark")] {
            by_night(browser, night).await;
            browser.picture(&format!("{name}-{width}{suffix}")).await;
        }
    }
    by_night(browser, false).await;
    browser.resize(1280, 900).await;
}

#[tokio::test]
async fn an_editor_sees_what_readers_listen_to() {
    let home = Home::new("sample = false\n");
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let titles = [
        "Bản Mòn có cầu mới",
        "Nông dân vùng cao được mùa mận hậu, thương lái vào tận vườn thu mua từ sáng sớm",
        "Trường nội trú khai giảng",
        "Chợ phiên họp lại sau mưa lũ",
    ];
    let (mut articles, mut jobs) = (Vec::<ArticleId>::new(), Vec::new());
    for title in titles {
        let done = app.narrate(&key, &json!({"title": title, "paragraphs": ["Một câu."]})).await;
        articles.push(done["article"].as_str().unwrap().parse().unwrap());
        jobs.push(done["id"].as_str().unwrap().to_owned());
    }
    let browser = Browser::open().await;
    browser.log_in(&app, "lan", password, "/desk/listening").await;
    browser.until("location.pathname === '/desk/listening'").await;
    browser
        .until("document.querySelector('.empty')?.textContent.includes('chưa có lượt nghe nào')")
        .await;
    pictures(&browser, "listening-empty").await;

    a_month_of_listeners(&home, &articles).await;
    browser.go(&app.url("/desk")).await;
    browser.find("a[href='/desk/listening']").await.click().await.unwrap();
    browser.until("location.pathname === '/desk/listening'").await;
    // The charts say what they show: a bar for each day on which somebody listened, the highest of which
    // comes near the top, and the same in words and as a table.
    // The third is that of the queue.
    assert_eq!(browser.ask("document.querySelectorAll('.chart').length").await, 3);
    let all = sums(&app, &key, "").await;
    let days = all["days"].as_array().unwrap();
    let played = days.iter().filter(|day| day["plays"] != 0).count();
    let bars = "document.querySelector('.chart').querySelectorAll('.chart-bar')";
    assert_eq!(browser.ask(&format!("{bars}.length")).await, played);
    let highest = browser
        .ask(&format!("Math.max(...[...{bars}].map((bar) => bar.getBoundingClientRect().height))"))
        .await;
    assert!((50.0..=132.5).contains(&highest.as_f64().unwrap()), "{highest}");
    let said = "document.querySelector('.chart svg[role=img]').getAttribute('aria-label')";
    let said = browser.ask(said).await;
    assert!(said.as_str().unwrap().starts_with("Lượt nghe mỗi ngày, từ "), "{said}");
    assert_eq!(
        browser.ask("document.querySelectorAll('.numbers .numbers-table tbody tr').length").await,
        30
    );
    let newest = "document.querySelector('.numbers .numbers-table tbody td').textContent";
    let plays = days[29]["plays"].to_string();
    assert_eq!(browser.ask(newest).await, plays);
    // The most-heard first, with its share of those who listened to the end.
    let rows = "document.querySelectorAll('.heard tbody tr')";
    assert_eq!(browser.ask(&format!("{rows}.length")).await, titles.len());
    let first = browser.ask(&format!("{rows}[0].textContent")).await;
    let first = first.as_str().unwrap();
    assert!(first.contains("Bản Mòn có cầu mới") && first.contains("62%"), "{first}");
    // Nothing of the page needs what its policy forbids.
    let styled = "document.querySelectorAll('[style]').length + document.scripts.length";
    assert_eq!(browser.ask(styled).await, 0);
    let accent = "getComputedStyle(document.querySelector('.chart-bar')).fill";
    assert_eq!(browser.ask(accent).await, "rgb(156, 27, 31)");
    pictures(&browser, "listening").await;
    browser.find(".numbers summary").await.click().await.unwrap();
    browser.resize(390, 844).await;
    browser.picture("listening-table-390").await;
    let wide = browser.ask("document.documentElement.scrollWidth").await;
    assert!(wide.as_u64().unwrap() <= 390, "the table scrolls sideways: {wide}");
    browser.resize(1280, 900).await;

    // One article's own numbers, from the list and from its job.
    browser.find(".heard tbody a").await.click().await.unwrap();
    let own = format!("/desk/listening/{}", articles[0]);
    browser.until(&format!("location.pathname === '{own}'")).await;
    browser.until("document.querySelector('h1').textContent === 'Bản Mòn có cầu mới'").await;
    pictures(&browser, "listening-article").await;
    browser.go(&app.url(&format!("/desk/jobs/{}", jobs[0]))).await;
    browser.find(&format!("a[href='{own}']")).await.click().await.unwrap();
    browser.until(&format!("location.pathname === '{own}'")).await;
}
