//! The file is checked as a player would: by its frames, its tag, and what comes out of it.

use super::*;
use crate::audio::signals::{RATE, speech};
use crate::domain::units::SampleRate;

/// A file that grew by pieces of so many samples.
fn grown(samples: &[f32], rate: SampleRate, piece: usize) -> Vec<u8> {
    let mut file = Mp3::begin(Vec::new(), rate, 64, &Tags::default()).unwrap();
    samples.chunks(piece).for_each(|piece| file.add(piece).unwrap());
    file.end().unwrap()
}

/// A track that begins with silence and ends where a frame ends, as tracks do.
fn track(mut samples: Vec<f32>) -> Vec<f32> {
    samples.splice(..0, [0.0; 2_205]);
    samples.resize(whole(Samples(samples.len() as u64)).0 as usize, 0.0);
    samples
}

/// Where the frames of sound begin, after the tag.
fn tag_bytes(file: &[u8]) -> usize {
    assert_eq!(&file[..6], b"ID3\x04\x00\x00");
    10 + file[6..10].iter().fold(0, |length, &byte| length << 7 | usize::from(byte))
}

/// The headers of all frames; each frame must begin where the one before it ends.
fn frame_headers(mut bytes: &[u8]) -> Vec<u32> {
    let mut headers = Vec::new();
    while !bytes.is_empty() {
        let header = u32::from_be_bytes(bytes[..4].try_into().unwrap());
        // MPEG-2 or 2.5, Layer III, no checksum; 64 kbit/s; mono.
        assert_eq!(header & 0xffef_f1c0, 0xffe3_80c0, "{header:08x}");
        let rate =
            [22_050, 24_000, 16_000][(header >> 10 & 3) as usize] >> (1 - (header >> 20 & 1));
        let padding = header >> 9 & 1;
        bytes = &bytes[(72 * 64_000 / rate + padding) as usize..];
        headers.push(header);
    }
    headers
}

/// Samples before and after the sound, as the Info frame tells.
fn gaps(frame: &[u8]) -> (usize, usize) {
    let at = 4 + 9;
    assert_eq!(&frame[at..at + 12], b"Info\0\0\0\x02\xff\xff\xff\xff");
    let lame = at + 12;
    assert_eq!(&frame[lame..lame + 4], b"LAME");
    let gaps = &frame[lame + 21..lame + 24];
    let gaps = u32::from_be_bytes([0, gaps[0], gaps[1], gaps[2]]) as usize;
    (gaps >> 12, gaps & 0xfff)
}

/// What a player that heeds the Info frame makes of the file.
fn decoded(file: &[u8]) -> Vec<f32> {
    let sound = &file[tag_bytes(file)..];
    let (before, after) = gaps(sound);
    assert_eq!((before, after), (0, DECODER_DELAY as usize), "something is to be cut off");
    let mut decoder = rusty_mp3::Mp3Decoder::new();
    decoder.push(sound);
    decoder.flush();
    let mut samples = Vec::new();
    while let Ok(frame) = decoder.next_frame() {
        samples.extend(frame.samples);
    }
    // Without the Info frame, if the decoder takes it for sound, and its own delay.
    let frames = frame_headers(sound).len() - 1;
    let samples = &samples[samples.len() - 576 * frames..];
    samples[DECODER_DELAY as usize..].to_vec()
}

#[test]
fn every_frame_is_mono_at_the_constant_bitrate() {
    let samples = track(speech(3.0, 0.4, 1));
    let file = grown(&samples, RATE, 10_000);
    let sound = &file[tag_bytes(&file)..];
    let frames = frame_headers(sound).len() - 1;
    assert_eq!(576 * frames, samples.len() + DECODER_DELAY as usize);
    // The Info frame is one of them.
    let seconds = (576 * (frames + 1)) as f64 / f64::from(RATE.0);
    let kbps = sound.len() as f64 * 8.0 / seconds / 1000.0;
    assert!((kbps - 64.0).abs() < 0.05, "{kbps} kbit/s");
}

#[test]
fn what_comes_out_is_what_went_in_and_in_place() {
    let samples = track(speech(4.0, 0.4, 7));
    let heard = decoded(&grown(&samples, RATE, 10_000));
    assert_eq!(heard.len(), samples.len());
    let power = |samples: &[f32]| samples.iter().map(|x| f64::from(x * x)).sum::<f64>();
    let noise = |shift: usize| {
        let pairs = samples.iter().skip(1).zip(heard.iter().skip(shift));
        power(&pairs.map(|(a, b)| a - b).collect::<Vec<_>>())
    };
    let ratio_db = 10.0 * (power(&samples) / noise(1)).log10();
    assert!(ratio_db > 20.0, "signal to noise {ratio_db} dB");
    assert!(noise(1) < noise(0) && noise(1) < noise(2), "not sample-exact");
}

#[test]
fn how_it_grew_changes_no_byte_and_what_is_there_stays() {
    let samples = track(speech(1.0, 0.4, 3));
    let whole = grown(&samples, RATE, samples.len());
    assert_eq!(grown(&samples, RATE, 101), whole);
    let mut file = Mp3::begin(Vec::new(), RATE, 64, &Tags::default()).unwrap();
    for piece in samples.chunks(5_000) {
        file.add(piece).unwrap();
        assert!(whole.starts_with(&file.out) && file.out.len() > 300, "{} bytes", file.out.len());
    }
}

#[test]
fn every_rate_of_a_track_is_one_of_the_format() {
    for voice in [8_000, 11_025, 12_000, 16_000, 22_050, 24_000] {
        let rate = crate::audio::track_rate(SampleRate(voice));
        let samples = track(vec![0.1; 6_000]);
        assert_eq!(decoded(&grown(&samples, rate, 999)).len(), samples.len(), "{voice} Hz");
    }
}

#[test]
fn even_the_shortest_track_is_a_file() {
    let samples = track(Vec::new());
    assert_eq!(decoded(&grown(&samples, RATE, 999)).len(), samples.len());
}

#[test]
fn broken_samples_break_nothing() {
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e9, 1e-40];
    let samples = track(bad.repeat(500));
    assert_eq!(decoded(&grown(&samples, RATE, 999)).len(), samples.len());
}
