//! A reader's comment: its length as a reader counts it, its states, and why it is rejected.

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use super::ids::{AccountId, ArticleId, CommentId};
use super::rule::{Hit, Rule};
use super::units::Timestamp;

/// A comment as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    pub article: ArticleId,
    /// Who signs it, as typed. Plain text from outside: escape where shown.
    pub author: String,
    /// Plain text from outside: escape where shown.
    pub body: String,
    pub state: CommentState,
    /// Why it is rejected, if somebody said so.
    pub reason: Option<Reason>,
    pub created: Timestamp,
    pub decision: Option<Decision>,
    /// The comment that it answers.
    pub parent: Option<CommentId>,
    pub likes: u64,
}

/// What a reader sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewComment {
    pub article: ArticleId,
    pub author: CommentAuthor,
    pub body: CommentBody,
    /// Two submissions with the same key are one.
    pub key: Option<SubmissionKey>,
    /// The sender's network: /24 of IPv4, /48 of IPv6.
    pub network: String,
    /// What the rules found in its text.
    pub hits: Vec<Hit>,
    /// Its letters without marks, spaces and punctuation.
    pub fingerprint: String,
    /// The rules that reject a comment before a moderator sees it. It is kept all the same.
    pub rejecting: Vec<Rule>,
    /// The comment that it answers. Answers are one level deep: an answer to an answer is one to what that
    /// answers.
    pub parent: Option<CommentId>,
    /// Where the newsroom can reach the writer; readers never see it.
    pub email: Option<CommentEmail>,
    /// Who the newspaper's own login says the writer is; empty: nobody knows.
    pub identity: String,
    /// The signed question that the writer's browser answered. It is good for one comment.
    pub challenge: Option<String>,
    pub publishing: Publishing,
}

#[cfg(test)]
impl NewComment {
    /// What a reader of no particular kind sends.
    pub fn example(article: ArticleId, body: &str) -> Self {
        Self {
            article,
            author: CommentAuthor::new("Lò Thị Mai").expect("it is a name"),
            body: CommentBody::new(body).expect("it is long enough"),
            key: None,
            network: "192.0.2.0/24".into(),
            hits: Vec::new(),
            fingerprint: String::new(),
            rejecting: Vec::new(),
            parent: None,
            email: None,
            identity: String::new(),
            challenge: None,
            publishing: Publishing::Held,
        }
    }
}

/// Whether readers see a comment before a moderator does. What a rule speaks against always waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publishing {
    /// After a moderator approved it.
    Held,
    /// At once; moderators look afterwards.
    AtOnce,
    /// At once, if moderators approved so many of the same reader and rejected none.
    Trusted { approved_min: u32 },
}

/// An address of e-mail (RFC 5321), as far as it can be told without writing to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentEmail(String);

/// What a browser makes up for one submission, so that sending it again makes no second comment
/// (`Idempotency-Key`, draft-ietf-httpapi-idempotency-key-header): 8 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SubmissionKey(String);

/// Who decided, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub by: Decider,
    pub at: Timestamp,
}

/// Whose decision it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decider {
    Account(AccountId),
    /// Whoever got a letter at this address.
    Mail(String),
}

/// Why a comment is rejected. The numbers are the keys of the moderators' desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    Insult,
    Vulgar,
    Advertising,
    Spam,
    FalseNews,
    OffTopic,
    PrivateData,
    Unlawful,
    Other,
}

/// Where a comment stands. Nothing is ever deleted: a rejected one is kept and can come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CommentState {
    Waiting,
    Approved,
    Rejected,
}

/// A text that may be a comment: NFC, trimmed, 5 to 500 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentBody(String);

/// A name that may sign a comment: NFC, one line, 1 to 60 characters, of which some can be seen. Characters that
/// turn the direction of what stands beside them are left out (UAX #9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentAuthor(String);

/// Why a text cannot be a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidComment {
    #[error("the comment is too short")]
    TooShort,
    #[error("the comment is too long")]
    TooLong,
    #[error("a name is required")]
    NameMissing,
    #[error("the name is too long")]
    NameTooLong,
    #[error("this is no address of e-mail")]
    EmailInvalid,
    /// Pages cannot show it and PostgreSQL does not keep it.
    #[error("there is a NUL character in it")]
    NotText,
}

/// The length of a text as a reader counts it: extended grapheme clusters (UAX #29) after NFC and
/// after trimming what cannot be seen at both ends. `static/comments.js` counts the same way.
pub fn length(text: &str) -> usize {
    trimmed(text).graphemes(true).count()
}

/// Without what cannot be seen at both ends, and NFC.
fn trimmed(text: &str) -> String {
    text.trim_matches(is_invisible).nfc().collect()
}

/// White space, and characters that show nothing: zero-width ones and the fillers of Hangul and
/// Braille. Inside a text they may mean something (they join emoji); at its ends they do not.
fn is_invisible(c: char) -> bool {
    let shows_nothing = matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    );
    c.is_whitespace() || shows_nothing
}

/// Whether a character turns the direction of the text after it.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl CommentBody {
    pub const LENGTH_MIN: usize = 5;
    pub const LENGTH_MAX: usize = 500;
    /// Longest comment in code points: emoji take several, a heap of combining marks is no text.
    pub const CODE_POINTS_MAX: usize = 10 * Self::LENGTH_MAX;

    /// Takes the text as typed.
    pub fn new(typed: &str) -> Result<Self, InvalidComment> {
        let body = trimmed(typed);
        if body.contains('\0') {
            return Err(InvalidComment::NotText);
        }
        if body.chars().count() > Self::CODE_POINTS_MAX {
            return Err(InvalidComment::TooLong);
        }
        match body.graphemes(true).count() {
            ..Self::LENGTH_MIN => Err(InvalidComment::TooShort),
            Self::LENGTH_MIN..=Self::LENGTH_MAX => Ok(Self(body)),
            _ => Err(InvalidComment::TooLong),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CommentAuthor {
    pub const LENGTH_MAX: usize = 60;
    /// A heap of combining marks, which would cover what stands above and below, is no name.
    pub const CODE_POINTS_MAX: usize = 3 * Self::LENGTH_MAX;

    /// The beginning of a name that somebody vouches for, however long it is.
    pub fn shortened(name: &str) -> Result<Self, InvalidComment> {
        let begins: String = name.trim().graphemes(true).take(Self::LENGTH_MAX).collect();
        Self::new(&begins)
    }

    /// Takes the name as typed; line breaks and runs of spaces become one space.
    pub fn new(typed: &str) -> Result<Self, InvalidComment> {
        let straight: String = typed.chars().filter(|c| !turns(*c)).collect();
        let words: Vec<&str> = straight.split_whitespace().collect();
        let name = trimmed(&words.join(" "));
        if name.contains('\0') {
            return Err(InvalidComment::NotText);
        }
        if name.chars().count() > Self::CODE_POINTS_MAX {
            return Err(InvalidComment::NameTooLong);
        }
        match name.graphemes(true).count() {
            0 => Err(InvalidComment::NameMissing),
            1..=Self::LENGTH_MAX => Ok(Self(name)),
            _ => Err(InvalidComment::NameTooLong),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CommentEmail {
    /// The longest path of RFC 5321, without its brackets.
    pub const LENGTH_MAX: usize = 254;

    /// Takes the address as typed; `None` for an empty field.
    pub fn new(typed: &str) -> Result<Option<Self>, InvalidComment> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let fits = typed.len() <= Self::LENGTH_MAX
            && !typed.chars().any(|c| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c));
        let has_parts = typed.rsplit_once('@').is_some_and(|(local, domain)| {
            let labels = domain.split('.');
            !local.is_empty() && labels.clone().count() > 1 && labels.clone().all(|l| !l.is_empty())
        });
        let email = || Some(Self(typed.nfc().collect()));
        if fits && has_parts { Ok(email()) } else { Err(InvalidComment::EmailInvalid) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl SubmissionKey {
    const LENGTH: std::ops::RangeInclusive<usize> = 8..=64;

    /// Takes it as sent; `None` if it cannot be a key.
    pub fn new(sent: &str) -> Option<Self> {
        let fits = Self::LENGTH.contains(&sent.len()) && sent.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self(sent.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Reason {
    /// In the order of their numbers.
    pub const ALL: [Self; 9] = [
        Self::Insult,
        Self::Vulgar,
        Self::Advertising,
        Self::Spam,
        Self::FalseNews,
        Self::OffTopic,
        Self::PrivateData,
        Self::Unlawful,
        Self::Other,
    ];

    /// The name in storage and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Insult => "insult",
            Self::Vulgar => "vulgar",
            Self::Advertising => "advertising",
            Self::Spam => "spam",
            Self::FalseNews => "false_news",
            Self::OffTopic => "off_topic",
            Self::PrivateData => "private_data",
            Self::Unlawful => "unlawful",
            Self::Other => "other",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

impl CommentState {
    /// The name in storage and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Approved, Self::Rejected].into_iter().find(|s| s.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_as_a_reader_counts() {
        assert_eq!(length("  Hay lắm  "), 7);
        // "ế" typed as e + ^ + ´ is one character, and so is a family of four.
        assert_eq!(length("e\u{302}\u{301}"), 1);
        assert_eq!(length("👨‍👩‍👧‍👦"), 1);
        assert_eq!(length(" \n\t "), 0);
        assert_eq!(length("\u{200b}\u{3164} \u{feff}"), 0);
        assert_eq!(length("\u{200b}Hay\u{200b}"), 3);
    }

    #[test]
    fn the_limits_are_inclusive() {
        assert_eq!(CommentBody::new("Hay ạ"), Ok(CommentBody("Hay ạ".into())));
        assert_eq!(CommentBody::new("Hay "), Err(InvalidComment::TooShort));
        assert!(CommentBody::new(&"ạ".repeat(500)).is_ok());
        assert_eq!(CommentBody::new(&"ạ".repeat(501)), Err(InvalidComment::TooLong));
        let heap = format!("Hay ạ{}", "\u{301}".repeat(6_000));
        assert_eq!(CommentBody::new(&heap), Err(InvalidComment::TooLong));
    }

    #[test]
    fn what_nobody_can_read_is_no_text() {
        assert_eq!(CommentBody::new("Bài \0 hay"), Err(InvalidComment::NotText));
        assert_eq!(CommentAuthor::new("M\0ai"), Err(InvalidComment::NotText));
    }

    #[test]
    fn a_key_of_a_submission_is_short_and_visible() {
        assert!(SubmissionKey::new("4f1c9a52-8d3e").is_some());
        let bad = ["", "short", "has a space", "chữ-việt", &"a".repeat(65)];
        assert!(bad.iter().all(|sent| SubmissionKey::new(sent).is_none()));
    }

    #[test]
    fn an_address_of_email_has_two_parts() {
        let email = |typed: &str| CommentEmail::new(typed).map(|email| email.map(|email| email.0));
        assert_eq!(email("  "), Ok(None));
        assert_eq!(email(" mai@bao.example "), Ok(Some("mai@bao.example".into())));
        let long = format!("{}@bao.example", "a".repeat(254));
        for bad in
            ["mai", "@bao.example", "mai@bao", "mai@.example", "a b@c.d", "a@b.c\nBcc: d", &long]
        {
            assert_eq!(email(bad), Err(InvalidComment::EmailInvalid), "{bad}");
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(CommentAuthor::new(" Lò \n Văn  Pánh ").unwrap().as_str(), "Lò Văn Pánh");
        for nothing in ["  ", "\u{200b}", "\u{3164}\u{202e}"] {
            assert_eq!(CommentAuthor::new(nothing), Err(InvalidComment::NameMissing));
        }
        assert_eq!(CommentAuthor::new("Mai\u{202e}iaM").unwrap().as_str(), "MaiiaM");
        let heap = format!("Mai{}", "\u{316}".repeat(200));
        assert_eq!(CommentAuthor::new(&heap), Err(InvalidComment::NameTooLong));
        let long = "Lò ".repeat(100);
        assert_eq!(CommentAuthor::new(&long), Err(InvalidComment::NameTooLong));
        assert!(CommentAuthor::shortened(&long).unwrap().as_str().starts_with("Lò Lò"));
    }
}
