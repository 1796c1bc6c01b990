//! Places on the globe: `10°46'37"N`, `15,5N-112,5E`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::number::{cardinal_of, number};
use super::tokenize::{At, Kind, one_of};

/// One of the two coordinates of a place.
struct Coordinate {
    spoken: String,
    end: isize,
    quarter: Option<&'static Quarter>,
    /// Whether it is one without another beside it: degrees are written.
    sure: bool,
}

/// A quarter of the sky, in English or Vietnamese letters.
struct Quarter {
    letter: &'static str,
    name: &'static str,
    axis: &'static str,
}

const QUARTERS: [Quarter; 7] = [
    Quarter { letter: "N", name: "Bắc", axis: "vĩ" },
    Quarter { letter: "B", name: "Bắc", axis: "vĩ" },
    Quarter { letter: "S", name: "Nam", axis: "vĩ" },
    Quarter { letter: "E", name: "Đông", axis: "kinh" },
    Quarter { letter: "Đ", name: "Đông", axis: "kinh" },
    Quarter { letter: "W", name: "Tây", axis: "kinh" },
    Quarter { letter: "T", name: "Tây", axis: "kinh" },
];

/// Reads a coordinate, or the two of a place with what stands between them.
pub(super) fn read(at: At) -> Option<Reading> {
    let first = minutes_of_arc(at).or_else(|| degrees(at))?;
    let second = || {
        let sign = at.skip_space(first.end);
        let joined = at.dash(sign) || matches!(at.text(sign), ";" | "," | "/" | "và");
        let start = if joined { at.skip_space(sign + 1) } else { sign };
        let second = degrees(at.moved(start))?;
        let other = second.quarter?.axis != first.quarter?.axis;
        (other && start > first.end).then(|| (second.spoken, start + second.end))
    };
    if let Some((spoken, end)) = second() {
        let spoken = format!("{}, {spoken}", first.spoken);
        return Some(Reading::new(end, SemioticClass::Measure, spoken));
    }
    first.sure.then(|| Reading::new(first.end, SemioticClass::Measure, first.spoken))
}

fn quarter(at: At, k: isize) -> Option<&'static Quarter> {
    QUARTERS.iter().find(|quarter| at.is(k, quarter.letter))
}

/// `15,5N`, `15,5°N`, `15,5 độ N`
fn degrees(at: At) -> Option<Coordinate> {
    let (degrees, end) = number(at, 0)?;
    let word = at.skip_space(end);
    let (k, sure) = if at.is(end, "°") {
        (at.skip_space(end + 1), true)
    } else if one_of(at.text(word), &["độ"]) {
        (at.skip_space(word + 1), false)
    } else {
        (end, false)
    };
    let quarter = quarter(at, k)?;
    let closed = !at.kind(k + 1).is_word() && at.kind(k + 1) != Kind::Digits;
    let plausible = degrees.integer.len() <= 3 && !degrees.grouped;
    let spoken = format!("{} độ {} {}", degrees.spoken(), quarter.axis, quarter.name);
    (closed && plausible).then_some(Coordinate { spoken, end: k + 1, quarter: Some(quarter), sure })
}

/// `10°46'37"N`: degrees, minutes and seconds of an arc, and the quarter of the sky.
fn minutes_of_arc(at: At) -> Option<Coordinate> {
    let (degrees, degrees_end) = number(at, 0)?;
    if !at.is(degrees_end, "°") {
        return None;
    }
    let minutes: u32 = at.digits(degrees_end + 1).parse().ok()?;
    if minutes >= 60 || !at.is(degrees_end + 2, "'") {
        return None;
    }
    let mut spoken = format!("{} độ {} phút", degrees.spoken(), cardinal_of(minutes));
    let mut end = degrees_end + 3;
    if let Some((seconds, seconds_end)) = number(at, end)
        && matches!(at.text(seconds_end), "\"" | "'")
    {
        spoken.push_str(&format!(" {} giây", seconds.spoken()));
        end = seconds_end + if at.is(seconds_end + 1, "'") { 2 } else { 1 };
    }
    if let Some(quarter) = quarter(at, end) {
        spoken.push_str(&format!(" {}", quarter.name));
        end += 1;
    }
    // Each coordinate of this kind is read by itself: what stands between two is a pause anyway.
    Some(Coordinate { spoken, end, quarter: None, sure: true })
}
