//! Finds the stochastic duration predictor (VITS, section 2.2.2), from the rounded durations backwards.

use std::collections::{HashMap, HashSet};

use super::graph::{Graph, Node, Value};
use super::layers::is_near;
use super::{Speakers, Unrecognized};
use crate::synthesize::vits::weights::{Convolution, Durations, Separable, SplineCoupling};

/// The bins of a spline, in all of Piper's voices.
pub const BINS: usize = 10;
/// Between minus and plus this a spline bends, outside it is the identity.
pub const TAIL: f32 = 5.0;
/// The least share of a bin, and the least slope at a knot.
pub const LEAST: f32 = 1e-3;

/// The predictor whose rounded durations `frames` are; `text` is the hidden text it must hear.
pub fn durations<'a>(
    g: &Graph<'a>,
    frames: Value,
    text: Value,
    speakers: &Speakers<'a>,
) -> Result<Durations<'a>, Unrecognized> {
    let not = Unrecognized::of("the duration predictor");
    let z = logarithm(g, frames).ok_or_else(|| not("does not end in rounded exponentials"))?;
    let (z, mean, scale) = affine(g, z).ok_or_else(|| not("has no affine step at its end"))?;
    let mut z = g.unflipped(z).ok_or_else(|| not("does not flip before its affine step"))?;
    let (mut splines, mut condition) = (Vec::new(), None);
    while g.made_by(z, "Concat").is_some() {
        let spline = spline(g, z).ok_or_else(|| not("has a spline of unknown structure"))?;
        if *condition.get_or_insert(spline.condition) != spline.condition {
            return Err(not("has splines that hear different things"));
        }
        let before = g.unflipped(spline.source);
        z = before.ok_or_else(|| not("does not flip before a spline"))?;
        splines.push(spline.coupling);
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
    Ok(Durations { pre, speaker, convs, proj, splines, mean, scale })
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

/// `(z - mean) * scale`.
fn affine(g: &Graph, value: Value) -> Option<(Value, [f32; 2], [f32; 2])> {
    let two = |value: Value| <[f32; 2]>::try_from(g.numbers(value)?).ok();
    let [a, b] = g.factors(value)[..] else { return None };
    [[a, b], [b, a]].into_iter().find_map(|[difference, scale]| {
        let [z, mean] = g.pair(difference, "Sub")?;
        Some((z, two(mean)?, two(scale)?))
    })
}

struct Spline<'a> {
    coupling: SplineCoupling<'a>,
    /// What it bends.
    source: Value,
    /// What it hears.
    condition: Value,
}

fn spline<'a>(g: &Graph<'a>, end: Value) -> Option<Spline<'a>> {
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
    let fits = pre.inputs == 1
        && proj.outputs == 3 * BINS - 1
        && region.is_inverse_spline(g, (proj.inputs as f32).sqrt());
    let coupling = SplineCoupling { pre, convs, proj };
    fits.then_some(Spline { coupling, source, condition })
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
    source: Value,
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
        projections.next().is_none().then_some(Self { nodes, projection, source })
    }

    fn all(&self, operator: &str) -> Vec<&Node<'a>> {
        self.nodes.iter().copied().filter(|node| node.operator == operator).collect()
    }

    /// Whether it is the monotonic rational-quadratic spline solved for its argument (Durkan et al.
    /// 2019, section 3.1), with linear tails; `root` divides widths and heights.
    fn is_inverse_spline(&self, g: &Graph, root: f32) -> bool {
        let counts = [
            ("Softmax", 2),
            ("CumSum", 2),
            ("Softplus", 1),
            ("Sqrt", 1),
            ("Pow", 1),
            ("GatherElements", 7),
            ("GreaterOrEqual", 2),
            ("LessOrEqual", 1),
        ];
        let is_complete =
            counts.into_iter().all(|(operator, count)| self.all(operator).len() == count);
        let is_known = |node: &&Node| {
            KNOWN.contains(&node.operator) || counts.iter().any(|(it, _)| *it == node.operator)
        };
        // The slope that softplus makes 1 at both ends.
        let end = ((1.0 - LEAST).exp() - 1.0).ln();
        let known = [0.0, 1.0, 2.0, 4.0, 2.0 * TAIL, -TAIL, TAIL, LEAST, end, root, 1.0 / root];
        let others = [1.0 - LEAST * BINS as f32, TAIL + 1e-6, 1e-6];
        let numbers: Vec<f32> = self.nodes.iter().flat_map(|node| numbers(g, node)).collect();
        let has = |wanted: f32| numbers.iter().any(|number| is_near(*number, wanted));
        let all_known = numbers.iter().all(|number| {
            known.iter().chain(&others).any(|known| number == known || is_near(*number, *known))
        });
        is_complete
            && self.nodes.iter().all(is_known)
            && all_known
            && [2.0, 4.0, 2.0 * TAIL, LEAST, end].into_iter().all(has)
            && self.has_its_tails(g)
            && self.searches_heights(g, root)
    }

    /// Whether what lies inside of the tails is told by two comparisons.
    fn has_its_tails(&self, g: &Graph) -> bool {
        let compared = |operator: &str, number: f32| {
            self.all(operator).iter().any(|node| {
                node.input(0).is_some_and(|x| g.is_second(x, self.source, 1))
                    && node.input(1).and_then(|it| g.number(it)) == Some(number)
            })
        };
        compared("GreaterOrEqual", -TAIL) && compared("LessOrEqual", TAIL)
    }

    /// Whether the numbers 0 to 9 of the projection become widths and the next ten heights, and the
    /// argument is looked for among the heights: that is the inverse direction.
    fn searches_heights(&self, g: &Graph, root: f32) -> bool {
        let mut bins: HashMap<i64, Value> = HashMap::new();
        for node in self.all("Softmax") {
            if let Some(start) = self.bins_of(g, node, root) {
                bins.insert(start, node.outputs[0]);
            }
        }
        let (Some(widths), Some(heights)) = (bins.get(&0), bins.get(&BINS_SIGNED)) else {
            return false;
        };
        let searches = self.all("GreaterOrEqual").into_iter();
        let mut bounds = searches
            .filter(|node| node.input(1).is_some_and(|it| g.number(it).is_none()))
            .filter_map(|node| node.input(1));
        let (Some(bounds), None) = (bounds.next(), bounds.next()) else { return false };
        let (mut open, mut seen) = (vec![bounds], HashSet::new());
        while let Some(value) = open.pop() {
            if let Some(node) = g.maker(value).filter(|node| node.operator != "Shape")
                && value != self.projection
                && seen.insert(value)
            {
                open.extend(node.inputs.iter().flatten());
            }
        }
        seen.contains(heights) && !seen.contains(widths)
    }

    /// Where the ten numbers of the projection begin that a softmax is of, each divided by `root`.
    fn bins_of(&self, g: &Graph, softmax: &Node, root: f32) -> Option<i64> {
        let mut value = g.peel(softmax.input(0)?);
        if let Some(picked) = g.maker(value).filter(|node| node.operator == "GatherND") {
            value = g.peel(picked.input(0)?);
        }
        let (scale, divided) = g.scaled(value)?;
        let slice = g.slice(divided)?;
        let fits = g.peel(slice.source) == self.projection
            && slice.end == slice.start + BINS_SIGNED
            && [slice.axis, slice.step] == [3, 1]
            && is_near(scale, 1.0 / root);
        fits.then_some(slice.start)
    }
}

const BINS_SIGNED: i64 = BINS as i64;

/// What else stands in a spline, to compute and to put numbers in places.
const KNOWN: [&str; 26] = [
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
