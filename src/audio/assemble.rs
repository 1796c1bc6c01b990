//! Clips in reading order, laid down one after the other with pauses between them.
//!
//! The track is made as it grows and nothing of it is kept, so an article of three hours takes no
//! more memory than one of a minute, and the first sentence can be heard while the last is spoken.

use super::peaks::Peaks;
use super::{Arrangement, Pauses, level, mp3, resample, trim};
use crate::domain::narration::{Clip, Cue, Narration};
use crate::domain::script::Pause;
use crate::domain::units::{Millis, SampleRate, Samples};

/// Silence before the first sound: wireless headphones swallow the first instant of a sound, and the
/// MP3 encoder takes its own delay out of it.
const HEAD: Millis = Millis(100);

/// Silence after the last sound, so that players do not cut its end.
const TAIL: Millis = Millis(400);

/// Silence between an intro or outro and the reading.
const JINGLE_GAP: Millis = Millis(500);

/// The rates that a track may have: those of MPEG-2 and 2.5 Layer III, which have all that a voice
/// needs and whose frames are made one by one.
const RATES: [u32; 6] = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000];

/// The rate of the track in which a voice of that rate is heard: its own where MP3 has it, else the
/// next above, or 24,000 Hz, which keeps all that speech has.
pub fn track_rate(voice: SampleRate) -> SampleRate {
    let above = RATES.into_iter().find(|&rate| rate >= voice.0);
    SampleRate(above.unwrap_or(RATES[RATES.len() - 1]))
}

/// A track that is being laid down.
#[derive(Debug)]
pub struct Assembly {
    rate: SampleRate,
    pauses: Pauses,
    /// What comes after the last word.
    outro: Vec<f32>,
    length: Samples,
    /// The silence that comes before the next sound, whatever it is.
    silence: Samples,
    /// Whether an utterance was heard.
    has_spoken: bool,
    cues: Vec<Cue>,
    peaks: Peaks,
}

impl Assembly {
    /// Begins a track at a rate that [`track_rate`] gave, and gives its first samples: silence, and
    /// the intro if there is one.
    pub fn begin(rate: SampleRate, arrangement: &Arrangement) -> (Self, Vec<f32>) {
        let jingle = |clip: &Option<_>| {
            clip.as_deref().map_or_else(Vec::new, |clip: &Clip| sound(clip.clone(), rate).samples)
        };
        let intro = jingle(&arrangement.intro);
        let mut assembly = Self {
            rate,
            pauses: arrangement.pauses,
            outro: jingle(&arrangement.outro),
            length: Samples(0),
            silence: if intro.is_empty() { Samples(0) } else { JINGLE_GAP.samples(rate) },
            has_spoken: false,
            cues: Vec::new(),
            peaks: Peaks::new(rate),
        };
        let mut track = silence(HEAD.samples(rate));
        track.extend(intro);
        assembly.grow(&track);
        (assembly, track)
    }

    /// Lays the next clip down, as [`sound`] gave it, and gives the samples that it adds to the track: the
    /// silence that was due, then the clip.
    ///
    /// A clip without sound takes no time and gives a cue of length zero, but its break counts: the
    /// silence between two sounds is the longest of those that lie between them.
    pub fn add(&mut self, sound: &Clip, pause: Pause) -> Vec<f32> {
        let sound = &sound.samples;
        let after = self.pauses.after(pause).samples(self.rate);
        let utterance = self.cues.len();
        if sound.is_empty() {
            if self.has_spoken {
                self.silence = self.silence.max(after);
            }
            self.cues.push(Cue { utterance, start: self.length, end: self.length });
            return Vec::new();
        }
        let start = self.length + self.silence;
        let end = start + Samples(sound.len() as u64);
        let mut track = silence(self.silence);
        track.extend_from_slice(sound);
        self.grow(&track);
        self.cues.push(Cue { utterance, start, end });
        self.silence = after;
        self.has_spoken = true;
        track
    }

    /// Ends the track and gives its last samples: the outro if there is one, and silence.
    pub fn end(mut self) -> (Narration, Vec<f32>) {
        let mut track = Vec::new();
        if !self.outro.is_empty() {
            track = silence(self.silence.max(JINGLE_GAP.samples(self.rate)));
            track.append(&mut self.outro);
        }
        track.extend(silence(TAIL.samples(self.rate)));
        let length = self.length + Samples(track.len() as u64);
        track.extend(silence(mp3::whole(length) - length));
        self.grow(&track);
        let Self { rate, length, cues, peaks, .. } = self;
        (Narration { rate, length, cues, peaks: peaks.finish() }, track)
    }

    fn grow(&mut self, samples: &[f32]) {
        self.length += Samples(samples.len() as u64);
        self.peaks.add(samples);
    }
}

/// A clip as it is heard in a track of that rate: trimmed to its sound, with faded ends, at the loudness of
/// all others. One in which nothing is heard is empty.
pub fn sound(clip: Clip, rate: SampleRate) -> Clip {
    let clip = resample::clip(clip, rate);
    Clip { rate, samples: level::level(trim::voiced(clip), rate) }
}

fn silence(length: Samples) -> Vec<f32> {
    vec![0.0; length.0 as usize]
}
