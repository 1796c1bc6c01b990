//! What a stage of the decoder remembers of a signal that passes by: the frames that are still needed.

use super::super::kernels::Signal;

/// A stretch of a signal, `[channels][frames]`, whose frames are counted from the beginning of the whole
/// signal. Before that, and after the end of the whole, there are zeros.
#[derive(Debug)]
pub struct Track {
    pub signal: Signal,
    /// The frame in column 0.
    first: isize,
    /// The frame after the last that is there.
    end: isize,
}

impl Track {
    /// For at most `capacity` frames at once. `history`: how many zeros must be there before the first.
    pub fn new(channels: usize, capacity: usize, history: usize) -> Self {
        let history = history.next_multiple_of(ALIGNED);
        Self {
            signal: Signal::new(channels, capacity + history, 0),
            first: -(history as isize),
            end: 0,
        }
    }

    pub fn end(&self) -> isize {
        self.end
    }

    /// The last frame not after `frame` that begins a cache line.
    pub fn aligned(frame: isize) -> isize {
        frame.div_euclid(ALIGNED as isize) * ALIGNED as isize
    }

    /// Where a frame is in the signals.
    pub fn column(&self, frame: isize) -> usize {
        assert!(frame >= self.first, "the frame is forgotten");
        (frame - self.first) as usize
    }

    /// Takes `count` frames as there that were written after the end.
    pub fn append(&mut self, count: usize) {
        self.end += count as isize;
    }

    /// Writes zeros after the end of the whole.
    pub fn close(&mut self, count: usize) {
        let from = self.column(self.end);
        for channel in 0..self.signal.channels() {
            self.signal.row_mut(channel)[from..from + count].fill(0.0);
        }
    }

    /// Forgets what is before `frame`.
    pub fn keep_from(&mut self, frame: isize) {
        let by = (frame - self.first).max(0) as usize / ALIGNED * ALIGNED;
        if by == 0 {
            return;
        }
        let count = self.column(self.end).saturating_sub(by);
        self.signal.shift(by, count);
        self.first += by as isize;
    }
}

/// Frames of a cache line. Tracks move by whole lines, so that a frame stays at its place in a line.
pub const ALIGNED: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_stay_what_they_are_when_others_are_forgotten() {
        let mut track = Track::new(1, 100, 3);
        let write = |track: &mut Track, count: usize| {
            for _ in 0..count {
                let (frame, column) = (track.end(), track.column(track.end()));
                track.signal.row_mut(0)[column] = frame as f32 + 1.0;
                track.append(1);
            }
        };
        write(&mut track, 60);
        track.keep_from(37);
        write(&mut track, 30);
        track.close(5);
        for frame in 37..90 {
            assert_eq!(track.signal.row(0)[track.column(frame)], frame as f32 + 1.0);
        }
        let end = track.column(90);
        assert_eq!(track.signal.row(0)[end..end + 5], [0.0; 5]);
    }
}
