//! Parses the command line, builds the parts, runs one role.

mod commands;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .init();
    match commands::run(commands::CommandLine::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => match error.downcast::<clap::Error>() {
            // Wrong usage that only shows once the settings are known.
            Ok(usage) => {
                eprint!("{usage}");
                ExitCode::from(2)
            }
            Err(error) => {
                eprintln!("baonoi: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}
