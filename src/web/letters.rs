//! Where the links in letters lead. Mail programs follow links before people do, so opening one shows
//! what it would decide, and only the button on that page decides.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error::{WebError, message};
use super::limits::NO_STORE;
use super::pages::LetterPage;
use super::records::state_name;
use super::texts::texts;
use super::{App, views};
use crate::domain::account::Actor;
use crate::domain::comment::CommentState;
use crate::notify::{BadLink, Link};
use crate::store::{Decided, NewDecision, Shown, now};

/// `GET /moderation/mail/{token}`: what the link would decide. Changes nothing.
pub async fn show_link(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(token) = path?;
    let (link, shown) = read(&app, &token).await?;
    page(&link, shown, false)
}

/// `POST /moderation/mail/{token}`: decides, once.
pub async fn follow_link(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(token) = path?;
    let (link, shown) = read(&app, &token).await?;
    let decision = NewDecision {
        comment: link.comment,
        state: link.state,
        reason: None,
        seen: Some(CommentState::Waiting),
    };
    let by = Actor::Mail(&link.recipient);
    match app.0.store.decide_comments(&[decision], by).await?[..] {
        [Decided::Done] => page(&link, shown, true),
        [Decided::Meanwhile { state, .. }] => Err(decided(state)),
        [Decided::Used] => Err(WebError::new(StatusCode::GONE, "mail_link_used")),
        _ => Err(WebError::not_found("comment_not_found")),
    }
}

/// What a link asks for, if it may still decide.
async fn read(app: &App, token: &str) -> Result<(Link, Shown), WebError> {
    let forged = || WebError::new(StatusCode::FORBIDDEN, "mail_link_invalid");
    let links = app.0.settings.links.as_ref().ok_or_else(forged)?;
    let link = links.read(token, now()).map_err(|bad| match bad {
        BadLink::Forged => forged(),
        BadLink::Expired => WebError::new(StatusCode::GONE, "mail_link_expired"),
    })?;
    let shown = app.0.store.shown_to(&link.recipient, link.comment).await?.ok_or_else(forged)?;
    if shown.is_used {
        return Err(WebError::new(StatusCode::GONE, "mail_link_used"));
    }
    if shown.comment.state != CommentState::Waiting {
        return Err(decided(shown.comment.state));
    }
    Ok((link, shown))
}

/// Somebody was faster.
fn decided(state: CommentState) -> WebError {
    let code = "mail_comment_decided";
    let told = message(code, &[("state", state_name(state))]);
    WebError { message: told, ..WebError::new(StatusCode::CONFLICT, code) }
}

fn page(link: &Link, shown: Shown, is_done: bool) -> Result<Response, WebError> {
    let t = &texts().digest;
    let approves = link.state == CommentState::Approved;
    let (heading, lead) = match (is_done, approves) {
        (false, true) => (&t.confirm_approve, &t.confirm_lead),
        (false, false) => (&t.confirm_reject, &t.confirm_lead),
        (true, true) => (&t.done_approve, &t.done_lead),
        (true, false) => (&t.done_reject, &t.done_lead),
    };
    let page = views::page(&LetterPage {
        frame: views::frame(None),
        heading,
        lead: lead.replace("{recipient}", &link.recipient),
        article_title: shown.article_title,
        article_page: views::article_path(shown.comment.article),
        author: shown.comment.author,
        date: views::date(shown.comment.created),
        body: shown.comment.body,
        button: (!is_done).then_some(if approves { &t.approve } else { &t.reject }),
    })?;
    // The address of this page is all that it takes to decide.
    let private = [
        (header::CACHE_CONTROL, NO_STORE),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    Ok((private, page).into_response())
}
