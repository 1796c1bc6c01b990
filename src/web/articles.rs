//! An article's page, and what its player must know.

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::auth::Viewer;
use super::error::WebError;
use super::metadata::metadata;
use super::origin::origin;
use super::pages::{ArticlePage, CommentBox, NewsItem, PlayerView};
use super::{App, comment_box, desk, views};
use crate::domain::address::Address;
use crate::domain::article::Part;
use crate::domain::ids::{ArticleId, NarrationId};
use crate::store::{StoredArticle, StoredNarration};

/// How many articles "Tin mới" names to programs, and shows below an article.
const NEWS_MAX: u32 = 30;
const NEWS_BELOW_MAX: u32 = 6;

/// An article with the narration that listeners get.
pub struct Told {
    pub article: StoredArticle,
    pub narration: Option<StoredNarration>,
    /// There is none yet, but it is being made, and can be listened to while it is.
    pub is_being_read: bool,
}

impl Told {
    /// What the player needs; `None` when there is nothing to hear.
    pub async fn player(&self, app: &App) -> Result<Option<PlayerView>, WebError> {
        let Some(narration) = &self.narration else {
            return Ok(self.is_being_read.then(|| views::player_at_once(&self.article)));
        };
        let voices = match voices(app, self).await?.as_slice() {
            [] => String::new(),
            several => serde_json::to_string(several).unwrap_or_default(),
        };
        Ok(Some(views::player(app, &self.article, narration, voices)))
    }
}

/// The readings of an article's present text, one a voice, when there are several to choose from. The
/// embedded voice is offered only by the side of none.
async fn voices(app: &App, told: &Told) -> Result<Vec<NarrationJson>, WebError> {
    let Some(current) = &told.narration else { return Ok(Vec::new()) };
    let mut chosen: Vec<StoredNarration> = vec![current.clone()];
    for other in app.0.store.narrations_of(told.article.id).await? {
        let is_new = chosen.iter().all(|narration| narration.voice != other.voice);
        if is_new && app.offers(&other.voice) {
            let lines = app.0.store.lines(other.id).await?;
            if views::is_read_by(&told.article.article, &lines) {
                chosen.push(other);
            }
        }
    }
    let is_choice = chosen.len() > 1;
    let several = chosen.iter().filter(|_| is_choice);
    Ok(several.map(|narration| narration_json(app, told.article.id, narration)).collect())
}

/// The article of that id as readers get it, or 404.
pub async fn told(app: &App, id: &str) -> Result<Told, WebError> {
    for_readers(known(app, id).await?, app).await
}

/// The same for whoever is looking: editors are told of drafts too, with the newest reading.
pub async fn told_to(app: &App, viewer: &Viewer, id: &str) -> Result<Told, WebError> {
    let article = known(app, id).await?;
    match article.standing.is_draft() && viewer.is_editor() {
        true => {
            let reading = article.reading;
            with_narration(app, article, reading).await
        }
        false => for_readers(article, app).await,
    }
}

async fn known(app: &App, id: &str) -> Result<StoredArticle, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    app.0.store.article(id).await?.ok_or_else(missing)
}

/// Of a draft readers learn nothing, not even that it is there.
async fn for_readers(article: StoredArticle, app: &App) -> Result<Told, WebError> {
    if article.standing.is_draft() {
        return Err(WebError::not_found("article_not_found"));
    }
    let narration = article.narration;
    with_narration(app, article, narration).await
}

/// The article that an address leads to as readers get it, or 404.
pub async fn told_at(app: &App, address: &str) -> Result<Told, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let address: Address = address.parse().map_err(|_| missing())?;
    // Our own page's address leads to its article too.
    if let Some(id) = address.path().strip_prefix("/articles/")
        && let Ok(told) = told(app, id).await
    {
        return Ok(told);
    }
    let article = app.0.store.article_at(&address).await?.ok_or_else(missing)?;
    for_readers(article, app).await
}

async fn with_narration(
    app: &App,
    article: StoredArticle,
    narration: Option<NarrationId>,
) -> Result<Told, WebError> {
    let narration = match narration {
        Some(id) => app.0.store.narration(id).await?,
        None => None,
    };
    let is_being_read = match narration {
        Some(_) => false,
        None => {
            let job = app.0.store.job_for(article.id).await?;
            job.is_some_and(|job| !job.state.is_final())
        }
    };
    Ok(Told { article, narration, is_being_read })
}

/// The newest articles that can be heard.
async fn news(app: &App, count: u32) -> Result<Vec<Told>, WebError> {
    let mut news = Vec::new();
    for article in app.0.store.news(count).await? {
        news.push(for_readers(article, app).await?);
    }
    Ok(news)
}

pub async fn show_article(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(id) = path?;
    let told = told_to(&app, &viewer, &id).await?;
    let comment_box = comment_box::first_page(&app, told.article.id).await?;
    let origin = origin(&app, &headers);
    article_page(&app, &viewer, &told, comment_box, &origin).await
}

/// The page of an article with a comment box in a given state, where the outside reaches us at `origin`.
pub async fn article_page(
    app: &App,
    viewer: &Viewer,
    told: &Told,
    comment_box: CommentBox,
    origin: &str,
) -> Result<Response, WebError> {
    let heard = app.0.store.heard(NEWS_BELOW_MAX + 1, 0).await?;
    let others = heard.iter().filter(|heard| heard.article != told.article.id);
    let below = others.take(NEWS_BELOW_MAX as usize);
    let below: Vec<NewsItem> = below.map(|heard| views::heard_item(app, heard)).collect();
    let (article, narration) = (&told.article.article, told.narration.as_ref());
    let lines = match narration {
        Some(narration) => app.0.store.lines(narration.id).await?,
        None => Vec::new(),
    };
    views::page(&ArticlePage {
        frame: viewer.frame(),
        meta: metadata(told, origin),
        path: views::article_path(told.article.id),
        title: article.title.clone(),
        title_sentences: views::sentences(article, &lines, Part::Title),
        lead: match article.lead {
            Some(_) => views::sentences(article, &lines, Part::Lead),
            None => Vec::new(),
        },
        author: article.author.clone(),
        date: article.published.map(views::date),
        site: article.site.clone(),
        source_url: article.url.as_ref().map(Address::to_string),
        player: told.player(app).await?,
        blocks: views::text_blocks(article, &lines),
        comment_box,
        draft: told.article.standing.is_draft().then(|| desk::rows::publication(&told.article)),
        news: below,
    })
}

#[derive(Deserialize)]
pub struct PlayerQuery {
    article: Option<String>,
    url: Option<String>,
}

#[derive(Serialize)]
struct PlayerJson {
    article: ArticleJson,
    narration: Option<NarrationJson>,
    /// Where it is heard while it is being read, when there is no narration yet.
    listen: Option<String>,
    /// The paper has changed the text since it was read.
    outdated: bool,
    /// By which voices it can be heard, when there are several.
    voices: Vec<NarrationJson>,
}

#[derive(Serialize)]
struct ArticleJson {
    id: String,
    title: String,
    url: Option<String>,
    page: String,
}

#[derive(Serialize)]
struct NarrationJson {
    id: String,
    voice: VoiceJson,
    duration_ms: u64,
    mp3: String,
    opus: Option<String>,
    wav: Option<String>,
    cues: String,
    transcript: String,
}

#[derive(Serialize)]
struct VoiceJson {
    id: String,
    label: String,
}

/// What `<bao-noi>` on a publisher's page asks: which sound belongs to this article.
pub async fn show_player(
    State(app): State<App>,
    query: Result<Query<PlayerQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let told = match (&query.article, &query.url) {
        (Some(id), _) => told(&app, id).await?,
        // A page that nobody read is nothing wrong: an error would stand in the console of every such
        // page of the paper.
        (None, Some(address)) => match told_at(&app, address).await {
            Err(error) if error.status == StatusCode::NOT_FOUND => {
                return Ok(views::fresh(StatusCode::NO_CONTENT));
            }
            told => told?,
        },
        (None, None) => return Err(WebError::bad_request()),
    };
    let mut json = player_json(&app, &told);
    json.voices = voices(&app, &told).await?;
    Ok(views::fresh(Json(json)))
}

fn narration_json(app: &App, article: ArticleId, narration: &StoredNarration) -> NarrationJson {
    let id = narration.id;
    NarrationJson {
        id: id.to_string(),
        voice: VoiceJson {
            id: narration.voice.to_string(),
            label: app.voice_label(&narration.voice),
        },
        duration_ms: narration.length.millis(narration.rate).0,
        mp3: views::mp3_path(id),
        opus: (narration.files.opus.is_some() || narration.opus_follows())
            .then(|| format!("/audio/{id}.opus")),
        wav: narration.files.wav.as_ref().map(|_| format!("/audio/{id}.wav")),
        cues: views::cues_path(article, id),
        transcript: views::transcript_path(article),
    }
}

fn player_json(app: &App, told: &Told) -> PlayerJson {
    let id = told.article.id;
    let narration = told.narration.as_ref().map(|narration| narration_json(app, id, narration));
    let article = ArticleJson {
        id: id.to_string(),
        title: told.article.article.title.clone(),
        url: told.article.article.url.as_ref().map(Address::to_string),
        page: views::article_path(id),
    };
    let listen = told.is_being_read.then(|| views::listen_path(id));
    let outdated = told.article.is_outdated;
    PlayerJson { article, narration, listen, outdated, voices: Vec::new() }
}

#[derive(Serialize)]
struct LatestJson {
    items: Vec<PlayerJson>,
}

/// "Tin mới" for programs.
pub async fn list_latest(State(app): State<App>) -> Result<Response, WebError> {
    let news = news(&app, NEWS_MAX).await?;
    let items = news.iter().map(|told| player_json(&app, told)).collect();
    Ok(views::fresh(Json(LatestJson { items })))
}
