//! Every error's status, code and message: the one place where errors meet HTTP.

use axum::Json;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::{
    BytesRejection, FormRejection, JsonRejection, PathRejection, QueryRejection, RawFormRejection,
};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::error;

use super::texts::texts;
use crate::domain::comment::InvalidComment;
use crate::domain::job::Failure;
use crate::store::StoreError;

/// What a request failed with. The message is Vietnamese, chosen by the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebError {
    pub status: StatusCode,
    /// Stable, for programs.
    pub code: &'static str,
    pub message: String,
    /// Where a person without a session should go instead.
    pub login_next: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: BodyError<'a>,
}

#[derive(Serialize)]
struct BodyError<'a> {
    code: &'a str,
    message: &'a str,
}

impl WebError {
    pub fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, message: message(code, &[]), login_next: None }
    }

    pub fn bad_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request")
    }

    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }

    pub fn not_found(code: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, code)
    }
}

/// The text of an error code, with its places filled in.
pub fn message(code: &str, fill: &[(&str, &str)]) -> String {
    let errors = &texts().errors;
    let text = errors.get(code).or_else(|| errors.get("internal"));
    fill.iter().fold(text.cloned().unwrap_or_default(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

/// Why a job failed, for people.
pub fn failure_message(failure: &Failure) -> String {
    // The only failure whose text has a place: the status another server answered with.
    let status: String = failure.detail.chars().filter(char::is_ascii_digit).collect();
    message(&failure.code, &[("status", &status)])
}

impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let body = Body { error: BodyError { code: self.code, message: &self.message } };
        let mut response = (self.status, Json(body)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, super::limits::NO_STORE);
        // Routes of pages turn it into a page: see `routes.rs`.
        response.extensions_mut().insert(self);
        response
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::ReasonNamesPerson) {
            return Self::new(StatusCode::UNPROCESSABLE_ENTITY, "erasure_reason_names");
        }
        error!(%error, "the store failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "store_failed")
    }
}

impl From<InvalidComment> for WebError {
    fn from(error: InvalidComment) -> Self {
        let code = match error {
            InvalidComment::TooShort => "comment_too_short",
            InvalidComment::TooLong => "comment_too_long",
            InvalidComment::NameMissing => "name_missing",
            InvalidComment::NameTooLong => "name_too_long",
            InvalidComment::EmailInvalid => "email_invalid",
            InvalidComment::NotText => "not_text",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    }
}

impl From<PathRejection> for WebError {
    fn from(_: PathRejection) -> Self {
        Self::not_found("not_found")
    }
}

impl From<QueryRejection> for WebError {
    fn from(_: QueryRejection) -> Self {
        Self::bad_request()
    }
}

impl From<JsonRejection> for WebError {
    fn from(rejection: JsonRejection) -> Self {
        from_body_status(rejection.status())
    }
}

impl From<FormRejection> for WebError {
    fn from(rejection: FormRejection) -> Self {
        from_body_status(rejection.status())
    }
}

impl From<RawFormRejection> for WebError {
    fn from(rejection: RawFormRejection) -> Self {
        from_body_status(rejection.status())
    }
}

impl From<MultipartRejection> for WebError {
    fn from(rejection: MultipartRejection) -> Self {
        from_body_status(rejection.status())
    }
}

impl From<MultipartError> for WebError {
    fn from(error: MultipartError) -> Self {
        from_body_status(error.status())
    }
}

impl From<BytesRejection> for WebError {
    fn from(rejection: BytesRejection) -> Self {
        from_body_status(rejection.status())
    }
}

fn from_body_status(status: StatusCode) -> WebError {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => WebError::new(status, "payload_too_large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => WebError::new(status, "unsupported_content"),
        _ => WebError::bad_request(),
    }
}

impl From<std::io::Error> for WebError {
    fn from(error: std::io::Error) -> Self {
        error!(%error, "a document could not be made");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }
}

impl From<getrandom::Error> for WebError {
    fn from(error: getrandom::Error) -> Self {
        error!(%error, "the system gives no random numbers");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }
}

impl From<askama::Error> for WebError {
    fn from(error: askama::Error) -> Self {
        error!(%error, "a page could not be made");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_the_program_uses_has_a_text() {
        let codes = [
            "not_found",
            "bad_request",
            "unauthorized",
            "forbidden",
            "payload_too_large",
            "query_too_long",
            "too_many_requests",
            "internal",
            "comment_too_short",
            "comment_too_long",
            "name_too_long",
            "name_missing",
            "email_invalid",
            "parent_gone",
            "challenge_invalid",
            "challenge_expired",
            "challenge_used",
            "switched_off",
            "login_failed",
            "cross_site",
            "article_not_found",
            "narration_not_found",
            "narration_not_ready",
            "job_not_found",
            "comment_not_found",
            "range_not_satisfiable",
            "empty_text",
            "unsupported_content",
            "unsupported_format",
            "state_unknown",
            "fetch_invalid_address",
            "fetch_address_refused",
            "fetch_site_not_listed",
            "fetch_robots_refuse",
            "fetch_unreachable",
            "fetch_timeout",
            "fetch_status",
            "fetch_too_many_redirects",
            "fetch_too_large",
            "fetch_not_html",
            "extract_not_html",
            "extract_too_complex",
            "extract_not_article",
            "extract_empty",
            "article_too_long",
            "voice_failed",
            "store_failed",
            "interrupted",
            "too_many_selected",
            "nothing_selected",
            "too_many_addresses",
            "file_missing",
            "file_kind",
            "file_not_text",
            "file_too_large",
            "article_published",
            "publish_time_missing",
            "publish_time_past",
            "comment_decided",
            "mail_link_invalid",
            "mail_link_expired",
            "mail_link_used",
            "mail_comment_decided",
            "submission_key_taken",
            "method_not_allowed",
            "not_text",
            "token_invalid",
            "token_expired",
            "verification_unavailable",
            "login_required",
            "phone_required",
            "login_code_failed",
            "totp_code_wrong",
            "password_wrong",
            "password_too_short",
            "password_differs",
            "account_name_invalid",
            "account_name_taken",
            "account_roles_missing",
            "account_not_found",
            "account_last_administrator",
            "account_oneself",
            "account_own_page",
            "day_unknown",
            "erasure_nothing",
            "erasure_reason_missing",
            "erasure_reason_too_long",
            "erasure_reason_names",
            "voice_not_installed",
            "voice_mute",
            "voice_busy",
            "trial_too_long",
            "install_busy",
            "install_download",
            "install_unwritable",
            "install_differs",
            "install_nowhere",
            "install_failed",
            "feed_not_a_feed",
            "feed_unknown",
            "feed_overtaken",
            "feed_minutes",
            "embed_site_invalid",
            "embed_sites_too_many",
            "words_too_many",
            "words_invalid",
            "edit_not_there",
            "edit_too_many",
            "edit_stale",
            "version_not_found",
            "hear_failed",
            "revision_gone",
            "backup_running",
        ];
        for code in codes {
            assert!(texts().errors.contains_key(code), "{code}");
        }
    }

    #[test]
    fn the_short_comment_is_told_as_promised() {
        let error = WebError::from(InvalidComment::TooShort);
        assert_eq!(error.message, "Bạn vui lòng nhập từ 5 ký tự trở lên !!!");
    }

    #[test]
    fn a_status_is_filled_in() {
        let failure = Failure { code: "fetch_status".into(), detail: "status 503".into() };
        assert!(failure_message(&failure).contains("503"));
    }
}
