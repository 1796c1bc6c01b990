//! Clips -> Narration, and the files that listeners get.
//!
//! ```text
//! clips -trim, fade-> voiced -even-> voiced -lay-> track and cues -level-> Narration -> MP3, WAV
//! ```
//!
//! Everything here is arithmetic on samples: no clock, no file, and no input that makes it fail,
//! save a sample rate that MP3 does not know.

mod assemble;
mod cues;
mod encode;
mod level;
mod peaks;
#[cfg(test)]
mod signals;
mod wav;

pub use assemble::Pauses;
pub use cues::webvtt;
pub use encode::{EncodeError, Tags, mp3};
pub use peaks::peaks;
pub use wav::wav;

use crate::domain::narration::{Clip, Narration};
use crate::domain::script::Pause;
use crate::domain::units::SampleRate;

/// Changes whenever the same clips would become other sound or another file; part of every content
/// key.
pub const VERSION: &str = "1";

/// The rate of a narration without clips: that of the project's own voices.
const RATE_DEFAULT: SampleRate = SampleRate(22_050);

/// Joins the clips of an article, each with the break that follows it, into one narration.
///
/// All clips share the rate of the first. Cue `i` tells where clip `i` is heard; a clip without
/// sound gives a cue of length zero. The result is at -16 LUFS with true peaks of at most
/// -1 dBTP, or as near to that loudness as the peaks allow.
pub fn narration(clips: &[(Clip, Pause)], pace: &Pauses) -> Narration {
    let rate = clips.first().map_or(RATE_DEFAULT, |(clip, _)| clip.rate);
    let mut voiced: Vec<_> = clips.iter().map(|(clip, _)| assemble::voiced(clip)).collect();
    level::even(&mut voiced, rate);
    let silences: Vec<_> =
        clips.iter().map(|(_, pause)| pace.after(*pause).samples(rate)).collect();
    let (track, cues) = assemble::lay(&voiced, &silences, rate);
    Narration { rate, samples: level::level(track, rate), cues }
}

#[cfg(test)]
mod tests;
