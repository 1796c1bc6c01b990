//! Control frames -> samples: the source through the vocal tract.
//!
//! Nine formants in cascade fill the band up to 11 kHz, as a female tract of 14.8 cm has them
//! (one each 1,186 Hz); a pole and zero pair and an antiformant make the nose (Klatt 1980);
//! friction goes past the cascade through three bands of its own.

use super::gesture::Frame;
use super::resonator::{Antiresonator, Bandpass, Resonator, Tilt};
use super::source::{Glottis, Noise, Phonation};
use super::track::FRAME_SAMPLES;

/// Formants that no articulation moves: centre and width, Hz.
const FIXED: [(f64, f64); 6] = [
    (4200.0, 190.0),
    (5200.0, 250.0),
    (6450.0, 360.0),
    (7700.0, 520.0),
    (8900.0, 650.0),
    (10_050.0, 800.0),
];
/// Widths of the three moving formants in a modal vowel, Hz (Hawks & Miller 1995).
const WIDTHS: [f64; 3] = [75.0, 105.0, 150.0];
/// The pole of the nose; its zero lies on it until the velum opens.
const NOSE_HZ: f64 = 290.0;
const NOSE_WIDTH_HZ: f64 = 110.0;
/// How far the zero moves up when the velum is fully open.
const NOSE_ZERO_RISE_HZ: f64 = 230.0;

/// A newsreader's voice carries: the pulses gain this much, as a factor, above this frequency.
const BRIGHTNESS: f64 = 3.6;
const BRIGHT_FROM_HZ: f64 = 1900.0;

/// Above this the noise of the glottis gets weaker.
const BREATH_TO_HZ: f64 = 2800.0;

#[derive(Default)]
struct Tract {
    formants: [Resonator; 3],
    fixed: [Resonator; 6],
    nose_pole: Resonator,
    nose_zero: Antiresonator,
    mouth_pole: Resonator,
    mouth_zero: Antiresonator,
    bands: [Bandpass; 3],
    band_gains: [f64; 3],
    flat: f64,
    muffle: Tilt,
    soft: Tilt,
    airy: Tilt,
}

/// Speak the frames.
pub fn samples(frames: &[Frame], rate: f64) -> Vec<f64> {
    let mut tract = Tract::default();
    for (formant, (hz, width_hz)) in tract.fixed.iter_mut().zip(FIXED) {
        formant.tune(hz, width_hz, rate);
    }
    tract.nose_pole.tune(NOSE_HZ, NOSE_WIDTH_HZ, rate);
    tract.soft.tune(BRIGHT_FROM_HZ, rate);
    tract.airy.tune(BREATH_TO_HZ, rate);
    let mut glottis = Glottis::new();
    let mut noise = Noise::new(0x0123_4567_89AB_CDEF);
    let mut spoken = Vec::with_capacity(frames.len() * FRAME_SAMPLES);
    for (i, frame) in frames.iter().enumerate() {
        let next = frames.get(i + 1).unwrap_or(frame);
        tract.tune(frame, rate);
        let phonation = Phonation { f0: frame.f0, rd: frame.rd, creak: frame.creak };
        for n in 0..FRAME_SAMPLES {
            let part = n as f64 / FRAME_SAMPLES as f64;
            let between = |from: f64, to: f64| from + part * (to - from);
            let (flow, open) = glottis.next(phonation, rate);
            let voiced = frame.voice > 0.02;
            // Air rushes while the folds are apart (Klatt 1980: half as loud when closed).
            let gate = if open || !voiced { 1.0 } else { 0.5 };
            let hiss = noise.gauss() * gate;
            let bright = flow + BRIGHTNESS * (flow - tract.soft.next(flow));
            let voice = tract.muffle.next(bright * between(frame.voice, next.voice));
            let breath = tract.airy.next(hiss) * between(frame.breath, next.breath);
            let friction = hiss * between(frame.friction, next.friction);
            spoken.push(tract.resonate(voice + breath) + tract.rub(friction));
        }
    }
    spoken
}

impl Tract {
    /// Move the articulators to where the frame wants them.
    fn tune(&mut self, frame: &Frame, rate: f64) {
        // An open glottis, an open velum and walls that swallow sound widen the resonances.
        let glottal = (1.0 - frame.voice).clamp(0.0, 1.0) * (frame.breath * 6.0).min(1.0);
        let shut = (1.0 - 8.0 * frame.voice - 40.0 * frame.breath).max(0.0);
        let slack = (frame.rd - 1.0).max(0.0);
        let nasal = frame.nasal;
        let widths = [
            WIDTHS[0] + 160.0 * glottal + 45.0 * slack + 55.0 * nasal + 300.0 * shut,
            WIDTHS[1] + 60.0 * glottal + 20.0 * slack + 130.0 * nasal + 200.0 * shut,
            WIDTHS[2] + 60.0 * glottal + 20.0 * slack + 160.0 * nasal,
        ];
        for ((formant, hz), width) in self.formants.iter_mut().zip(frame.formants).zip(widths) {
            formant.tune(hz, width, rate);
        }
        self.nose_zero.tune(NOSE_HZ + NOSE_ZERO_RISE_HZ * nasal, NOSE_WIDTH_HZ, rate);
        // The side cavity of the mouth: pole and zero cancel until the velum opens.
        let side = frame.antiformant_hz.max(900.0);
        self.mouth_zero.tune(side, 180.0 + 220.0 * (1.0 - nasal), rate);
        self.mouth_pole.tune(
            side * (1.0 + 0.22 * nasal),
            180.0 + 220.0 * (1.0 - nasal) + 150.0 * nasal,
            rate,
        );
        self.muffle.tune(10_500.0 * (260.0_f64 / 10_500.0).powf(frame.muffling), rate);
        self.flat = frame.noise.flat;
        for (i, band) in frame.noise.bands.iter().enumerate() {
            self.bands[i].tune(band.hz, band.width_hz, rate);
            self.band_gains[i] = band.gain;
        }
    }

    fn resonate(&mut self, source: f64) -> f64 {
        let mut sound = self.nose_zero.next(self.nose_pole.next(source));
        sound = self.mouth_zero.next(self.mouth_pole.next(sound));
        for formant in self.fixed.iter_mut().rev().chain(self.formants.iter_mut().rev()) {
            sound = formant.next(sound);
        }
        sound
    }

    fn rub(&mut self, noise: f64) -> f64 {
        let mut sound = self.flat * noise;
        for (band, gain) in self.bands.iter_mut().zip(self.band_gains) {
            sound += gain * band.next(noise);
        }
        sound
    }
}
