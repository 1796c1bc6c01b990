//! The pages of settings, and the page of health.

use askama::Template;

use super::account_pages::Said;
use super::assets;
use super::pages::{Frame, Piece};

/// A page of settings, and what holds there in a sentence.
pub struct SettingsItem {
    pub address: &'static str,
    pub heading: &'static str,
    pub state: String,
}

#[derive(Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    pub frame: Frame,
    pub items: Vec<SettingsItem>,
}

/// What a form says of the value that it shows.
pub struct Held {
    /// The time of the change that is shown, or empty: a later save says which one it has seen.
    pub seen: String,
    /// Who changed it last, and when.
    pub by: String,
    /// Editors have set it, so it can go back.
    pub is_set: bool,
}

/// A number that can be typed.
pub struct NumberField {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub hint: Option<&'static str>,
    pub error: Option<String>,
}

/// A box that can be ticked.
pub struct TickField {
    pub name: &'static str,
    pub label: &'static str,
    pub is_ticked: bool,
}

/// Something to choose in a list.
pub struct Choice {
    pub value: String,
    pub label: String,
    pub is_chosen: bool,
}

pub struct SourceItem {
    pub id: String,
    pub address: String,
    pub state: String,
    pub is_failing: bool,
    pub next: String,
    pub count: String,
    pub minutes: String,
    pub paces: Vec<Choice>,
}

/// What a feed that is looked at lists.
pub struct Found {
    pub address: String,
    pub minutes: String,
    pub count: String,
    pub is_empty: bool,
    /// Title and address of the newest.
    pub newest: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "settings_sources.html")]
pub struct SourcesPage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub typed: String,
    pub error: Option<String>,
    pub paces: Vec<Choice>,
    pub found: Option<Found>,
    pub sources: Vec<SourceItem>,
}

pub struct VoiceItem {
    pub id: String,
    pub label: String,
    pub state: String,
    pub licence: String,
    pub is_ready: bool,
    pub is_chosen: bool,
    pub is_reading: bool,
    /// The text of the button that installs it, where it can be.
    pub install: Option<String>,
}

/// A voice that is on its way, or was.
pub struct InstallView {
    pub text: String,
    pub is_running: bool,
    pub is_error: bool,
    pub done: u64,
    pub total: Option<u64>,
}

#[derive(Template)]
#[template(path = "settings_voice.html")]
pub struct VoicePage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub held: Held,
    pub trouble: Option<String>,
    pub install: Option<InstallView>,
    pub voices: Vec<VoiceItem>,
    pub automatic_hint: String,
    pub is_automatic: bool,
    pub computer: String,
    pub choices: Vec<Choice>,
    pub text: String,
}

#[derive(Template)]
#[template(path = "settings_pace.html")]
pub struct PacePage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub held: Held,
    pub speed: NumberField,
    pub pauses: Vec<NumberField>,
    pub text: String,
}

#[derive(Template)]
#[template(path = "settings_embedding.html")]
pub struct EmbeddingPage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub held: Held,
    pub sites: String,
    pub error: Option<String>,
    pub code_script: String,
    pub code_frame: String,
}

/// A list of words that can be typed.
pub struct WordsField {
    pub name: &'static str,
    pub label: &'static str,
    pub value: String,
    pub error: Option<String>,
}

/// What the rules find in a comment that was typed to try them.
pub struct Tried {
    pub text: String,
    pub pieces: Vec<Piece>,
}

#[derive(Template)]
#[template(path = "settings_comments.html")]
pub struct RulesPage {
    pub frame: Frame,
    pub said: Option<Said>,
    pub held: Held,
    pub is_after: bool,
    pub trusted_after: NumberField,
    pub ticks: Vec<TickField>,
    pub limits: Vec<NumberField>,
    pub words: Vec<WordsField>,
    pub typed_try: String,
    pub tried: Option<Tried>,
}

/// A figure with its name.
pub struct Figure {
    pub name: &'static str,
    pub value: String,
}

/// Something that failed: what, why, when, and where to look.
pub struct FailureItem {
    pub what: String,
    pub why: String,
    pub at: String,
    pub page: String,
}

/// The last copy that was made.
pub struct BackupView {
    pub last: String,
    pub is_old: bool,
    /// A copy that is being made, or how it ended.
    pub now: Option<Said>,
    /// Whoever looks may begin one.
    pub can_begin: bool,
    pub hint: String,
}

#[derive(Template)]
#[template(path = "health.html")]
pub struct HealthPage {
    pub frame: Frame,
    pub warnings: Vec<String>,
    pub queue: Vec<Figure>,
    pub disk: Vec<Figure>,
    pub measured: String,
    pub voice: String,
    pub computer: String,
    pub is_embedded: bool,
    pub failures: Vec<FailureItem>,
    pub feeds: Vec<FailureItem>,
    pub backup: BackupView,
    pub webhooks: Vec<Figure>,
    pub version: String,
}
