//! What people decided about a reading: by which voice, with which words, between which sounds.

use std::sync::PoisonError;

use super::Narrator;
use crate::audio::Arrangement;
use crate::domain::article::Article;
use crate::domain::edition::Edition;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::note::{Note, NoteKind};
use crate::domain::pace::Pace;
use crate::normalize::Lexicon;
use crate::synthesize::{Engine, Voices};

/// What is read besides the text itself: the same text and direction give the same sound.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Direction {
    /// The newsroom's readings; they win over those of its file.
    pub readings: Vec<LexiconEntry>,
    /// What was decided about this article.
    pub edition: Edition,
    /// How fast, and with which pauses; `None`: as the settings file has it.
    pub pace: Option<Pace>,
}

impl Narrator {
    /// The readings that hold in an article: the newsroom's file, its lexicon, the article's own. Of those that
    /// match as far, the later one wins.
    pub fn lexicon(&self, article: &Article, direction: &Direction) -> Lexicon {
        let section = article.section.as_deref();
        let own = direction.edition.readings_in(section);
        let readings = self.readings.iter().chain(&direction.readings).chain(&own);
        Lexicon::for_section(readings, section)
    }

    /// The voice that reads an article, loaded, and what an editor is told if it is not the one that was chosen.
    pub(super) fn engine_for(&self, edition: &Edition) -> (Engine, Option<Note>) {
        let current = self.engine();
        let Some(wanted) = edition.voice.as_ref().filter(|id| **id != current.voice.id) else {
            return (current, None);
        };
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = others.iter().find(|engine| engine.voice.id == *wanted) {
            return (known.clone(), None);
        }
        let loaded = Voices::in_folder(&self.voices)
            .and_then(|voices| voices.get(wanted.as_ref()))
            .map_err(|error| error.to_string())
            .and_then(|voice| {
                Engine::load(voice, &self.computer).map_err(|error| error.to_string())
            });
        match loaded {
            Ok(engine) => {
                others.push(engine.clone());
                (engine, None)
            }
            Err(why) => (current, Some(Note::general(NoteKind::OtherVoice, why))),
        }
    }

    pub(super) fn arrangement(&self, edition: &Edition) -> Arrangement {
        let mut arrangement = self.sound.arrangement.clone();
        if edition.without_jingles {
            (arrangement.intro, arrangement.outro) = (None, None);
        }
        arrangement
    }
}
