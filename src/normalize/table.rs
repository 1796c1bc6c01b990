//! The tables under `tables/`, read once; every row is one fact.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::number::is_year;
use super::phrases::Phrases;
use super::tokenize::{At, Kind, one_of, same};

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

/// One word, or two in a row; in small letters.
#[derive(Clone, Copy, Debug)]
struct Words {
    first: &'static str,
    second: Option<&'static str>,
}

/// What must stand around an abbreviation.
#[derive(Clone, Debug)]
enum Condition {
    /// One of these stands before it.
    Before(Vec<Words>),
    /// One of these stands after it.
    After(Vec<Words>),
    /// One of these stands within `NEAR` tokens of it, in the sentence.
    Near(Vec<Words>),
    AfterName,
    /// A name follows that is a place's: what stands before does not call for a person's initial.
    AfterPlace,
    /// Neither does a name follow nor a person come before.
    Nameless,
    AfterNumber,
    /// A number of three digits and more comes next, as rooms have and wards have not.
    AfterHundreds,
    AfterYear,
    /// A number stands before: it is counted.
    Counted,
    /// A colon comes next.
    AfterColon,
}

/// How many tokens on either side of an abbreviation tell what it is about.
const NEAR: usize = 12;

/// Words that a person's name follows, or the initial that stands for it.
const PERSONS: [&str; 24] = [
    "ông", "bà", "anh", "chị", "em", "cháu", "cô", "chú", "bác", "cậu", "bé", "cụ", "tên", "cáo",
    "can", "nhân", "tượng", "sinh", "văn", "thị", "vợ", "chồng", "con", "hữu",
];

pub(super) type Meanings = Phrases<Vec<Meaning>>;

/// What the rows of a table are, and so who looks there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Units,
    Currencies,
    Abbreviations,
    /// Abbreviations that are said as a word or by letters, not in full.
    Acronyms,
    /// The letters in the numbers of documents.
    Documents,
    Hosts,
    Loanwords,
}

/// A table as it lies in its file.
pub(super) struct Table {
    subject: Subject,
    text: &'static str,
}

impl Table {
    const fn new(subject: Subject, text: &'static str) -> Self {
        Self { subject, text }
    }

    pub fn lines(&self) -> std::str::Lines<'static> {
        self.text.lines()
    }

    /// Up to three fields each, comments and empty lines left out.
    fn rows(&self) -> impl Iterator<Item = [&'static str; 3]> + use<> {
        let lines = self.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.map(|line| {
            let mut fields = line.split('\t');
            std::array::from_fn(|_| fields.next().unwrap_or_default())
        })
    }
}

/// Every table; what is not here is neither read nor tested.
pub(super) static ALL: [Table; 12] = [
    Table::new(Subject::Units, include_str!("tables/units.tsv")),
    Table::new(Subject::Currencies, include_str!("tables/currencies.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/abbreviations.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/context.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/titles.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/institutions.tsv")),
    Table::new(Subject::Acronyms, include_str!("tables/acronyms.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/places.tsv")),
    Table::new(Subject::Abbreviations, include_str!("tables/provinces.tsv")),
    Table::new(Subject::Documents, include_str!("tables/documents.tsv")),
    Table::new(Subject::Hosts, include_str!("tables/hosts.tsv")),
    Table::new(Subject::Loanwords, include_str!("tables/loanwords.tsv")),
];

/// The rows of all tables on `subjects`.
fn rows(subjects: &[Subject]) -> impl Iterator<Item = [&'static str; 3]> {
    let tables = ALL.iter().filter(|table| subjects.contains(&table.subject));
    tables.flat_map(Table::rows)
}

/// Units and currencies by their signs, in exact letter case.
pub(super) static UNITS: LazyLock<Phrases<Unit>> = LazyLock::new(|| {
    let mut units = Phrases::new(false);
    for (subject, quantity) in
        [(Subject::Units, Quantity::Physical), (Subject::Currencies, Quantity::Money)]
    {
        for [written, spoken, flags] in rows(&[subject]) {
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
pub(super) static ABBREVIATIONS: LazyLock<Meanings> =
    LazyLock::new(|| meanings(&[Subject::Abbreviations, Subject::Acronyms]));

/// Only what is said as a word or by letters, not what is said in full.
pub(super) static ACRONYMS: LazyLock<Meanings> = LazyLock::new(|| meanings(&[Subject::Acronyms]));

/// Words of addresses, written together and without their marks, and whether another word must
/// follow.
pub(super) static HOSTS: LazyLock<HashMap<&str, (&str, bool)>> = LazyLock::new(|| {
    let hosts = rows(&[Subject::Hosts]);
    hosts.map(|[written, spoken, flag]| (written, (spoken, flag == "head"))).collect()
});

/// The letters in the numbers of documents: kinds of documents and who issues them.
pub(super) static DOCUMENTS: LazyLock<Meanings> = LazyLock::new(|| meanings(&[Subject::Documents]));

/// Words of other languages that Vietnamese readers say in one settled way.
pub(super) static LOANWORDS: LazyLock<Phrases<&'static str>> = LazyLock::new(|| {
    let mut loanwords = Phrases::new(true);
    for [written, spoken, _] in rows(&[Subject::Loanwords]) {
        if let Some(entry) = loanwords.entry(written) {
            *entry = Some(spoken);
        }
    }
    loanwords
});

/// The short forms of all tables on `subjects` with their conditions.
fn meanings(subjects: &[Subject]) -> Meanings {
    let mut meanings = Meanings::new(false);
    for [written, spoken, conditions] in rows(subjects) {
        let mut meaning = Meaning {
            spoken,
            conditions: Vec::new(),
            swallows_dot: false,
            trailing_dot: false,
            doubtful: false,
        };
        for condition in conditions.split(' ').filter(|condition| !condition.is_empty()) {
            match condition {
                "dot" => meaning.swallows_dot = true,
                "tail" => meaning.trailing_dot = true,
                "doubt" => meaning.doubtful = true,
                _ => match Condition::parse(condition) {
                    Some(condition) => meaning.conditions.push(condition),
                    None => unreachable!("unknown condition {condition:?} of {written:?}"),
                },
            }
        }
        if let Some(entry) = meanings.entry(written) {
            entry.get_or_insert_default().push(meaning);
        }
    }
    meanings
}

impl Meaning {
    /// Whether every condition holds for an abbreviation that ends before the token at `end`.
    pub fn holds(&self, at: At, end: isize) -> bool {
        self.conditions.iter().all(|condition| condition.holds(at, end))
    }
}

impl Words {
    /// The first stands at `k`; the second, if any, behind it after one space at most.
    fn stand(self, at: At, k: isize) -> bool {
        same(at.text(k), self.first)
            && self.second.is_none_or(|second| same(at.text(at.skip_space(k + 1)), second))
    }

    /// They end right before the place itself.
    fn precede(self, at: At) -> bool {
        match self.second {
            None => same(at.before(1), self.first),
            Some(second) => same(at.before(1), second) && same(at.before(2), self.first),
        }
    }
}

impl Condition {
    /// The condition as a table writes it; `None` for a word that is none.
    fn parse(written: &'static str) -> Option<Self> {
        let words = |list: &'static str| {
            let words = list.split('|').map(|words| match words.split_once('_') {
                Some((first, second)) => Words { first, second: Some(second) },
                None => Words { first: words, second: None },
            });
            words.collect()
        };
        Some(match written.split_once('=') {
            Some(("before", list)) => Self::Before(words(list)),
            Some(("after", list)) => Self::After(words(list)),
            Some(("near", list)) => Self::Near(words(list)),
            Some(_) => return None,
            None => match written {
                "name" => Self::AfterName,
                "place" => Self::AfterPlace,
                "nameless" => Self::Nameless,
                "number" => Self::AfterNumber,
                "hundreds" => Self::AfterHundreds,
                "year" => Self::AfterYear,
                "counted" => Self::Counted,
                "colon" => Self::AfterColon,
                _ => return None,
            },
        })
    }

    fn holds(&self, at: At, end: isize) -> bool {
        let dot = if at.is(end, ".") { end + 1 } else { end };
        let next = at.skip_space(dot);
        let name = at.kind(next) == Kind::Capital;
        match self {
            Self::Before(words) => words.iter().any(|words| words.precede(at)),
            Self::After(words) => words.iter().any(|words| words.stand(at, next)),
            Self::Near(words) => stands_near(at, end, words),
            Self::AfterName => name,
            Self::AfterPlace => name && !is_initial(at, next),
            // A full stop here is the sentence's: the short form ends in a whole word (`B.Định.`).
            Self::Nameless => at.kind(at.skip_space(end)) != Kind::Capital && !follows_person(at),
            Self::AfterNumber => at.kind(next) == Kind::Digits,
            Self::AfterHundreds => at.digits(next).len() > 2,
            Self::AfterYear => is_year(at.digits(next)),
            Self::Counted => at.kind(at.back(1)) == Kind::Digits,
            Self::AfterColon => at.is(next, ":"),
        }
    }
}

/// Whether one of `words` stands in the sentence around the tokens from 0 to before `end`.
fn stands_near(at: At, end: isize, words: &[Words]) -> bool {
    let stops = |k| matches!(at.text(k), "?" | "!" | "\n") || at.is(k, ".") && ends_sentence(at, k);
    let stand = |k| words.iter().any(|words| words.stand(at, k));
    let reach = 2 * NEAR as isize;
    let edge = |k: &isize| at.kind(*k) != Kind::Edge && !stops(*k);
    (end..end + reach).take_while(edge).any(stand)
        || (1..=reach).map(|k| -k).take_while(edge).any(stand)
}

/// The full stop at `k` ends a sentence, not a short form: a small word stands before it.
fn ends_sentence(at: At, k: isize) -> bool {
    at.kind(k - 1) == Kind::Lower && at.kind(k + 1) == Kind::Space
}

/// What stands before names a person, so that a letter is the initial of one.
pub(super) fn follows_person(at: At) -> bool {
    one_of(at.before(1), &PERSONS)
}

/// The letter stands for a person's name: after a word for one, or after other names when only
/// one capitalized word, which begins a sentence, follows (`Nguyễn Văn P. Hôm nay`).
fn is_initial(at: At, next: isize) -> bool {
    let goes_on = at.kind(at.skip_space(next + 1)) == Kind::Capital;
    follows_person(at) || at.kind(at.back(1)) == Kind::Capital && !goes_on
}

/// The meaning that holds here, of the longest entry at `k` that has one, with the offset of the
/// token after it.
pub(super) fn meaning<'m>(table: &'m Meanings, at: At, k: isize) -> Option<(&'m Meaning, isize)> {
    let here = at.moved(k);
    table.longest_with(at, k, |meanings, end| {
        meanings.iter().find(|meaning| meaning.holds(here, end - k))
    })
}

/// What else the short form at `k` may stand for than `chosen`: first the other guesses, the
/// likeliest first, then what would need other neighbours.
pub(super) fn alternatives(
    table: &Meanings,
    at: At,
    k: isize,
    chosen: Option<&'static str>,
) -> Vec<&'static str> {
    let Some((meanings, _)) = table.longest(at, k) else { return Vec::new() };
    let (guesses, others): (Vec<_>, Vec<_>) = meanings.iter().partition(|m| m.doubtful);
    let mut spoken: Vec<&str> = Vec::new();
    for meaning in guesses.into_iter().chain(others) {
        if chosen != Some(meaning.spoken) && !spoken.contains(&meaning.spoken) {
            spoken.push(meaning.spoken);
        }
    }
    spoken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables that are asked together, so that their rows are one list.
    const TOGETHER: [&[Subject]; 5] = [
        &[Subject::Units, Subject::Currencies],
        &[Subject::Abbreviations, Subject::Acronyms],
        &[Subject::Documents],
        &[Subject::Hosts],
        &[Subject::Loanwords],
    ];

    #[test]
    fn every_table_is_asked_with_some_others() {
        for table in &ALL {
            let groups = TOGETHER.iter().filter(|group| group.contains(&table.subject));
            assert_eq!(groups.count(), 1, "{:?}", table.subject);
        }
    }

    /// Every row has both sides, and no tables say the same thing twice.
    #[test]
    fn tables_are_well_formed() {
        for group in TOGETHER {
            let mut seen = std::collections::HashSet::new();
            for row in rows(group) {
                assert!(!row[0].is_empty() && !row[1].is_empty(), "{row:?}");
                let speakable = |c: char| c.is_alphabetic() || c == ' ' || c == ',';
                assert!(row[1].chars().all(speakable), "{row:?}");
                // Rows of doubt are alternatives to each other under the same condition.
                let other = if row[2].ends_with("doubt") { row[1] } else { "" };
                assert!(seen.insert((row[0], row[2], other)), "twice: {row:?}");
            }
        }
    }

    /// The order of the rows of a short form decides, so they must be seen together.
    #[test]
    fn a_short_form_stands_in_one_place_of_one_table() {
        for group in TOGETHER {
            let mut seen = std::collections::HashSet::new();
            for table in ALL.iter().filter(|table| group.contains(&table.subject)) {
                let mut last = "";
                for [written, ..] in table.rows() {
                    assert!(seen.insert(written) || last == written, "{written:?} stands apart");
                    last = written;
                }
            }
        }
    }

    /// A row below one without conditions would never be read. Behind a guess, other guesses are
    /// named in the Note.
    #[test]
    fn the_row_without_conditions_stands_last() {
        for group in [&[Subject::Abbreviations, Subject::Acronyms][..], &[Subject::Documents]] {
            let mut closed = HashMap::new();
            for [written, spoken, conditions] in rows(group) {
                let flags: Vec<&str> = conditions.split(' ').collect();
                let doubtful = flags.contains(&"doubt");
                let guessed = closed.get(written);
                assert!(
                    guessed.is_none_or(|guessed| *guessed && doubtful),
                    "never read: {written:?} {spoken:?}"
                );
                if flags.iter().all(|flag| matches!(*flag, "dot" | "tail" | "doubt" | "")) {
                    closed.insert(written, doubtful);
                }
            }
        }
    }

    fn read_as(text: &str, k: isize) -> Option<&'static str> {
        let tokens = super::super::tokenize::tokens(text);
        meaning(&ABBREVIATIONS, At::new(&tokens, 0), k).map(|(meaning, _)| meaning.spoken)
    }

    #[test]
    fn neighbours_near_and_far_decide() {
        assert_eq!(read_as("Phố cổ Hội An (QN)", 9), Some("Quảng Nam"));
        assert_eq!(read_as("Vịnh Hạ Long (QN)", 7), Some("Quảng Ninh"));
        // Another sentence does not count.
        assert_eq!(read_as("QN mưa to. Hội An vắng.", 0), Some("Quảng Ninh"));
        assert_eq!(read_as("SN 1990", 0), Some("sinh năm"));
        assert_eq!(read_as("SN 19", 0), Some("số nhà"));
        assert_eq!(read_as("P. 305", 0), Some("phòng"));
        assert_eq!(read_as("P. 5", 0), Some("phường"));
        assert_eq!(read_as("ông P. Tô Hiệu", 2), None);
        assert_eq!(read_as("Văn P. Hôm nay", 2), None);
        assert_eq!(read_as("Đà P. Tô Hiệu", 2), Some("phường"));
    }

    #[test]
    fn a_shorter_form_is_read_where_the_longer_does_not_hold() {
        assert_eq!(read_as("H.Yên thắng", 0), Some("Hưng Yên"));
        assert_eq!(read_as("H.Yên Châu", 0), Some("huyện"));
    }

    #[test]
    fn alternatives_name_every_other_meaning_once() {
        let tokens = super::super::tokenize::tokens("QL");
        let others = alternatives(&ABBREVIATIONS, At::new(&tokens, 0), 0, Some("quốc lộ"));
        assert_eq!(others, ["quản lý"]);
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
