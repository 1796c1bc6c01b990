//! The moderators' desk: queues, and decisions.

use std::collections::HashMap;

use askama::Template as _;
use axum::Json;
use axum::extract::rejection::{FormRejection, JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::{Deserialize, Serialize};

use super::auth::Moderator;
use super::error::WebError;
use super::limits::NO_STORE;
use super::pages::{ModerationItem, ModerationItems, ModerationPage, QueueTab};
use super::texts::texts;
use super::{App, marks, views};
use crate::domain::comment::{CommentState, Decider, Reason};
use crate::domain::ids::{AccountId, CommentId};
use crate::store::{Decided, NewDecision, Order, QueueCounts, QueueName, Queued};

/// How many comments one page of a queue shows.
const PAGE: u32 = 50;

/// How many comments may be decided on by one request.
const DECISIONS_MAX: usize = 500;

/// The longest search, in characters. `templates/moderation.html` says the same to browsers.
const QUERY_CHARS_MAX: usize = 100;

#[derive(Deserialize)]
pub struct QueueQuery {
    #[serde(alias = "state")]
    queue: Option<String>,
    /// `risk`: what the rules speak against most stands first.
    order: Option<String>,
    /// What is searched.
    #[serde(default)]
    q: String,
    /// From 1.
    page: Option<u32>,
}

/// What is asked of a queue, checked.
pub struct Asked {
    pub queue: QueueName,
    order: Order,
    pub query: String,
    page: u32,
}

#[derive(Deserialize)]
pub struct DecisionForm {
    decision: String,
    #[serde(default)]
    reason: String,
    /// The state in which the moderator saw the comment.
    seen: Option<String>,
    #[serde(default)]
    back: String,
}

#[derive(Deserialize)]
pub struct DecisionsJson {
    decisions: Vec<DecisionJson>,
}

#[derive(Deserialize)]
pub struct DecisionJson {
    comment: String,
    decision: String,
    #[serde(default)]
    reason: String,
    seen: Option<String>,
}

#[derive(Serialize)]
struct DecidedJson {
    comment: String,
    /// "done", "meanwhile" (somebody else has decided) or "unknown".
    result: &'static str,
    /// What it is now.
    state: Option<&'static str>,
    /// Who made it so, if not this moderator now.
    by: Option<String>,
}

#[derive(Serialize)]
struct ResultsJson {
    results: Vec<DecidedJson>,
}

#[derive(Serialize)]
struct CountsJson {
    waiting: u64,
    flagged: u64,
    reported: u64,
    unseen: u64,
    approved: u64,
    rejected: u64,
}

/// `GET /moderation?queue=waiting&order=risk&q=…&page=1`
pub async fn list_comments(
    State(app): State<App>,
    Moderator(account): Moderator,
    query: Result<Query<QueueQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let asked = asked(query)?;
    let mut items = items(&app, &asked, PAGE + 1).await?;
    let has_next = items.len() > PAGE as usize;
    items.truncate(PAGE as usize);
    let counts = app.0.store.queue_counts().await?;
    let empties = asked.queue.empties();
    let has_order = empties && asked.queue != QueueName::Reported;
    let shows_at_once = {
        let newsroom = app.newsroom();
        let settings = &newsroom.comments;
        settings.is_shown_at_once() || settings.trusted_after > 0 || counts.unseen > 0
    };
    let is_shown = |queue: &QueueName| *queue != QueueName::Unseen || shows_at_once;
    views::page(&ModerationPage {
        frame: views::frame(Some(&account)),
        queue: asked.queue.name(),
        tabs: QueueName::ALL
            .into_iter()
            .filter(is_shown)
            .map(|queue| tab(queue, &counts))
            .collect(),
        by_risk: asked.order == Order::Risk,
        has_order,
        sheet: sheet_path(&asked),
        previous: (asked.page > 1).then(|| path(&asked, asked.page - 1)),
        // What waits is loaded by the page itself, as it empties; what was found is not.
        next: (has_next && (!empties || !asked.query.is_empty()))
            .then(|| path(&asked, asked.page + 1)),
        query: asked.query,
        items,
        reasons: Reason::ALL.into_iter().map(|r| (r.name(), reason_name(r))).collect(),
    })
}

/// `GET /moderation/items`: the same comments as elements of the list on the page.
pub async fn list_items(
    State(app): State<App>,
    Moderator(_): Moderator,
    query: Result<Query<QueueQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let asked = asked(query)?;
    let items = items(&app, &asked, PAGE).await?;
    let page = ModerationItems { t: texts(), queue: asked.queue.name(), items };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Html(page.render()?)).into_response())
}

/// `GET /moderation/counts`
pub async fn show_counts(
    State(app): State<App>,
    Moderator(_): Moderator,
) -> Result<Response, WebError> {
    let QueueCounts { waiting, flagged, reported, unseen, approved, rejected } =
        app.0.store.queue_counts().await?;
    let counts = CountsJson { waiting, flagged, reported, unseen, approved, rejected };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(counts)).into_response())
}

pub fn asked(query: QueueQuery) -> Result<Asked, WebError> {
    let queue = match query.queue.as_deref() {
        None => QueueName::Waiting,
        Some(name) => QueueName::from_name(name)
            .ok_or_else(|| WebError::new(StatusCode::BAD_REQUEST, "state_unknown"))?,
    };
    let typed = query.q.replace(char::is_control, " ").trim().to_owned();
    if typed.chars().count() > QUERY_CHARS_MAX {
        return Err(WebError::new(StatusCode::BAD_REQUEST, "query_too_long"));
    }
    let order = if query.order.as_deref() == Some("risk") { Order::Risk } else { Order::Oldest };
    Ok(Asked { queue, order, query: typed, page: query.page.unwrap_or(1).max(1) })
}

/// The address of a page of a queue.
fn path(asked: &Asked, page: u32) -> String {
    let page = page.to_string();
    format!("/moderation?{}", query_of(asked).append_pair("page", &page).finish())
}

/// The address of the same comments as a sheet.
fn sheet_path(asked: &Asked) -> String {
    format!("/moderation/export.csv?{}", query_of(asked).finish())
}

fn query_of(asked: &Asked) -> url::form_urlencoded::Serializer<'static, String> {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("queue", asked.queue.name());
    if !asked.query.is_empty() {
        query.append_pair("q", &asked.query);
    }
    query
}

/// How a comment is signed; one whose writer was erased is some reader's.
pub fn author_name(author: &str) -> &str {
    if author.is_empty() { &texts().record.reader } else { author }
}

fn tab(queue: QueueName, counts: &QueueCounts) -> QueueTab {
    let t = &texts().moderation;
    let (text, count) = match queue {
        QueueName::Waiting => (&t.waiting, Some(counts.waiting)),
        QueueName::Flagged => (&t.flagged, Some(counts.flagged)),
        QueueName::Reported => (&t.reported, Some(counts.reported)),
        QueueName::Unseen => (&t.unseen, Some(counts.unseen)),
        QueueName::Approved => (&t.approved, Some(counts.approved)),
        QueueName::Rejected => (&t.rejected, Some(counts.rejected)),
        QueueName::All => (&t.all, None),
    };
    QueueTab { name: queue.name(), text, count }
}

async fn items(app: &App, asked: &Asked, count: u32) -> Result<Vec<ModerationItem>, WebError> {
    let skip = (asked.page - 1).saturating_mul(PAGE);
    let queued = app.0.store.queue(asked.queue, asked.order, &asked.query, skip, count).await?;
    let names = names(app).await?;
    Ok(queued.iter().map(|queued| item(queued, &names)).collect())
}

/// The names of accounts.
pub async fn names(app: &App) -> Result<HashMap<AccountId, String>, WebError> {
    Ok(app.0.store.accounts().await?.into_iter().map(|a| (a.id, a.name)).collect())
}

fn item(queued: &Queued, names: &HashMap<AccountId, String>) -> ModerationItem {
    let (comment, t) = (&queued.comment, &texts().moderation);
    let decided = comment.decision.as_ref().map(|decision| {
        let name = decider_name(names, &decision.by);
        let what = match comment.state {
            CommentState::Waiting => &t.wait,
            CommentState::Approved => &t.approved,
            CommentState::Rejected => &t.rejected,
        };
        let mut decided = format!("{what}: {name}, {}", views::date(decision.at));
        if let Some(reason) = comment.reason {
            decided.push_str(&format!(" ({})", reason_name(reason)));
        }
        decided
    });
    let is_erased = comment.body.is_empty();
    let body = match is_erased {
        true => marks::marked(&texts().record.erased, &[]),
        false => marks::marked(&comment.body, &queued.hits),
    };
    let (approved, rejected) = (queued.approved_before, queued.rejected_before);
    let history = t.history.replace("{approved}", &approved.to_string());
    let mut rules: Vec<String> = queued.hits.iter().map(marks::hit_name).collect();
    rules.sort_unstable();
    rules.dedup();
    ModerationItem {
        id: comment.id.to_string(),
        author: author_name(&comment.author).to_owned(),
        body,
        is_erased,
        date: views::date(comment.created),
        state: comment.state.name(),
        reason: comment.reason.map_or("", Reason::name),
        article_title: queued.article_title.clone(),
        article_page: views::article_path(comment.article),
        rules,
        network: queued.network.clone(),
        history: (approved + rejected > 0)
            .then(|| history.replace("{rejected}", &rejected.to_string())),
        contact: [&queued.email, &queued.identity]
            .into_iter()
            .filter(|known| !known.is_empty())
            .cloned()
            .collect(),
        answered: queued.answered.clone(),
        open: open(queued),
        reported: reported(&queued.reports),
        decided,
    }
}

/// The queues in which an approved comment stands until a moderator decides.
fn open(queued: &Queued) -> String {
    let comment = &queued.comment;
    let is_shown = comment.state == CommentState::Approved;
    let queues = [
        (!queued.reports.is_empty(), QueueName::Reported),
        (comment.decision.is_none(), QueueName::Unseen),
    ];
    let names = queues.into_iter().filter(|(is_in, _)| is_shown && *is_in);
    names.map(|(_, queue)| queue.name()).collect::<Vec<_>>().join(" ")
}

/// "3 báo cáo: Spam (2), Quảng cáo (1)"
fn reported(reports: &[(Reason, u64)]) -> Option<String> {
    let count: u64 = reports.iter().map(|(_, count)| count).sum();
    let one = |(reason, count): &(Reason, u64)| format!("{} ({count})", reason_name(*reason));
    let reasons: Vec<String> = reports.iter().map(one).collect();
    let text = texts().moderation.reports.replace("{count}", &count.to_string());
    (count > 0).then(|| text.replace("{reasons}", &reasons.join(", ")))
}

/// Who decided: the name of the account, or the address of the letter.
fn decider_name<'a>(names: &'a HashMap<AccountId, String>, by: &'a Decider) -> &'a str {
    match by {
        Decider::Account(id) => names.get(id).map_or("?", String::as_str),
        Decider::Mail(address) => address,
    }
}

pub fn reason_name(reason: Reason) -> &'static str {
    texts().reasons.get(reason.name()).map_or("", String::as_str)
}

/// `POST /moderation/comments/{id}`: one decision, from a page without script.
pub async fn update_comment(
    State(app): State<App>,
    Moderator(account): Moderator,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<DecisionForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (Path(comment), Form(form)) = (path?, form?);
    let back = QueueName::from_name(&form.back).unwrap_or(QueueName::Waiting);
    let DecisionForm { decision, reason, seen, .. } = form;
    let new = decision_of(&DecisionJson { comment, decision, reason, seen })?;
    match app.0.store.decide_comments(&[new], &account).await?[..] {
        [Decided::Done] => {}
        [Decided::Meanwhile { .. }] => {
            return Err(WebError::new(StatusCode::CONFLICT, "comment_decided"));
        }
        _ => return Err(WebError::not_found("comment_not_found")),
    }
    Ok(Redirect::to(&format!("/moderation?queue={}", back.name())).into_response())
}

/// `POST /moderation/decisions`: many, each for itself. What became of each is told in the same order.
pub async fn update_comments(
    State(app): State<App>,
    Moderator(account): Moderator,
    body: Result<Json<DecisionsJson>, JsonRejection>,
) -> Result<Response, WebError> {
    let Json(DecisionsJson { decisions }) = body?;
    if decisions.len() > DECISIONS_MAX {
        return Err(WebError::new(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"));
    }
    let new: Vec<NewDecision> = decisions.iter().map(decision_of).collect::<Result<_, _>>()?;
    let decided = app.0.store.decide_comments(&new, &account).await?;
    let names = names(&app).await?;
    let result = |(new, decided): (&NewDecision, Decided)| {
        let (result, state, by) = match decided {
            Decided::Done => ("done", Some(new.state.name()), None),
            Decided::Meanwhile { state, by } => {
                let by = by.map(|by| decider_name(&names, &by).to_owned());
                ("meanwhile", Some(state.name()), by)
            }
            Decided::Unknown | Decided::Used => ("unknown", None, None),
        };
        DecidedJson { comment: new.comment.to_string(), result, state, by }
    };
    let results = new.iter().zip(decided).map(result).collect();
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(ResultsJson { results })).into_response())
}

fn decision_of(sent: &DecisionJson) -> Result<NewDecision, WebError> {
    let comment: CommentId =
        sent.comment.parse().map_err(|_| WebError::not_found("comment_not_found"))?;
    let state = match sent.decision.as_str() {
        "approve" => CommentState::Approved,
        "reject" => CommentState::Rejected,
        // Taking a decision back.
        "wait" => CommentState::Waiting,
        _ => return Err(WebError::bad_request()),
    };
    let reason = match sent.reason.as_str() {
        "" => None,
        name => Some(Reason::from_name(name).ok_or_else(WebError::bad_request)?),
    };
    // A reason belongs to a rejection alone.
    let reason = reason.filter(|_| state == CommentState::Rejected);
    // A state that there is not was not seen, so nothing can be said about it.
    let seen = match sent.seen.as_deref() {
        None | Some("") => None,
        Some(name) => Some(CommentState::from_name(name).ok_or_else(WebError::bad_request)?),
    };
    Ok(NewDecision { comment, state, reason, seen })
}
