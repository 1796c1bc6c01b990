//! Readings side by side: files of them, and which ones get in each other's way.

use std::collections::{HashMap, HashSet};

use super::lexicon::{EntryError, LexiconEntry};

/// What a change of the lexicon is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LexiconChange {
    /// Words and section (empty: the whole paper) whose reading holds no longer.
    pub removed: Vec<(String, String)>,
    /// Readings that hold from then on. One for the same words in the same section takes the place of another.
    pub added: Vec<LexiconEntry>,
}

/// How another entry gets in the way of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Clash {
    /// The same words in the same section, said otherwise: only one of the two can hold.
    Same,
    /// The same words elsewhere: for the whole paper, or for one section.
    Elsewhere,
    /// The same words but for letter case.
    LetterCase,
    /// Its words stand inside the one's.
    Within,
    /// The one's words stand inside its.
    Around,
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'t> {
    /// From 1.
    pub number: usize,
    pub text: &'t str,
    pub entry: Result<LexiconEntry, EntryError>,
}

/// The lines of a file that are meant to be entries: not the empty ones, nor those that begin with `#`.
pub fn lines(file: &str) -> impl Iterator<Item = Line<'_>> {
    let lines = file.trim_start_matches('\u{feff}').lines().enumerate();
    let meant = lines.filter(|(_, text)| !text.trim().is_empty() && !text.starts_with('#'));
    meant.map(|(index, text)| Line { number: index + 1, text, entry: LexiconEntry::parse(text) })
}

/// An entry as a line of a file.
pub fn line(entry: &LexiconEntry) -> String {
    let flags = if entry.any_case { "i" } else { "" };
    let section = entry.section().unwrap_or_default();
    let line = format!("{}\t{}\t{flags}\t{section}", entry.written(), entry.spoken());
    format!("{}\n", line.trim_end_matches('\t'))
}

/// Which entry is meant: its words and its section, empty for the whole paper.
pub fn key(entry: &LexiconEntry) -> (&str, &str) {
    (entry.written(), entry.section().unwrap_or_default())
}

impl LexiconChange {
    /// What holds after the change.
    pub fn applied(&self, entries: &[LexiconEntry]) -> Vec<LexiconEntry> {
        let mut new: HashMap<_, _> = self.added.iter().map(|entry| (key(entry), entry)).collect();
        let removed: HashSet<_> = self
            .removed
            .iter()
            .map(|(words, section)| (words.as_str(), section.as_str()))
            .collect();
        let mut holding = Vec::with_capacity(entries.len() + self.added.len());
        for entry in entries {
            // What is there already keeps its place: of two that match alike the later one holds.
            let same = new.get(&key(entry)).is_some_and(|new| *new == entry);
            if same {
                new.remove(&key(entry));
            }
            if same || !removed.contains(&key(entry)) && !new.contains_key(&key(entry)) {
                holding.push(entry.clone());
            }
        }
        // Of two lines for the same words the later one holds.
        let added = self.added.iter().filter(|entry| new.get(&key(entry)) == Some(entry));
        holding.extend(added.cloned());
        holding
    }
}

/// Entries by their words, to find those that get in the way of others in a time that does not grow with their
/// number.
pub struct Neighbours<'e> {
    entries: &'e [LexiconEntry],
    /// By words in small letters.
    whole: HashMap<String, Vec<usize>>,
    /// By every run of words that stands inside, in small letters.
    inside: HashMap<String, Vec<usize>>,
}

/// How many words an entry has at most for the runs inside of it to be looked at: 55 runs.
const WORDS_MAX: usize = 10;

impl<'e> Neighbours<'e> {
    pub fn new(entries: &'e [LexiconEntry]) -> Self {
        let (mut whole, mut inside) = (HashMap::new(), HashMap::new());
        for (place, entry) in entries.iter().enumerate() {
            let folded = entry.written().to_lowercase();
            for run in runs_inside(&folded) {
                inside.entry(run).or_insert_with(Vec::new).push(place);
            }
            whole.entry(folded).or_insert_with(Vec::new).push(place);
        }
        Self { entries, whole, inside }
    }

    /// Those that get in the way of an entry, the most serious ones first.
    pub fn of(&self, entry: &LexiconEntry) -> Vec<(Clash, &'e LexiconEntry)> {
        let folded = entry.written().to_lowercase();
        let mut found = Vec::new();
        for other in self.at(&self.whole, &folded).filter(|other| may_meet(entry, other)) {
            let clash = match (other.written() == entry.written(), key(other) == key(entry)) {
                (true, true) if says_the_same(other, entry) => continue,
                (true, true) => Clash::Same,
                (true, false) => Clash::Elsewhere,
                (false, _) => Clash::LetterCase,
            };
            found.push((clash, other));
        }
        for run in runs_inside(&folded) {
            let within = self.at(&self.whole, &run).filter(|other| may_meet(entry, other));
            found.extend(within.map(|other| (Clash::Within, other)));
        }
        let around = self.at(&self.inside, &folded).filter(|other| may_meet(entry, other));
        found.extend(around.map(|other| (Clash::Around, other)));
        found.sort_by_key(|(clash, _)| *clash as u8);
        found.dedup();
        found
    }

    fn at<'a>(
        &'a self,
        index: &'a HashMap<String, Vec<usize>>,
        words: &str,
    ) -> impl Iterator<Item = &'e LexiconEntry> + use<'a, 'e> {
        let places = index.get(words).into_iter().flatten();
        places.filter_map(|place| self.entries.get(*place))
    }
}

fn says_the_same(one: &LexiconEntry, other: &LexiconEntry) -> bool {
    one.spoken() == other.spoken() && one.any_case == other.any_case
}

/// Whether there is an article in which both hold.
fn may_meet(one: &LexiconEntry, other: &LexiconEntry) -> bool {
    match (one.section(), other.section()) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// The runs of words inside a phrase, without the phrase itself.
fn runs_inside(phrase: &str) -> Vec<String> {
    let words: Vec<&str> = phrase.split(' ').collect();
    if words.len() > WORDS_MAX {
        return Vec::new();
    }
    let mut runs = Vec::new();
    for from in 0..words.len() {
        for to in from + 1..=words.len() {
            if to - from < words.len() {
                runs.push(words[from..to].join(" "));
            }
        }
    }
    runs.sort();
    runs.dedup();
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> LexiconEntry {
        LexiconEntry::parse(line).unwrap()
    }

    #[test]
    fn lines_keep_their_numbers_and_come_out_as_they_went_in() {
        let file =
            "\u{feff}# của tòa soạn\n\nHLV\thuấn luyện viên\ti\tthể thao\nsai\nUBND\tủy ban\n";
        let read: Vec<_> = lines(file).collect();
        let numbers: Vec<_> = read.iter().map(|line| (line.number, line.entry.is_ok())).collect();
        assert_eq!(numbers, [(3, true), (4, false), (5, true)]);
        let written: String =
            read.iter().filter_map(|line| line.entry.as_ref().ok()).map(line_of).collect();
        assert_eq!(written, "HLV\thuấn luyện viên\ti\tthể thao\nUBND\tủy ban\n");
    }

    fn line_of(entry: &LexiconEntry) -> String {
        line(entry)
    }

    #[test]
    fn every_kind_of_clash_has_its_name() {
        let known = [
            entry("UBND\tủy ban nhân dân"),
            entry("ubnd\tu bê\ti"),
            entry("UBND tỉnh\tủy ban tỉnh"),
            entry("UBND\tủy ban\t\tthể thao"),
            entry("XSMB\txổ số"),
        ];
        let neighbours = Neighbours::new(&known);
        let told = |line: &str| {
            let found = neighbours.of(&entry(line));
            found
                .iter()
                .map(|(clash, other)| (*clash, other.spoken().to_owned()))
                .collect::<Vec<_>>()
        };
        let pair = |clash, spoken: &str| (clash, spoken.to_owned());
        assert_eq!(
            told("UBND\tu bê nờ đê"),
            [
                pair(Clash::Same, "ủy ban nhân dân"),
                pair(Clash::Elsewhere, "ủy ban"),
                pair(Clash::LetterCase, "u bê"),
                pair(Clash::Around, "ủy ban tỉnh"),
            ]
        );
        let within = told("UBND tỉnh Sơn La\tủy ban tỉnh Sơn La");
        assert_eq!(within.len(), 4);
        assert!(within.iter().all(|(clash, _)| *clash == Clash::Within));
        // It is there already, word for word.
        assert_eq!(told("XSMB\txổ số"), []);
        // No article has two sections.
        assert_eq!(told("UBND xã\tủy ban xã\t\tkinh tế").len(), 2);
    }

    #[test]
    fn a_change_leaves_what_it_does_not_name_in_its_place() {
        let known = [entry("A\tá"), entry("B\tbê"), entry("C\txê")];
        let added = vec![entry("A\tá"), entry("B\tbờ"), entry("D\tđê")];
        let change = LexiconChange { removed: vec![("C".into(), String::new())], added };
        let spoken: Vec<String> =
            change.applied(&known).iter().map(|entry| entry.spoken().to_owned()).collect();
        assert_eq!(spoken, ["á", "bờ", "đê"]);
    }
}
