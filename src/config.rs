//! Every setting, its default and its check at start-up; nothing else reads one.

mod comments;
mod embed;
mod identity;
mod notify;
mod podcast;
mod publishing;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

pub use self::comments::CommentsConfig;
pub use self::embed::{EmbedConfig, is_source as is_embed_source};
pub use self::identity::{IdentityConfig, KeyAlgorithm, KeyConfig, Required, Secret};
pub use self::notify::{MailConfig, WebhooksConfig};
pub use self::podcast::PodcastConfig;
pub use self::publishing::PublishingConfig;

use crate::domain::ids::VoiceId;

/// The program's settings, as `baonoi.toml` gives them. `baonoi.sample.toml` explains each.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// The folder of the database and the audio.
    pub data: PathBuf,
    /// How readers reach the service, e.g. `https://doc.baomuongthanh.example`; used in links that
    /// leave the site (oEmbed, the podcast, the sitemap). Empty: taken from the request.
    pub public_url: String,
    /// Which voice reads. Empty: the neural one where it is installed, else the embedded one.
    pub voice: String,
    /// The folder of voices. Empty: `voices` in the folder of the data.
    pub voices: PathBuf,
    /// What computes neural voices.
    pub engine: EngineChoice,
    /// Whether our own engine may compute sound in half precision, where the processor is faster with it.
    pub half_precision: bool,
    /// The shared library of ONNX Runtime, 1.24 or newer. Empty: the one that `baonoi voices install
    /// --runtime` put into the folder of voices, if any; else rten, which is compiled in.
    pub onnxruntime: PathBuf,
    /// Whether the service fetches the neural voice by itself at its start, once, where it is lacking.
    pub voices_download: bool,
    /// Where voices are fetched from instead of where they are published: a mirror's address, or a
    /// folder of files copied by hand. Empty: where they are published.
    pub voices_mirror: String,
    /// How many articles are narrated at once.
    pub workers: usize,
    /// How many utterances are spoken at once, by all of them together. 0: one for each core.
    pub threads: usize,
    /// A file of the newsroom's own readings, one `written TAB spoken [TAB flags [TAB section]]` a
    /// line. Empty: none. Those that `baonoi lexicon` adds win over it.
    pub lexicon: PathBuf,
    /// A folder of the newsroom's own site rules, one `<host>.toml` a site; they win over those that
    /// are compiled in. Empty: none.
    pub site_rules: PathBuf,
    /// Addresses and networks of the newsroom's own reverse proxies, whose `X-Forwarded-For` is
    /// believed. Empty: nobody's.
    pub trusted_proxies: Vec<String>,
    /// Whether a first start with an empty store narrates the bundled sample article.
    pub sample: bool,
    pub fetch: FetchConfig,
    pub follow: FollowConfig,
    pub narration: NarrationConfig,
    pub sound: SoundConfig,
    pub comments: CommentsConfig,
    pub listening: ListeningConfig,
    pub podcast: PodcastConfig,
    pub embed: EmbedConfig,
    pub identity: IdentityConfig,
    pub webhooks: WebhooksConfig,
    pub mail: MailConfig,
    pub publishing: PublishingConfig,
}

/// Limits on what is fetched.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FetchConfig {
    /// Largest page, in bytes after decompression.
    pub page_bytes_max: usize,
    pub redirects_max: usize,
    /// Time to connect, in milliseconds.
    pub connect_ms: u64,
    /// Time for the whole page, in milliseconds.
    pub total_ms: u64,
    /// The shortest time between two requests to one host, in milliseconds.
    pub host_gap_ms: u64,
    /// The only sites that may be fetched, with what lies below them; empty for any.
    pub sites: Vec<String>,
    /// `host:port` pairs that may be fetched although they are private. For tests, and for a
    /// newsroom whose site stands in the same network.
    pub allow_private: Vec<String>,
}

/// Feeds and sitemaps whose new articles are narrated by themselves.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FollowConfig {
    /// How many of the newest articles are narrated when a feed is followed for the first time.
    pub backlog: usize,
}

/// What computes neural voices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// Our own engine the voices that it recognizes; all others ONNX Runtime where its library is, else rten.
    #[default]
    Auto,
    /// ONNX Runtime all of them, where its library is; else rten.
    OnnxRuntime,
    /// rten all of them.
    Rten,
}

/// How articles are read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NarrationConfig {
    /// 1.0 is the voice's own pace; 1.2 is a fifth faster.
    pub speed: f32,
    /// Longest article, in characters of title, lead and body.
    pub text_chars_max: usize,
    /// How long a worker may be silent before another takes its job, in milliseconds.
    pub lease_ms: u64,
    /// The largest cache of spoken sentences, in megabytes (10^6 bytes). 0: none.
    pub clip_cache_mb: u64,
}

/// How the sentences become one sound, and in which files it is kept.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoundConfig {
    /// 1.0 leaves the pauses as they are; 1.2 makes all of them a fifth longer.
    pub pauses: f32,
    /// Silence inside a sentence that is so long that it is cut, in milliseconds; after a sentence, a
    /// paragraph, a heading, the title and the lead.
    pub clause_ms: u64,
    pub sentence_ms: u64,
    pub paragraph_ms: u64,
    pub heading_ms: u64,
    pub title_ms: u64,
    pub lead_ms: u64,
    /// WAV files of the newsroom that are heard before and after every article. Empty: none.
    pub intro: PathBuf,
    pub outro: PathBuf,
    /// The picture in the files, JPEG or PNG. Empty: the one that is compiled in.
    pub cover: PathBuf,
    pub mp3_kbps: u32,
    pub opus_kbps: u32,
    /// Whether a WAV file is kept too: 2.6 MB a minute.
    pub keep_wav: bool,
}

/// How it is counted what readers listen to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ListeningConfig {
    /// How many reports players in one network (/24 or /48) may send in ten minutes.
    pub per_network_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            data: PathBuf::from("./data"),
            public_url: String::new(),
            voice: String::new(),
            voices: PathBuf::new(),
            engine: EngineChoice::default(),
            half_precision: false,
            onnxruntime: PathBuf::new(),
            voices_download: true,
            voices_mirror: String::new(),
            workers: 2,
            threads: 0,
            lexicon: PathBuf::new(),
            site_rules: PathBuf::new(),
            trusted_proxies: Vec::new(),
            sample: true,
            fetch: FetchConfig::default(),
            follow: FollowConfig::default(),
            narration: NarrationConfig::default(),
            sound: SoundConfig::default(),
            comments: CommentsConfig::default(),
            listening: ListeningConfig::default(),
            podcast: PodcastConfig::default(),
            embed: EmbedConfig::default(),
            identity: IdentityConfig::default(),
            webhooks: WebhooksConfig::default(),
            mail: MailConfig::default(),
            publishing: PublishingConfig::default(),
        }
    }
}

impl Default for FetchConfig {
    fn default() -> Self {
        Self {
            page_bytes_max: 10 * 1024 * 1024,
            redirects_max: 5,
            connect_ms: 10_000,
            total_ms: 30_000,
            host_gap_ms: 500,
            sites: Vec::new(),
            allow_private: Vec::new(),
        }
    }
}

impl Default for FollowConfig {
    fn default() -> Self {
        Self { backlog: 5 }
    }
}

impl Default for NarrationConfig {
    fn default() -> Self {
        Self { speed: 1.0, text_chars_max: 60_000, lease_ms: 15_000, clip_cache_mb: 1_000 }
    }
}

impl Default for SoundConfig {
    fn default() -> Self {
        Self {
            pauses: 1.0,
            clause_ms: 180,
            sentence_ms: 420,
            paragraph_ms: 750,
            heading_ms: 850,
            title_ms: 1_100,
            lead_ms: 950,
            intro: PathBuf::new(),
            outro: PathBuf::new(),
            cover: PathBuf::new(),
            mp3_kbps: 64,
            opus_kbps: 24,
            keep_wav: true,
        }
    }
}

impl Default for ListeningConfig {
    fn default() -> Self {
        Self { per_network_max: 1_200 }
    }
}

/// The settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the settings file {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the settings file {path} is not valid: {reason}")]
    Invalid { path: PathBuf, reason: String },
    #[error("the setting `{name}` cannot be {value}: {rule}")]
    OutOfRange { name: &'static str, value: String, rule: &'static str },
}

/// What the formats have that carries speech, in kbit/s: MP3 at rates up to 24,000 Hz, and Opus.
const MP3_KBPS: [u32; 11] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const OPUS_KBPS: std::ops::RangeInclusive<u32> = 12..=64;

/// Listeners take a longer silence for the end.
pub const PAUSE_MS_MAX: u64 = 10_000;

/// The slowest and the fastest reading that stays speech.
pub const SPEED_RANGE: std::ops::RangeInclusive<f32> = 0.5..=2.0;

impl Config {
    /// Reads the file that was named. Without a name, reads `baonoi.toml` in the current folder
    /// if there is one, else gives the defaults.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let path = named.unwrap_or(Path::new("baonoi.toml"));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => {
                return Err(ConfigError::Unreadable { path: path.to_owned(), source });
            }
        };
        toml::from_str(&text).map_err(|error| ConfigError::Invalid {
            path: path.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Where the files of voices are.
    pub fn voices_folder(&self) -> PathBuf {
        if self.voices.as_os_str().is_empty() {
            return self.data.join("voices");
        }
        self.voices.clone()
    }

    /// Refuses settings with which the program could not keep its promises.
    pub fn check(&self) -> Result<(), ConfigError> {
        if !(1..=64).contains(&self.workers) {
            return refuse("workers", self.workers.to_string(), "use 1 to 64");
        }
        if self.threads > 64 {
            return refuse("threads", self.threads.to_string(), "use 1 to 64, or 0 for each core");
        }
        if !self.voice.is_empty() && self.voice.parse::<VoiceId>().is_err() {
            return refuse("voice", self.voice.clone(), "use the id of a voice");
        }
        if !SPEED_RANGE.contains(&self.narration.speed) {
            return refuse("narration.speed", self.narration.speed.to_string(), "use 0.5 to 2.0");
        }
        if self.narration.lease_ms < 3_000 {
            return refuse(
                "narration.lease_ms",
                self.narration.lease_ms.to_string(),
                "use at least 3000, since a worker renews its lease every third of it",
            );
        }
        if self.fetch.page_bytes_max == 0 || self.fetch.total_ms == 0 || self.fetch.connect_ms == 0
        {
            return refuse("fetch", "0".to_owned(), "a limit of nothing fetches nothing");
        }
        let is_pair = |pair: &&String| {
            pair.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        };
        if let Some(pair) = self.fetch.allow_private.iter().find(|pair| !is_pair(pair)) {
            return refuse(
                "fetch.allow_private",
                pair.clone(),
                "write host:port, e.g. 10.0.0.5:80",
            );
        }
        self.sound.check()?;
        self.comments.check()?;
        self.podcast.check()?;
        self.embed.check()?;
        self.identity.check()?;
        self.webhooks.check()?;
        self.mail.check(&self.public_url)?;
        self.publishing.check()?;
        let web = ["https://", "http://"].iter().any(|start| self.public_url.starts_with(start));
        if !web && !self.public_url.is_empty() {
            return refuse("public_url", self.public_url.clone(), "begin with https:// or http://");
        }
        Ok(())
    }
}

impl SoundConfig {
    fn check(&self) -> Result<(), ConfigError> {
        if !(0.25..=4.0).contains(&self.pauses) {
            return refuse("sound.pauses", self.pauses.to_string(), "use 0.25 to 4.0");
        }
        let pauses = [
            self.clause_ms,
            self.sentence_ms,
            self.paragraph_ms,
            self.heading_ms,
            self.title_ms,
            self.lead_ms,
        ];
        if let Some(pause) = pauses.iter().find(|pause| **pause > PAUSE_MS_MAX) {
            return refuse("sound.*_ms", pause.to_string(), "no pause is longer than 10000 ms");
        }
        if !MP3_KBPS.contains(&self.mp3_kbps) {
            let rule = "use 32, 40, 48, 56, 64, 80, 96, 112, 128, 144 or 160";
            return refuse("sound.mp3_kbps", self.mp3_kbps.to_string(), rule);
        }
        if !OPUS_KBPS.contains(&self.opus_kbps) {
            return refuse("sound.opus_kbps", self.opus_kbps.to_string(), "use 12 to 64");
        }
        Ok(())
    }
}

fn refuse(name: &'static str, value: String, rule: &'static str) -> Result<(), ConfigError> {
    Err(ConfigError::OutOfRange { name, value, rule })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_file_is_the_defaults() {
        let sample: Config = toml::from_str(include_str!("../baonoi.sample.toml")).unwrap();
        assert_eq!(sample, Config::default());
        assert!(sample.check().is_ok());
    }

    #[test]
    fn a_misspelled_setting_is_refused() {
        assert!(toml::from_str::<Config>("workerz = 2").is_err());
    }

    #[test]
    fn limits_are_checked() {
        let mut config = Config::default();
        config.narration.speed = 9.0;
        assert!(config.check().unwrap_err().to_string().contains("narration.speed"));
        for sound in ["mp3_kbps = 65", "opus_kbps = 6", "pauses = 9.0", "title_ms = 60000"] {
            let config: Config = toml::from_str(&format!("[sound]\n{sound}")).unwrap();
            assert!(config.check().is_err(), "{sound}");
        }
        for comments in ["moderation = \"never\"", "proof_of_work_bits = 21", "min_seconds = 61"] {
            let config: Config = toml::from_str(&format!("[comments]\n{comments}")).unwrap();
            assert!(config.check().is_err(), "{comments}");
        }
        let config: Config = toml::from_str("[publishing]\nnew = \"never\"").unwrap();
        assert!(config.check().unwrap_err().to_string().contains("publishing.new"));
        let config = Config { voice: "../x".into(), ..Config::default() };
        assert!(config.check().is_err());
    }
}
