//! One sentence for an editor who wants to hear it at once, before anything is saved.

use std::io::Cursor;

use super::{Direction, NarrateError, Narrator};
use crate::audio::{Encoder, Format, Tags};
use crate::domain::article::{Article, Part};
use crate::domain::units::Millis;
use crate::normalize::{self, Lexicon};

/// Wireless headphones swallow the first instant of a sound.
const HEAD: Millis = Millis(100);

/// Which utterance of a script is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub part: Part,
    /// Where it begins in the text of its part, in bytes.
    pub start: usize,
    /// Of those that begin there, which: words that are only spoken have no width.
    pub nth: usize,
}

/// A text in words, as the newsreader would say it: what an editor typed as it would be printed.
pub fn in_words(typed: &str) -> String {
    let (utterances, _) = normalize::utterances(Part::Block(0), typed, &Lexicon::default());
    utterances.iter().map(|it| it.spoken.as_str()).collect::<Vec<_>>().join(" ")
}

impl Narrator {
    /// How an utterance of an article sounds under a direction: a whole WAV file. Takes as long as the voice takes,
    /// or nothing when it was spoken before.
    pub fn hear(
        &self,
        article: &Article,
        direction: &Direction,
        place: Place,
    ) -> Result<Vec<u8>, NarrateError> {
        let prepared = self.prepare(article, direction)?;
        let found = prepared.script.utterances.iter().enumerate();
        let mut found =
            found.filter(|(_, it)| it.part == place.part && it.span.start == place.start);
        let (index, _) = found.nth(place.nth).ok_or(NarrateError::Silent)?;
        let clip = self.clip(&prepared, index)?;
        if clip.samples.is_empty() {
            return Err(NarrateError::Silent);
        }
        let (bitrates, tags) = (self.sound.bitrates, Tags::default());
        let file = Cursor::new(Vec::new());
        let mut wav = Encoder::begin(Format::Wav, file, clip.rate, bitrates, &tags)?;
        let head = HEAD.samples(clip.rate).0 as usize;
        wav.add(&vec![0.0; head])?;
        wav.add(&clip.samples)?;
        Ok(wav.end()?.into_inner())
    }
}
