//! Who is asking: sessions, api keys, the [`Editor`] and [`Moderator`] arguments.
//!
//! Authority is an argument: a handler that needs an editor takes an `Editor`, so it cannot be
//! reached without one.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Form, FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::client::Client;
use super::error::{WebError, message};
use super::limits::header_text;
use super::pages::{Frame, LoginPage};
use super::{App, password, views};
use crate::domain::account::{Account, Role};
use crate::domain::units::Timestamp;
use crate::store::{hex, now};

const COOKIE: &str = "baonoi_session";

/// How long a login lasts, in seconds.
const SESSION_SECONDS: i64 = 30 * 24 * 3600;

/// Whoever is looking, logged in or not.
#[derive(Debug)]
pub struct Viewer(pub Option<Account>);

/// An account that may add articles and correct scripts.
#[derive(Debug)]
pub struct Editor(pub Account);

/// An account that may decide on comments.
#[derive(Debug)]
pub struct Moderator(pub Account);

impl Viewer {
    /// What the frame of every page shows.
    pub fn frame(&self) -> Frame {
        views::frame(self.0.as_ref())
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        match cookie(&parts.headers) {
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

async fn authorized(parts: &Parts, app: &App, role: Role) -> Result<Account, WebError> {
    let account = match (bearer(&parts.headers), cookie(&parts.headers)) {
        (Some(key), _) => app.0.store.account_of_api_key(key).await?,
        (None, Some(secret)) => {
            refuse_cross_site(&parts.method, &parts.headers)?;
            app.0.store.account_of_session(secret).await?
        }
        (None, None) => None,
    };
    let Some(account) = account else {
        let mut error = WebError::new(StatusCode::UNAUTHORIZED, "unauthorized");
        if parts.method == Method::GET {
            let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            error.login_next = Some(path.to_owned());
        }
        return Err(error);
    };
    if !account.has(role) {
        return Err(WebError::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    Ok(account)
}

/// A form on another site must not act with the session of whoever looks at it. Cookies are
/// `SameSite=Lax` already; this holds where a browser does not keep to that.
fn refuse_cross_site(method: &Method, headers: &HeaderMap) -> Result<(), WebError> {
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

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs =
        cookies.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

/// 256 random bits as hexadecimal digits: a session or an api key.
pub fn new_secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

#[derive(Deserialize)]
pub struct LoginQuery {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
pub struct LoginForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

pub async fn show_login(
    State(app): State<App>,
    viewer: Viewer,
    query: Result<Query<LoginQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let no_accounts = app.0.store.accounts().await?.is_empty();
    views::page(&LoginPage {
        frame: viewer.frame(),
        error: None,
        name: String::new(),
        next: own_path(&query.next).to_owned(),
        no_accounts,
    })
}

pub async fn create_session(
    State(app): State<App>,
    Client(network): Client,
    headers: HeaderMap,
    form: Result<Form<LoginForm>, axum::extract::rejection::FormRejection>,
) -> Result<Response, WebError> {
    let Form(form) = form?;
    refuse_cross_site(&Method::POST, &headers)?;
    let name = Account::canonical_name(&form.name).unwrap_or_default();
    // By name too: behind a proxy that is not named in the settings everybody comes from one network.
    let key = format!("{name} {network}");
    if !app.0.login_limit.allows(&key) {
        return failed_login(&form, StatusCode::TOO_MANY_REQUESTS, "too_many_requests");
    }
    let known = app.0.store.account_named(&name).await?;
    let Some(account) = password::check(known, form.password.clone()).await else {
        return failed_login(&form, StatusCode::UNPROCESSABLE_ENTITY, "login_failed");
    };
    app.0.login_limit.forget(&key);
    let secret =
        new_secret().map_err(|_| WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"))?;
    let expires = Timestamp(now().0 + SESSION_SECONDS * 1000);
    app.0.store.open_session(account.id, &secret, expires).await?;
    let target = match own_path(&form.next) {
        "/" if account.has(Role::Editor) => "/desk",
        "/" => "/moderation",
        next => next,
    };
    let secure = if app.0.settings.public_url.starts_with("https://") { "; Secure" } else { "" };
    let cookie = format!(
        "{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_SECONDS}{secure}"
    );
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(target)).into_response())
}

pub async fn delete_session(
    State(app): State<App>,
    headers: HeaderMap,
    // Nothing is in it; too much of it is refused as everywhere.
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, WebError> {
    body?;
    refuse_cross_site(&Method::POST, &headers)?;
    if let Some(secret) = cookie(&headers) {
        app.0.store.close_session(secret).await?;
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/")).into_response())
}

fn failed_login(
    form: &LoginForm,
    status: StatusCode,
    code: &'static str,
) -> Result<Response, WebError> {
    let page = views::page(&LoginPage {
        frame: views::frame(None),
        error: Some(message(code, &[])),
        name: form.name.clone(),
        next: own_path(&form.next).to_owned(),
        no_accounts: false,
    })?;
    Ok((status, page).into_response())
}

/// The path if it stays on this site, else `/`: a login must not send people elsewhere.
fn own_path(next: &str) -> &str {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if stays { next } else { "/" }
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
        assert_eq!(cookie(&given), Some("x1"));
        assert_eq!(cookie(&headers(&[("cookie", "baonoi_session2=x")])), None);
    }

    #[test]
    fn a_login_stays_here() {
        assert_eq!(own_path("/desk?x=1"), "/desk?x=1");
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"] {
            assert_eq!(own_path(bad), "/");
        }
    }
}
