//! Who is asking: sessions, api keys, the [`Editor`], [`Moderator`] and [`Administrator`] arguments.
//!
//! Authority is an argument: a handler that needs an editor takes an `Editor`, so it cannot be
//! reached without one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};

use super::error::WebError;
use super::limits::header_text;
use super::pages::Frame;
use super::{App, views};
use crate::domain::account::{Account, Role};
use crate::store::hex;

/// The cookie that holds a session.
pub const SESSION_COOKIE: &str = "baonoi_session";

/// Whoever is looking, logged in or not.
#[derive(Debug)]
pub struct Viewer(pub Option<Account>);

/// An account that may add articles and correct scripts.
#[derive(Debug)]
pub struct Editor(pub Account);

/// An account that may decide on comments.
#[derive(Debug)]
pub struct Moderator(pub Account);

/// An account that may say what becomes of comments: an editor or a moderator.
#[derive(Debug)]
pub struct RuleMaker(pub Account);

/// An account that may say who else may log in. Only a person who has logged in can be one: an api key
/// that is lost must not open the door to all accounts.
#[derive(Debug)]
pub struct Administrator(pub Account);

/// Any account that has logged in, with the secret of its session; no api key.
#[derive(Debug)]
pub struct LoggedIn {
    pub account: Account,
    pub session: String,
}

impl Viewer {
    /// Whether it is somebody who may hear drafts.
    pub fn is_editor(&self) -> bool {
        self.0.as_ref().is_some_and(|account| account.has(Role::Editor))
    }

    /// What the frame of every page shows.
    pub fn frame(&self) -> Frame {
        views::frame(self.0.as_ref())
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        match cookie(&parts.headers, SESSION_COOKIE) {
            Some(secret) => Ok(Self(app.0.store.account_of_session(secret).await?)),
            None => Ok(Self(None)),
        }
    }
}

impl FromRequestParts<App> for Editor {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        authorized(parts, app, Role::Editor).await.map(Self)
    }
}

impl FromRequestParts<App> for Moderator {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        authorized(parts, app, Role::Moderator).await.map(Self)
    }
}

impl FromRequestParts<App> for RuleMaker {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let account = asking(parts, app).await?;
        match account.has(Role::Editor) || account.has(Role::Moderator) {
            true => Ok(Self(account)),
            false => Err(WebError::new(StatusCode::FORBIDDEN, "forbidden")),
        }
    }
}

impl FromRequestParts<App> for Administrator {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let LoggedIn { account, .. } = LoggedIn::from_request_parts(parts, app).await?;
        having(account, Role::Administrator).map(Self)
    }
}

impl FromRequestParts<App> for LoggedIn {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let Some(session) = cookie(&parts.headers, SESSION_COOKIE) else {
            return Err(unauthorized(parts));
        };
        refuse_cross_site(&parts.method, &parts.headers)?;
        match app.0.store.account_of_session(session).await? {
            Some(account) => Ok(Self { account, session: session.to_owned() }),
            None => Err(unauthorized(parts)),
        }
    }
}

async fn authorized(parts: &mut Parts, app: &App, role: Role) -> Result<Account, WebError> {
    having(asking(parts, app).await?, role)
}

/// The account of an api key or of a session.
async fn asking(parts: &mut Parts, app: &App) -> Result<Account, WebError> {
    let account = match bearer(&parts.headers) {
        Some(key) => app.0.store.account_of_api_key(key).await?,
        None => Some(LoggedIn::from_request_parts(parts, app).await?.account),
    };
    account.ok_or_else(|| unauthorized(parts))
}

fn having(account: Account, role: Role) -> Result<Account, WebError> {
    if account.has(role) {
        return Ok(account);
    }
    Err(WebError::new(StatusCode::FORBIDDEN, "forbidden"))
}

fn unauthorized(parts: &Parts) -> WebError {
    let mut error = WebError::new(StatusCode::UNAUTHORIZED, "unauthorized");
    if parts.method == Method::GET {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        error.login_next = Some(path.to_owned());
    }
    error
}

/// A form on another site must not act with the session of whoever looks at it. Cookies are
/// `SameSite=Lax` already; this holds where a browser does not keep to that.
pub fn refuse_cross_site(method: &Method, headers: &HeaderMap) -> Result<(), WebError> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name| header_text(headers, name);
    let site = text(HeaderName::from_static("sec-fetch-site"));
    let same = match (site, text(header::ORIGIN), text(header::HOST)) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, origin)| origin.eq_ignore_ascii_case(host))
        }
        // Neither header: not a browser, so nobody's session is being abused.
        (None, None, _) => true,
        (None, Some(_), None) => false,
    };
    if same { Ok(()) } else { Err(WebError::new(StatusCode::FORBIDDEN, "cross_site")) }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    header_text(headers, header::AUTHORIZATION)?.strip_prefix("Bearer ").map(str::trim)
}

/// The value of a cookie of ours.
pub fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

/// 256 random bits as hexadecimal digits: a session or an api key.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |&(name, value): &(&'static str, &'static str)| {
            (name.parse().unwrap(), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn another_site_cannot_act() {
        let refused = |pairs: &[_]| refuse_cross_site(&Method::POST, &headers(pairs)).is_err();
        assert!(refused(&[("sec-fetch-site", "cross-site")]));
        assert!(refused(&[("origin", "https://evil.example"), ("host", "bao.example")]));
        assert!(refused(&[("origin", "null"), ("host", "bao.example")]));
        assert!(!refused(&[("origin", "https://bao.example"), ("host", "bao.example")]));
        assert!(!refused(&[("sec-fetch-site", "same-origin")]));
        assert!(!refused(&[]));
        let get = headers(&[("sec-fetch-site", "cross-site")]);
        assert!(refuse_cross_site(&Method::GET, &get).is_ok());
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        let given = headers(&[("cookie", "a=b; baonoi_session=x1; c=d")]);
        assert_eq!(cookie(&given, SESSION_COOKIE), Some("x1"));
        assert_eq!(cookie(&headers(&[("cookie", "baonoi_session2=x")]), SESSION_COOKIE), None);
    }
}
