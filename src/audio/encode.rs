//! A narration as an MP3 file: the compressed format that every listener's device plays.
//!
//! After the ID3 tag comes an Info frame that says how many samples the encoder put before the
//! sound and after it, so that players show the exact length and cues stay exact to the sample;
//! then the sound, in frames of one and the same size, so that a player finds any second by
//! arithmetic.

use rusty_mp3::{Mp3Encoder, Mp3EncoderConfig};

use crate::domain::narration::Narration;

/// Constant bitrate in kbit/s. At 22,050 Hz mono it leaves the noise 30 dB below the speech.
const BITRATE_KBPS: u32 = 64;

/// The longest text of a tag, in characters: a title, not an article.
const TAG_CHARS_MAX: usize = 500;

/// The language of the sound (ISO 639-2), as ID3 wants it.
const LANGUAGE: &str = "vie";

/// What the file says about itself. Empty texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The article's title.
    pub title: String,
    /// Who published it: the name of the site.
    pub artist: String,
    /// The voice as readers know it, e.g. `Giọng nữ`.
    pub voice: String,
}

/// The narration cannot be an MP3 file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The format has nine sample rates, from 8,000 to 48,000 Hz.
    #[error("MP3 has no sample rate of {0} Hz")]
    UnsupportedRate(u32),
}

/// The whole file: mono at the narration's rate, MPEG-2 Layer III at 22,050 Hz.
///
/// Decoders that heed the Info frame give back exactly as many samples as went in, in place.
pub fn mp3(narration: &Narration, tags: &Tags) -> Result<Vec<u8>, EncodeError> {
    let rate = narration.rate.0;
    let config = Mp3EncoderConfig { bitrate_kbps: BITRATE_KBPS, vbr_quality: None };
    let mut encoder = Mp3Encoder::new(config);
    encoder
        .push_pcm_f32(&narration.samples, 1, rate)
        .map_err(|_| EncodeError::UnsupportedRate(rate))?;
    // The Info frame is the first packet, and is final only once the encoder has finished.
    encoder.finish();
    let mut file = id3(tags);
    while let Ok(frame) = encoder.next_packet() {
        file.extend_from_slice(&frame);
    }
    Ok(file)
}

/// An ID3v2.4.0 tag in UTF-8. It says that the voice is synthetic, so that the file itself tells
/// where it is copied to.
fn id3(tags: &Tags) -> Vec<u8> {
    let mut frames = Vec::new();
    append_text(&mut frames, b"TIT2", &tags.title);
    append_text(&mut frames, b"TPE1", &tags.artist);
    append_text(&mut frames, b"TLAN", LANGUAGE);
    let voice = format!("{} (giọng đọc tổng hợp bằng máy)", plain(&tags.voice));
    append_frame(&mut frames, b"TXXX", &["SYNTHETIC_VOICE", voice.trim()]);
    // Version 2.4.0, no flags.
    let mut tag = b"ID3\x04\x00\x00".to_vec();
    tag.extend_from_slice(&syncsafe(frames.len()));
    tag.append(&mut frames);
    tag
}

fn append_text(tag: &mut Vec<u8>, id: &[u8; 4], text: &str) {
    let text = plain(text);
    if !text.is_empty() {
        append_frame(tag, id, &[&text]);
    }
}

/// A text frame; its texts are apart by a zero byte.
fn append_frame(tag: &mut Vec<u8>, id: &[u8; 4], texts: &[&str]) {
    /// The sign for UTF-8.
    const ENCODING: u8 = 3;
    let body = texts.join("\0");
    tag.extend_from_slice(id);
    tag.extend_from_slice(&syncsafe(1 + body.len()));
    tag.extend_from_slice(&[0, 0, ENCODING]);
    tag.extend_from_slice(body.as_bytes());
}

/// The text on one line, without control characters, at most as long as a tag may be.
fn plain(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(TAG_CHARS_MAX).collect()
}

/// A number as ID3 writes lengths: seven bits a byte, so that it never looks like a frame of
/// sound. The limit on texts keeps a tag far below the 28 bits there are.
fn syncsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}

#[cfg(test)]
mod tests;
