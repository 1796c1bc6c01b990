//! The waveform that the player draws.

use crate::domain::units::{Millis, SampleRate};

/// The most parts of a finished waveform: more than a player has pixels for.
const PARTS_MAX: usize = 600;

/// The length of a part while the track grows.
const PART: Millis = Millis(50);

/// The peaks of a track that is still growing.
#[derive(Debug)]
pub(super) struct Peaks {
    /// Samples of a part.
    width: usize,
    /// The highest sample of each part, the last of which may not be full.
    parts: Vec<u8>,
    /// Samples that are missing from the last part.
    room: usize,
}

impl Peaks {
    pub fn new(rate: SampleRate) -> Self {
        let width = PART.samples(rate).0.max(1) as usize;
        Self { width, parts: Vec::new(), room: 0 }
    }

    pub fn add(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            if self.room == 0 {
                self.parts.push(0);
                self.room = self.width;
            }
            let (now, later) = samples.split_at(self.room.min(samples.len()));
            if let Some(last) = self.parts.last_mut() {
                *last = (*last).max(peak(now));
            }
            self.room -= now.len();
            samples = later;
        }
    }

    /// The peaks of equal parts of the whole, in order: 0 is silence, 255 full scale. At most
    /// [`PARTS_MAX`], and fewer only for a track of less than half a minute.
    pub fn finish(self) -> Vec<u8> {
        let count = PARTS_MAX.min(self.parts.len());
        let place = |part: usize| part * self.parts.len() / count;
        let part = |i: usize| {
            let parts = &self.parts[place(i)..place(i + 1)];
            parts.iter().copied().max().unwrap_or(0)
        };
        (0..count).map(part).collect()
    }
}

fn peak(samples: &[f32]) -> u8 {
    let highest = samples.iter().fold(0.0_f32, |highest, sample| highest.max(sample.abs()));
    (highest.min(1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 20 samples a second: one a part.
    const RATE: SampleRate = SampleRate(20);

    fn of(samples: &[f32]) -> Vec<u8> {
        let mut peaks = Peaks::new(RATE);
        // However it grew, it is the same.
        for piece in samples.chunks(7) {
            peaks.add(piece);
        }
        peaks.finish()
    }

    #[test]
    fn each_part_shows_its_highest_sample() {
        assert_eq!(of(&[0.0, -0.5, 2.0, f32::NAN]), [0, 128, 255, 0]);
        let mut peaks = Peaks::new(SampleRate(60));
        peaks.add(&[0.1, -1.0]);
        peaks.add(&[0.2, 0.5, 0.0]);
        assert_eq!(peaks.finish(), [255, 128]);
    }

    #[test]
    fn a_long_track_has_as_many_parts_as_a_player_can_draw() {
        let mut samples = vec![0.1; 4 * PARTS_MAX + 3];
        samples[4 * PARTS_MAX + 2] = 1.0;
        let peaks = of(&samples);
        assert_eq!((peaks.len(), peaks[0], peaks[PARTS_MAX - 1]), (PARTS_MAX, 26, 255));
        assert!(of(&[]).is_empty());
    }
}
