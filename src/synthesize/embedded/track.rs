//! A quantity over time: targets in, a smooth curve of frames out.

use std::f64::consts::PI;

/// Samples from one frame of control values to the next: 1.45 ms at 22,050 Hz, short enough for
/// the burst of a stop.
pub const FRAME_SAMPLES: usize = 32;

/// Targets in order of time, joined by half cosines.
#[derive(Clone, Debug, Default)]
pub struct Track {
    targets: Vec<(f64, f64)>,
}

impl Track {
    /// Be at `value` at `seconds`; a target earlier than the last one is moved behind it.
    pub fn put(&mut self, seconds: f64, value: f64) {
        let earliest = self.targets.last().map_or(f64::MIN, |last| last.0 + 1e-4);
        self.targets.push((seconds.max(earliest), value));
    }

    /// Stay at `value` from `start` to `end`, except for `ramp` seconds at both edges.
    pub fn hold(&mut self, start: f64, end: f64, ramp: f64, value: f64) {
        let ramp = ramp.min(0.5 * (end - start).max(0.0));
        self.put(start + ramp, value);
        self.put(end - ramp, value);
    }

    /// The curve at every frame; before the first target and behind the last it stays level.
    pub fn frames(&self, count: usize, seconds_a_frame: f64) -> Vec<f64> {
        let mut values = Vec::with_capacity(count);
        let mut next = 0;
        for frame in 0..count {
            let now = frame as f64 * seconds_a_frame;
            while self.targets.get(next).is_some_and(|target| target.0 <= now) {
                next += 1;
            }
            let before = next.checked_sub(1).and_then(|i| self.targets.get(i));
            values.push(match (before, self.targets.get(next)) {
                (Some(&(t0, v0)), Some(&(t1, v1))) => {
                    let part = 0.5 - 0.5 * (PI * (now - t0) / (t1 - t0)).cos();
                    v0 + part * (v1 - v0)
                }
                (Some(&(_, value)), None) | (None, Some(&(_, value))) => value,
                (None, None) => 0.0,
            });
        }
        values
    }
}

/// A moving average over `reach` frames to both sides, as inertia smooths every movement.
pub fn smoothed(values: &[f64], reach: usize) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0);
    let mut sum = 0.0;
    for value in values {
        sum += value;
        sums.push(sum);
    }
    (0..values.len())
        .map(|i| {
            // The window shrinks at both ends alike, so that the edges are not pulled inward.
            let reach = reach.min(i).min(values.len() - 1 - i);
            (sums[i + reach + 1] - sums[i - reach]) / (2 * reach + 1) as f64
        })
        .collect()
}
