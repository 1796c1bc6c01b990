//! Who the reader is, as the newspaper's own login says: the [`Reader`] argument of the comments' routes.
//!
//! `Authorization: Bearer <token>` is a signed token of the login, `Authorization: Phone <token>` one that the
//! newspaper's check of telephones gave. Elsewhere `Bearer` means an api key: see `auth.rs`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use tracing::{debug, warn};

use super::App;
use super::client::Client;
use super::error::WebError;
use super::limits::header_text;
use crate::config::Required;
use crate::domain::identity::Identity;
use crate::fetch::{PhoneError, PhoneHook};
use crate::identify::{Refused, Verifier};
use crate::store::now;

/// Who vouches for readers, and whether somebody must.
#[derive(Clone, Debug)]
pub struct ReaderSettings {
    pub verifier: Verifier,
    pub phone: Option<PhoneHook>,
    pub required: Required,
}

/// Whoever comments; `None` if nobody vouches for them.
#[derive(Clone, Debug)]
pub struct Reader(pub Option<Identity>);

impl Reader {
    /// The identity, if it is one that may comment here.
    pub fn who_may_comment(self, required: Required) -> Result<Option<Identity>, WebError> {
        let verified = self.0.as_ref().is_some_and(|identity| identity.phone_verified);
        match (required, &self.0) {
            (Required::Nothing, _) | (Required::Login, Some(_)) => Ok(self.0),
            (Required::Phone, Some(_)) if verified => Ok(self.0),
            (Required::Phone, Some(_)) => {
                Err(WebError::new(StatusCode::FORBIDDEN, "phone_required"))
            }
            (Required::Login | Required::Phone, None) => {
                Err(WebError::new(StatusCode::UNAUTHORIZED, "login_required"))
            }
        }
    }
}

impl FromRequestParts<App> for Reader {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let Some((scheme, token)) = credentials(&parts.headers)? else { return Ok(Self(None)) };
        if scheme.eq_ignore_ascii_case("bearer") {
            return by_login(app, token).map(|identity| Self(Some(identity)));
        }
        if scheme.eq_ignore_ascii_case("phone") {
            let Client(network) = Client::from_request_parts(parts, app).await?;
            let token = credentials(&parts.headers)?.map_or("", |(_, token)| token);
            return by_phone(app, &network, token).await.map(|identity| Self(Some(identity)));
        }
        // Another scheme is for somebody else, a proxy that guards a test site with a password for example.
        Ok(Self(None))
    }
}

/// The scheme and what goes with it (RFC 9110, section 11.4).
fn credentials(headers: &HeaderMap) -> Result<Option<(&str, &str)>, WebError> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let text = header_text(headers, header::AUTHORIZATION).ok_or_else(invalid)?;
    let (scheme, token) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    Ok(Some((scheme, token.trim())))
}

fn by_login(app: &App, token: &str) -> Result<Identity, WebError> {
    let identity = app.0.settings.readers.verifier.identity(token, now());
    identity.map_err(|refused| {
        debug!(%refused, "a reader's token");
        match refused {
            Refused::Expired => WebError::new(StatusCode::UNAUTHORIZED, "token_expired"),
            Refused::Invalid(_) => invalid(),
        }
    })
}

async fn by_phone(app: &App, network: &str, token: &str) -> Result<Identity, WebError> {
    let hook = app.0.settings.readers.phone.as_ref().ok_or_else(invalid)?;
    // Nobody should use us to wear out the newspaper's service.
    if !app.0.phone_limit.allows(network) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    hook.identity(token).await.map_err(|error| match error {
        PhoneError::Refused => invalid(),
        PhoneError::Unavailable(_) => {
            warn!(%error, "the check of telephones");
            WebError::new(StatusCode::SERVICE_UNAVAILABLE, "verification_unavailable")
        }
    })
}

fn invalid() -> WebError {
    WebError::new(StatusCode::UNAUTHORIZED, "token_invalid")
}
