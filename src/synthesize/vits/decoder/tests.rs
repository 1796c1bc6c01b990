//! The decoder against a plain one, in windows and by threads.

use super::*;

/// Numbers from -1 to 1.
fn numbers(seed: u32, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1_u32 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn layer(seed: u32, (inputs, outputs): (usize, usize), taps: usize, dilation: usize) -> Layer {
    let gain = (1.5 / (inputs * taps) as f32).sqrt();
    Layer {
        weight: numbers(seed, inputs * outputs * taps).iter().map(|x| x * gain).collect(),
        bias: Some(numbers(seed + 1, outputs).iter().map(|x| x * 0.1).collect()),
        inputs,
        outputs,
        taps,
        dilation,
        pad: dilation * (taps - 1) / 2,
    }
}

/// All samples, by `threads` threads, each a stretch; none when `is_unwanted` said so.
fn decode_all(
    decoder: &Decoder,
    latent: &Signal,
    speaker: Option<&[f32]>,
    threads: usize,
    is_unwanted: &(dyn Fn() -> bool + Sync),
) -> Option<Vec<f32>> {
    let mut samples = vec![0.0; latent.frames() * decoder.hop];
    let stretch = latent.frames().div_ceil(threads.max(1)).max(1);
    let one = |i: usize, samples: &mut [f32]| {
        let from = i * stretch;
        let mut at = 0;
        let mut sink = |part: &[f32]| {
            samples[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        let frames = from..(from + stretch).min(latent.frames());
        decoder.decode(latent, speaker, frames, is_unwanted, &mut sink)
    };
    let done = std::thread::scope(|scope| {
        let mut parts = samples.chunks_mut(stretch * decoder.hop).enumerate();
        let own = parts.next();
        let others: Vec<_> =
            parts.map(|(i, samples)| scope.spawn(move || one(i, samples))).collect();
        let mut done = own.is_none_or(|(i, samples)| one(i, samples));
        for other in others {
            done &= other.join().unwrap_or(false);
        }
        done
    });
    done.then_some(samples)
}

/// A small decoder with blocks of either kind.
fn weights(kind: usize) -> DecoderWeights {
    let mut channels = 12;
    let mut stages = Vec::new();
    for (i, (stride, taps)) in [(4, 8), (2, 4), (3, 7)].into_iter().enumerate() {
        let seed = 100 * i as u32;
        let outputs = channels / 2 + 1;
        let upsampling =
            Layer { pad: (taps - stride) / 2, ..layer(seed, (channels, outputs), taps, 1) };
        channels = outputs;
        let both = (channels, channels);
        let block = |taps: usize, dilations: &[usize]| {
            let step = |&dilation: &usize| ResidualStep {
                first: layer(seed + taps as u32, both, taps, dilation),
                second: (kind == 1).then(|| layer(seed + 1, both, taps, 1)),
            };
            dilations.iter().map(step).collect()
        };
        let blocks = vec![block(5, &[2, 6]), block(3, &[1, 2, 5]), block(1, &[1])];
        stages.push(Stage {
            slope: 0.1,
            upsampling,
            stride,
            blocks,
            block_slope: 0.1,
            divisor: 3.0,
        });
    }
    DecoderWeights {
        first: layer(7, (10, 12), 7, 1),
        condition: Some(layer(8, (4, 12), 1, 1)),
        stages,
        last_slope: 0.01,
        last: Layer { bias: None, ..layer(9, (channels, 1), 7, 1) },
    }
}

/// `[channels][frames]`.
type Rows = Vec<Vec<f64>>;

fn leaky(rows: &Rows, slope: f32) -> Rows {
    let leaky = |&x: &f64| if x < 0.0 { x * f64::from(slope) } else { x };
    rows.iter().map(|row| row.iter().map(leaky).collect()).collect()
}

fn conv(layer: &Layer, rows: &Rows) -> Rows {
    let one = |o: usize, t: usize| {
        let mut sum = layer.bias.as_ref().map_or(0.0, |bias| f64::from(bias[o]));
        for (i, row) in rows.iter().enumerate() {
            for k in 0..layer.taps {
                let at = (t + k * layer.dilation).checked_sub(layer.pad);
                let x = at.and_then(|at| row.get(at)).unwrap_or(&0.0);
                sum += x * f64::from(layer.weight[(o * layer.inputs + i) * layer.taps + k]);
            }
        }
        sum
    };
    (0..layer.outputs).map(|o| (0..rows[0].len()).map(|t| one(o, t)).collect()).collect()
}

fn upsample(layer: &Layer, stride: usize, rows: &Rows) -> Rows {
    let frames = rows[0].len() * stride;
    let mut made: Rows = (0..layer.outputs)
        .map(|o| vec![layer.bias.as_ref().map_or(0.0, |bias| f64::from(bias[o])); frames])
        .collect();
    for (i, row) in rows.iter().enumerate() {
        for (t, x) in row.iter().enumerate() {
            for (o, made) in made.iter_mut().enumerate() {
                for k in 0..layer.taps {
                    let at = (t * stride + k).checked_sub(layer.pad);
                    if let Some(y) = at.and_then(|at| made.get_mut(at)) {
                        *y += x * f64::from(layer.weight[(i * layer.outputs + o) * layer.taps + k]);
                    }
                }
            }
        }
    }
    made
}

fn add(a: &mut Rows, b: &Rows) {
    for (a, b) in a.iter_mut().flatten().zip(b.iter().flatten()) {
        *a += b;
    }
}

/// All at once, by the definition.
fn plain(weights: &DecoderWeights, latent: &Signal, speaker: &[f32]) -> Vec<f64> {
    let rows = (0..latent.channels())
        .map(|channel| latent.row(channel).iter().map(|&x| f64::from(x)).collect::<Vec<_>>());
    let mut x = conv(&weights.first, &rows.collect());
    if let Some(condition) = &weights.condition {
        let speaker: Rows = speaker.iter().map(|&x| vec![f64::from(x); latent.frames()]).collect();
        add(&mut x, &conv(condition, &speaker));
    }
    for stage in &weights.stages {
        x = upsample(&stage.upsampling, stage.stride, &leaky(&x, stage.slope));
        let mut total: Rows = x.iter().map(|row| vec![0.0; row.len()]).collect();
        for block in &stage.blocks {
            let mut y = x.clone();
            for step in block {
                let mut z = conv(&step.first, &leaky(&y, stage.block_slope));
                if let Some(second) = &step.second {
                    z = conv(second, &leaky(&z, stage.block_slope));
                }
                add(&mut y, &z);
            }
            add(&mut total, &y);
        }
        x = total;
        x.iter_mut().flatten().for_each(|x| *x /= f64::from(stage.divisor));
    }
    conv(&weights.last, &leaky(&x, weights.last_slope))[0].iter().map(|x| x.tanh()).collect()
}

fn latent(frames: usize) -> Signal {
    let mut latent = Signal::default();
    latent.fill_from(10, frames, &numbers(3, 10 * frames));
    latent
}

const SPEAKER: [f32; 4] = [0.5, -0.25, 1.0, 0.75];

#[test]
fn samples_are_those_of_the_definition() {
    for kind in [1, 2] {
        let weights = weights(kind);
        for frames in [1, 5, 67] {
            let latent = latent(frames);
            let want = plain(&weights, &latent, &SPEAKER);
            for isa in Isa::all() {
                let decoder = Decoder::new(&weights, isa).unwrap();
                let got = decode_all(&decoder, &latent, Some(&SPEAKER), 1, &|| false).unwrap();
                assert_eq!(got.len(), want.len());
                let worst = got.iter().zip(&want).map(|(a, b)| (f64::from(*a) - b).abs());
                assert!(worst.fold(0.0, f64::max) < 2e-6, "{isa:?}, kind {kind}, {frames} frames");
            }
        }
    }
}

#[test]
fn windows_and_threads_change_no_bit() {
    for kind in [1, 2] {
        for isa in Isa::all() {
            let decoder = Decoder::new(&weights(kind), isa).unwrap();
            let latent = latent(131);
            let whole = decode_all(&decoder, &latent, Some(&SPEAKER), 1, &|| false).unwrap();
            for threads in 2..5 {
                let parts = decode_all(&decoder, &latent, Some(&SPEAKER), threads, &|| false);
                assert!(parts.as_ref() == Some(&whole), "{isa:?}, {threads} threads");
            }
            for window in [1, 2, 5, 48, 49, 131] {
                let mut stream = Stream::new(&decoder, Some(&SPEAKER));
                let mut samples = Vec::new();
                let mut sink = |part: &[f32]| samples.extend_from_slice(part);
                for from in (0..131).step_by(window) {
                    stream.push(&latent, from..(from + window).min(131), &mut sink);
                }
                stream.finish(&mut sink);
                assert!(samples == whole, "{isa:?}, windows of {window}");
            }
        }
    }
}

#[test]
fn a_frame_is_heard_exactly_as_far_as_computed() {
    let decoder = Decoder::new(&weights(2), Isa::best()).unwrap();
    let (before, after) = decoder.reach();
    let changed = |at: usize| {
        let mut latent = latent(60);
        let first = decode_all(&decoder, &latent, None, 1, &|| false).unwrap();
        (0..10).for_each(|channel| latent.row_mut(channel)[at] += 3.0);
        let second = decode_all(&decoder, &latent, None, 1, &|| false).unwrap();
        let differs = |frame: &usize| {
            let samples = frame * decoder.hop()..(frame + 1) * decoder.hop();
            first[samples.clone()] != second[samples]
        };
        let frames: Vec<usize> = (0..60).filter(differs).collect();
        (frames[0], frames[frames.len() - 1])
    };
    assert_eq!(changed(30), (30 - after, 30 + before));
}

#[test]
fn what_is_unwanted_stops() {
    let decoder = Decoder::new(&weights(2), Isa::best()).unwrap();
    assert_eq!(decode_all(&decoder, &latent(60), None, 2, &|| true), None);
}

#[test]
fn weights_that_make_no_decoder_are_refused() {
    let broken: [fn(&mut DecoderWeights); 7] = [
        |w| w.first.weight.truncate(5),
        |w| w.stages[1].upsampling.inputs += 1,
        |w| w.stages[0].stride = 0,
        |w| w.stages[0].blocks.clear(),
        |w| w.stages[0].blocks[0][0].first.dilation = 0,
        |w| w.stages[0].block_slope = 0.0,
        |w| w.last.outputs = 2,
    ];
    for broken in broken {
        let mut weights = weights(1);
        broken(&mut weights);
        assert!(Decoder::new(&weights, Isa::Portable).is_err());
    }
}

#[test]
fn half_precision_is_nearly_as_exact_and_windows_change_no_bit_of_it() {
    let halves = Isa::best().halves();
    for (kind, half) in halves.into_iter().flat_map(|half| [(1, half), (2, half)]) {
        let weights = weights(kind);
        let latent = latent(131);
        let whole = |half| {
            let decoder = Decoder::in_half_precision(&weights, Isa::best(), half).unwrap();
            let whole = decode_all(&decoder, &latent, None, 1, &|| false).unwrap();
            assert!(decode_all(&decoder, &latent, None, 3, &|| false).as_ref() == Some(&whole));
            whole
        };
        let (single, of_half) = (whole(None), whole(Some(half)));
        let power: f32 = single.iter().map(|x| x * x).sum();
        let noise: f32 = single.iter().zip(&of_half).map(|(a, b)| (a - b) * (a - b)).sum();
        let ratio = 10.0 * (power / noise).log10();
        assert!(ratio >= 50.0, "{half}, kind {kind}: {ratio} dB");
    }
}
