//! A Piper model's ONNX graph, cut into the steps in which we run it.
//!
//! Two cuts are made, both by the graph's structure, since node names differ between exports. At every
//! random node, so that the noise comes from our seed and is the same on every runtime; and before
//! the decoder (HiFi-GAN: Kong et al., 2020) and between its stages, which turn frames into samples and
//! are run window by window, so that memory stays bounded. A graph in which these are not found runs
//! in one piece.

mod decoder;

use std::collections::{HashMap, HashSet};

use rten_onnx::onnx::{
    DataType, GraphProto, ModelProto, NodeProto, TensorProto, TypeProto, TypeProtoTensor,
    ValueInfoProto,
};

use super::PiperError;
use super::tensor::Element;

pub use decoder::Windows;

/// The steps of a model, in order. Values pass from one to later ones by their names.
pub struct Line {
    pub steps: Vec<Step>,
    /// The value that is the sound.
    pub sound: String,
    /// The value that gives the samples of each phoneme id, where the model offers it.
    pub alignment: Option<String>,
    /// The graph's own inputs.
    pub inputs: Vec<String>,
}

/// One step.
pub enum Step {
    /// Runs a part of the graph.
    Part(Box<Part>),
    /// Makes normal noise.
    Noise(Random),
}

/// A part of the graph as a model of its own.
pub struct Part {
    /// An ONNX model with its weights.
    pub model: ModelProto,
    pub inputs: Vec<String>,
    pub outputs: Vec<(String, Element)>,
    /// Set for a stage of the decoder: it may be run window by window.
    pub windows: Option<Windows>,
}

/// A random node.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    pub name: String,
    pub shape: Shape,
    pub mean: f32,
    pub scale: f32,
}

/// How large a noise is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    Like(String),
    Fixed(Vec<usize>),
}

/// The file of a model -> its steps.
pub fn line(file: std::fs::File) -> Result<Line, PiperError> {
    let model = ModelProto::parse_file(file)
        .map_err(|error| PiperError::Model(format!("it is no whole ONNX file ({error})")))?;
    Graph::of(model)?.cut()
}

/// The graph with what is known of its values.
struct Graph {
    /// The model without its graph, as the mould of the parts.
    mould: ModelProto,
    graph: GraphProto,
    weights: HashSet<String>,
    /// The values that do not depend on any input: weights and what follows from them.
    free: HashSet<String>,
    elements: HashMap<String, Element>,
}

impl Graph {
    fn of(mut model: ModelProto) -> Result<Self, PiperError> {
        let graph = model.graph.take();
        let graph = graph.ok_or_else(|| PiperError::Model("it has no graph".to_owned()))?;
        let weights: HashSet<String> =
            graph.initializer.iter().filter_map(|tensor| tensor.name.clone()).collect();
        let mut free = weights.clone();
        let mut elements = HashMap::new();
        for tensor in &graph.initializer {
            if let Some((name, element)) = tensor.name.clone().zip(element(tensor.data_type)) {
                elements.insert(name, element);
            }
        }
        for value in &graph.input {
            if let Some((name, element)) = value.name.clone().zip(element(declared(value))) {
                elements.insert(name, element);
            }
        }
        for node in &graph.node {
            if !is_random(node) && named(&node.input).all(|input| free.contains(input)) {
                free.extend(node.output.iter().cloned());
            }
            let element = result(node, &elements);
            elements.extend(node.output.iter().map(|output| (output.clone(), element)));
        }
        Ok(Self { mould: model, graph, weights, free, elements })
    }

    fn cut(self) -> Result<Line, PiperError> {
        let name = |value: &ValueInfoProto| value.name.clone().unwrap_or_default();
        let own = self.graph.input.iter().map(name);
        let inputs: Vec<String> = own.filter(|name| !self.weights.contains(name)).collect();
        let mut outputs = self.graph.output.iter().map(name);
        let sound = outputs.next();
        let sound = sound.ok_or_else(|| PiperError::Model("it has no output".to_owned()))?;
        let alignment = outputs.next();
        // Names inside a branch or loop cannot be followed from outside.
        let nested = self.graph.node.iter().any(|n| n.attribute.iter().any(|a| a.g.is_some()));
        let decoder = if nested { vec![] } else { decoder::find(&self.graph, &self.free, &sound) };
        let levels = if nested { vec![Some(0); self.graph.node.len()] } else { self.levels() };
        let first = levels.iter().flatten().max().copied().unwrap_or(0) + 1;
        // In which part each node runs; the decoder's stages are the last.
        let part_of = |at: usize| {
            let stage = decoder.iter().position(|stage| stage.nodes.contains(&at));
            stage.map(|stage| first + stage).or(levels[at])
        };
        let parts: Vec<Option<usize>> = (0..levels.len()).map(part_of).collect();
        let wanted: Vec<&String> = std::iter::once(&sound).chain(&alignment).collect();
        let mut steps = Vec::new();
        for number in 0..first + decoder.len() {
            let random = self
                .graph
                .node
                .iter()
                .zip(&levels)
                .filter(|(node, level)| !nested && is_random(node) && **level == Some(number));
            steps.extend(random.filter_map(|(node, _)| noise(node)).map(Step::Noise));
            let stage = number.checked_sub(first).and_then(|stage| decoder.get(stage));
            let windows = stage.map(|stage| stage.windows.clone());
            steps.extend(
                self.part(number, &parts, nested, &wanted, windows).map(Box::new).map(Step::Part),
            );
        }
        hand_out(self.graph.initializer, &mut steps);
        Ok(Line { steps, sound, alignment, inputs })
    }

    /// How many noises each node comes after; a random node comes after its own. `None` for free
    /// nodes, which run wherever they are needed.
    fn levels(&self) -> Vec<Option<usize>> {
        let mut of_value: HashMap<&str, usize> = HashMap::new();
        let mut levels = Vec::with_capacity(self.graph.node.len());
        for node in &self.graph.node {
            let inputs = named(&node.input).filter_map(|input| of_value.get(input.as_str()));
            let before = inputs.max().copied().unwrap_or(0);
            let is_free = node.output.iter().all(|output| self.free.contains(output));
            let after = if is_random(node) && !node.input.is_empty() { before + 1 } else { before };
            levels.push((!is_free).then_some(after));
            of_value.extend(node.output.iter().map(|output| (output.as_str(), after)));
        }
        levels
    }

    /// The nodes of one part, without the weights they need; `None` when there are none.
    fn part(
        &self,
        number: usize,
        parts: &[Option<usize>],
        nested: bool,
        wanted: &[&String],
        windows: Option<Windows>,
    ) -> Option<Part> {
        let nodes = &self.graph.node;
        let random = |at: usize| !nested && is_random(&nodes[at]);
        let mut inside: Vec<bool> =
            (0..nodes.len()).map(|at| parts[at] == Some(number) && !random(at)).collect();
        if !inside.contains(&true) {
            return None;
        }
        let made = |inside: &[bool]| -> HashSet<&String> {
            let of_part = nodes.iter().zip(inside).filter(|(_, inside)| **inside);
            of_part.flat_map(|(node, _)| &node.output).collect()
        };
        let outputs: Vec<String> = {
            let made = made(&inside);
            let outside = (0..nodes.len()).filter(|at| !inside[*at]);
            let used = outside.flat_map(|at| &nodes[at].input).chain(wanted.iter().copied());
            let mut seen = HashSet::new();
            used.filter(|name| made.contains(name) && seen.insert(*name)).cloned().collect()
        };
        // Free nodes are taken in from the end, since a free node may need one before it.
        let mut needed: HashSet<&String> = HashSet::new();
        for at in (0..nodes.len()).rev() {
            let node = &nodes[at];
            let is_free = parts[at].is_none() && !nested;
            inside[at] |= is_free && node.output.iter().any(|output| needed.contains(output));
            if inside[at] {
                needed.extend(named(&node.input));
            }
        }
        let made = made(&inside);
        let mut seen = HashSet::new();
        let of_part = || nodes.iter().zip(&inside).filter(|(_, inside)| **inside);
        let own = self.graph.input.iter().filter_map(|value| value.name.as_ref());
        let inputs: Vec<String> = of_part()
            .flat_map(|(node, _)| named(&node.input))
            .chain(own.filter(|_| nested))
            .filter(|name| {
                !made.contains(name) && !self.weights.contains(*name) && seen.insert(*name)
            })
            .cloned()
            .collect();
        let graph = GraphProto {
            node: of_part().map(|(node, _)| node.clone()).collect(),
            initializer: vec![],
            input: inputs.iter().map(|name| self.value(name)).collect(),
            output: outputs.iter().map(|name| self.value(name)).collect(),
            value_info: vec![],
        };
        let outputs = outputs.into_iter().map(|name| (name.clone(), self.element(&name)));
        let model = ModelProto {
            ir_version: self.mould.ir_version,
            graph: Some(graph),
            opset_import: self.mould.opset_import.clone(),
            ..ModelProto::default()
        };
        Some(Part { model, inputs, outputs: outputs.collect(), windows })
    }

    fn element(&self, name: &str) -> Element {
        self.elements.get(name).copied().unwrap_or(Element::F32)
    }

    /// What a part declares of an input or output: as the whole graph does, or only its type.
    fn value(&self, name: &str) -> ValueInfoProto {
        let declared = self.graph.input.iter().chain(&self.graph.output);
        let mut declared = declared.filter(|value| value.name.as_deref() == Some(name));
        declared.next().cloned().unwrap_or_else(|| {
            let elem_type = match self.element(name) {
                Element::F32 => DataType::FLOAT,
                Element::I64 => DataType::INT64,
                Element::Bool => DataType::BOOL,
            };
            let tensor = TypeProtoTensor { elem_type: Some(elem_type), ..Default::default() };
            ValueInfoProto {
                name: Some(name.to_owned()),
                r#type: Some(TypeProto { tensor_type: Some(tensor), ..Default::default() }),
            }
        })
    }
}

/// Gives every part the weights that its nodes name: to the last of them the weight itself, since
/// weights are nearly all of a model. A graph in one piece gets all, as its branches may name them.
fn hand_out(weights: Vec<TensorProto>, steps: &mut [Step]) {
    let mut graphs: Vec<&mut GraphProto> = steps
        .iter_mut()
        .filter_map(|step| match step {
            Step::Part(part) => part.model.graph.as_mut(),
            Step::Noise(_) => None,
        })
        .collect();
    if let [whole] = &mut graphs[..] {
        whole.initializer = weights;
        return;
    }
    let named: Vec<HashSet<String>> = graphs
        .iter()
        .map(|graph| graph.node.iter().flat_map(|node| named(&node.input)).cloned().collect())
        .collect();
    for weight in weights {
        let Some(name) = &weight.name else { continue };
        let mut users = (0..graphs.len()).filter(|at| named[*at].contains(name));
        let Some(last) = users.next_back() else { continue };
        for at in users {
            graphs[at].initializer.push(weight.clone());
        }
        graphs[last].initializer.push(weight);
    }
}

/// The inputs that are there: an optional one that is left out has an empty name.
fn named(inputs: &[String]) -> impl Iterator<Item = &String> {
    inputs.iter().filter(|name| !name.is_empty())
}

fn operator(node: &NodeProto) -> &str {
    node.op_type.as_deref().unwrap_or_default()
}

fn is_random(node: &NodeProto) -> bool {
    matches!(operator(node), "RandomNormalLike" | "RandomNormal")
}

fn noise(node: &NodeProto) -> Option<Random> {
    let attribute = |name: &str| {
        let mut all = node.attribute.iter();
        all.find(|attribute| attribute.name.as_deref() == Some(name))
    };
    let number = |name: &str| attribute(name).and_then(|attribute| attribute.f);
    let shape = match node.input.first() {
        Some(like) => Shape::Like(like.clone()),
        None => Shape::Fixed(
            attribute("shape")?
                .ints
                .iter()
                .map(|size| usize::try_from(*size).ok())
                .collect::<Option<_>>()?,
        ),
    };
    Some(Random {
        name: node.output.first()?.clone(),
        shape,
        mean: number("mean").unwrap_or(0.0),
        scale: number("scale").unwrap_or(1.0),
    })
}

fn declared(value: &ValueInfoProto) -> Option<DataType> {
    value.r#type.as_ref()?.tensor_type.as_ref()?.elem_type
}

fn element(declared: Option<DataType>) -> Option<Element> {
    match declared? {
        DataType::FLOAT => Some(Element::F32),
        DataType::INT64 => Some(Element::I64),
        DataType::BOOL => Some(Element::Bool),
        _ => None,
    }
}

/// The element type of what a node gives (ONNX, "Operator Schemas"), for the operators that pass
/// values between the parts of a VITS graph. All others give numbers with a fraction.
fn result(node: &NodeProto, elements: &HashMap<String, Element>) -> Element {
    let of_input = |at: usize| {
        node.input.get(at).and_then(|name| elements.get(name)).copied().unwrap_or(Element::F32)
    };
    let attribute = || {
        node.attribute
            .iter()
            .find(|attribute| matches!(attribute.name.as_deref(), Some("to" | "value" | "dtype")))
    };
    match operator(node) {
        "Shape" | "Size" | "NonZero" | "ArgMax" | "ArgMin" => Element::I64,
        "Less" | "LessOrEqual" | "Greater" | "GreaterOrEqual" | "Equal" | "Not" | "And" | "Or"
        | "Xor" | "IsNaN" | "IsInf" => Element::Bool,
        "Cast" | "Constant" | "ConstantOfShape" | "RandomNormalLike" => {
            let given = attribute().and_then(|attribute| match (&attribute.t, attribute.i) {
                (Some(tensor), _) => tensor.data_type,
                (None, Some(number)) => i32::try_from(number).ok().map(DataType),
                (None, None) => None,
            });
            element(given).unwrap_or(Element::F32)
        }
        "Where" => of_input(1),
        "Add" | "Sub" | "Mul" | "Div" | "Mod" | "Neg" | "Abs" | "Gather" | "GatherElements"
        | "GatherND" | "Unsqueeze" | "Squeeze" | "Slice" | "Concat" | "Reshape" | "Flatten"
        | "Transpose" | "Expand" | "Tile" | "Pad" | "Range" | "ReduceMax" | "ReduceMin"
        | "ReduceSum" | "ReduceProd" | "CumSum" | "Clip" | "Max" | "Min" | "Identity"
        | "ScatterND" | "ScatterElements" | "Split" | "Sign" => of_input(0),
        _ => Element::F32,
    }
}
