//! The pages of the editors' list: one struct for each file in `templates/`.

use askama::Template;

use super::super::account_pages::Said;
use super::super::assets;
use super::super::pages::Frame;
use super::super::texts::Texts;

/// A row of the list as it is shown.
pub struct DeskItem {
    /// What a ticked row sends: "article:" or "job:" and its id.
    pub key: String,
    /// Ids; empty where there is none.
    pub article: String,
    pub job: String,
    pub title: String,
    /// Where an editor works on it.
    pub page: String,
    /// "queued", "running", "done", "warning" or "failed".
    pub state: &'static str,
    /// In plain words: "Đang đọc 12 trên 26 câu".
    pub status: String,
    pub done: u32,
    pub total: Option<u32>,
    /// Nothing more will happen by itself.
    pub is_final: bool,
    /// "Bản nháp", "Hẹn giờ 07:30 30/11", "Đã đăng"…
    pub standing: Option<String>,
    pub is_draft: bool,
    pub is_pinned: bool,
    pub is_outdated: bool,
    pub has_revision: bool,
    pub is_gone: bool,
    /// "3 chỗ cần xem"
    pub doubts: Option<String>,
    /// Length, size, what it took.
    pub facts: Vec<String>,
    pub site: Option<String>,
    pub date: String,
    /// Path of the page that readers see, or would see.
    pub public_page: Option<String>,
    /// Path of the work's own page, where there is no article yet.
    pub work: Option<String>,
}

/// A part of the list beside others.
pub struct DeskTabView {
    pub name: &'static str,
    pub text: &'static str,
    /// "12", or "99+"; `None`: it is not counted.
    pub count: Option<String>,
}

/// What was typed into the forms that add articles, when something in it was refused.
#[derive(Default)]
pub struct AddForms {
    pub urls: String,
    pub title: String,
    pub text: String,
    /// "text" or "file": which of the closed ones is open.
    pub open: &'static str,
    pub error: Option<String>,
}

/// The way back from what was done to several articles.
pub struct Undo {
    pub action: &'static str,
    /// As a ticked row sends them.
    pub keys: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk.html")]
pub struct DeskPage {
    pub frame: Frame,
    pub tab: &'static str,
    pub tabs: Vec<DeskTabView>,
    /// What is searched; empty: the tab is shown.
    pub query: String,
    pub items: Vec<DeskItem>,
    pub add: AddForms,
    pub said: Option<Said>,
    pub undo: Option<Undo>,
    /// The first page.
    pub is_front: bool,
    /// What forms lead back to: the query of this page.
    pub back: String,
    /// The address of the first page, and of the next.
    pub newest: Option<String>,
    pub older: Option<String>,
    /// The moment from which changes are told.
    pub since: i64,
    /// What the voice is, when it is only the embedded one.
    pub voice_notice: Option<String>,
}

/// Rows of the list, for the page that is open.
#[derive(Template)]
#[template(path = "desk_rows.html")]
pub struct DeskRows {
    pub t: &'static Texts,
    pub items: Vec<DeskItem>,
}

/// The form that publishes one article: what `publication` in `desk_list_parts.html` takes.
pub struct PublicationView {
    pub article: String,
    pub is_draft: bool,
    pub is_pinned: bool,
    /// "Bản nháp", "Hẹn giờ 07:30 30/11", "Đã đăng"…
    pub standing: String,
    /// What the field of the time holds: the time that is set, or nothing.
    pub publish_at: String,
    /// The earliest time that it takes.
    pub earliest: String,
    /// Why a time was refused.
    pub error: Option<String>,
}
