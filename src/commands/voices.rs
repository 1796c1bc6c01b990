//! `baonoi voices`: which voices there are, getting more, and whether they are whole.

use anyhow::bail;
use baonoi::config::Config;
use baonoi::install::{Installed, Installer, Source, Trust};
use baonoi::synthesize::{Kind, KnownVoice, State, Voices};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Subcommand, Debug)]
pub enum VoicesCommand {
    /// The voices there are, and whether they can speak here.
    List,
    /// Fetches a voice, checks it, and puts it into the folder of voices. What was cut off is gone on
    /// with.
    Install(InstallArgs),
    /// Reads all files of a voice, or of all voices, and compares them with those that were published.
    Verify {
        #[arg(value_name = "ID")]
        id: Option<String>,
    },
}

#[derive(Args, Debug)]
pub struct InstallArgs {
    /// Which voice; `baonoi voices list` names them.
    #[arg(value_name = "ID", required_unless_present = "runtime", conflicts_with = "runtime")]
    id: Option<String>,
    /// ONNX Runtime (1.24 or newer), which computes neural voices fastest, instead of a voice.
    #[arg(long)]
    runtime: bool,
    /// Where the files come from: a folder or a file copied by hand, or the address of a mirror, which
    /// may be a private one. With --runtime: a library, a folder with one, a release archive or a
    /// Python wheel.
    #[arg(long, value_name = "DIR|FILE|URL")]
    from: Option<String>,
    /// Takes a library over the network that this program does not know.
    #[arg(long, conflicts_with = "id")]
    unverified: bool,
}

pub fn run(config: &Config, command: &VoicesCommand) -> anyhow::Result<()> {
    match command {
        VoicesCommand::List => list(&super::voices(config)?),
        VoicesCommand::Install(args) => install(config, args),
        VoicesCommand::Verify { id } => {
            verify(&Voices::read_again(&config.voices_folder())?, id.as_deref())
        }
    }
}

fn list(voices: &Voices) -> anyhow::Result<()> {
    let mut table = String::new();
    let mut row = |cells: [&str; 6]| {
        let [id, state, kind, rate, size, licence] = cells;
        let line = format!("{id:<26}{state:<15}{kind:<10}{rate:<10}{size:<10}{licence}");
        table.push_str(line.trim_end());
        table.push('\n');
    };
    row(["ID", "STATE", "KIND", "RATE", "SIZE", "LICENCE"]);
    for known in voices.known() {
        let Some(manifest) = &known.manifest else {
            row([&known.name, state(known), "-", "-", "-", "-"]);
            continue;
        };
        let kind = match manifest.kind {
            Kind::Embedded => "embedded",
            Kind::Piper => "piper",
        };
        let rate = manifest.rate.map_or("-".to_owned(), |rate| format!("{} Hz", rate.0));
        let size = match manifest.bytes() {
            0 => "-".to_owned(),
            bytes => megabytes(bytes),
        };
        row([&known.name, state(known), kind, &rate, &size, &manifest.licence]);
    }
    table.push('\n');
    for known in voices.known() {
        table.push_str(&remark(known));
    }
    super::text::print(&table)
}

fn state(known: &KnownVoice) -> &'static str {
    match known.state {
        State::Installed(_) => "installed",
        State::Missing(_) => "not installed",
        State::Broken(_) => "broken",
    }
}

/// What the table has no room for: what readers see, and what to do.
fn remark(known: &KnownVoice) -> String {
    let about = known.manifest.as_ref().map_or(String::new(), |manifest| {
        format!("{}. {}", manifest.label, manifest.description).trim_end().to_owned()
    });
    let to_do = match &known.state {
        State::Installed(_) => String::new(),
        State::Missing(_) if known.manifest.as_ref().is_some_and(|m| m.files.is_empty()) => {
            "\n    to be complete it needs its *.onnx and *.onnx.json in one folder".to_owned()
        }
        State::Missing(_) => format!("\n    to install it: baonoi voices install {}", known.name),
        State::Broken(reason) => format!("\n    broken: {reason}"),
    };
    format!("{}: {about}{to_do}\n", known.name)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn verify(voices: &Voices, id: Option<&str>) -> anyhow::Result<()> {
    if let Some(id) = id {
        voices.named(id)?;
    }
    let mut bad = 0;
    for known in voices.known().iter().filter(|known| id.is_none_or(|id| id == known.name)) {
        let is_described = known.manifest.as_ref().is_some_and(|m| !m.files.is_empty());
        let said = match &known.state {
            State::Installed(voice) if voice.is_embedded() => "whole: it is compiled in".to_owned(),
            State::Installed(_) if is_described => "whole: every file as published".to_owned(),
            State::Installed(voice) => {
                format!("can be read; nobody said what it should be ({})", voice.version)
            }
            State::Missing(files) => {
                // Of all voices one may be lacking; of one that was named it is what was asked.
                bad += usize::from(id.is_some());
                format!("not installed: {} is missing", files.join(", "))
            }
            State::Broken(reason) => {
                bad += 1;
                format!("broken: {reason}")
            }
        };
        println!("{}: {said}", known.name);
    }
    match bad {
        0 => Ok(()),
        1 => bail!("a voice cannot speak; `baonoi voices install` gets its files again"),
        _ => bail!("{bad} voices cannot speak; `baonoi voices install` gets their files again"),
    }
}

fn install(config: &Config, args: &InstallArgs) -> anyhow::Result<()> {
    // The mirror of voices has no libraries.
    let usual = if args.runtime { "" } else { &config.voices_mirror };
    let source: Source = args.from.as_deref().unwrap_or(usual).parse()?;
    let folder = config.voices_folder();
    let installer = Installer::new(&folder, super::download_limits(config), &source)?;
    let bar = Bar::new()?;
    let mut on_file = |name: &str, done: u64, total: Option<u64>| bar.show(name, done, total);
    let runtime = super::runtime()?;
    match &args.id {
        Some(id) => {
            let installed = runtime.block_on(installer.voice(id, &source, &mut on_file))?;
            bar.end();
            match installed {
                Installed::Already(voice) if voice.is_embedded() => {
                    println!("{} is always there: it is compiled in", voice.id);
                }
                Installed::Already(voice) => println!("{} is installed already", voice.id),
                Installed::Now(voice) => {
                    println!("{} is installed in {}", voice.id, folder.join(id).display());
                    println!("A service that runs reads with it after its next start.");
                }
            }
        }
        None => {
            let asked = installer.runtime(&source, args.unverified, &mut on_file);
            let installed = runtime.block_on(asked)?;
            bar.end();
            let version = installed.version.as_deref().unwrap_or("of unknown version");
            println!("ONNX Runtime {version} is installed: {}", installed.path.display());
            if installed.trust == Trust::OnRequest {
                println!(
                    "This program does not know this build (SHA-256 {}), so it took your word for it.",
                    installed.sha256
                );
            }
        }
    }
    Ok(())
}

/// The progress of one file after the other, on a terminal.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new() -> anyhow::Result<Self> {
        let template = "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
        let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template(template)?);
        Ok(Self { bar })
    }

    fn show(&self, name: &str, done: u64, total: Option<u64>) {
        if self.bar.message() != name {
            self.bar.reset();
            self.bar.set_message(name.to_owned());
            // A file that is gone on with did not come this fast.
            self.bar.reset_eta();
        }
        self.bar.set_length(total.unwrap_or(done));
        self.bar.set_position(done);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
