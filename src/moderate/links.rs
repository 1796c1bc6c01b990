//! Addresses of the web and of e-mail, also those written so that no program makes a link of them.
//!
//! Every run of characters that an address can have is looked at once, so the work is linear.

use std::ops::Range;

use crate::domain::rule::{Hit, Rule};

/// Endings of domains that a comment may be sending its readers to. No list of all there are: many
/// are also words or abbreviations behind a full stop without its space (`hay quá.me`).
const ENDINGS: [&str; 32] = [
    "app", "asia", "biz", "blog", "casino", "cc", "click", "club", "com", "fun", "info", "link",
    "live", "mobi", "net", "online", "org", "page", "pro", "shop", "site", "store", "tech", "tk",
    "top", "vip", "vn", "website", "win", "work", "xyz", "bet",
];

/// Endings that are also syllables without marks; they count only before a path (`t.me/nhom`).
const ENDINGS_BEFORE_PATH: [&str; 18] = [
    "ai", "be", "bio", "co", "de", "do", "ee", "gg", "gl", "id", "im", "io", "la", "ly", "me",
    "so", "to", "tv",
];

/// Hosts that are links without a path, too.
const HOSTS: [&str; 12] = [
    "bit.ly",
    "bom.so",
    "cutt.ly",
    "discord.gg",
    "fb.me",
    "m.me",
    "s.id",
    "t.co",
    "t.me",
    "wa.me",
    "youtu.be",
    "zalo.me",
];

/// Endings that are said after `chấm`: `abc chấm com`.
const SPOKEN_ENDINGS: [&str; 7] = ["com", "info", "net", "org", "top", "vn", "xyz"];

/// Longest syllable in letters: `nghiêng`.
const SYLLABLE_LETTERS_MAX: usize = 7;

/// All addresses, in order, none overlapping another.
pub(super) fn hits(text: &str) -> Vec<Hit> {
    let mut spans = Vec::new();
    // Most comments have neither sign, or are done with after one look for it.
    if text.as_bytes().contains(&b':') {
        spans.extend(with_scheme(text));
    }
    if text.as_bytes().contains(&b'.') {
        spans.extend(bare(text));
    }
    spans.extend(spoken(text));
    Hit::apart(Rule::Link, spans)
}

/// `https://…`, and `hxxp://…` as some write it.
fn with_scheme(text: &str) -> Vec<Range<usize>> {
    const SCHEMES: [&str; 6] = ["https", "http", "hxxps", "hxxp", "ftp", "tg"];
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices("://") {
        let before = &text.as_bytes()[..at];
        let ends = |scheme: &&&str| {
            let from = at.checked_sub(scheme.len());
            from.is_some_and(|from| before[from..].eq_ignore_ascii_case(scheme.as_bytes()))
        };
        // One address may have another in it: `https://a.vn/?to=https://b.vn`.
        let inside = spans.last().is_some_and(|span| at < span.end);
        let address_follows = text[at..].chars().nth(3).is_some_and(char::is_alphanumeric);
        if let Some(scheme) = SCHEMES.iter().find(ends).filter(|_| !inside && address_follows) {
            spans.push(at - scheme.len()..address_end(text, at));
        }
    }
    spans
}

/// `abc.com/x`, `www.abc.vn`, `t.me/nhom`, `ai@abc.com`
fn bare(text: &str) -> Vec<Range<usize>> {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_@".contains(&byte);
    let mut spans = Vec::new();
    let mut from = 0;
    for run in text.as_bytes().chunk_by(|&a, &b| is_host(a) == is_host(b)) {
        let start = from;
        from += run.len();
        // What is behind an address belongs to it.
        let passed = spans.last().is_some_and(|span: &Range<usize>| start < span.end);
        if passed || !is_host(run[0]) || !run.contains(&b'.') {
            continue;
        }
        let run = text[start..from].trim_end_matches(['.', '-', '_', '@']);
        let host = run.trim_start_matches(['.', '-', '_', '@']);
        let begin = start + run.len() - host.len();
        let end = begin + host.len();
        // In `quốc.VN` the run begins inside a word: no host, but the end of a sentence.
        let inside_word = text[..begin].chars().next_back().is_some_and(char::is_alphanumeric);
        let is_path = |c: char| c.is_ascii_alphanumeric() || "@+_".contains(c);
        let path_follows = text[end..].strip_prefix('/').is_some_and(|p| p.starts_with(is_path));
        if is_address(host, path_follows) && (!inside_word || path_follows) {
            spans.push(begin..address_end(text, end));
        }
    }
    spans
}

/// Whether a run of letters, digits, dots and hyphens is a host, or an account of one.
fn is_address(run: &str, path_follows: bool) -> bool {
    let host = run.rsplit('@').next().unwrap_or(run).to_ascii_lowercase();
    let Some((name, ending)) = host.rsplit_once('.') else { return false };
    if name.is_empty() || name.split('.').any(str::is_empty) {
        return false;
    }
    let www = name.starts_with("www.") || name == "www";
    let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
    let listed = ENDINGS.contains(&ending) && (has_letter || path_follows);
    www || listed
        || HOSTS.contains(&&*host)
        || path_follows && ENDINGS_BEFORE_PATH.contains(&ending)
}

/// The end of the address that is at `from`: the next white space or quotation mark, without the
/// punctuation of the sentence before it.
fn address_end(text: &str, from: usize) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '“' | '”' | '<' | '>' | '«' | '»');
    let length = text[from..].find(ends).unwrap_or(text.len() - from);
    let closing = ['.', ',', ';', ':', '!', '?', '…', ')', ']', '\'', '’'];
    from + text[from..from + length].trim_end_matches(closing).len()
}

/// `abc chấm com`, `abc (.) com`, `abc dot com`
fn spoken(text: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut name, mut dot) = ((0, ""), (0, ""));
    for (start, word) in words(text) {
        if says_dot(dot.1, name.1)
            && let Some(ending) = spoken_ending(word)
        {
            spans.push(name.0..start + ending.len());
        }
        (name, dot) = (dot, (start, word));
    }
    spans
}

/// Whether a word behind a name says the dot of a domain. Without marks, `cham com` is also rice
/// with sauce, and a lone dot a sentence's end: then the name must be no syllable.
fn says_dot(dot: &str, name: &str) -> bool {
    let is_name = |name: &str| {
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-/:".contains(&byte);
        !name.is_empty() && name.bytes().all(is_host)
    };
    let no_syllable = |name: &str| {
        name.len() > SYLLABLE_LETTERS_MAX || name.bytes().any(|byte| byte.is_ascii_digit())
    };
    match dot {
        "chấm" | "Chấm" | "CHẤM" | "(chấm)" | "[chấm]" | "(.)" | "[.]" | "{.}" | "(dot)"
        | "[dot]" => is_name(name),
        "cham" | "." | "dot" => is_name(name) && no_syllable(name),
        _ => false,
    }
}

/// The ending of a domain in a word, with its path, without the sentence's punctuation.
fn spoken_ending(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let said = word.split('/').next()?;
    SPOKEN_ENDINGS.iter().any(|ending| said.eq_ignore_ascii_case(ending)).then_some(word)
}

/// What white space separates, with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let start = text.as_ptr() as usize;
    text.split_whitespace().map(move |word| (word.as_ptr() as usize - start, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        hits(text).into_iter().map(|hit| &text[hit.span]).collect()
    }

    #[test]
    fn addresses_are_found_whole() {
        for (text, link) in [
            ("Xem https://vay-nhanh.vn/a?b=1, nhé", "https://vay-nhanh.vn/a?b=1"),
            ("vào (www.abc.xyz).", "www.abc.xyz"),
            ("mua ở abc.com/x!", "abc.com/x"),
            ("nhóm t.me/nhom88 nhé", "t.me/nhom88"),
            ("zalo.me", "zalo.me"),
            ("viết cho ai.do@gmail.com nha", "ai.do@gmail.com"),
            ("vào abc chấm com đi", "abc chấm com"),
            ("nhacai88 cham com", "nhacai88 cham com"),
            ("HXXP://a.b/c", "HXXP://a.b/c"),
            ("https://a.vn/?to=https://b.vn", "https://a.vn/?to=https://b.vn"),
        ] {
            assert_eq!(found(text), [link], "{text}");
        }
        assert_eq!(found("a1.com, b2.net"), ["a1.com", "b2.net"]);
    }

    #[test]
    fn other_dots_are_no_addresses() {
        for text in [
            "10.000 đồng",
            "ThS.Nguyễn Văn A",
            "v.v.",
            "TP.HCM",
            "hay qua.me toi bao",
            "Tổ quốc.VN",
            "nuoc cham com",
            "com cham com",
            "1.000.vn",
            "e:// và ://",
            "@nguyenvana",
            "PGS.TS",
            "a.b.c",
            "...com",
            "node.js",
            "chấm com",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }
}
