//! The newsroom's own readings.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, now};
use crate::domain::lexicon::{LexiconEntry, section_key, tidy};

impl Store {
    /// Every reading, oldest first, so that of two spellings of the same words the later one holds.
    pub async fn lexicon(&self) -> Result<Vec<LexiconEntry>, StoreError> {
        let query = sqlx::query("SELECT * FROM lexicon ORDER BY updated_ms, written, section");
        query.fetch_all(&self.pool).await?.iter().map(entry).collect()
    }

    /// Adds readings, all or none. One for the same words in the same section takes the place of the
    /// one there was.
    pub async fn add_readings(&self, entries: &[LexiconEntry]) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        // The order of the entries stays theirs.
        for (at, entry) in (now().0..).zip(entries) {
            sqlx::query(
                "INSERT INTO lexicon (written, section, spoken, any_case, updated_ms)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (written, section) DO UPDATE SET
                    spoken = excluded.spoken, any_case = excluded.any_case,
                    updated_ms = excluded.updated_ms",
            )
            .bind(entry.written())
            .bind(entry.section().unwrap_or_default())
            .bind(entry.spoken())
            .bind(i64::from(entry.any_case))
            .bind(at)
            .execute(&mut *write)
            .await?;
        }
        Ok(write.commit().await?)
    }

    /// Forgets a reading; false when there was none for these words in this section.
    pub async fn remove_reading(
        &self,
        written: &str,
        section: Option<&str>,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM lexicon WHERE written = $1 AND section = $2");
        let done = query
            .bind(tidy(written))
            .bind(section_key(section.unwrap_or_default()))
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn entry(row: &AnyRow) -> Result<LexiconEntry, StoreError> {
    let (written, spoken): (String, String) = (row.try_get("written")?, row.try_get("spoken")?);
    let corrupt = |error| StoreError::Corrupt(format!("the reading of {written:?}: {error}"));
    let mut entry = LexiconEntry::new(&written, &spoken).map_err(corrupt)?;
    entry.any_case = row.try_get::<i64, _>("any_case")? != 0;
    Ok(entry.in_section(row.try_get("section")?))
}
