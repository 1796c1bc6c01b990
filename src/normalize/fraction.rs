//! Fractions, shares, counts out of a total, scales: `3/4`, `45/62 hộ`, `1/500`.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::measure;
use super::number::{cardinal, in_code, number};
use super::tokenize::{At, Kind, one_of};

/// Nouns that a share is taken of: `3/4 số hộ`.
const SHARED: [&str; 20] = [
    "số", "diện", "tổng", "dân", "thời", "quãng", "chặng", "phần", "lượng", "sản", "khối", "giá",
    "vốn", "nguồn", "chiều", "trái", "cả", "của", "doanh", "kinh",
];

/// Nouns that are counted out of a total: `8/12 huyện`.
const COUNTED: [&str; 60] = [
    "huyện",
    "xã",
    "phường",
    "hộ",
    "đại",
    "chỉ",
    "tiêu",
    "phiếu",
    "thành",
    "người",
    "trường",
    "thôn",
    "bản",
    "đơn",
    "tổ",
    "công",
    "dự",
    "nhiệm",
    "chi",
    "đảng",
    "học",
    "thí",
    "em",
    "cháu",
    "tỉnh",
    "ủy",
    "đồng",
    "cơ",
    "hợp",
    "sản",
    "doanh",
    "nhà",
    "lớp",
    "bài",
    "vụ",
    "mẫu",
    "ca",
    "nội",
    "mục",
    "điểm",
    "khu",
    "tuyến",
    "km",
    "cán",
    "giáo",
    "bộ",
    "sở",
    "phòng",
    "thủ",
    "hồ",
    "câu",
    "trận",
    "trạm",
    "xóm",
    "tiểu",
    "mặt",
    "ngày",
    "giờ",
    "con",
    "đoàn",
];

/// Words that a share follows: `chiếm 1/2`.
const SHARES: [&str; 14] = [
    "chiếm", "gần", "hơn", "khoảng", "đạt", "chỉ", "bằng", "giảm", "tăng", "được", "quá", "còn",
    "trên", "dưới",
];

/// Verbs that a count follows, never a day.
const AMOUNTS_TO: [&str; 5] = ["đạt", "có", "còn", "được", "thành"];

/// Words after which a slash is said `trên`: scales and house numbers.
const OVER: [&str; 17] = [
    "lớp", "lệ", "ngõ", "hẻm", "ngách", "kiệt", "nhà", "hẽm", "áp", "ấp", "mắt", "thị", "lô",
    "thửa", "tờ", "tổ", "hạng",
];

/// Nouns of what is halved and quartered as well as counted: `1/2 ngày`.
const DIVIDED: [&str; 5] = ["ngày", "giờ", "con", "mẫu", "bài"];

/// Whether a word before tells that the slash here is said `trên`.
pub(super) fn follows_over(at: At) -> bool {
    at.follows(&OVER) || is_grade_of_injury(at)
}

/// `thương binh 2/4`: a soldier's grade of injury.
fn is_grade_of_injury(at: At) -> bool {
    matches!(at.digits(2), "3" | "4")
        && at.digits(0) <= at.digits(2)
        && at.digits(0).len() == 1
        && at.follows(&["binh", "tb"])
}

/// Whether the two numbers from here to `end` are a share or a count rather than a day and month.
///
/// `perhaps_day` says that the word before them often stands before days.
pub(super) fn is_share_or_count(at: At, end: isize, perhaps_day: bool) -> bool {
    let (part, whole) = (at.digits(0), at.digits(2));
    let next = at.text(at.skip_space(end));
    let small = part < whole && part.len() == 1 && whole.len() == 1 && whole <= "5";
    let zero = part.starts_with('0') || whole.starts_with('0');
    let said = at.follows(&SHARES) && part.len() <= whole.len() && part < whole;
    let noun = one_of(next, &COUNTED) || one_of(next, &SHARED);
    // A zero is written before days, and seldom before what is counted: `đạt 05/09 tiêu chí`.
    if zero {
        return at.follows(&AMOUNTS_TO) && one_of(next, &COUNTED) && starts_small(at, end);
    }
    if is_day_and_night(part, whole) {
        return true;
    }
    // `22/12 được`: a day of the calendar may stand before any verb, a noun is needed to count.
    let named = is_named_share(at);
    let house = at.follows(&["số"]) && one_of(at.before(2), &["nhà", "ở", "hộ"]);
    named
        || house
        || noun && starts_small(at, end)
        || follows_over(at)
        || (!perhaps_day && (small || said))
}

/// The noun after a count begins small: `8/12 huyện`, but `2/9 Đảng bộ tổ chức`.
fn starts_small(at: At, end: isize) -> bool {
    at.kind(at.skip_space(end)) == Kind::Lower
}

/// `24/7`, `24/24`: all day.
fn is_day_and_night(part: &str, whole: &str) -> bool {
    part == "24" && matches!(whole, "7" | "24")
}

/// Reads two whole numbers around a slash.
pub(super) fn read(at: At) -> Option<Reading> {
    if let Some(reading) = long_numbers(at) {
        return Some(reading);
    }
    let spoken = spoken(at)?;
    let hours = matches!(at.text(3), "h" | "g") && !at.kind(4).is_word();
    let (spoken, end) = if hours { (format!("{spoken} giờ"), 4) } else { (spoken, 3) };
    // `2 1/2`: a whole number and a share.
    let mixed =
        at.kind(-1) == Kind::Space && at.kind(-2) == Kind::Digits && spoken.contains("phần");
    let spoken = if mixed { format!("và {spoken}") } else { spoken };
    let reading = Reading::new(end, SemioticClass::Fraction, spoken);
    match perhaps_day(at).filter(|_| end == 3 && !mixed) {
        Some(day) => {
            let written = format!("{}/{}", at.text(0), at.text(2));
            Some(reading.or_else_read(&written, &[day]))
        }
        None => Some(reading),
    }
}

/// `3/4` where nothing is named that it could be a share or a count of, nor a share announced: the
/// day that it may be.
fn perhaps_day(at: At) -> Option<String> {
    let of_something = at.kind(at.skip_space(3)) == Kind::Lower || measure::unit_follows(at, 3);
    let announced = at.follows(&SHARES)
        || follows_over(at)
        || is_named_share(at)
        || at.follows(&["số", "là", "mức", "cấp", "còn", "loại"])
        || is_day_and_night(at.digits(0), at.digits(2))
        || [at.before(1), at.text(at.skip_space(3))]
            .iter()
            .any(|sign| matches!(*sign, "=" | "+" | "-" | "–" | "×" | ":" | "<" | ">"));
    let (day, month) = (at.digits(0).parse::<u32>().ok()?, at.digits(2).parse::<u32>().ok()?);
    let calendar = (1..=31).contains(&day) && (1..=12).contains(&month);
    let month = if month == 4 { "tư".to_owned() } else { cardinal(at.digits(2)) };
    (calendar && !of_something && !announced)
        .then(|| format!("ngày {} tháng {month}", cardinal(at.digits(0))))
}

/// The words for `a/b` here; `None` when there is no such thing.
pub(super) fn spoken(at: At) -> Option<String> {
    let (part, whole) = (at.digits(0), at.digits(2));
    let two = !part.is_empty() && at.is(1, "/") && !whole.is_empty();
    let grouped = at.is(3, ".") && at.digits(4).len() == 3;
    let goes_on = grouped || matches!(at.text(3), "/" | "-") && at.kind(4) == Kind::Digits;
    if !two || goes_on || part.len() > 6 || whole.len() > 6 {
        return None;
    }
    let word = if is_share(at) { "phần" } else { "trên" };
    if word == "trên" && is_padded(part, whole) && !one_of(at.text(at.skip_space(3)), &COUNTED) {
        return Some(format!("{} trên {}", in_code(part), in_code(whole)));
    }
    let whole = if word == "phần" && whole == "4" { "tư".to_owned() } else { cardinal(whole) };
    Some(format!("{} {word} {whole}", cardinal(part)))
}

/// `01/13`: a number of a document or a house; what is counted has no zero before it.
fn is_padded(part: &str, whole: &str) -> bool {
    [part, whole].iter().any(|number| number.len() > 1 && number.starts_with('0'))
}

/// `phân số 7/8`, `vòng 1/16`
fn is_named_share(at: At) -> bool {
    at.follows(&["vòng"]) || at.follows(&["số"]) && one_of(at.before(2), &["phân"])
}

/// Two numbers around a slash of which one is more than plain digits: `1/10,5`, `1/25.000`.
fn long_numbers(at: At) -> Option<Reading> {
    let (part, slash) = number(at, 0)?;
    let (whole, end) = at.is(slash, "/").then(|| number(at, slash + 1))??;
    let long = [&part, &whole].iter().any(|number| number.fraction.is_some() || number.grouped);
    let spoken = format!("{} trên {}", part.spoken(), whole.spoken());
    (long && !at.is(end, "/")).then(|| Reading::new(end, SemioticClass::Fraction, spoken))
}

/// Whether `a/b` is a part of something (`phần`), not a count out of a total (`trên`).
fn is_share(at: At) -> bool {
    let (part, whole) = (at.digits(0), at.digits(2));
    let next = at.text(at.skip_space(3));
    let named = is_named_share(at);
    let ratio = at.follows(&["là", "đạt", "khoảng"]) && one_of(at.before(2), &["lệ"]);
    // `25/7B` is a house.
    let over = follows_over(at)
        || at.kind(3) == Kind::Letter
        || ratio && !one_of(next, &SHARED)
        || at.follows(&["số"])
        || is_day_and_night(part, whole);
    if named {
        return true;
    }
    if over || part.len() > 2 || part == whole || whole == "0" || whole == "1" {
        return false;
    }
    let small = whole.len() == 1 || whole == "10" || whole == "100" || whole == "1000";
    let divided = part == "1" && matches!(whole, "2" | "3" | "4") && one_of(next, &DIVIDED);
    let counted = one_of(next, &COUNTED) && !one_of(next, &SHARED) && !divided;
    let shared = one_of(next, &SHARED) || measure::unit_follows(at, 3);
    small && (shared || !counted)
}
