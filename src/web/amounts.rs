//! Sizes and lengths of time as people read them.

use super::texts::texts;

/// `1,2 GB`, `63,2 MB`, `4 kB`: units of thousands, as disks are sold.
pub fn bytes(count: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| count >= *size) {
        Some((unit, size)) => {
            format!("{:.1} {unit}", count as f64 / *size as f64).replace('.', ",")
        }
        None => format!("{count} B"),
    }
}

/// `40 giây`, `12 phút`, `3 giờ`, `2 ngày`: the largest unit that fits.
pub fn span(ms: i64) -> String {
    let t = &texts().health;
    let seconds = ms.max(0) / 1_000;
    let (text, count) = match seconds {
        0..120 => (&t.seconds, seconds),
        120..7_200 => (&t.minutes, seconds / 60),
        7_200..172_800 => (&t.hours, seconds / 3_600),
        _ => (&t.days, seconds / 86_400),
    };
    text.replace("{count}", &count.to_string())
}

/// `1,25`, without zeros that say nothing.
pub fn decimal(number: f32) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').replace('.', ",")
}

/// A decimal number as people type it, with a comma or a point.
pub fn parse_decimal(typed: &str) -> Option<f32> {
    typed.trim().replace(',', ".").parse().ok().filter(|number: &f32| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_short_and_vietnamese() {
        assert_eq!([999, 63_201_294, 1_240_000_000].map(bytes), ["999 B", "63,2 MB", "1,2 GB"]);
        let spans = [-5, 40_000, 720_000, 3 * 3_600_000, 50 * 3_600_000].map(span);
        assert_eq!(spans, ["0 giây", "40 giây", "12 phút", "3 giờ", "2 ngày"]);
        assert_eq!([1.0, 1.25, 0.5].map(decimal), ["1", "1,25", "0,5"]);
        assert_eq!(parse_decimal(" 1,2 "), Some(1.2));
        assert_eq!(parse_decimal("nhanh"), None);
        assert_eq!(parse_decimal("inf"), None);
    }
}
