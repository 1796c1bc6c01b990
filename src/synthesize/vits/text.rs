//! The text of one utterance on its way to the latent: text encoder, durations and prior, as far as the sound
//! needs them.
//!
//! The first sound hears little of the last ids: what of the text is told by then costs what all ids must be
//! known for, and little more.

use super::durations::{self, Durations};
use super::encoder::{self, Encoder, MARGIN};
use super::kernels::{Isa, Signal};
use super::prior::Prior;
use super::{IsUnwanted, Noise, Request, Unsaid, Vits};

/// What one utterance needs, kept for the next.
#[derive(Debug)]
pub struct Workspace {
    ids: Vec<usize>,
    encoder: encoder::Workspace,
    durations: durations::Workspace,
    /// `[ids][2]`.
    duration_noise: Vec<f32>,
    /// `[hidden][ids]`.
    text: Signal,
    prior: Prior,
}

impl Default for Workspace {
    fn default() -> Self {
        Self {
            ids: vec![],
            encoder: encoder::Workspace::default(),
            durations: durations::Workspace::default(),
            duration_noise: vec![],
            text: Signal::new(0, 0, MARGIN),
            prior: Prior::default(),
        }
    }
}

impl Workspace {
    /// Ids and frames of the utterance that it was used for.
    pub fn size(&self) -> usize {
        self.prior.frames().max(self.ids.len())
    }
}

/// The text of one utterance.
pub struct Text<'a> {
    isa: Isa,
    encoder: &'a Encoder,
    durations: &'a Durations,
    request: &'a Request<'a>,
    embedding: Option<&'a [f32]>,
    noise: &'a mut Noise<'a>,
    is_unwanted: &'a IsUnwanted<'a>,
    workspace: &'a mut Workspace,
    /// Ids that are encoded.
    encoded: usize,
    /// Ids whose frames are known.
    told: usize,
}

impl<'a> Text<'a> {
    /// Computes what all ids must be known for.
    pub fn begin(
        vits: &'a Vits,
        request: &'a Request,
        embedding: Option<&'a [f32]>,
        noise: &'a mut Noise<'a>,
        is_unwanted: &'a IsUnwanted<'a>,
        workspace: &'a mut Workspace,
    ) -> Result<Self, Unsaid> {
        let Vits { isa, encoder, durations, .. } = vits;
        let Workspace { ids, encoder: encoding, duration_noise, text, prior, .. } = workspace;
        ids.clear();
        for id in request.ids {
            let known = usize::try_from(*id).ok().filter(|id| *id < encoder.symbols());
            ids.push(known.ok_or(Unsaid::UnknownId(*id))?);
        }
        if ids.is_empty() {
            return Err(Unsaid::Nothing);
        }
        encoder.begin(ids, request.threads, encoding);
        encoder.shape(ids.len(), text, &mut prior.statistics);
        prior.begin(request.noise_scale);
        duration_noise.clear();
        duration_noise.resize(2 * ids.len(), 0.0);
        duration_noise.chunks_exact_mut(2).for_each(&mut *noise);
        Ok(Self {
            isa: *isa,
            encoder,
            durations,
            request,
            embedding,
            noise,
            is_unwanted,
            workspace,
            encoded: 0,
            told: 0,
        })
    }

    /// What is known of the latent.
    pub fn prior(&self) -> &Prior {
        &self.workspace.prior
    }

    /// Whether all ids are told.
    pub fn is_told(&self) -> bool {
        self.told == self.workspace.ids.len()
    }

    /// Tells up to `most` further ids.
    pub fn tell(&mut self, most: usize) -> Result<(), Unsaid> {
        if (self.is_unwanted)() {
            return Err(Unsaid::Stopped);
        }
        let Workspace { ids, encoder, durations, duration_noise, text, prior } = self.workspace;
        let Request { noise_w, length_scale, threads, .. } = *self.request;
        let end = self.told.saturating_add(most).min(ids.len());
        let heard = (end + self.durations.reach()).min(ids.len());
        self.encoder.finish(self.encoded..heard, encoder, text, &mut prior.statistics);
        self.encoded = heard;
        let logarithms = self.durations.run(
            text,
            self.told..end,
            (duration_noise, noise_w),
            self.embedding,
            threads,
            durations,
        );
        if !prior.extend(self.isa, logarithms, length_scale, self.noise) {
            return Err(Unsaid::TooLong);
        }
        if end == ids.len() {
            prior.end(self.noise);
        }
        self.told = end;
        Ok(())
    }
}
