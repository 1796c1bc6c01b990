//! Bytes -> text: which encoding a page is in.
//!
//! Declarations are often wrong on Vietnamese pages: servers add one of their own to old files, and
//! texts were pasted from system to system. What the bytes prove comes before what is said of them.
//! Encodings of fonts (TCVN3, VNI) look like windows-1252 here; `extract` restores them.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a page its `<meta charset>` is looked for. The HTML standard says 1024 bytes;
/// pages that put scripts first exist.
const PRESCAN_BYTES: usize = 4096;
/// Of the places where a page is not UTF-8, one in so many must be bytes that no UTF-8 has there
/// for the page to hold another encoding: half of TCVN3 and VNI are such.
const STRAY_SHARE: usize = 4;

/// Decodes a page. The byte order mark decides first; then bytes that are valid UTF-8 are that,
/// whatever is declared; then the `Content-Type` header, then `<meta>`, then detection.
///
/// The combining marks of windows-1258 stay apart: text in the encoding of a font is often taken
/// for it, and what was joined to a letter could not be told from the letter afterwards.
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && !text.is_ascii()
        && !text.contains('\0')
    {
        return text.to_owned();
    }
    let header = content_type.and_then(charset_parameter).and_then(encoding);
    let declared = [header, meta(bytes)].into_iter().flatten();
    // No text is UTF-16 without a single byte of zero.
    let declared = declared.filter(|encoding| encoding.is_ascii_compatible() || bytes.contains(&0));
    // It is not UTF-8, or all the same: where another encoding is named, that is meant.
    let other = declared.clone().find(|encoding| *encoding != UTF_8);
    match other {
        Some(encoding) if header.is_none_or(|header| header != UTF_8) || is_stray(bytes) => {
            encoding.decode_without_bom_handling(bytes).0.into_owned()
        }
        None if declared.count() == 0 => detected(bytes),
        _ if is_stray(bytes) => mixed(bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Whether what is not UTF-8 in a page is in another encoding, and not UTF-8 that was cut by a
/// program that counts bytes.
fn is_stray(bytes: &[u8]) -> bool {
    let (mut whole, mut broken, mut stray) = (0, 0, 0);
    for chunk in bytes.utf8_chunks() {
        whole += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
        stray += usize::from(matches!(chunk.invalid(), [..0xc2 | 0xf5.., ..]));
    }
    stray * STRAY_SHARE > broken || broken > whole
}

/// UTF-8 with stretches of another encoding: their bytes are kept as windows-1252.
fn mixed(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

fn encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.trim().as_bytes())
}

fn charset_parameter(header: &str) -> Option<&str> {
    let at = header.to_ascii_lowercase().find("charset=")? + "charset=".len();
    let value = header.get(at..)?.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(['"', '\'', ' ', ';', '>', '/']).unwrap_or(value.len());
    value.get(..end).filter(|label| !label.is_empty())
}

fn meta(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(PRESCAN_BYTES)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some(at) = rest.find("<meta") {
        rest = &rest[at + "<meta".len()..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        if let Some(found) = charset_parameter(tag).and_then(encoding) {
            // A page that could be read this far is not UTF-16, whatever it says.
            return Some(found.output_encoding());
        }
    }
    None
}

fn detected(bytes: &[u8]) -> String {
    let encoding = match bytes {
        [b'<', 0, ..] => UTF_16LE,
        [0, b'<', ..] => UTF_16BE,
        _ => {
            let mut detector =
                chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
            detector.feed(bytes, true);
            detector.guess(Some(b"vn"), chardetng::Utf8Detection::Allow)
        }
    };
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_wins_over_meta() {
        let page = b"<meta charset=windows-1258>\xc4\x91i";
        assert!(decode(page, Some("text/html; charset=\"utf-8\"")).ends_with("đi"));
    }

    #[test]
    fn meta_is_found_in_both_forms() {
        // 0xF0 is đ in windows-1258; 0xCC the combining hook... the base letters suffice here.
        assert!(decode(b"<meta charset='windows-1258'>\xf0i", None).ends_with("đi"));
        let long =
            b"<META http-equiv=Content-Type content=\"text/html; charset=windows-1258\">\xf0i";
        assert!(decode(long, None).ends_with("đi"));
    }

    #[test]
    fn utf_8_needs_no_declaration_and_a_mark_wins() {
        assert_eq!(decode("Tỉnh ủy".as_bytes(), None), "Tỉnh ủy");
        let marked = b"\xef\xbb\xbfT\xe1\xbb\x89nh";
        assert_eq!(decode(marked, Some("text/html; charset=windows-1258")), "Tỉnh");
    }

    #[test]
    fn utf_8_wins_over_what_is_declared() {
        let page = "<meta charset=windows-1252><p>Tỉnh ủy".as_bytes();
        assert!(decode(page, Some("text/html; charset=iso-8859-1")).ends_with("Tỉnh ủy"));
        assert_eq!(decode("Tỉnh ủy".as_bytes(), Some("text/html; charset=utf-16")), "Tỉnh ủy");
    }

    #[test]
    fn utf_16_is_read_with_a_mark_and_without() {
        let little: Vec<u8> = "<p>Tỉnh ủy".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}<p>Tỉnh ủy".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&little, None), "<p>Tỉnh ủy");
        assert_eq!(decode(&big, Some("text/html; charset=utf-8")), "<p>Tỉnh ủy");
        assert_eq!(decode(&little, Some("text/html; charset=utf-16")), "<p>Tỉnh ủy");
    }

    #[test]
    fn what_is_declared_utf_8_and_is_not_keeps_its_bytes() {
        // windows-1252 under a server's header, then TCVN3 in a page of UTF-8, then cut UTF-8.
        let header = Some("text/html; charset=utf-8");
        assert_eq!(
            decode(b"<p>M\xfcller, caf\xe9, \x93Pal\xe1cio\x94", header),
            "<p>Müller, café, “Palácio”"
        );
        assert_eq!(
            decode(b"B\xe1o, B\xb8o S\xacn La \xae\xada", header),
            "Báo, B¸o S¬n La ®\u{ad}a"
        );
        assert_eq!(decode(b"T\xe1\xbb\x89nh \xe1\xbb", header), "Tỉnh \u{fffd}");
        let meta = b"<meta charset=windows-1258>\xd0a\xec, \xf0i\xf2 v\xea\xcc";
        assert!(decode(meta, header).ends_with("Đa\u{301}, đi\u{323} vê\u{300}"));
    }

    #[test]
    fn undeclared_windows_1258_is_detected() {
        let page = b"Ba\xecn v\xeb tuy\xea\xecn \xf0\xfd\xf5\xccng m\xf5\xeci qua huy\xea\xf2n, \xf0a\xde xong";
        assert!(decode(page, None).contains("đươ\u{300}ng mơ\u{301}i"));
    }

    #[test]
    fn nothing_panics() {
        for bytes in [&b""[..], b"<meta", b"<meta charset=", b"\xff\xfe\x00", b"charset=\""] {
            let _ = decode(bytes, Some("charset="));
        }
    }
}
