//! `baonoi backup`: a copy of everything while the service runs; `baonoi restore`: back.

use std::path::PathBuf;

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::store::{BackupReport, back_up, restore as restore_backup};
use clap::Args;

#[derive(Args, Debug)]
pub struct BackupArgs {
    /// A folder that is empty, or that there is not yet.
    folder: PathBuf,
}

#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// What `baonoi backup` made.
    folder: PathBuf,
}

pub fn backup(config: &Config, args: &BackupArgs) -> anyhow::Result<()> {
    let report = super::with_store(config, async |store| {
        let report = back_up(store, &args.folder).await?;
        // Where it is found from everywhere, for whoever reads the page of health.
        let folder = std::path::absolute(&args.folder).unwrap_or_else(|_| args.folder.clone());
        store.remember_backup(&folder, &report, None).await?;
        Ok(report)
    })?;
    println!("backup: {}", args.folder.display());
    tell(&report)
}

pub fn restore(config: &Config, args: &RestoreArgs) -> anyhow::Result<()> {
    let data = &config.data;
    let report = super::runtime()?
        .block_on(restore_backup(&args.folder, data))
        .with_context(|| format!("nothing was restored into {}", data.display()))?;
    println!("restored into: {}", data.display());
    tell(&report)
}

fn tell(report: &BackupReport) -> anyhow::Result<()> {
    let BackupReport { files, bytes, audit } = report;
    println!("sound: {files} files, {bytes} bytes, each as its name says");
    println!("audit log: {} records, the last is {}", audit.records, audit.head);
    if audit.faults.is_empty() {
        println!("  unbroken, and every comment is as it says");
        return Ok(());
    }
    for fault in &audit.faults {
        println!("  {fault}");
    }
    anyhow::bail!(
        "the copy is whole, but comments or their log had been changed before it was made"
    )
}
