//! How the outside reaches us, for addresses that leave the site.

use axum::http::{HeaderMap, header};

use super::App;
use super::limits::header_text;

/// Scheme and host, without a slash at the end: as configured, else as this request came.
pub fn origin(app: &App, headers: &HeaderMap) -> String {
    let configured = app.0.settings.public_url.trim_end_matches('/');
    if !configured.is_empty() {
        return configured.to_owned();
    }
    let host = header_text(headers, header::HOST).unwrap_or("localhost");
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    let host = if host.chars().all(plain) { host } else { "localhost" };
    format!("http://{host}")
}
