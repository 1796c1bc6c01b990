//! `baonoi narrate`: the main job without the server.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use baonoi::audio::{self, Tags};
use baonoi::config::{Config, SPEED_RANGE};
use baonoi::domain::article::Article;
use baonoi::domain::job::{Progress, Urgency};
use baonoi::domain::narration::Narration;
use baonoi::domain::note::Note;
use baonoi::extract::SiteRules;
use baonoi::narrate::{self, Audience, Narrator, Prepared};
use baonoi::synthesize::Voices;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

#[derive(Args, Debug)]
pub struct NarrateArgs {
    /// The article: an address, a file (HTML or text), or - for stdin.
    #[arg(value_name = "URL|FILE|-")]
    source: String,
    /// Where the sound goes; the ending decides: .mp3 or .wav.
    #[arg(short, long, value_name = "FILE", default_value = "narration.mp3", value_parser = output)]
    output: Output,
    /// Where a WebVTT transcript goes.
    #[arg(long, value_name = "FILE")]
    vtt: Option<PathBuf>,
    /// Which voice reads.
    #[arg(long, value_name = "ID")]
    voice: Option<String>,
    /// 1.0 is the voice's own pace.
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<f32>,
    /// The newsroom's own readings, as for `normalize`.
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,
    /// Only by what the page claims and shows, without the rules for known sites.
    #[arg(long)]
    no_site_rules: bool,
    /// The summary as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// A file to write, and in which format.
#[derive(Clone, Debug)]
struct Output {
    path: PathBuf,
    format: Format,
}

/// The formats an ending can ask for.
#[derive(Clone, Copy, Debug)]
enum Format {
    Mp3,
    Wav,
}

pub fn run(config: &Config, args: NarrateArgs) -> anyhow::Result<()> {
    let mut config = config.clone();
    let voices = super::voices(&config)?;
    if let Some(voice) = &args.voice {
        check_voice(&voices, voice)?;
        config.voice.clone_from(voice);
    }
    if let Some(speed) = args.speed {
        config.narration.speed = speed;
    }
    if let Some(lexicon) = &args.lexicon {
        config.lexicon.clone_from(lexicon);
    }
    // A file that was named is the whole lexicon.
    let stored = if args.lexicon.is_some() { Vec::new() } else { super::lexicon::stored(&config)? };
    let mut narrator = super::narrator(&config, &voices)?;
    if args.no_site_rules {
        narrator.site_rules = SiteRules::default();
    }
    let Narrator { fetcher, site_rules, .. } = &narrator;
    let (article, mut notes) = super::input::article(fetcher, site_rules, &args.source, None)?;
    narrator.check_length(&article)?;
    let begun = Instant::now();
    let prepared = narrator.prepare(&article, &stored)?;
    let (narration, doubts) = speak(&narrator, &prepared)?;
    let output = &args.output;
    let tags = narrator.tags(&article, &prepared.engine.voice);
    write(&output.path, &encode(&tags, &narration, output.format)?)?;
    let took = begun.elapsed().as_secs_f64();
    if let Some(path) = &args.vtt {
        let lines = narrate::lines(&prepared.script, &narration);
        write(path, narrate::transcript(narration.rate, &lines).as_bytes())?;
    }
    notes.extend(prepared.script.notes.iter().cloned().chain(doubts));
    let seconds = narration.length().seconds(narration.rate);
    let summary = Summary { article: &article, prepared: &prepared, notes: &notes, seconds, took };
    if args.json {
        println!("{}", summary.json(&output.path));
    } else {
        summary.print(&output.path);
    }
    Ok(())
}

/// What is wrong with an argument is found out before the slow work, and exits with 2.
fn output(argument: &str) -> Result<Output, String> {
    let path = PathBuf::from(argument);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let format = match ending.to_ascii_lowercase().as_str() {
        "mp3" => Format::Mp3,
        "wav" => Format::Wav,
        _ => return Err("the name must end in .mp3 or .wav".to_owned()),
    };
    Ok(Output { path, format })
}

/// A voice that nobody knows is wrong usage; which there are, only the settings tell.
fn check_voice(voices: &Voices, id: &str) -> anyhow::Result<()> {
    voices.named(id).map(|_| ()).map_err(|error| {
        let message = format!("invalid value '{id}' for '--voice <ID>': {error}\n");
        clap::Error::raw(clap::error::ErrorKind::ValueValidation, message).into()
    })
}

fn speed(argument: &str) -> Result<f32, String> {
    let speed: f32 = argument.parse().map_err(|_| "not a number".to_owned())?;
    if SPEED_RANGE.contains(&speed) { Ok(speed) } else { Err("use 0.5 to 2.0".to_owned()) }
}

fn speak(narrator: &Narrator, prepared: &Prepared) -> anyhow::Result<(Narration, Vec<Note>)> {
    let bar = ProgressBar::new(prepared.phonemes.len() as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} sentences {elapsed}")
        .context("the progress bar's template is wrong")?;
    bar.set_style(style);
    let mut on_progress = |progress: Progress| {
        bar.set_position(u64::from(progress.done));
        ControlFlow::Continue(())
    };
    let audience = Audience { urgency: Urgency::Editor, on_progress: &mut on_progress };
    let spoken = narrator.speak(prepared, audience)?;
    bar.finish();
    Ok(spoken)
}

fn encode(tags: &Tags, narration: &Narration, format: Format) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        Format::Mp3 => audio::mp3(narration, tags)?,
        Format::Wav => audio::wav(narration),
    })
}

/// Writes beside the place and renames, so that an interrupted run leaves no half file.
fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    let written = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

struct Summary<'a> {
    article: &'a Article,
    prepared: &'a Prepared,
    notes: &'a [Note],
    /// Length of the sound.
    seconds: f64,
    /// Time from text to file, in seconds.
    took: f64,
}

impl Summary<'_> {
    /// Seconds of work for a second of sound.
    fn real_time_factor(&self) -> f64 {
        if self.seconds > 0.0 { self.took / self.seconds } else { 0.0 }
    }

    fn print(&self, output: &Path) {
        eprintln!("title:            {}", self.article.title);
        eprintln!("duration:         {:.1} s", self.seconds);
        eprintln!("sentences:        {}", self.prepared.script.utterances.len());
        eprintln!("real-time factor: {:.4}", self.real_time_factor());
        eprintln!("notes:            {}", self.notes.len());
        eprintln!("written:          {}", output.display());
    }

    fn json(&self, output: &Path) -> serde_json::Value {
        let utterances = &self.prepared.script.utterances;
        let spoken: Vec<&str> = utterances.iter().map(|u| u.spoken.as_str()).collect();
        let notes: Vec<_> = self.notes.iter().map(super::text::note_json).collect();
        json!({
            "title": self.article.title,
            "output": output.display().to_string(),
            "duration_s": self.seconds,
            "sentences": utterances.len(),
            "real_time_factor": self.real_time_factor(),
            "script": spoken,
            "notes": notes,
        })
    }
}
