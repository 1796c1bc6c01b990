//! Letters that old texts write with others: capitals in TCVN3, and the letter Đ.

use super::syllable::is_syllable;

/// Letters of an abbreviation; longer words in capitals may be Icelandic.
const ABBREVIATION_MAX: usize = 5;

/// Text from TCVN3 with capitals throughout a word: its capital fonts draw capitals at the places
/// of the small letters, so that `CéNG` is CỘNG.
pub fn with_even_capitals(text: &str) -> String {
    let words: Vec<&str> = text.split_inclusive(|c: char| !c.is_alphabetic()).collect();
    let cases: Vec<Case> = words.iter().map(|word| Case::of(word)).collect();
    let mut out = String::with_capacity(text.len());
    for (at, word) in words.iter().enumerate() {
        let is_capital = match cases[at] {
            Case::Capital => true,
            // `X·` is Xã or XÃ, as the words beside it are.
            Case::Unclear => {
                let mut before = cases[..at].iter().rev().filter(|case| **case != Case::None);
                let mut after = cases[at + 1..].iter().filter(|case| **case != Case::None);
                let beside = [before.next(), after.next()];
                beside.iter().flatten().count() > 0
                    && beside.into_iter().flatten().all(|case| *case == Case::Capital)
            }
            Case::Small | Case::None => false,
        };
        if is_capital {
            out.extend(word.chars().flat_map(char::to_uppercase));
        } else {
            out.push_str(word);
        }
    }
    out
}

/// What the ASCII letters of a word say about its case.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// No letters.
    None,
    Small,
    /// At most one ASCII letter, and that a capital.
    Unclear,
    Capital,
}

impl Case {
    fn of(word: &str) -> Self {
        let letters = || word.chars().filter(|c| c.is_alphabetic());
        let (plain, marked): (Vec<char>, Vec<char>) = letters().partition(char::is_ascii);
        match plain.iter().filter(|c| c.is_ascii_uppercase()).count() {
            _ if plain.is_empty() && marked.is_empty() => Self::None,
            capitals if capitals < plain.len() => Self::Small,
            0 | 1 => Self::Unclear,
            _ => Self::Capital,
        }
    }
}

/// The text with the Vietnamese Đ (U+0110) in syllables that were written with the letters that
/// look like it, the Icelandic Ð and the African Ɖ; `None` if there are none.
pub fn with_real_d(text: &str) -> Option<String> {
    if text.is_ascii() || !text.contains(['Ð', 'ð', 'Ɖ']) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive(|c: char| !c.is_alphanumeric() && !is_mark(c)) {
        let word = part.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_mark(c));
        let real = word.replace(['Ð', 'Ɖ'], "Đ").replace('ð', "đ");
        let is_vietnamese = is_syllable(&real) || is_abbreviation(&real);
        out.push_str(if is_vietnamese { &real } else { word });
        out.push_str(&part[word.len()..]);
    }
    Some(out).filter(|out| out != text)
}

/// Such as QĐ and HĐND.
fn is_abbreviation(word: &str) -> bool {
    word.chars().count() <= ABBREVIATION_MAX && word.chars().all(char::is_uppercase)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}
