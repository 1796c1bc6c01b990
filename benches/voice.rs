//! How fast a Piper voice speaks, and in how much memory. `benches/peers/voice.py` runs it beside
//! Python's piper-tts, in turns.
//!
//! ```text
//! cargo bench --bench voice -- --model MODEL.onnx [--half | --rten | --library libonnxruntime.so]
//!     [--threads 1] [--at-once 1] [--raw FILE] < IDS
//! … --phonemes < PHONEMES
//! … --stream < IDS
//! ```
//!
//! Every line of stdin is an utterance, as phoneme ids apart by spaces; each is spoken as it comes and
//! answered by one line of JSON: `samples`, `seconds` (of work). At the end stderr tells load, wall
//! clock, sound, real-time factor and peak memory. With `--phonemes` the lines are phonemes, and the
//! answers tell their ids too. The config is MODEL.onnx.json. Noise is 0, so that
//! all runtimes do the same. `--at-once N` speaks with N threads at once, each `--threads` wide.
//! With `--stream` our own engine gives the sound as it is made: an answer then tells `first`, the seconds
//! until 200 ms of sound were there, and `seconds` until all was, medians of seven.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use baonoi::domain::narration::Phonemes;
use baonoi::synthesize::piper::{Manner, Piper, Runtime};
use baonoi::synthesize::vits::{Precision, Request, Vits};
use serde_json::json;

struct Options {
    model: PathBuf,
    library: Option<PathBuf>,
    /// Whether our own engine computes what it recognizes, and whether in half precision.
    own: bool,
    half: bool,
    threads: usize,
    at_once: usize,
    /// Whether it is measured when the first sound is there.
    stream: bool,
    /// Whether the lines are phonemes, not ids.
    phonemes: bool,
    /// Raw samples (f32, little endian) of all utterances, for comparing runtimes.
    raw: Option<PathBuf>,
}

fn options() -> Option<Options> {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str| value(name).and_then(|value| value.parse().ok()).unwrap_or(1);
    Some(Options {
        model: value("--model")?.into(),
        library: value("--library").map(PathBuf::from),
        own: !arguments.iter().any(|argument| argument == "--rten") && value("--library").is_none(),
        half: arguments.iter().any(|argument| argument == "--half"),
        threads: number("--threads"),
        at_once: number("--at-once"),
        stream: arguments.iter().any(|argument| argument == "--stream"),
        phonemes: arguments.iter().any(|argument| argument == "--phonemes"),
        raw: value("--raw").map(PathBuf::from),
    })
}

/// The most memory that this process had at once, in MB (Linux).
fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

/// How soon the first 200 ms of every utterance are there.
fn stream(options: &Options) {
    const ROUNDS: usize = 7;
    let precision = if options.half { Precision::Half } else { Precision::Single };
    let voice = Vits::read(&std::fs::read(&options.model).unwrap(), precision).unwrap();
    let config = std::fs::read(format!("{}.json", options.model.display())).unwrap();
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap();
    let rate = config["audio"]["sample_rate"].as_u64().unwrap() as usize;
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let ids: Vec<i64> = line.split_whitespace().map(|id| id.parse().unwrap()).collect();
        let request = Request {
            ids: &ids,
            speaker: 0,
            noise_scale: 0.0,
            length_scale: 1.0,
            noise_w: 0.0,
            threads: options.threads,
        };
        let (mut firsts, mut wholes, mut samples) = (vec![], vec![], 0);
        for _ in 0..ROUNDS {
            let (begun, mut first) = (Instant::now(), None);
            samples = 0;
            let mut each = |piece: &[f32]| {
                samples += piece.len();
                if samples >= rate / 5 {
                    first.get_or_insert_with(|| begun.elapsed().as_secs_f64());
                }
            };
            voice.stream(&request, &mut |_| (), &|| false, &mut each).unwrap();
            let whole = begun.elapsed().as_secs_f64();
            firsts.push(first.unwrap_or(whole));
            wholes.push(whole);
        }
        let median = |mut seconds: Vec<f64>| {
            seconds.sort_by(f64::total_cmp);
            seconds[ROUNDS / 2]
        };
        let (first, seconds) = (median(firsts), median(wholes));
        let (count, share) = (ids.len(), first / seconds);
        let answer = json!({"ids": count, "samples": samples, "first": first, "seconds": seconds, "share": share});
        println!("{answer}");
    }
}

fn main() {
    let Some(options) = options() else {
        println!("nothing to do: give --model FILE.onnx, made by tests/tools/piper_voice.py");
        return;
    };
    let (mut runtime, refused) = Runtime::choose(options.library.as_deref());
    if let Some(refused) = refused {
        panic!("{refused}");
    }
    assert!(options.own || !options.half, "half precision is our own engine's");
    if options.own {
        let precision = if options.half { Precision::Half } else { Precision::Single };
        runtime = runtime.after_own(precision);
    }
    eprintln!("{}", runtime.name());
    if options.stream {
        return stream(&options);
    }
    let begun = Instant::now();
    let config = PathBuf::from(format!("{}.json", options.model.display()));
    let voice = Piper::load(&options.model, &config, None, &runtime, options.threads).unwrap();
    let load_s = begun.elapsed().as_secs_f64();
    let rate = f64::from(voice.config().rate.0);
    let manner = Manner { length_scale: 1.0, variation: 0.0, seed: 0 };
    let lines = Mutex::new(BufReader::new(std::io::stdin()).lines().enumerate());
    let said = Mutex::new(BTreeMap::new());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..options.at_once {
            scope.spawn(|| {
                loop {
                    let next = lines.lock().unwrap().next();
                    let Some((at, line)) = next else { break };
                    let line = line.unwrap();
                    let ids: Vec<i64> = if options.phonemes {
                        voice.config().ids(&Phonemes(line)).ids
                    } else {
                        line.split_whitespace().map(|id| id.parse().unwrap()).collect()
                    };
                    let begun = Instant::now();
                    let samples = voice.speak(&ids, manner, &|| false).unwrap().samples;
                    let seconds = begun.elapsed().as_secs_f64();
                    let count = samples.len();
                    let kept = if options.raw.is_some() { samples } else { vec![] };
                    said.lock().unwrap().insert(at, (count, kept));
                    let mut answer = json!({"samples": count, "seconds": seconds});
                    if options.phonemes {
                        answer["ids"] = json!(ids);
                    }
                    println!("{answer}");
                }
            });
        }
    });
    let wall = begun.elapsed().as_secs_f64();
    let said = said.into_inner().unwrap();
    let sound = said.values().map(|(count, _)| count).sum::<usize>() as f64 / rate;
    let (factor, peak) = (wall / sound, peak_rss_mb().unwrap_or(f64::NAN));
    eprintln!(
        "load {load_s:.3} s, wall {wall:.2} s, sound {sound:.1} s, real-time factor {factor:.4}, \
         peak {peak:.0} MB"
    );
    if let Some(path) = options.raw {
        let bytes: Vec<u8> =
            said.values().flat_map(|(_, samples)| samples).flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(path, bytes).unwrap();
    }
}
