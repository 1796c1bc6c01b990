//! A signal of several channels, `[channels][frames]`, time contiguous, between margins of zeros.

#![allow(unsafe_code)]

/// A cache line of numbers: rows begin at its borders.
#[repr(C, align(64))]
#[derive(Clone, Copy, Debug)]
struct Line([f32; LINE]);

const LINE: usize = 16;
/// Lines after the last row that a tile may read (and throw away).
const SLACK: usize = 16;

/// `[channels][frames]` with at least `margin` zeros before and after every row, so that a convolution
/// needs no edge cases. Every row begins at a cache line.
#[derive(Clone, Debug, Default)]
pub struct Signal {
    channels: usize,
    frames: usize,
    margin: usize,
    stride: usize,
    lines: Vec<Line>,
}

impl Signal {
    /// Zeros. `margin`: how many zeros there are at least on each side (rounded up).
    pub fn new(channels: usize, frames: usize, margin: usize) -> Self {
        let mut signal = Self { margin: margin.next_multiple_of(LINE), ..Self::default() };
        signal.reset(channels, frames);
        signal
    }

    /// Another shape, all zeros, in the same allocation where it is large enough.
    pub fn reset(&mut self, channels: usize, frames: usize) {
        // An odd number of lines: rows a power of two apart would share the same few cache sets.
        let lines = (self.margin + frames).div_ceil(LINE) + self.margin / LINE;
        let lines = lines | 1;
        (self.channels, self.frames, self.stride) = (channels, frames, lines * LINE);
        self.lines.clear();
        let count = channels.checked_mul(lines).and_then(|count| count.checked_add(SLACK));
        self.lines.resize(count.expect("a signal fits into memory"), Line([0.0; LINE]));
    }

    pub fn channels(&self) -> usize {
        self.channels
    }

    pub fn frames(&self) -> usize {
        self.frames
    }

    /// How many zeros there are on each side.
    pub fn margin(&self) -> usize {
        self.margin
    }

    /// Numbers from a row to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// One channel, `[frames]`.
    pub fn row(&self, channel: usize) -> &[f32] {
        let at = self.at(channel);
        &self.numbers()[at..at + self.frames]
    }

    /// One channel, `[frames]`.
    pub fn row_mut(&mut self, channel: usize) -> &mut [f32] {
        let (at, frames) = (self.at(channel), self.frames);
        &mut self.numbers_mut()[at..at + frames]
    }

    /// From `[channels][frames]` without margins.
    pub fn fill_from(&mut self, channels: usize, frames: usize, numbers: &[f32]) {
        self.reset(channels, frames);
        if frames > 0 {
            for (channel, row) in numbers.chunks_exact(frames).take(channels).enumerate() {
                self.row_mut(channel).copy_from_slice(row);
            }
        }
    }

    /// Moves all rows: what was at frame `by` is then at frame 0. The last `by` frames keep what they had.
    pub fn shift(&mut self, by: usize, frames: usize) {
        for channel in 0..self.channels {
            self.row_mut(channel).copy_within(by..by + frames, 0);
        }
    }

    /// Where the first frame of a row is in [`Self::numbers`].
    pub(super) fn at(&self, channel: usize) -> usize {
        assert!(channel < self.channels, "no such channel");
        channel * self.stride + self.margin
    }

    /// Everything: margins, rows, and the slack after the last.
    pub(super) fn numbers(&self) -> &[f32] {
        // SAFETY: a line is sixteen numbers without padding between or after them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * LINE) }
    }

    pub(super) fn numbers_mut(&mut self) -> &mut [f32] {
        let count = self.lines.len() * LINE;
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_lie_between_zeros() {
        let mut signal = Signal::new(3, 20, 5);
        for channel in 0..3 {
            signal.row_mut(channel).fill(1.0);
        }
        let all = signal.numbers();
        assert_eq!(all.iter().filter(|&&x| x == 1.0).count(), 60);
        for channel in 0..3 {
            let at = signal.at(channel);
            assert_eq!(all[at - 5..at], [0.0; 5]);
            assert_eq!(all[at + 20..at + 25], [0.0; 5]);
        }
        signal.reset(2, 4);
        assert!(signal.numbers().iter().all(|&x| x == 0.0));
    }
}
