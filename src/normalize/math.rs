//! Mathematical and other signs that have a name: `A = B x 30%`, `> 65`, `-1,5`, `&`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::tokenize::{At, Kind};

/// Signs that are said wherever they stand.
const SIGNS: &[(&str, &str)] = &[
    ("=", "bằng"),
    ("≠", "khác"),
    ("≈", "xấp xỉ"),
    ("≤", "nhỏ hơn hoặc bằng"),
    ("≥", "lớn hơn hoặc bằng"),
    ("<", "nhỏ hơn"),
    (">", "lớn hơn"),
    ("±", "cộng trừ"),
    ("×", "nhân"),
    ("÷", "chia"),
    ("%", "phần trăm"),
    ("‰", "phần nghìn"),
    ("°", "độ"),
    ("&", "và"),
    ("@", "a còng"),
    ("²", "bình phương"),
    ("³", "mũ ba"),
    ("½", "một phần hai"),
    ("⅓", "một phần ba"),
    ("¼", "một phần tư"),
    ("¾", "ba phần tư"),
    ("⅔", "hai phần ba"),
    ("⅕", "một phần năm"),
    ("⅛", "một phần tám"),
    ("℉", "độ ép"),
    ("⇒", "suy ra"),
    ("√", "căn bậc hai"),
    ("∞", "vô cùng"),
    ("^", "mũ"),
    ("$", "đô la"),
    ("€", "ơ rô"),
    ("£", "bảng Anh"),
    ("¥", "yên"),
    ("₫", "đồng"),
    ("§", "mục"),
    ("№", "số"),
    ("℃", "độ xê"),
    ("∆", "đen ta"),
    ("∑", "tổng"),
    ("∈", "thuộc"),
    ("¢", "xu"),
];

/// Reads a sign by its name, as far as its neighbours make it one.
pub(super) fn read(at: At) -> Option<Reading> {
    let sign = at.text(0);
    if at.kind(0) == Kind::Lower {
        return (sign == "x" && between_factors(at)).then(|| named("nhân"));
    }
    match sign {
        "-" if minus(at) => Some(named(if at.follows(&["âm", "trừ"]) { "" } else { "âm" })),
        "+" if plus(at) => Some(named("cộng")),
        "*" if between_factors(at) => Some(named("nhân")),
        "~" if at.kind(at.skip_space(1)) == Kind::Digits => Some(named("khoảng")),
        ":" if ratio(at) => Some(named("trên")),
        ":" if divides(at) => Some(named("chia")),
        _ => {
            let (_, spoken) = SIGNS.iter().find(|(known, _)| *known == sign)?;
            Some(named(spoken))
        }
    }
}

fn named(spoken: &str) -> Reading {
    Reading::new(1, SemioticClass::Math, spoken)
}

/// A hyphen glued to a number with nothing before it that it could join.
fn minus(at: At) -> bool {
    let opens = matches!(at.kind(-1), Kind::Space | Kind::Edge)
        || matches!(at.text(-1), "(" | "=" | "<" | ">");
    at.kind(1) == Kind::Digits && opens
}

/// Between numbers or letters: `90+3`, `ASEAN+3`, `a + b`.
fn plus(at: At) -> bool {
    let right = at.kind(at.skip_space(1));
    let left = at.kind(at.back(1));
    (right == Kind::Digits || right.is_word())
        && (left == Kind::Digits || left.is_word() || left == Kind::Edge || left == Kind::Mark)
}

/// What may stand on both sides of a sign for multiplication: numbers, units, single letters.
fn between_factors(at: At) -> bool {
    let right = at.skip_space(1);
    let left = at.back(1);
    let factor = |k: isize| {
        matches!(at.kind(k), Kind::Digits | Kind::Letter) || super::measure::is_unit(at, k)
    };
    let after = matches!(at.kind(right), Kind::Digits | Kind::Letter);
    factor(left) && after
}

/// `10 : 2 = 5`
fn divides(at: At) -> bool {
    let spaced = at.kind(-1) == Kind::Space && at.kind(1) == Kind::Space;
    spaced && at.kind(-2) == Kind::Digits && at.kind(2) == Kind::Digits
}

/// `tỷ lệ 1:500`
fn ratio(at: At) -> bool {
    at.kind(-1) == Kind::Digits && at.kind(1) == Kind::Digits && at.near(4, &["lệ"])
}
