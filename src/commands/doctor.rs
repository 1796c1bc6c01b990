//! `baonoi doctor`: what this installation has, and whether it can work.

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::store::Store;
use baonoi::synthesize::{Engine, NEURAL, State};

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
        let outbox = store.outbox_counts().await?;
        println!("webhooks: {} deliveries wait, {} were given up", outbox.waiting, outbox.given_up);
        let intact = tell_of_audit(&store).await;
        store.close().await;
        intact
    })
}

/// Whether nothing was tampered with: the whole log is read, and every comment compared with it.
async fn tell_of_audit(store: &Store) -> anyhow::Result<()> {
    let report = store.verify_audit().await?;
    println!("audit log: {} records, the last is {}", report.records, report.head);
    if report.faults.is_empty() {
        println!("  unbroken, and every comment is as it says");
        return Ok(());
    }
    for fault in &report.faults {
        println!("  {fault}");
    }
    anyhow::bail!(
        "comments or their log were changed outside of the program; compare with a backup"
    )
}

fn tell_of_voices(config: &Config) -> anyhow::Result<()> {
    let voices = super::voices(config)?;
    println!("voices: {}", voices.folder().display());
    for known in voices.known() {
        let state = match &known.state {
            State::Installed(_) => "installed".to_owned(),
            State::Missing(_) => {
                "not installed; `baonoi voices list` says what is missing".to_owned()
            }
            State::Broken(reason) => format!("broken: {reason}"),
        };
        println!("  {}: {state}", known.name);
    }
    let named = &config.onnxruntime;
    match voices.runtime() {
        _ if !named.as_os_str().is_empty() => {
            println!("ONNX Runtime: {}, by the setting `onnxruntime`", named.display());
        }
        Some(path) => println!("ONNX Runtime: {}", path.display()),
        None => println!(
            "ONNX Runtime: none at {}; baonoi voices install --runtime does it",
            voices.runtime_place().display()
        ),
    }
    let computer = super::computer(config, &voices);
    println!("neural voices are computed by {}", computer.name());
    if let Some(reason) = &computer.refused {
        println!("  ONNX Runtime is not used: {reason}");
    }
    let chosen = voices.chosen(&config.voice).context("the setting `voice` cannot be followed")?;
    println!("voice that reads: {} ({}): {}", chosen.id, chosen.label, chosen.description);
    Engine::load(chosen.clone(), &computer)?;
    if chosen.is_embedded() && config.voice.is_empty() {
        println!("  a machine's voice, until {NEURAL} is installed");
    }
    Ok(())
}
