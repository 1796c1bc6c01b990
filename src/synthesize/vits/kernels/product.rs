//! Matrix products of what is only known when the program runs (attention's scores and values), with the
//! tiles of a convolution that has one tap.

#![allow(unsafe_code)]

use super::conv::tile_all;
use super::isa::Isa;
use super::signal::Signal;
use super::tile::{Finish, Tile};

/// The left matrix, `[rows][columns]`, of any layout: element (r, c) is
/// `numbers[r * row_step + c * column_step]`. Swap sizes and steps for the transpose.
#[derive(Clone, Copy, Debug)]
pub struct Left<'a> {
    pub numbers: &'a [f32],
    pub rows: usize,
    pub columns: usize,
    pub row_step: usize,
    pub column_step: usize,
}

impl<'a> Left<'a> {
    /// Channels `from..from + channels` of a signal, `[channels][frames]`.
    pub fn of(signal: &'a Signal, from: usize, channels: usize) -> Self {
        Self {
            numbers: &signal.numbers()[signal.at(from)..],
            rows: channels,
            columns: signal.frames(),
            row_step: signal.stride(),
            column_step: 1,
        }
    }

    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }
}

/// `output[to + r][t] = scale · Σ_c left[r][c] · right[from + c][t]` for all rows of `left` and all frames
/// of `right`. `scratch` holds the packed left matrix; give the same one again and nothing is allocated.
/// Panics where `right` or `output` have too few channels, or `output` has other frames than `right`.
pub fn product(
    isa: Isa,
    left: Left,
    (right, from): (&Signal, usize),
    (output, to): (&mut Signal, usize),
    scale: f32,
    scratch: &mut Vec<f32>,
) {
    if left.rows == 0 || left.columns == 0 || right.frames() == 0 {
        return;
    }
    assert!(from + left.columns <= right.channels(), "right channels");
    assert!(to + left.rows <= output.channels(), "output channels");
    assert_eq!(output.frames(), right.frames(), "frames");
    let tiling = isa.tiling(left.rows);
    let panel = tiling.panel;
    scratch.clear();
    // Panels, then a bias of zeros.
    scratch.resize(left.rows.next_multiple_of(panel) * (left.columns + 1), 0.0);
    let (weights, bias) = scratch.split_at_mut(left.rows.next_multiple_of(panel) * left.columns);
    for (p, packed) in weights.chunks_exact_mut(panel * left.columns).enumerate() {
        let rows = panel.min(left.rows - p * panel);
        for (column, packed) in packed.chunks_exact_mut(panel).enumerate() {
            for (row, packed) in packed.iter_mut().enumerate().take(rows) {
                let row = (p * panel + row) * left.row_step;
                *packed = left.numbers[row + column * left.column_step];
            }
        }
    }
    let (at, output_stride) = (output.at(to), output.stride());
    let tile = Tile {
        input: right.numbers()[right.at(from)..].as_ptr(),
        input_stride: right.stride(),
        inputs: left.columns,
        taps: 1,
        dilation: 1,
        weights: weights.as_ptr(),
        bias: bias.as_ptr(),
        output: output.numbers_mut()[at..].as_mut_ptr(),
        output_stride,
        outputs: 0,
        frames: 0,
        finish: Finish { scale, ..Finish::PLAIN },
    };
    // SAFETY: the asserts above say that all channels and frames are inside the signals.
    unsafe { tile_all(&tiling, tile, left.rows, right.frames()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_and_values_agree_with_plain_sums() {
        let (channels, frames) = (11, 45);
        let mut a = Signal::new(channels, frames, 0);
        let mut b = Signal::new(channels, frames, 0);
        for c in 0..channels {
            for t in 0..frames {
                a.row_mut(c)[t] = ((c * 7 + t * 3) % 11) as f32 - 5.0;
                b.row_mut(c)[t] = ((c * 5 + t) % 13) as f32 - 6.0;
            }
        }
        let mut scratch = Vec::new();
        for isa in Isa::all() {
            // Whole numbers: every order of additions is exact.
            let mut scores = Signal::new(frames, frames, 0);
            let left = Left::of(&a, 2, 8).transposed();
            product(isa, left, (&b, 2), (&mut scores, 0), 2.0, &mut scratch);
            let mut values = Signal::new(channels, frames, 0);
            product(isa, Left::of(&a, 0, 11), (&scores, 0), (&mut values, 0), 1.0, &mut scratch);
            for i in 0..frames {
                for j in 0..frames {
                    let sum: f32 = (2..10).map(|c| a.row(c)[i] * b.row(c)[j]).sum();
                    assert_eq!(scores.row(i)[j], 2.0 * sum, "{isa:?}");
                }
                for c in 0..channels {
                    let sum: f32 = (0..frames).map(|j| a.row(c)[j] * scores.row(j)[i]).sum();
                    assert_eq!(values.row(c)[i], sum, "{isa:?}");
                }
            }
        }
    }
}
