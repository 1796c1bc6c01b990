//! Voices come whole or not at all, whatever the other side does.

use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest, Sha256};

use crate::app::{Home, project, text};
use crate::mirror::{Manner, Mirror};

const CONFIG: &[u8] = br#"{"audio": {"sample_rate": 22050}, "language": {"code": "vi_VN"}}"#;

/// Bytes that no compression and no repetition makes look right by chance.
fn model() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..300_000).map(|_| next()).collect()
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A mirror that has the files of the voice `lan`.
fn mirror() -> Mirror {
    Mirror::start(&[("/lan.onnx", &model()), ("/lan.onnx.json", CONFIG)])
}

/// Describes the mirror's voice in the folder of voices, without its files.
fn describe(home: &Home, id: &str, published: &str) {
    describe_files(home, id, published, &[("lan.onnx.json", CONFIG), ("lan.onnx", &model())]);
}

fn describe_files(home: &Home, id: &str, published: &str, files: &[(&str, &[u8])]) {
    let file = |(name, content): &(&str, &[u8])| {
        json!({"name": name, "bytes": content.len(), "sha256": sha256(content),
            "url": format!("{published}/{name}")})
    };
    let files: Vec<_> = files.iter().map(file).collect();
    let voice = json!({"id": id, "kind": "piper", "label": "Giọng Lan", "licence": "CC0",
        "files": files});
    let folder = home.path("data/voices").join(id);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("voice.json"), voice.to_string()).unwrap();
}

fn home() -> Home {
    let home = Home::new("[fetch]\nconnect_ms = 2000\ntotal_ms = 10000\n");
    describe(&home, "lan", "https://bao.example/lan");
    home
}

fn folder(home: &Home) -> PathBuf {
    home.path("data/voices/lan")
}

fn install(home: &Home, from: &str) -> Output {
    home.run(&["voices", "install", "lan", "--from", from], "")
}

/// The line of the table about a voice.
fn state(home: &Home, id: &str) -> String {
    let list = home.run(&["voices", "list"], "");
    assert!(list.status.success(), "{}", text(&list.stderr));
    let list = text(&list.stdout);
    list.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{list}")).to_owned()
}

#[track_caller]
fn succeeded(done: &Output, said: &str) {
    let all = [text(&done.stdout), text(&done.stderr)].concat();
    assert!(done.status.success() && all.contains(said), "{all}");
}

#[track_caller]
fn failed(home: &Home, done: &Output, said: &str) {
    let stderr = text(&done.stderr);
    assert_eq!(done.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains(said) && !stderr.contains("panicked"), "{said:?}: {stderr}");
    assert_eq!(stderr.trim().lines().count(), 1, "{stderr}");
    assert!(state(home, "lan").contains("not installed"));
    assert!(!folder(home).join("lan.onnx").exists());
}

fn bytes_of(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|about| about.len())
}

fn wait_for_bytes(path: &Path, bytes: u64) {
    let begun = Instant::now();
    while bytes_of(path) < Some(bytes) {
        assert!(begun.elapsed() < Duration::from_secs(60), "{path:?}");
        std::thread::yield_now();
    }
}

#[test]
fn a_voice_is_installed_listed_and_verified() {
    let (home, mirror) = (home(), mirror());
    assert!(state(&home, "lan").contains("not installed"));
    let missing = home.run(&["voices", "verify", "lan"], "");
    failed(&home, &missing, "a voice cannot speak");
    let refused = home.run(&["narrate", "-", "--voice", "lan"], "Chào bạn.");
    failed(&home, &refused, "baonoi voices install lan");

    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
    let line = state(&home, "lan");
    for part in ["installed", "piper", "22050 Hz", "0.3 MB", "CC0"] {
        assert!(line.contains(part), "{line}");
    }
    assert_eq!(std::fs::read(folder(&home).join("lan.onnx")).unwrap(), model());
    let left: Vec<String> = std::fs::read_dir(folder(&home))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".part"))
        .collect();
    assert_eq!(left, [""; 0]);
    mirror.asked();
    succeeded(&install(&home, &mirror.url("")), "installed already");
    assert_eq!(mirror.asked(), [""; 0]);
    succeeded(&home.run(&["voices", "install", "vi-embedded"], ""), "always there");
    succeeded(&home.run(&["voices", "verify"], ""), "lan: whole: every file as published");
    let doctor = home.run(&["doctor"], "");
    succeeded(&doctor, "lan: installed");
    succeeded(&doctor, "vi_VN-vais1000-medium: not installed");
    succeeded(&doctor, "ONNX Runtime: none at");

    std::fs::write(folder(&home).join("lan.onnx"), "cut").unwrap();
    assert!(state(&home, "lan").contains("broken"));
    succeeded(&home.run(&["doctor"], ""), "3 bytes instead of 300000");
    assert_eq!(home.run(&["voices", "verify"], "").status.code(), Some(1));
    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
}

#[test]
fn a_line_that_breaks_at_any_byte_is_gone_on_with() {
    let mirror = mirror();
    for cut in [0, 1, 511, 512, 513, 100_000, 299_999] {
        for manner in [Manner::CutAt(cut), Manner::CutWithoutLength(cut)] {
            let home = home();
            mirror.be(manner.clone());
            failed(&home, &install(&home, &mirror.url("")), "the same command goes on from there");
            let part = folder(&home).join("lan.onnx.part");
            assert_eq!(bytes_of(&part), Some(cut as u64), "{manner:?}");
            mirror.be(Manner::Good);
            mirror.asked();
            succeeded(&install(&home, &mirror.url("")), "lan is installed in");
            let range = if cut == 0 { String::new() } else { format!(" bytes={cut}-") };
            assert_eq!(mirror.asked(), [format!("/lan.onnx{range}")]);
        }
    }
}

#[test]
fn what_cannot_be_gone_on_with_is_begun_again() {
    let mirror = mirror();
    let cut_off = || {
        let home = home();
        mirror.be(Manner::CutAt(70_000));
        failed(&home, &install(&home, &mirror.url("")), "after 70000 bytes of 300000");
        mirror.be(Manner::Good);
        home
    };
    // A server that knows no ranges.
    let home = cut_off();
    mirror.be(Manner::WithoutRanges);
    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
    // A file that is another by now.
    let home = cut_off();
    mirror.change_etag();
    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
    // A part that is too long, or as long as the whole and wrong, or wrong in the middle.
    let home = cut_off();
    let part = folder(&home).join("lan.onnx.part");
    std::fs::write(&part, vec![0; 300_001]).unwrap();
    mirror.asked();
    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
    assert_eq!(mirror.asked(), ["/lan.onnx"]);
    for wrong in [300_000, 70_000] {
        let home = cut_off();
        std::fs::write(folder(&home).join("lan.onnx.part"), vec![0; wrong]).unwrap();
        failed(&home, &install(&home, &mirror.url("")), "not the file that was published");
        assert_eq!(bytes_of(&folder(&home).join("lan.onnx.part")), None);
        succeeded(&install(&home, &mirror.url("")), "lan is installed in");
    }
    // A portal that asks for a login does not cost what has arrived.
    let home = cut_off();
    mirror.be(Manner::WebPage);
    failed(&home, &install(&home, &mirror.url("")), "web page");
    assert_eq!(bytes_of(&folder(&home).join("lan.onnx.part")), Some(70_000));
}

#[test]
fn every_bad_mirror_is_named_with_what_to_do() {
    let (home, mirror) = (home(), mirror());
    let elsewhere = Manner::RedirectTo("http://10.0.0.1/lan.onnx".to_owned());
    let cases = [
        (Manner::Status(404), "nothing is there; --from names another mirror"),
        (Manner::Status(403), "does not give it to us"),
        (Manner::Status(503), "try again later"),
        (Manner::WebPage, "the mirror answered with a web page"),
        (Manner::WrongBytes, "its SHA-256 is"),
        (Manner::Longer { announced: true }, "300001 bytes instead of 300000"),
        (Manner::Longer { announced: false }, "300001 bytes instead of 300000"),
        (Manner::StallAt(0), "did not answer within 1s"),
        (Manner::StallAt(50_000), "goes on from there"),
        (elsewhere, "10.0.0.1 is not a public internet address"),
        (Manner::RedirectTo("/lan.onnx".to_owned()), "more than 5 redirects"),
    ];
    // Only who is kept waiting gives up soon.
    let (patient, hasty) = ("total_ms = 10000\n", "total_ms = 1000\n");
    for (manner, said) in cases {
        let is_slow = matches!(manner, Manner::StallAt(_));
        mirror.be(manner);
        if is_slow {
            home.change(patient, hasty);
        }
        failed(&home, &install(&home, &mirror.url("")), said);
        if is_slow {
            home.change(hasty, patient);
        }
    }
    failed(&home, &install(&home, "http://127.0.0.1:9"), "is there a network?");
    failed(&home, &install(&home, "https://mirror.invalid/"), "is there a network?");
    failed(&home, &install(&home, &mirror.url("/nowhere")), "nothing is there");
    mirror.be(Manner::Good);
    succeeded(&install(&home, &mirror.url("")), "lan is installed in");
}

#[test]
fn only_the_operator_may_name_a_private_address() {
    let mirror = mirror();
    let install = |home: &Home| home.run(&["voices", "install", "lan"], "");
    let home = home();
    describe(&home, "lan", &mirror.url(""));
    failed(&home, &install(&home), "named with --from or the setting `voices_mirror`");
    let named = Home::new(&format!("voices_mirror = \"{}\"\n", mirror.url("")));
    describe(&named, "lan", "https://bao.example");
    succeeded(&install(&named), "lan is installed in");
}

#[test]
fn a_killed_installation_leaves_nothing_that_speaks() {
    let (home, mirror) = (Home::new("[fetch]\ntotal_ms = 60000\n"), mirror());
    describe(&home, "lan", "https://bao.example/lan");
    mirror.be(Manner::StallAt(100_000));
    let from = mirror.url("");
    let mut child = home.begin(&["voices", "install", "lan", "--from", &from]);
    let part = folder(&home).join("lan.onnx.part");
    wait_for_bytes(&part, 100_000);
    failed(&home, &install(&home, &from), "another installation is at work");
    // SIGKILL
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(state(&home, "lan").contains("not installed"));
    mirror.be(Manner::Good);
    mirror.asked();
    succeeded(&install(&home, &from), "lan is installed in");
    assert_eq!(mirror.asked(), ["/lan.onnx bytes=100000-"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_cannot_take_it_is_named() {
    let (home, mirror) = (home(), mirror());
    let part = folder(&home).join("lan.onnx.part");
    // A file on which every write fails for lack of space.
    std::os::unix::fs::symlink("/dev/full", &part).unwrap();
    failed(&home, &install(&home, &mirror.url("")), "no space is left for");
    let by_hand = home.path("by-hand");
    std::fs::create_dir(&by_hand).unwrap();
    std::fs::write(by_hand.join("lan.onnx"), model()).unwrap();
    std::fs::write(by_hand.join("lan.onnx.json"), CONFIG).unwrap();
    failed(&home, &install(&home, by_hand.to_str().unwrap()), "no space is left for");

    let runtime = home.path("data/voices/runtime");
    std::fs::create_dir(&runtime).unwrap();
    for brought in [library("1.24.4"), release(&library("1.24.4"))] {
        let part = runtime.join("libonnxruntime.so.part");
        std::os::unix::fs::symlink("/dev/full", &part).unwrap();
        std::fs::write(home.path("brought"), brought).unwrap();
        let from = home.path("brought");
        let from = from.to_str().unwrap();
        let refused = home.run(&["voices", "install", "--runtime", "--from", from], "");
        assert!(
            text(&refused.stderr).contains("no space is left for"),
            "{}",
            text(&refused.stderr)
        );
    }

    // Where not even root may make a folder.
    let closed = Home::new("voices = \"/sys/voices\"\n");
    let id = "vi_VN-vais1000-medium";
    let refused = closed.run(&["voices", "install", id, "--from", &mirror.url("")], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("setting `voices`"), "{}", text(&refused.stderr));
}

#[test]
fn files_can_be_copied_by_hand() {
    let home = home();
    let by_hand = home.path("by-hand");
    std::fs::create_dir(&by_hand).unwrap();
    let from = by_hand.to_str().unwrap().to_owned();
    let put = |name: &str, content: &[u8]| std::fs::write(by_hand.join(name), content).unwrap();
    failed(&home, &install(&home, &from), "needs lan.onnx.json and lan.onnx");
    put("lan.onnx.json", CONFIG);
    failed(&home, &install(&home, &from), "lan.onnx is not in");
    put("lan.onnx", &model()[..1000]);
    failed(&home, &install(&home, &from), "copied only in part");
    put("lan.onnx", &vec![7; 300_000]);
    failed(&home, &install(&home, &from), "its SHA-256 is");
    put("lan.onnx", &model());
    let model_file = by_hand.join("lan.onnx");
    succeeded(&install(&home, model_file.to_str().unwrap()), "lan is installed in");

    failed(
        &self::home(),
        &install(&self::home(), "/no/such/folder"),
        "neither a file nor a folder",
    );
    let unknown = home.run(&["voices", "install", "robot"], "");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("no voice `robot`"));
    assert_eq!(home.run(&["voices", "install"], "").status.code(), Some(2));
}

/// A file that passes for a library of ONNX Runtime on this machine.
#[cfg(target_os = "linux")]
fn library(version: &str) -> Vec<u8> {
    let mut content = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0".to_vec();
    content.push(if cfg!(target_arch = "aarch64") { 183 } else { 62 });
    content.push(0);
    content.extend(format!("..OrtGetApiBase..VERS_{version}\0").bytes());
    content
}

#[cfg(target_os = "linux")]
fn release(library: &[u8]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    let mut header = tar::Header::new_gnu();
    header.set_size(library.len() as u64);
    header.set_mode(0o755);
    archive.append_data(&mut header, "ort/lib/libonnxruntime.so.1.24.4", library).unwrap();
    archive.into_inner().unwrap().finish().unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn the_runtime_comes_out_of_a_library_an_archive_or_a_wheel() {
    use std::io::Write as _;
    let home = Home::new("");
    let place = home.path("data/voices/runtime/libonnxruntime.so");
    let run = |arguments: &[&str]| {
        let arguments = [&["voices", "install", "--runtime"], arguments].concat();
        home.run(&arguments, "")
    };
    let given = |name: &str, content: &[u8]| {
        let path = home.path(name);
        std::fs::write(&path, content).unwrap();
        run(&["--from", path.to_str().unwrap()])
    };
    let refused = |done: Output, said: &str| {
        let stderr = text(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(said) && !stderr.contains("panicked"), "{said:?}: {stderr}");
        let folder = std::fs::read_dir(home.path("data/voices/runtime")).unwrap();
        let left =
            folder.map(|entry| entry.unwrap().file_name()).find(|n| n != "libonnxruntime.so");
        assert_eq!(left, None);
    };
    refused(given("page.so", b"<html>"), "not a library for linux");
    refused(given("old.so", &library("1.23.2")), "1.24 or newer is needed");
    refused(given("empty.tgz", &release(&[])), "not a library for linux");
    let cut = release(&library("1.24.4"));
    refused(given("cut.tgz", &cut[..cut.len() / 2]), "is it whole?");
    assert!(!place.exists());

    succeeded(&given("a.so", &library("1.24.4")), "ONNX Runtime 1.24.4 is installed");
    succeeded(&given("a.tgz", &release(&library("1.25.0"))), "took your word for it");
    let mut wheel = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    wheel.start_file("onnxruntime/capi/libonnxruntime.so.1.26.0", options).unwrap();
    wheel.write_all(&library("1.26.0")).unwrap();
    let wheel = wheel.finish().unwrap().into_inner();
    succeeded(&given("a.whl", &wheel), "ONNX Runtime 1.26.0");
    assert_eq!(std::fs::read(&place).unwrap(), library("1.26.0"));
    succeeded(&home.run(&["doctor"], ""), place.to_str().unwrap());
    assert!(text(&home.run(&["voices", "list"], "").stdout).find("runtime").is_none());

    // Over the network only what is known, unless it is wanted.
    let mirror = Mirror::start(&[("/other.tgz", &release(&library("1.27.0")))]);
    let other = mirror.url("/other.tgz");
    refused(run(&["--from", &other]), "repeat with --unverified");
    succeeded(&run(&["--from", &other, "--unverified"]), "ONNX Runtime 1.27.0");
    refused(run(&["--from", &mirror.url("")]), "nothing is there");
    assert_eq!(home.run(&["voices", "install", "lan", "--unverified"], "").status.code(), Some(2));
}

#[tokio::test]
async fn a_service_fetches_the_neural_voice_once_and_reads_meanwhile() {
    let mirror = mirror();
    mirror.be(Manner::StallAt(1_000));
    let settings = format!(
        "voices_download = true\nvoices_mirror = \"{}\"\n[fetch]\ntotal_ms = 60000\n",
        mirror.url("")
    );
    let home = Home::new(&settings);
    let id = "vi_VN-vais1000-medium";
    describe(&home, id, "https://bao.example");
    let app = home.start();
    // It reads before anything has come, and is stopped in the middle of it.
    app.sample().await;
    wait_for_bytes(&home.path("data/voices").join(id).join("lan.onnx.part"), 1_000);
    #[cfg(unix)]
    assert!(app.stop().success());
    #[cfg(not(unix))]
    app.kill();

    mirror.be(Manner::Good);
    mirror.asked();
    let app = home.start();
    // What came is not a model, so the voice that can speak reads on.
    app.said("installed, but the embedded voice reads on", 1).await;
    assert_eq!(mirror.asked(), ["/lan.onnx bytes=1000-"]);
    assert!(state(&home, id).contains("installed") && !state(&home, id).contains("not installed"));
    assert_eq!(app.get("/").await.status(), 200);
    // And so it does after the next start; but whoever asks for that voice is told.
    drop(app);
    let app = home.start();
    app.said("so the embedded voice reads", 1).await;
    drop(app);
    std::fs::write(home.path("baonoi.toml"), format!("voice = \"{id}\"\n{settings}")).unwrap();
    let refused = home.run(&["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("cannot speak"), "{}", text(&refused.stderr));
}

#[tokio::test]
async fn a_fetched_voice_reads_what_is_asked_for_from_then_on() {
    let id = "vi_VN-vais1000-medium";
    let read = |name: &str| std::fs::read(project("tests/data/voice-tiny").join(name)).unwrap();
    let (model, config) = (read("tiny.onnx"), read("tiny.onnx.json"));
    let mirror = Mirror::start(&[("/tiny.onnx", &model), ("/tiny.onnx.json", &config)]);
    let settings = |download: bool| {
        format!(
            "sample = false\nvoices_download = {download}\nvoices_mirror = \"{}\"\n",
            mirror.url("")
        )
    };
    let home = Home::new(&settings(false));
    let files = [("tiny.onnx", &model[..]), ("tiny.onnx.json", &config[..])];
    describe_files(&home, id, "https://bao.example", &files);
    home.add_account("lan");
    let key = home.api_key("lan");
    let article = json!({"title": "Cầu mới", "paragraphs": ["Bản Mòn đã có cầu mới."]});
    let app = home.start();
    let before = app.narrate(&key, &article).await;
    assert!(app.stop().success());

    std::fs::write(home.path("baonoi.toml"), settings(true)).unwrap();
    let app = home.start();
    app.said("it reads from now on", 1).await;
    // What was read stays as it is until somebody asks for it again.
    let item = async || app.json("/latest.json").await["items"][0]["narration"].clone();
    assert_eq!(item().await["id"], before["narration"]);
    assert_eq!(item().await["voice"]["id"], "vi-embedded");
    let again = app.narrate(&key, &article).await;
    assert_ne!(again["narration"], before["narration"]);
    assert_eq!(item().await["voice"]["id"], id);
    assert!(home.path("data/voices").join(id).join("tiny.onnx").exists());
}

#[tokio::test]
async fn without_a_network_a_service_says_one_line_and_asks_no_more() {
    let mirror = mirror();
    mirror.be(Manner::Status(503));
    let home = Home::new(&format!(
        "sample = false\nvoices_download = true\nvoices_mirror = \"{}\"\n",
        mirror.url("")
    ));
    describe(&home, "vi_VN-vais1000-medium", "https://bao.example");
    let app = home.start();
    app.said("the neural voice was not fetched", 1).await;
    let key = {
        home.add_account("lan");
        home.api_key("lan")
    };
    let article = json!({"title": "Cầu mới", "paragraphs": ["Bản Mòn có cầu mới."]});
    assert_eq!(app.narrate(&key, &article).await["state"], "done");
    assert_eq!(app.said("the neural voice was not fetched", 1).await.len(), 1);
    assert_eq!(mirror.asked(), ["/lan.onnx.json", "/lan.onnx"]);
}
