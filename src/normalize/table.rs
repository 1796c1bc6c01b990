//! The tables under `tables/`, read once; every row is one fact.

use std::sync::LazyLock;

use super::phrases::Phrases;
use super::tokenize::{At, Kind, same};

/// What a sign after a number measures; it decides how `/` after it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Physical,
    Money,
    Percent,
}

/// A unit or a currency.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub spoken: &'static str,
    pub quantity: Quantity,
    /// Recognized only when no space stands between it and the number.
    pub glued: bool,
    /// Recognized without a number too.
    pub alone: bool,
    /// Written before the number.
    pub prefix: bool,
}

/// One reading of an abbreviation and when it holds.
#[derive(Clone, Debug)]
pub(super) struct Meaning {
    pub spoken: &'static str,
    conditions: Vec<Condition>,
    /// A full stop after it belongs to it (`TP.`), not to the sentence.
    pub swallows_dot: bool,
    /// The same, unless the sentence ends there (`v.v.`).
    pub trailing_dot: bool,
    /// It is a guess among several; the editor is told.
    pub doubtful: bool,
}

/// What must stand next to an abbreviation.
#[derive(Clone, Debug)]
enum Condition {
    /// One of these words, or pairs of words, stands before.
    Before(Vec<&'static str>),
    /// One of these words, or pairs of words, stands after.
    After(Vec<&'static str>),
    AfterName,
    AfterNumber,
    /// A colon comes next.
    AfterColon,
}

pub(super) type Meanings = Phrases<Vec<Meaning>>;

/// Units and currencies by their signs, in exact letter case.
pub(super) static UNITS: LazyLock<Phrases<Unit>> = LazyLock::new(|| {
    let mut units = Phrases::new(false);
    let tables = [
        (include_str!("tables/units.tsv"), Quantity::Physical),
        (include_str!("tables/currencies.tsv"), Quantity::Money),
    ];
    for (table, quantity) in tables {
        for [written, spoken, flags] in rows(table) {
            let has = |flag| flags.split(' ').any(|f| f == flag);
            let quantity = if has("percent") { Quantity::Percent } else { quantity };
            let (glued, alone, prefix) = (has("glued"), has("alone"), has("prefix"));
            if let Some(entry) = units.entry(written) {
                *entry = Some(Unit { spoken, quantity, glued, alone, prefix });
            }
        }
    }
    units
});

/// Abbreviations and acronyms with their meanings in context.
pub(super) static ABBREVIATIONS: LazyLock<Meanings> = LazyLock::new(|| {
    let mut meanings = Phrases::new(false);
    for table in [
        include_str!("tables/abbreviations.tsv"),
        include_str!("tables/institutions.tsv"),
        include_str!("tables/acronyms.tsv"),
        include_str!("tables/places.tsv"),
    ] {
        add_meanings(&mut meanings, table);
    }
    meanings
});

/// The letters in the numbers of documents: kinds of documents and who issues them.
pub(super) static DOCUMENTS: LazyLock<Meanings> = LazyLock::new(|| {
    let mut meanings = Phrases::new(false);
    add_meanings(&mut meanings, include_str!("tables/documents.tsv"));
    meanings
});

/// Words of other languages that Vietnamese readers say in one settled way.
pub(super) static LOANWORDS: LazyLock<Phrases<&'static str>> = LazyLock::new(|| {
    let mut loanwords = Phrases::new(true);
    for [written, spoken, _] in rows(include_str!("tables/loanwords.tsv")) {
        if let Some(entry) = loanwords.entry(written) {
            *entry = Some(spoken);
        }
    }
    loanwords
});

/// The rows of a table: up to three fields, comments and empty lines left out.
fn rows(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let mut fields = line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    })
}

fn add_meanings(meanings: &mut Meanings, table: &'static str) {
    for [written, spoken, conditions] in rows(table) {
        let mut meaning = Meaning {
            spoken,
            conditions: Vec::new(),
            swallows_dot: false,
            trailing_dot: false,
            doubtful: false,
        };
        for condition in conditions.split(' ').filter(|condition| !condition.is_empty()) {
            let list = |words: &'static str| words.split('|').collect();
            match condition.split_once('=') {
                Some(("before", words)) => meaning.conditions.push(Condition::Before(list(words))),
                Some(("after", words)) => meaning.conditions.push(Condition::After(list(words))),
                _ => match condition {
                    "name" => meaning.conditions.push(Condition::AfterName),
                    "number" => meaning.conditions.push(Condition::AfterNumber),
                    "colon" => meaning.conditions.push(Condition::AfterColon),
                    "dot" => meaning.swallows_dot = true,
                    "tail" => meaning.trailing_dot = true,
                    "doubt" => meaning.doubtful = true,
                    other => unreachable!("unknown condition {other:?} of {written:?}"),
                },
            }
        }
        if let Some(entry) = meanings.entry(written) {
            entry.get_or_insert_default().push(meaning);
        }
    }
}

impl Meaning {
    /// Whether every condition holds for an abbreviation that ends before the token at `end`.
    pub fn holds(&self, at: At, end: isize) -> bool {
        self.conditions.iter().all(|condition| condition.holds(at, end))
    }
}

impl Condition {
    fn holds(&self, at: At, end: isize) -> bool {
        let dot = if at.is(end, ".") { end + 1 } else { end };
        let next = at.skip_space(dot);
        match self {
            Self::Before(words) => words.iter().any(|words| {
                let (first, second) = words.split_once('_').unwrap_or(("", words));
                same(at.before(1), second) && (first.is_empty() || same(at.before(2), first))
            }),
            Self::After(words) => words.iter().any(|words| {
                let (first, second) = words.split_once('_').unwrap_or((words, ""));
                same(at.text(next), first) && (second.is_empty() || same(at.text(next + 2), second))
            }),
            Self::AfterName => matches!(at.kind(next), Kind::Capital),
            Self::AfterNumber => at.kind(next) == Kind::Digits,
            Self::AfterColon => at.is(next, ":"),
        }
    }
}

/// The meaning that holds here of the longest entry at `k`, with the offset of the token after it.
pub(super) fn meaning<'m>(table: &'m Meanings, at: At, k: isize) -> Option<(&'m Meaning, isize)> {
    let (meanings, end) = table.longest(at, k)?;
    let here = at.moved(k);
    let meaning = meanings.iter().find(|meaning| meaning.holds(here, end - k))?;
    Some((meaning, end))
}

/// Every table, for the tests that look at all of them.
#[cfg(test)]
pub const ALL: [&str; 8] = [
    include_str!("tables/units.tsv"),
    include_str!("tables/currencies.tsv"),
    include_str!("tables/abbreviations.tsv"),
    include_str!("tables/institutions.tsv"),
    include_str!("tables/acronyms.tsv"),
    include_str!("tables/places.tsv"),
    include_str!("tables/documents.tsv"),
    include_str!("tables/loanwords.tsv"),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row has both sides, and no table says the same thing twice.
    #[test]
    fn tables_are_well_formed() {
        for table in ALL {
            let mut seen = std::collections::HashSet::new();
            for row in rows(table) {
                assert!(!row[0].is_empty() && !row[1].is_empty(), "{row:?}");
                let speakable = |c: char| c.is_alphabetic() || c == ' ' || c == ',';
                assert!(row[1].chars().all(speakable), "{row:?}");
                assert!(seen.insert((row[0], row[2])), "twice: {row:?}");
            }
        }
    }

    #[test]
    fn the_tables_load() {
        for at in [&*ABBREVIATIONS, &*DOCUMENTS] {
            let tokens = super::super::tokenize::tokens("UBND");
            assert!(meaning(at, At::new(&tokens, 0), 0).is_some());
        }
        let tokens = super::super::tokenize::tokens("ha");
        assert!(UNITS.longest(At::new(&tokens, 0), 0).is_some());
    }
}
