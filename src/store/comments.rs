//! Comments as readers see them. Nothing here deletes one.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::{Store, StoreError, parse, parse_optional, unsigned};
use crate::domain::comment::{Comment, CommentState, Decider, Decision, Reason};
use crate::domain::ids::{AccountId, ArticleId, CommentId};
use crate::domain::thread::{Talk, Thread, ThreadOrder};
use crate::domain::units::Timestamp;

/// How many replies a thread shows at first, and how many more each further page.
pub const REPLIES_PER_PAGE: u32 = 50;

impl Store {
    /// A page of an article's approved comments with their approved replies.
    pub async fn talk(
        &self,
        article: ArticleId,
        order: ThreadOrder,
        page: u32,
        per_page: u32,
    ) -> Result<Talk, StoreError> {
        let order = match order {
            ThreadOrder::Newest => "created_ms DESC, id DESC",
            ThreadOrder::Liked => "likes DESC, created_ms DESC, id DESC",
        };
        let sql = format!(
            "SELECT * FROM comments WHERE article_id = $1 AND state = 'approved'
                AND parent_id IS NULL
             ORDER BY {order} LIMIT $2 OFFSET $3"
        );
        let rows = sqlx::query(AssertSqlSafe(sql))
            .bind(article.to_string())
            .bind(i64::from(per_page))
            .bind(skipped(page, per_page))
            .fetch_all(&self.pool)
            .await?;
        let comments: Vec<Comment> = rows.iter().map(comment).collect::<Result<_, _>>()?;
        let ids: Vec<CommentId> = comments.iter().map(|comment| comment.id).collect();
        let mut replies = self.first_replies(&ids).await?;
        let thread = |comment: Comment| {
            let (replies, replies_total) = replies.remove(&comment.id).unwrap_or_default();
            Thread { comment, replies, replies_total }
        };
        let threads = comments.into_iter().map(thread).collect();
        let counted =
            sqlx::query("SELECT approved_comments, approved_threads FROM articles WHERE id = $1");
        let counted = counted.bind(article.to_string()).fetch_optional(&self.pool).await?;
        let count = |column| counted.as_ref().map_or(Ok(0), |row| unsigned(row, column));
        Ok(Talk {
            threads,
            threads_total: count("approved_threads")?,
            comments_total: count("approved_comments")?,
        })
    }

    /// The oldest approved replies to each of these comments, and how many it has altogether.
    async fn first_replies(
        &self,
        parents: &[CommentId],
    ) -> Result<HashMap<CommentId, (Vec<Comment>, u64)>, StoreError> {
        let mut found: HashMap<CommentId, (Vec<Comment>, u64)> = HashMap::new();
        if parents.is_empty() {
            return Ok(found);
        }
        let sql = format!(
            "SELECT * FROM (SELECT comments.*,
                ROW_NUMBER() OVER (PARTITION BY parent_id ORDER BY created_ms, id) AS place,
                COUNT(*) OVER (PARTITION BY parent_id) AS replies_total
             FROM comments WHERE state = 'approved' AND parent_id IN ({})) AS replies
             WHERE place <= {REPLIES_PER_PAGE} ORDER BY parent_id, place",
            super::places(parents.len()),
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for parent in parents {
            query = query.bind(parent.to_string());
        }
        for row in query.fetch_all(&self.pool).await? {
            let (replies, total) = found.entry(parse(&row, "parent_id")?).or_default();
            replies.push(comment(&row)?);
            *total = unsigned(&row, "replies_total")?;
        }
        Ok(found)
    }

    /// A page of the approved replies to an approved comment, the oldest first.
    pub async fn replies(
        &self,
        article: ArticleId,
        parent: CommentId,
        page: u32,
    ) -> Result<Vec<Comment>, StoreError> {
        let rows = sqlx::query(
            "SELECT replies.* FROM comments AS replies
             JOIN comments AS parent ON parent.id = replies.parent_id
             WHERE parent.id = $1 AND parent.article_id = $4 AND parent.state = 'approved'
                AND replies.state = 'approved'
             ORDER BY replies.created_ms, replies.id LIMIT $2 OFFSET $3",
        )
        .bind(parent.to_string())
        .bind(i64::from(REPLIES_PER_PAGE))
        .bind(skipped(page, REPLIES_PER_PAGE))
        .bind(article.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(comment).collect()
    }
}

/// How many rows come before a page, which counts from 1.
fn skipped(page: u32, per_page: u32) -> i64 {
    i64::from(page.saturating_sub(1)) * i64::from(per_page)
}

pub(super) fn state(row: &AnyRow) -> Result<CommentState, StoreError> {
    let name: String = row.try_get("state")?;
    CommentState::from_name(&name).ok_or_else(|| StoreError::Corrupt(format!("state {name:?}")))
}

/// Who decided last, if anybody has.
pub(super) fn decider(row: &AnyRow) -> Result<Option<Decider>, StoreError> {
    let account: Option<AccountId> = parse_optional(row, "decided_by")?;
    let mail: Option<String> = row.try_get("decided_by_mail")?;
    Ok(account.map(Decider::Account).or(mail.map(Decider::Mail)))
}

pub(super) fn comment(row: &AnyRow) -> Result<Comment, StoreError> {
    let by = decider(row)?;
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
        parent: parse_optional(row, "parent_id")?,
        likes: unsigned(row, "likes")?,
    })
}
