//! Letter to sound for words that are not Vietnamese: a reading in Vietnamese syllables.
//!
//! It does what a newsreader does with a name she has not met: every vowel makes a syllable,
//! a consonant that Vietnamese cannot join gets a short ơ of its own (Krông: cờ-rông), one that
//! cannot end a syllable becomes its neighbour or is dropped (Ronaldo: rô-nan-đô).

use super::letters::{self, Letter};
use super::lexicon;
use super::phoneme::Stress;
use super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};

/// The reading of `word`; empty only if it has no letter of the Latin alphabet.
///
/// A single letter, and a word without a vowel, is named letter by letter.
pub fn syllables(word: &str) -> Vec<(Syllable, Stress)> {
    let letters = latin(&letters::of(word));
    let vowels = letters.iter().filter(|letter| letter.is_vowel()).count();
    if letters.len() == 1 || vowels == 0 {
        return letter_names(&letters);
    }
    join(&sounds(&letters))
}

fn letter_names(letters: &[Letter]) -> Vec<(Syllable, Stress)> {
    letters
        .iter()
        .filter_map(|letter| lexicon::letter_name(letter.base))
        .flat_map(|name| name.split(' '))
        .filter_map(Syllable::parse)
        .map(|syllable| (syllable, Stress::Primary))
        .collect()
}

/// The letters a to z and those of Vietnamese, with other Latin letters turned into them.
fn latin(letters: &[Letter]) -> Vec<Letter> {
    let mut plain = Vec::with_capacity(letters.len());
    for &letter in letters {
        let spelling = match letter.base {
            'ß' => "ss",
            'æ' => "e",
            'œ' | 'ø' => "ơ",
            'ł' => "l",
            'þ' => "th",
            'ð' => "đ",
            'ı' => "i",
            'n' if letter.foreign => "nh",
            base if base.is_ascii_lowercase() || lexicon::letter_name(base).is_some() => {
                plain.push(letter);
                continue;
            }
            _ => continue,
        };
        plain.extend(spelling.chars().map(|base| Letter { base, ..letter }));
    }
    plain
}

/// A foreign word as sounds that Vietnamese has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Consonant(Onset),
    /// The rounded glide that w and qu stand for.
    Glide,
    Vowel {
        nucleus: Nucleus,
        semivowel: Coda,
        tone: Tone,
    },
}

fn sounds(letters: &[Letter]) -> Vec<Sound> {
    let spelled: Vec<char> = letters.iter().map(|letter| letter.base).collect();
    let mut sounds = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let rest = &spelled[at..];
        if letters[at].is_vowel() {
            let (length, nucleus, semivowel) = vowel(rest);
            if !is_silent_e(letters, at) {
                let tones = letters[at..at + length].iter().map(|letter| letter.tone);
                let tone = tones.max_by_key(|&tone| tone != Tone::Level).unwrap_or_default();
                sounds.push(Sound::Vowel { nucleus, semivowel, tone });
            }
            at += length;
        } else if at > 0 && spelled[at] == spelled[at - 1] {
            // A doubled consonant is one sound.
            at += 1;
        } else if rest == ['l', 'e'] && at > 1 && !letters[at - 1].is_vowel() {
            // Google, Apple: gu-gồ, áp-pồ.
            sounds.push(Sound::Vowel {
                nucleus: Nucleus::Oo,
                semivowel: Coda::None,
                tone: Tone::Falling,
            });
            break;
        } else {
            let (length, first, second) = consonant(rest, at == 0);
            sounds.extend(first);
            sounds.extend(second);
            at += length;
        }
    }
    sounds
}

/// The e that ends a word after a vowel and one consonant, as in Facebook's "face".
fn is_silent_e(letters: &[Letter], at: usize) -> bool {
    let plain_e = Letter { base: 'e', tone: Tone::Level, foreign: false };
    at + 1 == letters.len()
        && letters[at] == plain_e
        && at > 2
        && !letters[at - 1].is_vowel()
        && letters[..at].iter().any(|letter| letter.is_vowel())
}

/// How many letters the vowel at the start of `rest` takes, and what it is.
fn vowel(rest: &[char]) -> (usize, Nucleus, Coda) {
    use Coda::{W, Y};
    const NO: Coda = Coda::None;
    let three = match rest {
        ['e', 'a', 'u', ..] => Some((Nucleus::Oo, NO)),
        ['i', 'ê', 'u', ..] | ['y', 'ê', 'u', ..] => Some((Nucleus::Ie, W)),
        ['ư', 'ơ', 'i', ..] => Some((Nucleus::Uwow, Y)),
        ['ư', 'ơ', 'u', ..] => Some((Nucleus::Uwow, W)),
        ['u', 'ô', 'i', ..] => Some((Nucleus::Uo, Y)),
        _ => None,
    };
    if let Some((nucleus, semivowel)) = three {
        return (3, nucleus, semivowel);
    }
    let two = match rest {
        // Korea, Ea Kar: ê and a.
        ['e', 'a'] => None,
        ['e', 'a' | 'e', ..] | ['i', 'e', ..] => Some((Nucleus::I, NO)),
        ['o', 'o' | 'u', ..] => Some((Nucleus::U, NO)),
        ['a', 'i' | 'y', ..] => Some((Nucleus::A, Y)),
        ['e' | 'â', 'i' | 'y', ..] => Some((Nucleus::Aa, Y)),
        ['o', 'i' | 'y', ..] => Some((Nucleus::O, Y)),
        ['ô', 'i', ..] => Some((Nucleus::Oo, Y)),
        ['ơ', 'i', ..] => Some((Nucleus::Ow, Y)),
        ['u', 'i' | 'y', ..] => Some((Nucleus::U, Y)),
        ['a', 'o' | 'u' | 'w', ..] => Some((Nucleus::A, W)),
        ['â', 'u', ..] => Some((Nucleus::Aa, W)),
        ['ê', 'u', ..] => Some((Nucleus::Ee, W)),
        ['i', 'u', ..] | ['e', 'w', ..] => Some((Nucleus::I, W)),
        ['o', 'w', ..] => Some((Nucleus::Oo, NO)),
        ['i' | 'y', 'ê', ..] => Some((Nucleus::Ie, NO)),
        ['ư', 'ơ', ..] => Some((Nucleus::Uwow, NO)),
        ['u', 'ô', ..] => Some((Nucleus::Uo, NO)),
        _ => None,
    };
    if let Some((nucleus, semivowel)) = two {
        return (2, nucleus, semivowel);
    }
    let nucleus = match rest.first() {
        Some('ă') => Nucleus::Aw,
        Some('â') => Nucleus::Aa,
        Some('e') => Nucleus::E,
        Some('ê') => Nucleus::Ee,
        Some('i' | 'y') => Nucleus::I,
        Some('o' | 'ô') => Nucleus::Oo,
        Some('ơ') => Nucleus::Ow,
        Some('u') => Nucleus::U,
        Some('ư') => Nucleus::Uw,
        _ => Nucleus::A,
    };
    (1, nucleus, NO)
}

/// How many letters the consonant at the start of `rest` takes, and the one or two sounds it is.
fn consonant(rest: &[char], initial: bool) -> (usize, Option<Sound>, Option<Sound>) {
    let one = |length, onset| (length, Some(Sound::Consonant(onset)), None);
    let two = |length, first, second| (length, Some(Sound::Consonant(first)), Some(second));
    match rest {
        ['c', 'h', 'l' | 'r', ..] => one(2, Onset::C),
        ['s', 'c', 'h', ..] => one(3, Onset::S),
        ['t', 'c', 'h', ..] => one(3, Onset::Ch),
        ['n', 'g', 'h', ..] => one(3, Onset::Ng),
        ['p', 'h', ..] => one(2, Onset::Ph),
        ['t', 'h', ..] => one(2, Onset::Th),
        ['c', 'h', ..] => one(2, Onset::Ch),
        ['s', 'h', ..] => one(2, Onset::S),
        ['k', 'h', ..] => one(2, Onset::Kh),
        ['g', 'h', ..] => one(2, Onset::G),
        ['n', 'h', ..] => one(2, Onset::Nh),
        ['t', 'r', ..] => one(2, Onset::Tr),
        ['t', 's' | 'z', ..] => one(2, Onset::X),
        ['d', 'z' | 'j', ..] | ['z', 'h', ..] => one(2, Onset::D),
        ['c', 'k', ..] => one(2, Onset::C),
        ['c', 'c', 'e' | 'i' | 'y', ..] => two(2, Onset::C, Sound::Consonant(Onset::X)),
        ['w', 'r', ..] | ['r', 'h', ..] => one(2, Onset::R),
        ['k', 'n', ..] if initial => one(2, Onset::N),
        ['p', 's', ..] if initial => one(2, Onset::X),
        // Singapore: the g is heard twice, at the end of one syllable and as the next onset.
        ['n', 'g', next, ..] if !initial && is_vowel_letter(*next) => {
            two(2, Onset::Ng, Sound::Consonant(Onset::G))
        }
        ['n', 'g', ..] => one(2, Onset::Ng),
        // League, unique: the ending is silent.
        ['g' | 'q', 'u', 'e'] if !initial => one(3, Onset::C),
        ['g', 'u', 'e' | 'i', ..] => one(2, Onset::G),
        ['q', 'u', next, ..] if is_vowel_letter(*next) => two(2, Onset::C, Sound::Glide),
        ['w', 'h', next, ..] if is_vowel_letter(*next) => (2, Some(Sound::Glide), None),
        ['w', next, ..] if is_vowel_letter(*next) => (1, Some(Sound::Glide), None),
        ['w', ..] => (1, None, None),
        ['c', 'e' | 'i' | 'y', ..] => one(1, Onset::X),
        ['g', 'e' | 'i' | 'y', ..] => one(1, Onset::Gi),
        ['x', ..] if initial => one(1, Onset::X),
        ['x', ..] => two(1, Onset::C, Sound::Consonant(Onset::X)),
        [letter, ..] => one(1, single(*letter)),
        [] => (1, None, None),
    }
}

fn single(letter: char) -> Onset {
    match letter {
        'b' => Onset::B,
        'c' | 'k' | 'q' => Onset::C,
        'd' | 'đ' => Onset::Dd,
        'f' => Onset::Ph,
        'g' => Onset::G,
        'h' => Onset::H,
        'j' => Onset::Gi,
        'l' => Onset::L,
        'm' => Onset::M,
        'n' => Onset::N,
        'p' => Onset::P,
        'r' => Onset::R,
        's' => Onset::X,
        't' => Onset::T,
        'v' => Onset::V,
        'z' => Onset::D,
        _ => Onset::None,
    }
}

fn is_vowel_letter(letter: char) -> bool {
    letters::is_vowel(letter)
}

/// Sounds into syllables.
fn join(sounds: &[Sound]) -> Vec<(Syllable, Stress)> {
    let mut syllables = vec![];
    let mut at = 0;
    let mut onset = Onset::None;
    let mut glide = false;
    while at < sounds.len() {
        match sounds[at] {
            Sound::Glide => glide = true,
            Sound::Consonant(next) => {
                // A consonant was already waiting for a vowel: it is said by itself.
                if onset != Onset::None {
                    syllables.push((slipped_in(onset), Stress::Secondary));
                }
                onset = next;
            }
            Sound::Vowel { nucleus, semivowel, tone } => {
                let (coda, taken) = coda(&sounds[at + 1..], semivowel);
                syllables.push((fit(onset, glide, nucleus, coda, tone), Stress::Primary));
                at += taken;
                (onset, glide) = (Onset::None, false);
            }
        }
        at += 1;
    }
    syllables
}

/// The coda of a vowel that `rest` follows, and how many sounds of `rest` are done with.
fn coda(rest: &[Sound], semivowel: Coda) -> (Coda, usize) {
    let cluster: Vec<Onset> = rest
        .iter()
        .map_while(|sound| match sound {
            Sound::Consonant(onset) => Some(*onset),
            _ => None,
        })
        .collect();
    let last = cluster.len() == rest.len();
    // Of the consonants between two vowels the last begins the next syllable.
    let free = if last { cluster.len() } else { cluster.len().saturating_sub(1) };
    if semivowel != Coda::None {
        return (semivowel, if last { free } else { free.min(1) });
    }
    let found = cluster[..free].iter().position(|&onset| closing(onset) != Coda::None);
    match found {
        // At the end of a word only one of several consonants can be kept.
        Some(index) if last => (closing(cluster[index]), free),
        None if last => (Coda::None, free),
        Some(index) => (closing(cluster[index]), index + 1),
        None => (Coda::None, free),
    }
}

/// The coda nearest to a consonant.
fn closing(onset: Onset) -> Coda {
    match onset {
        Onset::M => Coda::M,
        Onset::N | Onset::L => Coda::N,
        Onset::Ng => Coda::Ng,
        Onset::Nh => Coda::Nh,
        Onset::B | Onset::P | Onset::Ph | Onset::V => Coda::P,
        Onset::C | Onset::Q | Onset::G | Onset::Kh => Coda::C,
        Onset::Ch | Onset::Tr | Onset::D | Onset::Dd | Onset::Gi => Coda::T,
        Onset::S | Onset::X | Onset::T | Onset::Th => Coda::T,
        Onset::H | Onset::R | Onset::None => Coda::None,
    }
}

/// A consonant without a vowel: cờ, with the weaker stress.
fn slipped_in(onset: Onset) -> Syllable {
    fit(onset, false, Nucleus::Ow, Coda::None, Tone::Falling)
}

/// The Vietnamese syllable nearest to these parts.
fn fit(onset: Onset, glide: bool, nucleus: Nucleus, coda: Coda, tone: Tone) -> Syllable {
    let nucleus = match (nucleus, coda) {
        // An open e is narrow in names: Peru is Pê-ru.
        (Nucleus::E, Coda::None) => Nucleus::Ee,
        (Nucleus::E, Coda::Nh | Coda::Ch) => Nucleus::Ee,
        (Nucleus::Aw, Coda::None) => Nucleus::A,
        (Nucleus::Aa, Coda::None) => Nucleus::Ow,
        (Nucleus::Ow, Coda::Ng | Coda::C) => Nucleus::Aa,
        (Nucleus::Uw, Coda::P) => Nucleus::U,
        _ => nucleus,
    };
    let front = matches!(nucleus, Nucleus::I | Nucleus::Ee);
    let coda = match coda {
        Coda::Ng if front => Coda::Nh,
        Coda::C if front => Coda::Ch,
        Coda::Nh if !nucleus.takes(Coda::Nh) => Coda::N,
        Coda::Ch if !nucleus.takes(Coda::Ch) => Coda::T,
        _ => coda,
    };
    let rounded = matches!(
        nucleus,
        Nucleus::O | Nucleus::Oo | Nucleus::U | Nucleus::Uw | Nucleus::Uo | Nucleus::Uwow
    );
    let tone = if coda.is_stop() && !tone.goes_with_stop() { Tone::Rising } else { tone };
    Syllable { onset, glide: glide && !rounded, nucleus, coda, tone, mark_on_glide: false }
}
