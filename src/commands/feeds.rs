//! `baonoi feeds`: sites whose new articles are narrated by themselves.

use anyhow::bail;
use baonoi::config::Config;
use baonoi::domain::address::Address;
use baonoi::domain::feed::Feed;
use baonoi::domain::units::{Millis, Timestamp};
use baonoi::store::Store;
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum FeedsCommand {
    /// Follows an RSS or Atom feed or a (news) sitemap: its new articles are narrated, and narrated
    /// again when the paper corrects them.
    Add {
        #[arg(value_name = "URL")]
        address: Address,
        /// How often it is asked.
        #[arg(long, value_name = "MINUTES", default_value_t = Feed::EVERY.0 / 60_000,
            value_parser = clap::value_parser!(u64).range(1..=10_080))]
        every: u64,
    },
    /// What is followed, and how it went.
    List,
    /// Follows a feed no longer. What it brought stays.
    Remove {
        #[arg(value_name = "URL")]
        address: Address,
    },
}

pub fn run(config: &Config, command: FeedsCommand) -> anyhow::Result<()> {
    super::with_store(config, async |store| carry_out(store, command).await)
}

async fn carry_out(store: &Store, command: FeedsCommand) -> anyhow::Result<()> {
    match command {
        FeedsCommand::Add { address, every } => {
            store.follow(&address, Millis(every * 60_000)).await?;
            println!("{address} is asked every {every} minutes while the service runs");
        }
        FeedsCommand::List => {
            for feed in store.feeds().await? {
                println!(
                    "{}\tevery {} minutes\t{}",
                    feed.address,
                    feed.every.0 / 60_000,
                    state(&feed)
                );
            }
        }
        FeedsCommand::Remove { address } => {
            if !store.unfollow(&address).await? {
                bail!("{address} is not followed; `baonoi feeds list` names those that are");
            }
        }
    }
    Ok(())
}

fn state(feed: &Feed) -> String {
    match (&feed.failure, feed.answered) {
        (Some(failure), _) => format!("failed {} times: {}", feed.failures, failure.detail),
        (None, Some(answered)) => format!("answered {}", Timestamp::rfc3339(answered)),
        (None, None) => "not asked yet".to_owned(),
    }
}
