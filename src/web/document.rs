//! Texts that programs ask for again and again: feed, sitemap, picture. Whoever has the present one is
//! told so.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::limits::header_text;
use crate::domain::units::Timestamp;
use crate::store::{hex, now};

/// Long enough for a crowd of readers, short enough that a new article is in a feed at once.
const SHORT: HeaderValue = HeaderValue::from_static("public, max-age=60");

/// The document, or that the client's is still the present one. `modified` is when it last changed, in
/// whatever way.
pub fn answer(
    headers: &HeaderMap,
    kind: &'static str,
    content: Vec<u8>,
    modified: Option<Timestamp>,
) -> Response {
    let tag = format!("\"{}\"", &hex(&Sha256::digest(&content))[..32]);
    let modified = modified.filter(|at| is_settled(*at)).and_then(http_date);
    let is_known = is_known(headers, &tag, modified.as_deref());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], content).into_response()
        }
    };
    let about = response.headers_mut();
    about.insert(header::CACHE_CONTROL, SHORT);
    for (name, value) in [(header::ETAG, Some(tag)), (header::LAST_MODIFIED, modified)] {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
            about.insert(name, value);
        }
    }
    response
}

/// The times of HTTP are whole seconds: one that is not over cannot tell what else changes in it.
fn is_settled(at: Timestamp) -> bool {
    now().0 - at.0 / 1000 * 1000 >= 1000
}

/// Whether the client has it already. Tags are exact, so they go before times (RFC 9110, section 13.2.2).
fn is_known(headers: &HeaderMap, tag: &str, modified: Option<&str>) -> bool {
    if let Some(tags) = header_text(headers, header::IF_NONE_MATCH) {
        let weak = |given: &str| given.trim().trim_start_matches("W/") == tag;
        return tags.trim() == "*" || tags.split(',').any(weak);
    }
    let since = header_text(headers, header::IF_MODIFIED_SINCE).and_then(parse_http_date);
    match (since, modified.and_then(parse_http_date)) {
        (Some(since), Some(modified)) => modified <= since,
        _ => false,
    }
}

/// `Sat, 28 Nov 2026 07:00:00 GMT`
fn http_date(at: Timestamp) -> Option<String> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let at = OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).ok()?;
    at.format(&format).ok()
}

fn parse_http_date(text: &str) -> Option<PrimitiveDateTime> {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    PrimitiveDateTime::parse(text.trim(), &format).ok()
}

/// RFC 2822 in Vietnam's time, as feeds have it; `None` outside the calendar's range.
pub fn rfc2822(at: Timestamp) -> Option<String> {
    at.in_vietnam()?.format(&Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp(1_726_380_000_500);

    fn ask(name: header::HeaderName, value: &str) -> StatusCode {
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())]);
        answer(&headers, "text/plain", b"noi dung".to_vec(), Some(AT)).status()
    }

    #[test]
    fn whoever_has_it_gets_nothing() {
        let first = answer(&HeaderMap::new(), "text/plain", b"noi dung".to_vec(), Some(AT));
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        assert!(tag.starts_with('"'), "{tag} is not strong");
        assert_eq!(first.headers()[header::LAST_MODIFIED], "Sun, 15 Sep 2024 06:00:00 GMT");
        assert_eq!(ask(header::IF_NONE_MATCH, &tag), 304);
        assert_eq!(ask(header::IF_NONE_MATCH, "\"x\""), 200);
        assert_eq!(ask(header::IF_MODIFIED_SINCE, "Sun, 15 Sep 2024 06:00:00 GMT"), 304);
        assert_eq!(ask(header::IF_MODIFIED_SINCE, "Sun, 15 Sep 2024 05:59:59 GMT"), 200);
        assert_eq!(ask(header::IF_MODIFIED_SINCE, "hôm qua"), 200);
    }

    #[test]
    fn a_change_in_this_second_has_no_time_yet() {
        let now = answer(&HeaderMap::new(), "text/plain", Vec::new(), Some(now()));
        assert!(!now.headers().contains_key(header::LAST_MODIFIED));
        assert!(now.headers().contains_key(header::ETAG));
    }
}
