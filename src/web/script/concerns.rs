//! The attention list: what to listen to instead of the whole, and what an editor says about it.

use axum::Json;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::pages::{ConcernGroup, ConcernView, LineView, PartView};
use super::{App, known, script_path};
use crate::domain::attention::Concern;
use crate::domain::note::NoteKind;
use crate::narrate;
use crate::web::auth::Editor;
use crate::web::error::WebError;
use crate::web::limits::wants_page;
use crate::web::texts::texts;

#[derive(Debug, Deserialize)]
pub struct ConcernForm {
    kind: String,
    subject: String,
    /// `accept`: nothing is wrong here; `ignore`: nowhere; `undo`, with where, takes it back.
    action: String,
    /// What is taken back: `accept` or `ignore`.
    #[serde(default)]
    undone: String,
}

/// `POST /desk/articles/{id}/attention`
pub async fn update_concern(
    State(app): State<App>,
    Editor(account): Editor,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<ConcernForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    let known = known(&app, path).await?;
    let kind = NoteKind::from_name(&form.kind).ok_or_else(WebError::bad_request)?;
    let article = |action: &str| match action {
        "accept" => Ok(Some(known.id)),
        "ignore" => Ok(None),
        _ => Err(WebError::bad_request()),
    };
    if form.action == "undo" {
        app.0.store.unsettle(article(&form.undone)?, kind, &form.subject).await?;
    } else {
        app.0.store.settle(article(&form.action)?, kind, &form.subject, &account).await?;
    }
    if wants_page(&headers) {
        return Ok(Redirect::to(&script_path(known.id)).into_response());
    }
    Ok(Json(serde_json::json!({})).into_response())
}

/// The concerns by the sentences in which they are, in the order of the riskiest of each.
pub fn concern_groups(concerns: &[Concern], parts: &[PartView]) -> Vec<ConcernGroup> {
    let mut groups: Vec<ConcernGroup> = Vec::new();
    for concern in concerns {
        let line = concern.place.and_then(|(part, span)| {
            let mut lines = parts.iter().flat_map(|part| &part.lines);
            lines.find(|line: &&LineView| line.covers(part, span))
        });
        let view = concern_view(concern, line);
        let number = line.map(|line| line.number);
        match groups.iter_mut().find(|group| group.line == number && number.is_some()) {
            Some(group) => group.concerns.push(view),
            None => groups.push(ConcernGroup {
                line: number,
                sentence: line.map(LineView::written_text),
                concerns: vec![view],
            }),
        }
    }
    groups
}

fn concern_view(concern: &Concern, line: Option<&LineView>) -> ConcernView {
    let reason = texts().concerns.get(concern.kind.name()).cloned().unwrap_or_default();
    let is_words = line.is_some_and(|line| line.written_text() != concern.subject);
    ConcernView {
        kind: concern.kind.name(),
        reason,
        said: narrate::said_in(&concern.message).map(ToOwned::to_owned),
        words: is_words.then(|| concern.subject.clone()),
        subject: concern.subject.clone(),
    }
}
