//! The file is checked as a player would: by its frames, its tag, and what comes out of it.

use super::*;
use crate::audio::signals::{RATE, speech};
use crate::domain::units::SampleRate;

fn narration(samples: Vec<f32>) -> Narration {
    Narration { rate: RATE, samples, cues: Vec::new() }
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
        // MPEG-2, Layer III, no checksum; 64 kbit/s; 22,050 Hz; mono.
        assert_eq!(header & 0xffff_fdc0, 0xfff3_80c0, "{header:08x}");
        let padding = header >> 9 & 1;
        bytes = &bytes[(72 * 64_000 / 22_050 + padding) as usize..];
        headers.push(header);
    }
    headers
}

/// Samples before and after the sound, and the number of frames, as the Info frame tells.
fn info(frame: &[u8]) -> (usize, usize, usize) {
    let at = 4 + 9;
    assert_eq!(&frame[at..at + 4], b"Info");
    let frames = u32::from_be_bytes(frame[at + 8..at + 12].try_into().unwrap());
    let lame = at + 120;
    assert_eq!(&frame[lame..lame + 4], b"LAME");
    let gaps = &frame[lame + 21..lame + 24];
    let gaps = u32::from_be_bytes([0, gaps[0], gaps[1], gaps[2]]) as usize;
    (gaps >> 12, gaps & 0xfff, frames as usize)
}

/// What a player that heeds the Info frame makes of the file.
fn decoded(file: &[u8]) -> Vec<f32> {
    /// Every decoder's own delay, which the Info frame does not count.
    const DECODER_DELAY: usize = 529;
    let sound = &file[tag_bytes(file)..];
    let (before, after, frames) = info(sound);
    let mut decoder = rusty_mp3::Mp3Decoder::new();
    decoder.push(sound);
    decoder.flush();
    let mut samples = Vec::new();
    while let Ok(frame) = decoder.next_frame() {
        samples.extend(frame.samples);
    }
    // Without the frames that carry no sound, and what lies before and after it.
    let samples = &samples[samples.len() - 576 * frames..];
    let start = before + DECODER_DELAY;
    let end = (samples.len() + DECODER_DELAY - after).min(samples.len());
    samples[start..end].to_vec()
}

#[test]
fn every_frame_is_mono_at_the_constant_bitrate() {
    let samples = speech(3.0, 0.4, 1);
    let file = mp3(&narration(samples.clone()), &Tags::default()).unwrap();
    let sound = &file[tag_bytes(&file)..];
    let headers = frame_headers(sound);
    let (before, after, frames) = info(sound);
    assert_eq!(headers.len(), frames + 1);
    assert_eq!(576 * frames, before + samples.len() + after);
    // With the tag frame and the flush, three seconds are a little more than 64 kbit/s.
    let kbps = sound.len() as f64 * 8.0 / 3.0 / 1000.0;
    assert!((60.0..69.0).contains(&kbps), "{kbps} kbit/s");
}

#[test]
fn what_comes_out_is_what_went_in_and_in_place() {
    let samples = speech(4.0, 0.4, 7);
    let file = mp3(&narration(samples.clone()), &Tags::default()).unwrap();
    let heard = decoded(&file);
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
fn even_the_shortest_narration_is_a_file() {
    for length in [0, 1, 100, 576, 577] {
        let file = mp3(&narration(vec![0.1; length]), &Tags::default()).unwrap();
        assert!(frame_headers(&file[tag_bytes(&file)..]).len() >= 3);
        assert_eq!(decoded(&file).len(), length);
    }
}

#[test]
fn broken_samples_break_nothing() {
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e9, 1e-40];
    let file = mp3(&narration(bad.repeat(500)), &Tags::default()).unwrap();
    assert_eq!(decoded(&file).len(), 3000);
}

#[test]
fn a_rate_that_the_format_lacks_is_refused() {
    let odd = Narration { rate: SampleRate(22_000), ..narration(vec![0.0; 100]) };
    assert_eq!(mp3(&odd, &Tags::default()), Err(EncodeError::UnsupportedRate(22_000)));
    let low = Narration { rate: SampleRate(16_000), ..narration(vec![0.0; 100]) };
    assert!(mp3(&low, &Tags::default()).is_ok());
}

#[test]
fn the_tag_says_what_it_is_and_that_the_voice_is_synthetic() {
    let tags = Tags {
        title: "Bến phà\nmở lại\0".to_owned(),
        artist: "x".repeat(TAG_CHARS_MAX + 100),
        voice: "Giọng nữ".to_owned(),
    };
    let tag = id3(&tags);
    assert_eq!(tag_bytes(&tag), tag.len());
    let mut rest = &tag[10..];
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let length = rest[4..8].iter().fold(0, |length, &byte| length << 7 | usize::from(byte));
        assert_eq!(rest[8..11], [0, 0, 3]);
        let text = std::str::from_utf8(&rest[11..10 + length]).unwrap();
        frames.push((std::str::from_utf8(&rest[..4]).unwrap(), text));
        rest = &rest[10 + length..];
    }
    let artist = "x".repeat(TAG_CHARS_MAX);
    let expected = [
        ("TIT2", "Bến phà mở lại"),
        ("TPE1", artist.as_str()),
        ("TLAN", "vie"),
        ("TXXX", "SYNTHETIC_VOICE\0Giọng nữ (giọng đọc tổng hợp bằng máy)"),
    ];
    assert_eq!(frames, expected);
}
