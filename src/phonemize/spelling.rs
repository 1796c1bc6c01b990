//! A syllable -> how Vietnamese writes it, so that an editor can read how a name is said.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::syllable::{Coda, Nucleus, Onset, Syllable, Tone};

/// Writes the syllable in small letters, in NFC, the tone mark where the reform of 1980 puts it
/// (`hoà`) unless the syllable says otherwise.
///
/// What cannot be told apart in writing, and the few words in gi that are not said as written,
/// take the spelling of the same sound: `di`.
impl fmt::Display for Syllable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = write(self);
        if self.onset == Onset::Gi {
            let ambiguous = Self::parse(&written) != Some(*self)
                || matches!(written.as_str(), "gi" | "gim" | "gin" | "ginh");
            if ambiguous {
                return f.write_str(&write(&Self { onset: Onset::D, ..*self }));
            }
        }
        f.write_str(&written)
    }
}

fn write(syllable: &Syllable) -> String {
    let rime = rime(syllable);
    let front = rime.starts_with(['e', 'ê', 'i', 'y']);
    // The i of gi is written once: gì, giết.
    let shared = syllable.onset == Onset::Gi && rime.starts_with('i');
    let mut plain = String::from(if shared { "g" } else { onset(syllable.onset, front) });
    let at = plain.chars().count();
    plain.push_str(&rime);
    if let Some(mark) = mark(syllable.tone) {
        let place = at + tone_place(syllable);
        let end = plain.char_indices().nth(place + 1).map_or(plain.len(), |(byte, _)| byte);
        plain.insert(end, mark);
    }
    plain.nfc().collect()
}

fn onset(onset: Onset, front: bool) -> &'static str {
    match onset {
        Onset::None => "",
        Onset::B => "b",
        Onset::C if front => "k",
        Onset::C => "c",
        Onset::Ch => "ch",
        Onset::D => "d",
        Onset::Dd => "đ",
        Onset::G if front => "gh",
        Onset::G => "g",
        Onset::Gi => "gi",
        Onset::H => "h",
        Onset::Kh => "kh",
        Onset::L => "l",
        Onset::M => "m",
        Onset::N => "n",
        Onset::Ng if front => "ngh",
        Onset::Ng => "ng",
        Onset::Nh => "nh",
        Onset::P => "p",
        Onset::Ph => "ph",
        Onset::Q => "qu",
        Onset::R => "r",
        Onset::S => "s",
        Onset::T => "t",
        Onset::Th => "th",
        Onset::Tr => "tr",
        Onset::V => "v",
        Onset::X => "x",
    }
}

/// The letters after the onset, without tone; after q the u of the glide is the onset's.
fn rime(syllable: &Syllable) -> String {
    let Syllable { onset, nucleus, coda, .. } = *syllable;
    let open = coda == Coda::None;
    let glide = match nucleus {
        _ if !syllable.glide || onset == Onset::Q => "",
        Nucleus::A | Nucleus::Aw | Nucleus::E => "o",
        _ => "u",
    };
    let no_onset = onset == Onset::None && !syllable.glide;
    let vowel = match nucleus {
        Nucleus::A => "a",
        // ay and au are ă and a semivowel.
        Nucleus::Aw if matches!(coda, Coda::Y | Coda::W) => "a",
        Nucleus::Aw => "ă",
        Nucleus::Aa => "â",
        Nucleus::E => "e",
        Nucleus::Ee => "ê",
        Nucleus::I if syllable.glide => "y",
        Nucleus::I => "i",
        Nucleus::O => "o",
        Nucleus::Oo => "ô",
        Nucleus::Ow => "ơ",
        Nucleus::U => "u",
        Nucleus::Uw => "ư",
        Nucleus::Ie => match (syllable.glide, open) {
            (true, true) => "ya",
            (true, false) => "yê",
            (false, true) => "ia",
            (false, false) if no_onset => "yê",
            (false, false) => "iê",
        },
        Nucleus::Uo if onset == Onset::Q => "ô",
        Nucleus::Uo if open => "ua",
        Nucleus::Uo => "uô",
        Nucleus::Uwow if open => "ưa",
        Nucleus::Uwow => "ươ",
        Nucleus::LongO => "oo",
        Nucleus::LongOo => "ôô",
    };
    let ending = match (coda, nucleus) {
        (Coda::Y, Nucleus::Aw | Nucleus::Aa) => "y",
        (Coda::Y, _) => "i",
        (Coda::W, Nucleus::A | Nucleus::E) => "o",
        (Coda::W, _) => "u",
        (coda, _) => consonant(coda),
    };
    [glide, vowel, ending].concat()
}

fn consonant(coda: Coda) -> &'static str {
    match coda {
        Coda::None | Coda::Y | Coda::W => "",
        Coda::M => "m",
        Coda::N => "n",
        Coda::Ng => "ng",
        Coda::Nh => "nh",
        Coda::P => "p",
        Coda::T => "t",
        Coda::C => "c",
        Coda::Ch => "ch",
    }
}

/// Which letter of the rime carries the mark.
fn tone_place(syllable: &Syllable) -> usize {
    let glide = usize::from(syllable.glide && syllable.onset != Onset::Q);
    if syllable.mark_on_glide {
        return 0;
    }
    let open = syllable.coda == Coda::None;
    // The second letter of a diphthong before a coda (tiến), the first of an open one (mía).
    let second = match syllable.nucleus {
        Nucleus::Uo if syllable.onset == Onset::Q => false,
        Nucleus::Ie | Nucleus::Uo | Nucleus::Uwow => !open,
        Nucleus::LongO | Nucleus::LongOo => true,
        _ => false,
    };
    glide + usize::from(second)
}

fn mark(tone: Tone) -> Option<char> {
    match tone {
        Tone::Level => None,
        Tone::Falling => Some('\u{300}'),
        Tone::Rising => Some('\u{301}'),
        Tone::Dipping => Some('\u{309}'),
        Tone::Broken => Some('\u{303}'),
        Tone::Heavy => Some('\u{323}'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYLLABLES: &str = include_str!("../../tests/data/phonemize/syllables.tsv");

    #[test]
    fn what_is_written_is_read_back() {
        let words = SYLLABLES.lines().filter_map(|line| line.split('\t').next());
        let mut checked = 0;
        for syllable in words.filter_map(Syllable::parse) {
            let written = syllable.to_string();
            assert_eq!(Syllable::parse(&written), Some(syllable), "{written}");
            checked += 1;
        }
        assert!(checked > 150);
    }

    #[test]
    fn the_usual_spelling_is_written() {
        for word in [
            "nghiêng", "ghế", "kẻ", "cá", "quốc", "quý", "gì", "giết", "giống", "hoà", "hòa",
            "khuya", "thuở", "yếu", "mía", "của", "mưa", "được", "xoong", "moóc", "ngoáy", "loăng",
            "khuỷu", "ôm", "ia", "quen", "nguyễn", "tuân", "giêng", "hươu", "đau", "đây",
        ] {
            assert_eq!(Syllable::parse(word).unwrap().to_string(), word);
        }
    }

    #[test]
    fn an_ambiguous_gi_is_written_as_the_same_sound() {
        let gi = Syllable::parse("gì").unwrap();
        assert_eq!(Syllable { tone: Tone::Level, ..gi }.to_string(), "di");
    }
}
