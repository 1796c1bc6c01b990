//! What editors decided about readings: every version stays, and of two that are saved at once only one holds.

use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::{Store, StoreError, now, to_json, unsigned};
use crate::domain::account::Account;
use crate::domain::edition::{Aside, Edition, SUBJECT_CHARS_MAX, SentenceReading, Version};
use crate::domain::ids::ArticleId;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::units::Timestamp;

/// What is saved over which version, and what the list of versions says of it.
#[derive(Clone, Copy, Debug)]
pub struct NewEdition<'a> {
    /// The version that its writer saw; 0: none.
    pub base: u32,
    pub edition: &'a Edition,
    pub action: &'a str,
    pub subject: &'a str,
}

/// What became of a new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavedEdition {
    /// It is this version now.
    As(u32),
    /// Nothing was saved: this version came in between; `None`: there never was the one that its writer saw.
    Stale(Option<Version>),
}

#[derive(Serialize, Deserialize)]
struct EditionRow {
    sentences: Vec<(String, String)>,
    readings: Vec<(String, String, bool)>,
    skipped: Vec<String>,
    asides: Vec<(Option<String>, String)>,
    voice: Option<String>,
    without_jingles: bool,
}

/// The columns of a [`Version`].
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT editions.number, action, subject, editions.created_ms, accounts.name
             FROM editions JOIN accounts ON accounts.id = editions.account_id
             WHERE article_id = $1 ",
            $rest
        )
    };
}

impl Store {
    /// What holds for an article, and the number of that version (0: nothing was ever decided).
    pub async fn edition(&self, article: ArticleId) -> Result<(u32, Edition), StoreError> {
        let query = sqlx::query(
            "SELECT editions.number, editions.edition FROM editions
             JOIN articles ON articles.id = editions.article_id AND articles.edition = editions.number
             WHERE article_id = $1",
        );
        match query.bind(article.to_string()).fetch_optional(&self.pool).await? {
            Some(row) => Ok((number(&row)?, edition(&row)?)),
            None => Ok((0, Edition::default())),
        }
    }

    /// An earlier version; version 0 is that nothing is decided.
    pub async fn edition_numbered(
        &self,
        article: ArticleId,
        number: u32,
    ) -> Result<Option<Edition>, StoreError> {
        if number == 0 {
            return Ok(Some(Edition::default()));
        }
        let query =
            sqlx::query("SELECT edition FROM editions WHERE article_id = $1 AND number = $2");
        let query = query.bind(article.to_string()).bind(i64::from(number));
        query.fetch_optional(&self.pool).await?.as_ref().map(edition).transpose()
    }

    /// The latest versions, latest first.
    pub async fn versions(
        &self,
        article: ArticleId,
        count: u32,
    ) -> Result<Vec<Version>, StoreError> {
        let query = sqlx::query(select!("ORDER BY editions.number DESC LIMIT $2"));
        let query = query.bind(article.to_string()).bind(i64::from(count));
        query.fetch_all(&self.pool).await?.iter().map(version).collect()
    }

    /// The versions after one, the oldest first.
    pub async fn versions_after(
        &self,
        article: ArticleId,
        base: u32,
    ) -> Result<Vec<Version>, StoreError> {
        let query = sqlx::query(select!("AND editions.number > $2 ORDER BY editions.number"));
        let query = query.bind(article.to_string()).bind(i64::from(base));
        query.fetch_all(&self.pool).await?.iter().map(version).collect()
    }

    /// Saves a version over the one that its writer saw, unless somebody else was faster.
    pub async fn save_edition(
        &self,
        article: ArticleId,
        new: NewEdition<'_>,
        by: &Account,
    ) -> Result<SavedEdition, StoreError> {
        let mut write = self.write().await?;
        let number = new.base + 1;
        let held = sqlx::query(
            "UPDATE articles SET edition = $3, touched_ms = $4 WHERE id = $1 AND edition = $2",
        )
        .bind(article.to_string())
        .bind(i64::from(new.base))
        .bind(i64::from(number))
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        if held.rows_affected() != 1 {
            return Ok(SavedEdition::Stale(latest(&mut write, article).await?));
        }
        let subject: String = new.subject.chars().take(SUBJECT_CHARS_MAX).collect();
        sqlx::query(
            "INSERT INTO editions (article_id, number, edition, action, subject, account_id, created_ms)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(article.to_string())
        .bind(i64::from(number))
        .bind(to_json(&edition_row(new.edition)))
        .bind(new.action)
        .bind(subject)
        .bind(by.id.to_string())
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(SavedEdition::As(number))
    }
}

async fn latest(
    connection: &mut AnyConnection,
    article: ArticleId,
) -> Result<Option<Version>, StoreError> {
    let query = sqlx::query(select!("ORDER BY editions.number DESC LIMIT 1"));
    let row = query.bind(article.to_string()).fetch_optional(connection).await?;
    row.as_ref().map(version).transpose()
}

fn number(row: &AnyRow) -> Result<u32, StoreError> {
    let number = unsigned(row, "number")?;
    u32::try_from(number).map_err(|_| StoreError::Corrupt(format!("edition {number}")))
}

fn version(row: &AnyRow) -> Result<Version, StoreError> {
    Ok(Version {
        number: number(row)?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        by: row.try_get("name")?,
        at: Timestamp(row.try_get("created_ms")?),
    })
}

fn edition_row(edition: &Edition) -> EditionRow {
    let Edition { sentences, readings, skipped, asides, voice, without_jingles } = edition.clone();
    let reading = |entry: LexiconEntry| {
        (entry.written().to_owned(), entry.spoken().to_owned(), entry.any_case)
    };
    EditionRow {
        sentences: sentences.into_iter().map(|known| (known.written, known.spoken)).collect(),
        readings: readings.into_iter().map(reading).collect(),
        skipped,
        asides: asides.into_iter().map(|aside| (aside.after, aside.spoken)).collect(),
        voice: voice.map(|voice| voice.to_string()),
        without_jingles,
    }
}

fn edition(row: &AnyRow) -> Result<Edition, StoreError> {
    stored_edition(row.try_get("edition")?)
}

/// An edition as it is stored.
pub(super) fn stored_edition(stored: &str) -> Result<Edition, StoreError> {
    let row: EditionRow = serde_json::from_str(stored)
        .map_err(|error| StoreError::Corrupt(format!("an edition: {error}")))?;
    let corrupt = |what: String| StoreError::Corrupt(format!("an edition's {what}"));
    let reading = |(written, spoken, any_case): (String, String, bool)| {
        let entry = LexiconEntry::new(&written, &spoken);
        let mut entry =
            entry.map_err(|error| corrupt(format!("reading of {written:?}: {error}")))?;
        entry.any_case = any_case;
        Ok::<_, StoreError>(entry)
    };
    let voice = row.voice.map(|id| id.parse().map_err(|_| corrupt(format!("voice {id:?}"))));
    let sentence = |(written, spoken)| SentenceReading { written, spoken };
    Ok(Edition {
        sentences: row.sentences.into_iter().map(sentence).collect(),
        readings: row.readings.into_iter().map(reading).collect::<Result<_, _>>()?,
        skipped: row.skipped,
        asides: row.asides.into_iter().map(|(after, spoken)| Aside { after, spoken }).collect(),
        voice: voice.transpose()?,
        without_jingles: row.without_jingles,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::edition::Edit;
    use crate::store::outbox::{moderator, open};

    fn new<'a>(base: u32, edition: &'a Edition, edit: &'a Edit) -> NewEdition<'a> {
        NewEdition { base, edition, action: edit.name(), subject: edit.subject() }
    }

    #[tokio::test]
    async fn of_two_editors_at_once_one_is_told_who_was_faster() {
        let (_folder, store, article) = open().await;
        let editor = moderator(&store).await;
        assert_eq!(store.edition(article).await.unwrap(), (0, Edition::default()));
        let edits = [
            Edit::Aside { after: None, spoken: "xin chào".into() },
            Edit::Reading(LexiconEntry::new("Pá Vi", "pá vi").unwrap()),
            Edit::Sentence { written: "Mưa.".into(), spoken: Some("mưa to.".into()) },
            Edit::Skip("Ảnh".into()),
            Edit::Voice(Some("lan".parse().unwrap())),
            Edit::Jingles(false),
        ];
        let mut edition = Edition::default();
        for (base, edit) in (0..).zip(&edits) {
            edition = edition.with(edit).unwrap();
            let saved =
                store.save_edition(article, new(base, &edition, edit), &editor).await.unwrap();
            assert_eq!(saved, SavedEdition::As(base + 1));
        }
        assert_eq!(store.edition(article).await.unwrap(), (6, edition.clone()));

        let late = Edition::default();
        let saved = store.save_edition(article, new(3, &late, &edits[0]), &editor).await.unwrap();
        let SavedEdition::Stale(Some(faster)) = saved else { panic!("{saved:?}") };
        assert_eq!(
            (faster.number, faster.by, faster.action),
            (6, editor.name.clone(), "jingles_gone".into())
        );
        assert_eq!(store.edition(article).await.unwrap().1, edition);

        let versions = store.versions(article, 2).await.unwrap();
        let shown: Vec<_> = versions.iter().map(|v| (v.number, v.subject.as_str())).collect();
        assert_eq!(shown, [(6, ""), (5, "lan")]);
        let second = store.edition_numbered(article, 2).await.unwrap().unwrap();
        assert_eq!((second.asides.len(), second.readings.len(), second.sentences.len()), (1, 1, 0));
        assert_eq!(store.edition_numbered(article, 7).await.unwrap(), None);
    }
}
