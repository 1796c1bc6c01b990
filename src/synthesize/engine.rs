//! A voice that is loaded and speaks, whatever kind it is.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::piper::{LibraryError, Manner, Piper, PiperError, Runtime, Unheard};
use super::pool::Stop;
use super::vits::{Half, Precision};
use super::voice::{Voice, VoiceKind};
use super::{SynthesisError, embedded};
use crate::domain::narration::{Clip, Doubt, Phonemes, Spoken};

/// A loaded voice. Cheap to clone; any number of threads may speak with it at once.
#[derive(Clone, Debug)]
pub struct Engine {
    pub voice: Voice,
    speech: Speech,
}

#[derive(Clone, Debug)]
enum Speech {
    Embedded,
    Piper(Arc<Piper>),
}

/// What computes the neural voices: chosen once, at the start.
#[derive(Clone, Debug)]
pub struct Computer {
    runtime: Runtime,
    /// Why ONNX Runtime is not used although its library was named or found.
    pub refused: Option<LibraryError>,
}

/// Why a voice cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error(
    "the voice `{voice}` cannot speak: {error}; copy its files again, or choose another by the \
     setting `voice`"
)]
pub struct Mute {
    pub voice: String,
    pub error: PiperError,
}

/// Characters of phonemes that a voice says in one go. Its attention costs the square of them; a
/// sentence has some 200.
const PIPER_PHONEMES_MAX: usize = 350;
/// The embedded voice's cost is linear: about ten minutes of speech.
const EMBEDDED_PHONEMES_MAX: usize = 10_000;

/// A newsreader's pace, syllables a second (measured on both voices).
const PACE: f64 = 4.5;
/// What a mark of punctuation adds, seconds.
const PAUSE_SECONDS: f64 = 0.2;
/// A clip may be this much shorter or longer than expected; sentences of few syllables more so.
const SHORTEST: f64 = 0.45;
const LONGEST: f64 = 2.2;
const SLACK_SECONDS: f64 = 0.6;

impl Computer {
    /// Our own engine, in this precision; for models that it does not recognize what
    /// [`Self::without_own`] chooses.
    pub fn choose(precision: Precision, library: Option<&Path>) -> Self {
        let Self { runtime, refused } = Self::without_own(library);
        Self { runtime: runtime.after_own(precision), refused }
    }

    /// ONNX Runtime from the library at `library`, if it can be used; else rten, which is compiled
    /// in.
    pub fn without_own(library: Option<&Path>) -> Self {
        let (runtime, refused) = Runtime::choose(library);
        Self { runtime, refused }
    }

    /// Whether our own engine computes here, and in half precision.
    pub fn is_in_half_precision(&self) -> bool {
        self.runtime.half().is_some()
    }

    /// Its name and version, for operators.
    pub fn name(&self) -> String {
        self.runtime.name()
    }
}

impl Engine {
    /// The voice that needs no file.
    pub fn embedded() -> Self {
        Self { voice: Voice::embedded(), speech: Speech::Embedded }
    }

    /// Loads a voice, whose utterances are computed by one thread each: two utterances at once give
    /// nearly twice the sound, two threads on one utterance do not.
    pub fn load(voice: Voice, computer: &Computer) -> Result<Self, Mute> {
        let speech = match &voice.kind {
            VoiceKind::Embedded => Speech::Embedded,
            VoiceKind::Piper { model, config, speaker } => {
                let loaded = Piper::load(model, config, *speaker, &computer.runtime, 1);
                let loaded = loaded.and_then(|piper| agrees(piper, &voice));
                let mute = |error| Mute { voice: voice.id.to_string(), error };
                Speech::Piper(Arc::new(loaded.map_err(mute)?))
            }
        };
        Ok(Self { voice, speech })
    }

    /// Part of the keys of what it speaks. Half precision sounds a little otherwise, and its kinds differ.
    pub fn version(&self) -> String {
        let half = match &self.speech {
            Speech::Embedded => None,
            Speech::Piper(piper) => piper.half(),
        };
        let suffix = match half {
            None => "",
            Some(Half::Binary16) => "-half",
            Some(Half::Bfloat16) => "-bf16",
        };
        format!("{}{suffix}", self.voice.version)
    }

    /// Speaks one utterance. `length_scale` stretches time: 1.0 is the voice's own pace, 2.0 is half
    /// as fast (the name and meaning are those of VITS voices).
    ///
    /// The same phonemes give the same sound, whenever and on whatever thread.
    pub fn clip(
        &self,
        phonemes: &Phonemes,
        length_scale: f32,
        stop: &Stop,
    ) -> Result<Spoken, SynthesisError> {
        let mut spoken = match &self.speech {
            Speech::Embedded => {
                let mut samples = Vec::new();
                for piece in pieces(&phonemes.0, EMBEDDED_PHONEMES_MAX) {
                    let piece = Phonemes(piece.to_owned());
                    samples.extend(embedded::clip(&piece, length_scale).samples);
                }
                Spoken { clip: Clip { rate: self.voice.rate, samples }, doubts: vec![] }
            }
            Speech::Piper(piper) => self.piper_clip(piper, phonemes, length_scale, stop)?,
        };
        if spoken.clip.samples.iter().any(|sample| !sample.is_finite()) {
            return Err(SynthesisError::NotSound(self.voice.id.to_string()));
        }
        // Beyond full scale is what a neural voice may do now and then; it would wrap in a file.
        spoken.clip.samples.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
        Ok(spoken)
    }

    /// An utterance of odd length is tried once more with other noise, and the better one is kept.
    fn piper_clip(
        &self,
        piper: &Piper,
        phonemes: &Phonemes,
        length_scale: f32,
        stop: &Stop,
    ) -> Result<Spoken, SynthesisError> {
        let expected = expected_seconds(&phonemes.0) * f64::from(length_scale);
        let first = self.attempt(piper, phonemes, length_scale, 0, stop)?;
        let seconds = |spoken: &Spoken| spoken.clip.length().seconds(spoken.clip.rate);
        if !is_odd(seconds(&first), expected) {
            return Ok(first);
        }
        let second = self.attempt(piper, phonemes, length_scale, 1, stop)?;
        let distance =
            |spoken: &Spoken| (seconds(spoken).max(0.01) / expected.max(0.01)).ln().abs();
        let mut better = if distance(&second) < distance(&first) { second } else { first };
        let seconds = seconds(&better);
        if is_odd(seconds, expected) {
            better.doubts.push(Doubt::OddLength { seconds, expected });
        }
        Ok(better)
    }

    fn attempt(
        &self,
        piper: &Piper,
        phonemes: &Phonemes,
        length_scale: f32,
        attempt: u64,
        stop: &Stop,
    ) -> Result<Spoken, SynthesisError> {
        let mut spoken =
            Spoken { clip: Clip { rate: self.voice.rate, samples: vec![] }, doubts: vec![] };
        let mut unknown: Vec<char> = vec![];
        for piece in pieces(&phonemes.0, PIPER_PHONEMES_MAX) {
            if piece.trim().is_empty() {
                continue;
            }
            let ids = piper.config().ids(&Phonemes(piece.to_owned()));
            let new = ids.unknown.into_iter().filter(|phoneme| !unknown.contains(phoneme));
            unknown.extend(new.collect::<Vec<_>>());
            let manner = Manner { length_scale, variation: 1.0, seed: seed(piece, attempt) };
            let said = piper.speak(&ids.ids, manner, &|| stop.is_asked_for());
            spoken.clip.samples.extend(said.map_err(|error| self.failed(error))?.samples);
        }
        if !unknown.is_empty() {
            spoken.doubts.push(Doubt::UnknownPhonemes(unknown));
        }
        Ok(spoken)
    }

    fn failed(&self, error: Unheard) -> SynthesisError {
        match error {
            Unheard::Stopped => SynthesisError::Stopped,
            other => SynthesisError::Failed(self.voice.id.to_string(), other.to_string()),
        }
    }
}

/// A model whose rate is not the one that its description promises would be heard too high or low.
fn agrees(piper: Piper, voice: &Voice) -> Result<Piper, PiperError> {
    let (promised, rate) = (voice.rate.0, piper.config().rate.0);
    if promised == rate {
        return Ok(piper);
    }
    Err(PiperError::Config(format!("{rate} Hz, where voice.json says {promised} Hz")))
}

/// From the phonemes, so that an utterance sounds the same in every article and on every machine.
fn seed(phonemes: &str, attempt: u64) -> u64 {
    let hash = Sha256::digest(phonemes);
    let first = hash.iter().take(8).fold(0_u64, |seed, byte| seed << 8 | u64::from(*byte));
    first.wrapping_add(attempt)
}

/// How long an utterance should take at the voice's own pace.
fn expected_seconds(phonemes: &str) -> f64 {
    let count = |marks: &[char]| phonemes.chars().filter(|c| marks.contains(c)).count() as f64;
    count(&['ˈ', 'ˌ']) / PACE + count(&[',', '.', '?', '!', ';', ':']) * PAUSE_SECONDS
}

fn is_odd(seconds: f64, expected: f64) -> bool {
    seconds < SHORTEST * expected - SLACK_SECONDS / 2.0
        || seconds > LONGEST * expected + SLACK_SECONDS
}

/// Pieces of at most `max` characters, cut after a pause where there is one in the second half, else
/// at a space, else anywhere.
fn pieces(phonemes: &str, max: usize) -> Vec<&str> {
    let (mut pieces, mut rest) = (Vec::new(), phonemes);
    while let Some((limit, _)) = rest.char_indices().nth(max) {
        let head = &rest[..limit];
        let pause = head.rfind([',', '.', '?', '!', ';', ':']).map(|at| at + 1);
        let pause = pause.filter(|at| 2 * at > limit);
        let space = || head.rfind(' ').filter(|at| *at > 0);
        let (piece, after) = rest.split_at(pause.or_else(space).unwrap_or(limit));
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
        let words = "mˈaː ".repeat(3 * EMBEDDED_PHONEMES_MAX);
        for max in [EMBEDDED_PHONEMES_MAX, PIPER_PHONEMES_MAX] {
            let cut = pieces(&words, max);
            assert!(cut.iter().all(|piece| piece.chars().count() <= max));
            assert_eq!(cut.concat(), words);
        }
        let one_word = "aː".repeat(PIPER_PHONEMES_MAX);
        assert_eq!(pieces(&one_word, PIPER_PHONEMES_MAX).concat(), one_word);
        assert_eq!(pieces("", 10), [""]);
        assert_eq!(pieces("ab cd, ef gh", 9), ["ab cd,", " ef gh"]);
    }

    #[test]
    fn several_threads_speak_the_same() {
        let engine = Engine::embedded();
        let phonemes = Phonemes("tʃˈaː2w bˈa6n".to_owned());
        let speak = || engine.clip(&phonemes, 1.0, &Stop::default()).unwrap();
        let alone = speak();
        assert!(alone.doubts.is_empty());
        std::thread::scope(|scope| {
            let together: Vec<_> = (0..4).map(|_| scope.spawn(speak)).collect();
            for thread in together {
                assert_eq!(thread.join().unwrap(), alone);
            }
        });
    }

    #[test]
    fn the_embedded_voice_keeps_the_expected_length() {
        let engine = Engine::embedded();
        for spoken in ["vˈəːŋ", "tʃˈaː2w bˈa6n", &"mˈaː tˈoj, ".repeat(40)] {
            let clip =
                engine.clip(&Phonemes(spoken.to_owned()), 1.0, &Stop::default()).unwrap().clip;
            let seconds = clip.length().seconds(clip.rate);
            let expected = expected_seconds(spoken);
            assert!(!is_odd(seconds, expected), "{seconds} s for {spoken}, expected {expected}");
        }
    }

    #[test]
    fn far_too_short_and_far_too_long_are_odd() {
        let sentence = expected_seconds(&"mˈaː ".repeat(20));
        assert!((sentence - 20.0 / PACE).abs() < 1e-9);
        assert!(is_odd(sentence / 4.0, sentence) && is_odd(sentence * 3.0, sentence));
        assert!(!is_odd(sentence * 0.8, sentence) && !is_odd(sentence * 1.5, sentence));
    }
}
