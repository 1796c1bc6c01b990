//! Sounds in time -> control frames: where the formants go, how loud voice and noises are.
//!
//! Every sound names the values it wants and when; the tracks join them, so neighbours shade into
//! each other as the articulators move. A vowel is reached from the locus of its onset and left
//! for the locus of what follows.

use super::contour::{self, Melody};
use super::inventory::*;
use super::timing::{Segment, Sound, Timeline};
use super::track::{FRAME_SAMPLES, Track, smoothed};

/// All control values at one instant.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Hz.
    pub f0: f64,
    pub rd: f64,
    pub creak: f64,
    /// Strength of the pulses.
    pub voice: f64,
    /// 0 bright to 1 heard through closed walls.
    pub muffling: f64,
    /// Strength of the breath noise that goes through the formants.
    pub breath: f64,
    /// Strength of the friction noise that goes past them.
    pub friction: f64,
    pub noise: Noise,
    pub formants: Formants,
    /// 0 to 1: how far the velum is open.
    pub nasal: f64,
    /// Hz.
    pub antiformant_hz: f64,
}

/// What sounds how strongly in a phase of a segment.
#[derive(Clone, Copy, Debug)]
struct Levels {
    voice: f64,
    muffling: f64,
    breath: f64,
    friction: f64,
}

const SILENT: Levels = Levels { voice: 0.0, muffling: 0.0, breath: 0.0, friction: 0.0 };
/// A vowel, with the breath that every female voice carries (27 dB below the harmonics).
const OPEN: Levels = Levels { voice: 1.0, muffling: 0.0, breath: 0.016, friction: 0.0 };

#[derive(Debug, Default)]
struct Gestures {
    formants: [Track; 3],
    voice: Track,
    muffling: Track,
    breath: Track,
    friction: Track,
    nasal: Track,
    antiformant: Track,
    /// From when on which noise spectrum, seconds.
    noises: Vec<(f64, Noise)>,
}

/// The control frames of a clip.
pub fn frames(line: &Timeline, rate: f64) -> Vec<Frame> {
    let mut gestures = Gestures::default();
    for i in 0..line.segments.len() {
        gestures.segment(&line.segments, i);
    }
    gestures.sampled(&contour::melody(line), line.end, rate)
}

impl Gestures {
    fn segment(&mut self, segments: &[Segment], i: usize) {
        let Segment { ref sound, start, release, end } = segments[i];
        match sound {
            Sound::Silence => self.phase(start, end, 0.006, SILENT),
            Sound::Onset(consonant) => {
                self.onset_formants(segments, i, consonant);
                let noise = tuned(consonant, vowel_after(segments, i));
                self.onset(consonant, noise, [start, release, end]);
            }
            Sound::Glide => {
                self.target(start + 0.2 * (end - start), GLIDE_W);
                self.target(start + 0.55 * (end - start), GLIDE_W);
                self.phase(start, end, 0.010, Levels { voice: 0.85, ..OPEN });
                self.velum(start, end, 0.0);
            }
            Sound::Nucleus(first, second) => self.nucleus(segments, i, first, second),
            Sound::Coda(consonant) => self.coda(segments, i, consonant),
        }
    }

    fn target(&mut self, seconds: f64, formants: Formants) {
        for (track, hz) in self.formants.iter_mut().zip(formants) {
            track.put(seconds, hz);
        }
    }

    fn phase(&mut self, start: f64, end: f64, ramp: f64, levels: Levels) {
        self.voice.hold(start, end, ramp, levels.voice);
        self.muffling.hold(start, end, ramp, levels.muffling);
        self.breath.hold(start, end, ramp, levels.breath);
        self.friction.hold(start, end, ramp, levels.friction);
    }

    fn velum(&mut self, start: f64, end: f64, open: f64) {
        self.nasal.hold(start, end, 0.012, open);
    }

    /// The formants at both edges of an onset: still shaped by an open syllable before it, and
    /// already by its own vowel.
    fn onset_formants(&mut self, segments: &[Segment], i: usize, consonant: &Consonant) {
        let Segment { start, end, .. } = segments[i];
        let after = vowel_after(segments, i);
        let shaped = consonant.manner != Manner::Breath && consonant.manner != Manner::GlottalStop;
        if shaped {
            let before = vowel_before(segments, i).unwrap_or(after);
            self.target(start + 0.006, locus(consonant, before));
        }
        self.target(end - 0.004, locus(consonant, after));
    }

    fn onset(&mut self, consonant: &Consonant, noise: Noise, times: [f64; 3]) {
        let [start, release, end] = times;
        match consonant.manner {
            Manner::Stop => {
                self.phase(start, release, 0.003, SILENT);
                self.burst(noise, release, end, 0.75);
            }
            Manner::Aspirated => {
                self.phase(start, release, 0.003, SILENT);
                let burst = (release + 0.012).min(0.5 * (release + end));
                self.burst(noise, release, burst, 0.75);
                self.phase(burst, end, 0.006, Levels { breath: 0.17, friction: 0.06, ..SILENT });
            }
            Manner::Affricate => {
                self.phase(start, release, 0.003, SILENT);
                self.burst(noise, release, end, 0.72);
            }
            Manner::Implosive => {
                let middle = 0.45 * start + 0.55 * end;
                let murmur = Levels { voice: 0.40, muffling: 0.85, ..SILENT };
                self.phase(start, middle, 0.010, murmur);
                self.phase(middle, end - 0.006, 0.008, Levels { voice: 0.75, ..murmur });
                self.burst(noise, end - 0.006, end, 0.18);
            }
            Manner::Fricative => {
                self.rub(noise, start, end, Levels { friction: 0.66, ..SILENT });
            }
            Manner::VoicedFricative => {
                let levels = Levels { voice: 0.48, muffling: 0.40, breath: 0.02, friction: 0.27 };
                self.rub(noise, start, end, levels);
            }
            Manner::Breath => self.phase(start, end, 0.016, Levels { breath: 0.15, ..SILENT }),
            Manner::Nasal => self.murmur(consonant, start, end),
            Manner::Lateral => {
                self.phase(start, end, 0.010, Levels { voice: 0.62, muffling: 0.12, ..OPEN });
            }
            Manner::Glide => self.phase(start, end, 0.012, Levels { voice: 0.80, ..OPEN }),
            // In running speech the folds are pressed together but seldom quite shut.
            Manner::GlottalStop => {
                self.phase(start, end, 0.009, Levels { voice: 0.08, ..SILENT });
            }
        }
        if consonant.manner != Manner::Nasal {
            self.velum(start, end, 0.0);
        }
    }

    fn burst(&mut self, noise: Noise, start: f64, end: f64, friction: f64) {
        self.noises.push((start - 0.003, noise));
        self.phase(start, end, 0.002, Levels { friction, ..SILENT });
    }

    fn rub(&mut self, noise: Noise, start: f64, end: f64, levels: Levels) {
        self.noises.push((start - 0.012, noise));
        self.phase(start, end, 0.014, levels);
    }

    fn murmur(&mut self, consonant: &Consonant, start: f64, end: f64) {
        self.phase(start, end, 0.006, Levels { voice: 1.0, muffling: 0.22, ..OPEN });
        self.nasal.hold(start, end, 0.004, 1.0);
        self.antiformant.hold(start, end, 0.002, antiformant_hz(consonant.place));
    }

    fn nucleus(&mut self, segments: &[Segment], i: usize, first: &Vowel, second: &Vowel) {
        let Segment { start, end, .. } = segments[i];
        let length = end - start;
        let after_w = matches!(before(segments, i), Some(Sound::Glide));
        let arrive = if after_w { 0.075 } else { arrival_s(before(segments, i)) };
        let leave = departure_s(after(segments, i));
        // A short vowel has no room for both movements at full length.
        let squeeze = (0.92 * length / (arrive + leave)).min(1.0);
        self.target(start + arrive * squeeze, first.formants);
        if first != second {
            self.target(start + 0.45 * length, blend(first.formants, second.formants, 0.25));
        }
        self.target(end - leave * squeeze, second.formants);

        let checked =
            matches!(after(segments, i), Some(Sound::Coda(c)) if c.manner == Manner::Stop);
        let ramp = if checked { 0.006 } else { 0.008 };
        self.phase(start, end, ramp, OPEN);

        let nose = |sound: Option<&Sound>| matches!(sound, Some(Sound::Onset(c) | Sound::Coda(c)) if c.manner == Manner::Nasal);
        let opened = if nose(before(segments, i)) { 0.35 } else { 0.0 };
        let opening = if nose(after(segments, i)) { 0.45 } else { 0.0 };
        self.nasal.put(start + 0.006, opened);
        self.nasal.put(start + 0.35 * length, 0.0);
        self.nasal.put(end - 0.35 * length, 0.0);
        self.nasal.put(end - 0.006, opening);
    }

    fn coda(&mut self, segments: &[Segment], i: usize, consonant: &Consonant) {
        let Segment { start, end, .. } = segments[i];
        let vowel = vowel_before_in_rime(segments, i);
        if consonant.manner == Manner::Glide {
            self.target(start + 0.72 * (end - start), locus(consonant, vowel));
            self.target(end - 0.012, locus(consonant, vowel));
            self.phase(start, end, 0.010, Levels { voice: 0.92, ..OPEN });
            self.velum(start, end, 0.0);
            return;
        }
        let edge = locus(consonant, vowel);
        self.target(start, edge);
        self.target(end - 0.014, edge);
        match consonant.manner {
            Manner::Nasal => self.murmur(consonant, start, end),
            Manner::Lateral => {
                self.phase(start, end, 0.010, Levels { voice: 0.6, muffling: 0.1, ..OPEN });
                self.velum(start, end, 0.0);
            }
            Manner::Fricative | Manner::VoicedFricative => {
                let noise = tuned(consonant, vowel);
                self.rub(noise, start, end, Levels { friction: 0.3, ..SILENT });
                self.velum(start, end, 0.0);
            }
            // Unreleased: the voice is cut and nothing follows.
            _ => {
                self.phase(start, end, 0.004, SILENT);
                self.velum(start, end, 0.0);
            }
        }
    }

    /// Read all tracks at the frame rate and join them with the melody.
    fn sampled(&self, melody: &Melody, end_s: f64, rate: f64) -> Vec<Frame> {
        let step = FRAME_SAMPLES as f64 / rate;
        let count = (end_s / step).ceil() as usize;
        let read = |track: &Track, reach_s: f64| {
            smoothed(&track.frames(count, step), (reach_s / step) as usize)
        };
        let pitch = smoothed(&read(&melody.pitch, 0.016), (0.012 / step) as usize);
        let [creak, lax] = [&melody.creak, &melody.lax].map(|t| read(t, 0.006));
        let gain = read(&melody.gain, 0.004);
        let formants = [0, 1, 2].map(|i| read(&self.formants[i], 0.006));
        let [voice, muffling] = [&self.voice, &self.muffling].map(|t| read(t, 0.0));
        let [breath, friction] = [&self.breath, &self.friction].map(|t| read(t, 0.0));
        let [nasal, antiformant] = [&self.nasal, &self.antiformant].map(|t| read(t, 0.003));
        let mut noises = self.noises.iter().peekable();
        let mut noise = SILENCE;
        (0..count)
            .map(|i| {
                while let Some((_, next)) = noises.next_if(|(from, _)| *from <= i as f64 * step) {
                    noise = *next;
                }
                Frame {
                    f0: contour::REFERENCE_HZ * (pitch[i] / 12.0).exp2(),
                    rd: BASE_RD + lax[i],
                    creak: creak[i],
                    voice: voice[i] * gain[i] * evened(formants[0][i]),
                    muffling: muffling[i],
                    breath: breath[i] * (1.0 + 1.2 * lax[i].max(0.0)) * gain[i].max(0.3),
                    friction: friction[i],
                    noise,
                    formants: [formants[0][i], formants[1][i], formants[2][i]],
                    nasal: nasal[i],
                    antiformant_hz: antiformant[i],
                }
            })
            .collect()
    }
}

/// Rd of the modal voice: a little firmer than the 1.1 of conversation, as a newsreader projects.
const BASE_RD: f64 = 0.95;

/// The cascade makes a vowel louder the higher its first formant, by 11 dB from i to a; speakers
/// hold it to about 6 (Lehiste & Peterson 1959), so the source makes up for part of it.
fn evened(first_hz: f64) -> f64 {
    (700.0 / first_hz.max(200.0)).powf(0.45)
}

/// The noise of a consonant before this vowel; a velar's follows the second formant.
fn tuned(consonant: &Consonant, vowel: Formants) -> Noise {
    let mut noise = consonant.noise;
    let second = locus(consonant, vowel)[1];
    for band in noise.bands.iter_mut().filter(|band| band.hz == 0.0) {
        band.hz = second;
    }
    noise
}

fn blend(from: Formants, to: Formants, part: f64) -> Formants {
    [0, 1, 2].map(|i| from[i] + part * (to[i] - from[i]))
}

fn before(segments: &[Segment], i: usize) -> Option<&Sound> {
    i.checked_sub(1).map(|j| &segments[j].sound)
}

fn after(segments: &[Segment], i: usize) -> Option<&Sound> {
    segments.get(i + 1).map(|s| &s.sound)
}

/// The vowel-like target that an onset runs into.
fn vowel_after(segments: &[Segment], i: usize) -> Formants {
    let target = segments[i..].iter().find_map(|s| match &s.sound {
        Sound::Glide => Some(GLIDE_W),
        Sound::Nucleus(first, _) => Some(first.formants),
        _ => None,
    });
    target.unwrap_or(VOWEL_SCHWA.formants)
}

/// The vowel or glide directly before an onset: an open syllable runs into the next consonant.
fn vowel_before(segments: &[Segment], i: usize) -> Option<Formants> {
    match before(segments, i)? {
        Sound::Nucleus(_, second) => Some(second.formants),
        Sound::Coda(c) if c.manner == Manner::Glide => Some(locus(c, VOWEL_SCHWA.formants)),
        _ => None,
    }
}

fn vowel_before_in_rime(segments: &[Segment], i: usize) -> Formants {
    match before(segments, i) {
        Some(Sound::Nucleus(_, second)) => second.formants,
        _ => VOWEL_SCHWA.formants,
    }
}

/// How long the formants take from the edge of the onset to the vowel, seconds.
fn arrival_s(onset: Option<&Sound>) -> f64 {
    match onset {
        Some(Sound::Onset(c)) => match c.manner {
            Manner::Breath | Manner::GlottalStop => 0.012,
            Manner::Aspirated => 0.028,
            Manner::Glide | Manner::Lateral => 0.050,
            _ if c.place == Place::Palatal => 0.060,
            _ => 0.042,
        },
        _ => 0.040,
    }
}

/// How long before its end a vowel is left, seconds.
fn departure_s(next: Option<&Sound>) -> f64 {
    match next {
        Some(Sound::Coda(c)) => match (c.manner, c.place) {
            (Manner::Glide, _) => 0.012,
            (_, Place::Palatal | Place::LabialVelar) => 0.065,
            _ => 0.045,
        },
        Some(Sound::Onset(c)) if c.manner == Manner::GlottalStop => 0.010,
        Some(Sound::Onset(_)) => 0.036,
        _ => 0.015,
    }
}
