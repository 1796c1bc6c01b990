//! Letters to moderators about comments that wait: who may get one now, what it shows, which of its
//! links were used.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::jobs::after;
use super::queue::hits;
use super::{Store, StoreError, comments, now};
use crate::domain::comment::Comment;
use crate::domain::ids::CommentId;
use crate::domain::rule::Hit;
use crate::domain::units::Millis;

/// A comment that waits, as a letter shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestComment {
    pub comment: Comment,
    pub article_title: String,
    pub hits: Vec<Hit>,
}

/// A comment that a letter has shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// As it is now.
    pub comment: Comment,
    pub article_title: String,
    /// Whether a link of the letter has decided on it.
    pub is_used: bool,
}

/// What waits and was in no letter to `$1`.
const NEW_TO: &str = "comments.state = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM digest_comments AS shown
    WHERE shown.recipient = $1 AND shown.comment_id = comments.id)";

impl Store {
    /// Takes the turn to write to a moderator: something waits that no letter to that address has shown,
    /// and the next letter is due. Until the lease is over it is nobody else's turn.
    pub async fn claim_digest(&self, recipient: &str, lease: Millis) -> Result<bool, StoreError> {
        let sql = format!("SELECT comments.id FROM comments WHERE {NEW_TO} LIMIT 1");
        let new = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(recipient);
        // Most of the time there is nothing, and nothing is written then.
        if new.fetch_optional(&self.pool).await?.is_none() {
            return Ok(false);
        }
        let now = now().0;
        let turn = sqlx::query(
            "INSERT INTO digests (recipient, due_ms) VALUES ($1, $2)
             ON CONFLICT (recipient) DO UPDATE SET due_ms = excluded.due_ms
             WHERE digests.due_ms <= $3",
        );
        let turn = turn.bind(recipient).bind(after(now, lease)).bind(now);
        Ok(turn.execute(&self.pool).await?.rows_affected() == 1)
    }

    /// What waits and was in no letter to that address, oldest first.
    pub async fn new_to(
        &self,
        recipient: &str,
        count: u32,
    ) -> Result<Vec<DigestComment>, StoreError> {
        let sql = format!(
            "SELECT comments.*, articles.title AS article_title FROM comments
             JOIN articles ON articles.id = comments.article_id
             WHERE {NEW_TO} ORDER BY comments.created_ms, comments.id LIMIT $2"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(recipient).bind(i64::from(count));
        query.fetch_all(&self.pool).await?.iter().map(digest_comment).collect()
    }

    /// A letter was sent: what it showed it will not show again, and the next one may follow after a
    /// while.
    pub async fn end_digest(
        &self,
        recipient: &str,
        shown: &[CommentId],
        next: Millis,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        let now = now().0;
        for comment in shown {
            let insert = sqlx::query(
                "INSERT INTO digest_comments (recipient, comment_id, sent_ms) VALUES ($1, $2, $3)
                 ON CONFLICT (recipient, comment_id) DO NOTHING",
            );
            insert.bind(recipient).bind(comment.to_string()).bind(now).execute(&mut *write).await?;
        }
        let due = sqlx::query("UPDATE digests SET due_ms = $2 WHERE recipient = $1");
        due.bind(recipient).bind(after(now, next)).execute(&mut *write).await?;
        Ok(write.commit().await?)
    }

    /// A comment that a letter to that address has shown.
    pub async fn shown_to(
        &self,
        recipient: &str,
        comment: CommentId,
    ) -> Result<Option<Shown>, StoreError> {
        let query = sqlx::query(
            "SELECT comments.*, articles.title AS article_title, shown.used_ms
             FROM digest_comments AS shown
             JOIN comments ON comments.id = shown.comment_id
             JOIN articles ON articles.id = comments.article_id
             WHERE shown.recipient = $1 AND shown.comment_id = $2",
        );
        let row = query.bind(recipient).bind(comment.to_string());
        let shown = |row: AnyRow| {
            Ok(Shown {
                comment: comments::comment(&row)?,
                article_title: row.try_get("article_title")?,
                is_used: row.try_get::<Option<i64>, _>("used_ms")?.is_some(),
            })
        };
        row.fetch_optional(&self.pool).await?.map(shown).transpose()
    }
}

/// Notes that a letter's link decides, within the transaction that writes the decision down. False: it
/// has done so before, or there was no such letter.
pub(super) async fn use_link(
    write: &mut AnyConnection,
    recipient: &str,
    comment: CommentId,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE digest_comments SET used_ms = $3
         WHERE recipient = $1 AND comment_id = $2 AND used_ms IS NULL",
    );
    let done = done.bind(recipient).bind(comment.to_string()).bind(now().0);
    Ok(done.execute(write).await?.rows_affected() == 1)
}

fn digest_comment(row: &AnyRow) -> Result<DigestComment, StoreError> {
    Ok(DigestComment {
        comment: comments::comment(row)?,
        article_title: row.try_get("article_title")?,
        hits: hits(row)?,
    })
}
