//! Readers whom the newspaper's own login knows, and those whose telephone was verified.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{hmac, rand::SystemRandom};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::app::{App, Home, deaf_port, form_body, text};

const SECRET: &[u8] = b"bi mat chung cua bao va Bao Noi, du dai";
const HOOK_SECRET: &[u8] = b"bi mat cua noi xac minh so";

/// What a login signs with.
enum Signer {
    Hs256(Vec<u8>),
    Rs256(RsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

impl Signer {
    fn rsa() -> Self {
        let pem = include_str!("../data/identity/rsa-private.pem");
        let base64: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self::Rs256(RsaKeyPair::from_pkcs8(&STANDARD.decode(base64).unwrap()).unwrap())
    }

    fn ed25519() -> Self {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Rs256(_) => "RS256",
            Self::EdDsa(_) => "EdDSA",
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Hs256(secret) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
            }
            Self::Rs256(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .unwrap();
                signature
            }
            Self::EdDsa(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with what it says of itself, whatever that is.
    fn token_as(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    fn token(&self, claims: &Value) -> String {
        self.token_as(&json!({"alg": self.algorithm(), "typ": "JWT"}), claims)
    }
}

fn seconds() -> i64 {
    time::OffsetDateTime::now_utc().unix_timestamp()
}

/// Good for ten minutes.
fn claims(more: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://dang-nhap.example", "aud": "binh-luan", "sub": "ban-doc-7",
        "exp": seconds() + 600, "nbf": seconds() - 5, "iat": seconds() - 5,
    });
    for (name, value) in more.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// The settings' section for a secret, and for keys in files.
fn shared(more: &str) -> String {
    let secret = STANDARD.encode(SECRET);
    format!(
        "[identity]\nissuer = \"https://dang-nhap.example\"\naudience = \"binh-luan\"\n{more}\n\
         [[identity.keys]]\nalgorithm = \"HS256\"\nsecret = \"{secret}\"\n"
    )
}

async fn send(app: &App, article: &str, authorization: Option<&str>) -> (u16, Value) {
    let mut request = app.client.post(app.url(&format!("/api/articles/{article}/comments")));
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let comment = json!({"author": "Tên tự gõ", "body": "Bài viết hay"});
    let response = request.json(&comment).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn send_token(app: &App, article: &str, token: &str) -> (u16, Value) {
    send(app, article, Some(&format!("Bearer {token}"))).await
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    let message = answer.1["error"]["message"].as_str().unwrap();
    assert!(message.contains("bạn") || message.contains("Bạn"), "{message}");
    (answer.0, answer.1["error"]["code"].as_str().unwrap())
}

/// Approves a comment and gives who signed it.
async fn signed_by(app: &App, article: &str, cookie: &str, id: &Value) -> String {
    let approve = form_body(&[("decision", "approve")]);
    let path = format!("/moderation/comments/{}", id.as_str().unwrap());
    assert_eq!(app.post_form(&path, approve, Some(cookie)).await.status(), 303);
    let list = app.json(&format!("/api/articles/{article}/comments")).await;
    let comments = list["comments"].as_array().unwrap();
    let found = comments.iter().find(|comment| comment["id"] == *id).unwrap();
    found["author"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_reader_with_a_good_token_is_believed() {
    let home = Home::new("");
    let password = home.add_account("lan");
    let (rsa, ed25519) = (Signer::rsa(), Signer::ed25519());
    std::fs::write(home.path("rsa.pem"), include_str!("../data/identity/rsa-public.pem")).unwrap();
    let Signer::EdDsa(pair) = &ed25519 else { panic!("it is one") };
    // SubjectPublicKeyInfo (RFC 8410, section 4).
    let mut spki = vec![0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];
    spki.extend_from_slice(pair.public_key().as_ref());
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(spki)
    );
    std::fs::write(home.path("ed25519.pem"), pem).unwrap();
    let files = format!(
        "[[identity.keys]]\nalgorithm = \"RS256\"\npublic_key = {:?}\nid = \"rsa\"\n\
         [[identity.keys]]\nalgorithm = \"EdDSA\"\npublic_key = {:?}\n",
        home.path("rsa.pem"),
        home.path("ed25519.pem"),
    );
    home.set(&format!("{}{files}", shared("")));
    let app = home.start();
    let article = app.sample().await;
    let cookie = app.log_in("lan", password).await;
    for (number, signer) in [Signer::Hs256(SECRET.to_vec()), rsa, ed25519].iter().enumerate() {
        let name = format!("Bạn đọc thứ {number}");
        let token = signer.token(&claims(&json!({"name": name})));
        let first = send_token(&app, &article, &token).await;
        assert_eq!(first.0, 202, "{}: {}", signer.algorithm(), first.1);
        assert_eq!(signed_by(&app, &article, &cookie, &first.1["id"]).await, name);
        // A session's token is good until it expires, not for one comment.
        assert_eq!(send_token(&app, &article, &token).await.0, 202);
    }
    // Without a name, or with one that is none, the typed one stands; a long one is shortened.
    let signer = Signer::Hs256(SECRET.to_vec());
    let too_long = "a".repeat(61);
    let cases =
        [(Value::Null, "Tên tự gõ"), (json!("  "), "Tên tự gõ"), (json!(too_long), &too_long[1..])];
    for (name, signed) in cases {
        let sent = send_token(&app, &article, &signer.token(&claims(&json!({"name": name})))).await;
        assert_eq!(signed_by(&app, &article, &cookie, &sent.1["id"]).await, signed);
    }
    // Nobody must log in, and a proxy's password is none of our business.
    assert_eq!(send(&app, &article, None).await.0, 202);
    assert_eq!(send(&app, &article, Some("Basic bGFuOmxhbg==")).await.0, 202);
}

#[tokio::test]
async fn a_bad_token_is_told_apart_from_an_old_one() {
    let app = Home::new(&shared("")).start_and_keep();
    let article = app.sample().await;
    let signer = Signer::Hs256(SECRET.to_vec());
    let with = |more: Value| signer.token(&claims(&more));
    let good = with(json!({}));
    let old = send_token(&app, &article, &with(json!({"exp": seconds() - 61}))).await;
    assert_eq!(code(&old), (401, "token_expired"));
    let as_algorithm =
        |algorithm: &str| signer.token_as(&json!({"alg": algorithm}), &claims(&json!({})));
    let parts: Vec<&str> = good.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode("{\"alg\":\"none\"}");
    let public_key = include_bytes!("../data/identity/rsa-public.pem");
    let cases = [
        ("not yet", with(json!({"nbf": seconds() + 300}))),
        ("from the future", with(json!({"iat": seconds() + 300}))),
        ("another audience", with(json!({"aud": "cua-hang"}))),
        ("another issuer", with(json!({"iss": "https://ke-gian.example"}))),
        ("no audience", with(json!({"aud": null}))),
        ("no end", with(json!({"exp": null}))),
        ("an end that is text", with(json!({"exp": "9999999999"}))),
        ("nobody", with(json!({"sub": null}))),
        ("a long name", with(json!({"sub": "x".repeat(201)}))),
        ("another secret", Signer::Hs256(b"khong phai bi mat".to_vec()).token(&claims(&json!({})))),
        ("not the configured algorithm", Signer::rsa().token(&claims(&json!({})))),
        (
            "the public key as a secret",
            Signer::Hs256(public_key.to_vec()).token(&claims(&json!({}))),
        ),
        ("none", format!("{none}.{}.", parts[1])),
        ("none, signed", as_algorithm("none")),
        ("NONE", as_algorithm("NONE")),
        ("HS512", as_algorithm("HS512")),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("truncated", good[..good.len() - 1].to_owned()),
        ("cut after the claims", format!("{}.{}", parts[0], parts[1])),
        (
            "other claims",
            format!(
                "{}.{}.{}",
                parts[0],
                URL_SAFE_NO_PAD.encode("{\"sub\":\"1\",\"exp\":9999999999}"),
                parts[2]
            ),
        ),
        ("too long", with(json!({"x": "x".repeat(4096)}))),
        ("nonsense", "abc".to_owned()),
        ("nothing", String::new()),
    ];
    for (name, token) in cases {
        let refused = send_token(&app, &article, &token).await;
        assert_eq!(code(&refused), (401, "token_invalid"), "{name}");
    }
    assert_eq!(send_token(&app, &article, &good).await.0, 202);
    // No check of telephones is configured.
    assert_eq!(code(&send(&app, &article, Some("Phone abc")).await), (401, "token_invalid"));
}

#[tokio::test]
async fn a_newspaper_may_ask_for_a_login_or_a_telephone() {
    let signer = Signer::Hs256(SECRET.to_vec());
    let verified = signer.token(&claims(&json!({"phone_number_verified": true})));
    let plain = signer.token(&claims(&json!({})));
    let app = Home::new(&shared("required = \"login\"")).start_and_keep();
    let article = app.sample().await;
    assert_eq!(code(&send(&app, &article, None).await), (401, "login_required"));
    assert_eq!(send_token(&app, &article, &plain).await.0, 202);
    // A form without script carries no token: it says why, and keeps what was typed.
    let form = form_body(&[("author", ""), ("body", "Gửi bằng biểu mẫu")]);
    let page = app.post_form(&format!("/articles/{article}/comments"), form, None).await;
    assert_eq!(page.status(), 401);
    let page = page.text().await.unwrap();
    assert!(page.contains("Bạn cần đăng nhập") && page.contains("Gửi bằng biểu mẫu"));

    let app = Home::new(&shared("required = \"phone\"")).start_and_keep();
    let article = app.sample().await;
    assert_eq!(code(&send(&app, &article, None).await), (401, "login_required"));
    assert_eq!(code(&send_token(&app, &article, &plain).await), (403, "phone_required"));
    assert_eq!(send_token(&app, &article, &verified).await.0, 202);
}

#[tokio::test]
async fn another_sites_page_may_send_a_token() {
    let app = Home::new("").start_and_keep();
    let url = app.url("/api/articles/00000000-0000-7000-8000-000000000000/comments");
    let asked = app.client.request(reqwest::Method::OPTIONS, url);
    let asked = asked.header("origin", "https://bao.example");
    let asked = asked.header("access-control-request-method", "POST");
    let asked = asked.header("access-control-request-headers", "authorization,content-type");
    let answer = asked.send().await.unwrap();
    let allowed = answer.headers()["access-control-allow-headers"].to_str().unwrap();
    assert!(allowed.contains("authorization"), "{allowed}");
    assert!(!answer.headers().contains_key("access-control-allow-credentials"));
}

#[test]
fn weak_keys_are_told_at_the_start() {
    let weak = project_file("rsa-1024-public.pem");
    let private = project_file("rsa-private.pem");
    for (settings, told) in [
        (
            "keys = [{ algorithm = \"HS256\", secret = \"bmdhbg==\" }]".to_owned(),
            "needs at least 32",
        ),
        (format!("keys = [{{ algorithm = \"RS256\", public_key = {weak:?} }}]"), "1024 bits"),
        (
            format!("keys = [{{ algorithm = \"RS256\", public_key = {private:?} }}]"),
            "a private key",
        ),
        ("keys = [{ algorithm = \"EdDSA\", public_key = \"/khong/co\" }]".to_owned(), "/khong/co"),
        ("required = \"login\"".to_owned(), "nobody could comment"),
        ("phone_hook = \"https://x.example\"\nphone_hook_secret = \"ngan\"".to_owned(), "whsec_"),
    ] {
        let home = Home::new(&format!("[identity]\n{settings}\n"));
        let ended = home.run(&["serve", "--listen", "127.0.0.1:0"], "");
        assert!(!ended.status.success(), "{settings}");
        assert!(text(&ended.stderr).contains(told), "{settings}: {}", text(&ended.stderr));
    }
}

fn project_file(name: &str) -> std::path::PathBuf {
    crate::app::project("tests/data/identity").join(name)
}

/// What the newspaper's check of telephones was asked, and with which headers.
type Asked = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A check of telephones, and the settings that lead to it.
async fn hook() -> (Asked, String) {
    let asked = Asked::default();
    let router = Router::new().route("/sms", post(answer)).with_state(asked.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let settings = format!(
        "[identity]\nrequired = \"phone\"\nphone_hook = \"http://{address}/sms\"\n\
         phone_hook_secret = \"whsec_{}\"\n",
        STANDARD.encode(HOOK_SECRET)
    );
    (asked, settings)
}

async fn answer(State(asked): State<Asked>, headers: HeaderMap, body: String) -> Response {
    let token = serde_json::from_str::<Value>(&body).unwrap()["token"].as_str().unwrap().to_owned();
    asked.lock().unwrap().push((headers, body));
    let json = |body: Value| ([(header::CONTENT_TYPE, "application/json")], body.to_string());
    match token.as_str() {
        "mai" => json(json!({"subject": "tk-12", "name": "Lò Thị Mai"})).into_response(),
        "khong-ten" => json(json!({"subject": "tk-13"})).into_response(),
        "hong" => StatusCode::BAD_GATEWAY.into_response(),
        "nhieu" => StatusCode::TOO_MANY_REQUESTS.into_response(),
        "chuyen" => (StatusCode::FOUND, [(header::LOCATION, "/sms")]).into_response(),
        "trong" => json(json!({})).into_response(),
        "dai" => json(json!({"subject": "1", "name": "x".repeat(20_000)})).into_response(),
        _ => StatusCode::UNAUTHORIZED.into_response(),
    }
}

#[tokio::test]
async fn a_verified_telephone_is_asked_for_by_a_signed_request() {
    let (asked, settings) = hook().await;
    let home = Home::new(&settings);
    let password = home.add_account("lan");
    let app = home.start();
    let article = app.sample().await;
    assert_eq!(code(&send(&app, &article, None).await), (401, "login_required"));
    let sent = send(&app, &article, Some("Phone mai")).await;
    assert_eq!(sent.0, 202, "{}", sent.1);
    let cookie = app.log_in("lan", password).await;
    assert_eq!(signed_by(&app, &article, &cookie, &sent.1["id"]).await, "Lò Thị Mai");
    let (headers, body) = asked.lock().unwrap()[0].clone();
    assert_eq!(body, "{\"token\":\"mai\"}");
    let header = |name: &str| headers[name].to_str().unwrap();
    let message = format!("{}.{}.{body}", header("webhook-id"), header("webhook-timestamp"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, HOOK_SECRET);
    let signature = STANDARD.encode(hmac::sign(&key, message.as_bytes()));
    assert_eq!(header("webhook-signature"), format!("v1,{signature}"));

    assert_eq!(send(&app, &article, Some("phone khong-ten")).await.0, 202);
    assert_eq!(code(&send(&app, &article, Some("Phone la")).await), (401, "token_invalid"));
    let before = asked.lock().unwrap().len();
    for token in ["hong", "nhieu", "chuyen", "trong", "dai"] {
        let refused = send(&app, &article, Some(&format!("Phone {token}"))).await;
        assert_eq!(code(&refused), (503, "verification_unavailable"), "{token}");
    }
    // A redirect is not followed.
    assert_eq!(asked.lock().unwrap().len(), before + 5);
}

#[tokio::test]
async fn a_check_of_telephones_that_is_down_or_worn_out_is_told() {
    let (_deaf, closed) = deaf_port();
    let settings = format!(
        "[identity]\nphone_hook = \"http://{closed}/sms\"\nphone_hook_secret = \"whsec_{}\"\n\
         [comments]\nper_network_max = 2\n",
        STANDARD.encode(HOOK_SECRET)
    );
    let app = Home::new(&settings).start_and_keep();
    let article = app.sample().await;
    for _ in 0..2 {
        let down = send(&app, &article, Some("Phone mai")).await;
        assert_eq!(code(&down), (503, "verification_unavailable"));
    }
    assert_eq!(send(&app, &article, Some("Phone mai")).await.0, 429);
    // Who claims nothing comments all the same.
    assert_eq!(send(&app, &article, None).await.0, 202);
}
