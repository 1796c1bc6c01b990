//! What each format says, read as a player reads it.

use super::*;

fn tags() -> Tags {
    Tags {
        title: "Bến phà\nmở lại\0".to_owned(),
        author: "x".repeat(CHARS_MAX + 100),
        paper: "Báo Mường Thanh".to_owned(),
        date: "2026-11-28".to_owned(),
        voice: "Giọng nữ".to_owned(),
        voice_is_trained: true,
        cover: Some(Cover::new(b"\x89PNG\r\n\x1a\n picture IEND1234".to_vec()).unwrap()),
    }
}

#[test]
fn an_id3_tag_says_what_it_is_and_that_the_voice_is_synthetic() {
    let tag = tags().id3();
    let length = |bytes: &[u8]| bytes.iter().fold(0, |all, &byte| all << 7 | usize::from(byte));
    assert_eq!((&tag[..6], 10 + length(&tag[6..10])), (&b"ID3\x04\x00\x00"[..], tag.len()));
    let mut rest = &tag[10..];
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let length = length(&rest[4..8]);
        assert_eq!(rest[8..11], [0, 0, UTF_8]);
        let body = String::from_utf8_lossy(&rest[11..10 + length]).into_owned();
        frames.push((String::from_utf8_lossy(&rest[..4]).into_owned(), body));
        rest = &rest[10 + length..];
    }
    let author = "x".repeat(CHARS_MAX);
    let expected = [
        ("TIT2", "Bến phà mở lại"),
        ("TPE1", author.as_str()),
        ("TALB", "Báo Mường Thanh"),
        ("TPUB", "Báo Mường Thanh"),
        ("TDRC", "2026-11-28"),
        ("TLAN", "vie"),
        ("TXXX", "SYNTHETIC_VOICE\0Giọng nữ (giọng đọc tổng hợp bằng máy)"),
        (
            "TXXX",
            "DIGITAL_SOURCE_TYPE\0http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        ),
        ("APIC", "image/png\0\x03\0\u{fffd}PNG\r\n\x1a\n picture IEND1234"),
    ];
    let frames: Vec<_> = frames.iter().map(|(id, body)| (id.as_str(), body.as_str())).collect();
    assert_eq!(frames, expected);
}

#[test]
fn what_is_not_known_is_left_out_everywhere() {
    let tags = Tags { title: "Bến phà".into(), ..Tags::default() };
    let names: Vec<_> = tags.comments().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["TITLE", "LANGUAGE", "SYNTHETIC_VOICE", "DIGITAL_SOURCE_TYPE"]);
    let id3 = String::from_utf8_lossy(&tags.id3()).into_owned();
    assert!(!id3.contains("TPE1") && !id3.contains("APIC") && id3.contains("SYNTHETIC_VOICE"));
    assert!(id3.contains("digitalsourcetype/algorithmicMedia"));
    let info = String::from_utf8_lossy(&tags.info_chunk()).into_owned();
    assert!(!info.contains("IART") && info.contains("SYNTHETIC_VOICE="));
}

#[test]
fn comments_carry_the_picture() {
    let comments = tags().comments();
    let picture = &comments.last().unwrap().1;
    let block = STANDARD.decode(picture).unwrap();
    assert_eq!(&block[..17], b"\0\0\0\x03\0\0\0\x09image/png");
    assert!(block.ends_with(b"\0\0\0\x19\x89PNG\r\n\x1a\n picture IEND1234"));
}

#[test]
fn a_chunk_of_a_wav_file_counts_its_bytes() {
    let chunk = tags().info_chunk();
    let length = |at: usize| u32::from_le_bytes(chunk[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(
        (&chunk[..4], length(4) + 8, &chunk[8..12]),
        (&b"LIST"[..], chunk.len(), &b"INFO"[..])
    );
    let mut at = 12;
    let mut ids = Vec::new();
    while at < chunk.len() {
        ids.push(String::from_utf8_lossy(&chunk[at..at + 4]).into_owned());
        assert_eq!(chunk[at + 7 + length(at + 4)], 0);
        at += 8 + length(at + 4).next_multiple_of(2);
    }
    assert_eq!(ids, ["INAM", "IART", "IPRD", "ICRD", "ILNG", "ICMT"]);
}

#[test]
fn a_cover_is_a_small_picture() {
    assert_eq!(Cover::new(vec![0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9]).unwrap().kind, CoverKind::Jpeg);
    for other in [&b"<svg/>"[..], b"\xff\xd8\xff noise", b"\x89PNG\r\n\x1a\n cut off"] {
        assert_eq!(Cover::new(other.to_vec()), Err(NoCover::UnknownKind));
    }
    let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
    large.resize(Cover::BYTES_MAX + 1, 0);
    large.extend_from_slice(b"IEND1234");
    assert!(matches!(Cover::new(large), Err(NoCover::TooLarge { .. })));
}
