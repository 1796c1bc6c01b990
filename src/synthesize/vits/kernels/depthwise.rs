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
        // All that a Piper voice has are three taps.
        if self.conv.taps == 3 { self.taps::<V, 3>() } else { self.any_taps::<V>() }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn taps<V: Lanes, const TAPS: usize>(self) {
        let Self { conv, input, output } = self;
        let weights = conv.weight.as_chunks::<TAPS>().0.iter().zip(&conv.bias);
        for (channel, (weight, bias)) in weights.enumerate().take(input.channels()) {
            let numbers = &input.numbers()[input.at(channel) - conv.pad..];
            let rows: [&[f32]; TAPS] =
                std::array::from_fn(|tap| &numbers[tap * conv.dilation..][..output.frames()]);
            let weight = weight.map(V::splat);
            for (chunk, to) in output.row_mut(channel).chunks_mut(V::COUNT).enumerate() {
                let mut sum = V::splat(*bias);
                for (row, weight) in rows.iter().zip(weight) {
                    let x = V::load_some(&row[chunk * V::COUNT..][..to.len()]);
                    sum = x.mul_add(weight, sum);
                }
                sum.store_some(to);
            }
        }
    }

    #[inline(always)]
    fn any_taps<V: Lanes>(self) {
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
        for (taps, dilation, pad) in [(3, 9, 9), (3, 1, 1), (5, 2, 4), (1, 1, 0)] {
            let weight = (0..2 * taps).map(|i| i as f32 + 1.0).collect();
            let conv = Depthwise { weight, bias: vec![0.5, -0.5], taps, dilation, pad };
            for (isa, channel) in Isa::all().into_iter().flat_map(|isa| [(isa, 0), (isa, 1)]) {
                let mut output = Signal::default();
                conv.run(isa, &input, &mut output);
                for t in 0..21 {
                    let mut sum = conv.bias[channel];
                    for tap in 0..taps {
                        let at = (t + tap * dilation).checked_sub(pad);
                        let x = at.and_then(|at| input.row(channel).get(at)).copied();
                        sum += conv.weight[channel * taps + tap] * x.unwrap_or(0.0);
                    }
                    assert_eq!(output.row(channel)[t], sum, "{isa:?} {taps}");
                }
            }
        }
    }
}
