//! What an editor should listen to instead of the whole: the doubts about a reading, the riskiest first.

use std::collections::BTreeSet;

use super::article::{Article, ByteSpan, Part};
use super::note::{Note, NoteKind};

/// A doubt with the words that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    pub kind: NoteKind,
    /// What is in doubt, in English.
    pub message: String,
    /// Where; `None`: the whole text.
    pub place: Option<(Part, ByteSpan)>,
    /// The words at that place; by kind and words an editor's answer is remembered.
    pub subject: String,
}

/// The kinds and words that editors have looked at already, for one article: there and everywhere.
pub type Settled = BTreeSet<(NoteKind, String)>;

impl NoteKind {
    /// How likely what is heard is wrong, and how bad that would be: 0 (no concern of editors) to 100.
    ///
    /// What is certainly wrong comes first (a sentence that is not heard), then what the voice itself says of its
    /// sound, then what was guessed of meaning, then what was guessed of sound.
    pub fn risk(self) -> u8 {
        match self {
            Self::LeftOut => 100,
            Self::StandIn => 95,
            Self::UncertainText => 90,
            Self::OtherVoice => 85,
            Self::UnknownPhoneme => 80,
            Self::OddLength => 75,
            Self::UnknownAcronym => 70,
            Self::Ambiguous => 60,
            Self::UnknownSymbol => 55,
            Self::UnknownSyllable => 45,
            Self::ForeignWord => 40,
            Self::LongSentence => 25,
            Self::Extraction => 0,
        }
    }
}

/// The doubts that nobody has looked at, each kind and words once, the riskiest first and then in reading order.
pub fn concerns(article: &Article, notes: &[Note], settled: &Settled) -> Vec<Concern> {
    let mut seen = Settled::new();
    let mut found = Vec::new();
    for note in notes.iter().filter(|note| note.kind.risk() > 0) {
        let subject = match note.place {
            Some((part, span)) => match words(article, part, span) {
                // The text has changed since.
                "" => continue,
                words => words.to_owned(),
            },
            None => String::new(),
        };
        let key = (note.kind, subject);
        if settled.contains(&key) || !seen.insert(key.clone()) {
            continue;
        }
        let (kind, subject) = key;
        found.push(Concern { kind, message: note.message.clone(), place: note.place, subject });
    }
    found.sort_by_key(|concern| {
        let start = concern.place.map(|(part, span)| (part, span.start));
        (std::cmp::Reverse(concern.kind.risk()), start)
    });
    found
}

/// From this risk on a doubt keeps a reading from being heard before an editor has listened: what is below is a guess
/// of sound that is mostly right, or a long breath.
const RISKY: u8 = 50;

/// Whether a reading may be heard before an editor has looked at it.
pub fn is_sure(open: &[Concern]) -> bool {
    open.iter().all(|concern| concern.kind.risk() < RISKY)
}

fn words(article: &Article, part: Part, span: ByteSpan) -> &str {
    let text = article.parts().find(|(at, _)| *at == part).map_or("", |(_, text)| text);
    span.of(text).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article() -> Article {
        Article { title: "CLB PVF gặp PVF".into(), ..Article::default() }
    }

    fn note(kind: NoteKind, start: usize, end: usize) -> Note {
        Note::at(kind, Part::Title, ByteSpan { start, end }, "why")
    }

    #[test]
    fn the_riskiest_comes_first_and_the_same_words_once() {
        let notes = [
            Note::general(NoteKind::Extraction, "title: JSON-LD"),
            note(NoteKind::LongSentence, 0, 16),
            note(NoteKind::UnknownAcronym, 4, 7),
            note(NoteKind::UnknownAcronym, 0, 3),
            note(NoteKind::UnknownAcronym, article().title.len() - 3, article().title.len()),
            note(NoteKind::OddLength, 40, 50),
        ];
        let shown = |settled: &Settled| -> Vec<(NoteKind, String)> {
            let found = concerns(&article(), &notes, settled).into_iter();
            found.map(|concern| (concern.kind, concern.subject)).collect()
        };
        let all = shown(&Settled::new());
        assert_eq!(all.len(), 3, "{all:?}");
        assert_eq!(all[0], (NoteKind::UnknownAcronym, "CLB".into()));
        assert_eq!(all[1], (NoteKind::UnknownAcronym, "PVF".into()));
        let settled = Settled::from([(NoteKind::UnknownAcronym, "PVF".into())]);
        assert_eq!(shown(&settled).len(), 2);
    }
}
