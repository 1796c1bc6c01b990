//! What the rules cannot know: unstressed words, exceptions, and the names of letters and signs.

/// Function words that are said with the weaker stress, in code point order. Measured: these and
/// no others among all Vietnamese syllables, alone and in sentences alike.
const UNSTRESSED: [&str; 40] = [
    "bị", "bởi", "cho", "chưa", "chẳng", "con", "các", "cái", "còn", "của", "dù", "dẫu", "hoặc",
    "khi", "khoảng", "không", "là", "lúc", "mà", "mọi", "mỗi", "như", "nhưng", "những", "nên",
    "nếu", "phải", "sẽ", "thì", "tới", "từ", "và", "vì", "vẫn", "với", "đang", "đã", "được", "đến",
    "để",
];

/// Syllables that espeak-ng says against its own rules, in code point order.
///
/// Without a tone mark it takes gi and qu for the consonant alone, and it spells out what it does
/// not believe to be a word (buyến). Only qui and giêng are in daily use.
const EXCEPTIONS: [(&str, &str); 20] = [
    ("buyến", "bˈe ˈu ˈi ˈeɜ ˈɛnəː2"),
    ("buyết", "bˈe ˈu ˈi ˈeɜ tˈe"),
    ("buyền", "bˈe ˈu ˈi ˈe2 ˈɛnəː2"),
    ("buyển", "bˈe ˈu ˈi ˈe4 ˈɛnəː2"),
    ("buyễn", "bˈe ˈu ˈi ˈe5 ˈɛnəː2"),
    ("buyện", "bˈe ˈu ˈi ˈe6 ˈɛnəː2"),
    ("buyệt", "bˈe ˈu ˈi ˈe6 tˈe"),
    ("gi", "z"),
    ("gim", "zm"),
    ("gin", "zn"),
    ("ginh", "zɲ"),
    ("giua", "zˈuaː"),
    ("giêng", "zˈiɛ1ŋ"),
    ("giếc", "zˈiɛɜkh"),
    ("giếch", "zˈiɛɜkhh"),
    ("giệc", "zˈiɛ6kh"),
    ("giệch", "zˈiɛ6khh"),
    ("qui", "kwj"),
    ("quin", "kwjn"),
    ("quinh", "kwjɲ"),
];

/// Whether a lower-case word in NFC is said with the weaker stress.
pub fn is_unstressed(word: &str) -> bool {
    UNSTRESSED.binary_search(&word).is_ok()
}

/// The sounds of a lower-case word in NFC that does not follow the rules.
pub fn exception(word: &str) -> Option<&'static str> {
    let found = EXCEPTIONS.binary_search_by_key(&word, |&(spelling, _)| spelling).ok()?;
    Some(EXCEPTIONS[found].1)
}

/// What a lower-case letter is called, in Vietnamese words.
pub fn letter_name(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a' => "a",
        'ă' => "á",
        'â' => "ớ",
        'b' => "bê",
        'c' => "xê",
        'd' => "dê",
        'đ' => "đê",
        'e' => "e",
        'ê' => "ê",
        'f' => "ép",
        'g' => "giê",
        'h' => "hát",
        'i' | 'y' => "i",
        'j' => "di",
        'k' => "ca",
        'l' => "e lờ",
        'm' => "em mờ",
        'n' => "en nờ",
        'o' => "o",
        'ô' => "ô",
        'ơ' => "ơ",
        'p' => "pê",
        'q' => "quy",
        'r' => "e rờ",
        's' => "ét xì",
        't' => "tê",
        'u' => "u",
        'ư' => "ư",
        'v' => "vê",
        'w' => "vê kép",
        'x' => "ích xì",
        'z' => "dét",
        _ => return None,
    })
}

/// What a digit is called.
pub fn digit_name(digit: char) -> Option<&'static str> {
    const NAMES: [&str; 10] =
        ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];
    digit.to_digit(10).map(|value| NAMES[value as usize])
}

/// What a sign between words is called; `None` for one that is not said, such as a quotation mark.
pub fn sign_name(sign: char) -> Option<&'static str> {
    Some(match sign {
        '%' => "phần trăm",
        '‰' => "phần nghìn",
        '&' => "và",
        '+' => "cộng",
        '=' => "bằng",
        '×' => "nhân",
        '÷' => "chia",
        '±' => "cộng trừ",
        '<' => "nhỏ hơn",
        '>' => "lớn hơn",
        '@' => "a còng",
        '#' => "thăng",
        '$' => "đô la",
        '€' => "ơ rô",
        '£' => "bảng",
        '¥' => "yên",
        '₫' => "đồng",
        '°' => "độ",
        '§' => "mục",
        '/' => "trên",
        // What compatibility forms make of ½.
        '\u{2044}' => "phần",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order() {
        assert!(UNSTRESSED.is_sorted());
        assert!(EXCEPTIONS.is_sorted_by_key(|&(spelling, _)| spelling));
    }
}
