//! A row of slow work: what must still be done, how far it is, and how it ended.

use super::address::Address;
use super::ids::{ArticleId, JobId, NarrationId};
use super::units::Timestamp;

/// Work that outlives the process that started it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub id: JobId,
    /// What people know it by: the address, or the title of a text handed over.
    pub label: String,
    pub state: JobState,
    pub urgency: Urgency,
    pub progress: Progress,
    /// How many times it was begun.
    pub attempts: u32,
    pub article: Option<ArticleId>,
    pub narration: Option<NarrationId>,
    pub failure: Option<Failure>,
    pub created: Timestamp,
    pub updated: Timestamp,
}

/// Where the article comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// To be fetched from this address.
    Address(Address),
    /// HTML handed over by the newsroom's own system, with the page's address if it has one.
    Html { url: Option<Address>, html: String },
    /// Text handed over, paragraph by paragraph.
    Text { title: String, paragraphs: Vec<String> },
    /// The text that is known already: it is read again, and its site is not asked.
    Stored(ArticleId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    Queued,
    Running,
    Done,
    Failed,
}

/// Who waits for the work. The later ones are served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Nobody: a feed brought it.
    Backlog,
    /// Somebody at a desk, or the newsroom's own system.
    Editor,
    /// Somebody has pressed play.
    Listener,
}

/// Sentences spoken, of how many (`None` until the script is known).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    pub done: u32,
    pub total: Option<u32>,
}

/// Why a job failed, or why its last attempt did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Stable, for programs.
    pub code: String,
    /// For the operator, in English; pages show a Vietnamese text chosen by the code.
    pub detail: String,
}

impl JobState {
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Nothing more will happen unless somebody asks.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}

impl Urgency {
    pub const ALL: [Self; 3] = [Self::Backlog, Self::Editor, Self::Listener];

    /// Greater is more urgent. Stored, so it never changes.
    pub fn level(self) -> i64 {
        match self {
            Self::Backlog => 0,
            Self::Editor => 1,
            Self::Listener => 2,
        }
    }

    pub fn from_level(level: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|urgency| urgency.level() == level)
    }
}
