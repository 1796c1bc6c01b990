//! Roman numerals: in capitals only, and only where a word or their own length gives them away.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::letters;
use super::number::{cardinal_of, ordinal};
use super::tokenize::{At, Kind, one_of};

/// Words that a numeral follows.
const TRIGGERS: [&str; 47] = [
    "thứ",
    "khóa",
    "khoá",
    "quý",
    "kỷ",
    "kỉ",
    "loại",
    "cấp",
    "hạng",
    "chương",
    "phần",
    "mục",
    "kỳ",
    "kì",
    "lần",
    "đợt",
    "tập",
    "quyển",
    "khu",
    "vùng",
    "vực",
    "nhóm",
    "bậc",
    "độ",
    "đoạn",
    "khoản",
    "lục",
    "số",
    "bảng",
    "hội",
    "tầng",
    "lớp",
    "ngạch",
    "giai",
    "năm",
    "tháng",
    "điều",
    "hệ",
    "tuyến",
    "giải",
    "chiến",
    "lịch",
    "đường",
    "hồi",
    "vòng",
    "bài",
    "type",
];

/// Kings and popes, whose numbers follow their names.
const REIGNS: [&str; 14] = [
    "hoàng",
    "vua",
    "giáo",
    "nữ",
    "đế",
    "sa",
    "louis",
    "elizabeth",
    "charles",
    "paul",
    "john",
    "henry",
    "george",
    "leo",
];

/// Numerals up to this are common; longer letters are more likely to be something else.
const VALUE_MAX: u32 = 3999;

/// The value of a numeral in its one right form, `None` for any other letters.
pub(super) fn value(letters: &str) -> Option<u32> {
    const FORMS: [(&str, u32); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    if letters.is_empty() || letters.len() > 15 || !letters.bytes().all(|b| b"IVXLCDM".contains(&b))
    {
        return None;
    }
    let (mut rest, mut value, mut written) = (letters, 0, String::new());
    for (form, amount) in FORMS {
        while let Some(after) = rest.strip_prefix(form) {
            (rest, value) = (after, value + amount);
        }
    }
    let mut left = value;
    for (form, amount) in FORMS {
        while left >= amount {
            written.push_str(form);
            left -= amount;
        }
    }
    (rest.is_empty() && written == letters && value <= VALUE_MAX).then_some(value)
}

/// `khóa XIV`, `lần thứ IV`, `thế kỷ XIX - XX`, `quý I và II`
pub(super) fn read(at: At) -> Option<Reading> {
    let value_here = value(at.text(0))?;
    // `V.League`, `A.I.`: glued to what follows it is a letter.
    if at.is(1, ".") && at.kind(2).is_word() {
        return None;
    }
    let triggered = triggered(at);
    if !triggered && !stands_for_itself(at) {
        return None;
    }
    let ordinal_word = at.follows(&["thứ"]);
    let spoken = if ordinal_word { ordinal(value_here) } else { cardinal_of(value_here) };
    if let Some((last, end)) = second(at) {
        let spoken = format!("{spoken} đến {}", cardinal_of(last));
        return Some(Reading::new(end, SemioticClass::Roman, spoken));
    }
    let reading = Reading::new(1, SemioticClass::Roman, spoken);
    if is_perhaps_letter(at) {
        return Some(reading.or_else_read(at.text(0), &[letters::spelled(at.text(0))]));
    }
    Some(reading)
}

/// `khu V`, `lớp X`: after words that letters follow as often as numerals, a lone one may be either.
/// `I` is hardly ever the letter there.
fn is_perhaps_letter(at: At) -> bool {
    const LETTERED: [&str; 9] =
        ["khu", "lớp", "số", "đường", "hệ", "tuyến", "nhóm", "bảng", "type"];
    let region = at.follows(&["khu"]) && one_of(at.before(2), &["quân", "chiến", "liên"]);
    matches!(at.text(0), "V" | "X") && at.follows(&LETTERED) && !region
}

/// The second numeral of a range: `I-III`, `XIX – XX`.
fn second(at: At) -> Option<(u32, isize)> {
    let k = if at.kind(1) == Kind::Space { 2 } else { 1 };
    let balanced = (k == 2) == (at.kind(k + 1) == Kind::Space);
    let last = at.skip_space(k + 1);
    (at.dash(k) && balanced).then_some(())?;
    Some((value(at.text(last))?, last + 1))
}

/// Whether a word before calls for a numeral, or a numeral so called stands before in a list.
pub(super) fn triggered(at: At) -> bool {
    const LIST_MAX: usize = 4;
    let mut here = at;
    for _ in 0..LIST_MAX {
        let word = here.before(1);
        if one_of(word, &TRIGGERS) {
            return !is_letter_name(here);
        }
        let linked = matches!(word, "," | "và" | "-" | "–" | "hoặc" | "đến");
        let previous = here.back(2);
        if !linked || value(here.text(previous)).is_none() {
            return false;
        }
        here = here.moved(previous);
    }
    false
}

/// `vitamin C`, `khối C`, `lớp D`: after these words C, D, L and M are letters.
fn is_letter_name(at: At) -> bool {
    matches!(at.text(0), "C" | "D" | "L" | "M") && at.kind(0) == Kind::Letter
}

/// Without a trigger: two letters or more of I, V and X, or after a ruler's name.
fn stands_for_itself(at: At) -> bool {
    let letters = at.text(0);
    let plain = letters.len() >= 2 && letters.bytes().all(|b| b"IVX".contains(&b));
    let name = at.kind(at.back(1)) == Kind::Capital;
    let reign = name && (1..=4).any(|n| one_of(at.before(n), &REIGNS));
    plain && letters != "XX" && letters != "XXX" || reign && letters != "C"
}
