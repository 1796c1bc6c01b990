//! Whether the numbers that a voice computes with come to the places where its layers expect them: what
//! the recognizer passes as mere changes of shape is tried out here, with few ids (`trial`).

use std::collections::HashMap;

use super::graph::{Graph, Value};
use super::spline::{BINS, TAIL};
use super::trial::{Array, Trial};
use crate::synthesize::vits::spline::{NUMBERS, inverse};

/// The values of one attention, as they stand in the graph, and its sizes.
pub struct Attention {
    /// The projections of the input.
    pub query: Value,
    pub key: Value,
    pub value: Value,
    /// The vectors of near distances.
    pub relative_keys: Value,
    pub relative_values: Value,
    /// Both factors of the scores by content, and of those by distance.
    pub far_factors: [Value; 2],
    pub near_factors: [Value; 2],
    /// The scores by distance, as multiplied and as added.
    pub near_product: Value,
    pub near_scores: Value,
    pub shares: Value,
    /// Both factors of what is attended to by content, and by distance.
    pub attended_factors: [Value; 2],
    pub near_attended_factors: [Value; 2],
    pub attended: Value,
    /// What the last projection gets.
    pub heads: Value,
    pub hidden: usize,
    /// Of a head.
    pub width: usize,
    /// To how far there are vectors of their own.
    pub window: usize,
}

impl Attention {
    /// What is given for `n` ids.
    fn give(&self, n: usize, given: &mut HashMap<Value, Array>) -> Option<()> {
        let Self { hidden, width, window, .. } = *self;
        let heads = hidden / width;
        let distances = (2 * n).checked_sub(1)?;
        let shapes: [(Value, &[usize]); 8] = [
            (self.query, &[1, hidden, n]),
            (self.key, &[1, hidden, n]),
            (self.value, &[1, hidden, n]),
            (self.relative_keys, &[1, 2 * window + 1, width]),
            (self.relative_values, &[1, 2 * window + 1, width]),
            (self.near_product, &[1, heads, n, distances]),
            (self.shares, &[1, heads, n, n]),
            (self.attended, &[1, heads, n, width]),
        ];
        for (value, dims) in shapes {
            given.insert(value, Array::counted(dims)?);
        }
        Some(())
    }

    fn is_in_place(&self, trial: &Trial, n: usize) -> Option<bool> {
        let Self { hidden, width, window, .. } = *self;
        let heads = hidden / width;
        let distances = (2 * n).checked_sub(1)?;
        let [query, key, value, keys, values, product, shares, attended] = [
            trial.get(self.query)?,
            trial.get(self.key)?,
            trial.get(self.value)?,
            trial.get(self.relative_keys)?,
            trial.get(self.relative_values)?,
            trial.get(self.near_product)?,
            trial.get(self.shares)?,
            trial.get(self.attended)?,
        ];
        let scale = 1.0 / (width as f64).sqrt();
        let scaled = |at: &[usize]| Some(query.at(&[0, at[1] * width + at[3], at[2]])? * scale);
        // Of the distance `to - from`, counted from the most negative.
        let near = |table: &Array, distance: usize, channel: usize| {
            let row = (distance + window).checked_sub(n - 1).filter(|row| *row <= 2 * window);
            row.map_or(Some(0.0), |row| table.at(&[0, row, channel]))
        };
        let by_head = [1, heads, n, width];
        let is =
            |value, dims: &[usize], of: &dyn Fn(&[usize]) -> Option<f64>| trial.is(value, dims, of);
        let [far_query, far_key] = self.far_factors;
        let [near_query, near_key] = self.near_factors;
        let [far_shares, far_value] = self.attended_factors;
        let [near_shares, near_value] = self.near_attended_factors;
        Some(
            is(far_query, &by_head, &scaled)
                && is(near_query, &by_head, &scaled)
                && is(far_key, &[1, heads, width, n], &|at| {
                    key.at(&[0, at[1] * width + at[2], at[3]])
                })
                && is(near_key, &[width, distances], &|at| near(&keys, at[1], at[0]))
                && is(self.near_scores, &[1, heads, n, n], &|at| {
                    product.at(&[0, at[1], at[2], n - 1 + at[3] - at[2]])
                })
                && is(far_shares, &[1, heads, n, n], &|at| shares.at(at))
                && is(far_value, &by_head, &|at| value.at(&[0, at[1] * width + at[3], at[2]]))
                && is(near_shares, &[1, heads, n, distances], &|at| {
                    let to = (at[2] + at[3]).checked_sub(n - 1).filter(|to| *to < n);
                    to.map_or(Some(0.0), |to| shares.at(&[0, at[1], at[2], to]))
                })
                && is(near_value, &[distances, width], &|at| near(&values, at[0], at[1]))
                && is(self.heads, &[1, hidden, n], &|at| {
                    attended.at(&[0, at[1] / width, at[2], at[1] % width])
                }),
        )
    }
}

/// Where the latent by id becomes that by frame.
pub struct Frames {
    /// The rounded durations.
    pub frames: Value,
    /// The projection of the text to mean and log-spread.
    pub statistics: Value,
    /// Which id a frame belongs to, times the mean by id; and the same of the log-spread.
    pub mean: [Value; 2],
    pub spread: [Value; 2],
    /// Those products, and what they are added as.
    pub products: [Value; 2],
    pub by_frame: [Value; 2],
    pub latent: Value,
    pub channels: usize,
}

impl Frames {
    fn give(&self, n: usize, given: &mut HashMap<Value, Array>) -> Option<()> {
        let Self { channels, .. } = *self;
        given.insert(self.frames, Array::made(&[1, 1, n], true, |at| Some(lasts(at[2]) as f64))?);
        given.insert(self.statistics, Array::counted(&[1, 2 * channels, n])?);
        for product in self.products {
            let frames = (0..n).map(lasts).sum();
            given.insert(product, Array::counted(&[1, frames, channels])?);
        }
        Some(())
    }

    fn is_in_place(&self, trial: &Trial, n: usize) -> Option<bool> {
        let Self { channels, .. } = *self;
        let ids: Vec<usize> = (0..n).flat_map(|id| std::iter::repeat_n(id, lasts(id))).collect();
        let statistics = trial.get(self.statistics)?;
        let parts = [(self.mean, 0), (self.spread, channels)];
        let fits = parts.into_iter().all(|([path, by_id], first)| {
            trial.is(path, &[1, ids.len(), n], |at| Some(f64::from(ids[at[1]] == at[2])))
                && trial
                    .is(by_id, &[1, n, channels], |at| statistics.at(&[0, first + at[2], at[1]]))
        });
        let moved = self.products.iter().zip(self.by_frame).all(|(product, moved)| {
            let product = trial.get(*product);
            trial
                .is(moved, &[1, channels, ids.len()], |at| product.as_ref()?.at(&[0, at[2], at[1]]))
        });
        Some(fits && moved && trial.get(self.latent)?.dims == [1, channels, ids.len()])
    }
}

/// How many frames each id lasts here.
fn lasts(id: usize) -> usize {
    1 + id * 2 % 3
}

/// One spline.
pub struct Bent {
    pub source: Value,
    pub projection: Value,
    pub bent: Value,
    pub root: f32,
}

impl Bent {
    fn give(&self, n: usize, given: &mut HashMap<Value, Array>) -> Option<()> {
        let number = |place: usize, id: usize| ((place * 7 + id * 11) % 23) as f64 / 8.0 - 1.5;
        given.insert(
            self.projection,
            Array::made(&[1, NUMBERS, n], true, |at| Some(number(at[1], at[2])))?,
        );
        // From outside the tails through all bins.
        let tail = f64::from(TAIL);
        let step = (2.0 * tail + 2.0) / n as f64;
        given.insert(
            self.source,
            Array::made(&[1, 2, n], true, |at| {
                Some(if at[1] == 0 { 0.5 } else { (at[2] as f64 + 0.3) * step - tail - 1.0 })
            })?,
        );
        Some(())
    }

    fn is_in_place(&self, trial: &Trial, n: usize) -> Option<bool> {
        let (source, projection) = (trial.get(self.source)?, trial.get(self.projection)?);
        Some(trial.is_computed(self.bent, &[1, 1, n], |at| {
            let mut numbers = [0.0; NUMBERS];
            for (place, number) in numbers.iter_mut().enumerate() {
                *number = projection.at(&[0, place, at[2]])? as f32;
            }
            let y = source.at(&[0, 1, at[2]])? as f32;
            Some(inverse(y, &numbers, self.root).into())
        }))
    }
}

/// All that is tried out of a voice.
pub struct Placement {
    pub attentions: Vec<Attention>,
    pub frames: Frames,
    pub splines: Vec<Bent>,
    pub sound: Value,
    /// Samples of a frame.
    pub hop: usize,
}

impl Placement {
    /// Whether everything comes to its place.
    pub fn is_right(&self, g: &Graph) -> bool {
        let window = self.attentions.iter().map(|it| it.window).max().unwrap_or(0);
        // Fewer ids than there are near ones, and more.
        [2, (window + 3).max(BINS + 3)].into_iter().all(|n| self.holds(g, n).unwrap_or(false))
    }

    fn holds(&self, g: &Graph, n: usize) -> Option<bool> {
        let mut given = HashMap::new();
        let count = n as f64;
        for (name, dims, numbers) in [
            ("input", &[1, n][..], vec![0.0; n]),
            ("input_lengths", &[1], vec![count]),
            ("sid", &[1], vec![0.0]),
        ] {
            if let Some(value) = g.input(name) {
                given.insert(value, Array::of(dims, numbers, true)?);
            }
        }
        given.insert(g.input("scales")?, Array::of(&[3], vec![1.0; 3], false)?);
        for attention in &self.attentions {
            attention.give(n, &mut given)?;
        }
        self.frames.give(n, &mut given)?;
        for spline in &self.splines {
            spline.give(n, &mut given)?;
        }
        let trial = Trial::of(g, given)?;
        let samples = (0..n).map(lasts).sum::<usize>().checked_mul(self.hop)?;
        let sound = trial.get(self.sound)?;
        let mut held = self.frames.is_in_place(&trial, n)?
            && sound.dims.iter().filter(|size| **size != 1).eq([&samples]);
        for attention in &self.attentions {
            held &= attention.is_in_place(&trial, n)?;
        }
        for spline in &self.splines {
            held &= spline.is_in_place(&trial, n)?;
        }
        Some(held)
    }
}
