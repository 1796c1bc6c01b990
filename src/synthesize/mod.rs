//! Phonemes -> Clip: one utterance at a time, with its limits.
//!
//! Nothing outside this folder knows how a voice makes sound.

pub mod checksum;
mod embedded;
mod engine;
mod manifest;
pub mod piper;
mod pool;
pub mod vits;
mod voice;
mod voices;

pub use self::engine::{Computer, Engine, Mute};
pub use self::manifest::{Kind, Manifest, VoiceFile};
pub use self::pool::Stop;
pub use self::vits::Precision;
pub use self::voice::{Voice, VoiceKind};
pub use self::voices::{KnownVoice, NEURAL, RUNTIME_FOLDER, State, VoiceError, Voices};

use std::time::Duration;

use crate::domain::narration::{Phonemes, Spoken};

/// Why an utterance could not be spoken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SynthesisError {
    #[error("the voice `{0}` made something that is not sound")]
    NotSound(String),
    #[error("the voice `{0}` failed: {1}")]
    Failed(String, String),
    #[error("the voice `{0}` made no sound")]
    Nothing(String),
    #[error("it was stopped, since nobody waits for it")]
    Stopped,
}

/// The threads that speak.
pub type Pool = pool::Pool<Spoken, SynthesisError>;
/// The right to the clip of one utterance.
pub type Ticket = pool::Ticket<Spoken, SynthesisError>;
/// Why there is no clip.
pub type Unspoken = pool::Unspoken<SynthesisError>;

/// How long an utterance may keep a thread: many times what the slowest machine needs that can
/// narrate at all, and enough to load a voice.
pub fn time_limit(phonemes: &Phonemes, length_scale: f32) -> Duration {
    let sound =
        phonemes.0.chars().count() as f32 / PHONEMES_A_SECOND * length_scale.clamp(0.1, 10.0);
    Duration::from_secs(20) + Duration::from_secs_f32(sound) * 10
}

/// Characters of phonemes that are spoken in a second: 4.5 syllables.
const PHONEMES_A_SECOND: f32 = 25.0;
