//! Keys by which programs act for an account.

use serde_json::json;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::account_changes::{By, note};
use super::accounts::{account, secret_hash};
use super::{Store, StoreError, now};
use crate::domain::account::Account;
use crate::domain::units::Timestamp;

/// What is done to keys, as the log names it.
const MADE: &str = "account.key";
const REMOVED: &str = "account.key_removed";

/// How long it is not written down again that a key is used, in milliseconds: not every request should wait for the
/// disk.
const USED_EVERY_MS: i64 = 60_000;

/// A key without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: String,
    /// What its owner calls it; empty where nobody said.
    pub label: String,
    pub created: Timestamp,
    /// To the minute.
    pub used: Option<Timestamp>,
}

impl Store {
    /// The keys of an account, oldest first.
    pub async fn api_keys(&self, account: &Account) -> Result<Vec<ApiKey>, StoreError> {
        let query =
            sqlx::query("SELECT * FROM api_keys WHERE account_id = $1 ORDER BY created_ms, id");
        let rows = query.bind(account.id.to_string()).fetch_all(&self.pool).await?;
        rows.iter().map(api_key).collect()
    }

    /// Adds an api key to an account.
    pub async fn add_api_key(
        &self,
        account: &Account,
        label: &str,
        secret: &str,
        by: By<'_>,
    ) -> Result<(), StoreError> {
        let hash = secret_hash(secret);
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO api_keys (secret_hash, account_id, created_ms, id, label)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(&hash)
        .bind(account.id.to_string())
        .bind(now().0)
        // As the keys of older versions have it.
        .bind(&hash[..16])
        .bind(label)
        .execute(&mut *write)
        .await?;
        note(&mut write, by, MADE, &account.name, json!({ "label": label })).await?;
        Ok(write.commit().await?)
    }

    /// Takes a key away from an account; false when it has no such key.
    pub async fn remove_api_key(
        &self,
        account: &Account,
        id: &str,
        by: By<'_>,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let row =
            sqlx::query("DELETE FROM api_keys WHERE account_id = $1 AND id = $2 RETURNING label")
                .bind(account.id.to_string())
                .bind(id)
                .fetch_optional(&mut *write)
                .await?;
        let Some(row) = row else { return Ok(false) };
        let label: String = row.try_get("label")?;
        note(&mut write, by, REMOVED, &account.name, json!({ "label": label })).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Whose key this is, if the account is not disabled; remembers that it was used.
    pub async fn account_of_api_key(&self, secret: &str) -> Result<Option<Account>, StoreError> {
        let hash = secret_hash(secret);
        let query = sqlx::query(
            "SELECT accounts.*, api_keys.used_ms FROM accounts
             JOIN api_keys ON api_keys.account_id = accounts.id
             WHERE secret_hash = $1 AND disabled = 0",
        );
        let row = query.bind(&hash).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        let (used, now): (Option<i64>, i64) = (row.try_get("used_ms")?, now().0);
        if used.is_none_or(|used| now - used > USED_EVERY_MS) {
            let update = sqlx::query("UPDATE api_keys SET used_ms = $2 WHERE secret_hash = $1");
            update.bind(&hash).bind(now).execute(&self.pool).await?;
        }
        account(&row).map(Some)
    }
}

fn api_key(row: &AnyRow) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: row.try_get("id")?,
        label: row.try_get("label")?,
        created: Timestamp(row.try_get("created_ms")?),
        used: row.try_get::<Option<i64>, _>("used_ms")?.map(Timestamp),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{moderator, open};

    #[tokio::test]
    async fn a_key_is_its_owners_until_it_is_taken_away() {
        let (_folder, store, _) = open().await;
        let lan = moderator(&store).await;
        store.add_account("minh", "hash", &[], None).await.unwrap();
        let minh = store.account_named("minh").await.unwrap().unwrap().0;
        store.add_api_key(&lan, "Trang web", "bí mật", Some(&lan)).await.unwrap();
        let key = store.api_keys(&lan).await.unwrap().remove(0);
        assert_eq!((key.label.as_str(), key.used), ("Trang web", None));
        assert_eq!(store.account_of_api_key("bí mật").await.unwrap(), Some(lan.clone()));
        let used = store.api_keys(&lan).await.unwrap()[0].used;
        assert!(used.is_some());
        // Within the same minute nothing is written.
        let before = Timestamp(now().0 - 1_000);
        let set = sqlx::query("UPDATE api_keys SET used_ms = $1").bind(before.0);
        set.execute(&store.pool).await.unwrap();
        store.account_of_api_key("bí mật").await.unwrap();
        assert_eq!(store.api_keys(&lan).await.unwrap()[0].used, Some(before));
        assert!(!store.remove_api_key(&minh, &key.id, Some(&minh)).await.unwrap());
        assert!(store.remove_api_key(&lan, &key.id, Some(&lan)).await.unwrap());
        assert_eq!(store.account_of_api_key("bí mật").await.unwrap(), None);
        let records = store.audit_of("lan").await.unwrap();
        let said: Vec<_> = records.iter().map(|record| record.action.as_str()).collect();
        assert_eq!(said, ["account.added", MADE, REMOVED]);
        assert!(records[2].detail.contains("Trang web"));
    }
}
