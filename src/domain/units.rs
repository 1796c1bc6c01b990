//! Units as types: nobody can add samples to milliseconds.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, PrimitiveDateTime};

/// Samples a second, mono.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SampleRate(pub u32);

/// A length or a position in samples of mono sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Samples(pub u64);

/// A length of time in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(pub u64);

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// Loudness relative to full scale (ITU-R BS.1770, EBU R128).
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Lufs(pub f64);

/// A level relative to full scale; for true peaks, dBTP.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Decibel(pub f64);

impl Decibel {
    /// The factor by which samples of this level are multiplied.
    pub fn gain(self) -> f64 {
        10_f64.powf(self.0 / 20.0)
    }

    /// The level of a linear factor; silence is negative infinity.
    pub fn of_gain(gain: f64) -> Self {
        Self(20.0 * gain.log10())
    }
}

impl Samples {
    /// How long that many samples sound, rounded to the nearest millisecond.
    pub fn millis(self, rate: SampleRate) -> Millis {
        let rate = u64::from(rate.0).max(1);
        Millis((self.0 * 1000 + rate / 2) / rate)
    }

    /// How long that many samples sound, in seconds.
    pub fn seconds(self, rate: SampleRate) -> f64 {
        self.0 as f64 / f64::from(rate.0.max(1))
    }
}

impl Millis {
    /// How many samples sound for that long, rounded to the nearest one.
    pub fn samples(self, rate: SampleRate) -> Samples {
        Samples((self.0 * u64::from(rate.0) + 500) / 1000)
    }

    /// The time as a player shows it: `mm:ss`, or `h:mm:ss` from an hour on.
    pub fn clock(self) -> String {
        let seconds = self.0 / 1000;
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if hours > 0 {
            format!("{hours}:{minutes:02}:{seconds:02}")
        } else {
            format!("{minutes:02}:{seconds:02}")
        }
    }
}

impl Timestamp {
    /// The instant on Vietnam's clocks, which have kept +07:00 without daylight saving since 1975;
    /// `None` outside the calendar's range.
    pub fn in_vietnam(self) -> Option<OffsetDateTime> {
        let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).ok()?;
        Some(utc.to_offset(offset!(+7)))
    }

    /// The day in Vietnam (ISO 8601); empty outside the calendar's range.
    pub fn date(self) -> String {
        self.in_vietnam().map(|at| at.date().to_string()).unwrap_or_default()
    }

    /// `dd/mm/yyyy HH:MM` in Vietnam's time; empty outside the calendar's range.
    pub fn date_and_time(self) -> String {
        let format = format_description!("[day]/[month]/[year] [hour]:[minute]");
        self.in_vietnam().and_then(|at| at.format(&format).ok()).unwrap_or_default()
    }

    /// `YYYY-MM-DDTHH:MM` in Vietnam's time, as a form's field of date and time has it; empty outside the
    /// calendar's range.
    pub fn local(self) -> String {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]");
        self.in_vietnam().and_then(|at| at.format(&format).ok()).unwrap_or_default()
    }

    /// The instant that such a field means. Seconds, which some browsers add, are passed over.
    pub fn from_local(text: &str) -> Option<Self> {
        let format = format_description!("[year]-[month]-[day]T[hour]:[minute]");
        let minute = text.trim().get(..16)?;
        let at = PrimitiveDateTime::parse(minute, &format).ok()?.assume_offset(offset!(+7));
        Some(Self(at.unix_timestamp() * 1000))
    }

    /// RFC 3339 in Vietnam's time; empty outside the calendar's range.
    pub fn rfc3339(self) -> String {
        self.in_vietnam().and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
    }
}

impl Add for Samples {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Samples {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Samples {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_millis_agree() {
        let rate = SampleRate(22_050);
        assert_eq!(Millis(1000).samples(rate), Samples(22_050));
        assert_eq!(Samples(22_050 * 90).millis(rate), Millis(90_000));
    }

    #[test]
    fn a_clock_shows_hours_only_when_there_are_any() {
        assert_eq!(Millis(0).clock(), "00:00");
        assert_eq!(Millis(185_999).clock(), "03:05");
        assert_eq!(Millis(3_600_000).clock(), "1:00:00");
    }

    #[test]
    fn an_instant_is_shown_in_vietnam() {
        assert_eq!(Timestamp(1_726_380_000_000).rfc3339(), "2024-09-15T13:00:00+07:00");
        assert_eq!(Timestamp(i64::MAX).rfc3339(), "");
        assert_eq!(Timestamp(1_735_664_400_000).date(), "2025-01-01");
    }

    #[test]
    fn a_field_of_date_and_time_is_vietnams() {
        let at = Timestamp::from_local("2026-11-30T07:30").unwrap();
        assert_eq!(at.rfc3339(), "2026-11-30T07:30:00+07:00");
        assert_eq!(at.local(), "2026-11-30T07:30");
        assert_eq!(Timestamp::from_local("2026-11-30T07:30:59"), Some(at));
        for wrong in
            ["", "2026-11-30", "2026-13-30T07:30", "30/11/2026 07:30", "ngày mai lúc bảy giờ"]
        {
            assert_eq!(Timestamp::from_local(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn decibels_and_gains_are_inverse() {
        assert!((Decibel(-6.0).gain() - 0.501).abs() < 0.001);
        assert!((Decibel::of_gain(0.5).0 + 6.02).abs() < 0.01);
    }
}
