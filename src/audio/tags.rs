//! What a file says about itself, in the way of each format.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The longest text of a tag, in characters: a title, not an article.
const CHARS_MAX: usize = 500;

/// The language of the sound, as ID3 wants it (ISO 639-2) and as the others do (BCP 47).
const LANGUAGE_ID3: &str = "vie";
const LANGUAGE: &str = "vi";

/// The name under which a file says that its voice is made by a machine, as Vietnam's law 134/2025/QH15
/// on artificial intelligence asks: in a form that programs can read.
const SYNTHETIC: &str = "SYNTHETIC_VOICE";

/// The name of the same in the vocabulary of the IPTC, which C2PA uses too.
const SOURCE_TYPE: &str = "DIGITAL_SOURCE_TYPE";

/// What the file says about itself. Empty texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// The article's title.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Who published it: the name of the site.
    pub paper: String,
    /// When it was published (ISO 8601, `2026-11-28`).
    pub date: String,
    /// The voice as readers know it, e.g. `Giọng nữ`.
    pub voice: String,
    /// Whether the voice was learnt from recordings, or is computed by rules.
    pub voice_is_trained: bool,
    pub cover: Option<Cover>,
}

/// A picture for the file, such as the paper's sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    pub kind: CoverKind,
    pub bytes: Arc<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverKind {
    Jpeg,
    Png,
}

/// The picture cannot be a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoCover {
    #[error("it is neither a JPEG nor a PNG file that is whole")]
    UnknownKind,
    #[error(
        "it has {bytes} bytes; at most {max} are taken, since listeners load it before the first word",
        max = Cover::BYTES_MAX
    )]
    TooLarge { bytes: usize },
}

impl Cover {
    /// The largest picture, in bytes: half a second of loading over a weak connection.
    pub const BYTES_MAX: usize = 32 * 1024;

    /// A picture file, known by its first and last bytes.
    pub fn new(bytes: Vec<u8>) -> Result<Self, NoCover> {
        let kind = match bytes.as_slice() {
            [0xff, 0xd8, 0xff, .., 0xff, 0xd9] => CoverKind::Jpeg,
            [
                0x89,
                b'P',
                b'N',
                b'G',
                b'\r',
                b'\n',
                0x1a,
                b'\n',
                ..,
                b'I',
                b'E',
                b'N',
                b'D',
                _,
                _,
                _,
                _,
            ] => CoverKind::Png,
            _ => return Err(NoCover::UnknownKind),
        };
        if bytes.len() > Self::BYTES_MAX {
            return Err(NoCover::TooLarge { bytes: bytes.len() });
        }
        Ok(Self { kind, bytes: bytes.into() })
    }

    fn media_type(&self) -> &'static str {
        match self.kind {
            CoverKind::Jpeg => "image/jpeg",
            CoverKind::Png => "image/png",
        }
    }
}

impl Tags {
    /// In words, for people: "Giọng nữ (giọng đọc tổng hợp bằng máy)".
    fn synthetic(&self) -> String {
        format!("{} (giọng đọc tổng hợp bằng máy)", plain(&self.voice)).trim().to_owned()
    }

    /// The term of <http://cv.iptc.org/newscodes/digitalsourcetype/>.
    fn source_type(&self) -> String {
        let term =
            if self.voice_is_trained { "trainedAlgorithmicMedia" } else { "algorithmicMedia" };
        format!("http://cv.iptc.org/newscodes/digitalsourcetype/{term}")
    }

    /// An ID3v2.4.0 tag in UTF-8.
    pub(super) fn id3(&self) -> Vec<u8> {
        let mut frames = Vec::new();
        append_text(&mut frames, b"TIT2", &self.title);
        append_text(&mut frames, b"TPE1", &self.author);
        append_text(&mut frames, b"TALB", &self.paper);
        append_text(&mut frames, b"TPUB", &self.paper);
        append_text(&mut frames, b"TDRC", &self.date);
        append_text(&mut frames, b"TLAN", LANGUAGE_ID3);
        append_texts(&mut frames, b"TXXX", &[SYNTHETIC, &self.synthetic()]);
        append_texts(&mut frames, b"TXXX", &[SOURCE_TYPE, &self.source_type()]);
        if let Some(cover) = &self.cover {
            /// "Cover (front)".
            const FRONT: u8 = 3;
            let mut body = vec![UTF_8];
            body.extend_from_slice(cover.media_type().as_bytes());
            // The end of the kind, which picture it is, and an empty description.
            body.extend_from_slice(&[0, FRONT, 0]);
            body.extend_from_slice(&cover.bytes);
            append_frame(&mut frames, b"APIC", &body);
        }
        // Version 2.4.0, no flags.
        let mut tag = b"ID3\x04\x00\x00".to_vec();
        tag.extend_from_slice(&syncsafe(frames.len()));
        tag.append(&mut frames);
        tag
    }

    /// Names and values as Vorbis comments (RFC 7845, 5.2, and xiph.org's list of names).
    pub(super) fn comments(&self) -> Vec<(&'static str, String)> {
        let mut comments = vec![
            ("TITLE", plain(&self.title)),
            ("ARTIST", plain(&self.author)),
            ("ALBUM", plain(&self.paper)),
            ("ORGANIZATION", plain(&self.paper)),
            ("DATE", plain(&self.date)),
            ("LANGUAGE", LANGUAGE.to_owned()),
            (SYNTHETIC, self.synthetic()),
            (SOURCE_TYPE, self.source_type()),
        ];
        if let Some(cover) = &self.cover {
            comments.push(("METADATA_BLOCK_PICTURE", STANDARD.encode(picture_block(cover))));
        }
        comments.retain(|(_, value)| !value.is_empty());
        comments
    }

    /// A `LIST` chunk of type `INFO` for a WAV file (Multimedia Programming Interface 1.0), in UTF-8.
    pub(super) fn info_chunk(&self) -> Vec<u8> {
        let comment =
            format!("{SYNTHETIC}={}; {SOURCE_TYPE}={}", self.synthetic(), self.source_type());
        let texts = [
            (b"INAM", plain(&self.title)),
            (b"IART", plain(&self.author)),
            (b"IPRD", plain(&self.paper)),
            (b"ICRD", plain(&self.date)),
            (b"ILNG", LANGUAGE.to_owned()),
            (b"ICMT", comment),
        ];
        let mut body = b"INFO".to_vec();
        for (id, text) in texts.iter().filter(|(_, text)| !text.is_empty()) {
            // Each text ends with a zero and fills an even number of bytes.
            let mut text = text.clone().into_bytes();
            text.push(0);
            body.extend_from_slice(*id);
            body.extend_from_slice(&(text.len() as u32).to_le_bytes());
            text.resize(text.len().next_multiple_of(2), 0);
            body.append(&mut text);
        }
        let mut chunk = b"LIST".to_vec();
        chunk.extend_from_slice(&(body.len() as u32).to_le_bytes());
        chunk.append(&mut body);
        chunk
    }
}

/// The sign for UTF-8 in ID3.
const UTF_8: u8 = 3;

fn append_text(tag: &mut Vec<u8>, id: &[u8; 4], text: &str) {
    let text = plain(text);
    if !text.is_empty() {
        append_texts(tag, id, &[&text]);
    }
}

/// A text frame; its texts are apart by a zero byte.
fn append_texts(tag: &mut Vec<u8>, id: &[u8; 4], texts: &[&str]) {
    let mut body = vec![UTF_8];
    body.extend_from_slice(texts.join("\0").as_bytes());
    append_frame(tag, id, &body);
}

fn append_frame(tag: &mut Vec<u8>, id: &[u8; 4], body: &[u8]) {
    tag.extend_from_slice(id);
    tag.extend_from_slice(&syncsafe(body.len()));
    tag.extend_from_slice(&[0, 0]);
    tag.extend_from_slice(body);
}

/// The text on one line, without control characters, at most as long as a tag may be.
fn plain(text: &str) -> String {
    let line = text.split(|c: char| c.is_whitespace() || c.is_control());
    let line = line.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    line.chars().take(CHARS_MAX).collect()
}

/// A number as ID3 writes lengths: seven bits a byte, so that it never looks like a frame of
/// sound. The limits on texts and covers keep a tag far below the 28 bits there are.
fn syncsafe(length: usize) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (length >> shift & 0x7f) as u8)
}

/// A picture as FLAC and Opus keep it (RFC 9639, 8.8), without description or size.
fn picture_block(cover: &Cover) -> Vec<u8> {
    /// "Front Cover".
    const FRONT: u32 = 3;
    let kind = cover.media_type();
    let mut block = FRONT.to_be_bytes().to_vec();
    block.extend_from_slice(&(kind.len() as u32).to_be_bytes());
    block.extend_from_slice(kind.as_bytes());
    // No description; width, height, depth and colours are unknown.
    block.extend_from_slice(&[0; 4 + 4 * 4]);
    block.extend_from_slice(&(cover.bytes.len() as u32).to_be_bytes());
    block.extend_from_slice(&cover.bytes);
    block
}

#[cfg(test)]
mod tests;
