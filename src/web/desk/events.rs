//! What changes on the editors' list, for those who have it open.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{self, Stream};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use super::super::auth::Editor;
use super::super::error::WebError;
use super::super::limits::header_text;
use super::super::{App, views};
use super::list;
use crate::domain::job::Job;
use crate::domain::units::Timestamp;
use crate::store::{StoreError, now};

/// How often it is looked what has changed.
const WATCH: Duration = Duration::from_millis(500);

/// How far back each look reaches: what was being written at the last look carries an earlier time.
const OVERLAP_MS: i64 = 2_000;

/// How many changes one look finds at most; the next one finds the others.
const CHANGES_MAX: u32 = 500;

/// How far back whoever comes again is told, in milliseconds: beyond it the page is better loaded anew.
const BACK_MS_MAX: i64 = 600_000;

/// Where a browser that comes again was (HTML standard, "Server-sent events").
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A job as the list shows it.
#[derive(Serialize)]
struct JobJson {
    job: String,
    article: Option<String>,
    state: &'static str,
    /// In plain words.
    status: String,
    done: u32,
    total: Option<u32>,
}

/// Something was done with an article: it is published, read, pinned…
#[derive(Serialize)]
struct ArticleJson {
    article: String,
}

/// Where a watcher is.
struct Watch {
    app: App,
    since: Timestamp,
    /// What was told within the overlap, by id: when, and what.
    told: HashMap<String, (Timestamp, String)>,
    waiting: VecDeque<Event>,
    /// One of the places for watchers, given back at the end.
    _place: OwnedSemaphorePermit,
}

/// `GET /desk/events?since=…`: an event `job` for every job that changed, `article` for every article.
pub async fn list_events(
    State(app): State<App>,
    Editor(_): Editor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, WebError> {
    let query = list::pairs(&query.unwrap_or_default());
    let given = query.iter().find(|(name, _)| name == "since").map(|(_, value)| value.as_str());
    let last = header_text(&headers, LAST_EVENT_ID).or(given);
    let last = last.and_then(|text| text.parse().ok()).unwrap_or(i64::MAX);
    let now = now().0;
    let since = Timestamp(last.clamp(now - BACK_MS_MAX, now));
    let place = app.0.watchers.clone().try_acquire_owned();
    let place =
        place.map_err(|_| WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"))?;
    let (told, waiting) = (HashMap::new(), VecDeque::new());
    let events = events(Watch { app, since, told, waiting, _place: place });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

fn events(start: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(start, |mut watch| async move {
        let mut stop = watch.app.0.stop.clone();
        while !*stop.borrow() {
            if let Some(event) = watch.waiting.pop_front() {
                return Some((Ok(event), watch));
            }
            // A database that does not answer now may answer at the next look.
            let found = watch.look().await.is_ok() && !watch.waiting.is_empty();
            if found {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(WATCH) => {}
                _ = stop.changed() => {}
            }
        }
        None
    })
}

impl Watch {
    async fn look(&mut self) -> Result<(), StoreError> {
        let from = Timestamp(self.since.0 - OVERLAP_MS);
        let jobs = self.app.0.store.jobs_since(from, CHANGES_MAX).await?;
        let articles = self.app.0.store.touched_since(from, CHANGES_MAX).await?;
        let ends = [
            (jobs.len(), jobs.last().map(|job| job.updated)),
            (articles.len(), articles.last().map(|(_, at)| *at)),
        ];
        for job in &jobs {
            let data = serde_json::to_string(&job_json(job)).unwrap_or_default();
            self.tell(&job.id.to_string(), job.updated, "job", data.clone(), data);
        }
        for (article, at) in articles {
            let json = ArticleJson { article: article.to_string() };
            let data = serde_json::to_string(&json).unwrap_or_default();
            // Each change is another, though nothing is told but that there was one.
            self.tell(&json.article, at, "article", format!("{data} {}", at.0), data);
        }
        // Of what one look could not hold the end is the next beginning, without the overlap, which would
        // hold the same again.
        let full = ends.iter().filter(|(count, _)| *count >= CHANGES_MAX as usize);
        let reached = match full.filter_map(|(_, last)| *last).min() {
            Some(last) => Some(Timestamp(last.0 + OVERLAP_MS)),
            None => ends.iter().filter_map(|(_, last)| *last).max(),
        };
        self.since = reached.map_or(self.since, |reached| self.since.max(reached));
        let from = self.since.0 - OVERLAP_MS;
        self.told.retain(|_, (at, _)| at.0 >= from);
        Ok(())
    }

    /// Tells `data`, unless `what` was told of that id before.
    fn tell(&mut self, id: &str, at: Timestamp, name: &str, what: String, data: String) {
        if self.told.get(id).is_some_and(|(_, before)| *before == what) {
            return;
        }
        self.told.insert(id.to_owned(), (at, what));
        let event = Event::default().event(name).id(at.0.to_string()).data(data);
        self.waiting.push_back(event);
    }
}

fn job_json(job: &Job) -> JobJson {
    JobJson {
        job: job.id.to_string(),
        article: job.article.map(|id| id.to_string()),
        state: job.state.name(),
        status: views::job_status(job),
        done: job.progress.done,
        total: job.progress.total,
    }
}
