//! For whoever watches over the service: does it live, can it work.

use axum::extract::State;

use super::App;
use super::error::WebError;

/// The process answers.
pub async fn show_health() -> &'static str {
    "ok\n"
}

/// The store answers too.
pub async fn show_readiness(State(app): State<App>) -> Result<&'static str, WebError> {
    app.0.store.ping().await?;
    Ok("ready\n")
}
