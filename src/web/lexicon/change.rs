//! One change of the lexicon: seen before it is saved.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::pages::{EffectView, EntryForm, PreviewPage, SentenceView};
use super::{LexiconQuery, Typed, changed_by, in_section, page, words};
use crate::domain::account::Account;
use crate::domain::lexicon::{EntryError, LexiconEntry, section_key, tidy};
use crate::domain::readings::{Clash, LexiconChange, Neighbours, key};
use crate::domain::units::Timestamp;
use crate::narrate::{Comparison, Preview, preview};
use crate::store::{KeptReading, LexiconChanged, SeenReading};
use crate::web::auth::Editor;
use crate::web::error::WebError;
use crate::web::limits::wants_page;
use crate::web::texts::texts;
use crate::web::{App, views};

/// How long a preview may take; then it tells how far it came.
const PREVIEW: Duration = Duration::from_secs(2);

/// The same where every article that changes is to be read again.
const AGAIN: Duration = Duration::from_secs(30);

/// How many of the entries that get in the way are named.
const CLASHES_SHOWN: usize = 12;

#[derive(Clone, Default, Deserialize)]
pub struct ChangeForm {
    #[serde(default)]
    pub(super) written: String,
    #[serde(default)]
    pub(super) spoken: String,
    /// Anything but nothing: yes.
    #[serde(default)]
    any_case: String,
    #[serde(default)]
    section: String,
    #[serde(default)]
    was_written: String,
    #[serde(default)]
    was_section: String,
    /// The entry is taken away.
    #[serde(default)]
    remove: String,
    /// What was seen of the entries, as the preview's page says.
    seen: Option<String>,
    /// Articles that change are read again.
    #[serde(default)]
    again: String,
}

/// What a preview tells a script.
#[derive(Serialize)]
struct PreviewJson {
    articles: usize,
    sentences: u64,
    looked_at: u64,
    of: u64,
    items: Vec<SentenceJson>,
}

#[derive(Serialize)]
struct SentenceJson {
    article: String,
    title: String,
    /// The article's page at the desk.
    page: String,
    written: String,
    before: String,
    after: String,
}

/// `POST /desk/lexicon/preview`: a page, or JSON for whoever does not ask for one.
pub async fn create_preview(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    form: Result<Form<ChangeForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let change = match change(&form) {
        Err(refused) if wants_page(&headers) => {
            let typed = Typed { form: entry_form(&form), error: refused.message };
            let page = page(&app, &account, LexiconQuery::default(), Some(typed)).await?;
            return Ok((refused.status, page).into_response());
        }
        change => change?,
    };
    if wants_page(&headers) {
        return preview_page(&app, &account, &form, &change, false).await;
    }
    let preview = effect(&app, &change, PREVIEW).await?;
    let items = preview.items.into_iter().map(|item| SentenceJson {
        article: item.article.to_string(),
        page: format!("/desk/articles/{}", item.article),
        title: item.title,
        written: item.written,
        before: item.before,
        after: item.after,
    });
    Ok(Json(PreviewJson {
        articles: preview.articles.len(),
        sentences: preview.sentences,
        looked_at: preview.looked_at,
        of: preview.of,
        items: items.collect(),
    })
    .into_response())
}

/// `POST /desk/lexicon`: saves what was seen.
pub async fn update_lexicon(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    form: Result<Form<ChangeForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let change = change(&form)?;
    let again = match form.again.as_str() {
        "" => None,
        _ => Some(effect(&app, &change, AGAIN).await?),
    };
    // A script that saves without a preview overwrites what there is.
    let seen = form.seen.as_deref().map(|seen| seen_before(seen, &change)).unwrap_or_default();
    let changed = app.0.store.change_lexicon(&change, &seen, Some(&account)).await?;
    let wants_page = wants_page(&headers);
    if matches!(changed, LexiconChanged::Meanwhile(_)) {
        if !wants_page {
            return Err(WebError::new(StatusCode::CONFLICT, "lexicon_meanwhile"));
        }
        let page = preview_page(&app, &account, &form, &change, true).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    }
    if wants_page {
        return saved(&app, again).await;
    }
    let asked = read_again(&app, again).await?;
    Ok(Json(serde_json::json!({ "articles": asked })).into_response())
}

/// Asks for the articles that change, and goes back to the list.
pub async fn saved(app: &App, again: Option<Preview>) -> Result<Response, WebError> {
    let address = match &again {
        None => "/desk/lexicon?done=saved".to_owned(),
        Some(Preview { articles, looked_at, of, .. }) => {
            let count = articles.len();
            format!("/desk/lexicon?done=again&count={count}&looked={looked_at}&of={of}")
        }
    };
    read_again(app, again).await?;
    Ok(Redirect::to(&address).into_response())
}

async fn read_again(app: &App, again: Option<Preview>) -> Result<usize, WebError> {
    let articles = again.map(|preview| preview.articles).unwrap_or_default();
    app.0.queue.read_again(&articles).await?;
    Ok(articles.len())
}

/// What a change would do, as far as there is time to see. One after the other: each keeps all cores busy.
pub async fn effect(
    app: &App,
    change: &LexiconChange,
    time: Duration,
) -> Result<Preview, WebError> {
    let _turn = app.0.previews.acquire().await.map_err(|_| WebError::internal())?;
    let stored = app.0.store.lexicon().await?;
    let comparison = Comparison::new(&app.0.settings.readings, &stored, change);
    Ok(preview(&app.0.store, comparison, time).await?)
}

fn change(form: &ChangeForm) -> Result<LexiconChange, WebError> {
    let was = (tidy(&form.was_written), section_key(&form.was_section));
    if !form.remove.is_empty() {
        let meant = (tidy(&form.written), section_key(&form.section));
        return Ok(LexiconChange { removed: vec![meant], added: Vec::new() });
    }
    let mut entry = LexiconEntry::new(&form.written, &form.spoken)?;
    entry.any_case = !form.any_case.is_empty();
    let entry = entry.in_section(&form.section);
    let is_elsewhere = !was.0.is_empty() && (was.0.as_str(), was.1.as_str()) != key(&entry);
    let removed = if is_elsewhere { vec![was] } else { Vec::new() };
    Ok(LexiconChange { removed, added: vec![entry] })
}

impl From<EntryError> for WebError {
    fn from(error: EntryError) -> Self {
        let refused = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "words_invalid");
        // It begins a sentence here, and goes on with one where a line of a file is named.
        let why = why(&error);
        let mut letters = why.chars();
        let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
        Self { message: first + letters.as_str(), ..refused }
    }
}

/// Why an entry cannot be used, as a sentence that goes on after a colon or stands alone.
pub fn why(error: &EntryError) -> String {
    let t = &texts().lexicon;
    let what = |text: &str, what: &dyn ToString| text.replace("{what}", &what.to_string());
    match error {
        EntryError::NoTab => t.bad_no_tab.clone(),
        EntryError::NothingWritten => t.bad_nothing_written.clone(),
        EntryError::Remark => t.bad_remark.clone(),
        EntryError::TooManyFields => t.bad_too_many.clone(),
        EntryError::TooLong(max) => t.bad_too_long.replace("{max}", &max.to_string()),
        EntryError::NothingSpoken => t.bad_nothing_spoken.clone(),
        EntryError::NotWords(c) => what(&t.bad_not_words, c),
        EntryError::Letters(word) => what(&t.bad_letters, word),
        EntryError::UnknownFlag(flag) => what(&t.bad_flag, flag),
    }
}

/// A warning about a section in which no article stood of late: a slip of the pen would change nothing, unseen.
async fn unknown_section(
    app: &App,
    form: &ChangeForm,
    change: &LexiconChange,
) -> Result<Option<String>, WebError> {
    let Some(section) = change.added.first().and_then(LexiconEntry::section) else {
        return Ok(None);
    };
    let known = app.0.store.sections().await?;
    let is_known = known.iter().any(|name| section_key(name) == section);
    let text = &texts().lexicon.unknown_section;
    Ok((!is_known).then(|| text.replace("{section}", &tidy(&form.section))))
}

async fn preview_page(
    app: &App,
    account: &Account,
    form: &ChangeForm,
    change: &LexiconChange,
    meanwhile: bool,
) -> Result<Response, WebError> {
    let t = &texts().lexicon;
    let kept = app.0.store.kept_readings().await?;
    let fill = |text: &str, written: &str, spoken: &str, section: &str| {
        let section = Some(section).filter(|name| !name.is_empty());
        let text = text.replace("{where}", &in_section(section));
        text.replace("{written}", written).replace("{spoken}", spoken)
    };
    let touched = touched(change);
    let present = touched.iter().filter_map(|meant| find(&kept, meant)).next_back();
    let (sentence, clashes) = match change.added.first() {
        Some(entry) => {
            let (written, section) = key(entry);
            (
                fill(&t.change_add, written, entry.spoken(), section),
                clashes(app, &kept, entry, change),
            )
        }
        None => {
            let spoken = present.map(|kept| kept.entry.spoken()).unwrap_or_default();
            let (written, section) = change.removed.first().cloned().unwrap_or_default();
            (fill(&t.change_remove, &written, spoken, &section), Vec::new())
        }
    };
    let preview = effect(app, change, PREVIEW).await?;
    let typed = entry_form(form);
    let pairs = [("edit", form.was_written.as_str()), ("edit_section", &form.was_section)];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let says = |kept: &KeptReading| {
        let text = t.present.replace("{spoken}", kept.entry.spoken());
        text.replace("{by}", &changed_by(kept))
    };
    views::page(&PreviewPage {
        frame: views::frame(Some(account)),
        meanwhile,
        change: sentence,
        present: present.filter(|_| !typed.is_removal).map(says),
        unknown_section: unknown_section(app, form, change).await?,
        clashes,
        effect: effect_view(&preview),
        seen: seen_now(&kept, &touched),
        back: match form.was_written.as_str() {
            "" => "/desk/lexicon".to_owned(),
            _ => format!("/desk/lexicon?{query}#form"),
        },
        form: typed,
    })
}

fn entry_form(form: &ChangeForm) -> EntryForm {
    let form = form.clone();
    EntryForm {
        written: form.written,
        spoken: form.spoken,
        any_case: !form.any_case.is_empty(),
        section: form.section,
        was_written: form.was_written,
        was_section: form.was_section,
        is_removal: !form.remove.is_empty(),
    }
}

/// The words and sections whose entries a change touches, in its order.
fn touched(change: &LexiconChange) -> Vec<(String, String)> {
    let added = change.added.iter().map(key);
    let added = added.map(|(written, section)| (written.to_owned(), section.to_owned()));
    change.removed.iter().cloned().chain(added).collect()
}

fn find<'k>(kept: &'k [KeptReading], meant: &(String, String)) -> Option<&'k KeptReading> {
    kept.iter().find(|kept| key(&kept.entry) == (meant.0.as_str(), meant.1.as_str()))
}

/// When each of the entries was last changed; `-` for one that there is not.
fn seen_now(kept: &[KeptReading], touched: &[(String, String)]) -> String {
    let seen = |meant| find(kept, meant).map_or_else(|| "-".into(), |k| k.updated.0.to_string());
    touched.iter().map(seen).collect::<Vec<String>>().join(" ")
}

fn seen_before(seen: &str, change: &LexiconChange) -> Vec<SeenReading> {
    let pairs = touched(change).into_iter().zip(seen.split(' '));
    let reading = |((written, section), seen): ((String, String), &str)| SeenReading {
        written,
        section,
        updated: seen.parse().ok().map(Timestamp),
    };
    pairs.map(reading).collect()
}

/// What gets in the way of an entry, in words.
fn clashes(
    app: &App,
    kept: &[KeptReading],
    entry: &LexiconEntry,
    change: &LexiconChange,
) -> Vec<String> {
    let stored: Vec<LexiconEntry> = kept.iter().map(|kept| kept.entry.clone()).collect();
    let removed = LexiconChange { added: Vec::new(), removed: change.removed.clone() };
    let all = [app.0.settings.readings.as_slice(), &removed.applied(&stored)].concat();
    let neighbours = Neighbours::new(&all);
    let found = neighbours.of(entry);
    let mut told: Vec<String> =
        found.iter().take(CLASHES_SHOWN).map(|(clash, other)| clash_words(*clash, other)).collect();
    if found.len() > CLASHES_SHOWN {
        let more = (found.len() - CLASHES_SHOWN).to_string();
        told.push(texts().lexicon.clash_more.replace("{count}", &more));
    }
    told
}

pub fn clash_words(clash: Clash, other: &LexiconEntry) -> String {
    let t = &texts().lexicon;
    let text = match clash {
        Clash::Same => &t.clash_same,
        Clash::Elsewhere => &t.clash_elsewhere,
        Clash::LetterCase => &t.clash_letters,
        Clash::Within => &t.clash_within,
        Clash::Around => &t.clash_around,
    };
    let text = text.replace("{where}", &in_section(other.section()));
    text.replace("{written}", other.written()).replace("{spoken}", other.spoken())
}

pub fn effect_view(preview: &Preview) -> EffectView {
    let t = &texts().lexicon;
    let articles = preview.articles.len();
    let fill = |text: &str| {
        text.replace("{articles}", &articles.to_string())
            .replace("{sentences}", &preview.sentences.to_string())
            .replace("{looked}", &preview.looked_at.to_string())
            .replace("{of}", &preview.of.to_string())
            .replace("{shown}", &preview.items.len().to_string())
    };
    let all_shown = preview.items.len() as u64 == preview.sentences;
    let sentence = |item: &crate::narrate::ChangedSentence| {
        let (before, after) = words::marked(&item.before, &item.after);
        SentenceView {
            title: item.title.clone(),
            page: format!("/desk/articles/{}", item.article),
            written: item.written.clone(),
            before,
            after,
        }
    };
    EffectView {
        counted: fill(if articles == 0 { &t.counted_none } else { &t.counted }),
        looked_at: fill(if preview.looked_at < preview.of {
            &t.looked_part
        } else {
            &t.looked_all
        }),
        shown: if all_shown { String::new() } else { fill(&t.shown) },
        items: preview.items.iter().map(sentence).collect(),
        save_again: (articles > 0).then(|| fill(&t.save_again)),
    }
}
