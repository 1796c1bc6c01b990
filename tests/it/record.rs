//! The record: printed, exported, brought back, erased, backed up.

use std::path::Path;

use serde_json::{Value, json};

use crate::app::{App, Home, form_body, text};
use crate::axe::assert_accessible;
use crate::chromium::Browser;
use crate::comments::shown;

const SETTINGS: &str = "[comments]\nper_network_max = 1000\n";

/// Words that stand nowhere else in the program's files.
const SECRET: &str = "Chuyen rieng nha toi o ban Huoi Tong";

/// A newsroom with some comments, one of them approved, one rejected; and who may decide.
struct Newsroom {
    app: App,
    home: Home,
    cookie: String,
    article: String,
    ids: Vec<String>,
}

impl Newsroom {
    async fn open(bodies: &[&str]) -> Self {
        let home = Home::new(SETTINGS);
        let password = home.add_account("lan");
        let app = home.start();
        let article = app.sample().await;
        let mut ids = Vec::new();
        for body in bodies {
            ids.push(send(&app, &article, body).await);
        }
        let cookie = app.log_in("lan", password).await;
        let room = Self { home, app, cookie, article, ids };
        room.decide(0, &[("decision", "approve")]).await;
        room.decide(1, &[("decision", "reject"), ("reason", "insult")]).await;
        room
    }

    async fn decide(&self, number: usize, form: &[(&str, &str)]) {
        let path = format!("/moderation/comments/{}", self.ids[number]);
        let done = self.app.post_form(&path, form_body(form), Some(&self.cookie)).await;
        assert_eq!(done.status(), 303);
    }

    async fn page(&self, path: &str) -> String {
        let asked = self.app.client.get(self.app.url(path)).header("cookie", &self.cookie);
        let response = asked.send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        // Not as text: that would leave out the mark by which Excel knows UTF-8.
        text(&response.bytes().await.unwrap())
    }

    async fn erase(&self, form: &[(&str, &str)]) -> reqwest::Response {
        self.app.post_form("/moderation/erase", form_body(form), Some(&self.cookie)).await
    }
}

async fn send(app: &App, article: &str, body: &str) -> String {
    let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    let request = request.json(&json!({"author": "Lò Thị Mai", "body": body}));
    let accepted = request.send().await.unwrap();
    assert_eq!(accepted.status(), 202);
    let accepted: Value = accepted.json().await.unwrap();
    accepted["id"].as_str().unwrap().to_owned()
}

fn ran(home: &Home, arguments: &[&str]) -> String {
    let done = home.run(arguments, "");
    assert!(done.status.success(), "{arguments:?}: {}{}", text(&done.stdout), text(&done.stderr));
    text(&done.stdout)
}

/// What a command says that must fail.
fn refused(home: &Home, arguments: &[&str]) -> String {
    let done = home.run(arguments, "");
    assert_eq!(done.status.code(), Some(1), "{arguments:?}: {}", text(&done.stdout));
    text(&done.stderr)
}

fn name(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An export without the line that holds its time, and without the hash of all lines.
fn rows(export: &str) -> Vec<&str> {
    let lines: Vec<&str> = export.lines().collect();
    lines[1..lines.len() - 1].to_vec()
}

#[tokio::test]
async fn the_log_is_read_on_the_screen_on_paper_and_in_a_terminal() {
    let room = Newsroom::open(&["Bài viết <b>hay</b> lắm", "Toàn nói láo", "Hay quá là hay"]).await;
    let log = room.page("/moderation/log").await;
    assert!(log.contains("Chuyển bình luận từ “Chờ duyệt” sang “Đã từ chối”"), "{log}");
    assert!(log.contains("Lý do: Xúc phạm người khác") && log.contains(">6 mục<"), "{log}");
    assert!(log.contains("&#60;b&#62;hay") && !log.contains("<b>hay"), "{log}");
    // One comment, one article, a period.
    let one = room.page(&format!("/moderation/log?comment={}", room.ids[1])).await;
    assert!(one.contains("Toàn nói láo") && !one.contains("Hay quá là hay"));
    let count = |page: &str| page.matches("<li class=\"record\"").count();
    assert_eq!(count(&one), 2);
    let article = room.page(&format!("/moderation/log?article=/articles/{}", room.article)).await;
    assert_eq!(count(&article), 5);
    assert_eq!(count(&room.page("/moderation/log?to=2020-01-01").await), 0);
    assert_eq!(count(&room.page("/moderation/log?from=2020-01-01").await), 6);
    let paper = room.page("/moderation/log?from=2020-01-01&print=1").await;
    assert!(paper.contains("Từ 01/01/2020 đến nay") && paper.contains("(ký, ghi rõ họ tên)"));
    let printed = ran(&room.home, &["log"]);
    let last = printed.lines().last().unwrap().trim();
    assert!(last.len() == 64 && paper.matches(last).count() == 2, "{last}: {paper}");
    assert!(printed.contains("lan: Chuyển bình luận từ") && printed.contains("Toàn nói láo"));
    for (number, line) in ran(&room.home, &["log", "--json"]).lines().enumerate() {
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["seq"], number + 1);
    }
    assert_eq!(ran(&room.home, &["log", "--comment", &room.ids[2], "--json"]).lines().count(), 1);
    // Nonsense is told apart, and nobody else reads it.
    for (path, status) in [("?from=5/11", 400), ("?comment=x", 404), ("?article=x", 404)] {
        let asked = room.app.client.get(room.app.url(&format!("/moderation/log{path}")));
        assert_eq!(asked.header("cookie", &room.cookie).send().await.unwrap().status(), status);
    }
    for path in ["/moderation/log", "/moderation/export.csv", "/moderation/erase"] {
        assert_eq!(room.app.get(path).await.status(), 401);
    }
}

#[tokio::test]
async fn the_log_fits_every_screen_and_the_paper() {
    let room = Newsroom::open(&["Bài viết rất bổ ích", "Toàn nói láo", SECRET]).await;
    let reason = [("comment", &*room.ids[2]), ("reason", "Đơn số 12/2026"), ("confirmed", "yes")];
    assert_eq!(room.erase(&reason).await.status(), 303);
    for number in 0..30 {
        send(&room.app, &room.article, &format!("Ý kiến thứ {number} về cây cầu mới")).await;
    }
    let browser = Browser::open().await;
    browser.log_in(&room.app, "lan", "bí mật dài", "/moderation/log").await;
    for (path, picture) in [
        ("/moderation/log", "log"),
        ("/moderation/log?print=1", "log-paper"),
        ("/moderation/erase?q=Mai", "erase"),
    ] {
        browser.go(&room.app.url(path)).await;
        for width in [1280, 390, 320] {
            browser.resize(width, 844).await;
            browser.picture(&format!("{picture}-{width}")).await;
            let wide = browser.ask("document.documentElement.scrollWidth").await;
            assert!(wide.as_u64().unwrap() <= u64::from(width), "{path}: {wide} of {width}");
        }
        assert_accessible(&browser, path).await;
    }
    browser.resize(794, 1123).await;
    browser.go(&room.app.url("/moderation/log?print=1")).await;
    let paper = json!({"media": "print"});
    browser.driver.cdp().send_raw("Emulation.setEmulatedMedia", paper).await.unwrap();
    browser.picture("log-printed").await;
    let seen = "[...document.querySelectorAll('.masthead, .colophon, .screen-only, nav')]
        .filter((element) => element.checkVisibility()).length";
    assert_eq!(browser.ask(seen).await, 0);
    let whole = "[...document.querySelectorAll('.record')]
        .every((record) => getComputedStyle(record).breakInside === 'avoid')";
    assert_eq!(browser.ask(whole).await, true);
    let pdf = json!({"preferCSSPageSize": true});
    let pdf = browser.driver.cdp().send_raw("Page.printToPDF", pdf).await.unwrap();
    assert!(pdf["data"].as_str().unwrap().len() > 10_000);
}

#[tokio::test]
async fn an_export_comes_back_byte_for_byte() {
    let room = Newsroom::open(&["Bài viết \"hay\"\nlắm", "Toàn nói láo", SECRET]).await;
    let file = room.home.path("all.jsonl");
    ran(&room.home, &["export", "-o", name(&file)]);
    let exported = std::fs::read_to_string(&file).unwrap();
    assert_eq!(exported.matches("\"kind\":\"comment\"").count(), 3);
    assert_eq!(exported, {
        let again = ran(&room.home, &["export"]);
        let made = exported.lines().next().unwrap();
        again
            .replacen(again.lines().next().unwrap(), made, 1)
            .replace(again.lines().last().unwrap(), exported.lines().last().unwrap())
    });

    let other = Home::new("sample = false\n");
    let said = ran(&other, &["import", name(&file)]);
    assert!(said.contains("3 imported") && said.contains("the chain goes on here"), "{said}");
    let doctor = ran(&other, &["doctor"]);
    assert!(doctor.contains("unbroken, and every comment is as it says"), "{doctor}");
    let again = ran(&other, &["export"]);
    assert_eq!(rows(&again), rows(&exported));
    // Readers see what they saw, and the account cannot log in.
    let app = other.start();
    assert_eq!(shown(&app, &room.article).await, ["Bài viết \"hay\"\nlắm"]);
    let form = form_body(&[("name", "lan"), ("password", "")]);
    assert_eq!(app.post_form("/login", form, None).await.status(), 422);
    drop(app);
    // Once more: everything is here.
    let said = ran(&other, &["import", name(&file)]);
    assert!(said.contains("0 imported, 3 were here already"), "{said}");
    assert_eq!(rows(&ran(&other, &["export"])), rows(&exported));
}

#[tokio::test]
async fn a_broken_export_imports_nothing_and_two_logs_are_never_mixed() {
    let room = Newsroom::open(&["Bài viết hay lắm", "Toàn nói láo", "Hay quá là hay"]).await;
    let exported = ran(&room.home, &["export"]);
    let lines: Vec<&str> = exported.lines().collect();
    let other = Home::new("sample = false\n");
    let file = other.path("all.jsonl");
    let import = |content: &str| {
        std::fs::write(&file, content).unwrap();
        refused(&other, &["import", name(&file)])
    };
    let all_but = |count: usize| lines[..lines.len() - count].join("\n") + "\n";
    let said = import(&all_but(1));
    assert!(said.contains("ends after line") && said.contains("copy it again"), "{said}");
    let said = import(&exported[..exported.len() - 9]);
    assert!(said.contains(&format!("line {}:", lines.len())), "{said}");
    let said = import(&exported.replace("Toàn nói láo", "Toàn nói hay"));
    assert!(said.contains("not those that were exported"), "{said}");
    let said = import(&exported.replacen("\"state\":", "\"stat\":", 1));
    assert!(said.contains("line 4: \"state\" is missing"), "{said}");
    assert!(import("{}\n").contains("line 1: this is no export"));
    assert!(import("").contains("ends after line 0"));
    assert_eq!(rows(&ran(&other, &["export"])).len(), 0);

    // Into a store that has comments of its own they come as new records of its own log.
    let mine = Newsroom::open(&["Ý kiến của tôi", "Toàn nói láo"]).await;
    std::fs::write(&file, &exported).unwrap();
    let said = ran(&mine.home, &["import", name(&file)]);
    assert!(said.contains("3 imported") && said.contains("keep the file"), "{said}");
    assert!(ran(&mine.home, &["doctor"]).contains("unbroken"));
    let records = ran(&mine.home, &["log", "--json"]);
    let last: Value = serde_json::from_str(records.lines().last().unwrap()).unwrap();
    let header: Value = serde_json::from_str(lines[0]).unwrap();
    assert_eq!((&last["actor"], &last["detail"]["imported"]), (&"system".into(), &header["head"]));
    assert_eq!(records.lines().count(), 5 + 3);
    // A comment whose words were erased here stays so; one with other words stops everything.
    ran(&mine.home, &["erase", "--comment", &room.ids[0], "--reason", "Đơn số 12"]);
    let said = ran(&mine.home, &["import", name(&file)]);
    assert!(
        said.contains("0 imported, 2 were here already") && said.contains("1 were erased"),
        "{said}"
    );
    let erased = ran(&mine.home, &["export"]);
    std::fs::write(&file, &erased).unwrap();
    let said = refused(&room.home, &["import", name(&file)]);
    assert!(said.contains("with other words; it was erased where the file comes from"), "{said}");
}

#[tokio::test]
async fn a_sheet_opens_in_excel_and_runs_nothing() {
    let room =
        Newsroom::open(&["=HYPERLINK(\"http://a.example\")", "Toàn nói láo", "Hay quá"]).await;
    let sheet = room.page("/moderation/export.csv?queue=approved").await;
    assert!(sheet.starts_with("\u{feff}\"Mã bình luận\",") && sheet.ends_with("\r\n"), "{sheet}");
    assert!(sheet.contains("\"'=HYPERLINK(\"\"http://a.example\"\")\""), "{sheet}");
    assert!(sheet.contains("\"Đã duyệt\"") && !sheet.contains("Toàn nói láo"));
    let found = room.page("/moderation/export.csv?queue=all&q=toan+noi").await;
    assert_eq!(found.lines().count(), 2);
    assert_eq!(ran(&room.home, &["export", "--format", "csv"]).lines().count(), 4);
    let desk = room.page("/moderation?queue=all&q=hay").await;
    assert!(desk.contains("/moderation/export.csv?queue=all&#38;q=hay"), "{desk}");
}

#[tokio::test]
async fn what_is_erased_is_gone_from_the_files_and_the_chain_holds() {
    let room = Newsroom::open(&[SECRET, "Toàn nói láo", "Hay quá là hay"]).await;
    let data = room.home.path("data");
    let (log, database) = (data.join("baonoi.db-wal"), data.join("baonoi.db"));
    let holds = |path: &Path, words: &str| {
        let bytes = std::fs::read(path).unwrap_or_default();
        bytes.windows(words.len()).any(|part| part == words.as_bytes())
    };
    // Letters alone are what the search and the rules know it by.
    let letters = "chuyenriengnhatoiobanhuoitong";
    assert!(holds(&log, SECRET) || holds(&database, SECRET));
    assert!(holds(&log, letters) || holds(&database, letters));
    assert_eq!(shown(&room.app, &room.article).await, [SECRET]);

    let found = room.page("/moderation/erase?q=Thị+Mai").await;
    assert!(found.contains(SECRET) && found.contains(&room.ids[0]));
    let form = [("comment", &*room.ids[0]), ("reason", "Đơn số 12/2026"), ("q", "Mai")];
    let check = room.erase(&form).await;
    assert_eq!(check.status(), 200);
    let check = check.text().await.unwrap();
    assert!(check.contains("Xóa hẳn 1 bình luận?") && check.contains(SECRET), "{check}");
    assert_eq!(shown(&room.app, &room.article).await, [SECRET]);
    for (reason, status) in [("", 422), ("Bà lò thị mai yêu cầu", 422)] {
        let form = [("comment", &*room.ids[0]), ("reason", reason), ("confirmed", "yes")];
        assert_eq!(room.erase(&form).await.status(), status, "{reason}");
    }
    assert_eq!(room.erase(&[("reason", "Đơn số 12"), ("confirmed", "yes")]).await.status(), 422);
    // Another site cannot do it.
    let foreign = room.app.client.post(room.app.url("/moderation/erase"));
    let foreign = foreign.header("cookie", &room.cookie).header("origin", "https://evil.example");
    let foreign = foreign.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(foreign.body(form_body(&form)).send().await.unwrap().status(), 403);

    let confirmed = [form[0], form[1], ("confirmed", "yes")];
    let done = room.erase(&confirmed).await;
    assert_eq!(done.headers()["location"], "/moderation/erase?done=1");
    for words in [SECRET, letters] {
        assert!(!holds(&database, words) && !holds(&log, words), "{words} is still there");
    }
    let list = room.app.json(&format!("/api/articles/{}/comments", room.article)).await;
    assert_eq!((&list["total"], list["comments"].as_array().unwrap().len()), (&json!(0), 0));
    // It cannot be decided on any more, and the desk says what it was.
    let path = format!("/moderation/comments/{}", room.ids[0]);
    let approve = form_body(&[("decision", "approve")]);
    assert_eq!(room.app.post_form(&path, approve, Some(&room.cookie)).await.status(), 404);
    let rejected = room.page("/moderation?queue=rejected").await;
    assert!(rejected.contains("Nội dung đã xóa theo yêu cầu") && rejected.contains("Bạn đọc"));
    let paper = room.page("/moderation/log?print=1").await;
    assert!(paper.contains("Lý do: Đơn số 12/2026") && !paper.contains(SECRET));
    assert!(ran(&room.home, &["doctor"]).contains("unbroken"));
    // At the command line too; an unknown one is told.
    let said = refused(&room.home, &["erase", "--comment", &room.article, "--reason", "Đơn số 13"]);
    assert!(said.contains("there are no comments"), "{said}");
    ran(&room.home, &["erase", "--comment", &room.ids[1], "--reason", "Đơn số 13", "--by", "lan"]);
    assert!(!holds(&database, "Toàn nói láo") && !holds(&log, "Toàn nói láo"));
    assert!(ran(&room.home, &["doctor"]).contains("unbroken"));
    // A restored export of it holds, too.
    let file = room.home.path("all.jsonl");
    ran(&room.home, &["export", "-o", name(&file)]);
    let other = Home::new("sample = false\n");
    ran(&other, &["import", name(&file)]);
    assert!(ran(&other, &["doctor"]).contains("unbroken"));
    assert_eq!(rows(&ran(&other, &["export"])), rows(&std::fs::read_to_string(&file).unwrap()));
}

#[tokio::test]
async fn a_backup_of_a_running_service_comes_back_whole() {
    let room = Newsroom::open(&["Bài viết hay lắm", "Toàn nói láo"]).await;
    let copy = room.home.path("copy");
    let said = ran(&room.home, &["backup", name(&copy)]);
    assert!(said.contains("unbroken"), "{said}");
    send(&room.app, &room.article, "Sau khi chép").await;
    assert!(refused(&room.home, &["backup", name(&copy)]).contains("is not empty"));
    assert!(refused(&room.home, &["restore", name(&copy)]).contains("is not empty"));

    let other = Home::new("");
    assert!(refused(&other, &["restore", name(&room.home.path("data"))]).contains("in use"));
    let said = ran(&other, &["restore", name(&copy)]);
    assert!(said.contains("unbroken"), "{said}");
    let app = other.start();
    assert_eq!(shown(&app, &room.article).await, ["Bài viết hay lắm"]);
    assert_eq!(app.get(&format!("/articles/{}/listen.mp3", room.article)).await.status(), 200);
    drop(app);
    assert!(ran(&other, &["doctor"]).contains("audit log: 5 records"));

    // A file that was damaged is found, and nothing is restored.
    let group = |folder: &Path| std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    let blob = group(&group(&copy.join("blobs")));
    std::fs::write(&blob, b"am thanh").unwrap();
    let third = Home::new("");
    assert!(refused(&third, &["restore", name(&copy)]).contains("is damaged"));
    assert_eq!(std::fs::read_dir(third.path("data")).unwrap().count(), 0);
}
