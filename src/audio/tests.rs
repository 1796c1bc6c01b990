//! What the listener hears, checked by loudness, peak, length, order and joins.

use ebur128::{EbuR128, Mode};
use proptest::prelude::*;

use super::signals::{Noise, RATE, clip, speech};
use super::*;
use crate::domain::units::{Millis, Samples};

/// Integrated loudness in LUFS and true peak in dBTP.
fn loudness(samples: &[f32]) -> (f64, f64) {
    let mut meter = EbuR128::new(1, RATE.0, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_f32(samples).unwrap();
    (meter.loudness_global().unwrap(), 20.0 * meter.true_peak(0).unwrap().log10())
}

fn of(clips: Vec<Clip>) -> Narration {
    let clips: Vec<_> = clips.into_iter().map(|clip| (clip, Pause::Sentence)).collect();
    narration(&clips, &Pauses::default())
}

fn samples(length: Millis) -> u64 {
    length.samples(RATE).0
}

#[test]
fn quiet_and_loud_voices_end_at_the_same_loudness() {
    for (amplitude, seed) in [(0.02, 1), (0.2, 2), (0.9, 3)] {
        let spoken = of((0..4).map(|i| clip(0.1, 3.0, 0.2, amplitude, seed + i)).collect());
        let (lufs, peak) = loudness(&spoken.samples);
        assert!((lufs + 16.0).abs() <= 0.5, "amplitude {amplitude}: {lufs} LUFS");
        assert!(peak <= -1.0, "amplitude {amplitude}: {peak} dBTP");
    }
}

#[test]
fn peaks_are_held_without_losing_the_loudness() {
    // Speech with plosives 15 dB above it, which plain gain would drive far beyond full scale.
    let mut samples = speech(12.0, 0.1, 5);
    let mut noise = Noise(9);
    for start in (0..samples.len() - 100).step_by(11_025) {
        samples[start..start + 60].iter_mut().for_each(|sample| *sample += 0.55 * noise.next());
    }
    let (lufs, peak) = loudness(&samples);
    assert!(peak - lufs > 16.0, "the signal is no test of the limiter: {lufs} LUFS, {peak} dBTP");
    let (lufs, peak) = loudness(&of(vec![Clip { rate: RATE, samples }]).samples);
    assert!((lufs + 16.0).abs() <= 0.5, "{lufs} LUFS");
    assert!(peak <= -1.0, "{peak} dBTP");
}

#[test]
fn clips_come_nearer_to_each_other() {
    let level = |amplitude, seed| clip(0.1, 2.0, 0.1, amplitude, seed);
    let spoken = of(vec![level(0.2, 1), level(0.14, 2), level(0.28, 3), level(0.02, 4)]);
    let heard: Vec<f64> = spoken
        .cues
        .iter()
        .map(|cue| loudness(&spoken.samples[cue.start.0 as usize..cue.end.0 as usize]).0)
        .collect();
    assert!((heard[1] - heard[0]).abs() < 0.5 && (heard[2] - heard[0]).abs() < 0.5, "{heard:?}");
    // A whisper stays one.
    assert!(heard[3] < heard[0] - 10.0, "{heard:?}");
}

#[test]
fn silence_around_the_sound_is_replaced_by_pauses() {
    let pace = Pauses::default();
    let clips = [
        (clip(0.7, 1.0, 0.9, 0.3, 1), Pause::Title),
        (clip(0.0, 1.5, 0.4, 0.3, 2), Pause::Clause),
        (clip(0.3, 0.5, 0.0, 0.3, 3), Pause::Paragraph),
    ];
    let spoken = narration(&clips, &pace);
    let lengths: Vec<u64> = spoken.cues.iter().map(|cue| (cue.end - cue.start).0).collect();
    for (length, seconds) in lengths.iter().zip([1.0, 1.5, 0.5]) {
        // Guards of at most 90 ms and a window at each end are kept; a soft onset may be cut.
        let extra = *length as f64 / f64::from(RATE.0) - seconds;
        assert!((-0.03..=0.12).contains(&extra), "{extra} s more than the sound of {seconds} s");
    }
    let cues = &spoken.cues;
    assert_eq!(cues[0].start.0, samples(Millis(100)));
    assert_eq!((cues[1].start - cues[0].end).0, samples(pace.title));
    assert_eq!((cues[2].start - cues[1].end).0, samples(pace.clause));
    assert_eq!((spoken.length() - cues[2].end).0, samples(Millis(300)));
    for gap in [cues[0].end.0..cues[1].start.0, cues[1].end.0..cues[2].start.0] {
        let gap = &spoken.samples[gap.start as usize..gap.end as usize];
        assert!(gap.iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn weak_consonants_at_the_edges_are_kept() {
    // A tenth of a second of breath on either side, 35 dB below the vowels.
    let mut noise = Noise(4);
    let mut breath = || -> Vec<f32> { (0..2205).map(|_| noise.next() * 0.01).collect() };
    let (before, after) = (breath(), breath());
    let samples = [vec![0.0; 9000], before, speech(1.0, 0.3, 1), after, vec![0.0; 9000]].concat();
    let cue = of(vec![Clip { rate: RATE, samples }]).cues[0];
    let sound = (cue.end - cue.start).0;
    assert!((22_050 + 2 * 2205..22_050 + 2 * 2205 + 2500).contains(&sound), "{sound} samples");
}

#[test]
fn no_join_clicks() {
    // A tone cut off at its crest, without any silence of its own: the worst join there is.
    let tone = |i: usize| 0.5 * (std::f32::consts::TAU * 150.0 * i as f32 / RATE.0 as f32).cos();
    let cut = Clip { rate: RATE, samples: (0..22_050).map(tone).collect() };
    let spoken = of(vec![cut.clone(), cut.clone(), cut]);
    let jump = |from: usize, to: usize| {
        let pairs = spoken.samples[from..to].windows(2);
        pairs.map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
    };
    let cue = spoken.cues[0];
    let (start, end) = (cue.start.0 as usize, cue.end.0 as usize);
    let inside = jump(start + 2_000, end - 2_000);
    for join in spoken.cues.iter().flat_map(|cue| [cue.start.0, cue.end.0]) {
        let at_join = jump(join as usize - 200, join as usize + 200);
        assert!(at_join <= 1.2 * inside, "a step of {at_join} at {join}, {inside} inside the tone");
    }
}

#[test]
fn clips_without_sound_take_no_time_but_their_break_counts() {
    let pace = Pauses::default();
    let empty = || Clip { rate: RATE, samples: Vec::new() };
    let hush = || Clip { rate: RATE, samples: vec![1e-5; 8_000] };
    let clips = [
        (empty(), Pause::Title),
        (clip(0.1, 1.0, 0.1, 0.3, 1), Pause::Sentence),
        (empty(), Pause::Paragraph),
        (hush(), Pause::Clause),
        (clip(0.1, 1.0, 0.1, 0.3, 2), Pause::Sentence),
        (hush(), Pause::Title),
    ];
    let cues = narration(&clips, &pace).cues;
    let silent: Vec<usize> = (0..6).filter(|&i| cues[i].start == cues[i].end).collect();
    assert_eq!(silent, [0, 2, 3, 5]);
    assert_eq!(cues[1].start.0, samples(Millis(100)));
    assert_eq!((cues[4].start - cues[1].end).0, samples(pace.paragraph));
}

#[test]
fn broken_samples_break_nothing() {
    let mut broken = clip(0.1, 2.0, 0.1, 0.3, 1);
    for (i, bad) in
        [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, f32::MIN_POSITIVE].iter().enumerate()
    {
        broken.samples[10_000 + 100 * i] = *bad;
    }
    let spoken = of(vec![broken, Clip { rate: RATE, samples: vec![f32::NAN; 500] }]);
    assert!(spoken.samples.iter().all(|sample| sample.is_finite()));
    assert_eq!(spoken.cues.len(), 2);
    assert!(loudness(&spoken.samples).1 <= -1.0);
}

#[test]
fn nothing_gives_nothing() {
    let spoken = of(Vec::new());
    assert_eq!((spoken.length(), spoken.cues.len()), (Samples(0), 0));
    let hush = of(vec![Clip { rate: RATE, samples: vec![0.0; 9_999] }]);
    assert_eq!((hush.length(), hush.cues.len()), (Samples(0), 1));
    let timeless = of(vec![Clip { rate: SampleRate(0), samples: vec![0.5; 100] }]);
    assert_eq!(timeless.length(), Samples(100));
}

fn any_clip() -> impl Strategy<Value = (Clip, Pause)> {
    let pauses = [Pause::Clause, Pause::Sentence, Pause::Paragraph, Pause::Title];
    let voice = (0.0..0.3, 0.0..0.8, 0.0..0.3, 0.0_f32..1.0, any::<u32>());
    let voice = voice.prop_map(|(before, sound, after, amplitude, seed)| {
        clip(before, sound, after, amplitude, seed)
    });
    let chaos = prop::collection::vec(prop::num::f32::ANY, 0..400)
        .prop_map(|samples| Clip { rate: RATE, samples });
    (prop_oneof![4 => voice, 1 => chaos], prop::sample::select(pauses.to_vec()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn cues_are_ordered_apart_and_inside(clips in prop::collection::vec(any_clip(), 0..6)) {
        let pace = Pauses::default();
        let spoken = narration(&clips, &pace);
        prop_assert_eq!(spoken.cues.len(), clips.len());
        let mut end = Samples(0);
        for (i, cue) in spoken.cues.iter().enumerate() {
            prop_assert_eq!(cue.utterance, i);
            prop_assert!(end <= cue.start && cue.start <= cue.end && cue.end <= spoken.length());
            prop_assert!(cue.end - cue.start <= clips[i].0.length());
            end = cue.end;
        }
        prop_assert!(spoken.samples.iter().all(|sample| sample.abs() <= 1.0));
    }

    #[test]
    fn the_length_is_the_sum_of_the_parts(count in 1_usize..5, seed in any::<u32>()) {
        let pace = Pauses::default();
        let clips: Vec<_> = (0..count).map(|i| (clip(0.1, 0.5, 0.1, 0.4, seed ^ i as u32), Pause::Lead)).collect();
        let spoken = narration(&clips, &pace);
        let sound: u64 = spoken.cues.iter().map(|cue| (cue.end - cue.start).0).sum();
        let silence = samples(Millis(400)) + (count as u64 - 1) * samples(pace.lead);
        prop_assert_eq!(spoken.length().0, sound + silence);
    }

    #[test]
    fn true_peaks_stay_below_the_limit(amplitude in 0.001_f32..1.0, seconds in 0.2..2.0, seed in any::<u32>()) {
        let spoken = of(vec![clip(0.0, seconds, 0.1, amplitude, seed)]);
        prop_assert!(loudness(&spoken.samples).1 <= -1.0);
    }
}
