//! Convolution of every channel by itself: `y[c][t] = bias[c] + Σ_k weight[c][k] · x[c][t + k · dilation - pad]`.

use super::isa::Isa;
use super::lanes::{Kernel, Lanes};
use super::signal::Signal;

/// A depthwise convolution.
#[derive(Clone, Debug)]
pub struct Depthwise {
    /// `[channels][taps]`.
    pub weight: Vec<f32>,
    /// `[channels]`.
    pub bias: Vec<f32>,
    pub taps: usize,
    pub dilation: usize,
    /// Zeros before the first frame; the margin that an input must have on both sides.
    pub pad: usize,
}

impl Depthwise {
    /// The whole signal; `output` gets the input's shape, unless it has it. Panics where the margin is
    /// smaller than a frame's neighbourhood.
    pub fn run(&self, isa: Isa, input: &Signal, output: &mut Signal) {
        if (output.channels(), output.frames()) != (input.channels(), input.frames()) {
            output.reset(input.channels(), input.frames());
        }
        let ahead = (self.dilation * self.taps.saturating_sub(1)).saturating_sub(self.pad);
        assert!(self.pad.max(ahead) <= input.margin(), "the margin is too small");
        isa.run(Run { conv: self, input, output });
    }
}

struct Run<'a> {
    conv: &'a Depthwise,
    input: &'a Signal,
    output: &'a mut Signal,
}

impl Kernel for Run<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { conv, input, output } = self;
        for channel in 0..input.channels() {
            let begin = input.at(channel) - conv.pad;
            let weight = &conv.weight[channel * conv.taps..(channel + 1) * conv.taps];
            let row = output.row_mut(channel);
            for (chunk, to) in row.chunks_mut(V::COUNT).enumerate() {
                let mut sum = V::splat(conv.bias[channel]);
                for (tap, &weight) in weight.iter().enumerate() {
                    let from = begin + chunk * V::COUNT + tap * conv.dilation;
                    let x = V::load_some(&input.numbers()[from..from + to.len()]);
                    sum = x.mul_add(V::splat(weight), sum);
                }
                sum.store_some(to);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_is_convolved_by_itself() {
        let mut input = Signal::new(2, 21, 9);
        for channel in 0..2 {
            for (t, x) in input.row_mut(channel).iter_mut().enumerate() {
                *x = (channel * 40 + t) as f32;
            }
        }
        let conv = Depthwise {
            weight: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            bias: vec![0.5, -0.5],
            taps: 3,
            dilation: 9,
            pad: 9,
        };
        for isa in Isa::all() {
            let mut output = Signal::default();
            conv.run(isa, &input, &mut output);
            for channel in 0..2 {
                for t in 0..21 {
                    let x = |at: isize| {
                        usize::try_from(at).ok().and_then(|at| input.row(channel).get(at)).copied()
                    };
                    let mut sum = conv.bias[channel];
                    for tap in 0..3 {
                        let x = x(t as isize + (tap as isize - 1) * 9).unwrap_or(0.0);
                        sum += conv.weight[channel * 3 + tap] * x;
                    }
                    assert_eq!(output.row(channel)[t], sum, "{isa:?}");
                }
            }
        }
    }
}
