//! The files of `static/`, compiled in, and the scripts that are joined from them.

mod bundle;

use std::io::Write as _;
use std::sync::LazyLock;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::error::WebError;
use super::limits::{PAGE_POLICY, header_text};
use crate::store::hex;

/// One file as it is served: its path below `/static/`, its media type, and its content in each encoding.
struct Asset {
    path: &'static str,
    kind: &'static str,
    /// What its content is called in addresses: the beginning of its SHA-256.
    version: String,
    plain: Vec<u8>,
    /// Compressed once, better than there would be time for at every request; `None` where it gains
    /// nothing.
    gzip: Option<Vec<u8>>,
    brotli: Option<Vec<u8>>,
}

/// What has no version in its address: long enough that a page's parts come from the cache, short enough
/// that an update arrives the same day; in between a browser shows what it has and asks behind the scenes.
const CACHE: HeaderValue =
    HeaderValue::from_static("public, max-age=600, stale-while-revalidate=86400");

/// What has its version in its address never changes.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";

macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../../static/", $path)))),*]
    };
}

/// What is served as it is.
const FILES: &[(&str, &[u8])] = files![
    "app.css",
    "comments.css",
    "cover.png",
    "desk_list.css",
    "demo/comments.html",
    "demo/demo.css",
    "demo/demo.js",
    "demo/iframe.html",
    "demo/script.html",
    "favicon.svg",
    "lexicon.css",
    "podcast.png",
    "record.css",
    "script.css",
    "settings.css",
];

macro_rules! sources {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../static/", $path)))),*]
    };
}

/// What scripts are joined from.
const SOURCES: &[(&str, &str)] = sources![
    "api.js",
    "baonoi.js",
    "comments.css",
    "comments.js",
    "comments/count.js",
    "comments/proof.js",
    "comments/report.js",
    "comments/service.js",
    "dates.js",
    "desk.js",
    "desk/live.js",
    "desk/rows.js",
    "drafts.js",
    "element.js",
    "hearing.js",
    "job.js",
    "job_card.js",
    "keys.js",
    "lexicon.js",
    "lexicon_import.js",
    "memory.js",
    "moderation.js",
    "moderation/arrivals.js",
    "moderation/decisions.js",
    "moderation/list.js",
    "news.js",
    "player/clock.js",
    "player/controls.js",
    "player/follow.js",
    "player/icons.js",
    "player/listens.js",
    "player/mini.js",
    "player/panel.css",
    "player/panel.js",
    "player/player.css",
    "player/player.js",
    "player/queue.js",
    "player/sentences.js",
    "player/service.js",
    "player/session.js",
    "player/track.js",
    "player/words.js",
    "requests.js",
    "script.js",
    "script/editors.js",
    "script/sound.js",
    "settings.js",
    "texts.en.json",
    "texts.json",
    "words.js",
];

/// The scripts of pages, each joined from its own module and those that it imports.
const SCRIPTS: [&str; 13] = [
    "baonoi.js",
    "comments.js",
    "comments/report.js",
    "desk.js",
    "job.js",
    "keys.js",
    "lexicon.js",
    "lexicon_import.js",
    "moderation.js",
    "news.js",
    "player/panel.js",
    "script.js",
    "settings.js",
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let files = FILES.iter().map(|(path, content)| Asset::new(path, content.to_vec()));
    let scripts = SCRIPTS.iter().map(|path| {
        let script = script(path).expect("the modules can be joined: a test says so");
        Asset::new(path, script.into_bytes())
    });
    files.chain(scripts).collect()
});

/// Packs all of them, which the first page would wait for otherwise. Slow.
pub fn pack() {
    LazyLock::force(&ASSETS);
}

fn script(entry: &str) -> Result<String, String> {
    bundle::bundle(entry, &|path| match path.strip_suffix("?address") {
        Some(later) => {
            let script = script(later).ok()?;
            Some(format!("static/{later}?v={}", version(script.as_bytes())))
        }
        None => {
            let found = SOURCES.iter().find(|(name, _)| *name == path);
            found.map(|(_, text)| (*text).to_owned())
        }
    })
}

/// What a content is called in addresses.
fn version(content: &[u8]) -> String {
    hex(&Sha256::digest(content))[..16].to_owned()
}

impl Asset {
    fn new(path: &'static str, plain: Vec<u8>) -> Self {
        let kind = match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "js" => JS,
            "css" => CSS,
            "html" => HTML,
            "svg" => SVG,
            _ => PNG,
        };
        let version = version(&plain);
        let smaller = |packed: Vec<u8>| (packed.len() < plain.len()).then_some(packed);
        let (gzip, brotli) = match kind {
            PNG => (None, None),
            _ => (smaller(gzip(&plain)), smaller(brotli(&plain))),
        };
        Self { path, kind, version, plain, gzip, brotli }
    }

    /// The smallest content that the browser can read, and what its encoding is called.
    fn content(&self, headers: &HeaderMap) -> (&[u8], Option<&'static str>) {
        let accepted = header_text(headers, header::ACCEPT_ENCODING).unwrap_or_default();
        if let Some(content) = &self.brotli
            && accepts(accepted, "br")
        {
            return (content, Some("br"));
        }
        if let Some(content) = &self.gzip
            && accepts(accepted, "gzip")
        {
            return (content, Some("gzip"));
        }
        (&self.plain, None)
    }
}

/// Whether an `Accept-Encoding` names an encoding without refusing it (`q=0`, RFC 9110, 12.5.3).
fn accepts(accepted: &str, encoding: &str) -> bool {
    accepted.split(',').any(|choice| {
        let (name, quality) = choice.split_once(';').unwrap_or((choice, ""));
        let weight = quality.trim().strip_prefix("q=").map(|weight| weight.trim().parse::<f32>());
        name.trim().eq_ignore_ascii_case(encoding) && weight != Some(Ok(0.0))
    })
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into memory does not fail; what is incomplete would be larger than the plain content.
    let written = encoder.write_all(plain).and_then(|()| encoder.finish());
    written.unwrap_or_else(|_| plain.to_vec())
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    match brotli::BrotliCompress(&mut &plain[..], &mut packed, &parameters) {
        Ok(_) => packed,
        Err(_) => plain.to_vec(),
    }
}

/// The address of a file, with its version: what is found there never changes.
pub fn address(path: &str) -> String {
    let version = ASSETS.iter().find(|asset| asset.path == path).map_or("", |asset| &asset.version);
    match path {
        LOADER => format!("/{path}?v={version}"),
        _ => format!("/static/{path}?v={version}"),
    }
}

/// What stands at the root, since a newspaper writes its address.
const LOADER: &str = "baonoi.js";

#[derive(Deserialize)]
pub struct AssetQuery {
    v: Option<String>,
}

/// `GET /static/{path}`
pub async fn show_asset(
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    query: Result<Query<AssetQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Path(path) = path?;
    answer(&path, &headers, query)
}

/// `GET /baonoi.js`: the one line that a newspaper adds.
pub async fn show_loader(
    headers: HeaderMap,
    query: Result<Query<AssetQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    answer(LOADER, &headers, query)
}

fn answer(
    path: &str,
    headers: &HeaderMap,
    query: Result<Query<AssetQuery>, QueryRejection>,
) -> Result<Response, WebError> {
    let Query(query) = query?;
    let found = ASSETS.iter().find(|asset| asset.path == path);
    let asset = found.ok_or_else(|| WebError::not_found("not_found"))?;
    let (content, encoding) = asset.content(headers);
    // Another encoding is another representation, with a strong tag of its own (RFC 9110, 8.8.3.3).
    let tag = format!("\"{}{}\"", asset.version, encoding.unwrap_or_default());
    let cache = match query.v {
        Some(version) if version == asset.version => FOR_EVER,
        _ => CACHE,
    };
    let about = [
        (header::ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))),
        (header::CACHE_CONTROL, cache),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    let known = header_text(headers, header::IF_NONE_MATCH);
    if known.is_some_and(|tags| tags.contains(&tag)) {
        return Ok((StatusCode::NOT_MODIFIED, about).into_response());
    }
    let mut response = (about, content.to_vec()).into_response();
    if let Some(encoding) = encoding {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the player may weigh, script, style and texts together, compressed by gzip.
    const PLAYER_BYTES_MAX: usize = 15_000;
    /// The largest comment box, by gzip: 8 kB.
    const COMMENTS_BYTES_MAX: usize = 8_000;

    #[test]
    fn every_file_of_the_folder_is_used() {
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
                let used = FILES.iter().any(|(path, _)| *path == name)
                    || SOURCES.iter().any(|(path, _)| *path == name);
                assert!(used, "{name} is not in the table");
            }
        }
    }

    #[test]
    fn every_script_can_be_joined_and_the_player_is_light() {
        for entry in SCRIPTS {
            let script = script(entry).unwrap_or_else(|error| panic!("{entry}: {error}"));
            // Pages load all but those that are imported when they are needed.
            let is_module = ["comments/report.js", "player/panel.js"].contains(&entry);
            assert_eq!(script.contains("\nexport "), is_module, "{entry}");
        }
        let player = ASSETS.iter().find(|asset| asset.path == LOADER).unwrap();
        let weight = player.gzip.as_ref().unwrap().len();
        println!("the player: {} bytes, {weight} by gzip", player.plain.len());
        assert!(weight <= PLAYER_BYTES_MAX, "{weight} bytes");
        let comments = ASSETS.iter().find(|asset| asset.path == "comments.js").unwrap();
        let weight = comments.gzip.as_ref().unwrap().len();
        println!("the comment box: {} bytes, {weight} by gzip", comments.plain.len());
        assert!(weight <= COMMENTS_BYTES_MAX, "{weight} bytes");
    }

    #[test]
    fn the_browser_gets_the_smallest_that_it_reads() {
        assert!(accepts("gzip, deflate, br", "br") && accepts("BR;q=0.5", "br"));
        assert!(!accepts("gzip, br;q=0", "br") && !accepts("", "gzip") && !accepts("brx", "br"));
        let asset = Asset::new("a.css", b"a{color:red}".repeat(100));
        let sizes = |accepted: &'static str| {
            let headers = HeaderMap::from_iter([(
                header::ACCEPT_ENCODING,
                HeaderValue::from_static(accepted),
            )]);
            let (content, encoding) = asset.content(&headers);
            (content.len(), encoding)
        };
        assert_eq!(sizes("identity"), (1_200, None));
        assert!(sizes("gzip").0 < 100 && sizes("gzip").1 == Some("gzip"));
        assert!(sizes("gzip, br").0 < 100 && sizes("gzip, br").1 == Some("br"));
        assert!(Asset::new("a.png", vec![0; 1_000]).gzip.is_none());
    }
}
