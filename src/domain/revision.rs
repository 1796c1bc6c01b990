//! What happens when a site shows another text than the one that was read.

use std::collections::HashSet;

use super::article::Article;
use super::units::Timestamp;

/// What is done with a text that changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnChange {
    /// The sentences that changed are read at once.
    #[default]
    Read,
    /// An editor is shown what changed, and decides.
    Wait,
}

/// What is known of a text that an article has, or had, at its site and that is not the one that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisionState {
    /// An editor decides about it.
    Waiting,
    /// So does an editor, because it looks like a paywall or an error page in place of the article.
    Doubtful,
    /// It is to be read.
    Accepted,
    /// The reading stays as it is.
    Refused,
}

/// A text of an article that is not the one that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub article: Article,
    /// SHA-256 of what would be read.
    pub hash: String,
    pub state: RevisionState,
    /// When it was seen first.
    pub seen: Timestamp,
}

/// The text of an article that is to be read: a newer one that an editor has accepted, else the one that was.
pub fn text_to_read<'a>(read: &'a Article, newer: Option<&'a Revision>) -> &'a Article {
    newer
        .filter(|newer| newer.state == RevisionState::Accepted)
        .map_or(read, |newer| &newer.article)
}

/// A text shorter than this says too little to be compared by its length.
const CHARS_MIN: usize = 300;

/// What is left of an article behind a paywall: the lead, and the beginning.
const LEFT_AT_LEAST: f64 = 0.4;

impl OnChange {
    const ALL: [Self; 2] = [Self::Read, Self::Wait];

    /// The name in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Wait => "wait",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// What becomes of a new text; `None`: it is read. What a newsroom's own program hands over was meant, so only
    /// what was fetched can be doubtful.
    pub fn judge(self, old: &Article, new: &Article, was_fetched: bool) -> Option<RevisionState> {
        if was_fetched && is_replaced(old, new) {
            return Some(RevisionState::Doubtful);
        }
        (self == Self::Wait).then_some(RevisionState::Waiting)
    }
}

/// Whether a page no longer shows its article: most of it is gone, or all of it is something else.
fn is_replaced(old: &Article, new: &Article) -> bool {
    let (before, after) = (chars(old), chars(new));
    if before >= CHARS_MIN && (after as f64) < LEFT_AT_LEAST * before as f64 {
        return true;
    }
    let known: HashSet<&str> = old.parts().map(|(_, text)| text).collect();
    !known.is_empty() && new.parts().all(|(_, text)| !known.contains(text))
}

fn chars(article: &Article) -> usize {
    article.parts().map(|(_, text)| text.chars().count()).sum()
}

impl RevisionState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Doubtful, Self::Accepted, Self::Refused];

    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Doubtful => "doubtful",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// An editor has to decide.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Doubtful)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::{Block, BlockKind};

    fn article(title: &str, paragraphs: &[&str]) -> Article {
        let block = |text: &&str| Block { kind: BlockKind::Paragraph, text: (*text).to_owned() };
        Article {
            title: title.to_owned(),
            blocks: paragraphs.iter().map(block).collect(),
            ..Article::default()
        }
    }

    #[test]
    fn a_paywall_or_an_error_page_is_no_new_text() {
        let long = "Cây cầu treo bắc qua suối Nậm Pàn dài 45 mét. ".repeat(8);
        let old = article("Cầu mới", &[&long, &long, "Dân vui."]);
        let judge = |new: &Article| OnChange::Read.judge(&old, new, true);
        let doubtful = Some(RevisionState::Doubtful);
        assert_eq!(judge(&article("Cầu mới", &["Bạn hãy đăng nhập để đọc tiếp."])), doubtful);
        let other = article("Không tìm thấy trang", &[&"Trang này không còn. ".repeat(40)]);
        assert_eq!(judge(&other), doubtful);
        assert_eq!(judge(&article("Cầu mới", &[&long, &long, "Dân rất vui."])), None);
        // A newsroom may shorten what it hands over itself.
        let short = article("Cầu mới", &["Đính chính."]);
        assert_eq!(OnChange::Read.judge(&old, &short, false), None);
        assert_eq!(OnChange::Wait.judge(&old, &short, false), Some(RevisionState::Waiting));
    }

    #[test]
    fn a_short_article_may_become_shorter() {
        let old = article("Mưa to", &["Sơn La mưa to.", "Suối dâng cao."]);
        assert_eq!(OnChange::Read.judge(&old, &article("Mưa to", &["Sơn La mưa."]), true), None);
    }
}
