//! `baonoi narrate`: the main job without the server.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use baonoi::audio::{self, Format};
use baonoi::config::{Config, SPEED_RANGE};
use baonoi::domain::article::Article;
use baonoi::domain::job::{Progress, Urgency};
use baonoi::domain::note::Note;
use baonoi::extract::SiteRules;
use baonoi::narrate::{self, Direction, Narrator, Prepared, Recording, Said};
use baonoi::synthesize::Voices;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

#[derive(Args, Debug)]
pub struct NarrateArgs {
    /// The article: an address, a file (HTML or text), or - for stdin.
    #[arg(value_name = "URL|FILE|-")]
    source: String,
    /// Where the sound goes; the ending decides: .mp3, .opus or .wav.
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
    let direction = Direction { readings: stored, ..Direction::default() };
    let prepared = narrator.prepare(&article, &direction)?;
    let output = &args.output;
    let Said { narration, notes: doubts, .. } = speak(&narrator, &article, &prepared, output)?;
    let took = begun.elapsed().as_secs_f64();
    if let Some(path) = &args.vtt {
        let lines = narrate::lines(&prepared.script, &narration);
        write(path, &narrate::transcript(narration.rate, &lines))?;
    }
    notes.extend(prepared.script.notes.iter().cloned().chain(doubts));
    let seconds = narration.length.seconds(narration.rate);
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
    match Format::from_ending(ending) {
        Some(format) => Ok(Output { path, format }),
        None => Err("the name must end in .mp3, .opus or .wav".to_owned()),
    }
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

/// Speaks into the file, which is there when it is whole and not before.
fn speak(
    narrator: &Narrator,
    article: &Article,
    prepared: &Prepared,
    output: &Output,
) -> anyhow::Result<Said> {
    let bar = ProgressBar::new(prepared.phonemes.len() as u64);
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} sentences {elapsed}")
        .context("the progress bar's template is wrong")?;
    bar.set_style(style);
    let mut on_progress = |progress: Progress| {
        bar.set_position(u64::from(progress.done));
        ControlFlow::Continue(())
    };
    let voice = &prepared.engine.voice;
    let file = PartFile::create(&output.path)?;
    let mut recording = Recording::begin(
        vec![(output.format, file)],
        audio::track_rate(voice.rate),
        narrator.sound.bitrates,
        &narrator.tags(article, voice),
    )?;
    let mut on_track = |samples| Ok(recording.add(samples)?);
    let spoken = narrator.speak(prepared, &|| Urgency::Editor, &mut on_progress, &mut on_track)?;
    let (file, _) = recording.end().with_context(|| cannot_write(&output.path))?;
    file.finish()?;
    bar.finish();
    Ok(spoken)
}

/// A file that is written beside its place, so that an interrupted run leaves no half one.
struct PartFile {
    file: BufWriter<File>,
    path: PathBuf,
    beside: PathBuf,
    is_whole: bool,
}

impl PartFile {
    fn create(path: &Path) -> anyhow::Result<Self> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        let file = File::create(&beside).with_context(|| cannot_write(path))?;
        let file = BufWriter::new(file);
        Ok(Self { file, path: path.to_owned(), beside, is_whole: false })
    }

    fn finish(mut self) -> anyhow::Result<()> {
        self.file.flush().with_context(|| cannot_write(&self.path))?;
        std::fs::rename(&self.beside, &self.path).with_context(|| cannot_write(&self.path))?;
        self.is_whole = true;
        Ok(())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for PartFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_whole {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

fn write(path: &Path, content: &str) -> anyhow::Result<()> {
    let mut file = PartFile::create(path)?;
    file.write_all(content.as_bytes()).with_context(|| cannot_write(path))?;
    file.finish()
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
