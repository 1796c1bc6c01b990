//! Telephone numbers of Vietnam, however they are grouped.
//!
//! Source: the numbering plan of the Ministry of Information and Communications (Thông tư
//! 22/2014/TT-BTTTT and the changes of 2017 and 2018).

use std::ops::Range;

use crate::domain::rule::{Hit, Rule};

/// Digits that stand together, an `o` among them being a zero.
struct Group {
    span: Range<usize>,
    digits: String,
}

/// What stands between two groups of one number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Space,
    Sign(char),
    /// They are no parts of one number.
    Other,
}

/// Longest number in digits: `0084` and nine more.
const DIGITS_MAX: usize = 13;

/// All telephone numbers, in order. Every group of digits begins at most one attempt, and an
/// attempt reads at most [`DIGITS_MAX`] digits: linear.
pub(super) fn hits(text: &str) -> Vec<Hit> {
    let groups = groups(text);
    let mut hits = Vec::new();
    let mut first = 0;
    while first < groups.len() {
        let after_sign = first > 0
            && matches!(separator(text, &groups[first - 1], &groups[first]), Separator::Sign(_));
        match number_end(text, &groups, first).filter(|_| !after_sign) {
            Some(last) => {
                let mut start = groups[first].span.start;
                start -= usize::from(text[..start].ends_with('+'));
                hits.push(Hit::new(Rule::Phone, start..groups[last].span.end));
                first = last + 1;
            }
            None => first += 1,
        }
    }
    hits
}

/// The last group of the number that begins with a group.
fn number_end(text: &str, groups: &[Group], first: usize) -> Option<usize> {
    let mut digits = String::new();
    let mut kind = None;
    for (last, group) in groups.iter().enumerate().skip(first) {
        if last > first {
            let separator = separator(text, &groups[last - 1], group);
            // A country code has a separator of its own: `+84 912.345.678`.
            let after_code = last == first + 1 && matches!(&*digits, "84" | "0084");
            let same = kind.is_none_or(|kind| kind == separator);
            if separator == Separator::Other || !same {
                return None;
            }
            kind = (!after_code).then_some(separator);
        }
        digits.push_str(&group.digits);
        if digits.len() > DIGITS_MAX {
            return None;
        }
        // A sign and more digits: a date with its time, a longer code.
        let goes_on = groups
            .get(last + 1)
            .is_some_and(|next| matches!(separator(text, group, next), Separator::Sign(_)));
        if is_number(&digits, kind) && !goes_on {
            return Some(last);
        }
    }
    None
}

/// Whether digits are a whole telephone number.
fn is_number(digits: &str, kind: Option<Separator>) -> bool {
    let national = match digits.strip_prefix("0084").or_else(|| digits.strip_prefix("84")) {
        Some(rest) if rest.len() >= 9 => format!("0{rest}"),
        _ => digits.to_owned(),
    };
    let mobile = national.len() == 10
        && national.starts_with('0')
        && matches!(national.as_bytes()[1], b'3' | b'5' | b'7' | b'8' | b'9');
    let landline = national.len() == 11 && national.starts_with("02");
    // With a hyphen, `1900-1945` is a time.
    let service = matches!(digits.len(), 8 | 10)
        && (digits.starts_with("1900") || digits.starts_with("1800"))
        && kind != Some(Separator::Sign('-'));
    mobile || landline || service
}

fn groups(text: &str) -> Vec<Group> {
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let is_zero_letter = |at: usize| {
        let beside_digit = at > 0 && is_digit(at - 1) || is_digit(at + 1);
        matches!(bytes[at], b'o' | b'O') && beside_digit
    };
    let mut groups: Vec<Group> = Vec::new();
    for (at, &byte) in bytes.iter().enumerate() {
        if !is_digit(at) && !is_zero_letter(at) {
            continue;
        }
        let digit = if byte.is_ascii_digit() { char::from(byte) } else { '0' };
        match groups.last_mut().filter(|group| group.span.end == at) {
            Some(group) => {
                group.span.end = at + 1;
                group.digits.push(digit);
            }
            None => groups.push(Group { span: at..at + 1, digits: digit.into() }),
        }
    }
    groups
}

/// What stands between two groups that follow each other.
fn separator(text: &str, before: &Group, after: &Group) -> Separator {
    /// Most characters between two groups.
    const COUNT_MAX: usize = 3;
    let mut separator = Separator::Space;
    for (index, c) in text[before.span.end..after.span.start].chars().enumerate() {
        match c {
            _ if index >= COUNT_MAX => return Separator::Other,
            ' ' | '\u{a0}' | '(' | ')' => {}
            '.' | '-' | '_' | '*' | '·' | '–' => separator = Separator::Sign(c),
            _ => return Separator::Other,
        }
    }
    separator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        hits(text).into_iter().map(|hit| &text[hit.span]).collect()
    }

    #[test]
    fn numbers_are_found_however_they_are_grouped() {
        for (text, number) in [
            ("Gọi 0912345678 nhé", "0912345678"),
            ("sđt0912.345.678", "0912.345.678"),
            ("lh: 0912-345-678.", "0912-345-678"),
            ("zalo 09 12 34 56 78", "09 12 34 56 78"),
            ("0 9 1 2 3 4 5 6 7 8", "0 9 1 2 3 4 5 6 7 8"),
            ("+84 912.345.678", "+84 912.345.678"),
            ("84912345678", "84912345678"),
            ("gọi o9123456o8 nha", "o9123456o8"),
            ("số (028) 3829 1234", "028) 3829 1234"),
            ("tổng đài 1900 1234", "1900 1234"),
            ("năm 2024 0912345678", "0912345678"),
        ] {
            assert_eq!(found(text), [number], "{text}");
        }
    }

    #[test]
    fn other_numbers_are_no_telephone_numbers() {
        for text in [
            "10.000.000.000 đồng",
            "năm 1900-1945",
            "079123456789",
            "0123456789",
            "lúc 09-11-2024 10 giờ",
            "từ 03.10.2024 15.30",
            "0,912345678",
            "CO2 và 2o24",
            "12345678",
            "8/9/1945 0912",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
