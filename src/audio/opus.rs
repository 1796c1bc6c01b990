//! A track as an Opus file in Ogg (RFC 6716, RFC 7845): a third of the bytes of MP3, for listeners
//! with little data.

use std::io::{self, Write};

use opus_pure::{
    Application, Error, MAX_PACKET_BYTES, OggOpusWriter, OpusEncoder, OpusHead, OpusTags, Signal,
};

use super::Tags;
use super::resample::Resampler;
use crate::domain::units::SampleRate;

/// The rate at which the encoder works: the one above that of the voices.
const RATE: u32 = 24_000;

/// Samples of a packet: 20 ms, as the standard recommends.
const PACKET: usize = 480;

/// Ticks of the Ogg clock, which counts at 48 kHz, in a sample.
const TICKS: u64 = 48_000 / RATE as u64;

/// How hard the encoder tries, 0 to 10. Speech at these bitrates gains little above, and this costs a
/// third of the highest, so that a corrected article stands soon. With 0 and 2 true peaks grow by more
/// than 3 dB.
const COMPLEXITY: i32 = 1;

/// A file that grows.
pub(super) struct Opus<W: Write> {
    encoder: OpusEncoder,
    resampler: Resampler,
    writer: OggOpusWriter<W>,
    /// Samples that do not fill a packet yet.
    waiting: Vec<f32>,
    /// Samples of sound that came, at the encoder's rate.
    samples: u64,
    /// Ticks before the first sample.
    pre_skip: u64,
}

impl<W: Write> Opus<W> {
    pub fn begin(out: W, rate: SampleRate, kbps: u32, tags: &Tags) -> io::Result<Self> {
        let mut encoder = OpusEncoder::new(RATE as i32, 1, Application::Voip).map_err(io_error)?;
        encoder.bitrate_bps = kbps as i32 * 1000;
        encoder.complexity = COMPLEXITY;
        encoder.signal_type = Some(Signal::Voice);
        let head = OpusHead::for_encoder(&encoder, rate.0);
        let mut comments = OpusTags::new();
        for (name, value) in tags.comments() {
            comments.push(name, &value).map_err(io_error)?;
        }
        let pre_skip = u64::from(head.pre_skip);
        let writer = OggOpusWriter::with_tags(out, head, comments).map_err(io_error)?;
        let resampler = Resampler::new(rate, SampleRate(RATE));
        Ok(Self { encoder, resampler, writer, waiting: Vec::new(), samples: 0, pre_skip })
    }

    pub fn add(&mut self, samples: &[f32]) -> io::Result<()> {
        // Little by little, so that what waits is moved at little cost.
        for piece in samples.chunks(8 * PACKET) {
            let before = self.waiting.len();
            self.resampler.push(piece, &mut self.waiting);
            self.samples += (self.waiting.len() - before) as u64;
            // One packet waits: the last one says how much of it is sound.
            while self.waiting.len() > PACKET {
                self.write_packet(None)?;
            }
        }
        Ok(())
    }

    pub fn end(mut self) -> io::Result<W> {
        let before = self.waiting.len();
        let resampler = std::mem::replace(
            &mut self.resampler,
            Resampler::new(SampleRate(RATE), SampleRate(RATE)),
        );
        resampler.finish(&mut self.waiting);
        self.samples += (self.waiting.len() - before) as u64;
        // The encoder is late by the pre-skip, so that much silence brings its last samples out.
        let flush = self.pre_skip.div_ceil(TICKS) as usize;
        let length = (self.waiting.len() + flush).next_multiple_of(PACKET).max(PACKET);
        self.waiting.resize(length, 0.0);
        while self.waiting.len() > PACKET {
            self.write_packet(None)?;
        }
        let end = self.pre_skip + self.samples * TICKS;
        self.write_packet(Some(end))?;
        let mut out = self.writer.finish().map_err(io_error)?;
        out.flush()?;
        Ok(out)
    }

    /// Encodes the packet that has waited longest. The last one ends at a tick (RFC 7845, 4.4).
    fn write_packet(&mut self, end: Option<u64>) -> io::Result<()> {
        let mut packet = [0; MAX_PACKET_BYTES];
        let samples = &self.waiting[..PACKET];
        let length = self.encoder.encode(samples, PACKET, &mut packet).map_err(io_error)?;
        self.waiting.drain(..PACKET);
        let packet = &packet[..length];
        let written = match end {
            None => self.writer.write_packet(packet),
            Some(end) => {
                let ticks = end.saturating_sub(self.writer.granule().unsigned_abs());
                self.writer.write_packet_with_duration(packet, ticks as u32)
            }
        };
        written.map_err(io_error)
    }
}

impl<W: Write> std::fmt::Debug for Opus<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opus").field("samples", &self.samples).finish_non_exhaustive()
    }
}

fn io_error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use opus_pure::{MAX_PACKET_SAMPLES, OggOpusReader, Trim};

    use super::*;
    use crate::audio::signals::{RATE as TRACK, speech};

    fn file(samples: &[f32], tags: &Tags) -> Vec<u8> {
        let mut opus = Opus::begin(Vec::new(), TRACK, 24, tags).unwrap();
        samples.chunks(1_000).for_each(|piece| opus.add(piece).unwrap());
        opus.end().unwrap()
    }

    /// What a player makes of the file, at 24 kHz.
    fn decoded(file: &[u8]) -> Vec<f32> {
        let mut reader = OggOpusReader::new(file).unwrap();
        let mut decoder = reader.head().decoder(RATE as i32).unwrap();
        let mut trim = Trim::new(reader.head(), RATE as i32, 1).unwrap();
        let mut block = vec![0.0; MAX_PACKET_SAMPLES];
        let mut samples = Vec::new();
        for packet in reader.packets() {
            let packet = packet.unwrap();
            let count = decoder.decode(&packet.data, MAX_PACKET_SAMPLES, &mut block).unwrap();
            samples.extend_from_slice(trim.keep(&packet, &block[..count]));
        }
        samples
    }

    #[test]
    fn what_comes_out_is_as_long_as_what_went_in() {
        for length in [0, 1, 479, 480, 481, 22_050, 30_000] {
            let file = file(&vec![0.1; length], &Tags::default());
            let wanted = (length as f64 * f64::from(RATE) / f64::from(TRACK.0)).round();
            assert_eq!(decoded(&file).len(), wanted as usize, "{length} samples");
        }
    }

    #[test]
    fn the_sound_is_in_place_and_small() {
        let samples = speech(4.0, 0.4, 3);
        let file = file(&samples, &Tags::default());
        let kbps = file.len() as f64 * 8.0 / 4.0 / 1000.0;
        assert!((15.0..32.0).contains(&kbps), "{kbps} kbit/s");
        // The envelope, a hundred times a second, fits best without a shift.
        let envelope = |samples: &[f32], rate: u32| -> Vec<f64> {
            let part = |part: &[f32]| part.iter().map(|x| f64::from(x * x)).sum::<f64>().sqrt();
            samples.chunks(rate as usize / 100).map(part).collect()
        };
        let heard = envelope(&decoded(&file), RATE);
        let given = envelope(&samples, TRACK.0);
        let fit = |shift: usize| -> f64 {
            (5..given.len() - 10).map(|i| given[i] * heard[i + shift - 5]).sum()
        };
        let best = (0..=10).max_by(|&a, &b| fit(a).total_cmp(&fit(b)));
        assert_eq!(best, Some(5));
    }

    #[test]
    fn it_says_what_it_is() {
        let tags =
            Tags { title: "Bến phà".into(), voice: "Giọng nữ".into(), ..Tags::default() };
        let file = file(&[0.1; 9_000], &tags);
        let reader = OggOpusReader::new(file.as_slice()).unwrap();
        let tags = reader.tags();
        assert_eq!(tags.get("TITLE"), Some("Bến phà"));
        assert!(tags.get("SYNTHETIC_VOICE").unwrap().contains("tổng hợp"));
        assert_eq!(reader.head().input_sample_rate, TRACK.0);
    }
}
