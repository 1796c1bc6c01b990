//! A short text, heard before anything is saved.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use tracing::warn;

use super::App;
use super::error::WebError;
use super::limits::NO_STORE;
use crate::domain::ids::VoiceId;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::pace::Pace;

/// A text as it would be heard with these readings, as a WAV file; by the voice that reads unless another
/// one is named.
pub async fn sound(
    app: &App,
    text: String,
    readings: Vec<LexiconEntry>,
    voice: Option<VoiceId>,
    pace: Pace,
) -> Result<Response, WebError> {
    let said = app.0.backstage.studio.say(text, readings, voice, pace).await;
    let sound = said.map_err(|error| {
        warn!(%error, "a text could not be tried");
        let status = match error.code() {
            "voice_busy" => StatusCode::TOO_MANY_REQUESTS,
            "store_failed" | "internal" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        WebError::new(status, error.code())
    })?;
    Ok(wav(sound))
}

/// Sound that was made for the purpose and is kept nowhere.
pub fn wav(sound: Vec<u8>) -> Response {
    let kind = HeaderValue::from_static("audio/wav");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, NO_STORE)], sound).into_response()
}
