//! Readers' comments: the approved ones, and new ones.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::challenge::{BadChallenge, is_proven};
use super::client::Client;
use super::error::WebError;
use super::limits::header_text;
use super::pages::CommentView;
use super::reader::Reader;
use super::texts::texts;
use super::{App, limits, views};
use crate::config::CommentsConfig;
use crate::domain::comment::{
    CommentAuthor, CommentBody, CommentEmail, CommentState, NewComment, Publishing, SubmissionKey,
};
use crate::domain::identity::Identity;
use crate::domain::ids::{ArticleId, CommentId};
use crate::domain::rule::{Hit, Rule};
use crate::domain::thread::ThreadOrder;
use crate::moderate;
use crate::store::{REPLIES_PER_PAGE, Submitted, now};

const PER_PAGE: u32 = 20;

/// Where the list does not come in pages: more than anybody reads.
const ALL_MAX: u32 = 1_000;

/// Sending twice with the same one makes one comment (draft-ietf-httpapi-idempotency-key-header).
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

#[derive(Deserialize)]
pub struct ListQuery {
    page: Option<u32>,
    /// "newest" or "liked".
    order: Option<String>,
    /// Only the replies to this comment.
    parent: Option<String>,
}

#[derive(Serialize)]
struct CommentsJson {
    comments: Vec<CommentJson>,
    /// With the replies.
    total: u64,
    page: u32,
    pages: u64,
    /// What the box offers.
    features: String,
}

/// A comment as readers' programs see it. The texts are plain, not HTML.
#[derive(Serialize)]
struct CommentJson {
    id: String,
    author: String,
    body: String,
    created: String,
    likes: u64,
    /// The oldest first.
    replies: Vec<CommentJson>,
    /// How many there are; further ones come by `?parent=`.
    replies_total: u64,
}

#[derive(Serialize)]
struct AcceptedJson {
    id: String,
    state: &'static str,
    message: String,
}

/// What a reader sends, by script or by a plain form.
#[derive(Deserialize)]
pub struct SentComment {
    #[serde(default)]
    pub author: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
    #[serde(default)]
    pub body: String,
    /// The comment that it answers.
    #[serde(default)]
    pub parent: Option<String>,
    /// Made up by the browser for this one submission; so is the header `Idempotency-Key`.
    #[serde(default)]
    pub key: Option<String>,
    /// A field that people do not see: whoever fills it in is a program.
    #[serde(default)]
    pub website: Option<String>,
    /// What `GET /api/challenge` asked, and the answer.
    #[serde(default)]
    pub challenge: Option<String>,
    #[serde(default)]
    pub proof: Option<String>,
}

/// A comment that was kept.
pub struct Accepted {
    pub id: CommentId,
    /// Whether readers see it already.
    pub is_shown: bool,
}

/// What is known about how a comment was sent.
#[derive(Default)]
struct Sending {
    /// For the store: it is good for one comment.
    challenge: Option<String>,
    is_proven: bool,
    is_too_fast: bool,
}

/// `GET /api/articles/{id}/comments?page=1&order=newest`, and `?parent=…` for further replies.
pub async fn list_comments(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<ListQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Query(query)) = (path?, query?);
    let article = known(&app, &id).await?;
    let page = query.page.unwrap_or(1).max(1);
    let order = match query.order.as_deref() {
        None => ThreadOrder::default(),
        Some(name) => ThreadOrder::from_name(name).ok_or_else(WebError::bad_request)?,
    };
    let newsroom = app.newsroom();
    let per_page = per_page(&newsroom.comments);
    let (comments, total, pages) = match query.parent {
        Some(parent) => {
            let parent = parent_id(&parent)?;
            let replies = app.0.store.replies(article, parent, page).await?;
            let is_full = replies.len() == REPLIES_PER_PAGE as usize;
            let pages = u64::from(page) + u64::from(is_full);
            let replies: Vec<CommentView> = replies.iter().map(views::comment).collect();
            (replies, 0, pages)
        }
        None => {
            let talk = app.0.store.talk(article, order, page, per_page).await?;
            let pages = talk.threads_total.div_ceil(u64::from(per_page));
            let threads = talk.threads.iter().map(views::thread).collect();
            (threads, talk.comments_total, pages)
        }
    };
    Ok(views::fresh(Json(CommentsJson {
        comments: comments.into_iter().map(comment_json).collect(),
        total,
        page,
        pages,
        features: features(&newsroom.comments),
    })))
}

fn comment_json(view: CommentView) -> CommentJson {
    CommentJson {
        id: view.id,
        author: view.author,
        body: view.body,
        created: view.created,
        likes: view.likes,
        replies: view.replies.into_iter().map(comment_json).collect(),
        replies_total: view.replies_total,
    }
}

/// How many comments one page has.
pub fn per_page(settings: &CommentsConfig) -> u32 {
    if settings.paging { PER_PAGE } else { ALL_MAX }
}

/// What the box offers, as names apart by a space: for the element.
pub fn features(settings: &CommentsConfig) -> String {
    let offered = [
        (settings.name_required, "name"),
        (settings.email, "email"),
        (settings.replies, "replies"),
        (settings.likes, "likes"),
        (settings.reports, "reports"),
        (settings.sorting, "sorting"),
        (settings.is_shown_at_once(), "at_once"),
    ];
    let names = offered.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name);
    names.collect::<Vec<_>>().join(" ")
}

/// `POST /api/articles/{id}/comments`: 202; it waits for a moderator, or is shown at once where the
/// newsroom has it so.
pub async fn create_comment(
    State(app): State<App>,
    Client(network): Client,
    reader: Reader,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Result<Json<SentComment>, JsonRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Json(mut new)) = (path?, body?);
    if let Some(key) = header_text(&headers, IDEMPOTENCY_KEY) {
        new.key = Some(key.to_owned());
    }
    let article = known(&app, &id).await?;
    let sending = sending(&app, &new)?;
    let accepted = accept(&app, network, reader, article, &new, sending).await?;
    let state = if accepted.is_shown { CommentState::Approved } else { CommentState::Waiting };
    let accepted = AcceptedJson {
        id: accepted.id.to_string(),
        state: state.name(),
        message: accepted_message(&accepted).to_owned(),
    };
    let no_store = [(header::CACHE_CONTROL, limits::NO_STORE)];
    Ok((StatusCode::ACCEPTED, no_store, Json(accepted)).into_response())
}

/// What a reader is told who has sent a comment. That a rule rejected it is nobody's business who means ill.
pub fn accepted_message(accepted: &Accepted) -> &'static str {
    let t = &texts().comment_box;
    if accepted.is_shown { &t.published } else { &t.accepted }
}

/// The article of that id, if readers may know of it, or 404.
async fn known(app: &App, id: &str) -> Result<ArticleId, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    if app.0.store.is_public(id).await? { Ok(id) } else { Err(missing()) }
}

fn parent_id(sent: &str) -> Result<CommentId, WebError> {
    sent.parse().map_err(|_| WebError::new(StatusCode::UNPROCESSABLE_ENTITY, "parent_gone"))
}

/// What the challenge tells, if one came. One that is not ours, or too old, is refused: the browser gets
/// another and tries again.
fn sending(app: &App, new: &SentComment) -> Result<Sending, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.comments;
    let Some(challenge) = new.challenge.as_deref().filter(|sent| !sent.is_empty()) else {
        // Where no work is asked for nobody has to do any.
        return Ok(Sending { is_proven: settings.proof_of_work_bits == 0, ..Sending::default() });
    };
    let age = app.0.challenges.age(challenge, now()).map_err(|bad| {
        let code = match bad {
            BadChallenge::Forged => "challenge_invalid",
            BadChallenge::Expired => "challenge_expired",
        };
        WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code)
    })?;
    let proof = new.proof.as_deref().unwrap_or_default();
    Ok(Sending {
        challenge: Some(challenge.to_owned()),
        is_proven: is_proven(challenge, proof, settings.proof_of_work_bits),
        is_too_fast: is_too_fast(settings, age),
    })
}

/// Whether a person could not have written anything in so many milliseconds.
fn is_too_fast(settings: &CommentsConfig, age: i64) -> bool {
    age < i64::from(settings.min_seconds) * 1000
}

/// Keeps what came from a form without script. It does no work, so that its challenge tells the time alone;
/// that stands in the page, and going back to the page sends it again.
pub async fn accept_form(
    app: &App,
    network: String,
    article: ArticleId,
    new: &SentComment,
) -> Result<Accepted, WebError> {
    let age = app.0.challenges.age(new.challenge.as_deref().unwrap_or_default(), now());
    let is_too_fast = age.is_ok_and(|age| is_too_fast(&app.newsroom().comments, age));
    let sending = Sending { is_too_fast, ..Sending::default() };
    // A form carries no token.
    accept(app, network, Reader(None), article, new, sending).await
}

/// What the rules find in what was sent. What is found in the name has no place in the text.
fn hits(
    app: &App,
    new: &SentComment,
    sending: &Sending,
    author: &CommentAuthor,
    body: &CommentBody,
) -> Vec<Hit> {
    let newsroom = app.newsroom();
    let examiner = &newsroom.examiner;
    let mut hits = examiner.examine(body.as_str());
    let in_name = examiner.examine(author.as_str());
    hits.extend(in_name.into_iter().map(|hit| Hit { span: 0..0, ..hit }));
    if new.website.as_deref().is_some_and(|filled| !filled.is_empty()) {
        hits.push(Hit::new(Rule::Honeypot, 0..0));
    }
    if sending.is_too_fast {
        hits.push(Hit::new(Rule::TooFast, 0..0));
    }
    hits
}

/// Who signs: the name that somebody vouches for before the one that was typed; without either
/// that of all readers.
fn author(
    settings: &CommentsConfig,
    new: &SentComment,
    identity: Option<&Identity>,
) -> Result<CommentAuthor, WebError> {
    let verified = identity.and_then(|known| known.name.as_deref());
    if let Some(Ok(author)) = verified.map(CommentAuthor::shortened) {
        return Ok(author);
    }
    let typed = new.author.as_deref().unwrap_or("");
    // Whoever is vouched for is somebody, also without a name.
    if typed.trim().is_empty() && (!settings.name_required || identity.is_some()) {
        return Ok(CommentAuthor::new(&texts().comment_box.anonymous)?);
    }
    Ok(CommentAuthor::new(typed)?)
}

/// Whether it may be shown before a moderator has seen it.
fn publishing(settings: &CommentsConfig, sending: &Sending) -> Publishing {
    match settings.trusted_after {
        _ if !sending.is_proven => Publishing::Held,
        _ if settings.is_shown_at_once() => Publishing::AtOnce,
        0 => Publishing::Held,
        approved_min => Publishing::Trusted { approved_min },
    }
}

async fn accept(
    app: &App,
    network: String,
    reader: Reader,
    article: ArticleId,
    new: &SentComment,
    sending: Sending,
) -> Result<Accepted, WebError> {
    let newsroom = app.newsroom();
    let settings = &newsroom.comments;
    let identity = reader.who_may_comment(app.0.settings.readers.required)?;
    let body = CommentBody::new(&new.body)?;
    let author = author(settings, new, identity.as_ref())?;
    let typed_email = match new.email.as_deref() {
        Some(typed) if settings.email => CommentEmail::new(typed)?,
        _ => None,
    };
    let known_email = || {
        let known = identity.as_ref()?.email.as_deref()?;
        CommentEmail::new(known).ok().flatten()
    };
    let email = typed_email.or_else(known_email);
    let parent = match new.parent.as_deref() {
        Some(parent) if settings.replies => Some(parent_id(parent)?),
        Some(_) => return Err(WebError::new(StatusCode::FORBIDDEN, "switched_off")),
        None => None,
    };
    let key = match new.key.as_deref() {
        None | Some("") => None,
        Some(key) => Some(SubmissionKey::new(key).ok_or_else(WebError::bad_request)?),
    };
    // Only what would be kept counts: a typing error does not use up anybody's turn.
    if !app.0.comment_limit.allows(&network) || !app.0.article_limit.allows(&article.to_string()) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    let comment = NewComment {
        article,
        key,
        network,
        hits: hits(app, new, &sending, &author, &body),
        author,
        fingerprint: moderate::fingerprint(body.as_str()),
        body,
        rejecting: app.0.settings.rejecting.clone(),
        parent,
        email,
        identity: identity.map_or_else(String::new, |known| known.subject.as_str().to_owned()),
        publishing: publishing(settings, &sending),
        challenge: sending.challenge,
    };
    let refused = |code| Err(WebError::new(StatusCode::UNPROCESSABLE_ENTITY, code));
    match app.0.store.add_comment(comment).await? {
        Submitted::New(id, state) | Submitted::Again(id, state) => {
            Ok(Accepted { id, is_shown: state == CommentState::Approved })
        }
        Submitted::KeyTaken => refused("submission_key_taken"),
        Submitted::ChallengeUsed => refused("challenge_used"),
        Submitted::ParentGone => refused("parent_gone"),
    }
}
