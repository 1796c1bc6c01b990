//! The front page: what can be heard, page by page, and the search in it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::auth::Viewer;
use super::error::WebError;
use super::pages::{HomePage, NewsItem};
use super::{App, views};
use crate::domain::job::JobState;

/// How many articles a page shows.
const PAGE: u32 = 30;

/// The longest search, in characters. `templates/home.html` says the same to browsers.
const QUERY_CHARS_MAX: usize = 100;

/// What `GET /` may be asked.
#[derive(Deserialize)]
pub struct HomeQuery {
    /// What is searched; empty: everything.
    q: Option<String>,
    /// From 1; what is no number is the first.
    page: Option<String>,
}

/// `GET /`
pub async fn show_home(
    State(app): State<App>,
    viewer: Viewer,
    query: Result<Query<HomeQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let typed: String = query.q.unwrap_or_default().replace(char::is_control, " ");
    let typed = typed.trim();
    if typed.chars().count() > QUERY_CHARS_MAX {
        return Err(WebError::new(StatusCode::BAD_REQUEST, "query_too_long"));
    }
    let number = query.page.and_then(|page| page.parse::<u32>().ok()).unwrap_or(1).max(1);
    // One more than is shown tells whether there is a next page.
    let skip = (number - 1).saturating_mul(PAGE);
    let mut heard = match typed {
        "" => app.0.store.heard(PAGE + 1, skip).await?,
        typed => app.0.store.heard_about(typed, PAGE + 1, skip).await?,
    };
    let has_next = heard.len() > PAGE as usize;
    heard.truncate(PAGE as usize);
    let is_front = typed.is_empty() && number == 1;
    let pinned = if is_front { app.0.store.pinned().await? } else { Vec::new() };
    heard.retain(|heard| pinned.iter().all(|pinned| pinned.article != heard.article));
    let first =
        pinned.iter().map(|heard| NewsItem { is_pinned: true, ..views::heard_item(&app, heard) });
    let others = heard.iter().map(|heard| views::heard_item(&app, heard));
    let news: Vec<NewsItem> = first.chain(others).collect();
    // Behind the last page the way back leads to the first.
    let previous = if news.is_empty() { 1 } else { number - 1 };
    views::page(&HomePage {
        frame: viewer.frame(),
        // On a first visit the sample article is being read: show how far it is.
        job: match is_front && news.is_empty() {
            true => {
                let jobs = app.0.store.jobs(1).await?;
                let open = jobs.iter().find(|job| job.state != JobState::Done);
                open.map(|job| views::job_view(job, 0))
            }
            false => None,
        },
        is_front,
        is_beyond: news.is_empty() && number > 1,
        news,
        query: typed.to_owned(),
        previous: (number > 1).then(|| path(typed, previous)),
        next: has_next.then(|| path(typed, number + 1)),
    })
}

/// The address of a page of the list or of a search.
fn path(typed: &str, number: u32) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !typed.is_empty() {
        query.append_pair("q", typed);
    }
    if number > 1 {
        query.append_pair("page", &number.to_string());
    }
    match query.finish() {
        query if query.is_empty() => "/".to_owned(),
        query => format!("/?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_address() {
        assert_eq!(path("", 1), "/");
        assert_eq!(path("", 2), "/?page=2");
        assert_eq!(path("a&b=c", 3), "/?q=a%26b%3Dc&page=3");
    }
}
