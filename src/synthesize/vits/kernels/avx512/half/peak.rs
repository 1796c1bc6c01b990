//! How many products in half precision a thread makes at best.

#![allow(unsafe_code)]

use std::arch::asm;
use std::hint::black_box;

use super::super::super::isa::Half;

/// Products of an instruction, of either kind.
const PRODUCTS: usize = 32;

/// As many independent sums as a tile has.
macro_rules! products {
    ($product:literal: $($sum:literal)*) => {
        concat!($($product, " zmm", $sum, ", zmm24, zmm25\n",)*)
    };
}

macro_rules! loops {
    ($name:ident, $product:literal) => {
        /// Answers how many products it made.
        ///
        /// # Safety
        ///
        /// The machine must have the instruction, and `rounds` must not be 0.
        #[rustfmt::skip]
        #[target_feature(enable = "avx512f")]
        unsafe fn $name(rounds: usize, number: u32) -> usize {
            // SAFETY: registers only, and what they hold before does not matter.
            unsafe {
                asm!(
                    "vpbroadcastd zmm24, {number:e}",
                    "vpbroadcastd zmm25, {number:e}",
                    "2:",
                    products!($product: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23),
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
            rounds * 24 * PRODUCTS
        }
    };
}

loops!(binary16, "vfmadd231ph");
loops!(bfloat16, "vdpbf16ps");

/// Makes products in `rounds` rounds, and answers how many. Panics where the machine has none.
pub fn peak(half: Half, rounds: usize) -> usize {
    assert!(rounds > 0 && super::is_here(half), "no such half precision here");
    // SAFETY: just asked. The number is a half, twice.
    unsafe {
        match half {
            Half::Binary16 => binary16(rounds, black_box(0x3800_3800)),
            Half::Bfloat16 => bfloat16(rounds, black_box(0x3f00_3f00)),
        }
    }
}
