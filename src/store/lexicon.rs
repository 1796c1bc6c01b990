//! The newsroom's own readings.

use serde_json::json;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::account_changes::By;
use super::audit::{Chain, Entry, SYSTEM};
use super::{Store, StoreError, corrections, now};
use crate::domain::lexicon::{LexiconEntry, section_key, tidy};
use crate::domain::readings::{LexiconChange, key};
use crate::domain::units::Timestamp;

/// What is done to the lexicon, as the log names it.
const SET: &str = "lexicon.set";
const REMOVED: &str = "lexicon.removed";

/// A reading, and who changed it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReading {
    pub entry: LexiconEntry,
    /// The name of the account; `None`: it was done at the command line.
    pub by: Option<String>,
    pub updated: Timestamp,
}

/// What somebody saw of a reading before changing it: words, section, and when it was last changed (`None`: there was
/// none).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenReading {
    pub written: String,
    pub section: String,
    pub updated: Option<Timestamp>,
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LexiconChanged {
    Done,
    /// Somebody was faster; nothing was changed. What there is now, if there is anything.
    Meanwhile(Option<KeptReading>),
}

/// The present reading of some words in a section, with the name of who changed it.
const ONE: &str = "SELECT lexicon.*, accounts.name AS account_name
    FROM lexicon LEFT JOIN accounts ON accounts.id = lexicon.account_id
    WHERE lexicon.written = $1 AND lexicon.section = $2";

impl Store {
    /// Every reading, oldest first, so that of two spellings of the same words the later one holds.
    pub async fn lexicon(&self) -> Result<Vec<LexiconEntry>, StoreError> {
        let query = sqlx::query("SELECT * FROM lexicon ORDER BY updated_ms, written, section");
        query.fetch_all(&self.pool).await?.iter().map(entry).collect()
    }

    /// The same with who changed them.
    pub async fn kept_readings(&self) -> Result<Vec<KeptReading>, StoreError> {
        let query = sqlx::query(
            "SELECT lexicon.*, accounts.name AS account_name
             FROM lexicon LEFT JOIN accounts ON accounts.id = lexicon.account_id
             ORDER BY lexicon.updated_ms, lexicon.written, lexicon.section",
        );
        query.fetch_all(&self.pool).await?.iter().map(kept).collect()
    }

    /// Adds readings, all or none. One for the same words in the same section takes the place of the
    /// one there was.
    pub async fn add_readings(&self, entries: &[LexiconEntry]) -> Result<(), StoreError> {
        let change = LexiconChange { added: entries.to_vec(), ..LexiconChange::default() };
        self.change_lexicon(&change, &[], None).await.map(|_| ())
    }

    /// Changes the lexicon, all of it or nothing, and writes down who did what. Nothing is changed when something
    /// of what was `seen` is no longer so.
    pub async fn change_lexicon(
        &self,
        change: &LexiconChange,
        seen: &[SeenReading],
        by: By<'_>,
    ) -> Result<LexiconChanged, StoreError> {
        let mut write = self.write().await?;
        for seen in seen {
            let query = sqlx::query(ONE).bind(&seen.written).bind(&seen.section);
            let row = query.fetch_optional(&mut *write).await?;
            let now = row.as_ref().map(kept).transpose()?;
            if now.as_ref().map(|kept| kept.updated) != seen.updated {
                return Ok(LexiconChanged::Meanwhile(now));
            }
        }
        let mut chain = Chain::open(&mut write).await?;
        for (written, section) in &change.removed {
            if remove(&mut write, written, section).await? {
                note(&mut write, &mut chain, by, REMOVED, (written, section), None).await?;
            }
        }
        // The order of the entries stays theirs.
        for (at, entry) in (now().0..).zip(&change.added) {
            if set(&mut write, entry, by, at).await? {
                note(&mut write, &mut chain, by, SET, key(entry), Some(entry)).await?;
                correct(&mut write, entry, by).await?;
            }
        }
        write.commit().await?;
        Ok(LexiconChanged::Done)
    }

    /// Forgets a reading; false when there was none for these words in this section.
    pub async fn remove_reading(
        &self,
        written: &str,
        section: Option<&str>,
    ) -> Result<bool, StoreError> {
        let (written, section) = (tidy(written), section_key(section.unwrap_or_default()));
        let known = self.lexicon().await?.iter().any(|entry| key(entry) == (&*written, &*section));
        let change = LexiconChange { removed: vec![(written, section)], added: Vec::new() };
        self.change_lexicon(&change, &[], None).await?;
        Ok(known)
    }
}

async fn remove(
    write: &mut AnyConnection,
    written: &str,
    section: &str,
) -> Result<bool, StoreError> {
    let query = sqlx::query("DELETE FROM lexicon WHERE written = $1 AND section = $2");
    Ok(query.bind(written).bind(section).execute(write).await?.rows_affected() > 0)
}

/// False when it is there already, word for word: its place in the order stays, too.
async fn set(
    write: &mut AnyConnection,
    entry: &LexiconEntry,
    by: By<'_>,
    at: i64,
) -> Result<bool, StoreError> {
    let query = sqlx::query(
        "INSERT INTO lexicon (written, section, spoken, any_case, updated_ms, account_id)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (written, section) DO UPDATE SET
            spoken = excluded.spoken, any_case = excluded.any_case,
            updated_ms = excluded.updated_ms, account_id = excluded.account_id
         WHERE lexicon.spoken <> excluded.spoken OR lexicon.any_case <> excluded.any_case",
    );
    let (written, section) = key(entry);
    let query = query.bind(written).bind(section).bind(entry.spoken());
    let query = query.bind(i64::from(entry.any_case)).bind(at);
    let done = query.bind(by.map(|account| account.id.to_string())).execute(write).await?;
    Ok(done.rows_affected() > 0)
}

async fn note(
    write: &mut AnyConnection,
    chain: &mut Chain,
    by: By<'_>,
    action: &'static str,
    (written, section): (&str, &str),
    entry: Option<&LexiconEntry>,
) -> Result<(), StoreError> {
    let mut detail = json!({});
    if let Some(entry) = entry {
        detail["spoken"] = entry.spoken().into();
    }
    if !section.is_empty() {
        detail["section"] = section.into();
    }
    let actor = by.map_or(SYSTEM, |account| &account.name);
    chain.append(write, Entry { actor, action, subject: written.to_owned(), detail }).await
}

/// Counts among what people corrected; the command line is nobody.
async fn correct(
    write: &mut AnyConnection,
    entry: &LexiconEntry,
    by: By<'_>,
) -> Result<(), StoreError> {
    let Some(account) = by else { return Ok(()) };
    corrections::insert(write, None, entry, account).await
}

fn kept(row: &AnyRow) -> Result<KeptReading, StoreError> {
    Ok(KeptReading {
        entry: entry(row)?,
        by: row.try_get("account_name")?,
        updated: Timestamp(row.try_get("updated_ms")?),
    })
}

fn entry(row: &AnyRow) -> Result<LexiconEntry, StoreError> {
    let (written, spoken): (String, String) = (row.try_get("written")?, row.try_get("spoken")?);
    let corrupt = |error| StoreError::Corrupt(format!("the reading of {written:?}: {error}"));
    let mut entry = LexiconEntry::new(&written, &spoken).map_err(corrupt)?;
    entry.any_case = row.try_get::<i64, _>("any_case")? != 0;
    Ok(entry.in_section(row.try_get("section")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{moderator, open};

    fn entry(line: &str) -> LexiconEntry {
        LexiconEntry::parse(line).unwrap()
    }

    #[tokio::test]
    async fn who_changes_a_reading_is_written_down_and_who_is_too_late_changes_nothing() {
        let (_folder, store, _) = open().await;
        let lan = moderator(&store).await;
        let add =
            |line: &str| LexiconChange { added: vec![entry(line)], ..LexiconChange::default() };
        let nothing = SeenReading { written: "HLV".into(), section: String::new(), updated: None };
        let seen = std::slice::from_ref(&nothing);
        let done =
            store.change_lexicon(&add("HLV\thuấn luyện viên"), seen, Some(&lan)).await.unwrap();
        assert_eq!(done, LexiconChanged::Done);
        // Another editor saw the lexicon before that.
        let late = store.change_lexicon(&add("HLV\thát lờ vê"), seen, Some(&lan)).await.unwrap();
        let LexiconChanged::Meanwhile(Some(now)) = late else { panic!("{late:?}") };
        assert_eq!((now.entry.spoken(), now.by.as_deref()), ("huấn luyện viên", Some("lan")));
        // The same once more is no change.
        store.change_lexicon(&add("HLV\thuấn luyện viên"), &[], Some(&lan)).await.unwrap();
        assert_eq!(store.kept_readings().await.unwrap(), [now]);
        let removed = vec![("HLV".to_owned(), String::new()), ("XX".to_owned(), String::new())];
        let change = LexiconChange { removed, added: Vec::new() };
        store.change_lexicon(&change, &[], Some(&lan)).await.unwrap();
        assert_eq!(store.lexicon().await.unwrap(), []);
        let records = store.audit_of("HLV").await.unwrap();
        let said: Vec<_> = records.iter().map(|r| (r.actor.as_str(), r.action.as_str())).collect();
        assert_eq!(said, [("lan", SET), ("lan", REMOVED)]);
        assert!(store.audit_of("XX").await.unwrap().is_empty());
        assert!(store.verify_audit().await.unwrap().faults.is_empty());
        let count = sqlx::query("SELECT COUNT(*) AS count FROM corrections WHERE written = 'HLV'");
        let count = count.fetch_one(&store.pool).await.unwrap();
        assert_eq!(count.try_get::<i64, _>("count").unwrap(), 1);
    }
}
