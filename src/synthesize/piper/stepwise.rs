//! A model that is computed step by step by a runtime: any graph that looks like Piper's from outside.

use std::collections::{HashMap, HashSet};

use super::graph::{Line, Random, Shape, Step, Windows};
use super::noise::Noise;
use super::runtime::{Runtime, RuntimeError, Session};
use super::tensor::{Data, Tensor};
use super::{PiperError, Scales, Unheard, Utterance, windows};

/// Largest noise, in numbers: what would be asked for beyond is no speech.
const NOISE_MAX: usize = 64 * 1024 * 1024;

/// The steps of a model, loaded.
#[derive(Debug)]
pub struct Stepwise {
    pub steps: Vec<LoadedStep>,
    sound: String,
    alignment: Option<String>,
}

#[derive(Debug)]
pub enum LoadedStep {
    Noise(Random),
    Part(Box<LoadedPart>),
}

#[derive(Debug)]
pub struct LoadedPart {
    session: Session,
    inputs: Vec<String>,
    outputs: Vec<String>,
    /// What no later step needs.
    last: Vec<String>,
    pub windows: Option<Windows>,
    /// How many windows are computed at once.
    threads: usize,
}

impl Stepwise {
    /// `threads` threads compute one utterance.
    pub fn load(line: Line, runtime: &Runtime, threads: usize) -> Result<Self, PiperError> {
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
        Ok(Self { steps, sound: line.sound, alignment: line.alignment })
    }

    /// Says an utterance; noise is drawn where the graph has it, in its order.
    pub fn speak(
        &self,
        ids: &[i64],
        speaker: Option<i64>,
        scales: Scales,
        noise: &mut Noise,
        is_unwanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Utterance, Unheard> {
        let mut values = inputs(ids, speaker, scales);
        for step in &self.steps {
            if is_unwanted() {
                return Err(Unheard::Stopped);
            }
            match step {
                LoadedStep::Noise(random) => {
                    let made = draw(random, noise, &values)?;
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
}

fn inputs(ids: &[i64], speaker: Option<i64>, scales: Scales) -> HashMap<String, Tensor> {
    let scales = vec![scales.noise, scales.length, scales.noise_w];
    let count = ids.len();
    let length = i64::try_from(count).unwrap_or(i64::MAX);
    let mut values = HashMap::from([
        ("input".to_owned(), Tensor::i64(&[1, count], ids.to_vec())),
        ("input_lengths".to_owned(), Tensor::i64(&[1], vec![length])),
        ("scales".to_owned(), Tensor::f32(&[3], scales)),
    ]);
    if let Some(speaker) = speaker {
        values.insert("sid".to_owned(), Tensor::i64(&[1], vec![speaker]));
    }
    values
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
