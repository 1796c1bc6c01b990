//! Narrations that are being made in this process, for those who listen already.
//!
//! Several listeners share one synthesis: each reads the same growing file at its own pace. None of
//! them holds the work up, and none that leaves stops it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::domain::ids::ArticleId;
use crate::narrate::Heard;

/// What is on air. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Live(Arc<Mutex<HashMap<ArticleId, Broadcast>>>);

#[derive(Clone, Debug)]
struct Broadcast {
    heard: watch::Receiver<Option<Heard>>,
    /// Somebody listens.
    is_wanted: Arc<AtomicBool>,
}

/// The right to tell how far a narration is. Dropping it ends the broadcast; listeners who have not
/// got all of a complete file then learn that it broke off.
#[derive(Debug)]
pub struct OnAir {
    article: ArticleId,
    heard: watch::Sender<Option<Heard>>,
    is_wanted: Arc<AtomicBool>,
    live: Live,
}

impl Live {
    /// Opens the air for an article's narration.
    pub fn begin(&self, article: ArticleId) -> OnAir {
        let (sender, heard) = watch::channel(None);
        let is_wanted = Arc::<AtomicBool>::default();
        let broadcast = Broadcast { heard, is_wanted: is_wanted.clone() };
        self.lock().insert(article, broadcast);
        OnAir { article, heard: sender, is_wanted, live: self.clone() }
    }

    /// What is heard of an article, if it is being read now. From then on somebody waits for it.
    pub fn listen(&self, article: ArticleId) -> Option<watch::Receiver<Option<Heard>>> {
        let broadcast = self.lock().get(&article).cloned()?;
        broadcast.is_wanted.store(true, Ordering::Relaxed);
        Some(broadcast.heard)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ArticleId, Broadcast>> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OnAir {
    pub fn tell(&self, heard: Heard) {
        self.heard.send_replace(Some(heard));
    }

    /// Whether somebody listens, or did.
    pub fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }
}

impl Drop for OnAir {
    fn drop(&mut self) {
        let mut broadcasts = self.live.lock();
        let ours = broadcasts.get(&self.article);
        // Another job may read the same article by now.
        if ours.is_some_and(|other| Arc::ptr_eq(&other.is_wanted, &self.is_wanted)) {
            broadcasts.remove(&self.article);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn listeners_hear_how_far_it_is_until_it_ends() {
        let live = Live::default();
        let article = ArticleId::from(uuid::Uuid::now_v7());
        assert!(live.listen(article).is_none());
        let on_air = live.begin(article);
        assert!(!on_air.is_wanted());
        let mut first = live.listen(article).unwrap();
        let second = live.listen(article).unwrap();
        assert!(on_air.is_wanted());
        let heard = |bytes| Heard { path: "x".into(), bytes, is_complete: false };
        on_air.tell(heard(5));
        drop(second);
        first.changed().await.unwrap();
        assert_eq!(*first.borrow(), Some(heard(5)));
        // Another job begins with the same article; the end of the first one is not its end.
        let other = live.begin(article);
        drop(on_air);
        assert!(first.changed().await.is_err());
        assert!(live.listen(article).is_some());
        drop(other);
        assert!(live.listen(article).is_none());
    }
}
