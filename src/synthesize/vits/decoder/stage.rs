//! A stage of the decoder: a transposed convolution, then the mean of residual blocks.

use super::super::kernels::{
    Conv1d, ConvWeights, Epilogue, Half, Isa, Place, Run, Signal, Upsampling, UpsamplingWeights,
};
use super::track::{ALIGNED, Track};
use super::weights::{self, Layer, ResidualStep};

/// A packed stage.
#[derive(Debug)]
pub struct Stage {
    pub upsampling: Upsampling,
    /// `[blocks][steps]`.
    blocks: Vec<Vec<Step>>,
    slope: f32,
    scale: f32,
    /// Frames on each side that a frame of the mean needs of the upsampled signal.
    pub reach: usize,
    /// How much further the upsampled signal must go than the mean: the reach, in whole cache lines on
    /// the way.
    halo: usize,
    /// Where the blocks begin to read the upsampled signal, from the end of the mean so far.
    back: isize,
}

/// A packed step of a residual block.
#[derive(Debug)]
struct Step {
    first: Conv1d,
    second: Option<Conv1d>,
    /// How much further than the mean its result must go: what the steps after it need, in whole cache
    /// lines, so that all stores are aligned.
    halo: usize,
    /// The same between its convolutions.
    middle_halo: usize,
}

impl Step {
    /// How much further than the mean the signal before it must go.
    fn needs(&self) -> usize {
        self.middle_halo + self.first.pad()
    }

    /// Where it begins to read the signal before it, from the end of the mean so far.
    fn back(&self) -> isize {
        (self.halo as isize).min(self.middle_halo as isize - self.first.pad() as isize)
    }

    fn reach(&self) -> usize {
        self.first.pad() + self.second.as_ref().map_or(0, Conv1d::pad)
    }
}

/// What a stage remembers between windows.
#[derive(Debug)]
pub struct State {
    /// The upsampled signal.
    upsampled: Track,
    /// `[blocks][steps]`.
    blocks: Vec<Vec<StepState>>,
    /// The sum of the blocks so far, of the window.
    total: Signal,
    scratch: Signal,
    /// Frames of input that are upsampled.
    consumed: isize,
    /// Frames of the mean that are done.
    done: isize,
}

/// What a step remembers.
#[derive(Debug)]
struct StepState {
    /// Between its two convolutions, if it has two.
    middle: Option<Track>,
    /// After it, unless it is the last of its block.
    after: Option<Track>,
}

/// A convolution that keeps the number of frames.
pub fn pack(layer: &Layer, isa: Isa) -> Result<Conv1d, String> {
    let Layer { inputs, outputs, taps, dilation, pad, .. } = *layer;
    check(layer)?;
    if 2 * pad != dilation * (taps - 1) {
        return Err(format!("a convolution of {taps} taps changes the length"));
    }
    let (weight, bias) = (layer.weight.as_slice(), layer.bias.as_deref());
    Ok(Conv1d::pack(&ConvWeights { weight, bias, outputs, inputs, taps, dilation, pad }, isa))
}

fn check(layer: &Layer) -> Result<(), String> {
    let Layer { inputs, outputs, taps, dilation, .. } = *layer;
    let sizes = [inputs, outputs, taps, dilation];
    let fits = sizes.iter().all(|size| (1..=MOST).contains(size))
        && dilation * (taps - 1) <= MOST_REACH
        && layer.weight.len() == inputs * outputs * taps
        && layer.bias.as_ref().is_none_or(|bias| bias.len() == outputs);
    fits.then_some(()).ok_or_else(|| format!("a convolution {inputs} x {outputs} x {taps} is none"))
}

/// More than any size of a voice.
const MOST: usize = 1 << 14;
/// More frames than any convolution of a voice hears.
const MOST_REACH: usize = 1 << 10;
/// Residual blocks of a stage; a voice has three.
const BLOCKS_MAX: usize = 16;
/// Numbers of a signal that is computed at once: about ten of them stay in a second-level cache.
const CACHED: usize = 48 * 1024;
/// Frames of the mean that are computed at once.
const BLOCK: isize = 192;
/// Frames of the largest tile.
const TILE: usize = 48;

impl Stage {
    pub fn pack(stage: &weights::Stage, isa: Isa, half: Option<Half>) -> Result<Self, String> {
        let layer = &stage.upsampling;
        check(layer)?;
        let Layer { inputs, outputs, taps, pad, .. } = *layer;
        let stride = stage.stride;
        if !(1..=MOST).contains(&stride) || taps < stride || taps - stride != 2 * pad {
            return Err(format!("an upsampling by {stride} of {taps} taps changes the length"));
        }
        let (weight, bias) = (layer.weight.as_slice(), layer.bias.as_deref());
        let upsampling = UpsamplingWeights { weight, bias, inputs, outputs, taps, stride, pad };
        let mut blocks = Vec::new();
        for block in &stage.blocks {
            blocks.push(pack_block(block, outputs, (isa, half))?);
        }
        // What a step adds to is not stored: it is recovered from its leaky ReLU.
        if !(0.001..=1.0).contains(&stage.block_slope) {
            return Err("the leaky ReLU of a residual block cannot be undone".into());
        }
        // Every step keeps what the ones after it look back to.
        let reach = |block: &Vec<Step>| block.iter().map(Step::reach).sum::<usize>();
        if blocks.len() > BLOCKS_MAX || blocks.iter().any(|block| reach(block) > MOST_REACH) {
            return Err("a stage hears further than any voice's".into());
        }
        if blocks.is_empty() || blocks.iter().any(Vec::is_empty) {
            return Err("a stage has no residual blocks".into());
        }
        let upsampling = Upsampling::pack(&upsampling, isa);
        Ok(Self {
            upsampling: match half {
                Some(Half::Binary16) => upsampling.in_half_precision(Half::Binary16),
                // With its few bits the sound is good enough only where most of the work is.
                Some(Half::Bfloat16) | None => upsampling,
            },
            reach: blocks
                .iter()
                .map(|block| block.iter().map(Step::reach).sum())
                .max()
                .unwrap_or(0),
            halo: blocks.iter().map(|block| block[0].needs()).max().unwrap_or(0),
            back: blocks.iter().map(|block| block[0].back()).min().unwrap_or(0),
            blocks,
            slope: stage.block_slope,
            scale: 1.0 / stage.divisor,
        })
    }

    /// Frames of input that are computed at once: so many that the signals between stay in the cache, and
    /// that they are whole tiles.
    pub fn chunk(&self) -> usize {
        let frames = (CACHED / self.upsampling.outputs()).next_multiple_of(TILE);
        (frames / self.upsampling.stride()).max(1)
    }

    /// The most frames that [`Self::advance`] makes at once.
    pub fn most(&self) -> usize {
        (self.chunk() * self.upsampling.stride()).max(self.halo) + ALIGNED
    }

    pub fn state(&self) -> State {
        let channels = self.upsampling.outputs();
        // A window, what was looked ahead and back for, and the zeros after the end.
        let track = || Track::new(channels, self.most() + 4 * self.halo + TILE, self.halo);
        let states = |block: &Vec<Step>| {
            let last = block.len() - 1;
            let state = |(i, step): (usize, &Step)| StepState {
                middle: step.second.as_ref().map(|_| track()),
                after: (i < last).then(&track),
            };
            block.iter().enumerate().map(state).collect()
        };
        State {
            upsampled: track(),
            blocks: self.blocks.iter().map(states).collect(),
            total: Signal::new(channels, self.most(), 0),
            scratch: Signal::new(0, 0, 0),
            consumed: 0,
            done: 0,
        }
    }

    /// Upsamples some frames of `input`; false when none is left. After the `ended` input come zeros.
    pub fn upsample(&self, state: &mut State, input: &mut Track, ended: bool) -> bool {
        let (before, after) = self.upsampling.reach();
        let end = if ended {
            input.close(after);
            input.end()
        } else {
            input.end() - after as isize
        };
        let count = (end - state.consumed).clamp(0, self.chunk() as isize) as usize;
        if count == 0 {
            return false;
        }
        let upsampled = &mut state.upsampled;
        let part = (input.column(state.consumed), upsampled.column(upsampled.end()), count);
        let (to, scratch) = (&mut upsampled.signal, &mut state.scratch);
        self.upsampling.run_part(&input.signal, to, part, self.slope, scratch);
        upsampled.append(count * self.upsampling.stride());
        state.consumed += count as isize;
        input.keep_from(state.consumed - before as isize);
        true
    }

    /// Appends to `next` (leaky by `slope`) what can be computed of the mean: all of it when the input has
    /// `ended`, else what no later frame is heard in.
    pub fn advance(&self, state: &mut State, next: &mut Track, slope: f32, ended: bool) {
        let end = if ended {
            state.upsampled.end()
        } else {
            Track::aligned(state.upsampled.end() - self.halo as isize)
        };
        if state.done >= end {
            return;
        }
        while state.done < end {
            self.advance_to(state, next, end.min(state.done + BLOCK), (slope, ended));
        }
        state.upsampled.keep_from(state.done + self.back);
    }

    /// [`Self::advance`] to frame `end` of the mean.
    fn advance_to(
        &self,
        state: &mut State,
        next: &mut Track,
        end: isize,
        (slope, ended): (f32, bool),
    ) {
        let State { upsampled, blocks, total, done, .. } = state;
        // Zeros after the ends.
        let closing = if ended { self.halo } else { 0 };
        upsampled.close(closing);
        let from = *done;
        let (residual_slope, scale) = (self.slope, self.scale);
        let last = self.blocks.len() - 1;
        for (i, (block, states)) in self.blocks.iter().zip(blocks.iter_mut()).enumerate() {
            for (j, step) in block.iter().enumerate() {
                let (earlier, states) = states.split_at_mut(j);
                let source = earlier.last().and_then(|state| state.after.as_ref());
                let source = source.unwrap_or(upsampled);
                let StepState { middle, after } = &mut states[0];
                // How far a signal goes that is needed `halo` frames further.
                let goal = |halo: usize| (end + halo as isize).min(upsampled.end());
                let (conv, input) = match (&step.second, middle) {
                    (Some(second), Some(middle)) => {
                        let goal = goal(step.middle_halo);
                        extend(&step.first, source, middle, (goal, closing), self.slope);
                        (second, &*middle)
                    }
                    _ => (&step.first, source),
                };
                if let Some(after) = after {
                    let goal = goal(step.halo);
                    step_to(conv, (source, input), after, (goal, closing), self.slope);
                    continue;
                }
                let count = (end - from) as usize;
                let added = (i > 0).then_some(&*total);
                let residual = Some(Place { signal: &source.signal, frame: source.column(from) });
                let run = |to| Run { from: input.column(from), to, count };
                if i < last {
                    let accumulate = i > 0;
                    let epilogue =
                        Epilogue { residual, residual_slope, accumulate, ..Epilogue::PLAIN };
                    conv.run_part(&input.signal, total, run(0), epilogue);
                } else {
                    let total = added.map(|signal| Place { signal, frame: 0 });
                    let epilogue = Epilogue {
                        residual,
                        residual_slope,
                        total,
                        scale,
                        slope,
                        ..Epilogue::PLAIN
                    };
                    let to = next.column(next.end());
                    conv.run_part(&input.signal, &mut next.signal, run(to), epilogue);
                    next.append(count);
                }
            }
        }
        *done = end;
        for (block, states) in self.blocks.iter().zip(blocks) {
            for (j, (step, state)) in block.iter().zip(states).enumerate() {
                if let (Some(middle), Some(second)) = (&mut state.middle, &step.second) {
                    middle.keep_from(end + step.halo as isize - second.pad() as isize);
                }
                if let (Some(after), Some(next)) = (&mut state.after, block.get(j + 1)) {
                    after.keep_from(end + next.back());
                }
            }
        }
    }
}

/// Appends leaky(conv(`from`)) to `to`, up to the frame `goal`, then `closing` zeros.
fn extend(
    conv: &Conv1d,
    from: &Track,
    to: &mut Track,
    (goal, closing): (isize, usize),
    slope: f32,
) {
    let begin = to.end();
    let count = (goal - begin).max(0) as usize;
    let run = Run { from: from.column(begin), to: to.column(begin), count };
    conv.run_part(&from.signal, &mut to.signal, run, Epilogue::leaky_relu(slope));
    to.append(count);
    to.close(closing);
}

/// Appends leaky(`before` + conv(`input`)), `before` without its leaky ReLU, to `to`, up to the frame `goal`, then `closing` zeros.
fn step_to(
    conv: &Conv1d,
    (before, input): (&Track, &Track),
    to: &mut Track,
    (goal, closing): (isize, usize),
    slope: f32,
) {
    let begin = to.end();
    let count = (goal - begin).max(0) as usize;
    let run = Run { from: input.column(begin), to: to.column(begin), count };
    let epilogue = Epilogue {
        residual: Some(Place { signal: &before.signal, frame: before.column(begin) }),
        residual_slope: slope,
        slope,
        ..Epilogue::PLAIN
    };
    conv.run_part(&input.signal, &mut to.signal, run, epilogue);
    to.append(count);
    to.close(closing);
}

fn pack_block(
    block: &[ResidualStep],
    channels: usize,
    (isa, half): (Isa, Option<Half>),
) -> Result<Vec<Step>, String> {
    let pack = |layer: &Layer| {
        let conv = pack(layer, isa)?;
        Ok::<_, String>(match half {
            Some(half) => conv.in_half_precision(half),
            None => conv,
        })
    };
    let mut steps = Vec::new();
    let mut halo = 0;
    for step in block.iter().rev() {
        let second = step.second.as_ref().map(pack).transpose()?;
        let middle_halo = halo + second.as_ref().map_or(0, Conv1d::pad);
        let middle_halo = middle_halo.next_multiple_of(ALIGNED);
        let step = Step { first: pack(&step.first)?, second, halo, middle_halo };
        let convs = [Some(&step.first), step.second.as_ref()];
        if convs.into_iter().flatten().any(|conv| [conv.inputs(), conv.outputs()] != [channels; 2])
        {
            return Err("a residual block changes the number of channels".into());
        }
        halo = step.needs().next_multiple_of(ALIGNED);
        steps.push(step);
    }
    steps.reverse();
    Ok(steps)
}
