//! The page of one article's script, and of what its site changed in it.

use askama::Template;

use super::pieces::Piece;
use crate::domain::article::{ByteSpan, Part};
use crate::narrate::Change;
use crate::web::assets;
use crate::web::desk::pages::PublicationView;
use crate::web::pages::{Frame, JobView};

/// A sentence, written and spoken.
pub struct LineView {
    /// From 1, in reading order.
    pub number: usize,
    /// How it is asked for: see [`place`](super::place).
    pub place: String,
    pub part: Part,
    pub span: ByteSpan,
    pub written: Vec<Piece>,
    pub spoken: Vec<Piece>,
    /// Where it is heard in the reading, in milliseconds; `None` when what is heard there is not this.
    pub cue: Option<(u64, u64)>,
    /// Somebody wrote how it is said.
    pub is_edited: bool,
    /// It is not written anywhere: its place in the list of such.
    pub aside: Option<usize>,
    /// Nothing is said.
    pub is_silent: bool,
    /// It is said otherwise now than it was read.
    pub is_stale: bool,
    /// Its editor is open, for who has no script.
    pub is_open: bool,
}

impl LineView {
    pub fn written_text(&self) -> String {
        let text: String = self.written.iter().map(|piece| piece.text.as_str()).collect();
        text.trim().to_owned()
    }

    pub fn spoken_text(&self) -> String {
        self.spoken.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Whether it holds a place of its article.
    pub fn covers(&self, part: Part, span: ByteSpan) -> bool {
        let is_inside = self.span.start <= span.start && span.end <= self.span.end;
        self.part == part && is_inside && self.aside.is_none()
    }
}

/// Title, lead or a block.
pub struct PartView {
    /// "title", "lead", "heading", "paragraph", "list_item" or "quote".
    pub kind: &'static str,
    pub name: String,
    pub text: String,
    pub is_skipped: bool,
    pub lines: Vec<LineView>,
}

/// A sentence to listen to, or (without one) the whole.
pub struct ConcernGroup {
    pub line: Option<usize>,
    pub sentence: Option<String>,
    pub concerns: Vec<ConcernView>,
}

/// Why one should listen.
pub struct ConcernView {
    pub kind: &'static str,
    /// Why, in plain words.
    pub reason: String,
    /// How the machine says it, where that was guessed.
    pub said: Option<String>,
    /// The words in doubt, unless they are the whole sentence.
    pub words: Option<String>,
    pub subject: String,
}

/// A version that can be taken back to.
pub struct VersionView {
    pub number: u32,
    pub text: String,
    pub by: String,
    pub date: String,
    /// It is the one that holds.
    pub is_current: bool,
}

/// A voice that can be chosen.
pub struct VoiceView {
    pub id: String,
    pub label: String,
    pub is_chosen: bool,
}

/// How the reading stands to what is decided.
pub struct ReadingView {
    pub mp3: String,
    /// `mm:ss`
    pub duration: String,
    pub voice: String,
    pub date: String,
}

#[derive(Template)]
#[template(path = "script.html")]
pub struct ScriptPage {
    pub frame: Frame,
    pub id: String,
    pub title: String,
    /// Path of the page that readers see, or would see.
    pub page: String,
    /// Its address at its site.
    pub source: Option<String>,
    pub section: Option<String>,
    /// The version that is shown; 0: nothing was decided.
    pub version: u32,
    pub parts: Vec<PartView>,
    /// The riskiest first.
    pub concerns: Vec<ConcernGroup>,
    pub concern_count: usize,
    pub reading: Option<ReadingView>,
    /// How many sentences are said otherwise now.
    pub stale: usize,
    /// What would be heard now is not what was read.
    pub is_behind: bool,
    /// It is being read, or waits for it, or that failed.
    pub job: Option<JobView>,
    pub voices: Vec<VoiceView>,
    /// Whether the newsroom's intro and outro are heard; `None`: it has none.
    pub jingles: Option<bool>,
    /// Readings that hold in this article: written and spoken.
    pub readings: Vec<(String, String)>,
    /// What is said after a sentence that is not in the text any more: its place in the list, and the words.
    pub lost: Vec<(usize, String)>,
    pub versions: Vec<VersionView>,
    /// Who hears it.
    pub publication: PublicationView,
    /// Where its form leads back to.
    pub back: String,
    /// Since when its site says that it is gone.
    pub gone: Option<String>,
    /// Its site shows another text; true: one that looks like no article.
    pub revision: Option<bool>,
}

#[derive(Template)]
#[template(path = "script_changes.html")]
pub struct ChangesPage {
    pub frame: Frame,
    pub id: String,
    pub title: String,
    pub hash: String,
    /// When the new text was seen.
    pub seen: String,
    pub is_doubtful: bool,
    pub changes: Vec<Change>,
    /// How many of them are changes.
    pub count: usize,
}
