//! Whether a word can be a Vietnamese syllable, by its spelling alone.
//!
//! The evidence for an encoding is how many words it turns into syllables, so this must refuse what
//! a wrong encoding makes of a word: an unknown rime, a second tone mark, a tone that no stop takes.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::compose;

/// The longest syllable, nghiêng, with room for decomposed marks.
const LETTERS_MAX: usize = 12;

/// Consonants that begin a syllable.
const ONSETS: [&str; 28] = [
    "", "b", "c", "ch", "d", "g", "gh", "gi", "h", "k", "kh", "l", "m", "n", "ng", "ngh", "nh",
    "p", "ph", "qu", "r", "s", "t", "th", "tr", "v", "x", "đ",
];

/// Vowels with the consonants that may end a syllable, without tone. Sorted.
#[rustfmt::skip]
const RIMES: [&str; 167] = [
    "a", "ac", "ach", "ai", "am", "an", "ang", "anh", "ao", "ap", "at", "au", "ay", "e", "ec", "ek",
    "em", "en", "eng", "eo", "ep", "et", "i", "ia", "ich", "ik", "im", "in", "inh", "ip", "it",
    "iu", "iêc", "iêm", "iên", "iêng", "iêp", "iêt", "iêu", "o", "oa", "oac", "oach", "oai", "oam",
    "oan", "oang", "oanh", "oao", "oap", "oat", "oay", "oc", "oe", "oen", "oeo", "oet", "oi", "ok",
    "om", "on", "ong", "ooc", "oong", "op", "ot", "oăc", "oăm", "oăn", "oăng", "oăt", "u", "ua",
    "uc", "ui", "um", "un", "ung", "up", "ut", "uy", "uya", "uych", "uyn", "uynh", "uyp", "uyt",
    "uyu", "uyên", "uyêt", "uân", "uâng", "uât", "uây", "uê", "uêch", "uênh", "uôc", "uôi", "uôm",
    "uôn", "uông", "uôt", "uơ", "y", "ych", "ynh", "yt", "yêm", "yên", "yêng", "yêt", "yêu", "âc",
    "âm", "ân", "âng", "âp", "ât", "âu", "ây", "ê", "êch", "êm", "ên", "ênh", "êp", "êt", "êu", "ô",
    "ôc", "ôi", "ôm", "ôn", "ông", "ôp", "ôt", "ăc", "ăk", "ăm", "ăn", "ăng", "ăp", "ăt", "ơ", "ơi",
    "ơm", "ơn", "ơp", "ơt", "ư", "ưa", "ưc", "ưi", "ưm", "ưn", "ưng", "ưt", "ưu", "ươc", "ươi",
    "ươm", "ươn", "ương", "ươp", "ươt", "ươu",
];

/// Whether `word`, in either case and any normal form, is spelled as a Vietnamese syllable.
pub fn is_syllable(word: &str) -> bool {
    let mut letters = String::with_capacity(2 * LETTERS_MAX);
    let mut tone = None;
    for (count, c) in word.nfd().flat_map(char::to_lowercase).enumerate() {
        if count >= LETTERS_MAX {
            return false;
        }
        match c {
            '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}' => {
                if tone.is_some() || !letters.ends_with(is_vowel) {
                    return false;
                }
                tone = Some(c);
            }
            '\u{302}' | '\u{306}' | '\u{31b}' => {
                let marked = letters.pop().and_then(|letter| compose(letter, c));
                let Some(marked) = marked.filter(|letter| is_vowel(*letter)) else { return false };
                letters.push(marked);
            }
            'a'..='z' | 'đ' => letters.push(c),
            _ => return false,
        }
    }
    let first = letters.bytes().next();
    ONSETS.iter().filter(|onset| onset.is_empty() || onset.bytes().next() == first).any(|onset| {
        letters.strip_prefix(onset).is_some_and(|rime| {
            RIMES.binary_search(&rime).is_ok() && goes_with(onset, rime) && sounds(rime, tone)
        })
    })
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'ă' | 'â' | 'e' | 'ê' | 'i' | 'o' | 'ô' | 'ơ' | 'u' | 'ư' | 'y')
}

/// Before front vowels c, g and ng are spelled otherwise; qu has its glide already.
fn goes_with(onset: &str, rime: &str) -> bool {
    let front = rime.starts_with(['e', 'ê', 'i']);
    match onset {
        "c" | "ng" => !front,
        // `gì` and its like share the i with the onset.
        "g" => !front || rime.starts_with('i'),
        "gh" | "ngh" => front,
        "qu" => !rime.starts_with(['o', 'u', 'ư']),
        _ => true,
    }
}

/// A syllable that ends in a stop has the tone sắc or nặng; `ăk` is written without, too.
fn sounds(rime: &str, tone: Option<char>) -> bool {
    let is_stop = rime.ends_with(['c', 'k', 'p', 't']) || rime.ends_with("ch");
    !is_stop || matches!(tone, Some('\u{301}' | '\u{323}')) || rime == "ăk"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rimes_are_sorted() {
        assert!(RIMES.is_sorted());
    }

    #[test]
    fn syllables_are_known_in_any_form() {
        for word in
            "Nghiêng ĐƯỜNG giếng gì quốc quỳnh khuya xoong thuở ý ở Đắk tie\u{302}\u{301}ng \
                     huệ\u{20}ngoằn yểng rượu"
                .split_whitespace()
        {
            assert!(is_syllable(word), "{word}");
        }
    }

    #[test]
    fn other_words_are_not() {
        for word in "Très façade Müller Trốs cệ ngí côc tếc áá tíế Mỹller ừơ b schön ĉa ŭ"
            .split_whitespace()
        {
            assert!(!is_syllable(word), "{word}");
        }
    }
}
