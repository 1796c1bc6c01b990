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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Actor;
    use crate::domain::comment::{CommentState, Decider};
    use crate::store::outbox::{comment, moderator, open};
    use crate::store::{Decided, NewDecision};

    const LAN: &str = "lan@bao.example";
    const MINH: &str = "minh@bao.example";
    const LEASE: Millis = Millis(60_000);

    #[tokio::test]
    async fn two_processes_do_not_write_twice() {
        let (folder, store, article) = open().await;
        comment(&store, article, "Hay lắm").await;
        let other = Store::open(folder.path()).await.unwrap();
        let (a, b) = tokio::join!(store.claim_digest(LAN, LEASE), other.claim_digest(LAN, LEASE));
        assert!(a.unwrap() != b.unwrap());
        assert!(!other.claim_digest(LAN, LEASE).await.unwrap());
        // To each moderator by themselves.
        assert!(other.claim_digest(MINH, LEASE).await.unwrap());
    }

    #[tokio::test]
    async fn a_letter_needs_something_new_and_its_time() {
        let (_folder, store, article) = open().await;
        assert!(!store.claim_digest(LAN, LEASE).await.unwrap());
        let first = comment(&store, article, "Hay lắm").await;
        let second = comment(&store, article, "Rất hay").await;
        // Who claimed it has died: the next one may.
        assert!(store.claim_digest(LAN, Millis(0)).await.unwrap());
        assert!(store.claim_digest(LAN, LEASE).await.unwrap());
        let shown = store.new_to(LAN, 1).await.unwrap();
        assert_eq!(shown[0].comment.id, first);
        store.end_digest(LAN, &[first], Millis(0)).await.unwrap();
        // The one that did not fit.
        assert!(store.claim_digest(LAN, LEASE).await.unwrap());
        let shown = store.new_to(LAN, 9).await.unwrap();
        assert_eq!(shown.iter().map(|s| s.comment.id).collect::<Vec<_>>(), [second]);
        store.end_digest(LAN, &[second], Millis(0)).await.unwrap();
        // Both still wait, and both were shown.
        assert!(!store.claim_digest(LAN, LEASE).await.unwrap());
        comment(&store, article, "Lần nữa").await;
        assert!(store.claim_digest(LAN, LEASE).await.unwrap());
        store.end_digest(LAN, &[], LEASE).await.unwrap();
        // There is something new, and it is not time yet.
        assert!(!store.claim_digest(LAN, LEASE).await.unwrap());
    }

    #[tokio::test]
    async fn a_link_decides_once_and_the_log_says_whose_it_was() {
        let (_folder, store, article) = open().await;
        let lan = moderator(&store).await;
        let id = comment(&store, article, "Hay lắm").await;
        let approve = NewDecision {
            comment: id,
            state: CommentState::Approved,
            reason: None,
            seen: Some(CommentState::Waiting),
        };
        // No letter has shown it.
        let by = Actor::Mail(LAN);
        assert_eq!(store.decide_comments(&[approve], by).await.unwrap(), [Decided::Used]);
        assert!(store.shown_to(LAN, id).await.unwrap().is_none());
        store.end_digest(LAN, &[id], LEASE).await.unwrap();
        assert!(!store.shown_to(LAN, id).await.unwrap().unwrap().is_used);
        assert_eq!(store.decide_comments(&[approve], by).await.unwrap(), [Decided::Done]);
        let shown = store.shown_to(LAN, id).await.unwrap().unwrap();
        assert!(shown.is_used);
        assert_eq!(shown.comment.decision.unwrap().by, Decider::Mail(LAN.to_owned()));
        let log = store.audit_of(&id.to_string()).await.unwrap();
        assert_eq!(log.last().unwrap().actor, "mail:lan@bao.example");
        assert_eq!(store.verify_audit().await.unwrap().faults, Vec::<String>::new());
        // Whoever lets it wait again does not bring the link back.
        let wait = NewDecision { state: CommentState::Waiting, seen: None, ..approve };
        assert_eq!(store.decide_comments(&[wait], &lan).await.unwrap(), [Decided::Done]);
        assert_eq!(store.decide_comments(&[approve], by).await.unwrap(), [Decided::Used]);
        assert_eq!(store.verify_audit().await.unwrap().faults, Vec::<String>::new());
        // Who decided cannot be changed past the program.
        let forged = sqlx::query(
            "UPDATE comments SET decided_by = NULL, decided_by_mail = 'x@y.example' WHERE id = $1",
        );
        forged.bind(id.to_string()).execute(&store.pool).await.unwrap();
        assert_eq!(store.verify_audit().await.unwrap().faults.len(), 1);
    }
}
