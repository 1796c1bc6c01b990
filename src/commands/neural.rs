//! The neural voice, fetched while the service already reads with the embedded one.

use std::sync::Arc;

use baonoi::config::Config;
use baonoi::narrate::Narrator;
use baonoi::store::Store;
use baonoi::studio::{Studio, StudioSettings};
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

/// Tries once to install the neural voice, and lets it read unless editors have chosen another. Whatever goes
/// wrong is one line: the embedded voice reads on, and the next start tries again.
pub async fn fetch(studio: Studio, mut stop: watch::Receiver<bool>) {
    info!(voice = NEURAL, "not installed; fetching it in the background");
    let fetched = tokio::select! {
        fetched = studio.install(NEURAL) => fetched,
        // What has arrived is kept for the next start.
        _ = stop.wait_for(|stop| *stop) => return,
    };
    match fetched {
        Ok(Ok(voice)) if voice.id.as_ref() == NEURAL => {
            info!(voice = NEURAL, "installed; it reads from now on");
        }
        Ok(Ok(voice)) => info!(voice = NEURAL, "installed; {} reads, as it is set", voice.id),
        Ok(Err(error)) => {
            warn!(voice = NEURAL, "installed, but the embedded voice reads on: {error:#}");
        }
        Err(error) => {
            warn!("the neural voice was not fetched, so the embedded voice reads: {error:#}");
        }
    }
}

/// Shows pages the voices there are, whenever that changes.
pub async fn show(config: Config, studio: Studio, app: App, mut stop: watch::Receiver<bool>) {
    let mut changes = studio.changes();
    loop {
        tokio::select! {
            changed = changes.changed() => if changed.is_err() { return },
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let config = config.clone();
        match tokio::task::spawn_blocking(move || super::voices(&config)).await {
            Ok(Ok(voices)) => app.set_voices(cards(&voices)),
            Ok(Err(error)) => warn!("the voices cannot be shown: {error:#}"),
            Err(error) => warn!(%error, "the voices cannot be shown"),
        }
    }
}

/// The voices at work.
pub fn studio(config: &Config, store: &Store, narrator: &Arc<Narrator>) -> anyhow::Result<Studio> {
    let settings = StudioSettings {
        folder: config.voices_folder(),
        voice: config.voice.clone(),
        source: config.voices_mirror.parse()?,
        limits: super::download_limits(config),
    };
    Ok(Studio::new(store.clone(), narrator.clone(), settings))
}
