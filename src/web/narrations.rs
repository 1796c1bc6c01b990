//! The finished sound, with ranges, and what is said when.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio_util::io::ReaderStream;

use super::auth::Viewer;
use super::error::WebError;
use super::limits::NO_STORE;
use super::range::{Wanted, wanted};
use super::{App, articles, views};
use crate::domain::article::Part;
use crate::domain::ids::NarrationId;
use crate::narrate;
use crate::store::{Blob, BlobId, Line, StoredNarration};

/// The media type of MP3 (RFC 3003).
pub const MP3: &str = "audio/mpeg";

/// How many bytes are read at once: each read is handed to a thread that may wait for the disk,
/// which costs more than the reading.
const READ: usize = 64 * 1024;

/// How often it is looked whether a file that is still being written is there.
const LOOK: Duration = Duration::from_millis(250);

/// A narration never changes: its address may be remembered for ever.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

#[derive(Deserialize)]
pub struct AudioQuery {
    /// `1`: to be kept as a file, with a name that says what it is.
    download: Option<String>,
}

/// `GET` and `HEAD /audio/{narration}.mp3`, `.opus` and `.wav`.
pub async fn show_audio(
    State(app): State<App>,
    viewer: Viewer,
    method: Method,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<AudioQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let (Path(file), Query(query)) = (path?, query?);
    let missing = || WebError::not_found("narration_not_found");
    let (id, extension) = file.rsplit_once('.').ok_or_else(missing)?;
    let id: NarrationId = id.parse().map_err(|_| missing())?;
    let mut narration = app.0.store.narration(id).await?.ok_or_else(missing)?;
    let is_public = app.0.store.is_public(narration.article).await?;
    if !is_public && !viewer.is_editor() {
        return Err(missing());
    }
    while extension == "opus" && narration.opus_follows() {
        // It may be written by another process.
        tokio::time::sleep(LOOK).await;
        narration = app.0.store.narration(id).await?.ok_or_else(missing)?;
    }
    let (id, kind) = match extension {
        "mp3" => (Some(&narration.files.mp3), MP3),
        "opus" => (narration.files.opus.as_ref(), "audio/ogg"),
        "wav" => (narration.files.wav.as_ref(), "audio/wav"),
        _ => return Err(missing()),
    };
    let id = id.ok_or_else(missing)?;
    let blob = app.0.store.blobs().get(id).await?.ok_or_else(missing)?;
    let mut response = send(blob, id, kind, &method, &headers).await?;
    if query.download.is_some()
        && let Some(article) = app.0.store.article(narration.article).await?
        && let Ok(kept) = HeaderValue::from_str(&attachment(&article.article.title, extension))
    {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, kept);
    }
    if !is_public {
        // What only editors hear stays in no cache that others ask.
        response.headers_mut().insert(header::CACHE_CONTROL, NO_STORE);
    }
    Ok(response)
}

/// The `Content-Disposition` of a file to be kept (RFC 6266, the name as RFC 8187 says).
fn attachment(title: &str, extension: &str) -> String {
    let forbidden = |c: char| c.is_control() || r#"/\:*?"<>|"#.contains(c);
    let name: String = title.chars().map(|c| if forbidden(c) { ' ' } else { c }).collect();
    let name = format!("{}.{extension}", name.trim());
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    format!("attachment; filename=\"bao-noi.{extension}\"; filename*=UTF-8''{encoded}")
}

/// A blob, or what is asked of it, to be remembered for ever.
pub async fn send(
    blob: Blob,
    id: &BlobId,
    kind: &'static str,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Response, WebError> {
    let tag = format!("\"{id}\"");
    let (status, start, length) = match wanted(headers, blob.bytes, &tag) {
        Wanted::Nothing => {
            return Ok(described(StatusCode::NOT_MODIFIED, &tag, kind).into_response());
        }
        Wanted::Whole => (StatusCode::OK, 0, blob.bytes),
        Wanted::Part { start, length } => (StatusCode::PARTIAL_CONTENT, start, length),
        Wanted::Unsatisfiable => {
            let range = format!("bytes */{}", blob.bytes);
            let error = WebError::new(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable");
            return Ok(([(header::CONTENT_RANGE, range)], error).into_response());
        }
    };
    let whole = blob.bytes;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let file = blob.from(start).map_err(|error| {
            tracing::error!(%error, blob = %id, "cannot read the sound");
            WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed")
        })?;
        Body::from_stream(ReaderStream::with_capacity(file.take(length), READ))
    };
    let (status, headers) = described(status, &tag, kind);
    let mut response = (status, headers, body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if status == StatusCode::PARTIAL_CONTENT {
        let range = format!("bytes {start}-{}/{}", start + length - 1, whole);
        if let Ok(range) = HeaderValue::from_str(&range) {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
    }
    Ok(response)
}

/// What every answer about a sound says.
type Described = (StatusCode, [(HeaderName, HeaderValue); 4]);

fn described(status: StatusCode, tag: &str, kind: &'static str) -> Described {
    let headers = [
        (header::ETAG, HeaderValue::from_str(tag).unwrap_or(HeaderValue::from_static("\"\""))),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
        (header::CACHE_CONTROL, FOR_EVER),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
    ];
    (status, headers)
}

#[derive(Deserialize)]
pub struct CuesQuery {
    /// An older narration of the article than the one that listeners get now.
    narration: Option<String>,
}

#[derive(Serialize)]
struct CuesJson {
    narration: String,
    sample_rate: u32,
    duration_ms: u64,
    /// The waveform: the peaks of equal parts of the whole, 0 to 255.
    peaks: Vec<u8>,
    cues: Vec<CueJson>,
}

#[derive(Serialize)]
struct CueJson {
    index: usize,
    start_ms: u64,
    end_ms: u64,
    /// In samples, exact.
    start: u64,
    end: u64,
    /// "title", "lead" or "block".
    part: &'static str,
    block: Option<usize>,
    /// Where it stands in the part's text, in bytes of UTF-8.
    span: [usize; 2],
    /// As written.
    text: String,
}

/// `GET /articles/{id}/cues.json`
pub async fn show_cues(
    State(app): State<App>,
    viewer: Viewer,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<CuesQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let (narration, lines) = narration_of(&app, &viewer, path, query.narration.as_deref()).await?;
    let rate = narration.rate;
    let cue = |(index, line): (usize, &Line)| {
        let (part, block) = match line.part {
            Part::Title => ("title", None),
            Part::Lead => ("lead", None),
            Part::Block(block) => ("block", Some(block)),
        };
        CueJson {
            index,
            start_ms: line.start.millis(rate).0,
            end_ms: line.end.millis(rate).0,
            start: line.start.0,
            end: line.end.0,
            part,
            block,
            span: [line.span.start, line.span.end],
            text: line.written.trim().to_owned(),
        }
    };
    let json = CuesJson {
        narration: narration.id.to_string(),
        sample_rate: rate.0,
        duration_ms: narration.length.millis(rate).0,
        peaks: app.0.store.peaks(narration.id).await?,
        cues: lines.iter().enumerate().map(cue).collect(),
    };
    Ok(views::fresh(Json(json)))
}

/// `GET /articles/{id}/transcript.vtt` (WebVTT)
pub async fn show_transcript(
    State(app): State<App>,
    viewer: Viewer,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let (narration, lines) = narration_of(&app, &viewer, path, None).await?;
    let text = narrate::transcript(narration.rate, &lines);
    let kind = [(header::CONTENT_TYPE, "text/vtt; charset=utf-8")];
    Ok(views::fresh((kind, text)))
}

async fn narration_of(
    app: &App,
    viewer: &Viewer,
    path: Result<Path<String>, PathRejection>,
    wanted: Option<&str>,
) -> Result<(StoredNarration, Vec<Line>), WebError> {
    let Path(id) = path?;
    let told = articles::told_to(app, viewer, &id).await?;
    let missing = || WebError::not_found("narration_not_found");
    let narration = match wanted {
        None => told.narration,
        Some(wanted) => {
            let id: NarrationId = wanted.parse().map_err(|_| missing())?;
            let found = app.0.store.narration(id).await?;
            found.filter(|narration| narration.article == told.article.id)
        }
    };
    let narration = narration.ok_or_else(missing)?;
    let lines = app.0.store.lines(narration.id).await?;
    Ok((narration, lines))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_to_be_kept_has_the_title_as_its_name() {
        let wanted = "attachment; filename=\"bao-noi.mp3\"; \
                      filename*=UTF-8''C%E1%BA%A7u%20%20m%E1%BB%9Bi.mp3";
        assert_eq!(attachment("Cầu/\"mới\n", "mp3"), wanted);
    }
}
