//! Sound at another rate.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use crate::domain::narration::Clip;
use crate::domain::units::SampleRate;

/// Samples that are resampled at once: a few hundredths of a second.
const CHUNK: usize = 1024;

/// Turns a stream of mono samples into the same sound at another rate, in place to half a sample.
pub(super) struct Resampler {
    /// `None` when both rates are the same.
    fft: Option<Fft<f32>>,
    /// Output samples for an input sample.
    ratio: f64,
    waiting: Vec<f32>,
    /// Output samples that are still to be dropped: the delay of the filter.
    delay: usize,
    /// Samples that came in, and that went out.
    taken: u64,
    given: u64,
}

impl Resampler {
    pub fn new(from: SampleRate, to: SampleRate) -> Self {
        let (from, to) = (from.0.max(1) as usize, to.0.max(1) as usize);
        let fft = (from != to).then(|| {
            Fft::new(from, to, CHUNK, 1, FixedSync::Both)
                .expect("the rates and the chunk are not 0")
        });
        Self {
            delay: fft.as_ref().map_or(0, |fft| fft.output_delay()),
            fft,
            ratio: to as f64 / from as f64,
            waiting: Vec::new(),
            taken: 0,
            given: 0,
        }
    }

    /// Appends to `out` what these samples become, as far as it can be told already.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.taken += samples.len() as u64;
        let before = out.len();
        self.convert(samples, out);
        self.given += (out.len() - before) as u64;
    }

    /// Appends the rest, so that the sound has the same length in seconds as what came in.
    pub fn finish(mut self, out: &mut Vec<f32>) {
        let due = (self.taken as f64 * self.ratio).round() as u64;
        while self.given < due {
            let before = out.len();
            self.convert(&[0.0; CHUNK], out);
            self.given += (out.len() - before) as u64;
        }
        out.truncate(out.len() - (self.given - due) as usize);
    }

    fn convert(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        let Some(fft) = &mut self.fft else {
            out.extend_from_slice(samples);
            return;
        };
        self.waiting.extend_from_slice(samples);
        let mut made = vec![0.0; fft.output_frames_max()];
        let mut used = 0;
        while self.waiting.len() - used >= fft.input_frames_next() {
            let input = &self.waiting[used..];
            let room = made.len();
            let input = SequentialSlice::new(input, 1, input.len());
            let output = SequentialSlice::new_mut(&mut made, 1, room);
            let (Ok(input), Ok(mut output)) = (input, output) else { break };
            let done = fft.process_into_buffer(&input, &mut output, None);
            let (read, written) = done.expect("both buffers have the length that was asked for");
            used += read;
            let late = self.delay.min(written);
            self.delay -= late;
            out.extend_from_slice(&made[late..written]);
        }
        self.waiting.drain(..used);
    }
}

impl std::fmt::Debug for Resampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resampler").field("ratio", &self.ratio).finish_non_exhaustive()
    }
}

/// A clip at another rate.
pub(super) fn clip(clip: Clip, rate: SampleRate) -> Clip {
    if clip.rate == rate {
        return clip;
    }
    let mut samples = Vec::new();
    let mut resampler = Resampler::new(clip.rate, rate);
    resampler.push(&clip.samples, &mut samples);
    resampler.finish(&mut samples);
    Clip { rate, samples }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, seconds: f64) -> Vec<f32> {
        let sample = |i: usize| {
            let time = i as f64 / f64::from(rate);
            // It swells, so that a shift would be seen.
            (0.5 * time / seconds * (std::f64::consts::TAU * 440.0 * time).sin()) as f32
        };
        (0..(f64::from(rate) * seconds) as usize).map(sample).collect()
    }

    #[test]
    fn the_sound_stays_in_place_and_keeps_its_length() {
        for (from, to) in [(22_050, 24_000), (16_000, 22_050), (44_100, 24_000), (22_050, 22_050)] {
            let (from, to) = (SampleRate(from), SampleRate(to));
            let given = Clip { rate: from, samples: tone(from.0, 1.0) };
            let made = clip(given, to).samples;
            let wanted = tone(to.0, 1.0);
            assert_eq!(made.len(), wanted.len(), "{from:?} {to:?}");
            let inside = 200..made.len() - 200;
            let errors = inside.map(|i| (made[i] - wanted[i]).abs());
            let error = errors.fold(0.0, f32::max);
            // The filter is late by half a sample, whole ones are taken off: a whole one would be 0.06.
            assert!(error < 0.045, "{from:?} {to:?}: {error}");
        }
    }

    #[test]
    fn how_it_is_cut_changes_nothing() {
        let samples = tone(22_050, 0.7);
        let cut = |size: usize| {
            let mut out = Vec::new();
            let mut resampler = Resampler::new(SampleRate(22_050), SampleRate(24_000));
            samples.chunks(size).for_each(|piece| resampler.push(piece, &mut out));
            resampler.finish(&mut out);
            out
        };
        assert_eq!(cut(313), cut(20_000));
        let none = Clip { rate: SampleRate(22_050), samples: vec![] };
        assert!(clip(none, SampleRate(24_000)).samples.is_empty());
    }
}
