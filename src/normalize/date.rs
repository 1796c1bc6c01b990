//! Dates: full, partial, ranges and lists of days and months.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::fraction;
use super::math;
use super::number::{cardinal, cardinal_of, is_year};
use super::period;
use super::range;
use super::tokenize::{At, Kind, one_of};

/// Words after which `d/m` can only be a day.
const DAY_WORDS: [&str; 22] = [
    "ngày", "sáng", "trưa", "chiều", "tối", "đêm", "khuya", "hôm", "mùng", "mồng", "rằm", "lễ",
    "tết", "dịp", "nay", "qua", "mai", "nhật", "trước", "sau", "hạn", "rạng",
];

/// Words after which `d/m` is a day unless a noun of shares or counts comes next.
const PERHAPS_DAY_WORDS: [&str; 11] =
    ["từ", "đến", "tới", "vào", "lúc", "cuối", "mừng", "niệm", "khánh", "nhi", "động"];

/// Words after which even `19-8` and `19.5` are days.
const DOTTED_DAY_WORDS: [&str; 15] = [
    "ngày",
    "sáng",
    "trưa",
    "chiều",
    "tối",
    "đêm",
    "khuya",
    "hôm",
    "mùng",
    "mồng",
    "lễ",
    "dịp",
    "khánh",
    "đường",
    "phố",
];

/// Words that already say that a day comes.
const DAY_SAID: [&str; 5] = ["ngày", "mùng", "mồng", "hôm", "rằm"];

/// Streets and squares are named after days: `đường 2/9`, `quảng trường 19/8`.
const NAMED_AFTER_DAYS: [&str; 6] = ["đường", "phố", "trường", "viên", "rạp", "thủy"];

/// Reads whatever date begins at these digits.
pub(super) fn read(at: At) -> Option<Reading> {
    iso(at)
        .or_else(|| full(at))
        .or_else(|| day_range(at))
        .or_else(|| month_range(at))
        .or_else(|| month_year(at))
        .or_else(|| period::season(at))
        .or_else(|| day_month(at))
        .or_else(|| month(at))
}

pub(super) fn reading(end: isize, spoken: String) -> Option<Reading> {
    Some(Reading::new(end, SemioticClass::Date, spoken))
}

/// The value at `k` when it has at most two digits and lies between 1 and `max`.
pub(super) fn value(at: At, k: isize, max: u32) -> Option<u32> {
    let digits = at.digits(k);
    let value = if digits.len() <= 2 { digits.parse().ok()? } else { 0 };
    (1..=max).contains(&value).then_some(value)
}

fn day(at: At, k: isize) -> Option<u32> {
    value(at, k, 31)
}

pub(super) fn month_value(at: At, k: isize) -> Option<u32> {
    value(at, k, 12)
}

/// The month's name after `tháng`: the fourth is `tư`.
pub(super) fn month_name(month: u32) -> String {
    if month == 4 { "tư".to_owned() } else { cardinal_of(month) }
}

/// `ngày`, unless it was said before or the day is one of several after one `ngày`.
fn day_word(at: At) -> &'static str {
    let several = matches!(at.before(1), "và" | "," | "hoặc")
        && value(at, at.back(2), 31).is_some()
        && at.before(3) != "/"
        && at.near(8, &["ngày", "mùng"]);
    // `Đ. 3/2` is short for a street.
    let street = at.follows(&NAMED_AFTER_DAYS) || at.before(1) == "." && at.before(2) == "Đ";
    let silent = several || street || at.follows(&DAY_SAID);
    if silent { "" } else { "ngày " }
}

/// The separator at `k` when the same one may stand between all parts of a date.
fn separator<'t>(at: At<'t>, k: isize) -> Option<&'t str> {
    let separator = at.text(k);
    matches!(separator, "/" | "-" | ".").then_some(separator)
}

/// Whether the digits stand alone: nothing that would make them part of a longer code.
pub(super) fn closed(at: At, end: isize) -> bool {
    let goes_on = matches!(at.text(end), "/" | "-" | "–" | ".") && at.kind(end + 1) == Kind::Digits;
    // `5/3-10/4`: a second date may follow a hyphen.
    let range = at.dash(end) && matches!(at.text(end + 2), "/" | "." | "-");
    (!goes_on || range) && !(at.is(end, "/") && at.kind(end + 1).is_word())
}

/// `2024-11-24`
fn iso(at: At) -> Option<Reading> {
    let whole = is_year(at.digits(0)) && at.is(1, "-") && at.is(3, "-") && closed(at, 5);
    let (month, day) = (month_value(at, 2).filter(|_| whole)?, day(at, 4)?);
    let spoken = format!(
        "{}{} tháng {} năm {}",
        day_word(at),
        cardinal_of(day),
        month_name(month),
        cardinal(at.digits(0))
    );
    reading(5, spoken)
}

/// `24/11/2023`, `7-9-2024`, `5.3.2025`, and `24/11/23` after a word for a day.
fn full(at: At) -> Option<Reading> {
    let mark = separator(at, 1)?;
    let (day, month) = (day(at, 0)?, month_value(at, 2)?);
    let year = at.digits(4);
    let short = year.len() == 2 && mark == "/" && at.follows(&DAY_WORDS);
    if !at.is(3, mark) || !(is_year(year) || short) || !closed(at, 5) {
        return None;
    }
    let year = if short { short_year(year) } else { cardinal(year) };
    let (day, month) = (cardinal_of(day), month_name(month));
    reading(5, format!("{}{day} tháng {month} năm {year}", day_word(at)))
}

/// A year of two digits lies in the century that keeps it from being in the far future.
fn short_year(year: &str) -> String {
    let century = if year < "50" { "20" } else { "19" };
    cardinal(&format!("{century}{year}"))
}

/// Where a range's second number stands: after a hyphen or dash, with spaces on both sides or none.
pub(super) fn after_dash(at: At, k: isize) -> Option<isize> {
    match at.kind(k) {
        Kind::Space => (at.dash(k + 1) && at.kind(k + 2) == Kind::Space).then_some(k + 3),
        _ => (at.dash(k) && at.kind(k + 1) != Kind::Space).then_some(k + 1),
    }
}

/// `21-22/12`, `27-28/02/2000`; `tháng` before means months, read elsewhere.
fn day_range(at: At) -> Option<Reading> {
    let first = day(at, 0)?;
    let second = after_dash(at, 1)?;
    let last = day(at, second)?;
    let mark = separator(at, second + 1).filter(|mark| *mark != "-")?;
    let month = month_value(at, second + 2)?;
    let has_year = at.is(second + 3, mark) && is_year(at.digits(second + 4));
    let end = if has_year { second + 5 } else { second + 3 };
    let dotted_amount = mark == "." && !has_year && !at.near(4, &DAY_WORDS);
    if last < first || dotted_amount || at.follows(&["tháng"]) || !closed(at, end) {
        return None;
    }
    // `trong hai ngày 21-22/12`: the days were counted, so one word for them is enough.
    let counted = at.follows(&["ngày"]) && one_of(at.before(2), &["các", "hai", "ba", "những"]);
    let between = if counted { "đến" } else { "đến ngày" };
    let mut spoken = format!(
        "{}{} {between} {} tháng {}",
        day_word(at),
        cardinal_of(first),
        cardinal_of(last),
        month_name(month)
    );
    if has_year {
        spoken.push_str(" năm ");
        spoken.push_str(&cardinal(at.digits(second + 4)));
    }
    reading(end, spoken)
}

/// `tháng 4 - 10/2024`, `tháng 6-8`, `02-03/2000`, `02-03.2000`
fn month_range(at: At) -> Option<Reading> {
    let first = month_value(at, 0)?;
    let second = after_dash(at, 1)?;
    let last = month_value(at, second)?;
    // With a dot only numbers with a zero before them are months: `02-03.2000`.
    let padded = at.digits(0).len() == 2 && at.digits(second).len() == 2;
    let mark = at.is(second + 1, "/") || at.is(second + 1, ".") && padded;
    let year = mark && is_year(at.digits(second + 2));
    let said = at.follows(&["tháng"]);
    let end = if year { second + 3 } else { second + 1 };
    if !(year || said) || !closed(at, end) {
        return None;
    }
    let word = if said { "" } else { "tháng " };
    let mut spoken = format!("{word}{} đến tháng {}", month_name(first), month_name(last));
    if year {
        spoken.push_str(" năm ");
        spoken.push_str(&cardinal(at.digits(second + 2)));
    }
    reading(end, spoken)
}

/// `9/2024`; after `quý` the number is the quarter's.
fn month_year(at: At) -> Option<Reading> {
    let mark = separator(at, 1)?;
    let quarter = at.follows(&["quý", "qúy"]);
    let said = at.follows(&["tháng"]);
    let number = month_value(at, 0)?;
    let year = at.digits(2);
    let sure = mark == "/" || quarter || said || at.digits(0).starts_with('0');
    let names_document = at.follows(&super::document::NUMBERED);
    if !sure || !is_year(year) || names_document || !closed(at, 3) {
        return None;
    }
    let name = if quarter { cardinal_of(number) } else { month_name(number) };
    let word = if quarter || said { "" } else { "tháng " };
    reading(3, format!("{word}{name} năm {}", cardinal(year)))
}

/// `30/4`, and `19.5`, `19-8` after a word for a day.
fn day_month(at: At) -> Option<Reading> {
    let mark = separator(at, 1)?;
    let (day, month) = (day(at, 0)?, month_value(at, 2)?);
    let is_date = match mark {
        "/" => {
            let perhaps_day = at.follows(&PERHAPS_DAY_WORDS);
            let after_day = at.follows(&["-", "–"]) && at.before(3) == "/";
            let share = math::is_operand(at, 3) || fraction::is_share_or_count(at, 3, perhaps_day);
            after_day && !math::is_operand(at, 3) || at.follows(&DAY_WORDS) || !share
        }
        // A unit or a noun of amounts speaks against it: `sáng 2-3 người`, `ngày 2-3 lần`.
        _ => {
            let said =
                at.follows(&DOTTED_DAY_WORDS) || follows_days(at, mark, day) || is_of_calendar(at);
            (said || mark == "-" && is_anniversary(at, day, month)) && !range::is_amount(at, 3)
        }
    };
    let decimal = at.is(3, ",") && at.kind(4) == Kind::Digits;
    if !is_date || decimal || !closed(at, 3) || at.kind(3).is_word() {
        return None;
    }
    let spoken = format!("{}{} tháng {}", day_word(at), cardinal_of(day), month_name(month));
    let reading = reading(3, spoken)?;
    if mark == "/" && is_perhaps_share(at, day, month) {
        let share = format!("{} phần {}", cardinal_of(day), cardinal_of(month));
        return Some(reading.or_else_read(&format!("{}/{}", at.text(0), at.text(2)), &[share]));
    }
    Some(reading)
}

/// `3/7` with no word before it that speaks of days: it may be a share. The holidays are days.
fn is_perhaps_share(at: At, day: u32, month: u32) -> bool {
    const HOLIDAYS: [(u32, u32); 3] = [(2, 9), (1, 6), (1, 7)];
    let said = at.follows(&DAY_WORDS) || at.follows(&PERHAPS_DAY_WORDS);
    let linked = matches!(at.before(1), "-" | "–" | "và" | "," | "(" | "hoặc");
    let padded = at.digits(0).starts_with('0') || at.digits(2).starts_with('0');
    day < month && month <= 10 && !said && !linked && !padded && !HOLIDAYS.contains(&(day, month))
}

/// Whether a list or a range that began with a day ends here: dates with the same mark (`lễ 30-4 và
/// |2-9`), or days that this one gives their month (`ngày 12, |13-3`).
fn follows_days(at: At, mark: &str, mut later: u32) -> bool {
    const LIST_MAX: usize = 8;
    let mut here = at;
    for _ in 0..LIST_MAX {
        let linked = matches!(here.before(1), "," | "và" | "hoặc" | "đến" | "tới");
        let bare = here.moved(here.back(2));
        let date = bare.moved(-2);
        if !linked {
            return false;
        }
        if day(date, 0).is_some() && date.is(1, mark) && month_value(date, 2).is_some() {
            here = date;
        } else if let Some(earlier) = day(bare, 0).filter(|earlier| *earlier < later) {
            (here, later) = (bare, earlier);
        } else {
            return false;
        }
        if here.follows(&DOTTED_DAY_WORDS) {
            return true;
        }
    }
    false
}

/// `nhằm 23-2`, `23-2 âm lịch`: a day that is given in the other calendar too.
fn is_of_calendar(at: At) -> bool {
    let next = at.skip_space(3);
    let named = one_of(at.text(next), &["âm", "dương"]) && one_of(at.text(next + 2), &["lịch"]);
    named || one_of(at.text(next), &["âl", "dl"]) || at.follows(&["nhằm"]) && at.is(next, ")")
}

/// Days with a name of their own, as day and month: holidays, and the days of professions and forces.
const ANNIVERSARIES: [(u32, u32); 27] = [
    (1, 1),
    (9, 1),
    (3, 2),
    (27, 2),
    (8, 3),
    (26, 3),
    (30, 4),
    (1, 5),
    (7, 5),
    (15, 5),
    (19, 5),
    (1, 6),
    (5, 6),
    (21, 6),
    (28, 6),
    (27, 7),
    (28, 7),
    (19, 8),
    (2, 9),
    (10, 10),
    (13, 10),
    (15, 10),
    (20, 10),
    (9, 11),
    (18, 11),
    (20, 11),
    (22, 12),
];

/// Words near which such a day is meant, not an amount.
const ANNIVERSARY_WORDS: [&str; 20] = [
    "niệm", "mừng", "lễ", "dịp", "ngày", "khánh", "phóng", "động", "nữ", "giáo", "thống", "binh",
    "giải", "cúp", "lập", "nhân", "đua", "tế", "việt", "tháng",
];

/// `kỷ niệm Ngày Nhà giáo Việt Nam 20-11`
fn is_anniversary(at: At, day: u32, month: u32) -> bool {
    ANNIVERSARIES.contains(&(day, month))
        && at.kind(-1) == Kind::Space
        && at.near(6, &ANNIVERSARY_WORDS)
        && !range::in_a_game(at)
}

/// `tháng 4` is `tháng tư`.
fn month(at: At) -> Option<Reading> {
    let month = month_value(at, 0).filter(|_| at.follows(&["tháng"]))?;
    if matches!(at.text(1), "/" | "." | ",") && at.kind(2) == Kind::Digits {
        return None;
    }
    let name = month_name(month);
    // `tháng 9 2024`
    if at.kind(1) == Kind::Space && is_year(at.digits(2)) && at.kind(3) != Kind::Mark {
        return reading(3, format!("{name} năm {}", cardinal(at.digits(2))));
    }
    reading(1, name)
}

/// `7h/18/9`: the slash between an hour and its day.
pub(super) fn read_slash_after_hour(at: At) -> Option<Reading> {
    let hour = at.is(-1, "h") && at.kind(-2) == Kind::Digits;
    let date = day(at, 1).is_some() && at.is(2, "/") && month_value(at, 3).is_some();
    (at.is(0, "/") && hour && date).then(|| Reading::new(1, SemioticClass::Punctuation, ""))
}
