//! A letter as the rules see it: its base, its marks, and what stood before it.

use std::ops::Range;

/// One letter, or a run of the same letter, of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// `a` to `z`, `0` to `9`, or [`Letter::OTHER`].
    pub base: u8,
    pub quality: Quality,
    /// The tone as written on this letter; in the syllable it may stand on any vowel.
    pub tone: Tone,
    /// What stood before this letter.
    pub gap: Gap,
    /// How many equal letters were written: 4 for the last one of `lừaaaa`.
    pub run: u16,
    /// A digit or sign that stands for a letter, and cannot bear the letter's marks.
    pub guise: bool,
    /// Bytes in the comment.
    pub span: Range<usize>,
}

/// What a letter is besides its base letter: ă; â ê ô; ơ ư; đ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    Plain,
    Breve,
    Circumflex,
    Horn,
    Stroke,
}

/// The six tones, by their marks: ngang, huyền, sắc, hỏi, ngã, nặng.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Level,
    Grave,
    Acute,
    Hook,
    Tilde,
    Dot,
}

/// What stands between a letter and the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing, or only what cannot be seen.
    None,
    /// Signs that are put between the letters of a word, without a space: `l.ừ.a`, `lừa-đảo`.
    Mark,
    /// A space, or signs that separate words, such as `/`.
    Space,
    /// The end of a clause, a line, or the comment's start.
    Break,
}

impl Letter {
    /// The base of letters of other scripts: part of a word, but equal to no term's letter.
    pub const OTHER: u8 = b'~';

    pub fn is_digit(&self) -> bool {
        self.base.is_ascii_digit()
    }

    pub fn is_marked(&self) -> bool {
        self.quality != Quality::Plain || self.tone != Tone::Level
    }

    /// Whether this letter only lengthens the one before: `lừaaa`, `quáaa`, but not `lừaảo`,
    /// where the second letter has marks of its own.
    pub(super) fn lengthens(&self, before: &Letter) -> bool {
        let same_marks = (self.quality, self.tone) == (before.quality, before.tone);
        self.gap == Gap::None
            && self.base == before.base
            && self.base.is_ascii_lowercase()
            && (same_marks || !self.is_marked())
    }
}
