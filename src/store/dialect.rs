//! The few places where databases differ. Everything else is SQL that SQLite and PostgreSQL share:
//! `$1` parameters, `ON CONFLICT`, `RETURNING`, text, integers.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection as _, Row as _};
use url::Url;

use super::StoreError;

/// How a writing transaction begins: taking the write lock at once, so that two of them queue up
/// instead of failing when a reader becomes a writer.
pub const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// How a transaction begins that sees one moment, whatever is written meanwhile.
pub const BEGIN_READ: &str = "BEGIN";

/// Run on every new connection. WAL lets readers go on while somebody writes; `FULL` waits for the
/// disk at every commit, so that a comment that was answered, and a decision that was shown, outlive
/// a power cut (SQLite documentation, "Write-Ahead Logging"). `secure_delete` writes zeros over what is
/// changed or deleted: words that are erased are not to be found in the file.
const PRAGMAS: [&str; 5] = [
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
];

/// Opens, and makes if it is missing, the database file.
pub async fn open(file: &Path) -> Result<AnyPool, StoreError> {
    sqlx::any::install_default_drivers();
    let failed = |source| StoreError::Files { path: file.to_owned(), source };
    let file = std::path::absolute(file).map_err(failed)?;
    let path = Url::from_file_path(&file)
        .map_err(|()| StoreError::Corrupt(format!("not a file path: {}", file.display())))?;
    let address = format!("sqlite://{}?mode=rwc", path.path());
    let options = AnyConnectOptions::from_str(&address)?;
    // Once by hand: the pool would try again and again to open what is no database.
    let mut first = AnyConnection::connect_with(&options).await?;
    prepare(&mut first).await?;
    first.close().await?;
    let pool = AnyPoolOptions::new()
        .max_connections(8)
        .acquire_timeout(Duration::from_secs(30))
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect_with(options)
        .await?;
    Ok(pool)
}

async fn prepare(connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    for pragma in PRAGMAS {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// Takes what was overwritten out of the write-ahead log too. False: a transaction that is still open keeps
/// it there for now.
pub async fn forget_overwritten(pool: &AnyPool) -> Result<bool, StoreError> {
    let row = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(pool).await?;
    Ok(row.try_get::<i64, _>(0)? == 0)
}

/// Writes a copy of the whole database as it is at one moment, while others go on reading and writing.
pub async fn copy_into(pool: &AnyPool, file: &Path) -> Result<(), StoreError> {
    let name = file
        .to_str()
        .ok_or_else(|| StoreError::Corrupt(format!("not a file name: {}", file.display())))?;
    sqlx::query("VACUUM INTO $1").bind(name).execute(pool).await?;
    Ok(())
}

/// What is wrong with the database's own structure; `None`: nothing.
pub async fn damage(pool: &AnyPool) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("PRAGMA integrity_check(1)").fetch_one(pool).await?;
    let found: String = row.try_get(0)?;
    Ok((found != "ok").then_some(found))
}
