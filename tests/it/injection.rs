//! Texts that would be commands, if anybody took them for that: of the database, and of HTTP.

use serde_json::json;

use crate::app::form_body;
use crate::hostile::{FORM, JSON, SETTINGS, Target};

const INJECTIONS: [&str; 14] = [
    "'",
    "''",
    "' OR '1'='1",
    "' OR 1=1 --",
    "\" OR \"\"=\"",
    "1; DROP TABLE comments; --",
    "'; DELETE FROM comments; --",
    "' UNION SELECT id, name, password_hash FROM accounts --",
    "') ; UPDATE comments SET state = 'approved' ; --",
    "1) OR (1=1",
    "%' ESCAPE '%",
    "\\' OR 1=1 --",
    "$1",
    "x' AND (SELECT COUNT(*) FROM sqlite_master) > 0 --",
];

/// Every address that takes something of the reader's or the editor's, with `{}` in its place.
const GETS: [&str; 47] = [
    "/?q={}",
    "/?page={}",
    "/articles/{}",
    "/articles/{}/comments",
    "/articles/{}/listen.mp3",
    "/articles/{}/cues.json",
    "/articles/{article}/cues.json?narration={}",
    "/articles/{}/transcript.vtt",
    "/articles/{article}/transcript.vtt?narration={}",
    "/login?next={}",
    "/desk?{}={}",
    "/desk?q={}",
    "/desk?tab={}",
    "/desk?after={}",
    "/desk?after=17.{}",
    "/desk/rows?article={}",
    "/desk/rows?job={}",
    "/desk/jobs/{}",
    "/desk/listening/{}",
    "/desk/listening?days={}",
    "/moderation?queue={}",
    "/moderation?state={}",
    "/moderation?order={}",
    "/moderation?queue=all&q={}",
    "/moderation?page={}",
    "/moderation/items?queue={}",
    "/moderation/items?queue=all&q={}",
    "/moderation/items?order={}",
    "/moderation/items?page={}",
    "/moderation/counts?{}",
    "/moderation/networks?{}",
    "/embed/{}",
    "/embed?url={}",
    "/embed/{article}?comments={}",
    "/static/{}",
    "/audio/{}",
    "/audio/{}.mp3",
    "/oembed?url={}",
    "/oembed?url=x&format={}",
    "/oembed?url=x&maxwidth={}",
    "/api/player?article={}",
    "/api/player?url={}",
    "/api/articles/{}/comments",
    "/api/articles/{article}/comments?page={}",
    "/api/listens?article={}",
    "/api/listens?days={}",
    "/api/jobs/{}",
];

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[tokio::test]
async fn sql_in_an_address_is_a_text_like_any_other() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    for template in GETS {
        for injection in INJECTIONS {
            let path = template.replace("{article}", &target.article);
            let path = path.replace("{}", &encoded(injection));
            let status = target.get(&path).await.status();
            // A format that is not offered has a status of its own (oEmbed 1.0, section 2.3.3).
            let status =
                if path.starts_with("/oembed") && status == 501 { 404 } else { status.as_u16() };
            assert!(status < 500, "{path}: {status}");
        }
    }
    // A search finds what it says, and only that.
    let found = target.get("/moderation/items?queue=all&q=%27%20OR%201%3D1%20--").await;
    assert!(!found.text().await.unwrap().contains("data-comment"));
    target.assert_unharmed(&before).await;
}

#[tokio::test]
async fn sql_in_a_body_is_a_text_like_any_other() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    for injection in INJECTIONS {
        let mut forms = vec![
            (
                "/login",
                form_body(&[("name", injection), ("password", injection), ("next", injection)]),
            ),
            ("/moderation/networks", form_body(&[("network", injection), ("decision", "block")])),
            (
                "/moderation/networks",
                form_body(&[("network", "192.0.2.0/24"), ("decision", injection)]),
            ),
            ("/desk/articles", form_body(&[("url", injection)])),
            ("/desk/articles/text", form_body(&[("title", injection), ("text", " ")])),
            ("/desk/bulk", form_body(&[("action", injection), ("row", injection)])),
            ("/desk/bulk", form_body(&[("action", "publish"), ("row", injection)])),
        ];
        let fields = |name: &str| {
            let mut fields =
                vec![("decision", "approve"), ("seen", "waiting"), ("back", "waiting")];
            fields.retain(|(field, _)| *field != name);
            fields
        };
        for name in ["decision", "seen"] {
            let mut fields = fields(name);
            fields.push((name, injection));
            forms.push(("/moderation/comments/{comment}", form_body(&fields)));
        }
        for (path, form) in forms {
            let (status, answer) = target.post(path, FORM, form.clone().into()).await;
            assert!(status < 500, "{path} {form}: {status} {answer}");
        }
        let one = |comment: &str, decision: &str, reason: &str, seen: &str| json!({"decisions": [{"comment": comment, "decision": decision, "reason": reason, "seen": seen}]});
        for body in [
            one(injection, "approve", "", "waiting"),
            one(&target.comment, injection, "", "waiting"),
            one(&target.comment, "reject", injection, "waiting"),
            one(&target.comment, "approve", "", injection),
        ] {
            let (status, answer) =
                target.post("/moderation/decisions", JSON, body.to_string().into()).await;
            assert!(status < 500, "{body}: {status} {answer}");
        }
        let listens = json!({"narration": injection, "key": injection, "plays": injection});
        for (path, body) in [
            ("/api/articles", json!({"url": injection})),
            ("/api/articles", json!({"url": injection, "html": injection})),
            ("/api/articles/{article}/listens", listens),
        ] {
            let (status, answer) = target.post(path, JSON, body.to_string().into()).await;
            assert!(status < 500, "{path} {body}: {status} {answer}");
        }
        let sent = target
            .comment(&json!({"body": injection, "author": injection, "key": injection}))
            .await;
        assert!(matches!(sent.0, 202 | 400 | 422), "{injection}: {}", sent.1);
    }
    // What is long enough for a comment is kept, word for word.
    let body = "'; DELETE FROM comments; --";
    assert_eq!(target.comment(&json!({"body": body, "author": "' OR 1=1 --"})).await.0, 202);
    let found = target.get(&format!("/moderation/items?queue=all&q={}", encoded(body))).await;
    assert!(found.text().await.unwrap().contains("DELETE FROM comments; --"));
    let after = target.counts().await;
    for queue in ["approved", "rejected"] {
        assert_eq!(after[queue], before[queue], "{after}");
    }
    target.assert_unharmed(&after).await;
}

#[tokio::test]
async fn a_line_break_makes_no_header() {
    let target = Target::new(SETTINGS).await;
    let before = target.counts().await;
    let article = &target.article;
    let crlf = "%0d%0aX-Injected:%20yes%0d%0aSet-Cookie:%20a=b";
    for path in [
        format!("/login?next=/{crlf}"),
        format!("/articles/{crlf}/comments"),
        format!("/articles/{article}/comments?{crlf}"),
        format!("/moderation?queue={crlf}"),
        format!("/embed?url=http://x/{crlf}"),
        format!("/oembed?url=http://x/{crlf}"),
        format!("/audio/{crlf}.mp3?download={crlf}"),
        format!("/desk/{crlf}"),
    ] {
        let response = target.get(&path).await;
        assert!(!response.headers().contains_key("x-injected"), "{path}");
        assert!(!response.headers().contains_key("set-cookie"), "{path}");
    }
    let next = "/moderation\r\nX-Injected: yes";
    let form = form_body(&[("name", "lan"), ("password", "bí mật dài"), ("next", next)]);
    let entered = target.app.post_form("/login", form, None).await;
    assert_eq!(
        (entered.status().as_u16(), &entered.headers()["location"]),
        (303, &"/desk".parse().unwrap())
    );
    let form =
        form_body(&[("decision", "wait"), ("seen", "waiting"), ("back", "all\r\nX-Injected: yes")]);
    let path = format!("/moderation/comments/{}", target.comment);
    let decided = target.app.post_form(&path, form, Some(&target.cookie)).await;
    assert!(!decided.headers().contains_key("x-injected"));

    // Headers that no client library would send.
    let page = format!("GET /articles/{article} HTTP/1.1\r\nConnection: close\r\n");
    for host in ["a\"><script>alert(1)</script>", "a\rX-Injected: yes", "a b", "\u{1}", "кто", ""]
    {
        let answer = target.raw(format!("{page}Host: {host}\r\n\r\n").as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(
            head.starts_with("http/1.1 200") || head.starts_with("http/1.1 400"),
            "{host}: {head}"
        );
        assert!(!head.contains("x-injected") && !answer.contains("<script>alert"), "{host}");
    }
    let body = "{\"body\":\"Qua đầu lạ\"}";
    for header in [
        "X-Forwarded-For: 1.2.3.4\rX-Injected: yes",
        "X-Forwarded-For: \u{80}\u{ff}",
        "X-Forwarded-For: ,,,,",
        "Idempotency-Key: co\rX-Injected: yes",
        "Idempotency-Key: khoá lạ",
        "Authorization: Bearer \u{80}",
    ] {
        let request = format!(
            "POST /api/articles/{article}/comments HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{header}\r\n\
             Content-Type: {JSON}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = target.raw(request.as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        let known =
            ["200", "202", "400", "401"].iter().any(|s| head.starts_with(&format!("http/1.1 {s}")));
        assert!(known && !head.contains("x-injected"), "{header:?}: {head}");
    }
    // A name is one line, whatever it is made of.
    let sent = target
        .comment(&json!({"author": "Mai\r\nX-Injected: yes", "body": "Tên nhiều dòng"}))
        .await;
    assert_eq!(sent.0, 202);
    let listed = target.get("/moderation/items?queue=all&q=T%C3%AAn").await.text().await.unwrap();
    assert!(listed.contains("data-author=\"Mai X-Injected: yes\""), "{listed}");
    let (after, waiting) = (target.counts().await, before["waiting"].as_u64().unwrap());
    assert!(after["waiting"].as_u64().unwrap() > waiting);
    target.assert_unharmed(&after).await;
}
