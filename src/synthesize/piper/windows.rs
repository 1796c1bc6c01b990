//! A stage of the decoder, run window by window, with the same result as in one go.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Unheard;
use super::graph::Windows;
use super::runtime::{RuntimeError, Session};
use super::tensor::Tensor;

/// Runs a stage on `given`, in `threads` threads with a window each: threads that share the work inside
/// of a window wait for each other at every node. `None` when it gives another length than its
/// structure lets expect.
pub fn run(
    session: &Session,
    given: &[&Tensor],
    windows: &Windows,
    threads: usize,
    is_unwanted: &(dyn Fn() -> bool + Sync),
) -> Result<Option<Tensor>, Unheard> {
    // What belongs to a speaker, not to a moment, has a single frame.
    let frames = given.iter().filter_map(|tensor| tensor.frames()).max().unwrap_or(0);
    let size = windows.frames.min(frames.div_ceil(threads)).max(windows.reach).max(1);
    let next = AtomicUsize::new(0);
    let made = Mutex::new(None);
    // Answers whether all fits.
    let some = || -> Result<bool, Unheard> {
        loop {
            let start = next.fetch_add(size, Ordering::Relaxed);
            if start >= frames {
                return Ok(true);
            }
            if is_unwanted() {
                return Err(Unheard::Stopped);
            }
            let window = Window::of(start..(start + size).min(frames), windows, frames);
            let sound = window.compute(session, given)?;
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            if !sound.is_some_and(|sound| window.put(&sound, &mut made)) {
                return Ok(false);
            }
        }
    };
    let work = || {
        let fits = some();
        if !matches!(fits, Ok(true)) {
            // The others need not go on.
            next.store(frames, Ordering::Relaxed);
        }
        fits
    };
    let fits = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut fits = work();
        for other in others {
            let other = other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            fits = fits.and_then(|fits| Ok(fits && other?));
        }
        fits
    })?;
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(made.filter(|_| fits))
}

/// Frames to be computed, and those around them that they depend on.
struct Window {
    inner: Range<usize>,
    outer: Range<usize>,
    hop: usize,
    frames: usize,
}

impl Window {
    fn of(inner: Range<usize>, windows: &Windows, frames: usize) -> Self {
        let Windows { hop, reach, .. } = *windows;
        let outer = inner.start.saturating_sub(reach)..(inner.end + reach).min(frames);
        Self { inner, outer, hop, frames }
    }

    fn compute(
        &self,
        session: &Session,
        given: &[&Tensor],
    ) -> Result<Option<Tensor>, RuntimeError> {
        let cut = |tensor: &&Tensor| {
            let has_time = tensor.frames() == Some(self.frames);
            if has_time { tensor.window(self.outer.clone()) } else { None }
        };
        let cuts: Vec<Option<Tensor>> = given.iter().map(cut).collect();
        let inputs = cuts.iter().zip(given).map(|(cut, whole)| cut.as_ref().unwrap_or(whole));
        let mut made = session.run(&inputs.collect::<Vec<_>>())?;
        let sound = made.pop().filter(|_| made.is_empty());
        Ok(sound.and_then(|sound| sound.with_frames(self.outer.len() * self.hop)))
    }

    /// Puts what was computed into its place; answers whether it fits.
    fn put(&self, sound: &Tensor, whole: &mut Option<Tensor>) -> bool {
        let before = (self.inner.start - self.outer.start) * self.hop;
        let inner = sound.window(before..before + self.inner.len() * self.hop);
        let Some(inner) = inner else { return false };
        let channels = inner.shape.get(1).copied().unwrap_or(0);
        let whole = whole.get_or_insert_with(|| {
            let length = self.frames * self.hop;
            Tensor::f32(&[1, channels, length], vec![0.0; channels * length])
        });
        whole.put(&inner, self.inner.start * self.hop)
    }
}
