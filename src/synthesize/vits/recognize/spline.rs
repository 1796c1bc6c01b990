//! Knows the monotonic rational-quadratic spline, solved for its argument, with linear tails (Durkan et
//! al. 2019, section 3.1 and equations 6 to 8), from its result backwards.
//!
//! An export writes a hundred nodes for each, mostly to put numbers in places. Those are passed here; all
//! that compute must be there.

use super::graph::{Graph, Value};
use super::layers::is_near;

/// The bins of a spline, in all of Piper's voices.
pub const BINS: usize = 10;
/// Between minus and plus this a spline bends, outside it is the identity.
pub const TAIL: f32 = 5.0;
/// The least share of a bin, and the least slope at a knot.
pub const LEAST: f32 = 1e-3;

/// The numbers that describe a spline: widths from 0 on, heights, and slopes at the inner knots.
const WIDTHS: i64 = 0;
const HEIGHTS: i64 = BINS as i64;
const SLOPES: i64 = 2 * BINS as i64;

/// One spline in a graph.
pub struct Spline<'g, 'a> {
    pub g: &'g Graph<'a>,
    /// The convolution that describes it, `[3 * bins - 1]`.
    pub projection: Value,
    /// Two channels, of which the second is the value whose argument is looked for.
    pub source: Value,
    /// What widths and heights are divided by.
    pub root: f32,
}

/// What was looked up for a bin.
#[derive(PartialEq)]
struct Looked {
    from: Value,
    bin: Value,
}

impl Spline<'_, '_> {
    /// Whether `bent` is the spline's argument within the tails, and its value outside.
    pub fn is(&self, bent: Value) -> bool {
        self.within_tails(bent).and_then(|inner| self.is_argument(inner)).is_some()
    }

    /// What is computed within the tails.
    fn within_tails(&self, bent: Value) -> Option<Value> {
        let g = self.g;
        let inner = g.made_by(bent, "ScatterND")?;
        let outer = g.made_by(inner.input(0)?, "ScatterND")?;
        let is_all = g.is_zero(outer.input(0)?)
            && self.is_value(self.unplaced(outer.input(2)?))
            && self.is_inside(g.through(outer.input(1)?, "NonZero")?, true)
            && self.is_inside(g.through(inner.input(1)?, "NonZero")?, false);
        is_all.then_some(self.unplaced(inner.input(2)?))
    }

    /// Whether it tells what lies within the tails, or `not`.
    fn is_inside(&self, value: Value, not: bool) -> bool {
        let g = self.g;
        let spread = |value: Value| match g.made_by(value, "Expand").and_then(|it| it.input(0)) {
            Some(input) => g.peel(input),
            None => g.peel(value),
        };
        let value = if not { g.through(spread(value), "Not") } else { Some(spread(value)) };
        let compared = |value: Value, operator: &str, tail: f32| {
            g.pair(value, operator)
                .is_some_and(|[x, it]| self.is_second(x) && g.number(it) == Some(tail))
        };
        value.is_some_and(|value| {
            g.pairs(value, "And").into_iter().any(|[above, below]| {
                compared(above, "GreaterOrEqual", -TAIL) && compared(below, "LessOrEqual", TAIL)
            })
        })
    }

    fn is_second(&self, value: Value) -> bool {
        self.g.is_second(value, self.source, 1)
    }

    /// Whether it is the value whose argument is looked for, at some places.
    fn is_value(&self, value: Value) -> bool {
        let picked = self.g.made_by(value, "GatherND").and_then(|node| node.input(0));
        picked.is_some_and(|value| self.is_second(value))
    }

    /// Past nodes that cut a value out or surround it.
    fn unplaced(&self, value: Value) -> Value {
        let mut value = self.g.peel(value);
        while let Some(node) = self.g.maker(value) {
            match (node.operator, node.input(0)) {
                ("Pad" | "Slice", Some(input)) => value = self.g.peel(input),
                _ => break,
            }
        }
        value
    }

    /// As [`Self::unplaced`], and past what overwrites the ends.
    fn unpatched(&self, value: Value) -> Value {
        let mut value = self.unplaced(value);
        while let Some(input) = self.g.made_by(value, "ScatterND").and_then(|node| node.input(0)) {
            value = self.unplaced(input);
        }
        value
    }

    /// The solution, equation 6 to 8: `2c / (-b - sqrt(b² - 4ac)) * width + left`.
    fn is_argument(&self, value: Value) -> Option<()> {
        let g = self.g;
        let (scaled, left) = self.with_looked(value, "Add")?;
        let (root, width) = self.with_looked(scaled, "Mul")?;
        let [numerator, below] = g.pair(root, "Div")?;
        let c = self.times(numerator, 2.0)?;
        let [minus_b, square_root] = g.pair(below, "Sub")?;
        let b = g.peel(g.through(minus_b, "Neg")?);
        let [square, product] = g.pair(g.through(square_root, "Sqrt")?, "Sub")?;
        let [base, two] = g.pair(square, "Pow")?;
        let a = self.other(product, "Mul", c).and_then(|product| self.times(product, 4.0))?;
        let (minus_steepness, above) = g
            .pairs(c, "Mul")
            .into_iter()
            .find_map(|[x, above]| Some((g.through(x, "Neg")?, g.peel(above))))?;
        let steepness = self.looked(minus_steepness)?;
        let [y, bottom] = g.pair(above, "Sub")?;
        let bottom = self.looked(bottom)?;
        let [slope_share, above_bend] = g.pair(b, "Sub")?;
        let above_bend = g.peel(above_bend);
        let bend = self.other(above_bend, "Mul", above)?;
        let [slopes, double] = g.pair(bend, "Sub")?;
        let rest = self.other(a, "Add", above_bend)?;
        let (difference, height) = self.with_looked(rest, "Mul")?;
        let [more, less] = g.pair(difference, "Sub")?;
        let slope = self.looked(less)?;
        let has_slope = |value: Value, operator: &str| {
            let pairs = g.pairs(value, operator).into_iter();
            pairs
                .filter_map(|[other, own]| (self.looked(own)? == slope).then_some(other))
                .find_map(|other| self.looked(other))
        };
        let next_slope = has_slope(slopes, "Add")?;
        let is_solution = g.peel(base) == b
            && g.number(two) == Some(2.0)
            && self.is_value(g.peel(y))
            && self.looked(self.times(double, 2.0)?)? == steepness
            && self.looked(more)? == steepness
            && has_slope(slope_share, "Mul")? == height;
        let all = [&left, &width, &bottom, &height, &steepness, &slope, &next_slope];
        let is_one_bin = all.iter().all(|looked| looked.bin == left.bin);
        let [tall, wide] = g.pair(steepness.from, "Div")?;
        let next = g.slice(next_slope.from)?;
        let is_described = self.is_bin(left.bin)
            && self.knots(left.from)? == WIDTHS
            && self.sizes(width.from)? == WIDTHS
            && self.knots(bottom.from)? == HEIGHTS
            && self.sizes(height.from)? == HEIGHTS
            && [self.sizes(tall)?, self.sizes(wide)?] == [HEIGHTS, WIDTHS]
            && self.is_slope(slope.from)
            && (next.axis, next.start, next.end, next.step) == (1, 1, i64::MAX, 1)
            && g.peel(next.source) == slope.from;
        (is_solution && is_one_bin && is_described).then_some(())
    }

    /// What is multiplied by a known number.
    fn times(&self, value: Value, number: f32) -> Option<Value> {
        self.g.scaled(value).and_then(|(own, other)| (own == number).then_some(other))
    }

    /// What is added to `known`, or multiplied with it.
    fn other(&self, value: Value, operator: &str, known: Value) -> Option<Value> {
        let mut pairs = self.g.pairs(value, operator).into_iter();
        pairs.find(|[_, it]| self.g.peel(*it) == known).map(|[other, _]| self.g.peel(other))
    }

    /// What is added to something looked up, or multiplied with it, and that.
    fn with_looked(&self, value: Value, operator: &str) -> Option<(Value, Looked)> {
        let mut pairs = self.g.pairs(value, operator).into_iter();
        pairs.find_map(|[other, looked]| Some((other, self.looked(looked)?)))
    }

    fn looked(&self, value: Value) -> Option<Looked> {
        let g = self.g;
        let mut value = g.peel(value);
        if let Some(node) = g.made_by(value, "Gather") {
            let is_first = g.ints(node.input(1)?)? == [0] && node.int("axis") == Some(1);
            value = is_first.then_some(node.input(0)?)?;
        }
        let node = g.made_by(value, "GatherElements")?;
        let is_along_bins = matches!(node.int("axis"), Some(-1 | 1));
        let (from, bin) = (g.peel(node.input(0)?), g.peel(node.input(1)?));
        is_along_bins.then_some(Looked { from, bin })
    }

    /// Whether it is the number of knots that the value has reached, less one.
    fn is_bin(&self, value: Value) -> bool {
        let g = self.g;
        let reached =
            g.pair(value, "Sub").filter(|[_, one]| g.ints(*one).is_some_and(|it| it == [1]));
        let compared = reached.and_then(|[sum, _]| {
            let node = g.made_by(sum, "ReduceSum")?;
            let axes = node.input(1).and_then(|axes| g.ints(axes));
            let axes = axes.or_else(|| node.ints("axes").map(<[i64]>::to_vec));
            let cast = g.made_by(node.input(0)?, "Cast")?.input(0)?;
            g.pair(cast, "GreaterOrEqual").filter(|_| axes.is_some_and(|axes| axes == [-1]))
        });
        compared.is_some_and(|[value, knots]| {
            self.is_value(g.peel(value)) && self.knots(knots) == Some(HEIGHTS)
        })
    }

    /// Distances between knots, and which: `knots[1..] - knots[..bins]`.
    fn sizes(&self, value: Value) -> Option<i64> {
        let g = self.g;
        let [ends, starts] = g.pair(value, "Sub")?;
        let end = g.slice(g.peel(ends))?;
        let is_next = (end.axis, end.start, end.end, end.step) == (1, 1, i64::MAX, 1);
        let of = self.knots(ends)?;
        let begins = match g.slice(g.peel(starts)) {
            Some(it) => (it.axis, it.start, it.end, it.step) == (1, 0, -1, 1),
            // Not yet with the last knot.
            None => g.made_by(starts, "Pad").is_some(),
        };
        (is_next && begins && self.knots(starts)? == of).then_some(of)
    }

    /// Knots from -5 to 5, as summed shares of what the projection has from which number on.
    fn knots(&self, value: Value) -> Option<i64> {
        let g = self.g;
        let value = self.unpatched(value);
        let shifted = g.pair(value, "Sub").filter(|[_, tail]| g.number(*tail) == Some(TAIL));
        let shifted = shifted
            .or_else(|| g.pair(value, "Add").filter(|[_, tail]| g.number(*tail) == Some(-TAIL)));
        let sums = self.times(shifted?[0], 2.0 * TAIL)?;
        let node = g.made_by(self.unplaced(sums), "CumSum")?;
        let is_plain =
            [node.int("exclusive"), node.int("reverse")].iter().all(|it| it.unwrap_or(0) == 0);
        let along = g.ints(node.input(1)?)?;
        let shares = g
            .pairs(node.input(0)?, "Add")
            .into_iter()
            .find_map(|[shares, least]| (g.number(least)? == LEAST).then_some(shares))?;
        let softmax = g.pairs(shares, "Mul").into_iter().find_map(|[softmax, rest]| {
            self.is_rest(rest).then_some(g.made_by(softmax, "Softmax")?)
        })?;
        let is_over_bins =
            matches!(softmax.int("axis"), Some(-1 | 1)) && matches!(along[..], [-1 | 1]);
        let (scale, divided) = g.scaled(self.picked(softmax.input(0)?)?)?;
        let slice = g.slice(divided)?;
        let fits = is_plain
            && is_over_bins
            && g.peel(slice.source) == self.projection
            && [slice.axis, slice.step] == [3, 1]
            && slice.start.checked_add(HEIGHTS) == Some(slice.end)
            && is_near(scale, 1.0 / self.root);
        fits.then_some(slice.start)
    }

    /// Whether it is what is left for the shares: a number, or computed from the number of bins.
    fn is_rest(&self, value: Value) -> bool {
        let g = self.g;
        if let Some(number) = g.number(value) {
            return is_near(number, 1.0 - LEAST * BINS as f32);
        }
        g.pair(value, "Sub").is_some_and(|[one, least]| {
            g.number(one) == Some(1.0)
                && g.scaled(least).is_some_and(|(least, bins)| {
                    least == LEAST && g.made_by(bins, "Gather").is_some()
                })
        })
    }

    /// The slopes, each at least [`LEAST`].
    fn is_slope(&self, value: Value) -> bool {
        let g = self.g;
        g.pairs(value, "Add").into_iter().any(|[soft, least]| {
            let of = g.through(soft, "Softplus").and_then(|it| self.picked(it));
            let slice = of.and_then(|of| {
                let mut of = g.peel(of);
                while let Some(node) =
                    g.maker(of).filter(|node| matches!(node.operator, "Pad" | "ScatterND"))
                {
                    of = g.peel(node.input(0)?);
                }
                g.slice(of)
            });
            g.number(least) == Some(LEAST)
                && slice.is_some_and(|slice| {
                    g.peel(slice.source) == self.projection
                        && [slice.axis, slice.step, slice.start, slice.end]
                            == [3, 1, SLOPES, i64::MAX]
                })
        })
    }

    /// What was picked where the value lies within the tails.
    fn picked(&self, value: Value) -> Option<Value> {
        let node = self.g.made_by(value, "GatherND")?;
        Some(self.g.peel(node.input(0)?))
    }
}
