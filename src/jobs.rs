//! Rows that say what must still be done: asked for, claimed, run, retried, given up, stopped.

mod live;
mod reading;
mod schedule;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::MissedTickBehavior;
use tracing::{error, info, warn};

use crate::domain::address::Address;
use crate::domain::ids::{ArticleId, JobId};
use crate::domain::job::{Failure, Job, Progress, Source, Urgency};
use crate::domain::publication::NewArticles;
use crate::domain::revision::OnChange;
use crate::domain::units::Millis;
use crate::narrate::{Key, NarrateError, Narrator, OpusToCome};
use crate::store::{Finished, Lease, Store, StoreError, Wish};

use self::reading::Made;

pub use self::live::{Live, OnAir};
pub use self::schedule::keep_publishing;

/// How often a job is begun before it is given up. Temporary failures and killed workers count.
const ATTEMPTS_MAX: u32 = 3;

/// How often a worker looks for jobs that another process asked for.
const POLL: Duration = Duration::from_millis(500);

/// The wait before attempt n + 1: 1 and 4 s. An editor is often waiting for the answer.
fn back_off(attempts: u32) -> Millis {
    Millis(1_000 * 4_u64.pow(attempts.clamp(1, 2) - 1))
}

/// The door to the work: asks for it, and wakes a worker.
#[derive(Clone, Debug)]
pub struct Queue {
    store: Store,
    wake: Arc<Notify>,
    live: Live,
}

impl Queue {
    pub fn new(store: Store) -> Self {
        Self { store, wake: Arc::new(Notify::new()), live: Live::default() }
    }

    /// What is being read in this process.
    pub fn live(&self) -> &Live {
        &self.live
    }

    /// A listener waits for an article: gives the job that reads it, now as urgent as can be.
    pub async fn hurry(&self, article: ArticleId) -> Result<Option<Job>, StoreError> {
        let job = self.store.hurry(article).await?;
        self.wake.notify_waiters();
        Ok(job)
    }

    /// Does a job again that has ended. `None`: there is none of that id.
    pub async fn ask_again(&self, job: JobId) -> Result<Option<Job>, StoreError> {
        let job = self.store.ask_again(job).await?;
        self.wake.notify_waiters();
        Ok(job)
    }

    /// Asks for an article to be read. The same source is the same row, which is looked at again:
    /// the page may say something else by now, or the voice may have changed. What would be heard
    /// already is not spoken twice.
    pub async fn ask_for(&self, source: Source, urgency: Urgency) -> Result<Job, StoreError> {
        let (wish, label) = match &source {
            Source::Address(address) => {
                (format!("address:{}", address.canonical()), address.to_string())
            }
            Source::Html { url, html } => {
                let url = url.as_ref().map_or("", Address::as_str);
                let label = if url.is_empty() { "HTML" } else { url };
                (digest("html", [url, html].into_iter()), label.to_owned())
            }
            Source::Text { title, paragraphs } => {
                let texts = std::iter::once(title).chain(paragraphs);
                let label = title.chars().take(LABEL_CHARS_MAX).collect();
                (digest("text", texts.map(String::as_str)), label)
            }
            Source::Stored(article) => {
                let title = self.store.article(*article).await?.map(|known| known.article.title);
                let label = title.unwrap_or_default().chars().take(LABEL_CHARS_MAX).collect();
                (format!("article:{article}"), label)
            }
        };
        let job = self.store.ask(&wish, &label, urgency, &source).await?;
        self.wake.notify_waiters();
        Ok(job)
    }
}

impl Queue {
    /// A site says that the article of this address is gone for good.
    pub async fn gone(&self, address: &Address) -> Result<(), StoreError> {
        if let Some(article) = self.store.article_gone(address).await? {
            warn!(%article, %address, "its site says that it is gone");
        }
        Ok(())
    }

    /// Asks for articles that are known, with their titles, to be read again when there is time. Sentences that sound
    /// as before come out of the cache.
    pub async fn read_again(&self, articles: &[(ArticleId, String)]) -> Result<(), StoreError> {
        let wish = |(id, title): &(ArticleId, String)| Wish {
            name: format!("article:{id}"),
            label: title.chars().take(LABEL_CHARS_MAX).collect(),
            source: Source::Stored(*id),
        };
        // Others write to the database in between.
        for some in articles.chunks(AGAIN_AT_ONCE) {
            let wishes: Vec<Wish> = some.iter().map(wish).collect();
            self.store.ask_all(&wishes, Urgency::Backlog).await?;
        }
        self.wake.notify_waiters();
        Ok(())
    }
}

/// How many wishes are written down in one transaction.
const AGAIN_AT_ONCE: usize = 500;

/// Longest label of a job, in characters.
const LABEL_CHARS_MAX: usize = 200;

fn digest<'a>(kind: &str, texts: impl Iterator<Item = &'a str>) -> String {
    let mut key = Key::new();
    texts.for_each(|text| key.add(text));
    format!("{kind}:{}", key.finish())
}

/// Works through the queue until told to stop.
#[derive(Clone, Debug)]
pub struct Worker {
    queue: Queue,
    narrator: Arc<Narrator>,
    name: String,
    lease: Millis,
    on_change: OnChange,
    new_articles: NewArticles,
}

/// Progress of a computing thread, seen from outside.
#[derive(Debug, Default)]
struct Gauge {
    done: AtomicU32,
    /// 0 until it is known.
    total: AtomicU32,
    stop: AtomicBool,
}

impl Gauge {
    fn read(&self) -> Progress {
        let total = self.total.load(Ordering::Relaxed);
        Progress { done: self.done.load(Ordering::Relaxed), total: (total > 0).then_some(total) }
    }

    fn write(&self, progress: Progress) -> ControlFlow<()> {
        self.done.store(progress.done, Ordering::Relaxed);
        self.total.store(progress.total.unwrap_or(0), Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

impl Worker {
    /// `name` must be unique among all workers of the database.
    pub fn new(queue: Queue, narrator: Arc<Narrator>, name: String, lease: Millis) -> Self {
        let (on_change, new_articles) = (OnChange::default(), NewArticles::default());
        Self { queue, narrator, name, lease, on_change, new_articles }
    }

    /// The same with something else to do with texts that change.
    pub fn on_change(self, on_change: OnChange) -> Self {
        Self { on_change, ..self }
    }

    /// The same, with a rule for when articles that it reads first are heard.
    pub fn publishing(self, new_articles: NewArticles) -> Self {
        Self { new_articles, ..self }
    }

    /// Claims and runs jobs one after the other. On `stop` a running job is put back, to be taken
    /// up at the next start.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !told(&stop) {
            match self.queue.store.claim(&self.name, self.lease).await {
                Ok(Some(lease)) => self.work(&lease, &mut stop).await,
                Ok(None) => self.rest(&mut stop).await,
                Err(error) => {
                    error!(%error, "cannot look for work");
                    self.rest(&mut stop).await;
                }
            }
        }
    }

    async fn rest(&self, stop: &mut watch::Receiver<bool>) {
        tokio::select! {
            () = self.queue.wake.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }

    async fn work(&self, lease: &Lease, stop: &mut watch::Receiver<bool>) {
        let job = lease.job.id;
        info!(%job, attempt = lease.job.attempts, "job begun");
        let result = if lease.job.attempts > ATTEMPTS_MAX {
            Err(NarrateError::Stopped)
        } else {
            self.narrate(lease, stop).await
        };
        let written = match result {
            Ok(Made::Read(made, rest)) => self.publish(lease, &made, rest).await,
            Ok(Made::Kept { article, text, state }) => {
                info!(%job, %article, state = state.name(), "the new text is not read");
                self.queue.store.keep_revision(lease, article, &text, state).await
            }
            Err(NarrateError::Store(StoreError::LeaseLost)) => Err(StoreError::LeaseLost),
            // Stopping the service is not the job's fault: it does not count as an attempt.
            Err(error) if error.is_gone() => self.end_gone(lease, &error).await,
            Err(NarrateError::Stopped) if told(stop) => self.queue.store.put_back(lease).await,
            Err(error) => self.give_back(lease, &error).await,
        };
        match written {
            Ok(()) => {}
            Err(StoreError::LeaseLost) => warn!(%job, "another worker has taken the job"),
            // The lease will run out, and the job will be claimed again.
            Err(error) => error!(%job, %error, "the end of the job could not be written down"),
        }
    }

    /// Makes a narration the one that listeners get, and adds its last file when that is written.
    async fn publish(
        &self,
        lease: &Lease,
        made: &Finished,
        rest: Option<(OnAir, OpusToCome)>,
    ) -> Result<(), StoreError> {
        let narration = self.queue.store.finish(lease, made).await?;
        info!(job = %lease.job.id, %narration, "job done");
        let Some((on_air, opus)) = rest else { return Ok(()) };
        // It was on air until the finished narration could be asked for.
        drop(on_air);
        let written = async {
            let opus = computed(|| opus.finish()).await??;
            self.queue.store.add_opus(narration, &opus).await?;
            Ok::<_, NarrateError>(())
        };
        // It is heard without, so the job is done; whoever asks for the article again gets one.
        if let Err(error) = written.await {
            warn!(%narration, %error, "the Opus file could not be written");
        }
        Ok(())
    }

    /// The site says that the article is gone: its reading stays, and editors are told.
    async fn end_gone(&self, lease: &Lease, error: &NarrateError) -> Result<(), StoreError> {
        if let Source::Address(address) = &lease.source {
            self.queue.gone(address).await?;
        }
        self.give_back(lease, error).await
    }

    async fn give_back(&self, lease: &Lease, error: &NarrateError) -> Result<(), StoreError> {
        let attempts = lease.job.attempts;
        let again = error.is_temporary() && attempts < ATTEMPTS_MAX;
        warn!(job = %lease.job.id, %error, again, "job failed");
        let failure = Failure { code: error.code().to_owned(), detail: error.to_string() };
        self.queue.store.give_back(lease, &failure, again.then(|| back_off(attempts))).await
    }

    /// Runs the line, renewing the lease while it computes.
    async fn narrate(
        &self,
        lease: &Lease,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<Made, NarrateError> {
        let gauge = Arc::new(Gauge::default());
        let line = self.line(lease, gauge.clone());
        tokio::pin!(line);
        let mut beat = tokio::time::interval(self.beat());
        // A database that was slow once is not asked for every beat that it missed.
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            // Side by side with the line, which may be writing to the database itself: waiting for one
            // of them alone would wait for ever.
            let renewed = async {
                beat.tick().await;
                self.queue.store.renew(lease, self.lease, gauge.read()).await
            };
            tokio::select! {
                result = &mut line => return result,
                renewed = renewed => {
                    match renewed {
                        Ok(()) => {}
                        Err(StoreError::LeaseLost) => {
                            gauge.stop.store(true, Ordering::Relaxed);
                            return Err(StoreError::LeaseLost.into());
                        }
                        // The next beat tries again; the lease outlasts several of them.
                        Err(error) => warn!(%error, "the lease could not be renewed"),
                    }
                }
                _ = stop.changed() => {
                    gauge.stop.store(true, Ordering::Relaxed);
                    return Err(NarrateError::Stopped);
                }
            }
        }
    }

    /// Often enough for a progress bar, and at least three times a lease.
    fn beat(&self) -> Duration {
        Duration::from_millis((self.lease.0 / 3).clamp(1, 500))
    }
}

/// Whether the program was told to stop, or nobody is left who could tell. The value is copied out,
/// since the borrow is a lock.
fn told(stop: &watch::Receiver<bool>) -> bool {
    let told = *stop.borrow();
    told || stop.has_changed().is_err()
}

/// Runs something slow where it keeps no request waiting. A panic there costs this job, not the
/// service.
async fn computed<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, NarrateError> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        error!(%error, "the narration ended unexpectedly");
        NarrateError::Broken
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows() {
        let waits: Vec<u64> = (1..=3).map(|attempts| back_off(attempts).0).collect();
        assert_eq!(waits, [1_000, 4_000, 4_000]);
    }

    #[test]
    fn content_is_told_apart_by_all_of_it() {
        let wish = |texts: &[&str]| digest("text", texts.iter().copied());
        assert_eq!(wish(&["a", "b"]), wish(&["a", "b"]));
        assert_ne!(wish(&["ab", ""]), wish(&["a", "b"]));
    }
}
