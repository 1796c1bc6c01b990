//! Who is asking, behind the newsroom's own proxies.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use ipnet::IpNet;

use super::App;
use super::error::WebError;
use super::limits;

/// The proxies whose `X-Forwarded-For` is believed. Anybody else may write into it what they like.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A setting that is no address and no network.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no address or network; write 127.0.0.1 or 10.0.0.0/8")]
pub struct NoNetwork(String);

/// The network of whoever asks: /24 of IPv4, /48 of IPv6. More is not needed, and not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client(pub String);

impl TrustedProxies {
    /// Addresses and networks in CIDR notation (RFC 4632).
    pub fn new(networks: &[String]) -> Result<Self, NoNetwork> {
        let network = |text: &String| {
            let address = || text.parse::<IpAddr>().map(IpNet::from);
            text.parse().or_else(|_| address()).map_err(|_| NoNetwork(text.clone()))
        };
        networks.iter().map(network).collect::<Result<_, _>>().map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address nearest to us that no proxy of ours has: each of them adds the one it saw at the end.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let lines = headers.get_all("x-forwarded-for").iter().rev();
        let mut hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(','));
        while self.trusts(client) {
            let Some(Ok(before)) = hops.next().map(|hop| hop.trim().parse::<IpAddr>()) else {
                break;
            };
            client = before.to_canonical();
        }
        client
    }
}

impl FromRequestParts<App> for Client {
    type Rejection = WebError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, WebError> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Err(WebError::new(StatusCode::INTERNAL_SERVER_ERROR, "internal"));
        };
        let client = app.0.settings.trusted_proxies.client(peer.ip(), &parts.headers);
        Ok(Self(limits::network(client)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&'static str]) -> String {
        let trusted: Vec<String> = trusted.iter().map(|text| (*text).to_owned()).collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies = TrustedProxies::new(&trusted).unwrap();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_what_our_own_proxies_say_is_believed() {
        let forged = &["1.2.3.4, 198.51.100.7"];
        assert_eq!(client(&[], "203.0.113.9", forged), "203.0.113.9");
        assert_eq!(client(&["10.0.0.0/8"], "203.0.113.9", forged), "203.0.113.9");
        // The reader wrote 1.2.3.4; the proxy saw 198.51.100.7.
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", forged), "198.51.100.7");
        let two = &["1.2.3.4, 198.51.100.7", "10.0.0.2"];
        assert_eq!(client(&["127.0.0.1", "10.0.0.0/8"], "::ffff:127.0.0.1", two), "198.51.100.7");
        // Nothing, or nonsense: the proxy itself.
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(client(&["127.0.0.1"], "127.0.0.1", &["1.2.3.4, unknown"]), "127.0.0.1");
        assert!(TrustedProxies::new(&["localhost".into()]).is_err());
    }
}
