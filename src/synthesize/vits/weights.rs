//! The weights of a voice as they stand in its file: borrowed from it, unpacked, in the model's order.

use std::ops::Range;

use super::decoder::DecoderWeights;
use super::kernels::{Conv1d, ConvWeights, Depthwise, Isa};

/// Numbers of a file: little-endian 32-bit floats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor<'a> {
    pub dims: Vec<usize>,
    /// Four a number, as many as `dims` say.
    pub bytes: &'a [u8],
}

impl Tensor<'_> {
    pub fn numbers(&self) -> Vec<f32> {
        let (four, _) = self.bytes.as_chunks::<4>();
        four.iter().map(|four| f32::from_le_bytes(*four)).collect()
    }

    /// How many numbers.
    pub fn count(&self) -> usize {
        self.bytes.len() / 4
    }
}

/// A convolution over time that keeps the length: `2 * pad == dilation * (taps - 1)`.
#[derive(Clone, Debug)]
pub struct Convolution<'a> {
    /// `[outputs][inputs / groups][taps]`.
    pub weight: Tensor<'a>,
    /// `[outputs]`.
    pub bias: Option<Tensor<'a>>,
    pub outputs: usize,
    /// Of all groups.
    pub inputs: usize,
    pub taps: usize,
    pub dilation: usize,
    pub groups: usize,
    pub pad: usize,
}

impl Convolution<'_> {
    /// Packed for an instruction set. Not for one of several groups.
    pub fn pack(&self, isa: Isa) -> Conv1d {
        self.pack_rows(0..self.outputs, isa)
    }

    /// Some of the output channels, as a convolution of its own.
    pub fn pack_rows(&self, rows: Range<usize>, isa: Isa) -> Conv1d {
        let (weight, bias) = (self.weight.numbers(), self.bias.as_ref().map(Tensor::numbers));
        let row = self.inputs * self.taps;
        let bias = bias.as_ref().map(|bias| &bias[rows.clone()]);
        self.pack_numbers(&weight[rows.start * row..rows.end * row], bias, rows.len(), isa)
    }

    /// This convolution's shape with other numbers, of `outputs` channels.
    pub fn pack_numbers(
        &self,
        weight: &[f32],
        bias: Option<&[f32]>,
        outputs: usize,
        isa: Isa,
    ) -> Conv1d {
        let Self { inputs, taps, dilation, pad, .. } = *self;
        Conv1d::pack(&ConvWeights { weight, bias, outputs, inputs, taps, dilation, pad }, isa)
    }

    /// One of as many groups as channels.
    pub fn pack_depthwise(&self) -> Depthwise {
        let bias = self.bias.as_ref().map_or_else(|| vec![0.0; self.outputs], Tensor::numbers);
        let Self { taps, dilation, pad, .. } = *self;
        Depthwise { weight: self.weight.numbers(), bias, taps, dilation, pad }
    }
}

/// Layer normalization over channels.
#[derive(Clone, Debug)]
pub struct Norm<'a> {
    /// `[channels]`.
    pub gamma: Tensor<'a>,
    /// `[channels]`.
    pub beta: Tensor<'a>,
    pub epsilon: f32,
}

/// A whole voice.
#[derive(Clone, Debug)]
pub struct Voice<'a> {
    /// `[speakers][speaker channels]`, in a voice of several.
    pub speakers: Option<Tensor<'a>>,
    pub encoder: Encoder<'a>,
    pub durations: Durations<'a>,
    /// In the order in which they are computed.
    pub flow: Vec<Coupling<'a>>,
    pub decoder: DecoderWeights,
}

/// The text encoder (VITS, section 2.2.1).
#[derive(Clone, Debug)]
pub struct Encoder<'a> {
    /// `[symbols][hidden]`.
    pub embedding: Tensor<'a>,
    /// What embeddings are multiplied by: the root of `hidden`.
    pub embedding_scale: f32,
    pub layers: Vec<EncoderLayer<'a>>,
    /// To mean and logarithm of the spread, `[2 * latent]`.
    pub statistics: Convolution<'a>,
}

/// Self-attention with relative positions (Shaw et al. 2018) and two convolutions.
#[derive(Clone, Debug)]
pub struct EncoderLayer<'a> {
    pub query: Convolution<'a>,
    pub key: Convolution<'a>,
    pub value: Convolution<'a>,
    pub out: Convolution<'a>,
    /// `[1][2 * window + 1][width of a head]`.
    pub relative_keys: Tensor<'a>,
    /// As `relative_keys`.
    pub relative_values: Tensor<'a>,
    pub first_norm: Norm<'a>,
    pub widening: Convolution<'a>,
    pub narrowing: Convolution<'a>,
    pub second_norm: Norm<'a>,
}

/// The stochastic duration predictor (VITS, section 2.2.2), as it runs backwards.
#[derive(Clone, Debug)]
pub struct Durations<'a> {
    pub pre: Convolution<'a>,
    pub speaker: Option<Convolution<'a>>,
    pub convs: Vec<Separable<'a>>,
    pub proj: Convolution<'a>,
    /// In the order in which they are computed.
    pub splines: Vec<SplineCoupling<'a>>,
    /// The affine step: `(z - mean) * scale`, of the only channel that is heard, the first.
    pub mean: f32,
    pub scale: f32,
}

/// One depth-separable convolution with its shortcut.
#[derive(Clone, Debug)]
pub struct Separable<'a> {
    pub depthwise: Convolution<'a>,
    pub first_norm: Norm<'a>,
    pub pointwise: Convolution<'a>,
    pub second_norm: Norm<'a>,
}

/// A coupling by a spline (Durkan et al. 2019).
#[derive(Clone, Debug)]
pub struct SplineCoupling<'a> {
    pub pre: Convolution<'a>,
    pub convs: Vec<Separable<'a>>,
    /// To widths, heights and inner slopes of the bins, `[3 * bins - 1]`.
    pub proj: Convolution<'a>,
}

/// A residual coupling of the flow (VITS, section 2.1.2).
#[derive(Clone, Debug)]
pub struct Coupling<'a> {
    pub pre: Convolution<'a>,
    /// `[layers * 2 * hidden]`.
    pub speaker: Option<Convolution<'a>>,
    pub layers: Vec<GatedLayer<'a>>,
    pub post: Convolution<'a>,
}

/// A layer of WaveNet.
#[derive(Clone, Debug)]
pub struct GatedLayer<'a> {
    /// To what passes and how far it is let through, `[2 * hidden]`.
    pub gate: Convolution<'a>,
    /// To the shortcut and to what is said, `[2 * hidden]`; the last layer only says, `[hidden]`.
    pub out: Convolution<'a>,
}
