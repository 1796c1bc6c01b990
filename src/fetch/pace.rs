//! Politeness: a site is asked for one thing at a time, with a pause between.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Hosts remembered; beyond it those that may be asked again are forgotten.
const HOSTS_MAX: usize = 1_000;

/// When each host may be asked next.
#[derive(Debug, Default)]
pub struct Pace {
    next: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    /// Waits for this host's turn and takes it. Those who wait are served in the order they came.
    pub async fn turn(&self, host: &str, gap: Duration) {
        let at = self.take(host, gap, Instant::now());
        tokio::time::sleep_until(at.into()).await;
    }

    fn take(&self, host: &str, gap: Duration, now: Instant) -> Instant {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if next.len() >= HOSTS_MAX {
            next.retain(|_, at| *at > now);
        }
        let at = next.get(host).copied().map_or(now, |at| at.max(now));
        next.insert(host.to_owned(), at + gap);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_a_gap_apart_for_each_host() {
        let (pace, now) = (Pace::default(), Instant::now());
        let gap = Duration::from_secs(1);
        assert_eq!(pace.take("a", gap, now), now);
        assert_eq!(pace.take("a", gap, now), now + gap);
        assert_eq!(pace.take("b", gap, now), now);
        assert_eq!(pace.take("a", gap, now + 5 * gap), now + 5 * gap);
    }
}
