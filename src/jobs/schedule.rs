//! Publishes by itself what an editor has set a time for.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{error, info};

use crate::store::Store;

/// How often it is looked whether something is due. An editor sets minutes.
const LOOK: Duration = Duration::from_secs(2);

/// Looks until told to stop. Several processes may do so at once.
pub async fn keep_publishing(store: Store, mut stop: watch::Receiver<bool>) {
    while !super::told(&stop) {
        match store.publish_due().await {
            Ok(published) => {
                for article in published {
                    info!(%article, "published at its time");
                }
            }
            Err(error) => error!(%error, "what is due could not be published"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}
