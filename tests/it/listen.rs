//! Listening while it is still being read, and correcting for the cost of one sentence.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use serde_json::{Value, json};

use crate::app::{App, Home, text};
use crate::speech::drop_voice;

/// Some minutes of speech, all of whose sentences differ.
pub fn article(sentences: usize, name: &str) -> Value {
    let sentence = |n: usize| format!("Câu thứ {n} kể rằng {name} đã có cây cầu mới bắc qua suối.");
    let paragraphs: Vec<String> = (0..sentences).map(sentence).collect();
    json!({"title": format!("Cầu mới ở {name}"), "paragraphs": paragraphs})
}

/// A service that has just begun to read, with the job and the article.
pub async fn begun(app: &App, key: &str, given: &Value) -> (String, String) {
    let accepted: Value = app.hand_over(key, given).await.json().await.unwrap();
    let job = accepted["id"].as_str().unwrap().to_owned();
    let begun = app.job_when(&job, |job| job["article"].is_string()).await;
    (job, begun["article"].as_str().unwrap().to_owned())
}

async fn whole(app: &App, article: &str) -> Vec<u8> {
    let answer = app.get(&format!("/articles/{article}/listen.mp3")).await;
    assert_eq!(answer.status(), 200);
    answer.bytes().await.unwrap().to_vec()
}

async fn narration(app: &App, article: &str) -> Value {
    app.json(&format!("/api/player?article={article}")).await["narration"].clone()
}

async fn bytes(app: &App, path: &Value) -> Vec<u8> {
    app.get(path.as_str().unwrap()).await.bytes().await.unwrap().to_vec()
}

fn home() -> (Home, String) {
    let home = Home::new("sample = false\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    (home, key)
}

#[tokio::test]
async fn listeners_share_what_is_being_read_and_get_the_file_that_is_kept() {
    let (home, key) = home();
    let app = home.start();
    let (job, article) = begun(&app, &key, &article(400, "bản Mòn")).await;
    let player = app.json(&format!("/api/player?article={article}")).await;
    assert_eq!(player["narration"], Value::Null);
    let listen = format!("/articles/{article}/listen.mp3");
    assert_eq!(player["listen"], listen.as_str());
    assert!(app.page(&format!("/articles/{article}")).await.contains(&listen));

    // One listens for a moment and leaves.
    let answer = app.get(&listen).await;
    assert_eq!(answer.headers()["content-type"], "audio/mpeg");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert!(answer.content_length().is_none());
    let mut pieces = answer.bytes_stream();
    let first = pieces.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"ID3") && first.len() > 1_000, "{} bytes", first.len());
    let state = app.json(&format!("/api/jobs/{job}")).await;
    assert_eq!(state["state"], "running", "too fast to be caught: {state}");
    drop(pieces);

    // Two hear all of it.
    let (one, other) = tokio::join!(whole(&app, &article), whole(&app, &article));
    assert_eq!(app.finished(&job).await["state"], "done");
    let narration = narration(&app, &article).await;
    let kept = bytes(&app, &narration["mp3"]).await;
    assert!(one == kept && other == kept, "{} {} {}", one.len(), other.len(), kept.len());
    assert!(kept.starts_with(&first));

    // From now on it is that file, with its ranges.
    let part = app.client.get(app.url(&listen)).header("range", "bytes=1000-1999").send();
    let part = part.await.unwrap();
    assert_eq!(
        (part.status().as_u16(), &part.headers()["cache-control"]),
        (206, &"no-cache".parse().unwrap())
    );
    assert_eq!(part.bytes().await.unwrap(), kept[1000..2000]);
    let shown = app.json(&format!("/api/player?article={article}")).await;
    assert_eq!(shown["listen"], Value::Null);
    assert!(bytes(&app, &narration["opus"]).await.starts_with(b"OggS"));
    let cues = app.json(&format!("/articles/{article}/cues.json")).await;
    assert_eq!(cues["peaks"].as_array().unwrap().len(), 600);
}

#[tokio::test]
async fn what_nobody_reads_cannot_be_listened_to() {
    let (home, key) = home();
    let app = home.start();
    let missing = "/articles/01890000-0000-7000-8000-000000000000/listen.mp3";
    assert_eq!(app.get(missing).await.status(), 404);
    assert_eq!(app.get("/articles/x/listen.mp3").await.status(), 404);
    // Sound that was lost is made again for whoever asks for it.
    let done = app.narrate(&key, &article(5, "bản Nà")).await;
    let id = done["article"].as_str().unwrap();
    let before = whole(&app, id).await;
    // The other format is made after the job is done; nothing is written there any more once it is there.
    bytes(&app, &narration(&app, id).await["opus"]).await;
    std::fs::remove_dir_all(home.path("data/blobs")).unwrap();
    assert_eq!(whole(&app, id).await, before);
}

#[tokio::test]
async fn a_listener_learns_that_the_work_broke_off() {
    let (home, key) = home();
    let app = home.start();
    let (_, article) = begun(&app, &key, &article(400, "bản Lao")).await;
    let answer = app.get(&format!("/articles/{article}/listen.mp3")).await;
    let mut pieces = answer.bytes_stream();
    assert!(pieces.next().await.unwrap().is_ok());
    app.kill();
    let mut last = Ok(Default::default());
    while let Some(piece) = pieces.next().await {
        last = piece;
    }
    assert!(last.is_err(), "the sound ended as if it were whole");
}

fn clips(home: &Home) -> BTreeSet<PathBuf> {
    fn files(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path, found) } else { assert!(found.insert(path)) }
        }
    }
    let mut found = BTreeSet::new();
    files(&home.path("data/clips"), &mut found);
    found
}

/// The samples of each sentence.
async fn sentences(app: &App, article: &str) -> Vec<Vec<u8>> {
    let wav = bytes(app, &narration(app, article).await["wav"]).await;
    let cues = app.json(&format!("/articles/{article}/cues.json")).await;
    let cue = |cue: &Value| {
        let byte = |name: &str| 44 + 2 * cue[name].as_u64().unwrap() as usize;
        wav[byte("start")..byte("end")].to_vec()
    };
    cues["cues"].as_array().unwrap().iter().map(cue).collect()
}

#[tokio::test]
async fn a_changed_word_costs_one_sentence_and_leaves_the_others_as_they_were() {
    let (home, key) = home();
    let app = home.start();
    let mut text = article(40, "bản Pe");
    let first = app.narrate(&key, &text).await;
    let before = (clips(&home), sentences(&app, first["article"].as_str().unwrap()).await);
    assert_eq!(before.1.len(), 41);
    text["paragraphs"][20] = json!("Câu thứ hai mươi kể chuyện khác hẳn.");
    let second = app.narrate(&key, &text).await;
    let after = (clips(&home), sentences(&app, second["article"].as_str().unwrap()).await);
    assert_eq!(after.0.difference(&before.0).count(), 1);
    let changed: Vec<usize> = (0..41).filter(|&i| before.1[i] != after.1[i]).collect();
    assert_eq!(changed, [21]);
}

#[tokio::test]
async fn damaged_clips_are_made_again() {
    let (home, key) = home();
    let app = home.start();
    let first = app.narrate(&key, &article(3, "bản Sài")).await;
    let before = sentences(&app, first["article"].as_str().unwrap()).await;
    for clip in clips(&home) {
        let mut content = std::fs::read(&clip).unwrap();
        let middle = content.len() / 2;
        content[middle] ^= 0x40;
        std::fs::write(&clip, content).unwrap();
    }
    // The same sentences in another article.
    let mut other = article(3, "bản Sài");
    other["paragraphs"].as_array_mut().unwrap().push(json!("Thêm một câu."));
    let second = app.narrate(&key, &other).await;
    let after = sentences(&app, second["article"].as_str().unwrap()).await;
    assert_eq!(after[..before.len()], before);
    assert_eq!(app.said("is damaged", 4).await.len(), 4);
}

#[tokio::test]
async fn a_cache_that_is_switched_off_keeps_nothing() {
    let home =
        Home::new("sample = false\n[narration]\nclip_cache_mb = 0\n[sound]\nkeep_wav = false\n");
    home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let done = app.narrate(&key, &article(3, "bản Xa")).await;
    let narration = narration(&app, done["article"].as_str().unwrap()).await;
    assert_eq!(narration["wav"], Value::Null);
    let wav = narration["mp3"].as_str().unwrap().replace(".mp3", ".wav");
    assert_eq!(app.get(&wav).await.status(), 404);
    assert!(!home.path("data/clips").exists());
}

/// Puts a voice into the folder that cannot say `x` (the sound of `kh`): what its model has learnt of that
/// phoneme is no number.
pub fn drop_voice_that_fails(home: &Home) {
    drop_voice(home, "voice-mini", "mini");
    let folder = home.path("data/voices/mini");
    let config = std::fs::read(folder.join("mini.onnx.json")).unwrap();
    let config: Value = serde_json::from_slice(&config).unwrap();
    let id = config["phoneme_id_map"]["x"][0].as_u64().unwrap() as usize;
    let model = folder.join("mini.onnx");
    let mut content = std::fs::read(&model).unwrap();
    // The table of 76 symbols of 4 numbers each: 1,216 bytes, after the field's number and length.
    let tables = content.windows(3).enumerate().filter(|(_, bytes)| bytes == b"\x4a\xc0\x09");
    let tables: Vec<usize> = tables.map(|(at, _)| at + 3).collect();
    let [table] = tables[..] else { panic!("{tables:?}") };
    content[table + 16 * id..table + 16 * (id + 1)].fill(0xff);
    std::fs::write(model, content).unwrap();
}

#[tokio::test]
async fn a_sentence_on_which_the_voice_fails_is_read_by_another_and_told() {
    let home = Home::new("sample = false\nvoice = \"mini\"\n");
    drop_voice_that_fails(&home);
    let password = home.add_account("lan");
    let key = home.api_key("lan");
    let app = home.start();
    let good = "Bản Mòn có cầu mới.";
    let bad = "Con khỉ ăn khoai khô.";
    let article = json!({"title": "Cây cầu", "paragraphs": [good, bad, "Ai cũng vui."]});
    let done = app.narrate(&key, &article).await;
    assert_eq!(done["state"], "done", "{done}");
    let heard = sentences(&app, done["article"].as_str().unwrap()).await;
    assert!(heard.len() == 4 && heard.iter().all(|sentence| sentence.len() > 10_000));

    let cookie = app.log_in("lan", password).await;
    let page = |path: String| {
        let request = app.client.get(app.url(&path)).header("cookie", &cookie);
        async move { request.send().await.unwrap().text().await.unwrap() }
    };
    let job = page(format!("/desk/jobs/{}", done["id"].as_str().unwrap())).await;
    assert!(job.contains("giọng dựng sẵn đã đọc thay") && job.contains(bad), "{job}");
    assert!(!job.contains(&format!("<q>{good}")));
    assert!(page("/desk".to_owned()).await.contains("có 1 câu cần nghe lại"));

    // A voice that cannot begin is broken, and nobody else reads the article in its place.
    let broken = json!({"title": "Khỉ", "paragraphs": ["Khỉ kho.", "Khoai khô.", bad]});
    let failed = app.narrate(&key, &broken).await;
    assert_eq!(
        (&failed["state"], &failed["error"]["code"]),
        (&json!("failed"), &json!("voice_failed"))
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_disk_that_is_full_leaves_nothing_half_made() {
    let (home, key) = home();
    // No file may have more than a megabyte.
    let app = home.start_through("trap '' XFSZ; ulimit -f 2000; exec \"$0\" \"$@\"");
    let (job, _) = begun(&app, &key, &article(60, "bản Hốc")).await;
    let failed = app.finished(&job).await;
    assert_eq!(failed["error"]["code"], "store_failed", "{failed}");
    assert!(!failed["error"]["message"].as_str().unwrap().is_empty());
    let mut folders = vec![home.path("data/blobs")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            assert!(path.is_dir(), "{} was left", path.display());
            folders.push(path);
        }
    }
    // With room it is done, and what was spoken before is not spoken again.
    drop(app);
    let spoken = clips(&home);
    assert!((5..61).contains(&spoken.len()), "{}", spoken.len());
    let app = home.start();
    let done = app.narrate(&key, &article(60, "bản Hốc")).await;
    assert_eq!(done["state"], "done", "{done}");
    let all = clips(&home);
    assert!(all.len() == 61 && all.is_superset(&spoken));
}

#[test]
fn a_voice_that_fails_on_a_sentence_is_told_on_the_command_line() {
    let home = Home::new("");
    drop_voice_that_fails(&home);
    let out = home.path("a.mp3");
    let arguments = ["narrate", "-", "-o", out.to_str().unwrap(), "--voice", "mini", "--json"];
    let made = home.run(&arguments, "Cây cầu\n\nBản Mòn có cầu mới.\n\nCon khỉ ăn khoai khô.\n");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let summary: Value = serde_json::from_slice(&made.stdout).unwrap();
    let notes = summary["notes"].as_array().unwrap();
    assert!(notes.iter().any(|note| note["kind"] == "stand_in"), "{notes:?}");
}
