//! A narration as a WAV file: what it is, uncompressed.

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use crate::domain::narration::Narration;

/// The most samples a WAV file can hold, since it counts its bytes in 32 bits: 27 hours at
/// 22,050 Hz. What is longer is cut.
const SAMPLES_MAX: usize = (u32::MAX as usize - 44) / 2;

/// The highest sample rate that is written; no converter is faster, and the header counts bytes a
/// second in 32 bits.
const RATE_MAX: u32 = 768_000;

/// The whole file: PCM, 16 bits, mono. Without dither, for speech at -16 LUFS masks the
/// rounding at -98 dB.
pub fn wav(narration: &Narration) -> Vec<u8> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: narration.rate.0.clamp(1, RATE_MAX),
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::with_capacity(44 + 2 * narration.samples.len()));
    let mut writer = WavWriter::new(&mut file, spec).expect("a Vec takes any header");
    for &sample in narration.samples.iter().take(SAMPLES_MAX) {
        writer.write_sample(pcm(sample)).expect("a Vec takes any sample");
    }
    writer.finalize().expect("the length fits, for it is limited");
    file.into_inner()
}

/// The nearest of the 16-bit values; what is beyond full scale clips, what is no number is 0.
fn pcm(sample: f32) -> i16 {
    (f64::from(sample) * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::units::SampleRate;

    #[test]
    fn the_file_says_what_is_in_it() {
        let samples = vec![0.0, 0.5, -0.5, 1.0, -1.0, 3.0, f32::NAN];
        let narration = Narration { rate: SampleRate(22_050), samples, cues: Vec::new() };
        let file = wav(&narration);
        assert_eq!(file.len(), 44 + 2 * 7);
        let mut reader = hound::WavReader::new(Cursor::new(file)).unwrap();
        let spec = reader.spec();
        assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (1, 22_050, 16));
        let read: Vec<i16> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(read, [0, 16_384, -16_384, 32_767, -32_768, 32_767, 0]);
    }

    #[test]
    fn nothing_is_a_file_too() {
        let narration =
            Narration { rate: SampleRate(16_000), samples: Vec::new(), cues: Vec::new() };
        let reader = hound::WavReader::new(Cursor::new(wav(&narration))).unwrap();
        assert_eq!((reader.len(), reader.spec().sample_rate), (0, 16_000));
    }

    #[test]
    fn an_absurd_rate_is_still_a_file() {
        for rate in [0, u32::MAX] {
            let narration =
                Narration { rate: SampleRate(rate), samples: vec![0.5], cues: Vec::new() };
            assert_eq!(hound::WavReader::new(Cursor::new(wav(&narration))).unwrap().len(), 1);
        }
    }
}
