//! What editors decided about the reading of one article: it is read as the machine would, but for this.

use super::ids::VoiceId;
use super::lexicon::{EntryError, LexiconEntry, spoken_words, tidy};
use super::units::Timestamp;

/// The decisions about one article. A version is the whole of them, never the difference to another.
///
/// Sentences and blocks are known by their written words, not by their place: when the site changes its text, what
/// was decided about the rest of it still holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// Sentences whose spoken text somebody wrote.
    pub sentences: Vec<SentenceReading>,
    /// Readings that hold in this article alone.
    pub readings: Vec<LexiconEntry>,
    /// Texts of blocks (title and lead too) that are not read.
    pub skipped: Vec<String>,
    /// What is said and not written.
    pub asides: Vec<Aside>,
    /// The voice that reads; `None`: whichever reads everything.
    pub voice: Option<VoiceId>,
    /// Neither intro nor outro is heard.
    pub without_jingles: bool,
}

/// How one sentence is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentenceReading {
    /// Without white space at its ends.
    pub written: String,
    pub spoken: String,
}

/// Words that are said although nobody wrote them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// The written sentence that it follows; `None`: it comes first of all.
    pub after: Option<String>,
    pub spoken: String,
}

/// Longest spoken text of a sentence, in characters: some two minutes.
pub const SENTENCE_CHARS_MAX: usize = 2_000;

/// How many decisions of a kind one article may have.
pub const DECISIONS_MAX: usize = 1_000;

/// One change of an edition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// A sentence is said in these words; in the machine's own again where there are none.
    Sentence {
        written: String,
        spoken: Option<String>,
    },
    Reading(LexiconEntry),
    /// The reading of these words holds no longer.
    ReadingGone(String),
    Skip(String),
    Unskip(String),
    Aside {
        after: Option<String>,
        spoken: String,
    },
    /// The aside at this place of the list is not said any more.
    AsideGone(usize),
    Voice(Option<VoiceId>),
    Jingles(bool),
}

/// Why an edit cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Words(#[from] EntryError),
    #[error("there is nothing like this in the article")]
    NotThere,
    #[error("an article can have {DECISIONS_MAX} decisions of a kind")]
    TooMany,
}

/// One version, as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// The name of the [`Edit`], or `restore`.
    pub action: String,
    /// The words that it was about.
    pub subject: String,
    /// The name of the account.
    pub by: String,
    pub at: Timestamp,
}

/// The action of a version that is an earlier one again.
pub const RESTORE: &str = "restore";

impl Edit {
    /// What the versions say was done.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sentence { spoken: Some(_), .. } => "sentence",
            Self::Sentence { spoken: None, .. } => "sentence_gone",
            Self::Reading(_) => "reading",
            Self::ReadingGone(_) => "reading_gone",
            Self::Skip(_) => "skip",
            Self::Unskip(_) => "unskip",
            Self::Aside { .. } => "aside",
            Self::AsideGone(_) => "aside_gone",
            Self::Voice(_) => "voice",
            Self::Jingles(true) => "jingles",
            Self::Jingles(false) => "jingles_gone",
        }
    }

    /// The words that it is about; empty where it is about the whole.
    pub fn subject(&self) -> &str {
        match self {
            Self::Sentence { written, .. } => written,
            Self::Reading(entry) => entry.written(),
            Self::ReadingGone(text) | Self::Skip(text) | Self::Unskip(text) => text,
            Self::Aside { spoken, .. } => spoken,
            Self::Voice(voice) => voice.as_ref().map_or("", |voice| voice.as_ref()),
            Self::AsideGone(_) | Self::Jingles(_) => "",
        }
    }

    /// Whether it can be made after a version that its writer has not seen, since that one was about something else.
    pub fn goes_with(&self, version: &Version) -> bool {
        let own = match self {
            // Their places in the list shift.
            Self::AsideGone(_) => return !version.action.starts_with("aside"),
            _ => self.name().trim_end_matches("_gone"),
        };
        let other = version.action.trim_end_matches("_gone");
        let is_about_words = !matches!(self, Self::Voice(_) | Self::Jingles(_));
        let cut: String = self.subject().chars().take(SUBJECT_CHARS_MAX).collect();
        let is_same = own == other && (!is_about_words || cut == version.subject);
        other != RESTORE && !is_same
    }
}

/// Longest words that a list of versions repeats, in characters.
pub const SUBJECT_CHARS_MAX: usize = 200;

impl Edition {
    /// Nothing was decided.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The same with one change more.
    pub fn with(&self, edit: &Edit) -> Result<Self, EditError> {
        let mut new = self.clone();
        match edit {
            Edit::Sentence { written, spoken } => {
                let written = written.trim();
                let known = new.sentences.len();
                new.sentences.retain(|sentence| sentence.written != written);
                match spoken {
                    Some(spoken) => {
                        let spoken = spoken_words(spoken, SENTENCE_CHARS_MAX)?;
                        let written = written.to_owned();
                        push(&mut new.sentences, SentenceReading { written, spoken })?;
                    }
                    None if known == new.sentences.len() => return Err(EditError::NotThere),
                    None => {}
                }
            }
            Edit::Reading(entry) => {
                new.readings.retain(|known| known.written() != entry.written());
                push(&mut new.readings, entry.clone())?;
            }
            Edit::ReadingGone(written) => {
                remove(&mut new.readings, |known| known.written() == tidy(written))?;
            }
            Edit::Skip(text) if new.skipped.contains(text) => {}
            Edit::Skip(text) => push(&mut new.skipped, text.clone())?,
            Edit::Unskip(text) => remove(&mut new.skipped, |known| known == text)?,
            Edit::Aside { after, spoken } => {
                let spoken = spoken_words(spoken, SENTENCE_CHARS_MAX)?;
                let after = after.as_ref().map(|after| after.trim().to_owned());
                push(&mut new.asides, Aside { after, spoken })?;
            }
            Edit::AsideGone(place) if *place < new.asides.len() => {
                new.asides.remove(*place);
            }
            Edit::AsideGone(_) => return Err(EditError::NotThere),
            Edit::Voice(voice) => new.voice.clone_from(voice),
            Edit::Jingles(are_heard) => new.without_jingles = !are_heard,
        }
        Ok(new)
    }

    /// Its own readings, as a lexicon for that section takes them: what holds in one section comes after what holds
    /// everywhere, and these come last of all.
    pub fn readings_in(&self, section: Option<&str>) -> Vec<LexiconEntry> {
        let own = self.readings.iter().cloned();
        own.map(|entry| entry.in_section(section.unwrap_or_default())).collect()
    }

    /// How somebody wrote that a sentence is said.
    pub fn spoken_for(&self, written: &str) -> Option<&str> {
        let written = written.trim();
        let found = self.sentences.iter().find(|sentence| sentence.written == written);
        found.map(|sentence| sentence.spoken.as_str())
    }
}

fn push<T>(list: &mut Vec<T>, item: T) -> Result<(), EditError> {
    if list.len() >= DECISIONS_MAX {
        return Err(EditError::TooMany);
    }
    list.push(item);
    Ok(())
}

fn remove<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Result<(), EditError> {
    let before = list.len();
    list.retain(|item| !is_it(item));
    if list.len() == before { Err(EditError::NotThere) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_as_somebody_wrote_it_until_that_is_taken_back() {
        let said = |spoken: &str| Edit::Sentence {
            written: " Mưa 5 mm. ".into(),
            spoken: Some(spoken.to_owned()),
        };
        let edition = Edition::default().with(&said("mưa  năm mi li mét.")).unwrap();
        assert_eq!(edition.spoken_for("Mưa 5 mm."), Some("mưa năm mi li mét."));
        let edition = edition.with(&said("mưa năm li.")).unwrap();
        assert_eq!(
            (edition.sentences.len(), edition.spoken_for("Mưa 5 mm. ")),
            (1, Some("mưa năm li."))
        );
        let back = Edit::Sentence { written: "Mưa 5 mm.".into(), spoken: None };
        let edition = edition.with(&back).unwrap();
        assert!(edition.is_empty());
        assert_eq!(edition.with(&back), Err(EditError::NotThere));
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        for bad in ["", " . ", "5 mm", "<b>mưa</b>", "UBND", &"a ".repeat(SENTENCE_CHARS_MAX)] {
            let edit = Edit::Sentence { written: "Mưa.".into(), spoken: Some(bad.to_owned()) };
            assert!(matches!(Edition::default().with(&edit), Err(EditError::Words(_))), "{bad}");
            let edit = Edit::Aside { after: None, spoken: bad.to_owned() };
            assert!(Edition::default().with(&edit).is_err(), "{bad}");
        }
    }

    #[test]
    fn edits_about_different_things_go_together() {
        let edit = Edit::Sentence { written: "Mưa.".into(), spoken: Some("mưa to.".into()) };
        let version = |action: &str, subject: &str| Version {
            number: 2,
            action: action.into(),
            subject: subject.into(),
            by: "lan".into(),
            at: Timestamp(0),
        };
        assert!(edit.goes_with(&version("sentence", "Nắng.")));
        assert!(edit.goes_with(&version("voice", "lan")));
        assert!(!edit.goes_with(&version("sentence", "Mưa.")));
        assert!(!edit.goes_with(&version("sentence_gone", "Mưa.")));
        assert!(!edit.goes_with(&version(RESTORE, "1")));
        assert!(!Edit::Voice(None).goes_with(&version("voice", "lan")));
        assert!(!Edit::AsideGone(0).goes_with(&version("aside", "xin chào")));
    }

    #[test]
    fn every_edit_can_be_taken_back() {
        let entry = LexiconEntry::new("Pá Vi", "pá vi").unwrap();
        let pairs = [
            (Edit::Reading(entry), Edit::ReadingGone("Pá  Vi".into())),
            (Edit::Skip("Ảnh: TTXVN".into()), Edit::Unskip("Ảnh: TTXVN".into())),
            (Edit::Aside { after: None, spoken: "xin chào".into() }, Edit::AsideGone(0)),
            (Edit::Voice(Some("lan".parse().unwrap())), Edit::Voice(None)),
            (Edit::Jingles(false), Edit::Jingles(true)),
        ];
        for (edit, back) in pairs {
            let edition = Edition::default().with(&edit).unwrap();
            assert!(!edition.is_empty(), "{edit:?}");
            assert!(edition.with(&back).unwrap().is_empty(), "{back:?}");
        }
        assert_eq!(Edition::default().with(&Edit::AsideGone(0)), Err(EditError::NotThere));
    }
}
