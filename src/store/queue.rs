//! The moderators' queues: what is in each, in which order, and what is known beside the words.

use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{Chain, Entry};
use super::comments::comment;
use super::reactions::reports_of;
use super::{Store, StoreError, json, now, parse, search, to_json, unsigned};
use crate::domain::account::Account;
use crate::domain::comment::{Comment, Reason};
use crate::domain::ids::AccountId;
use crate::domain::rule::{Hit, Rule};
use crate::domain::units::Timestamp;

/// A queue, by what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueName {
    Waiting,
    /// Those of the waiting that a rule has held.
    Flagged,
    /// What readers see and somebody reported since a moderator last decided.
    Reported,
    /// What readers see although no moderator has decided on it.
    Unseen,
    Approved,
    Rejected,
    All,
}

/// What stands first among those that wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Oldest,
    Risk,
}

/// A comment with what a moderator needs for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    pub comment: Comment,
    pub article_title: String,
    pub hits: Vec<Hit>,
    pub network: String,
    /// What was decided about other comments from its network.
    pub approved_before: u64,
    pub rejected_before: u64,
    /// Empty when the writer left none.
    pub email: String,
    /// Who the newspaper's own login says the writer is; empty: nobody knows.
    pub identity: String,
    /// Whom it answers, and what that says.
    pub answered: Option<(String, String)>,
    /// What readers reported it for since a moderator last decided.
    pub reports: Vec<(Reason, u64)>,
}

/// A network that may not comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockedNetwork {
    pub network: String,
    pub by: AccountId,
    pub at: Timestamp,
}

/// How many comments each queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    pub waiting: u64,
    pub flagged: u64,
    pub reported: u64,
    pub unseen: u64,
    pub approved: u64,
    pub rejected: u64,
}

#[derive(Serialize, Deserialize)]
struct HitRow {
    rule: String,
    term: Option<String>,
    start: usize,
    end: usize,
}

/// Whether a comment holds what is searched; `$1` and `$2` are the [`patterns`].
pub(super) const SEARCHED: &str = "($1 = '' OR body LIKE $1 ESCAPE '!' OR author LIKE $1 ESCAPE '!'
    OR network LIKE $1 ESCAPE '!' OR email LIKE $1 ESCAPE '!' OR identity LIKE $1 ESCAPE '!'
    OR ($2 <> '' AND fingerprint LIKE $2 ESCAPE '!'))";

/// What was typed as patterns of texts and of fingerprints; both empty: everything is meant.
pub(super) fn patterns(searched: &str) -> (String, String) {
    match searched {
        "" => (String::new(), String::new()),
        searched => (search::like(searched), letters_pattern(searched)),
    }
}

impl QueueName {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Flagged,
        Self::Reported,
        Self::Unseen,
        Self::Approved,
        Self::Rejected,
        Self::All,
    ];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Flagged => "flagged",
            Self::Reported => "reported",
            Self::Unseen => "unseen",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::All => "all",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|queue| queue.name() == name)
    }

    /// Whether what is decided leaves it.
    pub fn empties(self) -> bool {
        matches!(self, Self::Waiting | Self::Flagged | Self::Reported | Self::Unseen)
    }

    pub(super) fn condition(self) -> &'static str {
        match self {
            Self::Waiting => "state = 'waiting'",
            Self::Flagged => "state = 'waiting' AND risk > 0",
            Self::Reported => "reports > 0 AND state = 'approved'",
            Self::Unseen => "state = 'approved' AND decided_ms IS NULL",
            Self::Approved => "state = 'approved'",
            Self::Rejected => "state = 'rejected'",
            Self::All => "1 = 1",
        }
    }

    fn order(self, order: Order) -> &'static str {
        match (self, order) {
            (Self::Waiting | Self::Flagged | Self::Unseen, Order::Oldest) => {
                "comments.created_ms, comments.id"
            }
            (Self::Waiting | Self::Flagged | Self::Unseen, Order::Risk) => {
                "comments.risk DESC, comments.created_ms, comments.id"
            }
            (Self::Reported, _) => "comments.reports DESC, comments.created_ms, comments.id",
            // What a rule rejected nobody decided.
            (Self::Approved | Self::Rejected, _) => {
                "COALESCE(comments.decided_ms, comments.created_ms) DESC, comments.id DESC"
            }
            (Self::All, _) => "comments.created_ms DESC, comments.id DESC",
        }
    }
}

impl Store {
    /// A part of a queue: `count` comments after the first `skip`. Of those that hold what is searched,
    /// in their words (however they are dressed), their author's name or their network.
    pub async fn queue(
        &self,
        queue: QueueName,
        order: Order,
        searched: &str,
        skip: u32,
        count: u32,
    ) -> Result<Vec<Queued>, StoreError> {
        let before = |state: &str| {
            format!(
                "(SELECT COUNT(*) FROM comments AS other WHERE other.network = comments.network
                  AND comments.network <> '' AND other.state = '{state}' AND other.id <> comments.id)"
            )
        };
        // The page first: what is known of a network is counted for the comments on it alone.
        let sql = format!(
            "SELECT comments.*, articles.title AS article_title,
                answered.author AS answered_author, answered.body AS answered_body,
                {} AS approved_before, {} AS rejected_before
             FROM (SELECT * FROM comments WHERE {condition}
                AND {SEARCHED} ORDER BY {order} LIMIT $3 OFFSET $4) AS comments
             JOIN articles ON articles.id = comments.article_id
             LEFT JOIN comments AS answered ON answered.id = comments.parent_id
             ORDER BY {order}",
            before("approved"),
            before("rejected"),
            condition = queue.condition(),
            order = queue.order(order),
        );
        let (typed, letters) = patterns(searched);
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(typed).bind(letters);
        let query = query.bind(i64::from(count)).bind(i64::from(skip));
        let rows = query.fetch_all(&self.pool).await?;
        let mut items: Vec<Queued> = rows.iter().map(queued).collect::<Result<_, _>>()?;
        for (item, row) in items.iter_mut().zip(&rows) {
            if unsigned(row, "reports")? > 0 {
                item.reports = reports_of(self, item.comment.id).await?;
            }
        }
        Ok(items)
    }

    pub async fn queue_counts(&self) -> Result<QueueCounts, StoreError> {
        let query = sqlx::query(
            "SELECT state, COUNT(*) AS count,
                CAST(SUM(CASE WHEN risk > 0 THEN 1 ELSE 0 END) AS BIGINT) AS flagged,
                CAST(SUM(CASE WHEN reports > 0 THEN 1 ELSE 0 END) AS BIGINT) AS reported,
                CAST(SUM(CASE WHEN decided_ms IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unseen
             FROM comments GROUP BY state",
        );
        let mut counts = QueueCounts::default();
        for row in query.fetch_all(&self.pool).await? {
            let count = unsigned(&row, "count")?;
            match row.try_get::<String, _>("state")?.as_str() {
                "waiting" => (counts.waiting, counts.flagged) = (count, unsigned(&row, "flagged")?),
                "approved" => {
                    counts.approved = count;
                    counts.reported = unsigned(&row, "reported")?;
                    counts.unseen = unsigned(&row, "unseen")?;
                }
                _ => counts.rejected = count,
            }
        }
        Ok(counts)
    }

    /// From now on what comes from a network is rejected by itself. False: it was blocked before.
    pub async fn block_network(&self, network: &str, by: &Account) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query(
            "INSERT INTO blocked_networks (network, blocked_by, blocked_ms) VALUES ($1, $2, $3)
             ON CONFLICT (network) DO NOTHING",
        );
        let done = done.bind(network).bind(by.id.to_string()).bind(now().0);
        let changed = done.execute(&mut *write).await?.rows_affected() == 1;
        if changed {
            note_network(&mut write, "network.blocked", network, by).await?;
        }
        write.commit().await?;
        Ok(changed)
    }

    /// Lets a network comment again. False: it was not blocked.
    pub async fn unblock_network(&self, network: &str, by: &Account) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        let done = sqlx::query("DELETE FROM blocked_networks WHERE network = $1").bind(network);
        let changed = done.execute(&mut *write).await?.rows_affected() == 1;
        if changed {
            note_network(&mut write, "network.unblocked", network, by).await?;
        }
        write.commit().await?;
        Ok(changed)
    }

    /// The newest first.
    pub async fn blocked_networks(&self) -> Result<Vec<BlockedNetwork>, StoreError> {
        let query = sqlx::query("SELECT * FROM blocked_networks ORDER BY blocked_ms DESC, network");
        let network = |row: &AnyRow| {
            Ok(BlockedNetwork {
                network: row.try_get("network")?,
                by: parse(row, "blocked_by")?,
                at: Timestamp(row.try_get("blocked_ms")?),
            })
        };
        query.fetch_all(&self.pool).await?.iter().map(network).collect()
    }
}

async fn note_network(
    write: &mut sqlx::AnyConnection,
    action: &'static str,
    network: &str,
    by: &Account,
) -> Result<(), StoreError> {
    let mut chain = Chain::open(write).await?;
    let detail = serde_json::json!({});
    let entry = Entry { actor: &by.name, action, subject: network.to_owned(), detail };
    chain.append(write, entry).await
}

/// The pattern of what was typed in fingerprints, which have letters only; empty when it is not letters.
fn letters_pattern(searched: &str) -> String {
    if searched.chars().any(char::is_numeric) {
        return String::new();
    }
    let letters: String = search::fold(searched).chars().filter(|c| c.is_alphabetic()).collect();
    if letters.is_empty() { letters } else { format!("%{letters}%") }
}

/// Hits as they are stored.
pub(super) fn hits_json(hits: &[Hit]) -> String {
    let row = |hit: &Hit| HitRow {
        rule: hit.rule.name().to_owned(),
        term: hit.term.clone(),
        start: hit.span.start,
        end: hit.span.end,
    };
    to_json(&hits.iter().map(row).collect::<Vec<_>>())
}

/// The hits of a comment.
pub(super) fn hits(row: &AnyRow) -> Result<Vec<Hit>, StoreError> {
    let hits: Vec<HitRow> = json(row, "hits")?;
    let hit = |row: HitRow| {
        let rule = Rule::from_name(&row.rule)
            .ok_or_else(|| StoreError::Corrupt(format!("rule {:?}", row.rule)))?;
        Ok(Hit { rule, term: row.term, span: row.start..row.end })
    };
    hits.into_iter().map(hit).collect()
}

fn queued(row: &AnyRow) -> Result<Queued, StoreError> {
    Ok(Queued {
        comment: comment(row)?,
        article_title: row.try_get("article_title")?,
        hits: hits(row)?,
        network: row.try_get("network")?,
        approved_before: unsigned(row, "approved_before")?,
        rejected_before: unsigned(row, "rejected_before")?,
        email: row.try_get("email")?,
        identity: row.try_get("identity")?,
        answered: row
            .try_get::<Option<String>, _>("answered_author")?
            .zip(row.try_get("answered_body")?),
        reports: Vec::new(),
    })
}
