//! Words in capitals: acronyms that no table knows, and headlines in which capitals mean nothing.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::foreign;
use super::letters::{self, SPELLED_MAX, spelled};
use super::roman;
use super::table::{ABBREVIATIONS, alternatives};
use super::tokenize::{At, Kind};

/// How far to both sides a headline is looked for.
const WINDOW: isize = 14;

/// Words in capitals of which a headline has this many at least.
const SHOUTED_MIN: usize = 3;

/// Whether everything around is in capitals, some of it with the marks that only words have.
fn is_shouted(at: At) -> bool {
    let (mut capitals, mut marked) = (0, false);
    for direction in [-1, 1] {
        for k in (1..=WINDOW).map(|step| step * direction) {
            match at.kind(k) {
                Kind::Edge => break,
                Kind::Space if at.is(k, "\n") => break,
                Kind::Caps => {
                    capitals += 1;
                    marked |= has_marks(at.text(k));
                }
                // A unit or `x` may stay small.
                Kind::Lower if at.text(k).len() > 2 => return false,
                Kind::Capital | Kind::Mixed => return false,
                _ => {}
            }
        }
    }
    capitals + 1 >= SHOUTED_MIN && (marked || has_marks(at.text(0)))
}

/// Marks other than that of Đ and those of letters in acronyms (Ô, Ư) are found in words only.
fn has_marks(word: &str) -> bool {
    word.chars().any(|c| !c.is_ascii() && !matches!(c, 'Đ' | 'Ư' | 'Ô' | 'Ơ' | 'Â' | 'Ê'))
}

/// From this many letters on, capitals that can be said are a name (`SABECO`), not an acronym.
const WORD_MIN: usize = 6;

/// `bão số 3 (YAGI)`: storms are named in capitals.
fn names_storm(at: At) -> bool {
    const WORDS_BACK: usize = 8;
    matches!(at.before(1), "(" | "\"" | "bão") && at.near(WORDS_BACK, &["bão"])
}

/// A word of a headline in capitals: `NHÀ ĐẦU TƯ VI PHẠM`. What can be a Vietnamese word is one
/// there, even where a table or a numeral would claim it.
pub(super) fn read_shouted(at: At) -> Option<Reading> {
    let written = at.text(0);
    if at.kind(0) != Kind::Caps || at.kind(1) == Kind::Digits || !is_shouted(at) {
        return None;
    }
    let small = written.to_lowercase();
    if foreign::is_vietnamese(&small) {
        let numeral = roman::value(written).is_some() && roman::triggered(at);
        return (!numeral).then(|| Reading::new(1, SemioticClass::Word, small));
    }
    let name = !letters::is_known(at, 0) && is_pronounceable(&small);
    name.then(|| foreign_word(written, &small))
}

/// Whether small letters make a word rather than an acronym: a vowel, and no more consonants in a
/// row than words have.
fn is_pronounceable(small: &str) -> bool {
    const LETTERS_MIN: usize = 4;
    const CONSONANTS_MAX: usize = 2;
    let (mut run, mut longest) = (0, 0);
    for c in small.chars() {
        run = if foreign::is_vowel(c) { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    small.chars().count() >= LETTERS_MIN
        && small.chars().any(foreign::is_vowel)
        && longest <= CONSONANTS_MAX
}

fn foreign_word(written: &str, small: &str) -> Reading {
    Reading::new(1, SemioticClass::Foreign, titled(small))
        .doubtful(NoteKind::ForeignWord, format!("{written:?} read as a word"))
}

/// Capitals that no table has read: a word said loudly, or letters.
pub(super) fn read(at: At) -> Reading {
    let written = at.text(0);
    let small = written.to_lowercase();
    let heading = in_capitals(at);
    let vietnamese = foreign::is_vietnamese(&small);
    let marked = has_marks(written);
    // A syllable of three letters and more is sooner a word said loudly than an acronym.
    let speakable = small.chars().any(foreign::is_vowel);
    if marked && speakable || vietnamese && (heading || written.chars().count() > 2) {
        return Reading::new(1, SemioticClass::Word, small);
    }
    let letters = written.chars().count();
    let word = (letters >= WORD_MIN || names_storm(at)) && is_pronounceable(&small);
    if speakable && (letters > SPELLED_MAX || heading && letters > 5) || word {
        return foreign_word(written, &small);
    }
    let spoken = spelled(written);
    if spoken.is_empty() {
        return Reading::new(1, SemioticClass::Word, small);
    }
    let reading = Reading::new(1, SemioticClass::Acronym, spoken);
    // A table knows it, but none of its conditions holds here.
    let known = alternatives(&ABBREVIATIONS, at, 0, None);
    if !known.is_empty() {
        return reading.or_else_read(written, &known);
    }
    reading.doubtful(NoteKind::UnknownAcronym, format!("{written:?} said by its letters"))
}

/// A word with its first letter large.
pub(super) fn titled(small: &str) -> String {
    let mut chars = small.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

/// Whether the text around is in capitals, so that capitals mean nothing: a neighbour is a word of
/// capitals that can only be Vietnamese.
fn in_capitals(at: At) -> bool {
    let neighbour = |k: isize| {
        let word = at.text(k);
        let caps = matches!(at.kind(k), Kind::Caps);
        caps && roman::value(word).is_none() && foreign::is_vietnamese(&word.to_lowercase())
    };
    let next = at.skip_space(1);
    [at.back(1), at.back(2), next, at.skip_space(next + 1)].into_iter().any(neighbour)
}
