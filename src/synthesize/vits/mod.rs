//! Our own inference engine for exactly one architecture: VITS (Kim, Kong & Son, 2021) as Piper exports
//! it to ONNX.
//!
//! In reading order: `recognize` finds the weights in a file by the structure of its graph, `weights` is
//! what it finds, `text` tells the latent of the ids (`encoder`, `durations`, `prior`), `speech` makes
//! sound of it (`flow`, `decoder`), and `kernels` is the arithmetic of all. An utterance is one batch, so
//! that no masks are needed. Randomness is given by the caller.

pub mod decoder;
mod durations;
mod encoder;
mod flow;
pub mod kernels;
mod prior;
mod recognize;
mod speaker;
mod speech;
mod spline;
mod text;
mod threads;
mod weights;

use std::sync::{Mutex, PoisonError};

use self::decoder::Decoder;
pub use self::decoder::Precision;
use self::durations::Durations;
use self::encoder::Encoder;
use self::flow::Flow;
use self::speaker::Speakers;
use self::speech::Speech;
use self::text::Text;

pub use self::kernels::{Half, Isa};
pub use self::recognize::Unrecognized;

/// A voice, ready to speak. Any number of threads may speak with it at once.
#[derive(Debug)]
pub struct Vits {
    isa: Isa,
    half: Option<Half>,
    speakers: Option<Speakers>,
    encoder: Encoder,
    durations: Durations,
    flow: Flow,
    decoder: Decoder,
    /// Those that nobody uses just now.
    workspaces: Mutex<Vec<Workspace>>,
}

/// What is to be said, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Request<'a> {
    pub ids: &'a [i64],
    /// Does not matter where a voice has only one.
    pub speaker: usize,
    /// How much the sound varies.
    pub noise_scale: f32,
    /// 2.0 is half as fast.
    pub length_scale: f32,
    /// How much durations vary.
    pub noise_w: f32,
    /// How many threads compute it.
    pub threads: usize,
}

/// An utterance as computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Mono.
    pub samples: Vec<f32>,
    /// How long each id lasts; a frame is [`Vits::hop`] samples.
    pub frames: Vec<usize>,
}

/// Why nothing was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsaid {
    #[error("there are no phoneme ids")]
    Nothing,
    #[error("the voice has no phoneme id {0}")]
    UnknownId(i64),
    #[error("the voice has no speaker {0}")]
    UnknownSpeaker(usize),
    #[error("the utterance would be endless or too long")]
    TooLong,
    #[error("it was stopped, since nobody waits for it")]
    Stopped,
}

/// What utterances need on the way, kept from one to the next.
#[derive(Debug, Default)]
struct Workspace {
    text: text::Workspace,
    /// One for each thread.
    stretches: Vec<speech::Workspace>,
}

/// Where noise comes from: fills a slice with normal numbers, the next of one sequence. It is asked for those
/// of an id, then of a frame, at a time, so that they do not depend on how long an utterance is.
pub type Noise<'a> = dyn FnMut(&mut [f32]) + 'a;
/// Whether the sound is no longer wanted.
pub type IsUnwanted<'a> = dyn Fn() -> bool + Sync + 'a;

/// Of longer utterances, three minutes at 86 frames a second, nothing is kept for the next.
const KEPT_FRAMES: usize = 16 * 1024;

impl Vits {
    /// Reads a Piper voice from its ONNX file. `precision` is that of its decoder.
    pub fn read(file: &[u8], precision: Precision) -> Result<Self, Unrecognized> {
        let isa = Isa::best();
        Self::read_for(file, isa, precision.half(isa))
    }

    fn read_for(file: &[u8], isa: Isa, half: Option<Half>) -> Result<Self, Unrecognized> {
        let voice = recognize::recognize(file)?;
        // Each packs about half of the weights.
        std::thread::scope(|scope| {
            let flow = scope.spawn(|| Flow::pack(&voice.flow, isa));
            let decoder = Decoder::in_half_precision(&voice.decoder, isa, half)
                .map_err(Unrecognized::decoder)?;
            let voice = &voice;
            Ok(Self {
                isa,
                half,
                speakers: voice.speakers.as_ref().map(Speakers::of),
                encoder: Encoder::pack(&voice.encoder, isa),
                durations: Durations::pack(&voice.durations, isa),
                decoder,
                workspaces: Mutex::default(),
                flow: flow.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            })
        })
    }

    /// The half precision that its decoder computes in: where that was asked for, and is faster.
    pub fn half(&self) -> Option<Half> {
        self.half
    }

    /// Whether it has more voices than one.
    pub fn has_speakers(&self) -> bool {
        self.speakers.is_some()
    }

    /// Samples of a frame.
    pub fn hop(&self) -> usize {
        self.decoder.hop()
    }

    /// Says an utterance.
    pub fn speak(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
    ) -> Result<Utterance, Unsaid> {
        let (samples, frames) =
            self.say(request, noise, is_unwanted, |speech, text, workspaces| {
                speech.whole(text, request.threads, workspaces)
            })?;
        Ok(Utterance { samples, frames })
    }

    /// Says an utterance to `each`, piece by piece as its samples are made; the answer is how many frames
    /// each id lasts. What cannot be said may be found out when some of it was.
    pub fn stream(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<Vec<usize>, Unsaid> {
        let ((), frames) = self.say(request, noise, is_unwanted, |speech, text, workspaces| {
            speech.stream(text, request.threads, workspaces, each)
        })?;
        Ok(frames)
    }

    /// Lets `sound` make an utterance, and tells how many frames each id lasts.
    fn say<T>(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
        sound: impl FnOnce(&Speech, &mut Text, &mut Vec<speech::Workspace>) -> Result<T, Unsaid>,
    ) -> Result<(T, Vec<usize>), Unsaid> {
        let embedding = self.embedding(request.speaker)?;
        let free = || self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = free().pop();
        let Workspace { mut text, mut stretches } = kept.unwrap_or_default();
        let telling = Text::begin(self, request, embedding, noise, is_unwanted, &mut text);
        let said = telling.and_then(|mut text| {
            let speech = Speech::new(self, embedding, is_unwanted);
            let sound = sound(&speech, &mut text, &mut stretches)?;
            Ok((sound, text.prior().durations().to_vec()))
        });
        // What a very long utterance needed is not kept.
        if text.size() <= KEPT_FRAMES {
            free().push(Workspace { text, stretches });
        }
        said
    }

    fn embedding(&self, speaker: usize) -> Result<Option<&[f32]>, Unsaid> {
        let Some(speakers) = &self.speakers else { return Ok(None) };
        let embedding = speakers.embedding(speaker).ok_or(Unsaid::UnknownSpeaker(speaker))?;
        Ok(Some(embedding))
    }
}

#[cfg(test)]
mod tests;
