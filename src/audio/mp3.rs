//! A track as an MP3 file: the compressed format that every listener's device plays.
//!
//! After the ID3 tag comes an Info frame, then the sound, in frames of one and the same size, so that
//! a player finds any second by arithmetic.
//!
//! A listener may get the file while it grows, so nothing in it may depend on what comes later, the
//! Info frame at its beginning least of all. It can be written at once because the track is made for
//! it: it begins with silence out of which the encoder takes its own delay, and ends where a frame
//! ends. So nothing is to be cut off, neither before the sound nor after it, and cues are exact to the
//! sample; a player that knows no Info frame is late by what every decoder is late, 24 ms.

use std::io::{self, Write};

use rusty_mp3::{Error, Mp3Encoder, Mp3EncoderConfig};

use super::Tags;
use crate::domain::units::{SampleRate, Samples};

/// Samples of a frame of MPEG-2 and 2.5, Layer III.
const FRAME: u64 = 576;

/// Samples by which the encoder is late.
const ENCODER_DELAY: usize = 528;

/// Samples by which every decoder is late; players that heed the Info frame add it to what the
/// frame says.
const DECODER_DELAY: u64 = 529;

/// The nearest length that is not shorter and at which a file ends with a whole frame.
pub(super) fn whole(length: Samples) -> Samples {
    Samples((length.0 + DECODER_DELAY).next_multiple_of(FRAME) - DECODER_DELAY)
}

/// A file that grows.
pub(super) struct Mp3<W> {
    encoder: Mp3Encoder,
    rate: SampleRate,
    out: W,
    /// Samples of the silence at the beginning that the encoder must not see.
    delay: usize,
    has_info: bool,
    /// Bytes of a frame times the rate, and what the frames so far are short of it.
    frame_bytes: u64,
    owed: u64,
}

impl<W: Write> Mp3<W> {
    pub fn begin(mut out: W, rate: SampleRate, kbps: u32, tags: &Tags) -> io::Result<Self> {
        out.write_all(&tags.id3())?;
        let config = Mp3EncoderConfig { bitrate_kbps: kbps, vbr_quality: None };
        let encoder = Mp3Encoder::new(config);
        Ok(Self {
            encoder,
            rate,
            out,
            delay: ENCODER_DELAY,
            has_info: false,
            frame_bytes: FRAME / 8 * u64::from(kbps) * 1000,
            owed: 0,
        })
    }

    pub fn add(&mut self, samples: &[f32]) -> io::Result<()> {
        let silence = self.delay.min(samples.len());
        self.delay -= silence;
        self.encoder.push_pcm_f32(&samples[silence..], 1, self.rate.0).map_err(io::Error::other)?;
        self.write_frames()?;
        // Somebody may be listening already.
        self.out.flush()
    }

    pub fn end(mut self) -> io::Result<W> {
        self.encoder.finish();
        self.write_frames()?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// At 22,050 Hz a frame of 64 kbit/s has 208.98 bytes, and the encoder writes 208 always. With a byte
    /// more where it is due (ISO/IEC 11172-3, 2.4.3.1) the bitrate is what it says, from which players
    /// tell the length.
    fn padded(&mut self, mut frame: Vec<u8>) -> Vec<u8> {
        const PADDING: u8 = 0b10;
        let rate = u64::from(self.rate.0);
        self.owed += self.frame_bytes % rate;
        let is_short = frame.len() as u64 == self.frame_bytes / rate;
        if self.owed >= rate && is_short && frame[2] & PADDING == 0 {
            self.owed -= rate;
            frame[2] |= PADDING;
            frame.push(0);
        }
        frame
    }

    fn write_frames(&mut self) -> io::Result<()> {
        loop {
            match self.encoder.next_packet() {
                // The encoder keeps a place for an Info frame of its own, which it knows at the end.
                Ok(frame) if !self.has_info => {
                    self.has_info = true;
                    self.out.write_all(&info(&frame))?;
                }
                Ok(frame) => {
                    let frame = self.padded(frame);
                    self.out.write_all(&frame)?;
                }
                Err(Error::Again | Error::Eof) => return Ok(()),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

impl<W> std::fmt::Debug for Mp3<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mp3").field("rate", &self.rate).finish_non_exhaustive()
    }
}

/// The Info frame: a silent frame with the header of the others that says, in the way that LAME
/// began, that the bitrate is constant and that nothing is to be cut off. How long the file is it
/// leaves open.
fn info(like: &[u8]) -> Vec<u8> {
    /// A frame of mono sound in MPEG-2: four bytes of header and nine of side information.
    const START: usize = 4 + 9;
    /// What a decoder cuts off by itself comes out of the last frame's fill.
    const PADDING: u32 = DECODER_DELAY as u32;
    const HAS_BYTES: u32 = 2;
    let mut frame = vec![0; like.len()];
    let mut body = b"Info".to_vec();
    // Of the fields that may follow there is only the count of bytes, at its highest: a stream whose
    // length is not known. FFmpeg, and so every browser but one, takes a frame for an Info frame only
    // where there is a count of frames or bytes.
    body.extend_from_slice(&HAS_BYTES.to_be_bytes());
    body.extend_from_slice(&u32::MAX.to_be_bytes());
    body.extend_from_slice(b"LAME3.100");
    // Revision 0 of the tag, constant bitrate.
    body.push(1);
    // Filters, gains and flags: nothing is said.
    body.extend_from_slice(&[0; 11]);
    // Samples to cut off before the sound (12 bits) and after it (12 bits).
    body.extend_from_slice(&PADDING.to_be_bytes()[1..]);
    frame[..4].copy_from_slice(&like[..4]);
    frame[START..START + body.len()].copy_from_slice(&body);
    frame
}

#[cfg(test)]
mod tests;
