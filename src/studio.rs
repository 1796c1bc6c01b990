//! The voices of this installation at work: which there are, how another one comes, which one reads, and a
//! sentence to try.
//!
//! Which voice reads is set by editors, or else by the settings file; every process looks after it, so a
//! change needs no restart.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, watch};
use tracing::{error, info, warn};

use crate::domain::ids::VoiceId;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::pace::Pace;
use crate::fetch::DownloadLimits;
use crate::install::{InstallError, Installer, Source};
use crate::narrate::{NarrateError, Narrator};
use crate::store::{Store, StoreError};
use crate::synthesize::{Engine, KnownVoice, Mute, State, Voice, VoiceError, Voices};

/// How often a process looks which voice is to read.
const LOOK: Duration = Duration::from_secs(2);

/// How many try a sentence at the same time.
const TRIALS_MAX: usize = 2;

/// Longest text that is tried, in characters.
pub const TRIAL_CHARS_MAX: usize = 600;

/// The voices, and what speaks with them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Studio(Arc<Parts>);

/// Where voices are, and where they come from.
#[derive(Clone, Debug)]
pub struct StudioSettings {
    /// The folder of voices.
    pub folder: PathBuf,
    /// The voice that the settings file names; empty: the best that is there.
    pub voice: String,
    pub source: Source,
    pub limits: DownloadLimits,
}

#[derive(Debug)]
struct Parts {
    store: Store,
    narrator: Arc<Narrator>,
    settings: StudioSettings,
    installation: watch::Sender<Option<Installation>>,
    /// Sent after every change of what there is or of who reads.
    changes: watch::Sender<()>,
    wake: Notify,
    /// Which voice was last asked for, and why it does not read, if so.
    wanted: Mutex<Wanted>,
    /// The voice that was last tried, so that the next sentence need not load it again.
    tried: Mutex<Option<Engine>>,
    trials: Semaphore,
}

#[derive(Debug, Default)]
struct Wanted {
    /// `None`: nobody has looked yet, or something changed since.
    voice: Option<String>,
    trouble: Option<String>,
}

/// A voice as editors choose it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudioVoice {
    pub id: String,
    pub label: String,
    pub licence: String,
    pub attribution: String,
    /// What is to be fetched, in bytes; 0 where nothing is.
    pub bytes: u64,
    pub state: StudioVoiceState,
    /// It is the one that is compiled in.
    pub is_embedded: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StudioVoiceState {
    Ready,
    /// It can be installed if somebody described its files.
    Missing {
        can_install: bool,
    },
    /// It cannot be used; why, in English for the operator.
    Broken(String),
}

/// A voice that is being installed, or was last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    pub voice: String,
    pub done: u64,
    pub total: Option<u64>,
    pub state: InstallationState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstallationState {
    Running,
    Done,
    /// Its code, and what happened in English for the operator.
    Failed(&'static str, String),
}

/// Why a voice does not read.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Voice(#[from] VoiceError),
    #[error(transparent)]
    Mute(#[from] Mute),
    #[error(transparent)]
    Narrate(#[from] NarrateError),
    #[error("too many sentences are being tried")]
    Busy,
    #[error("the work ended unexpectedly")]
    Broken,
}

impl StudioError {
    /// Stable, for the choice of the message that people see.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store_failed",
            Self::Voice(_) => "voice_not_installed",
            Self::Mute(_) => "voice_mute",
            Self::Narrate(error) => error.code(),
            Self::Busy => "voice_busy",
            Self::Broken => "internal",
        }
    }
}

impl Studio {
    pub fn new(store: Store, narrator: Arc<Narrator>, settings: StudioSettings) -> Self {
        Self(Arc::new(Parts {
            store,
            narrator,
            settings,
            installation: watch::Sender::new(None),
            changes: watch::Sender::new(()),
            wake: Notify::new(),
            wanted: Mutex::default(),
            tried: Mutex::new(None),
            trials: Semaphore::new(TRIALS_MAX),
        }))
    }

    /// Keeps the voice that is set the one that reads, until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(StudioError::Store(error)) = self.look().await {
                error!(%error, "cannot look which voice is to read");
            }
            tokio::select! {
                () = self.0.wake.notified() => {}
                () = tokio::time::sleep(LOOK) => {}
                changed = stop.changed() => if changed.is_err() { return },
            }
        }
    }

    /// Told whenever there is another voice, or another one reads.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.0.changes.subscribe()
    }

    /// The pace of the settings file.
    pub fn pace(&self) -> Pace {
        self.0.narrator.pace()
    }

    /// The voice that the settings file names; empty: the best that is there.
    pub fn voice_of_file(&self) -> &str {
        &self.0.settings.voice
    }

    /// The voice that reads now.
    pub fn reading(&self) -> Voice {
        self.0.narrator.engine().voice
    }

    /// What computes neural voices, for operators.
    pub fn computer(&self) -> String {
        self.0.narrator.computer.name()
    }

    /// Why the voice that was chosen does not read, in English; `None` when it does.
    pub fn trouble(&self) -> Option<String> {
        self.wanted().trouble.clone()
    }

    /// The voices there are and could be.
    pub async fn voices(&self) -> Result<Vec<StudioVoice>, StudioError> {
        let folder = self.0.settings.folder.clone();
        let voices = computed(move || Voices::in_folder(&folder)).await??;
        Ok(voices.known().iter().map(told).collect())
    }

    /// The voice that is being installed, or was last.
    pub fn installation(&self) -> Option<Installation> {
        self.0.installation.borrow().clone()
    }

    /// Begins to install a voice; how far it is tells [`Studio::installation`].
    pub fn begin_install(&self, id: &str) {
        let (studio, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            match studio.install(&id).await {
                Ok(_) => info!(voice = id, "installed"),
                Err(error) => warn!(voice = id, "not installed: {error}"),
            }
        });
    }

    /// Installs a voice, and lets it read if that is what is set. Gives the voice that reads then.
    pub async fn install(&self, id: &str) -> Result<Result<Voice, StudioError>, InstallError> {
        let begun = Installation {
            voice: id.to_owned(),
            done: 0,
            total: None,
            state: InstallationState::Running,
        };
        let begins = self.0.installation.send_if_modified(|known| {
            let is_busy =
                known.as_ref().is_some_and(|known| known.state == InstallationState::Running);
            if !is_busy {
                *known = Some(begun);
            }
            !is_busy
        });
        let StudioSettings { folder, source, limits, .. } = &self.0.settings;
        if !begins {
            return Err(InstallError::Busy(folder.clone()));
        }
        let fetched = async {
            let installer = Installer::new(folder, limits.clone(), source)?;
            let mut on_file = |_: &str, done: u64, total: Option<u64>| {
                self.tell(|now| (now.done, now.total) = (done, total));
            };
            installer.voice(id, source, &mut on_file).await
        };
        let fetched = fetched.await;
        let reads = match &fetched {
            Ok(_) => Some(self.look_again().await),
            Err(_) => None,
        };
        self.tell(|now| {
            now.state = match &fetched {
                Ok(_) => InstallationState::Done,
                Err(error) => InstallationState::Failed(error.code(), error.to_string()),
            };
        });
        self.0.changes.send_replace(());
        fetched?;
        Ok(reads.unwrap_or(Err(StudioError::Broken)))
    }

    fn tell(&self, change: impl FnOnce(&mut Installation)) {
        self.0.installation.send_modify(|known| {
            if let Some(known) = known {
                change(known);
            }
        });
    }

    /// Looks now which voice is to read, also if nothing seems to have changed. Gives the one that reads.
    pub async fn look_again(&self) -> Result<Voice, StudioError> {
        self.wanted().voice = None;
        self.look().await?;
        Ok(self.reading())
    }

    /// Lets the voice that is set read, if it does not yet.
    async fn look(&self) -> Result<(), StudioError> {
        let set = self.0.store.newsroom_settings().await?.voice;
        let wanted = set.map_or_else(|| self.0.settings.voice.clone(), |voice| voice.to_string());
        if self.wanted().voice.as_ref() == Some(&wanted) {
            return Ok(());
        }
        let studio = self.clone();
        let name = wanted.clone();
        let done = computed(move || studio.let_read(&name)).await?;
        let trouble = done.as_ref().err().map(ToString::to_string);
        if let Some(trouble) = &trouble {
            warn!("{trouble}; {} reads on", self.reading().id);
        }
        // One that cannot speak is not tried every two seconds.
        *self.wanted() = Wanted { voice: Some(wanted), trouble };
        done
    }

    fn let_read(&self, wanted: &str) -> Result<(), StudioError> {
        let voice = Voices::in_folder(&self.0.settings.folder)?.chosen(wanted)?;
        if voice == self.reading() {
            return Ok(());
        }
        let engine = self.engine(voice)?;
        info!(voice = %engine.voice.id, "reads from now on");
        self.0.narrator.read_by(engine);
        self.0.changes.send_replace(());
        Ok(())
    }

    /// A voice that is loaded: the one that reads, the one that was tried last, or now.
    fn engine(&self, voice: Voice) -> Result<Engine, StudioError> {
        let reading = self.0.narrator.engine();
        if reading.voice == voice {
            return Ok(reading);
        }
        let tried = self.tried().clone();
        if let Some(engine) = tried.filter(|engine| engine.voice == voice) {
            return Ok(engine);
        }
        let engine = Engine::load(voice, &self.0.narrator.computer)?;
        *self.tried() = Some(engine.clone());
        Ok(engine)
    }

    /// Whether a voice can speak: it is there, and can be loaded.
    pub async fn check(&self, id: &VoiceId) -> Result<(), StudioError> {
        let (studio, id) = (self.clone(), id.to_string());
        computed(move || {
            let voice = Voices::in_folder(&studio.0.settings.folder)?.get(&id)?;
            studio.engine(voice).map(drop)
        })
        .await?
    }

    /// A short text as a WAV file, as it would be read with these readings; by the voice that reads unless
    /// another one is named.
    pub async fn say(
        &self,
        text: String,
        readings: Vec<LexiconEntry>,
        voice: Option<VoiceId>,
        pace: Pace,
    ) -> Result<Vec<u8>, StudioError> {
        let _place = self.0.trials.try_acquire().map_err(|_| StudioError::Busy)?;
        let studio = self.clone();
        computed(move || {
            let engine = match voice {
                None => studio.0.narrator.engine(),
                Some(id) => {
                    let voices = Voices::in_folder(&studio.0.settings.folder)?;
                    studio.engine(voices.get(id.as_ref())?)?
                }
            };
            Ok(studio.0.narrator.trial(&text, engine, &pace, readings)?)
        })
        .await?
    }

    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        // Nothing that can panic runs under these locks, so they are never poisoned.
        self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tried(&self) -> MutexGuard<'_, Option<Engine>> {
        self.0.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told(known: &KnownVoice) -> StudioVoice {
    let manifest = known.manifest.as_ref();
    let of = |text: fn(&crate::synthesize::Manifest) -> &String| {
        manifest.map(|manifest| text(manifest).clone()).unwrap_or_default()
    };
    let state = match &known.state {
        State::Installed(_) => StudioVoiceState::Ready,
        State::Missing(_) => {
            let can_install = manifest.is_some_and(|manifest| !manifest.files.is_empty());
            StudioVoiceState::Missing { can_install }
        }
        State::Broken(reason) => StudioVoiceState::Broken(reason.clone()),
    };
    StudioVoice {
        id: known.name.clone(),
        label: of(|manifest| &manifest.label),
        licence: of(|manifest| &manifest.licence),
        attribution: of(|manifest| &manifest.attribution),
        bytes: manifest.map_or(0, crate::synthesize::Manifest::bytes),
        is_embedded: matches!(&known.state, State::Installed(voice) if voice.is_embedded()),
        state,
    }
}

/// Runs something slow where it keeps no request waiting.
async fn computed<T: Send + 'static>(
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StudioError> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| {
        error!(%error, "a voice ended unexpectedly");
        StudioError::Broken
    })
}
