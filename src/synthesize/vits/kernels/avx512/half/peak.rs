//! How many products in half precision a thread makes at best, and whether that is faster.

#![allow(unsafe_code)]

use std::arch::asm;
use std::hint::black_box;
use std::time::{Duration, Instant};

use super::super::super::isa::Half;

/// Instructions of a round: as many independent sums as a tile has.
const SUMS: usize = 24;
/// Products of an instruction, of either kind; half as many in single precision.
const PRODUCTS: usize = 32;

macro_rules! round {
    ($product:literal: $($sum:literal)*) => {
        concat!($($product, " zmm", $sum, ", zmm24, zmm25\n",)*)
    };
}

macro_rules! loops {
    ($name:ident, $product:literal) => {
        /// # Safety
        ///
        /// The machine must have the instruction, and `rounds` must not be 0.
        #[rustfmt::skip]
        #[target_feature(enable = "avx512f")]
        unsafe fn $name(rounds: usize, number: u32) {
            // SAFETY: registers only, and what they hold before does not matter.
            unsafe {
                asm!(
                    "vpbroadcastd zmm24, {number:e}",
                    "vpbroadcastd zmm25, {number:e}",
                    "2:",
                    round!($product: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23),
                    "dec {rounds}",
                    "jnz 2b",
                    number = in(reg) number,
                    rounds = inout(reg) rounds => _,
                    out("zmm0") _, out("zmm1") _, out("zmm2") _, out("zmm3") _,
                    out("zmm4") _, out("zmm5") _, out("zmm6") _, out("zmm7") _,
                    out("zmm8") _, out("zmm9") _, out("zmm10") _, out("zmm11") _,
                    out("zmm12") _, out("zmm13") _, out("zmm14") _, out("zmm15") _,
                    out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
                    out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
                    out("zmm24") _, out("zmm25") _,
                    options(nostack, nomem),
                );
            }
        }
    };
}

loops!(single, "vfmadd231ps");
loops!(binary16, "vfmadd231ph");
loops!(bfloat16, "vdpbf16ps");

/// Makes products, and answers how many. Panics where the machine has none.
pub fn products(half: Half, rounds: usize) -> usize {
    assert!(rounds > 0 && super::is_here(half), "no such half precision here");
    // SAFETY: just asked. The number is a half, twice.
    unsafe {
        match half {
            Half::Binary16 => binary16(rounds, black_box(0x3800_3800)),
            Half::Bfloat16 => bfloat16(rounds, black_box(0x3f00_3f00)),
        }
    }
    rounds * SUMS * PRODUCTS
}

/// Whether a thread makes so many more products than in single precision that it is faster with all that
/// is around them. Processors make either twice as many or not more: it is no close decision, so that what
/// was spoken in one precision is not spoken again in another. Takes a millisecond. Panics where the machine
/// has none.
pub fn is_faster(half: Half) -> bool {
    let (mut of_single, mut of_half) = (Duration::MAX, Duration::MAX);
    // In turns, the best of several: other work on the machine only adds.
    for _ in 0..TURNS {
        of_half = of_half.min(time(|| {
            products(half, ROUNDS);
        }));
        // SAFETY: where there is half precision there is AVX-512. The number is a half.
        of_single = of_single.min(time(|| unsafe { single(ROUNDS, black_box(0x3f00_0000)) }));
    }
    2.0 * of_single.as_secs_f64() > FASTER * of_half.as_secs_f64()
}

const TURNS: usize = 10;
const ROUNDS: usize = 5_000;
const FASTER: f64 = 1.3;

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

#[cfg(test)]
mod tests {
    use super::super::super::super::isa::Isa;
    use super::*;

    /// What it answers is the machine's affair: it is run here, since most machines never need it.
    #[test]
    fn products_are_counted_and_compared() {
        for half in Isa::best().halves() {
            assert_eq!(products(half, 3), 3 * SUMS * PRODUCTS);
            is_faster(half);
        }
    }
}
