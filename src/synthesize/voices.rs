//! Which voices there are: those that are compiled in, and those in the folder of voices.

use std::io;
use std::path::{Path, PathBuf};

use super::checksum::{self, Verified};
use super::manifest::{self, Kind, Manifest, PiperFacts, VoiceFile};
use super::piper;
use super::voice::{Voice, VoiceKind};
use crate::domain::ids::VoiceId;

/// The neural voice: it reads wherever it is installed.
pub const NEURAL: &str = "vi_VN-vais1000-medium";

/// The folder inside the folder of voices that holds no voice but what computes them.
pub const RUNTIME_FOLDER: &str = "runtime";

/// What is known of voices without any file. `vi-embedded` stands in `voice.rs`.
const COMPILED_IN: [&str; 1] = [include_str!("../../voices/vi_VN-vais1000-medium/voice.json")];

/// Why a voice cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum VoiceError {
    #[error("there is no voice `{0}`; `baonoi voices list` names those there are")]
    Unknown(String),
    #[error(
        "the voice `{id}` is not installed ({lacking}); `baonoi voices install {id}` gets what is \
         published, other files are copied into its folder"
    )]
    NotInstalled { id: String, lacking: String },
    #[error("the voice `{id}` cannot be used: {reason}")]
    Broken { id: String, reason: String },
    #[error("cannot read the folder of voices {path}: {cause}; the setting `voices` names another")]
    Folder { path: PathBuf, cause: io::Error },
}

/// All voices that are known here, whether or not they can speak.
#[derive(Clone, Debug)]
pub struct Voices {
    folder: PathBuf,
    known: Vec<KnownVoice>,
}

/// A voice that somebody described or put into the folder.
#[derive(Clone, Debug)]
pub struct KnownVoice {
    /// Its id; a folder whose name cannot be one is listed by that name, as broken.
    pub name: String,
    /// What it is, as far as that can be read.
    pub manifest: Option<Manifest>,
    pub state: State,
}

/// Whether a voice can speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// All files are there, and are those that were published.
    Installed(Voice),
    /// These files are not there.
    Missing(Vec<String>),
    /// Something is there that cannot be used, for this reason.
    Broken(String),
}

impl Voices {
    /// Looks at the folder, which need not exist. A model that was never looked at is read once, to
    /// know its checksum.
    pub fn in_folder(folder: &Path) -> Result<Self, VoiceError> {
        Self::look(folder, Verified::of)
    }

    /// The same, but reads every file to its end and believes nothing that was remembered.
    pub fn read_again(folder: &Path) -> Result<Self, VoiceError> {
        Self::look(folder, |_| Verified::default())
    }

    fn look(folder: &Path, remembered: fn(&Path) -> Verified) -> Result<Self, VoiceError> {
        let embedded = Voice::embedded();
        let mut known = vec![KnownVoice {
            name: embedded.id.to_string(),
            manifest: Some(Voice::embedded_manifest()),
            state: State::Installed(embedded),
        }];
        let mut names = folders(folder)
            .map_err(|cause| VoiceError::Folder { path: folder.to_owned(), cause })?;
        for json in COMPILED_IN {
            // The files are compiled in, and a test reads them.
            let manifest = Manifest::parse(json).expect("a compiled-in voice.json is valid");
            let name = manifest.id.to_string();
            names.retain(|other| *other != name);
            known.push(look_at(&folder.join(&name), name, Some(manifest), remembered));
        }
        let look_at = |name: String| look_at(&folder.join(&name), name, None, remembered);
        known.extend(names.into_iter().map(look_at));
        Ok(Self { folder: folder.to_owned(), known })
    }

    /// The folder of voices.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The library of ONNX Runtime, if one was installed.
    pub fn runtime(&self) -> Option<PathBuf> {
        let path = self.runtime_place();
        path.is_file().then_some(path)
    }

    /// Where the library of ONNX Runtime is looked for.
    pub fn runtime_place(&self) -> PathBuf {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        self.folder.join(RUNTIME_FOLDER).join(format!("{DLL_PREFIX}onnxruntime{DLL_SUFFIX}"))
    }

    /// Every voice that is known here, the compiled-in ones first.
    pub fn known(&self) -> &[KnownVoice] {
        &self.known
    }

    pub fn named(&self, id: &str) -> Result<&KnownVoice, VoiceError> {
        let found = self.known.iter().find(|known| known.name == id);
        found.ok_or_else(|| VoiceError::Unknown(id.to_owned()))
    }

    /// The voice of this id, if it can speak.
    pub fn get(&self, id: &str) -> Result<Voice, VoiceError> {
        let id = id.to_owned();
        match &self.named(&id)?.state {
            State::Installed(voice) => Ok(voice.clone()),
            State::Missing(files) => {
                let lacking = format!("{} is missing", files.join(", "));
                Err(VoiceError::NotInstalled { id, lacking })
            }
            State::Broken(reason) => Err(VoiceError::Broken { id, reason: reason.clone() }),
        }
    }

    /// The voices that can speak.
    pub fn installed(&self) -> impl Iterator<Item = &Voice> {
        self.known.iter().filter_map(|known| match &known.state {
            State::Installed(voice) => Some(voice),
            _ => None,
        })
    }

    /// The neural voice where it is installed, else the embedded one.
    pub fn best(&self) -> Voice {
        self.get(NEURAL).unwrap_or_else(|_| Voice::embedded())
    }

    /// The voice that a setting names; an empty one leaves the choice to us.
    pub fn chosen(&self, setting: &str) -> Result<Voice, VoiceError> {
        if setting.is_empty() { Ok(self.best()) } else { self.get(setting) }
    }
}

/// The names of the folders inside, in order, without hidden ones.
fn folders(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_voice = !name.starts_with('.') && name != RUNTIME_FOLDER && name != "vi-embedded";
        if is_voice && entry.path().is_dir() {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// What a folder holds. A `voice.json` in it comes before the one that is compiled in: it is the
/// operator's word.
fn look_at(
    folder: &Path,
    name: String,
    compiled_in: Option<Manifest>,
    remembered: fn(&Path) -> Verified,
) -> KnownVoice {
    let mut manifest = match described(folder, &name, compiled_in) {
        Ok(manifest) => manifest,
        Err(reason) => return KnownVoice { name, manifest: None, state: State::Broken(reason) },
    };
    let state = match files_of(folder, &manifest) {
        Ok(files) if files.missing.is_empty() => {
            match voice(folder, &mut manifest, &files, remembered(folder)) {
                Ok(voice) => State::Installed(voice),
                Err(reason) => State::Broken(reason),
            }
        }
        Ok(files) => State::Missing(files.missing),
        Err(reason) => State::Broken(reason),
    };
    KnownVoice { name, manifest: Some(manifest), state }
}

fn described(folder: &Path, name: &str, compiled_in: Option<Manifest>) -> Result<Manifest, String> {
    let id: VoiceId = name.parse().map_err(|error| format!("the folder's name is {error}"))?;
    let path = folder.join("voice.json");
    let manifest = match checksum::text(&path) {
        Ok(text) => Manifest::parse(&text).map_err(|e| format!("{}: {e}", path.display()))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            compiled_in.unwrap_or_else(|| Manifest::undescribed(id.clone()))
        }
        Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
    };
    if manifest.id != id {
        return Err(format!("{} is of the voice `{}`", path.display(), manifest.id));
    }
    if manifest.kind == Kind::Embedded {
        return Err(format!("{}: only what is compiled in is `embedded`", path.display()));
    }
    Ok(manifest)
}

/// The files of a voice, by name.
struct Files {
    model: String,
    config: String,
    missing: Vec<String>,
}

/// Which files make up the voice, whether they are there, and in the right sizes.
fn files_of(folder: &Path, manifest: &Manifest) -> Result<Files, String> {
    let Some((model, config)) = manifest.model_and_config() else {
        return found_by_hand(folder);
    };
    let mut missing = Vec::new();
    for file in &manifest.files {
        let path = folder.join(&file.name);
        match std::fs::metadata(&path) {
            Ok(about) if about.len() == file.bytes => {}
            Ok(about) => {
                return Err(format!(
                    "{} has {} bytes instead of {}; {}",
                    path.display(),
                    about.len(),
                    file.bytes,
                    again(manifest)
                ));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                missing.push(file.name.clone());
            }
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        }
    }
    Ok(Files { model: model.name.clone(), config: config.name.clone(), missing })
}

fn again(manifest: &Manifest) -> String {
    format!(
        "`baonoi voices install {}` gets it again where it is published, else copy it again",
        manifest.id
    )
}

/// A model that nobody described: the only one in the folder, with its config.
fn found_by_hand(folder: &Path) -> Result<Files, String> {
    let unreadable = |error: io::Error| format!("cannot read {}: {error}", folder.display());
    let mut models = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name().to_string_lossy().into_owned();
        if manifest::is_model(&name) && !name.starts_with('.') {
            models.push(name);
        }
    }
    match models.as_slice() {
        [] => Err(format!(
            "{} holds neither a voice.json with files nor a *.onnx with its *.onnx.json",
            folder.display()
        )),
        [model] => {
            let config = format!("{model}.json");
            let missing = if folder.join(&config).exists() { vec![] } else { vec![config.clone()] };
            Ok(Files { model: model.clone(), config, missing })
        }
        _ => Err(format!(
            "{} holds several models; let `files` of its voice.json name one",
            folder.display()
        )),
    }
}

/// The voice, once its files are those that were published. What its config says completes the
/// manifest.
fn voice(
    folder: &Path,
    manifest: &mut Manifest,
    files: &Files,
    mut verified: Verified,
) -> Result<Voice, String> {
    let checked = checked(folder, manifest, files, &mut verified);
    verified.keep(folder);
    let (model_sha256, config_sha256) = checked?;
    let (model, config) = (folder.join(&files.model), folder.join(&files.config));
    let invalid = |reason: String| {
        format!("{} is not the config of a Piper model: {reason}", config.display())
    };
    let text = checksum::text(&config).map_err(|error| invalid(error.to_string()))?;
    let facts = PiperFacts::parse(&text).map_err(invalid)?;
    if manifest.rate.is_some_and(|rate| rate != facts.rate) {
        return Err(format!(
            "its voice.json says another sample rate than its config ({} Hz)",
            facts.rate.0
        ));
    }
    let speaker = manifest.speaker;
    if speaker.is_some_and(|speaker| !(0..facts.speakers.max(1)).contains(&speaker)) {
        return Err(format!("its model has {} speakers, counted from 0", facts.speakers));
    }
    manifest.rate = Some(facts.rate);
    if manifest.language.is_empty() {
        manifest.language.clone_from(&facts.language);
    }
    // All that decides how phonemes sound, apart from what computes it.
    let speaker_part = speaker.map(|speaker| format!("-speaker{speaker}")).unwrap_or_default();
    let engine = piper::ENGINE_VERSION;
    let version = format!("{engine}-{model_sha256}-{config_sha256}{speaker_part}");
    let kind = VoiceKind::Piper { model, config, speaker };
    Ok(Voice::of(manifest, facts.rate, &version, kind))
}

/// The checksums of model and config; those that were published must be met.
fn checked(
    folder: &Path,
    manifest: &Manifest,
    files: &Files,
    verified: &mut Verified,
) -> Result<(String, String), String> {
    let mut read = |name: &str| {
        let unreadable = |e: io::Error| format!("cannot read {}: {e}", folder.join(name).display());
        verified.sha256(folder, name).map_err(unreadable)
    };
    for VoiceFile { name, sha256, .. } in &manifest.files {
        if read(name)? != *sha256 {
            return Err(format!(
                "{} is not the file that was published (its SHA-256 differs); {}",
                folder.join(name).display(),
                again(manifest)
            ));
        }
    }
    Ok((read(&files.model)?, read(&files.config)?))
}

#[cfg(test)]
mod tests;
