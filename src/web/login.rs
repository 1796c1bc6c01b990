//! Logging in: the password, then the code where one is asked for; and logging out.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::account_pages::{LoginCodePage, LoginPage};
use super::auth::{SESSION_COOKIE, Viewer, cookie, new_secret, refuse_cross_site};
use super::client::Client;
use super::error::{WebError, message};
use super::totp::{Secret, Typed};
use super::{App, password, views};
use crate::domain::account::{Account, Role};
use crate::domain::units::Timestamp;
use crate::store::now;

/// The cookie of a login that waits for its code.
const PENDING_COOKIE: &str = "baonoi_pending";

/// How long a login lasts, in seconds.
const SESSION_SECONDS: i64 = 30 * 24 * 3600;

/// How long the right password is remembered while the code is looked up, in seconds.
const PENDING_SECONDS: i64 = 300;

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

#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `GET /login`
pub async fn show_login(
    State(app): State<App>,
    viewer: Viewer,
    query: Result<Query<LoginQuery>, QueryRejection>,
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

/// `POST /login`: the password.
pub async fn create_session(
    State(app): State<App>,
    Client(network): Client,
    headers: HeaderMap,
    form: Result<Form<LoginForm>, FormRejection>,
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
    // Codes have a limit of their own.
    app.0.login_limit.forget(&key);
    if account.has_totp {
        return await_code(&app, &account, own_path(&form.next)).await;
    }
    enter(&app, &account, &headers, &form.next).await
}

/// `GET /login/code`
pub async fn show_code(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<LoginQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(LoginQuery { next }) = query?;
    match pending(&app, &headers).await? {
        Some(_) => code_page(&next, None),
        None => Ok(Redirect::to(&views::login_path(own_path(&next))).into_response()),
    }
}

/// `POST /login/code`: the code, or a recovery code.
pub async fn create_session_by_code(
    State(app): State<App>,
    headers: HeaderMap,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(CodeForm { code, next }) = form?;
    refuse_cross_site(&Method::POST, &headers)?;
    let Some((account, secret)) = pending(&app, &headers).await? else {
        return Ok(Redirect::to(&views::login_path(own_path(&next))).into_response());
    };
    // By account alone: whoever gets here knows the password, and may come from many networks.
    let key = account.id.to_string();
    if !app.0.code_limit.allows(&key) {
        let page = code_page(&next, Some(message("too_many_requests", &[])))?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    let is_good = is_good(&app, &account, &code).await?;
    if !is_good || !app.0.store.close_pending(&secret).await? {
        let page = code_page(&next, Some(message("login_code_failed", &[])))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    app.0.code_limit.forget(&key);
    enter(&app, &account, &headers, &next).await
}

/// `POST /logout`
pub async fn delete_session(
    State(app): State<App>,
    headers: HeaderMap,
    // Nothing is in it; too much of it is refused as everywhere.
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, WebError> {
    body?;
    refuse_cross_site(&Method::POST, &headers)?;
    if let Some(secret) = cookie(&headers, SESSION_COOKIE) {
        app.0.store.close_session(secret).await?;
    }
    let gone = set_cookie(&app, SESSION_COOKIE, "", "/", 0);
    Ok(([(header::SET_COOKIE, gone)], Redirect::to("/")).into_response())
}

/// Sends somebody whose password was right to the page that asks for the code.
async fn await_code(app: &App, account: &Account, next: &str) -> Result<Response, WebError> {
    let secret = new_secret()?;
    let expires = Timestamp(now().0 + PENDING_SECONDS * 1000);
    app.0.store.open_pending(account.id, &secret, expires).await?;
    let cookie = set_cookie(app, PENDING_COOKIE, &secret, "/login", PENDING_SECONDS);
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let target = format!("/login/code?next={next}");
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&target)).into_response())
}

/// Begins a session. Its secret is always a new one, and the session before it in the same browser ends,
/// so that nobody goes on with a secret that somebody else has put there or seen.
async fn enter(
    app: &App,
    account: &Account,
    headers: &HeaderMap,
    next: &str,
) -> Result<Response, WebError> {
    let secret = new_secret()?;
    if let Some(before) = cookie(headers, SESSION_COOKIE) {
        app.0.store.close_session(before).await?;
    }
    let expires = Timestamp(now().0 + SESSION_SECONDS * 1000);
    app.0.store.open_session(account.id, &secret, expires).await?;
    let target = match own_path(next) {
        "/" if account.has(Role::Editor) => "/desk",
        "/" if account.has(Role::Moderator) => "/moderation",
        "/" => "/account",
        next => next,
    };
    let session = set_cookie(app, SESSION_COOKIE, &secret, "/", SESSION_SECONDS);
    let mut cookies = vec![(header::SET_COOKIE, session)];
    if cookie(headers, PENDING_COOKIE).is_some() {
        cookies.push((header::SET_COOKIE, set_cookie(app, PENDING_COOKIE, "", "/login", 0)));
    }
    Ok((AppendHeaders(cookies), Redirect::to(target)).into_response())
}

/// The login that waits for its code in this browser, and its secret.
async fn pending(app: &App, headers: &HeaderMap) -> Result<Option<(Account, String)>, WebError> {
    let Some(secret) = cookie(headers, PENDING_COOKIE) else { return Ok(None) };
    let account = app.0.store.account_of_pending(secret).await?;
    Ok(account.map(|account| (account, secret.to_owned())))
}

/// Whether a code is right and was never used; it is used up by this.
async fn is_good(app: &App, account: &Account, typed: &str) -> Result<bool, WebError> {
    let store = &app.0.store;
    match Typed::new(typed) {
        Typed::Code(code) => {
            let secret = store.totp_secret(account.id).await?;
            let secret = secret.as_deref().and_then(Secret::from_hex);
            match secret.and_then(|secret| secret.step_of(code, now())) {
                Some(step) => Ok(store.use_totp_step(account.id, step).await?),
                None => Ok(false),
            }
        }
        Typed::Recovery(code) => Ok(store.use_recovery_code(account, &code).await?),
    }
}

fn set_cookie(app: &App, name: &str, value: &str, path: &str, seconds: i64) -> String {
    let secure = if app.0.settings.public_url.starts_with("https://") { "; Secure" } else { "" };
    format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

fn code_page(next: &str, error: Option<String>) -> Result<Response, WebError> {
    let frame = views::frame(None);
    views::page(&LoginCodePage { frame, error, next: own_path(next).to_owned() })
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
pub fn own_path(next: &str) -> &str {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if stays { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_stays_here() {
        assert_eq!(own_path("/desk?x=1"), "/desk?x=1");
        for bad in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\nb"] {
            assert_eq!(own_path(bad), "/");
        }
    }
}
