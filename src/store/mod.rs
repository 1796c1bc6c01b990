//! What is remembered: every question that the program asks, in the domain's words.
//!
//! Rows live in a database, sound in [`Blobs`]. SQL stays in this folder, each query written once.

mod account_changes;
mod accounts;
mod article_events;
mod articles;
mod attention;
mod audit;
mod backup;
mod blobs;
mod clips;
mod comments;
mod corrections;
mod decisions;
mod desk;
mod dialect;
mod digests;
mod editions;
mod erase;
mod export;
mod feeds;
mod health;
mod heard;
mod import;
mod jobs;
mod keys;
mod lexicon;
mod listens;
mod narrations;
mod numbers;
mod outbox;
mod publication;
mod queue;
mod reactions;
mod record;
mod revisions;
mod rows;
mod search;
mod second_factor;
mod secrets;
mod settings;
mod sources;
mod submissions;
mod texts;

use std::path::{Path, PathBuf};

use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Row, Transaction};
use time::OffsetDateTime;
use uuid::Uuid;

pub use self::account_changes::{By, Changed};
pub use self::articles::{StoredArticle, content_hash};
pub use self::audit::{AuditReport, READER, Record, SYSTEM};
pub use self::backup::{BackupError, BackupReport, back_up, restore};
pub use self::blobs::{Blob, BlobId, BlobWriter, Blobs, hex};
pub use self::clips::Clips;
pub use self::comments::REPLIES_PER_PAGE;
pub use self::decisions::{Decided, NewDecision};
pub use self::desk::{DeskArticle, DeskCounts, DeskCursor, DeskJob, DeskReading, DeskRow, DeskTab};
pub use self::digests::{DigestComment, Shown};
pub use self::editions::{NewEdition, SavedEdition};
pub use self::erase::{Erasable, Erased, Whom};
pub use self::export::Export;
pub use self::feeds::{DueFeed, DueItem, Seen, Tags};
pub use self::health::{Backup, QueueHealth, Space};
pub use self::heard::Heard;
pub use self::import::{Import, ImportError, ImportReport};
pub use self::jobs::{Finished, Lease, Wish};
pub use self::keys::ApiKey;
pub use self::lexicon::{KeptReading, LexiconChanged, SeenReading};
pub use self::listens::HeardArticle;
pub use self::narrations::{Files, Line, NewNarration, StoredNarration};
pub use self::numbers::{CorrectedWord, QueueTime};
pub use self::outbox::{Delivery, OutboxCounts, Tried};
pub use self::publication::{PINNED_MAX, Published};
pub use self::queue::{BlockedNetwork, Order, QueueCounts, QueueName, Queued};
pub use self::record::{AboutComment, RecordFilter, Recorded, SheetRow};
pub use self::search::fold;
pub use self::settings::SettingSaved;
pub use self::sources::FeedChanged;
pub use self::submissions::Submitted;
pub use self::texts::ReadText;

use self::submissions::Submissions;

use crate::domain::units::Timestamp;

/// The database's file in the folder.
const DATABASE: &str = "baonoi.db";

/// Rows and blobs of one installation. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    blobs: Blobs,
    submissions: Submissions,
}

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("cannot use {path}: {source}")]
    Files { path: PathBuf, source: std::io::Error },
    /// Somebody edited the database, or it is of a newer version.
    #[error("the database holds something unexpected: {0}")]
    Corrupt(String),
    /// The work was taken over by somebody else; what was done is to be thrown away.
    #[error("the lease on this job was lost")]
    LeaseLost,
    #[error("the name `{0}` is taken")]
    NameTaken(String),
    /// What is said about an erasure names the person whose data goes.
    #[error("the reason of an erasure names the person")]
    ReasonNamesPerson,
    #[error("the store is being closed")]
    Closed,
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}

impl Store {
    /// Whether there is a store in a folder.
    pub fn is_in(data: &Path) -> bool {
        data.join(DATABASE).exists()
    }

    /// Opens the store in a folder, making both when they are missing.
    pub async fn open(data: &Path) -> Result<Self, StoreError> {
        private_folder(data)
            .map_err(|source| StoreError::Files { path: data.to_owned(), source })?;
        let pool = dialect::open(&data.join(DATABASE)).await?;
        migrate(&pool).await?;
        let blobs = Blobs::open(data.join("blobs"))?;
        let submissions = Submissions::open(pool.clone());
        let store = Self { pool, blobs, submissions };
        store.fill_search().await?;
        store.adopt_comments().await?;
        Ok(store)
    }

    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Whether the database replies.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Finishes what is under way and closes every connection.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A transaction in which everything is of one moment.
    async fn read(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(dialect::BEGIN_READ).await?)
    }

    async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.pool.begin_with(dialect::BEGIN_WRITE).await?)
    }
}

async fn migrate(pool: &AnyPool) -> Result<(), StoreError> {
    Ok(sqlx::migrate!("src/store/migrations/sqlite").run(pool).await?)
}

/// Makes the folder if it is missing; password hashes lie in it, so nobody else may look inside.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The present, as it is stored.
pub fn now() -> Timestamp {
    let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
    Timestamp((nanos / 1_000_000) as i64)
}

/// A new id: sorts by the time it was made (RFC 9562, version 7).
fn new_id<Id: From<Uuid>>() -> Id {
    Id::from(Uuid::now_v7())
}

/// A column whose text the domain must understand.
fn parse<T: std::str::FromStr>(row: &AnyRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    text.parse().map_err(|_| StoreError::Corrupt(format!("{column} = {text:?}")))
}

fn parse_optional<T: std::str::FromStr>(
    row: &AnyRow,
    column: &str,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get(column)?;
    let parsed = |text: String| {
        text.parse().map_err(|_| StoreError::Corrupt(format!("{column} = {text:?}")))
    };
    text.map(parsed).transpose()
}

fn json<T: serde::de::DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T, StoreError> {
    let text: String = row.try_get(column)?;
    serde_json::from_str(&text).map_err(|e| StoreError::Corrupt(format!("{column}: {e}")))
}

fn to_json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows are plain data, which always has a JSON form")
}

/// `$1, $2, …` for so many values.
fn places(count: usize) -> String {
    let places: Vec<String> = (1..=count).map(|place| format!("${place}")).collect();
    places.join(", ")
}

fn unsigned(row: &AnyRow, column: &str) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|_| StoreError::Corrupt(format!("{column} = {number}")))
}
