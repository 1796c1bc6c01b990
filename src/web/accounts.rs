//! Everybody's accounts, for administrators: who may log in, and what each may do.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::account::never_kept;
use super::account_pages::{AccountItem, AccountsPage, MadeUp, RoleBox, Said};
use super::auth::Administrator;
use super::error::{WebError, message};
use super::texts::texts;
use super::{App, password, views};
use crate::domain::account::{Account, Role};
use crate::domain::ids::AccountId;
use crate::store::{Changed, StoreError};

#[derive(Deserialize)]
pub struct DoneQuery {
    /// What was just done, before a redirect, and to whom.
    #[serde(default)]
    done: String,
    #[serde(default)]
    name: String,
}

/// The boxes of roles: one that is ticked is there.
#[derive(Deserialize)]
pub struct RolesForm {
    editor: Option<String>,
    moderator: Option<String>,
    administrator: Option<String>,
}

#[derive(Deserialize)]
pub struct AccountForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    editor: Option<String>,
    moderator: Option<String>,
    administrator: Option<String>,
}

#[derive(Deserialize)]
pub struct PasswordForm {
    /// Empty: one is made up.
    #[serde(default)]
    password: String,
}

#[derive(Deserialize)]
pub struct StateForm {
    /// "disable" or "enable".
    decision: String,
}

/// What the page shows besides the accounts.
#[derive(Default)]
struct Told {
    said: Option<Said>,
    made_up: Option<MadeUp>,
    /// The account whose change was refused.
    open: Option<AccountId>,
    /// The new account that was refused.
    typed: Option<(String, Vec<Role>)>,
}

/// `GET /accounts`
pub async fn list_accounts(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, name }) = query?;
    let t = &texts().accounts;
    let text = match done.as_str() {
        "added" => Some(&t.done_added),
        "roles" => Some(&t.done_roles),
        "disabled" => Some(&t.done_disabled),
        "enabled" => Some(&t.done_enabled),
        "password" => Some(&t.done_password),
        "totp_off" => Some(&t.done_totp_off),
        _ => None,
    };
    let name = Account::canonical_name(&name);
    let said = text.zip(name).map(|(text, name)| text.replace("{name}", &name));
    let said = said.map(|text| Said { text, is_error: false });
    accounts_page(&app, &administrator, Told { said, ..Told::default() }).await
}

/// `POST /accounts`
pub async fn create_account(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    form: Result<Form<AccountForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(AccountForm { name: typed, password, editor, moderator, administrator: all }) = form?;
    let roles = RolesForm { editor, moderator, administrator: all }.roles();
    let refused = async |code| {
        let told = Told { typed: Some((typed.clone(), roles.clone())), ..refusal(code) };
        let page = accounts_page(&app, &administrator, told).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let Some(name) = Account::canonical_name(&typed) else {
        return refused("account_name_invalid").await;
    };
    if roles.is_empty() {
        return refused("account_roles_missing").await;
    }
    let Some(new) = NewPassword::of(password)? else {
        return refused("password_too_short").await;
    };
    let hash = password::hash_aside(new.password.clone()).await?;
    match app.0.store.add_account(&name, &hash, &roles, Some(&administrator)).await {
        Err(StoreError::NameTaken(_)) => return refused("account_name_taken").await,
        added => added?,
    };
    let lead = &texts().accounts.made_up_added;
    new.told(&app, &administrator, &name, "added", lead).await
}

/// `POST /accounts/{id}/roles`
pub async fn update_roles(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<RolesForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (known, Form(form)) = (named(&app, path).await?, form?);
    let roles = form.roles();
    if roles.is_empty() {
        return refused(&app, &administrator, &known, "account_roles_missing").await;
    }
    let changed = app.0.store.set_roles(known.id, &roles, Some(&administrator)).await?;
    after(&app, &administrator, &known, changed, "roles").await
}

/// `POST /accounts/{id}/state`
pub async fn update_state(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<StateForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (known, Form(StateForm { decision })) = (named(&app, path).await?, form?);
    let (disabled, done) = match decision.as_str() {
        "disable" => (true, "disabled"),
        "enable" => (false, "enabled"),
        _ => return Err(WebError::bad_request()),
    };
    let changed = app.0.store.set_disabled(known.id, disabled, Some(&administrator)).await?;
    after(&app, &administrator, &known, changed, done).await
}

/// `POST /accounts/{id}/password`
pub async fn update_password(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<PasswordForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (known, Form(PasswordForm { password })) = (named(&app, path).await?, form?);
    // One's own asks for the old one first.
    if known.id == administrator.id {
        return refused(&app, &administrator, &known, "account_own_page").await;
    }
    let Some(new) = NewPassword::of(password)? else {
        return refused(&app, &administrator, &known, "password_too_short").await;
    };
    let hash = password::hash_aside(new.password.clone()).await?;
    let store = &app.0.store;
    match store.set_password(known.id, &hash, None, Some(&administrator)).await? {
        Changed::Done => {
            let lead = &texts().accounts.made_up_password;
            new.told(&app, &administrator, &known.name, "password", lead).await
        }
        changed => after(&app, &administrator, &known, changed, "password").await,
    }
}

/// `POST /accounts/{id}/totp`: switches somebody's one-time codes off, who has lost the telephone.
pub async fn delete_totp(
    State(app): State<App>,
    Administrator(administrator): Administrator,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let known = named(&app, path).await?;
    if known.id == administrator.id {
        return refused(&app, &administrator, &known, "account_own_page").await;
    }
    let changed = app.0.store.turn_totp_off(known.id, Some(&administrator)).await?;
    after(&app, &administrator, &known, changed, "totp_off").await
}

/// A password for somebody else.
struct NewPassword {
    password: String,
    is_made_up: bool,
}

impl NewPassword {
    /// The one that is typed, or one that is made up where none is; `None` if it is too short.
    fn of(typed: String) -> Result<Option<Self>, WebError> {
        if typed.is_empty() {
            return Ok(Some(Self { password: password::made_up()?, is_made_up: true }));
        }
        let new = Self { password: typed, is_made_up: false };
        Ok(password::is_long_enough(&new.password).then_some(new))
    }

    /// Where the change leads. A password that was made up is in no address, so it is shown at once and
    /// not after a redirect.
    async fn told(
        self,
        app: &App,
        administrator: &Account,
        name: &str,
        done: &str,
        lead: &str,
    ) -> Result<Response, WebError> {
        if !self.is_made_up {
            return Ok(done_redirect(done, name));
        }
        let made_up = MadeUp { lead: lead.replace("{name}", name), password: self.password };
        let told = Told { made_up: Some(made_up), ..Told::default() };
        Ok(never_kept(accounts_page(app, administrator, told).await?))
    }
}

impl RolesForm {
    fn roles(&self) -> Vec<Role> {
        let ticked = |role: &Role| match role {
            Role::Editor => self.editor.is_some(),
            Role::Moderator => self.moderator.is_some(),
            Role::Administrator => self.administrator.is_some(),
        };
        Role::ALL.into_iter().filter(ticked).collect()
    }
}

/// What an account may do, in words.
pub fn role_names(account: &Account) -> String {
    let names: Vec<&str> = account.roles.iter().map(|role| role_name(*role)).collect();
    names.join(", ")
}

fn role_name(role: Role) -> &'static str {
    texts().roles.get(role.name()).map_or("", String::as_str)
}

async fn named(app: &App, path: Result<Path<String>, PathRejection>) -> Result<Account, WebError> {
    let Path(id) = path?;
    let accounts = app.0.store.accounts().await?;
    let known = accounts.into_iter().find(|account| account.id.to_string() == id);
    known.ok_or_else(|| WebError::not_found("account_not_found"))
}

/// Where a change leads.
async fn after(
    app: &App,
    administrator: &Account,
    known: &Account,
    changed: Changed,
    done: &str,
) -> Result<Response, WebError> {
    match changed {
        Changed::Done => Ok(done_redirect(done, &known.name)),
        Changed::Unknown => Err(WebError::not_found("account_not_found")),
        Changed::LastAdministrator => {
            refused(app, administrator, known, "account_last_administrator").await
        }
        Changed::Oneself => refused(app, administrator, known, "account_oneself").await,
    }
}

fn done_redirect(done: &str, name: &str) -> Response {
    Redirect::to(&format!("/accounts?done={done}&name={name}")).into_response()
}

async fn refused(
    app: &App,
    administrator: &Account,
    known: &Account,
    code: &'static str,
) -> Result<Response, WebError> {
    let told = Told { open: Some(known.id), ..refusal(code) };
    let page = accounts_page(app, administrator, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn refusal(code: &'static str) -> Told {
    let text = message(code, &[("min", &password::PASSWORD_LENGTH_MIN.to_string())]);
    Told { said: Some(Said { text, is_error: true }), ..Told::default() }
}

async fn accounts_page(
    app: &App,
    administrator: &Account,
    told: Told,
) -> Result<Response, WebError> {
    let accounts = app.0.store.accounts().await?;
    let is_adding = told.typed.is_some();
    let (typed_name, typed_roles) = told.typed.unwrap_or_default();
    views::page(&AccountsPage {
        frame: views::frame(Some(administrator)),
        said: told.said,
        made_up: told.made_up,
        accounts: accounts.iter().map(|known| item(known, administrator, told.open)).collect(),
        typed_name,
        boxes: boxes(&typed_roles),
        is_adding,
        password_hint: texts()
            .accounts
            .password_hint
            .replace("{min}", &password::PASSWORD_LENGTH_MIN.to_string()),
    })
}

fn item(known: &Account, administrator: &Account, open: Option<AccountId>) -> AccountItem {
    let t = &texts().accounts;
    let last_login = known.last_login.map(|at| t.last_login.replace("{date}", &views::date(at)));
    AccountItem {
        id: known.id.to_string(),
        name: known.name.clone(),
        roles: role_names(known),
        boxes: boxes(&known.roles),
        is_disabled: known.disabled,
        has_totp: known.has_totp,
        last_login: last_login.unwrap_or_else(|| t.never_logged_in.clone()),
        is_own: known.id == administrator.id,
        is_open: open == Some(known.id),
    }
}

fn boxes(ticked: &[Role]) -> Vec<RoleBox> {
    let of = |role: Role| RoleBox {
        name: role.name(),
        text: role_name(role),
        is_ticked: ticked.contains(&role),
    };
    Role::ALL.into_iter().map(of).collect()
}
