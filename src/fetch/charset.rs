//! Bytes -> text: which encoding a page is in.

use encoding_rs::{Encoding, UTF_8};

/// How far into a page its `<meta charset>` is looked for. The HTML standard says 1024 bytes;
/// pages that put scripts first exist.
const PRESCAN_BYTES: usize = 4096;

/// Decodes a page. The byte order mark decides first, then the `Content-Type` header, then
/// `<meta>`, then detection (HTML standard, "determining the character encoding").
pub fn decode(bytes: &[u8], content_type: Option<&str>) -> String {
    let declared = content_type.and_then(charset_parameter).and_then(encoding);
    let encoding = declared.or_else(|| meta(bytes)).unwrap_or_else(|| detect(bytes));
    // `decode` looks for a byte order mark itself and lets it win.
    encoding.decode(bytes).0.into_owned()
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

fn detect(bytes: &[u8]) -> &'static Encoding {
    if std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(Some(b"vn"), chardetng::Utf8Detection::Allow)
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
    fn nothing_panics() {
        for bytes in [&b""[..], b"<meta", b"<meta charset=", b"\xff\xfe\x00", b"charset=\""] {
            let _ = decode(bytes, Some("charset="));
        }
    }
}
