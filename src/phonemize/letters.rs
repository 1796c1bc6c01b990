//! A word as letters of the Vietnamese alphabet, each with the tone mark that stands on it.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::syllable::Tone;

/// A letter and what is written above or below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Lower-case, with the marks that make another vowel (`ă â ê ô ơ ư`), without tone.
    pub base: char,
    pub tone: Tone,
    /// It carries a mark that Vietnamese does not write there, as in `ü` or `ç`.
    pub foreign: bool,
}

impl Letter {
    pub fn is_vowel(self) -> bool {
        is_vowel(self.base)
    }
}

pub fn is_vowel(base: char) -> bool {
    matches!(base, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

/// The letters of `word`, whatever its case and normal form.
///
/// Canonical decomposition separates the marks, so one small table reads every accented letter.
/// Joiners inside the word (an apostrophe, a soft hyphen) are left out.
pub fn of(word: &str) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::with_capacity(8);
    for c in word.nfd().flat_map(char::to_lowercase) {
        if is_mark(c) {
            if let Some(letter) = letters.last_mut() {
                add_mark(letter, c);
            }
        } else if c.is_alphabetic() {
            letters.push(Letter { base: c, tone: Tone::Level, foreign: false });
        }
    }
    letters
}

/// Whether `c` is written above or below the letter before it. The first such character is
/// U+0300, and most text lies below, where the table need not be asked.
pub fn is_mark(c: char) -> bool {
    c >= '\u{300}' && is_combining_mark(c)
}

fn add_mark(letter: &mut Letter, mark: char) {
    let tone = match mark {
        '\u{300}' => Some(Tone::Falling),
        '\u{301}' => Some(Tone::Rising),
        '\u{309}' => Some(Tone::Dipping),
        '\u{303}' => Some(Tone::Broken),
        '\u{323}' => Some(Tone::Heavy),
        _ => None,
    };
    let base = match (letter.base, mark) {
        ('a', '\u{306}') => Some('ă'),
        ('a', '\u{302}') => Some('â'),
        ('e', '\u{302}') => Some('ê'),
        ('o', '\u{302}') => Some('ô'),
        ('o', '\u{31b}') => Some('ơ'),
        ('u', '\u{31b}') => Some('ư'),
        _ => None,
    };
    match (tone, base) {
        (Some(tone), _) if letter.is_vowel() && letter.tone == Tone::Level => letter.tone = tone,
        (None, Some(base)) => letter.base = base,
        _ => letter.foreign = true,
    }
}
