//! The podcast as the settings have it, with its picture.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use baonoi::config::PodcastConfig;
use baonoi::web::{Artwork, PodcastSettings};

/// The picture of a newsroom that gives none; `tests/tools/artwork.py` draws it.
const ARTWORK: &[u8] = include_bytes!("../../static/podcast.png");

/// What the podcast says of itself, as set.
pub fn podcast(config: &PodcastConfig) -> anyhow::Result<PodcastSettings> {
    Ok(PodcastSettings {
        title: config.title.clone(),
        description: config.description.clone(),
        author: config.author.clone(),
        email: config.email.clone(),
        category: config.category.clone(),
        subcategory: config.subcategory.clone(),
        artwork: artwork(&config.image)?,
    })
}

fn artwork(path: &Path) -> anyhow::Result<Artwork> {
    if path.as_os_str().is_empty() {
        return Ok(Artwork::new(ARTWORK.to_vec())?);
    }
    let unusable = || format!("cannot use {} as `podcast.image`", path.display());
    let file = fs::read(path).with_context(unusable)?;
    Artwork::new(file).with_context(unusable)
}
