//! A voice's `.onnx.json`, as Piper writes it: which phoneme has which ids, and the voice's own pace.

use std::collections::HashMap;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

use super::PiperError;
use crate::domain::narration::Phonemes;
use crate::domain::units::SampleRate;

/// What a Piper voice says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct PiperConfig {
    pub rate: SampleRate,
    /// How many speakers the model has; 1 when it knows no others.
    pub speakers: i64,
    /// How much the sound varies.
    pub noise_scale: f32,
    /// How much the durations vary.
    pub noise_w: f32,
    /// Its own pace: 1.0 as trained, larger is slower.
    pub length_scale: f32,
    ids: HashMap<char, Vec<i64>>,
    /// What stands for a phoneme that the voice does not have.
    replacements: HashMap<char, String>,
    begin: Vec<i64>,
    pad: Vec<i64>,
    end: Vec<i64>,
}

/// Phoneme ids, and what had none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids {
    pub ids: Vec<i64>,
    /// Phonemes that the voice does not know: they were left out. Each once, in order.
    pub unknown: Vec<char>,
}

/// The file as written.
#[derive(Deserialize)]
struct Written {
    audio: Audio,
    #[serde(default)]
    inference: Inference,
    phoneme_type: Option<String>,
    phoneme_id_map: Option<HashMap<String, Vec<i64>>>,
    #[serde(default)]
    phoneme_map: HashMap<String, Vec<String>>,
    num_symbols: Option<i64>,
    #[serde(default = "one")]
    num_speakers: i64,
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

/// The defaults are Piper's.
#[derive(Deserialize)]
#[serde(default)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for Inference {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

fn one() -> i64 {
    1
}

impl PiperConfig {
    /// Reads and checks the text of an `.onnx.json`.
    pub fn read(json: &str) -> Result<Self, PiperError> {
        let wrong = |reason: String| PiperError::Config(reason);
        let written: Written = serde_json::from_str(json).map_err(|e| wrong(e.to_string()))?;
        let Some(map) = written.phoneme_id_map else {
            return Err(wrong("it has no `phoneme_id_map`".to_owned()));
        };
        if let Some(other) = written.phoneme_type.filter(|kind| kind != "espeak") {
            return Err(wrong(format!(
                "its phonemes are `{other}`; the voice must take `espeak`'s"
            )));
        }
        if !(8_000..=48_000).contains(&written.audio.sample_rate) {
            return Err(wrong(format!("a sample rate of {} Hz", written.audio.sample_rate)));
        }
        let Inference { noise_scale, length_scale, noise_w } = written.inference;
        let scales = [noise_scale, length_scale, noise_w];
        if !scales.iter().all(|scale| (0.0..=10.0).contains(scale)) || length_scale < 0.05 {
            return Err(wrong(format!("scales of {scales:?}")));
        }
        let known = |id: &i64| *id >= 0 && written.num_symbols.is_none_or(|count| *id < count);
        let mut ids = HashMap::with_capacity(map.len());
        for (phoneme, numbers) in map {
            if numbers.is_empty() || !numbers.iter().all(known) {
                return Err(wrong(format!("the ids of {phoneme:?} are {numbers:?}")));
            }
            // A phoneme of several characters is never asked for: we go by code points.
            if let Some(phoneme) = only_char(&phoneme) {
                ids.insert(phoneme, numbers);
            }
        }
        let mark = |mark: char, name| {
            let numbers = ids.get(&mark).cloned();
            numbers.ok_or_else(|| wrong(format!("its `phoneme_id_map` has no {name} `{mark}`")))
        };
        let replacements = written
            .phoneme_map
            .iter()
            .filter_map(|(phoneme, others)| Some((only_char(phoneme)?, others.concat())));
        Ok(Self {
            rate: SampleRate(written.audio.sample_rate),
            speakers: written.num_speakers.max(1),
            noise_scale,
            noise_w,
            length_scale,
            begin: mark('^', "beginning")?,
            pad: mark('_', "padding")?,
            end: mark('$', "end")?,
            replacements: replacements.collect(),
            ids,
        })
    }

    /// The ids of an utterance as Piper lays them out: `^`, a pad, then the ids of every code point
    /// (after NFD) with a pad after each, then `$`.
    pub fn ids(&self, phonemes: &Phonemes) -> Ids {
        let mut found = Ids { ids: [&self.begin[..], &self.pad].concat(), unknown: vec![] };
        for phoneme in phonemes.0.nfd() {
            match self.replacements.get(&phoneme) {
                Some(others) => others.nfd().for_each(|other| self.add(other, &mut found)),
                None => self.add(phoneme, &mut found),
            }
        }
        found.ids.extend_from_slice(&self.end);
        found
    }

    /// The lowest and the highest id.
    pub fn extremes(&self) -> impl Iterator<Item = i64> {
        let all = || self.ids.values().flatten().copied();
        all().min().into_iter().chain(all().max())
    }

    fn add(&self, phoneme: char, found: &mut Ids) {
        match self.ids.get(&phoneme) {
            Some(ids) => {
                found.ids.extend_from_slice(ids);
                found.ids.extend_from_slice(&self.pad);
            }
            None if found.unknown.contains(&phoneme) => {}
            None => found.unknown.push(phoneme),
        }
    }
}

fn only_char(text: &str) -> Option<char> {
    let mut chars = text.nfd();
    chars.next().filter(|_| chars.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"{"audio": {"sample_rate": 22050}, "num_symbols": 9,
        "inference": {"noise_scale": 0.5, "length_scale": 1.1, "noise_w": 0.7},
        "phoneme_map": {"x": ["a", "b"]},
        "phoneme_id_map": {"_": [0], "^": [1], "$": [2], "a": [4], "b": [5, 6], "̃": [7]}}"#;

    fn ids(phonemes: &str) -> Ids {
        PiperConfig::read(SMALL).unwrap().ids(&Phonemes(phonemes.to_owned()))
    }

    #[test]
    fn ids_are_laid_out_as_piper_does() {
        assert_eq!(ids("ab").ids, [1, 0, 4, 0, 5, 6, 0, 2]);
        assert_eq!(ids("").ids, [1, 0, 2]);
        // Composed and decomposed are the same; what has a replacement is replaced.
        assert_eq!(ids("ã").ids, [1, 0, 4, 0, 7, 0, 2]);
        assert_eq!(ids("x").ids, ids("ab").ids);
    }

    #[test]
    fn an_unknown_phoneme_is_left_out_and_told() {
        let found = ids("aʘbʘ");
        assert_eq!((found.ids, found.unknown), (ids("ab").ids, vec!['ʘ']));
    }

    #[test]
    fn a_config_that_cannot_work_is_refused_with_its_reason() {
        let refused = |from: &str, to: &str| {
            let changed = SMALL.replace(from, to);
            assert_ne!(changed, SMALL);
            PiperConfig::read(&changed).unwrap_err().to_string()
        };
        assert!(refused("phoneme_id_map", "phonemes").contains("no `phoneme_id_map`"));
        let text = refused("\"phoneme_id_map\"", "\"phoneme_type\": \"text\", \"phoneme_id_map\"");
        assert!(text.contains("its phonemes are `text`"), "{text}");
        assert!(refused("22050", "7").contains("7 Hz"));
        assert!(refused("\"^\"", "\"~\"").contains("beginning `^`"));
        assert!(refused("[5, 6]", "[5, 9]").contains("\"b\""));
        assert!(refused("1.1", "0.0").contains("scales"));
        assert!(PiperConfig::read("<html>").is_err());
    }
}
