//! The audit log for people: on the screen page by page, on paper as a whole.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::auth::Moderator;
use super::error::WebError;
use super::pages::{LogFilterView, LogPage, LogPrint};
use super::records::{RecordWords, record_words, second};
use super::texts::texts;
use super::{App, views};
use crate::domain::account::Account;
use crate::domain::address::Address;
use crate::domain::ids::ArticleId;
use crate::domain::listening::Day;
use crate::store::{RecordFilter, now};

/// How many records one page shows.
const PAGE: i64 = 50;

/// How many records one print holds: some thousand sheets of paper. `baonoi log` has no limit.
const PRINT_MAX: i64 = 5_000;

#[derive(Deserialize)]
pub struct LogQuery {
    /// Days, YYYY-MM-DD; both belong to the period.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    comment: String,
    /// An article's id, or an address of it.
    #[serde(default)]
    article: String,
    /// Records before this number.
    before: Option<i64>,
    /// On paper.
    print: Option<u8>,
}

/// `GET /moderation/log?from=2026-11-01&to=2026-11-30&comment=…&article=…&before=…&print=1`
pub async fn show_log(
    State(app): State<App>,
    Moderator(account): Moderator,
    query: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let filter = filter(&app, &query).await?;
    match query.print {
        Some(_) => on_paper(&app, &account, &query, &filter).await,
        None => on_screen(&app, &account, &query, &filter).await,
    }
}

async fn on_screen(
    app: &App,
    account: &Account,
    query: &LogQuery,
    filter: &RecordFilter,
) -> Result<Response, WebError> {
    let store = &app.0.store;
    let before = query.before.unwrap_or(i64::MAX);
    let mut records = store.records_before(filter, before, PAGE + 1).await?;
    let has_older = records.len() > PAGE as usize;
    records.truncate(PAGE as usize);
    let older = records.last().filter(|_| has_older).map(|last| last.record.seq.to_string());
    let count = store.count_records(filter).await?;
    views::page(&LogPage {
        frame: views::frame(Some(account)),
        filter: typed(query),
        count: texts().record.count_shown.replace("{count}", &count.to_string()),
        records: records.iter().map(record_words).collect(),
        print: path(query, Some(("print", "1"))),
        newest: query.before.map(|_| path(query, None)),
        older: older.map(|seq| path(query, Some(("before", &seq)))),
    })
}

async fn on_paper(
    app: &App,
    account: &Account,
    query: &LogQuery,
    filter: &RecordFilter,
) -> Result<Response, WebError> {
    let (store, t) = (&app.0.store, &texts().record);
    let count = store.count_records(filter).await?;
    let is_too_long = count > PRINT_MAX as u64;
    let refused = t.print_too_many.replace("{count}", &count.to_string());
    let recorded = match is_too_long {
        true => Vec::new(),
        false => store.records_after(filter, 0, PRINT_MAX).await?,
    };
    let records: Vec<RecordWords> = recorded.iter().map(record_words).collect();
    views::page(&LogPrint {
        frame: views::frame(Some(account)),
        paper: app.0.settings.podcast.title().to_owned(),
        filter: typed(query),
        period: period(query),
        // One more may have come since they were counted.
        count: if is_too_long { count } else { records.len() as u64 },
        last_hash: records.last().map(|last| last.hash.clone()).unwrap_or_default(),
        made: t.made_by.replace("{at}", &second(now())).replace("{who}", &account.name),
        refused: is_too_long.then(|| refused.replace("{max}", &PRINT_MAX.to_string())),
        records,
        back: path(query, None),
    })
}

async fn filter(app: &App, query: &LogQuery) -> Result<RecordFilter, WebError> {
    let comment = match query.comment.trim() {
        "" => None,
        id => Some(id.parse().map_err(|_| WebError::not_found("comment_not_found"))?),
    };
    let article = match query.article.trim() {
        "" => None,
        named => Some(article(app, named).await?),
    };
    let from = day(&query.from)?.map(Day::begins);
    Ok(RecordFilter { from, until: day(&query.to)?.map(Day::ends), comment, article })
}

fn day(typed: &str) -> Result<Option<Day>, WebError> {
    let unknown = |_| WebError::new(StatusCode::BAD_REQUEST, "day_unknown");
    match typed.trim() {
        "" => Ok(None),
        typed => typed.parse().map(Some).map_err(unknown),
    }
}

/// The article that somebody means by its id, by its page here or by its page on the paper's own site.
async fn article(app: &App, named: &str) -> Result<ArticleId, WebError> {
    let last = named.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    if let Ok(id) = last.parse() {
        return Ok(id);
    }
    let missing = || WebError::not_found("article_not_found");
    let address: Address = named.parse().map_err(|_| missing())?;
    app.0.store.article_at(&address).await?.map(|article| article.id).ok_or_else(missing)
}

fn typed(query: &LogQuery) -> LogFilterView {
    LogFilterView {
        from: query.from.trim().to_owned(),
        to: query.to.trim().to_owned(),
        comment: query.comment.trim().to_owned(),
        article: query.article.trim().to_owned(),
    }
}

/// The period in words. It was checked before.
fn period(query: &LogQuery) -> String {
    let t = &texts().record;
    let long = |typed: &str| day(typed).ok().flatten().map(Day::long);
    match (long(&query.from), long(&query.to)) {
        (None, None) => t.period_all.clone(),
        (Some(from), None) => t.period_from.replace("{from}", &from),
        (None, Some(to)) => t.period_to.replace("{to}", &to),
        (Some(from), Some(to)) => t.period_between.replace("{from}", &from).replace("{to}", &to),
    }
}

/// The address of the same selection.
fn path(query: &LogQuery, more: Option<(&str, &str)>) -> String {
    let view = typed(query);
    let mut pairs = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in
        [("from", view.from), ("to", view.to), ("comment", view.comment), ("article", view.article)]
    {
        if !value.is_empty() {
            pairs.append_pair(name, &value);
        }
    }
    if let Some((name, value)) = more {
        pairs.append_pair(name, value);
    }
    match pairs.finish() {
        pairs if pairs.is_empty() => "/moderation/log".to_owned(),
        pairs => format!("/moderation/log?{pairs}"),
    }
}
