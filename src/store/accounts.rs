//! Accounts, and the secrets by which they are known: sessions and api keys.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::blobs::hex;
use super::{Store, StoreError, now, parse};
use crate::domain::account::{Account, Role};
use crate::domain::ids::AccountId;
use crate::domain::units::Timestamp;

/// Only the hash of a secret is kept: whoever reads the database cannot log in with it.
/// The secrets are 256 random bits, so a fast hash without salt is enough.
pub(super) fn secret_hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

impl Store {
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let query = sqlx::query("SELECT * FROM accounts ORDER BY name");
        query.fetch_all(&self.pool).await?.iter().map(account).collect()
    }

    /// The account of that name with its password hash.
    pub async fn account_named(&self, name: &str) -> Result<Option<(Account, String)>, StoreError> {
        let query = sqlx::query("SELECT * FROM accounts WHERE name = $1").bind(name);
        let Some(row) = query.fetch_optional(&self.pool).await? else { return Ok(None) };
        Ok(Some((account(&row)?, row.try_get("password_hash")?)))
    }

    /// Begins a session, and remembers that the account was used.
    pub async fn open_session(
        &self,
        id: AccountId,
        secret: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE expires_ms < $1")
            .bind(now().0)
            .execute(&mut *write)
            .await?;
        sqlx::query(
            "INSERT INTO sessions (secret_hash, account_id, expires_ms) VALUES ($1, $2, $3)",
        )
        .bind(secret_hash(secret))
        .bind(id.to_string())
        .bind(expires.0)
        .execute(&mut *write)
        .await?;
        sqlx::query("UPDATE accounts SET last_login_ms = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(now().0)
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    pub async fn close_session(&self, secret: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE secret_hash = $1")
            .bind(secret_hash(secret))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whose session this is, if it still runs and the account is not disabled.
    pub async fn account_of_session(&self, secret: &str) -> Result<Option<Account>, StoreError> {
        let query = sqlx::query(
            "SELECT accounts.* FROM accounts JOIN sessions ON sessions.account_id = accounts.id
             WHERE secret_hash = $1 AND expires_ms > $2 AND disabled = 0",
        );
        let row = query.bind(secret_hash(secret)).bind(now().0).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }
}

pub(super) fn account(row: &AnyRow) -> Result<Account, StoreError> {
    let roles: String = row.try_get("roles")?;
    let role = |name: &str| {
        Role::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("role {name:?}")))
    };
    Ok(Account {
        id: parse(row, "id")?,
        name: row.try_get("name")?,
        roles: roles.split_whitespace().map(role).collect::<Result<_, _>>()?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
        has_totp: row.try_get::<Option<String>, _>("totp_secret")?.is_some(),
        last_login: row.try_get::<Option<i64>, _>("last_login_ms")?.map(Timestamp),
    })
}
