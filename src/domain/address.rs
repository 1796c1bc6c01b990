//! A web address in the one form in which it is fetched, stored and compared.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// An `http` or `https` address without a fragment and without a login.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address(Url);

/// The text is not the address of a web page.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an http or https address: {0:?}")]
pub struct InvalidAddress(pub String);

/// Query parameters that say where a reader came from, not what is read.
const TRACKING: [&str; 23] = [
    "fbclid",
    "gclid",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "igshid",
    "zarsrc",
    "mc_cid",
    "mc_eid",
    "gidzl",
    "fb_comment_id",
    "ref_src",
    "_ga",
    "_gl",
    "pk_campaign",
    "pk_cid",
    "pk_content",
    "pk_keyword",
    "pk_kwd",
    "pk_medium",
    "pk_source",
];
const TRACKING_PREFIXES: [&str; 3] = ["utm_", "zalo", "at_"];

impl FromStr for Address {
    type Err = InvalidAddress;

    /// Takes an address as people paste it: with white space around it, or without its scheme.
    fn from_str(typed: &str) -> Result<Self, InvalidAddress> {
        let typed = typed.trim();
        let invalid = || InvalidAddress(typed.chars().take(200).collect());
        if typed.len() > Self::BYTES_MAX {
            return Err(invalid());
        }
        let absolute =
            if has_scheme(typed) { typed.to_owned() } else { format!("https://{typed}") };
        Url::parse(&absolute).ok().and_then(Self::from_url).ok_or_else(invalid)
    }
}

fn has_scheme(typed: &str) -> bool {
    let scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    typed.split_once("://").is_some_and(|(before, _)| before.chars().all(scheme))
}

fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let begins = |prefix: &&str| name.starts_with(*prefix);
    TRACKING.contains(&name.as_str()) || TRACKING_PREFIXES.iter().any(begins)
}

impl Address {
    /// Longest address, in bytes: what browsers and servers agree on.
    pub const BYTES_MAX: usize = 2048;

    fn from_url(mut url: Url) -> Option<Self> {
        let has_login = !url.username().is_empty() || url.password().is_some();
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || has_login {
            return None;
        }
        url.set_fragment(None);
        Some(Self(url))
    }

    /// Where a link or redirect of this page leads.
    pub fn join(&self, target: &str) -> Result<Self, InvalidAddress> {
        let joined = self.0.join(target).ok().and_then(Self::from_url);
        joined.ok_or_else(|| InvalidAddress(target.chars().take(200).collect()))
    }

    /// The address without what only says where a reader came from: under this one, all links to
    /// an article that were shared here and there are the same.
    pub fn canonical(&self) -> Self {
        let Some(query) = self.0.query() else { return self.clone() };
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or("")))
            .collect();
        let mut url = self.0.clone();
        url.set_query((!kept.is_empty()).then(|| kept.join("&")).as_deref());
        Self(url)
    }

    /// Whether both belong to one site: the same host, or one below the other (`m.`, `www.`).
    pub fn is_same_site(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (self.0.host_str(), other.0.host_str()) else { return false };
        let below = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|rest| rest.ends_with('.'));
        let (a, b) = (a.strip_prefix("www.").unwrap_or(a), b.strip_prefix("www.").unwrap_or(b));
        a == b || below(a, b) || below(b, a)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    /// The host as a paper without a name is called: without `www.`.
    pub fn site(&self) -> &str {
        let host = self.0.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host)
    }

    /// The port, also when it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(0)
    }

    /// Whether the host is this one or lies below it; `site` is a host name without `www.`.
    pub fn is_below(&self, site: &str) -> bool {
        let site = site.trim().trim_start_matches("www.").to_ascii_lowercase();
        let host = self.site();
        host == site || host.strip_suffix(&site).is_some_and(|rest| rest.ends_with('.'))
    }

    /// What follows the host, as robots.txt speaks of it.
    pub fn path_and_query(&self) -> String {
        let query = self.0.query().map(|query| format!("?{query}")).unwrap_or_default();
        format!("{}{query}", self.0.path())
    }

    pub fn path(&self) -> &str {
        self.0.path()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_read_as_people_paste_it() {
        let read = |typed: &str| typed.parse().ok().map(|address: Address| address.to_string());
        let expected = "https://baomuongthanh.example/a".to_owned();
        assert_eq!(read(" baomuongthanh.example/a#b "), Some(expected));
        assert_eq!(read("http://BAO.example:80"), Some("http://bao.example/".to_owned()));
        assert!(read("bao.example/x?u=http://y").is_some());
        for bad in ["", "file:///etc/passwd", "ftp://bao.example/", "http://a:b@bao.example/"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert_eq!(read("http://"), None);
        assert_eq!(read(&format!("https://bao.example/{}", "a".repeat(2048))), None);
    }

    #[test]
    fn a_redirect_leads_on_to_web_pages_only() {
        let page = address("https://bao.example/tin/1");
        assert_eq!(page.join("../2#x").unwrap().as_str(), "https://bao.example/2");
        assert!(page.join("file:///etc/passwd").is_err());
        assert!(page.join("javascript:alert(1)").is_err());
    }

    #[test]
    fn shared_links_are_one() {
        let canonical = |text: &str| address(text).canonical().to_string();
        assert_eq!(
            canonical("https://bao.example/a?utm_source=zalo&id=7&fbclid=x"),
            "https://bao.example/a?id=7"
        );
        assert_eq!(canonical("https://bao.example/a?UTM_Medium=x"), "https://bao.example/a");
        assert_eq!(
            canonical("https://bao.example/a?pk_campaign=x&pk_tin=7&pk_kwd=y"),
            "https://bao.example/a?pk_tin=7"
        );
    }

    #[test]
    fn one_site_has_several_hosts() {
        let same = |a: &str, b: &str| address(a).is_same_site(&address(b));
        assert!(same("https://www.bao.example/", "http://bao.example:8080/"));
        assert!(same("https://m.bao.example/", "https://www.bao.example/"));
        assert!(!same("https://bao.example/", "https://xbao.example/"));
        assert!(!same("https://a.example/", "https://b.example/"));
        assert!(address("https://www.bao.example/x").is_below("bao.example"));
        assert!(address("https://m.bao.example/x").is_below("www.bao.example"));
        assert!(!address("https://xbao.example/x").is_below("bao.example"));
    }
}
