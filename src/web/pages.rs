//! The server-rendered pages: one struct for each file in `templates/`.

use askama::Template;

use super::assets;
use super::chart::Chart;
use super::desk::pages::PublicationView;
use super::metadata::Metadata;
use super::queue::{CorrectedView, QueueView};
use super::records::RecordWords;
use super::texts::Texts;

/// What every page needs: texts, and who is looking.
pub struct Frame {
    pub t: &'static Texts,
    /// The name of the account that is logged in.
    pub account: Option<String>,
    pub is_editor: bool,
    pub is_moderator: bool,
    pub is_administrator: bool,
}

/// One row of "Tin mới".
pub struct NewsItem {
    /// Path of the article's page.
    pub page: String,
    pub title: String,
    pub lead: Option<String>,
    pub site: Option<String>,
    /// `dd/mm/yyyy HH:MM`, Asia/Ho_Chi_Minh.
    pub date: Option<String>,
    /// `mm:ss`
    pub duration: String,
    /// What a player keeps of it, as JSON.
    pub item: String,
    /// An editor wants it to stand above the others.
    pub is_pinned: bool,
}

/// What the player is told by attributes, so that it needs no request before play.
pub struct PlayerView {
    pub article_id: String,
    pub mp3: String,
    /// `None` while it is still being read.
    pub cues: Option<String>,
    /// 0 when nobody knows it yet.
    pub duration_ms: u64,
    /// `mm:ss`
    pub duration: Option<String>,
    /// "Giọng nữ"; empty when nobody knows it yet.
    pub voice_label: String,
    /// JSON; empty unless it can be heard in several voices.
    pub voices: String,
    /// The text is newer than the reading.
    pub is_outdated: bool,
    pub title: String,
}

/// One piece of the article's text, made of sentences that can be highlighted.
pub struct TextBlock {
    /// "heading", "paragraph", "list_item" or "quote".
    pub kind: &'static str,
    pub sentences: Vec<Sentence>,
}

/// A sentence as written; `cue` is its index in cues.json, if it is spoken.
pub struct Sentence {
    pub cue: Option<usize>,
    pub text: String,
}

/// An approved comment.
pub struct CommentView {
    pub id: String,
    pub author: String,
    pub body: String,
    /// `dd/mm/yyyy HH:MM`
    pub date: String,
    /// RFC 3339
    pub created: String,
    pub likes: u64,
    /// The oldest first; `replies_total` when there are more.
    pub replies: Vec<CommentView>,
    pub replies_total: u64,
}

/// The comment box: what it starts with.
pub struct CommentBox {
    pub article_id: String,
    pub comments: Vec<CommentView>,
    /// How many there are without the replies, and with them.
    pub threads: u64,
    pub total: u64,
    /// What the box offers, for the script: names apart by a space.
    pub features: String,
    pub name_required: bool,
    pub has_email: bool,
    pub is_shown_at_once: bool,
    pub challenge: String,
    /// After a form was sent without script: what to say and what had been typed.
    pub message: Option<String>,
    pub is_error: bool,
    pub typed_author: String,
    pub typed_email: String,
    pub typed_body: String,
    /// "Bạn còn 500/500 ký tự", before a script counts along.
    pub counter: String,
}

/// A job as pages show it.
pub struct JobView {
    pub id: String,
    /// The address, or the title of a text handed over.
    pub source: String,
    /// "queued", "running", "done" or "failed".
    pub state: &'static str,
    /// In plain words: "Đang đọc 12 trên 26 câu".
    pub status: String,
    pub done: u32,
    pub total: Option<u32>,
    /// An editor should look at it although it is done.
    pub has_warnings: bool,
    /// Nothing more will happen by itself.
    pub is_final: bool,
    /// Path of the article's page, once there is one.
    pub page: Option<String>,
    pub date: String,
}

/// A sentence that the voice could not read.
pub struct Warning {
    /// What was done instead.
    pub text: String,
    pub sentence: String,
}

/// A comment in the moderators' queue.
pub struct ModerationItem {
    pub id: String,
    pub author: String,
    pub body: Vec<Piece>,
    /// Its words are gone: nothing is left to decide on.
    pub is_erased: bool,
    pub date: String,
    pub state: &'static str,
    /// The name of the reason for which it is rejected; empty when there is none.
    pub reason: &'static str,
    pub article_title: String,
    pub article_page: String,
    /// What the rules found, each once.
    pub rules: Vec<String>,
    /// The sender's network, empty when it is not known, and what became of others from there.
    pub network: String,
    pub history: Option<String>,
    /// What only moderators see of the writer: e-mail, and who the newspaper's login says it is.
    pub contact: Vec<String>,
    /// Whom it answers and what that says.
    pub answered: Option<(String, String)>,
    /// The queues beside its state in which it stands, apart by a space: "reported", "unseen".
    pub open: String,
    /// "2 báo cáo: Spam (2)"
    pub reported: Option<String>,
    /// Who decided, when and why, once somebody did.
    pub decided: Option<String>,
}

/// A part of a comment's words, and why it is marked.
pub struct Piece {
    pub text: String,
    pub why: Option<String>,
}

#[derive(Template)]
#[template(path = "home.html")]
pub struct HomePage {
    pub frame: Frame,
    pub news: Vec<NewsItem>,
    /// The newest unfinished job when there is no news yet.
    pub job: Option<JobView>,
    /// What was searched; empty: everything is shown.
    pub query: String,
    /// The first page of everything.
    pub is_front: bool,
    /// There are pages, but this one lies behind the last.
    pub is_beyond: bool,
    /// Paths of the pages before and after.
    pub previous: Option<String>,
    pub next: Option<String>,
}

#[derive(Template)]
#[template(path = "article.html")]
pub struct ArticlePage {
    pub frame: Frame,
    pub meta: Metadata,
    /// Its own, here.
    pub path: String,
    pub title: String,
    pub lead: Vec<Sentence>,
    pub title_sentences: Vec<Sentence>,
    pub author: Option<String>,
    pub date: Option<String>,
    pub site: Option<String>,
    /// The article's own address at its paper (only http and https get here).
    pub source_url: Option<String>,
    pub player: Option<PlayerView>,
    pub blocks: Vec<TextBlock>,
    pub comment_box: CommentBox,
    /// How it is published, while it is a draft that only editors see.
    pub draft: Option<PublicationView>,
    pub news: Vec<NewsItem>,
}

#[derive(Template)]
#[template(path = "embed.html")]
pub struct EmbedPage {
    pub t: &'static Texts,
    pub title: String,
    pub page: String,
    pub player: Option<PlayerView>,
    /// Shown on request (`?comments=1`).
    pub comment_box: Option<CommentBox>,
}

#[derive(Template)]
#[template(path = "job.html")]
pub struct JobPage {
    pub frame: Frame,
    pub job: JobView,
    pub player: Option<PlayerView>,
    pub warnings: Vec<Warning>,
    /// Path of the page that says how much the article is listened to.
    pub listening: Option<String>,
}

/// How much was listened to, in words.
pub struct ListensView {
    pub plays: String,
    /// "1 giờ 5 phút"
    pub time: String,
    pub completions: String,
    /// "67%"
    pub rate: String,
}

/// What was listened to on one day.
pub struct DayView {
    /// `dd/mm/yyyy`
    pub day: String,
    pub listens: ListensView,
}

/// The days of a period: two charts, and the same as a table.
pub struct DaysView {
    pub plays: Chart,
    pub time: Chart,
    pub total: ListensView,
    /// The newest first.
    pub days: Vec<DayView>,
}

/// An article of those that were heard most.
pub struct HeardView {
    pub title: String,
    /// Path of its own numbers.
    pub numbers: String,
    pub listens: ListensView,
    pub days: Chart,
}

#[derive(Template)]
#[template(path = "listening.html")]
pub struct ListeningPage {
    pub frame: Frame,
    pub lead: String,
    /// `None` when nobody listened.
    pub days: Option<DaysView>,
    pub articles: Vec<HeardView>,
    pub queue: Option<QueueView>,
    pub corrected: Vec<CorrectedView>,
}

#[derive(Template)]
#[template(path = "listening_article.html")]
pub struct ArticleListeningPage {
    pub frame: Frame,
    pub title: String,
    /// Path of the article's page.
    pub page: String,
    pub lead: String,
    /// `None` when nobody listened.
    pub days: Option<DaysView>,
    /// What was ever listened to.
    pub altogether: ListensView,
}

#[derive(Template)]
#[template(path = "moderation.html")]
pub struct ModerationPage {
    pub frame: Frame,
    /// Which queue is open.
    pub queue: &'static str,
    pub tabs: Vec<QueueTab>,
    /// What waits stands in the order of its risk, not of its time.
    pub by_risk: bool,
    /// Whether the order can be chosen.
    pub has_order: bool,
    /// What is searched; empty: everything.
    pub query: String,
    pub items: Vec<ModerationItem>,
    /// The address of the same as a sheet.
    pub sheet: String,
    /// The addresses of the pages before and after, of queues that do not empty.
    pub previous: Option<String>,
    pub next: Option<String>,
    pub reasons: Vec<(&'static str, &'static str)>,
}

/// A queue beside others.
pub struct QueueTab {
    pub name: &'static str,
    pub text: &'static str,
    /// `None`: it is not counted.
    pub count: Option<u64>,
}

/// More of a queue, for the list on the page.
#[derive(Template)]
#[template(path = "moderation_items.html")]
pub struct ModerationItems {
    pub t: &'static Texts,
    pub queue: &'static str,
    pub items: Vec<ModerationItem>,
}

/// The networks that may not comment.
#[derive(Template)]
#[template(path = "networks.html")]
pub struct NetworksPage {
    pub frame: Frame,
    pub networks: Vec<NetworkItem>,
}

pub struct NetworkItem {
    pub network: String,
    /// Who blocked it, and when.
    pub blocked: String,
}

/// What a link in a letter would decide, or has decided.
#[derive(Template)]
#[template(path = "letter.html")]
pub struct LetterPage {
    pub frame: Frame,
    pub heading: &'static str,
    pub lead: String,
    pub article_title: String,
    pub article_page: String,
    pub author: String,
    pub date: String,
    pub body: String,
    /// `None` when it is done.
    pub button: Option<&'static String>,
}

/// The log on the screen, newest first.
#[derive(Template)]
#[template(path = "log.html")]
pub struct LogPage {
    pub frame: Frame,
    pub filter: LogFilterView,
    pub count: String,
    pub records: Vec<RecordWords>,
    pub print: String,
    pub newest: Option<String>,
    pub older: Option<String>,
}

/// The log on paper, oldest first.
#[derive(Template)]
#[template(path = "log_print.html")]
pub struct LogPrint {
    pub frame: Frame,
    pub paper: String,
    pub filter: LogFilterView,
    pub period: String,
    pub count: u64,
    pub last_hash: String,
    pub made: String,
    /// Why it cannot be printed; `None`: it can.
    pub refused: Option<String>,
    pub records: Vec<RecordWords>,
    /// The same on the screen.
    pub back: String,
}

/// What was asked of the log, as it was typed.
pub struct LogFilterView {
    pub from: String,
    pub to: String,
    pub comment: String,
    pub article: String,
}

/// Whose data is to be erased.
#[derive(Template)]
#[template(path = "erase.html")]
pub struct ErasePage {
    pub frame: Frame,
    pub query: String,
    pub items: Vec<EraseItem>,
    /// More than can be shown were found.
    pub more: Option<String>,
    pub done: Option<String>,
    /// Something is still in the files.
    pub is_left: bool,
}

/// What will be erased, before it is.
#[derive(Template)]
#[template(path = "erase_confirm.html")]
pub struct EraseConfirmPage {
    pub frame: Frame,
    pub query: String,
    pub reason: String,
    pub heading: String,
    pub items: Vec<EraseItem>,
}

pub struct EraseItem {
    pub id: String,
    pub author: String,
    pub body: String,
    pub date: String,
    pub state: &'static str,
    pub article_title: String,
    pub article_page: String,
    pub email: String,
    pub identity: String,
    pub network: String,
}

#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    pub frame: Frame,
    /// The way back is to the editors' list.
    pub is_desk: bool,
    pub status: u16,
    pub message: String,
}

/// The HTML that an oEmbed consumer puts into its page.
#[derive(Template)]
#[template(path = "oembed.html")]
pub struct OembedFrame<'a> {
    pub origin: &'a str,
    pub article_id: String,
    pub width: u32,
    pub height: u32,
    pub title: &'a str,
}
