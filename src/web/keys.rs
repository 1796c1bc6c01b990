//! `/account/keys`: the keys by which programs act for one's own account.

use askama::Template;
use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::account::{confirmed, never_kept};
use super::account_pages::Said;
use super::auth::{LoggedIn, new_secret};
use super::error::{WebError, message};
use super::pages::Frame;
use super::texts::texts;
use super::{App, assets, views};
use crate::domain::account::{Account, Role};
use crate::store::ApiKey;

/// Longest name of a key, in characters.
const LABEL_CHARS_MAX: usize = 60;

#[derive(Deserialize)]
pub struct KeyForm {
    #[serde(default)]
    label: String,
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub struct DoneQuery {
    #[serde(default)]
    done: String,
}

/// A key that was just made: its secret is shown this once.
struct NewKey {
    lead: String,
    secret: String,
}

struct KeyItem {
    id: String,
    label: String,
    made: String,
    used: String,
}

#[derive(Template)]
#[template(path = "account_keys.html")]
struct KeysPage {
    frame: Frame,
    said: Option<Said>,
    new: Option<NewKey>,
    keys: Vec<KeyItem>,
    /// For the browser's own store of passwords.
    name: String,
    typed_label: String,
}

/// `GET /account/keys`
pub async fn list_keys(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done }) = query?;
    let removed = || Said { text: texts().keys.removed.clone(), is_error: false };
    keys_page(&app, &account, (done == "removed").then(removed), None, String::new()).await
}

/// `POST /account/keys`: answers with the key, which is not shown again.
pub async fn create_key(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    form: Result<Form<KeyForm>, FormRejection>,
) -> Result<Response, WebError> {
    only_editors(&account)?;
    let Form(KeyForm { label, password }) = form?;
    let label: String = label.trim().chars().take(LABEL_CHARS_MAX).collect();
    if label.is_empty() {
        return refused(&app, &account, "key_label_missing", label).await;
    }
    // With a stolen session alone nobody shall make what outlives it.
    if let Err(code) = confirmed(&app, &account, password).await? {
        return refused(&app, &account, code, label).await;
    }
    let secret = new_secret()?;
    app.0.store.add_api_key(&account, &label, &secret, Some(&account)).await?;
    let lead = texts().keys.new.replace("{label}", &label);
    let new = Some(NewKey { lead, secret });
    Ok(never_kept(keys_page(&app, &account, None, new, String::new()).await?))
}

/// `POST /account/keys/{id}/delete`
pub async fn delete_key(
    State(app): State<App>,
    LoggedIn { account, .. }: LoggedIn,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    only_editors(&account)?;
    let Path(id) = path?;
    if !app.0.store.remove_api_key(&account, &id, Some(&account)).await? {
        return Err(WebError::not_found("not_found"));
    }
    Ok(Redirect::to("/account/keys?done=removed").into_response())
}

/// Programs hand articles over, which is an editor's work.
fn only_editors(account: &Account) -> Result<(), WebError> {
    if account.has(Role::Editor) {
        return Ok(());
    }
    Err(WebError::new(StatusCode::FORBIDDEN, "forbidden"))
}

async fn refused(
    app: &App,
    account: &Account,
    code: &'static str,
    label: String,
) -> Result<Response, WebError> {
    let said = Said { text: message(code, &[]), is_error: true };
    let page = keys_page(app, account, Some(said), None, label).await?;
    let status = match code {
        "too_many_requests" => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, page).into_response())
}

async fn keys_page(
    app: &App,
    account: &Account,
    said: Option<Said>,
    new: Option<NewKey>,
    typed_label: String,
) -> Result<Response, WebError> {
    only_editors(account)?;
    let keys = app.0.store.api_keys(account).await?;
    views::page(&KeysPage {
        frame: views::frame(Some(account)),
        said,
        new,
        keys: keys.into_iter().map(item).collect(),
        name: account.name.clone(),
        typed_label,
    })
}

fn item(key: ApiKey) -> KeyItem {
    let t = &texts().keys;
    let used = key.used.map(|at| t.used.replace("{date}", &views::date(at)));
    KeyItem {
        id: key.id,
        made: t.made.replace("{date}", &views::date(key.created)),
        used: used.unwrap_or_else(|| t.unused.clone()),
        label: if key.label.is_empty() { t.nameless.clone() } else { key.label },
    }
}
