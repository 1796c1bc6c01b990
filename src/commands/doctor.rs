//! `baonoi doctor`: what this installation has, and whether it can work.

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::domain::ids::VoiceId;
use baonoi::domain::units::Timestamp;
use baonoi::store::{Backup, Space, Store, now};
use baonoi::synthesize::{Computer, Engine, NEURAL, State, Voices};

/// The failures that are told.
const FAILURES_TOLD: u32 = 5;

/// A line on stdout. Whoever reads no further (`doctor | head`) is no failure.
macro_rules! say {
    ($($part:tt)*) => {
        super::text::print(&(format!($($part)*) + "\n"))?
    };
}

pub fn run(config: &Config) -> anyhow::Result<()> {
    say!("baonoi {}", env!("CARGO_PKG_VERSION"));
    say!("listen: {}", config.listen);
    super::runtime()?.block_on(async {
        let store = Store::open(&config.data)
            .await
            .with_context(|| format!("cannot open the store in {}", config.data.display()))?;
        let set = store.newsroom_settings().await?.voice;
        tell_of_voices(config, set.as_ref())?;
        store.ping().await?;
        say!("data: {} (SQLite, answers)", config.data.display());
        say!("articles that can be heard: {}", store.count_of_heard().await?);
        tell_of_queue(&store).await?;
        tell_of_feeds(&store).await?;
        tell_of_disk(&store.space()?)?;
        tell_of_backups(store.last_backup().await?.as_ref())?;
        let accounts = store.accounts().await?;
        say!("accounts: {}", accounts.len());
        if accounts.is_empty() {
            say!("  none yet: baonoi accounts add NAME --role editor --role moderator");
        }
        let outbox = store.outbox_counts().await?;
        say!("webhooks: {} deliveries wait, {} were given up", outbox.waiting, outbox.given_up);
        let intact = tell_of_audit(&store).await;
        store.close().await;
        intact
    })
}

async fn tell_of_queue(store: &Store) -> anyhow::Result<()> {
    let queue = store.queue_health().await?;
    say!("queue: {} wait, {} are being read", queue.waiting, queue.running);
    if let Some(oldest) = queue.oldest {
        say!("  the oldest waits since {}", Timestamp::rfc3339(oldest));
    }
    say!("  in the last hour {} were done, {} failed", queue.done, queue.failed);
    for job in store.failed_jobs(FAILURES_TOLD).await? {
        let why = job.failure.map(|failure| failure.detail).unwrap_or_default();
        say!("  failed {}: {}: {why}", job.updated.rfc3339(), job.label);
    }
    Ok(())
}

async fn tell_of_feeds(store: &Store) -> anyhow::Result<()> {
    let feeds = store.feeds().await?;
    say!("feeds: {}", feeds.len());
    for feed in feeds {
        if let Some(failure) = &feed.failure {
            say!("  {} failed {} times: {}", feed.address, feed.failures, failure.detail);
        }
    }
    Ok(())
}

fn tell_of_disk(space: &Space) -> anyhow::Result<()> {
    let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
    say!(
        "disk: {} of sound, {} of clips, {} of database, {} of backups in the folder of data",
        megabytes(space.audio),
        megabytes(space.clips),
        megabytes(space.database),
        megabytes(space.backups)
    );
    if let Some((free, size)) = space.disk {
        say!("  {} of {} are free", megabytes(free), megabytes(size));
        if free < Space::LITTLE {
            say!("  that is little: make room, or lower `narration.clip_cache_mb`");
        }
    }
    Ok(())
}

fn tell_of_backups(last: Option<&Backup>) -> anyhow::Result<()> {
    match last {
        None => say!("backups: none was ever made; baonoi backup FOLDER makes one"),
        Some(last) => {
            say!("backups: the last one {}, in {}", last.at.rfc3339(), last.folder);
            if last.is_old(now()) {
                say!("  that is more than 7 days ago; baonoi backup FOLDER makes another");
            }
        }
    }
    Ok(())
}

/// Whether nothing was tampered with: the whole log is read, and every comment compared with it.
async fn tell_of_audit(store: &Store) -> anyhow::Result<()> {
    let report = store.verify_audit().await?;
    say!("audit log: {} records, the last is {}", report.records, report.head);
    if report.faults.is_empty() {
        say!("  unbroken, and every comment is as it says");
        return Ok(());
    }
    for fault in &report.faults {
        say!("  {fault}");
    }
    anyhow::bail!(
        "comments or their log were changed outside of the program; compare with a backup"
    )
}

/// `set`: the voice that editors have chosen.
fn tell_of_voices(config: &Config, set: Option<&VoiceId>) -> anyhow::Result<()> {
    let voices = super::voices(config)?;
    say!("voices: {}", voices.folder().display());
    for known in voices.known() {
        let state = match &known.state {
            State::Installed(_) => "installed".to_owned(),
            State::Missing(_) => {
                "not installed; `baonoi voices list` says what is missing".to_owned()
            }
            State::Broken(reason) => format!("broken: {reason}"),
        };
        say!("  {}: {state}", known.name);
    }
    let named = &config.onnxruntime;
    match voices.runtime() {
        _ if !named.as_os_str().is_empty() => {
            say!("ONNX Runtime: {}, by the setting `onnxruntime`", named.display());
        }
        Some(path) => say!("ONNX Runtime: {}", path.display()),
        None => say!(
            "ONNX Runtime: none at {}; baonoi voices install --runtime does it",
            voices.runtime_place().display()
        ),
    }
    let computer = super::computer(config, &voices);
    say!("neural voices are computed by {}", computer.name());
    if let Some(reason) = &computer.refused {
        say!("  ONNX Runtime is not used: {reason}");
    }
    tell_who_reads(config, set, &voices, &computer)
}

fn tell_who_reads(
    config: &Config,
    set: Option<&VoiceId>,
    voices: &Voices,
    computer: &Computer,
) -> anyhow::Result<()> {
    let chosen = match set {
        Some(set) => voices.get(set.as_ref()).context("the voice that editors chose cannot read"),
        None => voices.chosen(&config.voice).context("the setting `voice` cannot be followed"),
    }?;
    say!("voice that reads: {} ({}): {}", chosen.id, chosen.label, chosen.description);
    if set.is_some() {
        say!("  chosen by editors at /desk/settings/voice");
    }
    Engine::load(chosen.clone(), computer)?;
    if chosen.is_embedded() && config.voice.is_empty() && set.is_none() {
        say!("  a machine's voice, until {NEURAL} is installed");
    }
    Ok(())
}
