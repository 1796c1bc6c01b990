//! The moderators' queue.

use std::collections::HashMap;

use axum::Json;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::auth::Moderator;
use super::error::WebError;
use super::limits::header_text;
use super::pages::{ModerationItem, ModerationPage};
use super::{App, views};
use crate::domain::comment::{Comment, CommentState};
use crate::domain::ids::{AccountId, CommentId};
use crate::store::{Decided, NewDecision};

/// How many comments one page of the queue shows.
const QUEUE_MAX: u32 = 50;

#[derive(Deserialize)]
pub struct StateQuery {
    state: Option<String>,
}

#[derive(Deserialize)]
pub struct DecisionForm {
    decision: String,
    /// The state in which the moderator saw the comment.
    seen: Option<String>,
    #[serde(default)]
    back: String,
}

#[derive(Serialize)]
struct DecidedJson {
    id: String,
    state: &'static str,
}

pub async fn list_comments(
    State(app): State<App>,
    Moderator(account): Moderator,
    query: Result<Query<StateQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let state = match query.state.as_deref() {
        None => CommentState::Waiting,
        Some(name) => CommentState::from_name(name)
            .ok_or_else(|| WebError::new(StatusCode::BAD_REQUEST, "state_unknown"))?,
    };
    let names: HashMap<AccountId, String> =
        app.0.store.accounts().await?.into_iter().map(|a| (a.id, a.name)).collect();
    let mut items = Vec::new();
    for comment in app.0.store.comments_in(state, QUEUE_MAX).await? {
        items.push(item(&app, &comment, &names).await?);
    }
    let counts = app.0.store.comment_counts().await?;
    views::page(&ModerationPage {
        frame: views::frame(Some(&account)),
        state: state.name(),
        waiting: counts.waiting,
        approved: counts.approved,
        rejected: counts.rejected,
        items,
    })
}

async fn item(
    app: &App,
    comment: &Comment,
    names: &HashMap<AccountId, String>,
) -> Result<ModerationItem, WebError> {
    let article = app.0.store.article(comment.article).await?;
    let decided = comment.decision.map(|decision| {
        let name = names.get(&decision.by).map_or("?", String::as_str);
        format!("{name}, {}", views::date(decision.at))
    });
    Ok(ModerationItem {
        id: comment.id.to_string(),
        author: comment.author.clone(),
        body: comment.body.clone(),
        date: views::date(comment.created),
        state: comment.state.name(),
        article_title: article.map(|article| article.article.title).unwrap_or_default(),
        article_page: views::article_path(comment.article),
        decided,
    })
}

pub async fn update_comment(
    State(app): State<App>,
    Moderator(account): Moderator,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<DecisionForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Form(form)) = (path?, form?);
    let missing = || WebError::not_found("comment_not_found");
    let id: CommentId = id.parse().map_err(|_| missing())?;
    let state = match form.decision.as_str() {
        "approve" => CommentState::Approved,
        "reject" => CommentState::Rejected,
        // Taking a decision back.
        "wait" => CommentState::Waiting,
        _ => return Err(WebError::bad_request()),
    };
    let seen = form.seen.as_deref().and_then(CommentState::from_name);
    let decision = NewDecision { comment: id, state, reason: None, seen };
    match app.0.store.decide_comments(&[decision], &account).await?[..] {
        [Decided::Done] => {}
        [Decided::Meanwhile { .. }] => {
            return Err(WebError::new(StatusCode::CONFLICT, "comment_decided"));
        }
        _ => return Err(missing()),
    }
    let accept = header_text(&headers, header::ACCEPT);
    if accept.is_some_and(|accept| accept.contains("application/json")) {
        return Ok(Json(DecidedJson { id: id.to_string(), state: state.name() }).into_response());
    }
    let back = CommentState::from_name(&form.back).unwrap_or(CommentState::Waiting);
    Ok(Redirect::to(&format!("/moderation?state={}", back.name())).into_response())
}
