//! The two convolutions of a transformer's layer: `x + narrow(relu(widen(x)))`, each with three taps.
//!
//! Two neighbouring frames are computed with four multiplications instead of six (Winograd 1980's
//! F(2, 3); Lavin & Gray 2016, section 4.1). What is wide stays apart in even and odd frames. Pairs are
//! counted from the first frame, so that it must be an even one of the utterance.

use super::shape;
use crate::synthesize::vits::kernels::{Conv1d, Epilogue, Isa, Run, Signal};
use crate::synthesize::vits::weights::{Convolution, Tensor};

/// Both convolutions.
#[derive(Debug)]
pub struct FeedForward {
    widening: Pairwise,
    narrowing: Pairwise,
}

/// A convolution with three taps, as four with one.
#[derive(Debug)]
struct Pairwise([Conv1d; 4]);

/// What is needed on the way.
#[derive(Debug, Default)]
pub struct Scratch {
    /// Even and odd frames of the input, `[hidden][pairs]`.
    phases: [Signal; 2],
    /// The same of what is between the convolutions, `[wide][pairs]`.
    wide: [Signal; 2],
    widening: Products,
    narrowing: Products,
}

/// What is multiplied, and the products, `[channels][BLOCK]`.
#[derive(Debug, Default)]
struct Products {
    factors: [Signal; 4],
    products: [Signal; 4],
}

/// Frames around one that it is made of, on each side.
pub const REACH: usize = 2;
/// Pairs at once: two tiles of the widest kernel.
const BLOCK: usize = 96;

impl FeedForward {
    pub fn pack(widening: &Convolution, narrowing: &Convolution, isa: Isa) -> Self {
        Self { widening: Pairwise::pack(widening, isa), narrowing: Pairwise::pack(narrowing, isa) }
    }

    /// `x` and `output` are `[hidden][frames]`.
    pub fn run(&self, x: &Signal, output: &mut Signal, scratch: &mut Scratch) {
        let Scratch { phases, wide, widening, narrowing } = scratch;
        let frames = x.frames();
        let pairs = frames.div_ceil(2);
        shape(output, x.channels(), frames);
        for phase in phases.iter_mut() {
            shape(phase, x.channels(), pairs);
        }
        for phase in wide.iter_mut() {
            shape(phase, self.widening.0[0].outputs(), pairs);
        }
        for channel in 0..x.channels() {
            let [even, odd] = phases;
            let rows = even.row_mut(channel).iter_mut().zip(odd.row_mut(channel));
            for ((even, odd), pair) in rows.zip(x.row(channel).chunks(2)) {
                *even = pair[0];
                *odd = pair.get(1).copied().unwrap_or(0.0);
            }
        }
        for first in (0..pairs).step_by(BLOCK) {
            let count = BLOCK.min(pairs - first);
            self.widening.multiply(phases, first, count, widening);
            let [even, odd] = &mut *wide;
            for channel in 0..even.channels() {
                let (even, odd) = (even.row_mut(channel), odd.row_mut(channel));
                let places = even[first..].iter_mut().zip(&mut odd[first..]);
                for ((even, odd), sums) in places.zip(sums(&widening.products, channel, count)) {
                    (*even, *odd) = (sums.0.max(0.0), sums.1.max(0.0));
                }
                // Behind the last frame are zeros.
                if first + count == pairs && !frames.is_multiple_of(2) {
                    odd[pairs - 1] = 0.0;
                }
            }
        }
        for first in (0..pairs).step_by(BLOCK) {
            let count = BLOCK.min(pairs - first);
            self.narrowing.multiply(wide, first, count, narrowing);
            for channel in 0..x.channels() {
                let shortcut = x.row(channel)[2 * first..].chunks(2);
                let places = output.row_mut(channel)[2 * first..].chunks_mut(2).zip(shortcut);
                for ((to, x), sums) in places.zip(sums(&narrowing.products, channel, count)) {
                    to[0] = sums.0 + x[0];
                    if let (Some(to), Some(x)) = (to.get_mut(1), x.get(1)) {
                        *to = sums.1 + x;
                    }
                }
            }
        }
    }
}

/// Even and odd frames of one channel, of the products of `count` pairs.
fn sums(
    products: &[Signal; 4],
    channel: usize,
    count: usize,
) -> impl Iterator<Item = (f32, f32)> + '_ {
    let [first, sum, difference, last] = products.each_ref().map(|it| &it.row(channel)[..count]);
    let pairs = first.iter().zip(sum).zip(difference.iter().zip(last));
    pairs.map(|((a, b), (c, d))| (a + b + c, b - c - d))
}

impl Pairwise {
    fn pack(conv: &Convolution, isa: Isa) -> Self {
        let weights = conv.weight.numbers();
        let bias = conv.bias.as_ref().map(Tensor::numbers);
        let (triples, _) = weights.as_chunks::<3>();
        let pointwise = Convolution { taps: 1, pad: 0, dilation: 1, ..conv.clone() };
        let pack = |of: fn(&[f32; 3]) -> f32, bias: Option<&[f32]>| {
            let weights: Vec<f32> = triples.iter().map(of).collect();
            pointwise.pack_numbers(&weights, bias, conv.outputs, isa)
        };
        Self([
            pack(|w| w[0], None),
            // What is added to both frames of a pair.
            pack(|w| (w[0] + w[1] + w[2]) * 0.5, bias.as_deref()),
            pack(|w| (w[0] - w[1] + w[2]) * 0.5, None),
            pack(|w| w[2], None),
        ])
    }

    /// The four products of `count` pairs, of even and odd frames.
    fn multiply(
        &self,
        [even, odd]: &[Signal; 2],
        first: usize,
        count: usize,
        Products { factors, products }: &mut Products,
    ) {
        let channels = even.channels();
        factors.iter_mut().for_each(|it| shape(it, channels, BLOCK));
        products.iter_mut().for_each(|it| shape(it, self.0[0].outputs(), BLOCK));
        for channel in 0..channels {
            let (even, odd) = (even.row(channel), odd.row(channel));
            let before = first.checked_sub(1).map_or(0.0, |before| odd[before]);
            let after = even.get(first + count).copied().unwrap_or(0.0);
            let (even, odd) = (&even[first..first + count], &odd[first..first + count]);
            let [a, b, c, d] = factors.each_mut().map(|it| &mut it.row_mut(channel)[..count]);
            // Frames -1 to 2 of a pair are f: f[-1] - f[1], f[0] + f[1], f[1] - f[0], f[0] - f[2].
            a[0] = before - odd[0];
            for (a, odd) in a[1..].iter_mut().zip(odd.windows(2)) {
                *a = odd[0] - odd[1];
            }
            for ((b, c), (even, odd)) in b.iter_mut().zip(c).zip(even.iter().zip(odd)) {
                (*b, *c) = (even + odd, odd - even);
            }
            d[count - 1] = even[count - 1] - after;
            for (d, even) in d.iter_mut().zip(even.windows(2)) {
                *d = even[0] - even[1];
            }
        }
        for (conv, (factor, product)) in self.0.iter().zip(factors.iter().zip(products)) {
            conv.run_part(factor, product, Run { from: 0, to: 0, count }, Epilogue::PLAIN);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(from: usize, count: usize) -> Vec<u8> {
        (from..from + count).flat_map(|i| number(i).to_le_bytes()).collect()
    }

    fn number(i: usize) -> f32 {
        ((i * 7919) % 29) as f32 / 29.0 - 0.5
    }

    fn convolution<'a>(weight: &'a [u8], bias: &'a [u8], channels: [usize; 2]) -> Convolution<'a> {
        let [outputs, inputs] = channels;
        Convolution {
            weight: Tensor { dims: vec![outputs, inputs, 3], bytes: weight },
            bias: Some(Tensor { dims: vec![outputs], bytes: bias }),
            outputs,
            inputs,
            taps: 3,
            dilation: 1,
            groups: 1,
            pad: 1,
        }
    }

    #[test]
    fn pairs_are_what_both_convolutions_make_of_them() {
        let (narrow, wide) = (5, 11);
        let (weights, biases) = (bytes(0, narrow * wide * 3), bytes(50, wide));
        let widening = convolution(&weights, &biases, [wide, narrow]);
        let narrowing = convolution(&weights, &biases[..4 * narrow], [narrow, wide]);
        for frames in [1, 2, 3, 50, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1, 4 * BLOCK + 7] {
            let mut x = Signal::new(narrow, frames, 16);
            for channel in 0..narrow {
                for (t, x) in x.row_mut(channel).iter_mut().enumerate() {
                    *x = number(channel * 1000 + t);
                }
            }
            for isa in Isa::all() {
                let (mut middle, mut want) = (Signal::new(0, 0, 16), Signal::new(0, 0, 16));
                widening.pack(isa).run(&x, &mut middle, Epilogue::RELU);
                narrowing.pack(isa).run(&middle, &mut want, Epilogue::residual(&x));
                let (mut got, mut scratch) = (Signal::new(0, 0, 16), Scratch::default());
                let both = FeedForward::pack(&widening, &narrowing, isa);
                both.run(&x, &mut got, &mut scratch);
                for channel in 0..narrow {
                    for (a, b) in got.row(channel).iter().zip(want.row(channel)) {
                        assert!((a - b).abs() < 1e-5, "{isa:?} {frames} {a} {b}");
                    }
                }
            }
        }
    }
}
