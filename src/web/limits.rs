//! Rates, sizes and headers: what every answer carries and how often something may be asked.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Largest body of a form or of a small JSON request, in bytes.
pub const FORM_BYTES_MAX: usize = 64 * 1024;
/// Largest body of `POST /api/articles`, in bytes: a page as a newsroom's system hands it over.
pub const ARTICLE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Largest file of readings, in bytes as a form sends it: three for each of a Vietnamese letter's.
pub const LEXICON_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Largest report of a player, in bytes.
pub const REPORT_BYTES_MAX: usize = 1024;

pub const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Our pages run nothing but our own files, and play sound that their scripts were given.
pub const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
);
/// The iframe player may stand on these sites, and on our own pages; on every site when none is named.
pub fn embed_policy(sites: &[String]) -> HeaderValue {
    let ancestors = match sites {
        [] => "*".to_owned(),
        sites => format!("'self' {}", sites.join(" ")),
    };
    let policy = format!(
        "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; object-src 'none'; \
         form-action 'self'; frame-ancestors {ancestors}"
    );
    // The settings were checked at the start; what is no header all the same shuts everybody out.
    HeaderValue::from_str(&policy).unwrap_or(PAGE_POLICY)
}

/// A header's value, if it is there and is text.
pub fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a person asks, by a browser, and not a program.
pub fn wants_page(headers: &HeaderMap) -> bool {
    header_text(headers, header::ACCEPT).is_some_and(|accept| accept.contains("text/html"))
}

/// The network an address belongs to, which is what one household or office has: /24 of IPv4,
/// /48 of IPv6.
pub fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(ip) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

/// At most so many in so long, for each key; windows are fixed, memory is bounded.
#[derive(Debug)]
pub struct RateLimit {
    /// May be set anew by editors.
    max: AtomicU32,
    window: Duration,
    counts: Mutex<HashMap<String, (Instant, u32)>>,
}

/// How many keys are remembered. Beyond it windows that are over are dropped, and if none is, all:
/// memory matters more than a limit during a flood from ten thousand networks.
const KEYS_MAX: usize = 10_000;

impl RateLimit {
    pub fn new(max: u32, window: Duration) -> Self {
        Self { max: AtomicU32::new(max), window, counts: Mutex::new(HashMap::new()) }
    }

    /// Allows another number from now on.
    pub fn set_max(&self, max: u32) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// Counts one more, and says whether it is within the limit.
    pub fn allows(&self, key: &str) -> bool {
        self.allows_at(key, Instant::now())
    }

    /// Forgets a key, e.g. the failed logins of somebody who has now logged in.
    pub fn forget(&self, key: &str) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Forgets the keys whose windows are over: the limit needs them no longer.
    pub fn forget_past(&self) {
        self.forget_past_at(Instant::now());
    }

    fn forget_past_at(&self, now: Instant) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.retain(|_, (begun, _)| now.duration_since(*begun) < self.window);
    }

    fn allows_at(&self, key: &str, now: Instant) -> bool {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= KEYS_MAX && !counts.contains_key(key) {
            counts.retain(|_, (begun, _)| now.duration_since(*begun) < self.window);
            if counts.len() >= KEYS_MAX {
                counts.clear();
            }
        }
        let (begun, count) = counts.entry(key.to_owned()).or_insert((now, 0));
        if now.duration_since(*begun) >= self.window {
            (*begun, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        *count <= self.max.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_for_one_key_and_one_window() {
        let limit = RateLimit::new(2, Duration::from_secs(60));
        let start = Instant::now();
        assert!(limit.allows_at("a", start) && limit.allows_at("a", start));
        assert!(!limit.allows_at("a", start));
        assert!(limit.allows_at("b", start));
        assert!(limit.allows_at("a", start + Duration::from_secs(61)));
        limit.forget("a");
        assert!(limit.allows_at("a", start));
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let limit = RateLimit::new(1, Duration::from_secs(60));
        let start = Instant::now();
        assert!(limit.allows_at("a", start));
        assert!(limit.allows_at("b", start + Duration::from_secs(30)));
        limit.forget_past_at(start + Duration::from_secs(61));
        let kept: Vec<String> = limit.counts.lock().unwrap().keys().cloned().collect();
        assert_eq!(kept, ["b"]);
        assert!(!limit.allows_at("b", start + Duration::from_secs(61)));
    }

    #[test]
    fn neighbours_share_a_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("203.0.113.7"), of("203.0.113.250"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.250"));
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:ffff::9"));
        assert_ne!(of("2001:db8:1::"), of("2001:db8:2::"));
    }
}
