//! `baonoi log`: the audit log in words, or as JSON.

use std::io::{BufWriter, Write as _, stdout};

use anyhow::Context as _;
use baonoi::config::Config;
use baonoi::domain::ids::CommentId;
use baonoi::domain::listening::Day;
use baonoi::store::{RecordFilter, Recorded};
use baonoi::web::record_words;
use clap::Args;
use serde_json::{Value, json};

/// How many records are read at once.
const PAGE: i64 = 1_000;

#[derive(Args, Debug)]
pub struct LogArgs {
    /// From this day on (in Vietnam).
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Day>,
    /// Up to the end of this day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<Day>,
    /// What was done to one comment.
    #[arg(long, value_name = "ID")]
    comment: Option<CommentId>,
    /// An object a line instead of words.
    #[arg(long)]
    json: bool,
}

pub fn run(config: &Config, args: &LogArgs) -> anyhow::Result<()> {
    let filter = RecordFilter {
        from: args.from.map(Day::begins),
        until: args.to.map(Day::ends),
        comment: args.comment,
        article: None,
    };
    super::with_store(config, async |store| {
        let mut out = BufWriter::new(stdout().lock());
        let mut last = 0;
        loop {
            let records = store.records_after(&filter, last, PAGE).await?;
            let Some(end) = records.last() else { break };
            last = end.record.seq;
            for recorded in &records {
                let told = if args.json { json_line(recorded) } else { words(recorded) };
                out.write_all(told.as_bytes()).context("cannot write to stdout")?;
            }
        }
        out.flush().context("cannot write to stdout")
    })
}

fn words(recorded: &Recorded) -> String {
    let words = record_words(recorded);
    let mut lines = vec![format!("{}. {}, {}: {}", words.seq, words.at, words.who, words.what)];
    lines.extend(words.notes);
    if let Some(about) = words.about {
        // Line breaks of a reader must not look like records.
        let body = about.body.lines().collect::<Vec<_>>().join(" / ");
        lines.push(if about.is_erased { body } else { format!("{}: {body}", about.author) });
        lines.push(about.article_title);
        lines.push(words.subject);
    }
    lines.push(words.hash);
    lines.iter().map(|line| visible(line)).collect::<Vec<_>>().join("\n    ") + "\n"
}

/// What readers typed cannot command a terminal.
fn visible(line: &str) -> String {
    line.replace(|c: char| c.is_control(), "\u{fffd}")
}

fn json_line(recorded: &Recorded) -> String {
    let record = &recorded.record;
    let detail: Value = serde_json::from_str(&record.detail).unwrap_or_default();
    let about = recorded.about.as_ref().map(|about| {
        json!({
            "author": about.author, "body": about.body, "erased": about.body.is_empty(),
            "article": about.article.to_string(), "title": about.article_title,
            "url": about.article_url,
        })
    });
    let line = json!({
        "seq": record.seq, "at": record.at.rfc3339(), "actor": record.actor,
        "action": record.action, "subject": record.subject, "detail": detail,
        "hash": record.hash, "comment": about,
    });
    format!("{line}\n")
}
