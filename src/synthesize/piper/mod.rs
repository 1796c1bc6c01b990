//! Phonemes -> samples with a Piper voice: VITS (Kim, Kong & Son, 2021) as Piper exports it to ONNX.
//!
//! In reading order: `config` turns phonemes into ids, `noise` makes the randomness, and `own` lets our own
//! engine (`synthesize/vits/`) speak. A model that is not recognized by it is cut into steps by `graph`,
//! `runtime` loads and computes them, and `stepwise` runs one after the other.

mod config;
mod graph;
mod noise;
mod own;
mod runtime;
mod stepwise;
mod tensor;
#[cfg(test)]
mod tests;
mod windows;

use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use super::vits::{Half, Unsaid};
use crate::domain::narration::Phonemes;

pub use config::PiperConfig;
pub use runtime::{LibraryError, Runtime, RuntimeError};

use noise::Noise;
use own::Own;
use stepwise::Stepwise;

/// Part of a clip's content key: changes whenever the same model says the same otherwise, for ears and not in the
/// last places of a number, in which runtimes and processors differ.
pub const ENGINE_VERSION: &str = "piper-2";

/// A Piper voice, loaded. Any number of threads may speak with it at once.
#[derive(Debug)]
pub struct Piper {
    config: PiperConfig,
    model: Model,
    speaker: Option<i64>,
}

#[derive(Debug)]
enum Model {
    Own(Box<Own>),
    Stepwise(Stepwise),
}

/// The model's own measures of an utterance, in the order of Piper's input `scales`.
#[derive(Clone, Copy, Debug)]
struct Scales {
    noise: f32,
    length: f32,
    noise_w: f32,
}

/// Why a Piper voice cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum PiperError {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the voice's config cannot be used: {0}")]
    Config(String),
    #[error("the voice's model cannot be used: {0}")]
    Model(String),
}

/// Why an utterance could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    #[error("the model failed: {0}")]
    Runtime(#[from] RuntimeError),
    #[error("the model says nothing: {0}")]
    Unsaid(Unsaid),
    #[error("the model gives no `{0}`")]
    Absent(String),
    #[error("the model asks for {0} random numbers")]
    TooMuchNoise(usize),
    #[error("it was stopped, since nobody waits for it")]
    Stopped,
}

impl From<Unsaid> for Unheard {
    fn from(reason: Unsaid) -> Self {
        match reason {
            Unsaid::Stopped => Self::Stopped,
            other => Self::Unsaid(other),
        }
    }
}

/// How an utterance is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// 1.0 is the voice's own pace, 2.0 half as fast.
    pub length_scale: f32,
    /// How much sound and durations vary, of the voice's own measure: 1.0 as it wishes, 0.0 not.
    pub variation: f32,
    /// The same seed, the same sound.
    pub seed: u64,
}

/// An utterance as computed.
#[derive(Clone, Debug, PartialEq)]
pub struct Utterance {
    /// Mono, at the config's rate.
    pub samples: Vec<f32>,
    /// How many samples each phoneme id is heard for, where the model tells.
    pub alignment: Option<Vec<usize>>,
}

impl Piper {
    /// Loads a voice and lets it say one sound, so that a model that cannot speak is found out now.
    /// `threads` threads compute one utterance.
    pub fn load(
        model: &Path,
        config: &Path,
        speaker: Option<i64>,
        runtime: &Runtime,
        threads: usize,
    ) -> Result<Self, PiperError> {
        let json = std::fs::read_to_string(config).map_err(unreadable(config))?;
        let config = PiperConfig::read(&json)?;
        // Numbers that no voice has make some runtimes give up by a panic.
        let loaded = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let (model, takes_speaker) = Model::load(model, runtime, threads)?;
            let speaker = takes_speaker.then(|| speaker.unwrap_or(0));
            if let Some(speaker) = speaker.filter(|it| !(0..config.speakers).contains(it)) {
                let count = config.speakers;
                return Err(PiperError::Config(format!("no speaker {speaker}, there are {count}")));
            }
            let voice = Self { config, model, speaker };
            voice.try_out()?;
            Ok(voice)
        }));
        loaded.unwrap_or_else(|_| Err(PiperError::Model("it cannot be computed".to_owned())))
    }

    pub fn config(&self) -> &PiperConfig {
        &self.config
    }

    /// The half precision that it speaks in, if any; it sounds a little otherwise.
    pub fn half(&self) -> Option<Half> {
        match &self.model {
            Model::Own(own) => own.half(),
            Model::Stepwise(_) => None,
        }
    }

    /// The ids with the lowest and the highest number: a model with other symbols fails here.
    fn try_out(&self) -> Result<(), PiperError> {
        let refused = |reason: String| PiperError::Model(format!("it does not speak: {reason}"));
        let mut ids = self.config.ids(&Phonemes::default()).ids;
        ids.splice(1..1, self.config.extremes());
        let manner = Manner { length_scale: 1.0, variation: 0.0, seed: 0 };
        let said =
            self.speak(&ids, manner, &|| false).map_err(|error| refused(error.to_string()))?;
        if said.samples.is_empty() {
            return Err(refused("its sound is empty".to_owned()));
        }
        if said.samples.iter().any(|sample| !sample.is_finite()) {
            return Err(refused("its sound is not made of numbers".to_owned()));
        }
        Ok(())
    }

    /// Says an utterance, given by its phoneme ids. `is_unwanted` is asked now and then.
    pub fn speak(
        &self,
        ids: &[i64],
        manner: Manner,
        is_unwanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Utterance, Unheard> {
        let mut noise = Noise::of(manner.seed);
        let scales = self.scales(manner);
        match &self.model {
            Model::Own(own) => own.speak(ids, self.speaker, scales, &mut noise, is_unwanted),
            Model::Stepwise(steps) => {
                steps.speak(ids, self.speaker, scales, &mut noise, is_unwanted)
            }
        }
    }

    fn scales(&self, manner: Manner) -> Scales {
        let PiperConfig { noise_scale, noise_w, length_scale, .. } = self.config;
        Scales {
            noise: noise_scale * manner.variation,
            length: length_scale * manner.length_scale,
            noise_w: noise_w * manner.variation,
        }
    }
}

impl Model {
    /// The model in a file, and whether it wants to be told the speaker.
    fn load(path: &Path, runtime: &Runtime, threads: usize) -> Result<(Self, bool), PiperError> {
        let other = match runtime {
            Runtime::Own { precision, other } => {
                let file = std::fs::read(path).map_err(unreadable(path))?;
                match Own::read(&file, *precision, threads) {
                    Ok(own) => {
                        let takes_speaker = own.takes_speaker();
                        return Ok((Self::Own(Box::new(own)), takes_speaker));
                    }
                    Err(reason) => {
                        let (model, by) = (path.display(), other.name());
                        tracing::info!(%model, %by, %reason, "our own engine does not know this model");
                    }
                }
                other
            }
            other => other,
        };
        let line = graph::line(File::open(path).map_err(unreadable(path))?)?;
        let takes_speaker = check_inputs(&line.inputs)?;
        Ok((Self::Stepwise(Stepwise::load(line, other, threads)?), takes_speaker))
    }
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> PiperError {
    let path = path.to_owned();
    move |source| PiperError::Unreadable { path, source }
}

/// Refuses a model that is not Piper's; answers whether it wants to be told the speaker.
fn check_inputs(inputs: &[String]) -> Result<bool, PiperError> {
    let wanted = ["input", "input_lengths", "scales"];
    let missing = wanted.iter().find(|name| !inputs.iter().any(|input| input == *name));
    let other = inputs.iter().find(|name| !wanted.contains(&name.as_str()) && *name != "sid");
    if let Some(name) = missing {
        return Err(PiperError::Model(format!("it takes no `{name}`, so it is not a Piper voice")));
    }
    if let Some(name) = other {
        return Err(PiperError::Model(format!("it wants `{name}`, which no Piper voice does")));
    }
    Ok(inputs.iter().any(|input| input == "sid"))
}
