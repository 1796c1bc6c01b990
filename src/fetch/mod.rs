//! Url -> Page, Url -> file, and messages to a Url: public addresses only, with limits on time, size and redirects.

mod address;
mod charset;
mod download;
mod pace;
mod phone;
mod post;
mod robots;
mod signed;

use std::collections::HashMap;
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, LOCATION,
};
use reqwest::{Client, ClientBuilder, Response, redirect};

pub use address::NotPublic;
pub use charset::decode;
pub use download::remove as remove_part;
pub use download::{DownloadError, DownloadLimits, Downloader, OnBytes, Size};
pub use phone::{PhoneError, PhoneHook};
pub use post::Poster;
pub use signed::headers as signed_headers;

use self::address::{Allowed, PublicResolver};
use self::pace::Pace;
use self::robots::Robots;
use crate::domain::address::{Address, InvalidAddress};
use crate::domain::article::Page;

/// Who we are, honestly: a site that does not want to be read can say so by this name.
const NAME: &str = "BaoNoi";
const USER_AGENT: &str = concat!("BaoNoi/", env!("CARGO_PKG_VERSION"), " (newspaper narration)");

/// The status of an answer that says that a document is what it was.
const NOT_MODIFIED: u16 = 304;

/// Sites whose robots.txt is remembered.
const ROBOTS_MAX: usize = 200;

/// What a page may cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Largest page, in bytes after decompression.
    pub page_bytes_max: usize,
    pub redirects_max: usize,
    /// Time to connect.
    pub connect: Duration,
    /// Time for the whole page, redirects included.
    pub total: Duration,
    /// The shortest time between two requests to one host.
    pub host_gap: Duration,
    /// The only sites that may be fetched, with what lies below them; empty for any.
    pub sites: Vec<String>,
    /// `host:port` pairs that may be fetched although they are private.
    pub allow_private: Vec<String>,
}

/// Why a page could not be fetched. Each variant has a code of its own for programs.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the site redirects to something that is {0}")]
    InvalidAddress(#[from] InvalidAddress),
    #[error("refused: {0}")]
    AddressRefused(#[from] NotPublic),
    #[error("{0} is not one of the sites that this installation reads (setting fetch.sites)")]
    SiteNotListed(String),
    #[error("the site asks programs not to read this (robots.txt)")]
    RobotsRefuse,
    #[error("the site cannot be reached: {0}")]
    Unreachable(String),
    #[error("the site did not answer within {0:?}")]
    Timeout(Duration),
    #[error("the site answered with status {0}")]
    Status(u16),
    #[error("more than {0} redirects")]
    TooManyRedirects(usize),
    #[error("the page is larger than {0} bytes")]
    TooLarge(usize),
    #[error("the address is not a web page but {0}")]
    NotHtml(String),
}

impl FetchError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidAddress(_) => "fetch_invalid_address",
            Self::AddressRefused(_) => "fetch_address_refused",
            Self::SiteNotListed(_) => "fetch_site_not_listed",
            Self::RobotsRefuse => "fetch_robots_refuse",
            Self::Unreachable(_) => "fetch_unreachable",
            Self::Timeout(_) => "fetch_timeout",
            Self::Status(_) => "fetch_status",
            Self::TooManyRedirects(_) => "fetch_too_many_redirects",
            Self::TooLarge(_) => "fetch_too_large",
            Self::NotHtml(_) => "fetch_not_html",
        }
    }

    /// Whether the site says that the page is gone for good (410, RFC 9110, section 15.5.11).
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Status(410))
    }

    /// Whether the same request may succeed a little later.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Timeout(_) => true,
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500..),
            _ => false,
        }
    }
}

/// What kind of document is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Page,
    /// RSS, Atom or a sitemap.
    Feed,
}

/// By what a document can be asked for again, to be told that it is the same (RFC 9110, section 13).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

/// The answer to a conditional request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is what it was.
    Unchanged,
    New(Document),
}

/// A document as text, and where it came from after redirects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub url: Address,
    pub text: String,
    pub validators: Validators,
}

/// Fetches documents. Cheap to clone; connections and politeness are shared.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    allowed: Allowed,
    limits: Limits,
    pace: Arc<Pace>,
    robots: Arc<Mutex<HashMap<String, (Instant, Robots)>>>,
}

impl Fetcher {
    pub fn new(limits: &Limits) -> Result<Self, FetchError> {
        Self::with(Client::builder(), limits)
    }

    /// The rules of addresses on top of a client with settings of its own.
    fn with(client: ClientBuilder, limits: &Limits) -> Result<Self, FetchError> {
        // One provider for the process; a second call finds it installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let allowed = Allowed::new(&limits.allow_private);
        let client = client
            .user_agent(USER_AGENT)
            .dns_resolver(PublicResolver { allowed: allowed.clone() })
            // A proxy would connect on our behalf, past the address check.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect)
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        let limits = limits.clone();
        Ok(Self { client, allowed, limits, pace: Arc::default(), robots: Arc::default() })
    }

    /// Fetches one page that somebody named, following redirects, each of them checked.
    pub async fn page(&self, address: &Address) -> Result<Page, FetchError> {
        match self.document(address, Wanted::Page, &Validators::default()).await? {
            Answer::New(document) => Ok(Page { url: Some(document.url), html: document.text }),
            // Nothing was said that it could be the same as.
            Answer::Unchanged => Err(FetchError::Status(NOT_MODIFIED)),
        }
    }

    /// Fetches a document that nobody named: only where robots.txt allows it, at the pace that the
    /// site asks for, and only if it is not what it was.
    pub async fn crawl(
        &self,
        address: &Address,
        wanted: Wanted,
        known: &Validators,
    ) -> Result<Answer, FetchError> {
        let robots = self.robots(address).await?;
        if !robots.allow(&address.path_and_query()) {
            return Err(FetchError::RobotsRefuse);
        }
        self.wait(address, &robots).await;
        let answer = self.document(address, wanted, known).await?;
        // A redirect must not lead to where the site asks not to go.
        if let Answer::New(document) = &answer
            && document.url != *address
            && !self.may_crawl(&document.url).await?
        {
            return Err(FetchError::RobotsRefuse);
        }
        Ok(answer)
    }

    /// Waits for the time at which the site lets programs ask for their next page; false when its
    /// robots.txt does not allow to read this one at all.
    pub async fn crawl_turn(&self, address: &Address) -> Result<bool, FetchError> {
        let robots = self.robots(address).await?;
        let may = robots.allow(&address.path_and_query());
        if may {
            self.wait(address, &robots).await;
        }
        Ok(may)
    }

    /// What a site asks for is kept beside the gap between any two requests: it may be longer than a
    /// request may last, and binds programs only.
    async fn wait(&self, address: &Address, robots: &Robots) {
        if robots.delay > self.limits.host_gap {
            self.pace.turn(&format!("robots:{}", address.site()), robots.delay).await;
        }
    }

    /// Whether robots.txt allows programs to read this.
    pub async fn may_crawl(&self, address: &Address) -> Result<bool, FetchError> {
        Ok(self.robots(address).await?.allow(&address.path_and_query()))
    }

    /// The rules of the address' site, as they were within a day.
    async fn robots(&self, address: &Address) -> Result<Robots, FetchError> {
        let home = address.join("/robots.txt")?;
        let key = home.as_str();
        let known = self.remembered().get(key).cloned();
        if let Some((since, robots)) = known
            && since.elapsed() < robots::LIFETIME
        {
            return Ok(robots);
        }
        let ask = async {
            let (_, response) = self.follow(home.clone(), "text/plain", &[]).await?;
            match response.status().as_u16() {
                200..300 => {
                    let bytes = self.head(response, robots::BYTES_MAX).await?;
                    Ok(Robots::parse(&String::from_utf8_lossy(&bytes), NAME))
                }
                // There are no rules.
                300..500 => Ok(Robots::default()),
                // There may be some: nothing is read until they can be (RFC 9309, section 2.3.1.4).
                status => Err(FetchError::Status(status)),
            }
        };
        let limit = self.limits.total;
        let asked = tokio::time::timeout(limit, ask).await;
        let robots = match asked.map_err(|_| FetchError::Timeout(limit))? {
            Err(FetchError::TooManyRedirects(_)) => Robots::default(),
            asked => asked?,
        };
        let mut remembered = self.remembered();
        if remembered.len() >= ROBOTS_MAX {
            remembered.clear();
        }
        remembered.insert(key.to_owned(), (Instant::now(), robots.clone()));
        Ok(robots)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Robots)>> {
        // Nothing that can panic runs under this lock, so it is never poisoned.
        self.robots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn document(
        &self,
        address: &Address,
        wanted: Wanted,
        known: &Validators,
    ) -> Result<Answer, FetchError> {
        let conditions: Vec<(HeaderName, &str)> = [
            (IF_NONE_MATCH, known.etag.as_deref()),
            (IF_MODIFIED_SINCE, known.last_modified.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        let fetch = async {
            let (address, response) =
                self.follow(address.clone(), wanted.accept(), &conditions).await?;
            if response.status().as_u16() == NOT_MODIFIED && !conditions.is_empty() {
                return Ok(Answer::Unchanged);
            }
            self.read(address, wanted, response).await.map(Answer::New)
        };
        let limit = self.limits.total;
        tokio::time::timeout(limit, fetch).await.map_err(|_| FetchError::Timeout(limit))?
    }

    /// Asks until the answer is no redirect.
    async fn follow(
        &self,
        mut address: Address,
        accept: &'static str,
        conditions: &[(HeaderName, &str)],
    ) -> Result<(Address, Response), FetchError> {
        for _ in 0..=self.limits.redirects_max {
            self.check_listed(&address)?;
            address::check(&address, &self.allowed)?;
            self.pace.turn(address.site(), self.limits.host_gap).await;
            let mut request = self.client.get(address.as_str()).header(ACCEPT, accept);
            for (name, value) in conditions {
                request = request.header(name, *value);
            }
            let response = request.send().await.map_err(|error| self.explain(&error))?;
            let status = response.status();
            if !status.is_redirection() || status.as_u16() == NOT_MODIFIED {
                return Ok((address, response));
            }
            address = redirected(&address, &response)?;
        }
        Err(FetchError::TooManyRedirects(self.limits.redirects_max))
    }

    fn check_listed(&self, address: &Address) -> Result<(), FetchError> {
        let sites = &self.limits.sites;
        let listed = sites.is_empty() || sites.iter().any(|site| address.is_below(site));
        if listed { Ok(()) } else { Err(FetchError::SiteNotListed(address.site().to_owned())) }
    }

    async fn read(
        &self,
        url: Address,
        wanted: Wanted,
        response: Response,
    ) -> Result<Document, FetchError> {
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let header = |name| {
            let value: Option<&HeaderValue> = response.headers().get(name);
            value.and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let content_type = header(CONTENT_TYPE);
        if let Some(given) = &content_type
            && !wanted.takes(given)
        {
            return Err(FetchError::NotHtml(given.clone()));
        }
        let max = self.limits.page_bytes_max;
        let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        let validators = Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
        if announced.is_some_and(|length| length > max) {
            return Err(FetchError::TooLarge(max));
        }
        let bytes = self.head(response, max + 1).await?;
        if bytes.len() > max {
            return Err(FetchError::TooLarge(max));
        }
        let bytes = if wanted == Wanted::Feed { unpacked(bytes, max)? } else { bytes };
        let text = decode(&bytes, content_type.as_deref());
        Ok(Document { url, text, validators })
    }

    /// The first bytes of a body, counted after decompression: a small file can unpack to a huge one.
    async fn head(&self, mut response: Response, max: usize) -> Result<Vec<u8>, FetchError> {
        let mut bytes = Vec::new();
        while bytes.len() < max
            && let Some(chunk) = response.chunk().await.map_err(|error| self.explain(&error))?
        {
            bytes.extend_from_slice(&chunk[..chunk.len().min(max - bytes.len())]);
        }
        Ok(bytes)
    }

    fn explain(&self, error: &reqwest::Error) -> FetchError {
        if error.is_timeout() {
            let limits = &self.limits;
            return FetchError::Timeout(if error.is_connect() {
                limits.connect
            } else {
                limits.total
            });
        }
        // The client wraps the resolver's answer several times; the innermost cause is the
        // one that says something.
        let mut cause: &dyn std::error::Error = error;
        while let Some(inner) = cause.source() {
            if let Some(refused) = inner.downcast_ref::<NotPublic>() {
                return FetchError::AddressRefused(refused.clone());
            }
            cause = inner;
        }
        FetchError::Unreachable(cause.to_string())
    }
}

/// A sitemap that is a gzip file of its own, whatever the way it came is called.
fn unpacked(bytes: Vec<u8>, max: usize) -> Result<Vec<u8>, FetchError> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    if !bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut text = Vec::new();
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let read = flate2::read::MultiGzDecoder::new(&bytes[..]).take(limit).read_to_end(&mut text);
    if text.len() > max {
        return Err(FetchError::TooLarge(max));
    }
    read.map_err(|_| FetchError::NotHtml("a broken gzip file".to_owned()))?;
    Ok(text)
}

fn redirected(from: &Address, response: &Response) -> Result<Address, FetchError> {
    let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = target.ok_or(FetchError::Status(response.status().as_u16()))?;
    Ok(from.join(target)?)
}

impl Wanted {
    fn accept(self) -> &'static str {
        match self {
            Self::Page => "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1",
            Self::Feed => {
                "application/rss+xml,application/atom+xml,application/xml,text/xml;q=0.9,*/*;q=0.1"
            }
        }
    }

    /// Whether a document of this type can be what is wanted; one without a type can.
    fn takes(self, content_type: &str) -> bool {
        let kind = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
        let html = matches!(kind.as_str(), "text/html" | "application/xhtml+xml" | "");
        match self {
            Self::Page => html,
            // Many a site says that its feed is HTML or plain text.
            Self::Feed => {
                let packed = ["application/gzip", "application/x-gzip", "application/octet-stream"];
                html || kind == "text/plain"
                    || kind.ends_with("xml")
                    || packed.contains(&kind.as_str())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_pass_for_pages_and_only_texts_for_feeds() {
        assert!(Wanted::Page.takes("text/html; charset=utf-8"));
        assert!(!Wanted::Page.takes("application/pdf") && !Wanted::Page.takes("text/xml"));
        assert!(Wanted::Feed.takes("application/rss+xml") && Wanted::Feed.takes("text/xml"));
        assert!(
            Wanted::Feed.takes("application/x-gzip") && !Wanted::Page.takes("application/gzip")
        );
        assert!(!Wanted::Feed.takes("image/png"));
    }

    #[test]
    fn packed_sitemaps_are_unpacked_up_to_a_limit() {
        use std::io::Write as _;
        let packed = |text: &str| {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(text.as_bytes()).unwrap();
            gzip.finish().unwrap()
        };
        assert_eq!(unpacked(packed("<urlset/>"), 100).unwrap(), b"<urlset/>");
        assert_eq!(unpacked(b"<urlset/>".to_vec(), 100).unwrap(), b"<urlset/>");
        let bomb = packed(&" ".repeat(1_000_000));
        assert!(matches!(unpacked(bomb, 100), Err(FetchError::TooLarge(100))));
        let mut cut = packed("<urlset/>");
        cut.truncate(12);
        assert!(matches!(unpacked(cut, 100), Err(FetchError::NotHtml(_))));
    }
}
