//! The shapes in which pages and JSON show the domain's nouns.

use askama::Template;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

use super::App;
use super::error::{WebError, failure_message, message};
use super::pages::{
    CommentView, ErrorPage, Frame, JobView, NewsItem, PlayerView, Sentence, TextBlock, Warning,
};
use super::texts::texts;
use crate::domain::account::{Account, Role};
use crate::domain::article::{Article, Block, Part};
use crate::domain::comment::Comment;
use crate::domain::ids::{ArticleId, NarrationId};
use crate::domain::job::{Job, JobState};
use crate::domain::note::{Note, NoteKind};
use crate::domain::thread::Thread;
use crate::domain::units::Timestamp;
use crate::store::{Heard, Line, StoredArticle, StoredNarration};

/// A finished page.
pub fn page(template: &impl Template) -> Result<Response, WebError> {
    Ok(Html(template.render()?).into_response())
}

pub fn frame(account: Option<&Account>) -> Frame {
    let has = |role| account.is_some_and(|account| account.has(role));
    Frame {
        t: texts(),
        account: account.map(|account| account.name.clone()),
        is_editor: has(Role::Editor),
        is_moderator: has(Role::Moderator),
        is_administrator: has(Role::Administrator),
    }
}

/// An error as a page, for people, with the policy of the page that they asked for.
pub fn error_page(
    error: &WebError,
    policy: HeaderValue,
    account: Option<&Account>,
    is_desk: bool,
) -> Response {
    let shown = page(&ErrorPage {
        frame: frame(account),
        is_desk: is_desk && account.is_some(),
        status: error.status.as_u16(),
        message: error.message.clone(),
    });
    let mut response = shown.unwrap_or_else(|_| message("internal", &[]).into_response());
    *response.status_mut() = error.status;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, super::limits::NO_STORE);
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// The login page that leads back to `next`.
pub fn login_path(next: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/login?next={encoded}")
}

/// `dd/mm/yyyy HH:MM` in Vietnam.
pub fn date(at: Timestamp) -> String {
    at.date_and_time()
}

pub fn article_path(id: ArticleId) -> String {
    format!("/articles/{id}")
}

pub fn mp3_path(id: NarrationId) -> String {
    format!("/audio/{id}.mp3")
}

/// The cues of that very narration: a page that is open keeps its own when the text is corrected.
pub fn cues_path(id: ArticleId, narration: NarrationId) -> String {
    format!("/articles/{id}/cues.json?narration={narration}")
}

pub fn transcript_path(id: ArticleId) -> String {
    format!("/articles/{id}/transcript.vtt")
}

/// The sound of an article, whether it is finished or not.
pub fn listen_path(id: ArticleId) -> String {
    format!("/articles/{id}/listen.mp3")
}

/// The player of an article that is still being read: nobody knows how long it will be.
pub fn player_at_once(article: &StoredArticle) -> PlayerView {
    PlayerView {
        article_id: article.id.to_string(),
        mp3: listen_path(article.id),
        cues: None,
        duration_ms: 0,
        duration: None,
        voice_label: String::new(),
        voices: String::new(),
        is_outdated: false,
        title: article.article.title.clone(),
    }
}

/// `voices` are its readings by other voices too, as the player takes them.
pub fn player(
    app: &App,
    article: &StoredArticle,
    narration: &StoredNarration,
    voices: String,
) -> PlayerView {
    let length = narration.length.millis(narration.rate);
    PlayerView {
        article_id: article.id.to_string(),
        mp3: mp3_path(narration.id),
        cues: Some(cues_path(article.id, narration.id)),
        duration_ms: length.0,
        duration: Some(length.clock()),
        voice_label: app.voice_label(&narration.voice),
        voices,
        is_outdated: article.is_outdated,
        title: article.article.title.clone(),
    }
}

/// What a player keeps in its queue (`static/player/queue.js`).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct QueueItem<'a> {
    key: String,
    heading: &'a str,
    page: String,
    src: String,
    duration_ms: u64,
    label: String,
    cues: String,
}

impl QueueItem<'_> {
    fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whether `lines` read the very text that the article has now.
pub fn is_read_by(article: &Article, lines: &[Line]) -> bool {
    article.parts().all(|(part, text)| {
        let read = lines.iter().filter(|line| line.part == part);
        read.map(|line| line.written.as_str()).collect::<String>() == text
    })
}

/// A row of "Tin mới".
pub fn heard_item(app: &App, heard: &Heard) -> NewsItem {
    let item = QueueItem {
        key: heard.article.to_string(),
        heading: &heard.title,
        page: article_path(heard.article),
        src: mp3_path(heard.narration),
        duration_ms: heard.length.0,
        label: app.voice_label(&heard.voice),
        cues: cues_path(heard.article, heard.narration),
    };
    NewsItem {
        page: article_path(heard.article),
        title: heard.title.clone(),
        lead: heard.lead.clone(),
        site: heard.site.clone(),
        date: heard.published.map(date),
        duration: heard.length.clock(),
        item: item.json(),
        is_pinned: false,
    }
}

/// The sentences of one part of an article, each with its cue when `lines` read that very text.
pub fn sentences(article: &Article, lines: &[Line], part: Part) -> Vec<Sentence> {
    let text = article.parts().find(|(at, _)| *at == part).map_or("", |(_, text)| text);
    let lines: Vec<_> = lines.iter().enumerate().filter(|(_, line)| line.part == part).collect();
    let tiled: String = lines.iter().map(|(_, line)| line.written.as_str()).collect();
    if lines.is_empty() || tiled != text {
        // Not this text: show it whole rather than highlight the wrong words.
        return vec![Sentence { cue: None, text: text.to_owned() }];
    }
    let sentence = |(index, line): (usize, &Line)| Sentence {
        cue: (line.end > line.start).then_some(index),
        text: line.written.trim().to_owned(),
    };
    lines.into_iter().map(sentence).collect()
}

pub fn text_blocks(article: &Article, lines: &[Line]) -> Vec<TextBlock> {
    let block = |(index, block): (usize, &Block)| TextBlock {
        kind: block.kind.name(),
        sentences: sentences(article, lines, Part::Block(index)),
    };
    article.blocks.iter().enumerate().map(block).collect()
}

pub fn comment(comment: &Comment) -> CommentView {
    CommentView {
        id: comment.id.to_string(),
        author: comment.author.clone(),
        body: calm(&comment.body),
        date: date(comment.created),
        created: comment.created.rfc3339(),
        likes: comment.likes,
        replies: Vec::new(),
        replies_total: 0,
    }
}

/// A text without more than one empty line at a place: nobody shall have the page to himself.
fn calm(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let is_empty = line.trim().is_empty();
        if !(is_empty && lines.last().is_some_and(|last| last.is_empty())) {
            lines.push(if is_empty { "" } else { line });
        }
    }
    lines.join("\n")
}

/// A comment with the replies to it.
pub fn thread(thread: &Thread) -> CommentView {
    CommentView {
        replies: thread.replies.iter().map(comment).collect(),
        replies_total: thread.replies_total,
        ..comment(&thread.comment)
    }
}

/// A job as programs see it.
#[derive(Serialize)]
pub struct JobJson {
    id: String,
    state: &'static str,
    /// In plain Vietnamese words.
    status: String,
    /// Sentences spoken.
    done: u32,
    total: Option<u32>,
    article: Option<String>,
    narration: Option<String>,
    /// Path of the article's page.
    page: Option<String>,
    error: Option<ErrorJson>,
}

#[derive(Serialize)]
pub struct ErrorJson {
    code: String,
    message: String,
}

pub fn job_json(job: &Job) -> JobJson {
    let failed = job.failure.as_ref().filter(|_| job.state == JobState::Failed);
    JobJson {
        id: job.id.to_string(),
        state: job.state.name(),
        status: job_status(job),
        done: job.progress.done,
        total: job.progress.total,
        article: job.article.map(|id| id.to_string()),
        narration: job.narration.map(|id| id.to_string()),
        page: job.article.map(article_path),
        error: failed.map(|failure| ErrorJson {
            code: failure.code.clone(),
            message: failure_message(failure),
        }),
    }
}

/// `unread` sentences could not be read by the voice that was wanted.
pub fn job_view(job: &Job, unread: usize) -> JobView {
    JobView {
        id: job.id.to_string(),
        source: job.label.clone(),
        state: job.state.name(),
        status: match unread {
            0 => job_status(job),
            count => texts().jobs.done_with_warnings.replace("{count}", &count.to_string()),
        },
        has_warnings: unread > 0,
        done: job.progress.done,
        total: job.progress.total,
        is_final: job.state.is_final(),
        page: job.article.map(article_path),
        date: date(job.created),
    }
}

/// A sentence that the voice could not read, and what was done instead.
pub fn warning(note: &Note, lines: &[Line]) -> Warning {
    let t = &texts().desk;
    let text = match note.kind {
        NoteKind::StandIn => &t.warning_stand_in,
        _ => &t.warning_left_out,
    };
    let line = lines.iter().find(|line| note.place == Some((line.part, line.span)));
    let sentence = line.map(|line| line.written.trim().to_owned()).unwrap_or_default();
    Warning { text: text.clone(), sentence }
}

/// "Đang đọc 12 trên 26 câu"
pub fn job_status(job: &Job) -> String {
    let t = &texts().jobs;
    let why = |text: &str| {
        let why = job.failure.as_ref().map(failure_message).unwrap_or_default();
        text.replace("{why}", &why)
    };
    match job.state {
        JobState::Queued if job.failure.is_some() => why(&t.retrying),
        JobState::Queued => t.queued.clone(),
        JobState::Running => match job.progress.total {
            Some(total) if job.progress.done >= total => t.finishing.clone(),
            Some(total) => t
                .running
                .replace("{done}", &job.progress.done.to_string())
                .replace("{total}", &total.to_string()),
            None => t.running_fetch.clone(),
        },
        JobState::Done => t.done.clone(),
        JobState::Failed => why(&t.failed),
    }
}

/// A JSON answer that may be asked for again and again.
pub fn fresh(response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
