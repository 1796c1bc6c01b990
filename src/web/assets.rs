//! The files of `static/`, compiled in: what is there is what the browser runs.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use super::error::WebError;
use super::limits::{PAGE_POLICY, header_text};
use super::texts::TEXTS_JSON;
use crate::store::hex;

/// One file: its path below `/static/`, its media type, its content and its entity tag.
struct Asset {
    path: &'static str,
    kind: &'static str,
    content: Vec<u8>,
    tag: String,
}

/// Long enough that a page's parts come from the cache, short enough that an update arrives the
/// same day; in between a browser shows what it has and asks behind the scenes.
const CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400");

const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";

macro_rules! files {
    ($($path:literal $kind:ident),* $(,)?) => {
        [$(($path, $kind, &include_bytes!(concat!("../../static/", $path))[..])),*]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files = files![
        "api.js" JS,
        "app.css" CSS,
        "baonoi.js" JS,
        "comments.css" CSS,
        "comments.js" JS,
        "demo/comments.html" HTML,
        "demo/demo.css" CSS,
        "demo/demo.js" JS,
        "demo/iframe.html" HTML,
        "demo/script.html" HTML,
        "cover.png" PNG,
        "desk.js" JS,
        "element.js" JS,
        "favicon.svg" SVG,
        "follow.js" JS,
        "memory.js" JS,
        "moderation.js" JS,
        "player.css" CSS,
        "player.js" JS,
        "podcast.png" PNG,
        "words.js" JS,
    ];
    let asset = |(path, kind, content): (&'static str, &'static str, Vec<u8>)| {
        let tag = format!("\"{}\"", &hex(&Sha256::digest(&content))[..32]);
        Asset { path, kind, content, tag }
    };
    let texts = ("texts.js", JS, format!("export default {};\n", TEXTS_JSON.trim()).into());
    let files = files.map(|(path, kind, content)| (path, kind, content.to_vec()));
    files.into_iter().chain([texts]).map(asset).collect()
});

/// `GET /static/{path}`
pub async fn show_asset(
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, WebError> {
    let Path(path) = path?;
    answer(&path, &headers)
}

/// `GET /baonoi.js`: the one line that a newspaper adds.
pub async fn show_loader(headers: HeaderMap) -> Result<Response, WebError> {
    answer("baonoi.js", &headers)
}

fn answer(path: &str, headers: &HeaderMap) -> Result<Response, WebError> {
    let found = ASSETS.iter().find(|asset| asset.path == path);
    let asset = found.ok_or_else(|| WebError::not_found("not_found"))?;
    let tag = HeaderValue::from_str(&asset.tag).unwrap_or(HeaderValue::from_static("\"\""));
    let about = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, CACHE),
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    let known = header_text(headers, header::IF_NONE_MATCH);
    if known.is_some_and(|tags| tags.contains(&asset.tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    Ok((about, asset.content.clone()).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/static");
        let mut folders = vec![std::path::PathBuf::from(root)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                let served = ASSETS.iter().any(|asset| asset.path == name);
                assert!(served || name == "texts.json", "{name} is not in the table");
            }
        }
    }
}
