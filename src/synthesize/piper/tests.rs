//! Piper voices: what the tiny and the small one say can be foretold, and what cannot speak is refused.

use std::path::PathBuf;

use rten_onnx::onnx::{ModelProto, NodeProto};

use super::graph::Windows;
use super::stepwise::LoadedStep;
use super::*;
use crate::synthesize::vits::Precision;

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn load_from(folder: &str, name: &str, speaker: Option<i64>, runtime: &Runtime) -> Piper {
    let file = |ending| data(folder).join(format!("{name}{ending}"));
    Piper::load(&file(".onnx"), &file(".onnx.json"), speaker, runtime, 1).unwrap()
}

fn tiny() -> Piper {
    load_from("voice-tiny", "tiny", None, &Runtime::Rten)
}

fn mini() -> Piper {
    load_from("voice-mini", "mini", None, &Runtime::Rten)
}

const PLAIN: Manner = Manner { length_scale: 1.0, variation: 0.0, seed: 0 };

fn say(piper: &Piper, phonemes: &str, manner: Manner) -> Vec<f32> {
    let ids = piper.config().ids(&Phonemes(phonemes.to_owned()));
    assert!(ids.unknown.is_empty(), "{:?}", ids.unknown);
    piper.speak(&ids.ids, manner, &|| false).unwrap().samples
}

/// ONNX Runtime, where `./tests/run` found a library to test with.
fn onnx_runtime() -> Option<Runtime> {
    let Some(library) = std::env::var_os("BAONOI_TEST_ONNXRUNTIME") else {
        eprintln!("skipped: BAONOI_TEST_ONNXRUNTIME names no library");
        return None;
    };
    let (runtime, refused) = Runtime::choose(Some(Path::new(&library)));
    assert_eq!(refused, None);
    Some(runtime)
}

/// Cycles in a frame of 256 samples after `from`: what the tiny voice says can be foretold. A frame
/// begins with a cycle, which is easier counted elsewhere.
fn cycles(samples: &[f32], from: usize) -> usize {
    let frame = &samples[from + 10..from + 267];
    frame.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn every_id_is_heard_in_its_place_for_its_time() {
    let tiny = tiny();
    // `^` 2 frames, pad 1, a 5, pad 1, ɗ 3, pad 1, `$` 2.
    let said = say(&tiny, "aɗ", PLAIN);
    assert_eq!(said.len(), 15 * 256);
    let loud: Vec<bool> =
        said.chunks(256).map(|frame| frame.iter().any(|sample| sample.abs() > 0.1)).collect();
    let expected: Vec<bool> = "...aaaaa.ddd...".chars().map(|c| c != '.').collect();
    assert_eq!(loud, expected);
    assert_ne!(cycles(&said, 4 * 256), cycles(&said, 10 * 256));
    assert_eq!(say(&tiny, "ɗa", PLAIN).len(), said.len());
}

#[test]
fn the_length_scale_stretches_every_id() {
    let tiny = tiny();
    let slow = Manner { length_scale: 2.0, ..PLAIN };
    assert_eq!(say(&tiny, "aɗ", slow).len(), 30 * 256);
    let fast = Manner { length_scale: 0.5, ..PLAIN };
    assert_eq!(say(&tiny, "aɗ", fast).len(), (1 + 1 + 3 + 1 + 2 + 1 + 1) * 256);
}

#[test]
fn the_same_seed_gives_the_same_sound() {
    for piper in [tiny(), mini()] {
        let varied = |seed| Manner { variation: 1.0, seed, length_scale: 1.0 };
        let first = say(&piper, "sˈaː2w", varied(1));
        assert_eq!(first, say(&piper, "sˈaː2w", varied(1)));
        assert_ne!(first, say(&piper, "sˈaː2w", varied(2)));
        assert_eq!(say(&piper, "aɗ", PLAIN), say(&piper, "aɗ", Manner { seed: 9, ..PLAIN }));
    }
}

#[test]
fn a_speaker_has_a_voice_of_her_own() {
    let speaker = |number| load_from("voice-tiny-speakers", "tiny", Some(number), &Runtime::Rten);
    let (first, second) = (say(&speaker(0), "aɗ", PLAIN), say(&speaker(1), "aɗ", PLAIN));
    assert_eq!(cycles(&second, 4 * 256), 2 * cycles(&first, 4 * 256));
    let model = data("voice-tiny-speakers/tiny.onnx");
    let config = data("voice-tiny-speakers/tiny.onnx.json");
    let absent = Piper::load(&model, &config, Some(2), &Runtime::Rten, 1).unwrap_err();
    assert!(absent.to_string().contains("no speaker 2, there are 2"), "{absent}");
}

#[test]
fn several_threads_may_speak_at_once() {
    let mini = mini();
    let alone = say(&mini, "ˈan", PLAIN);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| say(&mini, "ˈan", PLAIN))).collect();
        for thread in threads {
            assert_eq!(thread.join().unwrap(), alone);
        }
    });
}

#[test]
fn an_unwanted_utterance_is_not_computed() {
    let tiny = tiny();
    let ids = tiny.config().ids(&Phonemes("a".into())).ids;
    assert_eq!(tiny.speak(&ids, PLAIN, &|| true), Err(Unheard::Stopped));
}

#[test]
fn a_vits_graph_falls_into_its_parts() {
    let mini = mini();
    let noises = steps(&mini).iter().filter(|step| matches!(step, LoadedStep::Noise(_))).count();
    assert_eq!(noises, 2, "one for the durations, one for the sound");
    // Back from the end of each stage: blocks of 3, 5 and 7 taps with dilations of up to 12, under an
    // upsampling of 16 or 8 taps; at the very ends a kernel of 7 taps.
    let blocks = 3 * (3 + 12);
    let reaches = [
        (blocks + 11_usize).div_ceil(8) + 3,
        (blocks + 11).div_ceil(8),
        (3 + blocks + 5).div_ceil(4),
    ];
    let stages: Vec<_> = windows(&mini).map(|w| (w.hop, w.reach)).collect();
    assert_eq!(stages, [(8, reaches[0]), (8, reaches[1]), (4, reaches[2])]);
    assert!(steps(&tiny()).len() < steps(&mini).len());
}

fn steps(piper: &Piper) -> &[LoadedStep] {
    match &piper.model {
        Model::Stepwise(stepwise) => &stepwise.steps,
        Model::Own(_) => panic!("our own engine has no steps"),
    }
}

/// Those of the decoder's stages.
fn windows(piper: &Piper) -> impl Iterator<Item = Windows> {
    steps(piper).iter().filter_map(|step| match step {
        LoadedStep::Part(part) => part.windows.clone(),
        LoadedStep::Noise(_) => None,
    })
}

/// A voice after its windows were changed.
fn windowed(mut piper: Piper, change: impl Fn(&Windows) -> Option<Windows>) -> Piper {
    let Model::Stepwise(stepwise) = &mut piper.model else { panic!("it has no windows") };
    for step in &mut stepwise.steps {
        if let LoadedStep::Part(part) = step {
            part.windows = part.windows.as_ref().and_then(&change);
        }
    }
    piper
}

/// The tiny voice with the length of every id, in frames, as a second output.
#[test]
fn the_samples_of_every_id_are_told_where_the_model_does() {
    let aligned = remade("voice-tiny", "tiny", |model| {
        let graph = model.graph.as_mut().unwrap();
        let lengths = graph.node.iter().find(|node| node.op_type.as_deref() == Some("Ceil"));
        let lengths = lengths.and_then(|node| node.output.first()).cloned();
        let mut output = graph.output[0].clone();
        output.name = lengths;
        output.r#type.as_mut().unwrap().tensor_type.as_mut().unwrap().shape = None;
        graph.output.push(output);
    })
    .unwrap();
    let ids = aligned.config().ids(&Phonemes("aɗ".into())).ids;
    let said = aligned.speak(&ids, PLAIN, &|| false).unwrap();
    let frames = [2, 1, 5, 1, 3, 1, 2].map(|frames| frames * 256);
    assert_eq!(said.alignment.as_deref(), Some(&frames[..]));
    assert_eq!(said.samples.len(), frames.iter().sum::<usize>());
    assert_eq!(tiny().speak(&ids, PLAIN, &|| false).unwrap().alignment, None);
}

#[test]
fn windows_give_what_the_whole_gives() {
    let phonemes = "tʃˈaː2w bˈa6n, ".repeat(20);
    let whole = say(&windowed(mini(), |_| None), &phonemes, PLAIN);
    // Not multiples of any stage's frames.
    let small = |windows: &Windows| Some(Windows { frames: 77, ..windows.clone() });
    assert!(whole.len() > 3 * 77 * 256, "{}", whole.len());
    let file = |ending| data("voice-mini").join(format!("mini{ending}"));
    for threads in [1, 2, 3] {
        let (model, config) = (file(".onnx"), file(".onnx.json"));
        let mini = Piper::load(&model, &config, None, &Runtime::Rten, threads).unwrap();
        let apart = difference(&say(&windowed(mini, small), &phonemes, PLAIN), &whole);
        assert!(apart <= 1e-5, "{threads} threads: {apart}");
    }
    // Every stage runs in windows, and the neighbours matter in each: without them joins are heard.
    for stage in windows(&mini()) {
        let alone = |windows: &Windows| {
            Some(Windows {
                frames: 77,
                reach: if *windows == stage { 0 } else { windows.reach },
                ..*windows
            })
        };
        let apart = difference(&say(&windowed(mini(), alone), &phonemes, PLAIN), &whole);
        assert!(apart > 1e-4, "{stage:?}: {apart}");
    }
}

#[test]
fn a_speaker_is_heard_in_windows_too() {
    let speaker = |number| load_from("voice-mini-speakers", "mini", Some(number), &Runtime::Rten);
    let phonemes = "tʃˈaː2w bˈa6n, ".repeat(10);
    let whole = say(&windowed(speaker(1), |_| None), &phonemes, PLAIN);
    let small = |windows: &Windows| Some(Windows { frames: 77, ..windows.clone() });
    assert_eq!(windows(&speaker(1)).count(), 3);
    let apart = difference(&say(&windowed(speaker(1), small), &phonemes, PLAIN), &whole);
    assert!(apart <= 1e-5, "{apart}");
    assert_ne!(say(&speaker(0), &phonemes, PLAIN), whole);
}

#[test]
fn both_runtimes_say_the_same() {
    let Some(runtime) = onnx_runtime() else { return };
    for (folder, name, speaker) in [
        ("voice-tiny", "tiny", None),
        ("voice-tiny-speakers", "tiny", Some(1)),
        ("voice-mini", "mini", None),
        ("voice-mini-speakers", "mini", Some(1)),
    ] {
        let rten = load_from(folder, name, speaker, &Runtime::Rten);
        let onnx = load_from(folder, name, speaker, &runtime);
        for phonemes in ["ˈan", &"tʃˈaː2w bˈa6n, ".repeat(20)] {
            let varied = Manner { variation: 1.0, seed: 3, ..PLAIN };
            for manner in [PLAIN, varied] {
                let apart =
                    difference(&say(&rten, phonemes, manner), &say(&onnx, phonemes, manner));
                assert!(apart <= 1e-3, "{folder}: {apart}");
            }
        }
    }
}

/// Every voice that we have of Piper's architecture, in the manners in which noise and pace matter.
#[test]
fn our_own_engine_says_what_the_runtimes_say() {
    let own = Runtime::Rten.after_own(Precision::Single);
    for (folder, speaker) in [("voice-mini", None), ("voice-mini-speakers", Some(1))] {
        let ours = load_from(folder, "mini", speaker, &own);
        assert!(matches!(ours.model, Model::Own(_)), "{folder} is not recognized");
        let others = [Some(Runtime::Rten), onnx_runtime()].into_iter().flatten();
        let others: Vec<Piper> =
            others.map(|runtime| load_from(folder, "mini", speaker, &runtime)).collect();
        let varied = Manner { variation: 1.0, seed: 3, ..PLAIN };
        let slow = Manner { length_scale: 1.7, ..varied };
        let long = "tʃˈaː2w bˈa6n, ".repeat(20);
        for phonemes in ["", "a", "ˈan", &long] {
            for manner in [PLAIN, varied, slow] {
                let said = say(&ours, phonemes, manner);
                for other in &others {
                    let apart = difference(&said, &say(other, phonemes, manner));
                    assert!(apart <= 1e-4, "{folder}: {apart}");
                }
            }
        }
    }
}

#[test]
fn our_own_engine_tells_the_samples_of_every_id() {
    let mini = load_from("voice-mini", "mini", None, &Runtime::Rten.after_own(Precision::Single));
    let ids = mini.config().ids(&Phonemes("tʃˈaː2w".into())).ids;
    let said = mini.speak(&ids, PLAIN, &|| false).unwrap();
    let alignment = said.alignment.unwrap();
    assert_eq!(alignment.len(), ids.len());
    assert_eq!(alignment.iter().sum::<usize>(), said.samples.len());
    assert_eq!(mini.speak(&ids, PLAIN, &|| true), Err(Unheard::Stopped));
    let unknown = mini.speak(&[1, i64::MAX, 2], PLAIN, &|| false).unwrap_err().to_string();
    assert!(unknown.contains("no phoneme id"), "{unknown}");
}

/// Where the machine is faster with it; elsewhere it says the very same.
#[test]
fn half_precision_is_nearly_the_same_sound() {
    let precise =
        load_from("voice-mini", "mini", None, &Runtime::Rten.after_own(Precision::Single));
    let half = load_from("voice-mini", "mini", None, &Runtime::Rten.after_own(Precision::Half));
    assert_eq!(precise.half(), None);
    let phonemes = "tʃˈaː2w bˈa6n, ".repeat(20);
    let (said, of_half) = (say(&precise, &phonemes, PLAIN), say(&half, &phonemes, PLAIN));
    assert_eq!(said == of_half, half.half().is_none());
    let power = |samples: &mut dyn Iterator<Item = f32>| samples.map(|x| x * x).sum::<f32>();
    let noise = power(&mut said.iter().zip(&of_half).map(|(a, b)| a - b));
    assert!(10.0 * (power(&mut said.iter().copied()) / noise).log10() >= 48.0);
}

#[test]
fn a_model_that_is_not_recognized_is_computed_by_another_runtime() {
    let tiny = load_from("voice-tiny", "tiny", None, &Runtime::Rten.after_own(Precision::Single));
    assert!(matches!(tiny.model, Model::Stepwise(_)));
    assert_eq!(say(&tiny, "aɗ", PLAIN), say(&self::tiny(), "aɗ", PLAIN));
}

#[test]
fn a_library_that_is_none_is_refused_and_rten_computes() {
    let (runtime, refused) = Runtime::choose(Some(Path::new("/nowhere/libonnxruntime.so")));
    assert!(matches!((runtime, refused), (Runtime::Rten, Some(LibraryError::Missing(_)))));
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("libonnxruntime.so");
    std::fs::write(&text, "no library").unwrap();
    let (runtime, refused) = Runtime::choose(Some(&text));
    assert!(matches!((runtime, refused), (Runtime::Rten, Some(LibraryError::Unusable { .. }))));
    assert!(matches!(Runtime::choose(None), (Runtime::Rten, None)));
}

/// A voice after its model was changed, or why it is refused.
fn remade(folder: &str, name: &str, change: impl Fn(&mut ModelProto)) -> Result<Piper, PiperError> {
    let file = |ending| data(folder).join(format!("{name}{ending}"));
    let mut model = ModelProto::parse_file(File::open(file(".onnx")).unwrap()).unwrap();
    change(&mut model);
    let made = tempfile::tempdir().unwrap();
    let path = made.path().join("changed.onnx");
    std::fs::write(&path, model.write_buf().unwrap()).unwrap();
    Piper::load(&path, &file(".onnx.json"), None, &Runtime::Rten, 1)
}

fn upsampling(model: &mut ModelProto) -> &mut NodeProto {
    let mut nodes = model.graph.as_mut().unwrap().node.iter_mut();
    nodes.rfind(|node| node.op_type.as_deref() == Some("ConvTranspose")).unwrap()
}

#[test]
fn weights_that_go_by_another_name_leave_the_windows_as_they_are() {
    let renamed = remade("voice-mini", "mini", |model| {
        let mut names = vec![];
        for name in upsampling(model).input.iter_mut().skip(1) {
            names.push((name.clone(), format!("{name}.twin")));
            name.push_str(".twin");
        }
        let twin = |(name, twin): (String, String)| NodeProto {
            op_type: Some("Identity".into()),
            input: vec![name],
            output: vec![twin],
            ..NodeProto::default()
        };
        model.graph.as_mut().unwrap().node.splice(0..0, names.into_iter().map(twin));
    })
    .unwrap();
    assert!(windows(&renamed).eq(windows(&mini())));
    assert_eq!(say(&renamed, "ˈan", PLAIN), say(&mini(), "ˈan", PLAIN));
}

#[test]
fn absurd_numbers_in_a_model_are_no_panic() {
    for (name, absurd) in
        [("strides", 1 << 60), ("dilations", i64::MAX), ("pads", i64::MAX), ("pads", -1)]
    {
        let made = remade("voice-mini", "mini", |model| {
            let attributes = upsampling(model).attribute.iter_mut();
            for attribute in attributes.filter(|it| it.name.as_deref() == Some(name)) {
                attribute.ints.iter_mut().for_each(|number| *number = absurd);
            }
        });
        let reason = made.unwrap_err().to_string();
        assert!(reason.contains("model cannot be used"), "{name}: {reason}");
    }
}

/// Loads the tiny voice after its model was changed.
fn changed(change: impl Fn(&mut ModelProto)) -> String {
    remade("voice-tiny", "tiny", change).unwrap_err().to_string()
}

/// Why a model with these bytes is not loaded.
fn refused(model: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changed.onnx");
    std::fs::write(&path, model).unwrap();
    let loaded = Piper::load(&path, &data("voice-tiny/tiny.onnx.json"), None, &Runtime::Rten, 1);
    loaded.unwrap_err().to_string()
}

#[test]
fn a_model_that_is_no_piper_voice_is_refused_with_its_reason() {
    let rename = |from: &'static str, to: &'static str| {
        move |model: &mut ModelProto| {
            let graph = model.graph.as_mut().unwrap();
            let names = graph.input.iter_mut().filter_map(|input| input.name.as_mut());
            let uses = graph.node.iter_mut().flat_map(|node| &mut node.input);
            names.chain(uses).filter(|name| *name == from).for_each(|name| *name = to.to_owned());
        }
    };
    assert!(changed(rename("scales", "speed")).contains("takes no `scales`"));
    assert!(changed(|model| model.graph = None).contains("no graph"));
    let missing = changed(|model| {
        let _weights = model.graph.as_mut().unwrap().initializer.pop();
    });
    assert!(missing.contains("model cannot be used"), "{missing}");
    let other = changed(|model| {
        let graph = model.graph.as_mut().unwrap();
        let mut more = graph.input[0].clone();
        more.name = Some("style".into());
        graph.input.push(more);
    });
    assert!(other.contains("wants `style`"), "{other}");
}

#[test]
fn a_model_whose_sound_is_no_number_is_refused() {
    let nan = changed(|model| {
        let graph = model.graph.as_mut().unwrap();
        let sound = graph.output[0].name.clone().unwrap();
        let rename = graph.node.iter_mut().flat_map(|node| &mut node.output);
        rename.filter(|name| **name == sound).for_each(|name| *name = "before".into());
        let node = |operator: &str, input: &[&str], output: &str| NodeProto {
            op_type: Some(operator.into()),
            input: input.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![output.into()],
            ..NodeProto::default()
        };
        graph.node.push(node("Sub", &["before", "before"], "nothing"));
        graph.node.push(node("Div", &["nothing", "nothing"], &sound));
    });
    assert!(nan.contains("not made of numbers"), "{nan}");
}

#[test]
fn a_model_cut_short_anywhere_or_of_other_bytes_is_refused() {
    let whole = std::fs::read(data("voice-tiny/tiny.onnx")).unwrap();
    for length in (0..whole.len()).step_by(97).chain([whole.len() - 1]) {
        let reason = refused(&whole[..length]);
        assert!(reason.contains("model cannot be used"), "{length}: {reason}");
    }
    assert!(refused(b"<!DOCTYPE html><title>404</title>").contains("no whole ONNX file"));
}

#[test]
fn a_config_for_another_model_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("other.onnx.json");
    let json = std::fs::read_to_string(data("voice-tiny/tiny.onnx.json")).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&json).unwrap();
    json["phoneme_id_map"]["ʘ"] = serde_json::json!([100_000]);
    json["num_symbols"] = serde_json::json!(200_000);
    std::fs::write(&config, json.to_string()).unwrap();
    let model = data("voice-tiny/tiny.onnx");
    let loaded = Piper::load(&model, &config, None, &Runtime::Rten, 1).unwrap_err().to_string();
    assert!(loaded.contains("does not speak"), "{loaded}");
    let gone = Piper::load(&model, &folder.path().join("none.json"), None, &Runtime::Rten, 1);
    assert!(matches!(gone, Err(PiperError::Unreadable { .. })));
}
