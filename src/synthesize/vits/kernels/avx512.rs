//! AVX-512: vectors of 16 numbers, and tiles of 8 output channels by 48 frames.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::lanes::{Kernel, Lanes};
use super::tile::{self, Tile, Tiling};

pub mod half;

/// Sixteen numbers; exists only where AVX-512 was found.
#[derive(Clone, Copy)]
pub struct F32x16(__m512);

/// Whether this machine has what the kernels here need.
pub fn is_here() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("fma")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
}

/// Runs `kernel`, compiled for AVX-512.
///
/// # Safety
///
/// [`is_here`] must hold.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
pub unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<F32x16>()
}

/// The tiles for so many output channels.
pub fn tiling(outputs: usize) -> Tiling {
    if outputs == 1 {
        return Tiling { panel: 1, frames: 8 * 16, compute: compute_one };
    }
    Tiling { panel: CHANNELS, frames: 3 * 16, compute }
}

const CHANNELS: usize = 8;

// SAFETY of every block below: a value of this type exists only where AVX-512 was found.
impl Lanes for F32x16 {
    const COUNT: usize = 16;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_set1_ps(x) })
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        // SAFETY: see above; the slice is cut to the 16 numbers that are read.
        Self(unsafe { _mm512_loadu_ps(from[..16].as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: see above; the slice is cut to the 16 numbers that are written.
        unsafe { _mm512_storeu_ps(to[..16].as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn load_some(from: &[f32]) -> Self {
        // SAFETY: see above; the mask leaves out what the slice does not have.
        Self(unsafe { _mm512_maskz_loadu_ps(mask(from.len()), from.as_ptr()) })
    }
    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        // SAFETY: see above; the mask leaves out what the slice does not have.
        unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), mask(to.len()), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_div_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_fmadd_ps(self.0, by.0, plus.0) })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_abs_ps(self.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_sqrt_ps(self.0) })
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_roundscale_ps::<0>(self.0) })
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm512_scalef_ps(_mm512_set1_ps(1.0), self.0) })
    }
    #[inline(always)]
    fn zip(self, other: Self) -> (Self, Self) {
        // SAFETY: see above.
        unsafe {
            let first = _mm512_setr_epi32(0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            let second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
            (
                Self(_mm512_permutex2var_ps(self.0, first, other.0)),
                Self(_mm512_permutex2var_ps(self.0, second, other.0)),
            )
        }
    }
}

/// The first `count` lanes.
#[inline(always)]
fn mask(count: usize) -> __mmask16 {
    if count >= 16 { !0 } else { (1 << count) - 1 }
}

/// One output channel by eight vectors.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
unsafe fn compute_one(tile: &Tile) {
    // SAFETY: as the caller's.
    unsafe { tile::compute::<F32x16, 1, 8>(tile) }
}

/// Eight output channels by up to three vectors.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
unsafe fn compute(tile: &Tile) {
    // SAFETY: as the caller's; no more vectors of input are read than there are frames in. The sums are
    // written before they are read.
    unsafe {
        if tile.inputs * tile.taps == 0 {
            return tile::compute::<F32x16, CHANNELS, 3>(tile);
        }
        let mut sums = MaybeUninit::<[F32x16; CHANNELS * 3]>::uninit();
        let to = sums.as_mut_ptr().cast();
        match tile.frames.div_ceil(16) {
            1 => {
                sums_1(tile, to);
                tile::finish_all::<F32x16, CHANNELS, 1>(tile, &*to.cast());
            }
            2 => {
                sums_2(tile, to);
                tile::finish_all::<F32x16, CHANNELS, 2>(tile, &*to.cast());
            }
            _ => {
                if tile.taps > 1 && tile.inputs > MANY_INPUTS {
                    sums_3_far(tile, to);
                } else {
                    sums_3(tile, to);
                }
                tile::finish_all::<F32x16, CHANNELS, 3>(tile, &*to.cast());
            }
        }
    }
}

/// Of more inputs than so many, a tile's frames with their neighbours (256 bytes of each) do not stay in the
/// first cache with the weights, and are asked for early.
const MANY_INPUTS: usize = 128;

/// A sum that begins with its bias, for all vectors.
macro_rules! bias {
    ($offset:literal: $($sum:literal)*) => {
        concat!($("vbroadcastss zmm", $sum, ", dword ptr [{x} + ", $offset, "]\n",)*)
    };
}

/// One weight times all vectors of input.
macro_rules! row {
    ($offset:literal in $weight:literal: $($sum:literal $x:literal),*) => {
        concat!(
            "vbroadcastss zmm", $weight, ", dword ptr [{w} + ", $offset, "]\n",
            $("vfmadd231ps zmm", $sum, ", zmm", $weight, ", zmm", $x, "\n",)*
        )
    };
}

/// Sums go to memory, 64 bytes each.
macro_rules! put {
    ($($sum:literal)*) => {
        concat!($("vmovups [{to} + 64 * ", $sum, "], zmm", $sum, "\n",)*)
    };
}

/// `$name(tile, to)`: the sums of a tile of 8 channels, `[channels][vectors]`. Written down instruction by
/// instruction, since a compiler keeps too few of the sums in registers.
macro_rules! sums {
    ($name:ident, [$($ahead:literal),*], [$($bias:expr),*], [$($load:literal),*], [$($row:expr),*], $put:expr) => {
        /// # Safety
        ///
        /// As for [`Tiling::compute`], with at least one step; `to` has room for all sums.
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
        unsafe fn $name(tile: &Tile, to: *mut f32) {
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

#[rustfmt::skip]
sums!(
    sums_3,
    [],
    [bias!(0: 0 1 2), bias!(4: 3 4 5), bias!(8: 6 7 8), bias!(12: 9 10 11),
     bias!(16: 12 13 14), bias!(20: 15 16 17), bias!(24: 18 19 20), bias!(28: 21 22 23)],
    ["vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]", "vmovups zmm26, [{x} + 128]"],
    [row!(0 in 27: 0 24, 1 25, 2 26), row!(4 in 28: 3 24, 4 25, 5 26),
     row!(8 in 29: 6 24, 7 25, 8 26), row!(12 in 30: 9 24, 10 25, 11 26),
     row!(16 in 27: 12 24, 13 25, 14 26), row!(20 in 28: 15 24, 16 25, 17 26),
     row!(24 in 29: 18 24, 19 25, 20 26), row!(28 in 30: 21 24, 22 25, 23 26)],
    put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)
);

#[rustfmt::skip]
sums!(
    sums_3_far,
    ["prefetcht0 [{row} + 8 * {stride}]", "prefetcht0 [{row} + 8 * {stride} + 64]",
     "prefetcht0 [{row} + 8 * {stride} + 128]", "prefetcht0 [{row} + 8 * {stride} + 192]"],
    [bias!(0: 0 1 2), bias!(4: 3 4 5), bias!(8: 6 7 8), bias!(12: 9 10 11),
     bias!(16: 12 13 14), bias!(20: 15 16 17), bias!(24: 18 19 20), bias!(28: 21 22 23)],
    ["vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]", "vmovups zmm26, [{x} + 128]"],
    [row!(0 in 27: 0 24, 1 25, 2 26), row!(4 in 28: 3 24, 4 25, 5 26),
     row!(8 in 29: 6 24, 7 25, 8 26), row!(12 in 30: 9 24, 10 25, 11 26),
     row!(16 in 27: 12 24, 13 25, 14 26), row!(20 in 28: 15 24, 16 25, 17 26),
     row!(24 in 29: 18 24, 19 25, 20 26), row!(28 in 30: 21 24, 22 25, 23 26)],
    put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)
);

#[rustfmt::skip]
sums!(
    sums_2,
    [],
    [bias!(0: 0 1), bias!(4: 2 3), bias!(8: 4 5), bias!(12: 6 7),
     bias!(16: 8 9), bias!(20: 10 11), bias!(24: 12 13), bias!(28: 14 15)],
    ["vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]"],
    [row!(0 in 27: 0 24, 1 25), row!(4 in 28: 2 24, 3 25),
     row!(8 in 29: 4 24, 5 25), row!(12 in 30: 6 24, 7 25),
     row!(16 in 27: 8 24, 9 25), row!(20 in 28: 10 24, 11 25),
     row!(24 in 29: 12 24, 13 25), row!(28 in 30: 14 24, 15 25)],
    put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
);

#[rustfmt::skip]
sums!(
    sums_1,
    [],
    [bias!(0: 0), bias!(4: 1), bias!(8: 2), bias!(12: 3),
     bias!(16: 4), bias!(20: 5), bias!(24: 6), bias!(28: 7)],
    ["vmovups zmm24, [{x}]"],
    [row!(0 in 25: 0 24), row!(4 in 26: 1 24), row!(8 in 27: 2 24), row!(12 in 28: 3 24),
     row!(16 in 25: 4 24), row!(20 in 26: 5 24), row!(24 in 27: 6 24), row!(28 in 28: 7 24)],
    put!(0 1 2 3 4 5 6 7)
);
