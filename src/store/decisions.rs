//! What moderators decide: the state and the record of it change together or not at all.

use sqlx::{AnyConnection, Row};

use super::audit::{Chain, DECIDED, Entry};
use super::outbox::{self, Happened};
use super::{Store, StoreError, comments, digests, now};
use crate::domain::account::Actor;
use crate::domain::comment::{CommentState, Decider, Reason};
use crate::domain::ids::CommentId;

/// A decision on one comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDecision {
    pub comment: CommentId,
    pub state: CommentState,
    /// Why, where it is rejected.
    pub reason: Option<Reason>,
    /// The state in which the moderator saw it, so that two moderators do not overrule each other
    /// unawares. `None`: whatever it is.
    pub seen: Option<CommentState>,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    Done,
    /// Somebody has decided meanwhile; nothing was changed.
    Meanwhile {
        state: CommentState,
        by: Option<Decider>,
    },
    /// The letter's link has decided before; nothing was changed.
    Used,
    /// There is no such comment, or its words are erased, and nothing is left to decide on.
    Unknown,
}

impl Store {
    /// Writes decisions down, each by itself: one that comes too late does not keep the others from
    /// being made. All of them are stored when this returns, in the order given.
    pub async fn decide_comments(
        &self,
        decisions: &[NewDecision],
        by: impl Into<Actor<'_>>,
    ) -> Result<Vec<Decided>, StoreError> {
        let by = by.into();
        let mut write = self.write().await?;
        let mut chain = Chain::open(&mut write).await?;
        let mut decided = Vec::with_capacity(decisions.len());
        for decision in decisions {
            let id = decision.comment.to_string();
            let query = sqlx::query(
                "SELECT article_id, parent_id, state, decided_by, decided_by_mail FROM comments
                 WHERE id = $1 AND body <> ''",
            );
            let Some(row) = query.bind(&id).fetch_optional(&mut *write).await? else {
                decided.push(Decided::Unknown);
                continue;
            };
            let state = comments::state(&row)?;
            if decision.seen.is_some_and(|seen| seen != state) {
                decided.push(Decided::Meanwhile { state, by: comments::decider(&row)? });
                continue;
            }
            if let Actor::Mail(recipient) = by
                && !digests::use_link(&mut write, recipient, decision.comment).await?
            {
                decided.push(Decided::Used);
                continue;
            }
            let (account, mail) = match by {
                Actor::Account(account) => (Some(account.id.to_string()), None),
                Actor::Mail(recipient) => (None, Some(recipient)),
            };
            let reason = decision.reason.map(Reason::name);
            sqlx::query(
                "UPDATE comments SET state = $2, reason = $3, decided_by = $4, decided_by_mail = $6,
                    decided_ms = $5, reports = 0
                 WHERE id = $1",
            )
            .bind(&id)
            .bind(decision.state.name())
            .bind(reason)
            .bind(account)
            .bind(now().0)
            .bind(mail)
            .execute(&mut *write)
            .await?;
            let approved = |state| i64::from(state == CommentState::Approved);
            let more = approved(decision.state) - approved(state);
            let article: String = row.try_get("article_id")?;
            let parent: Option<String> = row.try_get("parent_id")?;
            count_approved(&mut write, &article, parent.as_deref(), &id, more).await?;
            let detail = serde_json::json!({
                "from": state.name(), "state": decision.state.name(), "reason": reason,
            });
            let entry = Entry { actor: &by.name(), action: DECIDED, subject: id, detail };
            chain.append(&mut write, entry).await?;
            let told = [decision.comment];
            outbox::tell(&mut write, Happened::Decided, &told, Some(by)).await?;
            decided.push(Decided::Done);
        }
        write.commit().await?;
        Ok(decided)
    }
}

/// Keeps the numbers that readers are told: `more` is 1, 0 or -1. An answer is seen only below an approved
/// comment, and all of them come and go with it.
pub(super) async fn count_approved(
    write: &mut AnyConnection,
    article: &str,
    parent: Option<&str>,
    id: &str,
    more: i64,
) -> Result<(), StoreError> {
    if more == 0 {
        return Ok(());
    }
    let approved = async |write: &mut AnyConnection, sql: &'static str, id: &str| {
        let query = sqlx::query(sql).bind(id.to_owned());
        query.fetch_one(write).await?.try_get::<i64, _>("count")
    };
    let (comments, threads) = match parent {
        Some(parent) => {
            let is_seen =
                "SELECT COUNT(*) AS count FROM comments WHERE id = $1 AND state = 'approved'";
            (more * approved(write, is_seen, parent).await?, 0)
        }
        None => {
            let answers = "SELECT COUNT(*) AS count FROM comments WHERE parent_id = $1 AND state = 'approved'";
            (more * (1 + approved(write, answers, id).await?), more)
        }
    };
    sqlx::query(
        "UPDATE articles SET approved_comments = approved_comments + $2,
            approved_threads = approved_threads + $3
         WHERE id = $1",
    )
    .bind(article)
    .bind(comments)
    .bind(threads)
    .execute(write)
    .await?;
    Ok(())
}
