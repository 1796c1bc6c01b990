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

/// When an utterance is heard, counted in samples because we laid the clips down ourselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cue {
    /// Index into the script's utterances.
    pub utterance: usize,
    pub start: Samples,
    /// One past the last sample.
    pub end: Samples,
}

/// A whole article, spoken.
#[derive(Clone, Debug, PartialEq)]
pub struct Narration {
    pub rate: SampleRate,
    /// Mono, levelled, -1.0 to 1.0.
    pub samples: Vec<f32>,
    /// In order, not overlapping, one for each utterance.
    pub cues: Vec<Cue>,
}

impl Clip {
    pub fn length(&self) -> Samples {
        Samples(self.samples.len() as u64)
    }
}

impl Narration {
    pub fn length(&self) -> Samples {
        Samples(self.samples.len() as u64)
    }
}
