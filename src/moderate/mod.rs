//! The rules that look at a comment's text before a moderator does.
//!
//! A hit is a hint with its place, never a verdict: whether a comment waits, or is turned down,
//! is decided by the caller from the rules that hit. What each rule means is said at [`Rule`](crate::domain::rule::Rule).
//!
//! ```text
//! text -fold-> letters -words+spelling+term-> hits of the two lists
//! text -capitals, links, phones, repetition-> hits of the other rules
//! ```
//!
//! Nothing here fails on a comment, reads a file or keeps a state: the lists come in as bytes.
//! How a term of the lists is found, and when it is not:
//!
//! - It is a whole word or several, with the list's marks; the tone may stand on another vowel.
//! - Of terms with two syllables and more, any syllable may be without marks at all. Other marks
//!   make another word: `lúa đao` is not `lừa đảo`. One syllable without its marks is also another
//!   word (`cac` is mostly `các`), so `dm` is listed beside `đm`. A term that the list writes
//!   without marks is found only without marks.
//! - Its letters may be apart (`l.ừ.a đ ả o`), or its syllables together (`lừađảo`). The end of a
//!   clause between them keeps them apart: `bị lừa. Đảo xa`.
//! - Look-alikes (`сhо` in Cyrillic, `đ@o`, `l0n`) and teencode (`zảo`, `ckó`) are read as what
//!   they stand for, but one standard spelling never as another: `da` is not `gia`.
//!
//! Known limits: a letter that a sign replaces without looking like it (`l*a`) stays unread, and so
//! does a syllable with a part of its marks (`lừa đao`). Since any syllable may be unmarked, `chó
//! chết` in a list would also be found in `đánh cho chết`: lists are written with that in mind.

mod capitals;
mod fold;
mod letter;
mod links;
mod lookalike;
mod phones;
mod repetition;
mod spelling;
mod term;
#[cfg(test)]
mod tests;
mod words;

pub use fold::fingerprint;
pub use words::{ListError, ListErrorKind, ListTexts, WordLists};

use crate::domain::rule::Hit;

/// The lists that are compiled in: a beginning, which a newsroom makes its own.
pub const BLOCKED: &str = include_str!("lists/blocked.txt");
pub const SUSPECT: &str = include_str!("lists/suspect.txt");

/// Looks at comments with one pair of lists. Cheap to share between threads, slow to build.
#[derive(Clone, Debug)]
pub struct Examiner {
    lists: WordLists,
}

impl Examiner {
    pub fn new(lists: WordLists) -> Self {
        Self { lists }
    }

    /// Everything that a moderator should look at: sorted by position, no hit twice. Spans of
    /// different terms and rules may overlap.
    ///
    /// Takes any text; meant for a comment: NFC, at most 5,000 code points.
    pub fn examine(&self, text: &str) -> Vec<Hit> {
        let letters = fold::letters(text);
        let mut hits = self.lists.hits(&letters);
        hits.extend(links::hits(text));
        hits.extend(phones::hits(text));
        hits.extend(capitals::hits(text));
        hits.extend(repetition::hits(text, &letters));
        hits.sort_unstable_by(Hit::by_position);
        hits.dedup();
        hits
    }
}
