//! The pages of the lexicon: one struct for each of their templates.

use askama::Template;

use super::words::Word;
use crate::domain::lexicon::LexiconEntry;
use crate::web::assets;
use crate::web::pages::Frame;

/// What is typed, or was.
#[derive(Clone, Default)]
pub struct EntryForm {
    pub written: String,
    pub spoken: String,
    pub any_case: bool,
    pub section: String,
    /// The entry that it takes the place of; both empty for a new one.
    pub was_written: String,
    pub was_section: String,
    /// It is taken away.
    pub is_removal: bool,
}

/// An entry in the list.
pub struct EntryItem {
    pub written: String,
    pub spoken: String,
    pub any_case: bool,
    /// Empty for the whole paper.
    pub section: String,
    /// Who changed it last, and when; or where else it comes from.
    pub from: String,
    /// The page with the form to change it; empty where it cannot be changed.
    pub edit: String,
}

pub struct FilterView {
    pub q: String,
    pub section: String,
    pub who: String,
}

#[derive(Template)]
#[template(path = "lexicon.html")]
pub struct LexiconPage {
    pub frame: Frame,
    pub said: Option<String>,
    pub form_heading: String,
    pub is_editing: bool,
    pub form: EntryForm,
    /// Why what was typed is no reading.
    pub error: Option<String>,
    /// Sections of the paper that can be typed.
    pub suggested: Vec<String>,
    /// Sections and people by which the list can be filtered.
    pub sections: Vec<String>,
    pub people: Vec<String>,
    pub count: String,
    pub is_filtered: bool,
    pub newer: Option<String>,
    pub older: Option<String>,
    pub items: Vec<EntryItem>,
    pub filter: FilterView,
}

/// A sentence before and after.
pub struct SentenceView {
    pub title: String,
    pub page: String,
    pub written: String,
    pub before: Vec<Word>,
    pub after: Vec<Word>,
}

/// What a change would do.
pub struct EffectView {
    /// How many sentences and articles, in words.
    pub counted: String,
    pub looked_at: String,
    /// How many of the sentences are shown; empty when all are.
    pub shown: String,
    pub items: Vec<SentenceView>,
    /// "Lưu và đọc lại 3 bài", when there are any.
    pub save_again: Option<String>,
}

#[derive(Template)]
#[template(path = "lexicon_preview.html")]
pub struct PreviewPage {
    pub frame: Frame,
    /// Somebody was faster.
    pub meanwhile: bool,
    pub change: String,
    pub present: Option<String>,
    /// No article of late stands in its section.
    pub unknown_section: Option<String>,
    pub clashes: Vec<String>,
    pub effect: EffectView,
    pub form: EntryForm,
    /// When the entries that it changes were last changed, as it was seen.
    pub seen: String,
    pub back: String,
}

#[derive(Template)]
#[template(path = "lexicon_import.html")]
pub struct ImportPage {
    pub frame: Frame,
    pub error: Option<String>,
    pub text: String,
}

/// Words with several readings, of which one is to be chosen.
pub struct ConflictView {
    pub written: String,
    /// The name of the choice.
    pub name: String,
    pub choices: Vec<ChoiceView>,
}

pub struct ChoiceView {
    pub value: String,
    pub text: String,
    pub is_chosen: bool,
}

#[derive(Template)]
#[template(path = "lexicon_review.html")]
pub struct ReviewPage {
    pub frame: Frame,
    pub text: String,
    pub figures: Vec<String>,
    pub bad: Vec<String>,
    pub bad_more: Option<String>,
    pub conflicts: Vec<ConflictView>,
    pub clashes: Vec<String>,
    pub clashes_more: Option<String>,
    pub effect: EffectView,
    /// There is something in it that is new, or said otherwise.
    pub can_be_saved: bool,
}

impl EntryForm {
    /// The form in which an entry is changed.
    pub fn editing(entry: &LexiconEntry) -> Self {
        let (written, section) = (entry.written().to_owned(), entry.section().unwrap_or_default());
        Self {
            spoken: entry.spoken().to_owned(),
            any_case: entry.any_case,
            section: section.to_owned(),
            was_written: written.clone(),
            was_section: section.to_owned(),
            written,
            is_removal: false,
        }
    }
}

impl EntryItem {
    pub fn new(entry: &LexiconEntry, from: String, can_be_changed: bool) -> Self {
        let section = entry.section().unwrap_or_default();
        let pairs = [("edit", entry.written()), ("edit_section", section)];
        let query =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Self {
            written: entry.written().to_owned(),
            spoken: entry.spoken().to_owned(),
            any_case: entry.any_case,
            section: section.to_owned(),
            from,
            edit: if can_be_changed {
                format!("/desk/lexicon?{query}#form")
            } else {
                String::new()
            },
        }
    }
}
