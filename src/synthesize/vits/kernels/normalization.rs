//! Softmax (of one row, or over the channels) and layer normalization over the channels.

use super::activation::exp_of;
use super::isa::Isa;
use super::lanes::{Kernel, Lanes, MOST};
use super::signal::Signal;

/// eˣ / Σ eˣ of one row.
pub fn softmax(isa: Isa, row: &mut [f32]) {
    isa.run(Softmax(row));
}

/// Softmax over the channels, for every frame by itself.
pub fn softmax_over_channels(isa: Isa, signal: &mut Signal) {
    isa.run(SoftmaxOverChannels(signal));
}

/// Every frame with mean 0 and deviation 1 over its channels (the variance plus `epsilon`), then times
/// `gain` plus `bias`, both `[channels]` (Ba et al. 2016).
pub fn layer_norm(isa: Isa, signal: &mut Signal, gain: &[f32], bias: &[f32], epsilon: f32) {
    isa.run(LayerNorm { signal, gain, bias, epsilon });
}

struct Softmax<'a>(&'a mut [f32]);
impl Kernel for Softmax<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let most = self.0.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut sums = [0.0_f32; MOST];
        for chunk in self.0.chunks_mut(V::COUNT) {
            exp_of(V::load_some(chunk).sub(V::splat(most))).store_some(chunk);
            for (sum, x) in sums.iter_mut().zip(chunk) {
                *sum += *x;
            }
        }
        let sum: f32 = sums.iter().sum();
        for chunk in self.0.chunks_mut(V::COUNT) {
            V::load_some(chunk).div(V::splat(sum)).store_some(chunk);
        }
    }
}

struct SoftmaxOverChannels<'a>(&'a mut Signal);
impl Kernel for SoftmaxOverChannels<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self(signal) = self;
        for from in (0..signal.frames()).step_by(V::COUNT) {
            let to = (from + V::COUNT).min(signal.frames());
            let mut most = V::splat(f32::NEG_INFINITY);
            for channel in 0..signal.channels() {
                most = most.max(V::load_some(&signal.row(channel)[from..to]));
            }
            let mut sum = V::splat(0.0);
            for channel in 0..signal.channels() {
                let at = &mut signal.row_mut(channel)[from..to];
                let x = exp_of(V::load_some(at).sub(most));
                x.store_some(at);
                sum = sum.add(x);
            }
            for channel in 0..signal.channels() {
                let at = &mut signal.row_mut(channel)[from..to];
                V::load_some(at).div(sum).store_some(at);
            }
        }
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
        let Self { signal, gain, bias, epsilon } = self;
        let count = V::splat(signal.channels() as f32);
        for from in (0..signal.frames()).step_by(V::COUNT) {
            let to = (from + V::COUNT).min(signal.frames());
            let mut sum = V::splat(0.0);
            for channel in 0..signal.channels() {
                sum = sum.add(V::load_some(&signal.row(channel)[from..to]));
            }
            let mean = sum.div(count);
            let mut squares = V::splat(0.0);
            for channel in 0..signal.channels() {
                let x = V::load_some(&signal.row(channel)[from..to]).sub(mean);
                squares = x.mul_add(x, squares);
            }
            let deviation = squares.div(count).add(V::splat(epsilon)).sqrt();
            let scale = V::splat(1.0).div(deviation);
            for (channel, (&gain, &bias)) in
                gain.iter().zip(bias).enumerate().take(signal.channels())
            {
                let at = &mut signal.row_mut(channel)[from..to];
                let x = V::load_some(at).sub(mean).mul(scale);
                x.mul_add(V::splat(gain), V::splat(bias)).store_some(at);
            }
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
    fn both_softmaxes_sum_to_one() {
        for isa in Isa::all() {
            let mut over = signal(13, 37);
            let mut column: Vec<f32> = (0..13).map(|channel| over.row(channel)[36]).collect();
            softmax_over_channels(isa, &mut over);
            softmax(isa, &mut column);
            assert!((column.iter().sum::<f32>() - 1.0).abs() < 1e-6);
            for (channel, &x) in column.iter().enumerate() {
                assert!((x - over.row(channel)[36]).abs() < 1e-6, "{isa:?}");
            }
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
