//! Phonemes -> samples with a Piper voice: VITS (Kim, Kong & Son, 2021) as Piper exports it to ONNX.
//!
//! In reading order: `config` turns phonemes into ids, `graph` cuts the model into steps, `runtime`
//! loads and computes them, `noise` makes their randomness, and this file runs one after the other.

mod config;
mod graph;
mod noise;
mod runtime;
mod tensor;
#[cfg(test)]
mod tests;
mod windows;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use crate::domain::narration::Phonemes;

pub use config::PiperConfig;
pub use runtime::{LibraryError, Runtime, RuntimeError};

use graph::{Line, Random, Shape, Step, Windows};
use noise::Noise;
use runtime::Session;
use tensor::{Data, Tensor};

/// Part of a clip's content key: changes whenever the same model says the same otherwise.
pub const ENGINE_VERSION: &str = "piper-1";

/// Largest noise, in numbers: what would be asked for beyond is no speech.
const NOISE_MAX: usize = 64 * 1024 * 1024;

/// A Piper voice, loaded. Any number of threads may speak with it at once.
#[derive(Debug)]
pub struct Piper {
    config: PiperConfig,
    steps: Vec<LoadedStep>,
    sound: String,
    alignment: Option<String>,
    speaker: Option<i64>,
}

#[derive(Debug)]
enum LoadedStep {
    Noise(Random),
    Part(Box<LoadedPart>),
}

#[derive(Debug)]
struct LoadedPart {
    session: Session,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// What no later step needs.
    last: Vec<String>,
    windows: Option<Windows>,
    /// How many windows are computed at once.
    threads: usize,
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
    #[error("the model gives no `{0}`")]
    Absent(String),
    #[error("the model asks for {0} random numbers")]
    TooMuchNoise(usize),
    #[error("it was stopped, since nobody waits for it")]
    Stopped,
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
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| PiperError::Unreadable { path, source }
        };
        let json = std::fs::read_to_string(config).map_err(unreadable(config))?;
        let config = PiperConfig::read(&json)?;
        let line = graph::line(File::open(model).map_err(unreadable(model))?)?;
        let takes_speaker = check_inputs(&line.inputs)?;
        let speaker = takes_speaker.then(|| speaker.unwrap_or(0));
        if let Some(speaker) = speaker.filter(|it| !(0..config.speakers).contains(it)) {
            let count = config.speakers;
            return Err(PiperError::Config(format!("no speaker {speaker}, there are {count}")));
        }
        // Numbers that no voice has make some runtimes give up by a panic.
        let loaded = std::panic::catch_unwind(AssertUnwindSafe(|| {
            let voice = Self::assemble(config, line, speaker, runtime, threads)?;
            voice.try_out()?;
            Ok(voice)
        }));
        loaded.unwrap_or_else(|_| Err(PiperError::Model("it cannot be computed".to_owned())))
    }

    fn assemble(
        config: PiperConfig,
        line: Line,
        speaker: Option<i64>,
        runtime: &Runtime,
        threads: usize,
    ) -> Result<Self, PiperError> {
        let refused = |error: RuntimeError| PiperError::Model(error.to_string());
        let mut steps = Vec::with_capacity(line.steps.len());
        // One after the other, so that the parts' bytes are not in memory together with the sessions.
        for step in line.steps {
            steps.push(match step {
                Step::Noise(random) => LoadedStep::Noise(random),
                Step::Part(part) => LoadedStep::Part(Box::new(LoadedPart {
                    inputs: part.inputs.clone(),
                    outputs: part.outputs.iter().map(|(name, _)| name.clone()).collect(),
                    last: vec![],
                    windows: part.windows.clone(),
                    threads,
                    session: {
                        // Windows are computed at once, each in one thread.
                        let inside = if part.windows.is_some() { 1 } else { threads };
                        runtime.load(*part, inside).map_err(refused)?
                    },
                })),
            });
        }
        let kept: HashSet<&String> = std::iter::once(&line.sound).chain(&line.alignment).collect();
        forget(&mut steps, kept);
        Ok(Self { config, steps, sound: line.sound, alignment: line.alignment, speaker })
    }

    pub fn config(&self) -> &PiperConfig {
        &self.config
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
        let mut values = self.inputs(ids, manner);
        for step in &self.steps {
            if is_unwanted() {
                return Err(Unheard::Stopped);
            }
            match step {
                LoadedStep::Noise(random) => {
                    let made = draw(random, &mut noise, &values)?;
                    values.insert(random.name.clone(), made);
                }
                LoadedStep::Part(part) => part.run(&mut values, is_unwanted)?,
            }
        }
        let sound = values.remove(&self.sound);
        let Some(Tensor { data: Data::F32(samples), .. }) = sound else {
            return Err(Unheard::Absent(self.sound.clone()));
        };
        let alignment = self.alignment.as_ref().and_then(|name| values.get(name));
        let alignment = alignment.and_then(|durations| per_id(durations, ids.len(), samples.len()));
        Ok(Utterance { samples, alignment })
    }

    fn inputs(&self, ids: &[i64], manner: Manner) -> HashMap<String, Tensor> {
        let PiperConfig { noise_scale, noise_w, length_scale, .. } = self.config;
        let scales = vec![
            noise_scale * manner.variation,
            length_scale * manner.length_scale,
            noise_w * manner.variation,
        ];
        let count = ids.len();
        let length = i64::try_from(count).unwrap_or(i64::MAX);
        let mut values = HashMap::from([
            ("input".to_owned(), Tensor::i64(&[1, count], ids.to_vec())),
            ("input_lengths".to_owned(), Tensor::i64(&[1], vec![length])),
            ("scales".to_owned(), Tensor::f32(&[3], scales)),
        ]);
        if let Some(speaker) = self.speaker {
            values.insert("sid".to_owned(), Tensor::i64(&[1], vec![speaker]));
        }
        values
    }
}

/// Lets every part forget the values that nothing after it needs: those between the decoder's stages
/// are nearly as large as the sound.
fn forget(steps: &mut [LoadedStep], kept: HashSet<&String>) {
    let mut needed: HashSet<String> = kept.into_iter().cloned().collect();
    for step in steps.iter_mut().rev() {
        match step {
            LoadedStep::Noise(Random { shape: Shape::Like(name), .. }) => {
                needed.insert(name.clone());
            }
            LoadedStep::Noise(_) => {}
            LoadedStep::Part(part) => {
                let names = part.inputs.iter().chain(&part.outputs);
                part.last = names.filter(|name| !needed.contains(*name)).cloned().collect();
                needed.extend(part.inputs.iter().cloned());
            }
        }
    }
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

fn draw(
    random: &Random,
    noise: &mut Noise,
    values: &HashMap<String, Tensor>,
) -> Result<Tensor, Unheard> {
    let shape = match &random.shape {
        Shape::Fixed(shape) => shape,
        Shape::Like(name) => &values.get(name).ok_or_else(|| Unheard::Absent(name.clone()))?.shape,
    };
    let count = shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size));
    match count {
        Some(count) if count <= NOISE_MAX => Ok(noise.normal(shape, random.mean, random.scale)),
        _ => Err(Unheard::TooMuchNoise(count.unwrap_or(usize::MAX))),
    }
}

/// The alignment in samples: Piper gives the frames of each id.
fn per_id(durations: &Tensor, ids: usize, samples: usize) -> Option<Vec<usize>> {
    let frames: Vec<usize> = match &durations.data {
        Data::F32(frames) => frames.iter().map(|frames| frames.round().max(0.0) as usize).collect(),
        Data::I64(frames) => {
            frames.iter().map(|frames| usize::try_from(*frames).unwrap_or(0)).collect()
        }
        Data::Bool(_) => return None,
    };
    let total = frames.iter().try_fold(0_usize, |total, frames| total.checked_add(*frames))?;
    if frames.len() != ids || total == 0 || !samples.is_multiple_of(total) {
        return None;
    }
    let hop = samples / total;
    Some(frames.iter().map(|frames| frames * hop).collect())
}

impl LoadedPart {
    fn run(
        &self,
        values: &mut HashMap<String, Tensor>,
        is_unwanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), Unheard> {
        let given = self
            .inputs
            .iter()
            .map(|name| values.get(name).ok_or_else(|| Unheard::Absent(name.clone())));
        let given = given.collect::<Result<Vec<_>, _>>()?;
        let made = match &self.windows {
            Some(size) => windows::run(&self.session, &given, size, self.threads, is_unwanted)?,
            None => None,
        };
        let made = match made {
            Some(made) => vec![made],
            None => self.session.run(&given)?,
        };
        values.extend(self.outputs.iter().cloned().zip(made));
        for name in &self.last {
            values.remove(name);
        }
        Ok(())
    }
}
