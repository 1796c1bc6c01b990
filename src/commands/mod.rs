//! The command line: what each word does. English messages on stderr; exit 0 ok, 1 failed,
//! 2 wrong usage.

mod accounts;
mod backup;
mod doctor;
mod erase;
mod export;
mod feeds;
mod identity;
mod input;
mod lexicon;
mod log;
mod narrate;
mod neural;
mod notify;
mod podcast;
mod serve;
mod sites;
mod sound;
mod text;
mod voices;
mod words;

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Mutex, RwLock};

use anyhow::Context as _;
use baonoi::config::{Config, EngineChoice};
use baonoi::fetch;
use baonoi::narrate::Narrator;
use baonoi::store::Store;
use baonoi::synthesize::{Computer, Engine, Pool, Precision, Voices};
use clap::{Args, Parser, Subcommand};
use tracing::warn;

/// The spoken newspaper: gives every article a voice.
#[derive(Parser)]
#[command(name = "baonoi", version, about)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
    #[command(flatten)]
    shared: SharedArgs,
}

/// Understood by every command.
#[derive(Args, Clone, Debug)]
pub struct SharedArgs {
    /// The folder of the database and the audio.
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<PathBuf>,
    /// The settings file; without it `baonoi.toml` in the current folder, if there is one.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// The service (what runs without a command).
    Serve(serve::ServeArgs),
    /// An article to an audio file, without the service.
    Narrate(narrate::NarrateArgs),
    /// The article of a page as JSON.
    Extract(text::ExtractArgs),
    /// Written lines on stdin to spoken lines on stdout.
    Normalize(text::NormalizeArgs),
    /// Spoken lines on stdin to phonemes (IPA) on stdout.
    Phonemize,
    /// The voices there are.
    #[command(subcommand)]
    Voices(voices::VoicesCommand),
    /// Who may log in.
    #[command(subcommand)]
    Accounts(accounts::AccountsCommand),
    /// The newsroom's own readings: how this paper says a word.
    #[command(subcommand)]
    Lexicon(lexicon::LexiconCommand),
    /// Sites whose new articles are narrated by themselves.
    #[command(subcommand)]
    Feeds(feeds::FeedsCommand),
    /// The audit log of comments, in words: who did what, when and why.
    Log(log::LogArgs),
    /// All comments with their log into a file, or the comments alone as a sheet.
    Export(export::ExportArgs),
    /// An export back: all of it or nothing.
    Import(export::ImportArgs),
    /// Erases what readers left, on their request; that it was done stays in the log.
    Erase(erase::EraseArgs),
    /// A copy of everything, while the service runs.
    Backup(backup::BackupArgs),
    /// A backup back into an empty folder of data.
    Restore(backup::RestoreArgs),
    /// What this installation has, and whether it can work.
    Doctor,
}

/// Runs what was asked for.
pub fn run(line: CommandLine) -> anyhow::Result<()> {
    let config = config(&line.shared)?;
    match line.command {
        None => serve::run(config, line.serve),
        Some(Command::Serve(args)) => serve::run(config, args),
        Some(Command::Narrate(args)) => narrate::run(&config, args),
        Some(Command::Extract(args)) => text::extract(&config, &args),
        Some(Command::Normalize(args)) => text::normalize(&config, &args),
        Some(Command::Phonemize) => text::phonemize(),
        Some(Command::Voices(command)) => voices::run(&config, &command),
        Some(Command::Accounts(command)) => accounts::run(&config, command),
        Some(Command::Lexicon(command)) => lexicon::run(&config, command),
        Some(Command::Feeds(command)) => feeds::run(&config, command),
        Some(Command::Log(args)) => log::run(&config, &args),
        Some(Command::Export(args)) => export::export(&config, &args),
        Some(Command::Import(args)) => export::import(&config, &args),
        Some(Command::Erase(args)) => erase::run(&config, args),
        Some(Command::Backup(args)) => backup::backup(&config, &args),
        Some(Command::Restore(args)) => backup::restore(&config, &args),
        Some(Command::Doctor) => doctor::run(&config),
    }
}

fn config(shared: &SharedArgs) -> anyhow::Result<Config> {
    let mut config = Config::load(shared.config.as_deref())?;
    if let Some(data) = &shared.data {
        config.data.clone_from(data);
    }
    config.check()?;
    Ok(config)
}

fn fetch_limits(config: &Config) -> fetch::Limits {
    fetch::Limits {
        page_bytes_max: config.fetch.page_bytes_max,
        redirects_max: config.fetch.redirects_max,
        connect: std::time::Duration::from_millis(config.fetch.connect_ms),
        total: std::time::Duration::from_millis(config.fetch.total_ms),
        host_gap: std::time::Duration::from_millis(config.fetch.host_gap_ms),
        sites: config.fetch.sites.clone(),
        allow_private: config.fetch.allow_private.clone(),
    }
}

fn download_limits(config: &Config) -> fetch::DownloadLimits {
    fetch::DownloadLimits {
        connect: std::time::Duration::from_millis(config.fetch.connect_ms),
        stall: std::time::Duration::from_millis(config.fetch.total_ms),
        allow_private: config.fetch.allow_private.clone(),
    }
}

fn narrator(config: &Config, voices: &Voices) -> anyhow::Result<Narrator> {
    let computer = computer(config, voices);
    let sound = sound::sound(&config.sound)?;
    Ok(Narrator {
        fetcher: fetch::Fetcher::new(&fetch_limits(config))?,
        site_rules: sites::rules(&config.site_rules)?,
        engine: RwLock::new(engine(config, voices, &computer)?),
        voices: config.voices_folder(),
        others: Mutex::default(),
        computer,
        pool: Pool::new(threads(config)),
        readings: lexicon::from_file(&config.lexicon)?,
        clips: None,
        sound,
        speed: config.narration.speed,
        text_chars_max: config.narration.text_chars_max,
    })
}

/// The voice that reads, loaded. One that was named must speak; where none was, the embedded voice
/// stands in for a neural one that cannot.
fn engine(config: &Config, voices: &Voices, computer: &Computer) -> anyhow::Result<Engine> {
    match Engine::load(voices.chosen(&config.voice)?, computer) {
        Err(error) if config.voice.is_empty() => {
            warn!("{error}, so the embedded voice reads; `baonoi voices verify` tells more");
            Ok(Engine::embedded())
        }
        loaded => Ok(loaded?),
    }
}

/// What computes neural voices, as set; ONNX Runtime where its library was named or installed.
fn computer(config: &Config, voices: &Voices) -> Computer {
    let named = Some(config.onnxruntime.clone()).filter(|path| !path.as_os_str().is_empty());
    let library = named.or_else(|| voices.runtime());
    let computer = match config.engine {
        EngineChoice::Auto => {
            let precision = if config.half_precision { Precision::Half } else { Precision::Single };
            Computer::choose(precision, library.as_deref())
        }
        EngineChoice::OnnxRuntime => Computer::without_own(library.as_deref()),
        EngineChoice::Rten => Computer::without_own(None),
    };
    if config.half_precision && !computer.is_in_half_precision() {
        warn!(
            "`half_precision` does nothing here: it is for our own engine on a processor with \
             AVX512-FP16, or with AVX512-BF16 where that is faster"
        );
    }
    if config.engine == EngineChoice::OnnxRuntime && library.is_none() {
        warn!(
            "no library of ONNX Runtime is here, so rten computes; `baonoi voices install --runtime` gets it"
        );
    }
    if let Some(reason) = &computer.refused {
        warn!(
            %reason,
            "ONNX Runtime is not used, rten computes in its place; correct the setting `onnxruntime`, or let \
             `baonoi voices install --runtime` get the library"
        );
    }
    computer
}

/// The voices in the folder that the settings name.
fn voices(config: &Config) -> anyhow::Result<Voices> {
    Ok(Voices::in_folder(&config.voices_folder())?)
}

/// How many utterances are spoken at once: as set, or one for each core.
fn threads(config: &Config) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
    if config.threads == 0 { cores() } else { config.threads }
}

/// Opens the store, does something with it, and closes it.
fn with_store<T>(
    config: &Config,
    work: impl AsyncFnOnce(&Store) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    runtime()?.block_on(async {
        let store = Store::open(&config.data)
            .await
            .with_context(|| format!("cannot open the store in {}", config.data.display()))?;
        let done = work(&store).await;
        store.close().await;
        done
    })
}

/// The asynchronous world, for commands that need it.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the asynchronous runtime")
}
