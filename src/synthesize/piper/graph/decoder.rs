//! Finds the decoder in a graph, and how far it looks to each side of a frame.

use std::collections::{HashMap, HashSet};

use rten_onnx::onnx::{GraphProto, NodeProto};

use super::{named, operator};

/// How the decoder may be run window by window, with the same result as in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Windows {
    /// Samples that one frame gives.
    pub hop: usize,
    /// Frames on each side that a frame's samples depend on.
    pub reach: usize,
}

/// The decoder's nodes.
pub struct Found {
    pub nodes: HashSet<usize>,
    pub windows: Windows,
}

/// Goes back from the sound as long as the nodes look at their neighbourhood only: convolutions, and
/// what works sample by sample. Before the decoder stands a product with a mask, which is neither.
pub fn find(graph: &GraphProto, free: &HashSet<String>, sound: &str) -> Option<Found> {
    let mut nodes = HashSet::new();
    // What is needed of each value, by its own samples: how far on each side, and how many samples
    // of the sound one of them becomes.
    let mut needs: HashMap<&str, Need> = HashMap::new();
    needs.insert(sound, Need { reach: 0, hop: 1 });
    for (at, node) in graph.node.iter().enumerate().rev() {
        let need = node.output.iter().filter_map(|output| needs.get(output.as_str())).next();
        let Some(need) = need.copied() else { continue };
        if !is_local(graph, node, free) {
            continue;
        }
        nodes.insert(at);
        let need = match operator(node) {
            "Conv" => need.through_convolution(&Kernel::of(graph, node)?),
            "ConvTranspose" => need.through_upsampling(&Kernel::of(graph, node)?)?,
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
    let upsamples = nodes.iter().any(|at| operator(&graph.node[*at]) == "ConvTranspose");
    let made = |name: &str| nodes.iter().any(|at| graph.node[*at].output.iter().any(|o| o == name));
    let outside = needs.iter().filter(|(name, _)| !made(name)).map(|(_, need)| need);
    // Several inputs: the frames, and what a speaker's voice adds to each. The frames come from
    // furthest away.
    let need = outside.max_by_key(|need| (need.hop, need.reach))?;
    (upsamples && need.hop > 1)
        .then_some(Windows { hop: need.hop, reach: need.reach })
        .map(|windows| Found { nodes, windows })
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
        let size = |number: &i64| usize::try_from(*number).ok();
        let one = |name: &str| match ints(name) {
            None | Some([]) => Some(1),
            Some([number]) => size(number),
            Some(_) => None,
        };
        let taps = match ints("kernel_shape") {
            Some([taps]) => size(taps)?,
            _ => {
                let name = node.input.get(1)?;
                let weight = graph.initializer.iter().find(|w| w.name.as_ref() == Some(name))?;
                size(weight.dims.get(2)?)?
            }
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
