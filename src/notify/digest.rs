//! What waits -> letters: to each moderator at most one in a while, and none that shows nothing new.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{info, warn};

use super::letter::letter;
use super::link::Links;
use super::mail::{MailError, Mailer};
use crate::domain::units::Millis;
use crate::store::{Store, StoreError, now};

/// How often it is looked for what waits.
const LOOK: Duration = Duration::from_secs(5);

/// How long the turn to write to somebody is ours; longer than any server takes. A letter that was not
/// taken is tried again after it.
const LEASE: Millis = Millis(5 * 60 * 1000);

/// Writes to moderators.
pub struct Digests {
    pub store: Store,
    pub mailer: Mailer,
    pub links: Links,
    /// The shortest time between two letters to one address.
    pub every: Millis,
    /// How many comments one letter shows.
    pub at_most: u32,
}

#[derive(Debug, thiserror::Error)]
enum NotWritten {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("the letter cannot be made: {0}")]
    Letter(#[from] askama::Error),
}

impl Digests {
    /// Writes until told to stop; a letter that is under way then is finished, so that it is known
    /// whether it was taken.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            for recipient in self.links.recipients() {
                match self.write_to(recipient).await {
                    Ok(0) => {}
                    Ok(comments) => info!(comments, "a letter about comments that wait was sent"),
                    Err(error) => {
                        warn!(%error, "a letter to a moderator is tried again in five minutes");
                    }
                }
                if *stop.borrow() {
                    return;
                }
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// How many comments a letter has shown; 0: none was sent.
    async fn write_to(&self, recipient: &str) -> Result<usize, NotWritten> {
        if !self.store.claim_digest(recipient, LEASE).await? {
            return Ok(0);
        }
        let comments = self.store.new_to(recipient, self.at_most).await?;
        let shown: Vec<_> = comments.iter().map(|shown| shown.comment.id).collect();
        if shown.is_empty() {
            // They were decided on meanwhile.
            self.store.end_digest(recipient, &shown, Millis(0)).await?;
            return Ok(0);
        }
        let waiting = self.store.queue_counts().await?.waiting;
        let letter = letter(&comments, waiting, &self.links, recipient, now())?;
        self.mailer.send(recipient, &letter).await?;
        self.store.end_digest(recipient, &shown, self.every).await?;
        Ok(shown.len())
    }
}
