//! The newsroom's own entries, before every other rule.

use super::phrases::Phrases;
use super::tokenize::{At, Kind};
use crate::domain::lexicon::LexiconEntry;

/// The entries that hold in one article, ready to be looked up: longest match, in time that grows
/// with the match and not with the number of entries.
#[derive(Clone, Debug)]
pub struct Lexicon {
    exact: Phrases<Entry>,
    any_case: Phrases<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    spoken: String,
    /// Of two entries that match as far, the one of the higher rank holds.
    rank: usize,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::for_section(&[], None)
    }
}

impl Lexicon {
    /// Those of `entries` that hold in an article of this section.
    ///
    /// The longest match holds. Of entries that match as far, one for this section wins over one for
    /// the whole paper, and then the later one wins.
    pub fn for_section<'e>(
        entries: impl IntoIterator<Item = &'e LexiconEntry>,
        section: Option<&str>,
    ) -> Self {
        let mut lexicon = Self { exact: Phrases::new(false), any_case: Phrases::new(true) };
        let (general, special): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .filter(|entry| entry.holds_in(section))
            .partition(|entry| entry.section().is_none());
        for (rank, entry) in general.into_iter().chain(special).enumerate() {
            let phrases = if entry.any_case { &mut lexicon.any_case } else { &mut lexicon.exact };
            // Only white space has no tokens, and an entry is never empty.
            if let Some(place) = phrases.entry(entry.written()) {
                *place = Some(Entry { spoken: entry.spoken().to_owned(), rank });
            }
        }
        lexicon
    }

    /// The spoken form of the longest entry that begins here, and how many tokens it covers.
    pub(super) fn longest(&self, at: At) -> Option<(&str, usize)> {
        let found = [self.exact.longest(at, 0), self.any_case.longest(at, 0)].into_iter().flatten();
        let (entry, end) = found.max_by_key(|(entry, end)| (*end, entry.rank))?;
        let whole = !continues_number(at, 0) && !number_continues(at, end);
        whole.then_some((entry.spoken.as_str(), usize::try_from(end).ok()?))
    }
}

/// Whether the token here is the middle of a number, a date or a code: `2` in `1/2`, `5` in `H5`.
fn continues_number(at: At, k: isize) -> bool {
    let glued = at.kind(k - 1).is_word() || joins_digits(at, k - 1) && is_digits(at, k - 2);
    is_digits(at, k) && glued
}

/// Whether the number that ends before `end` goes on there: `2/9` in `2/9/1945`, `18` in `18A`.
fn number_continues(at: At, end: isize) -> bool {
    let glued = at.kind(end).is_word() || joins_digits(at, end) && is_digits(at, end + 1);
    is_digits(at, end - 1) && glued
}

fn is_digits(at: At, k: isize) -> bool {
    at.kind(k) == Kind::Digits
}

fn joins_digits(at: At, k: isize) -> bool {
    matches!(at.text(k), "." | "," | "/" | ":" | "-" | "–")
}
