//! NEON: vectors of 4 numbers, and tiles of 4 output channels by 16 frames. Every AArch64 has it.

#![allow(unsafe_code)]

use std::arch::aarch64::*;

use super::lanes::{Kernel, Lanes};
use super::tile::{self, Tile, Tiling};

/// Four numbers.
#[derive(Clone, Copy)]
pub struct F32x4(float32x4_t);

/// Runs `kernel` with these vectors.
pub fn run<K: Kernel>(kernel: K) -> K::Output {
    kernel.run::<F32x4>()
}

/// The tiles for so many output channels.
pub fn tiling(outputs: usize) -> Tiling {
    if outputs == 1 {
        return Tiling { panel: 1, frames: 8 * 4, compute: compute_one };
    }
    Tiling { panel: 4, frames: 4 * 4, compute }
}

/// # Safety
///
/// As for [`Tiling::compute`].
unsafe fn compute_one(tile: &Tile) {
    // SAFETY: as the caller's.
    unsafe { tile::compute::<F32x4, 1, 8>(tile) }
}

/// # Safety
///
/// As for [`Tiling::compute`].
unsafe fn compute(tile: &Tile) {
    // SAFETY: as the caller's.
    unsafe { tile::compute::<F32x4, 4, 4>(tile) }
}

// SAFETY of every block below: NEON is part of every target that this is compiled for.
impl Lanes for F32x4 {
    const COUNT: usize = 4;

    #[inline(always)]
    fn splat(x: f32) -> Self {
        // SAFETY: see above.
        Self(unsafe { vdupq_n_f32(x) })
    }
    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        // SAFETY: see above; the slice is cut to the 4 numbers that are read.
        Self(unsafe { vld1q_f32(from[..4].as_ptr()) })
    }
    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        // SAFETY: see above; the slice is cut to the 4 numbers that are written.
        unsafe { vst1q_f32(to[..4].as_mut_ptr(), self.0) }
    }
    #[inline(always)]
    fn add(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vaddq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vsubq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vmulq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vdivq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vminq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vmaxq_f32(self.0, other.0) })
    }
    #[inline(always)]
    fn mul_add(self, by: Self, plus: Self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vfmaq_f32(plus.0, self.0, by.0) })
    }
    #[inline(always)]
    fn abs(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vabsq_f32(self.0) })
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vsqrtq_f32(self.0) })
    }
    #[inline(always)]
    fn round(self) -> Self {
        // SAFETY: see above.
        Self(unsafe { vrndnq_f32(self.0) })
    }
    #[inline(always)]
    fn power_of_two(self) -> Self {
        // SAFETY: see above.
        unsafe {
            let exponent = vaddq_s32(vcvtq_s32_f32(self.0), vdupq_n_s32(127));
            Self(vreinterpretq_f32_s32(vshlq_n_s32::<23>(exponent)))
        }
    }
    #[inline(always)]
    fn zip(self, other: Self) -> (Self, Self) {
        // SAFETY: see above.
        unsafe { (Self(vzip1q_f32(self.0, other.0)), Self(vzip2q_f32(self.0, other.0))) }
    }
}
