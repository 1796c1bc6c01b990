//! Phonemes -> Clip: one utterance at a time, with its limits.
//!
//! Nothing outside this folder knows how a voice makes sound.

mod embedded;
mod voice;

pub use self::voice::{Voice, VoiceError};

use crate::domain::narration::{Clip, Phonemes};

/// Longest utterance, in characters of phonemes: some ten minutes of speech. `normalize` makes
/// sentences; what is longer is not one.
pub const PHONEMES_MAX: usize = 10_000;

/// Why an utterance could not be spoken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SynthesisError {
    #[error("an utterance of {0} phonemes is too long (at most {PHONEMES_MAX})")]
    TooLong(usize),
    #[error("the voice `{0}` made something that is not sound")]
    NotSound(String),
}

/// Speaks one utterance. `length_scale` stretches time: 1.0 is the voice's own pace, 2.0 is half
/// as fast (the name and meaning are those of VITS voices).
pub fn clip(voice: &Voice, phonemes: &Phonemes, length_scale: f32) -> Result<Clip, SynthesisError> {
    let length = phonemes.0.chars().count();
    if length > PHONEMES_MAX {
        return Err(SynthesisError::TooLong(length));
    }
    let clip = embedded::clip(phonemes, length_scale);
    if clip.samples.iter().any(|sample| !sample.is_finite()) {
        return Err(SynthesisError::NotSound(voice.id.to_string()));
    }
    Ok(clip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_utterance_is_refused() {
        let voice = Voice::embedded().unwrap();
        let endless = Phonemes("mˈa ".repeat(PHONEMES_MAX));
        assert!(matches!(clip(&voice, &endless, 1.0), Err(SynthesisError::TooLong(_))));
    }

    #[test]
    fn several_threads_speak_the_same() {
        let voice = Voice::embedded().unwrap();
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
