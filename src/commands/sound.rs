//! The newsroom's own sounds and picture, out of the files that the settings name.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use baonoi::audio::{self, Arrangement, Bitrates, Cover, Pauses};
use baonoi::config::SoundConfig;
use baonoi::domain::narration::Clip;
use baonoi::domain::units::Millis;
use baonoi::narrate::Sound;

/// The picture in the files of a newsroom that gives none.
const COVER: &[u8] = include_bytes!("../../static/cover.png");

/// How narrations sound, as set.
pub fn sound(config: &SoundConfig) -> anyhow::Result<Sound> {
    let pause = |ms: u64| Millis((ms as f64 * f64::from(config.pauses)).round() as u64);
    let pauses = Pauses {
        clause: pause(config.clause_ms),
        sentence: pause(config.sentence_ms),
        paragraph: pause(config.paragraph_ms),
        heading: pause(config.heading_ms),
        title: pause(config.title_ms),
        lead: pause(config.lead_ms),
    };
    let intro = jingle("sound.intro", &config.intro)?;
    let outro = jingle("sound.outro", &config.outro)?;
    Ok(Sound {
        arrangement: Arrangement { pauses, intro, outro },
        bitrates: Bitrates { mp3_kbps: config.mp3_kbps, opus_kbps: config.opus_kbps },
        cover: Some(cover(&config.cover)?),
        keeps_wav: config.keep_wav,
    })
}

fn jingle(setting: &str, path: &Path) -> anyhow::Result<Option<Arc<Clip>>> {
    if path.as_os_str().is_empty() {
        return Ok(None);
    }
    let unusable = || format!("cannot use {} as `{setting}`", path.display());
    let file = fs::read(path).with_context(unusable)?;
    let clip = audio::jingle(&file).with_context(unusable)?;
    Ok(Some(Arc::new(clip)))
}

fn cover(path: &Path) -> anyhow::Result<Cover> {
    if path.as_os_str().is_empty() {
        return Ok(Cover::new(COVER.to_vec())?);
    }
    let unusable = || format!("cannot use {} as `sound.cover`", path.display());
    let file = fs::read(path).with_context(unusable)?;
    Cover::new(file).with_context(unusable)
}
