//! Charts of days as bars, drawn by the server: places and sizes in percent, which templates put into
//! SVG attributes, so that a chart is as wide as its place and its words as large as all others.

use crate::domain::listening::Day;

/// The part of a day's place that its bar takes, in percent.
const BAR_WIDTH: f64 = 72.0;

/// The lowest that something more than nothing is drawn, in percent.
const BAR_HEIGHT_MIN: f64 = 2.0;

/// Bars of days, and the words that say the same.
pub struct Chart {
    pub heading: String,
    /// What there is to see, for whoever does not.
    pub summary: String,
    /// What a bar of full height stands for.
    pub top: String,
    /// `dd/mm` of the first and the last day.
    pub first: String,
    pub last: String,
    pub bars: Vec<Bar>,
}

/// A day's bar. Numbers are percents of the chart.
pub struct Bar {
    /// The place of the day, which answers to the pointer.
    pub x: String,
    pub width: String,
    pub bar_x: String,
    pub bar_width: String,
    pub bar_y: String,
    /// `None` when there was nothing.
    pub bar_height: Option<String>,
    /// "05/11: 12 lượt"
    pub label: String,
}

/// A bar for each of the days; one that is `top` high is as high as the chart.
pub fn bars(days: &[(Day, u64)], top: u64, words: impl Fn(u64) -> String) -> Vec<Bar> {
    let width = 100.0 / days.len().max(1) as f64;
    let bar = |(at, (day, value)): (usize, &(Day, u64))| {
        let x = at as f64 * width;
        let height = (100.0 * *value as f64 / top.max(1) as f64).clamp(BAR_HEIGHT_MIN, 100.0);
        let bar_width = width * BAR_WIDTH / 100.0;
        Bar {
            x: percent(x),
            width: percent(width),
            bar_x: percent(x + (width - bar_width) / 2.0),
            bar_width: percent(bar_width),
            bar_y: percent(100.0 - height),
            bar_height: (*value > 0).then(|| percent(height)),
            label: format!("{}: {}", day.short(), words(*value)),
        }
    };
    days.iter().enumerate().map(bar).collect()
}

fn percent(value: f64) -> String {
    format!("{value:.2}")
}

/// The next round number that is not less: of one digit, or of two with zeros.
pub fn round_up(value: u64) -> u64 {
    const ONE_DIGIT: [u64; 7] = [1, 2, 3, 4, 5, 6, 8];
    const TWO_DIGITS: [u64; 10] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
    if let Some(round) = ONE_DIGIT.into_iter().find(|round| *round >= value) {
        return round;
    }
    let mut zeros = 1_u64;
    loop {
        for round in TWO_DIGITS.map(|round| round.saturating_mul(zeros)) {
            if round >= value {
                return round;
            }
        }
        zeros = zeros.saturating_mul(10);
    }
}

/// The next round time that is not less, in milliseconds: minutes up to an hour, then hours.
pub fn round_up_time(millis: u64) -> u64 {
    const MINUTE: u64 = 60_000;
    const HOUR: u64 = 60 * MINUTE;
    let minutes = [1, 2, 5, 10, 20, 30, 60].map(|minutes| minutes * MINUTE);
    let within = minutes.into_iter().find(|minutes| *minutes >= millis);
    within.unwrap_or_else(|| round_up(millis.div_ceil(HOUR)).saturating_mul(HOUR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        let round = [(0, 1), (3, 3), (7, 8), (9, 10), (11, 12), (61, 80), (81, 100), (661, 800)];
        for (value, expected) in round {
            assert_eq!(round_up(value), expected, "{value}");
        }
        assert_eq!(round_up(u64::MAX), u64::MAX);
        let minute = 60_000;
        let times = [(1, 1), (3, 5), (21, 30), (31, 60), (61, 120), (121, 180), (601, 720)];
        for (minutes, expected) in times {
            assert_eq!(round_up_time(minutes * minute), expected * minute, "{minutes} minutes");
        }
    }

    #[test]
    fn bars_stand_side_by_side_on_the_ground() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        let days = [
            (day("2026-11-01"), 0),
            (day("2026-11-02"), 10),
            (day("2026-11-03"), 5),
            (day("2026-11-04"), 1),
        ];
        let bars = bars(&days, 1_000, |value| format!("{value} lượt"));
        assert_eq!((bars[1].x.as_str(), bars[1].width.as_str()), ("25.00", "25.00"));
        assert_eq!((bars[1].bar_x.as_str(), bars[1].bar_width.as_str()), ("28.50", "18.00"));
        assert_eq!(bars[0].bar_height, None);
        // Little is not nothing.
        assert_eq!(bars[3].bar_height.as_deref(), Some("2.00"));
        assert_eq!((bars[3].bar_y.as_str(), bars[3].label.as_str()), ("98.00", "04/11: 1 lượt"));
        let full = super::bars(&days, 10, |_| String::new());
        assert_eq!(
            (full[1].bar_y.as_str(), full[1].bar_height.as_deref()),
            ("0.00", Some("100.00"))
        );
        assert_eq!(full[2].bar_y, "50.00");
    }
}
