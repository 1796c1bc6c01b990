//! A model that our own engine recognizes.

use super::noise::Noise;
use super::{Scales, Unheard, Utterance};
use crate::synthesize::vits::{Half, Precision, Request, Unrecognized, Vits};

/// The model, ready to speak.
#[derive(Debug)]
pub struct Own {
    vits: Vits,
    threads: usize,
}

impl Own {
    /// `threads` threads compute one utterance.
    pub fn read(file: &[u8], precision: Precision, threads: usize) -> Result<Self, Unrecognized> {
        Ok(Self { vits: Vits::read(file, precision)?, threads })
    }

    pub fn half(&self) -> Option<Half> {
        self.vits.half()
    }

    pub fn takes_speaker(&self) -> bool {
        self.vits.has_speakers()
    }

    /// Says an utterance, with the noise that any other runtime would be given.
    pub fn speak(
        &self,
        ids: &[i64],
        speaker: Option<i64>,
        scales: Scales,
        noise: &mut Noise,
        is_unwanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Utterance, Unheard> {
        let speaker = usize::try_from(speaker.unwrap_or(0)).unwrap_or(usize::MAX);
        let request = Request {
            ids,
            speaker,
            noise_scale: scales.noise,
            length_scale: scales.length,
            noise_w: scales.noise_w,
            threads: self.threads,
        };
        let said = self.vits.speak(&request, &mut |numbers| noise.fill(numbers), is_unwanted)?;
        let hop = self.vits.hop();
        let alignment: Vec<usize> = said.frames.iter().map(|frames| frames * hop).collect();
        // The one frame of an utterance without any belongs to no id.
        let alignment = Some(alignment).filter(|it| it.iter().any(|samples| *samples > 0));
        Ok(Utterance { samples: said.samples, alignment })
    }
}
