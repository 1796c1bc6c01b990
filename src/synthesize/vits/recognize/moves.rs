//! What ONNX's operators make of small arrays ("Operator Schemas", onnx.ai): all that move numbers or
//! compute with shapes, and of the others only what shape they make.

use super::graph::Node;
use super::trial::{AXES_MAX, Array, count, each};

/// The outputs of a node; `None` for what it does not know or what cannot be.
pub fn compute(node: &Node, inputs: &[Option<Array>]) -> Option<Vec<Array>> {
    let input = |at: usize| inputs.get(at).and_then(Option::as_ref);
    let x = input(0)?;
    let one = match node.operator {
        "Identity" | "Dropout" => x.clone(),
        "Cast" => cast(x, node.int("to")?)?,
        "Shape" => shape(node, x)?,
        "Gather" => gather(x, input(1)?, node.int("axis").unwrap_or(0))?,
        "Unsqueeze" => unsqueeze(x, &axes(node, input(1))??)?,
        "Squeeze" => squeeze(x, axes(node, input(1))?.as_deref())?,
        "Reshape" => reshape(node, x, &input(1)?.ints()?)?,
        "Transpose" => transpose(x, node.ints("perm"))?,
        "Slice" => slice(x, inputs)?,
        "Concat" => concat(node.int("axis")?, inputs)?,
        "Split" => return split(node, x, input(1)),
        "Pad" => pad(node, x, inputs)?,
        "Expand" => {
            let dims: Option<Vec<usize>> =
                input(1)?.ints()?.into_iter().map(|size| usize::try_from(size).ok()).collect();
            let dims = broadcast(&x.dims, &dims?)?;
            Array::made(&dims, x.is_known(), |at| x.at(at))?.whole(x.is_whole)
        }
        "ConstantOfShape" => {
            let dims: Option<Vec<usize>> =
                x.ints()?.into_iter().map(|size| usize::try_from(size).ok()).collect();
            let (filling, is_whole) = node.any_filling()?;
            Array::made(&dims?, true, |_| Some(filling))?.whole(is_whole)
        }
        "Range" => range(x, input(1)?, input(2)?)?,
        "Where" => {
            let (a, b) = (input(1)?, input(2)?);
            let dims = broadcast(&broadcast(&x.dims, &a.dims)?, &b.dims)?;
            let is_known = x.is_known() && a.is_known() && b.is_known();
            Array::made(&dims, is_known, |at| if x.at(at)? != 0.0 { a.at(at) } else { b.at(at) })?
                .whole(a.is_whole && b.is_whole)
        }
        "Clip" => {
            let bound =
                |at: usize, otherwise: f64| input(at).map_or(Some(otherwise), Array::number);
            let (low, high) = (bound(1, f64::NEG_INFINITY)?, bound(2, f64::INFINITY)?);
            Array::made(&x.dims, x.is_known(), |at| Some(x.at(at)?.max(low).min(high)))?
                .whole(x.is_whole)
        }
        "ReduceSum" | "ReduceMax" | "ReduceMean" => reduce(node, x, axes(node, input(1))?)?,
        "CumSum" => cumsum(node, x, input(1)?.number()? as i64)?,
        "Softmax" => softmax(x, node.int("axis").unwrap_or(-1))?,
        "NonZero" => nonzero(x)?,
        "GatherND" => gather_nd(node, x, input(1)?)?,
        "ScatterND" => scatter_nd(node, x, input(1)?, input(2)?)?,
        "GatherElements" => {
            let index = input(1)?;
            let axis = place(node.int("axis").unwrap_or(0), x.dims.len())?;
            let is_known = x.is_known() && index.is_known();
            let fits = index.dims.len() == x.dims.len();
            Array::made(&index.dims, is_known && fits, |at| {
                let mut from = at.to_vec();
                from[axis] = place(index.at(at)? as i64, x.dims[axis])?;
                x.exactly_at(&from)
            })
            .filter(|_| fits)?
            .whole(x.is_whole)
        }
        "MatMul" => matmul(x, input(1)?)?,
        "Conv" => conv(node, x, input(1)?)?,
        "ConvTranspose" => conv_transpose(node, x, input(1)?)?,
        // Only their shape matters.
        "Erf" | "Tanh" | "Sigmoid" | "Relu" | "Gelu" | "LayerNormalization" | "LeakyRelu"
        | "RandomNormalLike" => Array { numbers: None, ..x.clone() }.whole(false),
        operator => match (unary(operator), inputs) {
            (Some(function), [_]) => {
                Array::made(&x.dims, x.is_known(), |at| x.at(at).map(function))?.whole(x.is_whole)
            }
            _ => elementwise(operator, x, input(1).filter(|_| inputs.len() == 2)?)?,
        },
    };
    Some(vec![one])
}

fn unary(operator: &str) -> Option<fn(f64) -> f64> {
    Some(match operator {
        "Neg" => |x| -x,
        "Exp" => f64::exp,
        "Sqrt" => f64::sqrt,
        "Ceil" => f64::ceil,
        "Softplus" => |x| x.max(0.0) + (-x.abs()).exp().ln_1p(),
        "Not" => |x| f64::from(x == 0.0),
        _ => return None,
    })
}

fn elementwise(operator: &str, a: &Array, b: &Array) -> Option<Array> {
    let is_whole = a.is_whole && b.is_whole;
    let function: fn(f64, f64) -> f64 = match operator {
        "Add" => |a, b| a + b,
        "Sub" => |a, b| a - b,
        "Mul" => |a, b| a * b,
        "Div" if is_whole => |a, b| (a / b).trunc(),
        "Div" => |a, b| a / b,
        "Pow" => f64::powf,
        "Max" => f64::max,
        "Min" => f64::min,
        "Less" => |a, b| f64::from(a < b),
        "LessOrEqual" => |a, b| f64::from(a <= b),
        "Greater" => |a, b| f64::from(a > b),
        "GreaterOrEqual" => |a, b| f64::from(a >= b),
        "Equal" => |a, b| f64::from(a == b),
        "And" => |a, b| f64::from(a != 0.0 && b != 0.0),
        _ => return None,
    };
    let dims = broadcast(&a.dims, &b.dims)?;
    let array =
        Array::made(&dims, a.is_known() && b.is_known(), |at| Some(function(a.at(at)?, b.at(at)?)));
    Some(array?.whole(is_whole))
}

impl Array {
    /// As [`Self::at`], of a place with all axes, none of which is stretched.
    fn exactly_at(&self, place: &[usize]) -> Option<f64> {
        let is_inside = place.len() == self.dims.len()
            && place.iter().zip(&self.dims).all(|(at, size)| at < size);
        if is_inside { self.at(place) } else { None }
    }
}

fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |dims: &[usize], axis: usize| {
        (axis + dims.len()).checked_sub(rank).map_or(1, |axis| dims[axis])
    };
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (a, b) if a == b || b == 1 => Some(a),
            (1, b) => Some(b),
            _ => None,
        })
        .collect()
}

/// A place, or an axis, as counted from the front.
fn place(at: i64, size: usize) -> Option<usize> {
    let from_end = if at < 0 { i64::try_from(size).ok()? } else { 0 };
    usize::try_from(at.checked_add(from_end)?).ok().filter(|at| *at < size)
}

/// The axes that an attribute or an input names; outer `None`: unknown ones, or too many.
fn axes(node: &Node, input: Option<&Array>) -> Option<Option<Vec<i64>>> {
    let axes = match (node.ints("axes"), input) {
        (Some(axes), _) => Some(axes.to_vec()),
        (None, Some(axes)) => Some(axes.ints()?),
        (None, None) => None,
    };
    axes.as_ref().is_none_or(|axes| axes.len() <= AXES_MAX).then_some(axes)
}

fn cast(x: &Array, to: i64) -> Option<Array> {
    let (function, is_whole): (fn(f64) -> f64, bool) = match to {
        1 => (|x| x, false),
        6 | 7 => (f64::trunc, true),
        9 => (|x| f64::from(x != 0.0), false),
        _ => return None,
    };
    Some(Array::made(&x.dims, x.is_known(), |at| x.at(at).map(function))?.whole(is_whole))
}

fn shape(node: &Node, x: &Array) -> Option<Array> {
    let rank = i64::try_from(x.dims.len()).ok()?;
    let bound = |name: &str, otherwise: i64| {
        let at = node.int(name).unwrap_or(otherwise);
        usize::try_from(if at < 0 { at.saturating_add(rank) } else { at }.clamp(0, rank))
    };
    let dims = x.dims.get(bound("start", 0).ok()?..bound("end", rank).ok()?)?;
    Array::of(&[dims.len()], dims.iter().map(|size| *size as f64).collect(), true)
}

fn gather(x: &Array, index: &Array, along: i64) -> Option<Array> {
    let axis = place(along, x.dims.len())?;
    let width = index.dims.len();
    let dims = [&x.dims[..axis], &index.dims, &x.dims[axis + 1..]].concat();
    let array = Array::made(&dims, x.is_known() && index.is_known(), |at| {
        let chosen = place(index.exactly_at(&at[axis..axis + width])? as i64, x.dims[axis])?;
        x.exactly_at(&[&at[..axis], &[chosen], &at[axis + width..]].concat())
    });
    Some(array?.whole(x.is_whole))
}

fn unsqueeze(x: &Array, axes: &[i64]) -> Option<Array> {
    let rank = x.dims.len() + axes.len();
    let axes: Vec<usize> = axes.iter().map(|it| place(*it, rank)).collect::<Option<_>>()?;
    let mut sizes = x.dims.iter();
    let dims: Option<Vec<usize>> = (0..rank)
        .map(|axis| if axes.contains(&axis) { Some(1) } else { sizes.next().copied() })
        .collect();
    // An axis that is named twice leaves a size over.
    Some(Array { dims: dims.filter(|_| sizes.next().is_none())?, ..x.clone() })
}

fn squeeze(x: &Array, axes: Option<&[i64]>) -> Option<Array> {
    let rank = x.dims.len();
    let axes: Vec<usize> = match axes {
        Some(axes) => axes.iter().map(|it| place(*it, rank)).collect::<Option<_>>()?,
        None => (0..rank).filter(|axis| x.dims[*axis] == 1).collect(),
    };
    let all_one = axes.iter().all(|axis| x.dims[*axis] == 1);
    let kept = (0..rank).filter(|axis| !axes.contains(axis)).map(|axis| x.dims[axis]).collect();
    all_one.then(|| Array { dims: kept, ..x.clone() })
}

fn reshape(node: &Node, x: &Array, to: &[i64]) -> Option<Array> {
    let keeps_zero = node.int("allowzero").unwrap_or(0) == 0;
    let mut dims = Vec::with_capacity(to.len());
    for (axis, size) in to.iter().enumerate() {
        dims.push(match size {
            -1 => 1,
            0 if keeps_zero => *x.dims.get(axis)?,
            size => usize::try_from(*size).ok()?,
        });
    }
    let before = count(&x.dims)?;
    if let Some(rest) = to.iter().position(|size| *size == -1) {
        let others = count(&dims).filter(|others| *others > 0)?;
        dims[rest] = before / others;
    }
    (count(&dims)? == before).then(|| Array { dims, ..x.clone() })
}

fn transpose(x: &Array, order: Option<&[i64]>) -> Option<Array> {
    let rank = x.dims.len();
    let order: Vec<usize> = match order {
        Some(order) => order.iter().map(|it| place(*it, rank)).collect::<Option<_>>()?,
        None => (0..rank).rev().collect(),
    };
    let is_order = order.len() == rank && (0..rank).all(|axis| order.contains(&axis));
    let dims: Vec<usize> = order.iter().map(|axis| x.dims[*axis]).collect();
    let mut from = vec![0; rank];
    let array = Array::made(&dims, x.is_known() && is_order, |at| {
        order.iter().zip(at).for_each(|(axis, at)| from[*axis] = *at);
        x.exactly_at(&from)
    });
    Some(array.filter(|_| is_order)?.whole(x.is_whole))
}

fn slice(x: &Array, inputs: &[Option<Array>]) -> Option<Array> {
    let given = |at: usize| inputs.get(at).and_then(Option::as_ref);
    let (starts, ends) = (given(1)?.ints()?, given(2)?.ints()?);
    let axes = match given(3) {
        Some(axes) => axes.ints()?,
        None => (0..i64::try_from(starts.len()).ok()?).collect(),
    };
    let steps = given(4).map_or_else(|| Some(vec![1; starts.len()]), Array::ints)?;
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return None;
    }
    // Where each axis begins, and its step.
    let mut cuts = vec![(0_i64, 1_i64); x.dims.len()];
    let mut dims = x.dims.clone();
    for (i, along) in axes.iter().enumerate() {
        let axis = place(*along, x.dims.len())?;
        let size = i64::try_from(x.dims[axis]).ok()?;
        let step = steps[i];
        let from_front = |at: i64| if at < 0 { at.saturating_add(size) } else { at };
        let (start, end) = (from_front(starts[i]), from_front(ends[i]));
        let (start, length) = if step > 0 {
            let (start, end) = (start.clamp(0, size), end.clamp(0, size));
            (start, end - start)
        } else {
            let (start, end) = (start.clamp(-1, size - 1), end.clamp(-1, size - 1));
            (start, start - end)
        };
        let step_size = usize::try_from(step.checked_abs()?).ok().filter(|step| *step > 0)?;
        dims[axis] = usize::try_from(length).unwrap_or(0).div_ceil(step_size);
        cuts[axis] = (start, step);
    }
    let array = Array::made(&dims, x.is_known(), |at| {
        let from = at.iter().zip(&cuts).map(|(at, (start, step))| {
            usize::try_from(start + step * i64::try_from(*at).ok()?).ok()
        });
        x.exactly_at(&from.collect::<Option<Vec<_>>>()?)
    });
    Some(array?.whole(x.is_whole))
}

fn concat(along: i64, inputs: &[Option<Array>]) -> Option<Array> {
    let all: Vec<&Array> = inputs.iter().map(Option::as_ref).collect::<Option<_>>()?;
    let mut dims = all.first()?.dims.clone();
    let axis = place(along, dims.len())?;
    dims[axis] = 0;
    for array in &all {
        let fits = array.dims.len() == dims.len()
            && (0..dims.len()).all(|it| it == axis || array.dims[it] == dims[it]);
        dims[axis] = dims[axis].checked_add(array.dims[axis]).filter(|_| fits)?;
    }
    let array = Array::made(&dims, all.iter().all(|array| array.is_known()), |at| {
        let mut from = at.to_vec();
        for array in &all {
            match from[axis].checked_sub(array.dims[axis]) {
                Some(behind) => from[axis] = behind,
                None => return array.exactly_at(&from),
            }
        }
        None
    });
    Some(array?.whole(all.iter().all(|array| array.is_whole)))
}

fn split(node: &Node, x: &Array, sizes: Option<&Array>) -> Option<Vec<Array>> {
    let axis = place(node.int("axis").unwrap_or(0), x.dims.len())?;
    let sizes = match (sizes, node.ints("split")) {
        (Some(sizes), _) => sizes.ints()?,
        (None, Some(sizes)) => sizes.to_vec(),
        (None, None) => return None,
    };
    let sizes: Vec<usize> =
        sizes.into_iter().map(|size| usize::try_from(size).ok()).collect::<Option<_>>()?;
    let whole = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size))?;
    if whole != x.dims[axis] || sizes.len() != node.outputs.len() {
        return None;
    }
    let mut before = 0;
    let part = |size: usize| {
        let mut dims = x.dims.clone();
        dims[axis] = size;
        let array = Array::made(&dims, x.is_known(), |at| {
            let mut from = at.to_vec();
            from[axis] += before;
            x.exactly_at(&from)
        });
        before += size;
        Some(array?.whole(x.is_whole))
    };
    sizes.into_iter().map(part).collect()
}

fn pad(node: &Node, x: &Array, inputs: &[Option<Array>]) -> Option<Array> {
    let pads = inputs.get(1)?.as_ref()?.ints()?;
    let filling = match inputs.get(2).and_then(Option::as_ref) {
        Some(filling) => filling.number()?,
        None => 0.0,
    };
    let rank = x.dims.len();
    let is_plain = matches!(node.text("mode"), None | Some(b"constant"))
        && inputs.get(3).is_none_or(Option::is_none)
        && pads.len() == 2 * rank;
    if !is_plain {
        return None;
    }
    let mut dims = Vec::with_capacity(rank);
    for (axis, size) in x.dims.iter().enumerate() {
        let size = i64::try_from(*size).ok()?.checked_add(pads[axis])?;
        dims.push(usize::try_from(size.checked_add(pads[rank + axis])?).ok()?);
    }
    let array = Array::made(&dims, x.is_known(), |at| {
        let from = at.iter().zip(&pads).map(|(at, before)| {
            usize::try_from(i64::try_from(*at).ok()?.checked_sub(*before)?).ok()
        });
        let from = from.collect::<Option<Vec<_>>>();
        Some(from.and_then(|from| x.exactly_at(&from)).unwrap_or(filling))
    });
    Some(array?.whole(x.is_whole))
}

fn range(start: &Array, limit: &Array, step: &Array) -> Option<Array> {
    let (from, limit, by) = (start.number()?, limit.number()?, step.number()?);
    let count = ((limit - from) / by).ceil().max(0.0);
    // Not a number is no count either.
    if count.is_nan() || count > 1e6 {
        return None;
    }
    let array = Array::made(&[count as usize], true, |at| Some(from + by * at[0] as f64));
    Some(array?.whole(start.is_whole))
}

fn reduce(node: &Node, x: &Array, along: Option<Vec<i64>>) -> Option<Array> {
    let rank = x.dims.len();
    let axes: Vec<usize> = match along.filter(|axes| !axes.is_empty()) {
        Some(axes) => axes.iter().map(|it| place(*it, rank)).collect::<Option<_>>()?,
        // Whether naming none means all or none, an attribute says, which no voice has.
        None if node.int("noop_with_empty_axes").unwrap_or(0) != 0 => return None,
        None => (0..rank).collect(),
    };
    let mut dims = x.dims.clone();
    axes.iter().for_each(|axis| dims[*axis] = 1);
    let begin = if node.operator == "ReduceMax" { f64::NEG_INFINITY } else { 0.0 };
    let mut reduced = Array::made(&dims, x.is_known(), |_| Some(begin))?.whole(x.is_whole);
    if let Some(numbers) = &mut reduced.numbers {
        let size = x.dims.iter().product::<usize>() / numbers.len().max(1);
        each(&x.dims, |at| {
            let step = |index: usize, (size, at): (&usize, &usize)| index * size + at % size;
            let to = dims.iter().zip(at).fold(0, step);
            let (sum, number) = (numbers.get_mut(to)?, x.exactly_at(at)?);
            *sum = if node.operator == "ReduceMax" { sum.max(number) } else { *sum + number };
            Some(())
        })?;
        if node.operator == "ReduceMean" {
            numbers.iter_mut().for_each(|sum| *sum /= size as f64);
        }
    }
    if node.int("keepdims").unwrap_or(1) == 0 {
        let kept = (0..rank).filter(|axis| !axes.contains(axis)).map(|axis| x.dims[axis]);
        reduced.dims = kept.collect();
    }
    Some(reduced)
}

/// The longest axis that is summed up anew for each of its places: twice the ids of a trial.
const LONGEST: usize = 32;

fn cumsum(node: &Node, x: &Array, along: i64) -> Option<Array> {
    let axis = place(along, x.dims.len()).filter(|axis| x.dims[*axis] <= LONGEST)?;
    if [node.int("exclusive"), node.int("reverse")].iter().any(|it| it.unwrap_or(0) != 0) {
        return None;
    }
    let array = Array::made(&x.dims, x.is_known(), |at| {
        let mut from = at.to_vec();
        (0..=at[axis]).try_fold(0.0, |sum, before| {
            from[axis] = before;
            Some(sum + x.exactly_at(&from)?)
        })
    });
    Some(array?.whole(x.is_whole))
}

fn softmax(x: &Array, along: i64) -> Option<Array> {
    let axis = place(along, x.dims.len()).filter(|axis| x.dims[*axis] <= LONGEST)?;
    Array::made(&x.dims, x.is_known(), |at| {
        let mut from = at.to_vec();
        let own = x.exactly_at(at)?;
        let sum = (0..x.dims[axis]).try_fold(0.0, |sum, other| {
            from[axis] = other;
            Some(sum + (x.exactly_at(&from)? - own).exp())
        });
        Some(1.0 / sum?)
    })
}

fn nonzero(x: &Array) -> Option<Array> {
    let mut found = Vec::new();
    x.numbers.as_ref()?;
    each(&x.dims, |at| {
        if x.exactly_at(at)? != 0.0 {
            found.push(at.to_vec());
        }
        Some(())
    })?;
    let array = Array::made(&[x.dims.len(), found.len()], true, |at| {
        found.get(at[1])?.get(at[0]).map(|it| *it as f64)
    });
    Some(array?.whole(true))
}

fn gather_nd(node: &Node, x: &Array, index: &Array) -> Option<Array> {
    let (depth, places) = index.dims.split_last()?;
    if node.int("batch_dims").unwrap_or(0) != 0 || *depth > x.dims.len() {
        return None;
    }
    let dims = [places, &x.dims[*depth..]].concat();
    let array = Array::made(&dims, x.is_known() && index.is_known(), |at| {
        let (row, rest) = at.split_at(places.len());
        x.exactly_at(&[&index.row(row)?[..], rest].concat())
    });
    Some(array?.whole(x.is_whole))
}

impl Array {
    /// The last axis at a place, as a place.
    fn row(&self, place: &[usize]) -> Option<Vec<usize>> {
        let width = *self.dims.last()?;
        let number = |i: usize| self.exactly_at(&[place, &[i]].concat());
        (0..width).map(|i| number(i).filter(|it| *it >= 0.0).map(|it| it as usize)).collect()
    }
}

fn scatter_nd(node: &Node, x: &Array, index: &Array, updates: &Array) -> Option<Array> {
    let (depth, places) = index.dims.split_last()?;
    let is_plain = matches!(node.text("reduction"), None | Some(b"none"));
    if !is_plain || *depth > x.dims.len() {
        return None;
    }
    if updates.dims != [places, &x.dims[*depth..]].concat() {
        return None;
    }
    let mut result = x.clone();
    if !updates.is_known() || !index.is_known() {
        result.numbers = None;
    }
    let Some(numbers) = &mut result.numbers else { return Some(result) };
    each(&updates.dims, |at| {
        let (row, rest) = at.split_at(places.len());
        let to = [&index.row(row)?[..], rest].concat();
        x.exactly_at(&to)?;
        let to = x.dims.iter().zip(&to).fold(0, |index, (size, at)| index * size + at);
        *numbers.get_mut(to)? = updates.exactly_at(at)?;
        Some(())
    })?;
    Some(result)
}

fn matmul(a: &Array, b: &Array) -> Option<Array> {
    let (a_batch, [rows, inner]) = a.dims.split_last_chunk::<2>()?;
    let (b_batch, [b_inner, columns]) = b.dims.split_last_chunk::<2>()?;
    let dims = [&broadcast(a_batch, b_batch)?[..], &[*rows, *columns]].concat();
    Array::made(&dims, false, |_| None).filter(|_| inner == b_inner)
}

fn conv(node: &Node, x: &Array, weight: &Array) -> Option<Array> {
    let ([batch, channels, frames], [outputs, inputs, taps]) = (&x.dims[..], &weight.dims[..])
    else {
        return None;
    };
    let first = |name: &str, at: usize, otherwise: i64| {
        node.ints(name).and_then(|it| it.get(at)).copied().unwrap_or(otherwise)
    };
    let groups = usize::try_from(node.int("group").unwrap_or(1)).ok()?;
    let reach =
        usize::try_from(first("dilations", 0, 1)).ok()?.checked_mul(taps.checked_sub(1)?)?;
    let pads = first("pads", 0, 0).checked_add(first("pads", 1, 0))?;
    let frames = frames.checked_add(usize::try_from(pads).ok()?)?.checked_sub(reach)?;
    let fits = inputs.checked_mul(groups)? == *channels && first("strides", 0, 1) == 1;
    Array::made(&[*batch, *outputs, frames], false, |_| None).filter(|_| fits)
}

fn conv_transpose(node: &Node, x: &Array, weight: &Array) -> Option<Array> {
    let ([batch, channels, frames], [inputs, outputs, taps]) = (&x.dims[..], &weight.dims[..])
    else {
        return None;
    };
    let first = |name: &str, at: usize, otherwise: i64| {
        let number = node.ints(name).and_then(|it| it.get(at)).copied().unwrap_or(otherwise);
        usize::try_from(number).ok()
    };
    let whole = frames.checked_sub(1)?.checked_mul(first("strides", 0, 1)?)?.checked_add(*taps)?;
    let frames = whole.checked_sub(first("pads", 0, 0)?)?.checked_sub(first("pads", 1, 0)?)?;
    Array::made(&[*batch, *outputs, frames], false, |_| None).filter(|_| inputs == channels)
}
