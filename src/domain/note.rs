//! Doubt as data: something that an editor should look at.

use super::article::{ByteSpan, Part};

/// A stage did its best and is not sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    /// What is in doubt, in English, for the command line and for logs.
    pub message: String,
    /// Where in the article, when it is about a place.
    pub place: Option<(Part, ByteSpan)>,
}

/// What kind of doubt it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// Which layer of the extraction decided.
    Extraction,
    /// What was taken from the page may not be the article.
    UncertainText,
    UnknownAcronym,
    ForeignWord,
    /// A number or sign that could be read in more than one way.
    Ambiguous,
    /// No rule knows the sign; it was left out.
    UnknownSymbol,
    LongSentence,
    /// The phonemizer had to guess the sound.
    UnknownSyllable,
    /// The voice lacks a sound.
    UnknownPhoneme,
    /// The utterance's sound is far shorter or longer than its syllables let expect.
    OddLength,
    /// The voice failed, so the embedded voice read the sentence.
    StandIn,
    /// No voice could read the sentence; it is not heard.
    LeftOut,
    /// The voice that was chosen for the article cannot speak, so another one reads it.
    OtherVoice,
}

impl Note {
    /// A doubt about the whole text.
    pub fn general(kind: NoteKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None }
    }

    /// A doubt about one place.
    pub fn at(kind: NoteKind, part: Part, span: ByteSpan, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: Some((part, span)) }
    }
}

impl NoteKind {
    pub const ALL: [Self; 13] = [
        Self::Extraction,
        Self::UncertainText,
        Self::UnknownAcronym,
        Self::ForeignWord,
        Self::Ambiguous,
        Self::UnknownSymbol,
        Self::LongSentence,
        Self::UnknownSyllable,
        Self::UnknownPhoneme,
        Self::OddLength,
        Self::StandIn,
        Self::LeftOut,
        Self::OtherVoice,
    ];

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extraction => "extraction",
            Self::UncertainText => "uncertain_text",
            Self::UnknownAcronym => "unknown_acronym",
            Self::ForeignWord => "foreign_word",
            Self::Ambiguous => "ambiguous",
            Self::UnknownSymbol => "unknown_symbol",
            Self::LongSentence => "long_sentence",
            Self::UnknownSyllable => "unknown_syllable",
            Self::UnknownPhoneme => "unknown_phoneme",
            Self::OddLength => "odd_length",
            Self::StandIn => "stand_in",
            Self::LeftOut => "left_out",
            Self::OtherVoice => "other_voice",
        }
    }
}
