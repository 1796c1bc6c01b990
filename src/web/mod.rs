//! The outside face: pages for people, JSON and sound for programs.

mod account;
mod account_pages;
mod accounts;
mod amounts;
mod articles;
mod artwork;
mod assets;
mod auth;
mod challenge;
mod chart;
mod client;
mod comment_box;
mod comments;
mod crawlers;
mod desk;
mod document;
mod drain;
mod embed;
mod erase;
mod error;
mod health;
mod home;
mod keys;
mod letters;
mod lexicon;
mod limits;
mod listen;
mod listening;
mod listens;
mod log;
mod login;
mod marks;
mod metadata;
mod moderation;
mod narrations;
mod networks;
mod newsroom;
mod origin;
mod pages;
mod password;
mod podcast;
mod queue;
mod range;
mod reactions;
mod reader;
mod records;
mod routes;
mod script;
mod settings;
mod settings_pages;
mod sheet;
mod tally;
pub mod texts;
mod totp;
mod trial;
mod views;
mod xml;

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, oneshot, watch};
use tracing::{error, info};

pub use self::artwork::{Artwork, NoArtwork};
pub use self::auth::new_secret;
pub use self::client::{NoNetwork, TrustedProxies};
pub use self::password::{PASSWORD_LENGTH_MIN, hash as hash_password, made_up as made_up_password};
pub use self::podcast::PodcastSettings;
pub use self::reader::ReaderSettings;
pub use self::records::{RecordWords, record_words};
pub use self::sheet::{sheet_head, sheet_line};

pub use self::challenge::SECRET as CHALLENGE_SECRET;

use self::challenge::Challenges;
use self::health::HealthState;
use self::limits::RateLimit;
use self::newsroom::Newsroom;
use self::tally::Tally;
use crate::config::CommentsConfig;
use crate::domain::ids::VoiceId;
use crate::domain::lexicon::LexiconEntry;
use crate::domain::rule::Rule;
use crate::domain::units::Timestamp;
use crate::follow::Follower;
use crate::jobs::Queue;
use crate::moderate::ListTexts;
use crate::narrate::Narrator;
use crate::notify::Links;
use crate::store::{Store, now};
use crate::studio::Studio;

/// How long answers that are under way may take once the program was told to stop.
const GRACE: Duration = Duration::from_secs(5);

/// How many may watch jobs at the same time; each looks at the database three times a second.
const WATCHERS_MAX: usize = 200;

/// How many may listen at the same time to articles that are still being read; each holds a file open.
/// What is finished is limited by nothing but the network.
const LISTENERS_MAX: usize = 500;

/// How many likes of one comment one network may send in ten minutes: a family has, a program would have
/// more.
const LIKES_MAX: u32 = 20;

/// What every handler can ask.
#[derive(Clone, Debug)]
pub struct App(Arc<AppParts>);

#[derive(Debug)]
struct AppParts {
    store: Store,
    queue: Queue,
    /// What reads, for editors who want to hear something at once.
    narrator: Arc<Narrator>,
    /// As the settings file has it; what holds is asked of [`App::newsroom`].
    settings: WebSettings,
    /// What holds now.
    newsroom: RwLock<Arc<Newsroom>>,
    backstage: Backstage,
    health: HealthState,
    started: Timestamp,
    /// The voices there are; one may be installed while the service runs.
    voices: RwLock<Vec<VoiceCard>>,
    /// Asks the browsers of those who comment.
    challenges: Challenges,
    comment_limit: RateLimit,
    reaction_limit: RateLimit,
    /// How many from one network like the same comment.
    like_limit: RateLimit,
    article_limit: RateLimit,
    login_limit: RateLimit,
    phone_limit: RateLimit,
    /// Codes that are tried after a right password.
    code_limit: RateLimit,
    report_limit: RateLimit,
    /// What was listened to and is not written yet.
    tally: Tally,
    /// Places for those who watch a job.
    watchers: Arc<Semaphore>,
    /// Places for those who listen to what is still being read.
    listeners: Arc<Semaphore>,
    /// One preview of a change of the lexicon at a time.
    previews: Semaphore,
    stop: watch::Receiver<bool>,
}

/// What the pages must know of the configuration.
#[derive(Clone, Debug)]
pub struct WebSettings {
    /// How readers reach the service; empty: taken from the request.
    pub public_url: String,
    /// The voices there are at the start.
    pub voices: Vec<VoiceCard>,
    pub comments: CommentsConfig,
    /// The two lists of words that comments are compared with.
    pub word_lists: ListTexts,
    /// What signs challenges.
    pub challenge_secret: String,
    /// The rules that reject a comment by themselves.
    pub rejecting: Vec<Rule>,
    pub trusted_proxies: TrustedProxies,
    /// Reports of players that one network may send in ten minutes.
    pub reports_per_network: u32,
    pub podcast: PodcastSettings,
    /// The only sites that may show the player in a frame; empty: any.
    pub embed_sites: Vec<String>,
    /// Who vouches for readers.
    pub readers: ReaderSettings,
    /// The links in letters to moderators, if letters are sent.
    pub links: Option<Links>,
    /// The newsroom's readings that are in its file.
    pub readings: Vec<LexiconEntry>,
}

/// Those whom pages ask for more than rows.
#[derive(Clone, Debug)]
pub struct Backstage {
    pub studio: Studio,
    pub follower: Follower,
}

/// A voice as pages show it.
#[derive(Clone, Debug)]
pub struct VoiceCard {
    pub id: VoiceId,
    pub label: String,
    /// It is the one that is compiled in.
    pub embedded: bool,
}

impl App {
    pub fn new(
        store: Store,
        queue: Queue,
        narrator: Arc<Narrator>,
        settings: WebSettings,
        backstage: Backstage,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let window = Duration::from_secs(600);
        let challenges = Challenges::new(&settings.challenge_secret);
        let comment_limit = RateLimit::new(settings.comments.per_network_max, window);
        let reaction_limit = RateLimit::new(settings.comments.reactions_max, window);
        let like_limit = RateLimit::new(LIKES_MAX, window);
        let article_limit = RateLimit::new(settings.comments.per_article_max, window);
        let login_limit = RateLimit::new(10, window);
        let phone_limit = RateLimit::new(settings.comments.per_network_max, window);
        let code_limit = RateLimit::new(10, window);
        let report_limit = RateLimit::new(settings.reports_per_network, window);
        let watchers = Arc::new(Semaphore::new(WATCHERS_MAX));
        let listeners = Arc::new(Semaphore::new(LISTENERS_MAX));
        Self(Arc::new(AppParts {
            store,
            queue,
            narrator,
            voices: RwLock::new(settings.voices.clone()),
            newsroom: RwLock::new(Arc::new(Newsroom::of(&settings))),
            backstage,
            health: HealthState::default(),
            settings,
            started: now(),
            challenges,
            comment_limit,
            reaction_limit,
            like_limit,
            article_limit,
            login_limit,
            phone_limit,
            code_limit,
            report_limit,
            tally: Tally::default(),
            watchers,
            listeners,
            previews: Semaphore::new(1),
            stop,
        }))
    }

    /// Shows other voices from now on.
    pub fn set_voices(&self, cards: Vec<VoiceCard>) {
        *self.0.voices.write().unwrap_or_else(PoisonError::into_inner) = cards;
    }

    fn voices(&self) -> RwLockReadGuard<'_, Vec<VoiceCard>> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.0.voices.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether readers may choose a voice: it is there, and better than the one that is compiled in.
    fn offers(&self, id: &VoiceId) -> bool {
        self.voices().iter().any(|card| card.id == *id && !card.embedded)
    }

    fn voice_label(&self, id: &VoiceId) -> String {
        let voices = self.voices();
        let card = voices.iter().find(|card| card.id == *id);
        card.map_or_else(|| id.to_string(), |card| card.label.clone())
    }
}

/// Answers requests until told to stop; then lets those under way finish, for a while, and writes down
/// what was listened to.
pub async fn serve(app: App, listener: TcpListener) -> std::io::Result<()> {
    // A thread of its own: nothing waits for it when the service ends at once.
    let _packing = std::thread::Builder::new().spawn(assets::pack);
    let mut stop = app.0.stop.clone();
    let (over, is_over) = oneshot::channel();
    newsroom::look_first(&app).await;
    let looking = tokio::spawn(newsroom::keep_looking(app.clone()));
    let writer = tokio::spawn(tally::keep_writing(app.clone(), is_over));
    let router = routes::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let mut told = stop.clone();
    let server = axum::serve(listener, router).with_graceful_shutdown(async move {
        // An error means that nobody can tell us any more, which is the same.
        let _ = told.wait_for(|stop| *stop).await;
    });
    let cut_off = async {
        let _ = stop.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    let served = tokio::select! {
        result = server => result,
        () = cut_off => {
            info!("requests still open after {} s were cut off", GRACE.as_secs());
            Ok(())
        }
    };
    looking.abort();
    drop(over);
    if let Err(error) = writer.await {
        error!(%error, "what was listened to is no longer written");
    }
    served
}
