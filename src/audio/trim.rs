//! The sound of a clip, without the silence around it.

use std::f64::consts::PI;

use crate::domain::narration::Clip;
use crate::domain::units::{Decibel, Millis, SampleRate};

/// The window in which the level is measured: two periods of the lowest male voice need more,
/// but a plosive must not vanish in an average.
const WINDOW: Millis = Millis(10);

/// Sound is what is less than this below the loudest window. Weak fricatives (`h`, `ph`) lie 30
/// to 40 dB below the vowels; the noise of a neural voice lies 50 dB below them and deeper.
const QUIET: Decibel = Decibel(-45.0);

/// Below this a clip is silent, however quiet its loudest window is.
const SILENT: Decibel = Decibel(-70.0);

/// Kept before the first and after the last sound, for the soft onset and the dying away that
/// no threshold sees.
const ONSET: Millis = Millis(30);
const DECAY: Millis = Millis(60);

/// Length of the fades: too short to be heard as one, long enough not to click.
const FADE: Millis = Millis(5);

/// The sound of a clip, without the silence around it and with faded ends.
///
/// What is not a number becomes silence, and samples are kept within -1 to 1. A clip in which
/// nothing is heard becomes empty.
pub(super) fn voiced(mut clip: Clip) -> Vec<f32> {
    clip.samples.iter_mut().for_each(|sample| *sample = sane(*sample));
    let sound = sound(&clip.samples, clip.rate);
    let mut samples = clip.samples;
    samples.truncate(sound.end);
    samples.drain(..sound.start);
    fade(&mut samples, count(FADE, clip.rate));
    samples
}

fn sane(sample: f32) -> f32 {
    if sample.is_nan() { 0.0 } else { sample.clamp(-1.0, 1.0) }
}

/// The range of samples in which something is heard, with room for onset and decay.
fn sound(samples: &[f32], rate: SampleRate) -> std::ops::Range<usize> {
    let window = count(WINDOW, rate).max(2);
    let hop = window / 2;
    let powers: Vec<f64> = samples.chunks(hop).map(power).collect();
    let loudest = powers.iter().copied().fold(0.0, f64::max);
    let threshold = (loudest * square(QUIET.gain())).max(square(SILENT.gain()));
    let heard = |power: &f64| *power > threshold;
    let (Some(first), Some(last)) = (powers.iter().position(heard), powers.iter().rposition(heard))
    else {
        return 0..0;
    };
    let start = (first * hop).saturating_sub(count(ONSET, rate));
    let end = (last + 1) * hop + count(DECAY, rate);
    start..end.min(samples.len())
}

/// The mean square.
fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| square(f64::from(sample))).sum::<f64>()
        / samples.len().max(1) as f64
}

fn square(x: f64) -> f64 {
    x * x
}

/// Raised-cosine fades at both ends; short clips get shorter ones.
fn fade(samples: &mut [f32], length: usize) {
    let length = length.min(samples.len() / 2);
    let last = samples.len().saturating_sub(1);
    for i in 0..length {
        let gain = 0.5 - 0.5 * (PI * i as f64 / length as f64).cos();
        samples[i] *= gain as f32;
        samples[last - i] *= gain as f32;
    }
}

fn count(length: Millis, rate: SampleRate) -> usize {
    length.samples(rate).0 as usize
}
