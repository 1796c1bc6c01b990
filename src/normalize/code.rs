//! Names made of letters and digits: plates, roads, kilometre posts, school classes, products.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::letters;
use super::number::{cardinal, digits, number};
use super::tokenize::{At, Kind, one_of};

/// Abbreviated kinds of roads, where a number follows.
const ROADS: [(&str, &str); 7] = [
    ("QL", "quốc lộ"),
    ("ĐT", "đường tỉnh"),
    ("TL", "tỉnh lộ"),
    ("ĐH", "đường huyện"),
    ("HL", "hương lộ"),
    ("ĐX", "đường xã"),
    ("CT", "cao tốc"),
];

/// Words before a number with a letter that make it a name, not an amount with a unit.
const NAMED: [&str; 22] = [
    "lớp",
    "khối",
    "nhà",
    "số",
    "phòng",
    "lô",
    "đường",
    "lộ",
    "ngõ",
    "tầng",
    "tổ",
    "khu",
    "điều",
    "dãy",
    "tòa",
    "hẻm",
    "căn",
    "cổng",
    "ghế",
    "km",
    "thửa",
    "sân",
];

/// Pieces that one code may have; bounds the look-ahead.
const PIECES_MAX: usize = 10;

/// `29B-612.34`, `26H1-007.15`, `29-B1 123.45`
pub(super) fn read_plate(at: At) -> Option<Reading> {
    let province = at.digits(0);
    let mut k = 1;
    k += isize::from(at.is(1, "-"));
    let series = at.text(k);
    let is_series = matches!(at.kind(k), Kind::Letter | Kind::Caps) && series.chars().count() <= 2;
    if province.len() != 2 || !is_series {
        return None;
    }
    k += 1;
    let series_digit = at.digits(k);
    k += isize::from(series_digit.len() == 1);
    if series_digit.len() > 1 && !(4..=5).contains(&series_digit.len()) {
        return None;
    }
    let spaced = at.kind(k) == Kind::Space;
    k = at.skip_space(k);
    let separated = at.dash(k) || at.is(k, ".");
    k += isize::from(separated);
    k = at.skip_space(k);
    let first = at.digits(k);
    let second = if at.is(k + 1, ".") { at.digits(k + 2) } else { "" };
    let announced = at.near(4, &["bks", "biển", "soát", "xe", "bs"]);
    let (serial, end) = match (first.len(), second.len()) {
        (3, 2) => (format!("{first}{second}"), k + 3),
        (4 | 5, 0) if separated || announced => (first.to_owned(), k + 1),
        _ => return None,
    };
    if spaced && !separated && !announced {
        return None;
    }
    let mut spoken = format!("{} {}", cardinal(province), letters::spelled(series));
    if series_digit.len() == 1 {
        spoken.push(' ');
        spoken.push_str(&cardinal(series_digit));
    }
    spoken.push_str(", ");
    spoken.push_str(&digits(&serial));
    Some(Reading::new(end, SemioticClass::Plate, spoken))
}

/// `QL 279`, `ĐT.107`, `QL1A`, `Km 52+600`
pub(super) fn read_road(at: At) -> Option<Reading> {
    if let Some(post) = kilometre_post(at) {
        return Some(post);
    }
    let (_, name) = ROADS.iter().find(|(written, _)| at.is(0, written))?;
    let glued = matches!(at.text(1), "." | "-");
    let k = at.skip_space(if glued { 2 } else { 1 });
    let number = at.digits(k);
    let ambiguous = at.is(0, "CT") && k > 1 && !glued;
    if number.is_empty() || number.len() > 4 || ambiguous {
        return None;
    }
    let mut spoken = format!("{name} {}", cardinal(number));
    let mut end = k + 1;
    if matches!(at.kind(end), Kind::Letter) {
        spoken.push(' ');
        spoken.push_str(&letters::spelled(at.text(end)));
        end += 1;
    }
    Some(Reading::new(end, SemioticClass::Road, spoken))
}

fn kilometre_post(at: At) -> Option<Reading> {
    if !matches!(at.text(0), "Km" | "km" | "KM") {
        return None;
    }
    let k = at.skip_space(1);
    let (kilometre, end) = number(at, k)?;
    let mut spoken = format!("ki lô mét {}", kilometre.spoken());
    let mut end = end;
    let plus = at.skip_space(end);
    let metres = at.skip_space(plus + 1);
    if at.is(plus, "+") && !at.digits(metres).is_empty() {
        spoken.push_str(" cộng ");
        let said = at.digits(metres);
        let said = if said.starts_with('0') { digits(said) } else { cardinal(said) };
        spoken.push_str(&said);
        end = metres + 1;
    }
    Some(Reading::new(end, SemioticClass::Road, spoken))
}

/// A number with a letter after a word that makes it a name: `lớp 5A2`, `số nhà 27A`, `ngõ 15/2`.
pub(super) fn read_address(at: At) -> Option<Reading> {
    if !one_of(at.before(1), &NAMED) || !matches!(at.kind(1), Kind::Letter) {
        return None;
    }
    read_numbered(at)
}

/// Digits that letters follow: `5A2`, `5G`, `4K`, `12B`.
pub(super) fn read_numbered(at: At) -> Option<Reading> {
    let glued = matches!(at.kind(1), Kind::Letter | Kind::Caps)
        || at.kind(1) == Kind::Lower && at.text(1).chars().count() == 1 && !at.is(1, "x");
    if !glued || at.digits(0).len() > 5 {
        return None;
    }
    let mut spoken = if at.digits(0).starts_with('0') && at.digits(0).len() > 1 {
        digits(at.digits(0))
    } else {
        cardinal(at.digits(0))
    };
    let end = push_pieces(at, 1, &mut spoken);
    Some(Reading::new(end, SemioticClass::Code, spoken))
}

/// Letters that digits follow: `H5N1`, `U17`, `PM2.5`, `RON95-III`.
pub(super) fn read_lettered(at: At) -> Option<Reading> {
    let letters = at.text(0);
    let glued = at.kind(1) == Kind::Digits && letters.chars().count() <= 5;
    // `HbA1c`, `CaCO3`, but `iPhone15`: a mixture with small letters in the middle is a name.
    let formula = letters.starts_with(char::is_uppercase) && !letters.ends_with(char::is_lowercase);
    if !glued || at.kind(0) == Kind::Mixed && !formula {
        return None;
    }
    let mut spoken = letters::acronym(at, 0);
    let end = push_pieces(at, 1, &mut spoken);
    Some(Reading::new(end, SemioticClass::Code, spoken))
}

/// Adds the glued letters and digits from `k` on; a grade in Roman numerals may close the code.
fn push_pieces(at: At, mut k: isize, spoken: &mut String) -> isize {
    for _ in 0..PIECES_MAX {
        let piece = match at.kind(k) {
            Kind::Digits => match number(at, k)
                .filter(|(n, _)| n.fraction.is_some() && !n.grouped && at.is(k + 1, "."))
            {
                Some((decimal, end)) => {
                    k = end - 1;
                    decimal.spoken()
                }
                None if at.text(k).starts_with('0') || at.text(k).len() > 4 => digits(at.text(k)),
                None => cardinal(at.text(k)),
            },
            Kind::Letter | Kind::Caps => letters::acronym(at, k),
            Kind::Lower if at.text(k).chars().count() == 1 => letters::spelled(at.text(k)),
            Kind::Mark if at.is(k, "-") && at.kind(k - 1) == Kind::Digits => {
                match super::roman::value(at.text(k + 1)) {
                    Some(grade) => {
                        k += 1;
                        super::number::cardinal_of(grade)
                    }
                    None => return k,
                }
            }
            _ => return k,
        };
        spoken.push(' ');
        spoken.push_str(&piece);
        k += 1;
    }
    k
}
