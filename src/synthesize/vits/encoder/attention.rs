//! Self-attention in which near distances have vectors of their own (Shaw et al. 2018, sections 3.2
//! and 3.3; VITS, appendix B.1).
//!
//! Scores stand with the keys as channels and the queries as frames, a tile of queries at a time: memory
//! grows with the ids and not with their square, and what is made stays in the second cache until it is
//! used. The vectors of the near distances are further keys and values after those of the ids.

use std::ops::Range;

use super::{copy, shape, stacked};
use crate::synthesize::vits::kernels::{
    Conv1d, Epilogue, Isa, Left, Packed, Signal, softmax_over_channels,
};
use crate::synthesize::vits::weights::{EncoderLayer, Tensor};

/// One layer's attention.
#[derive(Debug)]
pub struct Attention {
    /// To queries, keys and values, `[3 * hidden]`.
    projection: Conv1d,
    out: Conv1d,
    heads: usize,
    /// Channels of a head.
    width: usize,
    /// How far near ids are, on each side.
    window: usize,
    /// `[2 * window + 1][width]`.
    near_keys: Vec<f32>,
    near_values: Vec<f32>,
}

/// What attention needs on the way.
#[derive(Debug, Default)]
pub struct Scratch {
    /// `[ids + 2 * window + 1][width]`, of one head.
    keys: Packed,
    /// `[width][ids + 2 * window + 1]`.
    values: Packed,
    /// `[width][queries]`.
    queries: Signal,
    /// `[ids + 2 * window + 1][queries]`.
    scores: Signal,
}

/// Queries at once: a tile of the widest kernel, or two of the others. Of 860 ids the scores then take 167 kB.
const BLOCK: usize = 48;

impl Attention {
    pub fn pack(layer: &EncoderLayer, isa: Isa) -> Self {
        let EncoderLayer { query, key, value, .. } = layer;
        let weight = stacked(&[&query.weight, &key.weight, &value.weight]);
        let biases: Vec<&Tensor> =
            [query, key, value].iter().filter_map(|conv| conv.bias.as_ref()).collect();
        let bias = stacked(&biases);
        let width = layer.relative_keys.dims[2];
        Self {
            projection: query.pack_numbers(&weight, Some(&bias), 3 * query.outputs, isa),
            out: layer.out.pack(isa),
            heads: query.outputs / width,
            width,
            window: layer.relative_keys.dims[1] / 2,
            near_keys: layer.relative_keys.numbers(),
            near_values: layer.relative_values.numbers(),
        }
    }

    pub fn out(&self) -> &Conv1d {
        &self.out
    }

    /// `[hidden][ids]` to `[3 * hidden][ids]`.
    pub fn project(&self, x: &Signal, projected: &mut Signal) {
        self.projection.run(x, projected, Epilogue::PLAIN);
    }

    /// What the ids `wanted` hear of all, to `attended` `[hidden][wanted]`. `projected` has stretches of
    /// ids with their queries, keys and values, one after the other.
    pub fn attend(
        &self,
        isa: Isa,
        projected: &[(Range<usize>, &Signal)],
        wanted: &Range<usize>,
        scratch: &mut Scratch,
        attended: &mut Signal,
    ) {
        let hidden = self.heads * self.width;
        shape(attended, hidden, wanted.len());
        shape(&mut scratch.queries, self.width, BLOCK);
        for head in 0..self.heads {
            let first = head * self.width;
            self.gather(isa, projected, first, scratch);
            for start in wanted.clone().step_by(BLOCK) {
                let block = start..(start + BLOCK).min(wanted.end);
                for (ids, signal) in projected {
                    copy(signal, first, ids, &mut scratch.queries, &block);
                }
                self.hear(isa, &block, scratch, (attended, first, start - wanted.start));
            }
        }
    }

    /// Keys and values of the head whose channels begin at `first`: of all ids, then of the near distances.
    fn gather(
        &self,
        isa: Isa,
        projected: &[(Range<usize>, &Signal)],
        first: usize,
        scratch: &mut Scratch,
    ) {
        let Scratch { keys, values, .. } = scratch;
        let (hidden, width) = (self.heads * self.width, self.width);
        let (count, near) = (projected.last().map_or(0, |(ids, _)| ids.end), 2 * self.window + 1);
        keys.reset(isa, count + near, width);
        values.reset(isa, width, count + near);
        for (ids, signal) in projected {
            let part = |from| Left::of(signal, from + first, width);
            keys.put(part(hidden).transposed(), (ids.start, 0));
            values.put(part(2 * hidden), (0, ids.start));
        }
        let part =
            |numbers| Left { numbers, rows: near, columns: width, row_step: width, column_step: 1 };
        keys.put(part(&self.near_keys), (count, 0));
        values.put(part(&self.near_values).transposed(), (0, count));
    }

    /// What the queries of the ids `block` hear, to channels and frames of `attended` from those given on.
    fn hear(
        &self,
        isa: Isa,
        block: &Range<usize>,
        scratch: &mut Scratch,
        (attended, channel, frame): (&mut Signal, usize, usize),
    ) {
        let Scratch { keys, values, queries, scores } = scratch;
        let (all, queried) = (keys.rows(), block.len());
        let count = all - (2 * self.window + 1);
        shape(scores, all, BLOCK);
        // e^score is 2^(score · log2 e).
        let scale = std::f32::consts::LOG2_E / (self.width as f32).sqrt();
        keys.times(isa, (queries, queried), (scores, 0, 0), scale);
        // Which near distance is where.
        let near = |distance: usize| {
            // The id that is meant is `distance - window` after the query.
            let from = self.window.saturating_sub(block.start + distance).min(queried);
            let end = (count + self.window).saturating_sub(block.start + distance).min(queried);
            (from..end).map(move |query| (query, block.start + query + distance - self.window))
        };
        for distance in 0..=2 * self.window {
            for (query, id) in near(distance) {
                let own = scores.row(count + distance)[query];
                scores.row_mut(id)[query] += own;
            }
        }
        let mut inverses = [0.0; BLOCK];
        let inverses = &mut inverses[..queried];
        softmax_over_channels(isa, scores, count, inverses);
        for distance in 0..=2 * self.window {
            scores.row_mut(count + distance).fill(0.0);
            for (query, id) in near(distance) {
                let share = scores.row(id)[query];
                scores.row_mut(count + distance)[query] = share;
            }
        }
        values.times(isa, (scores, queried), (attended, channel, frame), 1.0);
        for channel in channel..channel + self.width {
            let heard = &mut attended.row_mut(channel)[frame..frame + queried];
            heard.iter_mut().zip(inverses.iter()).for_each(|(x, inverse)| *x *= inverse);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthesize::vits::kernels::ConvWeights;

    const WIDTH: usize = 3;
    const WINDOW: usize = 2;
    const HEADS: usize = 2;
    const HIDDEN: usize = HEADS * WIDTH;

    fn number(i: usize) -> f32 {
        ((i * 7919) % 23) as f32 / 11.0 - 1.0
    }

    fn numbers(from: usize, count: usize) -> Vec<f32> {
        (from..from + count).map(number).collect()
    }

    fn attention() -> Attention {
        let conv = |outputs: usize| {
            let weight = vec![0.0; outputs * HIDDEN];
            let (inputs, taps, dilation, pad) = (HIDDEN, 1, 1, 0);
            let conv =
                ConvWeights { weight: &weight, bias: None, outputs, inputs, taps, dilation, pad };
            Conv1d::pack(&conv, Isa::Portable)
        };
        Attention {
            projection: conv(3 * HIDDEN),
            out: conv(HIDDEN),
            heads: HEADS,
            width: WIDTH,
            window: WINDOW,
            near_keys: numbers(100, (2 * WINDOW + 1) * WIDTH),
            near_values: numbers(200, (2 * WINDOW + 1) * WIDTH),
        }
    }

    /// What an id hears in one channel, by the formulas of Shaw et al. 2018 (equations 3 and 4).
    fn naive(attention: &Attention, projected: &Signal, id: usize, channel: usize) -> f64 {
        let first = channel / WIDTH * WIDTH;
        let at = |part: usize, channel: usize, id: usize| {
            f64::from(projected.row(part * HIDDEN + channel)[id])
        };
        let near = |table: &[f32], from: usize, channel: usize| {
            let distance = (from + WINDOW).checked_sub(id).filter(|it| *it <= 2 * WINDOW);
            distance.map_or(0.0, |distance| f64::from(table[distance * WIDTH + channel]))
        };
        let (mut sum, mut heard) = (0.0, 0.0);
        for from in 0..projected.frames() {
            let product = |c: usize| {
                at(0, first + c, id)
                    * (at(1, first + c, from) + near(&attention.near_keys, from, c))
            };
            let score: f64 = (0..WIDTH).map(product).sum::<f64>() / (WIDTH as f64).sqrt();
            let value = at(2, channel, from) + near(&attention.near_values, from, channel - first);
            sum += score.exp();
            heard += score.exp() * value;
        }
        heard / sum
    }

    #[test]
    fn near_ids_have_vectors_of_their_own() {
        let attention = attention();
        for count in [1, 2, 4, 5, 40, BLOCK + 3] {
            let mut projected = Signal::new(0, 0, 0);
            projected.fill_from(3 * HIDDEN, count, &numbers(0, 3 * HIDDEN * count));
            for isa in Isa::all() {
                let mut attended = Signal::default();
                let (all, mut scratch) = ([(0..count, &projected)], Scratch::default());
                attention.attend(isa, &all, &(0..count), &mut scratch, &mut attended);
                for id in [0, count / 2, count - 1] {
                    for channel in 0..HIDDEN {
                        let want = naive(&attention, &projected, id, channel);
                        let got = f64::from(attended.row(channel)[id]);
                        assert!((got - want).abs() < 1e-5, "{isa:?} {count} {id} {got} {want}");
                    }
                }
            }
        }
    }

    #[test]
    fn stretches_hear_what_the_whole_hears() {
        let (attention, count) = (attention(), 90);
        let mut whole = Signal::new(0, 0, 0);
        whole.fill_from(3 * HIDDEN, count, &numbers(0, 3 * HIDDEN * count));
        let parts = [0..31, 31..90].map(|ids| {
            let mut part = Signal::new(3 * HIDDEN, ids.len(), 0);
            copy(&whole, 0, &(0..count), &mut part, &ids);
            (ids, part)
        });
        let parts: Vec<_> = parts.iter().map(|(ids, part)| (ids.clone(), part)).collect();
        for isa in Isa::all() {
            let (mut all, mut some) = (Signal::default(), Signal::default());
            let mut scratch = Scratch::default();
            attention.attend(isa, &[(0..count, &whole)], &(0..count), &mut scratch, &mut all);
            attention.attend(isa, &parts, &(29..61), &mut scratch, &mut some);
            for channel in 0..HIDDEN {
                assert_eq!(some.row(channel), &all.row(channel)[29..61], "{isa:?}");
            }
        }
    }
}
