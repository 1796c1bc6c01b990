//! The innermost block of a convolution: a few output channels by a few vectors of frames.

#![allow(unsafe_code)]

use super::lanes::{Lanes, MOST};

/// The most frames of a tile, over all sets.
pub const MOST_FRAMES: usize = 128;

/// What becomes of a sum before it is written: `leaky((sum + residual + total) * scale)`.
#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Added, `[outputs][frames]`; null: nothing.
    pub residual: *const f32,
    pub residual_stride: usize,
    /// What it is below 0 is multiplied by it first; from 1 on.
    pub residual_slope: f32,
    /// Added after it; null: nothing. May be the output itself.
    pub total: *const f32,
    pub total_stride: usize,
    pub scale: f32,
    /// Numbers below 0 are multiplied by it: 1 changes nothing, 0 is ReLU.
    pub slope: f32,
}

impl Finish {
    pub const PLAIN: Self = Self {
        residual: std::ptr::null(),
        residual_stride: 0,
        residual_slope: 1.0,
        total: std::ptr::null(),
        total_stride: 0,
        scale: 1.0,
        slope: 1.0,
    };
}

/// One tile: `output[o][t] = finish(bias[o] + Σ_i Σ_k weight[i][k][o] · input[i][t + k · dilation])`.
#[derive(Clone, Copy, Debug)]
pub struct Tile {
    /// The first frame under the first tap, of the first input channel.
    pub input: *const f32,
    /// Numbers from an input channel to the next.
    pub input_stride: usize,
    pub inputs: usize,
    pub taps: usize,
    /// Numbers from a tap's input to the next tap's.
    pub dilation: usize,
    /// `[inputs][taps][panel]`.
    pub weights: *const f32,
    /// `[panel]`.
    pub bias: *const f32,
    pub output: *mut f32,
    pub output_stride: usize,
    /// How many output channels of the panel are wanted.
    pub outputs: usize,
    /// How many frames are wanted.
    pub frames: usize,
    pub finish: Finish,
}

impl Tile {
    /// The tile from output channel `o` and frame `from` on, but for its weights and sizes.
    ///
    /// # Safety
    ///
    /// The output, and what is added, must have both.
    pub unsafe fn moved(mut self, o: usize, from: usize) -> Self {
        // SAFETY: as the caller's.
        unsafe {
            self.input = self.input.add(from);
            self.bias = self.bias.add(o);
            self.output = self.output.add(o * self.output_stride + from);
            let finish = &mut self.finish;
            if !finish.residual.is_null() {
                finish.residual = finish.residual.add(o * finish.residual_stride + from);
            }
            if !finish.total.is_null() {
                finish.total = finish.total.add(o * finish.total_stride + from);
            }
        }
        self
    }
}

/// How a set cuts a convolution into tiles.
#[derive(Clone, Copy)]
pub struct Tiling {
    /// Output channels of a tile: weights are packed in panels of so many.
    pub panel: usize,
    /// Frames of a tile.
    pub frames: usize,
    /// Computes a tile; reads up to `frames` frames of input, however few are wanted.
    ///
    /// # Safety
    ///
    /// All pointers must be valid for what [`Tile`] says, and the set must be there.
    pub compute: unsafe fn(&Tile),
}

/// A tile of `C` channels by `W` vectors, for sets without an own.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[inline(always)]
pub unsafe fn compute<V: Lanes, const C: usize, const W: usize>(tile: &Tile) {
    // SAFETY: the caller promises that every pointer is valid for the numbers of the tile.
    unsafe {
        let bias = std::slice::from_raw_parts(tile.bias, C);
        let mut sums: [[V; W]; C] = std::array::from_fn(|o| [V::splat(bias[o]); W]);
        let mut weights = tile.weights;
        for i in 0..tile.inputs {
            let mut input = tile.input.add(i * tile.input_stride);
            for _ in 0..tile.taps {
                let x = std::slice::from_raw_parts(input, W * V::COUNT);
                let x: [V; W] = std::array::from_fn(|j| V::load(&x[j * V::COUNT..]));
                let w = std::slice::from_raw_parts(weights, C);
                for o in 0..C {
                    let w = V::splat(w[o]);
                    for j in 0..W {
                        sums[o][j] = w.mul_add(x[j], sums[o][j]);
                    }
                }
                weights = weights.add(C);
                input = input.wrapping_add(tile.dilation);
            }
        }
        finish_all(tile, &sums);
    }
}

/// Finishes and writes all sums.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[inline(always)]
pub unsafe fn finish_all<V: Lanes, const C: usize, const W: usize>(
    tile: &Tile,
    sums: &[[V; W]; C],
) {
    let Finish { residual, total, .. } = &tile.finish;
    let is_whole = tile.outputs >= C && tile.frames >= W * V::COUNT;
    // SAFETY: as the caller's.
    unsafe {
        // Without questions for every vector, which take as long as a tenth of a small tile's products.
        match (is_whole, residual.is_null(), total.is_null()) {
            (true, true, true) => finish_whole::<V, C, W, false, false>(tile, sums),
            (true, false, true) => finish_whole::<V, C, W, true, false>(tile, sums),
            (true, true, false) => finish_whole::<V, C, W, false, true>(tile, sums),
            (true, false, false) => finish_whole::<V, C, W, true, true>(tile, sums),
            (false, ..) => finish_some(tile, sums),
        }
    }
}

/// Finishes and writes all sums of a tile whose channels and frames are all wanted.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[inline(always)]
unsafe fn finish_whole<
    V: Lanes,
    const C: usize,
    const W: usize,
    const RESIDUAL: bool,
    const TOTAL: bool,
>(
    tile: &Tile,
    sums: &[[V; W]; C],
) {
    let finish = &tile.finish;
    // SAFETY: as the caller's.
    unsafe {
        for (o, sums) in sums.iter().enumerate() {
            for (j, &sum) in sums.iter().enumerate() {
                let from = j * V::COUNT;
                let mut sum = sum;
                if RESIDUAL {
                    let at = finish.residual.add(o * finish.residual_stride + from);
                    let x = V::load(std::slice::from_raw_parts(at, V::COUNT));
                    sum = sum.add(x.min(x.mul(V::splat(finish.residual_slope))));
                }
                if TOTAL {
                    let at = finish.total.add(o * finish.total_stride + from);
                    sum = sum.add(V::load(std::slice::from_raw_parts(at, V::COUNT)));
                }
                let sum = leaky(sum.mul(V::splat(finish.scale)), finish.slope);
                let at = tile.output.add(o * tile.output_stride + from);
                sum.store(std::slice::from_raw_parts_mut(at, V::COUNT));
            }
        }
    }
}

/// Finishes and writes those sums that are wanted.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[inline(always)]
unsafe fn finish_some<V: Lanes, const C: usize, const W: usize>(tile: &Tile, sums: &[[V; W]; C]) {
    for (o, sums) in sums.iter().enumerate().take(tile.outputs) {
        for (j, &sum) in sums.iter().enumerate() {
            let from = j * V::COUNT;
            if from < tile.frames {
                // SAFETY: as the caller's.
                unsafe { finish(tile, sum, o, from, (tile.frames - from).min(V::COUNT)) }
            }
        }
    }
}

/// Finishes and writes `count` lanes of a sum.
///
/// # Safety
///
/// As for [`Tiling::compute`].
#[inline(always)]
unsafe fn finish<V: Lanes>(tile: &Tile, sum: V, o: usize, from: usize, count: usize) {
    let finish = &tile.finish;
    // SAFETY: as the caller's; only `count` numbers are touched.
    unsafe {
        let mut sum = sum;
        if !finish.residual.is_null() {
            let at = finish.residual.add(o * finish.residual_stride + from);
            let x = V::load_some(std::slice::from_raw_parts(at, count));
            sum = sum.add(x.min(x.mul(V::splat(finish.residual_slope))));
        }
        if !finish.total.is_null() {
            let at = finish.total.add(o * finish.total_stride + from);
            sum = sum.add(V::load_some(std::slice::from_raw_parts(at, count)));
        }
        let sum = leaky(sum.mul(V::splat(finish.scale)), finish.slope);
        let at = tile.output.add(o * tile.output_stride + from);
        sum.store_some(std::slice::from_raw_parts_mut(at, count));
    }
}

/// x where it is positive, `slope · x` elsewhere; slopes from 0 to 1.
#[inline(always)]
pub fn leaky<V: Lanes>(x: V, slope: f32) -> V {
    x.max(x.mul(V::splat(slope)))
}

const _: () = assert!(MOST <= MOST_FRAMES);
