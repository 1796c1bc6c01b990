//! A message to a program of the newsroom's own. The rules for addresses are those of the [`Fetcher`].

use std::time::Duration;

use reqwest::Client;
use reqwest::header::CONTENT_TYPE;

use super::{FetchError, Fetcher, Limits, NotPublic, address};
use crate::domain::address::Address;

/// Posts JSON.
#[derive(Clone, Debug)]
pub struct Poster {
    fetcher: Fetcher,
    limit: Duration,
}

impl Poster {
    /// `limit` is for the whole of one message; `allow_private` as for fetching.
    pub fn new(limit: Duration, allow_private: &[String]) -> Result<Self, FetchError> {
        let limits = Limits {
            page_bytes_max: 0,
            // Who moves says so in the settings.
            redirects_max: 0,
            connect: limit,
            total: limit,
            host_gap: Duration::ZERO,
            sites: Vec::new(),
            allow_private: allow_private.to_vec(),
        };
        Ok(Self { fetcher: Fetcher::with(Client::builder(), &limits)?, limit })
    }

    /// Whether an address may be connected to, as far as it can be seen before it is looked up.
    pub fn check(&self, to: &Address) -> Result<(), NotPublic> {
        address::check(to, &self.fetcher.allowed)
    }

    /// The status of the answer. Redirects are not followed, and nobody reads what else it says.
    pub async fn json(
        &self,
        to: &Address,
        headers: &[(&'static str, String)],
        body: String,
    ) -> Result<u16, FetchError> {
        self.check(to)?;
        let mut request = self.fetcher.client.post(to.as_str()).body(body);
        request = request.header(CONTENT_TYPE, "application/json").timeout(self.limit);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        match request.send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(self.fetcher.explain(&error)),
        }
    }
}
