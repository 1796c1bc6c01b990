//! What an editor does to a script: an edit is tried (heard), saved over the version that was seen, or taken back.

use axum::Json;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::{App, Known, direction, known, place, script_path};
use crate::domain::account::Account;
use crate::domain::edition::{Edit, EditError, Edition, RESTORE, SENTENCE_CHARS_MAX, Version};
use crate::domain::job::{Source, Urgency};
use crate::domain::lexicon::{EntryError, LexiconEntry, spoken_words};
use crate::narrate;
use crate::store::{NewEdition, SavedEdition};
use crate::web::auth::Editor;
use crate::web::error::{WebError, message};
use crate::web::limits::wants_page;
use crate::web::texts::texts;
use crate::web::{trial, views};

/// An edit as a form sends it. Which fields are used depends on the action, which is the name of an [`Edit`].
#[derive(Debug, Default, Deserialize)]
pub struct EditForm {
    /// The version that the editor saw.
    #[serde(default)]
    base: u32,
    #[serde(default)]
    action: String,
    #[serde(default)]
    written: String,
    #[serde(default)]
    spoken: String,
    /// Letter case does not matter.
    any_case: Option<String>,
    /// The sentence that follows, for what is only spoken.
    after: Option<String>,
    /// The place of something in its list.
    #[serde(default)]
    index: usize,
    #[serde(default)]
    voice: String,
    /// Which sentence is heard (see [`place`]).
    #[serde(default)]
    place: String,
}

#[derive(Debug, Deserialize)]
pub struct RestoreForm {
    base: u32,
    number: u32,
}

#[derive(Serialize)]
struct SavedJson {
    version: u32,
}

impl EditForm {
    /// What is said, in words: an editor may type `29/11` as it is printed. Markup is no text, and is refused later.
    fn spoken(&self) -> String {
        let is_markup = self.spoken.contains(['<', '>']);
        match spoken_words(&self.spoken, SENTENCE_CHARS_MAX) {
            Err(EntryError::NotWords(_) | EntryError::Letters(_)) if !is_markup => {
                narrate::in_words(&self.spoken)
            }
            _ => self.spoken.clone(),
        }
    }

    fn edit(&self) -> Result<Edit, WebError> {
        let written = || self.written.trim().to_owned();
        Ok(match self.action.as_str() {
            "sentence" => Edit::Sentence { written: written(), spoken: Some(self.spoken()) },
            "sentence_gone" => Edit::Sentence { written: written(), spoken: None },
            "reading" => {
                let mut entry = LexiconEntry::new(&self.written, &self.spoken)?;
                entry.any_case = self.any_case.is_some();
                Edit::Reading(entry)
            }
            "reading_gone" => Edit::ReadingGone(written()),
            "skip" => Edit::Skip(self.written.clone()),
            "unskip" => Edit::Unskip(self.written.clone()),
            "aside" => {
                let after = self.after.clone().filter(|after| !after.trim().is_empty());
                Edit::Aside { after, spoken: self.spoken() }
            }
            "aside_gone" => Edit::AsideGone(self.index),
            "voice" if self.voice.is_empty() => Edit::Voice(None),
            "voice" => {
                let voice = self.voice.parse().map_err(|_| WebError::bad_request())?;
                Edit::Voice(Some(voice))
            }
            "jingles" => Edit::Jingles(true),
            "jingles_gone" => Edit::Jingles(false),
            _ => return Err(WebError::bad_request()),
        })
    }
}

impl From<EditError> for WebError {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Words(error) => error.into(),
            EditError::NotThere => Self::new(StatusCode::CONFLICT, "edit_not_there"),
            EditError::TooMany => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "edit_too_many"),
        }
    }
}

/// `POST /desk/articles/{id}/edits`
pub async fn create_edit(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<EditForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let known = known(&app, path).await?;
    let edit = form.edit()?;
    check_place(&known, &edit)?;
    let (current, edition) = app.0.store.edition(known.id).await?;
    let edition = edition.with(&edit)?;
    let since = app.0.store.versions_after(known.id, form.base).await?;
    let new = NewEdition {
        // What others decided meanwhile about something else is kept.
        base: match form.base <= current && since.iter().all(|other| edit.goes_with(other)) {
            true => current,
            false => form.base,
        },
        edition: &edition,
        action: edit.name(),
        subject: edit.subject(),
    };
    let version = save(&app, &known, new, &account).await?;
    if let Edit::Reading(entry) = &edit {
        app.0.store.add_correction(Some(known.id), entry, &account).await?;
    }
    answer(&known, &headers, version)
}

/// `POST /desk/articles/{id}/restore`: an earlier version becomes the newest one.
pub async fn restore_version(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<RestoreForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let known = known(&app, path).await?;
    let edition = app.0.store.edition_numbered(known.id, form.number).await?;
    let edition = edition.ok_or_else(|| WebError::not_found("version_not_found"))?;
    let subject = form.number.to_string();
    let new = NewEdition { base: form.base, edition: &edition, action: RESTORE, subject: &subject };
    let version = save(&app, &known, new, &account).await?;
    answer(&known, &headers, version)
}

/// A block that is to be skipped, or a sentence that is said otherwise, must be in the article.
fn check_place(known: &Known, edit: &Edit) -> Result<(), WebError> {
    let is_there = |words: &str| known.text.parts().any(|(_, text)| text.contains(words.trim()));
    let is_block = |block: &str| known.text.parts().any(|(_, text)| text == block);
    let fits = match edit {
        Edit::Sentence { written, spoken: Some(_) } => !written.is_empty() && is_there(written),
        Edit::Aside { after: Some(after), .. } => is_there(after),
        Edit::Skip(block) => is_block(block),
        _ => true,
    };
    if fits { Ok(()) } else { Err(EditError::NotThere.into()) }
}

async fn save(
    app: &App,
    known: &Known,
    new: NewEdition<'_>,
    account: &Account,
) -> Result<u32, WebError> {
    match app.0.store.save_edition(known.id, new, account).await? {
        SavedEdition::As(version) => Ok(version),
        SavedEdition::Stale(faster) => Err(stale(faster.as_ref())),
    }
}

/// Somebody else was faster: says who, when and with what.
fn stale(faster: Option<&Version>) -> WebError {
    let mut error = WebError::new(StatusCode::CONFLICT, "edit_stale");
    if let Some(version) = faster {
        let fill = [
            ("by", version.by.as_str()),
            ("at", &views::date(version.at)),
            ("what", &version_text(version)),
        ];
        error.message = message("edit_stale", &fill);
    }
    error
}

/// "sửa câu “Mưa 5 mm.”"
pub fn version_text(version: &Version) -> String {
    let is_machine = version.action == RESTORE && version.subject == "0";
    let action = if is_machine { "restore_machine" } else { version.action.as_str() };
    let text = texts().edits.get(action).cloned().unwrap_or_default();
    text.replace("{what}", &version.subject)
}

/// A script is told the version; a form goes back to the page.
fn answer(known: &Known, headers: &HeaderMap, version: u32) -> Result<Response, WebError> {
    if wants_page(headers) {
        return Ok(Redirect::to(&script_path(known.id)).into_response());
    }
    Ok(Json(SavedJson { version }).into_response())
}

/// `POST /desk/articles/{id}/hear`: how a sentence would sound with an edit that is not saved; with none when the
/// action is empty. A WAV file.
pub async fn hear(
    State(app): State<App>,
    _: Editor,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<EditForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let known = known(&app, path).await?;
    let place = place(&form.place).ok_or_else(WebError::bad_request)?;
    let (_, edition) = app.0.store.edition(known.id).await?;
    let edition: Edition = match form.action.as_str() {
        "" => edition,
        _ => edition.with(&form.edit()?)?,
    };
    let direction = direction(&app, edition).await?;
    let narrator = app.0.narrator.clone();
    let heard = tokio::task::spawn_blocking(move || narrator.hear(&known.text, &direction, place));
    let wav = heard.await.map_err(|_| WebError::internal())?.map_err(super::unheard)?;
    Ok(trial::wav(wav))
}

/// `POST /desk/articles/{id}/reading`: reads the article as it is decided now.
pub async fn create_reading(
    State(app): State<App>,
    _: Editor,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let known = known(&app, path).await?;
    let job = app.0.queue.ask_for(Source::Stored(known.id), Urgency::Editor).await?;
    if wants_page(&headers) {
        return Ok(Redirect::to(&script_path(known.id)).into_response());
    }
    Ok((StatusCode::ACCEPTED, Json(views::job_json(&job))).into_response())
}
