//! The editors' list: articles, and what was asked for and is no article yet, newest activity first.
//!
//! A page of it begins after the last row of the page before (its time and id), never after so many rows: the
//! hundredth page costs what the first does, and a row that moves up meanwhile shifts no other.

use std::collections::HashMap;

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::blobs::BlobId;
use super::publication::standing;
use super::{Store, StoreError, jobs, narrations, parse, parse_optional, places, search, unsigned};
use crate::domain::ids::{ArticleId, JobId, NarrationId};
use crate::domain::job::{Job, JobState};
use crate::domain::note::Note;
use crate::domain::publication::Standing;
use crate::domain::units::{Millis, SampleRate, Samples, Timestamp};

/// How many rows of a tab are counted: beyond it people are told that there are more. A thousand drafts took 10 ms.
const COUNTED_MAX: u64 = 100;

/// How many of what is no article yet a search looks through, the newest first.
const JOBS_SEARCHED: u32 = 1_000;

/// A part of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeskTab {
    #[default]
    All,
    /// What waits and what is being read.
    Working,
    Failed,
    Drafts,
    /// What readers can hear.
    Published,
}

/// Where a page begins: after the row of that time and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskCursor {
    pub at: Timestamp,
    pub id: String,
}

/// A row of the list: an article with the latest work on it, or work without an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskRow {
    /// Where the page after it begins.
    pub cursor: DeskCursor,
    pub article: Option<DeskArticle>,
    pub job: Option<DeskJob>,
}

/// An article without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskArticle {
    pub id: ArticleId,
    pub title: String,
    pub author: Option<String>,
    pub site: Option<String>,
    pub url: Option<String>,
    pub standing: Standing,
    pub reading: Option<DeskReading>,
    /// The paper shows another text by now.
    pub is_outdated: bool,
    /// A text that its site shows waits for an editor, or looks like no article.
    pub has_revision: bool,
    /// Its site says that it is gone.
    pub is_gone: bool,
    pub touched: Timestamp,
}

/// The newest reading of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskReading {
    pub id: NarrationId,
    pub length: Millis,
    /// `None`: the file is lost.
    pub mp3_bytes: Option<u64>,
    pub notes: Vec<Note>,
    /// How many places of it an editor should listen to.
    pub doubts: usize,
}

/// A job, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskJob {
    pub job: Job,
    /// From its last beginning to its end.
    pub spent: Option<Millis>,
    /// From being asked for to being begun.
    pub waited: Option<Millis>,
    /// Sentences that had to be spoken, the others were known.
    pub spoken: Option<u64>,
}

/// How many rows the tabs have; at most 100 are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeskCounts {
    pub working: u64,
    pub failed: u64,
    pub drafts: u64,
}

/// What a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Article(ArticleId),
    Job(JobId),
}

type Key = (DeskCursor, What);

impl DeskTab {
    pub const ALL: [Self; 5] =
        [Self::All, Self::Working, Self::Failed, Self::Drafts, Self::Published];

    /// The name in addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Working => "working",
            Self::Failed => "failed",
            Self::Drafts => "drafts",
            Self::Published => "published",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tab| tab.name() == name)
    }
}

impl DeskCursor {
    /// Before the first row.
    fn top() -> Self {
        Self { at: Timestamp(i64::MAX), id: String::new() }
    }
}

impl DeskCounts {
    /// Whether a number is the most that is counted.
    pub fn is_more(count: u64) -> bool {
        count >= COUNTED_MAX
    }
}

/// The newest `$3` rows before `$1` and `$2`, by columns that an index has in this order.
macro_rules! keys {
    ($time:literal, $from:literal, $where:literal) => {
        concat!(
            "SELECT id, ",
            $time,
            " AS at_ms FROM ",
            $from,
            " WHERE (",
            $time,
            ", id) < ($1, $2) ",
            $where,
            " ORDER BY ",
            $time,
            " DESC, id DESC LIMIT $3"
        )
    };
}

const ARTICLES: &str = keys!("touched_ms", "articles", "");
const DRAFTS: &str = keys!("touched_ms", "articles", "AND publication = 'draft'");
const PUBLIC: &str = keys!("touched_ms", "articles", "AND narration_id IS NOT NULL");
const ASKED_FOR: &str = keys!("updated_ms", "jobs", "AND article_id IS NULL");
/// Of an article the latest work alone. SQLite takes the index of what is unfinished for a condition that says
/// so in its words.
const IN_STATE: &str = keys!(
    "updated_ms",
    "jobs",
    "AND state = $4 AND state <> 'done' AND NOT EXISTS
        (SELECT 1 FROM jobs AS later WHERE later.article_id = jobs.article_id
         AND (later.updated_ms, later.id) > (jobs.updated_ms, jobs.id))"
);
const FOUND: &str = keys!(
    "touched_ms",
    "articles",
    "AND (id IN (SELECT article_id FROM article_search WHERE folded LIKE $4 ESCAPE '!')
        OR ($5 <> '' AND id IN (SELECT article_id FROM addresses WHERE url LIKE $5 ESCAPE '!')))"
);

/// What a [`DeskJob`] is made of.
const JOBS: &str =
    "SELECT id, label, state, urgency, done, total, attempts, article_id, narration_id,
    failure_code, failure_detail, created_ms, updated_ms, spent_ms, waited_ms, spoken FROM jobs ";

impl Store {
    /// A page of the list.
    pub async fn desk(
        &self,
        tab: DeskTab,
        after: Option<&DeskCursor>,
        count: u32,
    ) -> Result<Vec<DeskRow>, StoreError> {
        let (article, job) = (What::Article as fn(_) -> _, What::Job as fn(_) -> _);
        let keys = match tab {
            DeskTab::All => {
                let mut keys = self.desk_keys(ARTICLES, &[], after, count, article).await?;
                keys.extend(self.desk_keys(ASKED_FOR, &[], after, count, job).await?);
                keys
            }
            DeskTab::Working => {
                let (queued, running) = (JobState::Queued.name(), JobState::Running.name());
                let mut keys = self.desk_keys(IN_STATE, &[queued], after, count, job).await?;
                keys.extend(self.desk_keys(IN_STATE, &[running], after, count, job).await?);
                keys
            }
            DeskTab::Failed => {
                let failed = JobState::Failed.name();
                self.desk_keys(IN_STATE, &[failed], after, count, job).await?
            }
            DeskTab::Drafts => self.desk_keys(DRAFTS, &[], after, count, article).await?,
            DeskTab::Published => self.desk_keys(PUBLIC, &[], after, count, article).await?,
        };
        self.desk_rows(first(keys, count)).await
    }

    /// A page of what has the words that were typed, with or without their marks, in title, lead, author or
    /// address.
    pub async fn desk_about(
        &self,
        typed: &str,
        after: Option<&DeskCursor>,
        count: u32,
    ) -> Result<Vec<DeskRow>, StoreError> {
        let is_address = !typed.contains(char::is_whitespace) && typed.contains(['.', '/']);
        let address = if is_address { search::like(typed) } else { String::new() };
        let values = [search::pattern(typed), address];
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let mut keys = self.desk_keys(FOUND, &values, after, count, What::Article).await?;
        // Labels are few, and kept as they were typed.
        let asked = self.desk_keys(ASKED_FOR, &[], after, JOBS_SEARCHED, What::Job).await?;
        let wanted = search::fold(typed);
        for row in self.desk_rows(asked).await? {
            if let Some(DeskJob { job, .. }) = &row.job
                && search::fold(&job.label).contains(&wanted)
            {
                keys.push((row.cursor, What::Job(job.id)));
            }
        }
        self.desk_rows(first(keys, count)).await
    }

    /// The rows of these articles, and of these jobs.
    pub async fn desk_of(
        &self,
        articles: &[ArticleId],
        jobs: &[JobId],
    ) -> Result<Vec<DeskRow>, StoreError> {
        let articles = articles.iter().map(|id| What::Article(*id));
        let wanted = articles.chain(jobs.iter().map(|id| What::Job(*id)));
        self.desk_rows(wanted.map(|what| (DeskCursor::top(), what)).collect()).await
    }

    pub async fn desk_counts(&self) -> Result<DeskCounts, StoreError> {
        let top = DeskCursor::top();
        let count = async |sql: &str, states: &[&str]| {
            let sql = format!("SELECT COUNT(*) AS count FROM ({sql}) AS counted");
            let mut query = sqlx::query(AssertSqlSafe(sql)).bind(top.at.0).bind(&top.id);
            query = query.bind(COUNTED_MAX as i64);
            for state in states {
                query = query.bind(*state);
            }
            unsigned(&query.fetch_one(&self.pool).await?, "count")
        };
        let waiting = count(IN_STATE, &[JobState::Queued.name()]).await?;
        let running = count(IN_STATE, &[JobState::Running.name()]).await?;
        Ok(DeskCounts {
            working: (waiting + running).min(COUNTED_MAX),
            failed: count(IN_STATE, &[JobState::Failed.name()]).await?,
            drafts: count(DRAFTS, &[]).await?,
        })
    }

    /// The jobs that changed at a moment or later, the one that changed first before the others.
    pub async fn jobs_since(&self, at: Timestamp, count: u32) -> Result<Vec<Job>, StoreError> {
        let sql = format!("{JOBS} WHERE updated_ms >= $1 ORDER BY updated_ms, id LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(at.0).bind(i64::from(count));
        query.fetch_all(&self.pool).await?.iter().map(jobs::job).collect()
    }

    /// The articles with which something was done at a moment or later, in the same order.
    pub async fn touched_since(
        &self,
        at: Timestamp,
        count: u32,
    ) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
        let query = sqlx::query(
            "SELECT id, touched_ms FROM articles WHERE touched_ms >= $1
             ORDER BY touched_ms, id LIMIT $2",
        );
        let rows = query.bind(at.0).bind(i64::from(count)).fetch_all(&self.pool).await?;
        let one = |row: &AnyRow| Ok((parse(row, "id")?, Timestamp(row.try_get("touched_ms")?)));
        rows.iter().map(one).collect()
    }

    async fn desk_keys<Id: std::str::FromStr>(
        &self,
        sql: &'static str,
        values: &[&str],
        after: Option<&DeskCursor>,
        count: u32,
        what: impl Fn(Id) -> What,
    ) -> Result<Vec<Key>, StoreError> {
        let DeskCursor { at, id } = after.cloned().unwrap_or_else(DeskCursor::top);
        let mut query = sqlx::query(sql).bind(at.0).bind(id).bind(i64::from(count));
        for value in values {
            query = query.bind(*value);
        }
        let key = |row: &AnyRow| {
            let cursor =
                DeskCursor { at: Timestamp(row.try_get("at_ms")?), id: row.try_get("id")? };
            Ok((cursor, what(parse(row, "id")?)))
        };
        query.fetch_all(&self.pool).await?.iter().map(key).collect()
    }

    /// What is shown of each, in the order that is given.
    async fn desk_rows(&self, keys: Vec<Key>) -> Result<Vec<DeskRow>, StoreError> {
        let wanted = keys.iter().filter_map(|(_, what)| match what {
            What::Job(id) => Some(id.to_string()),
            What::Article(_) => None,
        });
        let by_id: HashMap<JobId, DeskJob> = self
            .desk_jobs("id", wanted.collect())
            .await?
            .into_iter()
            .map(|job| (job.job.id, job))
            .collect();
        let article_of = |what: &What| match what {
            What::Article(id) => Some(*id),
            What::Job(id) => by_id.get(id).and_then(|job| job.job.article),
        };
        let ids: Vec<ArticleId> = keys.iter().filter_map(|(_, what)| article_of(what)).collect();
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let mut latest: HashMap<ArticleId, DeskJob> = HashMap::new();
        for job in self.desk_jobs("article_id", ids.clone()).await? {
            let Some(article) = job.job.article else { continue };
            let is_later = |known: &DeskJob| known.job.updated < job.job.updated;
            if latest.get(&article).is_none_or(is_later) {
                latest.insert(article, job);
            }
        }
        let articles = self.desk_articles(ids).await?;
        let row = |(cursor, what): Key| {
            let article = article_of(&what).and_then(|id| articles.get(&id).cloned());
            let job = match what {
                What::Job(id) => by_id.get(&id).cloned(),
                What::Article(id) => latest.get(&id).cloned(),
            };
            DeskRow { cursor, article, job }
        };
        let rows = keys.into_iter().map(row);
        Ok(rows.filter(|row| row.article.is_some() || row.job.is_some()).collect())
    }

    async fn desk_jobs(
        &self,
        column: &'static str,
        ids: Vec<String>,
    ) -> Result<Vec<DeskJob>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!("{JOBS} WHERE {column} IN ({})", places(ids.len()));
        let query = ids.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(id));
        query.fetch_all(&self.pool).await?.iter().map(desk_job).collect()
    }

    async fn desk_articles(
        &self,
        ids: Vec<String>,
    ) -> Result<HashMap<ArticleId, DeskArticle>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let sql = format!(
            "SELECT articles.id, title, author, site, url, publication, publish_at_ms, pinned_ms,
                unpublished_ms, touched_ms, seen_hash, content_hash, reading_id, sample_rate,
                sample_count, mp3_blob, notes, gone_ms,
                (SELECT COUNT(*) FROM revisions WHERE revisions.article_id = articles.id
                    AND state IN ('waiting', 'doubtful')) AS open_revisions
             FROM articles LEFT JOIN narrations ON narrations.id = articles.reading_id
             WHERE articles.id IN ({})",
            places(ids.len())
        );
        let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |q, id| q.bind(id));
        let (mut found, mut sounds) = (HashMap::new(), Vec::new());
        let settled = self.settled_among(&ids).await?;
        for row in query.fetch_all(&self.pool).await? {
            let mut article = desk_article(&row)?;
            if let Some(reading) = &mut article.reading {
                let everywhere = settled.get(&None);
                let own = settled.get(&Some(article.id));
                let is_settled =
                    |key: &_| [everywhere, own].iter().flatten().any(|s| s.contains(key));
                reading.doubts =
                    narrations::doubts(&row)?.iter().filter(|key| !is_settled(key)).count();
            }
            if article.reading.is_some() {
                sounds.push((article.id, parse::<BlobId>(&row, "mp3_blob")?));
            }
            found.insert(article.id, article);
        }
        let blobs: Vec<BlobId> = sounds.iter().map(|(_, blob)| blob.clone()).collect();
        let lengths = self.blobs.lengths(&blobs).await?;
        for ((article, _), bytes) in sounds.iter().zip(lengths) {
            if let Some(reading) = found.get_mut(article).and_then(|a| a.reading.as_mut()) {
                reading.mp3_bytes = bytes;
            }
        }
        Ok(found)
    }
}

/// The newest of what several queries found.
fn first(mut keys: Vec<Key>, count: u32) -> Vec<Key> {
    keys.sort_by(|(a, _), (b, _)| (b.at, &b.id).cmp(&(a.at, &a.id)));
    keys.truncate(count as usize);
    keys
}

fn desk_job(row: &AnyRow) -> Result<DeskJob, StoreError> {
    let number = |column: &str| -> Result<Option<u64>, StoreError> {
        let number: Option<i64> = row.try_get(column)?;
        // A clock that was set back makes no time negative.
        Ok(number.map(|number| u64::try_from(number).unwrap_or_default()))
    };
    Ok(DeskJob {
        job: jobs::job(row)?,
        spent: number("spent_ms")?.map(Millis),
        waited: number("waited_ms")?.map(Millis),
        spoken: number("spoken")?,
    })
}

fn desk_article(row: &AnyRow) -> Result<DeskArticle, StoreError> {
    let seen: Option<String> = row.try_get("seen_hash")?;
    let read: String = row.try_get("content_hash")?;
    Ok(DeskArticle {
        id: parse(row, "id")?,
        title: row.try_get("title")?,
        author: row.try_get("author")?,
        site: row.try_get("site")?,
        url: row.try_get("url")?,
        standing: standing(row)?,
        reading: reading(row)?,
        is_outdated: seen.is_some_and(|seen| seen != read),
        has_revision: unsigned(row, "open_revisions")? > 0,
        is_gone: row.try_get::<Option<i64>, _>("gone_ms")?.is_some(),
        touched: Timestamp(row.try_get("touched_ms")?),
    })
}

fn reading(row: &AnyRow) -> Result<Option<DeskReading>, StoreError> {
    let Some(id) = parse_optional(row, "reading_id")? else { return Ok(None) };
    let rate: Option<i64> = row.try_get("sample_rate")?;
    // A reading without its row would be a damaged database; the list is shown all the same.
    let Some(rate) = rate.and_then(|rate| u32::try_from(rate).ok()) else { return Ok(None) };
    let length = Samples(unsigned(row, "sample_count")?).millis(SampleRate(rate));
    Ok(Some(DeskReading { id, length, mp3_bytes: None, notes: narrations::notes(row)?, doubts: 0 }))
}

#[cfg(test)]
mod tests;
