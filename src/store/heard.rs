//! What can be heard, as lists: "Tin mới" and its search, the podcast, the sitemap.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::blobs::BlobId;
use super::publication::PINNED_MAX;
use super::{Store, StoreError, parse, search, unsigned};
use crate::domain::ids::{ArticleId, NarrationId, VoiceId};
use crate::domain::units::{Millis, SampleRate, Samples, Timestamp};

/// An article that can be heard, without its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub article: ArticleId,
    pub title: String,
    pub lead: Option<String>,
    pub author: Option<String>,
    pub site: Option<String>,
    /// When its paper published it, as far as the paper says.
    pub published: Option<Timestamp>,
    /// When it was first read.
    pub created: Timestamp,
    /// When the article, or the reading that listeners get, last changed.
    pub changed: Timestamp,
    pub narration: NarrationId,
    pub voice: VoiceId,
    pub length: Millis,
    pub mp3: BlobId,
}

impl Heard {
    /// The time that readers are told and by which lists are sorted. A page that claims to be from the
    /// future is as new as the day it came.
    pub fn since(&self) -> Timestamp {
        self.published.map_or(self.created, |published| published.min(self.created))
    }
}

/// The columns of [`Heard`]; `$1` is how many are wanted, `$2` how many newer ones are left out. The
/// expression that sorts is that of the index `articles_heard`.
macro_rules! select {
    ($join:literal, $condition:literal) => {
        concat!(
            "SELECT articles.id, title, lead, author, site, published_ms, articles.created_ms,
                updated_ms, narrations.id AS narration_id, voice_id, sample_rate, sample_count, mp3_blob,
                narrations.created_ms AS read_ms
             FROM articles JOIN narrations ON narrations.id = articles.narration_id ",
            $join,
            " WHERE articles.narration_id IS NOT NULL ",
            $condition,
            " ORDER BY CASE WHEN published_ms < articles.created_ms THEN published_ms
                ELSE articles.created_ms END DESC, articles.id DESC LIMIT $1 OFFSET $2"
        )
    };
}

impl Store {
    /// Articles that can be heard, newest first.
    pub async fn heard(&self, count: u32, skip: u32) -> Result<Vec<Heard>, StoreError> {
        let query = sqlx::query(select!("", ""));
        let query = query.bind(i64::from(count)).bind(i64::from(skip));
        query.fetch_all(&self.pool).await?.iter().map(heard).collect()
    }

    /// Those that an editor wants above the others, the one that was pinned last first.
    pub async fn pinned(&self) -> Result<Vec<Heard>, StoreError> {
        let query = sqlx::query(
            "SELECT articles.id, title, lead, author, site, published_ms, articles.created_ms,
                updated_ms, narrations.id AS narration_id, voice_id, sample_rate, sample_count,
                mp3_blob, narrations.created_ms AS read_ms
             FROM articles JOIN narrations ON narrations.id = articles.narration_id
             WHERE pinned_ms IS NOT NULL ORDER BY pinned_ms DESC, articles.id DESC LIMIT $1",
        );
        let query = query.bind(i64::from(PINNED_MAX));
        query.fetch_all(&self.pool).await?.iter().map(heard).collect()
    }

    /// Those of them whose title, lead or author contain what was typed, with or without its marks.
    pub async fn heard_about(
        &self,
        typed: &str,
        count: u32,
        skip: u32,
    ) -> Result<Vec<Heard>, StoreError> {
        let query = sqlx::query(select!(
            "JOIN article_search ON article_search.article_id = articles.id",
            "AND folded LIKE $3 ESCAPE '!'"
        ));
        let query = query.bind(i64::from(count)).bind(i64::from(skip));
        let rows = query.bind(search::pattern(typed)).fetch_all(&self.pool).await?;
        rows.iter().map(heard).collect()
    }

    /// All that can be heard, newest first, with the time of its last change.
    pub async fn heard_since(&self, count: u32) -> Result<Vec<(ArticleId, Timestamp)>, StoreError> {
        let query = sqlx::query(
            "SELECT id, updated_ms FROM articles WHERE narration_id IS NOT NULL
             ORDER BY CASE WHEN published_ms < created_ms THEN published_ms ELSE created_ms END DESC,
                id DESC LIMIT $1",
        );
        let rows = query.bind(i64::from(count)).fetch_all(&self.pool).await?;
        let entry = |row: &AnyRow| {
            Ok::<_, StoreError>((parse(row, "id")?, Timestamp(row.try_get("updated_ms")?)))
        };
        rows.iter().map(entry).collect()
    }
}

fn heard(row: &AnyRow) -> Result<Heard, StoreError> {
    let rate: i64 = row.try_get("sample_rate")?;
    let rate = u32::try_from(rate).map_err(|_| StoreError::Corrupt(format!("rate {rate}")))?;
    let (updated, read): (i64, i64) = (row.try_get("updated_ms")?, row.try_get("read_ms")?);
    Ok(Heard {
        article: parse(row, "id")?,
        title: row.try_get("title")?,
        lead: row.try_get("lead")?,
        author: row.try_get("author")?,
        site: row.try_get("site")?,
        published: row.try_get::<Option<i64>, _>("published_ms")?.map(Timestamp),
        created: Timestamp(row.try_get("created_ms")?),
        changed: Timestamp(updated.max(read)),
        narration: parse(row, "narration_id")?,
        voice: parse(row, "voice_id")?,
        length: Samples(unsigned(row, "sample_count")?).millis(SampleRate(rate)),
        mp3: parse(row, "mp3_blob")?,
    })
}
