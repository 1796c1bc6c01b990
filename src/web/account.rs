//! One's own account: password, one-time codes, recovery codes.

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::account_pages::{AccountPage, CodesPage, Said, TotpPage};
use super::auth::LoggedIn;
use super::error::{WebError, message};
use super::limits::NO_STORE;
use super::texts::texts;
use super::totp::{Secret, Typed, recovery_codes, recovery_for_people};
use super::{App, accounts, password, totp, views};
use crate::domain::account::Account;
use crate::store::now;

#[derive(Deserialize)]
pub struct DoneQuery {
    /// What was just done, before a redirect.
    #[serde(default)]
    done: String,
}

#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(default)]
    old: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    again: String,
}

/// What a change of the second factor asks for.
#[derive(Deserialize)]
pub struct ConfirmForm {
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub struct CodeForm {
    #[serde(default)]
    code: String,
}

/// `GET /account`
pub async fn show_account(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done }) = query?;
    let t = &texts().account;
    let text = match done.as_str() {
        "password" => Some(t.done_password.clone()),
        "totp_off" => Some(t.done_totp_off.clone()),
        _ => None,
    };
    account_page(&app, &account, text.map(|text| Said { text, is_error: false })).await
}

/// `POST /account/password`: this session goes on, all others end.
pub async fn update_password(
    State(app): State<App>,
    LoggedIn { account, session }: LoggedIn,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(PasswordForm { old, new, again }) = form?;
    if !password::is_long_enough(&new) {
        return refused(&app, &account, "password_too_short").await;
    }
    if new != again {
        return refused(&app, &account, "password_differs").await;
    }
    if let Err(code) = confirmed(&app, &account, old).await? {
        return refused(&app, &account, code).await;
    }
    let hash = password::hash_aside(new).await?;
    app.0.store.set_password(account.id, &hash, Some(&session), Some(&account)).await?;
    Ok(Redirect::to("/account?done=password").into_response())
}

/// `POST /account/totp/offer`: makes a secret, which is in use once a code confirms it.
pub async fn create_totp(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(ConfirmForm { password }) = form?;
    // With a stolen session alone nobody shall lock the owner out.
    if let Err(code) = confirmed(&app, &account, password).await? {
        return refused(&app, &account, code).await;
    }
    app.0.store.offer_totp(account.id, &Secret::new()?.to_hex()).await?;
    Ok(Redirect::to("/account/totp").into_response())
}

/// `GET /account/totp`: the secret that waits for its first code.
pub async fn show_totp(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
) -> Result<Response, WebError> {
    match offered(&app, &account).await? {
        Some(secret) => totp_page(&account, &secret, None),
        None => Ok(Redirect::to("/account").into_response()),
    }
}

/// `POST /account/totp`: the first code. Answers with the recovery codes, which are not shown again.
pub async fn update_totp(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    form: Result<Form<CodeForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(CodeForm { code }) = form?;
    let Some(secret) = offered(&app, &account).await? else {
        return Ok(Redirect::to("/account").into_response());
    };
    if !app.0.code_limit.allows(&account.id.to_string()) {
        let page = totp_page(&account, &secret, Some("too_many_requests"))?;
        return Ok((StatusCode::TOO_MANY_REQUESTS, page).into_response());
    }
    let step = match Typed::new(&code) {
        Typed::Code(code) => secret.step_of(code, now()),
        Typed::Recovery(_) => None,
    };
    let Some(step) = step else {
        let page = totp_page(&account, &secret, Some("totp_code_wrong"))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let codes = recovery_codes()?;
    if !app.0.store.turn_totp_on(&account, &secret.to_hex(), step, &codes).await? {
        return Ok(Redirect::to("/account").into_response());
    }
    app.0.code_limit.forget(&account.id.to_string());
    codes_page(&account, &texts().account.codes_lead_on, &codes)
}

/// `POST /account/totp/codes`: new recovery codes; the old ones are good no longer.
pub async fn create_codes(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(ConfirmForm { password }) = form?;
    if !account.has_totp {
        return Ok(Redirect::to("/account").into_response());
    }
    if let Err(code) = confirmed(&app, &account, password).await? {
        return refused(&app, &account, code).await;
    }
    let codes = recovery_codes()?;
    app.0.store.set_recovery_codes(&account, &codes).await?;
    codes_page(&account, &texts().account.codes_lead_new, &codes)
}

/// `POST /account/totp/off`
pub async fn delete_totp(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    form: Result<Form<ConfirmForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(ConfirmForm { password }) = form?;
    if let Err(code) = confirmed(&app, &account, password).await? {
        return refused(&app, &account, code).await;
    }
    app.0.store.turn_totp_off(account.id, Some(&account)).await?;
    Ok(Redirect::to("/account?done=totp_off").into_response())
}

/// Whether the password is the account's own; else the code of the error. Who has only found an open
/// browser cannot try many.
pub async fn confirmed(
    app: &App,
    account: &Account,
    password: String,
) -> Result<Result<(), &'static str>, WebError> {
    // No network is written like that, so this is none of the keys of logins.
    let key = format!("{} /account", account.name);
    if !app.0.login_limit.allows(&key) {
        return Ok(Err("too_many_requests"));
    }
    let known = app.0.store.account_named(&account.name).await?;
    if password::check(known, password).await.is_none() {
        return Ok(Err("password_wrong"));
    }
    app.0.login_limit.forget(&key);
    Ok(Ok(()))
}

/// The secret that its owner has yet to confirm; none while another is in use.
async fn offered(app: &App, account: &Account) -> Result<Option<Secret>, WebError> {
    if account.has_totp {
        return Ok(None);
    }
    let secret = app.0.store.totp_offered(account.id).await?;
    Ok(secret.as_deref().and_then(Secret::from_hex))
}

async fn refused(app: &App, account: &Account, code: &'static str) -> Result<Response, WebError> {
    let text = message(code, &[("min", &password::PASSWORD_LENGTH_MIN.to_string())]);
    let page = account_page(app, account, Some(Said { text, is_error: true })).await?;
    let status = match code {
        "too_many_requests" => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, page).into_response())
}

async fn account_page(
    app: &App,
    account: &Account,
    said: Option<Said>,
) -> Result<Response, WebError> {
    let t = &texts().account;
    let left = app.0.store.recovery_codes_left(account.id).await?;
    let totp_state = match account.has_totp {
        true => t.totp_is_on.replace("{count}", &left.to_string()),
        false => t.totp_is_off.clone(),
    };
    views::page(&AccountPage {
        frame: views::frame(Some(account)),
        said,
        name: account.name.clone(),
        roles: accounts::role_names(account),
        has_totp: account.has_totp,
        totp_state,
        password_hint: t.password_hint.replace("{min}", &password::PASSWORD_LENGTH_MIN.to_string()),
    })
}

fn totp_page(
    account: &Account,
    secret: &Secret,
    error: Option<&'static str>,
) -> Result<Response, WebError> {
    let link = secret.link(&texts().pages.brand, &account.name);
    let page = views::page(&TotpPage {
        frame: views::frame(Some(account)),
        error: error.map(|code| message(code, &[])),
        secret: secret.for_people(),
        qr_code: totp::qr_code(&link),
        link,
    })?;
    Ok(never_kept(page))
}

fn codes_page(
    account: &Account,
    lead: &'static str,
    codes: &[String],
) -> Result<Response, WebError> {
    let page = views::page(&CodesPage {
        frame: views::frame(Some(account)),
        lead,
        codes: codes.iter().map(|code| recovery_for_people(code)).collect(),
    })?;
    Ok(never_kept(page))
}

/// A page with a secret on it: no browser keeps it for the way back.
pub fn never_kept(page: Response) -> Response {
    ([(header::CACHE_CONTROL, NO_STORE)], page).into_response()
}
