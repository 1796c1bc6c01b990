//! Foreign names and loanwords with a settled reading, from `tables/names.tsv`.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::super::letters;
use super::super::syllable::Syllable;

/// A row is at most this many words long.
const WORDS_MAX: usize = 4;

/// A settled reading found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// In Vietnamese syllables, apart by spaces.
    pub said: &'static str,
    /// How many bytes of the text after the first word belong to it.
    pub taken: usize,
}

/// The longest row that begins with `word`, in small letters, and goes on in the text `after` it.
pub fn longest(word: &str, after: &str) -> Option<Found> {
    let word = key(word);
    let rows = NAMES.rows.get(&word).or_else(|| NAMES.rows.get(&unmarked(&word)?))?;
    among(rows, after)
}

/// The longest row of two words or more that begins with a Vietnamese syllable (Man City).
pub fn phrase(word: &str, after: &str) -> Option<Found> {
    if !NAMES.may_open(word) || !after.starts_with(is_space) {
        return None;
    }
    // Exactly as it is written: đạt is not the dat of a name without marks.
    among(NAMES.rows.get(word)?, after)
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::read(include_str!("../tables/names.tsv")));

struct Row {
    /// The words after the first.
    rest: Vec<String>,
    said: &'static str,
}

struct Names {
    /// By the first word; of its rows the longest comes first.
    rows: HashMap<String, Vec<Row>>,
    /// For each first byte the lengths, as bits, of Vietnamese syllables that open a row: most
    /// words of a text are told apart here, without a look into the map.
    openers: [u32; 256],
}

impl Names {
    fn read(table: &'static str) -> Self {
        let mut names = Self { rows: HashMap::new(), openers: [0; 256] };
        for row in table.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
            let (written, said) = row.split_once('\t').expect("a tab between the columns");
            let mut words = written.split(' ').map(key);
            let first = words.next().expect("a word");
            if Syllable::parse(&first).is_some() && !first.contains('\'') {
                names.openers[usize::from(first.as_bytes()[0])] |= length_bit(&first);
            }
            let rest: Vec<String> = words.collect();
            debug_assert!(rest.len() < WORDS_MAX, "{written}");
            names.rows.entry(first).or_default().push(Row { rest, said });
        }
        for rows in names.rows.values_mut() {
            rows.sort_by_key(|row| std::cmp::Reverse(row.rest.len()));
        }
        names
    }

    fn may_open(&self, word: &str) -> bool {
        word.bytes().next().is_some_and(|b| self.openers[usize::from(b)] & length_bit(word) != 0)
    }
}

/// The longest of the rows that goes on in the text `after` its first word.
fn among(rows: &[Row], after: &str) -> Option<Found> {
    let needed = rows.first().map_or(0, |row| row.rest.len());
    let next = following(after, needed);
    rows.iter().find_map(|row| {
        let said = |key: &String, word: &String| {
            key == word || unmarked(word).is_some_and(|word| *key == word)
        };
        let matched = row.rest.len() <= next.len()
            && row.rest.iter().zip(&next).all(|(key, (word, _))| said(key, word));
        let taken = row.rest.len().checked_sub(1).and_then(|last| next.get(last));
        matched.then(|| Found { said: row.said, taken: taken.map_or(0, |(_, end)| *end) })
    })
}

/// Words as long as 31 bytes or more share a bit.
fn length_bit(word: &str) -> u32 {
    1 << word.len().min(31)
}

/// Up to `count` words that follow, each after one space or hyphen, as keys, with the byte where
/// each ends.
fn following(after: &str, count: usize) -> Vec<(String, usize)> {
    let mut words = Vec::with_capacity(count);
    let mut at = 0;
    while words.len() < count {
        let Some(separator) = after[at..].chars().next().filter(|&c| is_space(c)) else { break };
        let start = at + separator.len_utf8();
        let inside = |c: char| c.is_alphabetic() || letters::is_mark(c) || is_apostrophe(c);
        let length = after[start..].find(|c| !inside(c)).unwrap_or(after.len() - start);
        if length == 0 {
            break;
        }
        at = start + length;
        words.push((key(&after[start..at].to_lowercase()), at));
    }
    words
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '-' | '\u{2010}' | '\u{2011}')
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’')
}

/// A small-letter word as it is looked up, with one kind of apostrophe (H'Mông).
fn key(word: &str) -> String {
    word.replace('’', "'")
}

/// The word without any marks, `None` if it has none (Pelé is found as pele).
fn unmarked(word: &str) -> Option<String> {
    if word.is_ascii() {
        return None;
    }
    let plain = |c| match c {
        'đ' => 'd',
        'ø' => 'o',
        'ł' => 'l',
        'ı' => 'i',
        _ => c,
    };
    Some(word.nfd().filter(|&c| !letters::is_mark(c)).map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::lexicon;
    use super::*;

    const TABLE: &str = include_str!("../tables/names.tsv");

    fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
        let rows = TABLE.lines().filter(|row| !row.is_empty() && !row.starts_with('#'));
        rows.map(|row| row.split_once('\t').unwrap_or_else(|| panic!("no tab: {row}")))
    }

    #[test]
    fn the_table_is_large_and_every_reading_is_vietnamese() {
        assert!(rows().count() >= 2_500, "{} rows", rows().count());
        for (written, said) in rows() {
            for word in said.split(' ') {
                assert!(Syllable::parse(word).is_some(), "{written}: {word:?} is no syllable");
                assert_eq!(lexicon::exception(word), None, "{written}: {word:?}");
            }
        }
    }

    #[test]
    fn keys_are_lower_case_unique_and_short() {
        let mut keys: Vec<&str> = rows().map(|(written, _)| written).collect();
        for key in &keys {
            assert_eq!(*key, key.to_lowercase());
            assert!(key.split(' ').count() <= WORDS_MAX, "{key}");
        }
        keys.sort_unstable();
        for pair in keys.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }

    #[test]
    fn no_row_takes_a_vietnamese_word() {
        for (written, _) in rows().filter(|(written, _)| !written.contains([' ', '\''])) {
            assert_eq!(Syllable::parse(written), None, "{written} would never be found");
        }
    }

    #[test]
    fn groups_are_sorted_under_a_comment() {
        assert!(TABLE.starts_with('#'));
        for group in TABLE.split("\n#").map(|group| group.trim_end().lines().skip(1)) {
            let keys: Vec<_> = group.filter_map(|row| row.split('\t').next()).collect();
            for pair in keys.windows(2) {
                assert!(pair[0] < pair[1], "{} comes after {}", pair[0], pair[1]);
            }
        }
    }
}
