//! What was listened to: players report it, and the newsroom's programs ask for the sums.
//!
//! Nothing of whoever sent a report is kept or logged: no address, no cookie, no name of a browser. The
//! network is counted in memory, for the limit alone.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::auth::Editor;
use super::client::Client;
use super::error::WebError;
use super::limits::{NO_STORE, header_text};
use super::{App, listening, views};
use crate::domain::ids::ArticleId;
use crate::domain::listening::{Day, Listens, Period};
use crate::store::{HeardArticle, now};

/// How many days are told when nobody says how many, and at most.
const DAYS: u16 = 30;
const DAYS_MAX: u16 = 366;

/// How many articles programs are told of, those that were heard most.
const ARTICLES_MAX: u32 = 100;

/// What happened since the player's last report.
#[derive(Deserialize)]
struct Report {
    /// 1 when a play began.
    plays: u64,
    /// Heard, in the article's own time.
    seconds: f64,
    /// The end was reached.
    completed: bool,
}

/// `POST /api/articles/{id}/listens`: 204. The body is JSON whatever its media type says: browsers ask
/// for leave before they send `application/json` to another site, and `sendBeacon` has no time for that.
pub async fn create_listens(
    State(app): State<App>,
    Client(network): Client,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, WebError> {
    let (Path(id), body) = (path?, body?);
    let listens = listens(&body).ok_or_else(WebError::bad_request)?;
    let today = Day::of(now());
    let article = known_article(&app, &id, today).await?;
    if wants_not_to_be_counted(&headers) {
        return Ok(StatusCode::NO_CONTENT);
    }
    if !app.0.report_limit.allows(&network) {
        return Err(WebError::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests"));
    }
    if !listens.is_nothing() && !app.0.tally.add(article, today, listens) {
        return Err(WebError::new(StatusCode::SERVICE_UNAVAILABLE, "store_failed"));
    }
    Ok(StatusCode::NO_CONTENT)
}

fn listens(body: &[u8]) -> Option<Listens> {
    let report: Report = serde_json::from_slice(body).ok()?;
    Listens::reported(report.plays, report.seconds, report.completed)
}

async fn known_article(app: &App, id: &str, today: Day) -> Result<ArticleId, WebError> {
    let missing = || WebError::not_found("article_not_found");
    let id: ArticleId = id.parse().map_err(|_| missing())?;
    if app.0.tally.has(id, today) || app.0.store.is_public(id).await? {
        return Ok(id);
    }
    Err(missing())
}

/// Do Not Track, and Global Privacy Control, which took its place.
fn wants_not_to_be_counted(headers: &HeaderMap) -> bool {
    let is_on = |name| header_text(headers, name).is_some_and(|value| value.trim() == "1");
    is_on(header::DNT) || is_on(HeaderName::from_static("sec-gpc"))
}

#[derive(Deserialize)]
pub struct ListensQuery {
    days: Option<u16>,
    article: Option<String>,
}

#[derive(Serialize)]
struct ListensJson {
    /// The first and the last of the days.
    from: String,
    to: String,
    time_zone: &'static str,
    total: SumsJson,
    days: Vec<DayJson>,
    articles: Vec<ArticleJson>,
}

#[derive(Serialize)]
struct SumsJson {
    plays: u64,
    seconds: f64,
    completed: u64,
}

#[derive(Serialize)]
struct DayJson {
    day: String,
    #[serde(flatten)]
    sums: SumsJson,
}

#[derive(Serialize)]
struct ArticleJson {
    id: String,
    title: String,
    page: String,
    #[serde(flatten)]
    sums: SumsJson,
}

/// `GET /api/listens?days=30`, and with `&article={id}` what was listened to of that one.
pub async fn list_listens(
    State(app): State<App>,
    _: Editor,
    query: Result<Query<ListensQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let count = query.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&count) {
        return Err(WebError::bad_request());
    }
    let period = Period::ending(Day::of(now()), count);
    let (days, articles) = match &query.article {
        Some(id) => {
            let article = listening::article(&app, id).await?;
            let days = app.0.store.listens_by_day(period, Some(article.id)).await?;
            let json = article_json(article.id, article.article.title, sum(&days));
            (days, vec![json])
        }
        None => {
            let days = app.0.store.listens_by_day(period, None).await?;
            let heard = app.0.store.most_heard(period, ARTICLES_MAX).await?;
            let json = |heard: HeardArticle| article_json(heard.id, heard.title, heard.listens);
            (days, heard.into_iter().map(json).collect())
        }
    };
    let json = ListensJson {
        from: period.first.to_string(),
        to: period.last.to_string(),
        time_zone: "Asia/Ho_Chi_Minh",
        total: sums_json(sum(&days)),
        days: days.iter().map(day_json).collect(),
        articles,
    };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(json)).into_response())
}

/// What was listened to on all of the days.
pub fn sum(days: &[(Day, Listens)]) -> Listens {
    days.iter().map(|(_, listens)| *listens).sum()
}

fn sums_json(listens: Listens) -> SumsJson {
    SumsJson {
        plays: listens.plays,
        seconds: listens.heard.0 as f64 / 1000.0,
        completed: listens.completions,
    }
}

fn day_json((day, listens): &(Day, Listens)) -> DayJson {
    DayJson { day: day.to_string(), sums: sums_json(*listens) }
}

fn article_json(id: ArticleId, title: String, listens: Listens) -> ArticleJson {
    ArticleJson {
        id: id.to_string(),
        title,
        page: views::article_path(id),
        sums: sums_json(listens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::units::Millis;

    #[test]
    fn a_report_is_what_a_player_says_and_nothing_else() {
        let heard = Listens { plays: 1, heard: Millis(12_500), completions: 0 };
        let report = r#"{"plays": 1, "seconds": 12.5, "completed": false}"#;
        assert_eq!(listens(report.as_bytes()), Some(heard));
        // A later player may say more than this one.
        let more = r#"{"plays":1,"seconds":12.5,"completed":false,"speed":1.5}"#;
        assert_eq!(listens(more.as_bytes()), Some(heard));
        for bad in [
            "",
            "nghe",
            "[]",
            "{}",
            r#"{"plays": 1, "seconds": 12.5}"#,
            r#"{"plays": 2, "seconds": 1, "completed": false}"#,
            r#"{"plays": -1, "seconds": 1, "completed": false}"#,
            r#"{"plays": 0.5, "seconds": 1, "completed": false}"#,
            r#"{"plays": true, "seconds": 1, "completed": false}"#,
            r#"{"plays": 0, "seconds": -1, "completed": false}"#,
            r#"{"plays": 0, "seconds": 1e999, "completed": false}"#,
            r#"{"plays": 0, "seconds": null, "completed": false}"#,
            r#"{"plays": 0, "seconds": 1, "completed": 1}"#,
            r#"{"plays": 0, "seconds": 1, "completed": false} x"#,
        ] {
            assert_eq!(listens(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn whoever_wants_not_to_be_counted_is_not() {
        let says = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            wants_not_to_be_counted(&headers)
        };
        assert!(says("dnt", "1") && says("sec-gpc", "1"));
        assert!(!says("dnt", "0") && !says("dnt", "null") && !says("user-agent", "1"));
    }
}
