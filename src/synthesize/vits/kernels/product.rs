//! Matrix products of what is only known when the program runs (attention's scores and values), with the
//! tiles of a convolution that has one tap.

#![allow(unsafe_code)]

use std::ops::Range;

use super::conv::{holds, tile_all};
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

/// A left matrix, put together from parts and packed once for many products.
#[derive(Debug, Default)]
pub struct Packed {
    rows: usize,
    columns: usize,
    panel: usize,
    /// `[panels][columns][panel]`; any numbers where there is no row, since nothing of it is written.
    numbers: Vec<f32>,
    /// What sums begin with, `[panels][panel]`.
    zeros: Vec<f32>,
}

impl Packed {
    /// Another size, in the same allocation where it is large enough; then all of it is to be put.
    pub fn reset(&mut self, isa: Isa, rows: usize, columns: usize) {
        let panel = isa.tiling(rows).panel;
        (self.rows, self.columns, self.panel) = (rows, columns, panel);
        let padded = rows.next_multiple_of(panel);
        self.numbers.resize(padded * columns, 0.0);
        self.zeros.resize(padded, 0.0);
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Puts a part, its first element to (`to_row`, `to_column`). Panics where it does not fit.
    pub fn put(&mut self, part: Left, (to_row, to_column): (usize, usize)) {
        assert!(to_row + part.rows <= self.rows, "rows of a part");
        assert!(to_column + part.columns <= self.columns, "columns of a part");
        let panel = self.panel;
        let mut row = 0;
        while row < part.rows {
            // Those that are of one panel.
            let lane = (to_row + row) % panel;
            let count = (panel - lane).min(part.rows - row);
            let at = ((to_row + row) / panel * self.columns + to_column) * panel;
            let packed = &mut self.numbers[at..at + part.columns * panel];
            match panel {
                4 if count == panel => pack_panel::<4>(packed, &part, row),
                8 if count == panel => pack_panel::<8>(packed, &part, row),
                _ => pack_some(packed, panel, lane..lane + count, &part, row),
            }
            row += count;
        }
    }

    /// `output[to + r][at + t] = scale · Σ_c self[r][c] · right[c][t]` for all rows and the first `frames`
    /// frames of `right`, with the set that it was packed for. Panics where `right` or `output` are too
    /// small.
    pub fn times(
        &self,
        isa: Isa,
        (right, frames): (&Signal, usize),
        (output, to, at): (&mut Signal, usize, usize),
        scale: f32,
    ) {
        if self.rows == 0 || self.columns == 0 || frames == 0 {
            return;
        }
        let tiling = isa.tiling(self.rows);
        assert_eq!(tiling.panel, self.panel, "packed for another set");
        assert!(self.columns <= right.channels() && frames <= right.frames(), "the right matrix");
        assert!(to + self.rows <= output.channels(), "output channels");
        assert!(holds(output.frames(), at, frames), "output frames");
        let (at, output_stride) = (output.at(to) + at, output.stride());
        let tile = Tile {
            input: right.numbers()[right.at(0)..].as_ptr(),
            input_stride: right.stride(),
            inputs: self.columns,
            taps: 1,
            dilation: 1,
            weights: self.numbers.as_ptr(),
            bias: self.zeros.as_ptr(),
            output: output.numbers_mut()[at..].as_mut_ptr(),
            output_stride,
            outputs: 0,
            frames: 0,
            finish: Finish { scale, ..Finish::PLAIN },
        };
        // SAFETY: the asserts above say that all channels and frames are inside the signals.
        unsafe { tile_all(&tiling, tile, self.rows, frames) }
    }
}

/// All lanes of a panel, of the rows from `row` on.
fn pack_panel<const PANEL: usize>(packed: &mut [f32], part: &Left, row: usize) {
    let (packed, numbers) =
        (packed.as_chunks_mut::<PANEL>().0, &part.numbers[row * part.row_step..]);
    if part.row_step == 1 {
        for (packed, numbers) in packed.iter_mut().zip(numbers.chunks(part.column_step)) {
            packed.copy_from_slice(&numbers[..PANEL]);
        }
    } else {
        let rows: [&[f32]; PANEL] = std::array::from_fn(|lane| &numbers[lane * part.row_step..]);
        for (column, packed) in packed.iter_mut().enumerate() {
            *packed = std::array::from_fn(|lane| rows[lane][column * part.column_step]);
        }
    }
}

/// Some lanes of a panel.
fn pack_some(packed: &mut [f32], panel: usize, lanes: Range<usize>, part: &Left, row: usize) {
    for (column, packed) in packed.chunks_exact_mut(panel).enumerate() {
        for (lane, packed) in packed[lanes.clone()].iter_mut().enumerate() {
            *packed = part.numbers[(row + lane) * part.row_step + column * part.column_step];
        }
    }
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
        for isa in Isa::all() {
            // Whole numbers: every order of additions is exact. In two parts, the first no whole panels.
            let mut keys = Packed::default();
            keys.reset(isa, frames, channels);
            let all = Left::of(&a, 0, channels).transposed();
            keys.put(Left { rows: 13, ..all }, (0, 0));
            keys.put(Left { rows: frames - 13, numbers: &all.numbers[13..], ..all }, (13, 0));
            let mut scores = Signal::new(frames, frames, 0);
            keys.times(isa, (&b, frames), (&mut scores, 0, 0), 2.0);
            let mut values = Packed::default();
            values.reset(isa, channels, frames);
            let all = Left::of(&a, 0, channels);
            values.put(Left { columns: 7, ..all }, (0, 0));
            values.put(Left { columns: frames - 7, numbers: &all.numbers[7..], ..all }, (0, 7));
            let mut heard = Signal::new(channels + 1, frames + 3, 0);
            values.times(isa, (&scores, frames), (&mut heard, 1, 3), 1.0);
            for i in 0..frames {
                for j in 0..frames {
                    let sum: f32 = (0..channels).map(|c| a.row(c)[i] * b.row(c)[j]).sum();
                    assert_eq!(scores.row(i)[j], 2.0 * sum, "{isa:?}");
                }
                for c in 0..channels {
                    let sum: f32 = (0..frames).map(|j| a.row(c)[j] * scores.row(j)[i]).sum();
                    assert_eq!(heard.row(1 + c)[3 + i], sum, "{isa:?}");
                }
            }
        }
    }
}
