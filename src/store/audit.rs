//! The audit log: an append-only chain of records, each of which vouches for all before it.

use std::collections::HashMap;

use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::blobs::hex;
use super::{Store, StoreError, now};
use crate::domain::account::mail_name;
use crate::domain::comment::CommentState;
use crate::domain::units::Timestamp;

/// What goes before the first record.
const BEGINNING: &str = "baonoi audit 1";

/// How many records are read at once.
const PAGE: i64 = 1_000;

/// Who did something: an account, by its name, whoever got a letter (`mail:` and the address), or one of
/// those who have no name.
pub const READER: &str = "reader";
pub const SYSTEM: &str = "system";

/// What is done to a comment, as the log names it.
pub const RECEIVED: &str = "comment.received";
pub const DECIDED: &str = "comment.decided";
pub const ERASED: &str = "comment.erased";

/// One record of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// From 1, without a gap.
    pub seq: i64,
    pub at: Timestamp,
    pub actor: String,
    pub action: String,
    pub subject: String,
    /// JSON.
    pub detail: String,
    /// SHA-256 in hexadecimal digits.
    pub hash: String,
}

/// What a look through the whole log found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditReport {
    pub records: i64,
    /// The hash of the last record. Whoever writes it down elsewhere will notice if the end of the
    /// log is cut off.
    pub head: String,
    /// What does not fit, in words; empty when nothing was tampered with.
    pub faults: Vec<String>,
}

/// What is to be written down.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    pub actor: &'a str,
    pub action: &'static str,
    pub subject: String,
    pub detail: Value,
}

/// The end of the log, within a transaction that holds the write lock.
#[derive(Debug)]
pub(super) struct Chain {
    seq: i64,
    hash: String,
}

impl Chain {
    /// Finds the end. The transaction must have begun by [`Store::write`], so that nobody else appends
    /// to the same end.
    pub async fn open(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let query = sqlx::query("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1");
        match query.fetch_optional(connection).await? {
            Some(row) => Ok(Self { seq: row.try_get("seq")?, hash: row.try_get("hash")? }),
            None => Ok(Self { seq: 0, hash: hex(&Sha256::digest(BEGINNING)) }),
        }
    }

    /// The hash of the last record.
    pub fn into_hash(self) -> String {
        self.hash
    }

    /// Whether there is a record already.
    pub fn has_begun(&self) -> bool {
        self.seq > 0
    }

    pub async fn append(
        &mut self,
        connection: &mut AnyConnection,
        entry: Entry<'_>,
    ) -> Result<(), StoreError> {
        let mut record = Record {
            seq: self.seq + 1,
            at: now(),
            actor: entry.actor.to_owned(),
            action: entry.action.to_owned(),
            subject: entry.subject,
            detail: entry.detail.to_string(),
            hash: String::new(),
        };
        record.hash = record.hash_after(&self.hash);
        sqlx::query(
            "INSERT INTO audit (seq, at_ms, actor, action, subject, detail, hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(record.seq)
        .bind(record.at.0)
        .bind(&record.actor)
        .bind(&record.action)
        .bind(&record.subject)
        .bind(&record.detail)
        .bind(&record.hash)
        .execute(connection)
        .await?;
        (self.seq, self.hash) = (record.seq, record.hash);
        Ok(())
    }
}

impl Record {
    /// SHA-256 of the hash before, a line feed, and the record as a JSON array, whose quoting leaves no
    /// doubt where one field ends.
    fn hash_after(&self, before: &str) -> String {
        let fields = serde_json::json!([
            self.seq,
            self.at.0,
            self.actor,
            self.action,
            self.subject,
            self.detail
        ]);
        hex(&Sha256::digest(format!("{before}\n{fields}")))
    }
}

/// What a comment's words are vouched for by: SHA-256 of a secret salt and the words. Without the salt,
/// which goes with the words, nobody can try out what they were.
pub(super) fn commitment(salt: &str, author: &str, body: &str) -> String {
    hex(&Sha256::digest(serde_json::json!([salt, author, body]).to_string()))
}

/// What the log says that a comment is.
struct Logged {
    state: String,
    content: String,
    created: i64,
    /// The name of whoever decided last; `system` where it was nobody with an account.
    by: Option<String>,
    /// Its words were blanked because a person asked for it.
    is_erased: bool,
}

impl Store {
    /// Records after a number, oldest first.
    pub async fn audit_after(&self, seq: i64, count: i64) -> Result<Vec<Record>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        after(&mut connection, seq, count).await
    }

    /// Everything that was done to one subject, oldest first.
    pub async fn audit_of(&self, subject: &str) -> Result<Vec<Record>, StoreError> {
        let query = sqlx::query("SELECT * FROM audit WHERE subject = $1 ORDER BY seq");
        let rows = query.bind(subject).fetch_all(&self.pool).await?;
        rows.iter().map(record).collect()
    }

    /// Goes through the whole log, and through all comments: whether each record follows from the one
    /// before it, whether every comment's words are those that came in (or are erased, as the log says),
    /// and whether its state is the one that was last decided.
    pub async fn verify_audit(&self) -> Result<AuditReport, StoreError> {
        // What is written meanwhile is not seen, so log and comments are of the same moment.
        let mut read = self.read().await?;
        verify(&mut read).await
    }
}

/// The same within a transaction, with what it has written so far. No more than a page of the log and of
/// the comments is in memory, however many there are.
pub(super) async fn verify(connection: &mut AnyConnection) -> Result<AuditReport, StoreError> {
    let mut report = AuditReport::beginning();
    let mut received = 0;
    loop {
        let records = after(connection, report.records, PAGE).await?;
        if records.is_empty() {
            break;
        }
        for record in &records {
            report.check(record);
            received += u64::from(record.action == RECEIVED);
        }
    }
    let found = verify_comments(connection, &mut report).await?;
    let missing = received.saturating_sub(found);
    if missing > 0 {
        report.faults.push(format!("{missing} comments of the log are gone"));
    }
    Ok(report)
}

/// Compares every comment with what the log says of it, and tells how many of them the log knows.
async fn verify_comments(
    connection: &mut AnyConnection,
    report: &mut AuditReport,
) -> Result<u64, StoreError> {
    let mut last = String::new();
    let mut found = 0;
    loop {
        let query = sqlx::query(
            "SELECT comments.id, author, body, state, salt, comments.created_ms, accounts.name,
                decided_by_mail
             FROM comments LEFT JOIN accounts ON accounts.id = decided_by
             WHERE comments.id > $1 ORDER BY comments.id LIMIT $2",
        );
        let rows = query.bind(&last).bind(PAGE).fetch_all(&mut *connection).await?;
        let Some(end) = rows.last() else { return Ok(found) };
        let end: String = end.try_get("id")?;
        let logged = logged_between(connection, &last, &end).await?;
        for row in &rows {
            let id: String = row.try_get("id")?;
            match logged.get(&id) {
                None => report.faults.push(format!("comment {id} is not in the log")),
                Some(logged) => {
                    found += 1;
                    logged.compare(&id, row, &mut report.faults)?;
                }
            }
        }
        last = end;
    }
}

/// What the log says of the comments after one id, up to another.
async fn logged_between(
    connection: &mut AnyConnection,
    after: &str,
    to: &str,
) -> Result<HashMap<String, Logged>, StoreError> {
    let query =
        sqlx::query("SELECT * FROM audit WHERE subject > $1 AND subject <= $2 ORDER BY seq");
    let mut logged = HashMap::new();
    for row in query.bind(after).bind(to).fetch_all(connection).await? {
        note(&mut logged, &record(&row)?);
    }
    Ok(logged)
}

/// Records after a number, oldest first.
async fn after(
    connection: &mut AnyConnection,
    seq: i64,
    count: i64,
) -> Result<Vec<Record>, StoreError> {
    let query = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
    query.bind(seq).bind(count).fetch_all(connection).await?.iter().map(record).collect()
}

impl Logged {
    /// Names what a comment's row has otherwise.
    fn compare(&self, id: &str, row: &AnyRow, faults: &mut Vec<String>) -> Result<(), StoreError> {
        let text = |column: &str| row.try_get::<String, _>(column);
        let (salt, author, body) = (text("salt")?, text("author")?, text("body")?);
        let is_blank = salt.is_empty() && author.is_empty() && body.is_empty();
        if self.is_erased && !is_blank {
            faults.push(format!("comment {id} was erased, and has words again"));
        } else if !self.is_erased && self.content != commitment(&salt, &author, &body) {
            faults.push(format!("the words of comment {id} were changed"));
        }
        if self.created != row.try_get::<i64, _>("created_ms")? {
            faults.push(format!("the time of comment {id} was changed"));
        }
        // Who decided before there was a log is not in it.
        let mail: Option<String> = row.try_get("decided_by_mail")?;
        let by = row.try_get::<Option<String>, _>("name")?;
        let by = by.or(mail.as_deref().map(mail_name));
        if self.by.is_some() && self.by.as_deref() != Some(by.as_deref().unwrap_or(SYSTEM)) {
            faults.push(format!("who decided on comment {id} was changed"));
        }
        let (state, was) = (text("state")?, &self.state);
        if *was != state {
            faults.push(format!("comment {id} is {state}, the log says {was}"));
        }
        Ok(())
    }
}

impl AuditReport {
    /// Of a log without records.
    pub(super) fn beginning() -> Self {
        Self { records: 0, head: hex(&Sha256::digest(BEGINNING)), faults: Vec::new() }
    }

    /// Whether a record follows from what went before.
    pub(super) fn check(&mut self, record: &Record) {
        if record.seq != self.records + 1 {
            self.faults.push(format!("record {} follows record {}", record.seq, self.records));
        }
        if record.hash_after(&self.head) != record.hash {
            self.faults
                .push(format!("record {} was changed, or one before it is gone", record.seq));
        }
        self.records = record.seq;
        self.head.clone_from(&record.hash);
    }
}

/// Keeps what a record says about a comment.
fn note(logged: &mut HashMap<String, Logged>, record: &Record) {
    let detail: Value = serde_json::from_str(&record.detail).unwrap_or_default();
    let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
    match record.action.as_str() {
        RECEIVED => {
            let created = detail["created_ms"].as_i64().unwrap_or_default();
            let (state, content) = (text("state"), text("content"));
            let received = Logged { state, content, created, by: None, is_erased: false };
            logged.insert(record.subject.clone(), received);
        }
        DECIDED => {
            if let Some(comment) = logged.get_mut(&record.subject) {
                comment.state = text("state");
                comment.by = Some(record.actor.clone());
            }
        }
        ERASED => {
            if let Some(comment) = logged.get_mut(&record.subject) {
                comment.state = CommentState::Rejected.name().to_owned();
                // Of one that came erased from another installation the log there says who did it.
                let is_imported = !detail["imported"].is_null();
                comment.by = (!is_imported).then(|| record.actor.clone());
                comment.is_erased = true;
            }
        }
        _ => {}
    }
}

pub(super) fn record(row: &AnyRow) -> Result<Record, StoreError> {
    Ok(Record {
        seq: row.try_get("seq")?,
        at: Timestamp(row.try_get("at_ms")?),
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        detail: row.try_get("detail")?,
        hash: row.try_get("hash")?,
    })
}

/// What is written down about a comment that comes in.
pub(super) struct Arrival<'a> {
    pub id: String,
    pub article: &'a str,
    /// The comment that it answers.
    pub parent: Option<&'a str>,
    pub state: CommentState,
    pub created: i64,
    /// Its [`commitment`].
    pub content: String,
    /// The names of the rules that found something.
    pub rules: &'a [&'a str],
}

impl Arrival<'_> {
    pub fn entry(self) -> Entry<'static> {
        let mut detail = serde_json::json!({
            "article": self.article,
            "state": self.state.name(),
            "created_ms": self.created,
            "content": self.content,
        });
        if let Some(parent) = self.parent {
            detail["parent"] = parent.into();
        }
        if !self.rules.is_empty() {
            detail["rules"] = serde_json::json!(self.rules);
        }
        Entry { actor: READER, action: RECEIVED, subject: self.id, detail }
    }
}
