//! A person's data is erased on request: found, chosen, looked at once more, gone.

use axum::extract::rejection::{QueryRejection, RawFormRejection};
use axum::extract::{Query, RawForm, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::auth::Moderator;
use super::error::WebError;
use super::pages::{EraseConfirmPage, EraseItem, ErasePage};
use super::records::state_name;
use super::texts::texts;
use super::{App, views};
use crate::domain::account::Account;
use crate::domain::erasure::{ErasureReason, InvalidErasureReason};
use crate::domain::ids::CommentId;
use crate::store::{Erasable, StoreError, Whom};

/// How many comments one search shows, and one form erases.
const SHOWN_MAX: u32 = 200;

/// The longest search, in characters.
const QUERY_CHARS_MAX: usize = 100;

#[derive(Deserialize)]
pub struct EraseQuery {
    #[serde(default)]
    q: String,
    /// How many were erased a moment ago.
    done: Option<u64>,
    /// Something of them is still in the files.
    left: Option<u8>,
}

/// What the form sends.
#[derive(Default)]
struct Wish {
    comments: Vec<CommentId>,
    reason: String,
    query: String,
    is_confirmed: bool,
}

/// `GET /moderation/erase?q=…`
pub async fn show_erase(
    State(app): State<App>,
    Moderator(account): Moderator,
    query: Result<Query<EraseQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let t = &texts().erasure;
    let typed = query.q.replace(char::is_control, " ").trim().to_owned();
    if typed.chars().count() > QUERY_CHARS_MAX {
        return Err(WebError::new(StatusCode::BAD_REQUEST, "query_too_long"));
    }
    let mut found = match typed.as_str() {
        "" => Vec::new(),
        typed => app.0.store.erasable(typed, SHOWN_MAX + 1).await?,
    };
    let has_more = found.len() > SHOWN_MAX as usize;
    found.truncate(SHOWN_MAX as usize);
    views::page(&ErasePage {
        frame: views::frame(Some(&account)),
        query: typed,
        items: found.into_iter().map(item).collect(),
        more: has_more.then(|| t.newest.replace("{max}", &SHOWN_MAX.to_string())),
        done: query.done.map(|count| t.done.replace("{count}", &count.to_string())),
        is_left: query.left.is_some(),
    })
}

/// `POST /moderation/erase`: shows what will be erased; with `confirmed=yes` erases it.
pub async fn create_erasure(
    State(app): State<App>,
    Moderator(account): Moderator,
    form: Result<RawForm, RawFormRejection>,
) -> Result<Response, WebError> {
    let RawForm(sent) = form.map_err(|rejection| match rejection.into_response().status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large")
        }
        status => WebError::new(status, "unsupported_content"),
    })?;
    let wish = wish(&sent)?;
    let reason = ErasureReason::new(&wish.reason)?;
    if wish.is_confirmed {
        return erase(&app, &account, wish, &reason).await;
    }
    let found = app.0.store.erasable_comments(&wish.comments).await?;
    let named =
        |found: &Erasable| reason.names(&found.comment.author, &found.email, &found.identity);
    if found.iter().any(named) {
        return Err(StoreError::ReasonNamesPerson.into());
    }
    let count = found.len().to_string();
    views::page(&EraseConfirmPage {
        frame: views::frame(Some(&account)),
        heading: texts().erasure.confirm_heading.replace("{count}", &count),
        query: wish.query,
        reason: reason.as_str().to_owned(),
        items: found.into_iter().map(item).collect(),
    })
}

async fn erase(
    app: &App,
    account: &Account,
    wish: Wish,
    reason: &ErasureReason,
) -> Result<Response, WebError> {
    let whom = Whom::Comments(wish.comments);
    let erased = app.0.store.erase_comments(&whom, Some(account), reason).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("done", &erased.comments.len().to_string());
    if !erased.is_gone {
        query.append_pair("left", "1");
    }
    Ok(Redirect::to(&format!("/moderation/erase?{}", query.finish())).into_response())
}

fn wish(sent: &[u8]) -> Result<Wish, WebError> {
    let mut wish = Wish::default();
    for (name, value) in url::form_urlencoded::parse(sent) {
        match name.as_ref() {
            "comment" => {
                let id = value.parse().map_err(|_| WebError::not_found("comment_not_found"))?;
                wish.comments.push(id);
            }
            "reason" => wish.reason = value.into_owned(),
            "q" => wish.query = value.into_owned(),
            "confirmed" => wish.is_confirmed = value == "yes",
            _ => {}
        }
    }
    match wish.comments.len() {
        0 => Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "erasure_nothing")),
        count if count > SHOWN_MAX as usize => {
            Err(WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"))
        }
        _ => Ok(wish),
    }
}

fn item(found: Erasable) -> EraseItem {
    let comment = found.comment;
    EraseItem {
        id: comment.id.to_string(),
        date: views::date(comment.created),
        state: state_name(comment.state),
        article_page: views::article_path(comment.article),
        author: comment.author,
        body: comment.body,
        article_title: found.article_title,
        email: found.email,
        identity: found.identity,
        network: found.network,
    }
}

impl From<InvalidErasureReason> for WebError {
    fn from(error: InvalidErasureReason) -> Self {
        let code = match error {
            InvalidErasureReason::Missing => "erasure_reason_missing",
            InvalidErasureReason::TooLong => "erasure_reason_too_long",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }
}
