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

/// Reads a sign by its name, as far as its neighbours make it one.
pub(super) fn read(at: At) -> Option<Reading> {
    let sign = at.text(0);
    if at.kind(0) == Kind::Lower {
        return (sign == "x" && between_factors(at)).then(|| named("nhân"));
    }
    if let Some(script) = raised(at).or_else(|| lowered(at)) {
        return Some(script);
    }
    match sign {
        "-" | "–" if subtracts(at) => Some(named("trừ")),
        "-" | "–" if negates(at) => Some(named("âm")),
        "-" if at.is(-1, "^") && at.kind(1) == Kind::Digits => Some(named("trừ")),
        "!" if factorial(at) => Some(named("giai thừa")),
        "/" if is_ratio_of_words(at) || divided(at) => Some(named("trên")),
        "→" if between_sides(at) => Some(named("đến")),
        "·" if in_formula(at) => Some(named("nhân")),
        "'" if primed(at) => Some(named("phẩy")),
        "|" if at.is(2, "|") && is_variable(at, 1) => Some(named("giá trị tuyệt đối của")),
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

/// Signs and words that only formulas have.
fn is_formula_sign(text: &str) -> bool {
    matches!(
        text,
        "=" | "≠"
            | "≈"
            | "≤"
            | "≥"
            | "±"
            | "√"
            | "∛"
            | "∫"
            | "∮"
            | "∂"
            | "∑"
            | "Σ"
            | "∈"
            | "^"
            | "²"
            | "³"
            | "math"
            | "log"
            | "sin"
            | "cos"
            | "tan"
            | "lim"
            | "phức"
            | "thức"
            | "đa"
    )
}

/// How far from a sign of a formula another sign belongs to it.
const FORMULA_TOKENS: isize = 16;

/// Whether a formula is written around here.
fn in_formula(at: At) -> bool {
    (-FORMULA_TOKENS..=FORMULA_TOKENS).any(|k| is_formula_sign(at.text(k)))
}

/// A single letter that may stand for a number, alone or after a factor (`2x`).
fn is_variable(at: At, k: isize) -> bool {
    let letter = matches!(at.kind(k), Kind::Letter)
        || at.kind(k) == Kind::Lower && at.text(k).chars().count() == 1;
    letter && at.text(k).is_ascii()
}

/// Whether what ends at `k` can be the left side of an operation.
fn ends_term(at: At, k: isize) -> bool {
    let product = at.kind(k) == Kind::Lower
        && at.text(k).len() <= 2
        && at.text(k).is_ascii()
        && at.kind(k - 1) == Kind::Digits;
    is_variable(at, k)
        || product
        || at.kind(k) == Kind::Digits
        || matches!(at.text(k), ")" | "²" | "³" | "!")
        || superscript(at.text(k)).is_some()
}

/// Whether what begins at `k` can be the right side of an operation.
fn begins_term(at: At, k: isize) -> bool {
    is_variable(at, k)
        || at.kind(k) == Kind::Digits
        || matches!(at.text(k), "(" | "√" | "∛" | "∂" | "∫")
        || matches!(at.text(k), "sin" | "cos" | "tan" | "log" | "lim")
}

/// `b² - 4ac`, `x - a`: a minus between two terms, one of which is no mere number.
pub(super) fn subtracts(at: At) -> bool {
    let spaced = at.kind(-1) == Kind::Space;
    let (left, right) = if spaced { (-2, 2) } else { (-1, 1) };
    if !at.dash(0) || spaced != (at.kind(1) == Kind::Space) {
        return false;
    }
    let terms = ends_term(at, left) && begins_term(at, right);
    let variable = is_variable(at, left) && at.kind(left) == Kind::Lower
        || is_variable(at, right) && at.kind(right) == Kind::Lower;
    let equation =
        at.is(at.skip_space(right + 1), "=") || at.is(left - 1, "=") || at.is(left - 2, "=");
    terms
        && (variable && spaced && is_plain(at, left, right)
            || in_formula(at)
                && (variable
                    || equation
                    || at.is(left, ")")
                    || at.is(right, "(")
                    || at.kind(left) == Kind::Mark))
}

/// `2x - 3`, `x - a`: terms of small letters that are not units of the numbers before them.
fn is_plain(at: At, left: isize, right: isize) -> bool {
    let unknown = |k: isize| matches!(at.text(k), "x" | "y" | "z" | "a" | "b" | "c" | "n" | "k");
    (unknown(left) || unknown(right)) && (unknown(left) || at.kind(left) == Kind::Digits)
}

/// `-x`, `(-b + 2)`, `-sin x`
fn negates(at: At) -> bool {
    let opens = matches!(at.kind(-1), Kind::Space | Kind::Edge)
        || matches!(at.text(-1), "(" | "=" | "<" | ">");
    let term = is_variable(at, 1) || matches!(at.text(1), "√" | "sin" | "cos" | "tan" | "log");
    at.is(0, "-") && opens && term && in_formula(at)
}

/// `5! = 120`, `k!(n-k)!`
fn factorial(at: At) -> bool {
    let of = at.kind(-1) == Kind::Digits || is_variable(at, -1) || at.is(-1, ")");
    let goes_on = matches!(at.text(1), ")" | "(" | "/") || at.is(at.skip_space(1), "=");
    of && (goes_on || in_formula(at)) && !at.is(1, "\"")
}

/// `(a+b)/(c-d)`, `dy/dx`, `1/√3`
fn divided(at: At) -> bool {
    let right = at.skip_space(1);
    let left = at.back(1);
    let root = matches!(at.text(right), "√" | "∂");
    let differential = at.text(left).starts_with('d') && at.text(right).starts_with('d');
    let bracket = at.is(left, ")") || at.is(right, "(") || at.is(left, "!");
    let terms = ends_term(at, left) && begins_term(at, right);
    root || in_formula(at)
        && (terms && (bracket || is_variable(at, left)) || differential && at.text(left).len() == 2)
}

/// An arrow between two amounts or two sides of a reaction.
fn between_sides(at: At) -> bool {
    let side = |k: isize| {
        matches!(at.kind(k), Kind::Digits | Kind::Letter | Kind::Caps) || is_variable(at, k)
    };
    side(at.back(1)) && side(at.skip_space(1))
}

/// `f'(x)`, `y''`: the prime of a derivative.
fn primed(at: At) -> bool {
    let first = is_variable(at, -1) && !at.is(-2, "'") && !at.kind(-2).is_word();
    let second = at.is(-1, "'") && is_variable(at, -2) && !at.is(-3, "'");
    first && (in_formula(at) || at.is(1, "(") || at.is(1, "'")) || second
}

/// The plain form of a raised digit, sign or letter.
fn superscript(sign: &str) -> Option<&'static str> {
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
        return Some(named("i"));
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

/// Letters that are factors of one term: `ax²`, `4ac`.
pub(super) fn read_product(at: At) -> Option<Reading> {
    let letters = at.text(0);
    let product = matches!(letters.len(), 2 | 3) && letters.bytes().all(|b| b.is_ascii_lowercase());
    let squared = superscript(at.text(1)).is_some() && letters.len() == 2;
    let factor = at.kind(-1) == Kind::Digits && in_formula(at);
    (product && (squared || factor))
        .then(|| Reading::new(1, SemioticClass::Math, super::letters::spelled(letters)))
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

/// `tỷ lệ nợ/vốn`, `chỉ số P/E`: a slash between words after a word for a ratio.
pub(super) fn is_ratio_of_words(at: At) -> bool {
    let words = at.kind(-1).is_word() && at.kind(1).is_word();
    words
        && at.near(4, &["lệ", "số", "suất"])
        && !at.near(4, &["văn", "quyết", "định"])
        && (1..=4).any(|n| {
            let ratio = matches!(at.before(n), "lệ" | "số" | "suất");
            ratio && matches!(at.before(n + 1).to_lowercase().as_str(), "tỷ" | "tỉ" | "chỉ" | "hệ")
        })
}

/// `tỷ lệ 1:500`
fn ratio(at: At) -> bool {
    at.kind(-1) == Kind::Digits && at.kind(1) == Kind::Digits && at.near(4, &["lệ"])
}
