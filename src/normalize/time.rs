//! Times of day and lengths of time: `7h30`, `19:30`, `8g - 22g`, `12:00:00`, `15'`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::number::cardinal_of;
use super::tokenize::{At, Kind};

/// Words that make `8g` an hour; without one of them, or minutes, it is a weight.
const HOUR_WORDS: [&str; 14] = [
    "lúc", "từ", "đến", "tới", "hồi", "vào", "trước", "sau", "khoảng", "gần", "hơn", "ngày", "-",
    "–",
];

/// Words after which `8g` is an hour.
const DAY_TIMES: [&str; 7] = ["sáng", "trưa", "chiều", "tối", "đêm", "ngày", "khuya"];

pub(super) fn read(at: At) -> Option<Reading> {
    hours(at).or_else(|| clock(at)).or_else(|| minutes(at))
}

fn reading(end: isize, spoken: String) -> Option<Reading> {
    Some(Reading::new(end, SemioticClass::Time, spoken))
}

/// The value at `k` when it has at most two digits and lies under `limit`.
fn value(at: At, k: isize, limit: u32) -> Option<u32> {
    let digits = at.digits(k);
    let value = if (1..=2).contains(&digits.len()) { digits.parse().ok()? } else { limit };
    (value < limit).then_some(value)
}

/// `7h30`, `7h30'`, `23h59p`, `8g`, `7h30:15`
fn hours(at: At) -> Option<Reading> {
    let hour: u32 = at.digits(0).parse().ok().filter(|hour| *hour < 1000)?;
    let sign = at.text(1);
    let minute = value(at, 2, 60);
    let is_hour = match sign {
        "h" => true,
        "H" => minute.is_some() && at.digits(2).len() == 2 || at.digits(2).is_empty() && hour <= 24,
        "g" => minute.is_some() || (hour <= 24 && is_hour_of_day(at)),
        _ => false,
    };
    // `5h.p` and such are no times; neither is `1H2A`.
    let glued = at.kind(3).is_word() && !matches!(at.text(3), "p" | "ph" | "m");
    if !is_hour || at.kind(2).is_word() || minute.is_some() && glued {
        return None;
    }
    let mut spoken = format!("{} giờ", cardinal_of(hour));
    let Some(minute) = minute else { return reading(2, spoken) };
    let mut end = 3;
    let said = matches!(at.text(at.skip_space(3)), "phút");
    if minute > 0 {
        spoken.push(' ');
        spoken.push_str(&cardinal_of(minute));
        if !said {
            spoken.push_str(" phút");
        }
    } else if said {
        spoken.push_str(" không");
    }
    if matches!(at.text(3), "'" | "p" | "ph" | "m") {
        end = 4;
        if let (Some(second), "s" | "\"" | "''") = (value(at, 4, 60), at.text(5)) {
            spoken.push_str(&format!(" {} giây", cardinal_of(second)));
            end = 6;
        }
    }
    reading(end, spoken)
}

/// Whether the words around `8g` speak of the time of day.
fn is_hour_of_day(at: At) -> bool {
    let next = at.text(at.skip_space(2));
    at.follows(&HOUR_WORDS) || DAY_TIMES.contains(&next)
}

/// `19:30`, `12:00:00`; from 25 hours on it is a length in minutes and seconds.
fn clock(at: At) -> Option<Reading> {
    let first = value(at, 0, 100)?;
    let second = value(at, 2, 60).filter(|_| at.is(1, ":") && at.digits(2).len() == 2)?;
    let third = value(at, 4, 60).filter(|_| at.is(3, ":") && at.digits(4).len() == 2);
    let end = if third.is_some() { 5 } else { 3 };
    let ratio = at.near(3, &["tỷ", "tỉ", "lệ"]) || at.is(-1, ":");
    let goes_on = matches!(at.text(end), ":" | ".") && at.kind(end + 1) == Kind::Digits;
    if ratio || goes_on {
        return None;
    }
    let (first, second_name) = (cardinal_of(first), cardinal_of(second));
    if let Some(third) = third {
        let seconds = if at.is(at.skip_space(5), "giây") { "" } else { " giây" };
        if third == 0 && !seconds.is_empty() {
            let minutes = if second == 0 { String::new() } else { format!(" {second_name} phút") };
            return reading(end, format!("{first} giờ{minutes}"));
        }
        let third = cardinal_of(third);
        return reading(end, format!("{first} giờ {second_name} phút {third}{seconds}"));
    }
    if at.digits(0).parse::<u32>().is_ok_and(|hour| hour > 24) {
        return reading(end, format!("{first} phút {second_name} giây"));
    }
    let said = at.is(at.skip_space(3), "phút");
    match (second, said) {
        (0, false) => reading(end, format!("{first} giờ")),
        (_, true) => reading(end, format!("{first} giờ {second_name}")),
        (_, false) => reading(end, format!("{first} giờ {second_name} phút")),
    }
}

/// `15'`, `12p03s`, `45s`
fn minutes(at: At) -> Option<Reading> {
    let minute = value(at, 0, 100).filter(|_| !at.is(-1, "."))?;
    let quoted = opens_quote(at);
    match at.text(1) {
        "p" => {
            let second = value(at, 2, 60).filter(|_| at.is(3, "s"));
            let spoken = format!("{} phút", cardinal_of(minute));
            match second {
                Some(0) => reading(4, spoken),
                Some(second) => reading(4, format!("{spoken} {} giây", cardinal_of(second))),
                None if at.kind(2) != Kind::Digits => reading(2, spoken),
                None => None,
            }
        }
        "'" if !quoted && !at.kind(2).is_word() => {
            let said = at.follows(&["phút"]);
            let word = if said { "" } else { " phút" };
            let spoken = format!("{}{word}", cardinal_of(minute));
            // `15'30"`, `15'30''`
            let second = value(at, 2, 60).filter(|_| matches!(at.text(3), "\"" | "'"));
            let Some(second) = second else { return reading(2, spoken) };
            let end = if at.is(3, "'") && at.is(4, "'") { 5 } else { 4 };
            reading(end, format!("{spoken} {} giây", cardinal_of(second)))
        }
        // `43"32`: seconds and their hundredths, as results of races are written.
        "\"" if !at.is(-1, "\"") && at.digits(2).len() == 2 && !at.kind(3).is_word() => {
            let hundredths: u32 = at.digits(2).parse().ok()?;
            reading(3, format!("{} giây {}", cardinal_of(minute), cardinal_of(hundredths)))
        }
        _ => None,
    }
}

/// Whether a quotation that `'` opened is still open here; after a digit `'` opens none.
fn opens_quote(at: At) -> bool {
    const BACK_MAX: isize = 12;
    let mut marks = (1..=BACK_MAX).filter(|&back| at.is(-back, "'"));
    marks.any(|back| at.kind(-back - 1) != Kind::Digits)
}
