//! binary16 (AVX512-FP16): twice as many products an instruction. Only the products of a
//! few input channels are added up in half precision, their sums in single; signals stay single, and are
//! converted where a block of frames is convolved.

#![allow(unsafe_code)]

use std::arch::asm;
use std::arch::x86_64::*;
use std::cell::RefCell;
use std::mem::MaybeUninit;
use std::thread::LocalKey;

use super::super::super::tile::{self, Tile};
use super::super::sums::{put, row};
use super::super::{CHANNELS, F32x16};
use super::Blocks;

/// Whether this machine has it.
pub fn is_here() -> bool {
    super::super::is_here()
        && is_x86_feature_detected!("avx512fp16")
        && is_x86_feature_detected!("f16c")
}

/// Whether it has a place for all weights.
pub fn fits(single: &[f32]) -> bool {
    single.iter().all(|weight| weight.abs() <= 65504.0)
}

/// Weights as the tiles read them: each twice, since a pair is what a load can repeat.
pub fn weights(single: &[f32]) -> Vec<u32> {
    assert!(is_here(), "no half precision here");
    let twice = |&weight: &f32| {
        // SAFETY: this machine has it, and so the conversion.
        let half = unsafe { half_of(weight) };
        u32::from(half) << 16 | u32::from(half)
    };
    single.iter().map(twice).collect()
}

/// # Safety
///
/// [`is_here`] must hold.
#[target_feature(enable = "avx512f,f16c")]
unsafe fn half_of(number: f32) -> u16 {
    let half = _mm_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT }>(_mm_set_ss(number));
    _mm_cvtsi128_si32(half) as u16
}

/// Products that are added up in half precision: more make the tiles faster, and the sound worse.
const RUN: usize = 96;

thread_local! {
    /// A block of input, `[inputs][columns]` in half precision.
    static BLOCK: RefCell<Vec<u16>> = const { RefCell::new(Vec::new()) };
}

/// Blocks of it.
pub struct Binary16;

impl Blocks for Binary16 {
    type Number = u16;
    const CHANNELS: usize = 1;
    const LANES: usize = 32;

    fn block() -> &'static LocalKey<RefCell<Vec<u16>>> {
        &BLOCK
    }

    unsafe fn convert(rows: [*const f32; 2], to: *mut u16, columns: usize) {
        // SAFETY: as the caller's.
        unsafe { convert(rows[0], to, columns) }
    }

    unsafe fn compute(tile: &Tile, block: &[u16], stride: usize, weights: &[u32]) {
        // SAFETY: as the caller's.
        unsafe { compute(tile, block, stride, weights) }
    }
}

/// From single to half precision, `count` numbers rounded up to 16.
///
/// # Safety
///
/// So many may be read and written, and the machine must have AVX-512.
#[target_feature(enable = "avx512f")]
unsafe fn convert(from: *const f32, to: *mut u16, count: usize) {
    for at in (0..count).step_by(16) {
        // SAFETY: as the caller's.
        unsafe {
            let half =
                _mm512_cvtps_ph::<{ _MM_FROUND_TO_NEAREST_INT }>(_mm512_loadu_ps(from.add(at)));
            _mm256_storeu_si256(to.add(at).cast(), half);
        }
    }
}

/// One tile of 8 channels.
///
/// # Safety
///
/// As for [`Blocks::compute`].
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
unsafe fn compute(tile: &Tile, block: &[u16], stride: usize, weights: &[u32]) {
    let mut sums = [[F32x16(_mm512_setzero_ps()); 6]; CHANNELS];
    for (o, sums) in sums.iter_mut().enumerate() {
        // SAFETY: a bias is there for every channel of the panel.
        *sums = [F32x16(_mm512_set1_ps(unsafe { *tile.bias.add(o) })); 6];
    }
    let channels = (RUN / tile.taps).max(1);
    let mut halves = MaybeUninit::<[[__m256i; 6]; CHANNELS]>::uninit();
    for channel in (0..tile.inputs).step_by(channels) {
        let part = Part {
            input: block[channel * stride..].as_ptr(),
            stride: 2 * stride,
            inputs: channels.min(tile.inputs - channel),
            taps: tile.taps,
            dilation: 2 * tile.dilation,
            weights: weights[channel * tile.taps * CHANNELS..].as_ptr(),
        };
        // SAFETY: the block has the columns of all taps; all halves are written before they are read.
        let halves = unsafe {
            add_up(&part, halves.as_mut_ptr().cast());
            &*halves.as_ptr()
        };
        for (sums, halves) in sums.iter_mut().zip(halves) {
            for (sum, half) in sums.iter_mut().zip(halves) {
                sum.0 = _mm512_add_ps(sum.0, _mm512_cvtph_ps(*half));
            }
        }
    }
    // SAFETY: as the caller's.
    unsafe { tile::finish_all(tile, &sums) }
}

/// Some input channels of a tile.
struct Part {
    input: *const u16,
    /// Bytes from a channel to the next.
    stride: usize,
    inputs: usize,
    taps: usize,
    /// Bytes from a tap's input to the next tap's.
    dilation: usize,
    weights: *const u32,
}

/// Sums are nothing at first.
macro_rules! zero {
    ($($sum:literal)*) => {
        concat!($("vpxord zmm", $sum, ", zmm", $sum, ", zmm", $sum, "\n",)*)
    };
}

/// The sums of a part, `[channels][3 vectors]` in half precision, to `to`.
///
/// # Safety
///
/// The part's numbers are read, three vectors for every channel and tap; `to` has room for the sums.
#[rustfmt::skip]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,fma")]
unsafe fn add_up(part: &Part, to: *mut u16) {
    // SAFETY: as the caller's.
    unsafe {
        asm!(
            zero!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23),
            "2:",
            "mov {x}, {row}",
            "mov {k}, {taps}",
            "3:",
            "vmovups zmm24, [{x}]", "vmovups zmm25, [{x} + 64]", "vmovups zmm26, [{x} + 128]",
            row!("vfmadd231ph" 0 in 27: 0 24, 1 25, 2 26), row!("vfmadd231ph" 4 in 28: 3 24, 4 25, 5 26),
            row!("vfmadd231ph" 8 in 29: 6 24, 7 25, 8 26), row!("vfmadd231ph" 12 in 30: 9 24, 10 25, 11 26),
            row!("vfmadd231ph" 16 in 27: 12 24, 13 25, 14 26), row!("vfmadd231ph" 20 in 28: 15 24, 16 25, 17 26),
            row!("vfmadd231ph" 24 in 29: 18 24, 19 25, 20 26), row!("vfmadd231ph" 28 in 30: 21 24, 22 25, 23 26),
            "add {x}, {dilation}",
            "add {w}, 32",
            "dec {k}",
            "jnz 3b",
            "add {row}, {stride}",
            "dec {inputs}",
            "jnz 2b",
            put!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23),
            row = inout(reg) part.input => _,
            x = out(reg) _,
            w = inout(reg) part.weights => _,
            k = out(reg) _,
            taps = in(reg) part.taps,
            dilation = in(reg) part.dilation,
            stride = in(reg) part.stride,
            inputs = inout(reg) part.inputs => _,
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
