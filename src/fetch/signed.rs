//! Requests that say who sent them, as <https://www.standardwebhooks.com> wants it: whoever knows the
//! secret can tell that we did, and when.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use crate::domain::webhook::WebhookSecret;

/// The headers of a message. `id` holds no dot; `seconds` since 1970.
pub fn headers(
    secret: &WebhookSecret,
    id: &str,
    seconds: i64,
    body: &str,
) -> [(&'static str, String); 3] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let tag = hmac::sign(&key, format!("{id}.{seconds}.{body}").as_bytes());
    [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", seconds.to_string()),
        ("webhook-signature", format!("v1,{}", STANDARD.encode(tag))),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_libraries_of_the_standard_test_it() {
        let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let [_, (_, seconds), (_, signature)] =
            headers(&secret, id, 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(seconds, "1614265330");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
