//! What was listened to, counted by day: numbers of articles, never of people.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use time::Date;
use time::macros::{format_description, offset};

use super::units::{Millis, Timestamp};

/// A day in Vietnam, from midnight to midnight there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

/// The text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day (YYYY-MM-DD was expected)")]
pub struct InvalidDay;

/// Some days in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub first: Day,
    pub last: Day,
}

/// How much was listened to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listens {
    /// How often somebody began to listen.
    pub plays: u64,
    /// How much of the article was heard, in its own time: at double speed a minute counts as one.
    pub heard: Millis,
    /// How often somebody came to the end.
    pub completions: u64,
}

impl Day {
    /// The day of an instant; the first of the calendar for one that lies outside of it.
    pub fn of(at: Timestamp) -> Self {
        Self(at.in_vietnam().map_or(Date::MIN, |at| at.date()))
    }

    /// Midnight in Vietnam, at which it begins.
    pub fn begins(self) -> Timestamp {
        let at = self.0.midnight().assume_offset(offset!(+7)).unix_timestamp();
        Timestamp(at * 1000)
    }

    /// The midnight at which it ends.
    pub fn ends(self) -> Timestamp {
        Timestamp(self.begins().0 + 24 * 60 * 60 * 1000)
    }

    /// Day and month as people write them: `05/11`.
    pub fn short(self) -> String {
        self.0.format(format_description!("[day]/[month]")).unwrap_or_default()
    }

    /// With its year: `05/11/2026`.
    pub fn long(self) -> String {
        self.0.format(format_description!("[day]/[month]/[year]")).unwrap_or_default()
    }
}

impl fmt::Display for Day {
    /// ISO 8601, in which days sort as text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = InvalidDay;

    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        let date = Date::parse(text, format_description!("[year]-[month]-[day]"));
        date.map(Self).map_err(|_| InvalidDay)
    }
}

impl Period {
    /// So many days, at least one, of which `last` is the last.
    pub fn ending(last: Day, days: u16) -> Self {
        let before = time::Duration::days(i64::from(days.max(1)) - 1);
        Self { first: Day(last.0.checked_sub(before).unwrap_or(Date::MIN)), last }
    }

    /// Its days, the first one first.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let next = |day: &Day| day.0.next_day().map(Day);
        std::iter::successors(Some(self.first), next).take_while(move |day| *day <= self.last)
    }
}

impl Listens {
    /// The most that one report may say to have been heard. A player reports more often than that.
    pub const REPORT_MAX: Millis = Millis(600_000);

    /// What a player reports: whether a play began, so many seconds heard since its last report,
    /// whether the end was reached. `None` for what no player says. More seconds than one report may
    /// have count as that many: a telephone that slept reports late.
    pub fn reported(plays: u64, seconds: f64, completed: bool) -> Option<Self> {
        if plays > 1 || !seconds.is_finite() || seconds < 0.0 {
            return None;
        }
        let millis = (seconds * 1000.0).round().min(Self::REPORT_MAX.0 as f64);
        Some(Self { plays, heard: Millis(millis as u64), completions: u64::from(completed) })
    }

    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// How many of a hundred plays came to the end, if any began. A play that began before the days
    /// that are counted may end in them; more than all is all.
    pub fn completion_percent(&self) -> Option<u64> {
        if self.plays == 0 {
            return None;
        }
        let (plays, completions) = (u128::from(self.plays), u128::from(self.completions));
        Some(((100 * completions + plays / 2) / plays).min(100) as u64)
    }
}

impl AddAssign for Listens {
    fn add_assign(&mut self, other: Self) {
        self.plays = self.plays.saturating_add(other.plays);
        self.heard = Millis(self.heard.0.saturating_add(other.heard.0));
        self.completions = self.completions.saturating_add(other.completions);
    }
}

impl std::iter::Sum for Listens {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_ends_at_midnight_in_vietnam() {
        // 2026-11-28T17:00:00Z is midnight there.
        let midnight = 1_795_885_200_000;
        assert_eq!(Timestamp(midnight).rfc3339(), "2026-11-29T00:00:00+07:00");
        assert_eq!(Day::of(Timestamp(midnight - 1)), day("2026-11-28"));
        assert_eq!(Day::of(Timestamp(midnight)), day("2026-11-29"));
        assert_eq!(Day::of(Timestamp(midnight + 86_399_999)), day("2026-11-29"));
        assert_eq!(Day::of(Timestamp(midnight + 86_400_000)), day("2026-11-30"));
    }

    #[test]
    fn a_day_survives_its_text_and_is_written_as_people_do() {
        assert_eq!(day("2026-11-05").to_string(), "2026-11-05");
        assert_eq!(day("2026-11-05").short(), "05/11");
        assert_eq!(day("2026-11-05").long(), "05/11/2026");
        for bad in ["", "2026-13-01", "2026-02-30", "05/11/2026", "hôm nay"] {
            assert_eq!(bad.parse::<Day>(), Err(InvalidDay), "{bad:?}");
        }
    }

    #[test]
    fn a_period_has_all_its_days() {
        let period = Period::ending(day("2028-03-01"), 30);
        let days: Vec<Day> = period.days().collect();
        assert_eq!((days.len(), period.first), (30, day("2028-02-01")));
        assert_eq!((days[0], days[28], days[29]), (period.first, day("2028-02-29"), period.last));
        assert_eq!(Period::ending(day("2028-03-01"), 0).days().count(), 1);
    }

    #[test]
    fn a_report_is_kept_within_its_limits() {
        let heard = |seconds| Listens::reported(1, seconds, false).map(|listens| listens.heard.0);
        assert_eq!(heard(0.0), Some(0));
        assert_eq!(heard(12.3456), Some(12_346));
        assert_eq!(heard(600.0), Some(600_000));
        assert_eq!(heard(600.1), Some(600_000));
        assert_eq!(heard(1e300), Some(600_000));
        for bad in [-0.1, f64::NAN, f64::INFINITY] {
            assert_eq!(heard(bad), None, "{bad}");
        }
        assert_eq!(Listens::reported(2, 1.0, false), None);
        let all = Listens { plays: 1, heard: Millis(500), completions: 1 };
        assert_eq!(Listens::reported(1, 0.5, true), Some(all));
        assert!(Listens::reported(0, 0.0, false).unwrap().is_nothing());
    }

    #[test]
    fn listens_add_up() {
        let one = Listens { plays: 1, heard: Millis(1_500), completions: 0 };
        let other = Listens { plays: 2, heard: Millis(500), completions: 1 };
        let sum = Listens { plays: 3, heard: Millis(2_000), completions: 1 };
        assert_eq!([one, other].into_iter().sum::<Listens>(), sum);
    }

    #[test]
    fn a_rate_is_rounded_and_never_more_than_all() {
        let rate = |plays, completions| {
            Listens { plays, heard: Millis(0), completions }.completion_percent()
        };
        assert_eq!(rate(3, 1), Some(33));
        assert_eq!(rate(3, 2), Some(67));
        assert_eq!(rate(200, 1), Some(1));
        assert_eq!(rate(1, 2), Some(100));
        assert_eq!(rate(0, 1), None);
    }
}
