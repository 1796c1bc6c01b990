//! The text encoder: phoneme ids to hidden text, mean and log-spread of the latent by id (VITS, section
//! 2.2.1 and appendix B.1), a transformer with relative positions (Shaw et al. 2018).
//!
//! Several threads share the ids: each computes a stretch of them and hears the others' keys and values.

mod attention;

use std::ops::Range;
use std::sync::{Barrier, PoisonError, RwLock};

use self::attention::Attention;
use super::kernels::{Conv1d, Epilogue, Isa, Signal, layer_norm};
use super::recognize::NEAR;
use super::weights::{self, Norm, Tensor};

/// The encoder, packed for one instruction set.
#[derive(Debug)]
pub struct Encoder {
    isa: Isa,
    hidden: usize,
    /// `[symbols][hidden]`, scaled.
    embedding: Vec<f32>,
    layers: Vec<Layer>,
    statistics: Conv1d,
}

#[derive(Debug)]
struct Layer {
    attention: Attention,
    first_norm: Normalization,
    widening: Conv1d,
    narrowing: Conv1d,
    second_norm: Normalization,
}

/// Layer normalization with its own gain and bias, `[channels]`.
#[derive(Debug)]
pub struct Normalization {
    gain: Vec<f32>,
    bias: Vec<f32>,
    epsilon: f32,
}

impl Normalization {
    pub fn of(norm: &Norm) -> Self {
        let Norm { gamma, beta, epsilon } = norm;
        Self { gain: gamma.numbers(), bias: beta.numbers(), epsilon: *epsilon }
    }

    pub fn apply(&self, isa: Isa, signal: &mut Signal) {
        layer_norm(isa, signal, &self.gain, &self.bias, self.epsilon);
    }
}

/// What one utterance needs, kept for the next.
#[derive(Debug, Default)]
pub struct Workspace {
    stretches: Vec<RwLock<Stretch>>,
    scratches: Vec<Local>,
}

/// What a thread tells the others of its ids.
#[derive(Debug, Default)]
struct Stretch {
    ids: Range<usize>,
    /// `[hidden][ids]`.
    x: Signal,
    /// Queries, keys and values, `[3 * hidden][ids]`.
    projected: Signal,
}

/// What a thread keeps to itself.
#[derive(Debug)]
struct Local {
    attention: attention::Scratch,
    /// With the neighbours that the convolutions need.
    x: Signal,
    attended: Signal,
    middle: Signal,
    wide: Signal,
}

impl Default for Local {
    fn default() -> Self {
        let signal = || Signal::new(0, 0, MARGIN);
        Self {
            attention: attention::Scratch::default(),
            x: signal(),
            attended: signal(),
            middle: signal(),
            wide: signal(),
        }
    }
}

/// Zeros at both ends of a signal.
pub const MARGIN: usize = NEAR;
/// Fewer ids are not worth a thread.
const LEAST_IDS: usize = 48;

impl Encoder {
    pub fn pack(encoder: &weights::Encoder, isa: Isa) -> Self {
        let mut embedding = encoder.embedding.numbers();
        embedding.iter_mut().for_each(|x| *x *= encoder.embedding_scale);
        Self {
            isa,
            hidden: encoder.statistics.inputs,
            embedding,
            layers: encoder.layers.iter().map(|layer| Layer::pack(layer, isa)).collect(),
            statistics: encoder.statistics.pack(isa),
        }
    }

    /// How many different ids there are.
    pub fn symbols(&self) -> usize {
        self.embedding.len() / self.hidden
    }

    /// ids, all below [`Self::symbols`], to `text` `[hidden][ids]` and `statistics` `[2 * latent][ids]`.
    pub fn run(
        &self,
        ids: &[usize],
        threads: usize,
        workspace: &mut Workspace,
        text: &mut Signal,
        statistics: &mut Signal,
    ) {
        let count = threads.min(ids.len() / LEAST_IDS).max(1);
        workspace.stretches.resize_with(count.max(workspace.stretches.len()), RwLock::default);
        workspace.scratches.resize_with(count.max(workspace.scratches.len()), Local::default);
        for (at, stretch) in workspace.stretches[..count].iter_mut().enumerate() {
            let own = ids.len() * at / count..ids.len() * (at + 1) / count;
            self.embed(own, ids, stretch.get_mut().unwrap_or_else(PoisonError::into_inner));
        }
        let stretches = &workspace.stretches[..count];
        let barrier = Barrier::new(count);
        let (first, others) = workspace.scratches[..count].split_at_mut(1);
        std::thread::scope(|scope| {
            for (at, local) in others.iter_mut().enumerate() {
                let barrier = &barrier;
                scope.spawn(move || self.compute(at + 1, stretches, barrier, local));
            }
            self.compute(0, stretches, &barrier, &mut first[0]);
        });
        shape(text, self.hidden, ids.len());
        for stretch in stretches {
            let stretch = stretch.read().unwrap_or_else(PoisonError::into_inner);
            for channel in 0..self.hidden {
                text.row_mut(channel)[stretch.ids.clone()].copy_from_slice(stretch.x.row(channel));
            }
        }
        self.statistics.run(text, statistics, Epilogue::PLAIN);
    }

    fn embed(&self, own: Range<usize>, ids: &[usize], stretch: &mut Stretch) {
        shape(&mut stretch.x, self.hidden, own.len());
        for channel in 0..self.hidden {
            for (x, id) in stretch.x.row_mut(channel).iter_mut().zip(&ids[own.clone()]) {
                *x = self.embedding[id * self.hidden + channel];
            }
        }
        stretch.ids = own;
    }

    /// All layers over the ids of one stretch.
    fn compute(&self, at: usize, all: &[RwLock<Stretch>], barrier: &Barrier, local: &mut Local) {
        let read = |at: usize| all[at].read().unwrap_or_else(PoisonError::into_inner);
        let write = || all[at].write().unwrap_or_else(PoisonError::into_inner);
        let count = all.last().map_or(0, |_| read(all.len() - 1).ids.end);
        for layer in &self.layers {
            {
                let Stretch { x, projected, .. } = &mut *write();
                layer.attention.project(x, projected);
            }
            barrier.wait();
            let own = read(at).ids.clone();
            let reach = layer.widening.pad() + layer.narrowing.pad();
            let around = own.start.saturating_sub(reach)..(own.end + reach).min(count);
            {
                let stretches: Vec<_> = (0..all.len()).map(read).collect();
                gather(
                    &mut local.x,
                    self.hidden,
                    &around,
                    stretches.iter().map(|it| (&it.ids, &it.x)),
                );
                let projected: Vec<_> =
                    stretches.iter().map(|it| (it.ids.clone(), &it.projected)).collect();
                let scratch = &mut local.attention;
                layer.attention.attend(self.isa, &projected, &around, scratch, &mut local.attended);
            }
            layer.finish(self.isa, local);
            // Until all have read what is overwritten now.
            barrier.wait();
            let before = own.start - around.start;
            let stretch = &mut *write();
            for channel in 0..self.hidden {
                let made = &local.x.row(channel)[before..before + own.len()];
                stretch.x.row_mut(channel).copy_from_slice(made);
            }
        }
    }
}

/// The frames `wanted` of a signal that several stretches hold.
fn gather<'a>(
    into: &mut Signal,
    channels: usize,
    wanted: &Range<usize>,
    stretches: impl Iterator<Item = (&'a Range<usize>, &'a Signal)>,
) {
    shape(into, channels, wanted.len());
    for (ids, signal) in stretches {
        let common = wanted.start.max(ids.start)..wanted.end.min(ids.end);
        if common.is_empty() {
            continue;
        }
        for channel in 0..channels {
            into.row_mut(channel)[common.start - wanted.start..common.end - wanted.start]
                .copy_from_slice(
                    &signal.row(channel)[common.start - ids.start..common.end - ids.start],
                );
        }
    }
}

/// Gives a signal a shape, unless it has it. What it holds is then any numbers.
pub fn shape(signal: &mut Signal, channels: usize, frames: usize) {
    if (signal.channels(), signal.frames()) != (channels, frames) {
        signal.reset(channels, frames);
    }
}

impl Layer {
    fn pack(layer: &weights::EncoderLayer, isa: Isa) -> Self {
        Self {
            attention: Attention::pack(layer, isa),
            first_norm: Normalization::of(&layer.first_norm),
            widening: layer.widening.pack(isa),
            narrowing: layer.narrowing.pack(isa),
            second_norm: Normalization::of(&layer.second_norm),
        }
    }

    /// What follows the attention, in place of `local.x`.
    fn finish(&self, isa: Isa, local: &mut Local) {
        let Local { x, attended, middle, wide, .. } = local;
        self.attention.out().run(attended, middle, Epilogue::residual(x));
        self.first_norm.apply(isa, middle);
        self.widening.run(middle, wide, Epilogue::RELU);
        self.narrowing.run(wide, x, Epilogue::residual(middle));
        self.second_norm.apply(isa, x);
    }
}

/// The numbers of several tensors, one after the other.
fn stacked(tensors: &[&Tensor]) -> Vec<f32> {
    tensors.iter().flat_map(|tensor| tensor.numbers()).collect()
}
