//! `baonoi extract`, `normalize` and `phonemize`: one stage at a time, for pipes and for checks.

use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::domain::address::Address;
use baonoi::domain::article::{Article, Part};
use baonoi::domain::note::Note;
use baonoi::domain::units::Timestamp;
use baonoi::extract::SiteRules;
use baonoi::fetch::Fetcher;
use baonoi::normalize::Lexicon;
use baonoi::{narrate, normalize, phonemize};
use clap::Args;
use serde_json::{Value, json};

#[derive(Args, Debug)]
pub struct ExtractArgs {
    /// The page: an address, a file, or - for stdin.
    #[arg(value_name = "URL|FILE|-")]
    source: String,
    /// The address a file was taken from.
    #[arg(long)]
    url: Option<String>,
    /// Only by what the page claims and shows, without the rules for known sites.
    #[arg(long)]
    no_site_rules: bool,
}

#[derive(Args, Debug)]
pub struct NormalizeArgs {
    /// Tokens with spans and classes, and notes: one JSON object a line.
    #[arg(long)]
    json: bool,
    /// The newsroom's own readings: `written TAB spoken [TAB flags [TAB section]]`, one a line. Without
    /// it those that the service would use.
    #[arg(long, value_name = "FILE")]
    lexicon: Option<PathBuf>,
    /// The section of the paper; readings for other sections do not hold.
    #[arg(long, value_name = "NAME")]
    section: Option<String>,
}

pub fn extract(config: &Config, args: &ExtractArgs) -> anyhow::Result<()> {
    let fetcher = Fetcher::new(&super::fetch_limits(config))?;
    let rules = match args.no_site_rules {
        true => SiteRules::default(),
        false => super::sites::rules(&config.site_rules)?,
    };
    let (article, notes) =
        super::input::article(&fetcher, &rules, &args.source, args.url.as_deref())?;
    print(&format!("{:#}\n", article_json(&article, &notes)))
}

fn article_json(article: &Article, notes: &[Note]) -> Value {
    let blocks = article.blocks.iter();
    json!({
        "url": article.url.as_ref().map(Address::as_str),
        "site": article.site,
        "title": Some(&article.title).filter(|title| !title.is_empty()),
        "lead": article.lead,
        "author": article.author,
        "published": article.published.map(Timestamp::rfc3339),
        "paragraphs": blocks.clone().map(|block| &block.text).collect::<Vec<_>>(),
        "blocks": blocks.map(|block| json!({"kind": block.kind.name(), "text": block.text}))
            .collect::<Vec<_>>(),
        "notes": notes.iter().map(note_json).collect::<Vec<_>>(),
    })
}

pub fn note_json(note: &Note) -> Value {
    let place = note.place.map(|(part, span)| {
        let part = match part {
            Part::Title => json!("title"),
            Part::Lead => json!("lead"),
            Part::Block(index) => json!(index),
        };
        json!({"part": part, "span": [span.start, span.end]})
    });
    json!({"kind": note.kind.name(), "message": note.message, "place": place})
}

pub fn normalize(config: &Config, args: &NormalizeArgs) -> anyhow::Result<()> {
    let readings = match &args.lexicon {
        Some(file) => super::lexicon::from_file(file)?,
        None => super::lexicon::all(config)?,
    };
    let lexicon = Lexicon::for_section(&readings, args.section.as_deref());
    each_line(|line| {
        let written = line;
        let (utterances, notes) = normalize::utterances(Part::Block(0), &written, &lexicon);
        if !args.json {
            let spoken: Vec<&str> = utterances.iter().map(|u| u.spoken.as_str()).collect();
            return spoken.join(" ");
        }
        let guesses = utterances.iter().map(|u| phonemize::phonemes(&u.spoken).1).collect();
        let notes = narrate::settled(&utterances, guesses, notes);
        let tokens = utterances.iter().flat_map(|utterance| &utterance.tokens);
        let token = |token: &baonoi::domain::script::Token| {
            json!({
                "class": token.class.name(),
                "written": token.span.of(&written),
                "spoken": token.spoken,
                "span": [token.span.start, token.span.end],
            })
        };
        let spoken: Vec<&str> = utterances.iter().map(|u| u.spoken.as_str()).collect();
        json!({
            "spoken": spoken.join(" "),
            "utterances": spoken,
            "tokens": tokens.map(token).collect::<Vec<_>>(),
            "notes": notes.iter().map(note_json).collect::<Vec<_>>(),
        })
        .to_string()
    })
}

pub fn phonemize() -> anyhow::Result<()> {
    each_line(|line| phonemize::phonemes(&line).0.0)
}

/// One line in, one line out. A pipe that closes early ends the work quietly.
fn each_line(mut change: impl FnMut(String) -> String) -> anyhow::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.context("cannot read stdin")?;
        // Bytes that are not UTF-8 become the replacement character: seen, not fatal.
        let line = String::from_utf8_lossy(&line);
        let line = line.strip_suffix('\r').unwrap_or(&line).to_owned();
        if !still_open(writeln!(out, "{}", change(line)))? {
            return Ok(());
        }
    }
    still_open(out.flush())?;
    Ok(())
}

pub(super) fn print(text: &str) -> anyhow::Result<()> {
    still_open(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(())
}

fn still_open(written: std::io::Result<()>) -> anyhow::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error).context("cannot write to stdout"),
    }
}
