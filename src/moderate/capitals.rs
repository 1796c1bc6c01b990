//! Comments that are shouted.

use std::ops::Range;

use crate::domain::rule::{Hit, Rule};

/// Fewest letters of a comment in capitals: shorter ones may be abbreviations (`UBND TP.HCM`).
const CAPITALS_LETTERS_MIN: usize = 12;

/// From more than this share of capitals on, a comment is shouted.
const CAPITALS_PERCENT: usize = 70;

/// A comment that is written in capitals, from its first letter to its last.
pub(super) fn hits(text: &str) -> Option<Hit> {
    // Enough plain small letters, which are quickly counted, settle nearly every comment.
    let small = text.bytes().filter(u8::is_ascii_lowercase).count();
    if 100 * small >= (100 - CAPITALS_PERCENT) * text.chars().count() {
        return None;
    }
    let (mut capitals, mut letters) = (0, 0);
    let mut span: Option<Range<usize>> = None;
    for (start, c) in text.char_indices().filter(|(_, c)| c.is_alphabetic()) {
        letters += 1;
        capitals += usize::from(c.is_uppercase());
        span.get_or_insert(start..start).end = start + c.len_utf8();
    }
    let shouted = letters >= CAPITALS_LETTERS_MIN && 100 * capitals > CAPITALS_PERCENT * letters;
    span.filter(|_| shouted).map(|span| Hit::new(Rule::Capitals, span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shouting_is_long_and_mostly_capitals() {
        let shouted = "  CÁC ÔNG LÀM ĂN THẾ À!";
        assert_eq!(hits(shouted), Some(Hit::new(Rule::Capitals, 2..shouted.len() - 1)));
        for calm in ["UBND TP.HCM", "UBND TP.HCM nói gì?", "OK", "", "12345678901234"] {
            assert_eq!(hits(calm), None, "{calm}");
        }
    }
}
