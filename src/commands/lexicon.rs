//! `baonoi lexicon`: the newsroom's own readings.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use baonoi::config::Config;
use baonoi::domain::lexicon::LexiconEntry;
use baonoi::domain::readings::line;
use baonoi::store::Store;
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum LexiconCommand {
    /// The readings, one a line: written, spoken, flags, section.
    List,
    /// Adds a reading, or changes the one there is. It holds for what is narrated from now on.
    Add {
        /// As it stands in articles: `NQ/TW`
        written: String,
        /// As it is said: `nghị quyết trung ương`
        spoken: String,
        /// Letter case does not matter.
        #[arg(long)]
        any_case: bool,
        /// The one section of the paper where it holds.
        #[arg(long, value_name = "NAME")]
        section: Option<String>,
    },
    /// Adds every reading of a file; none of them when a line cannot be used.
    Import { file: PathBuf },
    /// Forgets a reading.
    Remove {
        written: String,
        #[arg(long, value_name = "NAME")]
        section: Option<String>,
    },
}

pub fn run(config: &Config, command: LexiconCommand) -> anyhow::Result<()> {
    super::with_store(config, async |store| carry_out(store, command).await)
}

async fn carry_out(store: &Store, command: LexiconCommand) -> anyhow::Result<()> {
    match command {
        LexiconCommand::List => {
            let lines = store.lexicon().await?.iter().map(line).collect::<String>();
            super::text::print(&lines)?;
        }
        LexiconCommand::Add { written, spoken, any_case, section } => {
            let mut entry = LexiconEntry::new(&written, &spoken)?;
            entry.any_case = any_case;
            let entry = entry.in_section(section.as_deref().unwrap_or_default());
            store.add_readings(&[entry]).await?;
        }
        LexiconCommand::Import { file } => {
            let text = read(&file)?;
            let (entries, errors) = LexiconEntry::parse_lines(&text);
            if !errors.is_empty() {
                bail!("nothing was added; in {}:\n{}", file.display(), errors.join("\n"));
            }
            store.add_readings(&entries).await?;
            println!("lines read: {}", entries.len());
        }
        LexiconCommand::Remove { written, section } => {
            if !store.remove_reading(&written, section.as_deref()).await? {
                bail!("there is no such reading; `baonoi lexicon list` names those there are");
            }
        }
    }
    Ok(())
}

/// The readings of a file; none for an empty path. A line that cannot be used is named on stderr
/// and costs itself only.
pub fn from_file(path: &Path) -> anyhow::Result<Vec<LexiconEntry>> {
    if path.as_os_str().is_empty() {
        return Ok(Vec::new());
    }
    let (entries, errors) = LexiconEntry::parse_lines(&read(path)?);
    for error in errors {
        eprintln!("baonoi: {}: {error}", path.display());
    }
    Ok(entries)
}

/// What the service would use: the readings of the newsroom's file, and on top of them those of the
/// store, if there is one.
pub fn all(config: &Config) -> anyhow::Result<Vec<LexiconEntry>> {
    let mut entries = from_file(&config.lexicon)?;
    entries.extend(stored(config)?);
    Ok(entries)
}

/// The readings of the store; none where nothing was ever stored.
pub fn stored(config: &Config) -> anyhow::Result<Vec<LexiconEntry>> {
    if !Store::is_in(&config.data) {
        return Ok(Vec::new());
    }
    super::with_store(config, async |store| Ok(store.lexicon().await?))
}

fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path)
        .with_context(|| format!("cannot read the lexicon {}", path.display()))?;
    String::from_utf8(bytes)
        .ok()
        .with_context(|| format!("{} is not UTF-8 text; save it as UTF-8", path.display()))
}
