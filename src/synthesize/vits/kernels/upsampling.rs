//! Transposed convolution, which makes `stride` frames of one: as a convolution for every phase of the
//! output, `y[o][t · stride + phase] = bias[o] + Σ_i Σ_n weight[i][o][k(phase, n)] · x[i][t + shift(phase) + n]`.
//! Nothing is multiplied by the zeros that a transposed convolution is defined with.

#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
use super::avx512;
use super::conv::{holds, padded, tile_all};
use super::isa::{Half, Isa};
use super::lanes::{Kernel, Lanes};
use super::signal::Signal;
use super::tile::{Finish, Tile};

/// A transposed convolution as it stands in a model.
#[derive(Clone, Copy, Debug)]
pub struct UpsamplingWeights<'a> {
    /// `[inputs][outputs][taps]`.
    pub weight: &'a [f32],
    /// `[outputs]`.
    pub bias: Option<&'a [f32]>,
    pub inputs: usize,
    pub outputs: usize,
    pub taps: usize,
    pub stride: usize,
    /// Frames of output that are left out at the beginning (and at the end).
    pub pad: usize,
}

/// Phases whose samples are made from the same frames.
#[derive(Clone, Debug)]
struct Group {
    first: usize,
    phases: usize,
    /// The first frame under a tap, relative to the output's frame.
    shift: isize,
    taps: usize,
    /// `[panels][inputs][taps][panel]`, rows in the order `[outputs][phases]`.
    weights: Vec<f32>,
    /// `[outputs * phases]`, padded to panels.
    bias: Vec<f32>,
    /// The weights in half precision, instead.
    #[cfg(target_arch = "x86_64")]
    half: Option<avx512::half::Weights>,
}

/// A transposed convolution, packed for one instruction set.
#[derive(Clone, Debug)]
pub struct Upsampling {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    stride: usize,
    groups: Vec<Group>,
}

impl Upsampling {
    /// Packs it; panics where `weight` or `bias` are shorter than the sizes say, or `stride` is 0.
    pub fn pack(conv: &UpsamplingWeights, isa: Isa) -> Self {
        // Sample n = t · stride + phase hears frame t' through tap n + pad - t' · stride.
        let shift_of = |phase: usize| {
            let last = ((phase + conv.pad) / conv.stride) as isize;
            let first_tap = (phase + conv.pad) % conv.stride;
            let taps = conv.taps.saturating_sub(first_tap).div_ceil(conv.stride);
            (last - taps as isize + 1, taps)
        };
        let mut groups: Vec<Group> = Vec::new();
        let mut phase = 0;
        while phase < conv.stride {
            let (shift, taps) = shift_of(phase);
            let phases =
                (phase..conv.stride).take_while(|&phase| shift_of(phase) == (shift, taps)).count();
            groups.push(Group::pack(conv, isa, (phase, phases), (shift, taps)));
            phase += phases;
        }
        Self { isa, inputs: conv.inputs, outputs: conv.outputs, stride: conv.stride, groups }
    }

    /// As [`super::Conv1d::in_half_precision`].
    pub fn in_half_precision(self, half: Half) -> Self {
        assert!(self.isa.has(half), "no such half precision here");
        #[cfg(target_arch = "x86_64")]
        {
            let in_half = |group: Group| {
                // Single rows and none at all have other tiles.
                if self.outputs * group.phases < 2 || group.taps == 0 {
                    return group;
                }
                let half =
                    avx512::half::Weights::pack(half, &group.weights, group.taps, self.inputs);
                let weights = if half.is_some() { vec![] } else { group.weights };
                Group { half, weights, ..group }
            };
            let groups = self.groups.into_iter().map(in_half).collect();
            Self { groups, ..self }
        }
        #[cfg(not(target_arch = "x86_64"))]
        self
    }

    pub fn stride(&self) -> usize {
        self.stride
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// The first and the last frame that a sample is made of.
    pub fn heard(&self, sample: isize) -> (isize, isize) {
        let (frame, phase) =
            (sample.div_euclid(self.stride as isize), sample.rem_euclid(self.stride as isize));
        let group = self.groups.iter().rfind(|group| group.first as isize <= phase);
        group.map_or((frame, frame), |group| {
            let first = frame + group.shift;
            (first, first + group.taps as isize - 1)
        })
    }

    /// Frames before and after its own that a frame of input's samples are made of.
    pub fn reach(&self) -> (usize, usize) {
        let before = self.groups.iter().map(|group| (-group.shift).max(0)).max();
        let after = self.groups.iter().map(|group| (group.shift + group.taps as isize - 1).max(0));
        (before.unwrap_or(0) as usize, after.max().unwrap_or(0) as usize)
    }

    /// Frames `from..from + count` of the input, to the frames of `output` from `to` on; `count * stride`
    /// frames, leaky by `slope`. `scratch`: give the same one again.
    /// Panics where the signals have not the shapes for it.
    pub fn run_part(
        &self,
        input: &Signal,
        output: &mut Signal,
        (from, to, count): (usize, usize, usize),
        slope: f32,
        scratch: &mut Signal,
    ) {
        let (before, after) = self.reach();
        assert_eq!(input.channels(), self.inputs, "input channels");
        assert_eq!(output.channels(), self.outputs, "output channels");
        let there = input.frames() + input.margin();
        assert!(before <= input.margin() + from.min(there), "the margin is too small");
        assert!(
            holds(there, from, count) && after <= there - from - count,
            "the input is too short"
        );
        let made = count.checked_mul(self.stride);
        assert!(
            made.is_some_and(|made| holds(output.frames(), to, made)),
            "the output is too short"
        );
        if count == 0 {
            return;
        }
        let rows = self.outputs * self.stride;
        if scratch.channels() != rows || scratch.frames() < count {
            scratch.reset(rows, count);
        }
        let mut first_row = 0;
        for group in &self.groups {
            let rows = self.outputs * group.phases;
            let begin = (input.at(0) + from).wrapping_add_signed(group.shift);
            let (at, output_stride) = (scratch.at(first_row), scratch.stride());
            let tile = Tile {
                input: input.numbers()[begin..].as_ptr(),
                input_stride: input.stride(),
                inputs: self.inputs,
                taps: group.taps,
                dilation: 1,
                weights: group.weights.as_ptr(),
                bias: group.bias.as_ptr(),
                output: scratch.numbers_mut()[at..].as_mut_ptr(),
                output_stride,
                outputs: 0,
                frames: 0,
                finish: Finish { slope, ..Finish::PLAIN },
            };
            first_row += rows;
            #[cfg(target_arch = "x86_64")]
            if let Some(half) = &group.half {
                // SAFETY: as below.
                unsafe { half.tile_all(tile, rows, count) };
                continue;
            }
            // SAFETY: the asserts above say that all frames are inside the signals.
            unsafe { tile_all(&self.isa.tiling(rows), tile, rows, count) }
        }
        self.isa.run(Interleave { upsampling: self, scratch, output, to, count });
    }

    /// Which row of the scratch holds a phase of an output channel.
    fn row(&self, output: usize, phase: usize) -> usize {
        let group = self.groups.iter().rfind(|group| group.first <= phase);
        let (first, phases) = group.map_or((0, self.stride), |group| (group.first, group.phases));
        self.outputs * first + output * phases + phase - first
    }
}

/// Phases side by side become samples after each other.
struct Interleave<'a> {
    upsampling: &'a Upsampling,
    scratch: &'a Signal,
    output: &'a mut Signal,
    to: usize,
    count: usize,
}

impl Kernel for Interleave<'_> {
    type Output = ();
    #[inline(always)]
    fn run<V: Lanes>(self) {
        match self.upsampling.stride {
            2 => self.run_power::<V, 2>(),
            4 => self.run_power::<V, 4>(),
            8 => self.run_power::<V, 8>(),
            _ => self.run_any(),
        }
    }
}

impl Interleave<'_> {
    /// For a stride of `S`, a power of two: a perfect shuffle.
    #[inline(always)]
    fn run_power<V: Lanes, const S: usize>(self) {
        let Self { upsampling, scratch, output, to, count } = self;
        for channel in 0..upsampling.outputs {
            let rows: [&[f32]; S] =
                std::array::from_fn(|phase| scratch.row(upsampling.row(channel, phase)));
            let samples = &mut output.row_mut(channel)[to..to + count * S];
            for from in (0..count).step_by(V::COUNT) {
                let end = (from + V::COUNT).min(count);
                let mut x: [V; S] = std::array::from_fn(|i| V::load_some(&rows[i][from..end]));
                for _ in 0..S.ilog2() {
                    let zipped: [(V, V); S] = std::array::from_fn(|i| {
                        if i < S / 2 { x[i].zip(x[i + S / 2]) } else { (x[i], x[i]) }
                    });
                    x = std::array::from_fn(|i| {
                        if i.is_multiple_of(2) { zipped[i / 2].0 } else { zipped[i / 2].1 }
                    });
                }
                for (i, x) in x.into_iter().enumerate() {
                    let begin = (from * S + i * V::COUNT).min(end * S);
                    let end = (begin + V::COUNT).min(end * S);
                    x.store_some(&mut samples[begin..end]);
                }
            }
        }
    }

    fn run_any(self) {
        let Self { upsampling, scratch, output, to, count } = self;
        for channel in 0..upsampling.outputs {
            for phase in 0..upsampling.stride {
                let row = &scratch.row(upsampling.row(channel, phase))[..count];
                let samples = &mut output.row_mut(channel)[to + phase..];
                for (sample, &x) in samples.iter_mut().step_by(upsampling.stride).zip(row) {
                    *sample = x;
                }
            }
        }
    }
}

impl Group {
    fn pack(
        conv: &UpsamplingWeights,
        isa: Isa,
        (first, phases): (usize, usize),
        (shift, taps): (isize, usize),
    ) -> Self {
        let rows = conv.outputs * phases;
        let panel = isa.tiling(rows).panel;
        let steps = conv.inputs * taps;
        let mut weights = vec![0.0; rows.next_multiple_of(panel) * steps];
        for row in 0..rows {
            let (output, phase) = (row / phases, first + row % phases);
            let first_tap = (phase + conv.pad) % conv.stride;
            for i in 0..conv.inputs {
                for n in 0..taps {
                    // Later frames are heard through earlier taps.
                    let tap = first_tap + (taps - 1 - n) * conv.stride;
                    let at = row / panel * panel * steps + (i * taps + n) * panel + row % panel;
                    weights[at] = conv.weight[(i * conv.outputs + output) * conv.taps + tap];
                }
            }
        }
        let bias: Vec<f32> =
            (0..rows).map(|row| conv.bias.map_or(0.0, |bias| bias[row / phases])).collect();
        Self {
            first,
            phases,
            shift,
            taps,
            weights,
            bias: padded(&bias, panel),
            #[cfg(target_arch = "x86_64")]
            half: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_make_the_same_as_the_definition() {
        for (inputs, outputs, taps, stride) in
            [(3, 5, 16, 8), (4, 2, 8, 4), (1, 1, 4, 2), (2, 9, 7, 3), (2, 3, 2, 2), (2, 2, 11, 3)]
        {
            let pad = (taps - stride) / 2;
            let frames = 37;
            let number = |i: usize| (i * 2_654_435_761 % 17) as f32 - 8.0;
            let weight: Vec<f32> = (0..inputs * outputs * taps).map(number).collect();
            let bias: Vec<f32> = (0..outputs).map(number).collect();
            let mut input = Signal::new(inputs, frames, 16);
            let numbers: Vec<f32> = (0..inputs * frames).map(|i| number(i + 5)).collect();
            input.fill_from(inputs, frames, &numbers);
            let mut want = vec![0.0; outputs * frames * stride];
            for o in 0..outputs {
                let row = &mut want[o * frames * stride..][..frames * stride];
                row.fill(bias[o]);
                for i in 0..inputs {
                    for t in 0..frames {
                        for k in 0..taps {
                            if let Some(n) = (t * stride + k).checked_sub(pad)
                                && n < row.len()
                            {
                                row[n] += input.row(i)[t] * weight[(i * outputs + o) * taps + k];
                            }
                        }
                    }
                }
            }
            let weights = UpsamplingWeights {
                weight: &weight,
                bias: Some(&bias),
                inputs,
                outputs,
                taps,
                stride,
                pad,
            };
            // Small whole numbers are exact in half precision too.
            let halves = Isa::best().halves().into_iter().map(|half| (Isa::best(), Some(half)));
            for (isa, half) in Isa::all().into_iter().map(|isa| (isa, None)).chain(halves) {
                let upsampling = Upsampling::pack(&weights, isa);
                let upsampling = match half {
                    Some(half) => upsampling.in_half_precision(half),
                    None => upsampling,
                };
                let mut output = Signal::new(outputs, frames * stride, 0);
                let (mut scratch, slope) = (Signal::default(), 0.5);
                for (from, count) in [(0, 20), (20, 17)] {
                    let part = (from, from * stride, count);
                    upsampling.run_part(&input, &mut output, part, slope, &mut scratch);
                }
                for o in 0..outputs {
                    let want = &want[o * frames * stride..][..frames * stride];
                    let want: Vec<f32> = want.iter().map(|x| x.max(x * slope)).collect();
                    assert_eq!(output.row(o), want, "{isa:?} {half:?} {taps} {stride}");
                }
            }
        }
    }
}
