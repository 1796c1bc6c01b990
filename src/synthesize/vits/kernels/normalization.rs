//! Softmax and layer normalization over the channels.

use super::activation::exp_of;
use super::isa::Isa;
use super::lanes::{Kernel, Lanes};
use super::signal::Signal;

/// Softmax over the first `channels` channels, for every frame by itself, but for the division: `signal`
/// gets eˣ of what is above -87 below the frame's greatest, and `inverses`, one for each frame, what these are to
/// be multiplied by to sum to 1. A sum of many of them is then multiplied once.
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
        let Self { signal, channels, inverses } = self;
        let mut from = 0;
        for inverses in inverses.chunks_mut(3 * V::COUNT) {
            match inverses.len().div_ceil(V::COUNT) {
                1 => softmax::<V, 1>(signal, channels, from, inverses),
                2 => softmax::<V, 2>(signal, channels, from, inverses),
                _ => softmax::<V, 3>(signal, channels, from, inverses),
            }
            from += inverses.len();
        }
    }
}

/// Of `W` vectors of frames, whose sums are added up side by side.
#[inline(always)]
fn softmax<V: Lanes, const W: usize>(
    signal: &mut Signal,
    channels: usize,
    from: usize,
    inverses: &mut [f32],
) {
    let (at, stride, count) = (signal.at(0) + from, signal.stride(), inverses.len());
    let rows = &mut signal.numbers_mut()[at..];
    let mut most = [V::splat(f32::NEG_INFINITY); W];
    for row in rows.chunks(stride).take(channels) {
        for (most, x) in most.iter_mut().zip(row[..count].chunks(V::COUNT)) {
            *most = most.max(V::load_some(x));
        }
    }
    let mut sums = [V::splat(0.0); W];
    for row in rows.chunks_mut(stride).take(channels) {
        for ((sum, most), at) in sums.iter_mut().zip(most).zip(row[..count].chunks_mut(V::COUNT)) {
            let x = exp_of(V::load_some(at).sub(most));
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
    fn exponentials_and_their_inverse_sum_are_those_of_the_frame() {
        for (isa, frames) in Isa::all().into_iter().flat_map(|isa| [(isa, 37), (isa, 100)]) {
            let scores = signal(13, frames);
            let (mut shares, mut inverses) = (scores.clone(), vec![0.0; frames - 1]);
            softmax_over_channels(isa, &mut shares, 12, &mut inverses);
            for (t, inverse) in inverses.iter().enumerate() {
                let exp = |channel: usize| f64::from(scores.row(channel)[t]).exp();
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
