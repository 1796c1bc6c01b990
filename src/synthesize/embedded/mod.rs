//! Phonemes -> Clip without any data file: the voice `vi-embedded`.
//!
//! A formant synthesizer in the tradition of Klatt (1980) and Klatt & Klatt (1990), *JASA* 67 and
//! 87, for a female reader of northern Vietnamese. In reading order:
//! `notation` takes the phoneme string apart into syllables, `timing` lays their sounds out in
//! time, `contour` gives them tones and intonation, `gesture` turns both into control frames by
//! way of the `inventory` of sounds, and `tract` speaks the frames with `source` and `resonator`.
//! All of it is arithmetic: the same phonemes give the same samples, on any thread.

mod contour;
mod gesture;
mod inventory;
mod notation;
mod resonator;
mod source;
mod timing;
mod track;
mod tract;

use crate::domain::narration::{Clip, Phonemes};
use crate::domain::units::SampleRate;

/// The rate of every clip of this voice; that of the neural voice, so that both can be joined.
pub const SAMPLE_RATE: SampleRate = SampleRate(22_050);

/// Part of a clip's content key: changes whenever the same phonemes sound different.
pub const ENGINE_VERSION: &str = "embedded-1";

/// The highest sample of a clip.
const PEAK: f64 = 0.80;
/// No clip is made louder than this, so that a lone weak consonant stays weak.
const GAIN_MAX: f64 = 0.5;
/// Fades that keep the ends of a clip from clicking, samples: 4 ms.
const FADE_SAMPLES: usize = 88;

/// Say an utterance. `length_scale` 1 is a newsreader's pace, about 4.4 syllables a second, and
/// larger is slower, within 0.25 to 4. What is no phoneme is skipped; nothing gives an empty clip.
pub fn clip(phonemes: &Phonemes, length_scale: f32) -> Clip {
    let rate = f64::from(SAMPLE_RATE.0);
    let pieces = notation::pieces(&phonemes.0);
    let line = timing::timeline(&pieces, length_scale);
    let frames = gesture::frames(&line, rate);
    let spoken = tract::samples(&frames, rate);
    Clip { rate: SAMPLE_RATE, samples: levelled(&spoken) }
}

/// Bring the peak to its place and fade both ends.
fn levelled(spoken: &[f64]) -> Vec<f32> {
    let peak = spoken.iter().fold(0.0_f64, |peak, x| peak.max(x.abs()));
    let gain = (PEAK / peak.max(1e-9)).min(GAIN_MAX);
    let fade = |n: usize| (n as f64 / FADE_SAMPLES as f64).min(1.0);
    let count = spoken.len();
    let faded = |(n, x): (usize, &f64)| (x * gain * fade(n) * fade(count - 1 - n)) as f32;
    spoken.iter().enumerate().map(faded).collect()
}

#[cfg(test)]
mod tests;
