//! `baonoi voices`: which voices there are.

use baonoi::synthesize::Voice;
use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum VoicesCommand {
    /// The voices that can speak here.
    List,
}

pub fn run(command: &VoicesCommand) -> anyhow::Result<()> {
    match command {
        VoicesCommand::List => {
            for voice in Voice::all()? {
                println!("{}\t{}\t{} Hz\t{}", voice.id, voice.label, voice.rate.0, voice.licence);
                println!("\t{}", voice.description);
            }
            Ok(())
        }
    }
}
