//! What editors set on pages; it wins over the settings file.

use super::ids::VoiceId;
use super::pace::Pace;
use super::units::Timestamp;

/// What can be set, each as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// How fast articles are read, and the pauses.
    Pace,
    /// Which voice reads.
    Voice,
    /// Which sites may show the player in a frame.
    Embedding,
    /// What readers can do in the comment box, and what is asked of them.
    Comments,
}

/// The values that are set; `None` where the settings file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewsroomSettings {
    pub pace: Option<Pace>,
    pub voice: Option<VoiceId>,
    /// Empty: any site.
    pub embed_sites: Option<Vec<String>>,
    pub comments: Option<CommentRules>,
    /// Who last changed each, also back to the settings file.
    pub changes: Vec<SettingChange>,
}

/// Who changed something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    pub setting: Setting,
    /// The account's name.
    pub by: String,
    pub at: Timestamp,
}

/// What becomes of comments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentRules {
    /// What no rule speaks against is shown at once; else a moderator approves first.
    pub shown_at_once: bool,
    /// Readers of whom so many comments were approved are shown at once; 0: nobody is.
    pub trusted_after: u32,
    pub name_required: bool,
    pub email: bool,
    pub replies: bool,
    pub likes: bool,
    pub reports: bool,
    /// In ten minutes.
    pub per_network_max: u32,
    pub per_article_max: u32,
    pub reactions_max: u32,
    /// The newsroom's own words, on top of the lists.
    pub blocked_words: Vec<String>,
    pub suspect_words: Vec<String>,
}

impl Setting {
    pub const ALL: [Self; 4] = [Self::Pace, Self::Voice, Self::Embedding, Self::Comments];

    /// As it is stored and logged.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pace => "pace",
            Self::Voice => "voice",
            Self::Embedding => "embedding",
            Self::Comments => "comments",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }
}

impl NewsroomSettings {
    /// The last change of a setting, if there was one.
    pub fn change_of(&self, setting: Setting) -> Option<&SettingChange> {
        self.changes.iter().find(|change| change.setting == setting)
    }
}
