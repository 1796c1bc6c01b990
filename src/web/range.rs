//! Range requests: which bytes of a file are wanted (RFC 9110, sections 13 and 14).

use axum::http::{HeaderMap, header};

use super::limits::header_text;

/// What to send of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It has not changed since the client got it.
    Nothing,
    Whole,
    /// From this byte on, so many.
    Part {
        start: u64,
        length: u64,
    },
    /// A range that the file does not have.
    Unsatisfiable,
}

/// Reads what a client asks for of a file of that length with that strong entity tag (quotes
/// included). A range that is not understood, of several parts, or conditional on another version
/// gets the whole file, as the standard allows.
pub fn wanted(headers: &HeaderMap, length: u64, tag: &str) -> Wanted {
    let text = |name| header_text(headers, name);
    if let Some(tags) = text(header::IF_NONE_MATCH) {
        let weak = |given: &str| given.trim().trim_start_matches("W/") == tag;
        if tags.trim() == "*" || tags.split(',').any(weak) {
            return Wanted::Nothing;
        }
    }
    // A date, or a weak tag, cannot say that it is the same bytes.
    if text(header::IF_RANGE).is_some_and(|condition| condition.trim() != tag) {
        return Wanted::Whole;
    }
    text(header::RANGE).map_or(Wanted::Whole, |range| part(range, length))
}

fn part(range: &str, length: u64) -> Wanted {
    let Some((unit, set)) = range.split_once('=') else { return Wanted::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") || set.contains(',') {
        return Wanted::Whole;
    }
    let Some((first, last)) = set.trim().split_once('-') else { return Wanted::Whole };
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !digits(first) || !digits(last) || (first.is_empty() && last.is_empty()) {
        return Wanted::Whole;
    }
    // Numbers too large for u64 lie beyond every file.
    let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
    if first.is_empty() {
        let start = length.saturating_sub(number(last));
        return bounded(start, length, length);
    }
    let end = if last.is_empty() { length } else { number(last).saturating_add(1) };
    if end <= number(first) && !last.is_empty() {
        // Backwards: not a range at all.
        return Wanted::Whole;
    }
    bounded(number(first), end, length)
}

fn bounded(start: u64, end: u64, length: u64) -> Wanted {
    let end = end.min(length);
    if start >= end {
        return Wanted::Unsatisfiable;
    }
    Wanted::Part { start, length: end - start }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const TAG: &str = "\"abc\"";

    fn ask(pairs: &[(header::HeaderName, &'static str)]) -> Wanted {
        let pair = |(name, value): &(header::HeaderName, &'static str)| {
            (name.clone(), HeaderValue::from_static(value))
        };
        wanted(&pairs.iter().map(pair).collect(), 100, TAG)
    }

    fn range(value: &'static str) -> Wanted {
        ask(&[(header::RANGE, value)])
    }

    #[test]
    fn one_range_of_each_form() {
        let part = |start, length| Wanted::Part { start, length };
        assert_eq!(range("bytes=0-9"), part(0, 10));
        assert_eq!(range("bytes=90-"), part(90, 10));
        assert_eq!(range("bytes=-10"), part(90, 10));
        assert_eq!(range("bytes=-1000"), part(0, 100));
        assert_eq!(range("bytes=95-1000"), part(95, 5));
        assert_eq!(range("BYTES=0-99999999999999999999999"), part(0, 100));
    }

    #[test]
    fn beyond_the_end_is_unsatisfiable() {
        for value in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(range(value), Wanted::Unsatisfiable, "{value}");
        }
    }

    #[test]
    fn what_is_not_understood_gets_the_whole_file() {
        for value in [
            "bytes=",
            "bytes=-",
            "bytes=9-0",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "lines=0-1",
            "0-1",
            "bytes=+1-2",
        ] {
            assert_eq!(range(value), Wanted::Whole, "{value}");
        }
    }

    #[test]
    fn conditions_are_heeded() {
        let half = (header::RANGE, "bytes=0-49");
        assert_eq!(ask(&[(header::IF_NONE_MATCH, TAG)]), Wanted::Nothing);
        assert_eq!(ask(&[(header::IF_NONE_MATCH, "\"x\", W/\"abc\"")]), Wanted::Nothing);
        assert_eq!(ask(&[(header::IF_NONE_MATCH, "\"x\"")]), Wanted::Whole);
        assert_eq!(
            ask(&[half.clone(), (header::IF_RANGE, TAG)]),
            Wanted::Part { start: 0, length: 50 }
        );
        assert_eq!(ask(&[half.clone(), (header::IF_RANGE, "\"x\"")]), Wanted::Whole);
        assert_eq!(ask(&[half, (header::IF_RANGE, "W/\"abc\"")]), Wanted::Whole);
    }

    proptest::proptest! {
        #[test]
        fn a_part_lies_inside_the_file(value in "bytes=[0-9]{0,25}-[0-9]{0,25}", length in 0_u64..1000) {
            if let Wanted::Part { start, length: part } = part(&value, length) {
                assert!(part > 0 && start + part <= length);
            }
        }
    }
}
