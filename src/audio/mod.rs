//! Clips -> Narration: laid down in order with pauses, at even loudness, encoded, with cues.
//!
//! The steps, for each clip as it comes: at the rate of the track (`resample`), trimmed to its sound
//! (`trim`), at the loudness of all others (`level`); that depends on the clip alone and need not be
//! done twice. Then laid down after the silence that is due (`assemble`), and encoded (`encode`).
//! Nothing is kept of the track but its cues and the waveform.

mod assemble;
mod cues;
mod encode;
mod level;
mod mp3;
mod opus;
mod pauses;
mod peaks;
mod resample;
#[cfg(test)]
mod signals;
mod tags;
mod trim;
mod wav;

pub use assemble::{Assembly, sound, track_rate};
pub use cues::webvtt;
pub use encode::{Bitrates, Encoder, Format};
pub use pauses::{Arrangement, Pauses};
pub use tags::{Cover, CoverKind, NoCover, Tags};
pub use wav::{NoJingle, jingle};

/// Changes whenever the same clips would become other sound or another file; part of every content
/// key.
pub const VERSION: &str = "2";

#[cfg(test)]
mod tests;
