//! bfloat16 (AVX512-BF16): an instruction adds the products of two input channels to a sum, which is single
//! throughout. Some processors make twice as many products by it as in single precision, others half as many.

#![allow(unsafe_code)]

use std::arch::x86_64::*;
use std::cell::RefCell;
use std::thread::LocalKey;

use super::super::super::tile::Tile;
use super::super::sums::bfloat16::{one, three, two};
use super::super::{CHANNELS, compute_by};
use super::Blocks;

/// Whether this machine has it.
pub fn is_here() -> bool {
    super::super::is_here() && is_x86_feature_detected!("avx512bf16")
}

/// Whether it has a place for all weights; only the very largest single numbers have none.
pub fn fits(single: &[f32]) -> bool {
    single.iter().all(|weight| weight.abs() <= LARGEST)
}

/// What is rounded to the largest number.
const LARGEST: f32 = f32::from_bits(0x7f7f_7fff);

/// `[panels][pairs of inputs][taps][8]` of `[panels][inputs][taps][8]`, the first of a pair below.
pub fn weights(single: &[f32], taps: usize, inputs: usize) -> Vec<u32> {
    let row = taps * CHANNELS;
    let pairs = single.chunks_exact(inputs * row).flat_map(|panel| panel.chunks(2 * row));
    let both = |pair: &[f32]| {
        let (first, second) = pair.split_at(row);
        // Of an odd number of inputs the last is beside nothing.
        let second = second.iter().copied().chain(std::iter::repeat(0.0));
        let both = first.iter().zip(second);
        both.map(|(&first, second)| pair_of(first, second)).collect::<Vec<_>>()
    };
    pairs.flat_map(both).collect()
}

fn pair_of(first: f32, second: f32) -> u32 {
    u32::from(rounded(second)) << 16 | u32::from(rounded(first))
}

/// The nearest number of 16 bits, the even one of two: the upper half of a single number. It must fit.
fn rounded(number: f32) -> u16 {
    let bits = number.to_bits();
    ((bits + 0x7fff + (bits >> 16 & 1)) >> 16) as u16
}

thread_local! {
    /// A block of input, `[pairs of inputs][columns]`.
    static BLOCK: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Blocks of it.
pub struct Bfloat16;

impl Blocks for Bfloat16 {
    type Number = u32;
    const CHANNELS: usize = 2;
    const LANES: usize = 16;

    fn block() -> &'static LocalKey<RefCell<Vec<u32>>> {
        &BLOCK
    }

    unsafe fn convert(channels: [*const f32; 2], to: *mut u32, columns: usize) {
        // SAFETY: as the caller's.
        unsafe { convert(channels, to, columns) }
    }

    /// A pair is as large as a single number, so that it is a tile in single precision but for the
    /// instruction.
    unsafe fn compute(tile: &Tile, block: &[u32], stride: usize, weights: &[u32]) {
        let pairs = Tile {
            input: block.as_ptr().cast(),
            input_stride: stride,
            inputs: tile.inputs.div_ceil(2),
            weights: weights.as_ptr().cast(),
            ..*tile
        };
        // SAFETY: as the caller's.
        unsafe { compute_by(&pairs, [one, two, three]) }
    }
}

/// Two channels side by side, the first below.
///
/// # Safety
///
/// As for [`Blocks::convert`].
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
unsafe fn convert([first, second]: [*const f32; 2], to: *mut u32, columns: usize) {
    // From a vector of the first channel's 16 numbers, then the second's.
    let woven = _mm512_add_epi32(
        _mm512_set1_epi32(16 << 16),
        _mm512_mullo_epi32(
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
            _mm512_set1_epi32(0x0001_0001),
        ),
    );
    for at in (0..columns).step_by(16) {
        // SAFETY: as the caller's.
        unsafe {
            let below = _mm512_loadu_ps(first.add(at));
            let above = if second.is_null() {
                _mm512_setzero_ps()
            } else {
                _mm512_loadu_ps(second.add(at))
            };
            let both: __m512i = std::mem::transmute(_mm512_cvtne2ps_pbh(above, below));
            _mm512_storeu_si512(to.add(at).cast(), _mm512_permutexvar_epi16(woven, both));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number and the channel after it, by the machine and by [`pair_of`].
    #[test]
    fn signals_and_weights_are_rounded_alike() {
        if !is_here() {
            return;
        }
        let numbers: Vec<f32> =
            (0..2000_u32).map(|i| f32::from_bits(0x3f80_0000 + i * 0x40_01) * 0.7).collect();
        let minus: Vec<f32> = numbers.iter().map(|x| -x).collect();
        let (mut both, mut alone) = (vec![0; 2000], vec![0; 2000]);
        // SAFETY: it is here, and there are 2000 numbers of each, a multiple of 16.
        unsafe {
            convert([numbers.as_ptr(), minus.as_ptr()], both.as_mut_ptr(), 2000);
            convert([numbers.as_ptr(), std::ptr::null()], alone.as_mut_ptr(), 2000);
        }
        for (i, &number) in numbers.iter().enumerate() {
            assert_eq!(both[i], pair_of(number, -number), "{number}");
            assert_eq!(alone[i], pair_of(number, 0.0), "{number}");
        }
    }

    #[test]
    fn weights_stand_in_pairs() {
        assert_eq!(
            [rounded(1.0), rounded(1.003_906_3), rounded(1.011_718_8)],
            [0x3f80, 0x3f80, 0x3f82]
        );
        assert_eq!((rounded(LARGEST), rounded(-LARGEST)), (0x7f7f, 0xff7f));
        assert!(fits(&[LARGEST, -LARGEST, 0.0]));
        assert!(!fits(&[f32::MAX]) && !fits(&[f32::INFINITY]) && !fits(&[f32::NAN]));
        // Two panels of three inputs by two taps.
        let single: Vec<f32> = (0..2 * 3 * 2 * CHANNELS).map(|i| i as f32).collect();
        let packed = weights(&single, 2, 3);
        assert_eq!(packed.len(), 2 * 2 * 2 * CHANNELS);
        assert_eq!(packed[1], pair_of(1.0, 17.0));
        assert_eq!(packed[2 * CHANNELS + 3], pair_of(35.0, 0.0));
        assert_eq!(packed[4 * CHANNELS], pair_of(48.0, 64.0));
    }
}
