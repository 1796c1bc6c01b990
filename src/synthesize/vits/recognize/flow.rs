//! Finds the flow of residual couplings (VITS, section 2.1.2), from the decoder's latent backwards.

use super::graph::{Graph, Value};
use super::layers::NEAR;
use super::{Speakers, Unrecognized};
use crate::synthesize::vits::weights::{Convolution, Coupling, GatedLayer};

/// Gated layers of all couplings: four times as many as any voice has.
const LAYERS_MAX: usize = 64;

/// The couplings, first that which is computed first, and the latent that goes into it.
pub fn flow<'a>(
    g: &Graph<'a>,
    latent: Value,
    channels: usize,
    speakers: &Speakers<'a>,
) -> Result<(Vec<Coupling<'a>>, Value), Unrecognized> {
    let not = Unrecognized::of("the flow");
    let mut couplings = Vec::new();
    let mut z = g.peel(latent);
    while g.made_by(z, "Concat").is_some() {
        let coupling = coupling(g, z, channels, speakers);
        let (coupling, flipped) =
            coupling.ok_or_else(|| not("has a coupling of unknown structure"))?;
        let before = g.unflipped(flipped);
        z = before.ok_or_else(|| not("does not flip the channels before a coupling"))?;
        couplings.push(coupling);
    }
    couplings.reverse();
    if couplings.windows(2).any(|pair| pair[0].pre.outputs != pair[1].pre.outputs) {
        return Err(not("has couplings of different widths"));
    }
    // With an odd number the channels would stay flipped.
    let layers = couplings.iter().map(|it: &Coupling| it.layers.len()).sum::<usize>();
    if layers > LAYERS_MAX {
        return Err(not("has more layers than any voice"));
    }
    let is_even = couplings.len().is_multiple_of(2) && !couplings.is_empty();
    if is_even { Ok((couplings, z)) } else { Err(not("has no even number of couplings")) }
}

/// A coupling, and the value that it changes.
fn coupling<'a>(
    g: &Graph<'a>,
    end: Value,
    channels: usize,
    speakers: &Speakers<'a>,
) -> Option<(Coupling<'a>, Value)> {
    let half = channels / 2;
    let node = g.made_by(end, "Concat").filter(|node| node.int("axis") == Some(1))?;
    let [Some(kept), Some(moved)] = node.inputs[..] else { return None };
    let source = g.channels(kept)?.source;
    // The spread, which is 1 everywhere, may stand there.
    let mut moved = g.factors(moved);
    moved.retain(|factor| !is_one(g, *factor));
    let [moved] = moved[..] else { return None };
    let [moved, mean] = g.pair(moved, "Sub")?;
    let (post, said) = g.pointwise(mean)?;
    let (layers, speaker, start) = wavenet(g, said, speakers)?;
    let (pre, x) = g.pointwise(start)?;
    let hidden = pre.outputs;
    let fits = g.is_first(kept, source, half)
        && g.is_second(moved, source, half)
        && g.is_first(x, source, half)
        && [pre.inputs, post.inputs, post.outputs] == [half, hidden, half]
        && channels == 2 * half
        && speaker.as_ref().is_none_or(|it| it.outputs == 2 * hidden * layers.len())
        && layers.iter().all(|layer| layer.gate.inputs == hidden && layer.gate.pad <= NEAR);
    fits.then_some((Coupling { pre, speaker, layers, post }, source))
}

/// Whether a value is exp(-0).
fn is_one(g: &Graph, value: Value) -> bool {
    g.through(value, "Exp").is_some_and(|exponent| {
        g.is_zero(exponent)
            || g.through(exponent, "Neg").is_some_and(|exponent| g.is_zero(exponent))
    })
}

type Wavenet<'a> = (Vec<GatedLayer<'a>>, Option<Convolution<'a>>, Value);

/// The layers that a sum of what is said consists of, and what the first of them gets.
fn wavenet<'a>(g: &Graph<'a>, said: Value, speakers: &Speakers<'a>) -> Option<Wavenet<'a>> {
    let mut terms = Vec::new();
    let mut sum = g.peel(said);
    while let Some([before, term]) = g.pair(sum, "Add") {
        terms.push(term);
        sum = g.peel(before);
    }
    if !g.is_zero(sum) {
        terms.push(sum);
    }
    terms.reverse();
    let mut layers = Vec::with_capacity(terms.len());
    let mut condition = None;
    // What the next layer must get.
    let mut x: Option<(Value, Value)> = None;
    let mut start = None;
    for (at, term) in terms.iter().enumerate() {
        let is_last = at + 1 == terms.len();
        let whole = if is_last { g.peel(*term) } else { g.channels(*term)?.source };
        let (out, acts) = g.pointwise(whole)?;
        let hidden = out.inputs;
        let (gate, input, own) = gated(g, acts, hidden)?;
        let fits = out.outputs == if is_last { hidden } else { 2 * hidden }
            && (is_last || g.is_second(*term, whole, hidden))
            && [gate.inputs, gate.outputs] == [hidden, 2 * hidden];
        if !fits {
            return None;
        }
        // The shortcut leads from layer to layer.
        if let Some((before, shares)) = x {
            let mut pairs = g.pairs(input, "Add").into_iter();
            pairs.find(|[a, b]| g.peel(*a) == before && g.is_first(*b, shares, hidden))?;
        }
        // All layers hear the speaker, or none.
        if at > 0 && own.is_some() != condition.is_some() {
            return None;
        }
        start.get_or_insert(input);
        x = Some((input, whole));
        if let Some(own) = own {
            // All layers' numbers of the speaker are computed at once.
            let slice = g.channels(own)?;
            let first = i64::try_from(2 * hidden * at).ok()?;
            let end = i64::try_from(2 * hidden * (at + 1)).ok()?;
            let is_own =
                slice.start == first && (slice.end == end || is_last && slice.end == i64::MAX);
            if !is_own || *condition.get_or_insert(slice.source) != slice.source {
                return None;
            }
        }
        layers.push(GatedLayer { gate, out });
    }
    let speaker = match condition {
        Some(condition) => Some(speakers.condition(g, condition)?),
        None => None,
    };
    Some((layers, speaker, start?))
}

/// `tanh(a) * sigmoid(b)`: the convolution that makes a and b, its input, and what is added for the
/// speaker.
fn gated<'a>(
    g: &Graph<'a>,
    acts: Value,
    hidden: usize,
) -> Option<(Convolution<'a>, Value, Option<Value>)> {
    let (value, share) = g.pairs(acts, "Mul").into_iter().find_map(|[value, share]| {
        Some((g.through(value, "Tanh")?, g.through(share, "Sigmoid")?))
    })?;
    let source = g.channels(value)?.source;
    if !g.is_first(value, source, hidden) || !g.is_second(share, source, hidden) {
        return None;
    }
    if let Some((gate, input)) = g.dense(source) {
        return Some((gate, input, None));
    }
    g.pairs(source, "Add").into_iter().find_map(|[conv, own]| {
        let (gate, input) = g.dense(conv)?;
        Some((gate, input, (!g.is_zero(own)).then_some(own)))
    })
}
