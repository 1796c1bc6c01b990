//! A voice that is ready to speak.

use std::path::PathBuf;

use super::embedded;
use super::manifest::Manifest;
use crate::domain::ids::VoiceId;
use crate::domain::units::SampleRate;

/// A voice that is ready to speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub id: VoiceId,
    /// The name readers see: "Giọng nữ".
    pub label: String,
    /// What it is, in English, for operators.
    pub description: String,
    pub licence: String,
    pub attribution: String,
    pub rate: SampleRate,
    /// Changes whenever the same phonemes would sound different; part of every content key.
    pub version: String,
    pub kind: VoiceKind,
}

/// What makes the sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VoiceKind {
    /// Formant synthesis, compiled in.
    Embedded,
    /// A VITS model as Piper trains it.
    Piper {
        model: PathBuf,
        config: PathBuf,
        /// Which of the model's several speakers.
        speaker: Option<i64>,
    },
}

const EMBEDDED: &str = include_str!("../../voices/vi-embedded/voice.json");

impl Voice {
    /// The voice that needs no file.
    pub fn embedded() -> Self {
        let (rate, version) = (embedded::SAMPLE_RATE, embedded::ENGINE_VERSION);
        Self::of(&Self::embedded_manifest(), rate, version, VoiceKind::Embedded)
    }

    pub(super) fn embedded_manifest() -> Manifest {
        // The file is compiled in, and a test reads it.
        Manifest::parse(EMBEDDED).expect("the embedded voice.json is valid")
    }

    pub(super) fn of(
        manifest: &Manifest,
        rate: SampleRate,
        version: &str,
        kind: VoiceKind,
    ) -> Self {
        Self {
            id: manifest.id.clone(),
            label: manifest.label.clone(),
            description: manifest.description.clone(),
            licence: manifest.licence.clone(),
            attribution: manifest.attribution.clone(),
            rate,
            version: version.to_owned(),
            kind,
        }
    }

    pub fn is_embedded(&self) -> bool {
        self.kind == VoiceKind::Embedded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_voice_is_there() {
        let voice = Voice::embedded();
        assert_eq!((voice.id.as_ref(), voice.label.as_str()), ("vi-embedded", "Giọng nữ"));
        assert_eq!(Voice::embedded_manifest().rate, Some(voice.rate));
    }
}
