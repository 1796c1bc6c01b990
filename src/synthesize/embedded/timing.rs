//! Syllables and pauses -> sounds with times.
//!
//! Durations are those of read northern Vietnamese: a syllable takes about a quarter of a second,
//! a short vowel leaves its time to the coda, and a phrase slows down at its end.

use super::inventory::{Consonant, Manner, VOWEL_SCHWA, Vowel};
use super::notation::{Break, Piece, Syllable, Tone};

/// What sounds during a segment.
#[derive(Clone, Debug, PartialEq)]
pub enum Sound {
    Silence,
    Onset(Consonant),
    /// The medial `w`.
    Glide,
    /// From the first vowel to the second; the same one twice when it is no diphthong.
    Nucleus(Vowel, Vowel),
    Coda(Consonant),
}

/// A sound and when it is heard, seconds from the start of the clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    pub sound: Sound,
    pub start: f64,
    /// When the closure of a stop opens; the start of everything that has none.
    pub release: f64,
    pub end: f64,
}

/// Where a syllable carries its tone, seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Rime {
    pub tone: Tone,
    /// Closed by p, t, c: the tone is cut short and sharpened.
    pub checked: bool,
    pub weak: bool,
    /// Start of the medial glide or the nucleus.
    pub start: f64,
    /// End of the voice: of the nucleus before a stop, else of the coda.
    pub end: f64,
    /// Counts the stretches between pauses.
    pub phrase: usize,
    /// What follows the phrase if this is its last syllable.
    pub closes: Option<Break>,
}

/// The whole clip, laid out in time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    pub segments: Vec<Segment>,
    pub rimes: Vec<Rime>,
    /// Seconds.
    pub end: f64,
}

/// Scales every duration below so that running text comes out at 4.4 syllables a second.
const PACE: f64 = 0.77;
/// Slower or faster than this is not speech any more.
const LENGTH_SCALE: std::ops::RangeInclusive<f32> = 0.25..=4.0;

/// Silence before the first and behind the last sound, which lets filters ring out.
const LEAD_S: f64 = 0.012;
const TAIL_S: f64 = 0.025;
/// The longest closure of a stop that starts an utterance: nobody hears more of it.
const FIRST_CLOSURE_S: f64 = 0.015;

/// Lay out the pieces; `length_scale` 1 is the newsreader's pace, larger is slower.
pub fn timeline(pieces: &[Piece], length_scale: f32) -> Timeline {
    let scale = if length_scale.is_finite() { length_scale } else { 1.0 };
    let scale = f64::from(scale.clamp(*LENGTH_SCALE.start(), *LENGTH_SCALE.end()));
    let mut builder = Builder { scale, line: Timeline::default(), phrase: 0 };
    // Breaks behind the last syllable belong to whoever joins the clips.
    let said = pieces.iter().rposition(|p| matches!(p, Piece::Syllable(_))).map_or(0, |i| i + 1);
    if said > 0 {
        builder.silence(LEAD_S);
        for (i, piece) in pieces[..said].iter().enumerate() {
            match piece {
                Piece::Syllable(syllable) => builder.syllable(syllable, closing(&pieces[i + 1..])),
                Piece::Break(mark) => builder.pause(*mark),
            }
        }
        builder.silence(TAIL_S);
    }
    builder.line
}

/// The break a syllable stands before, if the rest starts with one or is empty.
fn closing(rest: &[Piece]) -> Option<Break> {
    match rest.first() {
        None => Some(Break::Stop),
        Some(Piece::Break(mark)) => Some(*mark),
        Some(Piece::Syllable(_)) => None,
    }
}

struct Builder {
    scale: f64,
    line: Timeline,
    phrase: usize,
}

impl Builder {
    fn segment(&mut self, sound: Sound, seconds: f64) {
        self.closed_segment(sound, 0.0, seconds);
    }

    /// A sound behind a closure.
    fn closed_segment(&mut self, sound: Sound, closure: f64, seconds: f64) {
        let start = self.line.end;
        let (release, end) = (start + closure, start + closure + seconds);
        self.line.segments.push(Segment { sound, start, release, end });
        self.line.end = end;
    }

    fn silence(&mut self, seconds: f64) {
        self.segment(Sound::Silence, seconds);
    }

    fn is_silent(&self) -> bool {
        matches!(self.line.segments.last(), Some(Segment { sound: Sound::Silence, .. }))
    }

    /// A pause, unless the voice already rests or has not begun.
    fn pause(&mut self, mark: Break) {
        if !self.is_silent() {
            let seconds = match mark {
                Break::Comma => 0.200,
                Break::Colon => 0.260,
                Break::Stop | Break::Question => 0.350,
            };
            self.silence(seconds * self.scale);
            self.phrase += 1;
        }
    }

    fn syllable(&mut self, syllable: &Syllable, closes: Option<Break>) {
        let scale = self.scale * PACE * if syllable.weak { 0.80 } else { 1.0 };
        let slowing = match closes {
            None => 1.0,
            Some(Break::Comma | Break::Colon) => 1.28,
            Some(Break::Stop | Break::Question) => 1.38,
        };
        let after_silence = self.is_silent();
        // The consonants of a foreign cluster overlap.
        let share = 1.0 / (0.4 + 0.6 * syllable.onset.len() as f64);
        for (i, consonant) in syllable.onset.iter().enumerate() {
            let scale = scale * share;
            let mut closure = closure_s(consonant) * scale;
            if after_silence && i == 0 {
                closure = closure.min(FIRST_CLOSURE_S);
            }
            self.closed_segment(Sound::Onset(*consonant), closure, release_s(consonant) * scale);
        }
        let start = self.line.end;
        if syllable.glide {
            self.segment(Sound::Glide, 0.055 * scale);
        }
        let (nucleus, coda) = rime_s(syllable);
        let first = syllable.nucleus.first().copied().unwrap_or(VOWEL_SCHWA);
        let second = syllable.nucleus.last().copied().unwrap_or(first);
        self.segment(Sound::Nucleus(first, second), nucleus * scale * slowing);
        let checked = is_checked(syllable);
        let mut end = self.line.end;
        if let Some(consonant) = syllable.coda {
            // A closure is not heard growing, so only what sounds is drawn out.
            let slowing = if checked { 1.0 } else { slowing };
            self.segment(Sound::Coda(consonant), coda * scale * slowing);
            end = if checked { end } else { self.line.end };
        }
        let (tone, weak, phrase) = (syllable.tone, syllable.weak, self.phrase);
        self.line.rimes.push(Rime { tone, checked, weak, start, end, phrase, closes });
    }
}

fn is_checked(syllable: &Syllable) -> bool {
    syllable.coda.is_some_and(|c| {
        !matches!(
            c.manner,
            Manner::Nasal | Manner::Lateral | Manner::Glide | Manner::VoicedFricative
        )
    })
}

/// How long the mouth stays shut at the start of an onset.
fn closure_s(consonant: &Consonant) -> f64 {
    match consonant.manner {
        Manner::Stop => 0.070,
        Manner::Aspirated => 0.060,
        Manner::Affricate => 0.058,
        _ => 0.0,
    }
}

/// The rest of an onset: what is heard from the release, if any, until the vowel.
fn release_s(consonant: &Consonant) -> f64 {
    match consonant.manner {
        Manner::Stop => 0.014,
        Manner::Aspirated => 0.062,
        Manner::Affricate => 0.064,
        Manner::Implosive => 0.078,
        Manner::Fricative => 0.098,
        Manner::VoicedFricative => 0.072,
        Manner::Breath => 0.066,
        Manner::Nasal => 0.070,
        Manner::Lateral => 0.064,
        Manner::Glide => 0.060,
        Manner::GlottalStop => 0.034,
    }
}

/// The nucleus and the coda, seconds.
fn rime_s(syllable: &Syllable) -> (f64, f64) {
    let short = syllable.nucleus.first().is_some_and(|v| v.short);
    let diphthong = syllable.nucleus.len() > 1;
    let (nucleus, coda) = match syllable.coda.map(|c| c.manner) {
        None if diphthong => (0.205, 0.0),
        None => (0.190, 0.0),
        Some(Manner::Glide) if short => (0.085, 0.110),
        Some(Manner::Glide) if diphthong => (0.140, 0.080),
        Some(Manner::Glide) => (0.120, 0.085),
        Some(Manner::Nasal) if short => (0.090, 0.095),
        Some(Manner::Nasal) if diphthong => (0.140, 0.070),
        Some(Manner::Nasal) => (0.125, 0.075),
        Some(_) if short => (0.085, 0.070),
        Some(_) if diphthong => (0.128, 0.062),
        Some(_) => (0.112, 0.066),
    };
    let toned = match syllable.tone {
        Tone::Heavy if syllable.coda.is_none() => 0.88,
        Tone::Dipping | Tone::Broken => 1.06,
        _ => 1.0,
    };
    (nucleus * toned, coda)
}
