//! How near the decoder of our own engine comes to what the processor can do: every stage's time, beside
//! the products that it is made of and the most that one thread can make, measured in the same run.
//!
//! ```text
//! cargo bench --bench vits -- [--size x_low|medium|high] [--frames 400] [--rounds 12]
//! ```
//!
//! The weights are made up (their values do not matter for the time), so that no voice is needed. A stage
//! is timed as the difference of two decoders, with it and without; times are of the processor, the least of
//! all rounds, since other work on the machine only adds to them.

use std::sync::OnceLock;
use std::time::Instant;

use baonoi::synthesize::vits::decoder::{Decoder, DecoderWeights, Layer, ResidualStep, Stage};
use baonoi::synthesize::vits::kernels::{Signal, peak};
use baonoi::synthesize::vits::{Half, Isa};

/// What differs between the sizes of Piper's voices.
struct Size {
    inputs: usize,
    channels: usize,
    /// Stride and taps.
    stages: &'static [(usize, usize)],
    /// Taps and dilations.
    blocks: [(usize, &'static [usize]); 3],
    /// Whether a step has a second convolution.
    two: bool,
}

const SMALL: [(usize, &[usize]); 3] = [(3, &[1, 2]), (5, &[2, 6]), (7, &[3, 12])];
const LARGE: [(usize, &[usize]); 3] = [(3, &[1, 3, 5]), (7, &[1, 3, 5]), (11, &[1, 3, 5])];

fn size(name: &str) -> Option<Size> {
    let stages: &[(usize, usize)] = &[(8, 16), (8, 16), (4, 8)];
    let medium = Size { inputs: 192, channels: 256, stages, blocks: SMALL, two: false };
    match name {
        "x_low" => Some(Size { inputs: 96, ..medium }),
        "medium" => Some(medium),
        "high" => Some(Size {
            channels: 512,
            stages: &[(8, 16), (8, 16), (2, 4), (2, 4)],
            blocks: LARGE,
            two: true,
            ..medium
        }),
        _ => None,
    }
}

/// A convolution with some weights.
fn layer(inputs: usize, outputs: usize, taps: usize, dilation: usize) -> Layer {
    let count = inputs * outputs * taps;
    let gain = (6.0 / (inputs * taps) as f32).sqrt();
    let weight = (0..count).map(|i| ((i * 7919) % 1009) as f32 / 1009.0 - 0.5);
    Layer {
        weight: weight.map(|x| x * gain).collect(),
        bias: Some(vec![0.01; outputs]),
        inputs,
        outputs,
        taps,
        dilation,
        pad: dilation * (taps - 1) / 2,
    }
}

/// The decoder's first `count` stages.
fn weights(size: &Size, count: usize) -> DecoderWeights {
    let mut channels = size.channels;
    let mut stages = Vec::new();
    for &(stride, taps) in &size.stages[..count] {
        let upsampling =
            Layer { pad: (taps - stride) / 2, ..layer(channels, channels / 2, taps, 1) };
        channels /= 2;
        let block = |&(taps, dilations): &(usize, &'static [usize])| {
            let step = |&dilation: &usize| ResidualStep {
                first: layer(channels, channels, taps, dilation),
                second: size.two.then(|| layer(channels, channels, taps, 1)),
            };
            dilations.iter().map(step).collect()
        };
        let blocks: Vec<Vec<ResidualStep>> = size.blocks.iter().map(block).collect();
        let divisor = blocks.len() as f32;
        stages.push(Stage { slope: 0.1, upsampling, stride, blocks, block_slope: 0.1, divisor });
    }
    DecoderWeights {
        first: layer(size.inputs, size.channels, 7, 1),
        condition: None,
        stages,
        last_slope: 0.01,
        last: layer(channels, 1, 7, 1),
    }
}

/// Products of a frame.
fn products(weights: &DecoderWeights) -> usize {
    let of = |layer: &Layer| layer.inputs * layer.outputs * layer.taps;
    let mut rate = 1;
    let mut sum = of(&weights.first);
    for stage in &weights.stages {
        sum += rate * of(&stage.upsampling);
        rate *= stage.stride;
        let steps = stage.blocks.iter().flatten();
        let step = |step: &ResidualStep| of(&step.first) + step.second.as_ref().map_or(0, of);
        sum += rate * steps.map(step).sum::<usize>();
    }
    sum + rate * of(&weights.last)
}

/// Seconds that this thread has computed (Linux), or else that have passed.
fn clock() -> f64 {
    // The kernel counts when it is entered to choose who runs.
    std::thread::yield_now();
    let computed = std::fs::read_to_string("/proc/thread-self/schedstat").ok().and_then(|line| {
        let nanoseconds: f64 = line.split(' ').next()?.parse().ok()?;
        Some(nanoseconds / 1e9)
    });
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    computed.unwrap_or_else(|| BEGUN.get_or_init(Instant::now).elapsed().as_secs_f64())
}

/// Seconds until the first samples, and until the last.
fn time(decoder: &Decoder, latent: &Signal) -> (f64, f64) {
    let begun = clock();
    let mut first = None;
    decoder.decode(latent, None, 0..latent.frames(), &|| false, &mut |_| {
        first.get_or_insert_with(|| clock() - begun);
    });
    (first.unwrap_or(f64::NAN), clock() - begun)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).cloned()
    };
    let number = |name: &str, usual| value(name).and_then(|x| x.parse().ok()).unwrap_or(usual);
    let name = value("--size").unwrap_or_else(|| "medium".into());
    let Some(size) = size(&name) else {
        println!("nothing to do: the sizes are x_low, medium and high");
        return;
    };
    let (frames, rounds) = (number("--frames", 400), number("--rounds", 12));
    let mut latent = Signal::new(size.inputs, frames, 0);
    for channel in 0..size.inputs {
        for (t, x) in latent.row_mut(channel).iter_mut().enumerate() {
            *x = ((t * 31 + channel * 17) % 23) as f32 / 11.5 - 1.0;
        }
    }
    let parts: Vec<DecoderWeights> =
        (0..=size.stages.len()).map(|count| weights(&size, count)).collect();
    // Single precision everywhere, half where it is, faster or not.
    let singles = Isa::all().into_iter().filter(|isa| *isa != Isa::Portable);
    let halves = Isa::best().halves().into_iter().map(|half| (Isa::best(), Some(half)));
    for (isa, half) in singles.map(|isa| (isa, None)).chain(halves) {
        let pack = |weights| Decoder::in_half_precision(weights, isa, half).unwrap();
        let decoders: Vec<Decoder> = parts.iter().map(pack).collect();
        let mut best = vec![(f64::MAX, f64::MAX); parts.len()];
        let mut most = 0.0_f64;
        for _ in 0..rounds {
            for (best, decoder) in best.iter_mut().zip(&decoders) {
                most = most.max(peak(isa, half));
                let (first, whole) = time(decoder, &latent);
                *best = (best.0.min(first), best.1.min(whole));
            }
        }
        // Not all of the decoder is in half precision, but all is measured by it.
        let half = half.map_or_else(String::new, |half: Half| format!(" {half}"));
        println!("{name}, {isa}{half}: at most {:.1} G products/s", most / 1e9);
        let mut before = (0.0, 0);
        for (i, (weights, &(_, seconds))) in parts.iter().zip(&best).enumerate() {
            let made = products(weights) * frames;
            // What the part before has of the last convolution is too little to matter.
            let (took, own) = (seconds - before.0, made.saturating_sub(before.1) as f64);
            let what = if i == 0 { "ends".into() } else { format!("stage {i}") };
            println!(
                "  {what}: {:.2} ms, {:.1} G products/s, {:.0} %",
                took * 1e3,
                own / took / 1e9,
                100.0 * own / took / most
            );
            before = (seconds, made);
        }
        let sound = (frames * decoders[parts.len() - 1].hop()) as f64 / 22_050.0;
        let (first, whole) = best[parts.len() - 1];
        println!(
            "  all: {:.2} ms, {:.0} %, real-time factor {:.4}, first samples after {:.2} ms",
            whole * 1e3,
            100.0 * before.1 as f64 / whole / most,
            whole / sound,
            first * 1e3
        );
    }
}
