//! The latent as the text predicts it: how long each id lasts, and noise around each id's mean (VITS,
//! section 2.1.2).

use super::encoder::MARGIN;
use super::kernels::{Isa, Signal, exp};

/// The prior of one utterance.
#[derive(Debug)]
pub struct Prior {
    /// `[2 * channels][ids]`: means, then logarithms of spreads; [`Self::draw`] makes spreads of these.
    pub statistics: Signal,
    durations: Vec<usize>,
    /// Which id each frame belongs to.
    id_of: Vec<usize>,
    /// `[channels][frames]`; nothing where it is not wanted.
    noise: Vec<f32>,
    noise_scale: f32,
}

impl Default for Prior {
    fn default() -> Self {
        Self {
            statistics: Signal::new(0, 0, MARGIN),
            durations: vec![],
            id_of: vec![],
            noise: vec![],
            noise_scale: 0.0,
        }
    }
}

/// Frames of an utterance, some ten minutes: more is no speech.
const FRAMES_MAX: usize = 64 * 1024;

impl Prior {
    /// Takes the logarithms of durations; false where they add up to what nobody says.
    #[must_use]
    pub fn set_durations(&mut self, logarithms: &[f32], length_scale: f32) -> bool {
        let most = FRAMES_MAX;
        self.durations.clear();
        self.id_of.clear();
        for (id, logarithm) in logarithms.iter().enumerate() {
            let frames = (logarithm.exp() * length_scale).ceil();
            // Not a number is no length either.
            if !(0.0..=most as f32).contains(&frames) || self.id_of.len() + frames as usize > most {
                return false;
            }
            self.durations.push(frames as usize);
            self.id_of.extend(std::iter::repeat_n(id, frames as usize));
        }
        if self.id_of.is_empty() {
            // A graph computes one frame at least, which belongs to no id.
            self.id_of.push(NO_ID);
        }
        true
    }

    /// Draws the noise, row by row of `[channels][frames]`.
    pub fn draw(&mut self, isa: Isa, noise: &mut dyn FnMut(&mut [f32]), noise_scale: f32) {
        let channels = self.statistics.channels() / 2;
        for channel in channels..2 * channels {
            exp(isa, self.statistics.row_mut(channel));
        }
        self.noise_scale = noise_scale;
        self.noise.clear();
        // Nothing is drawn after it, so that it may be left out.
        if noise_scale != 0.0 {
            self.noise.resize(channels * self.id_of.len(), 0.0);
            noise(&mut self.noise);
        }
    }

    /// Frames in all.
    pub fn frames(&self) -> usize {
        self.id_of.len()
    }

    /// Frames of each id.
    pub fn durations(&self) -> &[usize] {
        &self.durations
    }

    /// The latent of one channel, from frame `from` on.
    pub fn fill(&self, channel: usize, from: usize, row: &mut [f32]) {
        let means = self.statistics.row(channel);
        let ids = &self.id_of[from..from + row.len()];
        for (z, &id) in row.iter_mut().zip(ids) {
            *z = means.get(id).copied().unwrap_or(0.0);
        }
        if self.noise.is_empty() {
            return;
        }
        let spreads = self.statistics.row(channel + self.statistics.channels() / 2);
        let noise = &self.noise[channel * self.id_of.len() + from..];
        for ((z, &id), noise) in row.iter_mut().zip(ids).zip(noise) {
            *z += noise * spreads.get(id).copied().unwrap_or(1.0) * self.noise_scale;
        }
    }
}

const NO_ID: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn prior() -> Prior {
        let mut prior = Prior::default();
        prior.statistics.fill_from(2, 3, &[1.0, 2.0, 3.0, 0.0, 1.0, 2.0]);
        prior
    }

    #[test]
    fn each_id_lasts_as_long_as_it_says() {
        let mut prior = prior();
        assert!(prior.set_durations(&[0.1, f32::NEG_INFINITY, 0.8], 1.0));
        assert_eq!(prior.durations(), [2, 0, 3]);
        prior.draw(
            Isa::Portable,
            &mut |noise| noise.copy_from_slice(&[1.0, 0.0, 0.0, 0.0, -1.0]),
            0.5,
        );
        let mut row = [0.0; 4];
        prior.fill(0, 1, &mut row);
        let spread = 2.0_f32.exp();
        assert_eq!(row[..3], [1.0, 3.0, 3.0]);
        assert!((row[3] - (3.0 - spread * 0.5)).abs() < 1e-5);
    }

    #[test]
    fn nothing_still_lasts_a_frame() {
        let mut prior = prior();
        assert!(prior.set_durations(&[f32::NEG_INFINITY; 3], 1.0));
        prior.draw(Isa::Portable, &mut |_| (), 0.0);
        let mut row = [7.0];
        prior.fill(0, 0, &mut row);
        assert_eq!((prior.frames(), row), (1, [0.0]));
    }

    #[test]
    fn endless_and_unknown_durations_are_refused() {
        for logarithm in [f32::INFINITY, f32::NAN, 25.0] {
            assert!(!prior().set_durations(&[0.0, logarithm, 0.0], 1.0), "{logarithm}");
        }
    }
}
