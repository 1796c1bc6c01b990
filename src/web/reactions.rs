//! Readers like comments and report them.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::App;
use super::client::Client;
use super::error::WebError;
use super::limits::NO_STORE;
use super::texts::texts;
use crate::domain::comment::{Reason, SubmissionKey};
use crate::domain::ids::CommentId;
use crate::store::hex;

#[derive(Deserialize)]
pub struct SentLike {
    /// What a browser made up for itself: the same one counts once.
    key: String,
    #[serde(default = "yes")]
    liked: bool,
}

#[derive(Deserialize)]
pub struct SentReport {
    key: String,
    reason: String,
}

#[derive(Serialize)]
struct LikesJson {
    likes: u64,
    liked: bool,
}

#[derive(Serialize)]
struct ReportedJson {
    message: String,
}

fn yes() -> bool {
    true
}

/// `POST /api/comments/{id}/likes`: `{"key", "liked": true}`, and false to take it back.
pub async fn create_like(
    State(app): State<App>,
    Client(network): Client,
    path: Result<Path<String>, PathRejection>,
    body: Result<Json<SentLike>, JsonRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Json(SentLike { key, liked })) = (path?, body?);
    let (id, who) = reaction(&app, app.newsroom().comments.likes, &network, &id, &key)?;
    if !app.0.like_limit.allows(&format!("{id} {network}")) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    let likes = app.0.store.like_comment(id, &who, liked).await?.ok_or_else(unknown)?;
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(LikesJson { likes, liked })).into_response())
}

/// `POST /api/comments/{id}/reports`: `{"key", "reason"}`; 202, moderators look at it.
pub async fn create_report(
    State(app): State<App>,
    Client(network): Client,
    path: Result<Path<String>, PathRejection>,
    body: Result<Json<SentReport>, JsonRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Json(SentReport { key, reason })) = (path?, body?);
    let reason = Reason::from_name(&reason).ok_or_else(WebError::bad_request)?;
    let (id, who) = reaction(&app, app.newsroom().comments.reports, &network, &id, &key)?;
    if !app.0.store.report_comment(id, &who, reason, &network).await? {
        return Err(unknown());
    }
    let reported = ReportedJson { message: texts().comment_box.reported.clone() };
    let no_store = [(header::CACHE_CONTROL, NO_STORE)];
    Ok((StatusCode::ACCEPTED, no_store, Json(reported)).into_response())
}

/// Which comment, and who reacts: known again for this one comment alone.
fn reaction(
    app: &App,
    is_on: bool,
    network: &str,
    id: &str,
    key: &str,
) -> Result<(CommentId, String), WebError> {
    if !is_on {
        return Err(WebError::new(StatusCode::FORBIDDEN, "switched_off"));
    }
    let id: CommentId = id.parse().map_err(|_| unknown())?;
    let key = SubmissionKey::new(key).ok_or_else(WebError::bad_request)?;
    if !app.0.reaction_limit.allows(network) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    Ok((id, hex(&Sha256::digest(format!("{id}\n{}", key.as_str())))))
}

fn unknown() -> WebError {
    WebError::not_found("comment_not_found")
}
