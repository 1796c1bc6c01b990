//! The picture of the podcast, as the directories of podcasts want it.

/// A square JPEG or PNG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artwork {
    pub(super) kind: ArtworkKind,
    pub(super) bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtworkKind {
    Jpeg,
    Png,
}

/// The picture cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoArtwork {
    #[error("it is neither a JPEG nor a PNG file")]
    UnknownKind,
    #[error("it has {width} x {height} px; directories take squares of 1400 to 3000 px")]
    Size { width: u32, height: u32 },
    #[error("it has {bytes} bytes; at most {max} are taken", max = Artwork::BYTES_MAX)]
    TooLarge { bytes: usize },
}

impl Artwork {
    /// The largest picture, in bytes.
    pub const BYTES_MAX: usize = 1024 * 1024;

    /// A picture file, whose size its header tells.
    pub fn new(bytes: Vec<u8>) -> Result<Self, NoArtwork> {
        let of_png = png_size(&bytes).map(|size| (ArtworkKind::Png, size));
        let found = of_png.or_else(|| jpeg_size(&bytes).map(|size| (ArtworkKind::Jpeg, size)));
        let (kind, (width, height)) = found.ok_or(NoArtwork::UnknownKind)?;
        if width != height || !(1400..=3000).contains(&width) {
            return Err(NoArtwork::Size { width, height });
        }
        if bytes.len() > Self::BYTES_MAX {
            return Err(NoArtwork::TooLarge { bytes: bytes.len() });
        }
        Ok(Self { kind, bytes })
    }

    /// Where it is: directories want the name's ending.
    pub(super) fn path(&self) -> &'static str {
        match self.kind {
            ArtworkKind::Jpeg => "/podcast.jpg",
            ArtworkKind::Png => "/podcast.png",
        }
    }

    pub(super) fn media_type(&self) -> &'static str {
        match self.kind {
            ArtworkKind::Jpeg => "image/jpeg",
            ArtworkKind::Png => "image/png",
        }
    }
}

/// Width and height out of the header chunk, which comes first (ISO/IEC 15948, section 11.2.2).
fn png_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")?;
    let number = |at: usize| Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?));
    Some((number(0)?, number(4)?))
}

/// Width and height out of the frame header, wherever it stands (ITU-T T.81, section B.2.2).
fn jpeg_size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    loop {
        let [0xff, marker, tail @ ..] = rest else { return None };
        if *marker == 0xff {
            // Any number of them may stand before a marker.
            rest = rest.get(1..)?;
            continue;
        }
        let number = |at: usize| Some(u16::from_be_bytes(tail.get(at..at + 2)?.try_into().ok()?));
        let is_frame = (0xc0..=0xcf).contains(marker) && !matches!(marker, 0xc4 | 0xc8 | 0xcc);
        if is_frame {
            return Some((number(5)?.into(), number(3)?.into()));
        }
        rest = tail.get(usize::from(number(0)?).max(2)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        file.extend(width.to_be_bytes());
        file.extend(height.to_be_bytes());
        file
    }

    fn jpeg(width: u16, height: u16) -> Vec<u8> {
        // An application segment, fill bytes, then the frame.
        let mut file = b"\xff\xd8\xff\xe0\0\x04\x01\x02\xff\xff\xff\xc2\0\x11\x08".to_vec();
        file.extend(height.to_be_bytes());
        file.extend(width.to_be_bytes());
        file
    }

    #[test]
    fn squares_of_the_right_size_are_taken() {
        assert_eq!(Artwork::new(png(1400, 1400)).unwrap().path(), "/podcast.png");
        assert_eq!(Artwork::new(jpeg(3000, 3000)).unwrap().path(), "/podcast.jpg");
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        let reason = |bytes: Vec<u8>| Artwork::new(bytes).unwrap_err();
        assert_eq!(reason(png(600, 600)), NoArtwork::Size { width: 600, height: 600 });
        assert_eq!(reason(png(1400, 1500)), NoArtwork::Size { width: 1400, height: 1500 });
        assert_eq!(reason(jpeg(1600, 1400)), NoArtwork::Size { width: 1600, height: 1400 });
        for bad in [&b""[..], b"GIF89a", b"\xff\xd8", b"\xff\xd8\xff\xe0\0", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(reason(bad.to_vec()), NoArtwork::UnknownKind, "{bad:?}");
        }
        let mut large = png(1400, 1400);
        large.resize(Artwork::BYTES_MAX + 1, 0);
        assert_eq!(reason(large), NoArtwork::TooLarge { bytes: Artwork::BYTES_MAX + 1 });
    }
}
