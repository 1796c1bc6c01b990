//! Amounts with a unit, a currency or a percent sign.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::counted::is_padded_count;
use super::fraction;
use super::letters;
use super::math;
use super::number::{cardinal, is_year, number};
use super::range;
use super::table::{Quantity, UNITS, Unit};
use super::tokenize::{At, Kind, one_of};

/// Words for powers of ten between a number and its unit.
const SCALES: [&str; 9] = ["nghìn", "ngàn", "triệu", "tỷ", "tỉ", "vạn", "trăm", "chục", "muôn"];

/// Scales in letters, glued to the number: `5tr`, `200k`.
const SHORT_SCALES: [(&str, &str); 5] =
    [("k", "nghìn"), ("K", "nghìn"), ("tr", "triệu"), ("Tr", "triệu"), ("tỷ", "tỷ")];

/// Scales in letters as English writes them, beside the sign of a currency only: `$3.5B`.
const ENGLISH_SCALES: [(&str, &str); 5] =
    [("K", "nghìn"), ("M", "triệu"), ("B", "tỷ"), ("bn", "tỷ"), ("T", "nghìn tỷ")];

/// One or two numbers and a word for a power of ten.
struct Amount {
    spoken: String,
    end: isize,
}

/// `15-20 kg`, `9,26 tỷ m³`, `3%`, `50.000đ`, `1m75`
pub(super) fn read(at: At) -> Option<Reading> {
    if let Some(reading) = tall(at) {
        return Some(reading);
    }
    let amount = amount(at)?;
    let amount_end = amount.end;
    let scaled = scaled(at, amount);
    if at.is(1, "s") && is_decade(at) {
        return Some(Reading::new(2, SemioticClass::Date, format!("{} ét", scaled.spoken)));
    }
    // `số 12/3A` is a house, not a current.
    let house = at.is(1, "/") && at.kind(3) == Kind::Letter;
    if let Some((unit, end)) = unit_after(at, scaled.end).filter(|_| !house) {
        let spoken = format!("{} {}", scaled.spoken, unit.spoken);
        return Some(Reading::new(end, class(unit), spoken));
    }
    let english = english_scale(at, scaled.end).filter(|_| money_follows(at, scaled.end + 1));
    let spaced = spaced_million(at, scaled.end);
    let sign = if spaced { scaled.end + 1 } else { scaled.end };
    let short = SHORT_SCALES.iter().find(|(known, _)| at.is(sign, known)).or(english)?;
    if at.kind(sign + 1) == Kind::Digits {
        return odd_hundreds(at, &scaled);
    }
    // `4K` is a screen and `14900K` a chip: thousands in a capital have two or three digits.
    let thousands = (2..=3).contains(&at.digits(0).len()) || amount_end > 1;
    if short.0 == "tỷ" || (short.0 == "K" && !thousands) {
        return None;
    }
    let spoken = format!("{} {}", scaled.spoken, short.1);
    let end = sign + 1;
    // `10k VND`: a currency may still follow.
    match unit_after(at, end).filter(|(unit, _)| unit.quantity == Quantity::Money) {
        Some((unit, end)) => {
            Some(Reading::new(end, class(unit), format!("{spoken} {}", unit.spoken)))
        }
        None => Some(Reading::new(end, SemioticClass::Money, spoken)),
    }
}

fn class(unit: &Unit) -> SemioticClass {
    match unit.quantity {
        Quantity::Physical => SemioticClass::Measure,
        Quantity::Money => SemioticClass::Money,
        Quantity::Percent => SemioticClass::Percent,
    }
}

fn amount(at: At) -> Option<Amount> {
    if let Some(spoken) = fraction::spoken(at) {
        return Some(Amount { spoken, end: 3 });
    }
    let (first, end) = number(at, 0)?;
    // `i9-14900K`: after a letter the hyphen belongs to a name.
    match range::second(at, end).filter(|_| !at.kind(-1).is_word()) {
        Some((last, end)) => Some(Amount { spoken: range::joined(at, &first, &last, end), end }),
        None if end == 1 && is_padded_count(at) => {
            Some(Amount { spoken: cardinal(&first.integer), end })
        }
        None => Some(Amount { spoken: first.spoken(), end }),
    }
}

/// Adds `nghìn`, `triệu`, `tỷ` where one follows before a unit: `35,6 triệu USD`.
fn scaled(at: At, amount: Amount) -> Amount {
    let mut spoken = amount.spoken;
    let mut end = amount.end;
    for _ in 0..2 {
        let word = at.skip_space(end);
        if !one_of(at.text(word), &SCALES) {
            break;
        }
        spoken.push(' ');
        spoken.push_str(at.text(word));
        end = word + 1;
    }
    Amount { spoken, end }
}

/// The unit that begins at `k`, after one space at most.
fn unit_after<'u>(at: At, k: isize) -> Option<(&'u Unit, isize)> {
    let start = at.skip_space(k);
    let (unit, end) = UNITS.longest(at, start)?;
    let space_allowed = start == k || !unit.glued;
    // Digits right after it make it a part of something else (`5 m25`), and so does a word after a
    // dot or hyphen (`vòng 12 V.League`).
    let name = at.kind(start) == Kind::Letter
        && matches!(at.text(end), "." | "-")
        && at.kind(end + 1).is_word();
    let ends = at.kind(end) != Kind::Digits && !name;
    (space_allowed && ends).then_some((unit, end))
}

/// `5-10 tr/tháng`: millions after a space; `120 tr.` are pages.
fn spaced_million(at: At, k: isize) -> bool {
    at.kind(k) == Kind::Space && at.is(k + 1, "tr") && !at.is(k + 2, ".")
}

/// `1980s`, `thập niên 90s`: ten years, not so many seconds.
fn is_decade(at: At) -> bool {
    let round = at.digits(0).ends_with('0');
    round && (is_year(at.digits(0)) || at.digits(0).len() == 2 && at.follows(&["niên", "năm"]))
}

/// The power of ten that a word names; 1 for any other.
pub(super) fn scale(word: &str) -> u64 {
    const POWERS: [(&str, u64); 8] = [
        ("chục", 10),
        ("trăm", 100),
        ("nghìn", 1_000),
        ("ngàn", 1_000),
        ("vạn", 10_000),
        ("triệu", 1_000_000),
        ("tỷ", 1_000_000_000),
        ("tỉ", 1_000_000_000),
    ];
    POWERS.iter().find(|(name, _)| one_of(word, &[name])).map_or(1, |(_, power)| *power)
}

/// The English scale at `k`, glued to the number before it.
fn english_scale(at: At, k: isize) -> Option<&'static (&'static str, &'static str)> {
    let glued = at.kind(k - 1) == Kind::Digits && !at.kind(k + 1).is_word();
    ENGLISH_SCALES.iter().find(|(sign, _)| glued && at.is(k, sign))
}

fn money_follows(at: At, k: isize) -> bool {
    unit_after(at, k).is_some_and(|(unit, _)| unit.quantity == Quantity::Money)
}

/// Whether a unit stands at `k`, after one space at most.
pub(super) fn unit_follows(at: At, k: isize) -> bool {
    unit_after(at, k).is_some()
}

/// Whether the token at `k` ends the sign of a unit.
pub(super) fn is_unit(at: At, k: isize) -> bool {
    // Signs have up to three tokens (`m2`, `°C`, `km/h`): one must begin that far back.
    (0..3).any(|back| UNITS.longest(at, k - back).is_some_and(|(_, end)| end == k + 1))
}

/// Whether a sign stands before amounts: `$`.
pub(super) fn is_prefix(sign: &str) -> bool {
    matches!(sign, "$" | "€" | "£" | "¥" | "₫")
}

/// `1tr5`: a million and five hundred thousand.
fn odd_hundreds(at: At, amount: &Amount) -> Option<Reading> {
    let hundreds = at.digits(amount.end + 1);
    let million = matches!(at.text(amount.end), "tr" | "Tr") && hundreds.len() == 1;
    let money = unit_after(at, amount.end + 2).filter(|(u, _)| u.quantity == Quantity::Money);
    let (unit, end) = money.map_or(("", amount.end + 2), |(unit, end)| (unit.spoken, end));
    let spoken = format!("{} triệu {} trăm nghìn {unit}", amount.spoken, cardinal(hundreds));
    million.then(|| Reading::new(end, SemioticClass::Money, spoken.trim_end()))
}

/// `1m75`, `2m5`, `3kg2`: a height or weight and what is over.
fn tall(at: At) -> Option<Reading> {
    let over = at.digits(2);
    let metres = at.digits(0);
    let unit = match at.text(1) {
        "m" => "mét",
        "kg" => "ki lô gam",
        _ => return None,
    };
    let is_height = (1..=2).contains(&over.len()) && metres.len() <= 2;
    // `cao 1m2` is a height; without such a word `1m2` is an area.
    let long = at.near(4, &["cao", "sâu", "dài"]);
    let area = unit == "mét" && (over == "2" || over == "3") && !(long && metres.len() == 1);
    let decimal = matches!(at.text(3), "," | ".") && at.kind(4) == Kind::Digits;
    let ends = !decimal && !at.kind(3).is_word();
    if !is_height || area || !ends {
        return None;
    }
    let spoken = format!("{} {unit} {}", cardinal(metres), cardinal(over));
    Some(Reading::new(3, SemioticClass::Measure, spoken))
}

/// `$50`, `US$ 3,5 tỷ`, `€10`
pub(super) fn read_prefixed(at: At) -> Option<Reading> {
    let (unit, end) = UNITS.longest(at, 0).filter(|(unit, _)| unit.prefix)?;
    let start = at.skip_space(end);
    let here = at.moved(start);
    let mut amount = scaled(here, english_amount(here).or_else(|| amount(here))?);
    if let Some((_, scale)) = english_scale(here, amount.end) {
        amount = Amount { spoken: format!("{} {scale}", amount.spoken), end: amount.end + 1 };
    }
    let spoken = format!("{} {}", amount.spoken, unit.spoken);
    Some(Reading::new(start + amount.end, SemioticClass::Money, spoken))
}

/// `$40,000`: after a sign a single comma before three digits separates thousands.
fn english_amount(at: At) -> Option<Amount> {
    let (thousands, rest) = (at.digits(0), at.digits(2));
    let grouped = (1..=3).contains(&thousands.len()) && at.is(1, ",") && rest.len() == 3;
    let alone = !matches!(at.text(3), "," | ".") || at.kind(4) != Kind::Digits;
    (grouped && alone).then(|| Amount { spoken: cardinal(&format!("{thousands}{rest}")), end: 3 })
}

/// A unit without a number: `mỗi ha`, `điểm %`, `Tỷ giá USD`.
pub(super) fn read_alone(at: At) -> Option<Reading> {
    // In an address that is said already (`a còng ha chấm vê nờ`) it is a syllable.
    if at.follows(&["chấm", "nối", "còng", "chéo", "dưới"]) {
        return None;
    }
    let (unit, end) = UNITS.longest(at, 0).filter(|(unit, _)| unit.alone)?;
    if math::is_product_of_quantities(at) {
        return Some(Reading::new(1, SemioticClass::Math, letters::spelled(at.text(0))));
    }
    Some(Reading::new(end, class(unit), unit.spoken))
}
