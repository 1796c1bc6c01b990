//! The sounds of northern Vietnamese: what each consonant and vowel is made of.
//!
//! Vowel targets follow the Hanoi vowel charts of Kirby (2011, *JIPA* 41) at the size of a female
//! vocal tract; consonant loci are locus equations in the manner of Sussman, McCaffrey & Matthews
//! (1991), scaled by the same 1.16; noise spectra follow Klatt (1980), Table III, and
//! Stevens (1998, *Acoustic Phonetics*, chapters 7 and 8).

/// Centre frequencies of the first three formants, Hz.
pub type Formants = [f64; 3];

/// A vowel, or the vowel-like target of a glide.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vowel {
    pub formants: Formants,
    /// ă and â: the nucleus is short and the coda makes up for it.
    pub short: bool,
}

/// How the airstream is shaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Voiceless, unaspirated; as a coda never released.
    Stop,
    /// Voiceless, with a breath after the release: `th`.
    Aspirated,
    /// Voiceless, with friction after the release: `ch`, `tr`.
    Affricate,
    /// Voiced with a lowering larynx: `b`, `đ`.
    Implosive,
    Fricative,
    VoicedFricative,
    /// Breath through the shape of the coming vowel: `h`.
    Breath,
    Nasal,
    Lateral,
    /// `w` and `j`.
    Glide,
    /// The closed glottis with which a syllable without a written onset begins.
    GlottalStop,
}

/// Where the vocal tract is narrowest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Labial,
    Dental,
    Palatal,
    Velar,
    /// `ng` and `c` after rounded vowels: velar closure with closed lips.
    LabialVelar,
    Retroflex,
    Glottal,
}

/// One resonance of a noise spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Band {
    /// Centre, Hz; zero means the second formant at the constriction, as for velars.
    pub hz: f64,
    pub width_hz: f64,
    pub gain: f64,
}

/// The spectrum of friction or of a burst.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Noise {
    pub bands: [Band; 3],
    /// The part that no cavity shapes, as behind the lips.
    pub flat: f64,
}

/// A consonant of the inventory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Consonant {
    pub manner: Manner,
    pub place: Place,
    pub noise: Noise,
}

const fn vowel(f1: f64, f2: f64, f3: f64) -> Vowel {
    Vowel { formants: [f1, f2, f3], short: false }
}

const fn short(f1: f64, f2: f64, f3: f64) -> Vowel {
    Vowel { formants: [f1, f2, f3], short: true }
}

pub const VOWEL_I: Vowel = vowel(330.0, 2720.0, 3350.0);
pub const VOWEL_E: Vowel = vowel(470.0, 2480.0, 3080.0);
pub const VOWEL_EPSILON: Vowel = vowel(710.0, 2180.0, 2980.0);
pub const VOWEL_A: Vowel = vowel(950.0, 1560.0, 2820.0);
pub const VOWEL_A_SHORT: Vowel = short(910.0, 1600.0, 2830.0);
/// The vowel of `anh` and `ach`, fronted on its way to the palate.
pub const VOWEL_A_FRONTED: Vowel = short(820.0, 1930.0, 2900.0);
/// ơ.
pub const VOWEL_SCHWA: Vowel = vowel(590.0, 1370.0, 2880.0);
/// â.
pub const VOWEL_SCHWA_SHORT: Vowel = short(660.0, 1430.0, 2880.0);
/// ư, which espeak-ng writes `y`.
pub const VOWEL_U_BARRED: Vowel = vowel(370.0, 1560.0, 2860.0);
pub const VOWEL_U: Vowel = vowel(360.0, 780.0, 2780.0);
pub const VOWEL_O: Vowel = vowel(490.0, 880.0, 2820.0);
pub const VOWEL_OPEN_O: Vowel = vowel(720.0, 1120.0, 2840.0);
/// The start of `ong` and `oc` in Hanoi, which glide from an open vowel to closed lips.
pub const VOWEL_OPEN_O_GLIDING: Vowel = short(800.0, 1230.0, 2820.0);
/// The start of `ông` and `ôc`, likewise.
pub const VOWEL_O_GLIDING: Vowel = short(600.0, 1130.0, 2830.0);
/// The second halves of `iê`/`ia`, `uô`/`ua`, `ươ`/`ưa`: all centring, none as open as ơ.
pub const VOWEL_CENTRING_FRONT: Vowel = vowel(540.0, 2150.0, 2950.0);
pub const VOWEL_CENTRING_BACK: Vowel = vowel(550.0, 1120.0, 2820.0);
pub const VOWEL_CENTRING: Vowel = vowel(550.0, 1430.0, 2860.0);

/// Glide targets: a medial or final `w`, a final `j`.
pub const GLIDE_W: Formants = [360.0, 760.0, 2700.0];
pub const GLIDE_J: Formants = [340.0, 2620.0, 3250.0];

const SILENT: Band = Band { hz: 5000.0, width_hz: 1000.0, gain: 0.0 };
pub const SILENCE: Noise = Noise { bands: [SILENT; 3], flat: 0.0 };

const fn band(hz: f64, width_hz: f64, gain: f64) -> Band {
    Band { hz, width_hz, gain }
}

const NOISE_LABIAL: Noise =
    Noise { bands: [band(1300.0, 900.0, 0.55), band(3500.0, 1500.0, 0.12), SILENT], flat: 0.06 };
const NOISE_LABIODENTAL: Noise =
    Noise { bands: [band(1700.0, 1200.0, 0.10), band(7800.0, 3000.0, 0.30), SILENT], flat: 0.10 };
const NOISE_DENTAL: Noise = Noise {
    bands: [band(3900.0, 1200.0, 0.30), band(6200.0, 2200.0, 0.38), band(2000.0, 800.0, 0.12)],
    flat: 0.05,
};
const NOISE_SIBILANT: Noise = Noise {
    bands: [band(7300.0, 1500.0, 0.95), band(9300.0, 1800.0, 0.60), band(5200.0, 900.0, 0.18)],
    flat: 0.02,
};
const NOISE_PALATAL: Noise = Noise {
    bands: [band(3700.0, 650.0, 0.75), band(5300.0, 1200.0, 0.75), band(7600.0, 1800.0, 0.35)],
    flat: 0.02,
};
const NOISE_VELAR: Noise = Noise {
    bands: [band(0.0, 320.0, 1.0), band(4000.0, 900.0, 0.30), band(6500.0, 2000.0, 0.10)],
    flat: 0.03,
};

const fn consonant(manner: Manner, place: Place, noise: Noise) -> Consonant {
    Consonant { manner, place, noise }
}

pub const GLOTTAL_STOP: Consonant = consonant(Manner::GlottalStop, Place::Glottal, SILENCE);
pub const CODA_K: Consonant = consonant(Manner::Stop, Place::Velar, NOISE_VELAR);
pub const CODA_K_PALATAL: Consonant = consonant(Manner::Stop, Place::Palatal, NOISE_PALATAL);
pub const CODA_K_ROUNDED: Consonant = consonant(Manner::Stop, Place::LabialVelar, NOISE_LABIAL);
pub const CODA_NG: Consonant = consonant(Manner::Nasal, Place::Velar, SILENCE);
pub const CODA_NG_ROUNDED: Consonant = consonant(Manner::Nasal, Place::LabialVelar, SILENCE);
pub const GLIDE_TO_W: Consonant = consonant(Manner::Glide, Place::LabialVelar, SILENCE);
pub const GLIDE_TO_J: Consonant = consonant(Manner::Glide, Place::Palatal, SILENCE);
/// A plain dental stop: Vietnamese `t`, written `t̪`.
pub const DENTAL_STOP: Consonant = consonant(Manner::Stop, Place::Dental, NOISE_DENTAL);
/// Vietnamese `th`, which espeak-ng writes `t`.
pub const DENTAL_ASPIRATED: Consonant = consonant(Manner::Aspirated, Place::Dental, NOISE_DENTAL);
/// Vietnamese `ch` and `tr`, the same in the north; written `tʃ`.
pub const AFFRICATE: Consonant = consonant(Manner::Affricate, Place::Palatal, NOISE_PALATAL);

/// The consonant a single letter stands for; the second block is met only in foreign words.
pub fn consonant_of(letter: char) -> Option<Consonant> {
    use Manner::*;
    use Place::*;
    Some(match letter {
        'p' => consonant(Stop, Labial, NOISE_LABIAL),
        't' => DENTAL_ASPIRATED,
        'k' => CODA_K,
        'c' => CODA_K,
        'b' => consonant(Implosive, Labial, NOISE_LABIAL),
        'ɗ' => consonant(Implosive, Dental, NOISE_DENTAL),
        'f' => consonant(Fricative, Labial, NOISE_LABIODENTAL),
        'v' => consonant(VoicedFricative, Labial, NOISE_LABIODENTAL),
        's' => consonant(Fricative, Dental, NOISE_SIBILANT),
        'z' => consonant(VoicedFricative, Dental, NOISE_SIBILANT),
        'x' => consonant(Fricative, Velar, NOISE_VELAR),
        'ɣ' => consonant(VoicedFricative, Velar, NOISE_VELAR),
        'h' => consonant(Breath, Glottal, SILENCE),
        'm' => consonant(Nasal, Labial, SILENCE),
        'n' => consonant(Nasal, Dental, SILENCE),
        'ɲ' => consonant(Nasal, Palatal, SILENCE),
        'ŋ' => CODA_NG,
        'l' => consonant(Lateral, Dental, SILENCE),
        'w' => GLIDE_TO_W,
        'j' => GLIDE_TO_J,

        'd' => consonant(Implosive, Dental, NOISE_DENTAL),
        'ɡ' | 'g' => consonant(Implosive, Velar, NOISE_VELAR),
        'ʃ' | 'ɕ' | 'ʂ' => consonant(Fricative, Palatal, NOISE_PALATAL),
        'ʒ' | 'ʐ' | 'ʑ' => consonant(VoicedFricative, Palatal, NOISE_PALATAL),
        'θ' => consonant(Fricative, Dental, NOISE_LABIODENTAL),
        'ð' => consonant(VoicedFricative, Dental, NOISE_LABIODENTAL),
        'ɹ' | 'r' | 'ɾ' | 'ɻ' => consonant(Lateral, Retroflex, SILENCE),
        'ɫ' => consonant(Lateral, Dental, SILENCE),
        'ʔ' => GLOTTAL_STOP,
        _ => return None,
    })
}

/// The vowel a letter stands for, as espeak-ng's `vi` voice uses it; `long` is a following `ː`.
/// The second block is met only in foreign words.
pub fn vowel_of(letter: char, long: bool) -> Option<Vowel> {
    Some(match letter {
        'a' if long => VOWEL_A,
        'a' => VOWEL_A_SHORT,
        'ə' if long => VOWEL_SCHWA,
        'ə' => VOWEL_SCHWA_SHORT,
        'e' => VOWEL_E,
        'ɛ' => VOWEL_EPSILON,
        'i' => VOWEL_I,
        'o' => VOWEL_O,
        'ɔ' => VOWEL_OPEN_O,
        'u' => VOWEL_U,
        'y' => VOWEL_U_BARRED,

        'ɜ' if long => VOWEL_SCHWA,
        'ɐ' | 'ʌ' => VOWEL_SCHWA_SHORT,
        'ɑ' | 'ɒ' => vowel(820.0, 1220.0, 2820.0),
        'æ' => vowel(860.0, 1950.0, 2880.0),
        'ɪ' => VOWEL_I,
        'ʊ' => VOWEL_U,
        'ɨ' | 'ɯ' => VOWEL_U_BARRED,
        'ɤ' => VOWEL_SCHWA,
        _ => return None,
    })
}

/// Where the formants stand at the edge between a consonant and a vowel: the second formant by a
/// locus equation, `slope * vowel + intercept`, the third by the place, the first low when the
/// mouth is closed.
pub fn locus(consonant: &Consonant, vowel: Formants) -> Formants {
    let [f1, f2, f3] = vowel;
    match consonant.manner {
        Manner::Breath | Manner::GlottalStop => return vowel,
        Manner::Glide if consonant.place == Place::Palatal => return GLIDE_J,
        Manner::Glide => return GLIDE_W,
        _ => {}
    }
    let open = match consonant.manner {
        Manner::Lateral => 400.0,
        Manner::Fricative | Manner::VoicedFricative => 370.0,
        Manner::Aspirated => 450.0,
        _ => 300.0,
    };
    // A lower vowel leaves a trace on the first formant of the edge.
    let first = open + 0.15 * (f1 - 350.0).max(0.0);
    match (consonant.place, consonant.manner) {
        (Place::Dental, Manner::Lateral) => [first, 0.45 * f2 + 900.0, 3050.0],
        (Place::Retroflex, _) => [first, 0.50 * f2 + 650.0, 1950.0],
        (Place::Labial, _) => [first, 0.80 * f2 + 150.0, 0.5 * f3 + 1200.0],
        (Place::Dental, _) => [first, 0.42 * f2 + 1180.0, 0.3 * f3 + 2250.0],
        (Place::Palatal, _) => [first, 0.25 * f2 + 1980.0, 3250.0],
        (Place::LabialVelar, _) => [first, 0.55 * f2 + 280.0, 2700.0],
        // Velars pinch: the second and third formants come from one cavity and meet.
        (Place::Velar | Place::Glottal, _) if f2 > 1750.0 => {
            let second = 0.45 * f2 + 1450.0;
            [first, second, (second + 450.0).max(2950.0)]
        }
        (Place::Velar | Place::Glottal, _) => [first, 0.95 * f2 + 330.0, 2500.0],
    }
}

/// The antiformant of the closed mouth while the nose sounds, Hz: the shorter the side cavity,
/// the higher (Fujimura 1962, scaled to a female tract).
pub fn antiformant_hz(place: Place) -> f64 {
    match place {
        Place::Labial => 1050.0,
        Place::Dental | Place::Retroflex => 1750.0,
        Place::Palatal => 2500.0,
        Place::LabialVelar => 3000.0,
        Place::Velar | Place::Glottal => 3400.0,
    }
}
