//! Punctuation: what becomes a pause, what is silent, and where a sentence may end.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::tokenize::{At, Kind};

/// Reads a mark that no rule has claimed.
pub(super) fn read(at: At) -> Reading {
    let pause = |spoken: &str| Reading::new(1, SemioticClass::Punctuation, spoken);
    match at.text(0) {
        "." if is_ellipsis(at) => pause(if at.is(1, ".") { "" } else { trailing(at) }),
        "." if matches!(at.text(1), "," | ";" | ":") => pause(""),
        "." if stops(at) => pause("."),
        "." => pause(if at.kind(1) == Kind::Lower { "," } else { "" }),
        "…" => pause(trailing(at)),
        "?" | "!" => pause(at_text(at)),
        "," => pause(","),
        ";" | ":" | "(" | ")" | "[" | "]" | "{" | "}" | "|" => pause(","),
        "-" | "–" => pause(dash(at)),
        "/" => pause(slash(at)),
        "\"" | "'" | "`" | "_" | "*" | "#" | "~" | "\\" | "^" | "+" | "•" | "·" | "●" | "■"
        | "▪" | "◆" | "►" | "→" | "✓" | "★" | "☆" | "©" | "®" | "™" | "‹" | "›" => {
            pause("")
        }
        sign => Reading::new(1, SemioticClass::Symbol, "")
            .doubtful(NoteKind::UnknownSymbol, format!("no reading for {sign:?}")),
    }
}

/// The mark itself; both marks are said as they are written.
fn at_text(at: At) -> &'static str {
    if at.is(0, "?") { "?" } else { "!" }
}

/// Between words with spaces around it a dash is a pause; inside a compound it is silent.
fn dash(at: At) -> &'static str {
    let inside = at.kind(-1).is_word() && (at.kind(1).is_word() || at.kind(1) == Kind::Digits);
    if inside || at.kind(-1) == Kind::Edge { "" } else { "," }
}

/// A slash between words offers a choice; between letters and codes it is silent.
fn slash(at: At) -> &'static str {
    let words = |k| matches!(at.kind(k), Kind::Lower | Kind::Capital | Kind::Space);
    if words(-1) && words(1) { "," } else { "" }
}

fn is_ellipsis(at: At) -> bool {
    at.is(1, ".") || at.is(-1, ".")
}

/// An ellipsis ends the sentence when nothing goes on in small letters.
fn trailing(at: At) -> &'static str {
    if follows_boundary(at) { "." } else { "," }
}

/// Whether the full stop here stops the voice, rather than standing inside an address or number.
fn stops(at: At) -> bool {
    match at.kind(1) {
        Kind::Edge | Kind::Mark | Kind::Space => true,
        // `chủ đạo.Quan tâm`: the space is missing.
        Kind::Capital | Kind::Caps | Kind::Letter => {
            matches!(at.kind(-1), Kind::Lower | Kind::Digits | Kind::Capital | Kind::Mark)
                && at.kind(1) != Kind::Caps
                || at.kind(-1) == Kind::Lower
        }
        Kind::Digits => false,
        _ => false,
    }
}

/// Whether what comes after a mark can begin a sentence: anything but a small letter.
fn follows_boundary(at: At) -> bool {
    const LOOK_MAX: isize = 4;
    for k in 1..=LOOK_MAX {
        match at.kind(k) {
            Kind::Edge => return true,
            Kind::Space if at.is(k, "\n") => return true,
            Kind::Space => {}
            Kind::Mark if closes_or_opens(at.text(k)) => {}
            Kind::Lower => return false,
            Kind::Mark if matches!(at.text(k), "," | ";" | ":") => return false,
            _ => return true,
        }
    }
    true
}

/// Quotes and brackets, which may stand between a full stop and the next sentence.
fn closes_or_opens(mark: &str) -> bool {
    matches!(mark, "\"" | "'" | "(" | ")" | "[" | "]" | "-" | "–")
}

/// Whether an utterance may end after the token here: a closing mark with all quotes and brackets
/// that follow it, or the end of a line.
pub(super) fn may_end(at: At, class: SemioticClass) -> bool {
    if at.is(0, "\n") {
        return true;
    }
    let closing = match at.text(0) {
        "." => class == SemioticClass::Punctuation && stops(at) && follows_boundary(at),
        "?" | "!" | "…" => class == SemioticClass::Punctuation && follows_boundary(at),
        "\"" | "'" | ")" | "]" => {
            // The full stop may stand before the quote: `… thôi.” Ông nói`.
            let ended = (1..=2).any(|back| {
                let between = (1..back).all(|k| matches!(at.text(-k), "\"" | "'" | ")" | "]"));
                between && matches!(at.text(-back), "." | "?" | "!" | "…")
            });
            ended && at.kind(1) == Kind::Space && follows_boundary(at)
        }
        _ => return false,
    };
    // A further closing mark belongs to the same sentence.
    let goes_on = matches!(at.text(1), "." | "?" | "!" | "…" | "\"" | "'" | ")" | "]")
        && !(matches!(at.text(1), "\"" | "'") && at.kind(2).is_word());
    closing && !goes_on
}
