//! AVX-512: vectors of 16 numbers, and tiles of 8 output channels by 48 frames.

#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::lanes::{Kernel, Lanes};
use super::tile::{self, Tile, Tiling};

use self::sums::{Sums, single};

pub mod half;
mod sums;

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
    // SAFETY: as the caller's.
    unsafe {
        if tile.inputs * tile.taps == 0 {
            return tile::compute::<F32x16, CHANNELS, 3>(tile);
        }
        let is_far = tile.taps > 1 && tile.inputs > MANY_INPUTS;
        let three = if is_far { single::three_far } else { single::three };
        compute_by(tile, [single::one, single::two, three]);
    }
}

/// Eight output channels, by the sums of one, two and three vectors.
///
/// # Safety
///
/// As for [`Tiling::compute`] and the sums.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
unsafe fn compute_by(tile: &Tile, by: [Sums; 3]) {
    // SAFETY: as the caller's; no more vectors of input are read than there are frames in. The sums are
    // written before they are read.
    unsafe {
        let mut sums = MaybeUninit::<[F32x16; CHANNELS * 3]>::uninit();
        let to = sums.as_mut_ptr().cast();
        match tile.frames.div_ceil(16) {
            1 => {
                by[0](tile, to);
                tile::finish_all::<F32x16, CHANNELS, 1>(tile, &*to.cast());
            }
            2 => {
                by[1](tile, to);
                tile::finish_all::<F32x16, CHANNELS, 2>(tile, &*to.cast());
            }
            _ => {
                by[2](tile, to);
                tile::finish_all::<F32x16, CHANNELS, 3>(tile, &*to.cast());
            }
        }
    }
}

/// Of more inputs than so many, a tile's frames with their neighbours (256 bytes of each) do not stay in the
/// first cache with the weights, and are asked for early.
const MANY_INPUTS: usize = 128;
