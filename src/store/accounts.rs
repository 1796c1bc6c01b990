//! Accounts, and the secrets by which they are known: sessions and api keys.

use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::blobs::hex;
use super::{Store, StoreError, new_id, now, parse};
use crate::domain::account::{Account, Role};
use crate::domain::ids::AccountId;
use crate::domain::units::Timestamp;

/// Only the hash of a secret is kept: whoever reads the database cannot log in with it.
/// The secrets are 256 random bits, so a fast hash without salt is enough.
fn secret_hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

impl Store {
    /// Adds an account. `password_hash` is a PHC string.
    pub async fn add_account(
        &self,
        name: &str,
        password_hash: &str,
        roles: &[Role],
    ) -> Result<AccountId, StoreError> {
        let id: AccountId = new_id();
        let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        let done = sqlx::query(
            "INSERT INTO accounts (id, name, password_hash, roles, created_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(name)
        .bind(password_hash)
        .bind(names.join(" "))
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NameTaken(name.to_owned()));
        }
        Ok(id)
    }

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

    /// Changes a password and ends every session that was opened with the old one.
    pub async fn set_password(&self, id: AccountId, hash: &str) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("UPDATE accounts SET password_hash = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(hash)
            .execute(&mut *write)
            .await?;
        sqlx::query("DELETE FROM sessions WHERE account_id = $1")
            .bind(id.to_string())
            .execute(&mut *write)
            .await?;
        Ok(write.commit().await?)
    }

    /// Locks an account out, its sessions and api keys included, or lets it in again.
    pub async fn set_disabled(&self, id: AccountId, disabled: bool) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET disabled = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(i64::from(disabled))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

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

    pub async fn add_api_key(&self, id: AccountId, secret: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO api_keys (secret_hash, account_id, created_ms) VALUES ($1, $2, $3)",
        )
        .bind(secret_hash(secret))
        .bind(id.to_string())
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub async fn account_of_api_key(&self, secret: &str) -> Result<Option<Account>, StoreError> {
        let query = sqlx::query(
            "SELECT accounts.* FROM accounts JOIN api_keys ON api_keys.account_id = accounts.id
             WHERE secret_hash = $1 AND disabled = 0",
        );
        let row = query.bind(secret_hash(secret)).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }
}

fn account(row: &AnyRow) -> Result<Account, StoreError> {
    let roles: String = row.try_get("roles")?;
    let role = |name: &str| {
        Role::from_name(name).ok_or_else(|| StoreError::Corrupt(format!("role {name:?}")))
    };
    Ok(Account {
        id: parse(row, "id")?,
        name: row.try_get("name")?,
        roles: roles.split_whitespace().map(role).collect::<Result<_, _>>()?,
        disabled: row.try_get::<i64, _>("disabled")? != 0,
    })
}
