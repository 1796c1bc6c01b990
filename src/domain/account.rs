//! A person who may log in, and what that person may do.

use super::ids::AccountId;

/// Someone of the newsroom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    /// The login name: lower case ASCII letters, digits, `.`, `-`, `_`.
    pub name: String,
    pub roles: Vec<Role>,
    pub disabled: bool,
}

/// What somebody may do. One person can have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Adds articles and corrects scripts.
    Editor,
    /// Decides on comments.
    Moderator,
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

impl Role {
    pub const ALL: [Self; 2] = [Self::Editor, Self::Moderator];

    pub fn name(self) -> &'static str {
        match self {
            Self::Editor => "editor",
            Self::Moderator => "moderator",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}
