//! Slow work as rows: asked for, claimed with a lease, renewed, finished or given back.
//!
//! A worker may be killed at any instant. Its lease then runs out and somebody else claims the
//! row. What a finished job leaves behind is written in one transaction that checks the lease, so
//! of two workers that believe they own a job only one can finish it.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::narrations::NewNarration;
use super::{Store, StoreError, article_events, articles, json, narrations, new_id, now};
use super::{parse, parse_optional, publication, revisions, to_json};
use crate::domain::address::{Address, InvalidAddress};
use crate::domain::article::Article;
use crate::domain::ids::{ArticleId, JobId, NarrationId};
use crate::domain::job::{Failure, Job, JobState, Progress, Source, Urgency};
use crate::domain::publication::Debut;
use crate::domain::units::{Millis, Timestamp};

/// The right to work on a job until the lease runs out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    pub job: Job,
    pub source: Source,
    /// Who holds it.
    pub worker: String,
}

/// Work that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// The same name is the same row.
    pub name: String,
    /// What people know it by.
    pub label: String,
    pub source: Source,
}

/// What a job leaves behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    pub article: Article,
    pub narration: NewNarration,
    /// How many sentences a voice had to speak for it.
    pub spoken: u32,
    /// How the article stands if it was never read before.
    pub debut: Debut,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SourceRow {
    Address(String),
    Html { url: Option<String>, html: String },
    Text { title: String, paragraphs: Vec<String> },
    Stored { article: String },
}

/// The columns of a [`Job`], which leave out its source: that can be a whole page.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, label, state, urgency, done, total, attempts, article_id, narration_id, ",
            "failure_code, failure_detail, created_ms, updated_ms FROM jobs ",
            $rest
        )
    };
}

impl Store {
    /// Asks for work. `wish` names it: the same wish finds the same row. Work that has ended is
    /// queued again; work that is under way is done once more when it ends, since what it read may
    /// have been changed meanwhile.
    ///
    /// Work that waits or runs never becomes less urgent by being asked for once more.
    pub async fn ask(
        &self,
        wish: &str,
        label: &str,
        urgency: Urgency,
        source: &Source,
    ) -> Result<Job, StoreError> {
        if let Some(waiting) = self.waiting(wish, urgency).await? {
            return Ok(waiting);
        }
        let mut write = self.write().await?;
        let asked = ask_on(&mut write, wish, label, urgency, source).await?;
        write.commit().await?;
        Ok(asked)
    }

    /// The row of a wish that waits already, as urgent as is asked, and was never begun since: what it
    /// will read is read after this moment, so there is nothing to write, and thousands who ask at once
    /// do not wait for the disk.
    async fn waiting(&self, wish: &str, urgency: Urgency) -> Result<Option<Job>, StoreError> {
        let query = sqlx::query(select!(
            "WHERE wish = $1 AND state = 'queued' AND urgency >= $2 AND attempts = 0
                AND failure_code IS NULL"
        ));
        let query = query.bind(wish).bind(urgency.level());
        query.fetch_optional(&self.pool).await?.as_ref().map(job).transpose()
    }

    /// Forgets work that has failed and never became an article; gives how much there was of it.
    pub async fn forget_failed(&self, jobs: &[JobId]) -> Result<usize, StoreError> {
        let mut write = self.write().await?;
        let mut count = 0;
        for id in jobs {
            let sql = "DELETE FROM jobs WHERE id = $1 AND state = 'failed' AND article_id IS NULL";
            let done = sqlx::query(sql).bind(id.to_string()).execute(&mut *write).await?;
            count += done.rows_affected() as usize;
        }
        write.commit().await?;
        Ok(count)
    }

    /// Does work again that has ended, by what it was asked with. `None`: there is no such job.
    pub async fn ask_again(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let mut write = self.write().await?;
        let row = sqlx::query(
            "UPDATE jobs SET state = 'queued', done = 0, total = NULL, attempts = 0,
                failure_code = NULL, failure_detail = NULL, run_after_ms = $2, asked_ms = $2,
                updated_ms = $2
             WHERE id = $1 AND state IN ('done', 'failed') RETURNING *",
        );
        let row = row.bind(id.to_string()).bind(now().0).fetch_optional(&mut *write).await?;
        let Some(row) = row else {
            drop(write);
            return self.job(id).await;
        };
        let asked = job(&row)?;
        touch(&mut write, asked.article).await?;
        write.commit().await?;
        Ok(Some(asked))
    }

    /// Asks for much work at once, all of it or none.
    pub async fn ask_all(&self, wishes: &[Wish], urgency: Urgency) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        for Wish { name, label, source } in wishes {
            ask_on(&mut write, name, label, urgency, source).await?;
        }
        Ok(write.commit().await?)
    }

    pub async fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let query = sqlx::query(select!("WHERE id = $1")).bind(id.to_string());
        query.fetch_optional(&self.pool).await?.as_ref().map(job).transpose()
    }

    /// The latest jobs, latest first.
    pub async fn jobs(&self, count: u32) -> Result<Vec<Job>, StoreError> {
        let query = sqlx::query(select!("ORDER BY updated_ms DESC, id DESC LIMIT $1"));
        query.bind(i64::from(count)).fetch_all(&self.pool).await?.iter().map(job).collect()
    }

    /// The jobs that failed last, latest first.
    pub async fn failed_jobs(&self, count: u32) -> Result<Vec<Job>, StoreError> {
        let query = sqlx::query(select!(
            "WHERE state = 'failed' ORDER BY updated_ms DESC, id DESC LIMIT $1"
        ));
        query.bind(i64::from(count)).fetch_all(&self.pool).await?.iter().map(job).collect()
    }

    /// Takes the most urgent job, of those the one that has waited longest: one that is due, or one whose worker fell silent.
    pub async fn claim(&self, worker: &str, lease: Millis) -> Result<Option<Lease>, StoreError> {
        let now = now().0;
        let row = sqlx::query(
            "UPDATE jobs SET state = 'running', worker = $1, lease_until_ms = $2, begun_ms = $3,
                waited_ms = CASE WHEN attempts = 0 THEN $3 - asked_ms ELSE waited_ms END,
                attempts = attempts + 1, done = 0, total = NULL, updated_ms = $3
             WHERE id = (
                SELECT id FROM jobs
                WHERE (state = 'queued' AND run_after_ms <= $3)
                   OR (state = 'running' AND lease_until_ms < $3)
                ORDER BY urgency DESC, run_after_ms, id LIMIT 1)
             RETURNING *",
        )
        .bind(worker)
        .bind(after(now, lease))
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        match leased(&row, worker) {
            Ok(lease) => Ok(Some(lease)),
            Err(error) => {
                // Nobody will ever understand this row: without this it would be claimed for ever.
                sqlx::query(
                    "UPDATE jobs SET state = 'failed', failure_code = 'store_failed',
                        failure_detail = $2 WHERE id = $1",
                )
                .bind(row.try_get::<String, _>("id")?)
                .bind(error.to_string())
                .execute(&self.pool)
                .await?;
                Err(error)
            }
        }
    }

    /// Says that the worker still lives and how far it is; fails when the lease was lost.
    pub async fn renew(
        &self,
        lease: &Lease,
        length: Millis,
        progress: Progress,
    ) -> Result<(), StoreError> {
        let now = now().0;
        let done = sqlx::query(
            "UPDATE jobs SET lease_until_ms = $3, done = $4, total = $5, updated_ms = $6
             WHERE id = $1 AND worker = $2 AND state = 'running'",
        )
        .bind(lease.job.id.to_string())
        .bind(lease.worker.as_str())
        .bind(after(now, length))
        .bind(i64::from(progress.done))
        .bind(progress.total.map(i64::from))
        .bind(now)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Remembers the article that the job is about to read, so that listeners can ask for it already;
    /// fails when the lease was lost. `debut` is how it stands if it is new.
    pub async fn begin(
        &self,
        lease: &Lease,
        article: &Article,
        debut: Debut,
    ) -> Result<ArticleId, StoreError> {
        let address = asked(&lease.source);
        let mut write = self.write().await?;
        let article = match lease.source {
            Source::Stored(id) => id,
            _ => articles::reserve(&mut write, article, address.as_ref(), debut).await?,
        };
        let done = sqlx::query(
            "UPDATE jobs SET article_id = $3, updated_ms = $4
             WHERE id = $1 AND worker = $2 AND state = 'running'",
        )
        .bind(lease.job.id.to_string())
        .bind(lease.worker.as_str())
        .bind(article.to_string())
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::LeaseLost);
        }
        write.commit().await?;
        Ok(article)
    }

    /// A listener waits for an article: the latest job for it becomes as urgent as can be, and is done
    /// again if its sound was lost. Gives that job as it then is, if there is one.
    pub async fn hurry(&self, article: ArticleId) -> Result<Option<Job>, StoreError> {
        let row = sqlx::query(
            "UPDATE jobs SET urgency = $2,
                state = CASE WHEN state = 'done' THEN 'queued' ELSE state END,
                run_after_ms = CASE WHEN state = 'done' THEN $3 ELSE run_after_ms END,
                asked_ms = CASE WHEN state = 'done' THEN $3 ELSE asked_ms END, updated_ms = $3
             WHERE id = (
                SELECT id FROM jobs WHERE article_id = $1 ORDER BY updated_ms DESC, id DESC LIMIT 1)
             RETURNING *",
        )
        .bind(article.to_string())
        .bind(Urgency::Listener.level())
        .bind(now().0)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(job).transpose()
    }

    /// The latest job for an article.
    pub async fn job_for(&self, article: ArticleId) -> Result<Option<Job>, StoreError> {
        let sql = select!("WHERE article_id = $1 ORDER BY updated_ms DESC, id DESC LIMIT 1");
        let query = sqlx::query(sql).bind(article.to_string());
        query.fetch_optional(&self.pool).await?.as_ref().map(job).transpose()
    }

    /// Remembers what the job made and closes it: all of it or nothing.
    pub async fn finish(&self, lease: &Lease, made: &Finished) -> Result<NarrationId, StoreError> {
        let address = asked(&lease.source);
        let mut write = self.write().await?;
        let article = match lease.source {
            Source::Stored(id) => {
                articles::renew(&mut write, id, &made.article).await?;
                id
            }
            _ => articles::upsert(&mut write, &made.article, address.as_ref(), made.debut).await?,
        };
        revisions::was_read(&mut write, article, &made.article).await?;
        if made.debut == Debut::Sure {
            publication::publish_sure(&mut write, article).await?;
        }
        let before = article_events::reading(&mut write, article).await?;
        let narration = narrations::publish(&mut write, article, &made.narration).await?;
        close(&mut write, lease, article, narration, made).await?;
        // Who was told of this reading is not told of it again.
        if before != Some(narration) {
            article_events::finished(&mut write, lease, article, narration, made).await?;
        }
        write.commit().await?;
        Ok(narration)
    }

    /// Puts a job back as if it had not been begun: for a worker that is told to stop.
    pub async fn put_back(&self, lease: &Lease) -> Result<(), StoreError> {
        let done = sqlx::query(
            "UPDATE jobs SET state = 'queued', worker = NULL, lease_until_ms = NULL, done = 0,
                total = NULL, attempts = attempts - 1, updated_ms = $3
             WHERE id = $1 AND worker = $2 AND state = 'running'",
        )
        .bind(lease.job.id.to_string())
        .bind(lease.worker.as_str())
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
    }

    /// Gives a job up (`again` is `None`) or back to the queue, to be tried after `again`.
    pub async fn give_back(
        &self,
        lease: &Lease,
        failure: &Failure,
        again: Option<Millis>,
    ) -> Result<(), StoreError> {
        let now = now().0;
        let state = if again.is_some() { JobState::Queued } else { JobState::Failed };
        let mut write = self.write().await?;
        let row = sqlx::query(
            "UPDATE jobs SET state = $3, worker = NULL, lease_until_ms = NULL, run_after_ms = $4,
                failure_code = $5, failure_detail = $6, updated_ms = $7, spent_ms = $7 - begun_ms
             WHERE id = $1 AND worker = $2 AND state = 'running' RETURNING *",
        )
        .bind(lease.job.id.to_string())
        .bind(lease.worker.as_str())
        .bind(state.name())
        .bind(after(now, again.unwrap_or_default()))
        .bind(failure.code.as_str())
        .bind(failure.detail.as_str())
        .bind(now)
        .fetch_optional(&mut *write)
        .await?;
        let row = row.ok_or(StoreError::LeaseLost)?;
        touch(&mut write, job(&row)?.article).await?;
        if state == JobState::Failed {
            article_events::failed(&mut write, lease, failure).await?;
        }
        Ok(write.commit().await?)
    }
}

/// Something was done with an article: it moves up at the desk.
async fn touch(
    connection: &mut AnyConnection,
    article: Option<ArticleId>,
) -> Result<(), StoreError> {
    let Some(article) = article else { return Ok(()) };
    let query = sqlx::query("UPDATE articles SET touched_ms = $2 WHERE id = $1");
    query.bind(article.to_string()).bind(now().0).execute(connection).await?;
    Ok(())
}

async fn ask_on(
    connection: &mut AnyConnection,
    wish: &str,
    label: &str,
    urgency: Urgency,
    source: &Source,
) -> Result<Job, StoreError> {
    let stored = match source {
        Source::Stored(article) => Some(article.to_string()),
        _ => None,
    };
    let row = sqlx::query(
        "INSERT INTO jobs (id, wish, label, source, state, run_after_ms, asked_ms, created_ms,
            updated_ms, urgency, article_id)
         VALUES ($1, $2, $3, $4, 'queued', $5, $5, $5, $5, $6,
            (SELECT id FROM articles WHERE id = $7))
         ON CONFLICT (wish) DO UPDATE SET
            urgency = CASE
                WHEN jobs.state IN ('queued', 'running') AND jobs.urgency > excluded.urgency
                THEN jobs.urgency ELSE excluded.urgency END,
            state = CASE WHEN jobs.state = 'running' THEN 'running' ELSE 'queued' END,
            done = CASE WHEN jobs.state = 'running' THEN jobs.done ELSE 0 END,
            total = CASE WHEN jobs.state = 'running' THEN jobs.total ELSE NULL END,
            attempts = CASE WHEN jobs.state = 'running' THEN jobs.attempts ELSE 0 END,
            failure_code = CASE WHEN jobs.state = 'running' THEN jobs.failure_code END,
            failure_detail = CASE WHEN jobs.state = 'running' THEN jobs.failure_detail END,
            run_after_ms = excluded.run_after_ms,
            asked_ms = excluded.asked_ms,
            updated_ms = excluded.updated_ms
         RETURNING *",
    )
    .bind(new_id::<JobId>().to_string())
    .bind(wish)
    .bind(label)
    .bind(to_json(&source_row(source)))
    .bind(now().0)
    .bind(urgency.level())
    .bind(stored)
    .fetch_one(&mut *connection)
    .await?;
    let asked = job(&row)?;
    touch(connection, asked.article).await?;
    Ok(asked)
}

/// The address under which the article was asked for.
pub(super) fn asked(source: &Source) -> Option<Address> {
    match source {
        Source::Address(address) => Some(address.canonical()),
        Source::Html { url, .. } => url.as_ref().map(Address::canonical),
        Source::Text { .. } | Source::Stored(_) => None,
    }
}

async fn close(
    connection: &mut AnyConnection,
    lease: &Lease,
    article: ArticleId,
    narration: NarrationId,
    made: &Finished,
) -> Result<(), StoreError> {
    let count = made.narration.lines.len() as i64;
    let done = sqlx::query(
        "UPDATE jobs SET state = CASE WHEN asked_ms > begun_ms THEN 'queued' ELSE 'done' END,
            attempts = 0, worker = NULL, lease_until_ms = NULL, done = $3,
            total = $3, article_id = $4, narration_id = $5, failure_code = NULL,
            failure_detail = NULL, updated_ms = $6, spoken = $7, spent_ms = $6 - begun_ms
         WHERE id = $1 AND worker = $2 AND state = 'running'",
    )
    .bind(lease.job.id.to_string())
    .bind(lease.worker.as_str())
    .bind(count)
    .bind(article.to_string())
    .bind(narration.to_string())
    .bind(now().0)
    .bind(i64::from(made.spoken))
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
}

/// Ends a job whose article keeps the reading that it has.
pub(super) async fn close_unread(
    connection: &mut AnyConnection,
    lease: &Lease,
    article: ArticleId,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE jobs SET state = CASE WHEN asked_ms > begun_ms THEN 'queued' ELSE 'done' END,
            attempts = 0, worker = NULL, lease_until_ms = NULL, article_id = $3, spoken = 0,
            narration_id = (SELECT reading_id FROM articles WHERE id = $3), failure_code = NULL,
            failure_detail = NULL, updated_ms = $4
         WHERE id = $1 AND worker = $2 AND state = 'running'",
    )
    .bind(lease.job.id.to_string())
    .bind(lease.worker.as_str())
    .bind(article.to_string())
    .bind(now().0)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(StoreError::LeaseLost) }
}

pub(super) fn after(now: i64, wait: Millis) -> i64 {
    now.saturating_add(i64::try_from(wait.0).unwrap_or(i64::MAX))
}

fn source_row(source: &Source) -> SourceRow {
    match source.clone() {
        Source::Address(address) => SourceRow::Address(address.to_string()),
        Source::Html { url, html } => {
            SourceRow::Html { url: url.map(|address| address.to_string()), html }
        }
        Source::Text { title, paragraphs } => SourceRow::Text { title, paragraphs },
        Source::Stored(article) => SourceRow::Stored { article: article.to_string() },
    }
}

fn address(stored: &str) -> Result<Address, StoreError> {
    stored.parse().map_err(|error: InvalidAddress| StoreError::Corrupt(error.to_string()))
}

fn leased(row: &AnyRow, worker: &str) -> Result<Lease, StoreError> {
    let source = match json(row, "source")? {
        SourceRow::Address(url) => Source::Address(address(&url)?),
        SourceRow::Html { url, html } => {
            Source::Html { url: url.as_deref().map(address).transpose()?, html }
        }
        SourceRow::Text { title, paragraphs } => Source::Text { title, paragraphs },
        SourceRow::Stored { article } => {
            let corrupt = |_| StoreError::Corrupt(format!("article = {article:?}"));
            Source::Stored(article.parse().map_err(corrupt)?)
        }
    };
    Ok(Lease { job: job(row)?, source, worker: worker.to_owned() })
}

pub(super) fn job(row: &AnyRow) -> Result<Job, StoreError> {
    let state: String = row.try_get("state")?;
    let state = JobState::from_name(&state)
        .ok_or_else(|| StoreError::Corrupt(format!("state {state:?}")))?;
    let urgency: i64 = row.try_get("urgency")?;
    let urgency = Urgency::from_level(urgency)
        .ok_or_else(|| StoreError::Corrupt(format!("urgency {urgency}")))?;
    let count = |column: &str| -> Result<Option<u32>, StoreError> {
        let number: Option<i64> = row.try_get(column)?;
        Ok(number.and_then(|number| u32::try_from(number).ok()))
    };
    let code: Option<String> = row.try_get("failure_code")?;
    let detail: Option<String> = row.try_get("failure_detail")?;
    Ok(Job {
        id: parse(row, "id")?,
        label: row.try_get("label")?,
        state,
        urgency,
        progress: Progress { done: count("done")?.unwrap_or(0), total: count("total")? },
        attempts: count("attempts")?.unwrap_or(0),
        article: parse_optional(row, "article_id")?,
        narration: parse_optional(row, "narration_id")?,
        failure: code.map(|code| Failure { code, detail: detail.unwrap_or_default() }),
        created: Timestamp(row.try_get("created_ms")?),
        updated: Timestamp(row.try_get("updated_ms")?),
    })
}
