//! Half precision: products of numbers of 16 bits. Signals stay single, and are converted where a block of
//! frames is convolved, once for all output channels.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::thread::LocalKey;

use self::bfloat16::Bfloat16;
use self::binary16::Binary16;
use super::super::isa::Half;
use super::super::tile::Tile;
use super::CHANNELS;

mod bfloat16;
mod binary16;
mod peak;

pub use self::peak::{is_faster, products};

/// Whether this machine has it.
pub fn is_here(half: Half) -> bool {
    match half {
        Half::Binary16 => binary16::is_here(),
        Half::Bfloat16 => bfloat16::is_here(),
    }
}

/// The weights of a convolution, as the tiles read them.
#[derive(Clone, Debug)]
pub struct Weights {
    half: Half,
    packed: Vec<u32>,
}

impl Weights {
    /// From weights in single precision, `[panels][inputs][taps][8]`; none where they have no place.
    pub fn pack(half: Half, single: &[f32], taps: usize, inputs: usize) -> Option<Self> {
        assert!(is_here(half), "no such half precision here");
        assert!(!single.is_empty(), "it is in half precision");
        let packed = match half {
            Half::Binary16 => binary16::fits(single).then(|| binary16::weights(single)),
            Half::Bfloat16 => {
                bfloat16::fits(single).then(|| bfloat16::weights(single, taps, inputs))
            }
        };
        Some(Self { half, packed: packed? })
    }

    /// All tiles of `frames` frames and `outputs` channels. `first` is the first one, as in single
    /// precision but for the weights.
    ///
    /// # Safety
    ///
    /// All pointers must be valid for what `first` says over all channels and frames, of the input 256
    /// numbers more; its inputs and taps must be those of the weights.
    pub unsafe fn tile_all(&self, first: Tile, outputs: usize, frames: usize) {
        // SAFETY: as the caller's; there are weights only where the machine has it.
        unsafe {
            match self.half {
                Half::Binary16 => tile_all::<Binary16>(first, &self.packed, outputs, frames),
                Half::Bfloat16 => tile_all::<Bfloat16>(first, &self.packed, outputs, frames),
            }
        }
    }
}

/// Frames that are converted at once: whole tiles of either kind.
const CONVERTED: usize = 192;

/// What a block of input is, and how its tiles are computed.
trait Blocks {
    /// A frame of a row of the block.
    type Number: Copy + Default + 'static;
    /// Input channels of a row.
    const CHANNELS: usize;
    /// Frames of a vector, and of a cache line. A tile has three vectors.
    const LANES: usize;

    /// Memory of the thread for a block, `[rows][columns]`.
    fn block() -> &'static LocalKey<RefCell<Vec<Self::Number>>>;

    /// Makes a row of so many columns, rounded up to 16, of its channels; the second is null where there
    /// is none.
    ///
    /// # Safety
    ///
    /// So many numbers may be read and written, and the machine must have this half precision.
    unsafe fn convert(channels: [*const f32; 2], to: *mut Self::Number, columns: usize);

    /// One tile of 8 channels, from the beginning of `block`, whose rows are `stride` apart.
    ///
    /// # Safety
    ///
    /// The machine must have this half precision, the block all columns that are under a tap, and
    /// what `tile` says of the output must be there.
    unsafe fn compute(tile: &Tile, block: &[Self::Number], stride: usize, weights: &[u32]);
}

/// [`Weights::tile_all`]; `weights` are `[panels][rows][taps][8]`.
///
/// # Safety
///
/// As there, and the machine must have this half precision.
unsafe fn tile_all<B: Blocks>(first: Tile, weights: &[u32], outputs: usize, frames: usize) {
    let reach = first.dilation * (first.taps - 1);
    // An odd number of cache lines, so that the rows do not share cache sets.
    let stride = ((CONVERTED + reach).div_ceil(B::LANES) | 1) * B::LANES;
    let rows = first.inputs.div_ceil(B::CHANNELS);
    let tile_frames = 3 * B::LANES;
    B::block().with_borrow_mut(|block| {
        block.resize(rows * stride + tile_frames, B::Number::default());
        for begin in (0..frames).step_by(CONVERTED) {
            let end = frames.min(begin + CONVERTED);
            let columns = (end - begin).next_multiple_of(B::LANES) + reach;
            for row in 0..rows {
                let channel = |i: usize| {
                    let channel = row * B::CHANNELS + i;
                    if i >= B::CHANNELS || channel >= first.inputs {
                        return std::ptr::null();
                    }
                    // SAFETY: as the caller's.
                    unsafe { first.input.add(channel * first.input_stride + begin) }
                };
                // SAFETY: as the caller's; the block has room for all columns, in whole vectors.
                unsafe {
                    let to = block[row * stride..].as_mut_ptr();
                    B::convert([channel(0), channel(1)], to, columns);
                }
            }
            for from in (begin..end).step_by(tile_frames) {
                let panels = weights.chunks_exact(rows * first.taps * CHANNELS);
                for (o, weights) in (0..outputs).step_by(CHANNELS).zip(panels) {
                    // SAFETY: as the caller's.
                    unsafe {
                        let mut tile = first.moved(o, from);
                        tile.outputs = CHANNELS.min(outputs - o);
                        tile.frames = tile_frames.min(end - from);
                        B::compute(&tile, &block[from - begin..], stride, weights);
                    }
                }
            }
        }
    });
}
