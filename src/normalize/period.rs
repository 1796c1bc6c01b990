//! Periods in short: quarters, seasons, months as `T3/2024`, the year after a slash, days of the week.

use super::Reading;
use super::date::{after_dash, closed, month_name, month_value, reading, value};
use super::fraction;
use super::number::{cardinal, cardinal_of, is_year};
use super::tokenize::{At, Kind, one_of};

/// `niên vụ 2023/2024`, `mùa 2023/24`: two years in a row, which are no share.
pub(super) fn season(at: At) -> Option<Reading> {
    let (first, second) = (at.digits(0), at.digits(2));
    if !is_year(first) || !at.is(1, "/") || !matches!(second.len(), 2 | 4) || !closed(at, 3) {
        return None;
    }
    let next = (first.parse::<u32>().ok()? + 1).to_string();
    let numbered = at.follows(&["số"]) || fraction::follows_over(at);
    let words = format!("{}, {}", cardinal(first), cardinal(&next));
    (next.ends_with(second) && !numbered).then(|| reading(3, words)).flatten()
}

/// `quý I/2025`, `9 tháng/2024`: the slash before a year, after a Roman numeral or a count of months.
pub(super) fn read_year_after_slash(at: At) -> Option<Reading> {
    let slash = matches!(at.text(0), "/" | "-" | ".");
    let roman = super::roman::value(at.text(-1)).is_some();
    let quarter = roman && at.moved(-1).follows(&["quý", "tháng", "học", "kỳ"]);
    let counted = at.is(0, "/") && one_of(at.text(-1), &["tháng", "quý"]) && {
        at.kind(at.back(2)) == Kind::Digits
    };
    (slash && (quarter || counted) && is_year(at.digits(1)) && closed(at, 2))
        .then(|| reading(2, format!("năm {}", cardinal(at.digits(1)))))
        .flatten()
}

/// `T3/2024`, `T3-T5/2024`: months, as reports write them before a year.
pub(super) fn read_month_in_short(at: At) -> Option<Reading> {
    let first = month_value(at, 1).filter(|_| at.is(0, "T"))?;
    let last = after_dash(at, 2).and_then(|k| {
        let number = if at.is(k, "T") { k + 1 } else { k };
        Some((month_value(at, number)?, number + 1))
    });
    let slash = last.map_or(2, |(_, end)| end);
    let year = Some(at.digits(slash + 1)).filter(|year| at.is(slash, "/") && is_year(year))?;
    if !closed(at, slash + 2) {
        return None;
    }
    let word = if at.follows(&["tháng"]) { "" } else { "tháng " };
    let mut spoken = format!("{word}{}", month_name(first));
    if let Some((last, _)) = last {
        spoken.push_str(&format!(" đến tháng {}", month_name(last)));
    }
    reading(slash + 2, format!("{spoken} năm {}", cardinal(year)))
}

/// `Q4/2025`, as business news writes a quarter.
pub(super) fn read_quarter(at: At) -> Option<Reading> {
    let quarter = value(at, 1, 4).filter(|_| at.is(0, "Q") && at.is(2, "/"))?;
    let year = Some(at.digits(3)).filter(|year| is_year(year))?;
    reading(4, format!("quý {} năm {}", cardinal_of(quarter), cardinal(year)))
}

/// Words and marks next to which `T2` to `T7` are days of the week.
const BESIDE_WEEKDAYS: [&str; 14] = [
    "sáng", "trưa", "chiều", "tối", "đêm", "từ", "đến", "và", "hoặc", "thứ", "ngày", "hôm", "tới",
    "mỗi",
];

/// `T2` to `T7`, as timetables and advertisements write the days of the week.
pub(super) fn read_weekday(at: At) -> Option<Reading> {
    let day =
        value(at, 1, 7).filter(|day| at.is(0, "T") && *day >= 2 && at.digits(1).len() == 1)?;
    let weekday = |k: isize| {
        at.is(k, "CN") || at.is(k, "T") && value(at, k + 1, 7).is_some_and(|day| day >= 2)
    };
    let joined = matches!(at.text(at.skip_space(2)), "-" | "–" | "," | "và" | "đến")
        && weekday(at.skip_space(at.skip_space(2) + 1));
    let goes_on = matches!(at.before(1), "-" | "–" | ",")
        && at.kind(at.back(2)) == Kind::Digits
        && at.is(at.back(2) - 1, "T");
    if !(joined || goes_on || one_of(at.before(1), &BESIDE_WEEKDAYS)) || at.kind(2).is_word() {
        return None;
    }
    let said = if at.follows(&["thứ"]) { "" } else { "thứ " };
    let name = if day == 4 { "tư".to_owned() } else { cardinal_of(day) };
    reading(2, format!("{said}{name}"))
}
