//! A reading, heard before it is saved.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::response::Response;

use super::change::ChangeForm;
use crate::domain::lexicon::LexiconEntry;
use crate::web::auth::Editor;
use crate::web::error::WebError;
use crate::web::settings::current_pace;
use crate::web::{App, trial};

/// `POST /desk/lexicon/sound`: words as they would be said with a reading, as a WAV file.
///
/// What is read are the words as they are written, so that it is heard too when the reading does not fit them.
pub async fn create_sound(
    State(app): State<App>,
    Editor(_): Editor,
    form: Result<Form<ChangeForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    // For the whole paper: the words stand in no section here.
    let entry = LexiconEntry::new(&form.written, &form.spoken)?;
    let written = entry.written().to_owned();
    let pace = current_pace(&app);
    trial::sound(&app, written, vec![entry], None, pace).await
}
