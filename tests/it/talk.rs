//! What readers do below an article: answer each other, like, report; and what is shown at once.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{App, Home, form_body, text};

/// An answer and its status.
type Told = (u16, Value);

async fn post(app: &App, path: &str, body: Value) -> Told {
    let response = app.client.post(app.url(path)).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn send(app: &App, article: &str, comment: Value) -> Told {
    post(app, &format!("/api/articles/{article}/comments"), comment).await
}

async fn list(app: &App, article: &str, query: &str) -> Value {
    app.json(&format!("/api/articles/{article}/comments{query}")).await
}

fn id(told: &Told) -> String {
    assert_eq!(told.0, 202, "{}", told.1);
    told.1["id"].as_str().unwrap().to_owned()
}

fn bodies(comments: &Value) -> Vec<&str> {
    let comments = comments.as_array().unwrap();
    comments.iter().map(|comment| comment["body"].as_str().unwrap()).collect()
}

/// A moderator at work.
struct Desk<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Desk<'a> {
    async fn open(home: &Home, app: &'a App) -> Self {
        let password = home.add_account("lan");
        Self { app, cookie: app.log_in("lan", password).await }
    }

    async fn decide(&self, comment: &str, decision: &str) {
        let decisions = json!([{"comment": comment, "decision": decision}]);
        let request = self.app.client.post(self.app.url("/moderation/decisions"));
        let request = request.header("cookie", &self.cookie).json(&json!({"decisions": decisions}));
        let told: Value = request.send().await.unwrap().json().await.unwrap();
        assert_eq!(told["results"][0]["result"], "done", "{told}");
    }

    async fn page(&self, path: &str) -> String {
        let request = self.app.client.get(self.app.url(path)).header("cookie", &self.cookie);
        request.send().await.unwrap().text().await.unwrap()
    }

    async fn counts(&self) -> Value {
        serde_json::from_str(&self.page("/moderation/counts").await).unwrap()
    }
}

/// Does the work that a browser does.
async fn proven(app: &App, mut comment: Value) -> Value {
    let asked = app.json("/api/challenge").await;
    let challenge = asked["challenge"].as_str().unwrap();
    let bits = u32::try_from(asked["bits"].as_u64().unwrap()).unwrap();
    let fits = |proof: &u64| {
        let hash = Sha256::digest(format!("{challenge}:{proof}"));
        u32::from_be_bytes(hash[..4].try_into().unwrap()).leading_zeros() >= bits
    };
    comment["challenge"] = challenge.into();
    comment["proof"] = (0..).find(fits).unwrap().to_string().into();
    comment
}

#[tokio::test]
async fn replies_stand_below_what_they_answer_and_come_and_go_with_it() {
    let home = Home::new("");
    let app = home.start();
    let desk = Desk::open(&home, &app).await;
    let article = app.sample().await;
    let top = id(&send(&app, &article, json!({"author": "Mai", "body": "Cầu đẹp quá"})).await);
    // What nobody sees cannot be answered.
    let early = send(&app, &article, json!({"body": "Đúng thế", "parent": top})).await;
    assert_eq!((early.0, &early.1["error"]["code"]), (422, &"parent_gone".into()));
    desk.decide(&top, "approve").await;
    let reply = id(&send(&app, &article, json!({"body": "Đúng thế", "parent": top})).await);
    assert!(desk.page("/moderation").await.contains("<b>Trả lời Mai:</b> Cầu đẹp quá"));
    desk.decide(&reply, "approve").await;
    // An answer to an answer stands beside it.
    let second = id(&send(&app, &article, json!({"body": "Tôi cũng thấy", "parent": reply})).await);
    desk.decide(&second, "approve").await;
    let other = id(&send(&app, &article, json!({"body": "Bài hay lắm"})).await);
    desk.decide(&other, "approve").await;
    let shown = list(&app, &article, "").await;
    assert_eq!(bodies(&shown["comments"]), ["Bài hay lắm", "Cầu đẹp quá"]);
    assert_eq!(bodies(&shown["comments"][1]["replies"]), ["Đúng thế", "Tôi cũng thấy"]);
    assert_eq!((&shown["total"], &shown["pages"]), (&json!(4), &json!(1)));
    let page = app.page(&format!("/articles/{article}")).await;
    assert!(page.find("Cầu đẹp quá").unwrap() < page.find("Tôi cũng thấy").unwrap());
    assert!(page.contains("comments-total\">(4)"));
    // With the comment its replies go, and come back.
    desk.decide(&top, "reject").await;
    let shown = list(&app, &article, "").await;
    assert_eq!((bodies(&shown["comments"]), &shown["total"]), (vec!["Bài hay lắm"], &json!(1)));
    assert!(!app.page(&format!("/articles/{article}")).await.contains("Tôi cũng thấy"));
    desk.decide(&reply, "reject").await;
    desk.decide(&top, "approve").await;
    assert_eq!(list(&app, &article, "").await["total"], 3);
    // Not below another article's comments, nor below nonsense.
    let elsewhere = json!({"title": "Bài khác", "paragraphs": ["Một câu thôi."]});
    let key = home.api_key("lan");
    let job = app.narrate(&key, &elsewhere).await;
    let elsewhere = job["article"].as_str().unwrap();
    for parent in [top.as_str(), "nonsense"] {
        let sent = send(&app, elsewhere, json!({"body": "Lạc chỗ rồi", "parent": parent})).await;
        assert_eq!((sent.0, &sent.1["error"]["code"]), (422, &"parent_gone".into()));
    }
}

#[tokio::test]
async fn many_replies_and_many_comments_come_in_pages() {
    let home = Home::new(
        "[comments]\nper_network_max = 1000\nmoderation = \"after\"\nproof_of_work_bits = 0\n",
    );
    let app = home.start();
    let article = app.sample().await;
    let word = |number: usize| format!("ý thứ {}", char::from_u32(0x1ea0 + number as u32).unwrap());
    let mut top = String::new();
    for number in 0..25 {
        top = id(&send(&app, &article, json!({"body": word(number)})).await);
    }
    for number in 0..52 {
        let reply = json!({"body": word(number), "parent": top});
        assert_eq!(send(&app, &article, reply).await.1["state"], "approved");
    }
    let first = list(&app, &article, "").await;
    assert_eq!((&first["total"], &first["pages"]), (&json!(77), &json!(2)));
    assert_eq!(first["comments"].as_array().unwrap().len(), 20);
    let newest = &first["comments"][0];
    assert_eq!(newest["replies_total"], 52);
    assert_eq!(newest["replies"].as_array().unwrap().len(), 50);
    let more = list(&app, &article, &format!("?parent={top}&page=2")).await;
    assert_eq!(
        (bodies(&more["comments"]), &more["pages"]),
        (vec![&*word(50), &*word(51)], &json!(2))
    );
    assert_eq!(list(&app, &article, "?page=2").await["comments"].as_array().unwrap().len(), 5);
    let bad = app.get(&format!("/api/articles/{article}/comments?order=random")).await;
    assert_eq!(bad.status(), 400);
}

#[tokio::test]
async fn a_like_counts_once_and_orders_the_list() {
    let home = Home::new(
        "[comments]\nmoderation = \"after\"\nproof_of_work_bits = 0\nreactions_max = 7\n",
    );
    let app = home.start();
    let article = app.sample().await;
    let first = id(&send(&app, &article, json!({"body": "Ý kiến một"})).await);
    id(&send(&app, &article, json!({"body": "Ý kiến hai"})).await);
    let like = async |key: &str, liked: bool| {
        post(&app, &format!("/api/comments/{first}/likes"), json!({"key": key, "liked": liked}))
            .await
    };
    assert_eq!(like("trinh-duyet-1", true).await, (200, json!({"likes": 1, "liked": true})));
    assert_eq!(like("trinh-duyet-1", true).await.1["likes"], 1);
    assert_eq!(like("trinh-duyet-2", true).await.1["likes"], 2);
    let liked = list(&app, &article, "?order=liked").await;
    assert_eq!(bodies(&liked["comments"]), ["Ý kiến một", "Ý kiến hai"]);
    assert_eq!(liked["comments"][0]["likes"], 2);
    assert_eq!(bodies(&list(&app, &article, "").await["comments"])[0], "Ý kiến hai");
    assert_eq!(like("trinh-duyet-2", false).await.1["likes"], 1);
    assert_eq!(like("trinh-duyet-2", false).await.1["likes"], 1);
    assert!(app.page(&format!("/articles/{article}")).await.contains("1 lượt thích"));
    let none = "/api/comments/00000000-0000-7000-8000-000000000000/likes";
    assert_eq!(post(&app, none, json!({"key": "trinh-duyet-1"})).await.0, 404);
    assert_eq!(like("ngan", true).await.0, 400);
    assert_eq!(like("trinh-duyet-3", true).await.0, 200);
    let flood = like("trinh-duyet-4", true).await;
    assert_eq!((flood.0, &flood.1["error"]["code"]), (429, &"too_many_requests".into()));
}

#[tokio::test]
async fn what_readers_report_stays_and_comes_before_moderators() {
    let home = Home::new("");
    let app = home.start();
    let desk = Desk::open(&home, &app).await;
    let article = app.sample().await;
    let sent = id(&send(&app, &article, json!({"author": "Mai", "body": "Mua hàng ở đây"})).await);
    let report = async |key: &str, reason: &str| {
        let report = json!({"key": key, "reason": reason});
        post(&app, &format!("/api/comments/{sent}/reports"), report).await
    };
    // Nobody reports what nobody sees.
    assert_eq!(report("trinh-duyet-1", "spam").await.0, 404);
    desk.decide(&sent, "approve").await;
    assert_eq!(report("trinh-duyet-1", "spam").await.0, 202);
    assert_eq!(report("trinh-duyet-1", "insult").await.0, 202);
    assert_eq!(report("trinh-duyet-2", "spam").await.0, 202);
    assert_eq!(report("trinh-duyet-3", "advertising").await.0, 202);
    assert_eq!(report("trinh-duyet-3", "because").await.0, 400);
    assert_eq!(bodies(&list(&app, &article, "").await["comments"]), ["Mua hàng ở đây"]);
    assert_eq!(desk.counts().await["reported"], 1);
    let queue = desk.page("/moderation?queue=reported").await;
    assert!(queue.contains("3 báo cáo: Spam (2), Quảng cáo (1)") && queue.contains("Giữ lại"));
    // Kept: it leaves the queue, and comes back with the next report.
    desk.decide(&sent, "approve").await;
    assert_eq!(desk.counts().await["reported"], 0);
    assert_eq!(report("trinh-duyet-4", "insult").await.0, 202);
    let queue = desk.page("/moderation?queue=reported").await;
    assert!(queue.contains("1 báo cáo: Xúc phạm người khác (1)"), "{queue}");
    desk.decide(&sent, "reject").await;
    assert_eq!(desk.counts().await["reported"], 0);
    assert_eq!(report("trinh-duyet-5", "spam").await.0, 404);
    let doctor = home.run(&["doctor"], "");
    assert!(text(&doctor.stdout).contains("9 records"), "{}", text(&doctor.stdout));
}

#[tokio::test]
async fn where_moderators_look_afterwards_only_what_is_clean_and_worked_for_is_shown() {
    let home = Home::new("[comments]\nmoderation = \"after\"\nmin_seconds = 0\n");
    let app = home.start();
    let desk = Desk::open(&home, &app).await;
    let article = app.sample().await;
    let proof = proven(&app, json!({"body": "Bài viết rất hay"})).await;
    let shown = send(&app, &article, proof.clone()).await;
    assert_eq!((shown.0, &shown.1["state"]), (202, &"approved".into()));
    assert_eq!(shown.1["message"], "Cảm ơn bạn. Bình luận đã được đăng.");
    // Without work, and with a rule against it, it waits.
    assert_eq!(send(&app, &article, json!({"body": "Không làm gì"})).await.1["state"], "waiting");
    let link = proven(&app, json!({"body": "Xem tại abc-xyz.com nhé"})).await;
    assert_eq!(send(&app, &article, link).await.1["state"], "waiting");
    let mut lazy = proven(&app, json!({"body": "Làm qua loa thôi"})).await;
    lazy["proof"] = "x".into();
    assert_eq!(send(&app, &article, lazy).await.1["state"], "waiting");
    let form = form_body(&[("author", ""), ("body", "Gửi bằng biểu mẫu")]);
    let form = app.post_form(&format!("/articles/{article}/comments"), form, None).await;
    assert!(form.text().await.unwrap().contains("đang chờ duyệt"));
    // An answer is good for one comment, and nobody makes questions of his own.
    let mut replayed = proof.clone();
    replayed["body"] = "Gửi lần thứ hai".into();
    let replayed = send(&app, &article, replayed).await;
    assert_eq!((replayed.0, &replayed.1["error"]["code"]), (422, &"challenge_used".into()));
    for forged in ["1.2.3", "x", "1790000000000.00.00"] {
        let sent =
            send(&app, &article, json!({"body": "Tự đặt câu hỏi", "challenge": forged})).await;
        assert_eq!((sent.0, &sent.1["error"]["code"]), (422, &"challenge_invalid".into()));
    }
    assert_eq!(bodies(&list(&app, &article, "").await["comments"]), ["Bài viết rất hay"]);
    // Moderators find it until one has looked.
    let counts = desk.counts().await;
    assert_eq!((&counts["unseen"], &counts["waiting"]), (&json!(1), &json!(4)));
    assert!(desk.page("/moderation?queue=unseen").await.contains("Bài viết rất hay"));
    desk.decide(shown.1["id"].as_str().unwrap(), "approve").await;
    assert_eq!(desk.counts().await["unseen"], 0);
    assert_eq!(list(&app, &article, "").await["total"], 1);
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success(), "{}", text(&doctor.stdout));
}

#[tokio::test]
async fn whoever_is_faster_than_a_person_is_marked() {
    // So that no machine is slow enough to be taken for a person.
    let home = Home::new("[comments]\nmin_seconds = 60\n");
    let app = home.start();
    let desk = Desk::open(&home, &app).await;
    let article = app.sample().await;
    let fast = proven(&app, json!({"body": "Nhanh như máy"})).await;
    assert_eq!(send(&app, &article, fast).await.1["state"], "waiting");
    let page = app.page(&format!("/articles/{article}")).await;
    let challenge = page.split("name=\"challenge\" value=\"").nth(1).unwrap();
    let challenge = challenge.split('"').next().unwrap();
    let form = [("author", ""), ("body", "Điền ngay lập tức"), ("challenge", challenge)];
    app.post_form(&format!("/articles/{article}/comments"), form_body(&form), None).await;
    let flagged = desk.page("/moderation?queue=flagged").await;
    assert_eq!(flagged.matches("Gửi nhanh bất thường").count(), 2, "{flagged}");
}

#[tokio::test]
async fn what_the_newsroom_switches_off_is_neither_offered_nor_taken() {
    let home = Home::new(
        "[comments]\nname_required = true\nreplies = false\nlikes = false\nreports = false\n\
         sorting = false\nemail = true\nmoderation = \"after\"\nproof_of_work_bits = 0\n",
    );
    let app = home.start();
    let desk = Desk::open(&home, &app).await;
    let article = app.sample().await;
    assert_eq!(list(&app, &article, "").await["features"], "name email at_once");
    let nameless = send(&app, &article, json!({"body": "Không có tên"})).await;
    assert_eq!((nameless.0, &nameless.1["error"]["code"]), (422, &"name_missing".into()));
    let odd = json!({"author": "Mai", "body": "Sai địa chỉ", "email": "mai@bao"});
    let odd = send(&app, &article, odd).await;
    assert_eq!((odd.0, &odd.1["error"]["code"]), (422, &"email_invalid".into()));
    let sent = json!({"author": "Mai", "body": "Đủ cả rồi", "email": "mai@bao.example"});
    let sent = id(&send(&app, &article, sent).await);
    let reply =
        send(&app, &article, json!({"author": "A", "body": "Trả lời", "parent": sent})).await;
    assert_eq!((reply.0, &reply.1["error"]["code"]), (403, &"switched_off".into()));
    for path in ["likes", "reports"] {
        let body = json!({"key": "trinh-duyet-1", "reason": "spam"});
        assert_eq!(post(&app, &format!("/api/comments/{sent}/{path}"), body).await.0, 403);
    }
    // Only moderators see the address.
    assert!(desk.page("/moderation?queue=unseen").await.contains("mai@bao.example"));
    assert!(desk.page("/moderation?queue=all&q=mai%40bao").await.contains("Đủ cả rồi"));
    let public = list(&app, &article, "").await.to_string();
    let page = app.page(&format!("/articles/{article}")).await;
    assert!(public.contains("Đủ cả rồi") && page.contains("Đủ cả rồi"));
    assert!(!public.contains("mai@") && !page.contains("mai@"));
}
