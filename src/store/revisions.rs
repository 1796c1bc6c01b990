//! Texts that an article's site showed after the one that was read.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::articles::{BlockRow, block_rows, blocks};
use super::jobs::Lease;
use super::{Store, StoreError, content_hash, json, now, to_json};
use crate::domain::address::Address;
use crate::domain::article::Article;
use crate::domain::ids::ArticleId;
use crate::domain::revision::{Revision, RevisionState};
use crate::domain::units::Timestamp;

#[derive(Serialize, Deserialize)]
struct ArticleRow {
    url: Option<String>,
    site: Option<String>,
    title: String,
    lead: Option<String>,
    author: Option<String>,
    section: Option<String>,
    published_ms: Option<i64>,
    blocks: Vec<BlockRow>,
}

impl Store {
    /// The newest text of an article that is not the one that was read, whatever was decided about it.
    pub async fn revision(&self, article: ArticleId) -> Result<Option<Revision>, StoreError> {
        let query = sqlx::query(
            "SELECT * FROM revisions WHERE article_id = $1 ORDER BY created_ms DESC LIMIT 1",
        );
        let row = query.bind(article.to_string()).fetch_optional(&self.pool).await?;
        row.as_ref().map(revision).transpose()
    }

    /// A job has found a text that is not read at once: keeps it, and ends the job. What was decided about that very
    /// text before still holds.
    pub async fn keep_revision(
        &self,
        lease: &Lease,
        article: ArticleId,
        text: &Article,
        state: RevisionState,
    ) -> Result<(), StoreError> {
        let hash = content_hash(text);
        let mut write = self.write().await?;
        // One text waits at a time: the newest.
        sqlx::query(
            "DELETE FROM revisions WHERE article_id = $1 AND content_hash <> $2 AND state <> 'refused'",
        )
        .bind(article.to_string())
        .bind(&hash)
        .execute(&mut *write)
        .await?;
        sqlx::query(
            "INSERT INTO revisions (article_id, content_hash, article, state, created_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (article_id, content_hash) DO NOTHING",
        )
        .bind(article.to_string())
        .bind(&hash)
        .bind(to_json(&article_row(text)))
        .bind(state.name())
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        // Of a text that looks like no article nobody shall be told that the reading is older than it.
        sqlx::query(
            "UPDATE articles SET touched_ms = $3, seen_hash = (SELECT content_hash FROM revisions
                WHERE article_id = $1 AND content_hash = $2 AND state = 'waiting')
             WHERE id = $1",
        )
        .bind(article.to_string())
        .bind(&hash)
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        super::jobs::close_unread(&mut write, lease, article).await?;
        Ok(write.commit().await?)
    }

    /// An editor has decided about the text of that hash; false when it is not there any more.
    pub async fn decide_revision(
        &self,
        article: ArticleId,
        hash: &str,
        state: RevisionState,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let sql = "UPDATE revisions SET state = $3 WHERE article_id = $1 AND content_hash = $2";
        let query = sqlx::query(sql).bind(article.to_string()).bind(hash).bind(state.name());
        if query.execute(&mut *write).await?.rows_affected() != 1 {
            return Ok(false);
        }
        if state == RevisionState::Refused {
            let sql = "UPDATE articles SET seen_hash = NULL WHERE id = $1 AND seen_hash = $2";
            sqlx::query(sql).bind(article.to_string()).bind(hash).execute(&mut *write).await?;
        }
        write.commit().await?;
        Ok(true)
    }

    /// How many articles wait for an editor because their site shows another text.
    pub async fn count_of_revisions(&self) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS count FROM revisions WHERE state IN ('waiting', 'doubtful')";
        super::unsigned(&sqlx::query(sql).fetch_one(&self.pool).await?, "count")
    }

    /// The site says that the article of this address is gone for good. Gives the article if that is news.
    pub async fn article_gone(&self, address: &Address) -> Result<Option<ArticleId>, StoreError> {
        let query = sqlx::query(
            "UPDATE articles SET gone_ms = $2, touched_ms = $2 WHERE gone_ms IS NULL
             AND id = (SELECT article_id FROM addresses WHERE url = $1) RETURNING id",
        );
        let query = query.bind(address.canonical().as_str().to_owned()).bind(now().0);
        let row = query.fetch_optional(&self.pool).await?;
        row.map(|row| super::parse(&row, "id")).transpose()
    }
}

/// The text of an article was read: whatever else its site showed before is of no interest any more, but what was
/// refused stays refused.
pub(super) async fn was_read(
    connection: &mut AnyConnection,
    article: ArticleId,
    text: &Article,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM revisions WHERE article_id = $1 AND (state <> 'refused' OR content_hash = $2)",
    )
    .bind(article.to_string())
    .bind(content_hash(text))
    .execute(connection)
    .await?;
    Ok(())
}

fn article_row(article: &Article) -> ArticleRow {
    ArticleRow {
        url: article.url.as_ref().map(Address::to_string),
        site: article.site.clone(),
        title: article.title.clone(),
        lead: article.lead.clone(),
        author: article.author.clone(),
        section: article.section.clone(),
        published_ms: article.published.map(|at| at.0),
        blocks: block_rows(article),
    }
}

fn revision(row: &AnyRow) -> Result<Revision, StoreError> {
    let text: ArticleRow = json(row, "article")?;
    let state: String = row.try_get("state")?;
    let corrupt = |what: &str| StoreError::Corrupt(format!("a revision's {what}"));
    Ok(Revision {
        article: Article {
            url: text.url.map(|url| url.parse().map_err(|_| corrupt("url"))).transpose()?,
            site: text.site,
            title: text.title,
            lead: text.lead,
            author: text.author,
            section: text.section,
            published: text.published_ms.map(Timestamp),
            blocks: blocks(text.blocks)?,
        },
        hash: row.try_get("content_hash")?,
        state: RevisionState::from_name(&state).ok_or_else(|| corrupt("state"))?,
        seen: Timestamp(row.try_get("created_ms")?),
    })
}
