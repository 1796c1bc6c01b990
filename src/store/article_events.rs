//! What happened to an article's reading, for programs that want to be told: written together with it.

use serde_json::{Value, json};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::jobs::asked;
use super::outbox::{address, places, put};
use super::{Finished, Lease, StoreError, now, parse_optional};
use crate::domain::address::Address;
use crate::domain::ids::{ArticleId, NarrationId};
use crate::domain::job::{Failure, Source};

const FINISHED: &str = "article.finished";
const FAILED: &str = "article.failed";

/// The newest finished reading of an article.
pub(super) async fn reading(
    write: &mut AnyConnection,
    article: ArticleId,
) -> Result<Option<NarrationId>, StoreError> {
    let query = sqlx::query("SELECT reading_id FROM articles WHERE id = $1");
    let row = query.bind(article.to_string()).fetch_one(write).await?;
    parse_optional(&row, "reading_id")
}

/// Tells of a new reading of an article.
pub(super) async fn finished(
    write: &mut AnyConnection,
    lease: &Lease,
    article: ArticleId,
    narration: NarrationId,
    made: &Finished,
) -> Result<(), StoreError> {
    let row = known(write, &article.to_string()).await?;
    let made = &made.narration;
    for place in places(write, FINISHED).await? {
        let path = |path: String| address(&place.origin, &path);
        let mut about = about(lease, row.as_ref(), &place.origin)?;
        about["narration"] = json!({
            "id": narration.to_string(),
            "voice": made.voice.as_ref(),
            "duration_ms": made.length.millis(made.rate).0,
            "mp3": path(format!("/audio/{narration}.mp3")),
            "cues": path(format!("/articles/{article}/cues.json?narration={narration}")),
        });
        put(write, &place, event(FINISHED, about)).await?;
    }
    Ok(())
}

/// Tells that an article is given up: nothing more will be tried by itself.
pub(super) async fn failed(
    write: &mut AnyConnection,
    lease: &Lease,
    failure: &Failure,
) -> Result<(), StoreError> {
    let article = match lease.source {
        Source::Stored(id) => Some(id.to_string()),
        _ => begun(write, lease).await?,
    };
    let row = match article {
        Some(article) => known(write, &article).await?,
        None => None,
    };
    for place in places(write, FAILED).await? {
        let mut about = about(lease, row.as_ref(), &place.origin)?;
        about["failure"] = json!({ "code": failure.code, "message": failure.detail });
        put(write, &place, event(FAILED, about)).await?;
    }
    Ok(())
}

/// The article that a job was about to read.
async fn begun(write: &mut AnyConnection, lease: &Lease) -> Result<Option<String>, StoreError> {
    let query = sqlx::query("SELECT article_id FROM jobs WHERE id = $1");
    let row = query.bind(lease.job.id.to_string()).fetch_one(write).await?;
    Ok(row.try_get("article_id")?)
}

async fn known(write: &mut AnyConnection, article: &str) -> Result<Option<AnyRow>, StoreError> {
    let query = sqlx::query("SELECT id, url, title, publication FROM articles WHERE id = $1");
    Ok(query.bind(article).fetch_optional(write).await?)
}

/// Which article it is. One that failed at its first try may have nothing but the address that was asked for.
fn about(lease: &Lease, row: Option<&AnyRow>, origin: &str) -> Result<Value, StoreError> {
    let asked = asked(&lease.source).as_ref().map(Address::to_string);
    let job = lease.job.id.to_string();
    let Some(row) = row else {
        return Ok(json!({
            "id": null, "url": asked, "title": lease.job.label, "page": null,
            "publication": null, "job": job,
        }));
    };
    let id: String = row.try_get("id")?;
    Ok(json!({
        "page": address(origin, &format!("/articles/{id}")),
        "id": id,
        "url": row.try_get::<Option<String>, _>("url")?.or(asked),
        "title": row.try_get::<String, _>("title")?,
        "publication": row.try_get::<String, _>("publication")?,
        "job": job,
    }))
}

fn event(name: &str, about: Value) -> String {
    let at = now().rfc3339();
    json!({ "type": name, "timestamp": at, "data": { "article": about } }).to_string()
}
