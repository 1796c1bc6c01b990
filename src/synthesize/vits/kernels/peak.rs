//! How fast a machine multiplies and adds at best: what the kernels are measured by.

use std::hint::black_box;
use std::time::Instant;

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::isa::{Half, Isa};
use super::lanes::{Kernel, Lanes};

/// Multiplications with additions a second that one thread can do, in single precision or in half:
/// independent ones, of numbers in registers, for about a millisecond. Panics where there is no such half.
pub fn peak(isa: Isa, half: Option<Half>) -> f64 {
    let begun = Instant::now();
    let products = match half {
        None => isa.run(Products),
        #[cfg(target_arch = "x86_64")]
        Some(half) => avx512::half::products(half, ROUNDS / 4),
        #[cfg(not(target_arch = "x86_64"))]
        Some(_) => 0,
    };
    products as f64 / begun.elapsed().as_secs_f64()
}

/// Answers how many products it made.
struct Products;

impl Kernel for Products {
    type Output = usize;
    #[inline(always)]
    fn run<V: Lanes>(self) -> usize {
        // As many as are on their way at once, by two pipes of five cycles, and some more.
        let mut sums = [V::splat(0.0); 12];
        let (x, y) = (V::splat(black_box(0.5)), V::splat(black_box(1.0)));
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = sum.mul_add(x, y);
            }
        }
        let mut lanes = [0.0; super::lanes::MOST];
        sums.into_iter().fold(V::splat(0.0), V::add).store(&mut lanes);
        black_box(lanes);
        ROUNDS * sums.len() * V::COUNT
    }
}

const ROUNDS: usize = 400_000;
