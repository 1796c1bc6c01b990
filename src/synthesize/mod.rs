//! Phonemes -> Clip: one utterance at a time, with its limits.
//!
//! Nothing outside this folder knows how a voice makes sound.

pub mod checksum;
mod embedded;
mod manifest;
mod pool;
mod voice;
mod voices;

pub use self::manifest::{Kind, Manifest, VoiceFile};
pub use self::pool::Stop;
pub use self::voice::{Voice, VoiceKind};
pub use self::voices::{KnownVoice, NEURAL, RUNTIME_FOLDER, State, VoiceError, Voices};

use std::time::Duration;

use crate::domain::narration::{Clip, Phonemes};

/// How many characters of phonemes are spoken at once: about ten minutes of speech. `normalize` makes
/// sentences; what is longer is not one, and is spoken piece by piece.
const PHONEMES_MAX: usize = 10_000;

/// Why an utterance could not be spoken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SynthesisError {
    #[error("the voice `{0}` made something that is not sound")]
    NotSound(String),
    #[error("this build cannot compute the voice `{0}`")]
    NoEngine(String),
}

/// The threads that speak.
pub type Pool = pool::Pool<Clip, SynthesisError>;
/// The right to the clip of one utterance.
pub type Ticket = pool::Ticket<Clip, SynthesisError>;
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

/// Speaks one utterance. `length_scale` stretches time: 1.0 is the voice's own pace, 2.0 is half
/// as fast (the name and meaning are those of VITS voices).
pub fn clip(voice: &Voice, phonemes: &Phonemes, length_scale: f32) -> Result<Clip, SynthesisError> {
    if let VoiceKind::Piper { .. } = voice.kind {
        return Err(SynthesisError::NoEngine(voice.id.to_string()));
    }
    let mut samples = Vec::new();
    for piece in pieces(&phonemes.0) {
        samples.extend(embedded::clip(&Phonemes(piece.to_owned()), length_scale).samples);
    }
    if samples.iter().any(|sample: &f32| !sample.is_finite()) {
        return Err(SynthesisError::NotSound(voice.id.to_string()));
    }
    Ok(Clip { rate: voice.rate, samples })
}

/// Pieces of at most [`PHONEMES_MAX`] characters, cut at a space where there is one.
fn pieces(phonemes: &str) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), phonemes);
    while let Some((limit, _)) = rest.char_indices().nth(PHONEMES_MAX) {
        let cut = rest[..limit].rfind(' ').filter(|&at| at > 0).unwrap_or(limit);
        let (piece, after) = rest.split_at(cut);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_utterance_is_spoken_piece_by_piece() {
        let words = "mˈaː ".repeat(3 * PHONEMES_MAX);
        let cut = pieces(&words);
        assert!(cut.iter().all(|piece| piece.chars().count() <= PHONEMES_MAX));
        assert_eq!(cut.concat(), words);
        let one_word = "aː".repeat(PHONEMES_MAX);
        assert_eq!(pieces(&one_word).concat(), one_word);
        assert_eq!(pieces(""), [""]);
    }

    #[test]
    fn several_threads_speak_the_same() {
        let voice = Voice::embedded();
        let phonemes = Phonemes("tʃˈaː2w bˈa6n".to_owned());
        let alone = clip(&voice, &phonemes, 1.0).unwrap();
        std::thread::scope(|scope| {
            let speak = || clip(&voice, &phonemes, 1.0).unwrap();
            let together: Vec<_> = (0..4).map(|_| scope.spawn(speak)).collect();
            for thread in together {
                assert_eq!(thread.join().unwrap(), alone);
            }
        });
    }
}
