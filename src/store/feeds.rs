//! Feeds that are followed, and the articles they have listed.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Store, StoreError, now, parse, unsigned};
use crate::domain::address::Address;
use crate::domain::feed::{Feed, FeedItem};
use crate::domain::ids::FeedId;
use crate::domain::job::Failure;
use crate::domain::units::{Millis, Timestamp};

/// By what a document is asked for again: `ETag` and `Last-Modified`.
pub type Tags = (Option<String>, Option<String>);

/// Between two changes of an article that its feed is believed.
const CHANGES_APART: Millis = Millis(3_600_000);

/// A feed that is due, with the tags of its last answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueFeed {
    pub feed: Feed,
    pub tags: Tags,
}

/// An article that is to be looked at again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueItem {
    pub address: Address,
    pub tags: Tags,
    /// How often that was done before.
    pub looks: u32,
}

/// What a feed's item is to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    New,
    /// Known, and the feed says that it changed since.
    Changed,
    Known,
}

impl Store {
    /// Follows a feed, or changes how often a known one is asked, for whoever has the machine.
    pub async fn follow(&self, address: &Address, every: Millis) -> Result<(), StoreError> {
        self.add_feed(address, every, None).await
    }

    /// Follows a feed no longer, for whoever has the machine; false when it was not followed.
    pub async fn unfollow(&self, address: &Address) -> Result<bool, StoreError> {
        self.remove_feed(address, None).await
    }

    pub async fn feeds(&self) -> Result<Vec<Feed>, StoreError> {
        let query = sqlx::query("SELECT * FROM feeds ORDER BY url");
        query.fetch_all(&self.pool).await?.iter().map(feed).collect()
    }

    /// Takes the feed that has been due longest; nobody else gets it before it is due again.
    pub async fn due_feed(&self) -> Result<Option<DueFeed>, StoreError> {
        let row = sqlx::query(
            "UPDATE feeds SET next_ms = $1 + every_ms WHERE id = (
                SELECT id FROM feeds WHERE next_ms <= $1 ORDER BY next_ms LIMIT 1) AND next_ms <= $1
             RETURNING *",
        )
        .bind(now().0)
        .fetch_optional(&self.pool)
        .await?;
        row.map(|row| Ok(DueFeed { feed: feed(&row)?, tags: tags(&row)? })).transpose()
    }

    /// Puts off a feed that was taken: it is due after `wait`.
    pub async fn ask_later(&self, id: FeedId, wait: Millis) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE feeds SET next_ms = $2 WHERE id = $1").bind(id.to_string());
        query.bind(now().0.saturating_add(millis(wait))).execute(&self.pool).await?;
        Ok(())
    }

    /// Puts off an article that was taken: it is due after `wait`.
    pub async fn look_later(&self, address: &Address, wait: Millis) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE feed_items SET next_ms = $2 WHERE url = $1");
        let query = query.bind(address.as_str()).bind(now().0.saturating_add(millis(wait)));
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// A feed has answered. Without tags it said that nothing changed.
    pub async fn feed_answered(&self, id: FeedId, new: Option<&Tags>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE feeds SET answered_ms = $2, failures = 0, failure = NULL, failure_code = NULL,
                etag = CASE WHEN $3 = 1 THEN $4 ELSE etag END,
                last_modified = CASE WHEN $3 = 1 THEN $5 ELSE last_modified END
             WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(now().0)
        .bind(i64::from(new.is_some()))
        .bind(new.and_then(|tags| tags.0.clone()))
        .bind(new.and_then(|tags| tags.1.clone()))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// A feed could not be read, and is asked again after `wait`.
    pub async fn feed_failed(
        &self,
        id: FeedId,
        failure: &Failure,
        wait: Millis,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE feeds SET failures = failures + 1, failure = $2, failure_code = $3, next_ms = $4
             WHERE id = $1",
        )
        .bind(id.to_string())
        .bind(&failure.detail)
        .bind(&failure.code)
        .bind(now().0.saturating_add(millis(wait)))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What is new about an item of a feed.
    pub async fn seen(&self, item: &FeedItem) -> Result<Seen, StoreError> {
        let query = sqlx::query("SELECT updated_ms, created_ms FROM feed_items WHERE url = $1");
        let row = query.bind(item.address.as_str()).fetch_optional(&self.pool).await?;
        Ok(match row {
            None => Seen::New,
            Some(row) => {
                let before: Option<i64> = row.try_get("updated_ms")?;
                let created: i64 = row.try_get("created_ms")?;
                let is_later = is_believed(before, item.updated.map(|at| at.0), created);
                if is_later { Seen::Changed } else { Seen::Known }
            }
        })
    }

    /// Remembers an item of a feed as it is now; it is looked at again after `look_after`, if at all.
    pub async fn remember(
        &self,
        feed: FeedId,
        item: &FeedItem,
        look_after: Option<Millis>,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO feed_items (url, feed_id, updated_ms, next_ms, created_ms)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (url) DO UPDATE SET updated_ms = excluded.updated_ms, looks = 0,
                next_ms = excluded.next_ms",
        )
        .bind(item.address.as_str())
        .bind(feed.to_string())
        .bind(item.updated.map(|at| at.0))
        .bind(look_after.map(|wait| now().0.saturating_add(millis(wait))))
        .bind(now().0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes an article that is to be looked at again; until it is told otherwise it will not be
    /// looked at once more for `lease`.
    pub async fn due_item(&self, lease: Millis) -> Result<Option<DueItem>, StoreError> {
        let row = sqlx::query(
            "UPDATE feed_items SET next_ms = $2 WHERE url = (
                SELECT url FROM feed_items WHERE next_ms <= $1 ORDER BY next_ms LIMIT 1)
                AND next_ms <= $1
             RETURNING *",
        )
        .bind(now().0)
        .bind(now().0.saturating_add(millis(lease)))
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let looks = u32::try_from(unsigned(&row, "looks")?).unwrap_or(u32::MAX);
        Ok(Some(DueItem { address: parse(&row, "url")?, tags: tags(&row)?, looks }))
    }

    /// An article was looked at again; `again` says when next, if at all.
    pub async fn looked(
        &self,
        item: &DueItem,
        new: Option<&Tags>,
        again: Option<Millis>,
    ) -> Result<(), StoreError> {
        let tags = new.unwrap_or(&item.tags);
        sqlx::query(
            "UPDATE feed_items SET looks = $2, etag = $3, last_modified = $4, next_ms = $5
             WHERE url = $1",
        )
        .bind(item.address.as_str())
        .bind(i64::from(item.looks) + 1)
        .bind(tags.0.as_deref())
        .bind(tags.1.as_deref())
        .bind(again.map(|wait| now().0.saturating_add(millis(wait))))
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// Whether a feed that says a new time says that an article was changed. Some pages always changed
/// just now: of each the next change is believed when as much time has passed again as since it came,
/// an hour at least. A change sooner is found by the looks after the one before.
fn is_believed(before: Option<i64>, updated: Option<i64>, created: i64) -> bool {
    let (Some(before), Some(updated)) = (before, updated) else { return before < updated };
    updated > before && updated - before >= (before - created).max(millis(CHANGES_APART))
}

pub(super) fn millis(length: Millis) -> i64 {
    i64::try_from(length.0).unwrap_or(i64::MAX)
}

fn tags(row: &AnyRow) -> Result<Tags, StoreError> {
    Ok((row.try_get("etag")?, row.try_get("last_modified")?))
}

fn failure(row: &AnyRow) -> Result<Option<Failure>, StoreError> {
    let detail: Option<String> = row.try_get("failure")?;
    // What failed before there were codes has none.
    let code: Option<String> = row.try_get("failure_code")?;
    Ok(detail.map(|detail| Failure { code: code.unwrap_or_default(), detail }))
}

pub(super) fn feed(row: &AnyRow) -> Result<Feed, StoreError> {
    Ok(Feed {
        id: parse(row, "id")?,
        address: parse(row, "url")?,
        every: Millis(unsigned(row, "every_ms")?),
        answered: row.try_get::<Option<i64>, _>("answered_ms")?.map(Timestamp),
        failures: u32::try_from(unsigned(row, "failures")?).unwrap_or(u32::MAX),
        failure: failure(row)?,
        next: Timestamp(row.try_get("next_ms")?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_always_changed_just_now_is_believed_less_and_less() {
        let (minute, created) = (60_000, 1_000_000_000);
        let mut before = created;
        let mut believed = 0;
        // Asked every five minutes for a day.
        for now in (1..=288).map(|poll| created + poll * 5 * minute) {
            if is_believed(Some(before), Some(now), created) {
                before = now;
                believed += 1;
            }
        }
        assert_eq!(believed, 5);
        assert!(is_believed(Some(created), Some(created + 60 * minute), created));
        assert!(is_believed(None, Some(created), created));
        assert!(!is_believed(Some(created), None, created));
    }
}
