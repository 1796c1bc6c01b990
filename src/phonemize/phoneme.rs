//! The sounds of a syllable, by rule, in the notation of espeak-ng's `vi` voice.
//!
//! Measured against that voice on every onset, rime and tone: these rules say what it says,
//! including its oddities, since a voice trained on its output expects them.

use super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};

/// Every character that [`write()`] and the lexicon can produce, besides space and pauses.
pub const INVENTORY: &str = "abcefhijklmnopstuvwxyzŋɔɗəɛɜɣɪɲʃːˈˌ\u{32a}-12456";

/// How strongly a syllable is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stress {
    /// Nearly every syllable.
    Primary,
    /// Function words (là, của, những) and vowels slipped in between foreign consonants.
    Secondary,
}

/// Appends the sounds of `syllable`: onset and glide, stress, vowel, tone, coda.
pub fn write(sounds: &mut String, syllable: &Syllable, stress: Stress) {
    let glide = glide(syllable);
    sounds.push_str(onset(syllable.onset));
    if glide == Glide::Semivowel {
        sounds.push('w');
    }
    sounds.push(match stress {
        Stress::Primary => 'ˈ',
        Stress::Secondary => 'ˌ',
    });
    match glide {
        Glide::VowelO => sounds.push('o'),
        Glide::VowelU => sounds.push('u'),
        Glide::None | Glide::Semivowel => {}
    }
    let Syllable { nucleus, coda, .. } = *syllable;
    if (nucleus, coda) == (Nucleus::Aa, Coda::Y) {
        // The one semivowel that goes before the tone.
        sounds.push_str("əɪ");
        sounds.push_str(tone(syllable));
    } else {
        sounds.push_str(vowel(syllable));
        sounds.push_str(tone(syllable));
        sounds.push_str(ending(syllable));
    }
}

fn onset(onset: Onset) -> &'static str {
    match onset {
        Onset::None => "",
        Onset::B => "b",
        Onset::C | Onset::Q => "k",
        Onset::Ch | Onset::Tr => "tʃ",
        Onset::D | Onset::Gi | Onset::R => "z",
        Onset::Dd => "ɗ",
        Onset::G => "ɣ",
        Onset::H => "h",
        Onset::Kh => "x",
        Onset::L => "l",
        Onset::M => "m",
        Onset::N => "n",
        Onset::Ng => "ŋ",
        Onset::Nh => "ɲ",
        Onset::P => "p",
        Onset::Ph => "f",
        Onset::S | Onset::X => "s",
        Onset::T => "t\u{32a}",
        Onset::Th => "t",
        Onset::V => "v",
    }
}

/// How the glide is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Glide {
    None,
    Semivowel,
    VowelO,
    VowelU,
}

fn glide(syllable: &Syllable) -> Glide {
    let Syllable { onset, nucleus, coda, tone, mark_on_glide, .. } = *syllable;
    // The long o of xoong is w and o, but a plain o in the level tone.
    if nucleus == Nucleus::LongO && (coda == Coda::C || tone != Tone::Level) {
        return Glide::Semivowel;
    }
    if !syllable.glide {
        return Glide::None;
    }
    let written_o = matches!(nucleus, Nucleus::A | Nucleus::Aw | Nucleus::E);
    match (onset, nucleus, coda) {
        // họa, but not hoạ.
        (_, Nucleus::A, Coda::None) if mark_on_glide && tone == Tone::Heavy => Glide::VowelO,
        // After gi, uy and uê are two vowels, except in uyu.
        (Onset::Gi, _, Coda::W) => Glide::Semivowel,
        (Onset::Gi, ..) if !written_o && !mark_on_glide => Glide::VowelU,
        _ => Glide::Semivowel,
    }
}

fn vowel(syllable: &Syllable) -> &'static str {
    let closed = syllable.coda != Coda::None;
    match syllable.nucleus {
        Nucleus::A if matches!(syllable.coda, Coda::Nh | Coda::Ch) => "e-",
        Nucleus::A => "aː",
        Nucleus::Aw => "a",
        Nucleus::Aa => "ə",
        Nucleus::E => "ɛ",
        Nucleus::Ee => "e",
        Nucleus::I => "i",
        Nucleus::O | Nucleus::LongO => "ɔ",
        Nucleus::Oo => "o",
        Nucleus::Ow => "əː",
        Nucleus::U => "u",
        // Northern speech has hưu rhyme with hiu.
        Nucleus::Uw if syllable.coda == Coda::W => "i",
        Nucleus::Uw => "y",
        Nucleus::Ie if closed => "iɛ",
        Nucleus::Ie => "iə",
        Nucleus::Uo if syllable.onset == Onset::Gi && syllable.coda.is_consonant() => "uo",
        Nucleus::Uo => "uə",
        Nucleus::Uwow => "yə",
        Nucleus::LongOo if syllable.onset == Onset::Q => "uəo",
        Nucleus::LongOo => "oo",
    }
}

fn tone(syllable: &Syllable) -> &'static str {
    match syllable.tone {
        Tone::Level => match (syllable.nucleus, syllable.coda) {
            (Nucleus::Aa | Nucleus::Ee, Coda::W) => "1",
            _ => "",
        },
        Tone::Falling => "2",
        Tone::Rising => "ɜ",
        Tone::Dipping => "4",
        Tone::Broken => "5",
        Tone::Heavy => "6",
    }
}

fn ending(syllable: &Syllable) -> &'static str {
    match syllable.coda {
        Coda::None => "",
        Coda::M => "m",
        Coda::N => "n",
        Coda::Ng => "ŋ",
        Coda::Nh => "ɲ",
        Coda::P => "p",
        Coda::T => "t\u{32a}",
        // A final c is k after o and ô only; elsewhere it has the sound of ch.
        Coda::C => match (syllable.nucleus, syllable.onset) {
            (Nucleus::O | Nucleus::Oo | Nucleus::LongO | Nucleus::LongOo, _) => "k",
            (Nucleus::Uo, Onset::Gi) => "k",
            _ => "c",
        },
        Coda::Ch => "c",
        Coda::Y => "j",
        Coda::W => "w",
    }
}
