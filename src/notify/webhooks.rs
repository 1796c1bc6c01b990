//! Deliveries from the outbox to the programs that are told.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{error, warn};

use crate::domain::address::{Address, InvalidAddress};
use crate::domain::units::{Millis, Timestamp};
use crate::domain::webhook::WebhookSecret;
use crate::fetch::{FetchError, NotPublic, Poster, signed_headers};
use crate::store::{Delivery, Store, Tried, now};

/// How long a program may take to answer.
const ANSWER: Duration = Duration::from_secs(10);

/// How long a delivery is ours; longer than any answer.
const LEASE: Millis = Millis(20_000);

/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_millis(500);

/// How many deliveries are under way at once.
const AT_ONCE: usize = 8;

/// How long deliveries that were made are remembered, in milliseconds, and how often old ones are
/// looked for.
const REMEMBERED_MS: i64 = 7 * 24 * 3600 * 1000;
const TIDY: Duration = Duration::from_secs(3600);

/// The waits after each try, as multiples of the first: of 5 s they are 5 s, 1 min, 5 min, 30 min, 2 h,
/// 6 h and a day. After the last one it is given up.
const WAITS: [u64; 7] = [1, 12, 60, 360, 1_440, 4_320, 17_280];

/// Status 410: nobody lives there any more.
const GONE: u16 = 410;

/// Delivers what the outbox holds.
pub struct Webhooks {
    store: Store,
    poster: Poster,
    secret: WebhookSecret,
    first_wait: Millis,
}

/// Why a place cannot be told of anything.
#[derive(Debug, thiserror::Error)]
pub enum NoWebhooks {
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    #[error("{0}; `fetch.allow_private` can name it as host:port")]
    NotPublic(#[from] NotPublic),
    #[error(transparent)]
    Client(#[from] FetchError),
}

impl Webhooks {
    /// Refuses places that may not be connected to, as far as their addresses tell; names are looked up
    /// at every try.
    pub fn new(
        store: Store,
        urls: &[String],
        secret: WebhookSecret,
        first_wait: Millis,
        allow_private: &[String],
    ) -> Result<Self, NoWebhooks> {
        let poster = Poster::new(ANSWER, allow_private)?;
        for url in urls {
            poster.check(&url.parse()?)?;
        }
        Ok(Self { store, poster, secret, first_wait })
    }

    /// Delivers until told to stop; what is under way then is finished.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let this = std::sync::Arc::new(self);
        let mut under_way = JoinSet::new();
        let mut tidied: Option<Instant> = None;
        loop {
            if tidied.is_none_or(|tidied| tidied.elapsed() > TIDY) {
                this.tidy().await;
                tidied = Some(Instant::now());
            }
            while under_way.len() < AT_ONCE {
                let Some(delivery) = this.next().await else { break };
                let this = this.clone();
                under_way.spawn(async move { this.deliver(delivery).await });
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = under_way.join_next() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    async fn next(&self) -> Option<Delivery> {
        match self.store.claim_delivery(LEASE).await {
            Ok(delivery) => delivery,
            Err(error) => {
                error!(%error, "it cannot be seen which webhooks are due");
                None
            }
        }
    }

    async fn deliver(&self, delivery: Delivery) {
        let answer = self.post(&delivery).await;
        let tried = tried(answer, delivery.tries, self.first_wait);
        // It is tried again when the lease is over: better twice than never.
        if let Err(error) = self.store.end_try(&delivery, &tried).await {
            error!(%error, id = %delivery.id, "it was not written down what became of a webhook");
        }
        // Said after it is written down: whoever reads it finds it so.
        match tried {
            Tried::Done => {}
            Tried::Again { after, failure } => {
                warn!(id = %delivery.id, after_ms = after.0, failure, "a webhook is tried again");
            }
            Tried::GivenUp { failure } => {
                warn!(id = %delivery.id, tries = delivery.tries, failure, "a webhook is given up");
            }
        }
    }

    async fn post(&self, delivery: &Delivery) -> Result<u16, FetchError> {
        let address: Address = delivery.url.parse()?;
        let id = delivery.id.to_string();
        let headers = signed_headers(&self.secret, &id, now().0 / 1000, &delivery.body);
        self.poster.json(&address, &headers, delivery.body.clone()).await
    }

    async fn tidy(&self) {
        let before = Timestamp(now().0 - REMEMBERED_MS);
        if let Err(error) = self.store.forget_deliveries(before).await {
            error!(%error, "webhooks of long ago are not forgotten");
        }
    }
}

/// What an answer, or none, means for a try.
fn tried(answer: Result<u16, FetchError>, tries: u32, first_wait: Millis) -> Tried {
    let failure = match answer {
        Ok(200..300) => return Tried::Done,
        Ok(GONE) => return Tried::GivenUp { failure: format!("status {GONE}") },
        Ok(status) => format!("status {status}"),
        Err(error) => error.to_string(),
    };
    let wait = usize::try_from(tries).ok().and_then(|tries| WAITS.get(tries.saturating_sub(1)));
    match wait {
        Some(times) => Tried::Again { after: Millis(first_wait.0.saturating_mul(*times)), failure },
        None => Tried::GivenUp { failure },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_are_those_that_are_promised() {
        let wait = |tries| match tried(Ok(500), tries, Millis(5_000)) {
            Tried::Again { after, .. } => Some(after.0 / 1000),
            _ => None,
        };
        let waits: Vec<u64> = (1..=8).map_while(wait).collect();
        assert_eq!(waits, [5, 60, 5 * 60, 30 * 60, 2 * 3600, 6 * 3600, 24 * 3600]);
        assert_eq!(wait(8), None);
    }

    #[test]
    fn only_a_yes_ends_it_well_and_only_gone_at_once() {
        let tried = |answer| tried(answer, 1, Millis(1));
        assert_eq!(tried(Ok(204)), Tried::Done);
        assert!(matches!(tried(Ok(410)), Tried::GivenUp { .. }));
        for status in [199, 301, 302, 400, 401, 404, 429, 503] {
            assert!(matches!(tried(Ok(status)), Tried::Again { .. }), "{status}");
        }
        let silent = tried(Err(FetchError::Timeout(ANSWER)));
        assert!(matches!(silent, Tried::Again { .. }));
    }
}
