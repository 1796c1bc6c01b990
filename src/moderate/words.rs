//! The newsroom's two lists of terms, and the places where a comment says one of them.
//!
//! One automaton (Aho and Corasick, 1975) over base letters proposes places for all terms at once;
//! `term` checks each. Both are linear in the comment: the automaton takes a bounded number of
//! steps per letter, at most [`Term::LETTERS_MAX`] lengths of terms end at one letter, and a check
//! tries a bounded number of letters. So `a.a.a.a` costs per letter what any other text costs.

use std::collections::HashMap;
use std::fmt;

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

use super::letter::{Gap, Letter};
use super::spelling::Spelled;
use super::term::{Step, Term};
use crate::domain::rule::{Hit, Rule};

/// Both lists, compiled. Comments are matched against it from any number of threads.
#[derive(Clone, Debug)]
pub struct WordLists {
    automaton: NFA,
    /// For every pattern of the automaton, the entries with these base letters.
    entries: Vec<Vec<Entry>>,
}

#[derive(Clone, Debug)]
struct Entry {
    rule: Rule,
    written: String,
    term: Term,
}

/// Why a list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListError {
    /// [`Rule::BlockedWord`] or [`Rule::SuspectWord`]: whose list it is.
    pub list: Rule,
    /// The line, counted from 1.
    pub line: usize,
    pub kind: ListErrorKind,
}

/// What is wrong with a line of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListErrorKind {
    NotUtf8,
    /// Neither a Latin letter nor a digit is on the line.
    NoLetters,
    /// A letter that no Vietnamese word has, such as a Chinese one.
    ForeignLetter,
    TooLong,
    TooManyTerms,
}

/// The texts of two lists that can be used, to which a newsroom adds words of its own.
#[derive(Clone, Debug, Default)]
pub struct ListTexts {
    blocked: Vec<u8>,
    suspect: Vec<u8>,
}

impl ListTexts {
    /// # Errors
    /// The first line that is no term.
    pub fn new(blocked: Vec<u8>, suspect: Vec<u8>) -> Result<Self, ListError> {
        WordLists::parse(&blocked, &suspect)?;
        Ok(Self { blocked, suspect })
    }

    /// The lists with more terms, one in each string.
    ///
    /// # Errors
    /// The first of the added terms that is none; `line` counts those of its list.
    pub fn with(&self, blocked: &[String], suspect: &[String]) -> Result<WordLists, ListError> {
        let text = |terms: &[String]| terms.join("\n").into_bytes();
        // By themselves first: the line is that of the one who adds them.
        WordLists::parse(&text(blocked), &text(suspect))?;
        let both = |list: &[u8], terms| [list, b"\n", &text(terms)].concat();
        WordLists::parse(&both(&self.blocked, blocked), &both(&self.suspect, suspect))
    }
}

impl WordLists {
    /// Most terms in both lists together.
    pub const TERMS_MAX: usize = 50_000;

    /// Compiles two lists: UTF-8, one term a line, as it is written in full; lines that begin with
    /// `#` are comments, empty lines are skipped.
    ///
    /// # Errors
    /// The first line that is no term.
    pub fn parse(blocked: &[u8], suspect: &[u8]) -> Result<Self, ListError> {
        let mut skeletons: HashMap<Vec<u8>, usize> = HashMap::new();
        let mut entries: Vec<Vec<Entry>> = Vec::new();
        let mut count = 0;
        for (rule, list) in [(Rule::BlockedWord, blocked), (Rule::SuspectWord, suspect)] {
            for (index, line) in list.split(|&byte| byte == b'\n').enumerate() {
                let error = |kind| ListError { list: rule, line: index + 1, kind };
                let Some((written, term)) = parse_line(line).map_err(error)? else { continue };
                count += 1;
                if count > Self::TERMS_MAX {
                    return Err(error(ListErrorKind::TooManyTerms));
                }
                let pattern = *skeletons.entry(term.skeleton()).or_insert(entries.len());
                if pattern == entries.len() {
                    entries.push(Vec::new());
                }
                entries[pattern].push(Entry { rule, written: written.to_owned(), term });
            }
        }
        let mut patterns: Vec<(&Vec<u8>, &usize)> = skeletons.iter().collect();
        patterns.sort_unstable_by_key(|&(_, pattern)| *pattern);
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .prefilter(false)
            .dense_depth(4)
            .build(patterns.iter().map(|(skeleton, _)| skeleton))
            .expect("TERMS_MAX terms of LETTERS_MAX letters fit into an automaton");
        Ok(Self { automaton, entries })
    }

    /// Every place where the letters say a term; places may overlap. Sorted by position.
    pub(super) fn hits(&self, letters: &[Letter]) -> Vec<Hit> {
        let spelled = Spelled::new(letters);
        let mut hits = Vec::new();
        let mut steps: Vec<Step> = Vec::new();
        let start = self.automaton.start_state(Anchored::No).expect("built for unanchored search");
        // The states after the letters up to the last but one, up to the last, and up to this one:
        // a reading takes one letter or two.
        let [mut older, mut old, mut new] = [States::default(); 3];
        old.insert(start);
        for last in 0..letters.len() {
            new.count = 0;
            for reading in spelled.readings(last) {
                let from = if reading.taken == 2 { &older } else { &old };
                for &state in from.iter() {
                    new.insert(self.after(state, reading.standard()));
                }
            }
            if letters.get(last + 1).is_none_or(|next| next.gap != Gap::None) {
                for &state in new.iter().filter(|&&state| self.automaton.is_match(state)) {
                    self.check(state, &spelled, last + 1, &mut steps, &mut hits);
                }
            }
            (older, old, new) = (old, new, older);
        }
        hits.sort_unstable_by(Hit::by_position);
        hits.dedup();
        hits
    }

    fn after(&self, state: StateID, letters: &[u8]) -> StateID {
        let step = |state, &letter: &u8| self.automaton.next_state(Anchored::No, state, letter);
        letters.iter().fold(state, step)
    }

    /// Adds the hits among the terms that may end before `end`.
    fn check(
        &self,
        state: StateID,
        spelled: &Spelled,
        end: usize,
        steps: &mut Vec<Step>,
        hits: &mut Vec<Hit>,
    ) {
        for index in 0..self.automaton.match_len(state) {
            let pattern = self.automaton.match_pattern(state, index);
            for entry in &self.entries[pattern.as_usize()] {
                if let Some(begin) = entry.term.begin(spelled, end, steps) {
                    let letters = spelled.letters;
                    let span = letters[begin].span.start..letters[end - 1].span.end;
                    hits.push(Hit { rule: entry.rule, term: Some(entry.written.clone()), span });
                }
            }
        }
    }
}

/// The term of a line, with its spelling in the list; `None` for an empty line and a comment.
fn parse_line(line: &[u8]) -> Result<Option<(&str, Term)>, ListErrorKind> {
    let line = std::str::from_utf8(line).map_err(|_| ListErrorKind::NotUtf8)?;
    let written = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if written.is_empty() || written.starts_with('#') {
        return Ok(None);
    }
    // Before folding, so that a line of megabytes costs nothing.
    if written.len() > Term::BYTES_MAX {
        return Err(ListErrorKind::TooLong);
    }
    let term = Term::new(written).ok_or(ListErrorKind::NoLetters)?;
    let skeleton = term.skeleton();
    if skeleton.contains(&Letter::OTHER) {
        return Err(ListErrorKind::ForeignLetter);
    }
    if skeleton.len() > Term::LETTERS_MAX {
        return Err(ListErrorKind::TooLong);
    }
    Ok(Some((written, term)))
}

/// A small set of the automaton's states: one, where a comment's spelling leaves no choice.
#[derive(Clone, Copy, Default)]
struct States {
    states: [StateID; Self::MAX],
    count: usize,
}

impl States {
    /// How many states are kept. States of readings that lead nowhere fall together, so ordinary
    /// teencode needs two or three; a comment that needs more is no longer followed in full.
    const MAX: usize = 12;

    fn insert(&mut self, state: StateID) {
        if self.count < Self::MAX && !self.states[..self.count].contains(&state) {
            self.states[self.count] = state;
            self.count += 1;
        }
    }

    fn iter(&self) -> std::slice::Iter<'_, StateID> {
        self.states[..self.count].iter()
    }
}

impl fmt::Display for ListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = match self.kind {
            ListErrorKind::NotUtf8 => "is not UTF-8",
            ListErrorKind::NoLetters => "has no letters",
            ListErrorKind::ForeignLetter => "has letters of another script",
            ListErrorKind::TooLong => "is too long",
            ListErrorKind::TooManyTerms => "is one term too many",
        };
        write!(f, "{}: line {} {problem}", self.list.name(), self.line)
    }
}

impl std::error::Error for ListError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::fold;
    use super::*;

    /// What `hits` finds, by trying every term at every place.
    fn hits_one_by_one(lists: &WordLists, letters: &[Letter]) -> Vec<Hit> {
        let spelled = Spelled::new(letters);
        let is_end = |end: &usize| letters.get(*end).is_none_or(|next| next.gap != Gap::None);
        let mut hits = Vec::new();
        for end in (1..=letters.len()).filter(is_end) {
            for entry in lists.entries.iter().flatten() {
                if let Some(begin) = entry.term.begin(&spelled, end, &mut Vec::new()) {
                    let span = letters[begin].span.start..letters[end - 1].span.end;
                    hits.push(Hit { rule: entry.rule, term: Some(entry.written.clone()), span });
                }
            }
        }
        hits.sort_unstable_by(Hit::by_position);
        hits.dedup();
        hits
    }

    proptest! {
        #[test]
        fn the_automaton_misses_nothing(
            pieces in prop::collection::vec(
                prop::sample::select(&[
                    "l", "u", "ừ", "a", "á", "đ", "d", "o", "ả", "k", "h", "c", "z", "j", "i", "g",
                    "w", "q", "0", "1", "4", "f", "p", " ", " ", ".", "*", "lừa ", "cá ", "kh", "gi",
                ][..]),
                0..50,
            ),
        ) {
            let terms = "lừa đảo,lua,cá độ,gia,giá,da,khó,lo,là quá,ph,cao,li,a,gì";
            let list = terms.replace(',', "\n");
            let lists = WordLists::parse(b"", list.as_bytes()).expect("a good list");
            let letters = fold::letters(&pieces.concat());
            prop_assert_eq!(lists.hits(&letters), hits_one_by_one(&lists, &letters));
        }
    }

    fn error(blocked: &[u8], suspect: &[u8]) -> (Rule, usize, ListErrorKind) {
        let error = WordLists::parse(blocked, suspect).expect_err("a bad line");
        (error.list, error.line, error.kind)
    }

    #[test]
    fn lists_are_lines_with_comments() {
        let list = "\u{feff}# mẫu\r\n\r\nlừa đảo\r\n  vcl \n# hết";
        let lists = WordLists::parse(list.as_bytes(), b"").expect("a good list");
        assert_eq!(lists.entries.len(), 2);
        assert!(WordLists::parse(b"", b"").expect("empty lists").entries.is_empty());
    }

    #[test]
    fn errors_name_the_list_and_the_line() {
        use ListErrorKind::{ForeignLetter, NoLetters, NotUtf8, TooLong};
        assert_eq!(error(b"a\n\xff\xfe", b""), (Rule::BlockedWord, 2, NotUtf8));
        assert_eq!(error(b"", b"# x\n\n***"), (Rule::SuspectWord, 3, NoLetters));
        assert_eq!(error("赌博".as_bytes(), b""), (Rule::BlockedWord, 1, ForeignLetter));
        assert_eq!(error("ab ".repeat(90).as_bytes(), b""), (Rule::BlockedWord, 1, TooLong));
        let shown = WordLists::parse(b"***", b"").expect_err("a bad line").to_string();
        assert_eq!(shown, "blocked_word: line 1 has no letters");
    }
}
