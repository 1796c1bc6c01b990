//! What readers write, and what moderators decide.

use serde_json::{Value, json};

use crate::app::{App, Home, form_body, text};

async fn send(app: &App, article: &str, body: &str) -> (u16, Value) {
    let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    let response =
        request.json(&json!({"author": "Lò Thị Mai", "body": body})).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub async fn shown(app: &App, article: &str) -> Vec<String> {
    let list = app.json(&format!("/api/articles/{article}/comments")).await;
    let body = |comment: &Value| comment["body"].as_str().unwrap().to_owned();
    list["comments"].as_array().unwrap().iter().map(body).collect()
}

#[tokio::test]
async fn length_is_counted_as_a_reader_counts() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let short = send(&app, &article, "  Hay \n").await;
    assert_eq!(short.0, 422);
    assert_eq!(short.1["error"]["code"], "comment_too_short");
    assert_eq!(short.1["error"]["message"], "Bạn vui lòng nhập từ 5 ký tự trở lên !!!");
    // Four characters, however many code points they are typed with.
    assert_eq!(send(&app, &article, "Ti\u{302}\u{301}n!").await.0, 422);
    // Characters that show nothing are none.
    assert_eq!(send(&app, &article, &"\u{200b}".repeat(10)).await.0, 422);
    assert_eq!(send(&app, &article, "Hay ạ").await.0, 202);
    assert_eq!(send(&app, &article, &"ế".repeat(500)).await.0, 202);
    let long = send(&app, &article, &"ế".repeat(501)).await;
    assert_eq!((long.0, &long.1["error"]["code"]), (422, &"comment_too_long".into()));
    assert!(shown(&app, &article).await.is_empty());
}

#[tokio::test]
async fn a_comment_shows_once_a_moderator_approved_it() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let (status, accepted) = send(&app, &article, "Bài <b>hay</b> lắm & đúng").await;
    assert_eq!((status, &accepted["state"]), (202, &"waiting".into()));
    let rejected = send(&app, &article, "Mua hàng giá rẻ").await.1;
    assert!(shown(&app, &article).await.is_empty());

    // Nobody decides without being a moderator.
    let decide = |id: &Value| format!("/moderation/comments/{}", id.as_str().unwrap());
    let approve = form_body(&[("decision", "approve")]);
    let refused = app.post_form(&decide(&accepted["id"]), approve.clone(), None).await;
    assert_eq!(refused.status(), 401);

    let cookie = app.log_in("lan", password).await;
    let queue =
        app.client.get(app.url("/moderation")).header("cookie", &cookie).send().await.unwrap();
    let queue = queue.text().await.unwrap();
    assert!(!queue.contains("<b>hay") && queue.contains("Mua hàng giá rẻ"));
    let done = app.post_form(&decide(&accepted["id"]), approve, Some(&cookie)).await;
    assert_eq!(done.headers()["location"], "/moderation?queue=waiting");
    let reject = form_body(&[("decision", "reject"), ("back", "waiting")]);
    app.post_form(&decide(&rejected["id"]), reject, Some(&cookie)).await;

    assert_eq!(shown(&app, &article).await, ["Bài <b>hay</b> lắm & đúng"]);
    let page = app.page(&format!("/articles/{article}")).await;
    assert!(page.contains("hay") && !page.contains("<b>hay") && !page.contains("Mua hàng"));
    // The rejected one is kept, with who decided.
    let kept = app.client.get(app.url("/moderation?queue=rejected")).header("cookie", &cookie);
    let kept = kept.send().await.unwrap().text().await.unwrap();
    assert!(kept.contains("Mua hàng giá rẻ") && kept.contains("lan,"));
}

#[tokio::test]
async fn a_form_without_script_says_the_same_and_keeps_what_was_typed() {
    let app = Home::new("").start_and_keep();
    let article = app.sample().await;
    let path = format!("/articles/{article}/comments");
    let short = app.post_form(&path, form_body(&[("author", "Mai"), ("body", "Hay")]), None).await;
    assert_eq!(short.status(), 422);
    let page = short.text().await.unwrap();
    assert!(
        page.contains("Bạn vui lòng nhập từ 5 ký tự trở lên !!!")
            && page.contains("Hay</textarea>")
    );
    assert!(page.contains("Bạn còn 497/500 ký tự"));
    let sent = app.post_form(&path, form_body(&[("author", ""), ("body", "Hay lắm")]), None).await;
    assert_eq!(sent.status(), 202);
}

#[tokio::test]
async fn moderators_take_decisions_back_and_do_not_overrule_each_other_unawares() {
    let home = Home::new("");
    let password = home.add_account("lan");
    home.add_account("minh");
    let app = home.start();
    let article = app.sample().await;
    let id = send(&app, &article, "Chờ duyệt").await.1["id"].as_str().unwrap().to_owned();
    let (lan, minh) = (app.log_in("lan", password).await, app.log_in("minh", password).await);
    let decide = |cookie: &str, decision: &str, seen: &str| {
        let body = form_body(&[("decision", decision), ("seen", seen)]);
        let (app, id, cookie) = (&app, &id, cookie.to_owned());
        async move {
            let path = format!("/moderation/comments/{id}");
            app.post_form(&path, body, Some(&cookie)).await.status().as_u16()
        }
    };
    assert_eq!(decide(&lan, "approve", "waiting").await, 303);
    // Minh still sees it waiting.
    assert_eq!(decide(&minh, "reject", "waiting").await, 409);
    assert_eq!(shown(&app, &article).await, ["Chờ duyệt"]);
    assert_eq!(decide(&lan, "wait", "approved").await, 303);
    assert!(shown(&app, &article).await.is_empty());
    let queue =
        app.client.get(app.url("/moderation")).header("cookie", &minh).send().await.unwrap();
    assert!(queue.text().await.unwrap().contains("Chờ duyệt"));
    assert_eq!(decide(&minh, "reject", "waiting").await, 303);
}

#[tokio::test]
async fn another_site_cannot_decide_with_a_moderators_session() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let id = send(&app, &article, "Chờ duyệt").await.1["id"].as_str().unwrap().to_owned();
    let cookie = app.log_in("lan", password).await;
    let request = app.client.post(app.url(&format!("/moderation/comments/{id}")));
    let request = request.header("cookie", &cookie).header("origin", "https://evil.example");
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let response = request.body("decision=approve").send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(shown(&app, &article).await.is_empty());
}

#[tokio::test]
async fn one_network_cannot_flood_the_queue() {
    let app = Home::new("[comments]\nper_network_max = 3\n").start_and_keep();
    let article = app.sample().await;
    for _ in 0..3 {
        assert_eq!(send(&app, &article, "Bình luận").await.0, 202);
        // A comment that is not kept uses up nothing.
        assert_eq!(send(&app, &article, "a").await.0, 422);
    }
    let refused = send(&app, &article, "Bình luận").await;
    assert_eq!((refused.0, &refused.1["error"]["code"]), (429, &"too_many_requests".into()));
}

#[tokio::test]
async fn what_is_sent_twice_is_one_comment() {
    let home = Home::new("");
    let app = home.start();
    let article = app.sample().await;
    let send = async |key: &str, body: &str| {
        let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
        let request = request.header("idempotency-key", key).json(&json!({"body": body}));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let (first, again) = (send("mot-hai-ba", "Bài hay").await, send("mot-hai-ba", "Bài hay").await);
    assert_eq!((first.0, again.0), (202, 202));
    assert_eq!(first.1["id"], again.1["id"]);
    let other = send("mot-hai-ba", "Bài dở quá").await;
    assert_eq!((other.0, &other.1["error"]["code"]), (422, &"submission_key_taken".into()));
    assert_eq!(send("ngan", "Bài hay").await.0, 400);
    assert_ne!(send("bon-nam-sau", "Bài hay").await.1["id"], first.1["id"]);
    // A form without script has no key: the same words from the same network are the same form.
    let path = format!("/articles/{article}/comments");
    for _ in 0..2 {
        let form = form_body(&[("author", ""), ("body", "Gửi hai lần")]);
        assert_eq!(app.post_form(&path, form, None).await.status(), 202);
    }
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success());
    let told = text(&doctor.stdout);
    assert!(told.contains("audit log: 3 records") && told.contains("unbroken"), "{told}");
}

#[tokio::test]
async fn what_a_rule_finds_is_shown_to_moderators_and_told_to_nobody_else() {
    let home = Home::new("[comments]\nsuspect_words = \"ours.txt\"\nper_network_max = 100\n");
    std::fs::write(home.path("ours.txt"), "# Của báo.\nchợ đen\n").unwrap();
    let settings = std::fs::read_to_string(home.path("baonoi.toml")).unwrap();
    let list = home.path("ours.txt");
    let settings = settings.replace("ours.txt", list.to_str().unwrap());
    std::fs::write(home.path("baonoi.toml"), settings).unwrap();
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    for body in [
        "Bài rất hay, cảm ơn báo",
        "Vé bán ngoài CHO DEN đầy, gọi 0912 345 678",
        "Mua tại vay-nhanh.com/abc nhé bà con ơi",
        "Mua tại vay - nhanh.com/abc nhé BÀ CON ơi!!!",
    ] {
        let sent = send(&app, &article, body).await;
        assert_eq!((sent.0, &sent.1["state"]), (202, &"waiting".into()));
    }
    // A program fills in whatever there is.
    let trapped = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    let trapped = trapped.json(&json!({"body": "Xin chào cả nhà", "website": "http://x.example"}));
    let trapped = trapped.send().await.unwrap();
    assert_eq!(trapped.status(), 202);
    assert_eq!(trapped.json::<Value>().await.unwrap()["state"], "waiting");

    let cookie = app.log_in("lan", password).await;
    let page = async |path: &str| {
        let request = app.client.get(app.url(path)).header("cookie", &cookie);
        request.send().await.unwrap().text().await.unwrap()
    };
    let flagged = page("/moderation?queue=flagged&order=risk").await;
    assert!(!flagged.contains("Bài rất hay"), "{flagged}");
    assert!(flagged.contains("Từ đáng ngờ: “chợ đen”") && flagged.contains(">CHO DEN</mark>"));
    assert!(flagged.contains("Có số điện thoại") && flagged.contains("Có liên kết"));
    // The second of the same text is the riskiest of them.
    let first = flagged.find("data-comment").unwrap();
    assert!(
        flagged[first..].find("Trùng với").unwrap() < flagged[first..].find("CHO DEN").unwrap()
    );
    assert!(page("/moderation?queue=rejected").await.contains("Điền vào ô bẫy"));
    // Searched without marks and with other spacing, and by network.
    let found = page("/moderation?queue=all&q=cam%20on%20bao").await;
    assert!(found.contains("Bài rất hay") && !found.contains("CHO DEN"));
    assert!(page("/moderation?queue=all&q=127.0.0").await.contains("CHO DEN"));
    assert!(page("/moderation?queue=all&q=%25").await.contains("Không có bình luận nào khớp"));
    let counts: Value = serde_json::from_str(&page("/moderation/counts").await).unwrap();
    assert_eq!(
        counts,
        json!({"waiting": 4, "flagged": 3, "reported": 0, "unseen": 0, "approved": 0, "rejected": 1})
    );
}

#[tokio::test]
async fn many_decisions_are_each_made_for_themselves() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    let mut ids = Vec::new();
    for body in ["Ý kiến một", "Ý kiến hai", "Ý kiến ba"] {
        ids.push(send(&app, &article, body).await.1["id"].as_str().unwrap().to_owned());
    }
    let cookie = app.log_in("lan", password).await;
    let decide = async |decisions: Value| {
        let request = app.client.post(app.url("/moderation/decisions")).header("cookie", &cookie);
        let request = request.json(&json!({"decisions": decisions}));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json::<Value>().await.unwrap())
    };
    let one = |id: &str, decision: &str, reason: &str, seen: &str| json!({"comment": id, "decision": decision, "reason": reason, "seen": seen});
    let none = "00000000-0000-7000-8000-000000000000";
    let (status, told) = decide(json!([
        one(&ids[0], "approve", "", "waiting"),
        one(&ids[1], "reject", "advertising", "waiting"),
        one(&ids[0], "reject", "spam", "waiting"),
        one(none, "approve", "", "waiting"),
    ]))
    .await;
    assert_eq!(status, 200);
    let results: Vec<&str> =
        told["results"].as_array().unwrap().iter().map(|r| r["result"].as_str().unwrap()).collect();
    assert_eq!(results, ["done", "done", "meanwhile", "unknown"]);
    assert_eq!(told["results"][2]["by"], "lan");
    assert_eq!(shown(&app, &article).await, ["Ý kiến một"]);
    let rejected = app.client.get(app.url("/moderation?queue=rejected")).header("cookie", &cookie);
    assert!(rejected.send().await.unwrap().text().await.unwrap().contains("(Quảng cáo)"));
    // Nonsense decides nothing at all, not even for the others.
    for bad in [one(&ids[2], "delete", "", ""), one(&ids[2], "reject", "because", "")] {
        let request = json!([one(&ids[2], "approve", "", "waiting"), bad]);
        assert_eq!(decide(request).await.0, 400);
    }
    assert_eq!(shown(&app, &article).await, ["Ý kiến một"]);
    let doctor = home.run(&["doctor"], "");
    assert!(text(&doctor.stdout).contains("audit log: 6 records"), "{}", text(&doctor.stdout));
}

#[tokio::test]
async fn limits_are_for_readers_and_not_for_the_proxy_before_them() {
    let settings = "trusted_proxies = [\"127.0.0.0/8\"]\n[comments]\nper_network_max = 1\n";
    let app = Home::new(settings).start_and_keep();
    let article = app.sample().await;
    let from = async |forwarded: &str| {
        let request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
        let request = request.header("x-forwarded-for", forwarded);
        request.json(&json!({"body": "Bình luận"})).send().await.unwrap().status().as_u16()
    };
    assert_eq!(from("198.51.100.7").await, 202);
    assert_eq!(from("203.0.113.7").await, 202);
    // Whatever a reader writes into it: the last is what the proxy saw.
    assert_eq!(from("1.2.3.4, 198.51.100.9").await, 429);
}
