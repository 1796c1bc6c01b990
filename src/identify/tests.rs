//! Tokens good and bad, at a time of our choice.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::hmac;
use serde_json::json;

use super::*;

const SECRET: &[u8; 32] = b"mot bi mat dai ba muoi hai byte!";
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const NOW_S: i64 = 1_800_000_000;

fn signed(header: &Value, claims: &str, secret: &[u8]) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let message = format!("{}.{}", part(&header.to_string()), part(claims));
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));
    format!("{message}.{signature}")
}

fn token(claims: &Value) -> String {
    signed(&json!({"alg": "HS256"}), &claims.to_string(), SECRET)
}

fn key() -> Key {
    Key::hs256(&STANDARD.encode(SECRET)).unwrap()
}

fn verify(claims: &Value) -> Result<Identity, Refused> {
    Verifier::new(vec![key()], "", "", 60).identity(&token(claims), NOW)
}

fn is_invalid(result: Result<Identity, Refused>) -> bool {
    matches!(result, Err(Refused::Invalid(_)))
}

#[test]
fn a_token_says_who_the_reader_is() {
    let claims = json!({
        "iss": "https://dang-nhap.example", "sub": "ban-doc-7", "exp": NOW_S + 600, "name": " Lò Thị Mai ",
        "email": "mai@bao.example", "phone_number_verified": true, "picture": "https://x.example/1.png",
    });
    let identity = verify(&claims).unwrap();
    assert_eq!(identity.subject.as_str(), "https://dang-nhap.example|ban-doc-7");
    assert_eq!(identity.name.as_deref(), Some("Lò Thị Mai"));
    assert_eq!(identity.email.as_deref(), Some("mai@bao.example"));
    assert!(identity.phone_verified);
    // What is not as the standard says claims nothing, and spoils nothing.
    let odd = json!({
        "sub": "7", "exp": NOW_S, "name": 7, "email": "không phải thư", "phone_number_verified": "true",
    });
    let identity = verify(&odd).unwrap();
    assert_eq!((identity.name, identity.email, identity.phone_verified), (None, None, false));
}

#[test]
fn times_are_kept_with_a_little_leeway() {
    let at = |exp: i64, nbf: i64, iat: i64| {
        verify(&json!({"sub": "7", "exp": exp, "nbf": nbf, "iat": iat}))
    };
    assert!(at(NOW_S - 59, NOW_S + 60, NOW_S + 60).is_ok());
    assert_eq!(at(NOW_S - 60, 0, 0), Err(Refused::Expired));
    assert!(is_invalid(at(NOW_S + 600, NOW_S + 61, 0)));
    assert!(is_invalid(at(NOW_S + 600, 0, NOW_S + 61)));
}

#[test]
fn claims_that_must_be_there_are_asked_for() {
    let good = json!({"sub": "7", "exp": NOW_S + 600});
    assert!(verify(&good).is_ok());
    for (name, bad) in [
        ("exp", Value::Null),
        ("exp", json!("1900000000")),
        ("exp", json!({"a": 1})),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("a\nb")),
        ("sub", json!("a".repeat(201))),
        ("nbf", json!("hôm nay")),
    ] {
        let mut claims = good.clone();
        claims[name] = bad;
        assert!(is_invalid(verify(&claims)), "{claims}");
    }
    for claims in [
        "{\"sub\":\"7\",\"exp\":1e999}",
        "[]",
        "7",
        "",
        "{\"sub\":\"7\",\"sub\":\"8\",\"exp\":1900000000}",
    ] {
        let token = signed(&json!({"alg": "HS256"}), claims, SECRET);
        assert!(
            is_invalid(Verifier::new(vec![key()], "", "", 60).identity(&token, NOW)),
            "{claims}"
        );
    }
}

#[test]
fn issuer_and_audience_are_compared_when_they_are_set() {
    let verifier = Verifier::new(vec![key()], "bao", "binh-luan", 60);
    let with = |iss: Value, aud: Value| {
        verifier.identity(&token(&json!({"sub": "7", "exp": NOW_S, "iss": iss, "aud": aud})), NOW)
    };
    assert!(with(json!("bao"), json!("binh-luan")).is_ok());
    assert!(with(json!("bao"), json!(["tin", "binh-luan"])).is_ok());
    assert!(is_invalid(with(json!("bao-khac"), json!("binh-luan"))));
    assert!(is_invalid(with(json!("bao"), json!("cua-hang"))));
    assert!(is_invalid(with(Value::Null, json!("binh-luan"))));
    assert!(is_invalid(with(json!("bao"), Value::Null)));
}

#[test]
fn the_key_says_which_algorithm_is_tried() {
    let claims = json!({"sub": "7", "exp": NOW_S + 600}).to_string();
    let verifier = Verifier::new(vec![key()], "", "", 60);
    for algorithm in ["none", "None", "HS384", "HS512", "RS256", "EdDSA", ""] {
        let token = signed(&json!({"alg": algorithm}), &claims, SECRET);
        assert!(is_invalid(verifier.identity(&token, NOW)), "{algorithm}");
    }
    let bare = token(&json!({"sub": "7", "exp": NOW_S + 600}));
    let (message, _) = bare.rsplit_once('.').unwrap();
    for broken in
        [format!("{message}."), message.to_owned(), String::new(), "..".into(), format!("{bare}A")]
    {
        assert!(is_invalid(verifier.identity(&broken, NOW)), "{broken}");
    }
    // Signed with the public key as if it were a secret.
    let pem = include_str!("../../tests/data/identity/rsa-public.pem");
    let rsa = Verifier::new(vec![Key::rs256(pem).unwrap()], "", "", 60);
    for secret in [pem.as_bytes(), pem.trim().as_bytes()] {
        for algorithm in ["HS256", "RS256"] {
            let token = signed(&json!({"alg": algorithm}), &claims, secret);
            assert!(is_invalid(rsa.identity(&token, NOW)), "{algorithm}");
        }
    }
    // An extension that must be understood (RFC 7515, section 4.1.11).
    let token = signed(&json!({"alg": "HS256", "crit": ["x"], "x": 1}), &claims, SECRET);
    assert!(is_invalid(verifier.identity(&token, NOW)));
}

#[test]
fn of_several_keys_the_named_one_is_taken() {
    let other = Key::hs256(&STANDARD.encode([7; 32])).unwrap();
    let keys = vec![other.named("cu"), key().named("moi")];
    let verifier = Verifier::new(keys, "", "", 60);
    let claims = json!({"sub": "7", "exp": NOW_S + 600}).to_string();
    let with = |header: Value| verifier.identity(&signed(&header, &claims, SECRET), NOW);
    assert!(with(json!({"alg": "HS256", "kid": "moi"})).is_ok());
    assert!(with(json!({"alg": "HS256"})).is_ok());
    assert!(is_invalid(with(json!({"alg": "HS256", "kid": "cu"}))));
    assert!(is_invalid(with(json!({"alg": "HS256", "kid": "la"}))));
}

#[test]
fn a_token_is_short() {
    let long = json!({"sub": "7", "exp": NOW_S + 600, "x": "x".repeat(TOKEN_BYTES_MAX)});
    assert_eq!(verify(&long), Err(Refused::Invalid("longer than 4096 bytes".into())));
}

#[test]
fn weak_and_wrong_keys_are_refused_at_the_start() {
    let refused = |key: Result<Key, UnusableKey>| key.expect_err("it was taken");
    assert_eq!(refused(Key::hs256(&STANDARD.encode([7; 31]))), UnusableKey::ShortSecret(31));
    assert_eq!(refused(Key::hs256("chưa mã hoá")), UnusableKey::NotBase64);
    let weak = include_str!("../../tests/data/identity/rsa-1024-public.pem");
    assert_eq!(refused(Key::rs256(weak)), UnusableKey::ShortRsa(1024));
    let private = include_str!("../../tests/data/identity/rsa-private.pem");
    assert_eq!(refused(Key::rs256(private)), UnusableKey::Private);
    let rsa = include_str!("../../tests/data/identity/rsa-public.pem");
    assert!(Key::rs256(rsa).is_ok());
    assert_eq!(refused(Key::eddsa(rsa)), UnusableKey::NotPem("Ed25519"));
    let ed25519 = include_str!("../../tests/data/identity/ed25519-public.pem");
    assert!(Key::eddsa(ed25519).is_ok());
    for bad in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", ed25519] {
        assert_eq!(refused(Key::rs256(bad)), UnusableKey::NotPem("RSA"));
    }
}
