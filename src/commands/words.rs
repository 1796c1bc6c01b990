//! The rules that look at comments: the lists that are compiled in, or the newsroom's own.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use baonoi::config::CommentsConfig;
use baonoi::domain::rule::Rule;
use baonoi::moderate::{BLOCKED, ListTexts, SUSPECT};

/// The two lists, each of which can be used.
pub fn lists(config: &CommentsConfig) -> anyhow::Result<ListTexts> {
    let blocked = list(&config.blocked_words, BLOCKED)?;
    let suspect = list(&config.suspect_words, SUSPECT)?;
    ListTexts::new(blocked, suspect).map_err(|error| {
        let (path, name) = match error.list {
            Rule::BlockedWord => (&config.blocked_words, "blocked_words"),
            _ => (&config.suspect_words, "suspect_words"),
        };
        anyhow!("comments.{name}: {}: {error}", path.display())
    })
}

fn list(path: &Path, built_in: &str) -> anyhow::Result<Vec<u8>> {
    if path.as_os_str().is_empty() {
        return Ok(built_in.as_bytes().to_vec());
    }
    std::fs::read(path).with_context(|| format!("cannot read the word list {}", path.display()))
}

/// The rules that reject a comment by themselves.
pub fn rejecting(config: &CommentsConfig) -> anyhow::Result<Vec<Rule>> {
    let rule = |name: &String| {
        let names: Vec<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        Rule::from_name(name)
            .ok_or_else(|| anyhow!("comments.reject: `{name}` is none of {}", names.join(", ")))
    };
    config.reject.iter().map(rule).collect()
}
