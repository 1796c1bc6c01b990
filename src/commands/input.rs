//! `URL|FILE|-`: where a command's article comes from.

use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use baonoi::domain::article::{Article, Page};
use baonoi::domain::note::Note;
use baonoi::extract::{self, SiteRules};
use baonoi::fetch::{self, Fetcher};

/// The article that an argument names: a page to fetch, a file or stdin with HTML or plain text.
pub fn article(
    fetcher: &Fetcher,
    rules: &SiteRules,
    argument: &str,
    url: Option<&str>,
) -> anyhow::Result<(Article, Vec<Note>)> {
    if argument.starts_with("http://") || argument.starts_with("https://") {
        let address = argument.parse()?;
        let page = super::runtime()?
            .block_on(fetcher.page(&address))
            .with_context(|| format!("cannot fetch {argument}"))?;
        return Ok(extract::article(&page, rules)?);
    }
    let url = url.map(str::parse).transpose()?;
    let bytes = bytes(argument)?;
    let text = fetch::decode(&bytes, None);
    if text.trim().is_empty() {
        bail!("there is nothing to read in {argument}");
    }
    if extract::is_html(&text) {
        Ok(extract::article(&Page { url, html: text }, rules)?)
    } else {
        Ok(extract::plain_text(&text)?)
    }
}

fn bytes(argument: &str) -> anyhow::Result<Vec<u8>> {
    if argument == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).context("cannot read stdin")?;
        return Ok(bytes);
    }
    std::fs::read(Path::new(argument)).with_context(|| format!("cannot read {argument}"))
}
