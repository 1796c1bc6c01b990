//! The flow over a stretch of frames, which come and go in windows.

use super::{Coupling, Flow};
use crate::synthesize::vits::encoder::shape;
use crate::synthesize::vits::kernels::{Epilogue, Place, Run, Signal, gate};
use crate::synthesize::vits::recognize::NEAR;

/// What is known of a stretch: which frames have come, and what every layer still needs of them.
#[derive(Debug, Default)]
pub struct Stream {
    /// The frames of the whole utterance, once they are known.
    total: Option<usize>,
    /// Frames up to this have come.
    come: usize,
    /// The halves of the latent, `[channels / 2][frames]`, from frame `origin` on.
    halves: [Signal; 2],
    origin: usize,
    memories: Vec<Memory>,
    /// `[2 * hidden][frames]`.
    gates: Signal,
    /// `[hidden][frames]`.
    acts: Signal,
}

/// What a coupling remembers.
#[derive(Debug, Default)]
struct Memory {
    layers: Vec<LayerMemory>,
    /// `[hidden][frames]`, from the first frame on that is not said to the end.
    said: Signal,
    said_from: usize,
}

/// What a layer remembers.
#[derive(Debug, Default)]
struct LayerMemory {
    /// What it gets, `[hidden][frames]`, from as many frames before `done` on as its gate hears.
    x: Signal,
    /// What it gets is known up to this frame.
    known: usize,
    /// What it gives is known up to this frame.
    done: usize,
}

impl Stream {
    /// Begins a stretch at frame `start` of an utterance; no more than `window` frames will come at once.
    /// Unless the utterance begins there, the first [`Flow::reach`] frames come out wrong.
    pub fn begin(&mut self, flow: &Flow, start: usize, window: usize) {
        let frames = window + flow.reach() + SLACK;
        (self.total, self.come, self.origin) = (None, start, start);
        for half in &mut self.halves {
            shape(half, flow.half, frames);
        }
        shape(&mut self.gates, 2 * flow.hidden, frames);
        shape(&mut self.acts, flow.hidden, frames);
        self.memories.resize_with(flow.couplings.len(), Memory::default);
        for (memory, coupling) in self.memories.iter_mut().zip(&flow.couplings) {
            memory.begin(coupling, start, frames);
        }
    }

    /// Tells how many frames the whole utterance has, before the last of them come.
    pub fn ends_at(&mut self, total: usize) {
        self.total = Some(total);
    }

    /// Frames up to this have come.
    pub fn come(&self) -> usize {
        self.come
    }

    /// Takes the next `count` frames: `fill` writes the row of each channel. What is finished then is
    /// written to `latent`, `[channels][at least so many frames]`; the answer is how many frames.
    pub fn advance(
        &mut self,
        flow: &Flow,
        conditions: &[Vec<Vec<f32>>],
        count: usize,
        mut fill: impl FnMut(usize, &mut [f32]),
        latent: &mut Signal,
    ) -> usize {
        let at = self.come - self.origin;
        for channel in 0..2 * flow.half {
            let half = &mut self.halves[channel / flow.half];
            fill(channel, &mut half.row_mut(channel % flow.half)[at..at + count]);
        }
        self.come += count;
        let mut known = self.come;
        for (number, coupling) in flow.couplings.iter().enumerate() {
            let [first, second] = &mut self.halves;
            let (moved, kept) =
                if coupling.moves_first { (first, second) } else { (second, first) };
            let halves = Halves { kept, moved, origin: self.origin };
            let memory = &mut self.memories[number];
            memory.hear(coupling, &halves, known);
            for layer in 0..coupling.layers.len() {
                let bias = conditions.get(number).and_then(|coupling| coupling.get(layer));
                let scratch = (&mut self.gates, &mut self.acts);
                let bias = bias.map(Vec::as_slice);
                memory.compute(flow, coupling, layer, bias, self.total, scratch);
            }
            known = memory.say(coupling, halves);
        }
        let finished = known - self.origin;
        for (channel, row) in (0..2 * flow.half).map(|channel| (channel % flow.half, channel)) {
            let half = &self.halves[row / flow.half];
            latent.row_mut(row)[..finished].copy_from_slice(&half.row(channel)[..finished]);
        }
        for half in &mut self.halves {
            half.shift(finished, self.come - known);
        }
        self.origin = known;
        finished
    }
}

/// Frames beyond those that a window can bring: what a layer hears before, and the zeros behind an
/// utterance.
const SLACK: usize = 3 * NEAR;

struct Halves<'a> {
    kept: &'a Signal,
    moved: &'a mut Signal,
    origin: usize,
}

impl Memory {
    fn begin(&mut self, coupling: &Coupling, start: usize, frames: usize) {
        self.layers.resize_with(coupling.layers.len(), LayerMemory::default);
        for (memory, layer) in self.layers.iter_mut().zip(&coupling.layers) {
            // Zeros are what is before an utterance.
            memory.x.reset(layer.gate.inputs(), frames);
            (memory.known, memory.done) = (start, start);
        }
        shape(&mut self.said, coupling.post.inputs(), frames);
        self.said_from = start;
    }

    /// The first layer's frames up to `known`.
    fn hear(&mut self, coupling: &Coupling, halves: &Halves, known: usize) {
        let memory = &mut self.layers[0];
        let pad = coupling.layers[0].gate.pad();
        let run = Run {
            from: memory.known - halves.origin,
            to: memory.known + pad - memory.done,
            count: known - memory.known,
        };
        coupling.pre.run_part(halves.kept, &mut memory.x, run, Epilogue::PLAIN);
        memory.known = known;
    }

    /// One layer, as far as it knows what it needs.
    fn compute(
        &mut self,
        flow: &Flow,
        coupling: &Coupling,
        at: usize,
        bias: Option<&[f32]>,
        total: Option<usize>,
        (gates, acts): (&mut Signal, &mut Signal),
    ) {
        let layer = &coupling.layers[at];
        let pad = layer.gate.pad();
        let (own, next) = self.layers[at..].split_at_mut(1);
        let own = &mut own[0];
        // Then zeros are what comes after.
        let is_whole = Some(own.known) == total;
        let end = if is_whole { own.known } else { own.known.saturating_sub(pad).max(own.done) };
        let (begin, count) = (own.done, end - own.done);
        if count == 0 {
            return;
        }
        let hidden = layer.gate.inputs();
        if is_whole {
            let behind = own.known + pad - own.done;
            for channel in 0..hidden {
                own.x.row_mut(channel)[behind..behind + pad].fill(0.0);
            }
        }
        let run = Run { from: pad, to: 0, count };
        layer.gate.run_part(&own.x, gates, run, Epilogue { bias, ..Epilogue::PLAIN });
        for channel in 0..hidden {
            let (value, share) =
                (&gates.row(channel)[..count], &gates.row(channel + hidden)[..count]);
            gate(flow.isa, value, share, &mut acts.row_mut(channel)[..count]);
        }
        if let (Some(shortcut), Some(next)) = (&layer.shortcut, next.first_mut()) {
            let next_pad = coupling.layers[at + 1].gate.pad();
            let run = Run { from: 0, to: begin + next_pad - next.done, count };
            let residual = Some(Place { signal: &own.x, frame: pad });
            shortcut.run_part(acts, &mut next.x, run, Epilogue { residual, ..Epilogue::PLAIN });
            next.known = end;
        }
        let run = Run { from: 0, to: begin - self.said_from, count };
        let epilogue = if at == 0 { Epilogue::PLAIN } else { Epilogue::ACCUMULATE };
        layer.said.run_part(acts, &mut self.said, run, epilogue);
        own.x.shift(count, own.known + pad - end);
        own.done = end;
    }

    /// Moves the other half by what all layers have said; up to which frame.
    fn say(&mut self, coupling: &Coupling, halves: Halves) -> usize {
        let first = self.layers.first().map_or(0, |layer| layer.done);
        let end = self.layers.last().map_or(0, |layer| layer.done);
        let count = end - self.said_from;
        let run = Run { from: 0, to: self.said_from - halves.origin, count };
        coupling.post.run_part(&self.said, halves.moved, run, Epilogue::ACCUMULATE);
        self.said.shift(count, first - end);
        self.said_from = end;
        end
    }
}
