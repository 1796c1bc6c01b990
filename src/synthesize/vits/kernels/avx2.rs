//! AVX2 with FMA: vectors of 8 numbers, and tiles of 4 output channels by 24 frames.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::lanes::{Kernel, Lanes};
use super::tile::{self, Tile, Tiling};

/// Eight numbers; exists only where AVX2 and FMA were found.
#[derive(Clone, Copy)]
pub struct F32x8(__m256);

/// Whether this machine has what the kernels here need.
pub fn is_here() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

/// Runs `kernel`, compiled for AVX2.
///
/// # Safety
///
/// [`is_here`] must hold.
#[target_feature(enable = "avx2,fma")]
pub unsafe fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<F32x8>()
}

/// The tiles for so many output channels.
pub fn tiling(outputs: usize) -> Tiling {
    if outputs == 1 {
        return Tiling { panel: 1, frames: 8 * 8, compute: compute_one };
    }
    Tiling { panel: CHANNELS, frames: 3 * 8, compute }
}

const CHANNELS: usize = 4;

// SAFETY of every block below: a value of this type exists only where AVX2 and FMA were found.
impl Lanes for F32x8 {
    const COUNT: usize = 8;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_set1_ps(x) })
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        // SAFETY: see above; the slice is cut to the 8 numbers that are read.
        Self(unsafe { _mm256_loadu_ps(from[..8].as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: see above; the slice is cut to the 8 numbers that are written.
        unsafe { _mm256_storeu_ps(to[..8].as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_add_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_sub_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_mul_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_div_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_fmadd_ps(self.0, by.0, plus.0) })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_min_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_max_ps(self.0, other.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), self.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { _mm256_sqrt_ps(self.0) })
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: see above.
        Self(unsafe {
            _mm256_round_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(self.0)
        })
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // SAFETY: see above.
        unsafe {
            let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(self.0), _mm256_set1_epi32(127));
            Self(_mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent)))
        }
    }
    #[inline(always)]
    fn zip(self, other: Self) -> (Self, Self) {
        // SAFETY: see above.
        unsafe {
            let low = _mm256_unpacklo_ps(self.0, other.0);
            let high = _mm256_unpackhi_ps(self.0, other.0);
            (
                Self(_mm256_permute2f128_ps::<0x20>(low, high)),
                Self(_mm256_permute2f128_ps::<0x31>(low, high)),
            )
        }
    }
}

/// One output channel by eight vectors.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[target_feature(enable = "avx2,fma")]
unsafe fn compute_one(tile: &Tile) {
    // SAFETY: as the caller's.
    unsafe { tile::compute::<F32x8, 1, 8>(tile) }
}

/// Four output channels by up to three vectors.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[target_feature(enable = "avx2,fma")]
unsafe fn compute(tile: &Tile) {
    // SAFETY: as the caller's; no more vectors of input are read than there are frames in. The sums are
    // written before they are read.
    unsafe {
        if tile.inputs * tile.taps == 0 {
            return tile::compute::<F32x8, CHANNELS, 3>(tile);
        }
        let mut sums = MaybeUninit::<[F32x8; CHANNELS * 3]>::uninit();
        let to = sums.as_mut_ptr().cast();
        match tile.frames.div_ceil(8) {
            1 => {
                sums_1(tile, to);
                tile::finish_all::<F32x8, CHANNELS, 1>(tile, &*to.cast());
            }
            2 => {
                sums_2(tile, to);
                tile::finish_all::<F32x8, CHANNELS, 2>(tile, &*to.cast());
            }
            _ => {
                if tile.taps > 1 && tile.inputs > MANY_INPUTS {
                    sums_3_far(tile, to);
                } else {
                    sums_3(tile, to);
                }
                tile::finish_all::<F32x8, CHANNELS, 3>(tile, &*to.cast());
            }
        }
    }
}

/// Of more inputs than so many, a tile's frames with their neighbours (192 bytes of each) do not stay in the
/// first cache, of 32 kB, with the weights, and are asked for early.
const MANY_INPUTS: usize = 128;

/// A sum that begins with its bias, for all vectors.
macro_rules! bias {
    ($offset:literal: $($sum:literal)*) => {
        concat!($("vbroadcastss ymm", $sum, ", dword ptr [{x} + ", $offset, "]\n",)*)
    };
}

/// One weight times all vectors of input.
macro_rules! row {
    ($offset:literal in $weight:literal: $($sum:literal $x:literal),*) => {
        concat!(
            "vbroadcastss ymm", $weight, ", dword ptr [{w} + ", $offset, "]\n",
            $("vfmadd231ps ymm", $sum, ", ymm", $weight, ", ymm", $x, "\n",)*
        )
    };
}

/// Sums go to memory, 32 bytes each.
macro_rules! put {
    ($($sum:literal)*) => {
        concat!($("vmovups [{to} + 32 * ", $sum, "], ymm", $sum, "\n",)*)
    };
}

/// `$name(tile, to)`: the sums of a tile of 4 channels, `[channels][vectors]`. Written down instruction by
/// instruction, since a compiler keeps too few of the sums in registers.
macro_rules! sums {
    ($name:ident, [$($ahead:literal),*], [$($bias:expr),*], [$($load:literal),*], [$($row:expr),*], $put:expr) => {
        /// # Safety
        ///
        /// As for [`Tiling::compute`], with at least one step; `to` has room for all sums.
        #[target_feature(enable = "avx2,fma")]
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
                    $($load,)*
                    $($row,)*
                    "add {x}, {dilation}",
                    "add {w}, 16",
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
                    out("ymm0") _, out("ymm1") _, out("ymm2") _, out("ymm3") _,
                    out("ymm4") _, out("ymm5") _, out("ymm6") _, out("ymm7") _,
                    out("ymm8") _, out("ymm9") _, out("ymm10") _, out("ymm11") _,
                    out("ymm12") _, out("ymm13") _, out("ymm14") _, out("ymm15") _,
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
    [bias!(0: 0 1 2), bias!(4: 3 4 5), bias!(8: 6 7 8), bias!(12: 9 10 11)],
    ["vmovups ymm12, [{x}]", "vmovups ymm13, [{x} + 32]", "vmovups ymm14, [{x} + 64]"],
    [row!(0 in 15: 0 12, 1 13, 2 14), row!(4 in 15: 3 12, 4 13, 5 14),
     row!(8 in 15: 6 12, 7 13, 8 14), row!(12 in 15: 9 12, 10 13, 11 14)],
    put!(0 1 2 3 4 5 6 7 8 9 10 11)
);

#[rustfmt::skip]
sums!(
    sums_3_far,
    ["prefetcht0 [{row} + 8 * {stride}]", "prefetcht0 [{row} + 8 * {stride} + 64]",
     "prefetcht0 [{row} + 8 * {stride} + 128]"],
    [bias!(0: 0 1 2), bias!(4: 3 4 5), bias!(8: 6 7 8), bias!(12: 9 10 11)],
    ["vmovups ymm12, [{x}]", "vmovups ymm13, [{x} + 32]", "vmovups ymm14, [{x} + 64]"],
    [row!(0 in 15: 0 12, 1 13, 2 14), row!(4 in 15: 3 12, 4 13, 5 14),
     row!(8 in 15: 6 12, 7 13, 8 14), row!(12 in 15: 9 12, 10 13, 11 14)],
    put!(0 1 2 3 4 5 6 7 8 9 10 11)
);

#[rustfmt::skip]
sums!(
    sums_2,
    [],
    [bias!(0: 0 1), bias!(4: 2 3), bias!(8: 4 5), bias!(12: 6 7)],
    ["vmovups ymm12, [{x}]", "vmovups ymm13, [{x} + 32]"],
    [row!(0 in 14: 0 12, 1 13), row!(4 in 15: 2 12, 3 13),
     row!(8 in 14: 4 12, 5 13), row!(12 in 15: 6 12, 7 13)],
    put!(0 1 2 3 4 5 6 7)
);

#[rustfmt::skip]
sums!(
    sums_1,
    [],
    [bias!(0: 0), bias!(4: 1), bias!(8: 2), bias!(12: 3)],
    ["vmovups ymm12, [{x}]"],
    [row!(0 in 13: 0 12), row!(4 in 14: 1 12), row!(8 in 15: 2 12), row!(12 in 13: 3 12)],
    put!(0 1 2 3)
);
