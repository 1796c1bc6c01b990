//! `voice.json` and the config of a Piper model -> [`Manifest`]: what a voice is, before its files are
//! there.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::ids::VoiceId;
use crate::domain::units::SampleRate;

/// Largest `voice.json` and largest config of a model that is read, in bytes: they have 1 and 5 kB.
pub const TEXT_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Largest file of a voice, in bytes. The largest Piper models have 130 MB.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

/// Rates at which a voice may speak, in Hz: telephone to studio.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=96_000;

/// What makes the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Compiled in: no file.
    Embedded,
    /// A VITS model as Piper trains it: `*.onnx` and `*.onnx.json`.
    Piper,
}

/// What a voice is, and which files it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    pub id: VoiceId,
    pub kind: Kind,
    /// The name readers see: "Giọng nữ".
    pub label: String,
    /// What it is, in English, for operators.
    pub description: String,
    /// As in `vi-VN`.
    pub language: String,
    pub gender: String,
    pub region: String,
    /// None: as the config of the model says.
    pub rate: Option<SampleRate>,
    pub licence: String,
    pub attribution: String,
    /// What must be in the voice's folder. Empty for a voice without files, and for a model that was
    /// put there by hand and that nobody described.
    pub files: Vec<VoiceFile>,
    /// Which of a model's several speakers.
    pub speaker: Option<i64>,
}

/// A file of a voice, as published.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VoiceFile {
    /// Its name in the voice's folder.
    pub name: String,
    pub bytes: u64,
    /// 64 hexadecimal digits in small letters.
    pub sha256: String,
    /// Where it is published.
    pub url: Option<String>,
}

/// `voice.json` as written. What is left out is filled in, so that a newsroom need not say more of
/// its own voice than it knows.
#[derive(Deserialize)]
struct Written {
    id: String,
    kind: Kind,
    label: Option<String>,
    #[serde(default)]
    description: String,
    language: Option<String>,
    #[serde(default)]
    gender: String,
    #[serde(default)]
    region: String,
    sample_rate: Option<u32>,
    #[serde(alias = "license")]
    licence: Option<String>,
    #[serde(default)]
    attribution: String,
    #[serde(default)]
    files: Vec<VoiceFile>,
    #[serde(default)]
    defaults: Defaults,
}

#[derive(Default, Deserialize)]
struct Defaults {
    speaker: Option<i64>,
}

/// What the config of a Piper model (`*.onnx.json`) says about the voice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PiperFacts {
    pub rate: SampleRate,
    /// As in `vi-VN`; empty when it is not said.
    pub language: String,
    pub speakers: i64,
    /// The names of the speakers, by number.
    pub speaker_names: BTreeMap<i64, String>,
}

#[derive(Deserialize)]
struct PiperConfig {
    audio: PiperAudio,
    language: Option<PiperLanguage>,
    num_speakers: Option<i64>,
    #[serde(default)]
    speaker_id_map: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
struct PiperAudio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct PiperLanguage {
    code: Option<String>,
}

impl Manifest {
    /// Reads and checks a `voice.json`; the error says what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, String> {
        let written: Written = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let id: VoiceId =
            written.id.parse().map_err(|e| format!("`id` is {:?}: {e}", written.id))?;
        let rate = written.sample_rate.map(checked_rate).transpose()?;
        let manifest = Self {
            label: written.label.unwrap_or_else(|| plain_label(&id)),
            id,
            kind: written.kind,
            description: written.description,
            language: written.language.unwrap_or_default(),
            gender: written.gender,
            region: written.region,
            rate,
            licence: written.licence.unwrap_or_else(|| "unknown".to_owned()),
            attribution: written.attribution,
            files: written.files,
            speaker: written.defaults.speaker,
        };
        manifest.check_files()?;
        Ok(manifest)
    }

    /// What is known of a model that lies in a folder of this name and that nobody described.
    pub fn undescribed(id: VoiceId) -> Self {
        Self {
            label: plain_label(&id),
            id,
            kind: Kind::Piper,
            description: "A Piper voice that was put into the folder by hand.".to_owned(),
            language: String::new(),
            gender: String::new(),
            region: String::new(),
            rate: None,
            licence: "unknown".to_owned(),
            attribution: String::new(),
            files: Vec::new(),
            speaker: None,
        }
    }

    /// What all files have together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The model and its config, by their names.
    pub fn model_and_config(&self) -> Option<(&VoiceFile, &VoiceFile)> {
        let config = self.files.iter().find(|file| is_config(&file.name))?;
        let model = self.files.iter().find(|file| is_model(&file.name))?;
        Some((model, config))
    }

    fn check_files(&self) -> Result<(), String> {
        for (index, file) in self.files.iter().enumerate() {
            file.check()?;
            let same = |other: &VoiceFile| other.name.eq_ignore_ascii_case(&file.name);
            if self.files[..index].iter().any(same) {
                return Err(format!("two files have the name {:?}", file.name));
            }
        }
        let count = |fits: fn(&str) -> bool| self.files.iter().filter(|f| fits(&f.name)).count();
        let one_each = count(is_model) == 1 && count(is_config) == 1;
        if self.kind == Kind::Piper && !self.files.is_empty() && !one_each {
            return Err("`files` of a Piper voice must name one *.onnx and one *.onnx.json".into());
        }
        Ok(())
    }
}

impl VoiceFile {
    fn check(&self) -> Result<(), String> {
        let Self { name, bytes, sha256, url } = self;
        // The name is joined to a folder and written to: it may not lead anywhere else, and not to
        // the files that the program keeps beside.
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+');
        let fits = !name.is_empty() && name.len() <= 128 && name.chars().all(plain);
        let ours = ["voice.json", VERIFIED].iter().any(|n| name.eq_ignore_ascii_case(n))
            || name.to_ascii_lowercase().contains(".part");
        if !fits || name.starts_with('.') || ours {
            return Err(format!("{name:?} cannot be the name of a file of a voice"));
        }
        if !(1..=FILE_BYTES_MAX).contains(bytes) {
            return Err(format!("{name} cannot have {bytes} bytes"));
        }
        let digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if sha256.len() != 64 || !sha256.chars().all(digit) {
            return Err(format!("`sha256` of {name} must be 64 hexadecimal digits, small letters"));
        }
        let web = |url: &String| url.starts_with("https://") || url.starts_with("http://");
        if !url.as_ref().is_none_or(web) {
            return Err(format!("`url` of {name} must begin with https:// or http://"));
        }
        Ok(())
    }
}

/// The file beside a voice's files in which their checksums are remembered.
pub const VERIFIED: &str = "verified.json";

pub fn is_config(name: &str) -> bool {
    name.ends_with(".onnx.json")
}

pub fn is_model(name: &str) -> bool {
    name.ends_with(".onnx")
}

fn plain_label(id: &VoiceId) -> String {
    format!("Giọng {id}")
}

fn checked_rate(rate: u32) -> Result<SampleRate, String> {
    if RATES.contains(&rate) {
        return Ok(SampleRate(rate));
    }
    Err(format!("a voice cannot have a sample rate of {rate} Hz"))
}

impl PiperFacts {
    /// Reads the config of a model; the error says what is wrong with it.
    pub fn parse(json: &str) -> Result<Self, String> {
        let config: PiperConfig = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let code = config.language.and_then(|language| language.code).unwrap_or_default();
        let names = config.speaker_id_map.into_iter();
        Ok(Self {
            rate: checked_rate(config.audio.sample_rate)?,
            language: code.replace('_', "-"),
            speakers: config.num_speakers.unwrap_or(1),
            speaker_names: names.map(|(name, number)| (number, name)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl Fn(&mut serde_json::Value)) -> Result<Manifest, String> {
        let mut voice = serde_json::json!({
            "id": "lan",
            "kind": "piper",
            "files": [
                {"name": "lan.onnx", "bytes": 9, "sha256": "0".repeat(64)},
                {"name": "lan.onnx.json", "bytes": 9, "sha256": "1".repeat(64)},
            ],
        });
        change(&mut voice);
        Manifest::parse(&voice.to_string())
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let voice = with(|_| ()).unwrap();
        assert_eq!((voice.label.as_str(), voice.licence.as_str()), ("Giọng lan", "unknown"));
        let (model, config) = voice.model_and_config().unwrap();
        assert_eq!((model.name.as_str(), config.name.as_str()), ("lan.onnx", "lan.onnx.json"));
        assert_eq!(voice.bytes(), 18);
        assert_eq!(with(|v| v["defaults"]["speaker"] = 3.into()).unwrap().speaker, Some(3));
    }

    #[test]
    fn a_name_may_not_be_a_path() {
        for bad in [
            "../lan.onnx",
            "/etc/lan.onnx",
            "a/lan.onnx",
            "a\\lan.onnx",
            "C:lan.onnx",
            ".lan.onnx",
            "",
            "lan\0.onnx",
            "lan.part.onnx",
            "voice.json",
            "Verified.json",
            "giọng.onnx",
        ] {
            assert!(with(|v| v["files"][0]["name"] = bad.into()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let refused = |change: fn(&mut serde_json::Value)| with(change).unwrap_err();
        assert!(refused(|v| v["id"] = "../x".into()).contains("`id`"));
        assert!(refused(|v| v["kind"] = "tape".into()).contains("tape"));
        assert!(refused(|v| v["files"][0]["bytes"] = 0.into()).contains("0 bytes"));
        assert!(refused(|v| v["files"][0]["sha256"] = "AB".into()).contains("sha256"));
        assert!(refused(|v| v["files"][0]["url"] = "file:///etc".into()).contains("https://"));
        assert!(refused(|v| v["files"][1]["name"] = "lan.txt".into()).contains("*.onnx.json"));
        assert!(refused(|v| v["files"][1]["name"] = "LAN.onnx".into()).contains("name"));
        assert!(refused(|v| v["sample_rate"] = 1.into()).contains("1 Hz"));
    }

    #[test]
    fn a_config_says_rate_language_and_speakers() {
        let facts = PiperFacts::parse(
            r#"{"audio": {"sample_rate": 16000}, "language": {"code": "vi_VN"},
                "num_speakers": 2, "speaker_id_map": {"lan": 0, "mai": 1}}"#,
        )
        .unwrap();
        assert_eq!((facts.rate, facts.language.as_str()), (SampleRate(16_000), "vi-VN"));
        assert_eq!((facts.speakers, facts.speaker_names[&1].as_str()), (2, "mai"));
        assert!(PiperFacts::parse("{}").unwrap_err().contains("audio"));
        assert!(PiperFacts::parse(r#"{"audio": {"sample_rate": 0}}"#).is_err());
    }
}
