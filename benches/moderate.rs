//! How long the rules take: `cargo bench --bench moderate`
//!
//! 5,000 distinct terms of one to four syllables, out of 5,760
//! syllables; 2,000 comments of 20 to 500 characters, of which every fourth has no marks and every
//! fifth is half in teencode and look-alikes.

use std::collections::BTreeSet;
use std::time::Instant;

use baonoi::moderate::{Examiner, WordLists};
use unicode_normalization::UnicodeNormalization;

const TERMS: usize = 5_000;
const COMMENTS: usize = 2_000;
const ONSETS: [&str; 24] = [
    "", "b", "c", "ch", "d", "đ", "g", "gi", "h", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r",
    "s", "t", "th", "tr", "v", "x",
];
const RIMES: [(&str, &str); 40] = [
    ("a", ""),
    ("a", "i"),
    ("a", "n"),
    ("a", "ng"),
    ("a", "nh"),
    ("a", "o"),
    ("a", "m"),
    ("ă", "n"),
    ("ă", "m"),
    ("ă", "ng"),
    ("â", "n"),
    ("â", "u"),
    ("â", "y"),
    ("â", "m"),
    ("e", ""),
    ("e", "n"),
    ("e", "o"),
    ("ê", ""),
    ("ê", "n"),
    ("ê", "nh"),
    ("iê", "n"),
    ("iê", "u"),
    ("i", "nh"),
    ("i", "m"),
    ("o", ""),
    ("o", "n"),
    ("o", "ng"),
    ("oa", ""),
    ("oa", "n"),
    ("ô", "i"),
    ("ô", "n"),
    ("ô", "ng"),
    ("ơ", ""),
    ("ơ", "i"),
    ("u", ""),
    ("u", "ng"),
    ("ư", ""),
    ("ươ", "ng"),
    ("ươ", "n"),
    ("uyê", "n"),
];
/// Combining marks; the level tone has none.
const TONES: [&str; 6] = ["", "\u{300}", "\u{301}", "\u{309}", "\u{303}", "\u{323}"];

/// A linear congruential generator (Knuth's MMIX constants): the same texts in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn syllable(&mut self) -> String {
        let (vowel, coda) = RIMES[self.below(RIMES.len())];
        let (onset, tone) = (ONSETS[self.below(ONSETS.len())], TONES[self.below(TONES.len())]);
        format!("{onset}{vowel}{tone}{coda}").nfc().collect()
    }

    fn phrase(&mut self, syllables: usize) -> String {
        (0..syllables).map(|_| self.syllable()).collect::<Vec<_>>().join(" ")
    }

    fn comment(&mut self, index: usize) -> String {
        let length = 20 + self.below(481);
        let phrase = self.phrase(length / 2);
        let text: String = phrase.chars().take(length).collect();
        match kind(index) {
            1 => unmarked(&text),
            2 => text.split(' ').map(|word| self.teencode(word)).collect::<Vec<_>>().join(" "),
            _ => text,
        }
    }

    /// Every second word without marks and in another spelling.
    fn teencode(&mut self, word: &str) -> String {
        if self.below(2) == 0 {
            return word.to_owned();
        }
        let spellings = [
            ("gi", "z"),
            ("d", "z"),
            ("ph", "f"),
            ("kh", "k"),
            ("qu", "w"),
            ("o", "0"),
            ("i", "1"),
            ("a", "@"),
        ];
        let respell = |word: String, (from, to): &(&str, &str)| word.replace(from, to);
        spellings.iter().fold(unmarked(word), respell)
    }
}

/// 0: with marks, 1: without, 2: in teencode.
fn kind(index: usize) -> usize {
    match index % 20 {
        0..5 => 1,
        5..9 => 2,
        _ => 0,
    }
}

fn unmarked(text: &str) -> String {
    text.nfd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect::<String>()
        .replace('đ', "d")
}

fn report(name: &str, mut micros: Vec<f64>) {
    micros.sort_by(f64::total_cmp);
    let at = |percent: usize| micros[(micros.len() - 1) * percent / 100];
    println!("{name}: p50 {:.1} µs, p99 {:.1} µs, max {:.1} µs", at(50), at(99), at(100));
}

/// µs for one comment: the best of three, as others use the machine, too.
fn measure(examiner: &Examiner, text: &str) -> f64 {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(examiner.examine(std::hint::black_box(text)));
        start.elapsed().as_secs_f64() * 1e6
    };
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let mut chance = Chance(1);
    let mut terms = BTreeSet::new();
    while terms.len() < TERMS {
        let syllables = [1, 2, 2, 2, 3, 4][chance.below(6)];
        terms.insert(chance.phrase(syllables));
    }
    let list = terms.into_iter().collect::<Vec<_>>().join("\n");
    let start = Instant::now();
    let lists = WordLists::parse(b"", list.as_bytes()).expect("good terms");
    println!("compiling {TERMS} terms: {:.1} ms", start.elapsed().as_secs_f64() * 1e3);
    let examiner = Examiner::new(lists);
    let comments: Vec<String> = (0..COMMENTS).map(|index| chance.comment(index)).collect();
    let hits: usize = comments.iter().map(|text| examiner.examine(text).len()).sum();
    println!("{COMMENTS} comments, {hits} hits");
    let micros: Vec<f64> = comments.iter().map(|text| measure(&examiner, text)).collect();
    report("all comments", micros.clone());
    for (index, name) in ["with marks", "without marks", "in teencode"].into_iter().enumerate() {
        let of_kind = micros.iter().enumerate().filter(|(at, _)| kind(*at) == index);
        report(name, of_kind.map(|(_, micros)| *micros).collect());
    }
    for (name, text) in [
        ("a.a.a.a, 500 characters", "a.".repeat(250)),
        ("a.a.a.a, 5,000 characters", "a.".repeat(2_500)),
        ("1z0z1k, 5,000 characters", "1z0zk".repeat(1_000)),
        ("ha ha ha, 5,000 characters", "ha ".repeat(1_667)),
        ("0 9 0 9, 5,000 characters", "0 9 ".repeat(1_250)),
        ("a.b-c.com://, 5,000 characters", "a.b-c://".repeat(625)),
    ] {
        report(name, (0..50).map(|_| measure(&examiner, &text)).collect());
    }
}
