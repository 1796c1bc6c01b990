//! Url -> Page: public addresses only, with limits on time, size and redirects.

mod address;
mod charset;

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Client, Response, redirect};

pub use address::NotPublic;
pub use charset::decode;

use self::address::{Allowed, PublicResolver};
use crate::domain::address::{Address, InvalidAddress};
use crate::domain::article::Page;

/// Who we are, honestly: a site that does not want to be read can say so by this name.
const USER_AGENT: &str = concat!("BaoNoi/", env!("CARGO_PKG_VERSION"), " (newspaper narration)");

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
            Self::Unreachable(_) => "fetch_unreachable",
            Self::Timeout(_) => "fetch_timeout",
            Self::Status(_) => "fetch_status",
            Self::TooManyRedirects(_) => "fetch_too_many_redirects",
            Self::TooLarge(_) => "fetch_too_large",
            Self::NotHtml(_) => "fetch_not_html",
        }
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

/// Fetches pages. Cheap to clone; connections are shared.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    allowed: Allowed,
    limits: Limits,
}

impl Fetcher {
    pub fn new(limits: &Limits) -> Result<Self, FetchError> {
        // One provider for the process; a second call finds it installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let allowed = Allowed::new(&limits.allow_private);
        let accept = HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9,*/*;q=0.1");
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .default_headers(HeaderMap::from_iter([(ACCEPT, accept)]))
            .dns_resolver(PublicResolver { allowed: allowed.clone() })
            // A proxy would connect on our behalf, past the address check.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect)
            .build()
            .map_err(|error| FetchError::Unreachable(error.to_string()))?;
        Ok(Self { client, allowed, limits: limits.clone() })
    }

    /// Fetches one page, following redirects, each of them checked.
    pub async fn page(&self, address: &Address) -> Result<Page, FetchError> {
        let limit = self.limits.total;
        match tokio::time::timeout(limit, self.follow(address.clone())).await {
            Ok(result) => result,
            Err(_) => Err(FetchError::Timeout(limit)),
        }
    }

    async fn follow(&self, mut address: Address) -> Result<Page, FetchError> {
        for _ in 0..=self.limits.redirects_max {
            address::check(&address, &self.allowed)?;
            let sent = self.client.get(address.as_str()).send().await;
            let response = sent.map_err(|error| self.explain(&error))?;
            if !response.status().is_redirection() {
                return self.read(&address, response).await;
            }
            address = redirected(&address, &response)?;
        }
        Err(FetchError::TooManyRedirects(self.limits.redirects_max))
    }

    async fn read(&self, address: &Address, mut response: Response) -> Result<Page, FetchError> {
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let header =
            |name| response.headers().get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let content_type = header(CONTENT_TYPE).map(str::to_owned);
        if let Some(given) = &content_type
            && !is_html(given)
        {
            return Err(FetchError::NotHtml(given.clone()));
        }
        let max = self.limits.page_bytes_max;
        let announced = header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > max) {
            return Err(FetchError::TooLarge(max));
        }
        // Counted after decompression: a small file can unpack to a huge one.
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.explain(&error))? {
            if bytes.len() + chunk.len() > max {
                return Err(FetchError::TooLarge(max));
            }
            bytes.extend_from_slice(&chunk);
        }
        let html = decode(&bytes, content_type.as_deref());
        Ok(Page { url: Some(address.clone()), html })
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

fn redirected(from: &Address, response: &Response) -> Result<Address, FetchError> {
    let target = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let target = target.ok_or(FetchError::Status(response.status().as_u16()))?;
    Ok(from.join(target)?)
}

fn is_html(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    matches!(kind.as_str(), "text/html" | "application/xhtml+xml" | "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_pass() {
        assert!(is_html("text/html; charset=utf-8"));
        assert!(!is_html("application/pdf"));
    }
}
