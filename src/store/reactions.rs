//! What readers do with comments of others: like them, report them.

use sqlx::{AnyConnection, Row};

use super::audit::{Chain, Entry, READER};
use super::{Store, StoreError, now, unsigned};
use crate::domain::comment::Reason;
use crate::domain::ids::CommentId;

/// What is written down when a reader reports a comment.
const REPORTED: &str = "comment.reported";

impl Store {
    /// A reader likes an approved comment, or no longer does; how many do then. Doing so twice changes
    /// nothing. `None`: there is no such comment.
    pub async fn like_comment(
        &self,
        id: CommentId,
        who: &str,
        likes: bool,
    ) -> Result<Option<u64>, StoreError> {
        let mut write = self.write().await?;
        let Some(before) = likes_of(&mut write, id).await? else { return Ok(None) };
        let changed = if likes {
            let query = sqlx::query(
                "INSERT INTO comment_likes (comment_id, who, created_ms) VALUES ($1, $2, $3)
                 ON CONFLICT (comment_id, who) DO NOTHING",
            );
            query.bind(id.to_string()).bind(who).bind(now().0).execute(&mut *write).await?
        } else {
            let query = sqlx::query("DELETE FROM comment_likes WHERE comment_id = $1 AND who = $2");
            query.bind(id.to_string()).bind(who).execute(&mut *write).await?
        };
        if changed.rows_affected() == 0 {
            return Ok(Some(before));
        }
        let after = if likes { before + 1 } else { before.saturating_sub(1) };
        sqlx::query("UPDATE comments SET likes = $2 WHERE id = $1")
            .bind(id.to_string())
            .bind(i64::try_from(after).unwrap_or(i64::MAX))
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(Some(after))
    }

    /// A reader finds that an approved comment should not be there. It stays, and moderators are told.
    /// The same reader's second report counts for nothing. False: there is no such comment.
    pub async fn report_comment(
        &self,
        id: CommentId,
        who: &str,
        reason: Reason,
        network: &str,
    ) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        if likes_of(&mut write, id).await?.is_none() {
            return Ok(false);
        }
        let done = sqlx::query(
            "INSERT INTO comment_reports (comment_id, who, reason, network, created_ms)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (comment_id, who) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(who)
        .bind(reason.name())
        .bind(network)
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(true);
        }
        sqlx::query("UPDATE comments SET reports = reports + 1 WHERE id = $1")
            .bind(id.to_string())
            .execute(&mut *write)
            .await?;
        let detail = serde_json::json!({ "reason": reason.name() });
        let entry = Entry { actor: READER, action: REPORTED, subject: id.to_string(), detail };
        Chain::open(&mut write).await?.append(&mut write, entry).await?;
        write.commit().await?;
        Ok(true)
    }
}

/// How many like an approved comment; `None`: readers see no such comment.
async fn likes_of(write: &mut AnyConnection, id: CommentId) -> Result<Option<u64>, StoreError> {
    let query = sqlx::query(
        "SELECT likes FROM comments WHERE id = $1 AND state = 'approved' AND EXISTS
            (SELECT 1 FROM articles WHERE articles.id = article_id AND publication = 'published')",
    );
    let row = query.bind(id.to_string()).fetch_optional(write).await?;
    row.map(|row| unsigned(&row, "likes")).transpose()
}

/// What a comment was reported for since a moderator last decided, the most frequent reason first.
pub(super) async fn reports_of(
    store: &Store,
    id: CommentId,
) -> Result<Vec<(Reason, u64)>, StoreError> {
    let query = sqlx::query(
        "SELECT comment_reports.reason AS name, COUNT(*) AS count FROM comment_reports
         JOIN comments ON comments.id = comment_id
         WHERE comment_id = $1 AND comment_reports.created_ms > COALESCE(decided_ms, 0)
         GROUP BY comment_reports.reason ORDER BY count DESC, name",
    );
    let mut reports = Vec::new();
    for row in query.bind(id.to_string()).fetch_all(&store.pool).await? {
        let name: String = row.try_get("name")?;
        let reason = Reason::from_name(&name)
            .ok_or_else(|| StoreError::Corrupt(format!("reason {name:?}")))?;
        reports.push((reason, unsigned(&row, "count")?));
    }
    Ok(reports)
}
