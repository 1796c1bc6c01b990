//! The stochastic duration predictor, backwards: hidden text and noise to the frames that each id lasts
//! (VITS, section 2.2.2 and appendix A.1).

use super::encoder::{MARGIN, Normalization, shape};
use super::kernels::{Conv1d, Depthwise, Epilogue, Isa, Signal, gelu};
use super::speaker::Condition;
use super::spline::{self, NUMBERS};
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

/// What one utterance needs, kept for the next. All `[hidden][ids]` but the last two.
#[derive(Debug)]
pub struct Workspace {
    condition: Signal,
    x: Signal,
    near: Signal,
    mixed: Signal,
    /// `[1][ids]`.
    kept: Signal,
    /// `[29][ids]`.
    numbers: Signal,
}

impl Default for Workspace {
    fn default() -> Self {
        let signal = || Signal::new(0, 0, MARGIN);
        Self {
            condition: signal(),
            x: signal(),
            near: signal(),
            mixed: signal(),
            kept: signal(),
            numbers: signal(),
        }
    }
}

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
            mean: mean[0],
            scale: scale[0],
        }
    }

    /// `text` `[hidden][ids]`, `noise` `[2][ids]` of normal numbers, to the logarithm of the frames of
    /// each id, which takes the place of the noise's first row. `embedding`: of the speaker.
    pub fn run<'z>(
        &self,
        text: &Signal,
        noise: &'z mut [f32],
        noise_scale: f32,
        embedding: Option<&[f32]>,
        workspace: &mut Workspace,
    ) -> &'z [f32] {
        let ids = text.frames();
        let Workspace { condition, x, .. } = workspace;
        let bias = self.speaker.as_ref().zip(embedding).map(|(speaker, embedding)| {
            let own = speaker.apply(embedding);
            self.pre.bias.iter().zip(own).map(|(bias, own)| bias + own).collect::<Vec<_>>()
        });
        let epilogue = Epilogue { bias: bias.as_deref(), ..Epilogue::PLAIN };
        self.pre.conv.run(text, x, epilogue);
        self.convs.run(x, &mut workspace.near, &mut workspace.mixed);
        self.proj.run(x, condition, Epilogue::PLAIN);
        noise.iter_mut().for_each(|z| *z *= noise_scale);
        let (first, second) = noise.split_at_mut(ids);
        // Before every step the two channels change places.
        let (mut kept, mut bent) = (second, first);
        for spline in &self.splines {
            spline.bend(kept, bent, workspace);
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

    /// The kept channel, with the text, bends the other.
    fn bend(&self, kept: &[f32], bent: &mut [f32], workspace: &mut Workspace) {
        let Workspace { condition, x, near, mixed, kept: signal, numbers } = workspace;
        shape(signal, 1, kept.len());
        signal.row_mut(0).copy_from_slice(kept);
        self.pre.run(signal, x, Epilogue::residual(condition));
        self.convs.run(x, near, mixed);
        self.proj.run(x, numbers, Epilogue::PLAIN);
        for (id, y) in bent.iter_mut().enumerate() {
            let own: [f32; NUMBERS] = std::array::from_fn(|number| numbers.row(number)[id]);
            *y = spline::inverse(*y, &own, self.root);
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

    /// In place of `x`.
    fn run(&self, x: &mut Signal, near: &mut Signal, mixed: &mut Signal) {
        for layer in &self.layers {
            layer.depthwise.run(self.isa, x, near);
            layer.first_norm.apply(self.isa, near);
            self.activate(near);
            layer.pointwise.run(near, mixed, Epilogue::PLAIN);
            layer.second_norm.apply(self.isa, mixed);
            self.activate(mixed);
            for channel in 0..x.channels() {
                let shortcut = x.row_mut(channel).iter_mut();
                shortcut.zip(mixed.row(channel)).for_each(|(x, y)| *x += y);
            }
        }
    }

    fn activate(&self, signal: &mut Signal) {
        for channel in 0..signal.channels() {
            gelu(self.isa, signal.row_mut(channel));
        }
    }
}
