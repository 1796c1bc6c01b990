//! The sound of one utterance: flow and decoder, a stretch of frames in each thread.

use std::ops::Range;

use super::decoder::{self, Decoder};
use super::encoder::shape;
use super::flow::{self, Flow};
use super::kernels::Signal;
use super::prior::Prior;
use super::{IsUnwanted, Vits};

/// What is known before any sound is made.
pub struct Speech<'a> {
    flow: &'a Flow,
    decoder: &'a Decoder,
    prior: &'a Prior,
    /// Of the speaker.
    embedding: Option<&'a [f32]>,
    conditions: Vec<Vec<Vec<f32>>>,
    is_unwanted: &'a IsUnwanted<'a>,
}

/// What a thread needs on the way.
#[derive(Debug, Default)]
pub struct Workspace {
    flow: flow::Stream,
    latent: Signal,
}

/// Frames of the flow, and of the decoder, at once: a whole tile of the widest kernel.
const WINDOW: usize = decoder::WINDOW;
/// So many at first: after the [`Flow::reach`] there is something left for the decoder.
const FIRST_WINDOW: usize = 64;
/// Frames that threads share before the next are begun, so that what waits for its turn is bounded.
pub const ROUND: usize = 2048;
/// Fewer frames are not worth a thread.
const LEAST_FRAMES: usize = 64;

impl<'a> Speech<'a> {
    pub fn new(
        vits: &'a Vits,
        prior: &'a Prior,
        embedding: Option<&'a [f32]>,
        is_unwanted: &'a IsUnwanted<'a>,
    ) -> Self {
        let Vits { flow, decoder, .. } = vits;
        let conditions = flow.conditions(embedding);
        Self { flow, decoder, prior, embedding, conditions, is_unwanted }
    }

    /// All samples; false when they are no longer wanted.
    #[must_use]
    pub fn whole(
        &self,
        threads: usize,
        workspaces: &mut Vec<Workspace>,
        samples: &mut [f32],
    ) -> bool {
        let frames = self.prior.frames();
        let workspaces = of_threads(workspaces, threads, frames);
        let stretch = frames.div_ceil(workspaces.len());
        let fill = |at: usize, samples: &mut [f32], workspace: &mut Workspace| {
            let mut rest = samples;
            let mut sink = |made: &[f32]| {
                let (to, behind) = std::mem::take(&mut rest).split_at_mut(made.len());
                to.copy_from_slice(made);
                rest = behind;
            };
            let own = at * stretch..((at + 1) * stretch).min(frames);
            self.stretch(own, workspace, &mut sink)
        };
        let parts = samples.chunks_mut((stretch * self.decoder.hop()).max(1));
        std::thread::scope(|scope| {
            let fill = &fill;
            let mut parts = parts.zip(workspaces).enumerate();
            let own = parts.next();
            let others: Vec<_> = parts
                .map(|(at, (samples, workspace))| scope.spawn(move || fill(at, samples, workspace)))
                .collect();
            let made = own.is_none_or(|(at, (samples, workspace))| fill(at, samples, workspace));
            others.into_iter().fold(made, |made, other| joined(other) && made)
        })
    }

    /// All samples to `each`, as they are made; false when they are no longer wanted. What is made by
    /// other threads than this one waits for its turn.
    #[must_use]
    pub fn stream(
        &self,
        threads: usize,
        workspaces: &mut Vec<Workspace>,
        each: &mut dyn FnMut(&[f32]),
    ) -> bool {
        let frames = self.prior.frames();
        let workspaces = of_threads(workspaces, threads, frames);
        if let [workspace] = workspaces {
            return self.stretch(0..frames, workspace, each);
        }
        (0..frames).step_by(ROUND).all(|start| {
            let end = (start + ROUND).min(frames);
            self.round(start..end, workspaces, each)
        })
    }

    fn round(
        &self,
        frames: Range<usize>,
        workspaces: &mut [Workspace],
        each: &mut dyn FnMut(&[f32]),
    ) -> bool {
        let count = workspaces.len().min(frames.len() / LEAST_FRAMES).max(1);
        let workspaces = &mut workspaces[..count];
        let stretch = frames.len().div_ceil(count);
        let own = |at: usize| {
            let start = (frames.start + at * stretch).min(frames.end);
            start..(start + stretch).min(frames.end)
        };
        std::thread::scope(|scope| {
            let mut workspaces = workspaces.iter_mut().enumerate();
            let first = workspaces.next();
            let mut others = Vec::new();
            for (at, workspace) in workspaces {
                others.push(scope.spawn(move || {
                    let mut samples = Vec::with_capacity(stretch * self.decoder.hop());
                    let mut sink = |made: &[f32]| samples.extend_from_slice(made);
                    self.stretch(own(at), workspace, &mut sink).then_some(samples)
                }));
            }
            let mut made =
                first.is_none_or(|(at, workspace)| self.stretch(own(at), workspace, &mut *each));
            for other in others {
                let samples = joined(other);
                made &= samples.is_some();
                if let Some(samples) = samples.filter(|_| made) {
                    each(&samples);
                }
            }
            made
        })
    }

    /// The samples of some frames, window by window; false when they are no longer wanted.
    fn stretch(
        &self,
        frames: Range<usize>,
        workspace: &mut Workspace,
        sink: &mut dyn FnMut(&[f32]),
    ) -> bool {
        if frames.is_empty() {
            return true;
        }
        let Self { flow, decoder, prior, .. } = self;
        let Workspace { flow: flowing, latent } = workspace;
        let (total, (before, after)) = (prior.frames(), decoder.reach());
        // What the decoder hears, and what the flow hears for it.
        let heard = frames.start.saturating_sub(before)..(frames.end + after).min(total);
        let start = heard.start.saturating_sub(flow.reach());
        let end = (heard.end + flow.reach()).min(total);
        let skipped = (frames.start - heard.start) * decoder.hop();
        let mut cut = decoder::cut(skipped, frames.len() * decoder.hop(), sink);
        let mut decoding = decoder::Stream::new(decoder, self.embedding);
        let most = WINDOW.max(FIRST_WINDOW);
        flowing.begin(flow, start, total, most);
        shape(latent, flow.channels(), most + flow.reach());
        let (mut known, mut window) = (start, FIRST_WINDOW);
        while flowing.come() < end {
            let come = flowing.come();
            let count = window.min(end - come);
            let fill = |channel: usize, row: &mut [f32]| prior.fill(channel, come, row);
            let made = flowing.advance(flow, &self.conditions, count, fill, latent);
            // The frames that are made, as the decoder wants them.
            let first = heard.start.clamp(known, known + made) - known;
            let last = heard.end.clamp(known, known + made) - known;
            if (self.is_unwanted)() {
                return false;
            }
            decoding.push(latent, first..last, &mut cut);
            known += made;
            window = WINDOW;
        }
        decoding.finish(&mut cut);
        true
    }
}

/// A workspace for each thread that is worth it.
fn of_threads(workspaces: &mut Vec<Workspace>, threads: usize, frames: usize) -> &mut [Workspace] {
    let count = threads.min(frames / LEAST_FRAMES).max(1);
    workspaces.resize_with(count.max(workspaces.len()), Workspace::default);
    &mut workspaces[..count]
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
