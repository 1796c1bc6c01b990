//! `/desk/lexicon`: how this newsroom says things.

mod change;
mod import;
mod pages;
mod sound;
mod words;

use std::collections::BTreeSet;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

pub use self::change::{create_preview, update_lexicon};
pub use self::import::{create_import, create_review, show_import};
use self::pages::{EntryForm, EntryItem, FilterView, LexiconPage};
pub use self::sound::create_sound;
use super::auth::Editor;
use super::error::WebError;
use super::texts::texts;
use super::{App, views};
use crate::domain::account::Account;
use crate::domain::lexicon::{LexiconEntry, section_key, tidy};
use crate::domain::readings::{key, line};
use crate::store::{KeptReading, fold};

/// How many entries one page shows.
const PAGE: usize = 100;

/// What the section filter is called that shows what holds for the whole paper.
const WHOLE_PAPER: &str = "-";

#[derive(Default, Deserialize)]
pub struct LexiconQuery {
    /// Searched for, with or without marks.
    #[serde(default)]
    q: String,
    /// A section; [`WHOLE_PAPER`] for what holds in all of them.
    #[serde(default)]
    section: String,
    /// Who changed it last.
    #[serde(default)]
    who: String,
    #[serde(default)]
    page: usize,
    /// The entry that is to be changed: its words and its section.
    edit: Option<String>,
    #[serde(default)]
    edit_section: String,
    /// What was just done.
    #[serde(default)]
    done: String,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    looked: u64,
    #[serde(default)]
    of: u64,
}

/// `GET /desk/lexicon?q=&section=&who=&page=&edit=&edit_section=`
pub async fn show_lexicon(
    State(app): State<App>,
    Editor(account): Editor,
    query: Result<Query<LexiconQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    page(&app, &account, query, None).await
}

/// What was typed, and why it was refused.
struct Typed {
    form: EntryForm,
    error: String,
}

async fn page(
    app: &App,
    account: &Account,
    query: LexiconQuery,
    typed: Option<Typed>,
) -> Result<Response, WebError> {
    let t = &texts().lexicon;
    let mut kept = app.0.store.kept_readings().await?;
    // The latest change first.
    kept.reverse();
    let named: BTreeSet<&str> = kept.iter().filter_map(|kept| kept.entry.section()).collect();
    let people: BTreeSet<String> = kept.iter().filter_map(|kept| kept.by.clone()).collect();
    let sections = named.into_iter().map(str::to_owned).collect();
    let edited = query.edit.as_ref().and_then(|written| {
        let meant = (tidy(written), section_key(&query.edit_section));
        kept.iter().find(|kept| key(&kept.entry) == (&*meant.0, &*meant.1))
    });
    let (form, error) = match typed {
        Some(typed) => (typed.form, Some(typed.error)),
        None => (edited.map(|kept| EntryForm::editing(&kept.entry)).unwrap_or_default(), None),
    };
    let is_editing = !form.was_written.is_empty();
    let items = items(app, &kept, &query);
    let last = items.len().div_ceil(PAGE).saturating_sub(1);
    let page = query.page.min(last);
    views::page(&LexiconPage {
        frame: views::frame(Some(account)),
        said: said(&query),
        form_heading: match is_editing {
            true => t.edit_heading.replace("{written}", &form.was_written),
            false => t.add_heading.clone(),
        },
        is_editing,
        form,
        error,
        suggested: app.0.store.sections().await?,
        sections,
        people: people.into_iter().collect(),
        count: t.count.replace("{count}", &items.len().to_string()),
        is_filtered: !(query.q.is_empty() && query.section.is_empty() && query.who.is_empty()),
        newer: (page > 0).then(|| path(&query, page - 1)),
        older: (page < last).then(|| path(&query, page + 1)),
        items: items.into_iter().skip(page * PAGE).take(PAGE).collect(),
        filter: FilterView { q: query.q, section: query.section, who: query.who },
    })
}

/// `GET /desk/lexicon.tsv`: as `baonoi lexicon import` and the page read it.
pub async fn show_file(State(app): State<App>, _: Editor) -> Result<Response, WebError> {
    let entries = app.0.store.lexicon().await?;
    let lines: String = entries.iter().map(line).collect();
    let about = [
        (header::CONTENT_TYPE, "text/tab-separated-values; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"tu-dien-doc.tsv\""),
    ];
    Ok((about, lines).into_response())
}

fn items(app: &App, kept: &[KeptReading], query: &LexiconQuery) -> Vec<EntryItem> {
    let t = &texts().lexicon;
    let (searched, section) = (fold(&query.q), section_key(&query.section));
    let matches = |entry: &LexiconEntry, by: &str| {
        let texts = [entry.written(), entry.spoken()];
        let found = searched.is_empty() || texts.iter().any(|text| fold(text).contains(&searched));
        let here = match section.as_str() {
            "" => true,
            WHOLE_PAPER => entry.section().is_none(),
            name => entry.section() == Some(name),
        };
        found && here && (query.who.is_empty() || query.who == by)
    };
    let mut items = Vec::new();
    for kept in kept {
        let by = kept.by.as_deref().unwrap_or_default();
        if matches(&kept.entry, by) {
            items.push(EntryItem::new(&kept.entry, changed_by(kept), true));
        }
    }
    for entry in app.0.settings.readings.iter().filter(|entry| matches(entry, "")) {
        let is_covered = kept.iter().any(|kept| key(&kept.entry) == key(entry));
        let from = if is_covered { &t.in_file_covered } else { &t.in_file };
        items.push(EntryItem::new(entry, from.clone(), false));
    }
    items
}

/// Who changed an entry last, and when.
fn changed_by(kept: &KeptReading) -> String {
    let t = &texts().lexicon;
    let text = match &kept.by {
        Some(name) => t.by.replace("{who}", name),
        None => t.by_machine.clone(),
    };
    text.replace("{date}", &views::date(kept.updated))
}

fn said(query: &LexiconQuery) -> Option<String> {
    let t = &texts().lexicon;
    let text = match query.done.as_str() {
        "saved" => &t.done_saved,
        "again" if query.looked < query.of => &t.done_again_part,
        "again" => &t.done_again,
        _ => return None,
    };
    let numbers = [("{count}", query.count), ("{looked}", query.looked), ("{of}", query.of)];
    let filled = numbers
        .iter()
        .fold(text.clone(), |text, (place, number)| text.replace(place, &number.to_string()));
    Some(filled)
}

fn path(query: &LexiconQuery, page: usize) -> String {
    let page = page.to_string();
    let pairs =
        [("q", &query.q), ("section", &query.section), ("who", &query.who), ("page", &page)];
    let pairs = pairs.iter().filter(|(_, value)| !value.is_empty());
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/desk/lexicon?{query}")
}

/// " trong chuyên mục kinh tế", or nothing for the whole paper.
fn in_section(section: Option<&str>) -> String {
    let text = |name| texts().lexicon.where_section.replace("{section}", name);
    section.map(|name| format!(" {}", text(name))).unwrap_or_default()
}
