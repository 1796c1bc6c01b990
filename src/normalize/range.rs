//! Ranges and scores: two numbers around a hyphen or a dash.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::counted::counted_follows;
use super::measure;
use super::number::{Number, cardinal, cardinal_of, digits, number};
use super::telephone;
use super::tokenize::{At, Kind, one_of, same};

/// Words of games: near them two small numbers are a score.
const GAME_WORDS: [&str; 11] =
    ["thắng", "thua", "hòa", "hạ", "bại", "dẫn", "gỡ", "đè", "quật", "vượt", "ghi"];

/// Nouns that say that two numbers are an amount after all: `thắng 2-3 trận`.
const AMOUNTS: [&str; 20] = [
    "trận", "ván", "lần", "năm", "tháng", "ngày", "giờ", "phút", "người", "bàn", "điểm", "tuổi",
    "tuần", "triệu", "tỷ", "nghìn", "con", "cây", "vụ", "giải",
];

/// Nouns that two numbers after them belong to: `Điều 5-10 Luật Đất đai`.
const NUMBERED: [&str; 14] = [
    "điều", "khoản", "mục", "chương", "số", "ngày", "tháng", "năm", "từ", "lớp", "tuần", "tầng",
    "khóa", "bài",
];

/// How far back a word of games may stand.
const GAME_WORDS_BACK: usize = 20;

/// The second number of a pair: after a hyphen or dash with spaces on both sides or on none.
pub(super) fn second(at: At, k: isize) -> Option<(Number, isize)> {
    let dash = at.skip_space(k);
    if at.dash(dash) && super::math::subtracts(at.moved(dash)) {
        return None;
    }
    let k = match at.kind(k) {
        Kind::Space if joins(at, k + 1) && at.kind(k + 2) == Kind::Space => k + 3,
        Kind::Mark if joins(at, k) => k + 1,
        _ => return None,
    };
    number(at, k)
}

/// Whether a sign between two numbers here makes them a range: a dash, `~`, or the `÷` of technical
/// papers (a division is followed by its result).
fn joins(at: At, k: isize) -> bool {
    const RESULT_MAX: isize = 6;
    let divides = || (1..=RESULT_MAX).any(|ahead| at.is(k + ahead, "="));
    at.dash(k) || at.is(k, "~") || at.is(k, "÷") && !divides()
}

/// `thua 0-2`, `tỷ số 5 - 4`, `Sơn La 2-1 Lào Cai`
pub(super) fn read_score(at: At) -> Option<Reading> {
    let ours = number(at, 0)?;
    let (theirs, end) = second(at, ours.1)?;
    // `2,5 - 1,5`: half points of chess.
    let halves = |n: &Number| !n.grouped && n.fraction.as_deref() == Some("5");
    if (halves(&ours.0) || halves(&theirs)) && in_a_game(at) && !is_amount(at, end) {
        let spoken = format!("{} {}", ours.0.spoken(), theirs.spoken());
        return Some(Reading::new(end, SemioticClass::Score, spoken));
    }
    let small = |n: &Number| n.whole().filter(|v| *v < 200 && !n.grouped);
    let (ours, theirs) = (small(&ours.0)?, small(&theirs)?);
    let next = at.skip_space(end);
    let goes_on =
        at.dash(end) || matches!(at.text(end), "/" | ":" | ",") && at.kind(end + 1) == Kind::Digits;
    let between_teams = at.kind(at.back(1)) == Kind::Capital && at.kind(next) == Kind::Capital;
    let pair = between_teams && ours < 30 && theirs < 30 && !at.follows(&NUMBERED);
    if is_amount(at, end) || goes_on || !(pair || in_a_game(at)) {
        return None;
    }
    let between = gap(Some(ours), Some(theirs));
    let spoken = format!("{}{between}{}", cardinal_of(ours), cardinal_of(theirs));
    Some(Reading::new(end, SemioticClass::Score, spoken))
}

/// Whether a unit or a noun of amounts follows at `end`, after one space at most.
pub(super) fn is_amount(at: At, end: isize) -> bool {
    one_of(at.text(at.skip_space(end)), &AMOUNTS) || measure::unit_follows(at, end)
}

pub(super) fn in_a_game(at: At) -> bool {
    let mut k = 0;
    for _ in 0..GAME_WORDS_BACK {
        k -= 1;
        if at.kind(k) == Kind::Space {
            k -= 1;
        }
        let word = at.text(k);
        match word {
            "." | "?" | "!" | ";" | "\n" | "" => return false,
            _ => {}
        }
        let ratio = same(word, "số") && one_of(at.text(k - 2), &["tỷ", "tỉ"]);
        if ratio || one_of(word, &GAME_WORDS) {
            return true;
        }
    }
    false
}

/// `2020-2025`, `1.500 - 2.000`, `1-0-2`
pub(super) fn read(at: At) -> Option<Reading> {
    let (first, first_end) = number(at, 0)?;
    let (last, end) = second(at, first_end)?;
    // `i9-14900`, and long digits, are names.
    if at.kind(-1).is_word() || !first.grouped && first.integer.len() > 8 {
        return None;
    }
    if at.dash(end) && at.kind(end + 1) == Kind::Digits {
        return chain(at);
    }
    let falls = first.whole() > last.whole() && last.whole().is_some();
    let computed = falls && at.follows(&["bằng", "tính", "lấy", "phép"]);
    if computed || at.is(at.skip_space(end), "=") {
        let spoken = format!("{} trừ {}", first.spoken(), last.spoken());
        return Some(Reading::new(end, SemioticClass::Math, spoken));
    }
    let reading = Reading::new(end, SemioticClass::Range, joined(at, &first, &last, end));
    if is_perhaps_score(at, &first, &last, end) {
        let written = format!("{}-{}", first.integer, last.integer);
        let score = format!("{} {}", first.spoken(), last.spoken());
        return Some(reading.or_else_read(&written, &[score]));
    }
    Some(reading)
}

/// Two small rising numbers near a match, with nothing that they would be an amount or number of.
fn is_perhaps_score(at: At, first: &Number, last: &Number, end: isize) -> bool {
    const MATCHES: [&str; 9] =
        ["trận", "hiệp", "đội", "đối", "chung", "lượt", "bóng", "set", "penalty"];
    let small = |n: &Number| n.whole().filter(|v| *v < 10 && !n.grouped);
    let rising = matches!((small(first), small(last)), (Some(first), Some(last)) if first < last);
    let amount = at.kind(at.skip_space(end)) == Kind::Lower || is_amount(at, end);
    rising && !amount && !at.follows(&NUMBERED) && at.near(8, &MATCHES)
}

/// What stands between two numbers that are only said one after the other: `10-3` without a pause
/// would be heard as thirteen.
fn gap(first: Option<u32>, last: Option<u32>) -> &'static str {
    let tens = first.is_some_and(|first| first >= 10 && first % 10 == 0);
    if tens && last.is_some_and(|last| (1..10).contains(&last)) { ", " } else { " " }
}

/// Makers of aircraft, whose models are numbers: `Boeing 737-800`.
const AIRCRAFT_MAKERS: [&str; 6] =
    ["boeing", "airbus", "embraer", "bombardier", "antonov", "tupolev"];

/// Two numbers as a range that ends before `end`; a falling pair (`6-4`) is only said one after the
/// other, unless a power of ten makes it rise after all: `800.000-1 triệu`.
pub(super) fn joined(at: At, first: &Number, last: &Number, end: isize) -> String {
    let rising = match (first.whole(), last.whole()) {
        (Some(first), Some(last)) => {
            u64::from(first) < u64::from(last) * measure::scale(at.text(at.skip_space(end)))
        }
        _ => true,
    };
    let between = if rising && !at.follows(&AIRCRAFT_MAKERS) {
        " đến "
    } else {
        gap(first.whole(), last.whole())
    };
    let said = |n: &Number| match n.whole() {
        Some(value) if n.integer.len() == 2 && counted_follows(at, end) => cardinal_of(value),
        _ => n.spoken(),
    };
    format!("{}{between}{}", said(first), said(last))
}

/// Three or more numbers between hyphens: a formation, a dose, a saying.
fn chain(at: At) -> Option<Reading> {
    const NUMBERS_MAX: usize = 8;
    // Groups of three digits and more are a number of a card or an account.
    let said = |k: isize| {
        if at.digits(0).len() > 2 { digits(at.digits(k)) } else { cardinal(at.digits(k)) }
    };
    let mut spoken = vec![said(0)];
    let mut end = 1;
    while at.dash(end) && !at.digits(end + 1).is_empty() && spoken.len() < NUMBERS_MAX {
        spoken.push(said(end + 1));
        end += 2;
    }
    let pause = if at.digits(0).len() > 2 { ", " } else { " " };
    (spoken.len() > 2).then(|| Reading::new(end, SemioticClass::Range, spoken.join(pause)))
}

/// The dash between two quantities that other rules read: `8g - 22g`, `5%-7%`, `5/3 - 10/4`.
pub(super) fn read_dash(at: At) -> Option<Reading> {
    if !at.dash(0) {
        return None;
    }
    if between_weekdays(at) {
        return Some(Reading::new(1, SemioticClass::Range, "đến"));
    }
    let spaced = at.kind(-1) == Kind::Space;
    let balanced = spaced == (at.kind(1) == Kind::Space);
    // `i9-14900`: a name, not a range.
    let name = !spaced
        && at.kind(-1) == Kind::Digits
        && at.kind(-2).is_word()
        && at.kind(-3) != Kind::Digits;
    let (left, right) = if spaced { (-2, 2) } else { (-1, 1) };
    // Two numbers to be called are no range.
    if telephone::read(at.moved(right)).is_some() {
        return None;
    }
    let right_number = at.kind(right) == Kind::Digits
        || at.kind(right + 1) == Kind::Digits
            && (measure::is_prefix(at.text(right)) || one_of(at.text(right), &["km", "t"]));
    let left_quantity = match at.kind(left) {
        Kind::Digits => {
            matches!(at.text(left - 1), "/" | ":" | "h" | "g" | "+")
                || one_of(at.text(left - 1), &["km", "t"])
                || spaced && matches!(at.text(left - 1), "." | "-")
        }
        _ => ends_quantity(at, left),
    };
    // `1 - 2x`: between terms of a formula it is a minus.
    let minus = super::math::subtracts(at);
    (balanced && right_number && left_quantity && !minus && !name)
        .then(|| Reading::new(1, SemioticClass::Range, "đến"))
}

/// `thứ 2-thứ 6`, `thứ hai - chủ nhật`; the two days of a weekend are only named.
fn between_weekdays(at: At) -> bool {
    const DAYS: [&str; 12] = ["2", "3", "4", "5", "6", "7", "hai", "ba", "tư", "năm", "sáu", "bảy"];
    let right = at.skip_space(1);
    let last_day = one_of(at.text(at.skip_space(right + 1)), &DAYS);
    let weekend = one_of(at.before(1), &["7", "bảy"]);
    let sunday = one_of(at.text(right), &["chủ"]) && one_of(at.text(right + 2), &["nhật"])
        || at.is(right, "CN");
    one_of(at.before(1), &DAYS)
        && one_of(at.before(2), &["thứ"])
        && (one_of(at.text(right), &["thứ"]) && last_day || sunday && !weekend)
}

/// Whether a quantity ends at `k`: a unit or a word for one, with a number before it.
fn ends_quantity(at: At, k: isize) -> bool {
    const UNIT_WORDS: [&str; 14] = [
        "giờ", "phút", "đồng", "triệu", "tỷ", "nghìn", "độ", "mét", "h", "g", "'", "k", "tr", "tạ",
    ];
    let unit = one_of(at.text(k), &UNIT_WORDS) || measure::is_unit(at, k);
    let number = (1..=3).any(|back| at.kind(k - back) == Kind::Digits);
    unit && number
}
