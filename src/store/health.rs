//! How the installation is: what waits, what failed, which copies there are, and what lies on the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::Row;
use sqlx::any::AnyRow;

use super::audit::{Chain, Entry, SYSTEM};
use super::{BackupReport, DATABASE, Store, StoreError, now, unsigned};
use crate::domain::units::Timestamp;

/// What is done with the whole, as the log names it.
const BACKED_UP: &str = "backup.made";

/// How long ago "lately" is.
const HOUR_MS: i64 = 3_600_000;

/// What the workers have to do, and what they did lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueHealth {
    pub waiting: u64,
    pub running: u64,
    /// Since when the oldest waits.
    pub oldest: Option<Timestamp>,
    /// In the last hour.
    pub done: u64,
    pub failed: u64,
}

/// A copy of everything that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    pub folder: String,
    pub files: u64,
    pub bytes: u64,
    /// The name of an account, or [`SYSTEM`].
    pub actor: String,
    pub at: Timestamp,
}

impl Backup {
    /// Copies are made at least so often, in milliseconds.
    pub const OLD_MS: i64 = 7 * 24 * HOUR_MS;

    /// Whether it is time for another one.
    pub fn is_old(&self, at: Timestamp) -> bool {
        at.0.saturating_sub(self.at.0) > Self::OLD_MS
    }
}

/// What the data takes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Space {
    pub audio: u64,
    pub clips: u64,
    pub database: u64,
    /// Copies inside the folder of data.
    pub backups: u64,
    /// Free on the same disk, and its size, where the system tells.
    pub disk: Option<(u64, u64)>,
}

impl Space {
    /// Less is little: some hundred articles.
    pub const LITTLE: u64 = 1_000_000_000;
}

impl Store {
    /// The folder of everything.
    pub fn folder(&self) -> PathBuf {
        self.blobs.folder().parent().unwrap_or(Path::new(".")).to_owned()
    }

    /// Where copies go that are made at a page: the same disk, so they help against mistakes, not against
    /// its end.
    pub fn backups_folder(&self) -> PathBuf {
        self.folder().join("backups")
    }

    pub async fn queue_health(&self) -> Result<QueueHealth, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(CASE WHEN state = 'queued' THEN 1 END) AS waiting,
                COUNT(CASE WHEN state = 'running' THEN 1 END) AS running,
                MIN(CASE WHEN state = 'queued' THEN asked_ms END) AS oldest_ms
             FROM jobs WHERE state <> 'done'",
        )
        .fetch_one(&self.pool)
        .await?;
        let lately = sqlx::query(
            "SELECT COUNT(CASE WHEN state = 'done' THEN 1 END) AS done,
                COUNT(CASE WHEN state = 'failed' THEN 1 END) AS failed
             FROM jobs WHERE updated_ms >= $1",
        )
        .bind(now().0.saturating_sub(HOUR_MS))
        .fetch_one(&self.pool)
        .await?;
        Ok(QueueHealth {
            waiting: unsigned(&row, "waiting")?,
            running: unsigned(&row, "running")?,
            oldest: row.try_get::<Option<i64>, _>("oldest_ms")?.map(Timestamp),
            done: unsigned(&lately, "done")?,
            failed: unsigned(&lately, "failed")?,
        })
    }

    /// Remembers that a copy was made. `actor` is the name of an account; `None` is whoever has the machine.
    pub async fn remember_backup(
        &self,
        folder: &Path,
        report: &BackupReport,
        actor: Option<&str>,
    ) -> Result<(), StoreError> {
        let actor = actor.unwrap_or(SYSTEM);
        let folder = folder.display().to_string();
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO backups (id, folder, files, bytes, actor, created_ms)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(&folder)
        .bind(i64::try_from(report.files).unwrap_or(i64::MAX))
        .bind(i64::try_from(report.bytes).unwrap_or(i64::MAX))
        .bind(actor)
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        let entry =
            Entry { actor, action: BACKED_UP, subject: folder, detail: serde_json::json!({}) };
        Chain::open(&mut write).await?.append(&mut write, entry).await?;
        Ok(write.commit().await?)
    }

    /// The last copy that was made, as far as this store knows.
    pub async fn last_backup(&self) -> Result<Option<Backup>, StoreError> {
        let query = sqlx::query("SELECT * FROM backups ORDER BY created_ms DESC LIMIT 1");
        query.fetch_optional(&self.pool).await?.as_ref().map(backup).transpose()
    }

    /// Adds up what lies in the folder of data. Looks at every file, so it may take seconds.
    pub fn space(&self) -> Result<Space, StoreError> {
        let folder = self.folder();
        let measured = |path: PathBuf| {
            size(&path).map_err(|source| StoreError::Files { path: path.clone(), source })
        };
        let mut database = 0;
        for end in ["", "-wal", "-shm"] {
            database += measured(folder.join(format!("{DATABASE}{end}")))?;
        }
        Ok(Space {
            audio: measured(self.blobs.folder().to_owned())?,
            clips: measured(folder.join("clips"))?,
            database,
            backups: measured(self.backups_folder())?,
            disk: disk(&folder),
        })
    }
}

fn backup(row: &AnyRow) -> Result<Backup, StoreError> {
    Ok(Backup {
        folder: row.try_get("folder")?,
        files: unsigned(row, "files")?,
        bytes: unsigned(row, "bytes")?,
        actor: row.try_get("actor")?,
        at: Timestamp(row.try_get("created_ms")?),
    })
}

/// The bytes of a file, or of all files in a folder. What goes away meanwhile has none.
fn size(path: &Path) -> io::Result<u64> {
    let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
    let about = match fs::symlink_metadata(path) {
        Err(error) if gone(&error) => return Ok(0),
        about => about?,
    };
    if !about.is_dir() {
        return Ok(about.len());
    }
    let entries = match fs::read_dir(path) {
        Err(error) if gone(&error) => return Ok(0),
        entries => entries?,
    };
    entries.map(|entry| size(&entry?.path())).sum()
}

/// What is free for us on a folder's disk, and how large that is.
#[cfg(unix)]
fn disk(folder: &Path) -> Option<(u64, u64)> {
    let about = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(about.f_frsize);
    Some((bytes(about.f_bavail), bytes(about.f_blocks)))
}

#[cfg(not(unix))]
fn disk(_: &Path) -> Option<(u64, u64)> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::{Failure, Source, Urgency};
    use crate::domain::units::Millis;
    use crate::store::outbox::open;
    use crate::store::{AuditReport, back_up};

    #[tokio::test]
    async fn what_waits_and_what_failed_is_counted() {
        let (_folder, store, _) = open().await;
        let text = |title: &str| Source::Text { title: title.into(), paragraphs: Vec::new() };
        assert_eq!(store.queue_health().await.unwrap(), QueueHealth::default());
        for name in ["a", "b", "c"] {
            store.ask(name, name, Urgency::Editor, &text(name)).await.unwrap();
        }
        let lease = store.claim("w", Millis(60_000)).await.unwrap().unwrap();
        let failure = Failure { code: "voice_failed".into(), detail: "mute".into() };
        store.give_back(&lease, &failure, None).await.unwrap();
        store.claim("w", Millis(60_000)).await.unwrap().unwrap();
        let health = store.queue_health().await.unwrap();
        assert_eq!((health.waiting, health.running, health.done, health.failed), (1, 1, 0, 1));
        assert!(health.oldest.is_some());
        let failed = store.failed_jobs(5).await.unwrap();
        assert_eq!(failed.iter().map(|job| job.id).collect::<Vec<_>>(), [lease.job.id]);
    }

    #[tokio::test]
    async fn the_last_copy_is_known_and_grows_old() {
        let (folder, store, _) = open().await;
        assert_eq!(store.last_backup().await.unwrap(), None);
        let copy = folder.path().join("backups/1");
        let report = back_up(&store, &copy).await.unwrap();
        store.remember_backup(&copy, &report, None).await.unwrap();
        let last = store.last_backup().await.unwrap().unwrap();
        assert_eq!((last.actor.as_str(), &*last.folder), (SYSTEM, &*copy.display().to_string()));
        assert!(!last.is_old(last.at));
        assert!(last.is_old(Timestamp(last.at.0 + Backup::OLD_MS + 1)));
        let AuditReport { records, faults, .. } = store.verify_audit().await.unwrap();
        assert_eq!((records, faults.len()), (1, 0));
        let space = store.space().unwrap();
        assert!(space.database > 0 && space.backups > 0 && space.audio == 0, "{space:?}");
    }
}
