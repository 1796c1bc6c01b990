//! Which voices there are: `voices/<id>/voice.json` -> [`Voice`].

use serde::Deserialize;

use super::embedded;
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
}

/// Why a voice cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("there is no voice `{0}`; `baonoi voices list` names those there are")]
    Unknown(String),
    #[error("voice.json of `{voice}` is not valid: {reason}")]
    Invalid { voice: String, reason: String },
}

/// `voice.json` as written.
#[derive(Deserialize)]
struct Manifest {
    id: String,
    label: String,
    description: String,
    licence: String,
    attribution: String,
    sample_rate: u32,
}

const EMBEDDED: &str = include_str!("../../voices/vi-embedded/voice.json");

impl Voice {
    /// The voice that needs no file.
    pub fn embedded() -> Result<Self, VoiceError> {
        let voice = Self::read("vi-embedded", EMBEDDED, embedded::ENGINE_VERSION)?;
        if voice.rate != embedded::SAMPLE_RATE {
            let reason = format!("sample_rate is {}", voice.rate.0);
            return Err(VoiceError::Invalid { voice: voice.id.to_string(), reason });
        }
        Ok(voice)
    }

    /// All voices that can speak here.
    pub fn all() -> Result<Vec<Self>, VoiceError> {
        Ok(vec![Self::embedded()?])
    }

    pub fn named(id: &str) -> Result<Self, VoiceError> {
        let found = Self::all()?.into_iter().find(|voice| voice.id.as_ref() == id);
        found.ok_or_else(|| VoiceError::Unknown(id.to_owned()))
    }

    fn read(name: &str, json: &str, version: &str) -> Result<Self, VoiceError> {
        let invalid = |reason: String| VoiceError::Invalid { voice: name.to_owned(), reason };
        let given: Manifest = serde_json::from_str(json).map_err(|e| invalid(e.to_string()))?;
        Ok(Self {
            id: given.id.parse::<VoiceId>().map_err(|e| invalid(e.to_string()))?,
            label: given.label,
            description: given.description,
            licence: given.licence,
            attribution: given.attribution,
            rate: SampleRate(given.sample_rate),
            version: version.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_voice_is_there() {
        let voice = Voice::named("vi-embedded").unwrap();
        assert_eq!(voice.label, "Giọng nữ");
        assert!(Voice::named("robot").is_err());
    }
}
