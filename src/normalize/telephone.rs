//! Telephone numbers and hotlines: digits by name, with a pause between the written groups.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::number::digits;
use super::tokenize::{At, Kind};

/// Words near which digits are a number to be called.
const CALL_WORDS: [&str; 16] = [
    "thoại", "hotline", "sđt", "đt", "tổng", "zalo", "fax", "nóng", "gọi", "máy", "liên", "dây",
    "tel", "viber", "whatsapp", "số",
];

/// Words that make a short number one to be called: `tổng đài 111`.
const SHORT_CALL_WORDS: [&str; 5] = ["đài", "hotline", "gọi", "nóng", "thoại"];

/// Numbers of the emergency services and the traffic of information in Viet Nam.
const SHORT_NUMBERS: [&str; 8] = ["111", "112", "113", "114", "115", "116", "1022", "119"];

/// Groups that one number may have; bounds the look-ahead.
const GROUPS_MAX: usize = 8;

pub(super) fn read(at: At) -> Option<Reading> {
    if at.kind(0) == Kind::Mark && !matches!(at.text(0), "+" | "(") {
        return None;
    }
    let (groups, end) = groups(at)?;
    let total: usize = groups.iter().map(|group| group.len()).sum();
    let first = groups[0];
    let international = at.is(0, "+") || at.is(1, "+");
    let is_number = if international {
        (9..=13).contains(&total)
    } else if first.starts_with('0') {
        (10..=11).contains(&total) || total == 9 && at.near(5, &CALL_WORDS)
    } else if first.starts_with("1800") || first.starts_with("1900") {
        (8..=10).contains(&total) || is_short(at, &groups)
    } else {
        is_short(at, &groups)
            || total >= 6 && groups.len() <= 4 && at.near(3, &["thoại", "hotline", "sđt"])
    };
    if !is_number || at.kind(end).is_word() {
        return None;
    }
    let mut spoken: Vec<String> = Vec::new();
    for group in &groups {
        spoken.extend(breath_groups(group).map(digits));
    }
    let plus = if international { "cộng " } else { "" };
    Some(Reading::new(end, SemioticClass::Telephone, format!("{plus}{}", spoken.join(", "))))
}

/// `tổng đài 111`, `gọi 113`: one group, and the word before says what it is.
fn is_short(at: At, groups: &[&str]) -> bool {
    let [number] = groups else { return false };
    let called = at.near(10, &SHORT_CALL_WORDS);
    // `0912.345.678 hoặc 113`
    let second = at.follows(&["hoặc", "hay", "và"]) && at.digits(at.back(2)).len() >= 3;
    let emergency = SHORT_NUMBERS.contains(number)
        && (called || second && called_before(at) || at.follows(&["số", "sát"]));
    emergency || called && (3..=8).contains(&number.len()) && at.near(2, &["đài", "hotline"])
}

/// Whether the number two tokens before ends a telephone number: it is led by a zero.
fn called_before(at: At) -> bool {
    const TOKENS_MAX: usize = 8;
    let mut here = at.moved(at.back(2));
    for _ in 0..TOKENS_MAX {
        if here.digits(0).starts_with('0') {
            return true;
        }
        if here.kind(-1) == Kind::Edge || here.kind(-1).is_word() {
            return false;
        }
        here = here.moved(-1);
    }
    false
}

/// The digits from here on in their written groups, and the offset of the token after them.
fn groups(at: At<'_>) -> Option<(Vec<&str>, isize)> {
    let mut k = 0;
    let bracket = at.is(k, "(");
    k += isize::from(bracket);
    k += isize::from(at.is(k, "+"));
    let mut groups = vec![at.digits(k)];
    let mut total = groups[0].len();
    k += 1;
    if groups[0].is_empty() || total > 13 || (bracket && !at.is(k, ")")) {
        return None;
    }
    k += isize::from(bracket);
    let longest = if groups[0].starts_with('0') { 11 } else { 13 };
    while groups.len() < GROUPS_MAX {
        let separated = matches!(at.text(k), "." | "-" | " ");
        let mut next = if separated { k + 1 } else { k };
        next += isize::from(separated && at.is(next, "("));
        let digits = at.digits(next);
        let complete = groups[0].starts_with('0') && total >= 10 && at.is(k, " ");
        if digits.is_empty() || total + digits.len() > longest || complete {
            break;
        }
        groups.push(digits);
        total += digits.len();
        k = next + 1;
        k += isize::from(at.is(k, ")") && at.is(next - 1, "("));
    }
    // One more digit group after a dot or hyphen: some longer code.
    let goes_on = matches!(at.text(k), "." | "-" | "/") && at.kind(k + 1) == Kind::Digits;
    (!goes_on).then_some((groups, k))
}

/// Ten digits in one go are said in groups of four, three and three.
fn breath_groups(group: &str) -> impl Iterator<Item = &str> {
    let cuts: &[usize] = match group.len() {
        10 => &[0, 4, 7, 10],
        11 => &[0, 3, 7, 11],
        8 => &[0, 4, 8],
        9 => &[0, 3, 6, 9],
        _ => &[],
    };
    let whole = cuts.is_empty().then_some(group);
    cuts.windows(2).map(|cut| &group[cut[0]..cut[1]]).chain(whole)
}
