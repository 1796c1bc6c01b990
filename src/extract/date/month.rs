//! Dates whose month is spelled: `12 tháng 3 năm 2025`, `Tháng Mười 12, 2025`, `12 Mar 2025`.

use time::Date;

use super::date;

/// The months as they are counted in Vietnamese; the last two need the word before.
const NAMES: [&[&str]; 10] = [
    &["một", "giêng"],
    &["hai"],
    &["ba"],
    &["tư"],
    &["năm"],
    &["sáu"],
    &["bảy", "bẩy"],
    &["tám"],
    &["chín"],
    &["mười"],
];

const ENGLISH: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The date of a line whose month is a word or stands behind one.
pub fn spelled(text: &str) -> Option<Date> {
    let small = text.get(..text.floor_char_boundary(200)).unwrap_or(text).to_lowercase();
    let words: Vec<&str> =
        small.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    (0..words.len()).find_map(|at| {
        let (month, end) = month(&words, at)?;
        let number = |at: usize| words.get(at).and_then(|word| word.parse().ok());
        // `năm` before the year.
        let year = |at: usize| number(at + usize::from(words.get(at) == Some(&"năm")));
        let before = at.checked_sub(1).and_then(number);
        let day_first = before.and_then(|day| date(year(end)?, month, day));
        day_first.or_else(|| date(year(end + 1)?, month, number(end)?))
    })
}

/// The month that is named at a word, and the place behind it.
fn month(words: &[&str], at: usize) -> Option<(i32, usize)> {
    let word = words[at];
    if word == "tháng" {
        let name = words.get(at + 1)?;
        if let Ok(month) = name.parse() {
            return Some((month, at + 2));
        }
        let months = (1..).zip(NAMES);
        let month = months.clone().find(|(_, names)| names.contains(name))?.0;
        return match (month, words.get(at + 2)) {
            (10, Some(&"một")) => Some((11, at + 3)),
            (10, Some(&"hai")) => Some((12, at + 3)),
            _ => Some((month, at + 2)),
        };
    }
    let short = || word.strip_prefix("th")?.parse().ok();
    let english = || {
        let is_one = word.len() >= 3 && word.is_ascii();
        let found = ENGLISH.iter().position(|name| word.starts_with(name)).filter(|_| is_one)?;
        i32::try_from(found + 1).ok()
    };
    short().or_else(english).map(|month| (month, at + 1))
}
