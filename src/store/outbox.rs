//! What happened to comments and articles, for programs that want to be told: written together with it, delivered
//! later, never lost.

use std::collections::BTreeMap;

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::jobs::after;
use super::{Store, StoreError, new_id, now, unsigned};
use crate::domain::account::Actor;
use crate::domain::comment::CommentState;
use crate::domain::ids::{CommentId, EventId};
use crate::domain::units::{Millis, Timestamp};

/// What happened. The names are those of the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Happened {
    Received,
    Decided,
}

/// One event on its way to one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    pub id: EventId,
    pub url: String,
    /// JSON, byte for byte as it is signed.
    pub body: String,
    /// How many there have been, with this one; from 1.
    pub tries: u32,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    Done,
    Again { after: Millis, failure: String },
    GivenUp { failure: String },
}

/// How many deliveries there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    pub waiting: u64,
    pub given_up: u64,
}

impl Happened {
    fn name(self) -> &'static str {
        match self {
            Self::Received => super::audit::RECEIVED,
            Self::Decided => super::audit::DECIDED,
        }
    }
}

/// Writes down, for each place that wants to know, what happened to comments. Within the transaction in
/// which it happens: either both are stored or neither is.
pub(super) async fn tell(
    write: &mut AnyConnection,
    happened: Happened,
    comments: &[CommentId],
    by: Option<Actor<'_>>,
) -> Result<(), StoreError> {
    if comments.is_empty() {
        return Ok(());
    }
    for place in places(write, happened.name()).await? {
        for comment in comments {
            let row = sqlx::query(
                "SELECT comments.article_id, comments.author, comments.body, comments.state,
                    comments.reason, comments.created_ms, comments.decided_ms, articles.url
                 FROM comments JOIN articles ON articles.id = comments.article_id
                 WHERE comments.id = $1",
            );
            let row = row.bind(comment.to_string()).fetch_one(&mut *write).await?;
            put(write, &place, body(*comment, &row, happened, by, &place.origin)?).await?;
        }
    }
    Ok(())
}

/// A place that is told of an event.
pub(super) struct Place {
    url: String,
    /// How readers reach the service; empty: nobody said.
    pub origin: String,
}

/// The places that want to know of an event of this name.
pub(super) async fn places(
    write: &mut AnyConnection,
    event: &str,
) -> Result<Vec<Place>, StoreError> {
    let query = sqlx::query("SELECT url, origin, events FROM webhooks ORDER BY url");
    let mut places = Vec::new();
    for row in query.fetch_all(write).await? {
        let wanted: String = row.try_get("events")?;
        if wanted.is_empty() || wanted.split(' ').any(|wanted| wanted == event) {
            places.push(Place { url: row.try_get("url")?, origin: row.try_get("origin")? });
        }
    }
    Ok(places)
}

/// Puts an event, as JSON, into the outbox for a place.
pub(super) async fn put(
    write: &mut AnyConnection,
    place: &Place,
    body: String,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outbox (id, url, body, state, tries, due_ms, failure, created_ms)
         VALUES ($1, $2, $3, 'waiting', 0, $4, '', $4)",
    )
    .bind(new_id::<EventId>().to_string())
    .bind(&place.url)
    .bind(body)
    .bind(now().0)
    .execute(write)
    .await?;
    Ok(())
}

/// An address of ours, where it is known how readers reach the service.
pub(super) fn address(origin: &str, path: &str) -> Option<String> {
    (!origin.is_empty()).then(|| format!("{}{path}", origin.trim_end_matches('/')))
}

/// What is still to be told of a comment is not told any more: its words are erased.
pub(super) async fn forget(
    write: &mut AnyConnection,
    comment: CommentId,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET state = 'given_up', body = '', failure = 'erased', ended_ms = $2
         WHERE state <> 'done' AND body LIKE $1",
    )
    .bind(format!("%{comment}%"))
    .bind(now().0)
    .execute(write)
    .await?;
    Ok(())
}

/// The event as JSON. A reader's words are in it only once a moderator let everybody read them.
fn body(
    comment: CommentId,
    row: &AnyRow,
    happened: Happened,
    by: Option<Actor<'_>>,
    origin: &str,
) -> Result<String, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let (article, state) = (text("article_id")?, text("state")?);
    let page = address(origin, &format!("/articles/{article}"));
    let at = match happened {
        Happened::Received => row.try_get("created_ms")?,
        Happened::Decided => row.try_get::<Option<i64>, _>("decided_ms")?.unwrap_or(now().0),
    };
    let at = Timestamp(at).rfc3339();
    let mut about = serde_json::json!({
        "id": comment.to_string(),
        "article": article,
        "article_url": row.try_get::<Option<String>, _>("url")?.or(page),
        "state": state,
        "reason": row.try_get::<Option<String>, _>("reason")?,
        "by": by.map(Actor::name),
        "at": at,
    });
    let is_public = happened == Happened::Decided && state == CommentState::Approved.name();
    if is_public {
        about["author"] = text("author")?.into();
        about["body"] = text("body")?.into();
    }
    let event = serde_json::json!({
        "type": happened.name(), "timestamp": at, "data": { "comment": about },
    });
    Ok(event.to_string())
}

impl Store {
    /// From now on these places are told, and no others; what waits for others is given up. `origin` is
    /// how readers reach the service; `only` names the events of places that do not want all of them.
    pub async fn set_webhooks(
        &self,
        urls: &[String],
        only: &BTreeMap<String, Vec<String>>,
        origin: &str,
    ) -> Result<(), StoreError> {
        let mut write = self.write().await?;
        sqlx::query("DELETE FROM webhooks").execute(&mut *write).await?;
        for url in urls {
            let insert = sqlx::query(
                "INSERT INTO webhooks (url, origin, events) VALUES ($1, $2, $3)
                 ON CONFLICT (url) DO NOTHING",
            );
            let events = only.get(url).map(|events| events.join(" ")).unwrap_or_default();
            insert.bind(url).bind(origin).bind(events).execute(&mut *write).await?;
        }
        sqlx::query(
            "UPDATE outbox SET state = 'given_up', body = '', ended_ms = $1,
                failure = 'it is no longer in the settings'
             WHERE state = 'waiting' AND url NOT IN (SELECT url FROM webhooks)",
        )
        .bind(now().0)
        .execute(&mut *write)
        .await?;
        Ok(write.commit().await?)
    }

    /// Takes the delivery that has been due for longest. Until the lease is over it is nobody else's; if
    /// nothing was said by then, whoever took it has died.
    pub async fn claim_delivery(&self, lease: Millis) -> Result<Option<Delivery>, StoreError> {
        let now = now().0;
        let row = sqlx::query(
            "UPDATE outbox SET tries = tries + 1, due_ms = $2
             WHERE id = (
                SELECT id FROM outbox WHERE state = 'waiting' AND due_ms <= $1
                ORDER BY due_ms, id LIMIT 1)
                AND state = 'waiting' AND due_ms <= $1
             RETURNING id, url, body, tries",
        );
        let row = row.bind(now).bind(after(now, lease)).fetch_optional(&self.pool).await?;
        row.as_ref().map(delivery).transpose()
    }

    /// Writes down what became of a try; nothing, if the lease was over and somebody else tries.
    pub async fn end_try(&self, delivery: &Delivery, tried: &Tried) -> Result<(), StoreError> {
        let now = now().0;
        let (state, due, failure) = match tried {
            Tried::Done => ("done", now, ""),
            Tried::Again { after: wait, failure } => {
                ("waiting", after(now, *wait), failure.as_str())
            }
            Tried::GivenUp { failure } => ("given_up", now, failure.as_str()),
        };
        // Words that nobody needs any more are not kept.
        sqlx::query(
            "UPDATE outbox SET state = $3, due_ms = $4, failure = $5,
                ended_ms = CASE WHEN $3 = 'waiting' THEN NULL ELSE $6 END,
                body = CASE WHEN $3 = 'waiting' THEN body ELSE '' END
             WHERE id = $1 AND tries = $2 AND state = 'waiting'",
        )
        .bind(delivery.id.to_string())
        .bind(i64::from(delivery.tries))
        .bind(state)
        .bind(due)
        .bind(failure)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets deliveries that were made before a time.
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM outbox WHERE state = 'done' AND ended_ms < $1");
        Ok(query.bind(before.0).execute(&self.pool).await?.rows_affected())
    }

    pub async fn outbox_counts(&self) -> Result<OutboxCounts, StoreError> {
        let query = sqlx::query("SELECT state, COUNT(*) AS count FROM outbox GROUP BY state");
        let mut counts = OutboxCounts::default();
        for row in query.fetch_all(&self.pool).await? {
            match row.try_get::<String, _>("state")?.as_str() {
                "waiting" => counts.waiting = unsigned(&row, "count")?,
                "given_up" => counts.given_up = unsigned(&row, "count")?,
                _ => {}
            }
        }
        Ok(counts)
    }
}

fn delivery(row: &AnyRow) -> Result<Delivery, StoreError> {
    let tries: i64 = row.try_get("tries")?;
    Ok(Delivery {
        id: super::parse(row, "id")?,
        url: row.try_get("url")?,
        body: row.try_get("body")?,
        tries: u32::try_from(tries).map_err(|_| StoreError::Corrupt(format!("tries = {tries}")))?,
    })
}

/// A store with an article, for the tests of what builds on it.
#[cfg(test)]
pub(super) use self::tests::{comment, moderator, open};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Account, Role};
    use crate::domain::comment::{NewComment, Reason};
    use crate::domain::ids::ArticleId;
    use crate::store::{Decided, NewDecision, Submitted};

    const NOW: Millis = Millis(0);

    pub async fn open() -> (tempfile::TempDir, Store, ArticleId) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let article: ArticleId = new_id();
        sqlx::query(
            "INSERT INTO articles (id, title, lead, blocks, content_hash, created_ms, updated_ms)
             VALUES ($1, 'Cầu mới', '', '[]', '', 0, 0)",
        )
        .bind(article.to_string())
        .execute(&store.pool)
        .await
        .unwrap();
        (folder, store, article)
    }

    pub async fn comment(store: &Store, article: ArticleId, body: &str) -> CommentId {
        let new = NewComment::example(article, body);
        match store.add_comment(new).await.unwrap() {
            Submitted::New(id, _) => id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn moderator(store: &Store) -> Account {
        store.add_account("lan", "hash", &[Role::Moderator], None).await.unwrap();
        store.account_named("lan").await.unwrap().unwrap().0
    }

    fn decision(comment: CommentId, state: CommentState) -> NewDecision {
        let reason = (state == CommentState::Rejected).then_some(Reason::Spam);
        NewDecision { comment, state, reason, seen: None }
    }

    async fn told(store: &Store) -> Vec<serde_json::Value> {
        let mut told = Vec::new();
        while let Some(delivery) = store.claim_delivery(Millis(60_000)).await.unwrap() {
            told.push(serde_json::from_str(&delivery.body).unwrap());
            store.end_try(&delivery, &Tried::Done).await.unwrap();
        }
        told
    }

    #[tokio::test]
    async fn nobody_is_told_who_did_not_ask() {
        let (_folder, store, article) = open().await;
        let id = comment(&store, article, "Hay lắm").await;
        let lan = moderator(&store).await;
        store.decide_comments(&[decision(id, CommentState::Approved)], &lan).await.unwrap();
        let rows = sqlx::query("SELECT id FROM outbox").fetch_all(&store.pool).await.unwrap();
        assert!(rows.is_empty());
    }

    #[tokio::test]
    async fn words_are_told_only_once_a_moderator_approved_them() {
        let (_folder, store, article) = open().await;
        let urls = ["https://cms.example/hook".to_owned()];
        store.set_webhooks(&urls, &BTreeMap::new(), "https://doc.example/").await.unwrap();
        let id = comment(&store, article, "Hay lắm").await;
        let lan = moderator(&store).await;
        let decisions = [
            decision(id, CommentState::Rejected),
            decision(id, CommentState::Waiting),
            decision(id, CommentState::Approved),
        ];
        let decided = store.decide_comments(&decisions, &lan).await.unwrap();
        assert_eq!(decided, [Decided::Done, Decided::Done, Decided::Done]);
        let told = told(&store).await;
        let states: Vec<_> = told
            .iter()
            .map(|event| {
                let comment = &event["data"]["comment"];
                let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
                (text(&event["type"]), text(&comment["state"]), text(&comment["by"]))
            })
            .collect();
        let event = |kind: &str, state: &str, by: &str| {
            (format!("comment.{kind}"), state.to_owned(), by.to_owned())
        };
        assert_eq!(
            states,
            [
                event("received", "waiting", "-"),
                event("decided", "rejected", "lan"),
                event("decided", "waiting", "lan"),
                event("decided", "approved", "lan"),
            ]
        );
        for event in &told[..3] {
            let text = event.to_string();
            assert!(!text.contains("Mai") && !text.contains("Hay") && !text.contains("192.0.2"));
        }
        assert_eq!(told[1]["data"]["comment"]["reason"], "spam");
        let approved = &told[3]["data"]["comment"];
        assert_eq!(
            (&approved["author"], &approved["body"]),
            (&"Lò Thị Mai".into(), &"Hay lắm".into())
        );
        assert_eq!(approved["article_url"], format!("https://doc.example/articles/{article}"));
        assert_eq!(approved["id"], id.to_string());
        // What was told is not kept.
        let kept = sqlx::query("SELECT id FROM outbox WHERE body <> ''");
        assert!(kept.fetch_all(&store.pool).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn a_delivery_is_one_tellers_until_its_lease_is_over() {
        let (_folder, store, article) = open().await;
        store
            .set_webhooks(&["https://cms.example/hook".to_owned()], &BTreeMap::new(), "")
            .await
            .unwrap();
        comment(&store, article, "Hay lắm").await;
        let (a, b) = tokio::join!(
            store.claim_delivery(Millis(60_000)),
            store.claim_delivery(Millis(60_000))
        );
        let taken: Vec<Delivery> = [a.unwrap(), b.unwrap()].into_iter().flatten().collect();
        assert_eq!(taken.len(), 1);
        let again = Tried::Again { after: NOW, failure: "status 500".into() };
        store.end_try(&taken[0], &again).await.unwrap();
        // One whose lease is over at once: whoever took it has died.
        let dead = store.claim_delivery(NOW).await.unwrap().unwrap();
        let heir = store.claim_delivery(Millis(60_000)).await.unwrap().unwrap();
        assert_eq!((&dead.id, dead.tries), (&taken[0].id, 2));
        assert_eq!((&heir.id, heir.tries, &heir.body), (&taken[0].id, 3, &taken[0].body));
        // The dead one comes back too late to say anything.
        store.end_try(&dead, &Tried::GivenUp { failure: "status 410".into() }).await.unwrap();
        assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { waiting: 1, given_up: 0 });
        store.end_try(&heir, &Tried::Done).await.unwrap();
        assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts::default());
        assert_eq!(store.forget_deliveries(Timestamp(0)).await.unwrap(), 0);
        assert_eq!(store.forget_deliveries(Timestamp(i64::MAX)).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_waits_for_a_place_that_is_gone_is_given_up() {
        let (_folder, store, article) = open().await;
        let urls = ["https://a.example/".to_owned(), "https://b.example/".to_owned()];
        store.set_webhooks(&urls, &BTreeMap::new(), "").await.unwrap();
        comment(&store, article, "Hay lắm").await;
        assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { waiting: 2, given_up: 0 });
        store.set_webhooks(&urls[1..], &BTreeMap::new(), "").await.unwrap();
        assert_eq!(store.outbox_counts().await.unwrap(), OutboxCounts { waiting: 1, given_up: 1 });
        let left = store.claim_delivery(Millis(60_000)).await.unwrap().unwrap();
        assert_eq!(left.url, urls[1]);
    }
}
