//! How fast a Piper voice speaks, and in how much memory. `benches/peers/voice.py` runs it beside
//! Python's piper-tts, in turns.
//!
//! ```text
//! cargo bench --bench voice -- --model MODEL.onnx [--library libonnxruntime.so] [--threads 1]
//!     [--at-once 1] [--raw FILE] < IDS
//! ```
//!
//! Every line of stdin is an utterance, as phoneme ids apart by spaces; for each, one line of JSON is
//! printed: `samples`, `seconds` (of work), `rate`. Then one for all: `load_s`, `wall_s`, `audio_s`,
//! `real_time_factor`, `peak_rss_mb`. The config is MODEL.onnx.json. Noise is 0, so that all runtimes
//! do the same. `--at-once N` speaks with N threads at once, each `--threads` wide.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use baonoi::synthesize::piper::{Manner, Piper, Runtime};

struct Options {
    model: PathBuf,
    library: Option<PathBuf>,
    threads: usize,
    at_once: usize,
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
        threads: number("--threads"),
        at_once: number("--at-once"),
        raw: value("--raw").map(PathBuf::from),
    })
}

/// The most memory that this process had at once, in MB (Linux).
fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
}

fn main() {
    let Some(options) = options() else {
        println!("nothing to do: give --model FILE.onnx, made by tests/tools/piper_voice.py");
        return;
    };
    let ids = |line: String| line.split_whitespace().map(|id| id.parse().unwrap()).collect();
    let utterances: Vec<Vec<i64>> =
        std::io::stdin().lock().lines().map(|line| ids(line.unwrap())).collect();
    let (runtime, refused) = Runtime::choose(options.library.as_deref());
    if let Some(refused) = refused {
        panic!("{refused}");
    }
    eprintln!("{}", runtime.name());
    let begun = Instant::now();
    let config = PathBuf::from(format!("{}.json", options.model.display()));
    let voice = Piper::load(&options.model, &config, None, &runtime, options.threads).unwrap();
    let load_s = begun.elapsed().as_secs_f64();
    let rate = f64::from(voice.config().rate.0);
    let manner = Manner { length_scale: 1.0, variation: 0.0, seed: 0 };
    let said = Mutex::new(vec![(Vec::new(), 0.0); utterances.len()]);
    let next = Mutex::new(0..utterances.len());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..options.at_once {
            scope.spawn(|| {
                loop {
                    let Some(at) = next.lock().unwrap().next() else { break };
                    let begun = Instant::now();
                    let samples = voice.speak(&utterances[at], manner, &|| false).unwrap().samples;
                    said.lock().unwrap()[at] = (samples, begun.elapsed().as_secs_f64());
                }
            });
        }
    });
    let wall_s = begun.elapsed().as_secs_f64();
    let said = said.into_inner().unwrap();
    for (samples, seconds) in &said {
        let samples = samples.len();
        println!("{}", serde_json::json!({"samples": samples, "seconds": seconds, "rate": rate}));
    }
    let samples: usize = said.iter().map(|(samples, _)| samples.len()).sum();
    let audio_s = samples as f64 / rate;
    let summary = serde_json::json!({
        "load_s": load_s, "wall_s": wall_s, "audio_s": audio_s,
        "real_time_factor": wall_s / audio_s, "peak_rss_mb": peak_rss_mb(),
    });
    println!("{summary}");
    if let Some(path) = options.raw {
        let bytes: Vec<u8> =
            said.iter().flat_map(|(samples, _)| samples).flat_map(|x| x.to_le_bytes()).collect();
        std::fs::write(path, bytes).unwrap();
    }
}
