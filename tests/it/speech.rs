//! A newsroom's own Piper voice, from its folder to what is heard.

use std::path::Path;
use std::process::Command;

use crate::app::{Home, project, text};

const WORDS: &str = "Bản Mòn có cầu mới\n\nCây cầu dài bốn mươi mét đã khánh thành sáng nay.\n";

/// Puts a test voice into the folder of voices as a newsroom would: by dropping it there.
pub fn drop_voice(home: &Home, from: &str, id: &str) {
    let folder = home.path("data/voices").join(id);
    std::fs::create_dir_all(&folder).unwrap();
    for file in std::fs::read_dir(project("tests/data").join(from)).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
}

fn narrate(home: &Home, voice: &str) -> (serde_json::Value, Vec<i16>) {
    let out = home.path(&format!("{voice}.wav"));
    let name = out.to_str().unwrap();
    let made = home.run(&["narrate", "-", "-o", name, "--voice", voice, "--json"], WORDS);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let samples = hound::WavReader::open(&out).unwrap().into_samples().map(Result::unwrap);
    (serde_json::from_slice(&made.stdout).unwrap(), samples.collect())
}

#[test]
fn a_voice_that_was_dropped_into_the_folder_speaks() {
    let home = Home::new("");
    drop_voice(&home, "voice-tiny", "tiny");
    drop_voice(&home, "voice-mini", "mini");
    let (summary, samples) = narrate(&home, "tiny");
    assert_eq!(summary["sentences"], 2);
    assert!(samples.iter().any(|sample| sample.abs() > 3_000));
    let (_, again) = narrate(&home, "tiny");
    assert_eq!(samples, again, "the same words, the same sound");
    let (_, other) = narrate(&home, "mini");
    assert_ne!(samples, other);
}

#[test]
fn a_voice_that_cannot_speak_is_told_by_its_name() {
    let home = Home::new("");
    drop_voice(&home, "voice-tiny", "tiny");
    let model = home.path("data/voices/tiny/tiny.onnx");
    let whole = std::fs::read(&model).unwrap();
    std::fs::write(&model, &whole[..whole.len() / 2]).unwrap();
    let out = home.path("a.wav");
    let arguments = ["narrate", "-", "-o", out.to_str().unwrap(), "--voice", "tiny"];
    let made = home.run(&arguments, WORDS);
    assert_eq!(made.status.code(), Some(1));
    assert!(text(&made.stderr).contains("the voice `tiny` cannot speak"), "{}", text(&made.stderr));
    assert!(!out.exists());
    // Whoever asks whether it can work is told before anything is narrated.
    std::fs::write(home.path("baonoi.toml"), "voice = \"tiny\"\n").unwrap();
    let doctor = home.run(&["doctor"], "");
    assert_eq!(doctor.status.code(), Some(1));
    assert!(text(&doctor.stderr).contains("copy its files again"), "{}", text(&doctor.stderr));
}

#[test]
fn a_library_that_is_named_wrongly_is_told_with_what_to_do() {
    let home = Home::new("onnxruntime = \"/nowhere/libonnxruntime.so\"\n");
    let doctor = home.run(&["doctor"], "");
    assert!(doctor.status.success());
    let said = text(&doctor.stdout);
    assert!(said.contains("/nowhere/libonnxruntime.so, by the setting `onnxruntime`"), "{said}");
    assert!(said.contains("not used: there is no file /nowhere/libonnxruntime.so"), "{said}");
    assert!(text(&doctor.stderr).contains("voices install --runtime"), "{}", text(&doctor.stderr));
}

#[test]
fn onnx_runtime_without_its_library_is_told_with_what_to_do() {
    let home = Home::new("engine = \"onnxruntime\"\n");
    let doctor = home.run(&["doctor"], "");
    assert!(text(&doctor.stdout).contains("computed by rten"), "{}", text(&doctor.stdout));
    assert!(text(&doctor.stderr).contains("voices install --runtime"), "{}", text(&doctor.stderr));
}

#[test]
fn an_engine_that_is_none_is_told_with_those_there_are() {
    let home = Home::new("engine = \"fast\"\n");
    let doctor = home.run(&["doctor"], "");
    assert!(!doctor.status.success());
    assert!(text(&doctor.stderr).contains("`auto`"), "{}", text(&doctor.stderr));
}

#[tokio::test]
async fn articles_are_read_with_the_voice_that_was_chosen() {
    let home = Home::new("voice = \"mini\"\n");
    drop_voice(&home, "voice-mini", "mini");
    let app = home.start();
    let article = app.sample().await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    assert_eq!(player["narration"]["voice"]["id"], "mini", "{player}");
    let wav = app.get(player["narration"]["wav"].as_str().unwrap()).await.bytes().await.unwrap();
    assert!(wav.len() > 100_000);
    let doctor = home.run(&["doctor"], "");
    let said = text(&doctor.stdout);
    assert!(said.contains("computed by baonoi ") && said.contains("rten"), "{said}");
    home.set("engine = \"rten\"\n");
    let said = text(&home.run(&["doctor"], "").stdout);
    assert!(said.contains("computed by rten"), "{said}");
}

/// The committed test voices are what their script makes, byte for byte.
#[test]
fn the_tiny_voices_are_what_their_script_makes() {
    let home = Home::new("");
    let out = home.path("made");
    for (folder, more) in
        [("voice-tiny", &[][..]), ("voice-tiny-speakers", &["--speakers", "2"][..])]
    {
        let made = Command::new("python3")
            .arg(project("tests/tools/tiny_voice.py"))
            .args(more)
            .arg("--out")
            .arg(&out)
            .status()
            .expect("python3 is there: ./tests/run installs it");
        assert!(made.success());
        for name in ["tiny.onnx", "tiny.onnx.json"] {
            let read = |path: &Path| std::fs::read(path).unwrap();
            let committed = project("tests/data").join(folder).join(name);
            assert!(read(&out.join(name)) == read(&committed), "{folder}/{name}");
        }
    }
}
