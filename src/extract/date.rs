//! Points in time as Vietnamese news pages write them.
//!
//! A date without a zone is the time in Vietnam: the papers' systems leave the zone out.

use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::domain::units::Timestamp;

/// Asia/Ho_Chi_Minh has had no other offset since 1975.
const VIETNAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Years in which something on the web may have been published.
const YEARS: std::ops::RangeInclusive<i32> = 1995..=2100;

/// The time that a text of a page's head or of its dateline gives, in any of the usual forms:
/// RFC 3339 and its relatives, `12/03/2025 09:10`, `Thứ Tư, 12/3/2025, 09:10 (GMT+7)`,
/// `9h10 ngày 12/3/2025`, `12 tháng 3 năm 2025`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let pieces = pieces(text);
    let (date, after) =
        iso_date(&pieces).or_else(|| day_first(&pieces)).or_else(|| spelled(&pieces))?;
    let time = clock(&pieces, &after);
    let offset = if time.is_some() { zone(text) } else { None };
    let time = time.unwrap_or(Time::MIDNIGHT);
    let instant = PrimitiveDateTime::new(date, time).assume_offset(offset.unwrap_or(VIETNAM));
    Some(Timestamp(instant.unix_timestamp() * 1_000))
}

/// Whether a text gives an hour with its minutes.
pub fn has_clock(text: &str) -> bool {
    let pieces = pieces(text);
    pieces
        .windows(2)
        .any(|p| p[0].digits <= 2 && matches!(p[0].next, ':' | 'h' | 'H' | 'g') && p[1].digits <= 2)
}

/// Whether a text is a dateline: a date and hardly anything else.
pub fn is_dateline(text: &str) -> bool {
    const SAID: &[&str] = &[
        "thứ", "hai", "ba", "tư", "năm", "sáu", "bảy", "chủ", "nhật", "ngày", "tháng", "lúc",
        "giờ", "phút", "gmt", "am", "pm", "sa", "ch", "cập", "xuất", "bản", "đăng", "h", "utc",
        "cn", "lần", "cuối", "t", "z", "đã", "tải", "gửi", "mon", "tue", "wed", "thu", "fri",
        "sat", "sun", "g", "p", "s", "thời", "gian", "post", "phát", "hành", "ict",
    ];
    if text.len() > 200 || text.chars().count() >= 90 || timestamp(text).is_none() {
        return false;
    }
    let words = super::text::words(text);
    let spelled = words.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let others = spelled.filter(|word| !SAID.contains(word)).count();
    others <= 2
}

/// A number of the text with what stands before and after it.
#[derive(Clone, Copy, Debug)]
struct Piece {
    value: i32,
    digits: usize,
    /// The sign or letter right behind it.
    next: char,
    /// The first letter after white space behind it, in lower case.
    word: char,
}

/// Numbers of up to four digits in a short text; longer ones are ids.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.get(..text.floor_char_boundary(200)).unwrap_or(text);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let number = &rest[start..];
        let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
        rest = &number[end..];
        let next = rest.chars().next().unwrap_or(' ');
        let word = rest.trim_start().chars().next().unwrap_or(' ');
        let value = number[..end].parse().unwrap_or(i32::MAX);
        pieces.push(Piece {
            value,
            digits: end,
            next,
            word: word.to_lowercase().next().unwrap_or(word),
        });
        if pieces.len() == 16 {
            break;
        }
    }
    pieces
}

/// The places of the numbers that made the date.
type Used = std::ops::Range<usize>;

/// `2025-03-12`
fn iso_date(pieces: &[Piece]) -> Option<(Date, Used)> {
    let at = pieces
        .windows(3)
        .position(|p| p[0].digits == 4 && is_joint(p[0]) && is_joint(p[1]) && p[1].digits <= 2)?;
    date(pieces[at].value, pieces[at + 1].value, pieces[at + 2].value)
        .map(|date| (date, at..at + 3))
}

/// `12/3/2025`, `12-03-2025`, `12.3.2025`
fn day_first(pieces: &[Piece]) -> Option<(Date, Used)> {
    pieces.windows(3).enumerate().find_map(|(at, p)| {
        let fits = is_joint(p[0])
            && is_joint(p[1])
            && p[0].digits <= 2
            && p[1].digits <= 2
            && p[2].digits == 4;
        let found = fits.then(|| date(p[2].value, p[1].value, p[0].value)).flatten();
        found.map(|date| (date, at..at + 3))
    })
}

/// `ngày 12 tháng 3 năm 2025`
fn spelled(pieces: &[Piece]) -> Option<(Date, Used)> {
    pieces.windows(3).enumerate().find_map(|(at, p)| {
        let fits = p[0].word == 't' && matches!(p[1].word, 'n' | ',') && p[2].digits == 4;
        let found = fits.then(|| date(p[2].value, p[1].value, p[0].value)).flatten();
        found.map(|date| (date, at..at + 3))
    })
}

fn is_joint(piece: Piece) -> bool {
    matches!(piece.next, '/' | '-' | '.')
}

fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    if !YEARS.contains(&year) {
        return None;
    }
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

/// The first two numbers outside the date that are joined as a clock shows them.
fn clock(pieces: &[Piece], used: &Used) -> Option<Time> {
    let free = |at: &usize| !used.contains(at);
    let at = (0..pieces.len()).filter(free).find(|at| {
        let piece = pieces[*at];
        piece.digits <= 2 && matches!(piece.next, ':' | 'h' | 'H' | 'g')
    })?;
    let mut hour = u8::try_from(pieces[at].value).ok()?;
    let minute =
        pieces.get(at + 1).filter(|p| p.digits <= 2 && !used.contains(&(at + 1)) && p.value < 60);
    let second = minute.filter(|p| p.next == ':').and_then(|_| pieces.get(at + 2));
    let second = second.filter(|p| p.digits == 2 && p.value < 60);
    let last = second.or(minute);
    // `PM` and `CH` (chiều) after a clock of twelve hours; `00:01 AM` is left as it stands.
    if last.is_some_and(|p| matches!(p.word, 'p' | 'c')) && (1..12).contains(&hour) {
        hour += 12;
    }
    let part = |piece: Option<&Piece>| piece.and_then(|p| u8::try_from(p.value).ok()).unwrap_or(0);
    Time::from_hms(hour, part(minute), part(second)).ok()
}

/// `Z`, `+07:00`, `+0700`, `GMT+7` behind a time.
fn zone(text: &str) -> Option<UtcOffset> {
    let (_, tail) = text.split_once(':')?;
    let Some(sign) = tail.find(['+', '-']) else {
        let is_iso = text.contains('T') && text.trim_end().ends_with(['Z', 'z']);
        return is_iso.then_some(UtcOffset::UTC);
    };
    let direction = if tail[sign..].starts_with('-') { -1 } else { 1 };
    let between = tail[..sign].to_ascii_uppercase();
    let digits: String =
        tail[sign + 1..].chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let named = between.ends_with("GMT") || between.ends_with("UTC");
    let behind_time =
        between.trim_end().ends_with(|c: char| c.is_ascii_digit()) && digits.len() >= 4;
    let is_clock = between.chars().all(|c| c.is_ascii_digit() || " .:(GMTUC".contains(c));
    let (hours, minutes) = split_offset(&digits)?;
    let offset = UtcOffset::from_hms(direction * hours, direction * minutes, 0).ok();
    offset.filter(|_| is_clock && (named || behind_time))
}

fn split_offset(digits: &str) -> Option<(i8, i8)> {
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) =
        if plain.len() > 2 { plain.split_at(plain.len() - 2) } else { (plain.as_str(), "0") };
    Some((hours.parse().ok()?, minutes.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, wanted: &str) {
        let wanted =
            time::OffsetDateTime::parse(wanted, &time::format_description::well_known::Rfc3339);
        let wanted = wanted.expect("the test's own time is valid").unix_timestamp() * 1_000;
        assert_eq!(timestamp(written), Some(Timestamp(wanted)), "{written}");
    }

    #[test]
    fn machine_times_are_read() {
        check("2025-03-12T09:10:00+07:00", "2025-03-12T09:10:00+07:00");
        check("2025-03-12T09:10:05+0700", "2025-03-12T09:10:05+07:00");
        check("2025-03-12T02:10:00Z", "2025-03-12T09:10:00+07:00");
        check("2025-03-12T02:10:00.000Z", "2025-03-12T09:10:00+07:00");
        check("2025-03-12T09:10:11.000 +07:00", "2025-03-12T09:10:11+07:00");
        check("2025-03-12T09:10:00", "2025-03-12T09:10:00+07:00");
        check("2025-03-12 09:10", "2025-03-12T09:10:00+07:00");
        check("2025-03-12", "2025-03-12T00:00:00+07:00");
    }

    #[test]
    fn datelines_are_read() {
        check("12/03/2025 09:10", "2025-03-12T09:10:00+07:00");
        check("Thứ Tư, 12/3/2025, 09:10 (GMT+7)", "2025-03-12T09:10:00+07:00");
        check("Thứ Tư, 12/03/2025 - 09:10", "2025-03-12T09:10:00+07:00");
        check("12/03/2025 09:10 (GMT+07:00)", "2025-03-12T09:10:00+07:00");
        check("9h10 ngày 12/3/2025", "2025-03-12T09:10:00+07:00");
        check("09:10 | 12/03/2025", "2025-03-12T09:10:00+07:00");
        check("Cập nhật lúc 21:05, ngày 12-03-2025", "2025-03-12T21:05:00+07:00");
        check("12-03-2025 - 00:01 AM", "2025-03-12T00:01:00+07:00");
        check("12-03-2025 - 04:15 PM", "2025-03-12T16:15:00+07:00");
        check("Ngày 12 tháng 3 năm 2025", "2025-03-12T00:00:00+07:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in
            ["", "42-NQ/TW", "12/3", "99/99/2025", "0212 385 2222", "3.1.0.2", "12:30", "1/1/0001"]
        {
            assert_eq!(timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_sentence_is_no_dateline() {
        assert!(is_dateline("Thứ Tư, ngày 12/3/2025, 09:10 (GMT+7)"));
        assert!(!is_dateline("Quyết định có hiệu lực từ ngày 12/3/2025 trên toàn tỉnh"));
    }
}
