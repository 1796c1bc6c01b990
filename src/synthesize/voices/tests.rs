//! Voices that are there, that are not, and that cannot be used.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::*;
use crate::domain::units::SampleRate;

const CONFIG: &str = r#"{"audio": {"sample_rate": 16000}, "language": {"code": "vi_VN"}}"#;
const MODEL: &[u8] = b"not really a model";

/// A folder of voices with one of our own in it, from which `without` is missing.
fn own_voice(described: bool, without: &[&str]) -> tempfile::TempDir {
    let voices = tempfile::tempdir().unwrap();
    let folder = voices.path().join("lan");
    fs::create_dir(&folder).unwrap();
    let files = [("lan.onnx", MODEL), ("lan.onnx.json", CONFIG.as_bytes())];
    for (name, content) in files.iter().filter(|(name, _)| !without.contains(name)) {
        fs::write(folder.join(name), content).unwrap();
    }
    if described {
        let file = |(name, content): &(&str, &[u8])| {
            let beside = voices.path().join("beside");
            fs::write(&beside, content).unwrap();
            let sha256 = checksum::sha256(&beside).unwrap();
            json!({"name": name, "bytes": content.len(), "sha256": sha256})
        };
        let files: Vec<_> = files.iter().map(file).collect();
        let voice = json!({"id": "lan", "kind": "piper", "label": "Giọng Lan", "files": files});
        fs::write(folder.join("voice.json"), voice.to_string()).unwrap();
    }
    voices
}

fn look(folder: &Path) -> Voices {
    Voices::in_folder(folder).unwrap()
}

fn why_broken(folder: &Path, name: &str) -> String {
    match &look(folder).named(name).unwrap().state {
        State::Broken(reason) => reason.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_folder_the_embedded_voice_speaks_and_the_neural_one_is_known() {
    let voices = look(Path::new("/no/such/folder"));
    assert_eq!(voices.best(), Voice::embedded());
    assert_eq!(voices.chosen("").unwrap(), Voice::embedded());
    assert_eq!(voices.installed().count(), 1);
    let neural = voices.named(NEURAL).unwrap();
    assert!(matches!(&neural.state, State::Missing(files) if files.len() == 2));
    assert_eq!(neural.manifest.as_ref().unwrap().bytes(), 63_201_294 + 4_860);
    let refused = voices.get(NEURAL).unwrap_err().to_string();
    assert!(refused.contains("baonoi voices install vi_VN-vais1000-medium"), "{refused}");
    assert!(matches!(voices.get("robot"), Err(VoiceError::Unknown(_))));
}

#[test]
fn a_folder_that_is_none_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let refused = Voices::in_folder(file.path()).unwrap_err().to_string();
    assert!(refused.contains("setting `voices`"), "{refused}");
}

#[test]
fn a_described_voice_is_installed_when_its_files_are_those() {
    let folder = own_voice(true, &[]);
    let voice = look(folder.path()).get("lan").unwrap();
    assert_eq!((voice.label.as_str(), voice.rate), ("Giọng Lan", SampleRate(16_000)));
    let VoiceKind::Piper { model, config, speaker } = &voice.kind else { panic!("{voice:?}") };
    assert_eq!(fs::read(model).unwrap(), MODEL);
    assert!(config.ends_with("lan/lan.onnx.json") && speaker.is_none());
    let sha256 = checksum::sha256(model).unwrap();
    assert!(voice.version.contains(&sha256), "{}", voice.version);

    let folder = own_voice(true, &["lan.onnx"]);
    let missing = look(folder.path()).get("lan").unwrap_err().to_string();
    assert!(missing.contains("lan.onnx is missing"), "{missing}");
}

#[test]
fn a_changed_file_is_noticed_by_size_and_by_content() {
    let folder = own_voice(true, &[]);
    let model = folder.path().join("lan/lan.onnx");
    fs::write(&model, b"cut").unwrap();
    assert!(why_broken(folder.path(), "lan").contains("3 bytes instead of 18"));
    fs::write(&model, b"another old model.").unwrap();
    let reason = why_broken(folder.path(), "lan");
    assert!(reason.contains("SHA-256 differs") && reason.contains("voices install lan"));
}

#[test]
fn a_voice_that_nobody_described_is_known_by_its_config() {
    let folder = own_voice(false, &[]);
    let voices = look(folder.path());
    let voice = voices.get("lan").unwrap();
    assert_eq!((voice.label.as_str(), voice.licence.as_str()), ("Giọng lan", "unknown"));
    assert_eq!(voice.rate, SampleRate(16_000));
    assert_eq!(voices.named("lan").unwrap().manifest.as_ref().unwrap().language, "vi-VN");
    // Another model is another voice for all that was spoken with it.
    fs::write(folder.path().join("lan/lan.onnx"), b"another model").unwrap();
    assert_ne!(look(folder.path()).get("lan").unwrap().version, voice.version);

    let folder = own_voice(false, &["lan.onnx.json"]);
    let missing = look(folder.path()).get("lan").unwrap_err().to_string();
    assert!(missing.contains("lan.onnx.json is missing"), "{missing}");
    let folder = own_voice(false, &["lan.onnx"]);
    assert!(why_broken(folder.path(), "lan").contains("*.onnx"));
}

#[test]
fn what_cannot_be_a_voice_says_why() {
    let folder = own_voice(false, &[]);
    let lan = folder.path().join("lan");
    let write = |name: &str, text: &str| fs::write(lan.join(name), text).unwrap();
    write("lan.onnx.json", "<html>");
    assert!(why_broken(folder.path(), "lan").contains("not the config of a Piper model"));
    write("lan.onnx.json", CONFIG);
    write("mai.onnx", "another");
    assert!(why_broken(folder.path(), "lan").contains("several models"));
    write("voice.json", "{");
    assert!(why_broken(folder.path(), "lan").contains("voice.json"));
    write("voice.json", r#"{"id": "mai", "kind": "piper"}"#);
    assert!(why_broken(folder.path(), "lan").contains("of the voice `mai`"));
    write("voice.json", r#"{"id": "lan", "kind": "embedded"}"#);
    assert!(why_broken(folder.path(), "lan").contains("compiled in"));
    fs::remove_file(lan.join("mai.onnx")).unwrap();
    write("voice.json", r#"{"id": "lan", "kind": "piper", "defaults": {"speaker": 7}}"#);
    assert!(why_broken(folder.path(), "lan").contains("1 speakers"));
    write("voice.json", r#"{"id": "lan", "kind": "piper", "sample_rate": 22050}"#);
    assert!(why_broken(folder.path(), "lan").contains("16000 Hz"));
    fs::create_dir(folder.path().join("giọng")).unwrap();
    assert!(why_broken(folder.path(), "giọng").contains("folder's name"));
    // The service speaks all the same.
    assert_eq!(look(folder.path()).best(), Voice::embedded());
}

#[test]
fn hidden_folders_and_the_runtime_are_no_voices() {
    let folder = tempfile::tempdir().unwrap();
    for name in [".cache", RUNTIME_FOLDER, "vi-embedded"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    assert_eq!(look(folder.path()).known().len(), 2);
}

#[test]
fn what_was_remembered_can_be_put_aside() {
    let folder = own_voice(true, &[]);
    let model = folder.path().join("lan/lan.onnx");
    let before = fs::metadata(&model).unwrap().modified().unwrap();
    assert_eq!(look(folder.path()).installed().count(), 2);
    // Rot on the disk: same size, same time.
    fs::write(&model, b"another old model.").unwrap();
    fs::File::options().append(true).open(&model).unwrap().set_modified(before).unwrap();
    assert_eq!(look(folder.path()).installed().count(), 2);
    assert_eq!(Voices::read_again(folder.path()).unwrap().installed().count(), 1);
    // And it is remembered.
    assert_eq!(look(folder.path()).installed().count(), 1);
}
