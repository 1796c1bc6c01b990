//! Following a site: feeds and sitemaps are asked for new articles, and new articles are looked at
//! again for a while, because papers correct them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tracing::{error, info, warn};

use crate::domain::address::Address;
use crate::domain::article::Page;
use crate::domain::feed::{Feed, FeedItem};
use crate::domain::job::{Failure, Source, Urgency};
use crate::domain::units::Millis;
use crate::extract;
use crate::fetch::{Answer, Document, FetchError, Validators, Wanted};
use crate::jobs::Queue;
use crate::narrate::{Material, Narrator};
use crate::store::{DueFeed, DueItem, Seen, Store, StoreError, Tags, content_hash};

/// How often the database is asked whether something is due.
const REST: Duration = Duration::from_secs(1);

/// Sites that are asked at once: a slow one must not hold back the others.
const SITES_AT_ONCE: usize = 8;

/// How long a site that is being asked is left alone before it is its turn again.
const BUSY_WAIT: Millis = Millis(3_000);

/// The sitemaps of an index that are read at one time: the newest.
const SITEMAPS_MAX: usize = 3;

/// The entries of a feed that are looked at each time, half of them from each end: a sitemap can list
/// 50,000 without a time, the newest first or last.
const ITEMS_MAX: usize = 5_000;

/// When an article is looked at again after it was first seen, each time after the look before it.
const LOOKS: [Millis; 4] =
    [Millis(15 * 60_000), Millis(3_600_000), Millis(6 * 3_600_000), Millis(24 * 3_600_000)];

/// A look that was begun by a process that died is begun again after this.
const LOOK_LEASE: Millis = Millis(10 * 60_000);

/// Follows every feed of the store.
#[derive(Clone, Debug)]
pub struct Follower {
    store: Store,
    queue: Queue,
    narrator: Arc<Narrator>,
    /// How many of the newest articles are narrated when a feed answers for the first time.
    backlog: usize,
    busy: Busy,
}

/// The sites that are being asked, each by one task at a time.
#[derive(Clone, Debug, Default)]
struct Busy(Arc<Mutex<HashSet<String>>>);

/// A site that is being asked, until this is dropped.
struct Taken {
    site: String,
    busy: Busy,
}

impl Busy {
    /// Takes a site that nobody else of us is asking.
    fn take(&self, site: &str) -> Option<Taken> {
        let is_free = self.sites().insert(site.to_owned());
        is_free.then(|| Taken { site: site.to_owned(), busy: self.clone() })
    }

    fn sites(&self) -> MutexGuard<'_, HashSet<String>> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.busy.sites().remove(&self.site);
    }
}

/// Why a feed could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    NotAFeed(#[from] extract::NotAFeed),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FollowError {
    /// For programs by its code, for the operator in words.
    pub fn failure(&self) -> Failure {
        let code = match self {
            Self::Fetch(error) => error.code(),
            Self::NotAFeed(_) => "feed_not_a_feed",
            Self::Store(_) => "store_failed",
        };
        Failure { code: code.to_owned(), detail: self.to_string() }
    }
}

impl Follower {
    /// What a feed lists now, the newest first: for whoever wants to follow it. Nothing is remembered.
    pub async fn look(&self, address: &Address) -> Result<Vec<FeedItem>, FollowError> {
        let fetcher = &self.narrator.fetcher;
        match fetcher.crawl(address, Wanted::Feed, &Validators::default()).await? {
            Answer::New(document) => Ok(self.items(document).await?.0),
            Answer::Unchanged => Ok(Vec::new()),
        }
    }

    pub fn new(store: Store, queue: Queue, narrator: Arc<Narrator>, backlog: usize) -> Self {
        Self { store, queue, narrator, backlog, busy: Busy::default() }
    }

    /// Works until told to stop. What is being asked for then is asked for again at the next start.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        join_all((0..SITES_AT_ONCE).map(|_| self.work(stop.clone()))).await;
    }

    async fn work(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            let step = async {
                match self.step().await {
                    Ok(true) => return,
                    Ok(false) => {}
                    Err(error) => error!(%error, "cannot follow feeds"),
                }
                tokio::time::sleep(REST).await;
            };
            tokio::select! {
                () = step => {}
                changed = stop.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Does one thing that is due; false when there is none.
    async fn step(&self) -> Result<bool, StoreError> {
        if let Some(due) = self.store.due_feed().await? {
            match self.busy.take(due.feed.address.site()) {
                Some(_taken) => self.ask(&due).await?,
                None => self.store.ask_later(due.feed.id, BUSY_WAIT).await?,
            }
            return Ok(true);
        }
        if let Some(item) = self.store.due_item(LOOK_LEASE).await? {
            match self.busy.take(item.address.site()) {
                Some(_taken) => self.look_again(&item).await?,
                None => self.store.look_later(&item.address, BUSY_WAIT).await?,
            }
            return Ok(true);
        }
        Ok(false)
    }

    async fn ask(&self, due: &DueFeed) -> Result<(), StoreError> {
        let feed = &due.feed;
        match self.news(due).await {
            Ok(new) => self.store.feed_answered(feed.id, new.as_ref()).await,
            Err(FollowError::Store(error)) => Err(error),
            Err(error) => {
                let wait = Feed::wait(feed.every, feed.failures + 1);
                let written = self.store.feed_failed(feed.id, &error.failure(), wait).await;
                // Whoever reads it finds it so.
                warn!(feed = %feed.address, %error, again_in = %wait, "feed failed");
                written
            }
        }
    }

    /// Asks for what a feed lists that is new. Returns the tags of its answer, none when it said that
    /// nothing changed.
    async fn news(&self, due: &DueFeed) -> Result<Option<Tags>, FollowError> {
        let feed = &due.feed;
        let answer = self
            .narrator
            .fetcher
            .crawl(&feed.address, Wanted::Feed, &validators(&due.tags))
            .await?;
        let Answer::New(document) = answer else { return Ok(None) };
        let tags = tags(&document.validators);
        let (mut items, is_index) = self.items(document).await?;
        if items.len() > ITEMS_MAX {
            items.drain(ITEMS_MAX / 2..items.len() - ITEMS_MAX / 2);
        }
        let first_time = feed.answered.is_none();
        // Oldest first, so that the newest is narrated last and stands first in "Tin mới".
        for (rank, item) in items.iter().enumerate().rev() {
            let seen = self.store.seen(item).await?;
            let wanted = seen != Seen::Known && (!first_time || rank < self.backlog);
            // Its AMP version may have been read before, or somebody asked for it: then the first look
            // finds what has changed since.
            if wanted && seen == Seen::New && self.store.article_at(&item.address).await?.is_some()
            {
                self.store.remember(feed.id, item, Some(LOOKS[0])).await?;
                continue;
            }
            // Asked first and remembered then: asking twice does no harm, forgetting does.
            let look_after = if wanted && self.may_read(&item.address).await? {
                info!(article = %item.address, ?seen, "found by its feed");
                self.queue.ask_for(Source::Address(item.address.clone()), Urgency::Backlog).await?;
                Some(LOOKS[0])
            } else {
                None
            };
            if seen != Seen::Known {
                self.store.remember(feed.id, item, look_after).await?;
            }
        }
        // An index may stay as it is while its sitemaps change: it is always asked for whole.
        Ok(Some(if is_index { (None, None) } else { tags }))
    }

    /// What a feed lists, with what the newest sitemaps of an index list, and whether it is an index.
    async fn items(&self, document: Document) -> Result<(Vec<FeedItem>, bool), FollowError> {
        let listing = extract::listing(&document.text, &document.url)?;
        let mut items = listing.items;
        for sitemap in listing.sitemaps.iter().take(SITEMAPS_MAX) {
            // One that cannot be read must not hide the others.
            match self.sitemap(sitemap).await {
                Ok(listed) => items.extend(listed),
                Err(error) => warn!(%sitemap, %error, "a sitemap of the index failed"),
            }
        }
        Ok((items, !listing.sitemaps.is_empty()))
    }

    async fn sitemap(&self, address: &Address) -> Result<Vec<FeedItem>, FollowError> {
        let fetcher = &self.narrator.fetcher;
        match fetcher.crawl(address, Wanted::Feed, &Validators::default()).await? {
            Answer::New(document) => Ok(extract::listing(&document.text, &document.url)?.items),
            Answer::Unchanged => Ok(Vec::new()),
        }
    }

    /// Whether robots.txt allows it. Where that cannot be found out the feed is asked again later, with
    /// what is still unknown in it.
    async fn may_read(&self, address: &Address) -> Result<bool, FollowError> {
        // The job asks for the page as soon as it is queued, so the wait that the site asks for is here.
        let may = self.narrator.fetcher.crawl_turn(address).await?;
        if !may {
            info!(article = %address, "left out: robots.txt asks not to read it");
        }
        Ok(may)
    }

    /// Looks whether an article's text was changed, and has it read again if so.
    async fn look_again(&self, item: &DueItem) -> Result<(), StoreError> {
        let again = LOOKS.get(item.looks as usize + 1).copied();
        let known = validators(&item.tags);
        let new = match self.narrator.fetcher.crawl(&item.address, Wanted::Page, &known).await {
            Ok(Answer::Unchanged) => None,
            Ok(Answer::New(document)) => {
                let tags = tags(&document.validators);
                // Should the reading fail, the next look must find the correction again.
                if self.differs(&item.address, document).await? {
                    info!(article = %item.address, "corrected by the paper");
                    self.queue
                        .ask_for(Source::Address(item.address.clone()), Urgency::Backlog)
                        .await?;
                    None
                } else {
                    Some(tags)
                }
            }
            Err(error) if error.is_gone() => {
                self.queue.gone(&item.address).await?;
                None
            }
            Err(error) => {
                warn!(article = %item.address, %error, "cannot look whether it changed");
                None
            }
        };
        self.store.looked(item, new.as_ref(), again).await
    }

    /// Whether the page's article is not the one that is known. A page without an article is no news.
    async fn differs(&self, address: &Address, document: Document) -> Result<bool, StoreError> {
        let page = Page { url: Some(document.url), html: document.text };
        let narrator = self.narrator.clone();
        let read = tokio::task::spawn_blocking(move || narrator.article(&Material::Page(page)));
        let Ok(Ok((article, _))) = read.await else { return Ok(false) };
        let known = self.store.article_at(address).await?;
        Ok(known.is_none_or(|known| content_hash(&known.article) != content_hash(&article)))
    }
}

fn validators((etag, last_modified): &Tags) -> Validators {
    Validators { etag: etag.clone(), last_modified: last_modified.clone() }
}

fn tags(validators: &Validators) -> Tags {
    (validators.etag.clone(), validators.last_modified.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_asked_by_one_task_at_a_time() {
        let busy = Busy::default();
        let first = busy.take("bao.example");
        assert!(first.is_some() && busy.take("bao.example").is_none());
        assert!(busy.take("khac.example").is_some());
        drop(first);
        assert!(busy.take("bao.example").is_some());
    }
}
