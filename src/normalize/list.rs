//! Markers that open the item of a list: `1.`, `a)`, `II.`, `-`, `•`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::letters;
use super::number::cardinal;
use super::roman;
use super::tokenize::{At, Kind};

/// Signs that only show that an item begins.
const BULLETS: [&str; 12] = ["-", "–", "+", "*", "•", "●", "■", "▪", "◆", "►", "→", "✓"];

/// Reads a marker at the very start of a text or line, or the head of a section inside one.
pub(super) fn read_marker(at: At) -> Option<Reading> {
    let starts = match at.kind(-1) {
        Kind::Edge => true,
        Kind::Space => at.kind(-2) == Kind::Edge || at.is(-1, "\n"),
        _ => false,
    };
    if !starts {
        return read_section(at);
    }
    let marker = at.text(0);
    if BULLETS.contains(&marker) && at.kind(1) == Kind::Space {
        return Some(Reading::new(1, SemioticClass::ListMarker, ""));
    }
    let closed =
        matches!(at.text(1), "." | ")") && at.kind(2) == Kind::Space && at.kind(3) != Kind::Edge;
    if !closed {
        return None;
    }
    if names_place(at) {
        return None;
    }
    let spoken = match at.kind(0) {
        Kind::Digits if marker.len() <= 3 => cardinal(marker),
        Kind::Letter | Kind::Caps => match roman::value(marker) {
            Some(value) if at.is(1, ".") && value < 50 => super::number::cardinal_of(value),
            _ if at.kind(0) == Kind::Letter => letters::spelled(marker),
            _ => return None,
        },
        Kind::Lower if marker.chars().count() == 1 && at.is(1, ")") => letters::spelled(marker),
        _ => return None,
    };
    Some(Reading::new(2, SemioticClass::ListMarker, format!("{spoken},")))
}

/// How many tokens from the head of a section the next one or the one before stands at most.
const SECTION_TOKENS: isize = 300;

/// `... gồm: I. Tình hình. II. Nhiệm vụ.`: a numeral that heads a section inside a text, told from an
/// initial by what ends before it and by its neighbour in the sequence.
fn read_section(at: At) -> Option<Reading> {
    let opens = at.kind(-1) == Kind::Space && matches!(at.before(1), "." | ":" | ";" | "?" | "!");
    let closed = at.is(1, ".") && at.kind(2) == Kind::Space && at.kind(3) == Kind::Capital;
    let value = (opens && closed).then(|| roman::value(at.text(0)))??;
    let heads =
        |k: isize, wanted: u32| at.is(k + 1, ".") && roman::value(at.text(k)) == Some(wanted);
    let next = || (3..=SECTION_TOKENS).any(|k| heads(k, value + 1));
    let last = || (3..=SECTION_TOKENS).any(|k| heads(-k, value.wrapping_sub(1)));
    (value < 50 && (next() || last()))
        .then(|| Reading::new(1, SemioticClass::ListMarker, super::number::cardinal_of(value)))
}

/// `X. Chiềng Mung`, `P. Tô Hiệu`: a table knows the letter as a kind of place, and a name of two
/// words follows, which no item of a list begins with.
fn names_place(at: At) -> bool {
    let letter = at.kind(0) == Kind::Letter && at.is(1, ".");
    let name = at.kind(3) == Kind::Capital && at.kind(5) == Kind::Capital;
    letter && name && letters::is_known(at, 0)
}
