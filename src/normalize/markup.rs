//! Markup that was left in the text: `<b>`, `</math>`. It is for machines and is not said.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::tokenize::{At, Kind};

/// Names of the elements of HTML that may stand inside a paragraph, and the tags by which other
/// programs mark a stretch of English.
const ELEMENTS: [&str; 18] = [
    "a", "b", "br", "code", "del", "em", "en", "i", "ins", "mark", "math", "p", "span", "strong",
    "sub", "sup", "u", "vi",
];

/// Reads a tag without attributes as silence.
pub(super) fn read(at: At) -> Option<Reading> {
    let end = tag_end(at, 0)?;
    let message = "markup left out";
    Some(
        Reading::new(end, SemioticClass::Punctuation, "")
            .doubtful(NoteKind::UnknownSymbol, message),
    )
}

/// The offset after the tag that begins at `k`.
fn tag_end(at: At, k: isize) -> Option<isize> {
    let name = if at.is(k + 1, "/") { k + 2 } else { k + 1 };
    let close = if at.is(name + 1, "/") { name + 2 } else { name + 1 };
    let is_tag = at.is(k, "<")
        && at.kind(name) == Kind::Lower
        && ELEMENTS.contains(&at.text(name))
        && at.is(close, ">");
    is_tag.then_some(close + 1)
}
