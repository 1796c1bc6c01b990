//! Words written together: `ChatGPT`, `getUserName`, and in addresses `trungtamtinhoc`.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::foreign::{self, ONSETS};
use super::letters;
use super::table::{ABBREVIATIONS, HOSTS, UNITS};
use super::tokenize::{At, tokens};

/// The words of a name with capitals inside, each as it is said; `None` for a name that is better
/// kept whole: one with a lone capital (`PhD`, `CoV`), with a prefix or title of surnames
/// (`McDonald`) or with a small letter before it (`iPhone`).
pub(super) fn apart(name: &str) -> Option<String> {
    let words = parts(name);
    let lone = |word: &&str| word.chars().all(char::is_uppercase) && word.chars().count() == 1;
    let brand = words[0].len() == 1 && words.len() == 2 && name.ends_with(char::is_lowercase);
    let surname = matches!(words[0], "Mc" | "Mac" | "Mr" | "Mrs" | "Ms" | "Dr");
    let whole = words.len() < 2 || words.iter().any(lone) || brand || surname;
    (!whole).then(|| words.into_iter().map(said).collect::<Vec<_>>().join(" "))
}

/// A name in an address, its words apart and in small letters: `CongThucNauAn`.
pub(super) fn apart_in_address(name: &str) -> String {
    let words = parts(name).into_iter().map(|word| said(word).to_lowercase());
    words.collect::<Vec<_>>().join(" ")
}

/// Cuts a name before each capital that begins a word: after a small letter, or before one at the
/// end of a run of capitals (`SQLServer`).
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut before_small = true;
    let mut chars = name.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_small = chars.peek().is_some_and(|(_, next)| next.is_lowercase());
        if at > start && c.is_uppercase() && (before_small || next_small) {
            parts.push(&name[start..at]);
            start = at;
        }
        before_small = c.is_lowercase();
    }
    parts.push(&name[start..]);
    parts
}

/// Letters inside names of products that are said in English.
const SAID_IN_NAMES: [(&str, &str); 4] =
    [("AI", "ây ai"), ("ID", "ai đi"), ("IT", "ai ti"), ("TV", "ti vi")];

/// A part of a name: letters by their names where they make no word, or a sign or short form that
/// is not meant here.
fn said(word: &str) -> String {
    if let Some((_, said)) = SAID_IN_NAMES.iter().find(|(written, _)| *written == word) {
        return (*said).to_owned();
    }
    let capitals = !word.chars().any(char::is_lowercase);
    let single = word.chars().count() == 1;
    if capitals || single || letters::is_unspeakable(word) || is_sign(word) {
        letters::spelled(word)
    } else {
        // Alone, a part is folded like any word: its tone mark may have moved.
        tokens(word).iter().map(|token| token.text.as_ref()).collect()
    }
}

/// Whether a word is by itself the sign of a unit or an abbreviation.
fn is_sign(word: &str) -> bool {
    let tokens = tokens(word);
    let at = At::new(&tokens, 0);
    let unit = UNITS.longest(at, 0).is_some_and(|(unit, _)| unit.alone);
    unit || ABBREVIATIONS.longest(at, 0).is_some()
}

/// Letters of the longest word in an address that is taken apart; bounds the search.
const WORD_MAX: usize = 32;

/// Letters of the shortest word that is taken apart; shorter ones are more often English.
const WORD_MIN: usize = 5;

/// Letters of the longest syllable: `nghieng`.
const SYLLABLE_MAX: usize = 7;

/// Syllables without a consonant before them that are found inside names: `congan`, `thanhuy`.
const VOWEL_SYLLABLES: [&str; 9] = ["am", "an", "anh", "au", "em", "oanh", "uy", "uyen", "yen"];

/// Last syllables by which an English word that happens to fall into syllables is known: `online`.
const ENGLISH_ENDS: [&str; 11] =
    ["de", "ge", "ke", "le", "me", "ne", "pe", "re", "se", "set", "te"];

/// Rimes without any mark, as addresses write them.
static PLAIN_RIMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
    foreign::rimes().map(|rime| rime.chars().map(foreign::base).collect()).collect()
});

/// What a word of an address means where all of it is known: `baosonla` is `báo Sơn La`.
pub(super) fn marked(word: &str) -> Option<String> {
    if !word.is_ascii() || word.len() > WORD_MAX {
        return None;
    }
    // The fewest words that end at each place, last word first.
    let mut reached: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    reached[0] = Some((0, 0));
    for start in 0..word.len() {
        let Some((so_far, _)) = reached[start] else { continue };
        for end in start + 1..=word.len() {
            let known = HOSTS.get(&word[start..end]);
            let fits = known.is_some_and(|(_, head)| !head || end < word.len());
            if fits && reached[end].is_none_or(|(best, _)| so_far + 1 < best) {
                reached[end] = Some((so_far + 1, start));
            }
        }
    }
    let (mut words, mut end) = (Vec::new(), word.len());
    while end > 0 {
        let (_, start) = reached[end]?;
        words.push(HOSTS[&word[start..end]].0);
        end = start;
    }
    words.reverse();
    Some(words.join(" "))
}

/// The Vietnamese syllables that a word of small letters without marks consists of, two or more:
/// `trungtamtinhoc` is `trung tam tin hoc`.
pub(super) fn syllables(word: &str) -> Option<String> {
    let length = word.len();
    let plain = word.bytes().all(|b| b.is_ascii_lowercase());
    if !plain || !(WORD_MIN..=WORD_MAX).contains(&length) {
        return None;
    }
    // For each place, the lowest cost at which syllables reach it and where the last one begins.
    let mut reached: [Option<(usize, usize)>; WORD_MAX + 1] = [None; WORD_MAX + 1];
    reached[0] = Some((0, 0));
    for start in 0..length {
        let Some((so_far, _)) = reached[start] else { continue };
        for end in start + 2..=length.min(start + SYLLABLE_MAX) {
            let Some(cost) = cost(&word[start..end], start == 0) else { continue };
            // The later of two equals begins later: the syllable before it is the longer one.
            if reached[end].is_none_or(|(best, _)| so_far + cost <= best) {
                reached[end] = Some((so_far + cost, start));
            }
        }
    }
    let mut cuts = Vec::new();
    let mut end = length;
    while end > 0 {
        let (_, start) = reached[end]?;
        cuts.push(&word[start..end]);
        end = start;
    }
    cuts.reverse();
    let english = cuts.last().is_some_and(|last| ENGLISH_ENDS.contains(last));
    (cuts.len() > 1 && !english).then(|| cuts.join(" "))
}

/// What a syllable costs; `None` when it is none. Fewer syllables are better, and where a consonant
/// could belong to either side, the way more words have it: `tin hoc`, `cong an`, `ho tro`.
fn cost(syllable: &str, first: bool) -> Option<usize> {
    const EACH: usize = 10;
    let splits = ONSETS.iter().filter_map(|onset| Some((*onset, syllable.strip_prefix(*onset)?)));
    let onset = splits.filter(|(onset, rime)| joins(onset, rime)).map(|(onset, _)| onset).next()?;
    let rare = match onset {
        // Few words begin with it; it is English sooner (`python`).
        "p" => return None,
        _ if first => 0,
        "" if syllable == "uy" => 0,
        _ if syllable == "nanh" => 3,
        "h" | "r" => 1,
        "" if VOWEL_SYLLABLES.contains(&syllable) => 2,
        "" => return None,
        "g" | "ng" | "nh" => 3,
        _ => 0,
    };
    Some(EACH + rare)
}

/// Whether an onset and a rime make a syllable as it is spelled: k, gh and ngh stand before e, i
/// and y, and c, g and ng before the other vowels.
fn joins(onset: &str, rime: &str) -> bool {
    let front = rime.starts_with(['e', 'i', 'y']);
    let spelled = match onset {
        "k" | "gh" | "ngh" => front,
        "c" | "g" | "ng" => !front,
        "qu" => rime != "o",
        _ => true,
    };
    spelled && PLAIN_RIMES.contains(rime)
}

/// The name of a mailbox that begins with initials: `nvhung` is `nờ vê hung`.
pub(super) fn with_initials(name: &str) -> Option<String> {
    const INITIALS_MAX: usize = 3;
    if !name.is_ascii() || cost(name, true).is_some() {
        return None;
    }
    (1..=INITIALS_MAX.min(name.len())).find_map(|count| {
        let (initials, rest) = name.split_at(count);
        let vowels = initials.bytes().any(|b| b"aeiouy".contains(&b));
        let given = syllables(rest).or_else(|| cost(rest, true).map(|_| rest.to_owned()));
        let given = given.filter(|_| !vowels && rest.len() > 1)?;
        Some(format!("{} {given}", letters::spelled(initials)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_apart_at_their_capitals() {
        for (name, said) in [
            ("ChatGPT", "Chat gờ pê tê"),
            ("mRNA", "mờ rờ nờ a"),
            ("SonLaTV", "Son La ti vi"),
            ("SQLServer", "ét quy lờ Server"),
        ] {
            assert_eq!(apart(name).as_deref(), Some(said), "{name}");
        }
        for name in ["Hà", "PhD", "McDonald", "CoV", "iPad"] {
            assert_eq!(apart(name), None, "{name}");
        }
    }

    #[test]
    fn addresses_fall_apart_into_syllables() {
        for (word, said) in [
            ("sonla", "son la"),
            ("tinhuysonla", "tinh uy son la"),
            ("hochiminh", "ho chi minh"),
            ("congan", "cong an"),
            ("nganhang", "ngan hang"),
            ("vanhoa", "van hoa"),
            ("danang", "da nang"),
            ("kiemtra", "kiem tra"),
            ("hotro", "ho tro"),
            ("angiang", "an giang"),
            ("phananh", "phan anh"),
            ("quochoi", "quoc hoi"),
        ] {
            assert_eq!(syllables(word).as_deref(), Some(said), "{word}");
        }
        for word in
            ["online", "mobile", "google", "facebook", "truong", "data", "vnexpress", "domain"]
        {
            assert_eq!(syllables(word), None, "{word}");
        }
    }

    #[test]
    fn known_words_have_their_marks() {
        for (word, said) in [
            ("baosonla", "báo Sơn La"),
            ("toasoan", "tòa soạn"),
            ("soytethanhhoa", "sở y tế Thanh Hóa"),
            ("dichvucong", "dịch vụ công"),
        ] {
            assert_eq!(marked(word).as_deref(), Some(said), "{word}");
        }
        for word in ["bao", "baox", "google", "sonlax"] {
            assert_eq!(marked(word), None, "{word}");
        }
    }

    #[test]
    fn initials_stand_before_a_given_name() {
        assert_eq!(with_initials("nvhung").as_deref(), Some("nờ vê hung"));
        assert_eq!(with_initials("ptthanhtam").as_deref(), Some("pê tê thanh tam"));
        for name in ["contact", "trong", "kim"] {
            assert_eq!(with_initials(name), None, "{name}");
        }
    }
}
