//! How fast a machine multiplies and adds at best: what the kernels are measured by.

use std::hint::black_box;
use std::time::Instant;

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::isa::{Half, Isa};
use super::lanes::{Kernel, Lanes};

/// Multiplications with additions a second that one thread can do, in single precision or in half:
/// independent ones, of numbers in registers, for about a millisecond.
pub fn peak(isa: Isa, half: Option<Half>) -> f64 {
    peak_of(isa, half, ROUNDS)
}

/// Whether a thread makes so many more products in half precision that it is faster with all that is
/// around them. Known processors make either twice as many or not more. Takes about a millisecond.
#[cfg(target_arch = "x86_64")]
pub(super) fn is_faster(isa: Isa, half: Half) -> bool {
    let (mut single, mut other) = (0.0_f64, 0.0_f64);
    // In turns, the best of several: other work on the machine makes single ones slow.
    for _ in 0..TURNS {
        single = single.max(peak_of(isa, None, ROUNDS / 2 / TURNS));
        other = other.max(peak_of(isa, Some(half), ROUNDS / 8 / TURNS));
    }
    other > FASTER * single
}

#[cfg(target_arch = "x86_64")]
const TURNS: usize = 10;
#[cfg(target_arch = "x86_64")]
const FASTER: f64 = 1.3;

fn peak_of(isa: Isa, half: Option<Half>, rounds: usize) -> f64 {
    let begun = Instant::now();
    let products = match half {
        None => isa.run(Products { rounds }),
        #[cfg(target_arch = "x86_64")]
        Some(half) => avx512::half::peak(half, rounds),
        #[cfg(not(target_arch = "x86_64"))]
        Some(_) => 0,
    };
    products as f64 / begun.elapsed().as_secs_f64()
}

/// Answers how many products it made.
struct Products {
    rounds: usize,
}

impl Kernel for Products {
    type Output = usize;
    #[inline(always)]
    fn run<V: Lanes>(self) -> usize {
        // As many as are on their way at once, by two pipes of five cycles, and some more.
        let mut sums = [V::splat(0.0); 12];
        let (x, y) = (V::splat(black_box(0.5)), V::splat(black_box(1.0)));
        for _ in 0..self.rounds {
            for sum in &mut sums {
                *sum = sum.mul_add(x, y);
            }
        }
        let mut lanes = [0.0; super::lanes::MOST];
        sums.into_iter().fold(V::splat(0.0), V::add).store(&mut lanes);
        black_box(lanes);
        self.rounds * sums.len() * V::COUNT
    }
}

const ROUNDS: usize = 400_000;
