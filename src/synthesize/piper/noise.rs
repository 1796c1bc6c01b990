//! The randomness of a voice, from a seed: the same utterance sounds the same on every runtime.
//!
//! The runtimes' own random operators differ between them and cannot be seeded for a run, so the
//! noise is made here and handed to the model. The sequence is part of every clip's content key: it
//! must never change, which is why it is not left to a package.

use std::f64::consts::TAU;

use super::tensor::Tensor;

/// A sequence of random numbers: SplitMix64 (Steele, Lea & Flood, OOPSLA 2014).
#[derive(Clone, Debug)]
pub struct Noise {
    state: u64,
}

impl Noise {
    pub fn of(seed: u64) -> Self {
        Self { state: seed }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly in (0, 1].
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// Fills with normal numbers of mean 0 and deviation 1 (Box & Muller, 1958). They come in pairs; of an
    /// odd number the last one's twin is lost.
    pub fn fill(&mut self, numbers: &mut [f32]) {
        for pair in numbers.chunks_mut(2) {
            let radius = (-2.0 * self.uniform().ln()).sqrt();
            let (sin, cos) = (TAU * self.uniform()).sin_cos();
            for (number, of_pair) in pair.iter_mut().zip([radius * cos, radius * sin]) {
                *number = of_pair as f32;
            }
        }
    }

    /// A tensor of normal numbers, `[…, times]`. Those of one time follow each other in the sequence, so that
    /// they do not depend on how many come after: our own engine draws them while it speaks.
    pub fn normal(&mut self, shape: &[usize], mean: f32, scale: f32) -> Tensor {
        if shape.contains(&0) {
            // However long the other axes are.
            return Tensor::f32(shape, vec![]);
        }
        let times = shape.last().map_or(1, |times| *times);
        let rows = shape.iter().product::<usize>() / times;
        let mut numbers = vec![0.0; rows * times];
        let mut drawn = vec![0.0; rows];
        for time in 0..times {
            self.fill(&mut drawn);
            for (row, number) in drawn.iter().enumerate() {
                numbers[row * times + time] = mean + scale * number;
            }
        }
        Tensor::f32(shape, numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_later_changes_nothing_before() {
        let draw = |times| Noise::of(7).normal(&[1, 3, times], 0.0, 1.0);
        let (short, long) = (draw(2), draw(5));
        let (short, long) = (short.as_f32().unwrap(), long.as_f32().unwrap());
        for row in 0..3 {
            assert_eq!(short[2 * row..][..2], long[5 * row..][..2]);
        }
        assert_eq!(Noise::of(7).normal(&[], 0.0, 1.0).as_f32().unwrap().len(), 1);
        for shape in [[1, 3, 0], [1, 1 << 40, 0], [0, 1 << 40, 1 << 40]] {
            assert_eq!(Noise::of(7).normal(&shape, 0.0, 1.0).as_f32().unwrap().len(), 0);
        }
    }

    #[test]
    fn the_numbers_are_normal_and_follow_from_the_seed() {
        let draw = |seed| Noise::of(seed).normal(&[1, 3, 33_333], 0.5, 2.0);
        let numbers = draw(7);
        assert_eq!(numbers, draw(7));
        assert_ne!(numbers, draw(8));
        let numbers: Vec<f64> = numbers.as_f32().unwrap().iter().map(|x| f64::from(*x)).collect();
        let count = numbers.len() as f64;
        assert_eq!(count, 99_999.0);
        let mean = numbers.iter().sum::<f64>() / count;
        let deviation = (numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count).sqrt();
        assert!((mean - 0.5).abs() < 0.03 && (deviation - 2.0).abs() < 0.03, "{mean} {deviation}");
        let within = numbers.iter().filter(|x| (**x - 0.5).abs() < 2.0).count() as f64 / count;
        assert!((within - 0.6827).abs() < 0.01, "{within}");
    }
}
