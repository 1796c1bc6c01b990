//! What a site changed in an article that can be heard, sentence by sentence, and what an editor decides about it.

use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::pages::ChangesPage;
use super::{App, known, script_path};
use crate::domain::job::{Source, Urgency};
use crate::domain::revision::RevisionState;
use crate::narrate::{self, Change};
use crate::web::auth::Editor;
use crate::web::error::WebError;
use crate::web::views;

#[derive(Debug, Deserialize)]
pub struct RevisionForm {
    /// The text that the editor saw.
    hash: String,
    /// `accept` or `refuse`
    action: String,
}

/// `GET /desk/articles/{id}/changes`
pub async fn show_changes(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let known = known(&app, path).await?;
    let Some(revision) = known.newer.filter(|it| it.state.is_open()) else {
        return Ok(Redirect::to(&script_path(known.id)).into_response());
    };
    let (before, after) = (known.stored.article.clone(), revision.article.clone());
    let compared = tokio::task::spawn_blocking(move || narrate::changes(&before, &after));
    let changes = compared.await.map_err(|_| WebError::internal())?;
    views::page(&ChangesPage {
        frame: views::frame(Some(&account)),
        id: known.id.to_string(),
        title: known.stored.article.title,
        hash: revision.hash,
        seen: views::date(revision.seen),
        is_doubtful: revision.state == RevisionState::Doubtful,
        count: changes.iter().filter(|change| !matches!(change, Change::Same(_))).count(),
        changes,
    })
}

/// `POST /desk/articles/{id}/changes`
pub async fn update_revision(
    State(app): State<App>,
    _: Editor,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<RevisionForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let known = known(&app, path).await?;
    let state = match form.action.as_str() {
        "accept" => RevisionState::Accepted,
        "refuse" => RevisionState::Refused,
        _ => return Err(WebError::bad_request()),
    };
    if !app.0.store.decide_revision(known.id, &form.hash, state).await? {
        return Err(WebError::new(StatusCode::CONFLICT, "revision_gone"));
    }
    if state == RevisionState::Accepted {
        app.0.queue.ask_for(Source::Stored(known.id), Urgency::Editor).await?;
    }
    Ok(Redirect::to(&script_path(known.id)).into_response())
}
