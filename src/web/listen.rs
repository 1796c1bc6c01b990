//! Listening at once: an article's sound while it is still being read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use tokio::fs::File;
use tokio::io::AsyncReadExt as _;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;

use super::auth::Viewer;
use super::error::WebError;
use super::{App, articles, limits, narrations};
use crate::domain::job::JobState;
use crate::narrate::Heard;

/// How long a listener is kept waiting for the first sound. Reverse proxies give up after 60 s.
const PATIENCE: Duration = Duration::from_secs(50);

/// How often it is looked whether the article can be heard by now.
const LOOK: Duration = Duration::from_millis(250);

/// The most that is sent at once, in bytes.
const PIECE: usize = 32 * 1024;

/// `GET` and `HEAD /articles/{id}/listen.mp3`: the finished file with ranges, or the sound as it is
/// made, which is that same file from its beginning.
pub async fn show_sound(
    State(app): State<App>,
    viewer: Viewer,
    method: Method,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(id) = path?;
    let patience = Instant::now() + PATIENCE;
    let mut waiting = None;
    loop {
        let told = articles::told_to(&app, &viewer, &id).await?;
        if let Some(narration) = &told.narration
            && let Some(blob) = app.0.store.blobs().get(&narration.files.mp3).await?
        {
            let id = &narration.files.mp3;
            let mut sent = narrations::send(blob, id, narrations::MP3, &method, &headers).await?;
            // Another reading may take its place; and what only editors hear stays in no cache.
            let caching = match told.article.standing.is_draft() {
                true => limits::NO_STORE,
                false => HeaderValue::from_static("no-cache"),
            };
            sent.headers_mut().insert(header::CACHE_CONTROL, caching);
            return Ok(sent);
        }
        let article = told.article.id;
        // Asking what there is makes nobody work.
        if method == Method::HEAD {
            let missing = || WebError::not_found("narration_not_found");
            // A body of no length: an empty one would promise that there is nothing.
            let nothing = || Body::from_stream(stream::empty::<std::io::Result<Bytes>>());
            return told.is_being_read.then(|| growing(nothing())).ok_or_else(missing);
        }
        let has_waited = waiting.is_some();
        let place = match waiting.take() {
            Some(place) => place,
            None => place(&app)?,
        };
        let place = match app.0.queue.live().listen(article) {
            Some(heard) => match Sound::open(&app, heard, place, patience).await {
                Ok(sound) => return Ok(growing(Body::from_stream(sound.pieces()))),
                Err(place) => place,
            },
            None => place,
        };
        let job = match has_waited {
            true => app.0.store.job_for(article).await?,
            // Somebody waits from now on; and sound that was lost is made again.
            false => app.0.queue.hurry(article).await?,
        };
        if job.is_none_or(|job| job.state == JobState::Failed) {
            return Err(WebError::not_found("narration_not_found"));
        }
        waiting = Some(place);
        if Instant::now() > patience {
            return Err(WebError::new(StatusCode::SERVICE_UNAVAILABLE, "narration_not_ready"));
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One of the places for those who listen to what is still being read.
fn place(app: &App) -> Result<OwnedSemaphorePermit, WebError> {
    let place = app.0.listeners.clone().try_acquire_owned();
    place.map_err(|_| WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"))
}

fn growing(body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(narrations::MP3)),
        (header::CACHE_CONTROL, limits::NO_STORE),
        // What has no end yet has no ranges.
        (header::ACCEPT_RANGES, HeaderValue::from_static("none")),
    ];
    (headers, body).into_response()
}

/// A listener's place in a file that grows.
struct Sound {
    app: App,
    heard: watch::Receiver<Option<Heard>>,
    file: File,
    /// Bytes that were sent.
    sent: u64,
    _place: OwnedSemaphorePermit,
}

impl Sound {
    /// Waits for the first sound. Gives the place back when the file is not there (any more): it was
    /// finished meanwhile, or the work broke off.
    async fn open(
        app: &App,
        mut heard: watch::Receiver<Option<Heard>>,
        place: OwnedSemaphorePermit,
        patience: Instant,
    ) -> Result<Self, OwnedSemaphorePermit> {
        let first = heard.wait_for(|heard| heard.as_ref().is_some_and(|heard| heard.bytes > 0));
        let path = match tokio::time::timeout_at(patience, first).await {
            Ok(Ok(heard)) => heard.as_ref().map(|heard| heard.path.clone()).unwrap_or_default(),
            Ok(Err(_)) | Err(_) => return Err(place),
        };
        let Ok(file) = File::open(path).await else { return Err(place) };
        Ok(Self { app: app.clone(), heard, file, sent: 0, _place: place })
    }

    /// The whole sound, as fast as it is made and the listener takes it.
    fn pieces(self) -> impl Stream<Item = std::io::Result<Bytes>> {
        stream::try_unfold(self, |mut sound| async move {
            let piece = sound.next().await?;
            Ok(piece.map(|piece| (piece, sound)))
        })
    }

    /// `None` at the end.
    async fn next(&mut self) -> std::io::Result<Option<Bytes>> {
        let mut stop = self.app.0.stop.clone();
        loop {
            let (bytes, is_complete) = {
                let heard = self.heard.borrow_and_update();
                heard.as_ref().map_or((0, false), |heard| (heard.bytes, heard.is_complete))
            };
            let there = bytes.saturating_sub(self.sent);
            if there > 0 {
                let mut piece = vec![0; PIECE.min(usize::try_from(there).unwrap_or(PIECE))];
                self.file.read_exact(&mut piece).await?;
                self.sent += piece.len() as u64;
                return Ok(Some(piece.into()));
            }
            if is_complete {
                return Ok(None);
            }
            let broke_off = || std::io::Error::other("the narration broke off");
            tokio::select! {
                // A closed channel: the work ended without a complete file.
                changed = self.heard.changed() => changed.map_err(|_| broke_off())?,
                _ = stop.wait_for(|stop| *stop) => return Err(broke_off()),
            }
        }
    }
}
