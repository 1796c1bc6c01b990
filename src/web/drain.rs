//! An answer that arrives: who sends too much hears why, and can go on on the same connection.
//!
//! A server that answers before it has read everything and then closes makes the other side's system throw the
//! answer away (RFC 9112, section 9.6). So what is left of a refused body is read, and forgotten.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;

use super::limits::{FORM_BYTES_MAX, header_text};

/// How much is read after the answer is known, in bytes. Who sends more is cut off.
const DRAINED_BYTES_MAX: usize = 16 * 1024 * 1024;
const DRAINED_WITHIN: Duration = Duration::from_secs(10);

/// What comes of the body, for the handler first and then for us.
type Rest = Arc<Mutex<BodyDataStream>>;

/// Reads what a handler refused to read.
pub async fn drain_refused(request: Request, next: Next) -> Response {
    if is_small(&request) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let rest: Rest = Arc::new(Mutex::new(body.into_data_stream()));
    let pieces = stream::unfold(rest.clone(), |rest| async move {
        let piece = rest.lock().await.next().await?;
        Some((piece, rest))
    });
    let response = next.run(Request::from_parts(parts, Body::from_stream(pieces))).await;
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
        // Slower ones are cut off.
        let _ = tokio::time::timeout(DRAINED_WITHIN, forget(rest)).await;
    }
    response
}

/// Nearly every request: none of them is refused for its size.
fn is_small(request: &Request) -> bool {
    let headers = request.headers();
    match header_text(headers, header::CONTENT_LENGTH) {
        Some(length) => length.parse::<usize>().is_ok_and(|length| length <= FORM_BYTES_MAX),
        None => !headers.contains_key(header::TRANSFER_ENCODING),
    }
}

async fn forget(rest: Rest) {
    let mut rest = rest.lock().await;
    let mut left = DRAINED_BYTES_MAX;
    while let Some(Ok(piece)) = rest.next().await {
        let piece: Bytes = piece;
        match left.checked_sub(piece.len()) {
            Some(fewer) => left = fewer,
            None => return,
        }
    }
}
