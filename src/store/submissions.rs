//! How a comment comes in: it is answered when it is on the disk, and many that come at the same
//! moment share one wait for the disk (group commit; DeWitt et al., "Implementation Techniques for
//! Main Memory Database Systems", 1984).

use sqlx::{AnyConnection, AnyPool, Row};
use tokio::sync::{mpsc, oneshot};

use super::audit::{self, Arrival, Chain};
use super::blobs::hex;
use super::decisions::count_approved;
use super::outbox::{self, Happened};
use super::queue::hits_json;
use super::{Store, StoreError, comments, dialect, new_id, now, parse, unsigned};
use crate::domain::comment::{CommentState, NewComment, Publishing};
use crate::domain::ids::CommentId;
use crate::domain::rule::{Hit, Rule, risk};

/// How many comments are written at once, and how many more may wait for that. Who comes then waits
/// outside, with an open connection.
const BATCH_MAX: usize = 256;

/// How long a text is remembered that nobody should send again, in milliseconds.
const SAME_TEXT_MS: i64 = 24 * 60 * 60 * 1000;

/// Texts of fewer letters are the same by chance.
const SAME_TEXT_LETTERS_MIN: usize = 20;

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Submitted {
    New(CommentId, CommentState),
    /// It was sent before; this is that comment.
    Again(CommentId, CommentState),
    /// Its key was used for other words.
    KeyTaken,
    /// Its challenge was answered for another comment.
    ChallengeUsed,
    /// Readers do not see what it answers.
    ParentGone,
}

/// A comment, and who waits to hear that it is kept.
#[derive(Debug)]
struct Submission {
    comment: NewComment,
    done: oneshot::Sender<Result<Submitted, StoreError>>,
}

/// Where comments are handed in. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Submissions(mpsc::Sender<Submission>);

impl Submissions {
    /// Begins to write what is handed in, until nobody can hand in any more.
    pub fn open(pool: AnyPool) -> Self {
        let (sender, mut inbox) = mpsc::channel(BATCH_MAX);
        tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH_MAX);
            while inbox.recv_many(&mut batch, BATCH_MAX).await > 0 {
                write(&pool, std::mem::take(&mut batch)).await;
            }
        });
        Self(sender)
    }
}

impl Store {
    /// Keeps a new comment, waiting for a moderator. It is on the disk when this returns.
    pub async fn add_comment(&self, comment: NewComment) -> Result<Submitted, StoreError> {
        let (done, answer) = oneshot::channel();
        let sent = self.submissions.0.send(Submission { comment, done }).await;
        sent.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Writes down the comments that were there before there was an audit log. Once it has begun, a
    /// comment that is not in it came past the program, and is not to be taken in but found out.
    pub(super) async fn adopt_comments(&self) -> Result<(), StoreError> {
        if !self.audit_after(0, 1).await?.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        // Another process may have been faster.
        let mut chain = Chain::open(&mut write).await?;
        if chain.has_begun() {
            return Ok(());
        }
        let rows = sqlx::query(
            "SELECT id, article_id, author, body, state, salt, created_ms FROM comments
             ORDER BY id",
        )
        .fetch_all(&mut *write)
        .await?;
        for row in rows {
            let text = |column: &str| row.try_get::<String, _>(column);
            let content = audit::commitment(&text("salt")?, &text("author")?, &text("body")?);
            let state = comments::state(&row)?;
            let created = row.try_get("created_ms")?;
            let arrival = Arrival {
                id: text("id")?,
                article: &text("article_id")?,
                parent: None,
                state,
                created,
                content,
                rules: &[],
            };
            let entry = arrival.entry();
            chain.append(&mut write, audit::Entry { actor: audit::SYSTEM, ..entry }).await?;
        }
        Ok(write.commit().await?)
    }
}

/// Writes a batch and answers everybody. What breaks the batch must not cost the others their
/// comments: then each is tried by itself.
async fn write(pool: &AnyPool, mut batch: Vec<Submission>) {
    let comments: Vec<&NewComment> = batch.iter().map(|submission| &submission.comment).collect();
    match write_all(pool, &comments).await {
        Ok(results) => {
            for (submission, result) in batch.into_iter().zip(results) {
                // Who has gone meanwhile may send it again: the key tells that it is here.
                let _ = submission.done.send(Ok(result));
            }
        }
        Err(error) if batch.len() == 1 => {
            if let Some(submission) = batch.pop() {
                let _ = submission.done.send(Err(error));
            }
        }
        Err(_) => {
            for submission in batch {
                Box::pin(write(pool, vec![submission])).await;
            }
        }
    }
}

async fn write_all(pool: &AnyPool, comments: &[&NewComment]) -> Result<Vec<Submitted>, StoreError> {
    let mut write = pool.begin_with(dialect::BEGIN_WRITE).await?;
    let mut chain = Chain::open(&mut write).await?;
    let mut results = Vec::with_capacity(comments.len());
    for comment in comments {
        results.push(add(&mut write, &mut chain, comment).await?);
    }
    let new = results.iter().filter_map(|result| match result {
        Submitted::New(id, _) => Some(*id),
        _ => None,
    });
    outbox::tell(&mut write, Happened::Received, &new.collect::<Vec<_>>(), None).await?;
    write.commit().await?;
    Ok(results)
}

async fn add(
    write: &mut AnyConnection,
    chain: &mut Chain,
    new: &NewComment,
) -> Result<Submitted, StoreError> {
    let id: CommentId = new_id();
    let article = new.article.to_string();
    let parent = match new.parent {
        Some(parent) => match thread_of(write, parent, &article).await? {
            // It was there when this one came first.
            None => return Ok(sent_before(write, new).await?.unwrap_or(Submitted::ParentGone)),
            thread => thread,
        },
        None => None,
    };
    if is_used(write, new).await? {
        return Ok(Submitted::ChallengeUsed);
    }
    let hits = all_hits(write, new).await?;
    let state = first_state(write, new, &hits).await?;
    let (author, body) = (new.author.as_str(), new.body.as_str());
    let key = new.key.as_ref().map(|key| key.as_str());
    let (salt, created) = (salt()?, now().0);
    let done = sqlx::query(
        "INSERT INTO comments
            (id, article_id, author, body, state, created_ms, submission_key, salt, network,
             fingerprint, hits, risk, parent_id, email, identity, challenge)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (article_id, submission_key) DO NOTHING",
    )
    .bind(id.to_string())
    .bind(&article)
    .bind(author)
    .bind(body)
    .bind(state.name())
    .bind(created)
    .bind(key)
    .bind(&salt)
    .bind(&new.network)
    .bind(&new.fingerprint)
    .bind(hits_json(&hits))
    .bind(i64::from(risk(&hits)))
    .bind(&parent)
    .bind(new.email.as_ref().map_or("", |email| email.as_str()))
    .bind(&new.identity)
    .bind(&new.challenge)
    .execute(&mut *write)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(sent_before(write, new).await?.unwrap_or(Submitted::KeyTaken));
    }
    let content = audit::commitment(&salt, author, body);
    let mut rules: Vec<&str> = hits.iter().map(|hit| hit.rule.name()).collect();
    rules.dedup();
    let (id_text, parent) = (id.to_string(), parent.as_deref());
    if state == CommentState::Approved {
        count_approved(write, &article, parent, &id_text, 1).await?;
    }
    let rules = &rules;
    let arrival =
        Arrival { id: id_text, article: &article, parent, state, created, content, rules };
    chain.append(write, arrival.entry()).await?;
    Ok(Submitted::New(id, state))
}

/// The comment at the top of a thread that readers see, below which an answer to one of it stands.
async fn thread_of(
    write: &mut AnyConnection,
    answered: CommentId,
    article: &str,
) -> Result<Option<String>, StoreError> {
    let query = sqlx::query(
        "SELECT thread.id FROM comments AS answered
         JOIN comments AS thread ON thread.id = COALESCE(answered.parent_id, answered.id)
         WHERE answered.id = $1 AND answered.article_id = $2
            AND answered.state = 'approved' AND thread.state = 'approved'",
    );
    let row = query.bind(answered.to_string()).bind(article).fetch_optional(write).await?;
    Ok(row.map(|row| row.try_get("id")).transpose()?)
}

/// Whether its challenge came with another comment. With the same one it may come again.
async fn is_used(write: &mut AnyConnection, new: &NewComment) -> Result<bool, StoreError> {
    let Some(challenge) = &new.challenge else { return Ok(false) };
    let query = sqlx::query("SELECT article_id, submission_key FROM comments WHERE challenge = $1");
    let Some(row) = query.bind(challenge).fetch_optional(write).await? else { return Ok(false) };
    let key: Option<String> = row.try_get("submission_key")?;
    let is_same = key.as_deref() == new.key.as_ref().map(|key| key.as_str())
        && row.try_get::<String, _>("article_id")? == new.article.to_string();
    Ok(key.is_none() || !is_same)
}

/// What becomes of a comment before anybody has seen it.
async fn first_state(
    write: &mut AnyConnection,
    new: &NewComment,
    hits: &[Hit],
) -> Result<CommentState, StoreError> {
    if hits.iter().any(|hit| new.rejecting.contains(&hit.rule)) {
        return Ok(CommentState::Rejected);
    }
    let is_published = match new.publishing {
        _ if !hits.is_empty() => false,
        Publishing::Held => false,
        Publishing::AtOnce => true,
        Publishing::Trusted { .. } if new.identity.is_empty() => false,
        Publishing::Trusted { approved_min } => {
            let query = sqlx::query(
                "SELECT state, COUNT(*) AS count FROM comments
                 WHERE identity = $1 AND decided_ms IS NOT NULL GROUP BY state",
            );
            let mut decided = (0, 0);
            for row in query.bind(&new.identity).fetch_all(write).await? {
                match comments::state(&row)? {
                    CommentState::Approved => decided.0 = unsigned(&row, "count")?,
                    CommentState::Rejected => decided.1 = unsigned(&row, "count")?,
                    CommentState::Waiting => {}
                }
            }
            decided.0 >= u64::from(approved_min) && decided.1 == 0
        }
    };
    Ok(if is_published { CommentState::Approved } else { CommentState::Waiting })
}

/// What the text says, and what only the store knows: whether the same text came before, and whether a
/// moderator has blocked the network.
async fn all_hits(write: &mut AnyConnection, new: &NewComment) -> Result<Vec<Hit>, StoreError> {
    let mut hits = new.hits.clone();
    if new.fingerprint.chars().count() >= SAME_TEXT_LETTERS_MIN {
        let same = sqlx::query(
            "SELECT id FROM comments WHERE fingerprint = $1 AND created_ms > $2 LIMIT 1",
        )
        .bind(&new.fingerprint)
        .bind(now().0 - SAME_TEXT_MS)
        .fetch_optional(&mut *write)
        .await?;
        if same.is_some() {
            hits.push(Hit::new(Rule::SameText, 0..0));
        }
    }
    let blocked = sqlx::query("SELECT network FROM blocked_networks WHERE network = $1");
    if blocked.bind(&new.network).fetch_optional(&mut *write).await?.is_some() {
        hits.push(Hit::new(Rule::BlockedNetwork, 0..0));
    }
    Ok(hits)
}

/// What came with the same key before.
async fn sent_before(
    write: &mut AnyConnection,
    new: &NewComment,
) -> Result<Option<Submitted>, StoreError> {
    let row = sqlx::query(
        "SELECT id, author, body, state FROM comments WHERE article_id = $1 AND submission_key = $2",
    )
    .bind(new.article.to_string())
    .bind(new.key.as_ref().map(|key| key.as_str()))
    .fetch_optional(write)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let same = row.try_get::<String, _>("author")? == new.author.as_str()
        && row.try_get::<String, _>("body")? == new.body.as_str();
    if !same {
        return Ok(Some(Submitted::KeyTaken));
    }
    Ok(Some(Submitted::Again(parse(&row, "id")?, comments::state(&row)?)))
}

/// 128 random bits in hexadecimal digits.
fn salt() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(hex(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::comment::{CommentEmail, Decider, Reason, SubmissionKey};
    use crate::domain::ids::ArticleId;
    use crate::store::outbox::{moderator, open};
    use crate::store::{Decided, NewDecision, Order, QueueName, Queued};

    fn comment(article: ArticleId, body: &str, key: Option<&str>) -> NewComment {
        NewComment {
            key: key.and_then(SubmissionKey::new),
            rejecting: vec![Rule::BlockedNetwork],
            ..NewComment::example(article, body)
        }
    }

    #[tokio::test]
    async fn one_key_is_one_comment() {
        let (_folder, store, article) = open().await;
        let key = Some("0123456789");
        let Submitted::New(id, CommentState::Waiting) =
            store.add_comment(comment(article, "Hay lắm", key)).await.unwrap()
        else {
            panic!("it was never sent before")
        };
        let again = store.add_comment(comment(article, "Hay lắm", key)).await.unwrap();
        assert_eq!(again, Submitted::Again(id, CommentState::Waiting));
        let other = store.add_comment(comment(article, "Dở quá đi", key)).await.unwrap();
        assert_eq!(other, Submitted::KeyTaken);
        for _ in 0..2 {
            let free = store.add_comment(comment(article, "Hay lắm", None)).await.unwrap();
            assert!(matches!(free, Submitted::New(..)));
        }
        assert_eq!(store.queue_counts().await.unwrap().waiting, 3);
        let report = store.verify_audit().await.unwrap();
        assert_eq!((report.records, report.faults), (3, Vec::new()));
    }

    #[tokio::test]
    async fn who_the_writer_is_is_kept_beside_the_comment() {
        let (_folder, store, article) = open().await;
        let known = NewComment {
            identity: "https://dang-nhap.example|7".into(),
            email: CommentEmail::new("mai@bao.example").unwrap(),
            ..comment(article, "Hay lắm", None)
        };
        store.add_comment(known).await.unwrap();
        store.add_comment(comment(article, "Chưa hay", None)).await.unwrap();
        let rows = sqlx::query("SELECT identity, email FROM comments ORDER BY id");
        let rows = rows.fetch_all(&store.pool).await.unwrap();
        let told: Vec<(String, String)> =
            rows.iter().map(|row| (row.get("identity"), row.get("email"))).collect();
        let known = ("https://dang-nhap.example|7".to_owned(), "mai@bao.example".to_owned());
        assert_eq!(told, [known, (String::new(), String::new())]);
    }

    #[tokio::test]
    async fn many_at_once_are_each_answered_and_none_is_lost_by_a_bad_neighbour() {
        let (_folder, store, article) = open().await;
        let many = (0..300).map(|number| {
            // Every tenth is about an article that is not there.
            let article = if number % 10 == 0 { new_id() } else { article };
            let (store, body) = (store.clone(), format!("Ý kiến số {number}"));
            tokio::spawn(async move { store.add_comment(comment(article, &body, None)).await })
        });
        let many: Vec<_> = many.collect();
        let mut kept = 0;
        for (number, one) in many.into_iter().enumerate() {
            let result = one.await.unwrap();
            assert_eq!(result.is_ok(), number % 10 != 0, "{number}: {result:?}");
            kept += u64::from(result.is_ok());
        }
        assert_eq!(store.queue_counts().await.unwrap().waiting, kept);
        let report = store.verify_audit().await.unwrap();
        assert_eq!((report.records, report.faults), (270, Vec::new()));
    }

    #[tokio::test]
    async fn the_same_text_and_a_blocked_network_are_found() {
        let (_folder, store, article) = open().await;
        let lan = moderator(&store).await;
        let send = async |network: &str| {
            let mut new = comment(article, "Vay tiền nhanh", None);
            (new.network, new.fingerprint) = (network.into(), "vaytiennhanhkhongthechap".into());
            store.add_comment(new).await.unwrap();
        };
        send("192.0.2.0/24").await;
        send("198.51.100.0/24").await;
        store.block_network("203.0.113.0/24", &lan).await.unwrap();
        send("203.0.113.0/24").await;
        let found = async |queue| {
            let page = store.queue(queue, Order::Risk, "", 0, 9).await.unwrap();
            let rules = |queued: &Queued| queued.hits.iter().map(|hit| hit.rule).collect();
            page.iter().map(rules).collect::<Vec<Vec<Rule>>>()
        };
        assert_eq!(found(QueueName::Waiting).await, [vec![Rule::SameText], vec![]]);
        assert_eq!(found(QueueName::Flagged).await, [[Rule::SameText]]);
        assert_eq!(found(QueueName::Rejected).await, [[Rule::SameText, Rule::BlockedNetwork]]);
        store.unblock_network("203.0.113.0/24", &lan).await.unwrap();
        assert!(store.blocked_networks().await.unwrap().is_empty());
        let report = store.verify_audit().await.unwrap();
        // Three comments, an account, a network that was blocked and let in again.
        assert_eq!((report.records, report.faults), (6, Vec::new()));
    }

    #[tokio::test]
    async fn what_is_tampered_with_is_noticed() {
        let (_folder, store, article) = open().await;
        let lan = moderator(&store).await;
        for body in ["Ý kiến một", "Ý kiến hai"] {
            store.add_comment(comment(article, body, None)).await.unwrap();
        }
        let waiting = store.queue(QueueName::Waiting, Order::Oldest, "", 0, 9).await.unwrap();
        let waiting: Vec<_> = waiting.into_iter().map(|queued| queued.comment).collect();
        let decision = NewDecision {
            comment: waiting[0].id,
            state: CommentState::Rejected,
            reason: Some(Reason::Advertising),
            seen: Some(CommentState::Waiting),
        };
        let late = Decided::Meanwhile {
            state: CommentState::Rejected,
            by: Some(Decider::Account(lan.id)),
        };
        let decided = store.decide_comments(&[decision, decision], &lan).await.unwrap();
        assert_eq!(decided, [Decided::Done, late]);
        assert_eq!(store.verify_audit().await.unwrap().faults, Vec::<String>::new());
        let records = store.audit_of(&waiting[0].id.to_string()).await.unwrap();
        let actors: Vec<&str> = records.iter().map(|record| record.actor.as_str()).collect();
        assert_eq!(actors, ["reader", "lan"]);
        assert!(!records.iter().any(|record| record.detail.contains("Ý kiến")));

        let tamper = async |sql: &'static str| sqlx::query(sql).execute(&store.pool).await;
        // The database itself refuses …
        assert!(tamper("UPDATE audit SET actor = 'x' WHERE seq = 1").await.is_err());
        assert!(tamper("DELETE FROM audit WHERE seq = 2").await.is_err());
        // … and who gets round that is found out.
        tamper("DROP TRIGGER audit_is_never_changed").await.unwrap();
        let faults = async || store.verify_audit().await.unwrap().faults;
        tamper("UPDATE comments SET body = 'Khác' WHERE body = 'Ý kiến hai'").await.unwrap();
        assert!(faults().await[0].starts_with("the words of comment"));
        tamper("UPDATE comments SET body = 'Ý kiến hai' WHERE body = 'Khác'").await.unwrap();
        tamper("UPDATE comments SET state = 'approved' WHERE state = 'rejected'").await.unwrap();
        assert!(faults().await[0].ends_with("is approved, the log says rejected"));
        tamper("UPDATE comments SET state = 'rejected' WHERE state = 'approved'").await.unwrap();
        tamper("UPDATE comments SET created_ms = created_ms + 1 WHERE state = 'waiting'")
            .await
            .unwrap();
        assert!(faults().await[0].starts_with("the time of comment"));
        tamper("UPDATE comments SET created_ms = created_ms - 1 WHERE state = 'waiting'")
            .await
            .unwrap();
        tamper("UPDATE comments SET decided_by = NULL").await.unwrap();
        assert!(faults().await[0].starts_with("who decided on comment"));
        let restored = sqlx::query("UPDATE comments SET decided_by = $1 WHERE state = 'rejected'");
        restored.bind(lan.id.to_string()).execute(&store.pool).await.unwrap();
        tamper("UPDATE audit SET actor = 'minh' WHERE seq = 3").await.unwrap();
        assert_eq!(faults().await[0], "record 3 was changed, or one before it is gone");
    }

    #[tokio::test]
    async fn comments_from_before_the_log_are_taken_into_it() {
        let (folder, store, article) = open().await;
        sqlx::query(
            "INSERT INTO comments (id, article_id, author, body, state, created_ms)
             VALUES ($1, $2, 'Mai', 'Từ trước', 'approved', 0)",
        )
        .bind(new_id::<CommentId>().to_string())
        .bind(article.to_string())
        .execute(&store.pool)
        .await
        .unwrap();
        assert!(!store.verify_audit().await.unwrap().faults.is_empty());
        for _ in 0..2 {
            let store = Store::open(folder.path()).await.unwrap();
            let report = store.verify_audit().await.unwrap();
            assert_eq!((report.records, report.faults), (1, Vec::new()));
        }
        // Whoever puts one in beside the program later is found out, however often it is started.
        sqlx::query(
            "INSERT INTO comments (id, article_id, author, body, state, created_ms)
             VALUES ($1, $2, 'Mai', 'Lén vào', 'approved', 0)",
        )
        .bind(new_id::<CommentId>().to_string())
        .bind(article.to_string())
        .execute(&store.pool)
        .await
        .unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        assert!(store.verify_audit().await.unwrap().faults[0].ends_with("is not in the log"));
    }
}
