//! Rimes in time -> pitch and voice quality: the six tones of Hanoi inside the intonation.
//!
//! The tone shapes are drawn after Michaud (2004, *Phonetica* 61), Brunelle (2009, *Journal
//! of Phonetics* 37) and Kirby (2011, *JIPA* 41) for Hanoi speakers: level high-mid; huyền low
//! falling and lax; sắc level, then rising high; hỏi falling low, rising again at the end of a
//! phrase; ngã broken by a creak, then the highest; nặng dropping into a closed glottis.

use super::notation::{Break, Tone};
use super::timing::{Rime, Timeline};
use super::track::Track;

/// The middle of the voice's range, Hz, from which tones are counted in semitones.
pub const REFERENCE_HZ: f64 = 216.0;

/// How far the pitch sinks while a phrase is spoken, semitones a second, and at most.
const DECLINATION: f64 = 0.9;
const DECLINATION_MAX: f64 = 2.2;
/// Where a phrase begins above the reference: the first of a sentence, and one behind a comma.
const START_OF_SENTENCE: f64 = 1.0;
const START_OF_PHRASE: f64 = 0.6;

/// No two syllables of a reader stand at exactly the same height, semitones to both sides. The
/// golden ratio spreads the steps evenly without ever repeating them.
const LIVELINESS: f64 = 0.45;
const GOLDEN: f64 = 0.618_033_988_749_895;

/// Pitch and voice quality over the clip.
#[derive(Clone, Debug, Default)]
pub struct Melody {
    /// Semitones from the reference.
    pub pitch: Track,
    /// 0 to 1: creaking pulses.
    pub creak: Track,
    /// Added to Rd: laxness of the voice.
    pub lax: Track,
    /// A factor on the voice.
    pub gain: Track,
}

/// A tone over its rime: `(part of the rime, semitones)`.
type Shape = &'static [(f64, f64)];

fn shape(rime: &Rime) -> Shape {
    match (rime.tone, rime.checked) {
        (Tone::Level, _) => &[(0.0, 1.7), (0.5, 1.7), (1.0, 1.4)],
        (Tone::Falling, _) => &[(0.0, -1.4), (0.4, -2.8), (1.0, -4.4)],
        (Tone::Rising, false) => &[(0.0, 0.4), (0.35, 0.6), (0.70, 2.8), (1.0, 5.4)],
        (Tone::Rising, true) => &[(0.0, 1.4), (0.35, 2.2), (1.0, 5.4)],
        (Tone::Dipping, _) if rime.closes.is_some() => {
            &[(0.0, -0.6), (0.30, -3.4), (0.60, -5.4), (1.0, -1.6)]
        }
        (Tone::Dipping, _) => &[(0.0, -0.6), (0.35, -3.6), (0.70, -5.4), (1.0, -3.6)],
        (Tone::Broken, _) => &[(0.0, 0.8), (0.30, 0.2), (0.47, -1.6), (0.62, 2.4), (1.0, 6.4)],
        (Tone::Heavy, false) => &[(0.0, -0.8), (0.40, -2.4), (0.75, -5.0), (1.0, -6.2)],
        (Tone::Heavy, true) => &[(0.0, -0.8), (0.50, -2.4), (1.0, -4.8)],
    }
}

/// The melody of a whole clip.
pub fn melody(line: &Timeline) -> Melody {
    let mut melody = Melody::default();
    let mut phrase_start = 0.0;
    let mut last: Option<(&Rime, f64)> = None;
    let mut opening = START_OF_SENTENCE;
    for (i, rime) in line.rimes.iter().enumerate() {
        if last.is_none_or(|(before, _)| before.phrase != rime.phrase) {
            phrase_start = rime.start;
            opening = match last.and_then(|(before, _)| before.closes) {
                Some(Break::Comma | Break::Colon) => START_OF_PHRASE,
                _ => START_OF_SENTENCE,
            };
        }
        let carried = last.filter(|(before, _)| before.phrase == rime.phrase).map(|(_, end)| end);
        let lively = LIVELINESS * (2.0 * (i as f64 * GOLDEN).fract() - 1.0);
        let sunk =
            |t: f64| opening + lively - (DECLINATION * (t - phrase_start)).min(DECLINATION_MAX);
        let end = tone(rime, carried, sunk, &mut melody.pitch);
        quality(rime, &mut melody);
        last = Some((rime, end));
    }
    melody
}

/// Lay one tone down and return the pitch it ends on.
fn tone(rime: &Rime, carried: Option<f64>, sunk: impl Fn(f64) -> f64, pitch: &mut Track) -> f64 {
    let length = rime.end - rime.start;
    let mut end = 0.0;
    for &(part, semitones) in shape(rime) {
        let at = rime.start + part * length;
        let mut value = semitones * if rime.weak { 0.75 } else { 1.0 } + sunk(at);
        value += part * final_move(rime);
        // The folds come from where the last syllable left them.
        if let Some(before) = carried.filter(|_| part == 0.0) {
            value = 0.75 * value + 0.25 * before;
        }
        pitch.put(at, value);
        end = value;
    }
    end
}

/// What the end of a phrase does to its last syllable, semitones.
fn final_move(rime: &Rime) -> f64 {
    match rime.closes {
        Some(Break::Question) => 2.6,
        Some(Break::Comma | Break::Colon) => 0.5,
        Some(Break::Stop) => -1.1,
        None => 0.0,
    }
}

/// The voice quality that belongs to the tone as much as its pitch.
fn quality(rime: &Rime, melody: &mut Melody) {
    let at = |part: f64| rime.start + part * (rime.end - rime.start);
    let Melody { creak, lax, gain, .. } = melody;
    creak.put(at(0.0), 0.0);
    gain.put(at(0.0), 1.0);
    match (rime.tone, rime.checked) {
        (Tone::Broken, _) => {
            for (part, value) in [(0.30, 0.0), (0.42, 1.0), (0.50, 1.0), (0.60, 0.0)] {
                creak.put(at(part), value);
            }
            for (part, value) in [(0.30, 1.0), (0.44, 0.28), (0.50, 0.30), (0.62, 0.95)] {
                gain.put(at(part), value);
            }
        }
        (Tone::Heavy, false) => {
            for (part, value) in [(0.50, 0.0), (0.72, 0.9)] {
                creak.put(at(part), value);
            }
            for (part, value) in [(0.60, 1.0), (0.90, 0.08)] {
                gain.put(at(part), value);
            }
        }
        (_, true) => creak.put(at(0.85), 0.0),
        _ => {}
    }
    let (closed, quiet) = match (rime.tone, rime.checked) {
        (Tone::Heavy, false) => (0.9, 0.05),
        (_, true) => (0.4, 1.0),
        _ if rime.closes == Some(Break::Stop) => (0.0, 0.70),
        _ => (0.0, 0.95),
    };
    creak.put(at(1.0), closed);
    gain.put(at(1.0), quiet);
    let ease = match rime.tone {
        Tone::Falling => 0.45,
        Tone::Dipping => 0.15,
        Tone::Level => 0.0,
        Tone::Rising | Tone::Broken | Tone::Heavy => -0.12,
    };
    // Everybody's voice slackens when a sentence ends.
    let tired = if rime.closes == Some(Break::Stop) { 0.2 } else { 0.0 };
    lax.put(at(0.15), ease);
    lax.put(at(0.95), ease + tired);
}
