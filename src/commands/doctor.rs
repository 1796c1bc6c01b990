//! `baonoi doctor`: what this installation has, and whether it can work.

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::store::Store;

pub fn run(config: &Config) -> anyhow::Result<()> {
    println!("baonoi {}", env!("CARGO_PKG_VERSION"));
    println!("listen: {}", config.listen);
    let voices = super::voices(config)?;
    let voice = voices.chosen(&config.voice)?;
    println!("voice: {} ({}): {}", voice.id, voice.label, voice.description);
    println!("voices: {}", voices.installed().count());
    println!("neural voices are computed by {}", super::computer(config).name());
    super::runtime()?.block_on(async {
        let store = Store::open(&config.data)
            .await
            .with_context(|| format!("cannot open the store in {}", config.data.display()))?;
        store.ping().await?;
        println!("data: {} (SQLite, answers)", config.data.display());
        println!("articles that can be heard: {}", store.count_of_heard().await?);
        let accounts = store.accounts().await?;
        println!("accounts: {}", accounts.len());
        if accounts.is_empty() {
            println!("  none yet: baonoi accounts add NAME --role editor --role moderator");
        }
        store.close().await;
        Ok(())
    })
}
