//! Feeds and sitemaps that are followed.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::{DoneQuery, refused, said_error};
use crate::domain::account::Account;
use crate::domain::address::Address;
use crate::domain::feed::{Feed, FeedItem};
use crate::domain::ids::FeedId;
use crate::domain::units::Millis;
use crate::store::FeedChanged;
use crate::web::account_pages::Said;
use crate::web::auth::Editor;
use crate::web::error::{WebError, failure_message, message};
use crate::web::settings_pages::{Choice, Found, SourceItem, SourcesPage};
use crate::web::texts::texts;
use crate::web::{App, views};

/// How many of the newest articles are shown of a feed that is looked at.
const NEWEST_SHOWN: usize = 8;

/// How often a feed can be asked, in minutes, to choose from; the command line takes any.
const PACES: [u64; 6] = [5, 15, 30, 60, 180, 1_440];

/// The longest time between two questions, in minutes: a week.
const MINUTES_MAX: u64 = 10_080;

const PAGE: &str = "/desk/settings/sources";

#[derive(Deserialize)]
pub struct SourceForm {
    #[serde(default)]
    address: String,
    #[serde(default)]
    minutes: String,
}

#[derive(Deserialize)]
pub struct SourcePaceForm {
    /// At which pace whoever changes it has seen it.
    #[serde(default)]
    seen: String,
    #[serde(default)]
    minutes: String,
}

/// What is shown beside the list.
#[derive(Default)]
struct Shown {
    said: Option<Said>,
    typed: String,
    error: Option<String>,
    minutes: Option<u64>,
    found: Option<Found>,
}

/// How many there are, for the list of settings.
pub async fn state(app: &App) -> Result<String, WebError> {
    let feeds = app.0.store.feeds().await?;
    let failing = feeds.iter().filter(|feed| feed.failure.is_some()).count();
    let text = texts().sources.state.replace("{count}", &feeds.len().to_string());
    Ok(text.replace("{failing}", &failing.to_string()))
}

/// Why a feed could not be read, in words.
pub fn why(feed: &Feed) -> Option<String> {
    let failure = feed.failure.as_ref()?;
    Some(match failure.code.as_str() {
        // From before failures had codes.
        "" => texts().sources.failed_unknown.clone(),
        _ => failure_message(failure),
    })
}

/// `GET /desk/settings/sources`
pub async fn list_sources(
    State(app): State<App>,
    Editor(account): Editor,
    query: Result<Query<DoneQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(DoneQuery { done, .. }) = query?;
    let t = &texts().sources;
    let text = match done.as_str() {
        "added" => Some(&t.done_added),
        "asked" => Some(&t.done_asked),
        "pace" => Some(&t.done_pace),
        "removed" => Some(&t.done_removed),
        _ => None,
    };
    let said = text.map(|text| Said { text: text.clone(), is_error: false });
    page(&app, &account, Shown { said, ..Shown::default() }).await
}

/// `POST /desk/settings/sources/look`: what would be followed.
pub async fn look_at_source(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<SourceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(SourceForm { address: typed, minutes: typed_minutes }) = form?;
    let minutes = minutes(&typed_minutes).ok();
    let looked = match address(&typed) {
        Ok(address) => {
            let looked = app.0.backstage.follower.look(&address).await;
            let looked = looked.map_err(|error| failure_message(&error.failure()));
            looked.map(|items| found(&address, minutes, items))
        }
        Err(text) => Err(text),
    };
    let shown = Shown { typed, minutes, ..Shown::default() };
    match looked {
        Ok(found) => page(&app, &account, Shown { found: Some(found), ..shown }).await,
        Err(text) => Ok(refused(page(&app, &account, Shown { error: Some(text), ..shown }).await?)),
    }
}

/// `POST /desk/settings/sources`
pub async fn create_source(
    State(app): State<App>,
    Editor(account): Editor,
    form: Result<Form<SourceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let Form(SourceForm { address: typed, minutes: typed_minutes }) = form?;
    let read = address(&typed).and_then(|address| Ok((address, minutes(&typed_minutes)?)));
    match read {
        Ok((address, minutes)) => {
            app.0.store.add_feed(&address, Millis(minutes * 60_000), Some(&account)).await?;
            done("added")
        }
        Err(text) => {
            let shown = Shown { typed, error: Some(text), ..Shown::default() };
            Ok(refused(page(&app, &account, shown).await?))
        }
    }
}

/// `POST /desk/settings/sources/{id}/ask`
pub async fn ask_source(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    match app.0.store.ask_feed_now(feed_id(path)?).await? {
        true => done("asked"),
        false => gone(&app, &account).await,
    }
}

/// `POST /desk/settings/sources/{id}/pace`
pub async fn update_source_pace(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
    form: Result<Form<SourcePaceForm>, FormRejection>,
) -> Result<Response, WebError> {
    let (id, Form(SourcePaceForm { seen, minutes: typed })) = (feed_id(path)?, form?);
    let minutes = match minutes(&typed) {
        Ok(minutes) => minutes,
        Err(text) => {
            let said = said_error(&text);
            return Ok(refused(page(&app, &account, Shown { said, ..Shown::default() }).await?));
        }
    };
    let seen = Millis(seen.parse().unwrap_or(0));
    let every = Millis(minutes * 60_000);
    match app.0.store.set_feed_pace(id, seen, every, Some(&account)).await? {
        FeedChanged::Done => done("pace"),
        FeedChanged::Unknown => gone(&app, &account).await,
        FeedChanged::Overtaken => {
            let said = said_error(&message("feed_overtaken", &[]));
            let page = page(&app, &account, Shown { said, ..Shown::default() }).await?;
            Ok(super::overtaken(page))
        }
    }
}

/// `POST /desk/settings/sources/{id}/remove`
pub async fn delete_source(
    State(app): State<App>,
    Editor(account): Editor,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Some(feed) = app.0.store.feed(feed_id(path)?).await? else {
        return gone(&app, &account).await;
    };
    match app.0.store.remove_feed(&feed.address, Some(&account)).await? {
        true => done("removed"),
        false => gone(&app, &account).await,
    }
}

fn done(done: &str) -> Result<Response, WebError> {
    Ok(Redirect::to(&format!("{PAGE}?done={done}")).into_response())
}

/// Somebody else has removed it.
async fn gone(app: &App, account: &Account) -> Result<Response, WebError> {
    let said = said_error(&message("feed_unknown", &[]));
    let page = page(app, account, Shown { said, ..Shown::default() }).await?;
    Ok((StatusCode::NOT_FOUND, page).into_response())
}

fn feed_id(path: Result<Path<String>, PathRejection>) -> Result<FeedId, WebError> {
    let Path(id) = path?;
    id.parse().map_err(|_| WebError::not_found("feed_unknown"))
}

fn address(typed: &str) -> Result<Address, String> {
    let typed = typed.trim();
    typed.parse().map_err(|_| message("fetch_invalid_address", &[]))
}

fn minutes(typed: &str) -> Result<u64, String> {
    let minutes = typed.trim().parse().ok().filter(|minutes| (1..=MINUTES_MAX).contains(minutes));
    minutes.ok_or_else(|| message("feed_minutes", &[]))
}

fn found(address: &Address, minutes: Option<u64>, items: Vec<FeedItem>) -> Found {
    let t = &texts().sources;
    let newest = items.iter().take(NEWEST_SHOWN).map(|item| {
        let address = item.address.to_string();
        (item.title.clone().unwrap_or_else(|| address.clone()), address)
    });
    Found {
        address: address.to_string(),
        minutes: minutes.unwrap_or(Feed::EVERY.0 / 60_000).to_string(),
        count: t.found.replace("{count}", &items.len().to_string()),
        is_empty: items.is_empty(),
        newest: newest.collect(),
    }
}

/// The paces to choose from, with the one that holds.
fn paces(chosen: u64) -> Vec<Choice> {
    let mut minutes = PACES.to_vec();
    if !minutes.contains(&chosen) {
        minutes.push(chosen);
        minutes.sort_unstable();
    }
    let choice = |minutes: u64| Choice {
        value: minutes.to_string(),
        label: every(minutes),
        is_chosen: minutes == chosen,
    };
    minutes.into_iter().map(choice).collect()
}

/// "15 phút", "2 giờ", "1 ngày"
fn every(minutes: u64) -> String {
    let t = &texts().sources;
    let (text, count) = match minutes {
        _ if minutes.is_multiple_of(24 * 60) => (&t.every_days, minutes / (24 * 60)),
        _ if minutes.is_multiple_of(60) => (&t.every_hours, minutes / 60),
        _ => (&t.every_minutes, minutes),
    };
    text.replace("{count}", &count.to_string())
}

fn item(feed: &Feed, count: u64) -> SourceItem {
    let t = &texts().sources;
    let state = match (why(feed), feed.answered) {
        (Some(reason), _) => {
            t.failed.replace("{count}", &feed.failures.to_string()).replace("{reason}", &reason)
        }
        (None, Some(at)) => t.answered.replace("{time}", &views::date(at)),
        (None, None) => t.never_answered.clone(),
    };
    SourceItem {
        id: feed.id.to_string(),
        address: feed.address.to_string(),
        state,
        is_failing: feed.failure.is_some(),
        next: t.next.replace("{time}", &views::date(feed.next)),
        count: t.count.replace("{count}", &count.to_string()),
        minutes: feed.every.0.to_string(),
        paces: paces(feed.every.0 / 60_000),
    }
}

async fn page(app: &App, account: &Account, shown: Shown) -> Result<Response, WebError> {
    let feeds = app.0.store.feeds().await?;
    let counts = app.0.store.feed_counts().await?;
    let item = |feed: &Feed| item(feed, counts.get(&feed.id).copied().unwrap_or(0));
    let Shown { said, typed, error, minutes, found } = shown;
    views::page(&SourcesPage {
        frame: views::frame(Some(account)),
        said,
        typed,
        error,
        paces: paces(minutes.unwrap_or(Feed::EVERY.0 / 60_000)),
        found,
        sources: feeds.iter().map(item).collect(),
    })
}
