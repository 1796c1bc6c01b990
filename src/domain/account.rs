//! A person who may log in, and what that person may do.

use super::ids::AccountId;
use super::units::Timestamp;

/// Someone of the newsroom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// The login name: lower case ASCII letters, digits, `.`, `-`, `_`.
    pub name: String,
    pub roles: Vec<Role>,
    pub disabled: bool,
    /// A one-time code is asked for after the password.
    pub has_totp: bool,
    pub last_login: Option<Timestamp>,
}

/// Who does something.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// Somebody who has logged in.
    Account(&'a Account),
    /// A moderator who followed a link in a letter to this address.
    Mail(&'a str),
}

/// What somebody may do. One person can have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Adds articles and corrects scripts.
    Editor,
    /// Decides on comments.
    Moderator,
    /// Says who may log in, and what they may do.
    Administrator,
}

impl Account {
    pub fn has(&self, role: Role) -> bool {
        !self.disabled && self.roles.contains(&role)
    }

    /// The login name in its canonical form, or `None` if it cannot be one.
    pub fn canonical_name(typed: &str) -> Option<String> {
        let name = typed.trim().to_ascii_lowercase();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let fits = (1..=40).contains(&name.len()) && name.chars().all(plain);
        fits.then_some(name)
    }
}

impl<'a> From<&'a Account> for Actor<'a> {
    fn from(account: &'a Account) -> Self {
        Self::Account(account)
    }
}

impl Actor<'_> {
    /// How the audit log names it.
    pub fn name(self) -> String {
        match self {
            Self::Account(account) => account.name.clone(),
            Self::Mail(address) => mail_name(address),
        }
    }
}

/// How the audit log names whoever got a letter at an address. No account has a name with a colon.
pub fn mail_name(address: &str) -> String {
    format!("mail:{address}")
}

impl Role {
    pub const ALL: [Self; 3] = [Self::Editor, Self::Moderator, Self::Administrator];

    pub fn name(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Moderator => "moderator",
            Self::Administrator => "administrator",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
