//! Our own inference engine for exactly one architecture: VITS (Kim, Kong & Son, 2021) as Piper exports
//! it to ONNX.
//!
//! In reading order: `recognize` finds the weights in a file by the structure of its graph, `weights` is
//! what it finds, `encoder` and `durations` compute what the text says, `prior` draws the latent, `flow`
//! and `decoder` make it sound, and `kernels` is the arithmetic of all. An utterance is one batch, so
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
mod weights;

use std::sync::{Mutex, PoisonError};

use self::decoder::Decoder;
pub use self::decoder::Precision;
use self::durations::Durations;
use self::encoder::{Encoder, MARGIN};
use self::flow::Flow;
use self::kernels::Signal;
use self::prior::Prior;
use self::speaker::Speakers;
use self::speech::Speech;

pub use self::kernels::Isa;
pub use self::recognize::Unrecognized;

/// A voice, ready to speak. Any number of threads may speak with it at once.
#[derive(Debug)]
pub struct Vits {
    isa: Isa,
    precision: Precision,
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
#[derive(Debug)]
struct Workspace {
    ids: Vec<usize>,
    encoder: encoder::Workspace,
    durations: durations::Workspace,
    /// `[2][ids]`.
    duration_noise: Vec<f32>,
    /// `[hidden][ids]`.
    text: Signal,
    prior: Prior,
    /// One for each thread.
    stretches: Vec<speech::Workspace>,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            ids: vec![],
            encoder: encoder::Workspace::default(),
            durations: durations::Workspace::default(),
            duration_noise: vec![],
            text: Signal::new(0, 0, MARGIN),
            prior: Prior::default(),
            stretches: vec![],
        }
    }
}

/// Where noise comes from: fills a slice with normal numbers, the next of one sequence.
pub type Noise<'a> = dyn FnMut(&mut [f32]) + 'a;
/// Whether the sound is no longer wanted.
pub type IsUnwanted<'a> = dyn Fn() -> bool + Sync + 'a;

/// Of longer utterances, three minutes at 86 frames a second, nothing is kept for the next.
const KEPT_FRAMES: usize = 16 * 1024;

impl Vits {
    /// Reads a Piper voice from its ONNX file. `precision` is that of its decoder.
    pub fn read(file: &[u8], precision: Precision) -> Result<Self, Unrecognized> {
        Self::read_for(file, Isa::best(), precision)
    }

    fn read_for(file: &[u8], isa: Isa, precision: Precision) -> Result<Self, Unrecognized> {
        let voice = recognize::recognize(file)?;
        // Each packs about half of the weights.
        std::thread::scope(|scope| {
            let flow = scope.spawn(|| Flow::pack(&voice.flow, isa));
            let decoder = Decoder::with_precision(&voice.decoder, isa, precision)
                .map_err(Unrecognized::decoder)?;
            let voice = &voice;
            Ok(Self {
                isa,
                precision,
                speakers: voice.speakers.as_ref().map(Speakers::of),
                encoder: Encoder::pack(&voice.encoder, isa),
                durations: Durations::pack(&voice.durations, isa),
                decoder,
                workspaces: Mutex::default(),
                flow: flow.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            })
        })
    }

    /// Whether its decoder computes in half precision: where that was asked for, and is faster.
    pub fn is_in_half_precision(&self) -> bool {
        self.precision.is_half_on(self.isa)
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
        let mut samples = vec![];
        let frames = self.say(request, noise, is_unwanted, |speech, workspaces, frames| {
            samples.resize(frames * self.hop(), 0.0);
            speech.whole(request.threads, workspaces, &mut samples)
        })?;
        Ok(Utterance { samples, frames })
    }

    /// Says an utterance to `each`, piece by piece as its samples are made; the answer is how many frames
    /// each id lasts.
    pub fn stream(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<Vec<usize>, Unsaid> {
        self.say(request, noise, is_unwanted, |speech, workspaces, _| {
            speech.stream(request.threads, workspaces, each)
        })
    }

    /// Computes all but the sound, and lets `sound` make that of so many frames.
    fn say(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
        sound: impl FnOnce(&Speech, &mut Vec<speech::Workspace>, usize) -> bool,
    ) -> Result<Vec<usize>, Unsaid> {
        let embedding = self.embedding(request.speaker)?;
        let free = || self.workspaces.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = free().pop();
        let mut workspace = kept.unwrap_or_default();
        let frames =
            self.prepare(request, noise, is_unwanted, embedding, &mut workspace).and_then(|()| {
                let Workspace { prior, stretches, .. } = &mut workspace;
                let speech = Speech::new(self, prior, embedding, is_unwanted);
                let made = !is_unwanted() && sound(&speech, stretches, prior.frames());
                if made { Ok(prior.durations().to_vec()) } else { Err(Unsaid::Stopped) }
            });
        // What a very long utterance needed is not kept.
        if workspace.prior.frames().max(request.ids.len()) <= KEPT_FRAMES {
            free().push(workspace);
        }
        frames
    }

    fn embedding(&self, speaker: usize) -> Result<Option<&[f32]>, Unsaid> {
        let Some(speakers) = &self.speakers else { return Ok(None) };
        let embedding = speakers.embedding(speaker).ok_or(Unsaid::UnknownSpeaker(speaker))?;
        Ok(Some(embedding))
    }

    /// From ids to the prior of the latent.
    fn prepare(
        &self,
        request: &Request,
        noise: &mut Noise,
        is_unwanted: &IsUnwanted,
        embedding: Option<&[f32]>,
        workspace: &mut Workspace,
    ) -> Result<(), Unsaid> {
        let Workspace { ids, encoder, durations, duration_noise, text, prior, .. } = workspace;
        ids.clear();
        for id in request.ids {
            let known = usize::try_from(*id).ok().filter(|id| *id < self.encoder.symbols());
            ids.push(known.ok_or(Unsaid::UnknownId(*id))?);
        }
        if ids.is_empty() {
            return Err(Unsaid::Nothing);
        }
        self.encoder.run(ids, request.threads, encoder, text, &mut prior.statistics);
        duration_noise.clear();
        duration_noise.resize(2 * ids.len(), 0.0);
        noise(duration_noise);
        let logarithms = self.durations.run(
            text,
            (duration_noise, request.noise_w),
            embedding,
            request.threads,
            durations,
        );
        if !prior.set_durations(logarithms, request.length_scale) {
            return Err(Unsaid::TooLong);
        }
        if is_unwanted() {
            return Err(Unsaid::Stopped);
        }
        prior.draw(self.isa, noise, request.noise_scale);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
