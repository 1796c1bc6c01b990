//! Convolutions against the definition, on every instruction set of this machine.

use proptest::prelude::*;

use super::*;

/// Numbers from -1 to 1 that depend on `seed` only.
fn numbers(seed: u64, count: usize) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    };
    std::iter::repeat_with(next).take(count).collect()
}

fn signal(seed: u64, channels: usize, frames: usize, margin: usize) -> Signal {
    let mut signal = Signal::new(channels, frames, margin);
    signal.fill_from(channels, frames, &numbers(seed, channels * frames));
    signal
}

/// One frame by the definition.
fn naive(conv: &ConvWeights, input: &Signal, output: usize, t: usize) -> f64 {
    let mut sum = f64::from(conv.bias.map_or(0.0, |bias| bias[output]));
    for i in 0..conv.inputs {
        for k in 0..conv.taps {
            let at = (t + k * conv.dilation).checked_sub(conv.pad);
            if let Some(&x) = at.and_then(|at| input.row(i).get(at)) {
                let weight = conv.weight[(output * conv.inputs + i) * conv.taps + k];
                sum += f64::from(weight) * f64::from(x);
            }
        }
    }
    sum
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn convolutions_agree_with_the_definition(
        inputs in 1..70_usize, outputs in 1..70_usize, half in 0..6_usize,
        dilation in 1..13_usize, frames in 1..300_usize, seed: u64, cut in 0.0..1.0_f64,
    ) {
        let taps = 2 * half + 1;
        let pad = half * dilation;
        let weight = numbers(seed, outputs * inputs * taps);
        let bias = numbers(seed ^ 1, outputs);
        let conv =
            ConvWeights { weight: &weight, bias: Some(&bias), outputs, inputs, taps, dilation, pad };
        let input = signal(seed ^ 2, inputs, frames, pad);
        let residual = signal(seed ^ 3, outputs, frames, 0);
        for isa in Isa::all() {
            let packed = Conv1d::pack(&conv, isa);
            let mut whole = Signal::new(outputs, frames, 0);
            let epilogue = Epilogue {
                scale: 0.5,
                slope: 0.1,
                ..Epilogue::residual(&residual)
            };
            packed.run(&input, &mut whole, epilogue);
            let mut leaky = residual.clone();
            (0..outputs).for_each(|o| super::super::leaky_relu(isa, leaky.row_mut(o), 0.25));
            let mut again = Signal::new(outputs, frames, 0);
            let epilogue = Epilogue {
                residual_slope: 0.25,
                scale: 0.5,
                slope: 0.1,
                ..Epilogue::residual(&leaky)
            };
            packed.run(&input, &mut again, epilogue);
            // In two parts, onto what is there.
            let mut parts = residual.clone();
            let middle = (cut * frames as f64) as usize;
            for (from, count) in [(middle, frames - middle), (0, middle)] {
                let epilogue =
                    Epilogue { scale: 0.5, slope: 0.1, accumulate: true, ..Epilogue::PLAIN };
                let run = Run { from, to: from, count };
                packed.run_part(&input, &mut parts, run, epilogue);
            }
            for o in 0..outputs {
                for t in (0..frames).step_by(7).chain([frames - 1]) {
                    let sum = naive(&conv, &input, o, t) + f64::from(residual.row(o)[t]);
                    let want = if sum < 0.0 { 0.05 * sum } else { 0.5 * sum };
                    let got = f64::from(whole.row(o)[t]);
                    prop_assert!((got - want).abs() < 2e-5, "{isa:?} {o} {t}: {got} {want}");
                }
                prop_assert_eq!(whole.row(o), parts.row(o), "{:?}", isa);
                // A slope that is a power of two is undone exactly.
                prop_assert_eq!(whole.row(o), again.row(o), "{:?}", isa);
            }
        }
    }

    #[test]
    fn half_precision_agrees_with_the_definition(
        inputs in 1..70_usize, outputs in 2..70_usize, wing in 0..6_usize,
        dilation in 1..13_usize, frames in 1..300_usize, seed: u64, cut in 0.0..1.0_f64,
    ) {
        let taps = 2 * wing + 1;
        let pad = wing * dilation;
        let weight = numbers(seed, outputs * inputs * taps);
        let bias = numbers(seed ^ 1, outputs);
        let conv =
            ConvWeights { weight: &weight, bias: Some(&bias), outputs, inputs, taps, dilation, pad };
        let input = signal(seed ^ 2, inputs, frames, pad);
        for half in Isa::best().halves() {
            let packed = Conv1d::pack(&conv, Isa::best()).in_half_precision(half);
            let mut whole = Signal::new(outputs, frames, 0);
            packed.run(&input, &mut whole, Epilogue::PLAIN);
            let mut parts = Signal::new(outputs, frames, 0);
            let middle = (cut * frames as f64) as usize;
            for (from, count) in [(middle, frames - middle), (0, middle)] {
                packed.run_part(&input, &mut parts, Run { from, to: from, count }, Epilogue::PLAIN);
            }
            // What the products are made of. The sums of binary16 come near 30, where its numbers are
            // 1/64 apart; those of bfloat16 are single.
            let bits = match half {
                Half::Binary16 => 11,
                Half::Bfloat16 => 8,
            };
            let near = if half == Half::Bfloat16 { 1e-4 } else { 0.5 };
            let weight = rounded(&weight, bits);
            let conv = ConvWeights { weight: &weight, ..conv };
            let mut input = input.clone();
            for channel in 0..inputs {
                let row = rounded(input.row(channel), bits);
                input.row_mut(channel).copy_from_slice(&row);
            }
            for o in 0..outputs {
                for t in (0..frames).step_by(7).chain([frames - 1]) {
                    let (got, want) = (f64::from(whole.row(o)[t]), naive(&conv, &input, o, t));
                    prop_assert!((got - want).abs() < near, "{half} {o} {t}: {got} {want}");
                }
                prop_assert_eq!(whole.row(o), parts.row(o), "{}", half);
            }
        }
    }
}

/// To so many bits, the even number of two that are as near.
fn rounded(numbers: &[f32], bits: i32) -> Vec<f32> {
    let round = |&x: &f32| {
        let unit = f64::from(x).abs().log2().floor() as i32 + 1 - bits;
        let unit = 2.0_f64.powi(unit);
        if x == 0.0 { 0.0 } else { ((f64::from(x) / unit).round_ties_even() * unit) as f32 }
    };
    numbers.iter().map(round).collect()
}

#[test]
fn large_convolutions_go_through_blocks_without_a_seam() {
    // More weights than `FEW_WEIGHTS`, more inputs than are near, and more frames than a block's.
    let (inputs, outputs, taps, frames) = (200, 112, 3, 700);
    let weight = numbers(1, outputs * inputs * taps);
    let conv =
        ConvWeights { weight: &weight, bias: None, outputs, inputs, taps, dilation: 1, pad: 1 };
    let input = signal(2, inputs, frames, 1);
    for isa in Isa::all() {
        let packed = Conv1d::pack(&conv, isa);
        let mut whole = Signal::default();
        packed.run(&input, &mut whole, Epilogue::PLAIN);
        for t in (0..frames).step_by(37).chain([623, 624, 699]) {
            let mut one = Signal::new(outputs, 1, 0);
            packed.run_part(&input, &mut one, Run { from: t, to: 0, count: 1 }, Epilogue::PLAIN);
            for o in 0..outputs {
                assert_eq!(one.row(o)[0], whole.row(o)[t], "{isa:?} {o} {t}");
            }
            let want = naive(&conv, &input, t % outputs, t);
            let got = f64::from(whole.row(t % outputs)[t]);
            assert!((got - want).abs() < 1e-4, "{isa:?} {t} {got} {want}");
        }
    }
}
