//! What cannot be in a text: a quick look before a slow one.

use super::fold::tone_placements;
use crate::domain::lexicon::LexiconEntry;

/// Words of which a text has one at least, if one of some entries stands in it.
#[derive(Clone, Debug)]
pub struct Sieve(Vec<Needle>);

#[derive(Clone, Debug)]
struct Needle {
    /// The longest word of an entry, in every way in which its tone mark may be placed.
    spellings: Vec<String>,
    any_case: bool,
}

/// More entries are found faster by reading the text.
const ENTRIES_MAX: usize = 4;

impl Sieve {
    /// `None` when it would not be quicker than reading.
    pub fn new(entries: &[LexiconEntry]) -> Option<Self> {
        let needles = entries.iter().map(Needle::new).collect::<Option<Vec<_>>>()?;
        (needles.len() <= ENTRIES_MAX).then_some(Self(needles))
    }

    /// Whether an entry may stand in the text; false only when none does.
    pub fn may_hold(&self, text: &str) -> bool {
        // Characters that are no part of the word that they stand in.
        let is_plain = !text.contains(|c: char| {
            matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{206f}' | '\u{300}'..='\u{36f}')
                || c >= '\u{f000}'
        });
        if !is_plain {
            return true;
        }
        let small = self.0.iter().any(|needle| needle.any_case).then(|| text.to_lowercase());
        self.0.iter().any(|needle| {
            let text = small.as_deref().filter(|_| needle.any_case).unwrap_or(text);
            needle.spellings.iter().any(|spelling| text.contains(spelling.as_str()))
        })
    }
}

impl Needle {
    fn new(entry: &LexiconEntry) -> Option<Self> {
        // Letters that are folded into others in texts are no part of a needle.
        let plain = |c: char| {
            c.is_ascii_alphanumeric() || ('à'..='ỹ').contains(&c) || ('À'..='Ỹ').contains(&c)
        };
        let words = entry.written().split(|c: char| !plain(c));
        let word = words.max_by_key(|word| word.len()).filter(|word| !word.is_empty())?;
        let word = if entry.any_case { word.to_lowercase() } else { word.to_owned() };
        Some(Self { spellings: tone_placements(&word), any_case: entry.any_case })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_stands_in_a_text_is_missed() {
        let holds = |line: &str, text: &str| {
            let entry = LexiconEntry::parse(line).unwrap();
            Sieve::new(&[entry]).unwrap().may_hold(text)
        };
        assert!(holds("Ủy ban\tx", "UBND, Ủy ban họp"));
        assert!(holds("hòa\tx", "nền hoà bình") && holds("hoà\tx", "nền hòa bình"));
        assert!(holds("ủy\tx\ti", "UỶ BAN") && !holds("ủy\tx", "UỶ BAN"));
        assert!(holds("quý\tx", "quý hai"));
        assert!(holds("mềm\tx", "mề\u{ad}m") && holds("Việt\tx", "Vie\u{302}\u{323}t"));
        assert!(!holds("Khua\tx", "bản Mòn"));
        let many: Vec<_> =
            ["a", "b", "c", "d", "e"].map(|w| LexiconEntry::new(w, "x").unwrap()).into();
        assert!(Sieve::new(&many).is_none());
        assert!(Sieve::new(&[LexiconEntry::new("%", "phần trăm").unwrap()]).is_none());
    }
}
