//! An ONNX file -> the weights of a Piper voice, if that is what it is.
//!
//! Names of nodes and weights differ between exports, and so does what surrounds the layers: masks,
//! changes of shape, constants. So the graph is walked backwards from the sound, from layer to layer,
//! and at each only one thing may stand there. Whatever is different is not recognized, and is left to
//! a runtime that computes any graph.
//!
//! Changes of shape are passed on that way. Whether they bring each number to its place is tried out
//! afterwards: a few values are given numbers, and those that are made of them are compared.
//!
//! `protobuf` reads the file, `graph` is what is walked on, `layers` knows the layers that all parts
//! share, and one file each knows `decoder`, `flow`, `encoder` and `durations`. `placement` says what is
//! tried out, `trial` does it, and `moves` are the operators for it.

mod decoder;
mod durations;
mod encoder;
mod flow;
mod graph;
mod layers;
mod moves;
mod placement;
mod protobuf;
mod spline;
mod trial;

use std::collections::HashSet;

use self::graph::{Graph, Value};
use self::placement::{Frames, Placement};
use super::weights::{Convolution, Tensor, Voice};

pub use self::layers::NEAR;
pub use self::spline::{BINS, LEAST, TAIL};

/// A model that is not computed here, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unrecognized(String);

impl Unrecognized {
    /// What a part of the voice does not have.
    fn of(part: &str) -> impl Fn(&str) -> Self {
        move |what| Self(format!("{part} {what}"))
    }

    /// Weights of which no decoder can be made.
    pub fn decoder(reason: String) -> Self {
        Self(format!("the decoder cannot be packed: {reason}"))
    }
}

/// Since this version `Softmax` is over one axis only (ONNX, "Operator Changelog").
const OPSET_MIN: u64 = 13;

/// The weights of a voice, borrowed from its file.
pub fn recognize(file: &[u8]) -> Result<Voice<'_>, Unrecognized> {
    let not = Unrecognized::of("the file");
    recognize_graph(protobuf::parse(file).ok_or_else(|| not("is no whole ONNX model"))?)
}

/// Nodes of a graph; voices have 1,100 to 3,200. Some of the walks through them take the square of it.
const NODES_MAX: usize = 1 << 13;

fn recognize_graph(file: protobuf::File<'_>) -> Result<Voice<'_>, Unrecognized> {
    let not = Unrecognized::of("the file");
    if file.opset < OPSET_MIN {
        return Err(not("has operators of before their present meaning"));
    }
    if file.nodes.len() > NODES_MAX {
        return Err(not("has more nodes than any voice"));
    }
    let g = Graph::of(file).ok_or_else(|| not("has nodes in no order"))?;
    let not = Unrecognized::of("the graph");
    if g.nodes.iter().any(graph::Node::has_branches) {
        return Err(not("has branches"));
    }
    let speakers = Speakers::of(&g).ok_or_else(|| not("has no single table of speakers"))?;
    let (decoder, latent) = decoder::decoder(&g, &speakers)?;
    let channels = decoder.first.inputs;
    let (flow, prior) = flow::flow(&g, latent, channels, &speakers)?;
    let frames = prior_frames(&g, prior, channels)
        .ok_or_else(|| not("draws the latent in an unknown way"))?;
    let (encoder, text, attentions) = encoder::encoder(&g, frames.statistics)?;
    let (durations, splines) = durations::durations(&g, frames.frames, text, &speakers)?;
    if encoder.statistics.outputs != 2 * channels
        || durations.pre.inputs != encoder.statistics.inputs
    {
        return Err(not("has parts of different widths"));
    }
    let hear = [durations.speaker.is_some(), decoder.condition.is_some()];
    let flow_hears = flow.iter().map(|coupling| coupling.speaker.is_some());
    let hears = hear.into_iter().chain(flow_hears).all(|hears| hears == speakers.table.is_some());
    if !hears {
        return Err(not("has parts that do not hear the speaker"));
    }
    let mut strides = decoder.stages.iter().map(|stage| stage.stride);
    let hop = strides.try_fold(1_usize, |hop, stride| hop.checked_mul(stride));
    let hop = hop.ok_or_else(|| not("makes more samples than there can be"))?;
    let placement = Placement { attentions, frames, splines, sound: g.sound, hop };
    if !placement.is_right(&g) {
        return Err(not("has numbers in other places than a voice"));
    }
    Ok(Voice { speakers: speakers.table, encoder, durations, flow, decoder })
}

/// The speakers of a voice, and the values that are the one who speaks.
struct Speakers<'a> {
    table: Option<Tensor<'a>>,
    chosen: HashSet<Value>,
}

impl<'a> Speakers<'a> {
    fn of(g: &Graph<'a>) -> Option<Self> {
        let mut speakers = Self { table: None, chosen: HashSet::new() };
        let Some(id) = g.input("sid") else { return Some(speakers) };
        for node in g.nodes.iter().filter(|node| node.operator == "Gather") {
            if node.input(1).map(|it| g.peel(it)) != Some(id) {
                continue;
            }
            let table = g.tensor(node.input(0)?).filter(|table| table.dims.len() == 2)?;
            if node.int("axis").unwrap_or(0) != 0
                || speakers.table.as_ref().is_some_and(|it| *it != table)
            {
                return None;
            }
            speakers.table = Some(table);
            speakers.chosen.extend(&node.outputs);
        }
        speakers.table.is_some().then_some(speakers)
    }

    /// A projection of the speaker.
    fn condition(&self, g: &Graph<'a>, value: Value) -> Option<Convolution<'a>> {
        let (conv, x) = g.pointwise(value)?;
        let width = self.table.as_ref()?.dims[1];
        (self.chosen.contains(&x) && conv.inputs == width).then_some(conv)
    }
}

/// The latent as the text predicts it: `mean + noise * exp(log-spread) * noise scale`, by frames.
fn prior_frames(g: &Graph, z: Value, channels: usize) -> Option<Frames> {
    g.pairs(z, "Add").into_iter().find_map(|[mean, spread]| {
        let mean_factors @ [path, by_id] = g.pair(mean, "MatMul")?;
        let statistics = g.channels(by_id)?.source;
        let mut factors = g.factors(spread);
        let noise = factors.iter().position(|factor| g.is_normal_noise(*factor))?;
        factors.remove(noise);
        let scale = factors.iter().position(|factor| durations::is_scale(g, *factor, 0))?;
        factors.remove(scale);
        let [spread] = factors[..] else { return None };
        let spread = g.through(spread, "Exp")?;
        let spread_factors @ [own_path, spread_by_id] = g.pair(spread, "MatMul")?;
        let fits = g.peel(path) == g.peel(own_path)
            && g.is_first(by_id, statistics, channels)
            && g.is_second(spread_by_id, statistics, channels);
        let frames = Frames {
            frames: frames(g, g.peel(path))?,
            statistics,
            mean: mean_factors,
            spread: spread_factors,
            products: [g.peel(mean), g.peel(spread)],
            by_frame: [mean, spread],
            latent: z,
            channels,
        };
        fits.then_some(frames)
    })
}

/// The rounded durations that a path is made of: one where a frame lies before the end of an id, and
/// not before the end of the id before it.
fn frames(g: &Graph, path: Value) -> Option<Value> {
    let [begun, before] = g.pair(path, "Sub")?;
    let begun = g.peel(begun);
    // The same, one id later.
    let slice = g.slice(g.peel(before)).filter(|it| (it.axis, it.start, it.end) == (1, 0, -1))?;
    let pad = g.made_by(slice.source, "Pad")?;
    let is_one_later =
        g.peel(pad.input(0)?) == begun && g.ints(pad.input(1)?)? == [0, 1, 0, 0, 0, 0];
    let node = g.maker(begun).filter(|node| node.operator == "Less")?;
    if !g.comes_from(node.input(0)?, "Range") {
        return None;
    }
    let sum = g.made_by(node.input(1)?, "CumSum")?;
    let is_plain = [sum.int("exclusive"), sum.int("reverse")].iter().all(|it| it.unwrap_or(0) == 0);
    let is_along_ids = matches!(g.ints(sum.input(1)?)?[..], [-1 | 2]);
    let frames = g.peel(sum.input(0)?);
    (is_one_later && is_along_ids && is_plain && g.made_by(frames, "Ceil").is_some())
        .then_some(frames)
}

impl Graph<'_> {
    /// Whether a value is noise of mean 0 and deviation 1.
    fn is_normal_noise(&self, value: Value) -> bool {
        self.made_by(value, "RandomNormalLike").is_some_and(|node| {
            node.float("mean").unwrap_or(0.0) == 0.0 && node.float("scale").unwrap_or(1.0) == 1.0
        })
    }
}

#[cfg(test)]
mod tests;
