//! What an editor does with several articles at once, and with one.

use axum::Json;
use axum::extract::rejection::{FormRejection, PathRejection, RawFormRejection};
use axum::extract::{Form, Path, RawForm, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::super::account_pages::Said;
use super::super::auth::Editor;
use super::super::error::WebError;
use super::super::limits::{NO_STORE, wants_page};
use super::super::login::own_path;
use super::super::texts::texts;
use super::super::{App, listening};
use super::list::{self, Asked, Beside};
use super::pages::Undo;
use crate::domain::account::Account;
use crate::domain::ids::{ArticleId, JobId};
use crate::domain::job::{Source, Urgency};
use crate::domain::publication::Publishing;
use crate::domain::units::Timestamp;
use crate::store::{Published, now};

/// How many rows are worked on at once.
const SELECTED_MAX: usize = 200;

/// What is done with the rows that are ticked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    /// Asks their sites again.
    Refetch,
    /// Reads the known text again.
    Reread,
    /// Takes work that has failed and is no article out of the list.
    Remove,
    Change(Publishing),
}

/// The rows that are ticked.
#[derive(Debug, Default)]
struct Selected {
    articles: Vec<ArticleId>,
    /// Work without an article.
    jobs: Vec<JobId>,
}

/// What became of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    changed: Vec<ArticleId>,
    count: usize,
    unchanged: usize,
}

#[derive(Serialize)]
struct OutcomeJson {
    message: String,
    /// The articles that changed.
    articles: Vec<String>,
    /// The action that takes it back.
    undo: Option<&'static str>,
}

/// Why a time is refused at which an article shall be published.
pub const TIME_ERRORS: [&str; 2] = ["publish_time_missing", "publish_time_past"];

#[derive(Deserialize)]
pub struct PublicationForm {
    action: String,
    /// As a field of date and time has it, in Vietnam's time.
    #[serde(default)]
    at: String,
    #[serde(default)]
    back: String,
}

impl Action {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "refetch" => Self::Refetch,
            "reread" => Self::Reread,
            "remove" => Self::Remove,
            "publish" => Self::Change(Publishing::Publish),
            "unpublish" => Self::Change(Publishing::Unpublish),
            "pin" => Self::Change(Publishing::Pin),
            "unpin" => Self::Change(Publishing::Unpin),
            _ => return None,
        })
    }

    /// "Đã gỡ {count} bài."
    fn done(self) -> &'static str {
        let t = &texts().desk_list;
        match self {
            Self::Refetch => &t.done_refetch,
            Self::Reread => &t.done_reread,
            Self::Remove => &t.done_remove,
            Self::Change(Publishing::Publish) => &t.done_publish,
            Self::Change(Publishing::Unpublish) => &t.done_unpublish,
            Self::Change(Publishing::Schedule(_)) => &t.done_schedule,
            Self::Change(Publishing::Pin) => &t.done_pin,
            Self::Change(Publishing::Unpin) => &t.done_unpin,
        }
    }

    /// The action that takes it back.
    fn undo(self) -> Option<&'static str> {
        match self {
            Self::Change(Publishing::Publish) => Some("unpublish"),
            Self::Change(Publishing::Unpublish) => Some("publish"),
            _ => None,
        }
    }
}

/// `POST /desk/bulk`: `action`, and `row` for each row that is ticked. The list again with what was done, or
/// the same as JSON for a script.
pub async fn update_articles(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Response, WebError> {
    let RawForm(body) = form?;
    let pairs = list::pairs(&String::from_utf8_lossy(&body));
    let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, v)| v);
    let action = value("action").and_then(|name| Action::from_name(name));
    let action = action.ok_or_else(WebError::bad_request)?;
    let selected = selected(&pairs)?;
    let outcome = act(&app, &account, action, &selected).await?;
    let undo = action.undo().filter(|_| !outcome.changed.is_empty());
    let message = message(action, &outcome);
    let articles: Vec<String> = outcome.changed.iter().map(ToString::to_string).collect();
    if !wants_page(&headers) {
        let json = OutcomeJson { message, articles, undo };
        return Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(json)).into_response());
    }
    let asked = Asked::of(value("back").map_or("", String::as_str))?;
    let keys = articles.iter().map(|id| format!("article:{id}")).collect();
    let beside = Beside {
        said: Some(Said { text: message, is_error: false }),
        undo: undo.map(|action| Undo { action, keys }),
        ..Beside::default()
    };
    list::page(&app, &account, &asked, beside).await
}

fn selected(pairs: &[(String, String)]) -> Result<Selected, WebError> {
    let refuse = |code| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    let keys = pairs.iter().filter(|(name, _)| name == "row").map(|(_, key)| key);
    let mut selected = Selected::default();
    for key in keys {
        let (kind, id) = key.split_once(':').ok_or_else(WebError::bad_request)?;
        match kind {
            "article" => selected.articles.push(id.parse().map_err(|_| WebError::bad_request())?),
            "job" => selected.jobs.push(id.parse().map_err(|_| WebError::bad_request())?),
            _ => return Err(WebError::bad_request()),
        }
    }
    match selected.articles.len() + selected.jobs.len() {
        0 => Err(refuse("nothing_selected")),
        count if count > SELECTED_MAX => Err(refuse("too_many_selected")),
        _ => Ok(selected),
    }
}

async fn act(
    app: &App,
    account: &Account,
    action: Action,
    selected: &Selected,
) -> Result<Outcome, WebError> {
    if let Action::Change(wish) = action {
        let results = app.0.store.change_publication(&selected.articles, wish, account).await?;
        let each = selected.articles.iter().zip(&results);
        let changed: Vec<ArticleId> =
            each.filter(|(_, r)| **r == Published::Done).map(|(id, _)| *id).collect();
        let (count, all) = (changed.len(), selected.articles.len() + selected.jobs.len());
        return Ok(Outcome { changed, count, unchanged: all - count });
    }
    if action == Action::Remove {
        let count = app.0.store.forget_failed(&selected.jobs).await?;
        let all = selected.articles.len() + selected.jobs.len();
        return Ok(Outcome { changed: Vec::new(), count, unchanged: all - count });
    }
    let mut outcome = Outcome::default();
    for article in &selected.articles {
        match source(app, action, *article).await? {
            Some(source) => {
                app.0.queue.ask_for(source, Urgency::Editor).await?;
                outcome.count += 1;
            }
            None => outcome.unchanged += 1,
        }
    }
    for job in &selected.jobs {
        match app.0.queue.ask_again(*job).await? {
            Some(_) => outcome.count += 1,
            None => outcome.unchanged += 1,
        }
    }
    Ok(outcome)
}

/// What an article is read from; `None` where it has no address, or is not there.
async fn source(app: &App, action: Action, article: ArticleId) -> Result<Option<Source>, WebError> {
    let known = app.0.store.article(article).await?;
    Ok(known.and_then(|known| match action {
        Action::Refetch => known.article.url.map(Source::Address),
        _ => Some(Source::Stored(known.id)),
    }))
}

fn message(action: Action, outcome: &Outcome) -> String {
    let t = &texts().desk_list;
    if outcome.count == 0 {
        return t.done_nothing.clone();
    }
    let done = action.done().replace("{count}", &outcome.count.to_string());
    match outcome.unchanged {
        0 => done,
        count => format!("{done} {}", t.skipped.replace("{count}", &count.to_string())),
    }
}

/// `POST /desk/articles/{id}/publication`: `action` is publish, unpublish, schedule (with `at`), pin or unpin.
/// Leads back to where it came from.
pub async fn update_publication(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<PublicationForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Form(form)) = (path?, form?);
    let article = listening::article(&app, &id).await?.id;
    let wish = match wish(&form) {
        // The page tells it where the time is typed.
        Err(error) if TIME_ERRORS.contains(&error.code) && wants_page(&headers) => {
            let path = format!("/desk/articles/{article}?refused={}#publish-at", error.code);
            return Ok(Redirect::to(&path).into_response());
        }
        wish => wish?,
    };
    match app.0.store.change_publication(&[article], wish, &account).await?[..] {
        [Published::Done | Published::Unchanged] => {}
        [Published::AlreadyPublished] => {
            return Err(WebError::new(StatusCode::CONFLICT, "article_published"));
        }
        _ => return Err(WebError::not_found("article_not_found")),
    }
    let back = match own_path(&form.back) {
        "/" => format!("/desk/articles/{article}"),
        path => path.to_owned(),
    };
    Ok(Redirect::to(&back).into_response())
}

fn wish(form: &PublicationForm) -> Result<Publishing, WebError> {
    let refuse = |code| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    if form.action == "schedule" {
        let at = Timestamp::from_local(&form.at).ok_or_else(|| refuse("publish_time_missing"))?;
        return match at > now() {
            true => Ok(Publishing::Schedule(at)),
            false => Err(refuse("publish_time_past")),
        };
    }
    match Action::from_name(&form.action) {
        Some(Action::Change(wish)) => Ok(wish),
        _ => Err(WebError::bad_request()),
    }
}
