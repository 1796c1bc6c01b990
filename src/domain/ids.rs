//! Identifiers as types, so that nobody can look up a comment by an article's number.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId)
            }
        }
    };
}

/// The text is not a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid identifier (a UUID was expected)")]
pub struct InvalidId;

id!(
    /// An article, whatever number of addresses lead to it (UUIDv7).
    ArticleId
);
id!(
    /// One reading of one version of an article by one voice (UUIDv7).
    NarrationId
);
id!(
    /// A reader's comment (UUIDv7).
    CommentId
);
id!(
    /// A row of slow work (UUIDv7).
    JobId
);
id!(
    /// A person who may log in (UUIDv7).
    AccountId
);
id!(
    /// Something that happened, as one of those who are told of it knows it (UUIDv7).
    EventId
);

/// The folder name of a voice, e.g. `vi-embedded` or `vi_VN-vais1000-medium`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VoiceId(String);

impl VoiceId {
    /// Length limit in bytes: a folder name, not a text.
    pub const BYTES_MAX: usize = 64;
}

impl FromStr for VoiceId {
    type Err = InvalidVoiceId;

    /// Accepts letters, digits, `_`, `-` and `.`, not starting with a dot, so that an id can
    /// never walk out of the folder of voices.
    fn from_str(text: &str) -> Result<Self, InvalidVoiceId> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let fits = !text.is_empty() && text.len() <= Self::BYTES_MAX;
        if fits && !text.starts_with('.') && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidVoiceId)
        }
    }
}

impl fmt::Display for VoiceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for VoiceId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// The text cannot be the id of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a voice id (letters, digits, '_', '-' and '.' only, at most 64)")]
pub struct InvalidVoiceId;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let text = "0198f0c2-7a52-7c11-9d6e-2f6b1c1d0a01";
        assert_eq!(text.parse::<ArticleId>().unwrap().to_string(), text);
        assert_eq!("12".parse::<ArticleId>(), Err(InvalidId));
    }

    #[test]
    fn a_voice_id_cannot_leave_its_folder() {
        assert!("vi_VN-vais1000-medium".parse::<VoiceId>().is_ok());
        for bad in ["", "..", ".hidden", "a/b", "a\\b", "giọng"] {
            assert_eq!(bad.parse::<VoiceId>(), Err(InvalidVoiceId), "{bad:?}");
        }
    }
}
id!(
    /// A feed or sitemap that is followed (UUIDv7).
    FeedId
);
