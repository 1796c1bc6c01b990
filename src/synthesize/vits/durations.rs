//! The stochastic duration predictor, backwards: hidden text and noise to the frames that each id lasts
//! (VITS, section 2.2.2 and appendix A.1).

use std::ops::Range;

use super::encoder::{MARGIN, Normalization, shape};
use super::kernels::{Conv1d, Depthwise, Epilogue, Isa, Signal, add_gelu, gelu};
use super::speaker::Condition;
use super::spline::{self, NUMBERS};
use super::threads::at_once;
use super::weights::{self, Separable};

/// The predictor, packed for one instruction set.
#[derive(Debug)]
pub struct Durations {
    pre: Convolution,
    speaker: Option<Condition>,
    convs: SeparableConvs,
    proj: Conv1d,
    splines: Vec<Spline>,
    mean: f32,
    scale: f32,
}

/// A convolution whose bias may have to be added to.
#[derive(Debug)]
struct Convolution {
    conv: Conv1d,
    bias: Vec<f32>,
}

#[derive(Debug)]
struct Spline {
    pre: Conv1d,
    convs: SeparableConvs,
    proj: Conv1d,
    /// The root of the hidden width.
    root: f32,
}

/// Dilated depth-separable convolutions, each with a shortcut.
#[derive(Debug)]
struct SeparableConvs {
    isa: Isa,
    layers: Vec<SeparableLayer>,
}

#[derive(Debug)]
struct SeparableLayer {
    depthwise: Depthwise,
    first_norm: Normalization,
    pointwise: Conv1d,
    second_norm: Normalization,
}

/// What one utterance needs, kept for the next.
#[derive(Debug, Default)]
pub struct Workspace {
    stretches: Vec<Stretch>,
    logarithms: Vec<f32>,
}

/// What a thread needs for its ids. All `[hidden][ids]` but the last ones.
#[derive(Debug)]
struct Stretch {
    text: Signal,
    condition: Signal,
    x: Signal,
    scratch: Scratch,
    /// `[1][ids]`.
    kept: Signal,
    /// `[29][ids]`.
    numbers: Signal,
    /// `[2][ids]`.
    z: Vec<f32>,
}

/// What convolutions need on the way.
#[derive(Debug)]
struct Scratch {
    near: Signal,
    mixed: Signal,
}

impl Default for Stretch {
    fn default() -> Self {
        let signal = || Signal::new(0, 0, MARGIN);
        Self {
            text: signal(),
            condition: signal(),
            x: signal(),
            scratch: Scratch { near: signal(), mixed: signal() },
            kept: signal(),
            numbers: signal(),
            z: vec![],
        }
    }
}

/// Fewer ids are not worth a thread, which computes some of its neighbours' too.
const LEAST_IDS: usize = 160;

impl Durations {
    pub fn pack(durations: &weights::Durations, isa: Isa) -> Self {
        let weights::Durations { pre, speaker, convs, proj, splines, mean, scale } = durations;
        let bias = pre.bias.as_ref().map(weights::Tensor::numbers).unwrap_or_default();
        Self {
            pre: Convolution { conv: pre.pack(isa), bias },
            speaker: speaker.as_ref().map(Condition::of),
            convs: SeparableConvs::pack(convs, isa),
            proj: proj.pack(isa),
            splines: splines.iter().map(|spline| Spline::pack(spline, isa)).collect(),
            mean: *mean,
            scale: *scale,
        }
    }

    /// Ids on each side that an id depends on.
    pub fn reach(&self) -> usize {
        let splines = self.splines.iter().map(|spline| spline.convs.reach());
        self.convs.reach() + splines.sum::<usize>()
    }

    /// `text` `[hidden][ids]`, `noise` `[ids][2]` of normal numbers, to the logarithm of the frames of each of
    /// the ids `wanted`; the text must be there for [`Self::reach`] more. `embedding`: of the speaker.
    pub fn run<'w>(
        &self,
        text: &Signal,
        wanted: Range<usize>,
        (noise, noise_scale): (&[f32], f32),
        embedding: Option<&[f32]>,
        threads: usize,
        workspace: &'w mut Workspace,
    ) -> &'w [f32] {
        let bias = self.speaker.as_ref().zip(embedding).map(|(speaker, embedding)| {
            let own = speaker.apply(embedding);
            self.pre.bias.iter().zip(own).map(|(bias, own)| bias + own).collect::<Vec<_>>()
        });
        let Workspace { stretches, logarithms } = workspace;
        let count = threads.min(wanted.len() / LEAST_IDS).max(1);
        stretches.resize_with(count.max(stretches.len()), Stretch::default);
        logarithms.clear();
        logarithms.resize(wanted.len(), 0.0);
        let share = wanted.len().div_ceil(count).max(1);
        let parts = logarithms.chunks_mut(share).zip(stretches).enumerate();
        at_once(parts, |(at, (own, stretch))| {
            let first = wanted.start + at * share;
            let end = (first + own.len() + self.reach()).min(text.frames());
            let around = first.saturating_sub(self.reach())..end;
            shape(&mut stretch.text, text.channels(), around.len());
            for channel in 0..text.channels() {
                stretch.text.row_mut(channel).copy_from_slice(&text.row(channel)[around.clone()]);
            }
            stretch.z.clear();
            for channel in 0..2 {
                let noise = noise[2 * around.start..2 * around.end].iter().skip(channel).step_by(2);
                stretch.z.extend(noise.map(|z| z * noise_scale));
            }
            let made = self.compute(bias.as_deref(), stretch);
            own.copy_from_slice(&made[first - around.start..][..own.len()]);
        });
        logarithms
    }

    /// The logarithms of the ids of a stretch, whose text and noise are there.
    fn compute<'s>(&self, bias: Option<&[f32]>, stretch: &'s mut Stretch) -> &'s [f32] {
        let Stretch { text, condition, x, scratch, kept: signal, numbers, z } = stretch;
        let ids = text.frames();
        self.pre.conv.run(text, x, Epilogue { bias, ..Epilogue::PLAIN });
        self.convs.run(x, scratch);
        self.proj.run(x, condition, Epilogue::PLAIN);
        // Before every step the two channels change places.
        let (first, second) = z.split_at_mut(ids);
        let (mut kept, mut bent) = (second, first);
        for spline in &self.splines {
            shape(signal, 1, ids);
            signal.row_mut(0).copy_from_slice(kept);
            spline.pre.run(signal, x, Epilogue::residual(condition));
            spline.convs.run(x, scratch);
            spline.proj.run(x, numbers, Epilogue::PLAIN);
            for (id, y) in bent.iter_mut().enumerate() {
                let own: [f32; NUMBERS] = std::array::from_fn(|number| numbers.row(number)[id]);
                *y = spline::inverse(*y, &own, spline.root);
            }
            (kept, bent) = (bent, kept);
        }
        kept.iter_mut().for_each(|z| *z = (*z - self.mean) * self.scale);
        kept
    }
}

impl Spline {
    fn pack(spline: &weights::SplineCoupling, isa: Isa) -> Self {
        Self {
            pre: spline.pre.pack(isa),
            convs: SeparableConvs::pack(&spline.convs, isa),
            proj: spline.proj.pack(isa),
            root: (spline.proj.inputs as f32).sqrt(),
        }
    }
}

impl SeparableConvs {
    fn pack(layers: &[Separable], isa: Isa) -> Self {
        let layers = layers.iter().map(|layer| SeparableLayer {
            depthwise: layer.depthwise.pack_depthwise(),
            first_norm: Normalization::of(&layer.first_norm),
            pointwise: layer.pointwise.pack(isa),
            second_norm: Normalization::of(&layer.second_norm),
        });
        Self { isa, layers: layers.collect() }
    }

    /// Frames on each side that a frame depends on.
    fn reach(&self) -> usize {
        self.layers.iter().map(|layer| layer.depthwise.pad).sum()
    }

    /// In place of `x`.
    fn run(&self, x: &mut Signal, scratch: &mut Scratch) {
        let Scratch { near, mixed } = scratch;
        for layer in &self.layers {
            layer.depthwise.run(self.isa, x, near);
            layer.first_norm.apply(self.isa, near);
            self.activate(near);
            layer.pointwise.run(near, mixed, Epilogue::PLAIN);
            layer.second_norm.apply(self.isa, mixed);
            for channel in 0..x.channels() {
                add_gelu(self.isa, mixed.row(channel), x.row_mut(channel));
            }
        }
    }

    fn activate(&self, signal: &mut Signal) {
        for channel in 0..signal.channels() {
            gelu(self.isa, signal.row_mut(channel));
        }
    }
}
