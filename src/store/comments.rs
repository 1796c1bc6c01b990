//! Comments as readers and moderators see them. Nothing here deletes one.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, parse, parse_optional, unsigned};
use crate::domain::comment::{Comment, CommentState, Decision, Reason};
use crate::domain::ids::{AccountId, ArticleId};
use crate::domain::units::Timestamp;

impl Store {
    /// An article's approved comments, newest first, and how many there are altogether.
    pub async fn approved_comments(
        &self,
        article: ArticleId,
        page: u32,
        per_page: u32,
    ) -> Result<(Vec<Comment>, u64), StoreError> {
        let offset = i64::from(page.saturating_sub(1)) * i64::from(per_page);
        let rows = sqlx::query(
            "SELECT * FROM comments WHERE article_id = $1 AND state = $2
             ORDER BY created_ms DESC, id DESC LIMIT $3 OFFSET $4",
        )
        .bind(article.to_string())
        .bind(CommentState::Approved.name())
        .bind(i64::from(per_page))
        .bind(offset)
        .fetch_all(&self.pool)
        .await?;
        let comments = rows.iter().map(comment).collect::<Result<_, _>>()?;
        let count = sqlx::query("SELECT approved_comments FROM articles WHERE id = $1");
        let count = count.bind(article.to_string()).fetch_optional(&self.pool).await?;
        let count = count.map(|row| unsigned(&row, "approved_comments")).transpose()?;
        Ok((comments, count.unwrap_or(0)))
    }
}

pub(super) fn state(row: &AnyRow) -> Result<CommentState, StoreError> {
    let name: String = row.try_get("state")?;
    CommentState::from_name(&name).ok_or_else(|| StoreError::Corrupt(format!("state {name:?}")))
}

pub(super) fn comment(row: &AnyRow) -> Result<Comment, StoreError> {
    let by: Option<AccountId> = parse_optional(row, "decided_by")?;
    let at: Option<i64> = row.try_get("decided_ms")?;
    Ok(Comment {
        id: parse(row, "id")?,
        article: parse(row, "article_id")?,
        author: row.try_get("author")?,
        body: row.try_get("body")?,
        state: state(row)?,
        reason: row.try_get::<Option<String>, _>("reason")?.and_then(|r| Reason::from_name(&r)),
        created: Timestamp(row.try_get("created_ms")?),
        decision: by.zip(at).map(|(by, at)| Decision { by, at: Timestamp(at) }),
    })
}
