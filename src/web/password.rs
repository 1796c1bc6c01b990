//! Passwords: hashed with Argon2id (RFC 9106), compared where no request waits.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use axum::http::StatusCode;

use super::error::WebError;
use crate::domain::account::Account;

/// Shortest password, in characters (NIST SP 800-63B asks for at least 8).
pub const PASSWORD_LENGTH_MIN: usize = 8;

/// The PHC string of a password.
pub fn hash(password: &str) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// A password for somebody who is to get one: 80 random bits, far more than anybody can try against
/// Argon2id.
pub fn made_up() -> Result<String, getrandom::Error> {
    Ok(super::new_secret()?.chars().take(20).collect())
}

/// Whether a password is long enough, in characters as they are typed.
pub fn is_long_enough(password: &str) -> bool {
    password.chars().count() >= PASSWORD_LENGTH_MIN
}

/// Hashes a password where no request waits.
pub async fn hash_aside(password: String) -> Result<String, WebError> {
    let hashed = tokio::task::spawn_blocking(move || hash(&password).ok()).await;
    let failed = || WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal");
    hashed.ok().flatten().ok_or_else(failed)
}

/// The account, if the password is its own and it is not disabled. Takes the same time whether the
/// account exists or not, so that nobody can find out names by measuring.
pub async fn check(known: Option<(Account, String)>, password: String) -> Option<Account> {
    let compare = move || match known {
        Some((account, stored)) => {
            let right = PasswordHash::new(&stored).is_ok_and(|stored| {
                Argon2::default().verify_password(password.as_bytes(), &stored).is_ok()
            });
            (right && !account.disabled).then_some(account)
        }
        None => {
            let _ = hash(&password);
            None
        }
    };
    tokio::task::spawn_blocking(compare).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::AccountId;

    #[tokio::test]
    async fn only_the_right_password_of_a_living_account_passes() {
        let stored = hash("đúng là nó").unwrap();
        let id: AccountId = "0198f0c2-7a52-7c11-9d6e-2f6b1c1d0a01".parse().unwrap();
        let mut account = Account {
            id,
            name: "lan".into(),
            roles: vec![Role::Editor],
            disabled: false,
            has_totp: false,
            last_login: None,
        };
        let known = |account: &Account| Some((account.clone(), stored.clone()));
        assert!(check(known(&account), "đúng là nó".into()).await.is_some());
        assert!(check(known(&account), "sai".into()).await.is_none());
        assert!(check(None, "đúng là nó".into()).await.is_none());
        account.disabled = true;
        assert!(check(known(&account), "đúng là nó".into()).await.is_none());
    }
}
