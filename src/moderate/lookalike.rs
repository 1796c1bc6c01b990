//! Characters that look like Latin letters: what a reader sees where another character stands.
//!
//! Only what NFKD leaves over is listed. Source: the skeletons of UTS #39 (`confusables.txt`),
//! narrowed to the letters that Vietnamese is written with, and what readers type in their place.

/// The base letter (a to z) that a character is, or looks like, whatever its case.
pub(super) fn letter(c: char) -> Option<u8> {
    match c {
        'a'..='z' => Some(c as u8),
        'A'..='Z' => Some(c.to_ascii_lowercase() as u8),
        _ if c.is_ascii() => None,
        '\u{1f150}'..='\u{1f169}' => Some(nth(c, '\u{1f150}')),
        '\u{1f170}'..='\u{1f189}' => Some(nth(c, '\u{1f170}')),
        _ => latin(c).or_else(|| cyrillic(c)).or_else(|| greek(c)),
    }
}

/// The letter at the place of `c` in an alphabet of 26 that begins at `first`.
fn nth(c: char, first: char) -> u8 {
    let place = u32::from(c) - u32::from(first);
    b'a' + u8::try_from(place).expect("an alphabet has 26 letters")
}

/// Latin letters with strokes, of phonetic alphabets, and small capitals.
fn latin(c: char) -> Option<u8> {
    Some(match c {
        'đ' | 'Đ' | 'ð' | 'Ð' | 'ɖ' | 'Ɖ' | 'ᴅ' | 'ɗ' => b'd',
        'ɑ' | 'ᴀ' => b'a',
        'ʙ' | 'ƀ' | 'ɓ' => b'b',
        'ᴄ' | 'ƈ' => b'c',
        'ᴇ' | 'ɛ' | 'ə' => b'e',
        'ꜰ' | 'ƒ' => b'f',
        'ɢ' | 'ɡ' => b'g',
        'ʜ' | 'ħ' => b'h',
        'ı' | 'ɪ' | 'ɩ' => b'i',
        'ᴊ' | 'ȷ' => b'j',
        'ᴋ' | 'ƙ' => b'k',
        'ʟ' | 'ł' | 'Ł' => b'l',
        'ᴍ' => b'm',
        'ɴ' | 'ŋ' => b'n',
        'ᴏ' | 'ø' | 'Ø' | 'ɔ' => b'o',
        'ᴘ' => b'p',
        'ʀ' => b'r',
        'ꜱ' | 'ß' => b's',
        'ᴛ' | 'ŧ' => b't',
        'ᴜ' | 'ʉ' => b'u',
        'ᴠ' => b'v',
        'ᴡ' => b'w',
        'ʏ' => b'y',
        'ᴢ' => b'z',
        _ => return None,
    })
}

fn cyrillic(c: char) -> Option<u8> {
    Some(match c {
        'а' | 'А' => b'a',
        'в' | 'В' | 'Ь' | 'ь' => b'b',
        'с' | 'С' => b'c',
        'ԁ' => b'd',
        'е' | 'Е' | 'э' => b'e',
        'ɡ' => b'g',
        'н' | 'Н' | 'һ' | 'Һ' => b'h',
        'і' | 'І' => b'i',
        'ј' | 'Ј' => b'j',
        'к' | 'К' => b'k',
        'ӏ' | 'Ӏ' => b'l',
        'м' | 'М' => b'm',
        'п' | 'П' => b'n',
        'о' | 'О' => b'o',
        'р' | 'Р' => b'p',
        'ԛ' => b'q',
        'г' => b'r',
        'ѕ' | 'Ѕ' => b's',
        'т' | 'Т' => b't',
        'и' => b'u',
        'ѵ' | 'Ѵ' => b'v',
        'ԝ' => b'w',
        'х' | 'Х' => b'x',
        'у' | 'У' | 'ү' | 'Ү' => b'y',
        _ => return None,
    })
}

/// Greek letters: small and capital ones often look like different Latin letters.
fn greek(c: char) -> Option<u8> {
    Some(match c {
        'α' | 'Α' => b'a',
        'β' | 'Β' => b'b',
        'ϲ' => b'c',
        'δ' => b'd',
        'ε' | 'Ε' => b'e',
        'Η' => b'h',
        'ι' | 'Ι' => b'i',
        'ϳ' => b'j',
        'κ' | 'Κ' => b'k',
        'Μ' => b'm',
        'η' | 'Ν' => b'n',
        'ο' | 'Ο' | 'σ' => b'o',
        'ρ' | 'Ρ' => b'p',
        'τ' | 'Τ' => b't',
        'μ' | 'υ' => b'u',
        'ν' => b'v',
        'ω' => b'w',
        'χ' | 'Χ' => b'x',
        'γ' | 'Υ' => b'y',
        'Ζ' => b'z',
        _ => return None,
    })
}

/// The letter that a sign stands for when it touches letters: `đ@o`, `$ex`.
pub(super) fn sign(c: char) -> Option<u8> {
    Some(match c {
        '@' | '∂' => b'a',
        '¢' | '©' => b'c',
        '€' => b'e',
        '£' => b'l',
        '¤' => b'o',
        '$' | '§' => b's',
        '¥' => b'y',
        _ => return None,
    })
}

/// The letters that a digit stands for when it touches letters, the likeliest first.
pub(super) fn digit(digit: u8) -> &'static [u8] {
    match digit {
        b'0' => b"o",
        b'1' => b"il",
        b'3' => b"e",
        b'4' => b"a",
        b'5' => b"s",
        b'6' | b'9' => b"g",
        b'7' => b"t",
        b'8' => b"b",
        _ => b"",
    }
}

/// Characters that show nothing and separate nothing: zero-width ones, soft hyphens, directions,
/// variation selectors, tags, fillers.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}'
    )
}
