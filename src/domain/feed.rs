//! A feed or sitemap whose new articles are narrated by themselves.

use super::address::Address;
use super::ids::FeedId;
use super::job::Failure;
use super::units::{Millis, Timestamp};

/// A list of articles that a site keeps up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    pub id: FeedId,
    pub address: Address,
    /// How often it is asked.
    pub every: Millis,
    /// When it last answered; `None` before the first answer.
    pub answered: Option<Timestamp>,
    /// How many times in a row it could not be read.
    pub failures: u32,
    /// Why not, the last time.
    pub failure: Option<Failure>,
    /// When it is asked again.
    pub next: Timestamp,
}

/// What a feed says of one article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedItem {
    pub address: Address,
    /// When it last changed, or was published, where the feed says so.
    pub updated: Option<Timestamp>,
    /// Its title, where the feed says so; for people who look whether it is the right feed.
    pub title: Option<String>,
}

impl Feed {
    /// How often a feed is asked unless somebody says otherwise.
    pub const EVERY: Millis = Millis(5 * 60 * 1000);

    /// The longest wait after failures.
    const WAIT_MAX: Millis = Millis(6 * 3600 * 1000);

    /// The wait before it is asked again, after this many failures in a row: twice as long each time.
    pub fn wait(every: Millis, failures: u32) -> Millis {
        let wait = every.0.saturating_mul(1_u64.checked_shl(failures).unwrap_or(u64::MAX));
        Millis(wait.min(Self::WAIT_MAX.0.max(every.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_that_fails_is_asked_ever_less_often() {
        let minutes = |failures| Feed::wait(Feed::EVERY, failures).0 / 60_000;
        assert_eq!([0, 1, 2, 6, 7, 99].map(minutes), [5, 10, 20, 320, 360, 360]);
    }
}
