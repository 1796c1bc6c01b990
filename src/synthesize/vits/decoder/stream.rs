//! Latent frames in, samples out, as soon as no later frame is heard in them.

use std::ops::Range;

use super::super::kernels::{Epilogue, Run, Signal, tanh};
use super::track::Track;
use super::{Decoder, WINDOW, stage};

/// One utterance on its way through a decoder.
#[derive(Debug)]
pub struct Stream<'a> {
    decoder: &'a Decoder,
    /// `[channels]`: the bias of the first convolution, and the speaker.
    bias: Vec<f32>,
    latent: Track,
    /// What goes into each stage, and into the last convolution.
    inputs: Vec<Track>,
    states: Vec<stage::State>,
    samples: Signal,
    /// Frames of the first convolution that are done.
    begun: isize,
    /// Samples that are done.
    done: isize,
}

impl<'a> Stream<'a> {
    /// `speaker`: the embedding, where there are several.
    pub fn new(decoder: &'a Decoder, speaker: Option<&[f32]>) -> Self {
        let pad = decoder.first.pad();
        let last_pad = decoder.last.pad();
        let mut most = WINDOW.max(pad);
        let mut inputs = Vec::new();
        for stage in &decoder.stages {
            let (before, after) = stage.upsampling.reach();
            let capacity = most + 2 * (before + after) + SPARE;
            inputs.push(Track::new(stage.upsampling.inputs(), capacity, before));
            most = stage.most();
        }
        inputs.push(Track::new(decoder.last.inputs(), most + 4 * last_pad + SPARE, last_pad));
        Self {
            decoder,
            bias: decoder.bias_for(speaker),
            latent: Track::new(decoder.first.inputs(), WINDOW + 4 * pad + SPARE, pad),
            inputs,
            states: decoder.stages.iter().map(stage::Stage::state).collect(),
            samples: Signal::new(1, most + 2 * last_pad + SPARE, 0),
            begun: 0,
            done: 0,
        }
    }

    /// Takes some more frames of the latent signal, and gives the samples that are ready.
    pub fn push(&mut self, latent: &Signal, frames: Range<usize>, sink: &mut dyn FnMut(&[f32])) {
        for from in frames.clone().step_by(WINDOW) {
            let count = WINDOW.min(frames.end - from);
            let to = self.latent.column(self.latent.end());
            for channel in 0..self.decoder.first.inputs() {
                let row = &latent.row(channel)[from..from + count];
                self.latent.signal.row_mut(channel)[to..to + count].copy_from_slice(row);
            }
            self.latent.append(count);
            self.begin(self.latent.end() - self.decoder.first.pad() as isize);
            self.advance(0, false, sink);
        }
    }

    /// Gives the rest of the samples: nothing but zeros comes.
    pub fn finish(&mut self, sink: &mut dyn FnMut(&[f32])) {
        self.latent.close(self.decoder.first.pad());
        self.begin(self.latent.end());
        self.advance(0, true, sink);
    }

    /// The first convolution, up to the frame `end`.
    fn begin(&mut self, end: isize) {
        let Self { decoder, latent, inputs, begun, .. } = self;
        let count = (end - *begun).max(0) as usize;
        let input = &mut inputs[0];
        let run = Run { from: latent.column(*begun), to: input.column(input.end()), count };
        let slope = decoder.slopes[0];
        let epilogue = Epilogue { slope, bias: Some(&self.bias), ..Epilogue::PLAIN };
        decoder.first.run_part(&latent.signal, &mut input.signal, run, epilogue);
        input.append(count);
        *begun += count as isize;
        latent.keep_from(*begun - decoder.first.pad() as isize);
    }

    /// Stage `i` and those after it, as far as they can go; with `ended` input to the end.
    fn advance(&mut self, i: usize, ended: bool, sink: &mut dyn FnMut(&[f32])) {
        let decoder = self.decoder;
        let Some(stage) = decoder.stages.get(i) else {
            return self.give(ended, sink);
        };
        let slope = decoder.slopes[i + 1];
        loop {
            let (input, next) = self.inputs.split_at_mut(i + 1);
            let more = stage.upsample(&mut self.states[i], &mut input[i], ended);
            if !more && !ended {
                return;
            }
            stage.advance(&mut self.states[i], &mut next[0], slope, !more);
            self.advance(i + 1, !more, sink);
            if !more {
                return;
            }
        }
    }

    /// The last convolution and tanh.
    fn give(&mut self, ended: bool, sink: &mut dyn FnMut(&[f32])) {
        let Self { decoder, inputs, samples, done, .. } = self;
        let input = &mut inputs[decoder.stages.len()];
        let pad = decoder.last.pad();
        let end = if ended {
            input.close(pad);
            input.end()
        } else {
            Track::aligned(input.end() - pad as isize)
        };
        let count = (end - *done).max(0) as usize;
        let run = Run { from: input.column(*done), to: 0, count };
        decoder.last.run_part(&input.signal, samples, run, Epilogue::PLAIN);
        *done += count as isize;
        input.keep_from(*done - pad as isize);
        let samples = &mut samples.row_mut(0)[..count];
        tanh(decoder.isa, samples);
        if count > 0 {
            sink(samples);
        }
    }
}

/// Frames that a track may keep more than it must.
const SPARE: usize = 32;
