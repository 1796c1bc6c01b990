//! What it costs to turn clips into the files that listeners get, beside what it costs to speak them.
//!
//! ```text
//! cargo bench --bench sound [-- --model MODEL.onnx [--library libonnxruntime.so] < IDS]
//! ```
//!
//! With a model the clips are spoken first, one thread, one utterance after the other: every line of
//! stdin is one, as phoneme ids apart by spaces. Without one they are the embedded voice's. Then the same
//! clips are assembled and levelled, and encoded in each format, one after the other on one thread. Prints
//! seconds of work for each, and their ratio to the time of speaking.

use std::io::{BufRead as _, Cursor};
use std::path::PathBuf;
use std::time::Instant;

use baonoi::audio::{self, Arrangement, Assembly, Bitrates, Encoder, Format, Tags, track_rate};
use baonoi::domain::narration::{Clip, Phonemes};
use baonoi::domain::script::Pause;
use baonoi::phonemize;
use baonoi::synthesize::piper::{Manner, Piper, Runtime};
use baonoi::synthesize::{Engine, Stop};

/// Runs of which the fastest counts: what disturbs only adds.
const RUNS: usize = 5;

fn value(name: &str) -> Option<PathBuf> {
    let arguments: Vec<String> = std::env::args().collect();
    let at = arguments.iter().position(|argument| argument == name)?;
    arguments.get(at + 1).map(PathBuf::from)
}

/// The clips, and the seconds that speaking them took.
fn spoken() -> (Vec<Clip>, f64) {
    let Some(model) = value("--model") else { return embedded() };
    let (runtime, refused) = Runtime::choose(value("--library").as_deref());
    assert!(refused.is_none(), "{refused:?}");
    let config = PathBuf::from(format!("{}.json", model.display()));
    let voice = Piper::load(&model, &config, None, &runtime, 1).unwrap();
    let rate = voice.config().rate;
    println!("voice: {} with {}", model.display(), runtime.name());
    let lines: Vec<String> = std::io::stdin().lock().lines().map(Result::unwrap).collect();
    let manner = Manner { length_scale: 1.0, variation: 0.0, seed: 0 };
    let begun = Instant::now();
    let clip = |line: &String| {
        let ids: Vec<i64> = line.split_whitespace().map(|id| id.parse().unwrap()).collect();
        Clip { rate, samples: voice.speak(&ids, manner, &|| false).unwrap().samples }
    };
    let clips = lines.iter().map(clip).collect();
    (clips, begun.elapsed().as_secs_f64())
}

fn embedded() -> (Vec<Clip>, f64) {
    println!("voice: embedded");
    let engine = Engine::embedded();
    let sentence = |n: usize| {
        phonemize::phonemes(&format!("câu số {n} kể rằng bản mòn đã có cây cầu mới bắc qua suối."))
            .0
    };
    let sentences: Vec<Phonemes> = (0..40).map(sentence).collect();
    let begun = Instant::now();
    let clip = |phonemes| engine.clip(phonemes, 1.0, &Stop::default()).unwrap().clip;
    let clips = sentences.iter().map(clip).collect();
    (clips, begun.elapsed().as_secs_f64())
}

/// Seconds of the fastest run.
fn fastest(mut work: impl FnMut()) -> f64 {
    let run = |_| {
        let begun = Instant::now();
        work();
        begun.elapsed().as_secs_f64()
    };
    (0..RUNS).map(run).fold(f64::INFINITY, f64::min)
}

fn main() {
    let (clips, speaking) = spoken();
    let rate = track_rate(clips.first().expect("there is a line of ids").rate);
    let mut pieces = Vec::new();
    let assembling = fastest(|| {
        let (mut assembly, opening) = Assembly::begin(rate, &Arrangement::default());
        pieces = vec![opening];
        for clip in &clips {
            let sound = audio::sound(clip.clone(), rate);
            pieces.push(assembly.add(&sound, Pause::Sentence));
        }
        pieces.push(assembly.end().1);
    });
    let sound = pieces.iter().map(Vec::len).sum::<usize>() as f64 / f64::from(rate.0);
    println!("sound: {sound:.1} s; speaking took {speaking:.3} s");
    let mut all = assembling;
    let tell = |what: &str, seconds: f64| {
        let (ratio, factor) = (seconds / speaking * 100.0, seconds / sound);
        println!(
            "{what:<22} {seconds:.4} s  {ratio:5.2} % of speaking  real-time factor {factor:.5}"
        );
    };
    tell("assembly and levelling", assembling);
    for format in Format::ALL {
        let seconds = fastest(|| {
            let (out, tags) = (Cursor::new(Vec::new()), Tags::default());
            let mut encoder =
                Encoder::begin(format, out, rate, Bitrates::default(), &tags).unwrap();
            pieces.iter().for_each(|piece| encoder.add(piece).unwrap());
            encoder.end().unwrap();
        });
        tell(format.ending(), seconds);
        all += seconds;
    }
    tell("all together", all);
}
