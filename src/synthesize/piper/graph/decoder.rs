//! Finds the decoder in a graph, its stages, and how far each looks to the sides of a frame.

use std::collections::{HashMap, HashSet};

use rten_onnx::onnx::{GraphProto, NodeProto, TensorProto};

use super::{named, operator};

/// How a stage of the decoder may be run window by window, with the same result as in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Frames that one frame of the stage's input becomes.
    pub hop: usize,
    /// Frames of its input, on each side, that a frame depends on.
    pub reach: usize,
    /// Frames of its input to be computed at once.
    pub frames: usize,
}

/// A part of the decoder that makes frames into more of them.
pub struct Stage {
    pub nodes: HashSet<usize>,
    pub windows: Windows,
}

/// Numbers that a stage gives in one window: 768 kB. Larger windows need more memory and leave the
/// caches, smaller ones compute more of their neighbours: see docs/performance.md.
const NUMBERS_PER_WINDOW: usize = 192 * 1024;

/// Largest of the numbers that describe a convolution; no voice comes near it, and no sum of them
/// overflows.
const SIZE_MAX: usize = 1 << 16;

/// Channels of a stage whose weights do not tell.
const CHANNELS: usize = 128;

/// Goes back from the sound as long as the nodes look at their neighbourhood only: convolutions, and
/// what works sample by sample. Before the decoder stands a product with a mask, which is neither.
///
/// A stage ends before every upsampling but the first: the frames at its beginning look far to their
/// sides and are few, the samples at its end are many and look to their next neighbours only. So
/// windows that are cut for each stage compute next to nothing twice.
pub fn find(graph: &GraphProto, free: &HashSet<String>, sound: &str) -> Vec<Stage> {
    let decoder = local(graph, free, sound);
    let stages = stages(graph, free, &decoder);
    let in_stages = stages.and_then(|stages| {
        let ends = (1..stages.len()).filter_map(|next| start(graph, &stages[next]));
        let ends: Vec<&str> = ends.chain([sound]).collect();
        let found = stages.iter().zip(&ends).map(|(nodes, end)| stage(graph, free, nodes, end));
        if ends.len() == stages.len() { found.collect::<Option<Vec<_>>>() } else { None }
    });
    let whole = || stage(graph, free, &decoder, sound).into_iter().collect();
    in_stages.unwrap_or_else(whole)
}

/// The nodes between the sound and whatever looks further than at its neighbourhood, as far as nothing
/// else needs what they give: a speaker's embedding, say, is prepared once for all parts.
fn local(graph: &GraphProto, free: &HashSet<String>, sound: &str) -> HashSet<usize> {
    let mut users: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, node) in graph.node.iter().enumerate() {
        for input in named(&node.input) {
            users.entry(input).or_default().push(at);
        }
    }
    let mut nodes = HashSet::new();
    // From the end, since a node stands after those that it needs.
    for (at, node) in graph.node.iter().enumerate().rev() {
        let outputs = || node.output.iter().map(String::as_str);
        let mut users = outputs().filter_map(|output| users.get(output)).flatten().peekable();
        let is_needed = users.peek().is_some() || outputs().any(|output| output == sound);
        let is_free = node.output.iter().all(|output| free.contains(output));
        if is_needed
            && !is_free
            && users.all(|user| nodes.contains(user))
            && is_local(graph, node, free)
        {
            nodes.insert(at);
        }
    }
    nodes
}

/// The decoder's nodes by stages; `None` unless each stage hears of the one before it alone.
fn stages(
    graph: &GraphProto,
    free: &HashSet<String>,
    decoder: &HashSet<usize>,
) -> Option<Vec<HashSet<usize>>> {
    let mut upsamplings: HashMap<&str, usize> = HashMap::new();
    let mut stages: Vec<HashSet<usize>> = Vec::new();
    for (at, node) in graph.node.iter().enumerate().filter(|(at, _)| decoder.contains(at)) {
        let given = named(&node.input).filter(|input| !free.contains(*input));
        let before: HashSet<usize> =
            given.map(|input| upsamplings.get(input.as_str()).copied().unwrap_or(0)).collect();
        let [before] = before.into_iter().collect::<Vec<_>>()[..] else { return None };
        let after = before + usize::from(operator(node) == "ConvTranspose");
        let stage = after.saturating_sub(1);
        if stages.len() <= stage {
            stages.resize_with(stage + 1, HashSet::new);
        }
        stages[stage].insert(at);
        upsamplings.extend(node.output.iter().map(|output| (output.as_str(), after)));
    }
    // The first stage has what comes before the first upsampling too.
    (!stages.is_empty()).then_some(stages)
}

/// The value that a later stage is made of; `None` when there are several.
fn start<'a>(graph: &'a GraphProto, nodes: &HashSet<usize>) -> Option<&'a str> {
    let upsamplings = nodes.iter().map(|at| &graph.node[*at]);
    let mut upsamplings = upsamplings.filter(|node| operator(node) == "ConvTranspose");
    let start = upsamplings.next()?.input.first()?;
    upsamplings.all(|node| node.input.first() == Some(start)).then_some(start.as_str())
}

/// The nodes that `end` is made of, with what is needed of each value by its own samples: how far on
/// each side, and how many samples of `end` one of them becomes.
fn stage(
    graph: &GraphProto,
    free: &HashSet<String>,
    nodes: &HashSet<usize>,
    end: &str,
) -> Option<Stage> {
    let mut needs: HashMap<&str, Need> = HashMap::from([(end, Need { reach: 0, hop: 1 })]);
    let mut made: HashSet<&str> = HashSet::new();
    let mut channels = 0;
    for at in (0..graph.node.len()).rev().filter(|at| nodes.contains(at)) {
        let node = &graph.node[at];
        made.extend(node.output.iter().map(String::as_str));
        let need = *node.output.iter().find_map(|output| needs.get(output.as_str()))?;
        let need = match operator(node) {
            "Conv" => need.through_convolution(&Kernel::of(graph, node)?),
            "ConvTranspose" => {
                channels = channels.max(weight(graph, node).map_or(CHANNELS, channels_of));
                need.through_upsampling(&Kernel::of(graph, node)?)?
            }
            _ => need,
        };
        for input in named(&node.input).filter(|input| !free.contains(*input)) {
            let known = needs.entry(input.as_str()).or_insert(need);
            if known.hop != need.hop {
                return None;
            }
            known.reach = known.reach.max(need.reach);
        }
    }
    let outside = needs.iter().filter(|(name, _)| !made.contains(*name)).map(|(_, need)| need);
    // Several inputs: the frames, and what a speaker's voice adds to each. The frames come from
    // furthest away.
    let Need { hop, reach } = *outside.max_by_key(|need| (need.hop, need.reach))?;
    let frames = (NUMBERS_PER_WINDOW / hop.saturating_mul(channels).max(1)).max(1);
    (channels > 0 && hop > 1 && hop.max(reach) <= SIZE_MAX)
        .then(|| Stage { nodes: nodes.clone(), windows: Windows { hop, reach, frames } })
}

/// A convolution's weight; an export that keeps equal weights once names the others by `Identity`.
fn weight<'a>(graph: &'a GraphProto, node: &NodeProto) -> Option<&'a TensorProto> {
    let mut name = node.input.get(1)?;
    let same = |name: &String| {
        let mut made = graph.node.iter().filter(|node| node.output.contains(name));
        made.find(|node| operator(node) == "Identity").and_then(|node| node.input.first())
    };
    if let Some(original) = same(name) {
        name = original;
    }
    graph.initializer.iter().find(|weight| weight.name.as_ref() == Some(name))
}

/// A `ConvTranspose`'s weight is `[in, out / groups, taps]`; Piper has no groups.
fn channels_of(weight: &TensorProto) -> usize {
    weight.dims.get(1).and_then(|size| usize::try_from(*size).ok()).unwrap_or(CHANNELS)
}

#[derive(Clone, Copy, Debug)]
struct Need {
    reach: usize,
    hop: usize,
}

impl Need {
    fn through_convolution(self, kernel: &Kernel) -> Self {
        Self { reach: self.reach + kernel.reach(), ..self }
    }

    /// Output sample `o` is made of the inputs `(o + pad - k * dilation) / stride` for every tap `k`.
    fn through_upsampling(self, kernel: &Kernel) -> Option<Self> {
        let stride = kernel.stride;
        let hop = self.hop.checked_mul(stride)?;
        Some(Self { reach: (self.reach + kernel.reach()).div_ceil(stride), hop })
    }
}

/// A convolution over time.
struct Kernel {
    taps: usize,
    dilation: usize,
    stride: usize,
    pads: [usize; 2],
}

impl Kernel {
    fn of(graph: &GraphProto, node: &NodeProto) -> Option<Self> {
        let ints = |name: &str| {
            let mut all = node.attribute.iter();
            let found = all.find(|attribute| attribute.name.as_deref() == Some(name));
            found.map(|attribute| attribute.ints.as_slice())
        };
        let size = |number: &i64| usize::try_from(*number).ok().filter(|size| *size <= SIZE_MAX);
        let one = |name: &str| match ints(name) {
            None | Some([]) => Some(1),
            Some([number]) => size(number),
            Some(_) => None,
        };
        let taps = match ints("kernel_shape") {
            Some([taps]) => size(taps)?,
            _ => size(weight(graph, node)?.dims.get(2)?)?,
        };
        let pads = match ints("pads") {
            None | Some([]) => [0, 0],
            Some([before, after]) => [size(before)?, size(after)?],
            Some(_) => return None,
        };
        let stride = one("strides")?;
        let resamples = operator(node) == "ConvTranspose";
        let usable = taps > 0 && stride > 0 && (resamples || stride == 1);
        usable.then_some(Self { taps, dilation: one("dilations")?, stride, pads })
    }

    /// How far from its own place a sample looks, at most.
    fn reach(&self) -> usize {
        let span = (self.taps - 1) * self.dilation;
        self.pads[0].max(self.pads[1]).max(span.saturating_sub(self.pads[0].min(self.pads[1])))
    }
}

/// Whether what a node gives at a place depends on its inputs near that place only.
fn is_local(graph: &GraphProto, node: &NodeProto, free: &HashSet<String>) -> bool {
    // A filter must be made of weights, or it would be another at every place.
    let weighted = |node: &NodeProto| node.input.iter().skip(1).all(|input| free.contains(input));
    let only_one = || named(&node.input).filter(|input| !free.contains(*input)).count() == 1;
    match operator(node) {
        "Conv" | "ConvTranspose" => weighted(node) && Kernel::of(graph, node).is_some(),
        "LeakyRelu" | "Relu" | "Tanh" | "Identity" | "Add" | "Sum" | "Elu" => true,
        "Mul" | "Div" | "Sub" | "Unsqueeze" | "Squeeze" => only_one(),
        _ => false,
    }
}
