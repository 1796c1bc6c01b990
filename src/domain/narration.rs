//! What the listener hears.

use super::units::{SampleRate, Samples};

/// How an utterance sounds, in the notation of espeak-ng's `vi` voice, on which the Piper voice
/// was trained: words apart by a space, `, . ? ! ; :` as pauses, `ˈ ˌ` stress, tone digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phonemes(pub String);

/// The sound of one utterance: mono samples in -1.0 to 1.0.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    pub rate: SampleRate,
    pub samples: Vec<f32>,
}

/// An utterance that was spoken, and what is odd about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub clip: Clip,
    pub doubts: Vec<Doubt>,
}

/// What an editor should listen to.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// The voice does not have these phonemes, so they were left out.
    UnknownPhonemes(Vec<char>),
    /// Far shorter or longer than its syllables let expect, twice.
    OddLength { seconds: f64, expected: f64 },
}

/// When an utterance is heard, counted in samples because we laid the clips down ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Index into the script's utterances.
    pub utterance: usize,
    pub start: Samples,
    /// One past the last sample.
    pub end: Samples,
}

/// A whole article, spoken: what there is to know of its sound, which itself went into files.
#[derive(Clone, Debug, PartialEq)]
pub struct Narration {
    pub rate: SampleRate,
    pub length: Samples,
    /// In order, not overlapping, one for each utterance.
    pub cues: Vec<Cue>,
    /// The waveform as the player draws it: the peaks of equal parts, 255 is full scale.
    pub peaks: Vec<u8>,
}

impl Clip {
    pub fn length(&self) -> Samples {
        Samples(self.samples.len() as u64)
    }

    /// The samples in 16 bits, as the cache of clips keeps them. What is not a number is silence.
    pub fn pcm16(&self) -> impl Iterator<Item = i16> {
        self.samples.iter().map(|&sample| pcm16(sample))
    }

    /// The clip that those samples are. A clip that went through 16 bits once stays as it is for
    /// ever, so that a sentence out of the cache is the very sound that was put in.
    pub fn of_pcm16(rate: SampleRate, pcm: impl Iterator<Item = i16>) -> Self {
        let samples = pcm.map(|sample| f32::from(sample) / FULL_SCALE).collect();
        Self { rate, samples }
    }
}

/// 1.0 in 16 bits, which end just below it.
const FULL_SCALE: f32 = 32_768.0;

/// The nearest of the 16-bit values; what is beyond full scale clips, what is no number is 0.
pub fn pcm16(sample: f32) -> i16 {
    (sample * FULL_SCALE).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_clip_and_know_no_numbers_that_are_none() {
        let samples = vec![0.0, 0.5, -0.5, 1.0, -1.0, 3.0, f32::NAN];
        let clip = Clip { rate: SampleRate(22_050), samples };
        let pcm: Vec<i16> = clip.pcm16().collect();
        assert_eq!(pcm, [0, 16_384, -16_384, 32_767, -32_768, 32_767, 0]);
        let once = Clip::of_pcm16(clip.rate, pcm.iter().copied());
        assert_eq!(Clip::of_pcm16(clip.rate, once.pcm16()), once);
    }
}
