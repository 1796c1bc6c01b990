//! How words were corrected, each time that somebody did: what the machine gets wrong most.

use sqlx::AnyConnection;

use super::{Store, StoreError, new_id, now};
use crate::domain::account::Account;
use crate::domain::ids::{ArticleId, EventId};
use crate::domain::lexicon::LexiconEntry;

impl Store {
    /// Somebody said how words are said: in one article, or in the newsroom's lexicon.
    pub async fn add_correction(
        &self,
        article: Option<ArticleId>,
        entry: &LexiconEntry,
        by: &Account,
    ) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        insert(&mut connection, article, entry, by).await
    }
}

/// The same within what is being written.
pub(super) async fn insert(
    connection: &mut AnyConnection,
    article: Option<ArticleId>,
    entry: &LexiconEntry,
    by: &Account,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO corrections (id, written, spoken, article_id, account_id, created_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new_id::<EventId>().to_string())
    .bind(entry.written())
    .bind(entry.spoken())
    .bind(article.map(|id| id.to_string()).unwrap_or_default())
    .bind(by.id.to_string())
    .bind(now().0)
    .execute(connection)
    .await?;
    Ok(())
}
