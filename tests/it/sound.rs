//! The finished files as other programs hear them: ffmpeg measures loudness, peaks and silences, and
//! tells whether every word is where its cue says.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::app::{Home, project, text};

/// How far the loudness of a file may be from -16 LUFS, and how high its true peak may be, in dBTP.
const LOUDNESS_ERROR_MAX: f64 = 0.5;
const PEAK_MAX: f64 = -1.0;
/// How far a cue may be from its sound in a compressed file, in seconds.
const CUE_ERROR_MAX: f64 = 0.025;

const FORMATS: [&str; 3] = ["mp3", "opus", "wav"];

fn ffmpeg(arguments: &[&str]) -> (Vec<u8>, String) {
    let done = Command::new("ffmpeg").args(["-nostdin", "-nostats"]).args(arguments).output();
    let done = done.expect("ffmpeg is installed by ./tests/run");
    assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
    (done.stdout, text(&done.stderr))
}

/// Integrated loudness in LUFS and true peak in dBTP.
fn loudness(file: &str) -> (f64, f64) {
    let said = ffmpeg(&["-i", file, "-af", "ebur128=peak=true", "-f", "null", "-"]).1;
    let summary = said.rsplit_once("Summary:").unwrap().1;
    let number = |name: &str| -> f64 {
        let rest = summary.split_once(name).unwrap().1;
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    (number("I:"), number("Peak:"))
}

/// The silences of at least a tenth of a second, from and to, in seconds.
fn silences(file: &str) -> Vec<(f64, f64)> {
    let said = ffmpeg(&["-i", file, "-af", "silencedetect=n=-50dB:d=0.1", "-f", "null", "-"]).1;
    let times = |name: &str| -> Vec<f64> {
        let found = said.split(name).skip(1);
        found.map(|rest| rest.split_whitespace().next().unwrap().parse().unwrap()).collect()
    };
    times("silence_start: ").into_iter().zip(times("silence_end: ")).collect()
}

/// All samples, as a player hears them.
fn decoded(file: &str, rate: u32) -> Vec<f32> {
    let rate = rate.to_string();
    let pcm = ffmpeg(&["-v", "error", "-i", file, "-f", "s16le", "-ac", "1", "-ar", &rate, "-"]).0;
    pcm.chunks_exact(2).map(|two| f32::from(i16::from_le_bytes([two[0], two[1]]))).collect()
}

/// The samples by which `heard` is later than `given`, where they are most alike, and how alike.
fn shift(given: &[f32], heard: &[f32], start: usize, length: usize, reach: usize) -> (i64, f64) {
    let part = &given[start..(start + length).min(given.len())];
    let power = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let alike = |late: i64| {
        let from = usize::try_from(start as i64 + late).ok()?;
        let other = heard.get(from..from + part.len())?;
        let product: f64 = part.iter().zip(other).map(|(a, b)| f64::from(a * b)).sum();
        Some((late, product / (power(part) * power(other)).sqrt().max(1.0)))
    };
    let reach = reach as i64;
    (-reach..=reach).filter_map(alike).max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

/// The starts and ends of the cues of a WebVTT file, in seconds.
fn cues(file: &Path) -> Vec<(f64, f64)> {
    let seconds = |time: &str| {
        time.split(':').fold(0.0, |all, part| all * 60.0 + part.parse::<f64>().unwrap())
    };
    let text = std::fs::read_to_string(file).unwrap();
    let lines = text.lines().filter_map(|line| line.split_once(" --> "));
    lines.map(|(start, end)| (seconds(start), seconds(end))).collect()
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![project("samples/chinh-sach-xa-hoi.html")];
    // Some of each kind, long and short.
    for name in ["agency-report", "interview", "magazine-with-drop-caps", "poem", "legal-text"] {
        pages.push(project("tests/data/pages").join(name).join("source.html"));
    }
    pages
}

fn narrate(home: &Home, page: &Path, format: &str) -> String {
    let out = home.path(&format!("a.{format}")).to_str().unwrap().to_owned();
    let vtt = home.path("a.vtt");
    let page = page.to_str().unwrap();
    let arguments = ["narrate", page, "-o", &out, "--vtt", vtt.to_str().unwrap()];
    let made = home.run(&arguments, "");
    assert!(made.status.success(), "{page}: {}", text(&made.stderr));
    out
}

#[test]
fn every_page_in_every_format_has_the_loudness_and_the_peaks() {
    let home = Home::new("");
    for page in pages() {
        for format in FORMATS {
            let (lufs, peak) = loudness(&narrate(&home, &page, format));
            let name = format!("{} as {format}", page.display());
            println!("{name}: {lufs} LUFS, {peak} dBTP");
            assert!((lufs + 16.0).abs() <= LOUDNESS_ERROR_MAX, "{name}: {lufs} LUFS");
            assert!(peak <= PEAK_MAX, "{name}: {peak} dBTP");
        }
    }
}

#[test]
fn every_sentence_is_where_its_cue_says_in_every_format() {
    const RATE: u32 = 22_050;
    let home = Home::new("");
    for page in pages() {
        let given = decoded(&narrate(&home, &page, "wav"), RATE);
        let cues = cues(&home.path("a.vtt"));
        for format in ["mp3", "opus"] {
            let heard = decoded(&narrate(&home, &page, format), RATE);
            let length = (heard.len() as i64 - given.len() as i64).abs();
            assert!(length <= 1, "{} as {format}: {length} samples", page.display());
            let mut worst = 0.0_f64;
            for (start, end) in &cues {
                let at = (start * f64::from(RATE)) as usize;
                let length = ((end - start) * f64::from(RATE)).min(4_096.0) as usize;
                let (late, alike) = shift(&given, &heard, at, length, 700);
                assert!(alike > 0.8, "{} as {format} at {start} s: {alike}", page.display());
                worst = worst.max((late as f64 / f64::from(RATE)).abs());
            }
            println!("{} as {format}: {:.2} ms", page.display(), worst * 1000.0);
            assert!(worst <= CUE_ERROR_MAX, "{} as {format}: {worst} s", page.display());
        }
    }
}

#[test]
fn the_silences_are_those_between_the_cues() {
    let home = Home::new("");
    for format in FORMATS {
        let file = narrate(&home, &project("samples/chinh-sach-xa-hoi.html"), format);
        let silences = silences(&file);
        let cues = cues(&home.path("a.vtt"));
        for pair in cues.windows(2) {
            let (end, start) = (pair[0].1, pair[1].0);
            // A clip keeps up to 90 ms of its own silence at each end, and codecs ring for a moment.
            let fits = |(from, to): &&(f64, f64)| {
                (-0.12..=0.03).contains(&(from - end)) && (-0.03..=0.12).contains(&(to - start))
            };
            assert!(silences.iter().any(|silence| fits(&silence)), "{format}: {end} to {start}");
        }
    }
}

#[test]
fn every_file_says_what_it_is_and_that_the_voice_is_made() {
    let home = Home::new("");
    for format in FORMATS {
        let file = narrate(&home, &project("samples/chinh-sach-xa-hoi.html"), format);
        let said = Command::new("ffprobe")
            .args(["-v", "error", "-of", "json", "-show_format", "-show_streams", &file])
            .output()
            .unwrap();
        let said: Value = serde_json::from_slice(&said.stdout).unwrap();
        // What a player shows before it has read all of it.
        let shown: f64 = said["format"]["duration"].as_str().unwrap().parse().unwrap();
        let heard = decoded(&file, 22_050).len() as f64 / 22_050.0;
        assert!((shown - heard).abs() < 0.06, "{format}: {shown} s shown, {heard} s heard");
        // Opus keeps its tags with the stream.
        let tags = |from: &Value| from["tags"].as_object().cloned().unwrap_or_default();
        let mut all = tags(&said["format"]);
        all.extend(tags(&said["streams"][0]));
        let tag = |name: &str| {
            let found = all.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str().unwrap().to_owned()).unwrap_or_default()
        };
        assert!(tag("title").starts_with("Mái ấm"), "{format}: {all:?}");
        assert!(!tag("artist").is_empty() && tag("date").starts_with("20"), "{format}: {all:?}");
        let mark = if format == "wav" { tag("comment") } else { tag("SYNTHETIC_VOICE") };
        assert!(mark.contains("giọng đọc tổng hợp bằng máy"), "{format}: {all:?}");
        let source = if format == "wav" { mark } else { tag("DIGITAL_SOURCE_TYPE") };
        assert!(source.contains("digitalsourcetype/algorithmicMedia"), "{format}: {all:?}");
        let language = ["language", "TLAN"].map(tag).concat();
        assert!(language.starts_with("vi"), "{format}: {all:?}");
        let pictures = said["streams"].as_array().unwrap().iter();
        let pictures = pictures.filter(|stream| stream["codec_name"] == "png").count();
        assert_eq!(pictures, usize::from(format != "wav"), "{format}");
    }
}

#[test]
fn a_newsroom_has_its_own_sounds_pauses_and_picture() {
    let plain = Home::new("");
    let page = project("samples/chinh-sach-xa-hoi.html");
    narrate(&plain, &page, "mp3");
    let before = cues(&plain.path("a.vtt"));

    let jingle = plain.path("jingle.wav");
    let tone = "sine=frequency=660:duration=2:sample_rate=48000";
    ffmpeg(&["-v", "error", "-f", "lavfi", "-i", tone, "-ac", "2", jingle.to_str().unwrap()]);
    let picture = plain.path("cover.jpg");
    let red = ["-v", "error", "-f", "lavfi", "-i", "color=red:size=64x64", "-frames:v", "1"];
    ffmpeg(&[&red[..], &[picture.to_str().unwrap()]].concat());
    let home = Home::new(&format!(
        "[sound]\nintro = {jingle:?}\noutro = {jingle:?}\ncover = {picture:?}\npauses = 2.0\n\
         mp3_kbps = 32\n"
    ));
    let file = narrate(&home, &page, "mp3");
    let after = cues(&home.path("a.vtt"));
    let start = after[0].0 - before[0].0;
    assert!((2.4..2.6).contains(&start), "{start} s of intro and the silence after it");
    let gap = |cues: &[(f64, f64)]| cues[1].0 - cues[0].1;
    assert!((gap(&after) - 2.0 * gap(&before)).abs() < 0.01);
    let (lufs, peak) = loudness(&file);
    assert!((lufs + 16.0).abs() <= LOUDNESS_ERROR_MAX && peak <= PEAK_MAX, "{lufs}, {peak}");
    let bytes = std::fs::metadata(&file).unwrap().len() as f64;
    let kbps = bytes * 8.0 / after.last().unwrap().1 / 1000.0;
    assert!((31.0..34.0).contains(&kbps), "{kbps} kbit/s");

    for (setting, said) in [
        ("intro = \"/no/such.wav\"", "as `sound.intro`"),
        ("outro = \"baonoi.toml\"", "as `sound.outro`"),
        ("cover = \"/dev/null\"", "neither a JPEG nor a PNG"),
        ("mp3_kbps = 65", "sound.mp3_kbps"),
    ] {
        let home = Home::new(&format!("[sound]\n{setting}\n"));
        let out = home.path("a.mp3");
        let made = home.run(&["narrate", "-", "-o", out.to_str().unwrap()], "Một câu.\n");
        assert_eq!(made.status.code(), Some(1), "{setting}");
        assert!(text(&made.stderr).contains(said), "{setting}: {}", text(&made.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_no_half_file() {
    let home = Home::new("");
    for format in FORMATS {
        let out = home.path(&format!("full.{format}"));
        let part = home.path(&format!("full.{format}.part"));
        // A file on which every write fails for lack of space.
        std::os::unix::fs::symlink("/dev/full", &part).unwrap();
        let page = project("samples/chinh-sach-xa-hoi.html");
        let arguments = ["narrate", page.to_str().unwrap(), "-o", out.to_str().unwrap()];
        let made = home.run(&arguments, "");
        assert_eq!(made.status.code(), Some(1), "{format}");
        assert!(text(&made.stderr).contains("No space left"), "{}", text(&made.stderr));
        assert!(!out.exists() && part.symlink_metadata().is_err(), "{format}");
    }
}
