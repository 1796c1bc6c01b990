//! The hygiene of a text: entities, Unicode form and white space.

use std::borrow::Cow;

use scraper::Html;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// How often a text may have been encoded on its way; two is seen in the wild.
const ENCODED_MAX: usize = 3;

/// Plain NFC text with single spaces, from text that may still hold entities.
pub fn tidy(text: &str) -> String {
    let decoded = decode(text);
    let squeezed = squeeze(&decoded);
    if is_nfc(&squeezed) { squeezed } else { squeezed.nfc().collect() }
}

/// Whether a text surely is in NFC.
pub fn is_nfc(text: &str) -> bool {
    text.chars().all(is_composed) || is_nfc_quick(text.chars()) == IsNormalized::Yes
}

/// The blocks of what Vietnamese texts are written in: letters and signs that neither decompose in
/// NFC nor join others.
fn is_composed(character: char) -> bool {
    matches!(character, ..'\u{300}' | '\u{1e00}'..='\u{1eff}' | '\u{2010}'..='\u{2027}')
}

/// The same as `char::is_alphabetic`; for the letters of Vietnamese without its tables.
pub fn is_letter(character: char) -> bool {
    match character {
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ʯ' | '\u{1e00}'..='\u{1eff}' => true,
        _ => character.is_alphabetic(),
    }
}

/// Adds a character in lower case.
pub fn push_small(text: &mut String, character: char) {
    if character.is_ascii() {
        text.push(character.to_ascii_lowercase());
    } else {
        text.extend(character.to_lowercase());
    }
}

/// The words of a text in lower case, without punctuation: for comparing what was said.
pub fn words(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut add = |character: char| {
        if is_letter(character) || character.is_numeric() {
            push_small(&mut words, character);
        } else if !words.ends_with(' ') && !words.is_empty() {
            words.push(' ');
        }
    };
    if is_nfc(text) {
        text.chars().for_each(&mut add)
    } else {
        text.nfc().for_each(&mut add)
    }
    words.truncate(words.trim_end().len());
    words
}

/// Whether a tidy text has those words. Most differ in the first letter.
pub fn says(text: &str, said: &str) -> bool {
    let first = text.chars().find(|c| is_letter(*c) || c.is_numeric());
    let begins = first.is_none_or(|first| first.to_lowercase().next() == said.chars().next());
    begins && words(text) == said
}

/// Text whose entities were encoded twice or more.
fn decode(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..ENCODED_MAX {
        if !has_entity(&text) {
            break;
        }
        // The parser knows all entities; with `<` escaped it sees nothing but text.
        let fragment = Html::parse_fragment(&text.replace('<', "&lt;"));
        text = Cow::Owned(fragment.root_element().text().collect());
    }
    text
}

/// Whether an `&` begins something of the shape of an entity.
fn has_entity(text: &str) -> bool {
    text.match_indices('&').any(|(at, _)| {
        let name = text.as_bytes()[at + 1..].iter().take(12);
        let length = name.take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
        length > 1 && text.as_bytes().get(at + 1 + length) == Some(&b';')
    })
}

/// White space of any kind becomes one space; what has no width goes.
fn squeeze(text: &str) -> String {
    let mut squeezed = String::with_capacity(text.len());
    for character in text.chars() {
        if is_space(character) {
            if !squeezed.is_empty() && !squeezed.ends_with(' ') {
                squeezed.push(' ');
            }
        } else if !is_invisible(character) {
            squeezed.push(character);
        }
    }
    squeezed.truncate(squeezed.trim_end().len());
    squeezed
}

/// White space as a reader sees it, the no-break and Braille blanks included.
pub fn is_space(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' ' | '\t'..='\r');
    }
    character.is_whitespace() || matches!(character, '\u{2800}' | '\u{3164}')
}

/// Soft hyphens, zero-width and direction marks, joiners and variants, controls, private use.
fn is_invisible(character: char) -> bool {
    if character.is_ascii() {
        return character < ' ' || character == '\u{7f}';
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{e0fff}' | '\u{f0000}'..)
}

#[cfg(test)]
mod tests {
    use unicode_normalization::char::canonical_combining_class;

    use super::*;

    #[test]
    fn entities_are_decoded_however_often_they_were_encoded() {
        assert_eq!(tidy("S&#417;n La"), "Sơn La");
        assert_eq!(tidy("b&amp;#7843;n &amp;amp; m&amp;#432;&#7901;ng"), "bản & mường");
        assert_eq!(tidy("R&D; 3 < 5 & 7"), "R&D; 3 < 5 & 7");
    }

    #[test]
    fn spaces_are_single_and_text_is_nfc() {
        assert_eq!(tidy(" bản\u{a0}\n mường\u{200b}\u{ad} "), "bản mường");
        assert_eq!(tidy("tie\u{302}\u{301}ng"), "tiếng");
        assert_eq!(
            tidy("1\u{202f}000\u{2007}ha\u{3000}\tre\u{300}o\u{2009}cao"),
            "1 000 ha rèo cao"
        );
    }

    #[test]
    fn what_has_no_width_parts_nothing() {
        assert_eq!(tidy("kinh\u{ad}doanh\u{200c}\u{feff}\u{fe0f}"), "kinhdoanh");
        // Marks find their letter across a joiner, and in whatever order they stand.
        assert_eq!(
            tidy("e\u{34f}\u{323}\u{302}, e\u{323}\u{302}, ẹ\u{302}, ê\u{323}"),
            "ệ, ệ, ệ, ệ"
        );
    }

    #[test]
    fn what_is_quickly_told_is_told_rightly() {
        for character in char::MIN..=char::MAX {
            assert_eq!(is_letter(character), character.is_alphabetic(), "{character:?}");
            let is_nfc = is_nfc_quick(std::iter::once(character)) == IsNormalized::Yes;
            let is_starter = canonical_combining_class(character) == 0;
            assert!(!is_composed(character) || is_nfc && is_starter, "{character:?}");
        }
    }

    #[test]
    fn texts_say_their_words() {
        assert!(says("“Đường mới”, về bản!", "đường mới về bản"));
        assert!(!says("Đường mới", "đường mới về bản") && !says("Lối cũ", "đường mới"));
        assert!(says("…", "") && !says("A", "") && !says("", "a"));
    }

    #[test]
    fn words_ignore_case_and_punctuation() {
        assert_eq!(words("“Đường mới”, về bản!"), "đường mới về bản");
    }
}
