//! `baonoi voices`: which voices there are.

use baonoi::config::Config;
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum VoicesCommand {
    /// The voices that can speak here.
    List,
}

pub fn run(config: &Config, command: &VoicesCommand) -> anyhow::Result<()> {
    match command {
        VoicesCommand::List => {
            for voice in super::voices(config)?.installed() {
                println!("{}\t{}\t{} Hz\t{}", voice.id, voice.label, voice.rate.0, voice.licence);
                println!("\t{}", voice.description);
            }
            Ok(())
        }
    }
}
