//! `baonoi export`: comments and their log into a file; `baonoi import`: back.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use baonoi::config::Config;
use baonoi::store::{Import, ImportReport, QueueName, Store};
use baonoi::web::{sheet_head, sheet_line};
use clap::{Args, ValueEnum};

/// How many comments of a sheet are read at once.
const PAGE: i64 = 1_000;

/// The longest line of an export, in bytes: many times what a comment with all about it takes.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

#[derive(Args, Debug)]
pub struct ExportArgs {
    /// `jsonl` is everything, to be restored by `baonoi import`; `csv` the comments alone, for Excel.
    #[arg(long, value_enum, default_value = "jsonl")]
    format: Format,
    /// Where to; without it stdout.
    #[arg(short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

#[derive(Args, Debug)]
pub struct ImportArgs {
    /// What `baonoi export` made (JSONL).
    file: PathBuf,
    /// Takes it although its comments and its log do not fit together, as they were exported.
    #[arg(long)]
    despite_faults: bool,
}

pub fn export(config: &Config, args: &ExportArgs) -> anyhow::Result<()> {
    super::with_store(config, async |store| match &args.output {
        None => write(store, args.format, &mut BufWriter::new(stdout().lock()))
            .await
            .context("cannot write to stdout"),
        Some(path) => {
            let failed = || format!("cannot write {}", path.display());
            // What was there stays until the new one is whole.
            let mut unfinished = path.clone().into_os_string();
            unfinished.push(".unfinished");
            let file = private_file(Path::new(&unfinished)).with_context(failed)?;
            let mut out = BufWriter::new(file);
            let written = write(store, args.format, &mut out).await;
            let kept = written.and_then(|()| {
                out.get_ref().sync_all()?;
                Ok(std::fs::rename(&unfinished, path)?)
            });
            if kept.is_err() {
                let _ = std::fs::remove_file(&unfinished);
            }
            kept.with_context(failed)
        }
    })
}

/// Readers' addresses are in it, so nobody else may look inside.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

async fn write(store: &Store, format: Format, out: &mut impl Write) -> anyhow::Result<()> {
    match format {
        Format::Jsonl => {
            let mut export = store.export().await?;
            while let Some(lines) = export.lines().await? {
                out.write_all(lines.as_bytes())?;
            }
        }
        Format::Csv => {
            out.write_all(sheet_head().as_bytes())?;
            let mut last = None;
            loop {
                let rows = store.sheet(QueueName::All, "", last, PAGE).await?;
                let Some(end) = rows.last() else { break };
                last = Some(end.comment.id);
                for row in &rows {
                    out.write_all(sheet_line(row).as_bytes())?;
                }
            }
        }
    }
    Ok(out.flush()?)
}

pub fn import(config: &Config, args: &ImportArgs) -> anyhow::Result<()> {
    let name = args.file.display();
    let file = File::open(&args.file).with_context(|| format!("cannot read {name}"))?;
    let report = super::with_store(config, async |store| {
        let mut import = store.import().await?;
        take_lines(&mut import, BufReader::new(file)).await?;
        Ok(import.finish(args.despite_faults).await?)
    });
    tell(&report.with_context(|| format!("nothing was imported from {name}"))?);
    Ok(())
}

async fn take_lines(import: &mut Import, mut file: impl BufRead) -> anyhow::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        file.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)?;
        if line.len() as u64 == LINE_BYTES_MAX {
            bail!("it has a line of more than {LINE_BYTES_MAX} bytes, which no export has");
        }
        if line.is_empty() {
            return Ok(());
        }
        import.line(&line).await?;
    }
}

fn tell(report: &ImportReport) {
    let ImportReport { articles, accounts, comments, records, same, erased, .. } = report;
    println!("comments: {comments} imported, {same} were here already");
    if *erased > 0 {
        println!("  {erased} were erased here, and stay so");
    }
    println!("articles: {articles} (their texts come when they are fetched again)");
    println!("accounts: {accounts} (disabled; `baonoi accounts passwd` and `enable` let them in)");
    match report.is_restore {
        true => println!("audit log: {records} records, the chain goes on here"),
        false => println!(
            "audit log: {records} new records by `system`; the log of the file has a chain of its own, \
             so keep the file"
        ),
    }
}
