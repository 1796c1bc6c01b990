//! The latent as the text predicts it: how long each id lasts, and noise around each id's mean (VITS,
//! section 2.1.2), id after id as these become known.

use super::Noise;
use super::encoder::MARGIN;
use super::kernels::{Isa, Signal, exp};

/// The prior of one utterance.
#[derive(Debug)]
pub struct Prior {
    /// `[2 * channels][ids]`: means, then logarithms of spreads; [`Self::extend`] makes spreads of these.
    pub statistics: Signal,
    durations: Vec<usize>,
    /// Which id each frame belongs to.
    id_of: Vec<usize>,
    /// `[frames][channels]`, so that a frame's do not depend on how many there are; nothing where it is not
    /// wanted.
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
    /// Of an utterance without any id.
    pub fn begin(&mut self, noise_scale: f32) {
        self.durations.clear();
        self.id_of.clear();
        self.noise.clear();
        self.noise_scale = noise_scale;
    }

    /// Takes the logarithms of the next ids' durations, and draws their noise, frame by frame; false where
    /// they add up to what nobody says.
    #[must_use]
    pub fn extend(
        &mut self,
        isa: Isa,
        logarithms: &[f32],
        length_scale: f32,
        noise: &mut Noise,
    ) -> bool {
        let most = FRAMES_MAX;
        let first = self.durations.len();
        for (id, logarithm) in logarithms.iter().enumerate() {
            let frames = (logarithm.exp() * length_scale).ceil();
            // Not a number is no length either.
            if !(0.0..=most as f32).contains(&frames) || self.id_of.len() + frames as usize > most {
                return false;
            }
            self.durations.push(frames as usize);
            self.id_of.extend(std::iter::repeat_n(first + id, frames as usize));
        }
        let channels = self.channels();
        for channel in channels..2 * channels {
            exp(isa, &mut self.statistics.row_mut(channel)[first..first + logarithms.len()]);
        }
        self.draw(noise);
        true
    }

    /// Tells that there are no more ids.
    pub fn end(&mut self, noise: &mut Noise) {
        if self.id_of.is_empty() {
            // A graph computes one frame at least, which belongs to no id.
            self.id_of.push(NO_ID);
            self.draw(noise);
        }
    }

    fn draw(&mut self, noise: &mut Noise) {
        // Nothing is drawn after it, so that it may be left out.
        if self.noise_scale == 0.0 {
            return;
        }
        let (channels, known) = (self.channels(), self.noise.len());
        self.noise.resize(channels * self.id_of.len(), 0.0);
        self.noise[known..].chunks_exact_mut(channels).for_each(noise);
    }

    fn channels(&self) -> usize {
        self.statistics.channels() / 2
    }

    /// Frames so far.
    pub fn frames(&self) -> usize {
        self.id_of.len()
    }

    /// Frames of each id so far.
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
        let channels = self.channels();
        let spreads = self.statistics.row(channel + channels);
        let noise = self.noise[from * channels + channel..].iter().step_by(channels);
        for ((z, &id), noise) in row.iter_mut().zip(ids).zip(noise) {
            *z += noise * spreads.get(id).copied().unwrap_or(1.0) * self.noise_scale;
        }
    }
}

const NO_ID: usize = usize::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    /// Of two channels and three ids.
    fn prior(noise_scale: f32) -> Prior {
        let mut prior = Prior::default();
        let means = [1.0, 2.0, 3.0, -1.0, -2.0, -3.0];
        let spreads = [0.0, 1.0, 2.0, 0.0, 0.5, 1.0];
        prior.statistics.fill_from(4, 3, &[means, spreads].concat());
        prior.begin(noise_scale);
        prior
    }

    /// 1, 2, 3 …
    fn counting() -> impl FnMut(&mut [f32]) {
        let mut last = 0.0;
        move |numbers| {
            for number in numbers {
                last += 1.0;
                *number = last;
            }
        }
    }

    #[test]
    fn each_id_lasts_as_long_as_it_says() {
        let logarithms = [0.1, f32::NEG_INFINITY, 0.8];
        // At once, and id after id.
        for piece in [3, 1] {
            let (mut prior, mut noise) = (prior(0.5), counting());
            for logarithms in logarithms.chunks(piece) {
                assert!(prior.extend(Isa::Portable, logarithms, 1.0, &mut noise));
            }
            prior.end(&mut noise);
            assert_eq!(prior.durations(), [2, 0, 3]);
            let spread = 1.0_f32.exp();
            let mut row = [0.0; 4];
            prior.fill(1, 1, &mut row);
            let want = [-1.0 + 0.5 * 4.0, -3.0 + 0.5 * 6.0 * spread, -3.0 + 0.5 * 8.0 * spread];
            for (got, want) in row.into_iter().zip(want) {
                assert!((got - want).abs() < 1e-5, "{piece}: {got} {want}");
            }
        }
    }

    #[test]
    fn nothing_still_lasts_a_frame() {
        for noise_scale in [0.0, 1.0] {
            let (mut prior, mut noise) = (prior(noise_scale), counting());
            assert!(prior.extend(Isa::Portable, &[f32::NEG_INFINITY; 3], 1.0, &mut noise));
            prior.end(&mut noise);
            let mut row = [7.0];
            prior.fill(1, 0, &mut row);
            assert_eq!((prior.frames(), row), (1, [2.0 * noise_scale]));
        }
    }

    #[test]
    fn endless_and_unknown_durations_are_refused() {
        for logarithm in [f32::INFINITY, f32::NAN, 25.0] {
            let logarithms = [0.0, logarithm, 0.0];
            assert!(!prior(1.0).extend(Isa::Portable, &logarithms, 1.0, &mut |_| ()));
        }
    }
}
