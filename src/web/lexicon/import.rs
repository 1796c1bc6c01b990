//! A file of readings: looked through, decided on, saved.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::change::{clash_words, effect, effect_view, saved, why};
use super::pages::{ChoiceView, ConflictView, ImportPage, ReviewPage};
use crate::domain::account::Account;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::readings::{Clash, LexiconChange, Neighbours, key, lines};
use crate::web::auth::Editor;
use crate::web::error::{WebError, message};
use crate::web::texts::texts;
use crate::web::{App, views};

/// How many lines one import may have.
const LINES_MAX: usize = 10_000;

/// How many bad lines, and how many entries that get in each other's way, are named.
const SHOWN: usize = 50;

const PREVIEW: Duration = Duration::from_secs(4);
const AGAIN: Duration = Duration::from_secs(30);

/// The present reading is kept; else a choice is the number of a line.
const OLD: &str = "old";

/// What is typed and chosen. The names of the choices depend on the file.
struct ImportForm(BTreeMap<String, String>);

/// A file as it was understood.
struct Review {
    /// Number and reason of each line that cannot be used.
    bad: Vec<(usize, String)>,
    /// Readings of words that had none.
    new: Vec<(usize, LexiconEntry)>,
    /// What is there already, word for word.
    known: usize,
    /// Words for which there are several readings.
    conflicts: Vec<Conflict>,
}

struct Conflict {
    present: Option<LexiconEntry>,
    /// With the numbers of their lines; at least one.
    lines: Vec<(usize, LexiconEntry)>,
}

/// `GET /desk/lexicon/import`
pub async fn show_import(Editor(account): Editor) -> Result<Response, WebError> {
    import_page(&account, None, String::new())
}

/// `POST /desk/lexicon/import/review`: nothing is saved yet.
pub async fn create_review(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, WebError> {
    let form = ImportForm::new(form?);
    if lines(form.get("text")).count() > LINES_MAX {
        let error = message("lexicon_too_many", &[("max", &LINES_MAX.to_string())]);
        let page = import_page(&account, Some(error), form.get("text").to_owned())?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    review_page(&app, &account, &form).await
}

/// `POST /desk/lexicon/import`: saves what was chosen.
pub async fn create_import(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Result<Response, WebError> {
    let form = ImportForm::new(form?);
    let stored = app.0.store.lexicon().await?;
    let review = Review::new(form.get("text"), &stored);
    let added = review.chosen(|conflict| form.choice(conflict));
    if added.len() > LINES_MAX {
        return Err(WebError::bad_request());
    }
    let change = LexiconChange { removed: Vec::new(), added };
    let again = match form.get("again") {
        "" => None,
        _ => Some(effect(&app, &change, AGAIN).await?),
    };
    app.0.store.change_lexicon(&change, &[], Some(&account)).await?;
    saved(&app, again).await
}

fn import_page(
    account: &Account,
    error: Option<String>,
    text: String,
) -> Result<Response, WebError> {
    views::page(&ImportPage { frame: views::frame(Some(account)), error, text })
}

async fn review_page(
    app: &App,
    account: &Account,
    form: &ImportForm,
) -> Result<Response, WebError> {
    let t = &texts().lexicon;
    let text = form.get("text");
    let stored = app.0.store.lexicon().await?;
    let review = Review::new(text, &stored);
    let added = review.chosen(|conflict| form.choice(conflict));
    let change = LexiconChange { removed: Vec::new(), added };
    let preview = effect(app, &change, PREVIEW).await?;
    let counted = |text: &str, count: usize| text.replace("{count}", &count.to_string());
    let figures = [
        (&t.review_new, review.new.len()),
        (&t.review_known, review.known),
        (&t.review_conflicts, review.conflicts.len()),
        (&t.review_bad, review.bad.len()),
    ];
    let bad = review.bad.iter().take(SHOWN);
    let clashes = review.clashes(&[app.0.settings.readings.as_slice(), &stored].concat());
    let more =
        |count: usize| (count > SHOWN).then(|| counted(&t.clash_more, count.saturating_sub(SHOWN)));
    views::page(&ReviewPage {
        frame: views::frame(Some(account)),
        figures: figures.map(|(text, count)| counted(text, count)).into(),
        bad_more: more(review.bad.len()),
        bad: bad
            .map(|(number, why)| {
                t.bad_line.replace("{number}", &number.to_string()).replace("{why}", why)
            })
            .collect(),
        conflicts: review.conflicts.iter().map(|conflict| conflict.view(form)).collect(),
        clashes_more: more(clashes.len()),
        clashes: clashes.into_iter().take(SHOWN).collect(),
        effect: effect_view(&preview),
        can_be_saved: !(review.new.is_empty() && review.conflicts.is_empty()),
        text: text.to_owned(),
    })
}

impl ImportForm {
    fn new(Form(pairs): Form<Vec<(String, String)>>) -> Self {
        Self(pairs.into_iter().collect())
    }

    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Which reading of a conflict is kept: [`OLD`], or the number of a line. Where nobody chose, what holds now stays;
    /// of words that are only in the file the last line holds, as a file is read.
    fn choice(&self, conflict: &Conflict) -> String {
        match self.get("all") {
            "old" if conflict.present.is_some() => OLD.to_owned(),
            "new" => conflict.last_line(),
            _ => match self.get(&conflict.name()) {
                "" if conflict.present.is_some() => OLD.to_owned(),
                "" => conflict.last_line(),
                chosen => chosen.to_owned(),
            },
        }
    }
}

impl Review {
    fn new(text: &str, stored: &[LexiconEntry]) -> Self {
        let present: HashMap<_, _> = stored.iter().map(|entry| (key(entry), entry)).collect();
        let (mut bad, mut found, mut order) = (Vec::new(), HashMap::new(), Vec::new());
        for line in lines(text) {
            match line.entry {
                Err(error) => bad.push((line.number, why(&error))),
                Ok(entry) => {
                    let (written, section) = key(&entry);
                    let meant = (written.to_owned(), section.to_owned());
                    let readings: &mut Vec<(usize, LexiconEntry)> =
                        found.entry(meant.clone()).or_insert_with(|| {
                            order.push(meant);
                            Vec::new()
                        });
                    // The same line twice is one.
                    if !readings.iter().any(|(_, known)| *known == entry) {
                        readings.push((line.number, entry));
                    }
                }
            }
        }
        let mut review = Self { bad, new: Vec::new(), known: 0, conflicts: Vec::new() };
        for meant in order {
            let lines = found.remove(&meant).unwrap_or_default();
            let present = present.get(&(meant.0.as_str(), meant.1.as_str())).copied();
            match (present, lines.as_slice()) {
                (None, [only]) => review.new.push(only.clone()),
                (Some(present), [(_, only)]) if only == present => review.known += 1,
                (present, _) => {
                    review.conflicts.push(Conflict { present: present.cloned(), lines });
                }
            }
        }
        review
    }

    /// What is saved.
    fn chosen(&self, choice: impl Fn(&Conflict) -> String) -> Vec<LexiconEntry> {
        let mut chosen: Vec<(usize, LexiconEntry)> = self.new.clone();
        for conflict in &self.conflicts {
            let choice = choice(conflict);
            let line = conflict.lines.iter().find(|(number, _)| number.to_string() == choice);
            chosen.extend(line.cloned());
        }
        chosen.sort_by_key(|(number, _)| *number);
        chosen.into_iter().map(|(_, entry)| entry).collect()
    }

    /// Entries of the file that get in the way of others, of the file or not, in words.
    fn clashes(&self, all: &[LexiconEntry]) -> Vec<String> {
        let given: Vec<(usize, LexiconEntry)> = self
            .new
            .iter()
            .chain(self.conflicts.iter().flat_map(|conflict| conflict.lines.last()))
            .cloned()
            .collect();
        let entries: Vec<LexiconEntry> =
            all.iter().cloned().chain(given.iter().map(|(_, entry)| entry.clone())).collect();
        let neighbours = Neighbours::new(&entries);
        let mut told = Vec::new();
        for (number, entry) in &given {
            // What is said otherwise is chosen above.
            for (clash, other) in
                neighbours.of(entry).into_iter().filter(|(c, _)| *c != Clash::Same)
            {
                let text = texts().lexicon.review_clash.replace("{written}", entry.written());
                let text = text.replace("{number}", &number.to_string());
                told.push(text.replace("{clash}", &clash_words(clash, other)));
            }
        }
        told
    }
}

impl Conflict {
    fn name(&self) -> String {
        format!("keep{}", self.last_line())
    }

    fn last_line(&self) -> String {
        self.lines.last().map(|(number, _)| number.to_string()).unwrap_or_default()
    }

    fn view(&self, form: &ImportForm) -> ConflictView {
        let t = &texts().lexicon;
        let chosen = form.choice(self);
        let mut choices = Vec::new();
        let mut offer = |value: String, text: &str, entry: &LexiconEntry| {
            let text = text.replace("{spoken}", entry.spoken()).replace("{number}", &value);
            choices.push(ChoiceView { is_chosen: value == chosen, text, value });
        };
        if let Some(present) = &self.present {
            offer(OLD.to_owned(), &t.conflict_old, present);
        }
        for (number, entry) in &self.lines {
            offer(number.to_string(), &t.conflict_line, entry);
        }
        let written = self.lines.first().map(|(_, entry)| entry.written().to_owned());
        ConflictView { written: written.unwrap_or_default(), name: self.name(), choices }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(entries: &[LexiconEntry]) -> Vec<&str> {
        entries.iter().map(LexiconEntry::spoken).collect()
    }

    #[test]
    fn a_file_is_sorted_into_what_is_new_known_in_conflict_and_bad() {
        let stored = ["HLV\thuấn luyện viên", "UBND\tủy ban"];
        let stored = stored.map(|line| LexiconEntry::parse(line).unwrap());
        let file =
            "HLV\thuấn luyện viên\nUBND\tu bê\nXSMB\txổ số\nsai\nTTĐH\tmột\nTTĐH\thai\nTTĐH\thai\n";
        let review = Review::new(file, &stored);
        assert_eq!((review.known, review.new.len(), review.conflicts.len()), (1, 1, 2));
        assert_eq!(review.bad[0].0, 4);
        let form = |pairs: &[(&str, &str)]| {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            ImportForm::new(Form(pairs.iter().map(owned).collect()))
        };
        let chosen = |pairs| {
            let form = form(pairs);
            review.chosen(|conflict| form.choice(conflict))
        };
        // What holds now stays; of what is new the last line holds, as a file is read.
        assert_eq!(spoken(&chosen(&[])), ["xổ số", "hai"]);
        assert_eq!(spoken(&chosen(&[("keep2", "old"), ("keep6", "5")])), ["xổ số", "một"]);
        // Where there is nothing old to be kept, the file says what holds.
        assert_eq!(spoken(&chosen(&[("all", "old"), ("keep2", "2")])), ["xổ số", "hai"]);
        assert_eq!(spoken(&chosen(&[("all", "new"), ("keep2", "old")])), ["u bê", "xổ số", "hai"]);
    }
}
