//! The player on other sites: the iframe, and oEmbed 1.0 (<https://oembed.com>).

use askama::Template as _;
use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};

use super::articles::{Told, told, told_at};
use super::error::WebError;
use super::limits::wants_page;
use super::origin::origin;
use super::pages::{EmbedPage, OembedFrame};
use super::texts::texts;
use super::{App, comment_box, views};

/// How high the player in its frame is, in CSS pixels.
const FRAME_HEIGHT: u32 = 230;
const FRAME_WIDTH_DEFAULT: u32 = 640;

#[derive(Deserialize)]
pub struct EmbedQuery {
    url: Option<String>,
    /// `1` shows the comment box too.
    comments: Option<String>,
}

#[derive(Deserialize)]
pub struct OembedQuery {
    url: Option<String>,
    maxwidth: Option<u32>,
    maxheight: Option<u32>,
    format: Option<String>,
}

/// The answer of type `rich`.
#[derive(Serialize)]
struct OembedJson {
    version: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    provider_name: String,
    provider_url: String,
    title: String,
    author_name: Option<String>,
    html: String,
    width: u32,
    height: u32,
}

/// `GET /embed/{id}`
pub async fn show_embed(
    State(app): State<App>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<EmbedQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let (Path(id), Query(query)) = (path?, query?);
    embed(&app, &headers, told(&app, &id).await, &query).await
}

/// `GET /embed?url=…`
pub async fn show_embed_at(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<EmbedQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let address = query.url.as_deref().ok_or_else(WebError::bad_request)?;
    embed(&app, &headers, told_at(&app, address).await, &query).await
}

/// The page in the frame. What was not read is said there in a line: our own error page, with its heading
/// and ways about, has no place in the midst of a paper's.
async fn embed(
    app: &App,
    headers: &HeaderMap,
    told: Result<Told, WebError>,
    query: &EmbedQuery,
) -> Result<Response, WebError> {
    let told = match told {
        Err(error) if error.status == StatusCode::NOT_FOUND && wants_page(headers) => {
            let page = views::page(&EmbedPage {
                t: texts(),
                title: texts().pages.brand.clone(),
                page: "/".to_owned(),
                player: None,
                comment_box: None,
            })?;
            return Ok((error.status, page).into_response());
        }
        told => told?,
    };
    let wants_comments = query.comments.as_deref() == Some("1");
    let view = match wants_comments {
        true => Some(comment_box::first_page(app, told.article.id).await?),
        false => None,
    };
    views::page(&EmbedPage {
        t: texts(),
        title: told.article.article.title.clone(),
        page: views::article_path(told.article.id),
        player: told.player(app).await?,
        comment_box: view,
    })
}

/// `GET /oembed?url=…`
pub async fn show_oembed(
    State(app): State<App>,
    headers: HeaderMap,
    query: Result<Query<OembedQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    if query.format.as_deref().is_some_and(|format| format != "json") {
        // The answer the specification names for a format that is not served.
        return Err(WebError::new(StatusCode::NOT_IMPLEMENTED, "unsupported_format"));
    }
    let address = query.url.as_deref().ok_or_else(WebError::bad_request)?;
    let told = told_at(&app, address).await?;
    if told.narration.is_none() {
        return Err(WebError::not_found("narration_not_found"));
    }
    let origin = origin(&app, &headers);
    let width = query.maxwidth.unwrap_or(FRAME_WIDTH_DEFAULT).min(FRAME_WIDTH_DEFAULT);
    let height = query.maxheight.unwrap_or(FRAME_HEIGHT).min(FRAME_HEIGHT);
    let title = told.article.article.title.clone();
    let article_id = told.article.id.to_string();
    let frame = OembedFrame { origin: &origin, article_id, width, height, title: &title };
    Ok(views::fresh(Json(OembedJson {
        version: "1.0",
        kind: "rich",
        provider_name: texts().pages.brand.clone(),
        provider_url: origin.clone(),
        author_name: told.article.article.author.clone(),
        html: frame.render()?,
        title,
        width,
        height,
    })))
}
