//! Signs that have a name, and raised and lowered figures: `≥`, `Δ`, `10⁻³`, `CO₂`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::math::is_variable;
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
    ("⅙", "một phần sáu"),
    ("⅛", "một phần tám"),
    ("⅜", "ba phần tám"),
    ("⅝", "năm phần tám"),
    ("⅞", "bảy phần tám"),
    ("⅖", "hai phần năm"),
    ("⅗", "ba phần năm"),
    ("⅘", "bốn phần năm"),
    ("∛", "căn bậc ba"),
    ("∫", "tích phân"),
    ("∮", "tích phân đường"),
    ("∂", "đạo hàm riêng"),
    ("⇔", "tương đương"),
    ("↔", "tương đương"),
    ("∃", "tồn tại"),
    ("∀", "với mọi"),
    ("∉", "không thuộc"),
    ("⊂", "con của"),
    ("∪", "hợp"),
    ("∩", "giao"),
    ("ℝ", "tập số thực"),
    ("ℤ", "tập số nguyên"),
    ("ℕ", "tập số tự nhiên"),
    ("ℚ", "tập số hữu tỷ"),
    ("ℂ", "tập số phức"),
    ("α", "an pha"),
    ("Α", "an pha"),
    ("β", "bê ta"),
    ("Β", "bê ta"),
    ("γ", "gam ma"),
    ("Γ", "gam ma"),
    ("δ", "đen ta"),
    ("Δ", "đen ta"),
    ("ε", "ép xi lon"),
    ("η", "ê ta"),
    ("θ", "tê ta"),
    ("λ", "lam đa"),
    ("µ", "muy"),
    ("π", "pi"),
    ("ρ", "rô"),
    ("σ", "xích ma"),
    ("Σ", "xích ma"),
    ("τ", "tô"),
    ("φ", "phi"),
    ("Φ", "phi"),
    ("χ", "khi"),
    ("ψ", "pơ xi"),
    ("ω", "ô mê ga"),
    ("Ω", "ôm"),
    ("Ω", "ôm"),
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

/// The name of a sign that is said wherever it stands.
pub(super) fn name(sign: &str) -> Option<&'static str> {
    SIGNS.iter().find(|(known, _)| *known == sign).map(|(_, name)| *name)
}

/// The name of a sign that is typed as two, for want of a key: `>=` for `≥`.
pub(super) fn pair(first: &str, second: &str) -> Option<&'static str> {
    let sign = match (first, second) {
        (">", "=") => "≥",
        ("<", "=") => "≤",
        ("=", ">") => "⇒",
        _ => return None,
    };
    name(sign)
}

/// Whether a sign is a letter of the Greek alphabet.
pub(super) fn is_greek(sign: &str) -> bool {
    sign.starts_with(['µ', '∆', '∑']) || sign.starts_with(|c| ('\u{391}'..='\u{3c9}').contains(&c))
}

/// Reads raised and lowered figures.
pub(super) fn read_script(at: At) -> Option<Reading> {
    raised(at).or_else(|| lowered(at))
}

/// The plain form of a raised digit, sign or letter.
pub(super) fn superscript(sign: &str) -> Option<&'static str> {
    const RAISED: [(&str, &str); 15] = [
        ("⁰", "0"),
        ("¹", "1"),
        ("²", "2"),
        ("³", "3"),
        ("⁴", "4"),
        ("⁵", "5"),
        ("⁶", "6"),
        ("⁷", "7"),
        ("⁸", "8"),
        ("⁹", "9"),
        ("⁺", "+"),
        ("⁻", "-"),
        ("ⁿ", "n"),
        ("ⁱ", "i"),
        ("ˣ", "x"),
    ];
    RAISED.iter().find(|(raised, _)| *raised == sign).map(|(_, plain)| *plain)
}

/// `10⁻³`, `2ⁿ`, `x⁴`: a power; a raised figure after a word is the number of a note, left to
/// others.
fn raised(at: At) -> Option<Reading> {
    const DIGITS_MAX: isize = 6;
    let base = at.kind(-1) == Kind::Digits
        || is_variable(at, -1)
        || at.is(-1, ")")
        || at.kind(-1) == Kind::Lower && at.text(-1).len() == 2 && at.text(-1).is_ascii();
    let first = superscript(at.text(0)).filter(|_| base)?;
    let mut power = String::new();
    let mut end = 0;
    while let Some(plain) = superscript(at.text(end)).filter(|_| end < DIGITS_MAX) {
        power.push_str(plain);
        end += 1;
    }
    let spoken = match (first, power.as_str()) {
        (_, "2") => "bình phương".to_owned(),
        (letter @ ("n" | "i" | "x"), _) => format!("mũ {}", super::letters::spelled(letter)),
        (_, signed) => {
            let sign = if signed.starts_with('-') { "trừ " } else { "" };
            let digits: String = signed.chars().filter(char::is_ascii_digit).collect();
            if digits.is_empty() {
                return None;
            }
            format!("mũ {sign}{}", super::number::cardinal(&digits))
        }
    };
    Some(Reading::new(end.max(1), SemioticClass::Math, spoken))
}

/// `CO₂`, `log₃`, `aᵢ`: lowered figures are said as they are.
fn lowered(at: At) -> Option<Reading> {
    const LOWERED: &str = "₀₁₂₃₄₅₆₇₈₉";
    const DIGITS_MAX: isize = 6;
    if at.is(0, "ᵢ") {
        return Some(Reading::new(1, SemioticClass::Math, "i"));
    }
    let digit = |k: isize| {
        let mut chars = at.text(k).chars();
        let lowered =
            chars.next().filter(|_| at.kind(k) == Kind::Mark && chars.next().is_none())?;
        LOWERED.chars().position(|c| c == lowered)
    };
    let mut digits = String::new();
    let mut end = 0;
    while let Some(value) = digit(end).filter(|_| end < DIGITS_MAX) {
        digits.push_str(&value.to_string());
        end += 1;
    }
    (end > 0).then(|| Reading::new(end, SemioticClass::Math, super::number::cardinal(&digits)))
}
