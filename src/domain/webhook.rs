//! What a program that is told of events knows us by.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What programs can be told of.
pub const EVENTS: [&str; 4] =
    ["comment.received", "comment.decided", "article.finished", "article.failed"];

/// What the secret begins with, so that it is known for what it is.
const PREFIX: &str = "whsec_";

/// How long it may be, in bytes, as <https://www.standardwebhooks.com> says.
const BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The secret with which webhooks are signed; both sides know it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// What it has to look like, for people.
    pub const RULE: &str = "write whsec_ and then 24 to 64 random bytes in base64: echo whsec_$(openssl rand -base64 32)";

    /// Takes it as it is written in the settings; `None` if it cannot be one.
    pub fn new(written: &str) -> Option<Self> {
        let bytes = STANDARD.decode(written.strip_prefix(PREFIX)?).ok()?;
        BYTES.contains(&bytes.len()).then_some(Self(bytes))
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_long_enough_and_says_what_it_is() {
        let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert_eq!(secret.unwrap().bytes().len(), 24);
        let written = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        assert!(WebhookSecret::new(&written(64)).is_some());
        for bad in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_không",
            &written(23),
            &written(65),
        ] {
            assert!(WebhookSecret::new(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_secret_does_not_show_in_a_log() {
        let secret = WebhookSecret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        assert_eq!(format!("{secret:?}"), "WebhookSecret(hidden)");
    }
}
