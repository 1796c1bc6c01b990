//! Web and mail addresses, hashtags and handles.

use crate::domain::script::SemioticClass;

use super::Reading;
use super::compound;
use super::foreign;
use super::letters;
use super::math::{in_formula, is_variable};
use super::number::digits;
use super::table::{ABBREVIATIONS, UNITS};
use super::tokenize::{At, Kind};

/// Tokens that one address may have; bounds the look-ahead.
const TOKENS_MAX: isize = 64;

/// Last parts of host names by which a bare `sonla.gov.vn` is known as an address.
const TOP_DOMAINS: [&str; 18] = [
    "vn", "com", "net", "org", "gov", "edu", "info", "io", "tv", "app", "asia", "biz", "me", "ai",
    "co", "dev", "gle", "ly",
];

/// Parts of addresses that are said in a way of their own.
const SAID: [(&str, &str); 4] =
    [("vn", "vê nờ"), ("org", "o rờ gờ"), ("tv", "ti vi"), ("io", "i ô")];

pub(super) fn read(at: At) -> Option<Reading> {
    match at.text(0) {
        "#" if at.kind(1).is_word() => tag(at, "hát tách"),
        "@" if at.kind(1).is_word() && !at.kind(-1).is_word() => tag(at, "a còng"),
        _ if at.kind(0) == Kind::Mark => None,
        _ => address(at),
    }
}

fn tag(at: At, name: &str) -> Option<Reading> {
    let end =
        extent(at, 1, |k| at.kind(k).is_word() || at.kind(k) == Kind::Digits || at.is(k, "_"));
    let spoken = said(at, 1, end);
    Some(Reading::new(end, SemioticClass::Electronic, format!("{name} {spoken}")))
}

/// The offset after the tokens from `k` on that `belongs` accepts.
fn extent(at: At, mut k: isize, belongs: impl Fn(isize) -> bool) -> isize {
    let start = k;
    while k - start < TOKENS_MAX && at.kind(k) != Kind::Edge && belongs(k) {
        k += 1;
    }
    k
}

/// `https://…`, `www.…`, `ten@may.vn`, `sonla.gov.vn`
fn address(at: At) -> Option<Reading> {
    if let Some(reading) = network(at) {
        return Some(reading);
    }
    // An address goes on without a space; most words end right here.
    if !matches!(at.text(1), "." | "@" | ":" | "_" | "-" | "+") || at.kind(2) == Kind::Space {
        return None;
    }
    if at.kind(0) == Kind::Letter && at.is(1, ":") && at.is(2, "\\") {
        return path(at, 2, "\\");
    }
    if at.is(1, "_")
        && let Some(reading) = low_lined(at)
    {
        return Some(reading);
    }
    let scheme = matches!(at.text(0), "http" | "https" | "ftp") && at.is(1, ":") && at.is(2, "/");
    let start = if scheme { 4 } else { 0 };
    let start = if at.is(start, "www") && at.is(start + 1, ".") { start + 2 } else { start };
    let part = |k: isize| {
        let word = at.kind(k).is_word() || at.kind(k) == Kind::Digits;
        word || matches!(
            at.text(k),
            "." | "@" | "-" | "_" | "/" | "+" | "?" | "=" | "&" | "%" | "~" | "#" | ":"
        )
    };
    let mut end = extent(at, start, part);
    while end > start && matches!(at.text(end - 1), "." | "?" | "-" | ":" | "/") {
        end -= 1;
    }
    let named = start > 0 && end > start;
    if !named && !is_mail(at, end) && !is_host(at, end) {
        return None;
    }
    let spoken = said(at, start, end);
    Some(Reading::new(end, SemioticClass::Electronic, spoken))
}

/// `C:\Users\data`, `/home/data_v2.tar.gz`, `\\truong\thongbao.pdf`: where a file lies.
pub(super) fn read_path(at: At) -> Option<Reading> {
    let slash = at.text(0);
    let opens = matches!(at.kind(-1), Kind::Space | Kind::Edge);
    if !opens || !matches!(slash, "/" | "\\") {
        return None;
    }
    path(at, 0, slash)
}

/// A path whose folders are parted by `slash`; there are two folders at least, or a file's ending.
fn path(at: At, start: isize, slash: &str) -> Option<Reading> {
    let part = |k: isize| {
        at.kind(k).is_word()
            || at.kind(k) == Kind::Digits
            || at.is(k, slash)
            || matches!(at.text(k), "." | "-" | "_")
    };
    let mut end = extent(at, start, part);
    while end > start && matches!(at.text(end - 1), "." | "-") {
        end -= 1;
    }
    let slashes = (start..end).filter(|&k| at.is(k, slash)).count();
    let ascii = (0..end).all(|k| at.text(k).is_ascii());
    let named = (start..end).any(|k| at.kind(k).is_word());
    (slashes >= 2 && ascii && named)
        .then(|| Reading::new(end, SemioticClass::Electronic, said(at, 0, end)))
}

/// A name made of words and low lines: `user_2024`, `to_khai.pdf`, but not a letter of a formula
/// with its index, `E_in`, and not the first part of a mail address.
fn low_lined(at: At) -> Option<Reading> {
    let goes_on = at.kind(2).is_word() || at.kind(2) == Kind::Digits;
    let index = is_variable(at, 0) && in_formula(at);
    if !at.kind(0).is_word() || !goes_on || index {
        return None;
    }
    let part = |k: isize| {
        at.kind(k).is_word() || at.kind(k) == Kind::Digits || matches!(at.text(k), "." | "-" | "_")
    };
    let mut end = extent(at, 0, part);
    if at.is(end, "@") {
        return None;
    }
    while end > 0 && matches!(at.text(end - 1), "." | "-" | "_") {
        end -= 1;
    }
    let ascii = (0..end).all(|k| at.text(k).is_ascii());
    (end > 2 && ascii).then(|| Reading::new(end, SemioticClass::Electronic, said(at, 0, end)))
}

/// `2001:0db8:85a3:0000:0000:8a2e:0370:7334`, `00:1b:63:84:45:e6`: the address of a machine, six
/// groups or more of hexadecimal digits.
fn network(at: At) -> Option<Reading> {
    const GROUPS: std::ops::RangeInclusive<usize> = 6..=8;
    const GROUP_TOKENS_MAX: isize = 4;
    let hexadecimal = |k: isize| {
        at.kind(k) == Kind::Digits
            || at.kind(k).is_word() && at.text(k).bytes().all(|b| b.is_ascii_hexdigit())
    };
    let (mut groups, mut end) = (0, 0);
    loop {
        let start = end;
        while end - start < GROUP_TOKENS_MAX && hexadecimal(end) {
            end += 1;
        }
        if end == start {
            return None;
        }
        groups += 1;
        if groups == *GROUPS.end() || !at.is(end, ":") {
            break;
        }
        end += 1;
    }
    let spoken: Vec<String> = (0..end)
        .map(|k| match at.kind(k) {
            Kind::Mark => "hai chấm".to_owned(),
            Kind::Digits => digits(at.text(k)),
            _ => letters::spelled(at.text(k)),
        })
        .collect();
    GROUPS.contains(&groups).then(|| Reading::new(end, SemioticClass::Electronic, spoken.join(" ")))
}

/// One `@` with a dotted name after it.
fn is_mail(at: At, end: isize) -> bool {
    let Some(sign) = (1..end).find(|&k| at.is(k, "@")) else { return false };
    let user = (0..sign).all(|k| !matches!(at.text(k), "/" | ":" | "?" | "="));
    user && at.kind(sign + 1).is_word() && (sign + 2..end).any(|k| at.is(k, "."))
}

/// Names between dots, all in ASCII, the last one before the end or a slash a known one.
fn is_host(at: At, end: isize) -> bool {
    let host_end = (0..end).find(|&k| matches!(at.text(k), "/" | "?" | ":")).unwrap_or(end);
    let last = at.text(host_end - 1);
    let plain = (0..host_end)
        .all(|k| at.text(k).is_ascii() && !matches!(at.text(k), "@" | "&" | "%" | "+"));
    let dotted = host_end >= 3 && at.is(host_end - 2, ".");
    let small = at.kind(host_end - 1) == Kind::Lower || at.kind(0) == Kind::Mixed;
    plain && dotted && small && at.kind(0).is_word() && TOP_DOMAINS.contains(&last)
}

/// The parts of an address one after the other.
fn said(at: At, start: isize, end: isize) -> String {
    let mut spoken: Vec<String> = Vec::new();
    for k in start..end {
        let text = at.text(k);
        let part = match text {
            "." => "chấm".to_owned(),
            "@" => "a còng".to_owned(),
            "/" => "gạch chéo".to_owned(),
            "-" | "–" => "gạch nối".to_owned(),
            "_" => "gạch dưới".to_owned(),
            "+" => "cộng".to_owned(),
            "=" => "bằng".to_owned(),
            "?" => "hỏi chấm".to_owned(),
            "&" => "và".to_owned(),
            "%" => "phần trăm".to_owned(),
            "~" => "dấu ngã".to_owned(),
            "#" => "thăng".to_owned(),
            "\\" => "gạch chéo".to_owned(),
            ":" => "hai chấm".to_owned(),
            _ if at.kind(k) == Kind::Digits => digits(text),
            _ => word(at, k),
        };
        spoken.push(part);
    }
    spoken.join(" ")
}

/// Whether a part of an address is the sign of a unit or an abbreviation, which it does not mean
/// here.
fn is_sign(at: At, k: isize) -> bool {
    at.kind(k) != Kind::Caps
        && !foreign::is_vietnamese(at.text(k))
        && (UNITS.longest(at, k).is_some() || ABBREVIATIONS.longest(at, k).is_some())
}

fn word(at: At, k: isize) -> String {
    let small = at.text(k).to_lowercase();
    let said = SAID.iter().find(|(written, _)| *written == small).map(|(_, spoken)| *spoken);
    match said {
        Some(spoken) => spoken.to_owned(),
        None if small.chars().count() == 1 || is_sign(at, k) => letters::spelled(&small),
        None if at.kind(k) != Kind::Caps && letters::is_unspeakable(&small) => {
            letters::spelled(&small)
        }
        None if at.kind(k) == Kind::Caps => letters::acronym(at, k),
        None if at.kind(k) == Kind::Mixed => {
            compound::apart_in_address(&at.text(k).replace('\'', ""))
        }
        None => {
            let initials = || compound::with_initials(&small).filter(|_| at.is(k + 1, "@"));
            let known = compound::marked(&small).or_else(|| compound::syllables(&small));
            known.or_else(initials).unwrap_or_else(|| at.text(k).replace('\'', ""))
        }
    }
}
