//! One-time codes, recovery codes, and logins that wait for one of them.

use serde_json::json;
use sqlx::{AnyConnection, Row};

use super::account_changes::{By, Changed, find, note};
use super::accounts::{account, secret_hash};
use super::{Store, StoreError, now};
use crate::domain::account::Account;
use crate::domain::ids::AccountId;
use crate::domain::units::Timestamp;

/// What is done to a second factor, as the log names it.
const ON: &str = "account.totp_on";
const OFF: &str = "account.totp_off";
const CODES: &str = "account.recovery_codes";
const CODE_USED: &str = "account.recovery_code_used";

impl Store {
    /// Keeps a secret that its owner has yet to confirm. The one that is in use stays.
    pub async fn offer_totp(&self, id: AccountId, secret: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE accounts SET totp_offered = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(secret)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The secret that waits to be confirmed.
    pub async fn totp_offered(&self, id: AccountId) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT totp_offered FROM accounts WHERE id = $1");
        let row = query.bind(id.to_string()).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("totp_offered")).transpose()?.flatten())
    }

    /// The secret that is in use.
    pub async fn totp_secret(&self, id: AccountId) -> Result<Option<String>, StoreError> {
        let query = sqlx::query("SELECT totp_secret FROM accounts WHERE id = $1");
        let row = query.bind(id.to_string()).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.try_get("totp_secret")).transpose()?.flatten())
    }

    /// From now on a code is asked for. `step` is that of the code which confirmed the secret. Says
    /// whether this very secret was still on offer.
    pub async fn turn_totp_on(
        &self,
        owner: &Account,
        secret: &str,
        step: i64,
        codes: &[String],
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "UPDATE accounts SET totp_secret = $2, totp_step = $3, totp_offered = NULL
             WHERE id = $1 AND totp_offered = $2 AND totp_secret IS NULL",
        )
        .bind(owner.id.to_string())
        .bind(secret)
        .bind(step)
        .execute(&mut *write)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        replace_codes(&mut write, owner.id, codes).await?;
        note(&mut write, Some(owner), ON, &owner.name, json!({})).await?;
        write.commit().await?;
        Ok(true)
    }

    /// The password is enough again.
    pub async fn turn_totp_off(&self, id: AccountId, by: By<'_>) -> Result<Changed, StoreError> {
        let mut write = self.write().await?;
        let Some(known) = find(&mut write, id).await? else { return Ok(Changed::Unknown) };
        if !known.has_totp {
            return Ok(Changed::Done);
        }
        sqlx::query(
            "UPDATE accounts SET totp_secret = NULL, totp_offered = NULL, totp_step = 0
             WHERE id = $1",
        )
        .bind(id.to_string())
        .execute(&mut *write)
        .await?;
        replace_codes(&mut write, id, &[]).await?;
        note(&mut write, by, OFF, &known.name, json!({})).await?;
        write.commit().await?;
        Ok(Changed::Done)
    }

    /// Counts the code of a time step as used. Says whether it was good: none of that step or of a later
    /// one has been used before.
    pub async fn use_totp_step(&self, id: AccountId, step: i64) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE accounts SET totp_step = $2
             WHERE id = $1 AND totp_step < $2 AND totp_secret IS NOT NULL",
        );
        let done = query.bind(id.to_string()).bind(step).execute(&self.pool).await?;
        Ok(done.rows_affected() == 1)
    }

    /// New recovery codes in place of all old ones.
    pub async fn set_recovery_codes(
        &self,
        owner: &Account,
        codes: &[String],
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        replace_codes(&mut write, owner.id, codes).await?;
        note(&mut write, Some(owner), CODES, &owner.name, json!({})).await?;
        Ok(write.commit().await?)
    }

    /// How many recovery codes are left.
    pub async fn recovery_codes_left(&self, id: AccountId) -> Result<u64, StoreError> {
        let query =
            sqlx::query("SELECT COUNT(*) AS codes FROM recovery_codes WHERE account_id = $1");
        super::unsigned(&query.bind(id.to_string()).fetch_one(&self.pool).await?, "codes")
    }

    /// Uses a recovery code up. Says whether it was good.
    pub async fn use_recovery_code(&self, owner: &Account, code: &str) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let query =
            sqlx::query("DELETE FROM recovery_codes WHERE account_id = $1 AND code_hash = $2");
        let query = query.bind(owner.id.to_string()).bind(secret_hash(code));
        if query.execute(&mut *write).await?.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut write, Some(owner), CODE_USED, &owner.name, json!({})).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Remembers that somebody's password was right and that a code is awaited.
    pub async fn open_pending(
        &self,
        id: AccountId,
        secret: &str,
        expires: Timestamp,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM pending_logins WHERE expires_ms < $1")
            .bind(now().0)
            .execute(&mut *write)
            .await?;
        sqlx::query(
            "INSERT INTO pending_logins (secret_hash, account_id, expires_ms) VALUES ($1, $2, $3)",
        )
        .bind(secret_hash(secret))
        .bind(id.to_string())
        .bind(expires.0)
        .execute(&mut *write)
        .await?;
        Ok(write.commit().await?)
    }

    /// Whose login this is, if it still waits.
    pub async fn account_of_pending(&self, secret: &str) -> Result<Option<Account>, StoreError> {
        let query = sqlx::query(
            "SELECT accounts.* FROM accounts
             JOIN pending_logins ON pending_logins.account_id = accounts.id
             WHERE secret_hash = $1 AND expires_ms > $2 AND disabled = 0",
        );
        let row = query.bind(secret_hash(secret)).bind(now().0).fetch_optional(&self.pool).await?;
        row.as_ref().map(account).transpose()
    }

    /// Ends the wait. Says whether it was still on: of two that come at once only one goes on.
    pub async fn close_pending(&self, secret: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM pending_logins WHERE secret_hash = $1");
        let done = query.bind(secret_hash(secret)).execute(&self.pool).await?;
        Ok(done.rows_affected() == 1)
    }
}

async fn replace_codes(
    connection: &mut AnyConnection,
    id: AccountId,
    codes: &[String],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM recovery_codes WHERE account_id = $1")
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    for code in codes {
        sqlx::query("INSERT INTO recovery_codes (account_id, code_hash) VALUES ($1, $2)")
            .bind(id.to_string())
            .bind(secret_hash(code))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;

    async fn lan() -> (tempfile::TempDir, Store, Account) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        store.add_account("lan", "hash", &[Role::Editor], None).await.unwrap();
        let lan = store.account_named("lan").await.unwrap().unwrap().0;
        (folder, store, lan)
    }

    #[tokio::test]
    async fn a_time_step_and_a_recovery_code_are_good_once() {
        let (_folder, store, lan) = lan().await;
        let codes = ["mot".to_owned(), "hai".to_owned()];
        assert!(!store.turn_totp_on(&lan, "00ff", 7, &codes).await.unwrap());
        store.offer_totp(lan.id, "00ff").await.unwrap();
        assert!(!store.turn_totp_on(&lan, "0000", 7, &codes).await.unwrap());
        assert!(store.turn_totp_on(&lan, "00ff", 7, &codes).await.unwrap());
        assert_eq!(store.totp_secret(lan.id).await.unwrap().as_deref(), Some("00ff"));
        // The code that confirmed the secret is used up, and so are those before it.
        for (step, is_good) in [(6, false), (7, false), (8, true), (8, false), (7, false)] {
            assert_eq!(store.use_totp_step(lan.id, step).await.unwrap(), is_good, "{step}");
        }
        assert!(store.use_recovery_code(&lan, "mot").await.unwrap());
        assert!(!store.use_recovery_code(&lan, "mot").await.unwrap());
        assert_eq!(store.recovery_codes_left(lan.id).await.unwrap(), 1);
        // Another secret cannot be slipped in while one is in use.
        store.offer_totp(lan.id, "1111").await.unwrap();
        assert!(!store.turn_totp_on(&lan, "1111", 9, &codes).await.unwrap());
        assert_eq!(store.turn_totp_off(lan.id, Some(&lan)).await.unwrap(), Changed::Done);
        assert!(!store.use_totp_step(lan.id, 99).await.unwrap());
        assert!(!store.use_recovery_code(&lan, "hai").await.unwrap());
        assert!(store.verify_audit().await.unwrap().faults.is_empty());
    }

    #[tokio::test]
    async fn a_login_waits_for_a_while_and_goes_on_once() {
        let (_folder, store, lan) = lan().await;
        let (past, soon) = (Timestamp(now().0 - 1), Timestamp(now().0 + 60_000));
        store.open_pending(lan.id, "late", past).await.unwrap();
        assert!(store.account_of_pending("late").await.unwrap().is_none());
        store.open_pending(lan.id, "waiting", soon).await.unwrap();
        assert_eq!(store.account_of_pending("waiting").await.unwrap().unwrap().id, lan.id);
        assert!(store.close_pending("waiting").await.unwrap());
        assert!(!store.close_pending("waiting").await.unwrap());
        assert!(store.account_of_pending("waiting").await.unwrap().is_none());
        store.open_pending(lan.id, "disabled", soon).await.unwrap();
        store.set_disabled(lan.id, true, None).await.unwrap();
        assert!(store.account_of_pending("disabled").await.unwrap().is_none());
    }
}
