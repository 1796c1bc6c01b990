//! The few places where databases differ. Everything else is SQL that SQLite and PostgreSQL share:
//! `$1` parameters, `ON CONFLICT`, `RETURNING`, text, integers.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AnyConnection, AnyPool, Connection as _};
use url::Url;

use super::StoreError;

/// How a writing transaction begins: taking the write lock at once, so that two of them queue up
/// instead of failing when a reader becomes a writer.
pub const BEGIN_WRITE: &str = "BEGIN IMMEDIATE";

/// Run on every new connection. WAL lets readers go on while somebody writes; `FULL` waits for the
/// disk at every commit, so that a comment that was answered, and a decision that was shown, outlive
/// a power cut (SQLite documentation, "Write-Ahead Logging").
const PRAGMAS: [&str; 4] = [
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA foreign_keys = ON",
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
