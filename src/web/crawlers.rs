//! What search engines ask first: which pages there are, and which are none of theirs.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::error::WebError;
use super::origin::origin;
use super::{App, document, views, xml};
use crate::domain::units::Timestamp;

/// The most that one sitemap may list (<https://www.sitemaps.org/protocol.html>).
const ENTRIES_MAX: u32 = 50_000;

const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// `GET /sitemap.xml`: every article that can be heard, newest first.
pub async fn show_sitemap(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Response, WebError> {
    let pages = app.0.store.heard_since(ENTRIES_MAX).await?;
    let origin = origin(&app, &headers);
    let sitemap = xml::document("urlset", &[("xmlns", SITEMAP)], |xml| {
        pages.iter().try_for_each(|(article, changed)| {
            xml.element("url", &[], |xml| {
                xml.text("loc", &format!("{origin}{}", views::article_path(*article)))?;
                xml.text("lastmod", &whole_seconds(*changed).rfc3339())
            })
        })
    })?;
    Ok(document::answer(&headers, "application/xml; charset=utf-8", sitemap, None))
}

/// The protocol's times know no parts of a second that every reader takes.
fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(1000))
}

/// `GET /robots.txt`
pub async fn show_robots(State(app): State<App>, headers: HeaderMap) -> Response {
    let closed = ["/desk", "/moderation", "/login", "/api"];
    let rules: String = closed.iter().map(|path| format!("Disallow: {path}\n")).collect();
    let origin = origin(&app, &headers);
    let robots = format!("User-agent: *\n{rules}\nSitemap: {origin}/sitemap.xml\n");
    document::answer(&headers, "text/plain; charset=utf-8", robots.into_bytes(), None)
}
