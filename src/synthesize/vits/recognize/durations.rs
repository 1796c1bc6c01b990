//! Finds the stochastic duration predictor (VITS, section 2.2.2), from the rounded durations backwards.

use std::collections::{HashMap, HashSet};

use super::graph::{Graph, Node, Value};
use super::layers::is_near;
use super::placement;
use super::spline::{BINS, LEAST, Spline, TAIL};
use super::{Speakers, Unrecognized};
use crate::synthesize::vits::weights::{Convolution, Durations, Separable, SplineCoupling};

/// The predictor whose rounded durations `frames` are, and what is still to be tried out; `text` is the
/// hidden text it must hear.
pub fn durations<'a>(
    g: &Graph<'a>,
    frames: Value,
    text: Value,
    speakers: &Speakers<'a>,
) -> Result<(Durations<'a>, Vec<placement::Bent>), Unrecognized> {
    let not = Unrecognized::of("the duration predictor");
    let z = logarithm(g, frames).ok_or_else(|| not("does not end in rounded exponentials"))?;
    let (z, mean, scale) = affine(g, z).ok_or_else(|| not("has no affine step at its end"))?;
    let mut z = g.unflipped(z).ok_or_else(|| not("does not flip before its affine step"))?;
    let (mut splines, mut bends, mut condition) = (Vec::new(), Vec::new(), None);
    while g.made_by(z, "Concat").is_some() {
        let spline = spline(g, z).ok_or_else(|| not("has a spline of unknown structure"))?;
        if *condition.get_or_insert(spline.condition) != spline.condition {
            return Err(not("has splines that hear different things"));
        }
        let before = g.unflipped(spline.bend.source);
        z = before.ok_or_else(|| not("does not flip before a spline"))?;
        splines.push(spline.coupling);
        bends.push(spline.bend);
    }
    splines.reverse();
    if !is_noise(g, z, 2) {
        return Err(not("does not begin with scaled noise"));
    }
    let condition = condition.ok_or_else(|| not("has no splines"))?;
    let (pre, speaker, convs, proj) = hearing(g, condition, text, speakers)
        .ok_or_else(|| not("hears the text in an unknown way"))?;
    let hidden = pre.outputs;
    let fits = [proj.inputs, proj.outputs] == [hidden; 2]
        && channels(&convs) == hidden
        && speaker.as_ref().is_none_or(|it| it.outputs == hidden)
        && splines.iter().all(|spline| {
            [spline.pre.outputs, channels(&spline.convs), spline.proj.inputs] == [hidden; 3]
        });
    if !fits {
        return Err(not("has layers of different widths"));
    }
    Ok((Durations { pre, speaker, convs, proj, splines, mean, scale }, bends))
}

fn channels(layers: &[Separable]) -> usize {
    let widths: HashSet<usize> = layers.iter().map(|layer| layer.pointwise.outputs).collect();
    if widths.len() == 1 { widths.into_iter().next().unwrap_or(0) } else { 0 }
}

/// `ceil(exp(z) * length scale)`, of the first of two channels.
fn logarithm(g: &Graph, frames: Value) -> Option<Value> {
    let [a, b] = g.factors(g.through(frames, "Ceil")?)[..] else { return None };
    let exponential = [[a, b], [b, a]].into_iter().find_map(|[exponential, scale]| {
        (is_scale(g, scale, 1)).then_some(g.through(exponential, "Exp")?)
    })?;
    let source = g.channels(exponential)?.source;
    g.is_first(exponential, source, 1).then_some(source)
}

/// Whether a value is one of the three numbers that a Piper voice is given as `scales`.
pub fn is_scale(g: &Graph, value: Value, number: i64) -> bool {
    g.made_by(value, "Gather").is_some_and(|node| {
        node.int("axis").unwrap_or(0) == 0
            && node.input(0).is_some_and(|of| Some(g.peel(of)) == g.input("scales"))
            && node.input(1).and_then(|at| g.ints(at)).is_some_and(|at| at == [number])
    })
}

/// Whether a value is normal noise, times a number of `scales`.
fn is_noise(g: &Graph, value: Value, number: i64) -> bool {
    let factors = g.factors(value);
    let [a, b] = factors[..] else { return false };
    [[a, b], [b, a]]
        .into_iter()
        .any(|[noise, scale]| is_scale(g, scale, number) && g.is_normal_noise(noise))
}

/// `(z - mean) * scale` of two channels, with mean and scale of the first.
fn affine(g: &Graph, value: Value) -> Option<(Value, f32, f32)> {
    let first = |value: Value| match g.numbers(value)?[..] {
        [first, _] => Some(first),
        _ => None,
    };
    let [a, b] = g.factors(value)[..] else { return None };
    [[a, b], [b, a]].into_iter().find_map(|[difference, scale]| {
        let [z, mean] = g.pair(difference, "Sub")?;
        Some((z, first(mean)?, first(scale)?))
    })
}

struct Bent<'a> {
    coupling: SplineCoupling<'a>,
    /// What it bends, and to what.
    bend: placement::Bent,
    /// What it hears.
    condition: Value,
}

fn spline<'a>(g: &Graph<'a>, end: Value) -> Option<Bent<'a>> {
    let node = g.made_by(end, "Concat").filter(|node| node.int("axis") == Some(1))?;
    let [Some(kept), Some(bent)] = node.inputs[..] else { return None };
    let source = g.channels(kept)?.source;
    if !g.is_first(kept, source, 1) {
        return None;
    }
    let region = Region::of(g, bent, source)?;
    let (proj, x) = g.pointwise(region.projection)?;
    let (convs, x) = g.separable(x)?;
    let (pre, condition) = g.pairs(x, "Add").into_iter().find_map(|[x, condition]| {
        let (pre, x) = g.pointwise(x)?;
        g.is_first(x, source, 1).then_some((pre, g.peel(condition)))
    })?;
    let root = (proj.inputs as f32).sqrt();
    let fits = pre.inputs == 1
        && proj.outputs == 3 * BINS - 1
        && region.is_known(g, root)
        && Spline { g, projection: region.projection, source, root }.is(bent);
    let coupling = SplineCoupling { pre, convs, proj };
    let bend = placement::Bent { source, projection: region.projection, bent, root };
    fits.then_some(Bent { coupling, bend, condition })
}

type Hearing<'a> = (Convolution<'a>, Option<Convolution<'a>>, Vec<Separable<'a>>, Convolution<'a>);

/// What makes the condition of all splines from the text.
fn hearing<'a>(
    g: &Graph<'a>,
    condition: Value,
    text: Value,
    speakers: &Speakers<'a>,
) -> Option<Hearing<'a>> {
    let (proj, x) = g.pointwise(condition)?;
    let (convs, x) = g.separable(x)?;
    let of_text = |value: Value| g.pointwise(value).filter(|(_, x)| *x == text);
    if let Some((pre, _)) = of_text(x) {
        return Some((pre, None, convs, proj));
    }
    g.pairs(x, "Add").into_iter().find_map(|[x, condition]| {
        let (pre, _) = of_text(x)?;
        Some((pre, Some(speakers.condition(g, condition)?), convs.clone(), proj.clone()))
    })
}

/// The nodes of one spline, between the projection that describes it and its result. An export writes
/// a hundred of them, mostly to put numbers in places; so what is looked at are those that compute.
struct Region<'g, 'a> {
    nodes: Vec<&'g Node<'a>>,
    /// What describes the spline.
    projection: Value,
}

impl<'g, 'a> Region<'g, 'a> {
    fn of(g: &'g Graph<'a>, bent: Value, source: Value) -> Option<Self> {
        let mut projections = HashSet::new();
        let mut nodes: HashMap<Value, &Node> = HashMap::new();
        let mut open = vec![bent];
        while let Some(value) = open.pop() {
            let is_source = g.channels(value).is_some_and(|part| part.source == source);
            if g.is_mask(value) || g.is_known(value) || is_source || nodes.contains_key(&value) {
                continue;
            }
            let Some(node) = g.maker(value) else { continue };
            match node.operator {
                "Conv" => {
                    projections.insert(value);
                }
                // The lengths of things do not count here.
                "Shape" => {}
                _ => {
                    nodes.insert(value, node);
                    open.extend(node.inputs.iter().flatten());
                }
            }
        }
        let mut projections = projections.into_iter();
        let projection = projections.next()?;
        let nodes = nodes.into_values().collect();
        projections.next().is_none().then_some(Self { nodes, projection })
    }

    /// Whether there is nothing else in it than there is in a spline, neither nodes nor numbers.
    fn is_known(&self, g: &Graph, root: f32) -> bool {
        // The slope that softplus makes 1 at both ends.
        let end = ((1.0 - LEAST).exp() - 1.0).ln();
        let rest = 1.0 - LEAST * BINS as f32;
        let known = [0.0, 1.0, 2.0, 4.0, -TAIL, TAIL, 2.0 * TAIL, LEAST, rest, end, root];
        let others = [1.0 / root, TAIL + 1e-6, 1e-6];
        let numbers: Vec<f32> = self.nodes.iter().flat_map(|node| numbers(g, node)).collect();
        let is = |number: f32, known: f32| number == known || is_near(number, known);
        let has_end = numbers.iter().any(|number| is_near(*number, end));
        let all_known = numbers
            .iter()
            .all(|number| known.iter().chain(&others).any(|known| is(*number, *known)));
        has_end && all_known && self.nodes.iter().all(|node| KNOWN.contains(&node.operator))
    }
}

/// What stands in a spline, to compute and to put numbers in places.
const KNOWN: [&str; 34] = [
    "Softmax",
    "CumSum",
    "Softplus",
    "Sqrt",
    "Pow",
    "GatherElements",
    "GreaterOrEqual",
    "LessOrEqual",
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Neg",
    "Gather",
    "GatherND",
    "ScatterND",
    "NonZero",
    "Not",
    "And",
    "Equal",
    "Where",
    "Cast",
    "Pad",
    "Slice",
    "Concat",
    "Reshape",
    "Transpose",
    "Unsqueeze",
    "Squeeze",
    "Expand",
    "ConstantOfShape",
    "Range",
    "ReduceSum",
    "Identity",
];

/// The known numbers with a fraction that a node uses.
fn numbers(g: &Graph, node: &Node) -> Vec<f32> {
    let inputs = node.inputs.iter().flatten();
    let mut numbers: Vec<f32> = inputs.filter_map(|input| g.number(*input)).collect();
    if node.operator == "ConstantOfShape" {
        numbers.extend(node.filling());
    }
    numbers
}
