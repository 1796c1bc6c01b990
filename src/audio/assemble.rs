//! Clips in reading order: trimmed to their sound, faded at the ends, with pauses between them.

use std::f64::consts::PI;

use crate::domain::narration::{Clip, Cue};
use crate::domain::script::Pause;
use crate::domain::units::{Decibel, Millis, SampleRate, Samples};

/// How long the voice is silent after each kind of break.
///
/// The defaults are a newsreader's: up to the paragraph they are the "brief" (under 200 ms) and
/// "medium" (200 to 1000 ms) pauses that Campione and Véronis measured in read speech ("A
/// large-scale multilingual study of silent pause duration", Speech Prosody 2002); around the
/// title and the lead they are longer, because the listener has no layout to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    pub clause: Millis,
    pub sentence: Millis,
    pub paragraph: Millis,
    pub heading: Millis,
    pub title: Millis,
    pub lead: Millis,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            clause: Millis(180),
            sentence: Millis(420),
            paragraph: Millis(750),
            heading: Millis(850),
            title: Millis(1100),
            lead: Millis(950),
        }
    }
}

impl Pauses {
    /// No break is longer, whatever is configured: listeners take more for the end.
    pub const LONGEST: Millis = Millis(10_000);

    /// The silence after a break of that kind.
    pub fn after(&self, pause: Pause) -> Millis {
        let length = match pause {
            Pause::Clause => self.clause,
            Pause::Sentence => self.sentence,
            Pause::Paragraph => self.paragraph,
            Pause::Heading => self.heading,
            Pause::Title => self.title,
            Pause::Lead => self.lead,
        };
        length.min(Self::LONGEST)
    }
}

/// Silence before the first word: wireless headphones swallow the first instant of a sound.
const HEAD: Millis = Millis(100);

/// Silence after the last word, so that players do not cut its end.
const TAIL: Millis = Millis(300);

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
pub(super) fn voiced(clip: &Clip) -> Vec<f32> {
    let sane: Vec<f32> = clip.samples.iter().map(|&sample| sane(sample)).collect();
    let mut samples = sane[sound(&sane, clip.rate)].to_vec();
    fade(&mut samples, count(FADE, clip.rate));
    samples
}

/// Lays voiced clips down, the `i`-th followed by a silence of `silences[i]`, and says where.
///
/// There is silence before the first and after the last sound as well. A clip without sound
/// takes no time, but its break counts: the silence between two sounds is the longest of those
/// that lie between them.
pub(super) fn lay(
    voiced: &[Vec<f32>],
    silences: &[Samples],
    rate: SampleRate,
) -> (Vec<f32>, Vec<Cue>) {
    let mut track = Vec::new();
    let mut cues = Vec::with_capacity(voiced.len());
    let mut silence = HEAD.samples(rate);
    for (utterance, (clip, &after)) in voiced.iter().zip(silences).enumerate() {
        if clip.is_empty() {
            silence = if track.is_empty() { silence } else { silence.max(after) };
            cues.push(Cue { utterance, start: length(&track), end: length(&track) });
            continue;
        }
        append_silence(&mut track, silence);
        let start = length(&track);
        track.extend_from_slice(clip);
        cues.push(Cue { utterance, start, end: length(&track) });
        silence = after;
    }
    if !track.is_empty() {
        append_silence(&mut track, TAIL.samples(rate));
    }
    (track, cues)
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

fn append_silence(track: &mut Vec<f32>, silence: Samples) {
    track.resize(track.len() + silence.0 as usize, 0.0);
}

fn length(track: &[f32]) -> Samples {
    Samples(track.len() as u64)
}

fn count(length: Millis, rate: SampleRate) -> usize {
    length.samples(rate).0 as usize
}
