//! What players report is gathered in memory and written every few seconds: an article that all of a
//! province listens to costs one row's update then, not one for each report.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tracing::{error, warn};

use super::App;
use crate::domain::ids::ArticleId;
use crate::domain::listening::{Day, Listens};
use crate::store::{Store, StoreError};

/// How often it is written. A killed process loses what came since.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// How many articles (and days) wait in memory at most, of some 100 bytes each.
const WAITING_MAX: usize = 10_000;

/// How often the last write is tried, and the wait between.
const LAST_TRIES: u32 = 3;
const LAST_WAIT: Duration = Duration::from_secs(1);

/// What waits to be written.
#[derive(Debug, Default)]
pub struct Tally(Mutex<HashMap<(ArticleId, Day), Listens>>);

impl Tally {
    /// Adds what was listened to; false when too much waits already.
    pub fn add(&self, article: ArticleId, day: Day, listens: Listens) -> bool {
        let mut waiting = self.waiting();
        if waiting.len() >= WAITING_MAX && !waiting.contains_key(&(article, day)) {
            return false;
        }
        *waiting.entry((article, day)).or_default() += listens;
        true
    }

    /// Whether something of an article waits, so that nobody need ask whether there is such an article.
    pub fn has(&self, article: ArticleId, day: Day) -> bool {
        self.waiting().contains_key(&(article, day))
    }

    /// Writes what waits. What could not be written waits on. To be awaited to its end: what is being
    /// written waits nowhere else.
    async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let taken = std::mem::take(&mut *self.waiting());
        if taken.is_empty() {
            return Ok(());
        }
        let counts: Vec<_> =
            taken.into_iter().map(|((article, day), listens)| (article, day, listens)).collect();
        let written = store.add_listens(&counts).await;
        if written.is_err() {
            let mut waiting = self.waiting();
            for (article, day, listens) in counts {
                *waiting.entry((article, day)).or_default() += listens;
            }
        }
        written
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<(ArticleId, Day), Listens>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes every few seconds, and once more when no more requests are answered, which is when the other
/// end of `over` is gone.
pub async fn keep_writing(app: App, mut over: oneshot::Receiver<()>) {
    let (tally, store) = (&app.0.tally, &app.0.store);
    loop {
        let is_over = tokio::select! {
            () = tokio::time::sleep(WRITE_EVERY) => false,
            _ = &mut over => true,
        };
        if is_over {
            break;
        }
        // From which networks reports came is known for as long as their limit needs it.
        app.0.report_limit.forget_past();
        if let Err(error) = tally.write(store).await {
            warn!(%error, "what was listened to could not be written; it is tried again");
        }
    }
    for attempt in 1..=LAST_TRIES {
        match tally.write(store).await {
            Ok(()) => return,
            Err(error) if attempt == LAST_TRIES => {
                error!(%error, "what was listened to in the last seconds is lost");
            }
            Err(_) => tokio::time::sleep(LAST_WAIT).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::article::Article;
    use crate::domain::job::{Source, Urgency};
    use crate::domain::publication::Debut;
    use crate::domain::units::Millis;

    fn day() -> Day {
        "2026-11-28".parse().unwrap()
    }

    fn id(number: u128) -> ArticleId {
        Uuid::from_u128(number).into()
    }

    fn listens(plays: u64) -> Listens {
        Listens { plays, heard: Millis(plays * 1_000), completions: 0 }
    }

    #[test]
    fn reports_of_an_article_and_day_are_one_entry() {
        let tally = Tally::default();
        let other: Day = "2026-11-29".parse().unwrap();
        assert!(!tally.has(id(1), day()));
        for _ in 0..1_000 {
            assert!(tally.add(id(1), day(), listens(1)));
        }
        assert!(tally.add(id(1), other, listens(1)) && tally.add(id(2), day(), listens(1)));
        assert!(tally.has(id(1), day()));
        let waiting = tally.waiting();
        assert_eq!(waiting.len(), 3);
        assert_eq!(waiting[&(id(1), day())], listens(1_000));
    }

    #[test]
    fn memory_is_bounded() {
        let tally = Tally::default();
        for number in 0..WAITING_MAX as u128 {
            assert!(tally.add(id(number), day(), listens(1)));
        }
        assert!(!tally.add(id(u128::MAX), day(), listens(1)));
        // What waits already goes on to be counted.
        assert!(tally.add(id(0), day(), listens(1)));
        assert_eq!(tally.waiting().len(), WAITING_MAX);
    }

    #[tokio::test]
    async fn what_could_not_be_written_is_written_later() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).await.unwrap();
        let source = Source::Text { title: "Cầu".into(), paragraphs: Vec::new() };
        store.ask("text:1", "Cầu", Urgency::Editor, &source).await.unwrap();
        let lease = store.claim("a", Millis(60_000)).await.unwrap().unwrap();
        let article = store.begin(&lease, &Article::default(), Debut::Published).await.unwrap();
        let tally = Tally::default();
        assert!(tally.write(&store).await.is_ok());
        tally.add(article, day(), listens(2));
        store.close().await;
        assert!(tally.write(&store).await.is_err());
        assert_eq!(tally.waiting()[&(article, day())], listens(2));
        tally.add(article, day(), listens(1));

        let store = Store::open(folder.path()).await.unwrap();
        tally.write(&store).await.unwrap();
        assert!(tally.waiting().is_empty());
        assert_eq!(store.listens_of(article).await.unwrap(), listens(3));
        // Nothing is written twice.
        tally.write(&store).await.unwrap();
        assert_eq!(store.listens_of(article).await.unwrap(), listens(3));
    }
}
