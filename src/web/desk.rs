//! Where editors ask for narrations and watch them being made.

pub mod add;
pub mod bulk;
pub mod events;
pub mod list;
pub mod pages;
pub mod rows;

use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::auth::{Editor, Viewer};
use super::error::WebError;
use super::pages::JobPage;
use super::{App, articles, listening, views};
use crate::domain::address::Address;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobState, Source, Urgency};
use crate::domain::note::{Note, NoteKind};

/// How often a job is looked at for whoever watches it.
const WATCH: Duration = Duration::from_millis(300);

/// The three ways of handing an article over.
#[derive(Deserialize)]
pub struct ArticleJson {
    url: Option<String>,
    html: Option<String>,
    title: Option<String>,
    paragraphs: Option<Vec<String>>,
}

pub async fn show_job(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let job = job(&app, path).await?;
    let player = match job.article {
        Some(id) if job.state == JobState::Done => {
            let viewer = Viewer(Some(account.clone()));
            let told = articles::told_to(&app, &viewer, &id.to_string()).await?;
            told.player(&app).await?
        }
        _ => None,
    };
    let unread = unread(&app, &job).await?;
    let lines = match job.narration {
        Some(id) if !unread.is_empty() => app.0.store.lines(id).await?,
        _ => Vec::new(),
    };
    views::page(&JobPage {
        frame: views::frame(Some(&account)),
        job: views::job_view(&job, unread.len()),
        player,
        warnings: unread.iter().map(|note| views::warning(note, &lines)).collect(),
        listening: job.article.map(listening::article_path),
    })
}

/// The sentences of a finished job that the voice that was wanted could not read.
async fn unread(app: &App, job: &Job) -> Result<Vec<Note>, WebError> {
    let Some(id) = job.narration.filter(|_| job.state == JobState::Done) else {
        return Ok(Vec::new());
    };
    let mut notes = app.0.store.notes(id).await?;
    notes.retain(|note| matches!(note.kind, NoteKind::StandIn | NoteKind::LeftOut));
    Ok(notes)
}

/// `POST /api/articles`: 202 and a job.
pub async fn create_article_by_api(
    State(app): State<App>,
    _: Editor,
    body: Result<Json<ArticleJson>, JsonRejection>,
) -> Result<Response, WebError> {
    let Json(given) = body?;
    let job = app.0.queue.ask_for(source(given)?, Urgency::Editor).await?;
    let location = [(header::LOCATION, format!("/api/jobs/{}", job.id))];
    Ok((StatusCode::ACCEPTED, location, Json(views::job_json(&job))).into_response())
}

fn source(given: ArticleJson) -> Result<Source, WebError> {
    let empty = || WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "empty_text");
    let filled = |text: &String| !text.trim().is_empty();
    match given {
        ArticleJson { html: Some(html), url, .. } => {
            let url = url.filter(filled).map(|url| address(&url)).transpose()?;
            if html.trim().is_empty() { Err(empty()) } else { Ok(Source::Html { url, html }) }
        }
        ArticleJson { title: Some(title), paragraphs: Some(paragraphs), .. } => {
            if title.trim().is_empty() || !paragraphs.iter().any(filled) {
                return Err(empty());
            }
            Ok(Source::Text { title, paragraphs })
        }
        ArticleJson { url: Some(url), .. } => Ok(Source::Address(address(&url)?)),
        _ => Err(WebError::bad_request()),
    }
}

fn address(typed: &str) -> Result<Address, WebError> {
    typed
        .parse()
        .map_err(|_| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "fetch_invalid_address"))
}

/// `GET /api/jobs/{id}`
pub async fn show_job_state(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let job = job(&app, path).await?;
    Ok(views::fresh(Json(views::job_json(&job))))
}

/// `GET /api/jobs/{id}/events`: an event whenever something changed, the last one final.
pub async fn list_job_events(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let job = job(&app, path).await?;
    let place = app
        .0
        .watchers
        .clone()
        .try_acquire_owned()
        .map_err(|_| WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"))?;
    let events = events(Watch { app, id: job.id, told: String::new(), over: false, _place: place });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// Where a watcher is: what it was last told, and whether that was the end.
struct Watch {
    app: App,
    id: JobId,
    told: String,
    over: bool,
    /// One of the places for watchers, given back at the end.
    _place: OwnedSemaphorePermit,
}

fn events(start: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(start, |mut watch| async move {
        let mut stop = watch.app.0.stop.clone();
        while !watch.over && !*stop.borrow() {
            // A database that does not answer now may answer at the next look.
            if let Ok(Some(job)) = watch.app.0.store.job(watch.id).await {
                let json = serde_json::to_string(&views::job_json(&job)).unwrap_or_default();
                watch.over = job.state.is_final();
                if json != watch.told {
                    watch.told.clone_from(&json);
                    return Some((Ok(Event::default().event("job").data(json)), watch));
                }
            }
            tokio::select! {
                () = tokio::time::sleep(WATCH) => {}
                _ = stop.changed() => {}
            }
        }
        None
    })
}

async fn job(app: &App, path: Result<Path<String>, PathRejection>) -> Result<Job, WebError> {
    let missing = || WebError::not_found("job_not_found");
    let Path(id) = path?;
    let id: JobId = id.parse().map_err(|_| missing())?;
    app.0.store.job(id).await?.ok_or_else(missing)
}
