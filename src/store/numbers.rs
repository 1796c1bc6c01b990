//! What helps a newsroom to see where it loses time: how long articles wait, which words are corrected.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, unsigned};
use crate::domain::units::{Millis, Timestamp};

/// How long a finished article took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueTime {
    /// When it was finished.
    pub at: Timestamp,
    /// From being asked for to being begun.
    pub waited: Millis,
    /// From being begun to its end.
    pub spent: Millis,
}

/// A word that people corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CorrectedWord {
    pub written: String,
    pub times: u64,
}

impl Store {
    /// How long the articles took that were finished since a time; those whose times nobody wrote down are left out.
    pub async fn queue_times(&self, since: Timestamp) -> Result<Vec<QueueTime>, StoreError> {
        let query = sqlx::query(
            "SELECT updated_ms, waited_ms, spent_ms FROM jobs
             WHERE updated_ms >= $1 AND state = 'done' AND waited_ms IS NOT NULL
                AND spent_ms IS NOT NULL",
        );
        let rows = query.bind(since.0).fetch_all(&self.pool).await?;
        let time = |row: &AnyRow| {
            Ok(QueueTime {
                at: Timestamp(row.try_get("updated_ms")?),
                waited: Millis(unsigned(row, "waited_ms")?),
                spent: Millis(unsigned(row, "spent_ms")?),
            })
        };
        rows.iter().map(time).collect()
    }

    /// The words that were corrected most often, wherever that was.
    pub async fn most_corrected(&self, count: u32) -> Result<Vec<CorrectedWord>, StoreError> {
        let query = sqlx::query(
            "SELECT written, COUNT(*) AS times FROM corrections GROUP BY written
             ORDER BY COUNT(*) DESC, MAX(created_ms) DESC, written LIMIT $1",
        );
        let rows = query.bind(i64::from(count)).fetch_all(&self.pool).await?;
        let word = |row: &AnyRow| {
            Ok(CorrectedWord { written: row.try_get("written")?, times: unsigned(row, "times")? })
        };
        rows.iter().map(word).collect()
    }
}
