//! Operations and formulas: `A = B x 30%`, `-1,5`, `b² - 4ac`, `tỷ lệ 1:500`, `6,626e-34`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::code::is_formula;
use super::number::{Number, cardinal};
use super::signs;
use super::tokenize::{At, Kind, one_of};

/// Reads a sign by its name, as far as its neighbours make it one.
pub(super) fn read(at: At) -> Option<Reading> {
    let sign = at.text(0);
    if at.kind(0) == Kind::Lower {
        return (sign == "x" && between_factors(at)).then(|| named("nhân"));
    }
    if let Some(script) = signs::read_script(at) {
        return Some(script);
    }
    if let Some(spoken) = signs::pair(sign, at.text(1)) {
        return Some(Reading::new(2, SemioticClass::Math, spoken));
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
        "+" if plus(at) || is_grade(at) => Some(named("cộng")),
        "*" if between_factors(at) => Some(named("nhân")),
        "~" if at.kind(at.skip_space(1)) == Kind::Digits => Some(named("khoảng")),
        ":" if ratio(at) => Some(named("trên")),
        ":" if divides(at) => Some(named("chia")),
        _ => signs::name(sign).map(named),
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

fn is_function(word: &str) -> bool {
    matches!(word, "sin" | "cos" | "tan" | "log" | "lim")
}

/// How far from a sign of a formula another sign belongs to it.
const FORMULA_TOKENS: isize = 16;

/// Whether a formula is written around here.
pub(super) fn in_formula(at: At) -> bool {
    (-FORMULA_TOKENS..=FORMULA_TOKENS).any(|k| is_formula_sign(at.text(k)))
}

/// A single letter that may stand for a number, alone or after a factor (`2x`).
pub(super) fn is_variable(at: At, k: isize) -> bool {
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
        || signs::superscript(at.text(k)).is_some()
}

/// Whether what begins at `k` can be the right side of an operation.
fn begins_term(at: At, k: isize) -> bool {
    is_variable(at, k)
        || at.kind(k) == Kind::Digits
        || matches!(at.text(k), "(" | "√" | "∛" | "∂" | "∫")
        || is_function(at.text(k))
}

/// `b² - 4ac`, `x - a`, `1/2 - 1/3 = 1/6`: a minus between two terms.
///
/// Two mere numbers around a dash are a range or a score, so something must speak for a formula.
pub(super) fn subtracts(at: At) -> bool {
    let Some((left, right)) = sides(at).filter(|_| at.dash(0)) else { return false };
    if !ends_term(at, left) || !begins_term(at, right) {
        return false;
    }
    let small = |k| is_variable(at, k) && at.kind(k) == Kind::Lower;
    let unknown = small(left) || small(right);
    let spaced = at.kind(1) == Kind::Space;
    if unknown && spaced && is_plain(at, left, right) {
        return true;
    }
    let bracket = at.is(left, ")") || at.is(right, "(");
    let raised = at.kind(left) == Kind::Mark;
    let formula =
        unknown || bracket || raised || in_equation(at, left, right) || spaced && among_signs(at);
    formula && in_formula(at)
}

/// Where the neighbours of the sign here stand; it has a space on both sides or on none.
fn sides(at: At) -> Option<(isize, isize)> {
    match (at.kind(-1), at.kind(1)) {
        (Kind::Space, Kind::Space) => Some((-2, 2)),
        (Kind::Space, _) | (_, Kind::Space) => None,
        _ => Some((-1, 1)),
    }
}

/// `25 x 4 |- 15 : 3 = 95`: the next sign on one side is that of another operation, and there is a
/// result.
fn among_signs(at: At) -> bool {
    let operation = |text| matches!(text, "x" | "×" | ":" | "÷" | "+" | "*");
    let beside = operation(at.before(2)) || operation(at.text(at.skip_space(at.skip_space(1) + 1)));
    beside && (1..=FORMULA_TOKENS).any(|ahead| at.is(ahead, "="))
}

/// Whether a sign of equality stands beside the terms that end at `left` and begin at `right`,
/// each a number or a fraction.
fn in_equation(at: At, left: isize, right: isize) -> bool {
    let start = if at.is(left - 1, "/") { left - 2 } else { left };
    let end = if at.is(right + 1, "/") { right + 3 } else { right + 1 };
    let equals_before = at.is(start - 1, "=") || at.is(start - 2, "=");
    equals_before || at.is(at.skip_space(end), "=")
}

/// Whether the fraction from here to `end` is a side of an operation, and so no day of the year:
/// `1/2 + 1/3`, `= -1/6`.
pub(super) fn is_operand(at: At, end: isize) -> bool {
    let operation = |text| matches!(text, "=" | "+" | "×" | "÷");
    let before = if at.dash(-1) { at.before(2) } else { at.before(1) };
    operation(before) || operation(at.text(at.skip_space(end)))
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
    let term = is_variable(at, 1) || at.is(1, "√") || is_function(at.text(1));
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
        matches!(at.kind(k), Kind::Digits | Kind::Letter | Kind::Caps)
            || is_variable(at, k)
            || at.kind(k) == Kind::Mixed && is_formula(at.text(k))
    };
    side(at.back(1)) && side(at.skip_space(1))
}

/// How far back the quote may open that a mark after a letter closes.
const QUOTED_WORDS: usize = 12;

/// `f'(x)`, `y''`: the prime of a derivative.
fn primed(at: At) -> bool {
    let first = is_variable(at, -1) && !at.is(-2, "'") && !at.kind(-2).is_word();
    let second = at.is(-1, "'") && is_variable(at, -2) && !at.is(-3, "'");
    // `A'` is a point, unless the mark closes what another one opened.
    let opens = matches!(at.kind(-2), Kind::Space | Kind::Edge);
    let point = at.kind(-1) == Kind::Letter && opens && !at.near(QUOTED_WORDS, &["'"]);
    first && (in_formula(at) || at.is(1, "(") || at.is(1, "'")) || second || point
}

/// Letters that are factors of one term: `ax²`, `4ac`, `P = mg`.
pub(super) fn read_product(at: At) -> Option<Reading> {
    let letters = at.text(0);
    let product = matches!(letters.len(), 2 | 3)
        && letters.bytes().all(|b| b.is_ascii_lowercase())
        && !is_function(letters);
    let squared = signs::superscript(at.text(1)).is_some() && letters.len() == 2;
    let factor = at.kind(-1) == Kind::Digits && in_formula(at);
    (product && (squared || factor))
        .then(|| Reading::new(1, SemioticClass::Math, super::letters::spelled(letters)))
}

/// Whether the sign of a unit here is two quantities after all: it is what a letter equals.
pub(super) fn is_product_of_quantities(at: At) -> bool {
    let letter = at.kind(at.back(2)) == Kind::Letter;
    let factors = at.kind(0) == Kind::Lower && at.text(0).len() == 2;
    letter && factors && at.follows(&["="]) && !at.is(1, "/")
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
    let term = signs::is_greek(at.text(at.skip_space(1)));
    (right == Kind::Digits || right.is_word() || term)
        && (left == Kind::Digits || left.is_word() || left == Kind::Edge || left == Kind::Mark)
}

/// `C++`, `A+`, `K+`: one plus or two glued to a letter, with nothing after them.
fn is_grade(at: At) -> bool {
    let first = if at.is(-1, "+") { -1 } else { 0 };
    let end = if at.is(first + 1, "+") { first + 2 } else { first + 1 };
    at.kind(first - 1) == Kind::Letter && !at.kind(end).is_word() && at.kind(end) != Kind::Digits
}

/// What may stand on both sides of a sign for multiplication: numbers, units, single letters; in a
/// formula also a bracket and words (`điểm thi x 70%`).
fn between_factors(at: At) -> bool {
    let right = at.skip_space(1);
    let left = at.back(1);
    let factor = |k: isize| {
        matches!(at.kind(k), Kind::Digits | Kind::Letter) || super::measure::is_unit(at, k)
    };
    let spaced = at.kind(-1) == Kind::Space && at.kind(1) == Kind::Space;
    let in_words = || {
        let before = at.is(left, ")") || at.kind(left).is_word();
        let after = at.kind(right) == Kind::Digits || at.is(right, "(");
        spaced && before && after && (in_formula(at) || at.near(8, &["+"]))
    };
    let after = matches!(at.kind(right), Kind::Digits | Kind::Letter);
    factor(left) && after || in_words()
}

/// `10 : 2 = 5`
fn divides(at: At) -> bool {
    let spaced = at.kind(-1) == Kind::Space && at.kind(1) == Kind::Space;
    spaced && at.kind(-2) == Kind::Digits && at.kind(2) == Kind::Digits
}

/// `tỷ lệ nợ/vốn`, `chỉ số P/E`: a slash between words soon after the name of a ratio, unless it
/// stands in the number of a document.
fn is_ratio_of_words(at: At) -> bool {
    const WORDS_BACK: usize = 4;
    const RATIO_NOUNS: [&str; 3] = ["lệ", "số", "suất"];
    let names_ratio = |n| {
        let first = one_of(at.before(n + 1), &["tỷ", "tỉ", "chỉ", "hệ"]);
        first && one_of(at.before(n), &RATIO_NOUNS)
    };
    at.kind(-1).is_word()
        && at.kind(1).is_word()
        && at.near(WORDS_BACK, &RATIO_NOUNS)
        && !at.near(WORDS_BACK, &["văn", "quyết", "định"])
        && (1..=WORDS_BACK).any(names_ratio)
}

/// `tỷ lệ 1:500`, `tỷ lệ đạm, lân, kali là 1:2:3`
fn ratio(at: At) -> bool {
    at.kind(-1) == Kind::Digits && at.kind(1) == Kind::Digits && at.near(8, &["lệ"])
}

/// `6,626e-34`: a number with its power of ten, as instruments print it.
pub(super) fn read_scientific(at: At) -> Option<Reading> {
    let (integer, places) = (at.digits(0), at.digits(2));
    let decimal = !places.is_empty() && matches!(at.text(1), "." | ",");
    let letter = if decimal { 3 } else { 1 };
    let signed = matches!(at.text(letter + 1), "-" | "+");
    let power = at.digits(if signed { letter + 2 } else { letter + 1 });
    let written = matches!(at.text(letter), "e" | "E") && (decimal || signed);
    let end = letter + if signed { 3 } else { 2 };
    if integer.is_empty() || !written || !(1..=3).contains(&power.len()) || at.kind(end).is_word() {
        return None;
    }
    let fraction = decimal.then(|| places.to_owned());
    let number = Number { integer: integer.to_owned(), fraction, grouped: false };
    let minus = if at.is(letter + 1, "-") { "trừ " } else { "" };
    let spoken = format!("{} nhân mười mũ {minus}{}", number.spoken(), cardinal(power));
    Some(Reading::new(end, SemioticClass::Math, spoken))
}
