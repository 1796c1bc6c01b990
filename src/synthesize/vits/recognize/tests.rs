//! The small voice that stands in the repository, with one thing changed in its graph.

use std::collections::HashSet;

use super::protobuf::{FLOAT, File, INT64, Node, Raw};
use super::*;

fn bytes() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/voice-mini/mini.onnx");
    std::fs::read(path).unwrap()
}

/// Why the voice is refused, once `change` has been made.
fn refused<'a>(bytes: &'a [u8], change: impl FnOnce(&mut File<'a>)) -> Option<String> {
    let mut file = protobuf::parse(bytes).unwrap();
    change(&mut file);
    recognize_graph(file).err().map(|reason| reason.to_string())
}

fn at(file: &File, operator: &str) -> Vec<usize> {
    let nodes = file.nodes.iter().enumerate();
    nodes.filter(|(_, node)| node.operator == operator).map(|(at, _)| at).collect()
}

/// A few whole numbers that a node gets.
fn ints(file: &File, name: &str) -> Option<Vec<i64>> {
    let (_, raw) = file.weights.iter().find(|(own, raw)| *own == name && raw.kind == INT64)?;
    let (numbers, _) = raw.bytes.as_chunks::<8>();
    Some(numbers.iter().map(|bytes| i64::from_le_bytes(*bytes)).collect())
}

fn add_ints<'a>(file: &mut File<'a>, name: &'a str, ints: Vec<i64>) {
    let dims = vec![ints.len()];
    file.weights.push((name, Raw { dims, kind: INT64, ints, ..Raw::default() }));
}

fn add_number<'a>(file: &mut File<'a>, name: &'a str, bytes: &'a [u8; 4]) {
    file.weights.push((name, Raw { kind: FLOAT, bytes, ..Raw::default() }));
}

fn node<'a>(operator: &'a str, inputs: &[&'a str], output: &'a str) -> Node<'a> {
    Node { operator, inputs: inputs.to_vec(), outputs: vec![output], attributes: vec![] }
}

#[test]
fn the_voice_as_it_stands_is_recognized() {
    assert_eq!(refused(&bytes(), |_| ()), None);
}

/// Attention reads distances as places by padding and reading in rows of another length; the recognizer
/// itself passes all that.
#[test]
fn numbers_in_other_places_are_refused() {
    let bytes = bytes();
    let original = protobuf::parse(&bytes).unwrap();
    // Where knots are only counted, or not looked at, more of them do not matter.
    let uses = original.nodes.iter().filter(|node| node.operator != "GreaterOrEqual");
    let used: HashSet<&str> = uses.flat_map(|node| node.inputs.iter().copied()).collect();
    // How many pass everything but the trial.
    let (mut changes, mut tried) = (0, 0);
    let mut count = |reason: &Option<String>| {
        changes += 1;
        tried += usize::from(reason.as_ref().is_some_and(|it| it.contains("in other places")));
    };
    for operator in ["Pad", "Slice"] {
        for at in at(&original, operator) {
            let node = &original.nodes[at];
            let Some(numbers) = ints(&original, node.inputs[1]) else { continue };
            if !used.contains(node.outputs[0]) {
                continue;
            }
            let mut other = numbers.clone();
            // How much is put before the last axis, and where a slice begins.
            let changed = if operator == "Pad" { numbers.len() / 2 - 1 } else { 0 };
            other[changed] += 1;
            let reason = refused(&bytes, |file| {
                add_ints(file, "other", other.clone());
                file.nodes[at].inputs[1] = "other";
            });
            count(&reason);
            assert!(reason.is_some(), "{at} {operator} {numbers:?} -> {other:?}");
        }
    }
    for at in at(&original, "Transpose") {
        let reason = refused(&bytes, |file| {
            let order = &mut file.nodes[at].attributes[0].ints;
            let last = order.len() - 1;
            order.swap(last, last - 1);
        });
        count(&reason);
        assert!(reason.is_some(), "{at} Transpose");
    }
    // The sizes of what is read in rows of another length.
    for at in at(&original, "Concat") {
        let node = &original.nodes[at];
        let last = node.inputs.len() - 1;
        if node.attributes[0].int != Some(0) || node.inputs[last] == node.inputs[last - 1] {
            continue;
        }
        let known = |i: usize| ints(&original, node.inputs[i]);
        if known(last).is_some() && known(last) == known(last - 1) {
            continue;
        }
        let reason = refused(&bytes, |file| file.nodes[at].inputs.swap(last, last - 1));
        count(&reason);
        assert!(reason.is_some(), "{at} Concat");
    }
    assert!(changes > 150 && tried > 20, "{changes} {tried}");
}

/// The mask of the frames stands across that of the ids.
#[test]
fn a_mask_along_another_axis_is_refused() {
    let bytes = bytes();
    let original = protobuf::parse(&bytes).unwrap();
    let is_cast = |name: &str| {
        let mut makers = original.nodes.iter().filter(|node| node.outputs[0] == name);
        makers.any(|node| node.operator == "Cast")
    };
    let of_frames = |at: &usize| {
        let inputs = &original.nodes[*at].inputs;
        is_cast(inputs[0]) && ints(&original, inputs[1]).is_some_and(|axes| axes == [3])
    };
    let at = at(&original, "Unsqueeze").into_iter().rfind(of_frames).unwrap();
    let accepted: Vec<i64> = (-6..=5)
        .filter(|axis| {
            let reason = refused(&bytes, |file| {
                add_ints(file, "other", vec![*axis]);
                file.nodes[at].inputs[1] = "other";
            });
            reason.is_none()
        })
        .collect();
    // The last of four, however it is counted.
    assert_eq!(accepted, [-1, 3]);
}

#[test]
fn a_graph_with_a_cycle_is_refused() {
    let bytes = bytes();
    let in_no_order = Some("the file has nodes in no order".to_owned());
    // Every node that gets its own output, or that of the last node.
    let count = protobuf::parse(&bytes).unwrap().nodes.len();
    for at in (0..count).step_by(29) {
        let own = refused(&bytes, |file| {
            let output = file.nodes[at].outputs[0];
            file.nodes[at].inputs[0] = output;
        });
        assert_eq!(own, in_no_order, "{at}");
        let last = refused(&bytes, |file| {
            let output = file.nodes[count - 1].outputs[0];
            file.nodes[at].inputs[0] = output;
        });
        assert_eq!(last, in_no_order, "{at}");
    }
    // Two nodes that make one value are a cycle too, if the second is made of the first.
    let twice = refused(&bytes, |file| {
        let output = file.nodes[count - 1].outputs[0];
        file.nodes.push(node("Tanh", &[output], output));
    });
    assert_eq!(twice, in_no_order);
}

#[test]
fn scales_that_multiply_are_not_taken_for_one() {
    let bytes = bytes();
    let two = 2.0_f32.to_le_bytes();
    // Every product with a known number once more: embeddings, splines, the ends of the decoder's stages.
    let original = protobuf::parse(&bytes).unwrap();
    let known: HashSet<&str> = original.weights.iter().map(|(name, _)| *name).collect();
    let scaled = at(&original, "Mul").into_iter().chain(at(&original, "Div"));
    let mut changes = 0;
    for at in scaled.filter(|at| known.contains(original.nodes[*at].inputs[1])) {
        let reason = refused(&bytes, |file| {
            add_number(file, "two", &two);
            let output = std::mem::replace(&mut file.nodes[at].outputs[0], "once");
            file.nodes.insert(at + 1, node("Mul", &["once", "two"], output));
        });
        changes += 1;
        assert!(reason.is_some(), "{at}");
    }
    assert!(changes > 50, "{changes}");
}

/// A value that is its own square, forty times over, has 2^40 factors.
#[test]
fn products_without_end_are_refused_soon() {
    let bytes = bytes();
    let names: Vec<String> = (0..=40).map(|i| format!("square {i}")).collect();
    for operator in ["Ceil", "Erf", "Add", "MatMul", "Tanh"] {
        let reason = refused(&bytes, |file| {
            let at = *at(file, operator).last().unwrap();
            let output = std::mem::replace(&mut file.nodes[at].outputs[0], &names[0]);
            let squares = (0..40).map(|i| {
                let output = if i == 39 { output } else { &names[i + 1] };
                node("Mul", &[&names[i], &names[i]], output)
            });
            file.nodes.splice(at + 1..at + 1, squares);
        });
        assert!(reason.is_some(), "{operator}");
    }
}

#[test]
fn an_absurd_number_of_samples_a_frame_is_refused() {
    let bytes = bytes();
    let original = protobuf::parse(&bytes).unwrap();
    for at in at(&original, "ConvTranspose") {
        for stride in [0, -1, 3, 1 << 40, i64::MAX] {
            // With pads that fit, as far as numbers go, and as they stood.
            for fits in [false, true] {
                let reason = refused(&bytes, |file| {
                    let taps = file.weights.iter();
                    let weight = file.nodes[at].inputs[1];
                    let taps = taps.clone().find(|(name, _)| *name == weight).unwrap().1.dims[2];
                    for attribute in &mut file.nodes[at].attributes {
                        match attribute.name {
                            "strides" => attribute.ints = vec![stride],
                            "pads" if fits => {
                                let pad = (taps as i64).wrapping_sub(stride) / 2;
                                attribute.ints = vec![pad; 2];
                            }
                            _ => {}
                        }
                    }
                });
                assert!(reason.is_some(), "{at} {stride} {fits}");
            }
        }
    }
}

/// What a file may make the trial do: no more than some memory and time.
#[test]
fn what_would_take_too_long_to_try_out_is_refused_or_left_out() {
    let bytes = bytes();
    let name = |what: &str, number: usize| -> &'static str {
        Box::leak(format!("{what}{number}").into_boxed_str())
    };
    // Left out: nodes with more inputs than any. What they would make together is too much.
    let many = refused(&bytes, |file| {
        add_ints(file, "size", vec![500]);
        file.nodes.push(node("ConstantOfShape", &["size"], "some"));
        file.nodes.extend((0..150).map(|at| node("Concat", &["some"; 65], name("joined", at))));
        let any = file.nodes.iter().flat_map(|node| &node.attributes).find(|it| it.name == "axis");
        let axis = any.unwrap().clone();
        file.nodes.iter_mut().rev().take(150).for_each(|node| {
            node.attributes = vec![protobuf::Attribute { int: Some(0), ..axis.clone() }];
        });
    });
    assert_eq!(many, None);
    // Left out: sums over a long axis, of which there would be too many too.
    let sums = refused(&bytes, |file| {
        add_ints(file, "size", vec![128, 256]);
        file.nodes.push(node("ConstantOfShape", &["size"], "large"));
        file.nodes.extend((0..200).map(|at| node("Softmax", &["large"], name("shares", at))));
    });
    assert_eq!(sums, None);
    // Left out: what stands in the file with more axes than anything.
    let deep = refused(&bytes, |file| {
        file.weights.push((
            "deep",
            Raw { dims: vec![1; 100_000], kind: INT64, ints: vec![1], ..Raw::default() },
        ));
        file.nodes.push(node("Squeeze", &["deep"], "flat"));
    });
    assert_eq!(deep, None);
    // Left out: more axes than anything has.
    let with_axes = |count: i64| {
        refused(&bytes, |file| {
            add_ints(file, "one", vec![1]);
            let mut unsqueeze = node("Unsqueeze", &["one"], "deep");
            let any = file.nodes.iter().flat_map(|node| &node.attributes).next();
            let mut axes = any.unwrap().clone();
            (axes.name, axes.ints) = ("axes", (1..=count).rev().collect());
            unsqueeze.attributes = vec![axes];
            file.nodes.push(unsqueeze);
        })
    };
    assert_eq!(with_axes(100_000), None);
    assert!(with_axes(8).unwrap().contains("in other places"), "nine axes");
    // Too much that is read for nothing: no sum goes over such a shape.
    let vain = refused(&bytes, |file| {
        add_ints(file, "size", vec![32_768]);
        add_ints(file, "beyond", vec![32_768]);
        file.nodes.push(node("ConstantOfShape", &["size"], "large"));
        let gather = |at| node("Gather", &["large", "beyond"], name("none", at));
        file.nodes.extend((0..300).map(gather));
    });
    assert!(vain.unwrap().contains("in other places"));
    // Too much in all, and too many nodes.
    let copies = |count: usize| {
        refused(&bytes, |file| {
            add_ints(file, "size", vec![32_768]);
            file.nodes.push(node("ConstantOfShape", &["size"], "large"));
            file.nodes.extend((0..count).map(|at| node("Identity", &["large"], name("own", at))));
        })
    };
    assert_eq!(copies(100), None);
    assert!(copies(200).unwrap().contains("in other places"));
    assert_eq!(copies(10_000).unwrap(), "the file has more nodes than any voice");
}

/// What is wider than a convolution can be packed is no voice.
#[test]
fn a_layer_wider_than_any_is_refused() {
    let bytes = bytes();
    let reason = refused(&bytes, |file| {
        let relu = at(file, "Relu")[0];
        let maker = |file: &File, name: &str| {
            file.nodes.iter().position(|node| node.outputs.contains(&name)).unwrap()
        };
        let mut wide = relu;
        while file.nodes[wide].operator != "Conv" {
            wide = maker(file, file.nodes[wide].inputs[0]);
        }
        let narrow = file.nodes.iter().skip(relu).position(|node| node.operator == "Conv");
        let narrow = relu + narrow.unwrap();
        assert!(narrow > wide);
        let (weight, bias) = (file.nodes[wide].inputs[1], file.nodes[wide].inputs[2]);
        let next = file.nodes[narrow].inputs[1];
        for (name, raw) in &mut file.weights {
            let axis = usize::from(*name == next);
            if [weight, bias, next].contains(name) {
                raw.dims[axis] = 70_000;
                let count: usize = raw.dims.iter().product();
                raw.bytes = Box::leak(vec![0; 4 * count].into_boxed_slice());
            }
        }
    });
    assert_eq!(reason.unwrap(), "the text encoder has a layer of unknown structure");
}
