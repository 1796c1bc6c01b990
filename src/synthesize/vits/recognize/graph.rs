//! A graph to be walked from its end to its beginning, past what does not change any number.

use std::collections::HashMap;

use super::protobuf::{self, Attribute, FLOAT, File, INT32, INT64, Raw};
use crate::synthesize::vits::weights::Tensor;

/// A value, by number.
pub type Value = usize;

/// A node with its values by number; an input that is left out is `None`.
#[derive(Debug)]
pub struct Node<'a> {
    pub operator: &'a str,
    pub inputs: Vec<Option<Value>>,
    pub outputs: Vec<Value>,
    attributes: Vec<Attribute<'a>>,
}

/// A part of a value along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    pub source: Value,
    pub axis: i64,
    pub start: i64,
    /// `i64::MAX`: to the end.
    pub end: i64,
    pub step: i64,
}

/// The values of a graph, who makes them, and which are known.
#[derive(Debug)]
pub struct Graph<'a> {
    pub nodes: Vec<Node<'a>>,
    makers: Vec<Option<usize>>,
    constants: Vec<Option<Raw<'a>>>,
    /// Values that are 1 wherever there is text or sound, and 0 behind its end: batches of one have
    /// no such end.
    masks: Vec<bool>,
    inputs: HashMap<&'a str, Value>,
    pub sound: Value,
}

impl<'a> Graph<'a> {
    /// `None` when there is no output, or nodes are not in the order in which they can be computed.
    pub fn of(file: File<'a>) -> Option<Self> {
        let mut numbers: HashMap<&str, Value> = HashMap::new();
        let mut number = |name: &'a str| {
            let next = numbers.len();
            *numbers.entry(name).or_insert(next)
        };
        let mut constants = HashMap::new();
        for (name, raw) in file.weights {
            constants.insert(number(name), raw);
        }
        let inputs = file.inputs.iter().map(|name| (*name, number(name))).collect();
        let mut nodes = Vec::with_capacity(file.nodes.len());
        for node in file.nodes {
            let inputs = node.inputs.iter().map(|name| (!name.is_empty()).then(|| number(name)));
            let inputs: Vec<_> = inputs.collect();
            let outputs: Vec<_> = node.outputs.iter().map(|name| number(name)).collect();
            if let ("Constant", [output]) = (node.operator, &outputs[..]) {
                let value = node.attributes.iter().find(|attribute| attribute.name == "value");
                constants.extend(value.and_then(|value| Some((*output, value.tensor.clone()?))));
            }
            let protobuf::Node { operator, attributes, .. } = node;
            nodes.push(Node { operator, inputs, outputs, attributes });
        }
        let sound = number(file.outputs.first()?);
        let count = numbers.len();
        let mut makers = vec![None; count];
        for (at, node) in nodes.iter().enumerate() {
            for output in &node.outputs {
                makers[*output] = Some(at);
            }
        }
        // Whoever walks backwards must come to an end.
        let is_before = |input: &Value, at: usize| makers[*input].is_none_or(|maker| maker < at);
        let all = nodes.iter().enumerate();
        let ordered = all
            .into_iter()
            .all(|(at, node)| node.inputs.iter().flatten().all(|it| is_before(it, at)));
        if !ordered {
            return None;
        }
        let constants = (0..count).map(|value| constants.remove(&value)).collect();
        let masks = vec![false; count];
        let mut graph = Self { nodes, makers, constants, masks, inputs, sound };
        graph.find_masks();
        Some(graph)
    }

    /// Masks are made of `range < length`, and of other masks.
    fn find_masks(&mut self) {
        let mut compared = vec![false; self.masks.len()];
        for node in &self.nodes {
            let Some(first) = node.input(0) else { continue };
            let (mut mask, mut comparison) = (false, false);
            match node.operator {
                "Less" => comparison = self.comes_from(first, "Range"),
                "Cast" => mask = compared[first] || self.masks[first],
                "Mul" => mask = node.inputs.iter().flatten().all(|input| self.masks[*input]),
                "Unsqueeze" | "Squeeze" | "Transpose" | "Reshape" | "Identity" | "Slice" => {
                    (mask, comparison) = (self.masks[first], compared[first]);
                }
                _ => {}
            }
            for output in &node.outputs {
                (self.masks[*output], compared[*output]) = (mask, comparison);
            }
        }
    }

    /// Whether an `operator` makes a value, but for its shape and kind of number.
    pub fn comes_from(&self, mut value: Value, operator: &str) -> bool {
        while let Some(node) = self.maker(value) {
            match (node.operator, node.input(0)) {
                (own, _) if own == operator => return true,
                ("Unsqueeze" | "Cast" | "Identity" | "Reshape", Some(input)) => value = input,
                _ => return false,
            }
        }
        false
    }

    /// The number of one of the graph's own inputs.
    pub fn input(&self, name: &str) -> Option<Value> {
        self.inputs.get(name).copied()
    }

    pub fn maker(&self, value: Value) -> Option<&Node<'a>> {
        self.makers[value].map(|at| &self.nodes[at])
    }

    pub fn is_mask(&self, value: Value) -> bool {
        self.masks[value]
    }

    /// The value in which the same numbers first stand: masks, and changes of shape, are passed.
    pub fn peel(&self, mut value: Value) -> Value {
        while let Some(node) = self.maker(value) {
            let passed = match node.operator {
                "Identity" | "Dropout" | "Unsqueeze" | "Squeeze" | "Transpose" | "Reshape" => {
                    node.input(0)
                }
                "Cast" => node.input(0).filter(|_| node.int("to") == Some(1)),
                "Slice" => self.slice(value).filter(Slice::is_whole).map(|slice| slice.source),
                "Mul" => match node.inputs[..] {
                    [Some(a), Some(b)] if self.masks[b] => Some(a),
                    [Some(a), Some(b)] if self.masks[a] => Some(b),
                    _ => None,
                },
                _ => None,
            };
            match passed {
                Some(input) => value = input,
                None => break,
            }
        }
        value
    }

    /// The node that makes a value, if it is an `operator`.
    pub fn made_by(&self, value: Value, operator: &str) -> Option<&Node<'a>> {
        self.maker(self.peel(value)).filter(|node| node.operator == operator)
    }

    /// The only input of the `operator` that makes a value.
    pub fn through(&self, value: Value, operator: &str) -> Option<Value> {
        match self.made_by(value, operator)?.inputs[..] {
            [Some(input)] => Some(input),
            _ => None,
        }
    }

    /// Both inputs of the `operator` that makes a value.
    pub fn pair(&self, value: Value, operator: &str) -> Option<[Value; 2]> {
        match self.made_by(value, operator)?.inputs[..] {
            [Some(a), Some(b)] => Some([a, b]),
            _ => None,
        }
    }

    /// Both inputs of the `operator` that makes a value, in both orders.
    pub fn pairs(&self, value: Value, operator: &str) -> Vec<[Value; 2]> {
        self.pair(value, operator).map_or(vec![], |[a, b]| vec![[a, b], [b, a]])
    }

    /// What a product is made of; no layer has more than [`FACTORS`].
    pub fn factors(&self, value: Value) -> Vec<Value> {
        let (mut open, mut factors) = (vec![value], vec![]);
        while let Some(value) = open.pop() {
            match self.pair(value, "Mul") {
                Some([a, b]) if open.len() + factors.len() < FACTORS => open.extend([b, a]),
                _ => factors.push(self.peel(value)),
            }
        }
        factors
    }

    /// Whether a value is a weight or another constant.
    pub fn is_known(&self, value: Value) -> bool {
        self.constant(value).is_some()
    }

    /// A known value, which an export may give several names by `Identity`.
    fn constant(&self, mut value: Value) -> Option<&Raw<'a>> {
        loop {
            if let Some(constant) = &self.constants[value] {
                return Some(constant).filter(|raw| !raw.is_elsewhere);
            }
            let node = self.maker(value).filter(|node| node.operator == "Identity")?;
            value = node.input(0)?;
        }
    }

    /// The shape of a known value.
    pub fn dims(&self, value: Value) -> Option<&[usize]> {
        self.constant(value).map(|raw| &raw.dims[..])
    }

    /// Known numbers with a fraction.
    pub fn tensor(&self, value: Value) -> Option<Tensor<'a>> {
        let raw = self.constant(value).filter(|raw| raw.kind == FLOAT)?;
        let count = raw.dims.iter().try_fold(4_usize, |count, size| count.checked_mul(*size))?;
        (raw.bytes.len() == count).then(|| Tensor { dims: raw.dims.clone(), bytes: raw.bytes })
    }

    /// A few known numbers, or what simple operators make of them.
    pub fn numbers(&self, mut value: Value) -> Option<Vec<f32>> {
        let mut functions: Vec<fn(f32) -> f32> = vec![];
        let tensor = loop {
            if let Some(tensor) = self.tensor(value) {
                break tensor;
            }
            let node = self.maker(value).filter(|_| functions.len() < FACTORS)?;
            functions.push(match node.operator {
                "Exp" => f32::exp,
                "Neg" => |x| -x,
                "Sqrt" => f32::sqrt,
                _ => return None,
            });
            value = node.input(0)?;
        };
        let of = |number: f32| functions.iter().rev().fold(number, |x, function| function(x));
        (tensor.count() <= FEW).then(|| tensor.numbers().into_iter().map(of).collect())
    }

    pub fn number(&self, value: Value) -> Option<f32> {
        match self.numbers(value)?[..] {
            [number] => Some(number),
            _ => None,
        }
    }

    /// A few known whole numbers.
    pub fn ints(&self, value: Value) -> Option<Vec<i64>> {
        let raw = self.constant(value).filter(|raw| matches!(raw.kind, INT32 | INT64))?;
        if raw.bytes.is_empty() {
            return (raw.ints.len() <= FEW).then(|| raw.ints.clone());
        }
        let size = if raw.kind == INT64 { 8 } else { 4 };
        let is_whole = raw.bytes.len().is_multiple_of(size) && raw.bytes.len() <= FEW * size;
        let number = |bytes: &[u8]| match <[u8; 8]>::try_from(bytes) {
            Ok(eight) => Some(i64::from_le_bytes(eight)),
            Err(_) => Some(i32::from_le_bytes(bytes.try_into().ok()?).into()),
        };
        is_whole.then(|| raw.bytes.chunks_exact(size).map(number).collect())?
    }

    /// Whether a value is 0 everywhere, whatever its shape.
    pub fn is_zero(&self, value: Value) -> bool {
        match self.maker(self.peel(value)) {
            Some(node) if node.operator == "ConstantOfShape" => node.filling() == Some(0.0),
            Some(_) => false,
            None => self.numbers(value).is_some_and(|all| all.iter().all(|x| *x == 0.0)),
        }
    }

    /// The slice that a value is; only along one axis.
    pub fn slice(&self, value: Value) -> Option<Slice> {
        let node = self.maker(value).filter(|node| node.operator == "Slice")?;
        let one = |at: usize| match self.ints(node.input(at)?)?[..] {
            [number] => Some(number),
            _ => None,
        };
        let end = one(2)?;
        // Exports write "to the end" as the largest number of 32 or 64 bits.
        let end = if end >= i64::from(i32::MAX) { i64::MAX } else { end };
        let step = if node.input(4).is_some() { one(4)? } else { 1 };
        Some(Slice { source: node.input(0)?, axis: one(3)?, start: one(1)?, end, step })
    }

    /// Some channels of a value, as `Split` or `Slice` gives them: where they begin and end.
    pub fn channels(&self, value: Value) -> Option<Slice> {
        let value = self.peel(value);
        let node = self.maker(value)?;
        if node.operator != "Split" {
            let slice = self.slice(value)?;
            let slice = Slice { source: self.peel(slice.source), ..slice };
            return (slice.axis == 1 && slice.step == 1).then_some(slice);
        }
        let sizes = match node.input(1) {
            Some(sizes) => self.ints(sizes)?,
            None => node.ints("split")?.to_vec(),
        };
        let at = node.outputs.iter().position(|output| *output == value)?;
        let mut before = sizes.get(..at)?.iter();
        let start = before.try_fold(0_i64, |sum, size| sum.checked_add(*size))?;
        let is_last = at + 1 == sizes.len();
        let end = if is_last { i64::MAX } else { start.checked_add(*sizes.get(at)?)? };
        let source = self.peel(node.input(0)?);
        (node.int("axis") == Some(1)).then_some(Slice { source, axis: 1, start, end, step: 1 })
    }

    /// Whether `value` is the first `count` channels of `source`.
    pub fn is_first(&self, value: Value, source: Value, count: usize) -> bool {
        let end = i64::try_from(count).ok();
        self.channels(value)
            .is_some_and(|it| it.source == source && it.start == 0 && Some(it.end) == end)
    }

    /// Whether `value` is all but the first `count` channels of `source`, which has twice as many.
    pub fn is_second(&self, value: Value, source: Value, count: usize) -> bool {
        let (start, double) = (i64::try_from(count).ok(), i64::try_from(2 * count).ok());
        self.channels(value).is_some_and(|it| {
            it.source == source
                && Some(it.start) == start
                && (it.end == i64::MAX || Some(it.end) == double)
        })
    }

    /// The value whose channels in reverse order make this one.
    pub fn unflipped(&self, value: Value) -> Option<Value> {
        let slice = self.slice(self.peel(value))?;
        let is_all = slice.start == -1 && slice.end <= i64::from(i32::MIN);
        (slice.axis == 1 && slice.step == -1 && is_all).then(|| self.peel(slice.source))
    }
}

/// Known numbers that are looked at one by one are never more.
const FEW: usize = 64;
/// Factors of a product, and operators that make a number of another.
const FACTORS: usize = 8;

impl Slice {
    fn is_whole(&self) -> bool {
        self.start == 0 && self.end == i64::MAX && self.step == 1
    }
}

impl<'a> Node<'a> {
    pub fn input(&self, at: usize) -> Option<Value> {
        self.inputs.get(at).copied().flatten()
    }

    fn attribute(&self, name: &str) -> Option<&Attribute<'a>> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    pub fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name)?.int
    }

    pub fn float(&self, name: &str) -> Option<f32> {
        self.attribute(name)?.float
    }

    pub fn ints(&self, name: &str) -> Option<&[i64]> {
        self.attribute(name).map(|attribute| &attribute.ints[..])
    }

    pub fn text(&self, name: &str) -> Option<&[u8]> {
        self.attribute(name).map(|attribute| attribute.text)
    }

    /// Whether it runs another graph.
    pub fn has_branches(&self) -> bool {
        self.attributes.iter().any(|attribute| attribute.is_graph)
    }

    /// What a `ConstantOfShape` fills with, and whether that is a whole number.
    pub fn any_filling(&self) -> Option<(f64, bool)> {
        if let Some(filling) = self.filling() {
            return Some((filling.into(), false));
        }
        let raw = self.attribute("value")?.tensor.as_ref().filter(|raw| raw.kind == INT64)?;
        let number = match (raw.bytes, &raw.ints[..]) {
            ([], [number]) => *number,
            (bytes, _) => i64::from_le_bytes(bytes.try_into().ok()?),
        };
        Some((number as f64, true))
    }

    /// What a `ConstantOfShape` fills with.
    pub fn filling(&self) -> Option<f32> {
        let Some(value) = self.attribute("value") else { return Some(0.0) };
        let raw = value.tensor.as_ref().filter(|raw| raw.kind == FLOAT)?;
        raw.bytes.try_into().ok().map(f32::from_le_bytes)
    }
}
