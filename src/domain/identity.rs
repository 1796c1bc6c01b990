//! Who a reader is, as the newspaper's own login or its check of telephones says.

/// The longest name under which a login knows a reader, in characters.
const SUBJECT_CHARS_MAX: usize = 200;

/// A reader that somebody vouches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub subject: Subject,
    /// The name that signs the comments. Plain text from outside: escape where shown.
    pub name: Option<String>,
    /// Where the newsroom can reach the reader; never shown to readers.
    pub email: Option<String>,
    /// Whether the reader's telephone number was verified.
    pub phone_verified: bool,
}

/// Under what a reader is known, the same in every comment: who vouches, `|`, and the reader's name there, as it
/// was given. It is no hash, so that a newsroom that is asked to erase somebody's data finds them by the name that
/// its own login has for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// `issuer` may be empty. `None` if the name is missing, too long, or no text of one line.
    pub fn new(issuer: &str, name: &str) -> Option<Self> {
        let one_line = |text: &str| !text.chars().any(char::is_control);
        let short = |text: &str| text.chars().count() <= SUBJECT_CHARS_MAX;
        let fits = [issuer, name].into_iter().all(|text| one_line(text) && short(text));
        (fits && !name.trim().is_empty()).then(|| Self(format!("{issuer}|{name}")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_a_short_line() {
        let subject = Subject::new("https://dang-nhap.example", "ban-doc-7").unwrap();
        assert_eq!(subject.as_str(), "https://dang-nhap.example|ban-doc-7");
        assert!(Subject::new("", &"ạ".repeat(200)).is_some());
        for bad in ["", "  ", "a\nb", "a\0", &"a".repeat(201)] {
            assert!(Subject::new("", bad).is_none(), "{bad:?}");
        }
    }
}
