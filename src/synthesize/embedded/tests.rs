//! The voice is judged as a listener would: by pitch, formants, gaps and noise in its samples.

use super::{SAMPLE_RATE, clip};
use crate::domain::narration::Phonemes;
use proptest::prelude::*;

const RATE: f64 = SAMPLE_RATE.0 as f64;

fn say(phonemes: &str) -> Vec<f32> {
    clip(&Phonemes(phonemes.to_owned()), 1.0).samples
}

fn seconds(samples: &[f32]) -> f64 {
    samples.len() as f64 / RATE
}

/// The stretch from one time to another, seconds.
fn cut(samples: &[f32], from: f64, to: f64) -> &[f32] {
    let at = |t: f64| ((t * RATE) as usize).min(samples.len());
    &samples[at(from)..at(to)]
}

fn rms(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|&x| f64::from(x).powi(2)).sum();
    (sum / samples.len().max(1) as f64).sqrt()
}

/// RMS every 5 ms over 10 ms.
fn loudness(samples: &[f32]) -> Vec<f64> {
    let count = (seconds(samples) / 0.005) as usize;
    (0..count).map(|i| rms(cut(samples, i as f64 * 0.005, i as f64 * 0.005 + 0.010))).collect()
}

/// The longest stretch quieter than `level`, seconds, between the first and the last loud one.
fn longest_gap(samples: &[f32], level: f64) -> f64 {
    let loud: Vec<bool> = loudness(samples).iter().map(|&l| l > level).collect();
    let first = loud.iter().position(|&l| l).unwrap_or(0);
    let last = loud.iter().rposition(|&l| l).unwrap_or(0);
    let runs = loud[first..=last].split(|&l| l).map(<[bool]>::len);
    runs.max().unwrap_or(0) as f64 * 0.005
}

/// f0 in Hz every 5 ms where the signal is periodic, by normalized autocorrelation over 18 ms.
fn pitch(samples: &[f32]) -> Vec<f64> {
    let window = (0.018 * RATE) as usize;
    let mut found = Vec::new();
    for start in (0..samples.len().saturating_sub(window + (RATE / 100.0) as usize)).step_by(110) {
        let likeness = |lag: usize| {
            let (mut xy, mut xx, mut yy) = (0.0, 1e-9, 1e-9);
            for n in start..start + window {
                let (x, y) = (f64::from(samples[n]), f64::from(samples[n + lag]));
                (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
            }
            xy / (xx * yy).sqrt()
        };
        let lags = (RATE / 400.0) as usize..(RATE / 100.0) as usize;
        let scores: Vec<f64> = lags.clone().map(likeness).collect();
        let best = scores.iter().copied().fold(0.0, f64::max);
        // The shortest lag that is nearly as good is the period, not a multiple of it.
        let first = (1..scores.len() - 1).find(|&i| {
            scores[i] > 0.93 * best && scores[i] >= scores[i - 1] && scores[i] >= scores[i + 1]
        });
        if let Some(i) =
            first.filter(|_| best > 0.75 && rms(&samples[start..start + window]) > 0.02)
        {
            found.push(RATE / (lags.start + i) as f64);
        }
    }
    found
}

/// The mean pitch over a part of the voiced stretch, Hz.
fn part(track: &[f64], from: f64, to: f64) -> f64 {
    let at = |p: f64| (p * track.len() as f64) as usize;
    let some = &track[at(from)..at(to).max(at(from) + 1).min(track.len())];
    some.iter().sum::<f64>() / some.len() as f64
}

fn semitones(from: f64, to: f64) -> f64 {
    12.0 * (to / from).log2()
}

/// A linear-prediction envelope (order 14 at half the sample rate): power at `hz`.
struct Envelope(Vec<f64>);

impl Envelope {
    fn of(samples: &[f32]) -> Self {
        const ORDER: usize = 14;
        let halved: Vec<f64> =
            samples.chunks_exact(2).map(|p| f64::from(p[0] + p[1]) / 2.0).collect();
        let count = halved.len();
        let windowed: Vec<f64> = (1..count)
            .map(|n| {
                let turn = 2.0 * std::f64::consts::PI * n as f64 / count as f64;
                (halved[n] - 0.9 * halved[n - 1]) * (0.5 - 0.5 * turn.cos())
            })
            .collect();
        let correlation =
            |lag: usize| -> f64 { windowed.iter().zip(&windowed[lag..]).map(|(x, y)| x * y).sum() };
        let r: Vec<f64> = (0..=ORDER).map(correlation).collect();
        let (mut a, mut error) = (vec![1.0], r[0] * 1.0001);
        for i in 1..=ORDER {
            let k = -(0..i).map(|j| a[j] * r[i - j]).sum::<f64>() / error;
            a.push(0.0);
            a = (0..=i).map(|j| a[j] + k * a[i - j]).collect();
            error *= 1.0 - k * k;
        }
        Self(a)
    }

    fn power(&self, hz: f64) -> f64 {
        let turn = 2.0 * std::f64::consts::PI * hz / (RATE / 2.0);
        let (mut re, mut im) = (0.0, 0.0);
        for (n, a) in self.0.iter().enumerate() {
            re += a * (turn * n as f64).cos();
            im -= a * (turn * n as f64).sin();
        }
        1.0 / (re * re + im * im)
    }

    /// The strongest frequency of a range, Hz.
    fn peak(&self, from: f64, to: f64) -> f64 {
        let grid = (0..).map(|i| from + 10.0 * f64::from(i)).take_while(|&hz| hz <= to);
        grid.max_by(|&x, &y| self.power(x).total_cmp(&self.power(y))).unwrap_or(from)
    }
}

fn crossings_a_second(samples: &[f32]) -> f64 {
    let crossings = samples.windows(2).filter(|w| (w[0] < 0.0) != (w[1] < 0.0)).count();
    crossings as f64 / seconds(samples)
}

#[test]
fn level_is_high_and_flat() {
    let track = pitch(&say("mˈaː"));
    assert!((215.0..265.0).contains(&part(&track, 0.0, 1.0)));
    assert!(semitones(part(&track, 0.3, 0.5), part(&track, 0.8, 1.0)).abs() < 1.5);
}

#[test]
fn huyen_falls_low() {
    let track = pitch(&say("mˈaː2"));
    assert!(semitones(part(&track, 0.0, 0.2), part(&track, 0.85, 1.0)) < -3.0);
    assert!(part(&track, 0.85, 1.0) < 185.0);
}

#[test]
fn sac_stays_and_then_rises_high() {
    let track = pitch(&say("mˈaːɜ"));
    assert!(semitones(part(&track, 0.2, 0.4), part(&track, 0.9, 1.0)) > 2.5);
    assert!(semitones(part(&track, 0.0, 0.2), part(&track, 0.3, 0.5)).abs() < 1.0);
    assert!(part(&track, 0.9, 1.0) > 255.0);
}

#[test]
fn hoi_dips_and_comes_back() {
    let track = pitch(&say("mˈaː4"));
    let lowest = track.iter().copied().fold(f64::MAX, f64::min);
    let place = track.iter().position(|&f| f == lowest).unwrap() as f64 / track.len() as f64;
    assert!((0.45..0.95).contains(&place), "lowest at {place}");
    assert!(semitones(part(&track, 0.0, 0.15), lowest) < -4.0);
    assert!(semitones(lowest, *track.last().unwrap()) > 1.0);
}

#[test]
fn nga_breaks_and_ends_highest() {
    let said = say("mˈaː5");
    let track = pitch(&said);
    assert!(semitones(part(&track, 0.0, 0.3), part(&track, 0.9, 1.0)) > 3.0);
    let loud = loudness(cut(&said, 0.10, seconds(&said) - 0.05));
    let weakest = loud.iter().copied().fold(f64::MAX, f64::min);
    let place = loud.iter().position(|&l| l == weakest).unwrap() as f64 / loud.len() as f64;
    assert!((0.15..0.8).contains(&place), "weakest at {place}");
    let behind = loud[loud.len() * 3 / 4..].iter().copied().fold(0.0, f64::max);
    assert!(weakest < 0.4 * behind, "no constriction: {weakest} of {behind}");
}

#[test]
fn nang_drops_into_a_closed_glottis() {
    let (said, level) = (say("mˈaː6"), say("mˈaː"));
    let track = pitch(&said);
    assert!(semitones(part(&track, 0.0, 0.2), part(&track, 0.9, 1.0)) < -2.0);
    assert!(track.len() * 10 < pitch(&level).len() * 9, "as long as the level tone");
    let tail = |s: &[f32]| rms(cut(s, seconds(s) - 0.075, seconds(s) - 0.035));
    assert!(tail(&said) < 0.35 * tail(&level));
}

#[test]
fn checked_sac_is_shorter_and_rises_at_once() {
    let (checked, open) = (pitch(&say("mˈaːɜt̪")), pitch(&say("mˈaːɜ")));
    assert!(checked.len() * 5 < open.len() * 4);
    assert!(part(&checked, 0.0, 1.0) > part(&open, 0.0, 0.5) * 1.03);
}

#[test]
fn vowels_have_their_formants() {
    // The low tone: formants are seen only as sharply as the harmonics stand close.
    let vowels = [
        ("i", 330.0, 2720.0),
        ("e", 470.0, 2480.0),
        ("ɛ", 710.0, 2180.0),
        ("aː", 950.0, 1560.0),
        ("əː", 590.0, 1370.0),
        ("y", 370.0, 1560.0),
        ("u", 360.0, 780.0),
        ("o", 490.0, 880.0),
        ("ɔ", 720.0, 1120.0),
    ];
    for (vowel, f1, f2) in vowels {
        let said = say(&format!("hˈ{vowel}2, hˈaː"));
        let envelope = Envelope::of(cut(&said, 0.11, 0.20));
        let first = envelope.peak(200.0, 0.5 * (f1 + f2));
        let second = envelope.peak(0.5 * (f1 + f2), f2 + 450.0);
        assert!((first - f1).abs() < 130.0, "{vowel}: F1 {first}");
        assert!((second - f2).abs() < 200.0, "{vowel}: F2 {second}");
    }
}

#[test]
fn stops_close_before_and_behind_a_vowel() {
    for phonemes in ["ˈaː kˈaː", "ˈaː t̪ˈaː", "ˈaː tˈaː", "ˈaː tʃˈaː", "ˈaːɜp mˈaː", "ˈe-ɜc lˈaː"]
    {
        let said = say(phonemes);
        let gap = longest_gap(&said, 0.004);
        assert!(gap >= 0.020, "{phonemes}: {gap} s");
    }
    for phonemes in ["mˈaː mˈaː", "lˈaː lˈaː", "mˈaː ɗˈaː", "mˈaː zˈaː", "vˈaː ɣˈaː"]
    {
        let gap = longest_gap(&say(phonemes), 0.004);
        assert!(gap <= 0.005, "{phonemes}: {gap} s");
    }
}

#[test]
fn friction_is_noise_and_sibilants_are_the_sharpest() {
    let rate = |consonant: &str| {
        let said = say(&format!("{consonant}ˈaː"));
        crossings_a_second(cut(&said, 0.03, 0.07))
    };
    let (s, f, x) = (rate("s"), rate("f"), rate("x"));
    assert!(s > 9000.0, "s: {s}");
    assert!(f > 5000.0, "f: {f}");
    assert!(x > 2000.0 && x < f, "x: {x}");
    for voiced in ["m", "l", "b", "ŋ"] {
        let crossings = rate(voiced);
        assert!(crossings < 2000.0, "{voiced}: {crossings}");
    }
}

#[test]
fn aspiration_delays_the_voice() {
    let onset = |phonemes: &str| {
        let loud = loudness(&say(phonemes));
        let peak = loud.iter().copied().fold(0.0, f64::max);
        let burst = loud.iter().position(|&l| l > 0.005).unwrap();
        loud.iter().position(|&l| l > 0.5 * peak).unwrap() - burst
    };
    assert!(onset("tˈaː") >= onset("t̪ˈaː") + 5, "th is no longer than t");
}

#[test]
fn glides_move_the_second_formant() {
    // How far the place of the second formant of w stands out over that of a plain l, dB.
    let rounding = |phonemes: &str| {
        let envelope = Envelope::of(cut(&say(phonemes), 0.075, 0.105));
        10.0 * (envelope.power(760.0) / envelope.power(1500.0)).log10()
    };
    let (with, without) = (rounding("lwˈaː"), rounding("lˈaː"));
    assert!(with > without + 8.0, "{with} dB with w, {without} dB without");
    let (j, w) = (say("lˈaj"), say("lˈaw"));
    let end = |s: &[f32]| {
        let t = seconds(s);
        Envelope::of(cut(s, t - 0.08, t - 0.04)).peak(600.0, 3200.0)
    };
    assert!(end(&j) > 2200.0, "j: {}", end(&j));
    assert!(end(&w) < 1100.0, "w: {}", end(&w));
}

#[test]
fn every_onset_sounds_different() {
    let onsets = [
        "", "b", "ɗ", "p", "t̪", "t", "tʃ", "k", "f", "s", "x", "h", "v", "z", "ɣ", "m", "n", "ɲ",
        "ŋ", "l", "w",
    ];
    // Levels in dB, 14 bands by 20 steps of 8 ms.
    let picture = |onset: &str| -> Vec<f64> {
        let said = say(&format!("mˈaː {onset}ˈaː"));
        let steps = (0..20).map(|i| 0.15 + 0.008 * f64::from(i));
        steps
            .flat_map(|t| {
                let piece = cut(&said, t, t + 0.012);
                let level = rms(piece);
                let envelope = Envelope::of(piece);
                let mean: f64 = (1..15).map(|i| envelope.power(350.0 * f64::from(i))).sum();
                (1..15)
                    .map(move |i| {
                        let share = envelope.power(350.0 * f64::from(i)) / mean;
                        10.0 * (share * level * level + 1e-7).log10()
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    let pictures: Vec<Vec<f64>> = onsets.iter().map(|o| picture(o)).collect();
    for i in 0..onsets.len() {
        for j in 0..i {
            let (a, b) = (&pictures[i], &pictures[j]);
            let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - y).abs()).sum();
            let mean = sum / a.len() as f64;
            assert!(mean > 1.0, "{} and {}: {mean} dB apart", onsets[i], onsets[j]);
        }
    }
}

#[test]
fn it_reads_at_a_newsreaders_pace() {
    let words = "sˈaːɜŋ nˈaj t̪ˈaː6j hˈaː2 nˈo6j, tʃˈəː2j nˈaɜŋ ɲˈɛ6 vˌaː2 zˈɔɜ ɗˈoŋ nˈaː2m.";
    let normal = say(words);
    let pace = 12.0 / seconds(&normal);
    assert!((3.7..5.0).contains(&pace), "{pace} syllables a second");
    let slow = clip(&Phonemes(words.to_owned()), 2.0).samples;
    assert!((1.8..2.1).contains(&(seconds(&slow) / seconds(&normal))));
}

#[test]
fn marks_pause_and_the_end_does_not() {
    let comma = longest_gap(&say("mˈaː, lˈaː"), 0.004);
    let stop = longest_gap(&say("mˈaː. lˈaː"), 0.004);
    assert!((0.16..0.24).contains(&comma), "{comma} s");
    assert!((0.30..0.40).contains(&stop), "{stop} s");
    assert_eq!(say("mˈaː,, , lˈaː").len(), say("mˈaː, lˈaː").len());
    for phonemes in ["mˈaː", "mˈaː.", "mˈaː...", " , mˈaː ?"] {
        let said = say(phonemes);
        let last = said.iter().rposition(|x| x.abs() > 0.01).unwrap();
        let (head, tail) = (said.iter().position(|x| x.abs() > 0.01).unwrap(), said.len() - last);
        assert!(tail as f64 / RATE <= 0.035 && head as f64 / RATE <= 0.035, "{phonemes}");
    }
}

#[test]
fn questions_end_higher_and_phrases_sink() {
    let end = |phonemes: &str| part(&pitch(&say(phonemes)), 0.93, 1.0);
    assert!(semitones(end("mˈaː lˈaː."), end("mˈaː lˈaː?")) > 2.0);
    let track = pitch(&say("mˈaː lˈaː mˈaː lˈaː mˈaː lˈaː mˈaː lˈaː."));
    assert!(semitones(part(&track, 0.0, 0.3), part(&track, 0.7, 1.0)) < -0.7);
}

#[test]
fn clips_are_level_clean_and_the_same_on_every_thread() {
    let words = "ɗˈə1j lˌaː2 ɲˈyɜŋ zˈɔ2ŋ tʃˈyɜ, xˌoŋ fˈaː4j lˈəː2j tˈə6t̪.";
    let first = say(words);
    let peak = first.iter().fold(0.0_f32, |p, x| p.max(x.abs()));
    assert!((0.7..=0.9).contains(&peak), "{peak}");
    assert!(first[0].abs() < 1e-3 && first.last().unwrap().abs() < 1e-3);
    let mean: f64 = first.iter().map(|&x| f64::from(x)).sum::<f64>() / first.len() as f64;
    assert!(mean.abs() < 0.005, "{mean}");
    let others: Vec<_> = (0..2).map(|_| std::thread::spawn(move || say(words))).collect();
    for other in others {
        assert_eq!(other.join().unwrap(), first);
    }
}

#[test]
fn nothing_to_say_is_an_empty_clip() {
    for phonemes in ["", " ", ".,?!", "ˈˌ", "漢字", "(en)(vi)", "2ɜ456"] {
        assert!(say(phonemes).is_empty(), "{phonemes:?}");
    }
    assert_eq!(say("m漢ˈaː字"), say("mˈaː"));
}

/// What holds for any input at all.
fn check_bounds(phonemes: &str, length_scale: f32) {
    let clip = clip(&Phonemes(phonemes.to_owned()), length_scale);
    let scale = if length_scale.is_finite() { length_scale.clamp(0.25, 4.0) } else { 1.0 };
    let longest = 0.1 + 0.6 * f64::from(scale) * phonemes.chars().count() as f64;
    assert!(seconds(&clip.samples) <= longest, "{} s", seconds(&clip.samples));
    assert!(clip.samples.iter().all(|x| x.is_finite() && x.abs() <= 0.9));
}

#[test]
fn long_heaps_of_marks_take_no_time() {
    for mark in [".", "ˈ", "w", "(", "2", "a "] {
        let heap = format!("mˈaː{}", mark.repeat(300));
        check_bounds(&heap, 0.25);
    }
    assert_eq!(say(&format!("mˈaː{}", ".".repeat(200_000))).len(), say("mˈaː").len());
}

#[test]
fn odd_length_scales_are_held_in_bounds() {
    for scale in [0.0, -1.0, 1e-30, 1e30, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        check_bounds("hˈaːj mˈyəj, mˈo6t̪", scale);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_string_is_bounded(phonemes in "\\PC{0,40}", scale in 0.1_f32..5.0) {
        check_bounds(&phonemes, scale);
    }

    #[test]
    fn any_heap_of_phonemes_is_bounded(
        phonemes in "[ˈˌː̪\\-mnŋɲbɗptkcʃfvszxɣhlwjaəeɛioɔuyɪʊɜ1-7 ,.?()]{0,30}",
        scale in 0.1_f32..3.0,
    ) {
        check_bounds(&phonemes, scale);
    }
}
