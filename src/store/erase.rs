//! A person's data leaves on request; that it did stays in the log.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::audit::{Chain, ERASED, Entry, SYSTEM};
use super::comments::{comment, state};
use super::decisions::count_approved;
use super::{Store, StoreError, dialect, outbox, parse, search};
use crate::domain::account::Account;
use crate::domain::comment::{Comment, CommentState};
use crate::domain::erasure::ErasureReason;
use crate::domain::ids::CommentId;

/// Whose comments are to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Comments(Vec<CommentId>),
    /// Everything that came with an e-mail address.
    Email(String),
    /// Everything that came with an identity of the newspaper's login.
    Identity(String),
}

/// A comment with what else is kept of its writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasable {
    pub comment: Comment,
    pub article_title: String,
    pub email: String,
    pub identity: String,
    pub network: String,
}

/// What an erasure has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    pub comments: Vec<CommentId>,
    /// Those that were erased before.
    pub before: u64,
    /// Those that there are not.
    pub unknown: Vec<CommentId>,
    /// Whether the bytes are out of the files; while somebody reads what was there before, they stay in
    /// the write-ahead log, until the next erasure or the next start.
    pub is_gone: bool,
}

impl Store {
    /// The comments of whoever may be meant by an e-mail address, an identity, a network or a part of a
    /// name, newest first: `count` of them at most.
    pub async fn erasable(&self, searched: &str, count: u32) -> Result<Vec<Erasable>, StoreError> {
        let query = sqlx::query(
            "SELECT comments.*, articles.title AS article_title FROM comments
             JOIN articles ON articles.id = comments.article_id
             WHERE body <> '' AND (LOWER(email) = $1 OR identity = $2 OR network = $2
                OR comments.author LIKE $3 ESCAPE '!')
             ORDER BY comments.created_ms DESC, comments.id DESC LIMIT $4",
        );
        let query = query.bind(searched.to_lowercase()).bind(searched);
        let query = query.bind(search::like(searched)).bind(i64::from(count));
        query.fetch_all(&self.pool).await?.iter().map(erasable).collect()
    }

    /// Those of the comments that have something to erase.
    pub async fn erasable_comments(&self, ids: &[CommentId]) -> Result<Vec<Erasable>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            let query = sqlx::query(
                "SELECT comments.*, articles.title AS article_title FROM comments
                 JOIN articles ON articles.id = comments.article_id
                 WHERE comments.id = $1 AND body <> ''",
            );
            let row = query.bind(id.to_string()).fetch_optional(&self.pool).await?;
            found.extend(row.as_ref().map(erasable).transpose()?);
        }
        Ok(found)
    }

    /// Blanks everything that readers left with these comments: words, name, addresses. The comments
    /// leave the site, answers to them and numbers stay, and so does every record of the log. Without an
    /// account it was done at the command line.
    pub async fn erase_comments(
        &self,
        whom: &Whom,
        by: Option<&Account>,
        reason: &ErasureReason,
    ) -> Result<Erased, StoreError> {
        let mut write = self.write().await?;
        let ids = ids(&mut write, whom).await?;
        let mut chain = Chain::open(&mut write).await?;
        let mut erased = Erased { comments: vec![], before: 0, unknown: vec![], is_gone: true };
        for id in ids {
            let query = sqlx::query(
                "SELECT article_id, parent_id, state, author, body, email, identity FROM comments
                 WHERE id = $1",
            );
            match query.bind(id.to_string()).fetch_optional(&mut *write).await? {
                None => erased.unknown.push(id),
                Some(row) if row.try_get::<String, _>("body")?.is_empty() => erased.before += 1,
                Some(row) => {
                    erase(&mut write, &mut chain, id, &row, by, reason).await?;
                    erased.comments.push(id);
                }
            }
        }
        write.commit().await?;
        // Also when they were erased before: somebody may have been reading then.
        if erased.before > 0 || !erased.comments.is_empty() {
            erased.is_gone = dialect::forget_overwritten(&self.pool).await?;
        }
        Ok(erased)
    }
}

async fn ids(write: &mut AnyConnection, whom: &Whom) -> Result<Vec<CommentId>, StoreError> {
    let query = match whom {
        Whom::Comments(ids) => return Ok(ids.clone()),
        Whom::Email(email) => sqlx::query(
            "SELECT id FROM comments WHERE email <> '' AND LOWER(email) = $1 ORDER BY id",
        )
        .bind(email.trim().to_lowercase()),
        Whom::Identity(identity) => sqlx::query(
            "SELECT id FROM comments WHERE identity <> '' AND identity = $1 ORDER BY id",
        )
        .bind(identity.trim()),
    };
    query.fetch_all(write).await?.iter().map(|row| parse(row, "id")).collect()
}

async fn erase(
    write: &mut AnyConnection,
    chain: &mut Chain,
    id: CommentId,
    row: &AnyRow,
    by: Option<&Account>,
    reason: &ErasureReason,
) -> Result<(), StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    if reason.names(&text("author")?, &text("email")?, &text("identity")?) {
        return Err(StoreError::ReasonNamesPerson);
    }
    let was = state(row)?;
    sqlx::query(
        "UPDATE comments SET author = '', body = '', email = '', identity = '', network = '',
            fingerprint = '', hits = '[]', risk = 0, salt = '', submission_key = NULL,
            challenge = NULL, state = $2, reason = NULL, decided_by = $3, decided_by_mail = NULL,
            decided_ms = $4
         WHERE id = $1",
    )
    .bind(id.to_string())
    .bind(CommentState::Rejected.name())
    .bind(by.map(|account| account.id.to_string()))
    .bind(super::now().0)
    .execute(&mut *write)
    .await?;
    if was == CommentState::Approved {
        let parent: Option<String> = row.try_get("parent_id")?;
        count_approved(write, &text("article_id")?, parent.as_deref(), &id.to_string(), -1).await?;
    }
    outbox::forget(write, id).await?;
    let actor = by.map_or(SYSTEM, |account| &account.name);
    let detail = serde_json::json!({"from": was.name(), "reason": reason.as_str()});
    let entry = Entry { actor, action: ERASED, subject: id.to_string(), detail };
    chain.append(write, entry).await
}

fn erasable(row: &AnyRow) -> Result<Erasable, StoreError> {
    Ok(Erasable {
        comment: comment(row)?,
        article_title: row.try_get("article_title")?,
        email: row.try_get("email")?,
        identity: row.try_get("identity")?,
        network: row.try_get("network")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::NewComment;
    use crate::domain::ids::ArticleId;
    use crate::domain::thread::ThreadOrder;
    use crate::store::outbox::{moderator, open};
    use crate::store::{Decided, NewDecision, Submitted};

    struct Paper {
        _folder: tempfile::TempDir,
        store: Store,
        article: ArticleId,
        lan: Account,
    }

    async fn paper() -> Paper {
        let (_folder, store, article) = open().await;
        let lan = moderator(&store).await;
        Paper { _folder, store, article, lan }
    }

    impl Paper {
        async fn approved(&self, body: &str) -> CommentId {
            let new = NewComment {
                fingerprint: "haylam".into(),
                ..NewComment::example(self.article, body)
            };
            let Submitted::New(comment, _) = self.store.add_comment(new).await.unwrap() else {
                panic!("it was never sent before")
            };
            let state = CommentState::Approved;
            let decision = NewDecision { comment, state, reason: None, seen: None };
            self.store.decide_comments(&[decision], &self.lan).await.unwrap();
            comment
        }

        async fn erase(&self, whom: Whom, by: Option<&Account>) -> Erased {
            let reason = ErasureReason::new("Đơn số 12").unwrap();
            self.store.erase_comments(&whom, by, &reason).await.unwrap()
        }

        async fn run(&self, sql: &'static str) {
            sqlx::query(sql).execute(&self.store.pool).await.unwrap();
        }

        async fn faults(&self) -> Vec<String> {
            self.store.verify_audit().await.unwrap().faults
        }
    }

    #[tokio::test]
    async fn the_log_tells_what_was_erased_from_what_somebody_blanked() {
        let paper = paper().await;
        let (first, second) = (paper.approved("Hay lắm").await, paper.approved("Dở quá").await);
        let talk = async || {
            let order = ThreadOrder::Newest;
            paper.store.talk(paper.article, order, 1, 9).await.unwrap()
        };
        assert_eq!(talk().await.comments_total, 2);
        let erased = paper.erase(Whom::Comments(vec![first]), Some(&paper.lan)).await;
        assert_eq!((erased.comments, erased.is_gone), (vec![first], true));
        assert!(paper.faults().await.is_empty());
        let shown = talk().await;
        assert_eq!((shown.threads.len(), shown.threads_total, shown.comments_total), (1, 1, 1));
        let row = sqlx::query("SELECT * FROM comments WHERE id = $1").bind(first.to_string());
        let row = row.fetch_one(&paper.store.pool).await.unwrap();
        for column in ["author", "body", "email", "identity", "network", "fingerprint", "salt"] {
            assert_eq!(row.try_get::<String, _>(column).unwrap(), "", "{column}");
        }
        // Nothing is left to decide on, and it is erased but once.
        let state = CommentState::Approved;
        let again = NewDecision { comment: first, state, reason: None, seen: None };
        let decided = paper.store.decide_comments(&[again], &paper.lan).await.unwrap();
        assert_eq!(decided, [Decided::Unknown]);
        assert_eq!(paper.erase(Whom::Comments(vec![first]), None).await.before, 1);
        // Blanked beside the program; given other words after an erasure.
        paper.run("UPDATE comments SET author = '', body = '', salt = '' WHERE body <> ''").await;
        assert_eq!(paper.faults().await, [format!("the words of comment {second} were changed")]);
        paper.run("UPDATE comments SET body = 'Khác' WHERE decided_by IS NOT NULL").await;
        let faults = paper.faults().await;
        assert!(
            faults[0].starts_with("comment") && faults[0].ends_with("has words again"),
            "{faults:?}"
        );
    }

    #[tokio::test]
    async fn a_person_is_found_by_what_was_left() {
        let paper = paper().await;
        let (first, second) = (paper.approved("Hay lắm").await, paper.approved("Dở quá").await);
        let third = paper.approved("Tạm được").await;
        paper.run("UPDATE comments SET email = 'Mai@bao.example' WHERE body = 'Hay lắm'").await;
        paper.run("UPDATE comments SET identity = 'sso-7' WHERE body = 'Dở quá'").await;
        let found = async |searched: &str| {
            let found = paper.store.erasable(searched, 9).await.unwrap();
            found.into_iter().map(|found| found.comment.id).collect::<Vec<_>>()
        };
        assert_eq!(found("mai@BAO.example").await, [first]);
        assert_eq!(found("sso-7").await, [second]);
        assert_eq!(found("192.0.2.0/24").await, [third, second, first]);
        assert_eq!(found("Thị Mai").await.len(), 3);
        assert!(found("sso").await.is_empty());
        let named = ErasureReason::new("Thư của mai@bao.example").unwrap();
        let whom = Whom::Email("MAI@bao.example ".into());
        let refused = paper.store.erase_comments(&whom, None, &named).await;
        assert!(matches!(refused, Err(StoreError::ReasonNamesPerson)));
        assert_eq!(found("mai@bao.example").await, [first]);
        assert_eq!(paper.erase(whom, None).await.comments, [first]);
        assert_eq!(paper.erase(Whom::Identity("sso-7".into()), None).await.comments, [second]);
        // An empty address is nobody's.
        assert!(paper.erase(Whom::Email(" ".into()), None).await.comments.is_empty());
        assert!(paper.faults().await.is_empty());
    }

    #[tokio::test]
    async fn the_log_is_compared_page_by_page() {
        let paper = paper().await;
        let all = (0..1_100).map(|number| {
            let new = NewComment::example(paper.article, &format!("Ý kiến {number}"));
            let store = paper.store.clone();
            tokio::spawn(async move { store.add_comment(new).await.unwrap() })
        });
        for one in all.collect::<Vec<_>>() {
            one.await.unwrap();
        }
        let report = paper.store.verify_audit().await.unwrap();
        // With the one about the account.
        assert_eq!((report.records, report.faults), (1_101, Vec::new()));
        let mut export = paper.store.export().await.unwrap();
        let mut lines = String::new();
        while let Some(more) = export.lines().await.unwrap() {
            lines.push_str(&more);
        }
        // Header, article, comments, records, end.
        assert_eq!(lines.lines().count(), 1 + 1 + 1_100 + 1_101 + 1);
        paper.run("DELETE FROM comments WHERE body IN ('Ý kiến 3', 'Ý kiến 1099')").await;
        assert_eq!(paper.faults().await, ["2 comments of the log are gone"]);
    }
}
