//! Convolution along time: `y[o][t] = bias[o] + Σ_i Σ_k weight[o][i][k] · x[i][t + k · dilation - pad]`.
//!
//! Direct, without a copy of the input: a tile of output channels by frames stays in registers, the
//! weights are packed in the order in which a tile reads them, and the margins of [`Signal`] are the
//! padding. A convolution with one tap is a matrix product.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::isa::{Half, Isa};
use super::signal::Signal;
use super::tile::{Finish, MOST_FRAMES, Tile, Tiling};

/// A convolution as it stands in a model.
#[derive(Clone, Copy, Debug)]
pub struct ConvWeights<'a> {
    /// `[outputs][inputs][taps]`.
    pub weight: &'a [f32],
    /// `[outputs]`.
    pub bias: Option<&'a [f32]>,
    pub outputs: usize,
    pub inputs: usize,
    pub taps: usize,
    pub dilation: usize,
    /// Zeros before the first frame, and as many after the last.
    pub pad: usize,
}

/// A convolution, packed for one instruction set.
#[derive(Clone, Debug)]
pub struct Conv1d {
    isa: Isa,
    outputs: usize,
    inputs: usize,
    taps: usize,
    dilation: usize,
    pad: usize,
    /// `[panels][inputs][taps][panel]`; zeros where there is no output channel.
    weights: Vec<f32>,
    /// `[panels][panel]`.
    bias: Vec<f32>,
    /// The weights in half precision, instead.
    #[cfg(target_arch = "x86_64")]
    half: Option<avx512::half::Weights>,
}

/// Numbers of a signal: from `frame` of all channels on.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub signal: &'a Signal,
    pub frame: usize,
}

/// What becomes of the sums before they are written: `leaky(slope, (sum + residual + total) * scale)`.
#[derive(Debug)]
pub struct Epilogue<'a> {
    /// Added; at the output's frames if it is a whole signal.
    pub residual: Option<Place<'a>>,
    /// The slope of a leaky ReLU that the residual has gone through, which is undone first: 1 for none.
    pub residual_slope: f32,
    /// Added after it.
    pub total: Option<Place<'a>>,
    /// Whether the total is what the output holds.
    pub accumulate: bool,
    pub scale: f32,
    /// Numbers below 0 are multiplied by it: 1 changes nothing, 0 is ReLU, between is leaky ReLU.
    pub slope: f32,
    /// Instead of the convolution's own bias, `[outputs]`.
    pub bias: Option<&'a [f32]>,
}

impl Epilogue<'_> {
    pub const PLAIN: Self = Self {
        residual: None,
        residual_slope: 1.0,
        total: None,
        accumulate: false,
        scale: 1.0,
        slope: 1.0,
        bias: None,
    };
    pub const RELU: Self = Self { slope: 0.0, ..Self::PLAIN };
    pub const ACCUMULATE: Self = Self { accumulate: true, ..Self::PLAIN };

    pub const fn leaky_relu(slope: f32) -> Self {
        Self { slope, ..Self::PLAIN }
    }
}

impl<'a> Epilogue<'a> {
    /// Adds a signal of the output's shape.
    pub fn residual(signal: &'a Signal) -> Self {
        Self { residual: Some(Place { signal, frame: 0 }), ..Epilogue::PLAIN }
    }
}

/// Which frames are computed: `count` of them, to the output's frames from `to` on. The first is the one
/// whose middle (tap `pad / dilation`) is at the input's frame `from`.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub from: usize,
    pub to: usize,
    pub count: usize,
}

/// No size of a voice comes near it, and no product of two overflows.
const SIZE_MAX: usize = 1 << 16;

impl Conv1d {
    /// Packs a convolution; panics where `weight` or `bias` are shorter than the sizes say, or those absurd.
    pub fn pack(conv: &ConvWeights, isa: Isa) -> Self {
        let sizes = [conv.inputs, conv.outputs, conv.taps, conv.dilation, conv.pad + 1];
        assert!(sizes.iter().all(|size| (1..=SIZE_MAX).contains(size)), "sizes of a convolution");
        let panel = isa.tiling(conv.outputs).panel;
        let bias = conv.bias.map_or_else(|| vec![0.0; conv.outputs], <[f32]>::to_vec);
        let steps = conv.inputs * conv.taps;
        let mut weights = vec![0.0; conv.outputs.next_multiple_of(panel) * steps];
        for o in 0..conv.outputs {
            let to = &mut weights[o / panel * panel * steps..];
            for (step, &weight) in conv.weight[o * steps..(o + 1) * steps].iter().enumerate() {
                to[step * panel + o % panel] = weight;
            }
        }
        Self {
            isa,
            outputs: conv.outputs,
            inputs: conv.inputs,
            taps: conv.taps,
            dilation: conv.dilation,
            pad: conv.pad,
            weights,
            bias: padded(&bias[..conv.outputs], panel),
            #[cfg(target_arch = "x86_64")]
            half: None,
        }
    }

    /// The same with products in half precision, or as it is where the weights have no place in it, or
    /// there is a single output. Panics where the machine has no such products, or it is in half precision.
    pub fn in_half_precision(self, half: Half) -> Self {
        assert!(self.isa.has(half), "no such half precision here");
        #[cfg(target_arch = "x86_64")]
        if self.outputs > 1 {
            let half = avx512::half::Weights::pack(half, &self.weights, self.taps, self.inputs);
            let weights = if half.is_some() { vec![] } else { self.weights };
            return Self { half, weights, ..self };
        }
        self
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Frames before the middle that a frame of output needs; the margin that an input must have.
    pub fn pad(&self) -> usize {
        self.pad
    }

    /// Frames after the middle that a frame of output needs.
    pub fn ahead(&self) -> usize {
        (self.dilation * (self.taps - 1)).saturating_sub(self.pad)
    }

    /// The whole signal. `output` gets the shape that it needs, unless it has it.
    pub fn run(&self, input: &Signal, output: &mut Signal, epilogue: Epilogue) {
        let frames =
            (input.frames() + 2 * self.pad).saturating_sub(self.dilation * (self.taps - 1));
        if (output.channels(), output.frames()) != (self.outputs, frames) {
            output.reset(self.outputs, frames);
        }
        self.run_part(input, output, Run { from: 0, to: 0, count: frames }, epilogue);
    }

    /// Some frames. Panics where input, output or what is added have not the shapes for it.
    pub fn run_part(&self, input: &Signal, output: &mut Signal, run: Run, epilogue: Epilogue) {
        if run.count == 0 {
            return;
        }
        let tiling = self.isa.tiling(self.outputs);
        assert_eq!(input.channels(), self.inputs, "input channels");
        assert_eq!(output.channels(), self.outputs, "output channels");
        assert!(holds(output.frames(), run.to, run.count), "the output is too short");
        let there = input.frames() + input.margin();
        assert!(self.pad <= input.margin() + run.from.min(there), "the margin is too small");
        assert!(
            holds(there, run.from, run.count) && self.ahead() <= there - run.from - run.count,
            "the input is too short"
        );
        let accumulate = epilogue.accumulate;
        let own_bias;
        let bias = match epilogue.bias {
            Some(bias) => {
                own_bias = padded(&bias[..self.outputs], tiling.panel);
                &own_bias
            }
            None => &self.bias,
        };
        let base = input.numbers()[input.at(0) + run.from - self.pad..].as_ptr();
        let (at, output_stride) = (output.at(0) + run.to, output.stride());
        let output = output.numbers_mut()[at..].as_mut_ptr();
        let mut finish = finish(self.outputs, run, epilogue);
        if accumulate {
            (finish.total, finish.total_stride) = (output, output_stride);
        }
        let tile = Tile {
            input: base,
            input_stride: input.stride(),
            inputs: self.inputs,
            taps: self.taps,
            dilation: self.dilation,
            weights: self.weights.as_ptr(),
            bias: bias.as_ptr(),
            output,
            output_stride,
            outputs: 0,
            frames: 0,
            finish,
        };
        #[cfg(target_arch = "x86_64")]
        if let Some(half) = &self.half {
            // SAFETY: as below.
            return unsafe { half.tile_all(tile, self.outputs, run.count) };
        }
        // SAFETY: the asserts above, and those of `finish`, say that all frames are inside the signals;
        // a tile reads at most MOST_FRAMES beyond, which is the slack that a signal has.
        unsafe { tile_all(&tiling, tile, self.outputs, run.count) }
    }
}

/// Whether `count` frames from `from` on are among so many.
pub(super) fn holds(frames: usize, from: usize, count: usize) -> bool {
    from <= frames && count <= frames - from
}

/// The finish of a run's first tile, but for accumulation.
fn finish(outputs: usize, run: Run, epilogue: Epilogue) -> Finish {
    let mut finish = Finish { scale: epilogue.scale, slope: epilogue.slope, ..Finish::PLAIN };
    let place = |Place { signal, frame }: Place| {
        assert_eq!(signal.channels(), outputs, "channels of what is added");
        assert!(holds(signal.frames(), frame, run.count), "what is added is too short");
        (signal.numbers()[signal.at(0) + frame..].as_ptr(), signal.stride())
    };
    if let Some(residual) = epilogue.residual {
        (finish.residual, finish.residual_stride) = place(residual);
        finish.residual_slope = 1.0 / epilogue.residual_slope;
    }
    if let Some(total) = epilogue.total {
        (finish.total, finish.total_stride) = place(total);
    }
    finish
}

/// All tiles of `frames` frames and `outputs` channels; `first` is the first one.
///
/// # Safety
///
/// As for [`Tiling::compute`], over all channels and frames.
pub(super) unsafe fn tile_all(tiling: &Tiling, first: Tile, outputs: usize, frames: usize) {
    let panel_size = first.inputs * first.taps * tiling.panel;
    let panels = outputs.div_ceil(tiling.panel);
    let block = tiling.frames * tiles_of_a_block(tiling, first.inputs, panels * panel_size);
    for start in (0..frames).step_by(block) {
        let end = frames.min(start + block);
        for panel in 0..panels {
            let o = panel * tiling.panel;
            for from in (start..end).step_by(tiling.frames) {
                // SAFETY: offsets inside what the caller promises.
                unsafe {
                    let mut tile = first.moved(o, from);
                    tile.weights = first.weights.add(panel * panel_size);
                    tile.outputs = tiling.panel.min(outputs - o);
                    tile.frames = tiling.frames.min(end - from);
                    (tiling.compute)(&tile);
                }
            }
        }
    }
}

/// How many tiles of frames are computed with one panel of weights before the next panel. One where the second
/// cache holds all `weights`; else as many as it holds the input of, so that weights come from memory
/// once for all of them.
fn tiles_of_a_block(tiling: &Tiling, inputs: usize, weights: usize) -> usize {
    if weights < FEW_WEIGHTS { 1 } else { (BLOCK_INPUT / (inputs * tiling.frames).max(1)).max(1) }
}

/// Numbers, 256 kB: a part of the second cache that leaves room for all else.
const FEW_WEIGHTS: usize = 64 * 1024;
/// Numbers, 512 kB.
const BLOCK_INPUT: usize = 128 * 1024;

/// With zeros up to whole panels.
pub(super) fn padded(numbers: &[f32], panel: usize) -> Vec<f32> {
    let mut padded = numbers.to_vec();
    padded.resize(numbers.len().next_multiple_of(panel), 0.0);
    padded
}

const _: () = assert!(MOST_FRAMES <= 256, "the slack of a signal");

#[cfg(test)]
mod tests;
