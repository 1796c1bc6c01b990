//! The newsroom's own entries, before every other rule.

use super::phrases::Phrases;
use super::tokenize::At;
use crate::domain::lexicon::LexiconEntry;

/// The entries that hold in one article, ready to be looked up: longest match, in time that grows
/// with the match and not with the number of entries.
#[derive(Clone, Debug)]
pub struct Lexicon {
    exact: Phrases<String>,
    any_case: Phrases<String>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::for_section(&[], None)
    }
}

impl Lexicon {
    /// Those of `entries` that hold in an article of this section.
    ///
    /// Of entries for the same words the later one holds, and one for this section wins over one for
    /// the whole paper. An exact entry wins over one that ignores case when both match as far.
    pub fn for_section<'e>(
        entries: impl IntoIterator<Item = &'e LexiconEntry>,
        section: Option<&str>,
    ) -> Self {
        let mut lexicon = Self { exact: Phrases::new(false), any_case: Phrases::new(true) };
        let (general, special): (Vec<_>, Vec<_>) = entries
            .into_iter()
            .filter(|entry| entry.holds_in(section))
            .partition(|entry| entry.section().is_none());
        for entry in general.into_iter().chain(special) {
            let phrases = if entry.any_case { &mut lexicon.any_case } else { &mut lexicon.exact };
            // Only white space has no tokens, and an entry is never empty.
            if let Some(spoken) = phrases.entry(entry.written()) {
                *spoken = Some(entry.spoken().to_owned());
            }
        }
        lexicon
    }

    /// The spoken form of the longest entry that begins here, and how many tokens it covers.
    pub(super) fn longest(&self, at: At) -> Option<(&str, usize)> {
        let exact = self.exact.longest(at, 0);
        let any_case = self.any_case.longest(at, 0);
        let (spoken, end) = match (exact, any_case) {
            (Some(exact), Some(any)) if any.1 > exact.1 => any,
            (Some(exact), _) => exact,
            (None, any) => any?,
        };
        Some((spoken, usize::try_from(end).ok()?))
    }
}
