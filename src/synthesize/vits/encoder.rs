//! The text encoder: phoneme ids to hidden text, mean and log-spread of the latent by id (VITS, section
//! 2.2.1 and appendix B.1), a transformer with relative positions (Shaw et al. 2018).
//!
//! Several threads share the ids: each computes a stretch of them and hears the others' keys and values.
//! Nothing hears what the last layer gives but the ids beside, so that it is computed for a few ids at a
//! time, as they are needed: what is said first need not wait for all of it.

mod attention;

use std::ops::Range;

use self::attention::Attention;
use super::kernels::{Conv1d, Epilogue, Isa, Run, Signal, layer_norm};
use super::recognize::NEAR;
use super::threads::at_once;
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
    /// One for each thread of this utterance, and those that longer ones needed.
    stretches: Vec<Stretch>,
    locals: Vec<Local>,
    threads: usize,
}

/// Some ids, as all threads may read them.
#[derive(Debug, Default)]
struct Stretch {
    ids: Range<usize>,
    /// `[hidden][ids]`.
    x: Signal,
    /// Queries, keys and values, `[3 * hidden][ids]`.
    projected: Signal,
}

/// What a thread keeps to itself, with the neighbours that the convolutions need.
#[derive(Debug)]
struct Local {
    attention: attention::Scratch,
    x: Signal,
    attended: Signal,
    middle: Signal,
    wide: Signal,
    /// What a layer gives.
    made: Signal,
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
            made: signal(),
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

    /// Computes all layers but the last for ids, all below [`Self::symbols`].
    pub fn begin(&self, ids: &[usize], threads: usize, workspace: &mut Workspace) {
        let count = threads.min(ids.len() / LEAST_IDS).max(1);
        let Workspace { stretches, locals, threads } = workspace;
        *threads = count;
        stretches.resize_with(count.max(stretches.len()), Stretch::default);
        locals.resize_with(count.max(locals.len()), Local::default);
        let (stretches, locals) = (&mut stretches[..count], &mut locals[..count]);
        for (at, stretch) in stretches.iter_mut().enumerate() {
            self.embed(ids.len() * at / count..ids.len() * (at + 1) / count, ids, stretch);
        }
        for (number, layer) in self.layers.iter().enumerate() {
            at_once(&mut *stretches, |Stretch { x, projected, .. }| {
                layer.attention.project(x, projected);
            });
            if number + 1 == self.layers.len() {
                return;
            }
            let all = &*stretches;
            at_once(all.iter().zip(&mut *locals), |(stretch, local)| {
                self.apply(layer, all, &stretch.ids, local);
            });
            for (stretch, local) in stretches.iter_mut().zip(&mut *locals) {
                stretch.take(local, layer.reach());
            }
        }
    }

    /// Computes the last layer for the ids `wanted` of those that [`Self::begin`] was given: `text`
    /// `[hidden][ids]` and `statistics` `[2 * latent][ids]`, both as long as all ids, get these.
    pub fn finish(
        &self,
        wanted: Range<usize>,
        workspace: &mut Workspace,
        text: &mut Signal,
        statistics: &mut Signal,
    ) {
        let (Some(layer), false) = (self.layers.last(), wanted.is_empty()) else { return };
        let count = workspace.threads.min(wanted.len());
        let all = &workspace.stretches[..workspace.threads];
        let locals = &mut workspace.locals[..count];
        let part = |at: usize| wanted.start + wanted.len() * at / count;
        let parts = || (0..count).map(|at| part(at)..part(at + 1));
        at_once(parts().zip(&mut *locals), |(ids, local)| self.apply(layer, all, &ids, local));
        for (ids, local) in parts().zip(locals) {
            let before = ids.start.min(layer.reach());
            for channel in 0..self.hidden {
                let made = &local.made.row(channel)[before..before + ids.len()];
                text.row_mut(channel)[ids.clone()].copy_from_slice(made);
            }
        }
        let run = Run { from: wanted.start, to: wanted.start, count: wanted.len() };
        self.statistics.run_part(text, statistics, run, Epilogue::PLAIN);
    }

    /// Gives what [`Self::finish`] fills the shapes that it needs.
    pub fn shape(&self, ids: usize, text: &mut Signal, statistics: &mut Signal) {
        shape(text, self.hidden, ids);
        shape(statistics, self.statistics.outputs(), ids);
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

    /// One layer over the ids `wanted`, and over as many before and after as its convolutions hear, as far as
    /// there are some.
    fn apply(&self, layer: &Layer, all: &[Stretch], wanted: &Range<usize>, local: &mut Local) {
        let count = all.last().map_or(0, |stretch| stretch.ids.end);
        let reach = layer.reach();
        let around = wanted.start.saturating_sub(reach)..(wanted.end + reach).min(count);
        let projected: Vec<_> =
            all.iter().map(|stretch| (stretch.ids.clone(), &stretch.projected)).collect();
        let Local { attention, x, attended, .. } = local;
        layer.attention.attend(self.isa, &projected, &around, attention, attended);
        shape(x, self.hidden, around.len());
        for stretch in all {
            copy(&stretch.x, 0, &stretch.ids, x, &around);
        }
        layer.finish(self.isa, local);
    }
}

impl Stretch {
    /// Takes what a layer gives for these ids, `reach` more before and after.
    fn take(&mut self, local: &mut Local, reach: usize) {
        let before = self.ids.start.min(reach);
        if (before, local.made.frames()) == (0, self.ids.len()) {
            return std::mem::swap(&mut self.x, &mut local.made);
        }
        for channel in 0..self.x.channels() {
            let made = &local.made.row(channel)[before..before + self.ids.len()];
            self.x.row_mut(channel).copy_from_slice(made);
        }
    }
}

/// The channels of `into`, from `first` on, where the ids of both overlap.
fn copy(from: &Signal, first: usize, ids: &Range<usize>, into: &mut Signal, wanted: &Range<usize>) {
    let common = wanted.start.max(ids.start)..wanted.end.min(ids.end);
    if common.is_empty() {
        return;
    }
    for channel in 0..into.channels() {
        into.row_mut(channel)[common.start - wanted.start..common.end - wanted.start]
            .copy_from_slice(
                &from.row(first + channel)[common.start - ids.start..common.end - ids.start],
            );
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

    /// How many ids on each side its convolutions hear.
    fn reach(&self) -> usize {
        self.widening.pad() + self.narrowing.pad()
    }

    /// What follows the attention, from `local.x` to `local.made`.
    fn finish(&self, isa: Isa, local: &mut Local) {
        let Local { x, attended, middle, wide, made, .. } = local;
        self.attention.out().run(attended, middle, Epilogue::residual(x));
        self.first_norm.apply(isa, middle);
        self.widening.run(middle, wide, Epilogue::RELU);
        self.narrowing.run(wide, made, Epilogue::residual(middle));
        self.second_norm.apply(isa, made);
    }
}

/// The numbers of several tensors, one after the other.
fn stacked(tensors: &[&Tensor]) -> Vec<f32> {
    tensors.iter().flat_map(|tensor| tensor.numbers()).collect()
}
