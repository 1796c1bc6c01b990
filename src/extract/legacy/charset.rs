//! The encodings that Vietnamese was written in before Unicode, as their bytes look when they were
//! taken for Western text.
//!
//! Pages in these encodings say that they are windows-1252 or say nothing: the font (`.VnTime`,
//! `VNI-Times`) made the letters. So the characters of the parsed page are turned back into bytes,
//! and the bytes into what the font showed. A character that no byte stands for stays as it is.

use unicode_normalization::UnicodeNormalization;

/// What the bytes of a text really are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8 that was taken for a Western encoding and encoded again.
    Utf8,
    /// TCVN 5712:1993 (ABC), the encoding of the `.Vn` fonts.
    Tcvn3,
    /// VNI for Windows: marks follow their letters.
    Vni,
    /// Tone marks follow their letters.
    Windows1258,
    /// RFC 1456.
    Viscii,
}

impl Charset {
    /// In the order in which they are preferred where a text fits several.
    pub const ALL: [Self; 5] =
        [Self::Utf8, Self::Tcvn3, Self::Vni, Self::Windows1258, Self::Viscii];

    /// The text as it was meant, if it is in this encoding. ASCII stays, but for a vowel that takes
    /// on the mark behind it.
    pub fn decode(self, text: &str) -> String {
        match self {
            Self::Utf8 => utf8(text),
            Self::Tcvn3 => text.chars().fold(String::with_capacity(text.len()), tcvn3),
            Self::Vni => text.chars().fold(String::with_capacity(text.len()), vni),
            Self::Windows1258 => text.chars().map(windows_1258).nfc().collect(),
            Self::Viscii => text.chars().map(viscii).collect(),
        }
    }
}

/// Whether UTF-8 was encoded again somewhere in a text: a byte that begins a character of two or
/// three bytes, with all that must follow it.
pub fn holds_encoded_utf8(text: &str) -> bool {
    let mut starts = text.char_indices().filter(|(_, c)| !c.is_ascii());
    starts.any(|(at, _)| utf8_at(&text[at..]).is_some())
}

fn utf8(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (c, length) = utf8_at(rest).unwrap_or((first, first.len_utf8()));
        out.push(c);
        rest = &rest[length..];
    }
    out
}

/// The character that the first characters of `text` are the UTF-8 of, and the length of these.
fn utf8_at(text: &str) -> Option<(char, usize)> {
    let mut characters = text.char_indices();
    let mut encoded = [0; 4];
    encoded[0] = byte(characters.next()?.1)?;
    let count = match encoded[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    for slot in &mut encoded[1..count] {
        *slot = byte(characters.next()?.1).filter(|byte| (0x80..0xc0).contains(byte))?;
    }
    let c = std::str::from_utf8(&encoded[..count]).ok()?.chars().next()?;
    Some((c, characters.next().map_or(text.len(), |(at, _)| at)))
}

fn tcvn3(mut out: String, c: char) -> String {
    // Below 0xA0 the fonts have the punctuation of windows-1252.
    let meant = byte(c).and_then(|byte| TCVN3.get(usize::from(byte.checked_sub(0xa0)?)).copied());
    match meant {
        // These are also the signs ° ± ² ³ ´, which stand behind no vowel.
        Some(mark @ '\u{300}'..='\u{36f}') => {
            if !put_on_last(&mut out, &[mark]) {
                out.push(c);
            }
        }
        meant => out.push(meant.unwrap_or(c)),
    }
    out
}

fn vni(mut out: String, c: char) -> String {
    let Some(byte) = byte(c).filter(|byte| *byte >= 0x80) else {
        out.push(c);
        return out;
    };
    if !put_on_last(&mut out, vni_marks(byte)) {
        out.push(vni_letter(byte).unwrap_or(c));
    }
    out
}

/// Puts marks on the vowel at the end; false where there is none that Vietnamese writes so.
fn put_on_last(out: &mut String, marks: &[char]) -> bool {
    let Some(last) = out.chars().next_back() else { return false };
    let takes = match (last.to_ascii_lowercase(), marks.first()) {
        ('a' | 'e' | 'o', Some('\u{302}')) | ('a', Some('\u{306}')) => true,
        (_, Some('\u{302}' | '\u{306}') | None) => false,
        (vowel, _) => {
            matches!(vowel, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || "ăâêôơưĂÂÊÔƠƯ".contains(vowel)
        }
    };
    let mut marked = std::iter::once(last).chain(marks.iter().copied()).nfc();
    if let (true, Some(letter), None) = (takes, marked.next(), marked.next()) {
        out.pop();
        out.push(letter);
        return true;
    }
    false
}

/// What a byte of VNI puts on the letter before it. Small and capital marks are 0x20 apart.
fn vni_marks(byte: u8) -> &'static [char] {
    match byte | 0x20 {
        0xf9 => &['\u{301}'],
        0xf8 => &['\u{300}'],
        0xfb => &['\u{309}'],
        0xf5 => &['\u{303}'],
        0xef => &['\u{323}'],
        0xe2 => &['\u{302}'],
        0xe1 => &['\u{302}', '\u{301}'],
        0xe0 => &['\u{302}', '\u{300}'],
        0xe5 => &['\u{302}', '\u{309}'],
        0xe3 => &['\u{302}', '\u{303}'],
        0xe4 => &['\u{302}', '\u{323}'],
        0xea => &['\u{306}'],
        0xe9 => &['\u{306}', '\u{301}'],
        0xe8 => &['\u{306}', '\u{300}'],
        0xfa => &['\u{306}', '\u{309}'],
        0xfc => &['\u{306}', '\u{303}'],
        0xeb => &['\u{306}', '\u{323}'],
        _ => &[],
    }
}

/// The bytes of VNI that are letters by themselves.
fn vni_letter(byte: u8) -> Option<char> {
    Some(match byte {
        0xf1 => 'đ',
        0xf4 => 'ơ',
        0xf6 => 'ư',
        0xed => 'í',
        0xec => 'ì',
        0xe6 => 'ỉ',
        0xf3 => 'ĩ',
        0xf2 => 'ị',
        0xee => 'ỵ',
        0xd1 => 'Đ',
        0xd4 => 'Ơ',
        0xd6 => 'Ư',
        0xcd => 'Í',
        0xcc => 'Ì',
        0xc6 => 'Ỉ',
        0xd3 => 'Ĩ',
        0xd2 => 'Ị',
        0xce => 'Ỵ',
        _ => return None,
    })
}

fn windows_1258(c: char) -> char {
    let found = byte(c).and_then(|byte| WINDOWS_1258.iter().find(|(code, _)| *code == byte));
    found.map_or(c, |(_, meant)| *meant)
}

fn viscii(c: char) -> char {
    match byte(c) {
        Some(byte @ 0x80..) => VISCII[usize::from(byte - 0x80)],
        Some(0x02) => 'Ẳ',
        Some(0x05) => 'Ẵ',
        Some(0x06) => 'Ẫ',
        Some(0x14) => 'Ỷ',
        Some(0x19) => 'Ỹ',
        Some(0x1e) => 'Ỵ',
        _ => c,
    }
}

/// Letters, and marks on them, that no byte of a Western or Vietnamese code page becomes.
pub fn is_only_unicode(c: char) -> bool {
    matches!(c, '\u{1ea0}'..='\u{1ef9}' | '\u{302}' | '\u{306}' | '\u{31b}')
}

/// The byte that became this character when it was read as windows-1252, ISO 8859-1 or
/// windows-1258. No two of them disagree about a character.
fn byte(c: char) -> Option<u8> {
    if let Ok(byte) = u8::try_from(u32::from(c)) {
        return Some(byte);
    }
    if is_only_unicode(c) {
        return None;
    }
    let high = WINDOWS_1252.iter().find(|(_, read)| *read == c);
    high.or_else(|| WINDOWS_1258.iter().find(|(_, read)| *read == c)).map(|(code, _)| *code)
}

/// Where windows-1252 differs from ISO 8859-1 (WHATWG Encoding Standard, index windows-1252).
#[rustfmt::skip]
const WINDOWS_1252: [(u8, char); 27] = [
    (0x80, '€'), (0x82, '‚'), (0x83, 'ƒ'), (0x84, '„'), (0x85, '…'), (0x86, '†'), (0x87, '‡'),
    (0x88, 'ˆ'), (0x89, '‰'), (0x8a, 'Š'), (0x8b, '‹'), (0x8c, 'Œ'), (0x8e, 'Ž'), (0x91, '‘'),
    (0x92, '’'), (0x93, '“'), (0x94, '”'), (0x95, '•'), (0x96, '–'), (0x97, '—'), (0x98, '˜'),
    (0x99, '™'), (0x9a, 'š'), (0x9b, '›'), (0x9c, 'œ'), (0x9e, 'ž'), (0x9f, 'Ÿ'),
];

/// Where windows-1258 differs from windows-1252 (WHATWG Encoding Standard, index windows-1258).
#[rustfmt::skip]
const WINDOWS_1258: [(u8, char); 14] = [
    (0xc3, 'Ă'), (0xcc, '\u{300}'), (0xd0, 'Đ'), (0xd2, '\u{309}'), (0xd5, 'Ơ'), (0xdd, 'Ư'),
    (0xde, '\u{303}'), (0xe3, 'ă'), (0xec, '\u{301}'), (0xf0, 'đ'), (0xf2, '\u{323}'),
    (0xf5, 'ơ'), (0xfd, 'ư'), (0xfe, '₫'),
];

/// TCVN 5712:1993, table VN2, from 0xA0: the small letters of VN3 where the `.Vn` fonts have them,
/// the capitals and combining tones that only VN2 has in the places between.
#[rustfmt::skip]
const TCVN3: [char; 96] = [
    '\u{a0}', 'Ă', 'Â', 'Ê', 'Ô', 'Ơ', 'Ư', 'Đ', 'ă', 'â', 'ê', 'ô', 'ơ', 'ư', 'đ', 'Ằ',
    '\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}', 'à', 'ả', 'ã', 'á', 'ạ', 'Ẳ', 'ằ', 'ẳ', 'ẵ', 'ắ', 'Ẵ',
    'Ắ', 'Ầ', 'Ẩ', 'Ẫ', 'Ấ', 'Ề', 'ặ', 'ầ', 'ẩ', 'ẫ', 'ấ', 'ậ', 'è', 'Ể', 'ẻ', 'ẽ',
    'é', 'ẹ', 'ề', 'ể', 'ễ', 'ế', 'ệ', 'ì', 'ỉ', 'Ễ', 'Ế', 'Ồ', 'ĩ', 'í', 'ị', 'ò',
    'Ổ', 'ỏ', 'õ', 'ó', 'ọ', 'ồ', 'ổ', 'ỗ', 'ố', 'ộ', 'ờ', 'ở', 'ỡ', 'ớ', 'ợ', 'ù',
    'Ỗ', 'ủ', 'ũ', 'ú', 'ụ', 'ừ', 'ử', 'ữ', 'ứ', 'ự', 'ỳ', 'ỷ', 'ỹ', 'ý', 'ỵ', 'Ố',
];

/// RFC 1456, from 0x80.
#[rustfmt::skip]
const VISCII: [char; 128] = [
    'Ạ', 'Ắ', 'Ằ', 'Ặ', 'Ấ', 'Ầ', 'Ẩ', 'Ậ', 'Ẽ', 'Ẹ', 'Ế', 'Ề', 'Ể', 'Ễ', 'Ệ', 'Ố',
    'Ồ', 'Ổ', 'Ỗ', 'Ộ', 'Ợ', 'Ớ', 'Ờ', 'Ở', 'Ị', 'Ỏ', 'Ọ', 'Ỉ', 'Ủ', 'Ũ', 'Ụ', 'Ỳ',
    'Õ', 'ắ', 'ằ', 'ặ', 'ấ', 'ầ', 'ẩ', 'ậ', 'ẽ', 'ẹ', 'ế', 'ề', 'ể', 'ễ', 'ệ', 'ố',
    'ồ', 'ổ', 'ỗ', 'Ỡ', 'Ơ', 'ộ', 'ờ', 'ở', 'ị', 'Ự', 'Ứ', 'Ừ', 'Ử', 'ơ', 'ớ', 'Ư',
    'À', 'Á', 'Â', 'Ã', 'Ả', 'Ă', 'ẳ', 'ẵ', 'È', 'É', 'Ê', 'Ẻ', 'Ì', 'Í', 'Ĩ', 'ỳ',
    'Đ', 'ứ', 'Ò', 'Ó', 'Ô', 'ạ', 'ỷ', 'ừ', 'ử', 'Ù', 'Ú', 'ỹ', 'ỵ', 'Ý', 'ỡ', 'ư',
    'à', 'á', 'â', 'ã', 'ả', 'ă', 'ữ', 'ẫ', 'è', 'é', 'ê', 'ẻ', 'ì', 'í', 'ĩ', 'ỉ',
    'đ', 'ự', 'ò', 'ó', 'ô', 'õ', 'ỏ', 'ọ', 'ụ', 'ù', 'ú', 'ũ', 'ủ', 'ý', 'ợ', 'Ữ',
];
