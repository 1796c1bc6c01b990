//! Doubts that an editor has looked at: in one article, or for ever.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError, now, places};
use crate::domain::account::Account;
use crate::domain::attention::Settled;
use crate::domain::ids::ArticleId;
use crate::domain::note::NoteKind;

impl Store {
    /// What nobody need look at any more in an article, or (`None`) in one that nobody knows yet. A kind that this
    /// version of the program does not know is left out.
    pub async fn settled(&self, article: Option<ArticleId>) -> Result<Settled, StoreError> {
        let article: Vec<String> = article.iter().map(ToString::to_string).collect();
        Ok(self.settled_among(&article).await?.into_values().flatten().collect())
    }

    /// What nobody need look at in several articles, each for itself, and (`None`) everywhere.
    pub(super) async fn settled_among(
        &self,
        articles: &[String],
    ) -> Result<HashMap<Option<ArticleId>, Settled>, StoreError> {
        let sql = format!(
            "SELECT article_id, kind, subject FROM attention WHERE article_id IN ({})",
            places(articles.len() + 1)
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind("");
        let query = articles.iter().fold(query, |query, id| query.bind(id));
        let mut settled: HashMap<Option<ArticleId>, Settled> = HashMap::new();
        for row in query.fetch_all(&self.pool).await? {
            let place = row.try_get::<String, _>("article_id")?.parse().ok();
            if let Some(kind) = NoteKind::from_name(&row.try_get::<String, _>("kind")?) {
                settled.entry(place).or_default().insert((kind, row.try_get("subject")?));
            }
        }
        Ok(settled)
    }

    /// An editor has looked at a doubt and nothing is wrong: in this article, or (`None`) wherever it comes up.
    pub async fn settle(
        &self,
        article: Option<ArticleId>,
        kind: NoteKind,
        subject: &str,
        by: &Account,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO attention (article_id, kind, subject, account_id, created_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (article_id, kind, subject) DO NOTHING",
        )
        .bind(article.map(|id| id.to_string()).unwrap_or_default())
        .bind(kind.name())
        .bind(subject)
        .bind(by.id.to_string())
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes that back.
    pub async fn unsettle(
        &self,
        article: Option<ArticleId>,
        kind: NoteKind,
        subject: &str,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM attention WHERE article_id = $1 AND kind = $2 AND subject = $3";
        sqlx::query(sql)
            .bind(article.map(|id| id.to_string()).unwrap_or_default())
            .bind(kind.name())
            .bind(subject)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{moderator, open};

    #[tokio::test]
    async fn what_was_looked_at_is_settled_there_or_everywhere() {
        let (_folder, store, article) = open().await;
        let editor = moderator(&store).await;
        let other = crate::store::new_id();
        let kind = NoteKind::UnknownAcronym;
        store.settle(Some(article), kind, "PVF", &editor).await.unwrap();
        store.settle(None, kind, "VFF", &editor).await.unwrap();
        store.settle(None, kind, "VFF", &editor).await.unwrap();
        let of = |words: &[&str]| -> Settled {
            words.iter().map(|&word| (kind, word.to_owned())).collect()
        };
        assert_eq!(store.settled(Some(article)).await.unwrap(), of(&["PVF", "VFF"]));
        assert_eq!(store.settled(Some(other)).await.unwrap(), of(&["VFF"]));
        assert_eq!(store.settled(None).await.unwrap(), of(&["VFF"]));
        store.unsettle(None, kind, "VFF").await.unwrap();
        assert_eq!(store.settled(Some(article)).await.unwrap(), of(&["PVF"]));
    }
}
