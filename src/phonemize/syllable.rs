//! A written Vietnamese syllable taken apart: onset, glide, nucleus, coda, tone.
//!
//! Names of letters follow Telex, the way Vietnamese is typed: `Aw` is ă, `Dd` is đ, `Ow` is ơ.

use super::letters::{self, Letter};

/// What a syllable is made of, as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Syllable {
    pub onset: Onset,
    /// The rounded glide between onset and nucleus: the `o` of hoa, the `u` of thuê and quê.
    pub glide: bool,
    pub nucleus: Nucleus,
    pub coda: Coda,
    pub tone: Tone,
    /// The tone mark stands on the glide (hòa), as before the reform, not on the nucleus (hoà).
    pub mark_on_glide: bool,
}

/// The consonant a syllable begins with. One name for all spellings that only depend on the
/// vowel that follows: `C` is also k, `G` is also gh, `Ng` is also ngh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    None,
    B,
    C,
    Ch,
    D,
    Dd,
    G,
    Gi,
    H,
    Kh,
    L,
    M,
    N,
    Ng,
    Nh,
    P,
    Ph,
    /// The q of qu; the u is a glide, or part of the nucleus in quô.
    Q,
    R,
    S,
    T,
    Th,
    Tr,
    V,
    X,
}

/// The vowel a syllable is built around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nucleus {
    A,
    /// ă, also the a of au and ay.
    Aw,
    /// â
    Aa,
    E,
    /// ê
    Ee,
    /// i or y
    I,
    O,
    /// ô
    Oo,
    /// ơ
    Ow,
    U,
    /// ư
    Uw,
    /// iê, yê, ia, ya
    Ie,
    /// uô, ua
    Uo,
    /// ươ, ưa
    Uwow,
    /// The long o of xoong.
    LongO,
    /// The long ô of ôông.
    LongOo,
}

/// How a syllable ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coda {
    None,
    M,
    N,
    Ng,
    Nh,
    P,
    T,
    /// c, also the k of names from the highlands (Đắk Lắk).
    C,
    Ch,
    /// The semivowel of ai, ay.
    Y,
    /// The semivowel of ao, au.
    W,
}

/// The six tones of the northern standard, by how they sound, with the name of the mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// ngang: no mark
    #[default]
    Level,
    /// huyền
    Falling,
    /// sắc
    Rising,
    /// hỏi
    Dipping,
    /// ngã
    Broken,
    /// nặng
    Heavy,
}

impl Syllable {
    /// The parts of `word`, in either case and any normal form, or `None` if it is not a
    /// possible Vietnamese syllable.
    pub fn parse(word: &str) -> Option<Self> {
        let letters = letters::of(word);
        if letters.iter().any(|letter| letter.foreign) {
            return None;
        }
        let mut marked = (0..letters.len()).filter(|&i| letters[i].tone != Tone::Level);
        let mark = marked.next();
        if marked.next().is_some() {
            return None;
        }
        let spelled: String = letters.iter().map(|letter| letter.base).collect();

        let (onset, onset_letters) = split_onset(&spelled, &letters)?;
        let rime: &str = &spelled[byte_at(&spelled, onset_letters)..];
        let (glide, nucleus, coda) = split_rime(rime)?;
        let tone = match mark {
            Some(mark) => letters[mark].tone,
            // Names from the highlands (Đăk Lăk) are also written without the mark they need.
            None if rime == "ăk" => Tone::Rising,
            None => Tone::Level,
        };
        let (glide, nucleus) =
            if onset == Onset::Q { after_q(glide, nucleus)? } else { (glide, nucleus) };
        if !nucleus.takes(coda) || (coda.is_stop() && !tone.goes_with_stop()) {
            return None;
        }
        let mark_on_glide = glide && onset != Onset::Q && mark == Some(onset_letters);
        Some(Self { onset, glide, nucleus, coda, tone, mark_on_glide })
    }
}

impl Nucleus {
    /// Whether Vietnamese has syllables with this nucleus before `coda`.
    pub fn takes(self, coda: Coda) -> bool {
        use Coda::{C, Ch, M, N, Ng, Nh, P, T, W, Y};
        match self {
            Self::A => true,
            Self::Aw | Self::Aa => matches!(coda, M | N | Ng | P | T | C | Y | W),
            Self::E | Self::Ie => matches!(coda, Coda::None | M | N | Ng | P | T | C | W),
            Self::Ee | Self::I => matches!(coda, Coda::None | M | N | Nh | P | T | Ch | W),
            Self::O | Self::Oo | Self::U | Self::Uo => {
                matches!(coda, Coda::None | M | N | Ng | P | T | C | Y)
            }
            Self::Ow => matches!(coda, Coda::None | M | N | P | T | Y),
            Self::Uw => matches!(coda, Coda::None | M | N | Ng | T | C | Y | W),
            Self::Uwow => matches!(coda, Coda::None | M | N | Ng | P | T | C | Y | W),
            Self::LongO | Self::LongOo => matches!(coda, Ng | C),
        }
    }
}

impl Coda {
    pub fn is_stop(self) -> bool {
        matches!(self, Self::P | Self::T | Self::C | Self::Ch)
    }

    /// False for an open syllable and for one that ends in a semivowel.
    pub fn is_consonant(self) -> bool {
        !matches!(self, Self::None | Self::Y | Self::W)
    }
}

impl Tone {
    /// A syllable that ends in a stop is too short for the other four tones.
    pub fn goes_with_stop(self) -> bool {
        matches!(self, Self::Rising | Self::Heavy)
    }
}

/// The onset and how many letters it takes.
fn split_onset(spelled: &str, letters: &[Letter]) -> Option<(Onset, usize)> {
    const LONGEST_FIRST: [(&str, Onset); 26] = [
        ("ngh", Onset::Ng),
        ("ng", Onset::Ng),
        ("nh", Onset::Nh),
        ("gh", Onset::G),
        ("ch", Onset::Ch),
        ("kh", Onset::Kh),
        ("ph", Onset::Ph),
        ("qu", Onset::Q),
        ("th", Onset::Th),
        ("tr", Onset::Tr),
        ("b", Onset::B),
        ("c", Onset::C),
        ("d", Onset::D),
        ("đ", Onset::Dd),
        ("g", Onset::G),
        ("h", Onset::H),
        ("k", Onset::C),
        ("l", Onset::L),
        ("m", Onset::M),
        ("n", Onset::N),
        ("p", Onset::P),
        ("r", Onset::R),
        ("s", Onset::S),
        ("t", Onset::T),
        ("v", Onset::V),
        ("x", Onset::X),
    ];
    if let Some(after) = spelled.strip_prefix("gi") {
        // The i is only a sign of the onset in già, but also the vowel in gì, gìn, giết and gịa.
        let shared = !after.starts_with(letters::is_vowel)
            || letters[1].tone != Tone::Level
            || matches!(after, "êt" | "êng" | "êc");
        return Some((Onset::Gi, if shared { 1 } else { 2 }));
    }
    let (spelling, onset) = LONGEST_FIRST
        .into_iter()
        .find(|(spelling, _)| spelled.starts_with(spelling))
        .unwrap_or(("", Onset::None));
    // Before front vowels c and g have another sound in every language but Vietnamese, which
    // writes k and gh there.
    let front = spelled[spelling.len()..].starts_with(['e', 'ê', 'i', 'y']);
    if front && matches!(spelling, "c" | "g") {
        return None;
    }
    Some((onset, spelling.chars().count()))
}

/// In qu the u is the glide, except that quô is the rime uô (quốc rhymes with thuốc).
fn after_q(glide: bool, nucleus: Nucleus) -> Option<(bool, Nucleus)> {
    match nucleus {
        _ if glide => None,
        Nucleus::Oo => Some((false, Nucleus::Uo)),
        Nucleus::LongOo => Some((false, Nucleus::LongOo)),
        Nucleus::O | Nucleus::LongO | Nucleus::U | Nucleus::Uo => None,
        Nucleus::Uw | Nucleus::Uwow => None,
        unrounded => Some((true, unrounded)),
    }
}

fn split_rime(rime: &str) -> Option<(bool, Nucleus, Coda)> {
    let end = rime.find(|c| !letters::is_vowel(c)).unwrap_or(rime.len());
    let (vowels, consonant) = rime.split_at(end);
    let (glide, nucleus, semivowel) = split_vowels(vowels, consonant.is_empty())?;
    let coda = match consonant {
        "" => semivowel,
        _ if semivowel != Coda::None => return None,
        "m" => Coda::M,
        "n" => Coda::N,
        "ng" => Coda::Ng,
        "nh" => Coda::Nh,
        "p" => Coda::P,
        "t" => Coda::T,
        "k" if matches!(nucleus, Nucleus::I | Nucleus::Ee) => Coda::Ch,
        "c" | "k" => Coda::C,
        "ch" => Coda::Ch,
        _ => return None,
    };
    Some((glide, nucleus, coda))
}

/// Glide, nucleus and semivowel of a run of vowel letters; `open` when no consonant follows.
fn split_vowels(vowels: &str, open: bool) -> Option<(bool, Nucleus, Coda)> {
    use Coda::{W, Y};
    let (glide, nucleus, semivowel) = match vowels {
        "a" => (false, Nucleus::A, Coda::None),
        "ă" => (false, Nucleus::Aw, Coda::None),
        "â" => (false, Nucleus::Aa, Coda::None),
        "e" => (false, Nucleus::E, Coda::None),
        "ê" => (false, Nucleus::Ee, Coda::None),
        "i" | "y" => (false, Nucleus::I, Coda::None),
        "o" => (false, Nucleus::O, Coda::None),
        "ô" => (false, Nucleus::Oo, Coda::None),
        "ơ" => (false, Nucleus::Ow, Coda::None),
        "u" => (false, Nucleus::U, Coda::None),
        "ư" => (false, Nucleus::Uw, Coda::None),
        "ia" | "ya" if open => (false, Nucleus::Ie, Coda::None),
        "ua" if open => (false, Nucleus::Uo, Coda::None),
        "ưa" if open => (false, Nucleus::Uwow, Coda::None),
        "iê" | "yê" if !open => (false, Nucleus::Ie, Coda::None),
        "uô" if !open => (false, Nucleus::Uo, Coda::None),
        "ươ" if !open => (false, Nucleus::Uwow, Coda::None),
        "oo" if !open => (false, Nucleus::LongO, Coda::None),
        "ôô" if !open => (false, Nucleus::LongOo, Coda::None),
        "ai" => (false, Nucleus::A, Y),
        "ay" => (false, Nucleus::Aw, Y),
        "ây" => (false, Nucleus::Aa, Y),
        "oi" => (false, Nucleus::O, Y),
        "ôi" => (false, Nucleus::Oo, Y),
        "ơi" => (false, Nucleus::Ow, Y),
        "ui" => (false, Nucleus::U, Y),
        "ưi" => (false, Nucleus::Uw, Y),
        "uôi" => (false, Nucleus::Uo, Y),
        "ươi" => (false, Nucleus::Uwow, Y),
        "ao" => (false, Nucleus::A, W),
        "au" => (false, Nucleus::Aw, W),
        "âu" => (false, Nucleus::Aa, W),
        "eo" => (false, Nucleus::E, W),
        "êu" => (false, Nucleus::Ee, W),
        "iu" | "yu" => (false, Nucleus::I, W),
        "ưu" => (false, Nucleus::Uw, W),
        "iêu" | "yêu" => (false, Nucleus::Ie, W),
        "ươu" => (false, Nucleus::Uwow, W),
        "oa" => (true, Nucleus::A, Coda::None),
        "oă" => (true, Nucleus::Aw, Coda::None),
        "uâ" => (true, Nucleus::Aa, Coda::None),
        "oe" => (true, Nucleus::E, Coda::None),
        "uê" => (true, Nucleus::Ee, Coda::None),
        "uy" => (true, Nucleus::I, Coda::None),
        "uơ" => (true, Nucleus::Ow, Coda::None),
        "uya" if open => (true, Nucleus::Ie, Coda::None),
        "uyê" if !open => (true, Nucleus::Ie, Coda::None),
        "oai" => (true, Nucleus::A, Y),
        "oay" => (true, Nucleus::Aw, Y),
        "uây" => (true, Nucleus::Aa, Y),
        "oao" => (true, Nucleus::A, W),
        "oeo" => (true, Nucleus::E, W),
        "uyu" => (true, Nucleus::I, W),
        _ => return None,
    };
    Some((glide, nucleus, semivowel))
}

/// Where the letter number `index` begins in `text`.
fn byte_at(text: &str, index: usize) -> usize {
    text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte)
}
