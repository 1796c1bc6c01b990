//! Computes a graph's small numbers: shapes of values, and where numbers are moved to.
//!
//! An export puts numbers into other places by dozens of nodes, in ways that differ between versions. They
//! are not recognized one by one: chosen values are given numbers, and where these come out is compared.

use std::collections::HashMap;

use super::graph::{Graph, Node, Value};
use super::moves;

/// A value of a trial: its shape, and its numbers where those matter.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    pub dims: Vec<usize>,
    pub numbers: Option<Vec<f64>>,
    /// Whole numbers divide otherwise.
    pub is_whole: bool,
}

/// The most numbers of one value.
const MOST: usize = 1 << 15;
/// The most numbers of all values together: several times what a voice needs.
const MOST_IN_ALL: usize = 1 << 22;
/// The most axes of a value; voices have five.
pub const AXES_MAX: usize = 8;
/// The most inputs of a node that is computed; a voice's have eight.
const INPUTS_MAX: usize = 64;
/// The most numbers that all nodes read together, whatever they make of them: ten times what a voice's do.
const MOST_READ: usize = 1 << 23;
/// How far a moved number may be off: weights are single precision, and numbers that are counted up to
/// [`MOST`] differ by one.
const MOVED: f64 = 1e-6;
/// How far a computed number may be off.
const COMPUTED: f64 = 1e-4;

impl Array {
    /// Of such a shape, with the numbers that `of` makes of their places; without any where `is_known` is
    /// false.
    pub fn made(
        dims: &[usize],
        is_known: bool,
        mut of: impl FnMut(&[usize]) -> Option<f64>,
    ) -> Option<Self> {
        let mut numbers = None;
        if is_known {
            let all = numbers.insert(Vec::with_capacity(count(dims)?));
            each(dims, |at| {
                all.push(of(at)?);
                Some(())
            })?;
        }
        Some(Self { dims: dims.to_vec(), numbers, is_whole: false })
    }

    /// Numbers that are all different, and none 0, which is what is put between others.
    pub fn counted(dims: &[usize]) -> Option<Self> {
        let mut number = 0.0;
        Self::made(dims, true, |_| {
            number += 1.0;
            Some(number)
        })
    }

    pub fn of(dims: &[usize], numbers: Vec<f64>, is_whole: bool) -> Option<Self> {
        let fits = count(dims)? == numbers.len();
        fits.then_some(Self { dims: dims.to_vec(), numbers: Some(numbers), is_whole })
    }

    pub fn whole(self, is_whole: bool) -> Self {
        Self { is_whole, ..self }
    }

    pub fn is_known(&self) -> bool {
        self.numbers.is_some()
    }

    /// The number at a place; places of leading axes that there are not are left out, and those of axes
    /// of one number do not count, as in broadcasting.
    pub fn at(&self, place: &[usize]) -> Option<f64> {
        let place = place.get(place.len().checked_sub(self.dims.len())?..)?;
        let step = |index: usize, (size, at): (&usize, &usize)| {
            let at = if *size == 1 { 0 } else { *at };
            (at < *size).then_some(index * size + at)
        };
        let index = self.dims.iter().zip(place).try_fold(0, step)?;
        self.numbers.as_ref()?.get(index).copied()
    }

    /// All of its numbers, as whole ones.
    pub fn ints(&self) -> Option<Vec<i64>> {
        let numbers = self.numbers.as_ref().filter(|_| self.is_whole)?;
        Some(numbers.iter().map(|number| *number as i64).collect())
    }

    pub fn number(&self) -> Option<f64> {
        match self.numbers.as_ref()?[..] {
            [number] => Some(number),
            _ => None,
        }
    }
}

/// Goes through all places of a shape, the last axis first, until there is nothing for one.
pub fn each(dims: &[usize], mut act: impl FnMut(&[usize]) -> Option<()>) -> Option<()> {
    let mut at = vec![0; dims.len()];
    for _ in 0..count(dims)? {
        act(&at)?;
        for (place, size) in at.iter_mut().zip(dims).rev() {
            *place += 1;
            if *place < *size {
                break;
            }
            *place = 0;
        }
    }
    Some(())
}

/// How many numbers such a shape has, if not too many.
pub fn count(dims: &[usize]) -> Option<usize> {
    let count = dims.iter().try_fold(1_usize, |count, size| count.checked_mul(*size))?;
    (count <= MOST).then_some(count)
}

/// A graph's values, for one choice of those that are given.
pub struct Trial<'g, 'a> {
    g: &'g Graph<'a>,
    values: HashMap<Value, Array>,
}

impl<'g, 'a> Trial<'g, 'a> {
    /// Computes what can be computed. What is given must have the shape that it would be computed to have,
    /// or be an input or known; otherwise `None`.
    pub fn of(g: &'g Graph<'a>, given: HashMap<Value, Array>) -> Option<Self> {
        let mut trial = Self { g, values: given.clone() };
        let (mut all, mut read) = (0_usize, 0_usize);
        for node in &g.nodes {
            read += trial.read_by(node);
            if read > MOST_READ {
                return None;
            }
            let computed = trial.compute(node).unwrap_or_default();
            for (at, output) in node.outputs.iter().enumerate() {
                let known = g.known(*output);
                let array = computed.get(at).or(known.as_ref());
                match given.get(output) {
                    Some(own) if array.is_none_or(|array| array.dims != own.dims) => return None,
                    Some(_) => {}
                    None => {
                        let Some(array) = array else { continue };
                        if array.dims.len() > AXES_MAX {
                            return None;
                        }
                        all += array.numbers.as_ref().map_or(0, Vec::len);
                        trial.values.insert(*output, array.clone());
                    }
                }
            }
            if all > MOST_IN_ALL {
                return None;
            }
        }
        Some(trial)
    }

    pub fn get(&self, value: Value) -> Option<Array> {
        self.values.get(&value).cloned().or_else(|| self.g.known(value))
    }

    /// Whether a value's numbers are these, which were moved there.
    pub fn is(
        &self,
        value: Value,
        dims: &[usize],
        of: impl FnMut(&[usize]) -> Option<f64>,
    ) -> bool {
        self.is_within(MOVED, value, dims, of)
    }

    /// Whether a value's numbers are these, which were computed in single precision.
    pub fn is_computed(
        &self,
        value: Value,
        dims: &[usize],
        of: impl FnMut(&[usize]) -> Option<f64>,
    ) -> bool {
        self.is_within(COMPUTED, value, dims, of)
    }

    fn is_within(
        &self,
        tolerance: f64,
        value: Value,
        dims: &[usize],
        of: impl FnMut(&[usize]) -> Option<f64>,
    ) -> bool {
        let (Some(own), Some(want)) = (self.get(value), Array::made(dims, true, of)) else {
            return false;
        };
        // Axes of one number may lead, and be left out.
        let plain = |dims: &[usize]| -> Vec<usize> {
            dims.iter().copied().skip_while(|size| *size == 1).collect()
        };
        let (Some(numbers), Some(wanted)) = (own.numbers, want.numbers) else { return false };
        let is_near = |(a, b): (&f64, &f64)| (a - b).abs() <= tolerance * b.abs().max(0.01);
        plain(&own.dims) == plain(dims) && numbers.iter().zip(&wanted).all(is_near)
    }

    /// How many numbers a node reads.
    fn read_by(&self, node: &Node) -> usize {
        let computed = node.inputs.iter().flatten().filter_map(|input| self.values.get(input));
        computed.filter_map(|array| array.numbers.as_ref()).map(Vec::len).sum()
    }

    fn compute(&self, node: &Node) -> Option<Vec<Array>> {
        if node.inputs.len() > INPUTS_MAX {
            return None;
        }
        let inputs: Vec<Option<Array>> =
            node.inputs.iter().map(|input| input.and_then(|it| self.get(it))).collect();
        // An input that is there but not known, other than one that is left out.
        let is_lost =
            node.inputs.iter().zip(&inputs).any(|(it, array)| it.is_some() && array.is_none());
        if is_lost { None } else { moves::compute(node, &inputs) }
    }
}

impl Graph<'_> {
    /// A known value, with its numbers if they are few.
    fn known(&self, value: Value) -> Option<Array> {
        let dims = self.dims(value).filter(|dims| dims.len() <= AXES_MAX)?;
        let ints = self.ints(value).map(|all| (all.iter().map(|it| *it as f64).collect(), true));
        let numbers =
            || Some((self.numbers(value)?.into_iter().map(f64::from).collect::<Vec<_>>(), false));
        match ints.or_else(numbers) {
            Some((numbers, is_whole)) => Array::of(dims, numbers, is_whole),
            None => Some(Array { dims: dims.to_vec(), numbers: None, is_whole: false }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::protobuf;
    use super::*;

    /// What is given to a trial of the small voice, and asked for again.
    #[test]
    fn a_moved_number_may_not_be_its_neighbour() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/voice-mini/mini.onnx");
        let file = std::fs::read(path).unwrap();
        let g = Graph::of(protobuf::parse(&file).unwrap()).unwrap();
        let input = g.input("input").unwrap();
        let right = Array::counted(&[1, 12_000]).unwrap();
        let mut swapped = right.clone();
        swapped.numbers.as_mut().unwrap().swap(10_500, 10_501);
        for (given, is_right) in [(right.clone(), true), (swapped, false)] {
            let trial = Trial::of(&g, HashMap::from([(input, given)])).unwrap();
            assert_eq!(trial.is(input, &[1, 12_000], |at| right.at(at)), is_right);
            assert!(trial.is_computed(input, &[1, 12_000], |at| right.at(at)));
        }
    }
}
