//! What the program signs with: random, made at its first use, shared by all processes.

use sqlx::Row;

use super::blobs::hex;
use super::{Store, StoreError, now};

impl Store {
    /// The secret of that name, 256 random bits in hexadecimal digits: always the same.
    pub async fn secret(&self, name: &str) -> Result<String, StoreError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| StoreError::Random(error.to_string()))?;
        sqlx::query(
            "INSERT INTO secrets (name, secret, created_ms) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(hex(&bytes))
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        let query = sqlx::query("SELECT secret FROM secrets WHERE name = $1").bind(name);
        Ok(query.fetch_one(&self.pool).await?.try_get("secret")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_secret_stays_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let made = store.secret("challenge").await.unwrap();
        assert_eq!(made.len(), 64);
        assert_ne!(store.secret("digest").await.unwrap(), made);
        store.close().await;
        let store = Store::open(folder.path()).await.unwrap();
        assert_eq!(store.secret("challenge").await.unwrap(), made);
    }
}
