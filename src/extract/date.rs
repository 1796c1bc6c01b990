//! Points in time as Vietnamese news pages write them.
//!
//! A date without a zone is the time in Vietnam: the papers' systems leave the zone out.

use time::{Date, Month, PrimitiveDateTime, Time, UtcOffset};

use crate::domain::units::Timestamp;

mod month;

/// Asia/Ho_Chi_Minh has had no other offset since 1975.
const VIETNAM: UtcOffset = match UtcOffset::from_hms(7, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// Years in which something on the web may have been published.
const YEARS: std::ops::RangeInclusive<i32> = 1995..=2100;

/// The time that a text of a page's head or of its dateline gives, in any of the usual forms:
/// RFC 3339 and its relatives, `12/03/2025 09:10`, `Thứ Tư, 12/3/2025, 09:10 (GMT+7)`,
/// `9h10 ngày 12/3/2025`, `12 tháng 3 năm 2025`, `12 Tháng Ba, 2025`.
pub fn timestamp(text: &str) -> Option<Timestamp> {
    let text = published_part(text);
    let pieces = pieces(text);
    let (date, after) = iso_date(&pieces)
        .or_else(|| day_first(&pieces))
        .or_else(|| month::spelled(text).map(|date| (date, 0..0)))
        .or_else(|| short_year(text, &pieces))?;
    let time = clock(&pieces, &after);
    let offset = if time.is_some() { zone(text) } else { None };
    let time = time.unwrap_or(Time::MIDNIGHT);
    let instant = PrimitiveDateTime::new(date, time).assume_offset(offset.unwrap_or(VIETNAM));
    Some(Timestamp(instant.unix_timestamp() * 1_000))
}

/// Of a line that says when a text was changed, then when it was published, the latter.
fn published_part(text: &str) -> &str {
    const MARKS: &[&str] =
        &["Ngày đăng", "ngày đăng", "Đăng lúc", "đăng lúc", "uất bản", "Đăng ngày"];
    if !is_update(text) {
        return text;
    }
    MARKS.iter().find_map(|mark| text.find(mark)).map_or(text, |at| &text[at..])
}

/// Whether a line says when a text was changed: `Cập nhật lúc 11:45, 12/03/2025`.
pub fn is_update(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next().is_some_and(|word| word.to_lowercase() == "cập")
        || ["Updated", "Last modified", "Sửa lần cuối", "Chỉnh sửa"]
            .iter()
            .any(|mark| text.starts_with(mark))
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
    // Beside the time may stand who put the text there.
    let names =
        ["bởi ", "đăng bởi ", "đăng lúc ", "người đăng "].iter().any(|by| words.starts_with(by));
    others <= if names && !text.ends_with('.') { 6 } else { 2 }
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

/// `12/3/25` beside a clock, in a line too short to hold anything else.
fn short_year(text: &str, pieces: &[Piece]) -> Option<(Date, Used)> {
    const LINE_MAX: usize = 48;
    pieces.windows(3).enumerate().filter(|_| text.len() <= LINE_MAX && has_clock(text)).find_map(
        |(at, p)| {
            let fits = p[0].next == '/' && p[1].next == '/' && p.iter().all(|p| p.digits <= 2);
            let found = fits.then(|| date(2_000 + p[2].value, p[1].value, p[0].value)).flatten();
            found.map(|date| (date, at..at + 3))
        },
    )
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
    // `8 giờ 20 phút`
    let in_words =
        |at: usize| pieces[at].word == 'g' && pieces.get(at + 1).is_some_and(|p| p.word == 'p');
    let at = (0..pieces.len()).filter(free).find(|at| {
        let piece = pieces[*at];
        piece.digits <= 2 && (matches!(piece.next, ':' | 'h' | 'H' | 'g') || in_words(*at))
    })?;
    let mut hour = u8::try_from(pieces[at].value).ok()?;
    let minute =
        pieces.get(at + 1).filter(|p| p.digits <= 2 && !used.contains(&(at + 1)) && p.value < 60);
    let second = minute.filter(|p| p.next == ':').and_then(|_| pieces.get(at + 2));
    let second = second.filter(|p| p.digits == 2 && p.value < 60);
    let last = second.or(minute).filter(|_| !in_words(at));
    // `PM` and `CH` (chiều) after a clock of twelve hours; `00:01 AM` is left as it stands.
    if last.is_some_and(|p| matches!(p.word, 'a' | 's')) && hour == 12 {
        hour = 0;
    }
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
        check("Thứ Hai, 05/10/2025 | 14:30 GMT+7", "2025-10-05T14:30:00+07:00");
        check("5:30 CH, 03/02/2024", "2024-02-03T17:30:00+07:00");
        check("12:05 SA 12/03/2025", "2025-03-12T00:05:00+07:00");
        check("8 giờ 20 phút, ngày 12 tháng 3 năm 2025", "2025-03-12T08:20:00+07:00");
        check("Thứ năm, 13 Tháng 3 2025 08:20", "2025-03-13T08:20:00+07:00");
        check("Thứ năm, 13 Tháng Ba 2025 08:20", "2025-03-13T08:20:00+07:00");
        check("13 Tháng Mười Hai, 2025", "2025-12-13T00:00:00+07:00");
        check("Tháng Mười 13, 2025", "2025-10-13T00:00:00+07:00");
        check("13 Th3, 2025", "2025-03-13T00:00:00+07:00");
        check("March 13, 2025", "2025-03-13T00:00:00+07:00");
        check("13 Mar 2025 08:20", "2025-03-13T08:20:00+07:00");
        check("08:20 - 13/3/25", "2025-03-13T08:20:00+07:00");
        check("Cập nhật: 12/03/2025 | Ngày đăng: 10/03/2025", "2025-03-10T00:00:00+07:00");
        check("Ngày đăng: 10/03/2025 - Cập nhật: 12/03/2025", "2025-03-10T00:00:00+07:00");
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
        assert!(is_dateline("Bởi Hà Linh lúc 13/03/2025"));
        assert!(!is_dateline("Quyết định có hiệu lực từ ngày 12/3/2025 trên toàn tỉnh"));
    }
}
