//! The sums of a tile of 8 channels, written down instruction by instruction, since a compiler keeps too
//! few of them in registers.

#![allow(unsafe_code)]

use std::arch::asm;

use super::super::tile::Tile;

/// `sums(tile, to)`: `[channels][vectors]`.
pub type Sums = unsafe fn(&Tile, *mut f32);

/// A sum that begins with its bias, for all vectors.
macro_rules! bias {
    ($offset:literal: $($sum:literal)*) => {
        concat!($("vbroadcastss zmm", $sum, ", dword ptr [{x} + ", $offset, "]\n",)*)
    };
}

/// One weight (or pair of weights) times all vectors of input.
macro_rules! row {
    ($product:literal $offset:literal in $weight:literal: $($sum:literal $x:literal),*) => {
        concat!(
            "vbroadcastss zmm", $weight, ", dword ptr [{w} + ", $offset, "]\n",
            $($product, " zmm", $sum, ", zmm", $weight, ", zmm", $x, "\n",)*
        )
    };
}

/// Sums go to memory, 64 bytes each.
macro_rules! put {
    ($($sum:literal)*) => {
        concat!($("vmovups [{to} + 64 * ", $sum, "], zmm", $sum, "\n",)*)
    };
}

pub(super) use {put, row};

macro_rules! sums {
    ($name:ident, [$($ahead:literal),*], [$($bias:expr),*], [$($load:literal),*], [$($row:expr),*], $put:expr) => {
        /// # Safety
        ///
        /// As for `Tiling::compute`, with at least one step; `to` has room for all sums, and the
        /// machine has the instruction.
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
        pub unsafe fn $name(tile: &Tile, to: *mut f32) {
            // SAFETY: reads the numbers of the tile only, and writes the sums.
            unsafe {
                asm!(
                    $($bias,)*
                    "2:",
                    "mov {x}, {row}",
                    "mov {k}, {taps}",
                    $($ahead,)*
                    "3:",
                    "prefetcht0 [{w} + 1024]",
                    $($load,)*
                    $($row,)*
                    "add {x}, {dilation}",
                    "add {w}, 32",
                    "dec {k}",
                    "jnz 3b",
                    "add {row}, {stride}",
                    "dec {inputs}",
                    "jnz 2b",
                    $put,
                    row = inout(reg) tile.input => _,
                    x = inout(reg) tile.bias => _,
                    w = inout(reg) tile.weights => _,
                    k = out(reg) _,
                    taps = in(reg) tile.taps,
                    dilation = in(reg) 4 * tile.dilation,
                    stride = in(reg) 4 * tile.input_stride,
                    inputs = inout(reg) tile.inputs => _,
                    to = in(reg) to,
                    out("zmm0") _, out("zmm1") _, out("zmm2") _, out("zmm3") _,
                    out("zmm4") _, out("zmm5") _, out("zmm6") _, out("zmm7") _,
                    out("zmm8") _, out("zmm9") _, out("zmm10") _, out("zmm11") _,
                    out("zmm12") _, out("zmm13") _, out("zmm14") _, out("zmm15") _,
                    out("zmm16") _, out("zmm17") _, out("zmm18") _, out("zmm19") _,
                    out("zmm20") _, out("zmm21") _, out("zmm22") _, out("zmm23") _,
                    out("zmm24") _, out("zmm25") _, out("zmm26") _, out("zmm27") _,
                    out("zmm28") _, out("zmm29") _, out("zmm30") _, out("zmm31") _,
                    options(nostack),
                );
            }
        }
    };
}

/// Of three vectors.
macro_rules! three {
    ($name:ident, $product:literal, [$($ahead:literal),*]) => {
        sums!(
            $name,
            [$($ahead),*],
            [bias!(0: 0 1 2), bias!(4: 3 4 5), bias!(8: 6 7 8), bias!(12: 9 10 11),
             bias!(16: 12 13 14), bias!(20: 15 16 17), bias!(24: 18 19 20), bias!(28: 21 22 23)],
            ["vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]", "vmovups zmm26, [{x} + 128]"],
            [row!($product 0 in 27: 0 24, 1 25, 2 26), row!($product 4 in 28: 3 24, 4 25, 5 26),
             row!($product 8 in 29: 6 24, 7 25, 8 26), row!($product 12 in 30: 9 24, 10 25, 11 26),
             row!($product 16 in 27: 12 24, 13 25, 14 26), row!($product 20 in 28: 15 24, 16 25, 17 26),
             row!($product 24 in 29: 18 24, 19 25, 20 26), row!($product 28 in 30: 21 24, 22 25, 23 26)],
            put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)
        );
    };
}

/// Of one, two and three vectors.
macro_rules! all {
    ($product:literal) => {
        sums!(
            one,
            [],
            [bias!(0: 0), bias!(4: 1), bias!(8: 2), bias!(12: 3),
             bias!(16: 4), bias!(20: 5), bias!(24: 6), bias!(28: 7)],
            ["vmovups zmm24, [{x}]"],
            [row!($product 0 in 25: 0 24), row!($product 4 in 26: 1 24),
             row!($product 8 in 27: 2 24), row!($product 12 in 28: 3 24),
             row!($product 16 in 25: 4 24), row!($product 20 in 26: 5 24),
             row!($product 24 in 27: 6 24), row!($product 28 in 28: 7 24)],
            put!(0 1 2 3 4 5 6 7)
        );
        sums!(
            two,
            [],
            [bias!(0: 0 1), bias!(4: 2 3), bias!(8: 4 5), bias!(12: 6 7),
             bias!(16: 8 9), bias!(20: 10 11), bias!(24: 12 13), bias!(28: 14 15)],
            ["vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]"],
            [row!($product 0 in 27: 0 24, 1 25), row!($product 4 in 28: 2 24, 3 25),
             row!($product 8 in 29: 4 24, 5 25), row!($product 12 in 30: 6 24, 7 25),
             row!($product 16 in 27: 8 24, 9 25), row!($product 20 in 28: 10 24, 11 25),
             row!($product 24 in 29: 12 24, 13 25), row!($product 28 in 30: 14 24, 15 25)],
            put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
        );
        three!(three, $product, []);
    };
}

/// In single precision.
pub mod single {
    use super::*;

    all!("vfmadd231ps");
    // With the frames of inputs that come soon.
    three!(
        three_far,
        "vfmadd231ps",
        [
            "prefetcht0 [{row} + 8 * {stride}]",
            "prefetcht0 [{row} + 8 * {stride} + 64]",
            "prefetcht0 [{row} + 8 * {stride} + 128]",
            "prefetcht0 [{row} + 8 * {stride} + 192]"
        ]
    );
}

/// Of pairs of bfloat16 numbers, where a tile has single ones: those of two input channels.
pub mod bfloat16 {
    use super::*;

    all!("vdpbf16ps");
}
