//! The newsroom's own entries: how this paper says a word, before every other rule.

use super::phrases::Phrases;
use super::tokenize::At;

/// Written words and phrases with the spoken form that this newsroom wants.
#[derive(Clone, Debug)]
pub struct Lexicon {
    exact: Phrases<String>,
    any_case: Phrases<String>,
}

impl Default for Lexicon {
    fn default() -> Self {
        Self { exact: Phrases::new(false), any_case: Phrases::new(true) }
    }
}

impl Lexicon {
    /// Reads lines of `written TAB spoken [TAB flags]`; the flag `i` ignores letter case.
    ///
    /// Empty lines and lines that begin with `#` are skipped. Lines that cannot be used are
    /// reported, one message each, in the order of the lines. Of two entries for the same words the later one
    /// holds, and an exact entry wins over one that ignores case when both match as far.
    pub fn parse_tsv(text: &str) -> (Self, Vec<String>) {
        let mut lexicon = Self::default();
        let mut errors = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(reason) = lexicon.add(line) {
                errors.push(format!("line {}: {reason}", index + 1));
            }
        }
        (lexicon, errors)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let mut fields = line.split('\t').map(str::trim);
        let written = fields.next().unwrap_or_default();
        let spoken = fields.next().ok_or("no tab between written and spoken")?;
        let flags = fields.next().unwrap_or_default();
        if let Some(unknown) = flags.chars().find(|&flag| flag != 'i') {
            return Err(format!("unknown flag {unknown:?}"));
        }
        if spoken.chars().any(|c| !(c.is_alphabetic() || c.is_whitespace() || ",.?!".contains(c))) {
            return Err("the spoken side may hold words and , . ? ! only".to_owned());
        }
        let phrases = if flags.contains('i') { &mut self.any_case } else { &mut self.exact };
        let entry = phrases.entry(written).ok_or("nothing is written before the tab")?;
        *entry = Some(spoken.split_whitespace().collect::<Vec<_>>().join(" "));
        Ok(())
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
