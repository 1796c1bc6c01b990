//! What the listener hears, checked by loudness, peak, length, order and joins.

use std::sync::Arc;

use ebur128::{EbuR128, Mode};
use proptest::prelude::*;

use super::signals::{Noise, RATE, clip, speech};
use super::*;
use crate::domain::narration::{Clip, Cue};
use crate::domain::script::Pause;
use crate::domain::units::{Millis, SampleRate, Samples};

/// A narration with all of its samples, which otherwise go into files.
struct Track {
    samples: Vec<f32>,
    cues: Vec<Cue>,
    peaks: Vec<u8>,
}

impl Track {
    fn cue(&self, index: usize) -> &[f32] {
        let cue = self.cues[index];
        &self.samples[cue.start.0 as usize..cue.end.0 as usize]
    }
}

fn laid(clips: Vec<(Clip, Pause)>, arrangement: &Arrangement) -> Track {
    let (mut assembly, mut samples) = Assembly::begin(RATE, arrangement);
    for (clip, pause) in clips {
        samples.extend(assembly.add(&sound(clip, RATE), pause));
    }
    let (narration, ending) = assembly.end();
    samples.extend(ending);
    assert_eq!(narration.length, Samples(samples.len() as u64));
    assert_eq!(narration.rate, RATE);
    Track { samples, cues: narration.cues, peaks: narration.peaks }
}

fn of(clips: Vec<Clip>) -> Track {
    let clips = clips.into_iter().map(|clip| (clip, Pause::Sentence)).collect();
    laid(clips, &Arrangement::default())
}

/// Integrated loudness in LUFS and true peak in dBTP.
fn loudness(samples: &[f32]) -> (f64, f64) {
    let mut meter = EbuR128::new(1, RATE.0, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_f32(samples).unwrap();
    (meter.loudness_global().unwrap(), 20.0 * meter.true_peak(0).unwrap().log10())
}

fn samples(length: Millis) -> u64 {
    length.samples(RATE).0
}

/// The limit of the track, below which the encoders keep that of the files.
const PEAK_MAX: f64 = -3.2;

#[test]
fn quiet_and_loud_voices_end_at_the_same_loudness() {
    for (amplitude, seed) in [(0.02, 1), (0.2, 2), (0.9, 3)] {
        let spoken = of((0..4).map(|i| clip(0.1, 3.0, 0.2, amplitude, seed + i)).collect());
        let (lufs, peak) = loudness(&spoken.samples);
        assert!((lufs + 16.0).abs() <= 0.3, "amplitude {amplitude}: {lufs} LUFS");
        assert!(peak <= PEAK_MAX, "amplitude {amplitude}: {peak} dBTP");
    }
}

#[test]
fn any_mixture_of_sentences_and_pauses_has_the_loudness() {
    let lengths = [0.4, 6.0, 1.0, 12.0, 0.7, 2.5, 0.5, 9.0];
    for pause in [Pause::Clause, Pause::Sentence, Pause::Title] {
        for from in 0..lengths.len() {
            let clips = lengths[from..]
                .iter()
                .zip(1..)
                .map(|(&seconds, seed)| (clip(0.1, seconds, 0.2, 0.1 * seed as f32, seed), pause));
            let (lufs, _) = loudness(&laid(clips.collect(), &Arrangement::default()).samples);
            assert!((lufs + 16.0).abs() <= 0.5, "{pause:?} from {from}: {lufs} LUFS");
        }
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
    assert!(peak <= PEAK_MAX, "{peak} dBTP");
}

#[test]
fn every_sentence_is_as_loud_as_the_others() {
    let level = |amplitude, seed| clip(0.1, 2.0, 0.1, amplitude, seed);
    let spoken = of(vec![level(0.2, 1), level(0.14, 2), level(0.7, 3), level(0.02, 4)]);
    let heard: Vec<f64> = (0..4).map(|i| loudness(spoken.cue(i)).0).collect();
    let spread = heard.iter().map(|lufs| (lufs - heard[0]).abs()).fold(0.0, f64::max);
    assert!(spread < 0.3, "{heard:?}");
}

#[test]
fn a_sentence_sounds_the_same_whatever_stands_around_it() {
    let others = |seed| vec![clip(0.1, 1.0, 0.1, 0.5, seed), clip(0.1, 2.0, 0.3, 0.2, seed + 1)];
    let with = |seed| {
        let mut clips = others(seed);
        clips.insert(1, clip(0.1, 1.5, 0.1, 0.3, 77));
        of(clips)
    };
    assert_eq!(with(1).cue(1), with(40).cue(1));
}

#[test]
fn silence_around_the_sound_is_replaced_by_pauses() {
    let pace = Pauses::default();
    let clips = vec![
        (clip(0.7, 1.0, 0.9, 0.3, 1), Pause::Title),
        (clip(0.0, 1.5, 0.4, 0.3, 2), Pause::Clause),
        (clip(0.3, 0.5, 0.0, 0.3, 3), Pause::Paragraph),
    ];
    let spoken = laid(clips, &Arrangement::default());
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
    assert_tail(&spoken, cues[2].end);
    for gap in [cues[0].end.0..cues[1].start.0, cues[1].end.0..cues[2].start.0] {
        let gap = &spoken.samples[gap.start as usize..gap.end as usize];
        assert!(gap.iter().all(|&sample| sample == 0.0));
    }
}

/// There is silence after the last sound, up to the end of an MP3 frame.
fn assert_tail(track: &Track, end: Samples) {
    let tail = track.samples.len() as u64 - end.0;
    assert!((samples(Millis(400))..samples(Millis(400)) + 576).contains(&tail), "{tail}");
    assert_eq!((track.samples.len() + 529) % 576, 0);
}

#[test]
fn intro_and_outro_stand_around_the_reading_at_its_loudness() {
    // At another rate, and far louder.
    let jingle = |seed| {
        let samples = speech(2.0, 0.9, seed);
        Some(Arc::new(Clip { rate: SampleRate(44_100), samples }))
    };
    let arrangement = Arrangement { intro: jingle(1), outro: jingle(2), ..Arrangement::default() };
    let words = vec![(clip(0.1, 3.0, 0.1, 0.2, 3), Pause::Title)];
    let spoken = laid(words, &arrangement);
    let cue = spoken.cues[0];
    // 2 s at 44,100 Hz are a second of the signal's own clock.
    let start = cue.start.seconds(RATE);
    assert!((1.5..1.75).contains(&start), "{start} s of intro, its silences and ours");
    let (intro, outro) = spoken.samples.split_at(cue.end.0 as usize);
    let intro = &intro[..cue.start.0 as usize];
    assert!(intro[intro.len() - samples(Millis(500)) as usize..].iter().all(|&s| s == 0.0));
    let words = loudness(spoken.cue(0)).0;
    for jingle in [intro, outro] {
        let (lufs, peak) = loudness(jingle);
        assert!((lufs - words).abs() < 1.0 && peak <= PEAK_MAX, "{lufs} LUFS beside {words}");
    }
}

#[test]
fn a_clip_at_another_rate_is_as_long_in_the_track() {
    let samples = speech(2.0, 0.4, 1);
    let spoken = of(vec![Clip { rate: SampleRate(16_000), samples }]);
    let seconds = (spoken.cues[0].end - spoken.cues[0].start).seconds(RATE);
    assert!((seconds - 2.0 * 22_050.0 / 16_000.0).abs() < 0.05, "{seconds} s");
}

#[test]
fn a_track_has_a_rate_that_every_format_has() {
    let rate = |voice| track_rate(SampleRate(voice)).0;
    assert_eq!([16_000, 22_050, 24_000].map(rate), [16_000, 22_050, 24_000]);
    assert_eq!([0, 20_000, 44_100, 48_000].map(rate), [8_000, 22_050, 24_000, 24_000]);
}

#[test]
fn the_waveform_shows_where_the_words_are() {
    let spoken = of(vec![clip(0.0, 1.0, 0.0, 0.5, 1), clip(0.0, 1.0, 0.0, 0.5, 2)]);
    let part = |sample: Samples| sample.0 as usize * spoken.peaks.len() / spoken.samples.len();
    for cue in &spoken.cues {
        let heard = &spoken.peaks[part(cue.start)..part(cue.end)];
        assert!(heard.iter().all(|&peak| peak > 20) && heard.iter().any(|&peak| peak > 130));
    }
    let pause = &spoken.peaks[part(spoken.cues[0].end) + 1..part(spoken.cues[1].start)];
    assert!(pause.len() > 5 && pause.iter().all(|&peak| peak == 0), "{:?}", spoken.peaks);
}

#[test]
fn weak_consonants_at_the_edges_are_kept() {
    // A tenth of a second of breath on either side, 35 dB below the vowels.
    let mut noise = Noise(4);
    let mut breath = || -> Vec<f32> { (0..2205).map(|_| noise.next() * 0.01).collect() };
    let (before, after) = (breath(), breath());
    let samples = [vec![0.0; 9000], before, speech(1.0, 0.3, 1), after, vec![0.0; 9000]].concat();
    let spoken = of(vec![Clip { rate: RATE, samples }]);
    let cue = spoken.cues[0];
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
    let clips = vec![
        (empty(), Pause::Title),
        (clip(0.1, 1.0, 0.1, 0.3, 1), Pause::Sentence),
        (empty(), Pause::Paragraph),
        (hush(), Pause::Clause),
        (clip(0.1, 1.0, 0.1, 0.3, 2), Pause::Sentence),
        (hush(), Pause::Title),
    ];
    let cues = laid(clips, &Arrangement::default()).cues;
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
    assert!(loudness(&spoken.samples).1 <= PEAK_MAX);
}

#[test]
fn nothing_is_silence() {
    for clips in [vec![], vec![Clip { rate: RATE, samples: vec![0.0; 9_999] }]] {
        let count = clips.len();
        let spoken = of(clips);
        assert_eq!(spoken.cues.len(), count);
        assert!(spoken.samples.iter().all(|&sample| sample == 0.0));
        assert_tail(&spoken, Samples(samples(Millis(100))));
    }
    let timeless = of(vec![Clip { rate: SampleRate(0), samples: vec![0.5; 100] }]);
    assert_eq!(timeless.cues.len(), 1);
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
        let lengths: Vec<_> = clips.iter().map(|(clip, _)| clip.length()).collect();
        let spoken = laid(clips, &Arrangement::default());
        prop_assert_eq!(spoken.cues.len(), lengths.len());
        let mut end = Samples(0);
        for (i, cue) in spoken.cues.iter().enumerate() {
            prop_assert_eq!(cue.utterance, i);
            prop_assert!(end <= cue.start && cue.start <= cue.end);
            prop_assert!(cue.end.0 <= spoken.samples.len() as u64);
            prop_assert!(cue.end - cue.start <= lengths[i]);
            end = cue.end;
        }
        prop_assert!(spoken.samples.iter().all(|sample| sample.abs() <= 1.0));
    }

    #[test]
    fn the_length_is_the_sum_of_the_parts(count in 1_usize..5, seed in any::<u32>()) {
        let clip = |i| (clip(0.1, 0.5, 0.1, 0.4, seed ^ i as u32), Pause::Lead);
        let spoken = laid((0..count).map(clip).collect(), &Arrangement::default());
        let sound: u64 = spoken.cues.iter().map(|cue| (cue.end - cue.start).0).sum();
        let pauses = (count as u64 - 1) * samples(Pauses::default().lead);
        assert_tail(&spoken, Samples(samples(Millis(100)) + sound + pauses));
    }

    #[test]
    fn true_peaks_stay_below_the_limit(amplitude in 0.001_f32..1.0, seconds in 0.2..2.0, seed in any::<u32>()) {
        let spoken = of(vec![clip(0.0, seconds, 0.1, amplitude, seed)]);
        prop_assert!(loudness(&spoken.samples).1 <= PEAK_MAX);
    }
}
