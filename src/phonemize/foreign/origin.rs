//! The language a foreign word likely comes from, told by its letters, endings and neighbours.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::super::letters;
use super::super::syllable::Syllable;

/// Languages, or families of them, whose letters are read alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// What nothing else is told from, and most loanwords.
    English,
    French,
    Spanish,
    Portuguese,
    Italian,
    /// German, Dutch and the Nordic languages.
    German,
    /// Russian and its kin, in their own or in English transliteration.
    Slavic,
    /// Pinyin.
    Chinese,
    /// Romaji.
    Japanese,
    Korean,
    /// One letter, one sound: Thai, Lao, Khmer, Malay, Arabic, African and Indian names.
    Plain,
    /// The minority languages of Viet Nam.
    Highland,
}

impl Origin {
    pub const ALL: [Self; 12] = [
        Self::English,
        Self::French,
        Self::Spanish,
        Self::Portuguese,
        Self::Italian,
        Self::German,
        Self::Slavic,
        Self::Chinese,
        Self::Japanese,
        Self::Korean,
        Self::Plain,
        Self::Highland,
    ];

    /// Its tables of rules, the special ones first.
    pub fn tables(self) -> &'static [&'static str] {
        const SHARED: &str = include_str!("../tables/spelling-shared.tsv");
        const ROMANCE: &str = include_str!("../tables/spelling-romance.tsv");
        match self {
            Self::English => &[include_str!("../tables/spelling-english.tsv"), SHARED],
            Self::French => &[include_str!("../tables/spelling-french.tsv"), SHARED],
            Self::Spanish => &[include_str!("../tables/spelling-spanish.tsv"), ROMANCE, SHARED],
            Self::Portuguese => {
                &[include_str!("../tables/spelling-portuguese.tsv"), ROMANCE, SHARED]
            }
            Self::Italian => &[include_str!("../tables/spelling-italian.tsv"), ROMANCE, SHARED],
            Self::German => &[include_str!("../tables/spelling-german.tsv"), SHARED],
            Self::Slavic => &[include_str!("../tables/spelling-slavic.tsv"), SHARED],
            Self::Chinese => &[include_str!("../tables/spelling-chinese.tsv"), SHARED],
            Self::Japanese => &[include_str!("../tables/spelling-japanese.tsv"), SHARED],
            Self::Korean => &[include_str!("../tables/spelling-korean.tsv"), SHARED],
            Self::Plain => &[include_str!("../tables/spelling-plain.tsv"), SHARED],
            Self::Highland => &[include_str!("../tables/spelling-highland.tsv"), SHARED],
        }
    }

    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "english" => Self::English,
            "french" => Self::French,
            "spanish" => Self::Spanish,
            "portuguese" => Self::Portuguese,
            "italian" => Self::Italian,
            "german" => Self::German,
            "slavic" => Self::Slavic,
            "chinese" => Self::Chinese,
            "japanese" => Self::Japanese,
            "korean" => Self::Korean,
            "plain" => Self::Plain,
            "highland" => Self::Highland,
            _ => return None,
        })
    }
}

/// The likely origin of `word` between its neighbours (`""` for none).
///
/// A neighbour counts half: of a name in two words the plainer one follows the other.
pub fn of(word: &str, before: &str, after: &str) -> Origin {
    let mut scores = evidence(word).map(|score| 2 * score);
    for neighbour in [before, after] {
        // A Vietnamese word tells nothing, except some.
        if neighbour.is_empty()
            || Syllable::parse(neighbour).is_some_and(|_| !is_telling(neighbour))
        {
            continue;
        }
        for (score, more) in scores.iter_mut().zip(evidence(neighbour)) {
            *score += more.max(0);
        }
    }
    let best = scores.into_iter().max().unwrap_or(0);
    if best < 2 * FAINT {
        return Origin::English;
    }
    let first = Origin::ALL.into_iter().zip(scores).find(|&(_, score)| score == best);
    first.map_or(Origin::English, |(origin, _)| origin)
}

/// Less than this is no evidence.
const FAINT: i32 = 2;

/// More than all evidence together can outweigh.
const NEVER: i32 = -1000;

/// A family name of East Asia or a first word of our highlands that looks Vietnamese.
fn is_telling(word: &str) -> bool {
    matches!(
        word.to_lowercase().as_str(),
        "kim"
            | "han"
            | "kang"
            | "yang"
            | "li"
            | "chan"
            | "lin"
            | "ia"
            | "y"
            | "đắk"
            | "đăk"
            | "chư"
    )
}

type Scores = [i32; Origin::ALL.len()];

/// Letters in a row that a language is known by.
struct Cue {
    letters: &'static str,
    /// The weight for each origin, more than one where they share a habit.
    weights: Vec<(Origin, i32)>,
}

/// Rows of `tables/origins.tsv`: letters, with `^` and `$` for the edges of the word, then
/// origins with their weights.
static CUES: LazyLock<Vec<Cue>> = LazyLock::new(|| {
    let rows = include_str!("../tables/origins.tsv").lines();
    rows.filter(|row| !row.is_empty() && !row.starts_with('#'))
        .map(|row| {
            let (letters, weights) = row.split_once('\t').expect("a tab between the columns");
            let weights = weights.split(' ').map(|weight| {
                let (name, weight) = weight.split_once(':').expect("origin:weight");
                (Origin::named(name).expect("an origin"), weight.parse().expect("a weight"))
            });
            Cue { letters, weights: weights.collect() }
        })
        .collect()
});

/// How much speaks for each origin.
fn evidence(word: &str) -> Scores {
    // What a name is told by lies within its first letters or is no name.
    const LETTERS_MAX: usize = 30;
    let mut scores = [0; Origin::ALL.len()];
    let small: String = word.nfc().flat_map(char::to_lowercase).take(LETTERS_MAX).collect();
    let edged = format!("^{small}$");
    for cue in CUES.iter().filter(|cue| edged.contains(cue.letters)) {
        for &(origin, weight) in &cue.weights {
            scores[origin as usize] += weight;
        }
    }
    // What does not fall into the syllables of these languages is not theirs, whatever it
    // reminds of.
    if is_pinyin(&small) {
        scores[Origin::Chinese as usize] += 1;
    } else {
        scores[Origin::Chinese as usize] = NEVER;
    }
    if is_romaji(&small) {
        scores[Origin::Japanese as usize] += 1;
        scores[Origin::Plain as usize] += 1;
    } else {
        scores[Origin::Japanese as usize] = NEVER;
    }
    // As English seldom does.
    if small.ends_with(['a', 'i', 'o', 'u']) {
        scores[Origin::Plain as usize] += 1;
    }
    if letters::of(&small).iter().any(|letter| "ơưđ".contains(letter.base)) {
        scores[Origin::Highland as usize] += 6;
    }
    scores
}

/// Whether the word falls into syllables of pinyin.
fn is_pinyin(word: &str) -> bool {
    const FINALS: [&str; 33] = [
        "iang", "iong", "uang", "ang", "eng", "ian", "iao", "ing", "ong", "uai", "uan", "ai", "an",
        "ao", "ei", "en", "er", "ia", "ie", "in", "iu", "ou", "ua", "ue", "ui", "un", "uo", "a",
        "e", "i", "o", "u", "ü",
    ];
    const INITIALS: [&str; 24] = [
        "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
        "r", "z", "c", "s", "y", "w", "",
    ];
    falls_into(word, &INITIALS, &FINALS)
}

/// Whether the word falls into syllables of romaji.
fn is_romaji(word: &str) -> bool {
    const ONSETS: [&str; 32] = [
        "ch", "sh", "ts", "ky", "gy", "ny", "hy", "my", "ry", "by", "py", "kk", "tt", "ss", "pp",
        "k", "s", "t", "n", "h", "m", "y", "r", "w", "g", "z", "d", "b", "f", "j", "p", "",
    ];
    const RIMES: [&str; 10] = ["an", "in", "un", "en", "on", "a", "i", "u", "e", "o"];
    falls_into(word, &ONSETS, &RIMES)
}

/// Whether a word is made of syllables of these onsets and rimes: a walk over its places, each
/// asked once.
fn falls_into(word: &str, onsets: &[&str], rimes: &[&str]) -> bool {
    let mut reached = vec![false; word.len() + 1];
    reached[0] = true;
    for at in 0..word.len() {
        if !reached[at] {
            continue;
        }
        for onset in onsets {
            let Some(rest) = word[at..].strip_prefix(onset) else { continue };
            for rime in rimes.iter().filter(|rime| rest.starts_with(*rime)) {
                reached[at + onset.len() + rime.len()] = true;
            }
        }
    }
    !word.is_empty() && reached[word.len()]
}
