//! `baonoi doctor`: what this installation has, and whether it can work.

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::store::Store;
use baonoi::synthesize::{NEURAL, State};

pub fn run(config: &Config) -> anyhow::Result<()> {
    println!("baonoi {}", env!("CARGO_PKG_VERSION"));
    println!("listen: {}", config.listen);
    tell_of_voices(config)?;
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

fn tell_of_voices(config: &Config) -> anyhow::Result<()> {
    let voices = super::voices(config)?;
    println!("voices: {}", voices.folder().display());
    for known in voices.known() {
        let state = match &known.state {
            State::Installed(_) => "installed".to_owned(),
            State::Missing(_) => {
                format!("not installed; baonoi voices install {} does it", known.name)
            }
            State::Broken(reason) => format!("broken: {reason}"),
        };
        println!("  {}: {state}", known.name);
    }
    match voices.runtime() {
        Some(path) => println!("ONNX Runtime: {}", path.display()),
        None => println!(
            "ONNX Runtime: none at {}; baonoi voices install --runtime does it",
            voices.runtime_place().display()
        ),
    }
    println!("neural voices are computed by {}", super::computer(config, &voices).name());
    let chosen = voices.chosen(&config.voice).context("the setting `voice` cannot be followed")?;
    println!("voice that reads: {} ({}): {}", chosen.id, chosen.label, chosen.description);
    if chosen.is_embedded() && config.voice.is_empty() {
        println!("  a machine's voice, until {NEURAL} is installed");
    }
    Ok(())
}
