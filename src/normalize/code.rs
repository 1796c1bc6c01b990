//! Names made of letters and digits: plates, roads, kilometre posts, school classes, products.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::letters;
use super::number::{cardinal, digits, is_year, number};
use super::tokenize::{At, Kind, one_of, same};

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
const NAMED: [&str; 23] = [
    "mã",
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

/// `QNg 94567 TS`, `BĐ-91234-TS`: a fishing boat, by its province, its number and `TS` (thủy sản).
pub(super) fn read_boat(at: At) -> Option<Reading> {
    let province = at.text(0);
    let gap = |k: isize| at.dash(k) || at.is(k, " ");
    let serial = Some(at.digits(2)).filter(|serial| (4..=5).contains(&serial.len()))?;
    let is_boat = province.chars().count() <= 4 && gap(1) && gap(3) && at.is(4, "TS");
    let spoken = format!("{} {}, tê ét", letters::spelled(province), digits(serial));
    is_boat.then(|| Reading::new(5, SemioticClass::Plate, spoken))
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
    let ambiguous = at.is(0, "CT") && k > 1 && !glued || at.is(0, "HL") && is_load(at, number);
    // `ĐT 0212 3852 456` is to be called, `ĐH 2025` has its year.
    let called = number.len() > 2 && number.starts_with('0');
    let year = k > 1 && !glued && is_year(number);
    if number.is_empty() || number.len() > 4 || ambiguous || called || year {
        return None;
    }
    // `CT05`: the zero belongs to the name.
    let number = if number.starts_with('0') { digits(number) } else { cardinal(number) };
    // `cao tốc CT04`: the kind was named already.
    let (first, last) = name.split_once(' ').unwrap_or((name, name));
    let named = same(at.before(1), last) && same(at.before(2), first);
    let mut spoken = if named { number } else { format!("{name} {number}") };
    let mut end = k + 1;
    if matches!(at.kind(end), Kind::Letter) {
        spoken.push(' ');
        spoken.push_str(&letters::spelled(at.text(end)));
        end += 1;
    }
    Some(Reading::new(end, SemioticClass::Road, spoken))
}

/// `tải trọng HL93`: a class of the load that a bridge bears, not a road.
fn is_load(at: At, number: &str) -> bool {
    let road = at.near(2, &["đường", "tuyến", "lộ"]);
    !road && (at.near(6, &["tải", "trọng"]) || number == "93" && at.kind(1) != Kind::Space)
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
    if let Some(counted) = nights(at).or_else(|| rooms(at)) {
        return Some(counted);
    }
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

/// `3N2Đ`: the days and nights of a tour.
fn nights(at: At) -> Option<Reading> {
    let tour = at.is(1, "N") && at.is(3, "Đ") && at.digits(0).len() <= 2;
    let nights = Some(at.digits(2)).filter(|nights| tour && (1..=2).contains(&nights.len()))?;
    let spoken = format!("{} ngày {} đêm", cardinal(at.digits(0)), cardinal(nights));
    Some(Reading::new(4, SemioticClass::Code, spoken))
}

/// `2PN`, `1WC`: the rooms of a flat.
fn rooms(at: At) -> Option<Reading> {
    let room = match at.text(1) {
        "PN" => "phòng ngủ",
        "WC" => "nhà vệ sinh",
        _ => return None,
    };
    let few = at.digits(0).len() <= 2;
    few.then(|| Reading::new(2, SemioticClass::Code, format!("{} {room}", cardinal(at.digits(0)))))
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
    // `VN1544` is a flight: no country before three digits or more.
    let fleet = letters.chars().count() == 2 && at.text(1).len() > 2;
    let mut spoken = if fleet { letters::spelled(letters) } else { letters::code(at, 0) };
    let end = push_pieces(at, 1, &mut spoken);
    Some(Reading::new(end, SemioticClass::Code, spoken))
}

/// Letters and a number with a hyphen between: `HQ-571`, `Su-30MK2`, `TX-0`.
///
/// Letters that a table knows as more than a name keep the table's reading, except those of two,
/// which before a hyphen and a number are a make or a fleet.
pub(super) fn read_hyphenated(at: At) -> Option<Reading> {
    let letters = at.text(0);
    let count = letters.chars().count();
    let short = match at.kind(0) {
        Kind::Letter => true,
        Kind::Caps => count == 2 || count == 3 && !letters::is_known(at, 0),
        Kind::Capital => count == 2 && letters.is_ascii(),
        _ => false,
    };
    let number = at.digits(2);
    let goes_on = at.dash(3) && at.kind(4) == Kind::Digits
        || matches!(at.text(3), "/" | "." | ",") && at.kind(4) == Kind::Digits;
    if !short || !at.is(1, "-") || number.is_empty() || number.len() > 5 || goes_on {
        return None;
    }
    let roman_or_word =
        super::roman::value(letters).is_some() && (count > 1 || matches!(letters, "I" | "V" | "X"));
    if roman_or_word || matches!(at.text(-1), "/" | "-") {
        return None;
    }
    let mut spoken = match at.kind(0) {
        Kind::Capital if !letters::is_unspeakable(letters) => letters.to_owned(),
        _ => letters::spelled(letters),
    };
    let end = if number.len() > 3 {
        spoken.push(' ');
        spoken.push_str(&digits(number));
        push_pieces(at, 3, &mut spoken)
    } else {
        push_pieces(at, 2, &mut spoken)
    };
    Some(Reading::new(end, SemioticClass::Code, spoken))
}

/// Symbols of the elements that stand in formulas of common substances.
const ELEMENTS: [&str; 30] = [
    "Na", "Mg", "Al", "Si", "Cl", "Ca", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Br", "Ag", "Sn",
    "Ba", "Hg", "Pb", "Li", "H", "B", "C", "N", "O", "F", "P", "S", "K", "I",
];

/// Symbols that end a formula without digits, so that `NiBa` stays a name.
const ANIONS: [&str; 7] = ["Cl", "Br", "O", "H", "N", "F", "S"];

/// `NaCl`, `NaOH`, `MgO`, `CH3COONa`: the formula of a substance, said by its letters.
pub(super) fn read_formula(at: At) -> Option<Reading> {
    let formula = at.text(0);
    if at.kind(0) != Kind::Mixed || formula.chars().count() > 8 || at.kind(1) == Kind::Digits {
        return None;
    }
    let last = last_element(formula)?;
    ANIONS.contains(&last).then(|| Reading::new(1, SemioticClass::Code, letters::spelled(formula)))
}

/// Whether a word is made of the symbols of elements.
pub(super) fn is_formula(word: &str) -> bool {
    last_element(word).is_some()
}

/// The last of the elements whose symbols the whole word consists of.
fn last_element(word: &str) -> Option<&'static str> {
    let (mut rest, mut last) = (word, None);
    while !rest.is_empty() {
        let element = ELEMENTS.iter().find(|element| rest.starts_with(**element))?;
        rest = &rest[element.len()..];
        last = Some(*element);
    }
    last
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
            Kind::Mixed if is_formula(at.text(k)) => letters::spelled(at.text(k)),
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
