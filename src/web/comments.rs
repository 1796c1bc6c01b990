//! Readers' comments: the approved ones, and new ones, which wait for a moderator.

use axum::Json;
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::auth::Viewer;
use super::client::Client;
use super::error::WebError;
use super::limits::header_text;
use super::origin::origin;
use super::pages::CommentBox;
use super::texts::texts;
use super::{App, articles, limits, views};
use crate::domain::comment::{
    self, CommentAuthor, CommentBody, CommentState, NewComment, SubmissionKey,
};
use crate::domain::ids::{ArticleId, CommentId};
use crate::domain::listening::Day;
use crate::domain::rule::{Hit, Rule};
use crate::moderate;
use crate::store::{Submitted, hex, now};

const PER_PAGE: u32 = 20;

/// Sending twice with the same one makes one comment (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Deserialize)]
pub struct PageQuery {
    page: Option<u32>,
}

#[derive(Serialize)]
struct CommentsJson {
    comments: Vec<CommentJson>,
    total: u64,
    page: u32,
    pages: u64,
}

/// A comment as readers' programs see it. The texts are plain, not HTML.
#[derive(Serialize)]
struct CommentJson {
    id: String,
    author: String,
    body: String,
    created: String,
}

#[derive(Serialize)]
struct AcceptedJson {
    id: String,
    state: &'static str,
    message: String,
}

/// What a reader sends, by script or by a plain form.
#[derive(Deserialize)]
pub struct SentComment {
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    body: String,
    /// Made up by the browser for this one submission; so is the header `Idempotency-Key`.
    #[serde(default)]
    key: Option<String>,
    /// A field that people do not see: whoever fills it in is a program.
    #[serde(default)]
    website: Option<String>,
}

/// `GET /api/articles/{id}/comments?page=1`
pub async fn list_comments(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<PageQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Query(query)) = (path?, query?);
    let article = known(&app, &id).await?;
    let page = query.page.unwrap_or(1).max(1);
    let (found, total) = app.0.store.approved_comments(article, page, PER_PAGE).await?;
    let comment_json = |comment: &comment::Comment| CommentJson {
        id: comment.id.to_string(),
        author: comment.author.clone(),
        body: comment.body.clone(),
        created: comment.created.rfc3339(),
    };
    Ok(views::fresh(Json(CommentsJson {
        comments: found.iter().map(comment_json).collect(),
        total,
        page,
        pages: total.div_ceil(u64::from(PER_PAGE)),
    })))
}

/// `POST /api/articles/{id}/comments`: 202, waiting for a moderator.
pub async fn create_comment(
    State(app): State<App>,
    Client(network): Client,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Result<Json<SentComment>, JsonRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Json(mut new)) = (path?, body?);
    if let Some(key) = header_text(&headers, IDEMPOTENCY_KEY) {
        new.key = Some(key.to_owned());
    }
    let article = known(&app, &id).await?;
    let id = accept(&app, network, article, &new).await?;
    let accepted = AcceptedJson {
        id: id.to_string(),
        state: CommentState::Waiting.name(),
        message: texts().comments.accepted.clone(),
    };
    let no_store = [(header::CACHE_CONTROL, limits::NO_STORE)];
    Ok((StatusCode::ACCEPTED, no_store, Json(accepted)).into_response())
}

/// `POST /articles/{id}/comments`: the same from a page without script. What was typed comes back
/// with whatever was wrong.
pub async fn create_from_form(
    State(app): State<App>,
    Client(network): Client,
    viewer: Viewer,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<SentComment>, FormRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Form(mut new)) = (path?, form?);
    new.key = Some(form_key(&network, &new));
    let told = articles::told(&app, &id).await?;
    let accepted = accept(&app, network, told.article.id, &new).await;
    let mut comment_box = first_page(&app, told.article.id).await?;
    let status = match accepted {
        Ok(_) => {
            comment_box.message = Some(texts().comments.accepted.clone());
            StatusCode::ACCEPTED
        }
        Err(error) => {
            comment_box.is_error = true;
            comment_box.message = Some(error.message);
            comment_box.typed_author = new.author.unwrap_or_default();
            comment_box.counter = counter(&new.body);
            comment_box.typed_body = new.body;
            error.status
        }
    };
    let origin = origin(&app, &headers);
    let page = articles::article_page(&app, &viewer, &told, comment_box, &origin).await?;
    Ok((status, page).into_response())
}

/// Without script nothing makes up a key: the same words from the same network on one day are taken for a
/// form that was sent twice.
fn form_key(network: &str, new: &SentComment) -> String {
    let author = new.author.as_deref().unwrap_or_default();
    let day = Day::of(now()).to_string();
    let sent = [network, &day, author, &new.body].join("\n");
    let digits = hex(&Sha256::digest(sent));
    format!("form-{}", &digits[..40])
}

/// `GET` of the form's address, e.g. by reloading: the article's page, at its comments.
pub async fn show_article(path: Result<Path<String>, PathRejection>) -> Result<Redirect, WebError> {
    let Path(id) = path?;
    let id: ArticleId = id.parse().map_err(|_| WebError::not_found("article_not_found"))?;
    Ok(Redirect::to(&format!("{}#comments", views::article_path(id))))
}

/// The article of that id, or 404.
async fn known(app: &App, id: &str) -> Result<ArticleId, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    if app.0.store.has_article(id).await? { Ok(id) } else { Err(missing()) }
}

/// The comment box as a page shows it first.
pub async fn first_page(app: &App, article: ArticleId) -> Result<CommentBox, WebError> {
    let (comments, total) = app.0.store.approved_comments(article, 1, PER_PAGE).await?;
    Ok(CommentBox {
        article_id: article.to_string(),
        comments: comments.iter().map(views::comment).collect(),
        total,
        message: None,
        is_error: false,
        typed_author: String::new(),
        typed_body: String::new(),
        counter: counter(""),
    })
}

/// "Bạn còn 500/500 ký tự", or by how much a text is too long.
fn counter(typed: &str) -> String {
    let t = &texts().comments;
    let (length, max) = (comment::length(typed), CommentBody::LENGTH_MAX);
    if length > max {
        return t.over.replace("{over}", &(length - max).to_string());
    }
    t.left.replace("{left}", &(max - length).to_string()).replace("{max}", &max.to_string())
}

/// What the rules find in what was sent. What is found in the name has no place in the text.
fn hits(app: &App, new: &SentComment, author: &CommentAuthor, body: &CommentBody) -> Vec<Hit> {
    let examiner = &app.0.settings.examiner;
    let mut hits = examiner.examine(body.as_str());
    let in_name = examiner.examine(author.as_str());
    hits.extend(in_name.into_iter().map(|hit| Hit { span: 0..0, ..hit }));
    if new.website.as_deref().is_some_and(|filled| !filled.is_empty()) {
        hits.push(Hit::new(Rule::Honeypot, 0..0));
    }
    hits
}

async fn accept(
    app: &App,
    network: String,
    article: ArticleId,
    new: &SentComment,
) -> Result<CommentId, WebError> {
    let body = CommentBody::new(&new.body)?;
    let typed = new.author.as_deref().unwrap_or("");
    let name = if typed.trim().is_empty() { &texts().comments.anonymous } else { typed };
    let author = CommentAuthor::new(name)?;
    let key = match new.key.as_deref() {
        None | Some("") => None,
        Some(key) => Some(SubmissionKey::new(key).ok_or_else(WebError::bad_request)?),
    };
    // Only what would be kept counts: a typing error does not use up anybody's turn.
    if !app.0.comment_limit.allows(&network) || !app.0.article_limit.allows(&article.to_string()) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    let hits = hits(app, new, &author, &body);
    let comment = NewComment {
        article,
        author,
        key,
        network,
        hits,
        fingerprint: moderate::fingerprint(body.as_str()),
        body,
        rejecting: app.0.settings.rejecting.clone(),
    };
    match app.0.store.add_comment(comment).await? {
        Submitted::New(id) | Submitted::Again(id) => Ok(id),
        Submitted::KeyTaken => {
            Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "submission_key_taken"))
        }
    }
}
