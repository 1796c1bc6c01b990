//! Words of other languages: how they are told from Vietnamese, and which have a settled reading.

use crate::domain::note::NoteKind;
use crate::domain::script::SemioticClass;

use super::Reading;
use super::compound;
use super::table::LOANWORDS;
use super::tokenize::{At, Kind};

/// Onsets of the Vietnamese syllable as written, longest first.
pub(super) const ONSETS: &[&str] = &[
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr", "b", "c", "d", "đ", "g",
    "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
];

/// Rimes without their tone mark, sorted.
const RIMES: &[&str] = &[
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec",
    "em", "en", "eng", "eo", "ep", "et", "i", "ia", "ich", "im", "in", "inh", "ip", "it", "iu",
    "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "o", "oa", "oac", "oach", "oai", "oam",
    "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "om",
    "on", "ong", "ooc", "oong", "op", "ot", "oăc", "oăm", "oăn", "oăng", "oăt", "u", "ua", "uan",
    "uang", "uanh", "uao", "uat", "uay", "uc", "ue", "ueo", "ui", "um", "un", "ung", "uo", "up",
    "ut", "uy", "uya", "uych", "uyn", "uynh", "uyt", "uyu", "uyên", "uyêt", "uân", "uâng", "uât",
    "uây", "uê", "uêch", "uênh", "uôc", "uôi", "uôm", "uôn", "uông", "uôt", "uơ", "y", "yêm",
    "yên", "yêng", "yêt", "yêu", "ynh", "yt", "âc", "âm", "ân", "âng", "âp", "ât", "âu", "ây", "ê",
    "êch", "êm", "ên", "ênh", "êp", "êt", "êu", "ô", "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt",
    "ă", "ăc", "ăm", "ăn", "ăng", "ăp", "ăt", "ơ", "ơi", "ơm", "ơn", "ơng", "ơp", "ơt", "ư", "ưa",
    "ưc", "ưi", "ưng", "ưt", "ưu", "ươ",
];

/// Rimes of the diphthong `ươ`, whose spelling sorts after all others.
const HORNED_RIMES: &[&str] = &["ươc", "ươi", "ươm", "ươn", "ương", "ươp", "ươt", "ươu"];

/// Every rime, without its tone mark.
pub(super) fn rimes() -> impl Iterator<Item = &'static str> {
    RIMES.iter().chain(HORNED_RIMES).copied()
}

/// Whether the word, in small letters, can be a Vietnamese syllable.
///
/// A syllable that ends in a stop has one of two tones, so `bot` and `vat` are none.
pub(super) fn is_vietnamese(word: &str) -> bool {
    let mut plain = String::with_capacity(word.len());
    let mut tone = None;
    for c in word.chars() {
        let (letter, mark) = without_tone(c);
        if mark.is_some() && tone.replace(mark).is_some() {
            return false;
        }
        plain.push(letter);
    }
    let stopped = plain.ends_with(['c', 'p', 't']) || plain.ends_with("ch");
    if stopped && tone.flatten().is_none() {
        return false;
    }
    ONSETS.iter().any(|&onset| {
        plain.strip_prefix(onset).is_some_and(|rime| {
            RIMES.contains(&rime)
                || HORNED_RIMES.contains(&rime)
                || onset == "gi" && matches!(rime, "" | "n" | "m" | "êng" | "êt" | "êu")
        })
    })
}

/// A vowel and its tone mark apart; the level tone has none.
fn without_tone(c: char) -> (char, Option<char>) {
    const TONED: [(&str, char); 12] = [
        ("àáảãạ", 'a'),
        ("ằắẳẵặ", 'ă'),
        ("ầấẩẫậ", 'â'),
        ("èéẻẽẹ", 'e'),
        ("ềếểễệ", 'ê'),
        ("ìíỉĩị", 'i'),
        ("òóỏõọ", 'o'),
        ("ồốổỗộ", 'ô'),
        ("ờớởỡợ", 'ơ'),
        ("ùúủũụ", 'u'),
        ("ừứửữự", 'ư'),
        ("ỳýỷỹỵ", 'y'),
    ];
    if c.is_ascii() {
        return (c, None);
    }
    let found = TONED.iter().find_map(|(toned, plain)| {
        let place = toned.chars().position(|t| t == c)?;
        Some((*plain, "\u{300}\u{301}\u{309}\u{303}\u{323}".chars().nth(place)))
    });
    found.unwrap_or((c, None))
}

/// The plain small letter that a small letter is built on, itself when there is none.
pub(super) fn base(c: char) -> char {
    use unicode_normalization::UnicodeNormalization;
    match c {
        'æ' => 'a',
        'ø' | 'œ' => 'o',
        'ł' => 'l',
        'ß' => 's',
        'þ' | 'ŧ' => 't',
        'ħ' => 'h',
        'ŋ' | 'ŉ' => 'n',
        'ı' | 'ĳ' => 'i',
        'ĸ' => 'k',
        'ſ' => 's',
        'ŀ' => 'l',
        _ => std::iter::once(c).nfd().next().unwrap_or(c),
    }
}

/// Whether a letter, of any case and with any marks, is a vowel.
pub(super) fn is_vowel(c: char) -> bool {
    let base = c.to_lowercase().next().map_or(c, base);
    matches!(base, 'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'ư' | 'ơ')
}

/// Reads loanwords by their table; other foreign words stay as written, but for those written
/// together, and the editor is told.
pub(super) fn read(at: At) -> Option<Reading> {
    let word = at.text(0);
    if let Some((spoken, end)) = LOANWORDS.longest(at, 0) {
        return Some(Reading::new(end, SemioticClass::Foreign, *spoken));
    }
    let plain = at.kind(0) == Kind::Lower && !word.is_ascii();
    if plain || word.len() < 2 || is_vietnamese(&word.to_lowercase()) {
        return None;
    }
    let message = format!("{word:?} is not Vietnamese");
    let spoken = compound::apart(word).unwrap_or_else(|| word.to_owned());
    Some(Reading::new(1, SemioticClass::Foreign, spoken).doubtful(NoteKind::ForeignWord, message))
}
