//! The decoder's weights as plain numbers, whatever file they come from.

/// A convolution along time with as many zeros before as after.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    /// `[outputs][inputs][taps]`; of an upsampling `[inputs][outputs][taps]`.
    pub weight: Vec<f32>,
    /// `[outputs]`; none: zeros.
    pub bias: Option<Vec<f32>>,
    pub inputs: usize,
    pub outputs: usize,
    pub taps: usize,
    pub dilation: usize,
    pub pad: usize,
}

/// One step of a residual block: `x + second(leaky(first(leaky(x))))`; kind 2 of HiFi-GAN's blocks has
/// no second convolution.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResidualStep {
    pub first: Layer,
    pub second: Option<Layer>,
}

/// One stage: leaky ReLU, a transposed convolution, the mean of residual blocks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stage {
    /// Of the leaky ReLU before the transposed convolution.
    pub slope: f32,
    /// Its `dilation` is 1.
    pub upsampling: Layer,
    pub stride: usize,
    /// `[blocks][steps]`.
    pub blocks: Vec<Vec<ResidualStep>>,
    /// Of all leaky ReLUs in the blocks.
    pub block_slope: f32,
    /// What the sum of the blocks is divided by: their number.
    pub divisor: f32,
}

/// HiFi-GAN's generator (Kong et al. 2020, appendix A) as VITS trains it: the latent signal
/// `[inputs][frames]` becomes samples, as many a frame as its strides make together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecoderWeights {
    pub first: Layer,
    /// From a speaker's embedding to what is added to every frame of `first`'s output (taps: 1).
    pub condition: Option<Layer>,
    pub stages: Vec<Stage>,
    /// Of the leaky ReLU before the last convolution.
    pub last_slope: f32,
    /// One output channel; tanh follows.
    pub last: Layer,
}
