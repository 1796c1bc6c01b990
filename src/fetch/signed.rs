//! Requests that say who sent them: signatures of Standard Webhooks (standardwebhooks.com, version 1).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// How a secret begins when it is written down.
const PREFIX: &str = "whsec_";

/// How many bytes a secret has, as the standard recommends.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// What both sides know.
#[derive(Clone)]
pub struct SigningSecret(hmac::Key);

/// A secret that cannot be one.
#[derive(Debug, thiserror::Error)]
#[error("write the secret as whsec_ and the base64 of 24 to 64 random bytes")]
pub struct NoSecret;

impl SigningSecret {
    /// Takes it as it is written down: `whsec_` and base64.
    pub fn new(written: &str) -> Result<Self, NoSecret> {
        let secret = written.strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok());
        let secret =
            secret.filter(|secret| SECRET_BYTES.contains(&secret.len())).ok_or(NoSecret)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &secret)))
    }

    /// The three headers that go with a body. `id` names the message, so that one that comes twice is known again.
    pub fn headers(&self, id: &str, at_s: u64, body: &str) -> [(&'static str, String); 3] {
        let signature = hmac::sign(&self.0, format!("{id}.{at_s}.{body}").as_bytes());
        [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", at_s.to_string()),
            ("webhook-signature", format!("v1,{}", STANDARD.encode(signature))),
        ]
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_signed_as_the_standard_says() {
        // Computed with `openssl dgst -sha256 -mac HMAC` over "msg_1.1674087231.{"token":"t"}".
        let secret = SigningSecret::new("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        let headers = secret.headers("msg_1", 1_674_087_231, "{\"token\":\"t\"}");
        assert_eq!(headers[0], ("webhook-id", "msg_1".to_owned()));
        assert_eq!(headers[1], ("webhook-timestamp", "1674087231".to_owned()));
        assert_eq!(headers[2].1, "v1,JGW17Dl+jMSblzknnUhoMMyMGUHW6Wn97Wh2agcBm28=");
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
    }

    #[test]
    fn a_secret_is_long_enough_and_says_what_it_is() {
        for bad in ["", "whsec_", "whsec_!!", "whsec_AAECAwQ=", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"]
        {
            assert!(SigningSecret::new(bad).is_err(), "{bad}");
        }
    }
}
