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
    /// The name of whoever decided last.
    by: Option<String>,
}

impl Store {
    /// Records after a number, oldest first.
    pub async fn audit_after(&self, seq: i64, count: i64) -> Result<Vec<Record>, StoreError> {
        let query = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
        let rows = query.bind(seq).bind(count).fetch_all(&self.pool).await?;
        rows.iter().map(record).collect()
    }

    /// Everything that was done to one subject, oldest first.
    pub async fn audit_of(&self, subject: &str) -> Result<Vec<Record>, StoreError> {
        let query = sqlx::query("SELECT * FROM audit WHERE subject = $1 ORDER BY seq");
        let rows = query.bind(subject).fetch_all(&self.pool).await?;
        rows.iter().map(record).collect()
    }

    /// Goes through the whole log, and through all comments: whether each record follows from the one
    /// before it, whether every comment's words are those that came in, and whether its state is the
    /// one that was last decided.
    pub async fn verify_audit(&self) -> Result<AuditReport, StoreError> {
        let mut report =
            AuditReport { records: 0, head: hex(&Sha256::digest(BEGINNING)), faults: Vec::new() };
        let mut logged = HashMap::new();
        let mut seen = 0;
        loop {
            let records = self.audit_after(seen, PAGE).await?;
            let Some(last) = records.last() else { break };
            seen = last.seq;
            for record in records {
                report.check(&record);
                note(&mut logged, &record);
            }
        }
        self.verify_comments(&logged, &mut report).await?;
        Ok(report)
    }

    async fn verify_comments(
        &self,
        logged: &HashMap<String, Logged>,
        report: &mut AuditReport,
    ) -> Result<(), StoreError> {
        let mut last = String::new();
        let mut found = 0;
        loop {
            let query = sqlx::query(
                "SELECT comments.id, author, body, state, salt, comments.created_ms, accounts.name,
                    decided_by_mail
                 FROM comments LEFT JOIN accounts ON accounts.id = decided_by
                 WHERE comments.id > $1 ORDER BY comments.id LIMIT $2",
            );
            let rows = query.bind(&last).bind(PAGE).fetch_all(&self.pool).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let id: String = row.try_get("id")?;
                let text = |column: &str| row.try_get::<String, _>(column);
                let content = commitment(&text("salt")?, &text("author")?, &text("body")?);
                match logged.get(&id) {
                    None => report.faults.push(format!("comment {id} is not in the log")),
                    Some(logged) => {
                        found += 1;
                        if logged.content != content {
                            report.faults.push(format!("the words of comment {id} were changed"));
                        }
                        if logged.created != row.try_get::<i64, _>("created_ms")? {
                            report.faults.push(format!("the time of comment {id} was changed"));
                        }
                        // Who decided before there was a log is not in it.
                        let mail: Option<String> = row.try_get("decided_by_mail")?;
                        let by = row.try_get::<Option<String>, _>("name")?;
                        let by = by.or(mail.as_deref().map(mail_name));
                        if logged.by.is_some() && logged.by != by {
                            report.faults.push(format!("who decided on comment {id} was changed"));
                        }
                        let state = text("state")?;
                        if logged.state != state {
                            let was = &logged.state;
                            let fault = format!("comment {id} is {state}, the log says {was}");
                            report.faults.push(fault);
                        }
                    }
                }
                last = id;
            }
        }
        let missing = logged.len().saturating_sub(found);
        if missing > 0 {
            report.faults.push(format!("{missing} comments of the log are gone"));
        }
        Ok(())
    }
}

impl AuditReport {
    /// Whether a record follows from what went before.
    fn check(&mut self, record: &Record) {
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
            let received = Logged { state, content, created, by: None };
            logged.insert(record.subject.clone(), received);
        }
        DECIDED => {
            if let Some(comment) = logged.get_mut(&record.subject) {
                comment.state = text("state");
                comment.by = Some(record.actor.clone());
            }
        }
        _ => {}
    }
}

fn record(row: &AnyRow) -> Result<Record, StoreError> {
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
