//! A track as a WAV file, uncompressed, and WAV files that a newsroom gives.

use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use super::Tags;
use crate::domain::narration::{Clip, pcm16};
use crate::domain::units::SampleRate;

/// The most samples a WAV file can hold beside its tags, since it counts its bytes in 32 bits: 27 hours
/// at 22,050 Hz. What is longer is cut.
const SAMPLES_MAX: u64 = (u32::MAX as u64 - 64 * 1024) / 2;

/// A file that grows: PCM, 16 bits, mono. Without dither, for speech at -16 LUFS masks the rounding at
/// -98 dB.
pub(super) struct Wav<W: Write + Seek> {
    writer: WavWriter<Lent<W>>,
    out: Lent<W>,
    room: u64,
    tags: Vec<u8>,
}

impl<W: Write + Seek> Wav<W> {
    pub fn begin(out: W, rate: SampleRate, tags: &Tags) -> io::Result<Self> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: rate.0,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let out = Lent(Arc::new(Mutex::new(out)));
        let writer = WavWriter::new(out.clone(), spec).map_err(io_error)?;
        Ok(Self { writer, out, room: SAMPLES_MAX, tags: tags.info_chunk() })
    }

    pub fn add(&mut self, samples: &[f32]) -> io::Result<()> {
        let count = self.room.min(samples.len() as u64).min(u64::from(u32::MAX)) as u32;
        self.room -= u64::from(count);
        let mut writer = self.writer.get_i16_writer(count);
        for &sample in &samples[..count as usize] {
            writer.write_sample(pcm16(sample));
        }
        writer.flush().map_err(io_error)
    }

    pub fn end(self) -> io::Result<W> {
        let Self { writer, out, tags, .. } = self;
        writer.finalize().map_err(io_error)?;
        let Some(out) = Arc::into_inner(out.0) else {
            return Err(io::Error::other("the file is still written to"));
        };
        let mut out = out.into_inner().unwrap_or_else(PoisonError::into_inner);
        // The tags come last, and the length at the beginning counts them too.
        out.seek(SeekFrom::End(0))?;
        out.write_all(&tags)?;
        let length = out.stream_position()?.saturating_sub(8);
        out.seek(SeekFrom::Start(4))?;
        out.write_all(&(length as u32).to_le_bytes())?;
        out.flush()?;
        Ok(out)
    }
}

impl<W: Write + Seek> std::fmt::Debug for Wav<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wav").field("room", &self.room).finish_non_exhaustive()
    }
}

/// What is written to, lent to hound, which does not give it back.
struct Lent<W>(Arc<Mutex<W>>);

impl<W> Lent<W> {
    fn lock(&self) -> MutexGuard<'_, W> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> Clone for Lent<W> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<W: Write> Write for Lent<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().flush()
    }
}

impl<W: Seek> Seek for Lent<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.lock().seek(to)
    }
}

fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}

/// A WAV file that a newsroom gives as its intro or outro cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoJingle {
    #[error(
        "it is no WAV file that can be read ({0}); make one with `ffmpeg -i IN -c:a pcm_s16le OUT.wav`"
    )]
    NotWav(String),
    #[error(
        "it has {0} samples a second, where 8000 to 192000 are taken; make another with \
         `ffmpeg -i IN -ar 48000 -c:a pcm_s16le OUT.wav`"
    )]
    OddRate(u32),
    #[error("it is {seconds:.0} s long; at most {max} s are taken; cut it", max = JINGLE_SECONDS_MAX)]
    TooLong { seconds: f64 },
    #[error("nothing is heard in it")]
    Silent,
}

/// The longest intro or outro, in seconds: listeners came for the article.
const JINGLE_SECONDS_MAX: u32 = 30;

/// A WAV file of any rate, width and count of channels, as one channel.
pub fn jingle(file: &[u8]) -> Result<Clip, NoJingle> {
    let not_wav = |error: hound::Error| NoJingle::NotWav(error.to_string());
    let mut reader = WavReader::new(Cursor::new(file)).map_err(not_wav)?;
    let spec = reader.spec();
    if !(8_000..=192_000).contains(&spec.sample_rate) {
        return Err(NoJingle::OddRate(spec.sample_rate));
    }
    let seconds = f64::from(reader.duration()) / f64::from(spec.sample_rate);
    if seconds > f64::from(JINGLE_SECONDS_MAX) {
        return Err(NoJingle::TooLong { seconds });
    }
    let samples: Result<Vec<f32>, hound::Error> = match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().collect(),
        SampleFormat::Int => {
            let full = (1_u64 << (spec.bits_per_sample.clamp(1, 32) - 1)) as f32;
            reader.samples::<i32>().map(|sample| Ok(sample? as f32 / full)).collect()
        }
    };
    let channels = usize::from(spec.channels.max(1));
    let mono = |frame: &[f32]| {
        let sample = frame.iter().sum::<f32>() / channels as f32;
        if sample.is_finite() { sample } else { 0.0 }
    };
    let samples: Vec<f32> = samples.map_err(not_wav)?.chunks(channels).map(mono).collect();
    if !samples.iter().any(|sample| sample.abs() > 1e-3) {
        return Err(NoJingle::Silent);
    }
    Ok(Clip { rate: SampleRate(spec.sample_rate), samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: SampleRate = SampleRate(22_050);

    fn file(samples: &[f32]) -> Vec<u8> {
        let tags = Tags { title: "Bến phà".into(), ..Tags::default() };
        let mut wav = Wav::begin(Cursor::new(Vec::new()), RATE, &tags).unwrap();
        samples.chunks(3).for_each(|piece| wav.add(piece).unwrap());
        wav.end().unwrap().into_inner()
    }

    #[test]
    fn the_file_says_what_is_in_it() {
        let file = file(&[0.0, 0.5, -0.5, 1.0, -1.0, 3.0, f32::NAN]);
        let length = u32::from_le_bytes(file[4..8].try_into().unwrap());
        assert_eq!(length as usize, file.len() - 8);
        let text = String::from_utf8_lossy(&file[44 + 14..]).into_owned();
        assert!(text.starts_with("LIST") && text.contains("INAM\u{b}\0\0\0Bến phà\0"), "{text:?}");
        let mut reader = WavReader::new(Cursor::new(file)).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 22_050, 16));
        let read: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(read, [0, 16_384, -16_384, 32_767, -32_768, 32_767, 0]);
    }

    #[test]
    fn nothing_is_a_file_too() {
        let reader = WavReader::new(Cursor::new(file(&[]))).unwrap();
        assert_eq!((reader.len(), reader.spec().sample_rate), (0, RATE.0));
    }

    #[test]
    fn a_jingle_may_have_any_form() {
        fn made<S: hound::Sample + Copy>(spec: WavSpec, samples: &[S]) -> Vec<u8> {
            let mut file = Cursor::new(Vec::new());
            let mut writer = WavWriter::new(&mut file, spec).unwrap();
            samples.iter().for_each(|&sample| writer.write_sample(sample).unwrap());
            writer.finalize().unwrap();
            file.into_inner()
        }
        let stereo = WavSpec {
            channels: 2,
            sample_rate: 44_100,
            bits_per_sample: 24,
            sample_format: SampleFormat::Int,
        };
        let file = made(stereo, &[1 << 22, 0, -(1 << 22), -(1 << 22)]);
        let clip = jingle(&file).unwrap();
        assert_eq!((clip.rate.0, clip.samples.as_slice()), (44_100, &[0.25, -0.5][..]));

        let float = WavSpec {
            channels: 1,
            bits_per_sample: 32,
            sample_format: SampleFormat::Float,
            ..stereo
        };
        assert_eq!(jingle(&made(float, &[0.125_f32])).unwrap().samples, [0.125]);
        assert!(matches!(jingle(&made(float, &[0.0_f32])), Err(NoJingle::Silent)));
        let long = made(float, &vec![0.5_f32; 44_100 * 31]);
        assert!(matches!(jingle(&long), Err(NoJingle::TooLong { .. })));
        assert!(matches!(jingle(b"RIFF"), Err(NoJingle::NotWav(_))));
        let odd = WavSpec { sample_rate: 1, ..float };
        assert!(matches!(jingle(&made(odd, &[0.5_f32])), Err(NoJingle::OddRate(1))));
        let broken = jingle(&made(float, &[0.5, f32::NAN, f32::INFINITY])).unwrap();
        assert_eq!(broken.samples, [0.5, 0.0, 0.0]);
    }
}
