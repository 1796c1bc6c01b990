//! Speech-like signals for the tests of this folder, the same at every run.

use crate::domain::narration::Clip;
use crate::domain::units::SampleRate;

pub const RATE: SampleRate = SampleRate(22_050);

/// White noise in -1 to 1 (a linear congruential generator, Numerical Recipes 7.1).
pub struct Noise(pub u32);

impl Noise {
    pub fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.0 as f32 / u32::MAX as f32 * 2.0 - 1.0
    }
}

/// Syllables at four a second: the harmonics of a gliding voice of about 220 Hz, with a burst of
/// noise at each onset, at the given amplitude.
pub fn speech(seconds: f64, amplitude: f32, seed: u32) -> Vec<f32> {
    let rate = f64::from(RATE.0);
    let mut noise = Noise(seed);
    let mut phase = 0.0_f64;
    let sample = |i: usize| {
        let time = i as f64 / rate;
        let syllable = (time * 4.0).fract();
        phase += (220.0 + 40.0 * (time * 2.3 + f64::from(seed)).sin()) / rate;
        let tone: f64 = (1..=12)
            .map(|k| (std::f64::consts::TAU * phase * f64::from(k)).sin() / f64::from(k))
            .sum();
        let vowel = tone * (std::f64::consts::PI * syllable).sin().powi(2);
        let onset = if syllable < 0.2 { 0.2 * f64::from(noise.next()) } else { 0.0 };
        amplitude * 0.6 * (vowel + onset) as f32
    };
    (0..(seconds * rate) as usize).map(sample).collect()
}

/// A clip of speech with noise before and after it, 50 dB below the vowels.
pub fn clip(lead_in: f64, seconds: f64, lead_out: f64, amplitude: f32, seed: u32) -> Clip {
    let mut noise = Noise(seed);
    let mut quiet = |seconds: f64| -> Vec<f32> {
        let count = (seconds * f64::from(RATE.0)) as usize;
        (0..count).map(|_| noise.next() * amplitude * 3e-3).collect()
    };
    let mut samples = quiet(lead_in);
    samples.extend(speech(seconds, amplitude, seed));
    samples.extend(quiet(lead_out));
    Clip { rate: RATE, samples }
}
