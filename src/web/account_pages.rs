//! The pages about accounts: logging in, one's own account, everybody's.

use askama::Template;

use super::assets;
use super::pages::Frame;
use super::totp::QrCode;

#[derive(Template)]
#[template(path = "login.html")]
pub struct LoginPage {
    pub frame: Frame,
    pub error: Option<String>,
    pub name: String,
    /// Where to go afterwards: a path of ours.
    pub next: String,
    /// No account exists yet: say how to make the first.
    pub no_accounts: bool,
}

/// What is asked for after the password.
#[derive(Template)]
#[template(path = "login_code.html")]
pub struct LoginCodePage {
    pub frame: Frame,
    pub error: Option<String>,
    pub next: String,
}

/// What was just done, or why it was not.
pub struct Said {
    pub text: String,
    pub is_error: bool,
}

#[derive(Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub name: String,
    /// In words, apart by commas.
    pub roles: String,
    pub has_totp: bool,
    /// Whether it is on, and how many recovery codes are left.
    pub totp_state: String,
    pub password_hint: String,
}

/// A secret that is to be put into an app, and the first code that confirms it.
#[derive(Template)]
#[template(path = "account_totp.html")]
pub struct TotpPage {
    pub frame: Frame,
    pub error: Option<String>,
    /// In groups of four letters.
    pub secret: String,
    /// otpauth://
    pub link: String,
    pub qr_code: Option<QrCode>,
}

/// Recovery codes: shown this once.
#[derive(Template)]
#[template(path = "account_codes.html")]
pub struct CodesPage {
    pub frame: Frame,
    pub lead: &'static str,
    pub codes: Vec<String>,
}

/// A role that can be ticked.
pub struct RoleBox {
    pub name: &'static str,
    pub text: &'static str,
    pub is_ticked: bool,
}

/// An account in the administrators' list.
pub struct AccountItem {
    pub id: String,
    pub name: String,
    pub roles: String,
    pub boxes: Vec<RoleBox>,
    pub is_disabled: bool,
    pub has_totp: bool,
    /// When it was last used, in words.
    pub last_login: String,
    /// It is the one who looks.
    pub is_own: bool,
    /// What can be changed is open: something was just refused.
    pub is_open: bool,
}

/// A password that was made up: shown this once.
pub struct MadeUp {
    pub lead: String,
    pub password: String,
}

#[derive(Template)]
#[template(path = "accounts.html")]
pub struct AccountsPage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub made_up: Option<MadeUp>,
    pub accounts: Vec<AccountItem>,
    /// What was typed for a new account that was refused.
    pub typed_name: String,
    pub boxes: Vec<RoleBox>,
    pub is_adding: bool,
    pub password_hint: String,
}
