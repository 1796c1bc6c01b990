//! The numbers of laws, decisions and party documents: `42-NQ/TW`, `84/2019/NĐ-CP`, `45/2019/QH14`,
//! `66.7/2025/NQ-CP`.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::letters;
use super::number::{Number, cardinal, in_code, is_year};
use super::table::{ABBREVIATIONS, DOCUMENTS, meaning};
use super::tokenize::{At, Kind};

/// Words before a bare `15/2021` that make it a document's number and year.
pub(super) const NUMBERED: [&str; 12] =
    ["số", "định", "quyết", "thị", "tư", "luật", "lệnh", "luận", "hoạch", "nđ", "qđ", "tt"];

/// Codes that one number may have; bounds the look-ahead.
const CODES_MAX: usize = 6;

pub(super) fn read(at: At) -> Option<Reading> {
    let number = at.digits(0);
    if number.len() > 6 {
        return None;
    }
    let (mut spoken, k) = serial(at);
    let year = at.is(k, "/") && is_year(at.digits(k + 1));
    let end = if year { k + 2 } else { k };
    let codes = codes(at, end);
    if year {
        spoken.push_str(", năm ");
        spoken.push_str(&cardinal(at.digits(k + 1)));
    }
    let Some(codes) = codes else {
        let named = at.follows(&NUMBERED) || follows_code(at);
        let bare = year && named && !matches!(at.text(end), "/" | "-");
        return bare.then(|| Reading::new(end, SemioticClass::DocumentNumber, spoken));
    };
    spoken.push_str(", ");
    spoken.push_str(&codes.spoken.join(" "));
    let reading = Reading::new(codes.end, SemioticClass::DocumentNumber, spoken);
    Some(match codes.unknown {
        Some(code) => reading.doubtful(
            NoteKind::UnknownAcronym,
            format!("{code:?} in a document number, said by its letters"),
        ),
        None => reading,
    })
}

/// The number itself and the offset after it. One of a series is numbered within a year: `66.7/2025`.
fn serial(at: At) -> (String, isize) {
    const PART_MAX: usize = 2;
    let (number, part) = (at.digits(0), at.digits(2));
    let dated = at.is(3, "/") && is_year(at.digits(4));
    if !at.is(1, ".") || !(1..=PART_MAX).contains(&part.len()) || !dated {
        return (in_code(number), 1);
    }
    let fraction = Some(part.to_owned());
    let number = Number { integer: number.to_owned(), fraction, grouped: false };
    (number.spoken(), 3)
}

struct Codes<'t> {
    spoken: Vec<String>,
    end: isize,
    unknown: Option<&'t str>,
}

/// The codes after the number; each is led by a slash or a hyphen.
fn codes<'t>(at: At<'t>, start: isize) -> Option<Codes<'t>> {
    let mut codes = Codes { spoken: Vec::new(), end: start, unknown: None };
    let mut slash = start > 1;
    while codes.spoken.len() < CODES_MAX {
        let separator = at.text(codes.end);
        let k = codes.end + 1;
        let is_code = matches!(at.kind(k), Kind::Caps | Kind::Mixed)
            || at.kind(k) == Kind::Letter && !codes.spoken.is_empty();
        if !matches!(separator, "/" | "-" | "–" | "&" | ".") || !is_code {
            break;
        }
        if separator == "." && codes.spoken.is_empty() {
            break;
        }
        slash |= separator == "/";
        let (spoken, end, known) = code(at, k);
        if !known {
            codes.unknown = Some(at.text(k));
        }
        codes.spoken.push(spoken);
        codes.end = end;
    }
    // One code after one hyphen (`95-III`, `29-B1`) may be anything; a known kind of document is
    // needed then.
    let sure = slash || codes.spoken.len() > 1;
    let first = start + 1;
    let kind = meaning(&DOCUMENTS, at, first).is_some() && codes.unknown.is_none();
    (!codes.spoken.is_empty() && (sure || kind)).then_some(codes)
}

/// One code, the offset after it, and whether a table knows it.
fn code(at: At, k: isize) -> (String, isize, bool) {
    let numbered = |spoken: &str, end: isize| {
        let digits = at.digits(end);
        if digits.is_empty() || spoken.is_empty() {
            return (spoken.to_owned(), end);
        }
        // `QH15`, `UBTVQH14`: the number is the legislature's.
        let term = if spoken.ends_with("quốc hội") { " khóa" } else { "" };
        (format!("{spoken}{term} {}", cardinal(digits)), end + 1)
    };
    // What the sentence called the document decides between meanings, so look from the number.
    if let Some((meaning, end)) = DOCUMENTS.longest(at, k).and_then(|(meanings, end)| {
        Some((meanings.iter().find(|meaning| meaning.holds(name_of(at), end))?, end))
    }) {
        let (spoken, end) = numbered(meaning.spoken, end);
        return (spoken, end, true);
    }
    // A guess is not good enough for the name of an office: its letters are what is printed.
    let known = meaning(&ABBREVIATIONS, at, k).filter(|(meaning, _)| !meaning.doubtful);
    if let Some((meaning, end)) = known {
        let (spoken, end) = numbered(meaning.spoken, end);
        return (spoken, end, true);
    }
    let (spoken, end) = numbered(&letters::spelled(at.text(k)), k + 1);
    (spoken, end, false)
}

/// `TT-BTC 78/2021`: the codes stand before the number.
fn follows_code(at: At) -> bool {
    let code = at.back(1);
    at.dash(code - 1) && at.kind(code) == Kind::Caps && meaning(&DOCUMENTS, at, code).is_some()
}

/// The place after the document's name: `Quy định số |41-QĐ/TW` -> `Quy định |số`.
fn name_of(at: At) -> At {
    if at.follows(&["số"]) { at.moved(at.back(1)) } else { at }
}
