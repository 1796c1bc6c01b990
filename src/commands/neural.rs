//! The neural voice, fetched while the service already reads with the embedded one.

use std::sync::Arc;

use baonoi::config::Config;
use baonoi::install::{Installed, Installer, Source};
use baonoi::narrate::Narrator;
use baonoi::synthesize::{NEURAL, State, Voice, Voices};
use baonoi::web::{App, VoiceCard};
use tokio::sync::watch;
use tracing::{info, warn};

/// The voices as pages show them.
pub fn cards(voices: &Voices) -> Vec<VoiceCard> {
    let card = |voice: &Voice| VoiceCard {
        id: voice.id.clone(),
        label: voice.label.clone(),
        embedded: voice.is_embedded(),
    };
    voices.installed().map(card).collect()
}

/// A voice that somebody meant to be there and that cannot speak is worth a line.
pub fn warn_of_broken(voices: &Voices) {
    for known in voices.known() {
        if let State::Broken(reason) = &known.state {
            warn!(voice = known.name, "cannot speak: {reason}");
        }
    }
}

/// Whether the neural voice would read if it were there.
pub fn is_lacking(config: &Config, voices: &Voices) -> bool {
    config.voices_download && config.voice.is_empty() && voices.get(NEURAL).is_err()
}

/// Tries once to install the neural voice, and lets it read. Whatever goes wrong is one line: the
/// embedded voice reads on, and the next start tries again.
pub async fn fetch(
    config: Config,
    narrator: Arc<Narrator>,
    app: App,
    mut stop: watch::Receiver<bool>,
) {
    let fetched = tokio::select! {
        fetched = install(&config) => fetched,
        // What has arrived is kept for the next start.
        _ = stop.wait_for(|stop| *stop) => return,
    };
    let voice = match fetched {
        Ok(voice) => voice,
        Err(error) => {
            warn!("the neural voice was not fetched, so the embedded voice reads: {error:#}");
            return;
        }
    };
    let shown = tokio::task::spawn_blocking(move || {
        narrator.read_with(voice)?;
        app.set_voices(cards(&super::voices(&config)?));
        anyhow::Ok(())
    });
    match shown.await {
        Ok(Ok(())) => info!(voice = NEURAL, "installed; it reads from now on"),
        Ok(Err(error)) => {
            warn!(voice = NEURAL, "installed, but the embedded voice reads on: {error:#}");
        }
        Err(error) => warn!(%error, "the neural voice could not be tried"),
    }
}

async fn install(config: &Config) -> anyhow::Result<Voice> {
    let source: Source = config.voices_mirror.parse()?;
    let folder = config.voices_folder();
    let installer = Installer::new(&folder, super::download_limits(config), &source)?;
    info!(voice = NEURAL, "not installed; fetching it in the background");
    match installer.voice(NEURAL, &source, &mut |_, _, _| ()).await? {
        Installed::Already(voice) | Installed::Now(voice) => Ok(voice),
    }
}
