//! Which articles readers hear: drafts, the published, those that will be, those that stand above the others.
//!
//! Readers get an article's `narration_id`, so everything that lists what can be heard asks for that alone; a
//! draft has none, and keeps its newest reading as `reading_id`.

use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::audit::{Chain, Entry, SYSTEM};
use super::{Store, StoreError, now, parse};
use crate::domain::account::Account;
use crate::domain::ids::ArticleId;
use crate::domain::publication::{Debut, Publication, Publishing, Standing};
use crate::domain::units::Timestamp;

/// What is done to an article, as the log names it.
const PUBLISHED: &str = "article.published";
const UNPUBLISHED: &str = "article.unpublished";
const SCHEDULED: &str = "article.scheduled";
const PINNED: &str = "article.pinned";
const UNPINNED: &str = "article.unpinned";

/// How many articles stand above the others. One more takes the place of the one that has stood longest.
pub const PINNED_MAX: u32 = 3;

/// What became of a wish about an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    Done,
    /// It was so already.
    Unchanged,
    /// It is heard already, so no time can be set at which it will be.
    AlreadyPublished,
    /// There is no such article.
    Unknown,
}

impl Store {
    /// Does the same with several articles, all in one transaction; what became of each, in their order.
    pub async fn change_publication(
        &self,
        articles: &[ArticleId],
        wish: Publishing,
        by: &Account,
    ) -> Result<Vec<Published>, StoreError> {
        let mut write = self.write().await?;
        let mut chain = Chain::open(&mut write).await?;
        let mut results = Vec::with_capacity(articles.len());
        for article in articles {
            results.push(change(&mut write, &mut chain, *article, wish, &by.name).await?);
        }
        write.commit().await?;
        Ok(results)
    }

    /// Publishes the drafts whose time has come and that are read. Of several processes that try at once one
    /// finds them.
    pub async fn publish_due(&self) -> Result<Vec<ArticleId>, StoreError> {
        const DUE: &str = "SELECT id FROM articles
             WHERE publish_at_ms <= $1 AND reading_id IS NOT NULL AND publication = 'draft'
             ORDER BY publish_at_ms, id";
        let at = now().0;
        // Most of the time nothing is due, and nobody waits for the lock.
        if sqlx::query(DUE).bind(at).fetch_optional(&self.pool).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        let mut chain = Chain::open(&mut write).await?;
        let rows = sqlx::query(DUE).bind(at).fetch_all(&mut *write).await?;
        let mut published = Vec::new();
        for row in &rows {
            let article: ArticleId = parse(row, "id")?;
            change(&mut write, &mut chain, article, Publishing::Publish, SYSTEM).await?;
            published.push(article);
        }
        write.commit().await?;
        Ok(published)
    }
}

/// A new article begins as a draft unless it is published at once.
pub(super) async fn begin(
    connection: &mut AnyConnection,
    article: ArticleId,
    debut: Debut,
) -> Result<(), StoreError> {
    if debut.publication() == Publication::Draft {
        sqlx::query("UPDATE articles SET publication = 'draft' WHERE id = $1")
            .bind(article.to_string())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Publishes a draft that is read for the first time now, in which nothing is in doubt, unless an editor has
/// said when it shall be heard.
pub(super) async fn publish_sure(
    write: &mut AnyConnection,
    article: ArticleId,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "SELECT id FROM articles WHERE id = $1 AND publication = 'draft' AND reading_id IS NULL
            AND publish_at_ms IS NULL AND unpublished_ms IS NULL",
    );
    if query.bind(article.to_string()).fetch_optional(&mut *write).await?.is_some() {
        let mut chain = Chain::open(write).await?;
        change(write, &mut chain, article, Publishing::Publish, SYSTEM).await?;
    }
    Ok(())
}

/// How an article's row says that it stands.
pub(super) fn standing(row: &AnyRow) -> Result<Standing, StoreError> {
    let name: String = row.try_get("publication")?;
    let publication = Publication::from_name(&name)
        .ok_or_else(|| StoreError::Corrupt(format!("publication {name:?}")))?;
    let time = |column: &str| row.try_get::<Option<i64>, _>(column);
    Ok(Standing {
        publication,
        publish_at: time("publish_at_ms")?.map(Timestamp),
        is_pinned: time("pinned_ms")?.is_some(),
        was_published: time("unpublished_ms")?.is_some(),
    })
}

async fn change(
    write: &mut AnyConnection,
    chain: &mut Chain,
    article: ArticleId,
    wish: Publishing,
    by: &str,
) -> Result<Published, StoreError> {
    let query = sqlx::query("SELECT * FROM articles WHERE id = $1").bind(article.to_string());
    let Some(row) = query.fetch_optional(&mut *write).await? else {
        return Ok(Published::Unknown);
    };
    let title: String = row.try_get("title")?;
    let mut detail = json!({ "title": title });
    let before = standing(&row)?;
    let action = match wish {
        Publishing::Publish if before.is_draft() => PUBLISHED,
        Publishing::Unpublish if !before.is_draft() => UNPUBLISHED,
        // Of a draft it takes the time away at which it would be published.
        Publishing::Unpublish if before.publish_at.is_some() => UNPUBLISHED,
        Publishing::Schedule(_) if !before.is_draft() => return Ok(Published::AlreadyPublished),
        Publishing::Schedule(at) if before.publish_at != Some(at) => {
            detail["publish_at"] = Value::from(at.date_and_time());
            SCHEDULED
        }
        Publishing::Pin if !before.is_pinned => PINNED,
        Publishing::Unpin if before.is_pinned => UNPINNED,
        _ => return Ok(Published::Unchanged),
    };
    write_down(write, article, wish).await?;
    let entry = Entry { actor: by, action, subject: article.to_string(), detail };
    chain.append(write, entry).await?;
    if wish == Publishing::Pin {
        make_room(write, chain, by).await?;
    }
    Ok(Published::Done)
}

async fn write_down(
    write: &mut AnyConnection,
    article: ArticleId,
    wish: Publishing,
) -> Result<(), StoreError> {
    let sql = match wish {
        Publishing::Publish => {
            "UPDATE articles SET publication = 'published', narration_id = reading_id,
                publish_at_ms = NULL, unpublished_ms = NULL, touched_ms = $2, updated_ms = $2
             WHERE id = $1"
        }
        // Only what readers could hear was taken from them.
        Publishing::Unpublish => {
            "UPDATE articles SET publication = 'draft', narration_id = NULL, publish_at_ms = NULL,
                unpublished_ms = CASE WHEN publication = 'published' THEN $2 ELSE unpublished_ms END,
                touched_ms = $2
             WHERE id = $1"
        }
        Publishing::Schedule(_) => {
            "UPDATE articles SET publish_at_ms = $3, touched_ms = $2 WHERE id = $1"
        }
        // Later than any other, however fast the clock is asked again.
        Publishing::Pin => {
            "UPDATE articles SET touched_ms = $2, pinned_ms =
                (SELECT CASE WHEN COALESCE(MAX(pinned.pinned_ms), 0) >= $2
                    THEN MAX(pinned.pinned_ms) + 1 ELSE $2 END
                 FROM articles AS pinned WHERE pinned.pinned_ms IS NOT NULL)
             WHERE id = $1"
        }
        Publishing::Unpin => "UPDATE articles SET pinned_ms = NULL, touched_ms = $2 WHERE id = $1",
    };
    let query = sqlx::query(sql).bind(article.to_string()).bind(now().0);
    let query = match wish {
        Publishing::Schedule(at) => query.bind(at.0),
        _ => query,
    };
    query.execute(write).await?;
    Ok(())
}

/// The pins that are one too many lose their place.
async fn make_room(
    write: &mut AnyConnection,
    chain: &mut Chain,
    by: &str,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "SELECT id, title FROM articles WHERE pinned_ms IS NOT NULL
         ORDER BY pinned_ms DESC, touched_ms DESC, id DESC",
    );
    let rows = query.fetch_all(&mut *write).await?;
    for row in rows.iter().skip(PINNED_MAX as usize) {
        let article: ArticleId = parse(row, "id")?;
        write_down(write, article, Publishing::Unpin).await?;
        let detail = json!({ "title": row.try_get::<String, _>("title")? });
        let entry = Entry { actor: by, action: UNPINNED, subject: article.to_string(), detail };
        chain.append(write, entry).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
