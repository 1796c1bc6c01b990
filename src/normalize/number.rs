//! Numbers: cardinal, decimal, digit by digit; how they are written and how they are said.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::counted::is_padded_count;
use super::tokenize::{At, Kind};

const DIGITS: [&str; 10] = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"];

/// Longer numbers are said digit by digit: above this no newsreader says a cardinal.
const CARDINAL_DIGITS_MAX: usize = 19;

/// Groups of three that one written number may have; bounds the look-ahead.
const GROUPS_MAX: usize = 6;

/// A number as written, its grouping marks gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    pub integer: String,
    /// The digits after the decimal mark; `None` for a whole number.
    pub fraction: Option<String>,
    /// Whether it was written with marks between thousands: then it is no date, year or code.
    pub grouped: bool,
}

/// The number that begins at `k`, and the offset of the token after it.
///
/// A dot or a comma before exactly three digits separates thousands when it is a dot, or when it is
/// a comma and there are several; otherwise it is the decimal mark. Spaces separate thousands too.
pub(super) fn number(at: At, k: isize) -> Option<(Number, isize)> {
    let first = at.digits(k);
    if first.is_empty() {
        return None;
    }
    let leads = first.len() <= 3 && !first.starts_with('0');
    for mark in [".", ",", " "] {
        let Some((integer, end)) = leads.then(|| grouped(at, k, mark)).flatten() else { continue };
        let groups = (end - k) / 2;
        if mark == "," && groups < 2 && decimals(at, end, ".").is_none() {
            continue;
        }
        let decimal_mark = if mark == "," { "." } else { "," };
        let (fraction, end) =
            decimals(at, end, decimal_mark).map_or((None, end), |(f, e)| (Some(f), e));
        return Some((Number { integer, fraction, grouped: true }, end));
    }
    let decimal = decimals(at, k + 1, ",").or_else(|| decimals(at, k + 1, "."));
    let (fraction, end) = decimal.map_or((None, k + 1), |(f, e)| (Some(f), e));
    Some((Number { integer: first.to_owned(), fraction, grouped: false }, end))
}

/// Digits in groups of three after the first, with one mark between them throughout.
fn grouped(at: At, k: isize, mark: &str) -> Option<(String, isize)> {
    if !at.is(k + 1, mark) || at.digits(k + 2).len() != 3 {
        return None;
    }
    let mut integer = at.digits(k).to_owned();
    let mut end = k + 1;
    while at.is(end, mark) && at.digits(end + 1).len() == 3 {
        integer.push_str(at.digits(end + 1));
        end += 2;
        if integer.len() > 3 * (GROUPS_MAX + 1) {
            return None;
        }
    }
    // A fourth digit or another dot means that this is no number: an address, a version, a date.
    let goes_on = at.is(end, mark) && mark == "." && !at.digits(end + 1).is_empty();
    (!goes_on).then_some((integer, end))
}

/// The decimal mark at `k` and the digits after it.
fn decimals(at: At, k: isize, mark: &str) -> Option<(String, isize)> {
    let digits = at.digits(k + 1);
    let alone = !at.is(k + 2, mark) || at.digits(k + 3).is_empty();
    (at.is(k, mark) && !digits.is_empty() && alone).then(|| (digits.to_owned(), k + 2))
}

impl Number {
    /// Said as a cardinal or decimal.
    pub fn spoken(&self) -> String {
        let integer = if self.integer.len() > 1 && self.integer.starts_with('0') {
            digits(&self.integer)
        } else {
            cardinal(&self.integer)
        };
        match &self.fraction {
            // `1.000,00` is an amount of money to the last coin.
            Some(fraction) if self.grouped && fraction == "00" => integer,
            None => integer,
            Some(fraction) => format!("{integer} phẩy {}", decimal_places(fraction)),
        }
    }

    /// Its value when it is whole and small enough.
    pub fn whole(&self) -> Option<u32> {
        if self.fraction.is_some() { None } else { self.integer.parse().ok() }
    }
}

/// Whether the digits can be a year of our era.
pub(super) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && digits.starts_with(['1', '2'])
}

/// Up to three places are said as a number unless they begin with a zero; else digit by digit.
fn decimal_places(places: &str) -> String {
    if places.len() <= 3 && !places.starts_with('0') { cardinal(places) } else { digits(places) }
}

/// Each digit by its name.
pub(super) fn digits(written: &str) -> String {
    let names = written.bytes().filter(u8::is_ascii_digit).map(|b| DIGITS[usize::from(b - b'0')]);
    names.collect::<Vec<_>>().join(" ")
}

/// A whole number in words: 2024 is `hai nghìn không trăm hai mươi tư`.
pub(super) fn cardinal(written: &str) -> String {
    let significant = written.trim_start_matches('0');
    if significant.is_empty() {
        return DIGITS[0].to_owned();
    }
    if significant.len() > CARDINAL_DIGITS_MAX {
        return digits(written);
    }
    let value = significant.bytes().fold(0_u64, |value, b| value * 10 + u64::from(b - b'0'));
    let mut words = Vec::new();
    push_cardinal(value, false, &mut words);
    words.join(" ")
}

/// A number that names something, so that a zero before it is said: `05` is `không năm`, `100` is
/// `một trăm`.
pub(super) fn in_code(written: &str) -> String {
    if written.starts_with('0') { digits(written) } else { cardinal(written) }
}

/// The cardinal of a small number.
pub(super) fn cardinal_of(value: u32) -> String {
    cardinal(&value.to_string())
}

/// `inner` means that higher groups were said already, so hundreds must be said even when zero.
fn push_cardinal(value: u64, mut inner: bool, words: &mut Vec<&'static str>) {
    for (unit, name) in [(1_000_000_000, "tỷ"), (1_000_000, "triệu"), (1_000, "nghìn")] {
        // Above the billions the count is itself said in billions: `một tỷ tỷ`.
        let count = if unit == 1_000_000_000 { value / unit } else { value / unit % 1000 };
        if count > 0 {
            push_cardinal(count, inner, words);
            words.push(name);
            inner = true;
        }
    }
    push_hundreds((value % 1000) as usize, inner, words);
}

fn push_hundreds(value: usize, inner: bool, words: &mut Vec<&'static str>) {
    let (hundreds, tens, units) = (value / 100, value / 10 % 10, value % 10);
    if value == 0 {
        return;
    }
    if hundreds > 0 || inner {
        words.extend([DIGITS[hundreds], "trăm"]);
    }
    match tens {
        0 if units > 0 && (hundreds > 0 || inner) => words.push("linh"),
        0 => {}
        1 => words.push("mười"),
        _ => words.extend([DIGITS[tens], "mươi"]),
    }
    match (tens, units) {
        (_, 0) => {}
        (2.., 1) => words.push("mốt"),
        (2.., 4) => words.push("tư"),
        (1.., 5) => words.push("lăm"),
        _ => words.push(DIGITS[units]),
    }
}

/// `thứ 1`, `lần thứ 4`, `hạng 1`: the first and the fourth have names of their own.
pub(super) fn ordinal(value: u32) -> String {
    match value {
        1 => "nhất".to_owned(),
        4 => "tư".to_owned(),
        _ => cardinal_of(value),
    }
}

/// Reads a number after `thứ` or `hạng` as an ordinal.
pub(super) fn read_ordinal(at: At) -> Option<Reading> {
    let thu = at.follows(&["thứ"]);
    let hang = at.follows(&["hạng"]);
    let (number, end) = number(at, 0)?;
    let value = number.whole().filter(|_| thu || hang)?;
    let spoken = if thu || value == 1 { ordinal(value) } else { cardinal_of(value) };
    Some(Reading::new(end, SemioticClass::Ordinal, spoken))
}

/// Nouns after which digits are a name, not an amount.
const DIGIT_NAMES: [&str; 16] = [
    "cccd", "cmnd", "stk", "mst", "otp", "pin", "imei", "id", "thuế", "thẻ", "seri", "sê-ri",
    "khoản", "mã", "cước", "vạch",
];

/// `mã vé ABC-1234`, `mã lô 51M-234`: digits after letters and a hyphen, in what is called a code.
fn is_in_code(at: At) -> bool {
    at.dash(-1) && matches!(at.kind(-2), Kind::Letter | Kind::Caps) && at.near(6, &["mã"])
}

/// Reads whatever number no other rule has claimed.
pub(super) fn read_number(at: At) -> Option<Reading> {
    let written = at.digits(0);
    if is_padded_count(at) {
        return Some(Reading::new(1, SemioticClass::Cardinal, cardinal(written)));
    }
    let named = written.len() >= 6 && (at.near(6, &DIGIT_NAMES) || at.before(1) == ":")
        || written.len() >= 3 && is_in_code(at)
        || written.len() >= 4 && at.is(-1, "#");
    if written.len() > CARDINAL_DIGITS_MAX
        || named
        || (written.len() > 1 && written.starts_with('0') && !matches!(at.text(1), "," | "."))
    {
        return Some(Reading::new(1, SemioticClass::Digits, digits(written)));
    }
    let (number, end) = number(at, 0)?;
    let class = match number.fraction {
        Some(_) => SemioticClass::Decimal,
        None => SemioticClass::Cardinal,
    };
    Some(Reading::new(end, class, number.spoken()))
}

/// `+/-3%`: more or less by as much.
pub(super) fn read_tolerance(at: At) -> Option<Reading> {
    let sign = at.is(0, "+") && at.is(1, "/") && at.dash(2);
    (sign && at.kind(at.skip_space(3)) == Kind::Digits)
        .then(|| Reading::new(3, SemioticClass::Math, "cộng trừ"))
}

/// `650+`, `18+`: so many and more.
pub(super) fn read_and_more(at: At) -> Option<Reading> {
    let alone = !at.kind(1).is_word() && at.kind(1) != Kind::Digits && !at.is(1, "+");
    (at.is(0, "+") && at.kind(-1) == Kind::Digits && alone)
        .then(|| Reading::new(1, SemioticClass::Math, "cộng"))
}

/// `12/5/3/1`: digits between slashes, four groups or more, are no date; alleys of alleys, mostly.
pub(super) fn read_slashed(at: At) -> Option<Reading> {
    const GROUPS_SAID_MAX: isize = 32;
    let group = |k: isize| at.is(2 * k - 1, "/") && at.kind(2 * k) == Kind::Digits;
    if !(1..=3).all(group) {
        return None;
    }
    let count = (4..GROUPS_SAID_MAX).find(|&k| !group(k)).unwrap_or(GROUPS_SAID_MAX);
    let spoken: Vec<String> = (0..count).map(|k| cardinal(at.digits(2 * k))).collect();
    Some(Reading::new(2 * count - 1, SemioticClass::Digits, spoken.join(" trên ")))
}

/// Digits between dots, four groups or more: an address on a network, a version, a section.
pub(super) fn read_dotted(at: At) -> Option<Reading> {
    const GROUPS_SAID_MAX: usize = 8;
    let mut groups = vec![at.digits(0)];
    let mut end = 1;
    while at.is(end, ".") && at.kind(end + 1) == Kind::Digits && groups.len() < GROUPS_SAID_MAX {
        groups.push(at.digits(end + 1));
        end += 2;
    }
    // Addresses on a network are said digit by digit, sections and versions by their numbers.
    let by_digits = groups.len() > 3 || groups.iter().any(|group| group.len() > 2);
    let said = |group: &&str| if by_digits { digits(group) } else { cardinal(group) };
    let spoken: Vec<String> = groups.iter().map(said).collect();
    let a_number = number(at, 0).is_some_and(|(_, number_end)| number_end >= end);
    (spoken.len() >= 3 && !a_number)
        .then(|| Reading::new(end, SemioticClass::Digits, spoken.join(" chấm ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cardinals_are_said_as_a_newsreader_says_them() {
        for (written, spoken) in [
            ("0", "không"),
            ("14", "mười bốn"),
            ("15", "mười lăm"),
            ("24", "hai mươi tư"),
            ("101", "một trăm linh một"),
            ("104", "một trăm linh bốn"),
            ("1005", "một nghìn không trăm linh năm"),
            ("2000", "hai nghìn"),
            ("1050000", "một triệu không trăm năm mươi nghìn"),
            ("3000000021", "ba tỷ không trăm hai mươi mốt"),
            ("1000000000000", "một nghìn tỷ"),
            ("1000000000000000000", "một tỷ tỷ"),
        ] {
            assert_eq!(cardinal(written), spoken, "{written}");
        }
    }
}
