//! Letters -> sounds: the rules of one language, from the tables `spelling-*.tsv`.
//!
//! A row is `before(letters)after`, a tab, and the sounds, apart by spaces; `-` is silent. The
//! first row that fits the letters at a place is taken, and the next place is after them. Around
//! the brackets `^` is the beginning of the word, `$` its end, `V` any vowel, `C` any consonant,
//! `E` a front vowel; without brackets the neighbours do not matter. A letter without a mark is also
//! read for the marked one; of the marks that Vietnamese does not have any stands for all.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::letters::{self, Letter};
use super::super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};
use super::origin::Origin;

/// A sound that Vietnamese has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    Consonant(Onset),
    /// The rounded glide that w and qu stand for.
    Glide,
    Vowel {
        nucleus: Nucleus,
        semivowel: Coda,
        tone: Tone,
    },
}

/// The sounds of a word that is spelled as in the language of `origin`.
pub fn sounds(letters: &[Letter], origin: Origin) -> Vec<Sound> {
    let rules = &RULES[&origin];
    let mut sounds = Vec::with_capacity(letters.len());
    let mut at = 0;
    while at < letters.len() {
        let rule = rules
            .get(&letters[at].base)
            .and_then(|rules| rules.iter().find(|rule| rule.fits(&letters[..at], &letters[at..])));
        let Some(rule) = rule else {
            at += 1;
            continue;
        };
        let end = at + rule.letters.len();
        // A mark of tone is heard in a name of our own highlands, and nowhere else.
        let tone = letters[at..end].iter().map(|letter| letter.tone);
        let tone = tone.filter(|_| origin == Origin::Highland).find(|&tone| tone != Tone::Level);
        sounds.extend(rule.sounds.iter().map(|&sound| match (sound, tone) {
            (Sound::Vowel { nucleus, semivowel, .. }, Some(tone)) => {
                Sound::Vowel { nucleus, semivowel, tone }
            }
            _ => sound,
        }));
        at = end;
    }
    sounds
}

/// The rules of a language by the first letter of what they read, in the order of the table.
type Rules = HashMap<char, Vec<Rule>>;

static RULES: LazyLock<HashMap<Origin, Rules>> = LazyLock::new(|| {
    let tables = Origin::ALL.into_iter().map(|origin| {
        let mut rules = Rules::new();
        let rows = origin.tables().iter().flat_map(|table| table.lines());
        for row in rows.filter(|row| !row.is_empty() && !row.starts_with('#')) {
            let rule = Rule::parse(row);
            rules.entry(rule.letters[0].base).or_default().push(rule);
        }
        (origin, rules)
    });
    tables.collect()
});

struct Rule {
    before: Vec<Class>,
    letters: Vec<Letter>,
    after: Vec<Class>,
    sounds: Vec<Sound>,
}

/// What may stand beside the letters of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Edge,
    Vowel,
    Consonant,
    Front,
    Letter(char),
}

impl Rule {
    /// Reads a row; the tables are part of the program and a test reads them all.
    fn parse(row: &'static str) -> Self {
        let (pattern, sounds) = row.split_once('\t').expect("a tab between letters and sounds");
        let (before, rest) = pattern.split_once('(').unwrap_or(("", pattern));
        let (letters, after) = rest.split_once(')').unwrap_or((rest, ""));
        let letters = letters::of(letters);
        let classes = |text: &str| text.chars().map(Class::of).collect();
        let mut heard = vec![];
        for token in sounds.split(' ').filter(|&token| token != "-") {
            add(&mut heard, token);
        }
        Self { before: classes(before), letters, after: classes(after), sounds: heard }
    }

    fn fits(&self, before: &[Letter], rest: &[Letter]) -> bool {
        let length = self.letters.len();
        rest.len() >= length
            && self.letters.iter().zip(rest).all(|(rule, letter)| {
                // A plain letter stands for the marked ones too.
                rule.base == letter.base
                    && (rule.tone == Tone::Level || rule.tone == letter.tone)
                    && (letter.foreign || !rule.foreign)
            })
            && beside(self.after.iter(), rest[length..].iter())
            && beside(self.before.iter().rev(), before.iter().rev())
    }
}

fn beside<'a>(
    mut classes: impl Iterator<Item = &'a Class>,
    mut letters: impl Iterator<Item = &'a Letter>,
) -> bool {
    classes.all(|class| class.has(letters.next()))
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '^' | '$' => Self::Edge,
            'V' => Self::Vowel,
            'C' => Self::Consonant,
            'E' => Self::Front,
            letter => Self::Letter(letter),
        }
    }

    fn has(self, letter: Option<&Letter>) -> bool {
        let Some(letter) = letter else { return self == Self::Edge };
        match self {
            Self::Edge => false,
            Self::Vowel => letter.is_vowel(),
            Self::Consonant => !letter.is_vowel(),
            Self::Front => matches!(letter.base, 'e' | 'ê' | 'i' | 'y'),
            Self::Letter(base) => base == letter.base,
        }
    }
}

/// Appends one token of a row: a Vietnamese onset, `w`, or a vowel with what goes with it.
fn add(sounds: &mut Vec<Sound>, token: &str) {
    match onset(token) {
        Some(onset) => sounds.push(Sound::Consonant(onset)),
        None => add_vowel(sounds, token),
    }
}

fn onset(token: &str) -> Option<Onset> {
    Some(match token {
        "b" => Onset::B,
        "c" => Onset::C,
        "ch" => Onset::Ch,
        "d" => Onset::D,
        "đ" => Onset::Dd,
        "g" => Onset::G,
        "gi" => Onset::Gi,
        "h" => Onset::H,
        "kh" => Onset::Kh,
        "l" => Onset::L,
        "m" => Onset::M,
        "n" => Onset::N,
        "ng" => Onset::Ng,
        "nh" => Onset::Nh,
        "p" => Onset::P,
        "ph" => Onset::Ph,
        "qu" => Onset::Q,
        "r" => Onset::R,
        "s" => Onset::S,
        "t" => Onset::T,
        "th" => Onset::Th,
        "tr" => Onset::Tr,
        "v" => Onset::V,
        "x" => Onset::X,
        _ => return None,
    })
}

fn add_vowel(sounds: &mut Vec<Sound>, token: &str) {
    let (glide, nucleus, semivowel, tone) = match token {
        "w" => return sounds.push(Sound::Glide),
        // These never stand alone in Vietnamese: what follows will close them.
        "ă" => (false, Nucleus::Aw, Coda::None, Tone::Level),
        "â" => (false, Nucleus::Aa, Coda::None, Tone::Level),
        "iê" => (false, Nucleus::Ie, Coda::None, Tone::Level),
        "uô" => (false, Nucleus::Uo, Coda::None, Tone::Level),
        "ươ" => (false, Nucleus::Uwow, Coda::None, Tone::Level),
        "uâ" => (true, Nucleus::Aa, Coda::None, Tone::Level),
        "uyê" => (true, Nucleus::Ie, Coda::None, Tone::Level),
        _ => {
            let syllable =
                Syllable::parse(token).unwrap_or_else(|| unreachable!("no sound: {token}"));
            (syllable.glide, syllable.nucleus, syllable.coda, syllable.tone)
        }
    };
    if glide {
        sounds.push(Sound::Glide);
    }
    sounds.push(Sound::Vowel { nucleus, semivowel, tone });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_reads_every_letter() {
        for origin in Origin::ALL {
            for letter in ('a'..='z').chain("ăâđêôơư".chars()) {
                let single = |rule: &Rule| rule.letters.len() == 1 && rule.before.is_empty();
                let rules = RULES[&origin].get(&letter).expect("rules");
                assert!(rules.iter().any(|rule| single(rule) && rule.after.is_empty()), "{letter}");
            }
        }
    }
}
