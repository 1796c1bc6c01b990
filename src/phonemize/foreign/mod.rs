//! Foreign words -> Vietnamese syllables, as a newsreader says them.
//!
//! A word with a settled reading is looked up ([`names`]). For any other the language it likely
//! comes from is told by its letters and neighbours (`origin`), the letters become sounds by
//! the rules of that language (`rules`), and the sounds are fitted into syllables (`fit`):
//! every vowel makes a syllable, a consonant that Vietnamese cannot join gets a short ờ of its
//! own (Macron: ma cờ rông), one that cannot end a syllable becomes its neighbour or is dropped
//! (Ronaldo: rô nan đô).

mod fit;
pub mod names;
mod origin;
mod rules;

#[cfg(test)]
mod tests;

use super::letters::{self, Letter};
use super::lexicon;
use super::phoneme::Stress;
use super::syllable::{Nucleus, Syllable, Tone};
use origin::Origin;
use rules::Sound;

/// The reading of `word` by rule, between the words before and after it (`""` for none); empty
/// only if it has no letter of the Latin alphabet.
///
/// A single letter, and a word without a vowel, is named letter by letter.
pub fn syllables(word: &str, before: &str, after: &str) -> Vec<(Syllable, Stress)> {
    let letters = latin(&letters::of(word));
    let vowels = letters.iter().filter(|letter| letter.is_vowel()).count();
    if letters.len() == 1 || vowels == 0 {
        return letter_names(&letters);
    }
    let mut sounds = rules::sounds(&letters, origin::of(word, before, after));
    if !sounds.iter().any(|sound| matches!(sound, Sound::Vowel { .. })) {
        // The only vowel was silent by the rules of a language that this word is not of.
        sounds = rules::sounds(&letters, Origin::Plain);
    }
    fit::join(&sounds)
}

/// How a syllable of a settled reading is stressed: a vowel slipped in between consonants is
/// written with ờ (cờ rôm) and is weaker than the rest.
pub fn stress(syllable: &Syllable) -> Stress {
    let slipped = (Nucleus::Ow, Tone::Falling) == (syllable.nucleus, syllable.tone);
    if slipped && *syllable == fit::slipped_in(syllable.onset) {
        Stress::Secondary
    } else {
        Stress::Primary
    }
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
            'ƀ' => "b",
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
