//! Why a person's data was erased: what the log keeps when the words are gone.

use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

/// One line that says who asked for it and on what ground, without naming the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureReason(String);

/// The text cannot be the reason of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidErasureReason {
    #[error("an erasure needs a reason")]
    Missing,
    #[error("the reason of an erasure has at most 200 characters")]
    TooLong,
}

impl ErasureReason {
    pub const LENGTH_MAX: usize = 200;

    /// Takes the text as typed; line breaks and runs of spaces become one space.
    pub fn new(typed: &str) -> Result<Self, InvalidErasureReason> {
        let typed = typed.replace(char::is_control, " ");
        let words: Vec<&str> = typed.split_whitespace().collect();
        let reason: String = words.join(" ").nfc().collect();
        match reason.graphemes(true).count() {
            0 => Err(InvalidErasureReason::Missing),
            1..=Self::LENGTH_MAX => Ok(Self(reason)),
            _ => Err(InvalidErasureReason::TooLong),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it tells whose data it was: by an address, an identity or a name of several words. A
    /// single word may be any word.
    pub fn names(&self, author: &str, email: &str, identity: &str) -> bool {
        let reason = self.0.to_lowercase();
        let author = author.trim().to_lowercase();
        let is_in = |text: &str| !text.is_empty() && reason.contains(text);
        is_in(&email.to_lowercase())
            || is_in(&identity.to_lowercase())
            || (author.contains(char::is_whitespace) && is_in(&author))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_one_short_line() {
        let reason = ErasureReason::new(" Đơn \n số 12/2026 ").unwrap();
        assert_eq!(reason.as_str(), "Đơn số 12/2026");
        assert_eq!(ErasureReason::new(" \u{7} "), Err(InvalidErasureReason::Missing));
        assert!(ErasureReason::new(&"ạ".repeat(200)).is_ok());
        assert_eq!(ErasureReason::new(&"ạ".repeat(201)), Err(InvalidErasureReason::TooLong));
    }

    #[test]
    fn a_reason_does_not_name_the_person() {
        let reason = |text: &str| ErasureReason::new(text).unwrap();
        let names = |text: &str| reason(text).names("Lò Thị Mai", "mai@bao.example", "");
        assert!(names("Bà lò thị mai yêu cầu") && names("Thư của MAI@bao.example"));
        assert!(!names("Đơn số 12") && !reason("Một bạn đọc").names("Bạn", "", ""));
    }
}
