//! A track as files, in every format in which listeners get it.

use std::io::{self, Seek, Write};

use super::Tags;
use super::mp3::Mp3;
use super::opus::Opus;
use super::wav::Wav;
use crate::domain::units::SampleRate;

/// A format of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Plays everywhere.
    Mp3,
    /// A third of the bytes.
    Opus,
    /// What it is, uncompressed.
    Wav,
}

/// How many thousand bits a second takes in the compressed formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bitrates {
    /// Constant; one that MPEG-2 Layer III has.
    pub mp3_kbps: u32,
    /// On average; 6 to 128.
    pub opus_kbps: u32,
}

impl Default for Bitrates {
    fn default() -> Self {
        Self { mp3_kbps: 64, opus_kbps: 24 }
    }
}

/// A file of a format that grows with the track. A file that is not brought to its end is none.
#[derive(Debug)]
pub struct Encoder<W: Write + Seek>(Inner<W>);

#[derive(Debug)]
enum Inner<W: Write + Seek> {
    Mp3(Box<Mp3<W>>),
    Opus(Box<Opus<W>>),
    Wav(Box<Wav<W>>),
}

impl<W: Write + Seek> Encoder<W> {
    /// Begins a file. The rate is one that [`track_rate`](super::track_rate) gave.
    pub fn begin(
        format: Format,
        out: W,
        rate: SampleRate,
        bitrates: Bitrates,
        tags: &Tags,
    ) -> io::Result<Self> {
        let Bitrates { mp3_kbps, opus_kbps } = bitrates;
        Ok(Self(match format {
            Format::Mp3 => Inner::Mp3(Box::new(Mp3::begin(out, rate, mp3_kbps, tags)?)),
            Format::Opus => Inner::Opus(Box::new(Opus::begin(out, rate, opus_kbps, tags)?)),
            Format::Wav => Inner::Wav(Box::new(Wav::begin(out, rate, tags)?)),
        }))
    }

    /// Adds the next samples of the track, mono, -1 to 1.
    pub fn add(&mut self, samples: &[f32]) -> io::Result<()> {
        match &mut self.0 {
            Inner::Mp3(file) => file.add(samples),
            Inner::Opus(file) => file.add(samples),
            Inner::Wav(file) => file.add(samples),
        }
    }

    /// Ends the file and gives back what it was written to.
    pub fn end(self) -> io::Result<W> {
        match self.0 {
            Inner::Mp3(file) => file.end(),
            Inner::Opus(file) => file.end(),
            Inner::Wav(file) => file.end(),
        }
    }
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Mp3, Self::Opus, Self::Wav];

    /// The ending of a file's name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
            Self::Wav => "wav",
        }
    }

    pub fn from_ending(ending: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }
}
