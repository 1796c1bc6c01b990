//! Softmax and layer normalization over the channels.

use std::ops::Range;

use super::activation::exp2_of;
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};
use super::signal::Signal;

/// Softmax over the first `channels` channels, for every frame by itself, with 2ˣ instead of eˣ (factors of
/// scores are the caller's) and but for the division: `signal` gets 2ˣ of how far a number is below the greatest
/// of its frame, and `inverses`, one for each frame, what these are to be multiplied by to sum to 1. A sum
/// of many of them is then multiplied once.
pub fn softmax_over_channels(isa: Isa, signal: &mut Signal, channels: usize, inverses: &mut [f32]) {
    assert!(channels <= signal.channels() && inverses.len() <= signal.frames());
    isa.run(Softmax { signal, channels, inverses });
}

/// Every frame with mean 0 and deviation 1 over its channels (the variance plus `epsilon`), then times
/// `gain` plus `bias`, both `[channels]` (Ba et al. 2016).
pub fn layer_norm(isa: Isa, signal: &mut Signal, gain: &[f32], bias: &[f32], epsilon: f32) {
    isa.run(LayerNorm { signal, gain, bias, epsilon });
}

struct Softmax<'a> {
    signal: &'a mut Signal,
    channels: usize,
    inverses: &'a mut [f32],
}
impl Kernel for Softmax<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { signal, channels: count, inverses } = self;
        let (at, stride) = if count > 0 { (signal.at(0), signal.stride()) } else { return };
        let rows = &mut signal.numbers_mut()[at..];
        let mut from = 0;
        for inverses in inverses.chunks_mut(3 * V::COUNT) {
            let channels = Channels { rows, stride, frames: from..from + inverses.len() };
            match inverses.len().div_ceil(V::COUNT) {
                1 => softmax::<V, 1>(channels, count, inverses),
                2 => softmax::<V, 2>(channels, count, inverses),
                _ => softmax::<V, 3>(channels, count, inverses),
            }
            from += inverses.len();
        }
    }
}

/// Some frames of a signal's channels.
struct Channels<'a> {
    rows: &'a mut [f32],
    stride: usize,
    frames: Range<usize>,
}

impl Channels<'_> {
    /// The first `count`.
    #[inline(always)]
    fn first(&mut self, count: usize) -> impl Iterator<Item = &mut [f32]> {
        self.rows.chunks_mut(self.stride).take(count).map(|row| &mut row[self.frames.clone()])
    }
}

/// Of `W` vectors of frames, whose sums are added up side by side.
#[inline(always)]
fn softmax<V: Lanes, const W: usize>(mut channels: Channels, count: usize, inverses: &mut [f32]) {
    let mut most = [V::splat(f32::NEG_INFINITY); W];
    for row in channels.first(count) {
        for (most, x) in most.iter_mut().zip(row.chunks(V::COUNT)) {
            *most = most.max(V::load_some(x));
        }
    }
    let mut sums = [V::splat(0.0); W];
    for row in channels.first(count) {
        for ((sum, most), at) in sums.iter_mut().zip(most).zip(row.chunks_mut(V::COUNT)) {
            // Less is no normal number.
            let x = exp2_of(V::load_some(at).sub(most).max(V::splat(-126.0)));
            x.store_some(at);
            *sum = sum.add(x);
        }
    }
    for (sum, inverses) in sums.into_iter().zip(inverses.chunks_mut(V::COUNT)) {
        V::splat(1.0).div(sum).store_some(inverses);
    }
}

struct LayerNorm<'a> {
    signal: &'a mut Signal,
    gain: &'a [f32],
    bias: &'a [f32],
    epsilon: f32,
}
impl Kernel for LayerNorm<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let frames = self.signal.frames();
        assert_eq!(self.bias.len(), self.signal.channels(), "channels");
        assert_eq!(self.gain.len(), self.signal.channels(), "channels");
        let (at, stride) =
            if frames > 0 { (self.signal.at(0), self.signal.stride()) } else { return };
        let rows = &mut self.signal.numbers_mut()[at..];
        for from in (0..frames).step_by(3 * V::COUNT) {
            let frames = from..(from + 3 * V::COUNT).min(frames);
            let channels = Channels { rows, stride, frames };
            match channels.frames.len().div_ceil(V::COUNT) {
                1 => normalize::<V, 1>(channels, self.gain, self.bias, self.epsilon),
                2 => normalize::<V, 2>(channels, self.gain, self.bias, self.epsilon),
                _ => normalize::<V, 3>(channels, self.gain, self.bias, self.epsilon),
            }
        }
    }
}

/// `W` vectors of frames.
#[inline(always)]
fn normalize<V: Lanes, const W: usize>(
    mut channels: Channels,
    gain: &[f32],
    bias: &[f32],
    epsilon: f32,
) {
    let all = bias.len();
    let count = V::splat(all as f32);
    let mut sums = [V::splat(0.0); W];
    for row in channels.first(all) {
        for (sum, x) in sums.iter_mut().zip(row.chunks(V::COUNT)) {
            *sum = sum.add(V::load_some(x));
        }
    }
    let means = sums.map(|sum| sum.div(count));
    let mut squares = [V::splat(0.0); W];
    for row in channels.first(all) {
        for ((sum, mean), x) in squares.iter_mut().zip(means).zip(row.chunks(V::COUNT)) {
            let x = V::load_some(x).sub(mean);
            *sum = x.mul_add(x, *sum);
        }
    }
    let scales = squares.map(|sum| {
        let deviation = sum.div(count).add(V::splat(epsilon)).sqrt();
        V::splat(1.0).div(deviation)
    });
    for ((row, gain), bias) in channels.first(all).zip(gain).zip(bias) {
        for ((mean, scale), at) in means.iter().zip(scales).zip(row.chunks_mut(V::COUNT)) {
            let x = V::load_some(at).sub(*mean).mul(scale);
            x.mul_add(V::splat(*gain), V::splat(*bias)).store_some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(channels: usize, frames: usize) -> Signal {
        let mut signal = Signal::new(channels, frames, 0);
        for channel in 0..channels {
            for (t, x) in signal.row_mut(channel).iter_mut().enumerate() {
                *x = ((channel * 31 + t * 17) % 23) as f32 / 5.0 - 2.0;
            }
        }
        signal
    }

    #[test]
    fn powers_and_their_inverse_sum_are_those_of_the_frame() {
        for (isa, frames) in Isa::all().into_iter().flat_map(|isa| [(isa, 37), (isa, 100)]) {
            let scores = signal(13, frames);
            let (mut shares, mut inverses) = (scores.clone(), vec![0.0; frames - 1]);
            softmax_over_channels(isa, &mut shares, 12, &mut inverses);
            for (t, inverse) in inverses.iter().enumerate() {
                let exp = |channel: usize| f64::from(scores.row(channel)[t]).exp2();
                let sum: f64 = (0..12).map(exp).sum();
                for channel in 0..12 {
                    let got = f64::from(shares.row(channel)[t] * inverse);
                    assert!((got - exp(channel) / sum).abs() < 1e-7, "{isa:?} {t} {channel}");
                }
                assert_eq!(shares.row(12)[t], scores.row(12)[t], "{isa:?}");
            }
            assert_eq!(shares.row(0)[frames - 1], scores.row(0)[frames - 1], "{isa:?}");
        }
    }

    #[test]
    fn normalized_frames_have_mean_and_deviation() {
        for isa in Isa::all() {
            let mut normal = signal(24, 21);
            layer_norm(isa, &mut normal, &[2.0; 24], &[0.5; 24], 1e-5);
            for t in 0..21 {
                let frame = (0..24).map(|channel| f64::from(normal.row(channel)[t]));
                let mean = frame.clone().sum::<f64>() / 24.0;
                let variance = frame.map(|x| (x - mean).powi(2)).sum::<f64>() / 24.0;
                assert!((mean - 0.5).abs() < 1e-6 && (variance - 4.0).abs() < 1e-3, "{isa:?}");
            }
        }
    }
}
