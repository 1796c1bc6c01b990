//! Whole comments, from the tables of `cases/`; and what holds for every comment.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::domain::rule::{Hit, Rule};

const TERMS: &str = include_str!("cases/terms.txt");
const HITS: &str = include_str!("cases/hits.tsv");
const INNOCENT: &str = include_str!("cases/innocent.txt");

fn examiner(blocked: &str, suspect: &str) -> Examiner {
    let lists = WordLists::parse(blocked.as_bytes(), suspect.as_bytes()).expect("good lists");
    Examiner::new(lists)
}

fn everything() -> Examiner {
    examiner(BLOCKED, &format!("{SUSPECT}\n{TERMS}"))
}

fn lines(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with("# "))
}

#[test]
fn every_case_is_hit() {
    let examiner = everything();
    let mut missed = Vec::new();
    for line in lines(HITS) {
        let (expected, text) = line.split_once('\t').expect("two columns");
        let is_expected = |hit: &Hit| match &hit.term {
            Some(term) => term == expected,
            None => hit.rule.name() == expected,
        };
        if !examiner.examine(text).iter().any(is_expected) {
            missed.push(line);
        }
    }
    assert!(lines(HITS).count() >= 60);
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn no_innocent_comment_is_hit() {
    let examiner = everything();
    let hit: Vec<(&str, Vec<Hit>)> = lines(INNOCENT)
        .map(|text| (text, examiner.examine(text)))
        .filter(|(_, hits)| !hits.is_empty())
        .collect();
    assert!(lines(INNOCENT).count() >= 80);
    assert!(hit.is_empty(), "{hit:#?}");
}

#[test]
fn the_starter_lists_are_of_use() {
    assert!(lines(BLOCKED).count() >= 15 && lines(SUSPECT).count() >= 80);
    let written: Vec<&str> = lines(BLOCKED).chain(lines(SUSPECT)).collect();
    let mut unique = written.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), written.len(), "no term twice");
    let examiner = examiner(BLOCKED, SUSPECT);
    for term in written {
        let is_term = |hit: &Hit| hit.term.as_deref() == Some(term);
        assert!(examiner.examine(term).iter().any(is_term), "{term}");
    }
}

#[test]
fn hits_are_placed_in_the_comment() {
    let text = "Ôi, l.ừ.a đ.ả.ooo! Gọi 0912 345 678";
    let hits = examiner("lừa đảo", "lừa").examine(text);
    let placed: Vec<_> = hits.iter().map(|hit| (hit.rule, &text[hit.span.clone()])).collect();
    assert_eq!(
        placed,
        [
            (Rule::SuspectWord, "l.ừ.a"),
            (Rule::BlockedWord, "l.ừ.a đ.ả.ooo"),
            (Rule::Phone, "0912 345 678"),
        ]
    );
}

/// A written syllable: its letters with the tone on the vowel.
fn written((onset, (before, vowel, after), tone): Syllable) -> String {
    format!("{onset}{before}{vowel}{}{after}", TONES[tone]).nfc().collect()
}

type Syllable = (&'static str, (&'static str, &'static str, &'static str), usize);

/// The tones as combining marks; the first is the level one.
const TONES: [&str; 6] = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];

fn syllable() -> impl Strategy<Value = Syllable> {
    let onsets =
        ["b", "ch", "c", "d", "đ", "gi", "h", "kh", "l", "m", "ng", "nh", "ph", "qu", "th"];
    let rimes = [
        ("", "a", ""),
        ("", "ă", "n"),
        ("", "â", "u"),
        ("", "ê", "nh"),
        ("", "o", "c"),
        ("", "ô", ""),
        ("ư", "ơ", "ng"),
        ("", "ư", "a"),
        ("", "o", "a"),
        ("", "a", "o"),
    ];
    (prop::sample::select(onsets.to_vec()), prop::sample::select(rimes.to_vec()), 0..6usize)
}

fn phrase(count: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let words = prop::collection::vec(syllable().prop_map(written), count);
    words.prop_map(|words| words.join(" "))
}

/// Texts made of what the rules look at, from few letters, so that terms and rules meet.
fn tricky() -> impl Strategy<Value = String> {
    let pieces = [
        "l",
        "ừ",
        "a",
        "đ",
        "ả",
        "o",
        "lừa",
        "đảo",
        "lua",
        "dao",
        "z",
        "k",
        "w",
        "0",
        "1",
        "4",
        "@",
        ".",
        "*",
        " ",
        " ",
        "\n",
        "\u{200b}",
        "\u{301}",
        "\u{31b}",
        "Ａ",
        "ﬁ",
        "™",
        "0912345678",
        "abc.com",
        "://",
        "http",
        "chấm",
        "com",
        "😀",
        "👨‍👩‍👧",
        "中",
        "I",
        "ha ",
        "+84",
        "\u{fe0f}",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..80)
        .prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), tricky(), phrase(0..30)]
}

proptest! {
    #[test]
    fn hits_are_sorted_unique_and_inside(text in any_text()) {
        let hits = everything().examine(&text);
        fingerprint(&text);
        for hit in &hits {
            prop_assert!(!hit.span.is_empty());
            prop_assert!(text.get(hit.span.clone()).is_some(), "{hit:?}");
        }
        for pair in hits.windows(2) {
            prop_assert!(pair[0].by_position(&pair[1]).is_lt());
        }
    }

    #[test]
    fn another_term_removes_no_hit(
        text in any_text(),
        terms in prop::collection::vec(phrase(1..4), 0..5),
        another in phrase(1..4),
    ) {
        let list = format!("{TERMS}\n{}", terms.join("\n"));
        let before = examiner("", &list).examine(&text);
        let after = examiner("", &format!("{list}\n{another}")).examine(&text);
        prop_assert!(before.iter().all(|hit| after.contains(hit)));
    }

    #[test]
    fn a_term_between_spaces_is_always_hit(
        before in any_text(),
        term in phrase(2..5),
        after in any_text(),
    ) {
        let text = format!("{before} {term} {after}");
        let at = before.len() + 1;
        let expected = Hit {
            rule: Rule::BlockedWord,
            term: Some(term.clone()),
            span: at..at + term.len(),
        };
        let hits = examiner(&term, "").examine(&text);
        prop_assert!(hits.contains(&expected), "{text:?} {hits:?}");
    }

    #[test]
    fn another_tone_makes_another_word(
        first in syllable(),
        second in syllable(),
        tone in 1..6usize,
    ) {
        prop_assume!(second.2 != tone && first != second);
        let term = format!("{} {}", written(first), written(second));
        let text = format!("{} {}", written(first), written((second.0, second.1, tone)));
        prop_assert_eq!(examiner(&term, "").examine(&text), []);
        prop_assert_eq!(examiner(&written(second), "").examine(&text), []);
    }

    #[test]
    fn dress_does_not_hide_a_term(term in phrase(2..4), sign in "[.*_|-]") {
        let apart: Vec<String> = term.chars().map(String::from).collect();
        let bare: String = term.nfd().filter(|c| !('\u{300}'..'\u{36f}').contains(c)).collect();
        let examiner = examiner(&term, "");
        let unmarked = bare.replace('đ', "d");
        for text in [
            apart.join(&sign), apart.join(" "), term.to_uppercase(), term.nfd().collect(),
            term.replace(' ', &sign), term.replace(' ', "\u{200b} \u{200b}"), unmarked,
        ] {
            prop_assert!(examiner.examine(&text).iter().any(|hit| hit.term.is_some()), "{text}");
        }
    }
}
