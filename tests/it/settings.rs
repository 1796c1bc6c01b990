//! What editors set on pages: it holds at once, says who was faster, and loses nothing that was typed.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{App, Home, form_body, project, text};
use crate::listen::article;
use crate::mirror::Mirror;
use crate::site::Site;

const PASSWORD: &str = "bí mật dài";

const PACE: &str = "/desk/settings/pace";
const EMBEDDING: &str = "/desk/settings/embedding";
const COMMENTS: &str = "/desk/settings/comments";
const SOURCES: &str = "/desk/settings/sources";
const VOICE: &str = "/desk/settings/voice";

/// The fields of the pace's form.
const PAUSES: [(&str, &str); 6] = [
    ("clause_ms", "180"),
    ("sentence_ms", "420"),
    ("paragraph_ms", "750"),
    ("heading_ms", "850"),
    ("title_ms", "1100"),
    ("lead_ms", "950"),
];

async fn post(app: &App, path: &str, pairs: &[(&str, &str)], cookie: &str) -> Response {
    app.post_form(path, form_body(pairs), Some(cookie)).await
}

async fn page(app: &App, path: &str, cookie: &str) -> String {
    let response = app.client.get(app.url(path)).header("cookie", cookie).send().await.unwrap();
    assert_eq!(response.status(), 200, "{path}");
    response.text().await.unwrap()
}

async fn status(app: &App, path: &str, cookie: &str) -> u16 {
    let request = app.client.get(app.url(path)).header("cookie", cookie);
    request.send().await.unwrap().status().as_u16()
}

/// What a form on a page says of the change that it has seen.
fn seen(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"seen\" value=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

#[track_caller]
fn went_to(response: &Response, address: &str) {
    assert_eq!(response.status(), 303, "{response:?}");
    assert_eq!(response.headers()["location"], address);
}

/// How long an article's reading is, in milliseconds.
async fn length(app: &App, job: &Value) -> u64 {
    let page = job["page"].as_str().unwrap_or_else(|| panic!("{job}"));
    let cues = app.json(&format!("{page}/cues.json")).await;
    cues["cues"].as_array().unwrap().last().unwrap()["end_ms"].as_u64().unwrap()
}

fn pace<'a>(speed: &'a str, seen: &'a str) -> Vec<(&'a str, &'a str)> {
    [&[("speed", speed), ("seen", seen)], &PAUSES[..]].concat()
}

#[tokio::test]
async fn roles_say_who_sets_what() {
    let home = Home::new("sample = false\n");
    for (name, role) in [("bien", "editor"), ("duyet", "moderator")] {
        let added = home.run(&["accounts", "add", name, "--role", role], &format!("{PASSWORD}\n"));
        assert!(added.status.success(), "{}", text(&added.stderr));
    }
    let app = home.start();
    let editor = app.log_in("bien", PASSWORD).await;
    let moderator = app.log_in("duyet", PASSWORD).await;
    for path in ["/desk/settings", SOURCES, VOICE, PACE, EMBEDDING, "/desk/health"] {
        let told = [status(&app, path, &editor).await, status(&app, path, &moderator).await];
        assert_eq!(told, [200, 403], "{path}");
    }
    assert_eq!(status(&app, COMMENTS, &moderator).await, 200);
    assert_eq!(app.get(PACE).await.status(), 401);
    let refused = post(&app, EMBEDDING, &[("sites", "https://bao.example")], &moderator).await;
    assert_eq!(refused.status(), 403);
    // A copy of everything holds the accounts: not for editors.
    assert_eq!(post(&app, "/desk/health/backup", &[], &editor).await.status(), 403);
    // Another site's form does nothing.
    let foreign = app.client.post(app.url(EMBEDDING)).header("cookie", &editor);
    let foreign =
        foreign.body("sites=").header("content-type", "application/x-www-form-urlencoded");
    let foreign = foreign.header("sec-fetch-site", "cross-site");
    assert_eq!(foreign.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_changed_pace_is_heard_in_the_next_reading_and_two_editors_do_not_overwrite_each_other() {
    let home = Home::new("sample = false\n");
    home.add_account("lan");
    home.add_account("minh");
    let key = home.api_key("lan");
    let app = home.start();
    let (lan, minh) = (app.log_in("lan", PASSWORD).await, app.log_in("minh", PASSWORD).await);
    let before = length(&app, &app.narrate(&key, &article(3, "bản Na")).await).await;

    // What cannot be is refused at its field, and stays as it was typed.
    let refused = post(&app, PACE, &pace("nhanh lắm", ""), &lan).await;
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("value=\"nhanh lắm\"") && refused.contains("từ 0,5 đến 2."));

    let opened_by_both = seen(&page(&app, PACE, &lan).await);
    went_to(
        &post(&app, PACE, &pace("2", &opened_by_both), &lan).await,
        &format!("{PACE}?done=saved"),
    );
    let late = post(&app, PACE, &pace("0,7", &opened_by_both), &minh).await;
    assert_eq!(late.status(), 409);
    let late = late.text().await.unwrap();
    assert!(late.contains("lan vừa đổi mục này") && late.contains("value=\"0,7\""), "{late}");

    // The same article again: without a restart it is read twice as fast.
    let faster = length(&app, &app.narrate(&key, &article(3, "bản Na")).await).await;
    assert!(faster * 10 < before * 9, "{faster} of {before}");

    // Who has seen the change may change it.
    let now = seen(&late);
    went_to(&post(&app, PACE, &pace("0,7", &now), &minh).await, &format!("{PACE}?done=saved"));
    let shown = page(&app, PACE, &lan).await;
    assert!(shown.contains("value=\"0,7\"") && shown.contains("minh đổi lần cuối"), "{shown}");
    let reset = [("action", "reset"), ("seen", &*seen(&shown))];
    went_to(&post(&app, PACE, &reset, &lan).await, &format!("{PACE}?done=reset"));
    let again = length(&app, &app.narrate(&key, &article(3, "bản Na")).await).await;
    assert_eq!(again, before);

    let log = page(&app, "/moderation/log", &lan).await;
    assert!(log.contains("Đổi cài đặt Nhịp đọc và khoảng nghỉ"), "{log}");
    assert!(log.contains("Đưa cài đặt Nhịp đọc và khoảng nghỉ về mặc định"));

    // What was read before is read again on request.
    let asked = post(&app, "/desk/settings/again", &[("count", "5"), ("from", "pace")], &lan).await;
    went_to(&asked, &format!("{PACE}?done=again&count=1"));
    let asked = post(&app, "/desk/settings/again", &[("count", "nhiều")], &lan).await;
    assert_eq!(asked.status(), 422);
}

#[tokio::test]
async fn a_sentence_is_heard_before_anything_is_saved() {
    let home = Home::new("sample = false\n");
    home.add_account("lan");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let said = async |speed: &str, text: &str| {
        let form = [&pace(speed, "")[..], &[("text", text)]].concat();
        post(&app, "/desk/settings/sound", &form, &lan).await
    };
    let sentence = "Bản Mòn có cầu mới.\nBà con rất vui.";
    let mut lengths = Vec::new();
    for speed in ["1", "2"] {
        let answer = said(speed, sentence).await;
        assert_eq!(answer.headers()["content-type"], "audio/wav");
        let sound = answer.bytes().await.unwrap();
        assert_eq!(&sound[..4], b"RIFF");
        lengths.push(sound.len());
    }
    assert!(lengths[1] * 10 < lengths[0] * 9, "{lengths:?}");
    assert!(page(&app, PACE, &lan).await.contains("Đang theo tệp cấu hình."));
    for (speed, sentence, problem) in [
        ("9", sentence, "ghi chú màu đỏ"),
        ("1", " ", "không có chữ nào"),
        ("1", &*"a ".repeat(400), "600 ký tự"),
    ] {
        let answer = said(speed, sentence).await;
        assert_eq!(answer.status(), 422);
        let told: Value = answer.json().await.unwrap();
        let message = told["error"]["message"].as_str().unwrap();
        assert!(message.contains(problem), "{message}");
    }
}

#[tokio::test]
async fn a_site_may_show_the_player_at_once() {
    let home = Home::new("[embed]\nsites = [\"https://cu.example\"]\n");
    home.add_account("lan");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let sample = app.sample().await;
    let ancestors = async || {
        let shown = app.get(&format!("/embed/{sample}")).await;
        let policy = shown.headers()["content-security-policy"].to_str().unwrap();
        policy.split_once("frame-ancestors ").unwrap().1.to_owned()
    };
    assert_eq!(ancestors().await, "'self' https://cu.example");
    let form = [("sites", "https://bao.example/\nhttps://*.bao.example\n")];
    went_to(&post(&app, EMBEDDING, &form, &lan).await, &format!("{EMBEDDING}?done=saved"));
    assert_eq!(ancestors().await, "'self' https://bao.example https://*.bao.example");
    let shown = page(&app, EMBEDDING, &lan).await;
    assert!(shown.contains("&#60;bao-noi&#62;") || shown.contains("&lt;bao-noi&gt;"), "{shown}");
    // Nothing else gets into the header.
    let form = [("sites", "https://bao.example; script-src *"), ("seen", &*seen(&shown))];
    let refused = post(&app, EMBEDDING, &form, &lan).await;
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("https://bao.example; script-src *</textarea>"), "{refused}");
    let reset = [("action", "reset"), ("seen", &*seen(&refused))];
    went_to(&post(&app, EMBEDDING, &reset, &lan).await, &format!("{EMBEDDING}?done=reset"));
    assert_eq!(ancestors().await, "'self' https://cu.example");
}

#[tokio::test]
async fn comment_rules_hold_at_once_and_can_be_tried_before() {
    let home = Home::new("[comments]\nproof_of_work_bits = 0\nmin_seconds = 0\n");
    let added =
        home.run(&["accounts", "add", "duyet", "--role", "moderator"], &format!("{PASSWORD}\n"));
    assert!(added.status.success());
    let app = home.start();
    let duyet = app.log_in("duyet", PASSWORD).await;
    let sample = app.sample().await;
    let send = async |body: &str| {
        let request = app.client.post(app.url(&format!("/api/articles/{sample}/comments")));
        let answer = request.json(&json!({"author": "Mai", "body": body})).send().await.unwrap();
        let status = answer.status().as_u16();
        let told: Value = answer.json().await.unwrap();
        (status, told["state"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(send("Cầu đẹp quá").await, (202, "waiting".to_owned()));
    let form = |seen: &str, words: &str, network: &str| -> Vec<(String, String)> {
        let pairs = [
            ("seen", seen),
            ("moderation", "after"),
            ("trusted_after", "0"),
            ("replies", "yes"),
            ("likes", "yes"),
            ("per_network_max", network),
            ("per_article_max", "600"),
            ("reactions_max", "120"),
            ("suspect_words", words),
            ("text", "Mua lan đột biến đi bà con"),
        ];
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let post = async |path: &str, form: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> =
            form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        post(&app, path, &pairs, &duyet).await
    };
    // Tried: what is on the page counts, and nothing is saved by it.
    let tried = post(&format!("{COMMENTS}/try"), &form("", "lan đột biến", "30")).await;
    assert_eq!(tried.status(), 200);
    let tried = tried.text().await.unwrap();
    assert!(
        tried.contains("<mark title=\"Từ đáng ngờ: “lan đột biến”\">lan đột biến</mark>"),
        "{tried}"
    );
    assert_eq!(send("Cầu rất đẹp").await.1, "waiting");

    let refused = post(COMMENTS, &form("", "được\n漢字", "0")).await;
    assert_eq!(refused.status(), 422);
    let refused = refused.text().await.unwrap();
    assert!(refused.contains("Dòng 2 không dùng được"), "{refused}");
    assert!(refused.contains("Nhập một số từ 1 đến 100000."));

    let saved = post(COMMENTS, &form("", "lan đột biến", "5")).await;
    went_to(&saved, &format!("{COMMENTS}?done=saved"));
    assert_eq!(send("Đường còn xấu lắm").await, (202, "approved".to_owned()));
    assert_eq!(send("Mua lan dot bien nhé").await, (202, "waiting".to_owned()));
    assert_eq!(send("Trường học mới đẹp").await.0, 202);
    // Five came from this network.
    assert_eq!(send("Trạm y tế cũng mới").await.0, 429);
    let comments = app.json(&format!("/api/articles/{sample}/comments")).await;
    let features = comments["features"].as_str().unwrap();
    assert!(features.contains("at_once") && !features.contains("reports"), "{features}");
}

#[tokio::test]
async fn a_source_is_looked_at_before_it_is_followed() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.add_account("lan");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let feed = site.url("/tin.rss");
    let look = async |address: &str| {
        let form = [("address", address), ("minutes", "15")];
        post(&app, &format!("{SOURCES}/look"), &form, &lan).await
    };
    for (address, problem) in [
        ("không phải địa chỉ", "không phải địa chỉ"),
        (&*site.url("/hong.rss"), "không phải RSS, Atom hay sitemap"),
        (&*site.url("/loi"), "404"),
    ] {
        let refused = look(address).await;
        assert_eq!(refused.status(), 422, "{address}");
        let refused = refused.text().await.unwrap();
        assert!(refused.contains(problem) && refused.contains(&format!("value=\"{address}\"")));
    }
    let found = look(&feed).await.text().await.unwrap();
    assert!(found.contains("2 bài. Mới nhất:") && found.contains("/tin/1"), "{found}");
    assert!(page(&app, SOURCES, &lan).await.contains("Chưa theo dõi nguồn nào"));

    let form = [("address", &*feed), ("minutes", "15")];
    went_to(&post(&app, SOURCES, &form, &lan).await, &format!("{SOURCES}?done=added"));
    let mut shown = String::new();
    for _ in 0..300 {
        shown = page(&app, SOURCES, &lan).await;
        if shown.contains("1 bài đã đến từ nguồn này") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(
        shown.contains("1 bài đã đến từ nguồn này") && shown.contains("Trả lời lúc"),
        "{shown}"
    );
    let (_, rest) = shown.split_once("/desk/settings/sources/").unwrap();
    let (_, rest) = rest.split_once("action=\"/desk/settings/sources/").unwrap();
    let id = rest.split_once('/').unwrap().0.to_owned();
    let at = |what: &str| format!("{SOURCES}/{id}/{what}");
    // A new article comes when it is asked for, not in a quarter of an hour.
    site.correct();
    went_to(&post(&app, &at("ask"), &[], &lan).await, &format!("{SOURCES}?done=asked"));
    for _ in 0..300 {
        shown = page(&app, SOURCES, &lan).await;
        if shown.contains("2 bài đã đến từ nguồn này") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(shown.contains("2 bài đã đến từ nguồn này"), "{shown}");
    let seen = (15 * 60_000).to_string();
    let paced = [("seen", &*seen), ("minutes", "60")];
    went_to(&post(&app, &at("pace"), &paced, &lan).await, &format!("{SOURCES}?done=pace"));
    assert_eq!(post(&app, &at("pace"), &paced, &lan).await.status(), 409);
    let never = [("seen", "3600000"), ("minutes", "0")];
    assert_eq!(post(&app, &at("pace"), &never, &lan).await.status(), 422);
    went_to(&post(&app, &at("remove"), &[], &lan).await, &format!("{SOURCES}?done=removed"));
    assert_eq!(post(&app, &at("remove"), &[], &lan).await.status(), 404);
    let log = page(&app, "/moderation/log", &lan).await;
    assert!(log.contains(&format!("Theo dõi nguồn tin {feed}")), "{log}");
}

/// Describes a voice whose files a mirror has: the small model of the tests.
fn describe_mini(home: &Home, id: &str) -> Mirror {
    let read = |name: &str| std::fs::read(project("tests/data/voice-mini").join(name)).unwrap();
    let (model, config) = (read("mini.onnx"), read("mini.onnx.json"));
    let sha256 = |content: &[u8]| -> String {
        Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let file = |name: &str, content: &[u8]| json!({"name": name, "bytes": content.len(), "sha256": sha256(content)});
    let voice = json!({"id": id, "kind": "piper", "label": "Giọng Lan", "licence": "CC0-1.0",
        "attribution": "Báo Mường Thanh", "files": [file("mini.onnx", &model), file("mini.onnx.json", &config)]});
    let folder = home.path("data/voices").join(id);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("voice.json"), voice.to_string()).unwrap();
    Mirror::start(&[("/mini.onnx", &model), ("/mini.onnx.json", &config)])
}

#[tokio::test]
async fn a_voice_is_installed_and_reads_without_a_restart() {
    let home = Home::new("");
    let mirror = describe_mini(&home, "lan");
    std::fs::create_dir_all(home.path("data/voices/hong")).unwrap();
    std::fs::write(home.path("data/voices/hong/voice.json"), "{").unwrap();
    let settings = format!("sample = false\nvoices_mirror = \"{}\"\n", mirror.url(""));
    std::fs::write(home.path("baonoi.toml"), format!("voices_download = false\n{settings}"))
        .unwrap();
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let shown = page(&app, VOICE, &lan).await;
    assert!(shown.contains("Giọng Lan") && shown.contains("Giấy phép CC0-1.0. Báo Mường Thanh"));
    // What is not there cannot read.
    let refused = post(&app, VOICE, &[("voice", "lan")], &lan).await;
    assert_eq!(refused.status(), 422);
    assert!(refused.text().await.unwrap().contains("Giọng này chưa được cài."));
    let install = format!("{VOICE}/install");
    for none in ["hong", "khong-co"] {
        assert_eq!(post(&app, &install, &[("voice", none)], &lan).await.status(), 422, "{none}");
    }
    went_to(&post(&app, &install, &[("voice", "lan")], &lan).await, VOICE);
    let mut told = Value::Null;
    for _ in 0..300 {
        let request = app.client.get(app.url(&install)).header("cookie", &lan);
        told = request.send().await.unwrap().json().await.unwrap();
        if told["running"] == false {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(
        (&told["failed"], &told["text"]),
        (&json!(false), &json!("Đã cài giọng lan.")),
        "{told}"
    );

    // It is tried before it reads anything.
    let form = [("text", "Chào bà con."), ("voice", "lan")];
    let sound = post(&app, "/desk/settings/sound", &form, &lan).await;
    assert_eq!(sound.status(), 200);
    let before = app.narrate(&key, &article(2, "bản Na")).await;
    let voice = async |job: &Value| {
        let id = job["page"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        let told = app.json(&format!("/api/player?article={id}")).await;
        told["narration"]["voice"]["id"].as_str().unwrap().to_owned()
    };
    let first = voice(&before).await;
    went_to(&post(&app, VOICE, &[("voice", "lan")], &lan).await, &format!("{VOICE}?done=saved"));
    assert!(page(&app, "/desk/settings", &lan).await.contains("Đang đọc bằng Giọng Lan (lan)."));
    let after = app.narrate(&key, &article(2, "bản Sa")).await;
    let second = voice(&after).await;
    assert_eq!((first.as_str(), second.as_str()), ("vi-embedded", "lan"));
    drop(app);
    // It was set in the store: another process, and the doctor, know.
    let doctor = text(&home.run(&["doctor"], "").stdout);
    assert!(doctor.contains("voice that reads: lan (Giọng Lan)"), "{doctor}");
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    assert!(page(&app, "/desk/health", &lan).await.contains("Đang đọc bằng Giọng Lan (lan)."));
}

#[tokio::test]
async fn health_says_what_failed_and_copies_are_remembered() {
    let site = Site::start().await;
    let home = Home::reading(&site);
    home.add_account("lan");
    let key = home.api_key("lan");
    let hong = site.url("/hong.rss");
    assert!(home.run(&["feeds", "add", &hong], "").status.success());
    let app = home.start();
    let lan = app.log_in("lan", PASSWORD).await;
    let missing = site.url("/loi");
    let job = app.narrate(&key, &json!({"url": missing})).await;
    assert_eq!(job["state"], "failed");
    app.said("feed failed", 1).await;
    let mut shown = page(&app, "/desk/health", &lan).await;
    for words in [
        "1 bài đọc lỗi trong giờ qua.",
        "1 nguồn tin không trả lời được.",
        "Chưa sao lưu lần nào.",
        "Địa chỉ này không phải RSS, Atom hay sitemap.",
        &*missing,
        "Còn trống",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let begun = post(&app, "/desk/health/backup", &[], &lan).await;
    went_to(&begun, "/desk/health#backup");
    for _ in 0..300 {
        shown = page(&app, "/desk/health", &lan).await;
        if !shown.contains("Đang sao lưu.") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(shown.contains("Đã sao lưu xong.") && shown.contains(", bởi lan:"), "{shown}");
    assert!(!shown.contains("Chưa sao lưu lần nào."));
    let copies: Vec<_> = std::fs::read_dir(home.path("data/backups")).unwrap().collect();
    let copy = copies[0].as_ref().unwrap().path();
    assert!(copies.len() == 1 && copy.join("baonoi.db").is_file());
    assert_eq!(app.get("/healthz").await.status(), 200);
    assert_eq!(app.get("/readyz").await.status(), 200);
    drop(app);

    let doctor = text(&home.run(&["doctor"], "").stdout);
    for words in [
        "queue: 0 wait, 0 are being read",
        "1 failed",
        &*format!("{hong} failed 1 times: this is neither"),
        "are free",
        "backups: the last one",
    ] {
        assert!(doctor.contains(words), "{words}: {doctor}");
    }
    let there = home.path("ban-sao");
    assert!(home.run(&["backup", there.to_str().unwrap()], "").status.success());
    let doctor = text(&home.run(&["doctor"], "").stdout);
    assert!(doctor.contains(&format!("in {}", there.display())), "{doctor}");
}

#[test]
fn a_doctor_whom_nobody_hears_to_the_end_does_not_panic() {
    let home = Home::new("sample = false\n");
    let mut child = home.begin(&["doctor"]);
    // As `head` does when it has seen enough.
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert!(!text(&done.stderr).contains("panicked"), "{}", text(&done.stderr));
}
