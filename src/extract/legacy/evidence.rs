//! How Vietnamese a text is, as read and as it would be in another encoding.

use std::borrow::Cow;
use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use super::charset::Charset;
use super::syllable::is_syllable;
use crate::extract::text::{is_letter, is_nfc};

/// Different syllables that an encoding must give before it is believed without other signs. Words
/// of other languages become one by chance, seldom two: `Loïc` is `Lọc` in VNI.
const FRESH_MIN: usize = 5;

/// What reading a text in an encoding would change.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    pub charset: Charset,
    /// Syllables won plus broken words mended, less the other way round.
    pub gain: isize,
    /// Different syllables that were not there before.
    fresh: usize,
    after: Words,
}

impl Offer {
    /// The offers of all encodings that would change the text, if one might convince.
    pub fn all(text: &str) -> Vec<Self> {
        let before = normal(text);
        if has_lone_signs(text) || is_vietnamese(&before) {
            return Vec::new();
        }
        let mut found = HashSet::new();
        let words_before = Words::of(&before, &mut found);
        let offer = |charset: Charset| {
            let decoded = charset.decode(text);
            if decoded == text {
                return None;
            }
            let (mut won, after) = (HashSet::new(), normal(&decoded));
            let words = Words::of(&after, &mut won);
            let fresh = won.difference(&found).count();
            Some(Self { charset, gain: words.worth() - words_before.worth(), fresh, after: words })
        };
        Charset::ALL.into_iter().filter_map(offer).collect()
    }

    /// Whether the text is to be read so. `expected` says that the font or the rest of the page
    /// speaks for the encoding.
    pub fn convinces(&self, expected: bool) -> bool {
        if self.charset == Charset::Utf8 {
            // No other text has these sequences; a single syllable will do.
            return if expected { self.gain >= 0 } else { self.gain > 0 && self.fresh > 0 };
        }
        let Words { syllables, broken, foreign } = self.after;
        if expected {
            return self.fresh > 0 && self.gain > 0 && syllables >= broken;
        }
        self.fresh >= FRESH_MIN
            && self.gain >= FRESH_MIN.cast_signed()
            && syllables >= 3 * broken
            && syllables > foreign
    }
}

/// The words of a text.
#[derive(Clone, Copy, Debug, Default)]
struct Words {
    /// With marks; those in plain ASCII say nothing about the encoding.
    syllables: usize,
    /// With marks and no syllables, or with a sign inside that is no letter.
    broken: usize,
    /// In plain ASCII and no syllables: words of another language, or names.
    foreign: usize,
}

impl Words {
    fn of<'a>(text: &'a str, found: &mut HashSet<&'a str>) -> Self {
        let mut words = Self::default();
        for word in parts(text) {
            if word.is_ascii() {
                let is_word = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
                words.foreign += usize::from(is_word && !is_syllable(word));
            } else if is_even_syllable(word) {
                words.syllables += 1;
                // What was a lone sign, as in `© 2001`, may be a letter and prove nothing.
                if word.bytes().any(|byte| byte.is_ascii_alphabetic()) || word.chars().count() > 1 {
                    found.insert(word);
                }
            } else {
                words.broken += 1;
            }
        }
        words
    }

    fn worth(self) -> isize {
        self.syllables.cast_signed() - self.broken.cast_signed()
    }
}

/// In the form that syllables are counted in.
fn normal(text: &str) -> Cow<'_, str> {
    if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) }
}

/// Whether nothing but signs and blanks that stand alone is not ASCII, as in `© 2001`: whatever
/// they become, it is no word that counts.
fn has_lone_signs(text: &str) -> bool {
    let mut after_border = true;
    let mut after_sign = false;
    text.chars().all(|c| {
        let is_border = matches!(c, ' ' | '\n' | '\t');
        let is_sign = !c.is_ascii() && !is_letter(c) && !is_mark(c);
        let fits = if is_sign { after_border } else { is_border || !after_sign && is_printed(c) };
        (after_border, after_sign) = (is_border, is_sign);
        fits
    })
}

/// Whether all words with marks are syllables, and there is nothing but letters that another
/// encoding makes letters of: none can win a syllable then.
fn is_vietnamese(text: &str) -> bool {
    // In VISCII control characters are letters.
    let stays = |c: char| match c {
        '\t' | '\n' | '\r' => true,
        _ if c.is_ascii() => is_printed(c),
        _ => is_letter(c) || is_mark(c),
    };
    text.chars().all(stays) && parts(text).all(|word| word.is_ascii() || is_even_syllable(word))
}

fn is_even_syllable(word: &str) -> bool {
    has_even_case(word) && is_syllable(word)
}

fn is_printed(c: char) -> bool {
    matches!(c, ' '..='~')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// The words of a text and the signs inside them.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_part(c)).map(|word| word.trim_matches(is_sign))
}

fn is_part(c: char) -> bool {
    is_letter(c) || c.is_numeric() || is_sign(c) || is_mark(c)
}

/// The signs of ISO 8859-1, at whose places the old encodings have letters.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{a1}'..='\u{bf}' | '×' | '÷') && !c.is_alphabetic()
}

/// False where a capital with a mark follows a small letter, as wrong encodings have it.
fn has_even_case(word: &str) -> bool {
    let mut after_small = false;
    word.chars().all(|c| {
        let even = c.is_ascii() || !c.is_uppercase() || !after_small;
        after_small = c.is_lowercase();
        even
    })
}
