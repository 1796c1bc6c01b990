//! A copy of everything while the service runs, and the way back: whole and looked through, or not there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::{AnyPool, Row};

use super::audit::{self, AuditReport};
use super::blobs::{self, INCOMING};
use super::{DATABASE, Store, StoreError, dialect, migrate, private_folder};

/// What the database is called until all else is in its place.
const UNFINISHED: &str = "baonoi.db.unfinished";

/// The folder of sound.
const BLOBS: &str = "blobs";

/// What was copied, and what a look through it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupReport {
    pub files: u64,
    pub bytes: u64,
    pub audit: AuditReport,
}

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("{0} is not empty; name a folder that is, or that there is not yet")]
    NotEmpty(PathBuf),
    #[error("there is no backup in {0}: it has no {DATABASE}")]
    NoBackup(PathBuf),
    #[error(
        "{0} is in use by a service; make a backup of it with `baonoi backup` and restore that"
    )]
    InUse(PathBuf),
    #[error("{0} is damaged: its content is not what its name says")]
    DamagedFile(PathBuf),
    #[error("the copy of the database is damaged: {0}")]
    DamagedDatabase(String),
    #[error("a reading's sound is missing: {0}")]
    MissingBlob(String),
    #[error("cannot copy {path}: {source}")]
    Copy { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies a store into an empty folder. The service may go on: the copy is of the moment at which it begins.
pub async fn back_up(store: &Store, folder: &Path) -> Result<BackupReport, BackupError> {
    prepare(folder)?;
    let made = async {
        dialect::copy_into(&store.pool, &folder.join(UNFINISHED)).await?;
        // After the database: what it speaks of was there before.
        finish(store.blobs.folder(), folder).await
    };
    clean_unless_ok(made.await, folder)
}

/// Copies a backup into an empty folder of data.
pub async fn restore(backup: &Path, data: &Path) -> Result<BackupReport, BackupError> {
    let database = backup.join(DATABASE);
    if !database.is_file() {
        return Err(BackupError::NoBackup(backup.to_owned()));
    }
    // What a running service has not yet put into its file would be missing.
    let is_live = |end: &str| backup.join(format!("{DATABASE}-{end}")).exists();
    if is_live("wal") || is_live("shm") {
        return Err(BackupError::InUse(backup.to_owned()));
    }
    prepare(data)?;
    let made = async {
        let unfinished = data.join(UNFINISHED);
        copy(&database, &unfinished)?;
        finish(&backup.join(BLOBS), data).await
    };
    clean_unless_ok(made.await, data)
}

/// Brings the sound to a database that is there, looks through both, and gives the database its name: from
/// then on the folder is a store.
async fn finish(blobs: &Path, folder: &Path) -> Result<BackupReport, BackupError> {
    let (files, bytes) = copy_blobs(blobs, &folder.join(BLOBS))?;
    let unfinished = folder.join(UNFINISHED);
    let pool = dialect::open(&unfinished).await?;
    let looked = look_through(&pool, &folder.join(BLOBS)).await;
    pool.close().await;
    let audit = looked?;
    let named = folder.join(DATABASE);
    let failed = |source| BackupError::Copy { path: named.clone(), source };
    fs::File::open(&unfinished).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&unfinished, &named).map_err(failed)?;
    #[cfg(unix)]
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    Ok(BackupReport { files, bytes, audit })
}

fn prepare(folder: &Path) -> Result<(), BackupError> {
    let failed = |source| BackupError::Copy { path: folder.to_owned(), source };
    private_folder(folder).map_err(failed)?;
    match fs::read_dir(folder).map_err(failed)?.next() {
        Some(_) => Err(BackupError::NotEmpty(folder.to_owned())),
        None => Ok(()),
    }
}

/// What was begun and not finished does not stay: the folder was empty.
fn clean_unless_ok<T>(made: Result<T, BackupError>, folder: &Path) -> Result<T, BackupError> {
    if made.is_err() {
        let _ = fs::remove_dir_all(folder.join(BLOBS));
        for end in ["", "-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(folder.join(format!("{UNFINISHED}{end}")));
        }
    }
    made
}

/// Copies every finished file, whose content must be what its name says.
fn copy_blobs(from: &Path, to: &Path) -> Result<(u64, u64), BackupError> {
    let (mut files, mut bytes) = (0, 0);
    for group in entries(from)? {
        let name = group.file_name().map(ToOwned::to_owned).unwrap_or_default();
        if !group.is_dir() || name == INCOMING {
            continue;
        }
        let folder = to.join(&name);
        fs::create_dir_all(&folder)
            .map_err(|source| BackupError::Copy { path: folder.clone(), source })?;
        for file in entries(&group)? {
            let rest = file.file_name().map(ToOwned::to_owned).unwrap_or_default();
            let copied = folder.join(&rest);
            bytes += copy(&file, &copied)?;
            let hash = fs::File::open(&copied).and_then(|mut copied| blobs::hash(&mut copied));
            let hash = hash.map_err(|source| BackupError::Copy { path: copied.clone(), source })?;
            if hash != format!("{}{}", name.to_string_lossy(), rest.to_string_lossy()) {
                return Err(BackupError::DamagedFile(file));
            }
            files += 1;
        }
    }
    Ok((files, bytes))
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, BackupError> {
    let read = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()
    });
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(BackupError::Copy { path: folder.to_owned(), source }),
        Ok(mut paths) => {
            paths.sort();
            Ok(paths)
        }
    }
}

fn copy(from: &Path, to: &Path) -> Result<u64, BackupError> {
    let copied = fs::copy(from, to).and_then(|bytes| {
        fs::File::open(to)?.sync_all()?;
        Ok(bytes)
    });
    copied.map_err(|source| BackupError::Copy { path: from.to_owned(), source })
}

/// Whether the copy can be worked with: its structure, its log, the sound of its readings.
async fn look_through(pool: &AnyPool, blobs: &Path) -> Result<AuditReport, BackupError> {
    if let Some(damage) = dialect::damage(pool).await? {
        return Err(BackupError::DamagedDatabase(damage));
    }
    migrate(pool).await?;
    let query = "SELECT mp3_blob AS blob FROM narrations UNION SELECT wav_blob FROM narrations
         UNION SELECT opus_blob FROM narrations";
    for row in sqlx::query(query).fetch_all(pool).await.map_err(StoreError::from)? {
        let blob: Option<String> = row.try_get("blob").map_err(StoreError::from)?;
        // A reading without such a file has '' or nothing there.
        let blob = blob.unwrap_or_default();
        let Some((group, rest)) = blob.split_at_checked(2) else { continue };
        if !blobs.join(group).join(rest).is_file() {
            return Err(BackupError::MissingBlob(blob));
        }
    }
    let mut connection = pool.acquire().await.map_err(StoreError::from)?;
    Ok(audit::verify(&mut connection).await?)
}
