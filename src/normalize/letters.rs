//! Abbreviations in their context, initials, and acronyms said by the names of their letters.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::capitals;
use super::compound;
use super::foreign;
use super::table::{ABBREVIATIONS, ACRONYMS, alternatives, follows_person, meaning};
use super::tokenize::{At, Kind, one_of, same};

/// Acronyms of more letters than this are more likely a word in capitals.
pub(super) const SPELLED_MAX: usize = 8;

/// The name of a letter, as newsreaders say it in acronyms; `None` for a sign that is no letter.
fn letter_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a' => "a",
        'ă' => "á",
        'â' => "ớ",
        'b' => "bê",
        'c' => "xê",
        'd' | 'đ' => "đê",
        'e' => "e",
        'ê' => "ê",
        'f' => "ép",
        'g' => "gờ",
        'h' => "hát",
        'i' => "i",
        'j' => "gi",
        'k' => "ca",
        'l' => "lờ",
        'm' => "mờ",
        'n' => "nờ",
        'o' => "o",
        'ô' => "ô",
        'ơ' => "ơ",
        'p' => "pê",
        'q' => "quy",
        'r' => "rờ",
        's' => "ét",
        't' => "tê",
        'u' => "u",
        'ư' => "ư",
        'v' => "vê",
        'w' => "vê kép",
        'x' => "ích",
        'y' => "i dài",
        'z' => "dét",
        _ => return None,
    })
}

/// Every letter by its name; letters of other alphabets are read by the letter they are built on.
pub(super) fn spelled(letters: &str) -> String {
    let small = letters.chars().flat_map(char::to_lowercase);
    let names = small.filter_map(|c| letter_name(c).or_else(|| letter_name(foreign::base(c))));
    names.collect::<Vec<_>>().join(" ")
}

/// How the acronym at `k` is said in a code: as its table says without a doubt, else by its letters.
pub(super) fn acronym(at: At, k: isize) -> String {
    match meaning(&ABBREVIATIONS, at, k) {
        Some((meaning, end)) if end == k + 1 && !meaning.doubtful => meaning.spoken.to_owned(),
        _ => spelled(at.text(k)),
    }
}

/// How letters glued to digits are said: `ISO9001`, `U17`, but not `BC15` as a report. Two letters
/// before two digits and more are an abbreviation only where newsreaders say the acronym as a word
/// or by letters; before one digit they can be (`NV2`, `TP2`).
pub(super) fn code(at: At, k: isize) -> String {
    let written = at.text(k);
    let short = written.chars().count() == 2 && at.digits(k + 1).len() > 1;
    match meaning(&ACRONYMS, at, k) {
        Some((meaning, end)) if end == k + 1 => meaning.spoken.to_owned(),
        _ if short => spelled(written),
        _ => acronym(at, k),
    }
}

/// Whether a table has a reading for the acronym at `k` here.
pub(super) fn is_known(at: At, k: isize) -> bool {
    meaning(&ABBREVIATIONS, at, k).is_some()
}

/// An abbreviation or acronym that a table knows: `UBND`, `LĐ-TB&XH`, `TP.HCM`, `đ/c`, `v.v.`
pub(super) fn read_abbreviation(at: At) -> Option<Reading> {
    let (meaning, mut end) = meaning(&ABBREVIATIONS, at, 0)?;
    if at.kind(0) == Kind::Caps && end == 1 {
        let said = words_said(at, meaning.spoken);
        let rest: Vec<&str> = meaning.spoken.split(' ').skip(said).collect();
        if is_code(at) || said > 0 && (at.before(1) == "(" || rest.is_empty()) {
            return Some(Reading::new(1, SemioticClass::Acronym, spelled(at.text(0))));
        }
        // `thủ tục TTHC`: what was said already is not said again.
        if said > 0 {
            return Some(Reading::new(1, SemioticClass::Abbreviation, rest.join(" ")));
        }
    }
    // `TP2`, `ĐT107`: digits glued to capitals make another thing of them.
    let glued = at.kind(end) == Kind::Digits && at.kind(end - 1).is_word();
    if glued && at.kind(0) != Kind::Lower && !meaning.swallows_dot {
        return None;
    }
    let own_dot = meaning.swallows_dot && dot_belongs(at, end)
        || meaning.trailing_dot && !ends_sentence(at, end + 1) && !at.is(end + 1, ".");
    if at.is(end, ".") && own_dot {
        end += 1;
    }
    let reading = Reading::new(end, SemioticClass::Abbreviation, meaning.spoken);
    if !meaning.doubtful {
        return Some(reading);
    }
    let others = alternatives(&ABBREVIATIONS, at, 0, Some(meaning.spoken));
    let written: String = (0..end).map(|k| at.text(k)).collect();
    Some(reading.or_else_read(&written, &others))
}

/// `mã MC`: two letters after the word for a code are letters.
fn is_code(at: At) -> bool {
    at.follows(&["mã"]) && at.text(0).chars().count() == 2
}

/// How many words of what an acronym stands for the words before it have just said, from its first
/// word on: `ban quản lý (|BQL)`, `thủ tục |TTHC`. One word may be chance, so two are needed.
fn words_said(at: At, spoken: &str) -> usize {
    const WORDS_MAX: usize = 8;
    let words: Vec<&str> = spoken.split(' ').collect();
    let bracket = usize::from(at.before(1) == "(");
    let said = |count: &usize| {
        let mut back = words[..*count].iter().rev().enumerate();
        back.all(|(back, word)| same(at.before(back + 1 + bracket), word))
    };
    (2..=words.len().min(WORDS_MAX)).rev().find(said).unwrap_or(0)
}

/// Whether the dot at `k` is the abbreviation's own: something that it introduces follows.
fn dot_belongs(at: At, k: isize) -> bool {
    match at.kind(k + 1) {
        Kind::Space => matches!(
            at.kind(k + 2),
            Kind::Capital | Kind::Caps | Kind::Digits | Kind::Letter | Kind::Mixed
        ),
        Kind::Edge => false,
        _ => true,
    }
}

/// `Q.V.D.`, `Nguyễn V. A.`, `T.A`: initials of people who are not named.
pub(super) fn read_initials(at: At) -> Option<Reading> {
    const INITIALS_MAX: usize = 6;
    if at.kind(0) != Kind::Letter || !at.is(1, ".") {
        return None;
    }
    // `T.T.Huế`, `T.Ư`: a table knows the letters together with what they are glued to.
    if meaning(&ABBREVIATIONS, at, 0).is_some_and(|(_, end)| end > 2) {
        return None;
    }
    let mut spoken = vec![spelled(at.text(0))];
    let mut end = 2;
    while spoken.len() < INITIALS_MAX {
        let next = if at.kind(end) == Kind::Space { end + 1 } else { end };
        let spaced_out = next > end && !at.is(next + 1, ".");
        if at.kind(next) != Kind::Letter || spaced_out {
            break;
        }
        spoken.push(spelled(at.text(next)));
        end = next + 1;
        if !at.is(end, ".") {
            break;
        }
        end += 1;
    }
    // A known short form such as `TP.` or `P.` before a name is asked before spelling a lone letter.
    let alone = spoken.len() == 1;
    if alone {
        // `anh P. 32 tuổi`
        let aged = follows_person(at) && at.kind(at.skip_space(2)) == Kind::Digits;
        let after_name = at.kind(at.back(1)) == Kind::Capital || aged;
        let next = at.skip_space(2);
        // `George W. Bush`: no sentence begins with a foreign name after an initial.
        let surname = at.kind(next) == Kind::Capital && is_foreign(at, next);
        let before_name = at.kind(next) == Kind::Capital;
        let known = meaning(&ABBREVIATIONS, at, 0).is_some();
        if known
            || !(after_name && !ends_sentence(at, 2)
                || before_name && at.kind(2) != Kind::Space
                || after_name && surname)
        {
            return None;
        }
    }
    // `J.K. Rowling`: initials go on to a foreign name.
    let goes_on = is_foreign(at, at.skip_space(end));
    // The last dot ends the sentence where nothing or a new sentence follows.
    if at.is(end - 1, ".") && (ends_sentence(at, end) && !goes_on) {
        end -= 1;
    }
    Some(Reading::new(end, SemioticClass::Initial, spoken.join(" ")))
}

/// Whether there is a word that is no Vietnamese syllable.
fn is_foreign(at: At, k: isize) -> bool {
    at.kind(k).is_word() && !foreign::is_vietnamese(&at.text(k).to_lowercase())
}

/// Whether a new sentence, not a name or a small word, begins after the dot before `k`.
fn ends_sentence(at: At, k: isize) -> bool {
    at.kind(k) == Kind::Edge
        || at.kind(k) == Kind::Space && matches!(at.kind(k + 1), Kind::Capital | Kind::Edge)
}

/// A word with an apostrophe: `H'Hen` begins with the sound of its first letter, as names of the
/// peoples of the Highlands do; in English (`we're`, which is not `were`) it stays; elsewhere it
/// says nothing.
pub(super) fn read_apostrophe(at: At) -> Option<Reading> {
    let (first, rest) = at.text(0).split_once('\'')?;
    let mut letters = first.chars();
    let onset = letters.next().filter(|_| letters.next().is_none());
    let syllable = rest.chars().skip(1).all(char::is_lowercase)
        && rest.chars().count() > 1
        && rest.chars().any(foreign::is_vowel);
    let spoken = match onset.and_then(sound).filter(|_| syllable) {
        Some(sound) => format!("{sound} {rest}"),
        None if is_contraction(first, rest) => at.text(0).to_owned(),
        None => unmarked(&format!("{first}{rest}").replace('\'', "")),
    };
    Some(Reading::new(1, SemioticClass::Foreign, spoken))
}

/// Whether an English word and a short form of `not`, `is`, `am`, `are`, `have`, `will` or `had`
/// stand around an apostrophe.
fn is_contraction(first: &str, rest: &str) -> bool {
    let word = first.is_ascii() && first.chars().any(foreign::is_vowel);
    let negated = rest == "t" && first.ends_with('n');
    word && (negated || matches!(rest, "s" | "m" | "re" | "ve" | "ll" | "d"))
}

/// A word whose apostrophes are gone, in letters that can be said.
fn unmarked(word: &str) -> String {
    match word {
        _ if word.chars().count() <= 2 || !word.chars().any(foreign::is_vowel) => spelled(word),
        // With a capital at its end it would be taken for a code.
        _ if !word.chars().any(char::is_lowercase) || word.ends_with(char::is_uppercase) => {
            capitals::titled(&word.to_lowercase())
        }
        _ => compound::apart(word).unwrap_or_else(|| word.to_owned()),
    }
}

/// The sound of a consonant before another syllable.
fn sound(consonant: char) -> Option<&'static str> {
    Some(match consonant.to_ascii_lowercase() {
        'b' => "bờ",
        'c' | 'k' => "cờ",
        'd' | 'đ' => "đờ",
        'g' => "gờ",
        'h' => "hờ",
        'l' => "lờ",
        'm' => "mờ",
        'n' => "nờ",
        'p' => "pờ",
        'r' => "rờ",
        's' => "sờ",
        't' => "tờ",
        'v' => "vờ",
        'x' => "xờ",
        _ => return None,
    })
}

/// Letters without a vowel cannot be a word: `xnk`, `HCl`, `mV`.
pub(super) fn is_unspeakable(word: &str) -> bool {
    (2..=6).contains(&word.chars().count()) && !word.chars().any(foreign::is_vowel)
}

/// Capitals that no table knows: a word in capitals, or letters; single letters; known by the way
/// they are written.
pub(super) fn read_letters(at: At) -> Option<Reading> {
    let written = at.text(0);
    match at.kind(0) {
        Kind::Lower | Kind::Capital | Kind::Mixed if is_unspeakable(written) => Some(
            Reading::new(1, SemioticClass::Acronym, spelled(written))
                .doubtful(NoteKind::UnknownAcronym, format!("{written:?} said by its letters")),
        ),
        Kind::Letter => single(at),
        Kind::Lower => {
            // A lone consonant is a letter: `điểm b khoản 2`.
            let mut chars = written.chars();
            let letter = chars.next().filter(|_| chars.next().is_none())?;
            let vowel = foreign::is_vowel(letter);
            let spoken = spelled(written);
            (!vowel && !spoken.is_empty()).then(|| Reading::new(1, SemioticClass::Acronym, spoken))
        }
        Kind::Caps => Some(capitals::read(at)),
        _ => None,
    }
}

fn single(at: At) -> Option<Reading> {
    let written = at.text(0);
    let letter = written.chars().next()?;
    // `Ý kiến`, `Ở đây`: a word of one vowel that begins a sentence.
    let word = foreign::is_vowel(letter) && !letter.is_ascii() || letter == 'Y' && is_word_y(at);
    let begins = at.kind(-1) == Kind::Edge
        || matches!(at.before(1), "." | "?" | "!" | "\"" | ":" | "-" | "–");
    if word || (begins && matches!(letter, 'A' | 'O' | 'U' | 'I') && at.kind(2) == Kind::Lower) {
        return Some(Reading::new(1, SemioticClass::Word, written.to_lowercase()));
    }
    let spoken = spelled(written);
    (!spoken.is_empty()).then(|| Reading::new(1, SemioticClass::Acronym, spoken))
}

/// `Y tế`, `Y Thông`, but `huyện Y có`: the word or name, not the letter.
fn is_word_y(at: At) -> bool {
    const AFTER: [&str; 14] = [
        "tế", "học", "sĩ", "tá", "bác", "phục", "đức", "lệnh", "án", "dược", "cụ", "khoa", "nghĩa",
        "như",
    ];
    at.kind(1) == Kind::Space && (at.kind(2) == Kind::Capital || one_of(at.text(2), &AFTER))
}
