//! Look-alike characters, combining marks and tone marks in one form each.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::tokenize::is_silent;

/// The one form of characters that look or mean alike.
pub(super) fn fold(c: char) -> char {
    match c {
        '\0'..='\u{7f}' => c,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xff01 + 0x21).unwrap_or(c),
        '\u{2010}' | '\u{2011}' | '\u{2212}' | '\u{fe63}' => '-',
        '—' | '―' | '‒' => '–',
        '‘' | '’' | '′' | '´' | 'ʼ' => '\'',
        '“' | '”' | '„' | '″' | '«' | '»' | '‟' => '"',
        '⁄' | '∕' => '/',
        'º' | '˚' => '°',
        'μ' => 'µ',
        'ð' => 'đ',
        'Ð' => 'Đ',
        'İ' => 'I',
        _ => c,
    }
}

/// A word in the one form that the rules match; `plain` says that no character of it changes alone.
pub(super) fn fold_word(source: &str, plain: bool) -> Cow<'_, str> {
    let decomposed = source.chars().any(|c| ('\u{300}'..='\u{36f}').contains(&c));
    let word: Cow<'_, str> = if plain && !decomposed {
        Cow::Borrowed(source)
    } else {
        let letters = source.chars().filter(|&c| !is_silent(c)).map(fold);
        // Marks that no letter takes in are not said.
        Cow::Owned(letters.nfc().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect())
    };
    match new_tone_placement(&word) {
        Some(moved) => Cow::Owned(moved),
        None => word,
    }
}

/// Open syllables with the tone mark in its old place, and below each the new place.
const OLD_PLACES: &str = "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ \
                          OÀ OÁ OẢ OÃ OẠ OÈ OÉ OẺ OẼ OẸ UỲ UÝ UỶ UỸ UỴ \
                          Oà Oá Oả Oã Oạ Oè Oé Oẻ Oẽ Oẹ Uỳ Uý Uỷ Uỹ Uỵ";
const NEW_PLACES: &str = "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy \
                          ÒA ÓA ỎA ÕA ỌA ÒE ÓE ỎE ÕE ỌE ÙY ÚY ỦY ŨY ỤY \
                          Òa Óa Ỏa Õa Ọa Òe Óe Ỏe Õe Ọe Ùy Úy Ủy Ũy Ụy";

/// Every way in which a word's tone mark may be placed, the word itself first.
pub(super) fn tone_placements(word: &str) -> Vec<String> {
    let mut ways = vec![word.to_owned()];
    for (old, new) in OLD_PLACES.split(' ').zip(NEW_PLACES.split(' ')) {
        for (from, to) in [(old, new), (new, old)] {
            ways.extend(word.strip_suffix(from).map(|onset| format!("{onset}{to}")));
        }
    }
    ways
}

/// `hoà` -> `hòa`, `uỷ` -> `ủy`; `None` when nothing changes. The two are the same syllable; the
/// form `hòa` is the more common one in the press.
fn new_tone_placement(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let mut tail = word.char_indices().rev();
    let (_, last) = tail.next()?;
    if last.is_ascii() || !"àáảãạèéẻẽẹỳýỷỹỵÀÁẢÃẠÈÉẺẼẸỲÝỶỸỴ".contains(last)
    {
        return None;
    }
    let (cut, _) = tail.next()?;
    let mut places = OLD_PLACES.split(' ').zip(NEW_PLACES.split(' '));
    let (_, new) = places.find(|(old, _)| word[cut..] == **old)?;
    let onset = &word[..cut];
    let glide = onset.ends_with(['q', 'Q']);
    (!glide).then(|| format!("{onset}{new}"))
}
