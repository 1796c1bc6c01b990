//! What people do with feeds: follow one, ask it more or less often, leave it. Each is written into the log.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::{AnyConnection, Row};

use super::account_changes::By;
use super::audit::{Chain, Entry, SYSTEM};
use super::feeds::{feed, millis};
use super::{Store, StoreError, new_id, now, parse, unsigned};
use crate::domain::address::Address;
use crate::domain::feed::Feed;
use crate::domain::ids::FeedId;
use crate::domain::units::Millis;

/// What is done to a feed, as the log names it.
const ADDED: &str = "feed.added";
const PACE: &str = "feed.pace";
const REMOVED: &str = "feed.removed";

/// What became of a change of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedChanged {
    Done,
    Unknown,
    /// It is asked at another pace than whoever changed it has seen.
    Overtaken,
}

impl Store {
    /// Follows a feed, or changes how often a known one is asked; it is asked at once.
    pub async fn add_feed(
        &self,
        address: &Address,
        every: Millis,
        by: By<'_>,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "INSERT INTO feeds (id, url, every_ms, next_ms, created_ms) VALUES ($1, $2, $3, $4, $4)
             ON CONFLICT (url) DO UPDATE SET every_ms = excluded.every_ms, next_ms = excluded.next_ms,
                failures = 0",
        )
        .bind(new_id::<FeedId>().to_string())
        .bind(address.as_str())
        .bind(millis(every))
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        note(&mut write, by, ADDED, address, minutes(every)).await?;
        Ok(write.commit().await?)
    }

    /// Follows a feed no longer; false when it was not followed. What it brought stays.
    pub async fn remove_feed(&self, address: &Address, by: By<'_>) -> Result<bool, StoreError> {
        let mut write = self.write().await?;
        sqlx::query(
            "DELETE FROM feed_items WHERE feed_id IN (SELECT id FROM feeds WHERE url = $1)",
        )
        .bind(address.as_str())
        .execute(&mut *write)
        .await?;
        let done = sqlx::query("DELETE FROM feeds WHERE url = $1")
            .bind(address.as_str())
            .execute(&mut *write)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        note(&mut write, by, REMOVED, address, json!({})).await?;
        write.commit().await?;
        Ok(true)
    }

    /// Changes how often a feed is asked, unless somebody did so since it was `seen`.
    pub async fn set_feed_pace(
        &self,
        id: FeedId,
        seen: Millis,
        every: Millis,
        by: By<'_>,
    ) -> Result<FeedChanged, StoreError> {
        let mut write = self.write().await?;
        let query = sqlx::query("SELECT * FROM feeds WHERE id = $1").bind(id.to_string());
        let Some(row) = query.fetch_optional(&mut *write).await? else {
            return Ok(FeedChanged::Unknown);
        };
        let known = feed(&row)?;
        if known.every != seen {
            return Ok(FeedChanged::Overtaken);
        }
        let last = row.try_get::<i64, _>("next_ms")?.saturating_sub(millis(known.every));
        sqlx::query("UPDATE feeds SET every_ms = $2, next_ms = $3 WHERE id = $1")
            .bind(id.to_string())
            .bind(millis(every))
            .bind(last.saturating_add(millis(every)))
            .execute(&mut *write)
            .await?;
        note(&mut write, by, PACE, &known.address, minutes(every)).await?;
        write.commit().await?;
        Ok(FeedChanged::Done)
    }

    /// Has a feed asked at once; false when it is not followed.
    pub async fn ask_feed_now(&self, id: FeedId) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE feeds SET next_ms = $2 WHERE id = $1");
        let done = query.bind(id.to_string()).bind(now().0).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    pub async fn feed(&self, id: FeedId) -> Result<Option<Feed>, StoreError> {
        let query = sqlx::query("SELECT * FROM feeds WHERE id = $1").bind(id.to_string());
        query.fetch_optional(&self.pool).await?.as_ref().map(feed).transpose()
    }

    /// How many articles came by each feed; none of a feed that brought none.
    pub async fn feed_counts(&self) -> Result<HashMap<FeedId, u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT feed_items.feed_id AS feed_id, COUNT(DISTINCT addresses.article_id) AS count
             FROM feed_items JOIN addresses ON addresses.url = feed_items.url
             GROUP BY feed_items.feed_id",
        )
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| Ok((parse(row, "feed_id")?, unsigned(row, "count")?))).collect()
    }
}

fn minutes(every: Millis) -> Value {
    json!({ "minutes": every.0 / 60_000 })
}

async fn note(
    connection: &mut AnyConnection,
    by: By<'_>,
    action: &'static str,
    address: &Address,
    detail: Value,
) -> Result<(), StoreError> {
    let actor = by.map_or(SYSTEM, |account| &account.name);
    let entry = Entry { actor, action, subject: address.to_string(), detail };
    Chain::open(connection).await?.append(connection, entry).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::outbox::{moderator, open};

    #[tokio::test]
    async fn a_feed_is_changed_by_whoever_has_seen_it_last() {
        let (_folder, store, article) = open().await;
        let lan = moderator(&store).await;
        let address: Address = "https://bao.example/tin.rss".parse().unwrap();
        let [five, ten] = [Millis(300_000), Millis(600_000)];
        store.add_feed(&address, five, Some(&lan)).await.unwrap();
        let feed = store.feeds().await.unwrap().remove(0);
        let set = async |seen, every| {
            store.set_feed_pace(feed.id, seen, every, Some(&lan)).await.unwrap()
        };
        assert_eq!(set(five, ten).await, FeedChanged::Done);
        assert_eq!(set(five, five).await, FeedChanged::Overtaken);
        let changed = store.feed(feed.id).await.unwrap().unwrap();
        // It was due, and is asked so much later after its last time.
        assert_eq!((changed.every, changed.next.0 - feed.next.0), (ten, 300_000));
        assert!(store.ask_feed_now(feed.id).await.unwrap());

        sqlx::query("INSERT INTO addresses (url, article_id) VALUES ($1, $2)")
            .bind("https://bao.example/cau")
            .bind(article.to_string())
            .execute(&store.pool)
            .await
            .unwrap();
        assert_eq!(store.feed_counts().await.unwrap().get(&feed.id), None);
        for path in ["cau", "chua-doc"] {
            let address = format!("https://bao.example/{path}").parse().unwrap();
            let item = crate::domain::feed::FeedItem { address, updated: None, title: None };
            store.remember(feed.id, &item, None).await.unwrap();
        }
        assert_eq!(store.feed_counts().await.unwrap().get(&feed.id), Some(&1));

        assert!(store.remove_feed(&address, Some(&lan)).await.unwrap());
        assert!(!store.remove_feed(&address, Some(&lan)).await.unwrap());
        assert_eq!(set(ten, five).await, FeedChanged::Unknown);
        assert!(!store.ask_feed_now(feed.id).await.unwrap());
        // The account, and each of the three changes.
        assert_eq!(store.verify_audit().await.unwrap().records, 4);
    }
}
