//! The sound of one utterance: flow and decoder, a stretch of frames in each thread.

use std::ops::Range;

use super::decoder::{self, Decoder};
use super::encoder::shape;
use super::flow::{self, Flow};
use super::kernels::Signal;
use super::prior::Prior;
use super::text::Text;
use super::{IsUnwanted, Unsaid, Vits};

/// What all of the sound is made with.
pub struct Speech<'a> {
    flow: &'a Flow,
    decoder: &'a Decoder,
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
/// Ids that are told at first. A voice that says an id in a frame and a half has enough for the first window
/// then, and what is encoded for them, with those that their durations hear, is little.
const FIRST_IDS: usize = 64;
/// So many times as many ids are told each time as before: ids are told twice as often as it takes, their
/// neighbours heard again, and the time until the next sound is no longer than what was said so far.
const MORE_IDS: usize = 8;

impl<'a> Speech<'a> {
    pub fn new(
        vits: &'a Vits,
        embedding: Option<&'a [f32]>,
        is_unwanted: &'a IsUnwanted<'a>,
    ) -> Self {
        let Vits { flow, decoder, .. } = vits;
        Self { flow, decoder, embedding, conditions: flow.conditions(embedding), is_unwanted }
    }

    /// All samples.
    pub fn whole(
        &self,
        text: &mut Text,
        threads: usize,
        workspaces: &mut Vec<Workspace>,
    ) -> Result<Vec<f32>, Unsaid> {
        text.tell(usize::MAX)?;
        let prior = text.prior();
        let frames = prior.frames();
        let mut samples = vec![0.0; frames * self.decoder.hop()];
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
            self.stretch(prior, own, workspace, &mut sink)
        };
        let parts = samples.chunks_mut((stretch * self.decoder.hop()).max(1));
        std::thread::scope(|scope| {
            let fill = &fill;
            let mut parts = parts.zip(workspaces).enumerate();
            let own = parts.next();
            let others: Vec<_> = parts
                .map(|(at, (samples, workspace))| scope.spawn(move || fill(at, samples, workspace)))
                .collect();
            let made =
                own.map_or(Ok(()), |(at, (samples, workspace))| fill(at, samples, workspace));
            others.into_iter().map(joined).fold(made, Result::and)
        })?;
        Ok(samples)
    }

    /// All samples to `each`, as they are made. With one thread no more of the text is told than the sound
    /// needs; what is made by other threads than this one waits for its turn.
    pub fn stream(
        &self,
        text: &mut Text,
        threads: usize,
        workspaces: &mut Vec<Workspace>,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<(), Unsaid> {
        if threads > 1 {
            text.tell(usize::MAX)?;
        }
        let workspaces = of_threads(workspaces, threads, text.prior().frames());
        if let [workspace] = workspaces {
            return self.as_told(text, workspace, each);
        }
        let frames = text.prior().frames();
        (0..frames).step_by(ROUND).try_for_each(|start| {
            let end = (start + ROUND).min(frames);
            self.round(text.prior(), start..end, workspaces, each)
        })
    }

    /// All samples, while the text is told.
    fn as_told(
        &self,
        text: &mut Text,
        workspace: &mut Workspace,
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<(), Unsaid> {
        let mut making = Making::begin(self, 0..usize::MAX, workspace);
        let mut more = FIRST_IDS;
        loop {
            // The flow must know of the end before the last frames come.
            while !text.is_told() && text.prior().frames() <= making.next() {
                text.tell(more)?;
                more = more.saturating_mul(MORE_IDS);
            }
            if text.is_told() {
                making.ends_at(text.prior().frames());
            }
            if !making.advance(text.prior(), each)? {
                making.finish(each);
                return Ok(());
            }
        }
    }

    fn round(
        &self,
        prior: &Prior,
        frames: Range<usize>,
        workspaces: &mut [Workspace],
        each: &mut dyn FnMut(&[f32]),
    ) -> Result<(), Unsaid> {
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
                    self.stretch(prior, own(at), workspace, &mut sink).map(|()| samples)
                }));
            }
            let mut made = first.map_or(Ok(()), |(at, workspace)| {
                self.stretch(prior, own(at), workspace, &mut *each)
            });
            for other in others {
                let samples = joined(other);
                made = made.and_then(|()| samples.map(|samples| each(&samples)));
            }
            made
        })
    }

    /// The samples of some frames, window by window.
    fn stretch(
        &self,
        prior: &Prior,
        frames: Range<usize>,
        workspace: &mut Workspace,
        sink: &mut dyn FnMut(&[f32]),
    ) -> Result<(), Unsaid> {
        if frames.is_empty() {
            return Ok(());
        }
        let (before, after) = self.decoder.reach();
        let heard = frames.start.saturating_sub(before)..frames.end + after;
        let skipped = (frames.start - heard.start) * self.decoder.hop();
        let mut cut = decoder::cut(skipped, frames.len() * self.decoder.hop(), sink);
        let mut making = Making::begin(self, heard, workspace);
        making.ends_at(prior.frames());
        while making.advance(prior, &mut cut)? {}
        making.finish(&mut cut);
        Ok(())
    }
}

/// A stretch of frames on its way to sound.
struct Making<'a> {
    speech: &'a Speech<'a>,
    flowing: &'a mut flow::Stream,
    latent: &'a mut Signal,
    decoding: decoder::Stream<'a>,
    /// What the decoder hears.
    heard: Range<usize>,
    /// The flow hears up to this frame.
    end: usize,
    /// The decoder has heard up to this frame, or these come out wrong.
    known: usize,
    /// Frames that come at once.
    window: usize,
}

impl<'a> Making<'a> {
    /// Of the frames `heard` of an utterance, as far as it goes.
    fn begin(speech: &'a Speech<'a>, heard: Range<usize>, workspace: &'a mut Workspace) -> Self {
        let Speech { flow, decoder, embedding, .. } = speech;
        let Workspace { flow: flowing, latent } = workspace;
        let start = heard.start.saturating_sub(flow.reach());
        let most = WINDOW.max(FIRST_WINDOW);
        flowing.begin(flow, start, most);
        shape(latent, flow.channels(), most + flow.reach());
        Self {
            speech,
            flowing,
            latent,
            decoding: decoder::Stream::new(decoder, *embedding),
            end: heard.end.saturating_add(flow.reach()),
            heard,
            known: start,
            window: FIRST_WINDOW,
        }
    }

    /// Tells how many frames the utterance has.
    fn ends_at(&mut self, total: usize) {
        self.flowing.ends_at(total);
        self.heard.end = self.heard.end.min(total);
        self.end = self.end.min(total);
    }

    /// How many frames of the utterance [`Self::advance`] needs.
    fn next(&self) -> usize {
        self.flowing.come() + self.window
    }

    /// Makes the next window; false when there is none.
    fn advance(&mut self, prior: &Prior, sink: &mut dyn FnMut(&[f32])) -> Result<bool, Unsaid> {
        let come = self.flowing.come();
        if come >= self.end {
            return Ok(false);
        }
        let Speech { flow, conditions, is_unwanted, .. } = self.speech;
        let count = self.window.min(self.end - come);
        let fill = |channel: usize, row: &mut [f32]| prior.fill(channel, come, row);
        let made = self.flowing.advance(flow, conditions, count, fill, self.latent);
        if is_unwanted() {
            return Err(Unsaid::Stopped);
        }
        // The frames that are made, as the decoder wants them.
        let ready = self.known..self.known + made;
        let [first, last] =
            [self.heard.start, self.heard.end].map(|at| at.clamp(ready.start, ready.end));
        self.decoding.push(self.latent, first - self.known..last - self.known, sink);
        (self.known, self.window) = (ready.end, WINDOW);
        Ok(true)
    }

    /// What waits for frames that do not come.
    fn finish(mut self, sink: &mut dyn FnMut(&[f32])) {
        self.decoding.finish(sink);
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
