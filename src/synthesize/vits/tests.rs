//! A whole voice: the small one that stands in the repository.

use super::*;

fn file() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/voice-mini/mini.onnx");
    std::fs::read(path).unwrap()
}

fn ids(count: usize) -> Vec<i64> {
    (0..count).map(|i| if i % 2 == 1 { 0 } else { (i * 31 % 70) as i64 }).collect()
}

fn request(ids: &[i64]) -> Request<'_> {
    let (noise_scale, length_scale, noise_w) = (0.667, 1.0, 0.8);
    Request { ids, speaker: 0, noise_scale, length_scale, noise_w, threads: 1 }
}

/// Numbers between -1 and 1 that do not repeat.
fn noise() -> impl FnMut(&mut [f32]) {
    let mut state = 1_u32;
    move |numbers| {
        for x in numbers {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *x = (state >> 8) as f32 / (1 << 23) as f32 - 1.0;
        }
    }
}

fn speak(voice: &Vits, request: &Request) -> Utterance {
    voice.speak(request, &mut noise(), &|| false).unwrap()
}

#[test]
fn threads_and_streams_do_not_change_a_bit() {
    let voice = Vits::read(&file(), Precision::Single).unwrap();
    for count in [1, 7, 150] {
        let ids = ids(count);
        let whole = speak(&voice, &request(&ids));
        assert_eq!(whole.frames.len(), count);
        assert_eq!(whole.samples.len(), whole.frames.iter().sum::<usize>() * voice.hop());
        for threads in 1..=3 {
            let request = Request { threads, ..request(&ids) };
            assert_eq!(speak(&voice, &request), whole, "{threads} threads");
            let (mut samples, mut pieces) = (vec![], 0);
            let mut each = |piece: &[f32]| {
                samples.extend_from_slice(piece);
                pieces += 1;
            };
            let frames = voice.stream(&request, &mut noise(), &|| false, &mut each).unwrap();
            assert_eq!((samples, frames), (whole.samples.clone(), whole.frames.clone()));
            assert!(pieces > 1 || count < 150, "{pieces} pieces");
        }
    }
}

/// Attention goes by stretches of ids, and the prior by stretches of frames.
#[test]
fn three_thousand_ids_are_an_utterance_too() {
    let voice = Vits::read(&file(), Precision::Single).unwrap();
    let ids = ids(3000);
    let whole = speak(&voice, &request(&ids));
    // More than threads share at once.
    assert!(whole.frames.iter().sum::<usize>() > 2 * speech::ROUND);
    assert_eq!(whole.samples.len(), whole.frames.iter().sum::<usize>() * voice.hop());
    for threads in [1, 3] {
        let mut samples = vec![];
        let mut each = |piece: &[f32]| samples.extend_from_slice(piece);
        let request = Request { threads, ..request(&ids) };
        let frames = voice.stream(&request, &mut noise(), &|| false, &mut each).unwrap();
        assert_eq!(frames, whole.frames);
        assert_eq!(samples, whole.samples);
    }
}

/// What the first sound does not hear of the text is not computed for it.
#[test]
fn the_first_sound_comes_before_the_last_durations() {
    let voice = Vits::read(&file(), Precision::Single).unwrap();
    let (ids, drawn) = (ids(400), std::cell::Cell::new(0));
    let (mut numbers, mut at_first) = (noise(), None);
    let mut noise = |frame: &mut [f32]| {
        drawn.set(drawn.get() + 1);
        numbers(frame);
    };
    let mut each = |_: &[f32]| {
        at_first.get_or_insert(drawn.get());
    };
    let frames = voice.stream(&request(&ids), &mut noise, &|| false, &mut each).unwrap();
    // Noise is drawn for every id, and then for every frame that is known.
    assert_eq!(drawn.get(), ids.len() + frames.iter().sum::<usize>());
    let early: usize = frames[..64].iter().sum();
    assert_eq!(at_first, Some(ids.len() + early));
}

/// The flow must know of the end before the last frames come, also where ids that last no time follow.
#[test]
fn what_ends_with_a_window_ends_in_a_stream_too() {
    let voice = Vits::read(&file(), Precision::Single).unwrap();
    let (ids, mut met) = (ids(300), 0);
    for spoken in 1..128 {
        // What is far below every knot of the splines goes through as it is: no frame at all.
        let silent = || {
            let (mut numbers, mut drawn) = (noise(), 0);
            move |frame: &mut [f32]| {
                numbers(frame);
                if (spoken..300).contains(&drawn) {
                    frame.fill(-1e6);
                }
                drawn += 1;
            }
        };
        let whole = voice.speak(&request(&ids), &mut silent(), &|| false).unwrap();
        assert!(whole.frames[spoken..].iter().all(|frames| *frames == 0));
        let total: usize = whole.frames.iter().sum();
        if total < 64 || !(total - 64).is_multiple_of(decoder::WINDOW) {
            continue;
        }
        met += 1;
        let mut samples = vec![];
        let mut each = |piece: &[f32]| samples.extend_from_slice(piece);
        voice.stream(&request(&ids), &mut silent(), &|| false, &mut each).unwrap();
        assert!(samples == whole.samples, "{spoken} ids, {total} frames");
    }
    assert!(met > 0);
}

#[test]
fn instruction_sets_differ_in_the_last_places_only() {
    let (file, ids) = (file(), ids(40));
    let portable = speak(&Vits::read_for(&file, Isa::Portable, None).unwrap(), &request(&ids));
    for isa in Isa::all() {
        let said = speak(&Vits::read_for(&file, isa, None).unwrap(), &request(&ids));
        assert_eq!(said.frames, portable.frames, "{isa:?}");
        let pairs = said.samples.iter().zip(&portable.samples);
        let most = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(most < 1e-5, "{isa:?} {most}");
    }
}

#[test]
fn an_utterance_can_be_stopped_and_refused() {
    let voice = Vits::read(&file(), Precision::Single).unwrap();
    let say = |ids: &[i64]| voice.speak(&request(ids), &mut noise(), &|| false).unwrap_err();
    assert_eq!(say(&[]), Unsaid::Nothing);
    assert_eq!(say(&[1, 76]), Unsaid::UnknownId(76));
    assert_eq!(say(&[1, -1]), Unsaid::UnknownId(-1));
    let slow = Request { length_scale: 1e9, ..request(&[1, 2]) };
    assert_eq!(voice.speak(&slow, &mut noise(), &|| false), Err(Unsaid::TooLong));
    let ids = ids(90);
    for threads in 1..=2 {
        let request = Request { threads, ..request(&ids) };
        assert_eq!(voice.speak(&request, &mut noise(), &|| true), Err(Unsaid::Stopped));
        let mut heard = 0;
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let later = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 2;
        let stopped =
            voice.stream(&request, &mut noise(), &later, &mut |piece| heard += piece.len());
        assert_eq!(stopped, Err(Unsaid::Stopped));
        assert!(heard < 90 * voice.hop());
    }
}

#[test]
fn what_is_another_model_is_not_recognized() {
    let file = file();
    let reason = |file: &[u8]| Vits::read(file, Precision::Single).unwrap_err().to_string();
    assert_eq!(reason(b"no model"), "the file is no whole ONNX model");
    assert_eq!(reason(&file[..file.len() / 2]), "the file is no whole ONNX model");
    // Another function of the same length in place of one, wherever it stands.
    let with = |from: &[u8], to: &[u8]| {
        let mut other = file.clone();
        let places: Vec<usize> =
            (0..file.len() - from.len()).filter(|at| file[*at..].starts_with(from)).collect();
        assert!(!places.is_empty());
        for at in places {
            other[at..at + to.len()].copy_from_slice(to);
        }
        reason(&other)
    };
    assert_eq!(with(b"Tanh", b"Sinh"), "the decoder does not end in a convolution and tanh");
    assert_eq!(with(b"Sigmoid", b"Softmax"), "the flow has a coupling of unknown structure");
    assert_eq!(
        with(b"Softplus", b"Softsign"),
        "the duration predictor has a spline of unknown structure"
    );
    assert_eq!(with(b"Erf", b"Cos"), "the duration predictor has a spline of unknown structure");
    assert_eq!(with(b"Ceil", b"Sign"), "the graph draws the latent in an unknown way");
    // The bins' least share, 0.001, and the tails' end, 5, as numbers.
    let number = |from: f32, to: f32| with(&from.to_le_bytes(), &to.to_le_bytes());
    let spline = "the duration predictor has a spline of unknown structure";
    assert_eq!(number(1e-3, 2e-3), spline);
    assert_eq!(number(-5.0, -4.0), spline);
}

/// Whether or not they are faster here.
#[test]
fn half_precisions_are_nearly_the_same_sound() {
    let (file, ids) = (file(), ids(150));
    let say = |half| {
        let voice = Vits::read_for(&file, Isa::best(), half).unwrap();
        assert_eq!(voice.half(), half);
        speak(&voice, &request(&ids)).samples
    };
    let single = say(None);
    for half in Isa::best().halves() {
        let of_half = say(Some(half));
        let power: f32 = single.iter().map(|x| x * x).sum();
        let noise: f32 = single.iter().zip(&of_half).map(|(a, b)| (a - b) * (a - b)).sum();
        let ratio = 10.0 * (power / noise).log10();
        assert!(ratio >= 50.0, "{half}: {ratio} dB");
    }
}
