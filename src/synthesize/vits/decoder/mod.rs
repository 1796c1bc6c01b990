//! The decoder: latent frames to samples (HiFi-GAN, Kong et al. 2020), window by window.
//!
//! Every stage remembers what it needs of the frames before, so that nothing is computed twice and the
//! memory is the same whatever the length. The samples do not depend on the windows.

mod stage;
mod stream;
mod track;
mod weights;

use std::ops::Range;

pub use self::stream::Stream;
pub use self::weights::{DecoderWeights, Layer, ResidualStep, Stage};

use self::stage::pack;
use super::kernels::{Conv1d, Half, Isa, Signal};

/// How exactly the stages are computed, which are nearly all of the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    Single,
    /// Products in half precision, where the machine is faster with them; else single.
    Half,
}

impl Precision {
    /// The half precision that it means with this instruction set, where that was asked for and is faster.
    pub fn half(self, isa: Isa) -> Option<Half> {
        if self == Self::Half { isa.half() } else { None }
    }
}

/// A decoder, packed for one instruction set. Several streams may share it.
#[derive(Debug)]
pub struct Decoder {
    isa: Isa,
    first: Conv1d,
    first_bias: Vec<f32>,
    /// `[channels][speaker]` and `[channels]`.
    condition: Option<Layer>,
    stages: Vec<stage::Stage>,
    /// Slopes of the leaky ReLUs before the stages, and before the last convolution.
    slopes: Vec<f32>,
    last: Conv1d,
    hop: usize,
    reach: (usize, usize),
}

/// Samples of a frame: four times as many as any voice has.
const HOP_MAX: usize = 1024;
/// Frames that are pushed at once: a whole tile of the first convolution.
pub const WINDOW: usize = 48;
/// The first windows are smaller, so that the first samples come soon.
const FIRST_WINDOWS: [usize; 2] = [32, 16];

impl Decoder {
    /// Packs the weights; says what is wrong where they do not make a decoder.
    pub fn new(weights: &DecoderWeights, isa: Isa) -> Result<Self, String> {
        Self::in_half_precision(weights, isa, None)
    }

    /// The same with products in half precision, faster or not. Panics where this machine has none.
    pub fn in_half_precision(
        weights: &DecoderWeights,
        isa: Isa,
        half: Option<Half>,
    ) -> Result<Self, String> {
        let mut channels = weights.first.outputs;
        let mut stages = Vec::new();
        for stage in &weights.stages {
            if stage.upsampling.inputs != channels {
                return Err("a stage has other channels than the one before".into());
            }
            stages.push(stage::Stage::pack(stage, isa, half)?);
            channels = stage.upsampling.outputs;
        }
        let mut strides = weights.stages.iter().map(|stage| stage.stride);
        let hop = strides.try_fold(1_usize, |hop, stride| hop.checked_mul(stride));
        let hop = hop.filter(|hop| (1..=HOP_MAX).contains(hop));
        let hop = hop.ok_or("a frame has no number of samples that a voice has")?;
        if weights.last.inputs != channels || weights.last.outputs != 1 {
            return Err("the last convolution does not make samples".into());
        }
        if let Some(layer) = &weights.condition
            && (layer.taps != 1
                || layer.outputs != weights.first.outputs
                || layer.weight.len() != layer.inputs * layer.outputs
                || layer.bias.as_ref().is_some_and(|bias| bias.len() != layer.outputs))
        {
            return Err("the speaker's condition does not fit".into());
        }
        let slopes = weights.stages.iter().map(|stage| stage.slope).chain([weights.last_slope]);
        let mut decoder = Self {
            isa,
            first: pack(&weights.first, isa)?,
            first_bias: weights.first.bias.clone().unwrap_or(vec![0.0; weights.first.outputs]),
            condition: weights.condition.clone(),
            slopes: slopes.collect(),
            last: pack(&weights.last, isa)?,
            hop,
            stages,
            reach: (0, 0),
        };
        decoder.reach = decoder.receptive_field();
        Ok(decoder)
    }

    /// Samples of a frame.
    pub fn hop(&self) -> usize {
        self.hop
    }

    /// Frames before and after its own that a frame's samples are made of.
    pub fn reach(&self) -> (usize, usize) {
        self.reach
    }

    /// [`Self::reach`], from the last convolution back to the first.
    fn receptive_field(&self) -> (usize, usize) {
        let pad = self.last.pad() as isize;
        let (mut from, mut to) = (-pad, self.hop as isize - 1 + pad);
        for stage in self.stages.iter().rev() {
            let reach = stage.reach as isize;
            from = stage.upsampling.heard(from - reach).0;
            to = stage.upsampling.heard(to + reach).1;
        }
        let pad = self.first.pad() as isize;
        ((pad - from) as usize, (to + pad) as usize)
    }

    /// What the speaker's embedding adds to every frame, with the first convolution's bias, `[channels]`.
    fn bias_for(&self, speaker: Option<&[f32]>) -> Vec<f32> {
        let mut bias = self.first_bias.clone();
        if let (Some(layer), Some(speaker)) = (&self.condition, speaker) {
            for (o, (bias, row)) in
                bias.iter_mut().zip(layer.weight.chunks_exact(layer.inputs)).enumerate()
            {
                *bias += layer.bias.as_ref().map_or(0.0, |bias| bias[o]);
                *bias += row.iter().zip(speaker).map(|(w, x)| w * x).sum::<f32>();
            }
        }
        bias
    }

    /// The samples of `frames` of the latent signal, in windows as they come; false when it stopped since
    /// `is_unwanted` said so (it is asked between windows).
    pub fn decode(
        &self,
        latent: &Signal,
        speaker: Option<&[f32]>,
        frames: Range<usize>,
        is_unwanted: &(dyn Fn() -> bool + Sync),
        sink: &mut dyn FnMut(&[f32]),
    ) -> bool {
        let begin = frames.start.saturating_sub(self.reach.0);
        let end = (frames.end + self.reach.1).min(latent.frames());
        let skipped = (frames.start - begin) * self.hop;
        let mut cut = cut(skipped, frames.len() * self.hop, sink);
        let mut stream = Stream::new(self, speaker);
        let mut windows = FIRST_WINDOWS.into_iter();
        let mut from = begin;
        while from < end {
            if is_unwanted() {
                return false;
            }
            let count = windows.next().unwrap_or(WINDOW).min(end - from);
            stream.push(latent, from..from + count, &mut cut);
            from += count;
        }
        stream.finish(&mut cut);
        true
    }
}

/// A sink that leaves out the first `skipped` samples, and takes `wanted` after them.
pub fn cut(
    mut skipped: usize,
    mut wanted: usize,
    sink: &mut dyn FnMut(&[f32]),
) -> impl FnMut(&[f32]) {
    move |samples| {
        let skip = skipped.min(samples.len());
        skipped -= skip;
        let samples = &samples[skip..];
        let samples = &samples[..wanted.min(samples.len())];
        wanted -= samples.len();
        if !samples.is_empty() {
            sink(samples);
        }
    }
}

#[cfg(test)]
mod tests;
