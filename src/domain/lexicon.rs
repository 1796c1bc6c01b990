//! The newsroom's own readings: how this paper says a word.

use unicode_normalization::UnicodeNormalization;

/// A written word or phrase and what is said for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconEntry {
    /// NFC, as it stands in articles.
    written: String,
    /// Words only, with `, . ? !` as pauses, apart by single spaces.
    spoken: String,
    /// Whether the letter case of the written side does not matter.
    pub any_case: bool,
    /// The only section of the paper in which it holds; `None` for the whole paper.
    section: Option<String>,
}

/// A phrase, not a paragraph: bounds the look-ahead at every word of every article.
pub const SIDE_CHARS_MAX: usize = 200;

/// Why an entry cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    #[error("there is no tab between the written and the spoken side")]
    NoTab,
    #[error("the written side has no letter, digit or sign")]
    NothingWritten,
    #[error("the written side cannot begin with #, which begins a remark")]
    Remark,
    #[error("there is more than written, spoken, flags and section")]
    TooManyFields,
    #[error("longer than {0} characters")]
    TooLong(usize),
    #[error("the spoken side says nothing")]
    NothingSpoken,
    #[error("the spoken side may hold words and , . ? ! only: write {0:?} as it is said")]
    NotWords(char),
    #[error("{0:?} is no word: write it as it is said")]
    Letters(String),
    #[error("unknown flag {0:?}; `i` ignores letter case")]
    UnknownFlag(char),
}

impl LexiconEntry {
    /// An entry for the whole paper, in exactly this letter case.
    pub fn new(written: &str, spoken: &str) -> Result<Self, EntryError> {
        let (written, spoken) = (tidy(written), tidy(spoken));
        let says = |c: char| !(c.is_whitespace() || c.is_control() || ",.?!;:…".contains(c));
        let visible =
            |c: char| says(c) && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        if !written.contains(visible) {
            return Err(EntryError::NothingWritten);
        }
        if written.starts_with('#') {
            return Err(EntryError::Remark);
        }
        if written.chars().count() > SIDE_CHARS_MAX {
            return Err(EntryError::TooLong(SIDE_CHARS_MAX));
        }
        let spoken = spoken_words(&spoken, SIDE_CHARS_MAX)?;
        Ok(Self { written, spoken, any_case: false, section: None })
    }

    /// Reads `written TAB spoken [TAB flags [TAB section]]`; the flag `i` ignores letter case.
    pub fn parse(line: &str) -> Result<Self, EntryError> {
        let (written, rest) = line.split_once('\t').ok_or(EntryError::NoTab)?;
        let mut fields = rest.split('\t').map(str::trim);
        let mut entry = Self::new(written, fields.next().unwrap_or_default())?;
        let flags = fields.next().unwrap_or_default();
        if let Some(unknown) = flags.chars().find(|&flag| flag != 'i') {
            return Err(EntryError::UnknownFlag(unknown));
        }
        entry.any_case = flags.contains('i');
        let entry = entry.in_section(fields.next().unwrap_or_default());
        if fields.next().is_some() { Err(EntryError::TooManyFields) } else { Ok(entry) }
    }

    /// The same entry for one section only; for the whole paper when the name is empty. Papers write
    /// `Thể thao` and `THỂ THAO`, so letter case does not matter and the name is kept in small letters.
    pub fn in_section(self, name: &str) -> Self {
        Self { section: Some(section_key(name)).filter(|name| !name.is_empty()), ..self }
    }

    /// The entries of a file, and one message for each line that cannot be used. Empty lines and
    /// lines that begin with `#` are skipped.
    pub fn parse_lines(text: &str) -> (Vec<Self>, Vec<String>) {
        let (mut entries, mut errors) = (Vec::new(), Vec::new());
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            match Self::parse(line) {
                Ok(entry) => entries.push(entry),
                Err(error) => errors.push(format!("line {}: {error}", index + 1)),
            }
        }
        (entries, errors)
    }

    pub fn written(&self) -> &str {
        &self.written
    }

    pub fn spoken(&self) -> &str {
        &self.spoken
    }

    pub fn section(&self) -> Option<&str> {
        self.section.as_deref()
    }

    /// Whether it holds in an article of this section.
    pub fn holds_in(&self, section: Option<&str>) -> bool {
        let Some(own) = &self.section else { return true };
        section.is_some_and(|section| section_key(section) == *own)
    }
}

/// What somebody typed as words to be said: tidy, words only, with `, . ? !` as pauses, of at most `max`
/// characters.
pub fn spoken_words(typed: &str, max: usize) -> Result<String, EntryError> {
    let spoken = tidy(typed);
    if spoken.chars().count() > max {
        return Err(EntryError::TooLong(max));
    }
    let word = |c: char| c.is_alphabetic() || c == ' ' || ",.?!".contains(c);
    if let Some(c) = spoken.chars().find(|&c| !word(c)) {
        return Err(EntryError::NotWords(c));
    }
    if !spoken.contains(char::is_alphabetic) {
        return Err(EntryError::NothingSpoken);
    }
    for word in spoken.split(' ') {
        let letters = word.trim_end_matches([',', '.', '?', '!']);
        let capitals = letters.chars().filter(|c| c.is_uppercase()).count();
        let spelled = capitals > 1 && !letters.contains(char::is_lowercase);
        if spelled || !letters.chars().all(char::is_alphabetic) {
            return Err(EntryError::Letters(word.to_owned()));
        }
    }
    Ok(spoken)
}

/// One form of what looks alike: NFC, single spaces, none at the ends.
pub fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").nfc().collect()
}

/// A section's name, by which sections are told apart.
pub fn section_key(name: &str) -> String {
    tidy(name).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_entry() {
        let entry = LexiconEntry::parse("HLV\t huấn luyện  viên\ti\tThể thao").unwrap();
        assert_eq!((entry.written(), entry.spoken()), ("HLV", "huấn luyện viên"));
        assert!(entry.any_case && entry.holds_in(Some("THỂ THAO")));
        assert!(!entry.holds_in(Some("Kinh tế")) && !entry.holds_in(None));
        assert!(LexiconEntry::new("a", "b").unwrap().holds_in(None));
    }

    #[test]
    fn lines_that_cannot_be_used_are_named() {
        let file = "\u{feff}# ours\n\nUBND\tủy ban\nsai\n1/2\tmột 2\n\tx\nA\t, .\nB\tbê\tz\nC\tUBND\nD\ta.b\nE\te\t\tx\ty\n\u{200b}\tx\n";
        let (entries, errors) = LexiconEntry::parse_lines(file);
        assert_eq!(entries.len(), 1);
        let lines: Vec<&str> =
            errors.iter().filter_map(|e| e.split_once(':')).map(|e| e.0).collect();
        assert_eq!(
            lines,
            [
                "line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10", "line 11",
                "line 12"
            ]
        );
    }
}
