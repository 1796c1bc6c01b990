//! Self-attention in which near distances have vectors of their own (Shaw et al. 2018, sections 3.2
//! and 3.3; VITS, appendix B.1).
//!
//! Scores stand with the keys as channels and the queries as frames, a block of queries at a time, so
//! that memory grows with the ids and not with their square. The vectors of the near distances are
//! further keys and values after those of the ids.

use std::ops::Range;

use super::{shape, stacked};
use crate::synthesize::vits::kernels::{
    Conv1d, Epilogue, Isa, Left, Signal, product, softmax_over_channels,
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
    /// `[width][ids + 2 * window + 1]`, of one head.
    keys: Signal,
    values: Signal,
    /// `[width][queries]`.
    queries: Signal,
    /// `[ids + 2 * window + 1][queries]`.
    scores: Signal,
    /// `[width][queries]`.
    heard: Signal,
    packed: Vec<f32>,
}

/// Queries at once: five tiles of the widest kernel. Of 800 ids the scores then fit in a cache of 1 MB.
const BLOCK: usize = 240;

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
        for head in 0..self.heads {
            let first = head * self.width;
            self.collect(&mut scratch.keys, projected, hidden + first, &self.near_keys);
            self.collect(&mut scratch.values, projected, 2 * hidden + first, &self.near_values);
            for start in (wanted.start..wanted.end).step_by(BLOCK) {
                let block = start..(start + BLOCK).min(wanted.end);
                shape(&mut scratch.queries, self.width, block.len());
                for (ids, signal) in projected {
                    copy(signal, first, ids, &mut scratch.queries, &block);
                }
                self.hear(isa, block.start, scratch);
                let at = block.start - wanted.start..block.end - wanted.start;
                for channel in 0..self.width {
                    attended.row_mut(first + channel)[at.clone()]
                        .copy_from_slice(scratch.heard.row(channel));
                }
            }
        }
    }

    /// Keys or values of one head of all ids, then those of the near distances.
    fn collect(
        &self,
        into: &mut Signal,
        projected: &[(Range<usize>, &Signal)],
        first: usize,
        near: &[f32],
    ) {
        let count = projected.last().map_or(0, |(ids, _)| ids.end);
        shape(into, self.width, count + 2 * self.window + 1);
        for (ids, signal) in projected {
            copy(signal, first, ids, into, &(0..count));
        }
        for channel in 0..self.width {
            for (x, vector) in
                into.row_mut(channel)[count..].iter_mut().zip(near.chunks(self.width))
            {
                *x = vector[channel];
            }
        }
    }

    /// What a block of queries hears; the first query is that of id `start`.
    fn hear(&self, isa: Isa, start: usize, scratch: &mut Scratch) {
        let Scratch { keys, values, queries, scores, heard, packed } = scratch;
        let (all, block) = (keys.frames(), queries.frames());
        let count = all - (2 * self.window + 1);
        shape(scores, all, block);
        let scale = 1.0 / (self.width as f32).sqrt();
        let left = Left::of(keys, 0, self.width).transposed();
        product(isa, left, (queries, 0), (scores, 0), scale, packed);
        // Which near distance is where.
        let near = |distance: usize| {
            // The id that is meant is `distance - window` after the query.
            let from = self.window.saturating_sub(start + distance).min(block);
            let end = (count + self.window).saturating_sub(start + distance).min(block);
            (from..end).map(move |query| (query, start + query + distance - self.window))
        };
        for distance in 0..=2 * self.window {
            for (query, id) in near(distance) {
                let own = scores.row(count + distance)[query];
                scores.row_mut(id)[query] += own;
            }
            // Nobody listens to a distance by itself.
            scores.row_mut(count + distance).fill(f32::MIN);
        }
        softmax_over_channels(isa, scores);
        for distance in 0..=2 * self.window {
            scores.row_mut(count + distance).fill(0.0);
            for (query, id) in near(distance) {
                let share = scores.row(id)[query];
                scores.row_mut(count + distance)[query] = share;
            }
        }
        shape(heard, self.width, block);
        product(isa, Left::of(values, 0, self.width), (scores, 0), (heard, 0), 1.0, packed);
    }
}

/// The channels of `into`, from `first` on, where the frames of both overlap.
fn copy(from: &Signal, first: usize, ids: &Range<usize>, into: &mut Signal, wanted: &Range<usize>) {
    let common = wanted.start.max(ids.start)..wanted.end.min(ids.end);
    if common.is_empty() {
        return;
    }
    for channel in 0..into.channels() {
        into.row_mut(channel)[common.start - wanted.start..common.end - wanted.start]
            .copy_from_slice(
                &from.row(first + channel)[common.start - ids.start..common.end - ids.start],
            );
    }
}
