//! Passwords: hashed with Argon2id (RFC 9106), compared where no request waits.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};

use crate::domain::account::Account;

/// Shortest password, in characters (NIST SP 800-63B asks for at least 8).
pub const PASSWORD_LENGTH_MIN: usize = 8;

/// The PHC string of a password.
pub fn hash(password: &str) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
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
        let mut account =
            Account { id, name: "lan".into(), roles: vec![Role::Editor], disabled: false };
        let known = |account: &Account| Some((account.clone(), stored.clone()));
        assert!(check(known(&account), "đúng là nó".into()).await.is_some());
        assert!(check(known(&account), "sai".into()).await.is_none());
        assert!(check(None, "đúng là nó".into()).await.is_none());
        account.disabled = true;
        assert!(check(known(&account), "đúng là nó".into()).await.is_none());
    }
}
