//! Which addresses may be fetched: public ones only.
//!
//! The service fetches what people type, so without this anybody could make it read the
//! newsroom's own network (server-side request forgery). The rule is applied to the address that
//! is really connected to: literal addresses are checked in the URL, on the first request and on
//! every redirect; names are checked by [`PublicResolver`] at the moment they are resolved, so a
//! name that changes its answer between check and use (DNS rebinding) gains nothing.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Host;

use crate::domain::address::Address;

/// Where the sites of newspapers listen.
const PORTS: [u16; 2] = [80, 443];

/// `host:port` pairs that may be fetched although they are private.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Arc<Vec<String>>);

/// The address is not one that may be fetched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a public internet address with a web site at port 80 or 443")]
pub struct NotPublic(pub String);

impl Allowed {
    pub fn new(pairs: &[String]) -> Self {
        Self(Arc::new(pairs.iter().map(|pair| pair.to_ascii_lowercase()).collect()))
    }

    fn has(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|pair| *pair == format!("{host}:{port}"))
    }

    fn has_host(&self, host: &str) -> bool {
        let host_of = |pair: &str| pair.rsplit_once(':').map(|(host, _)| host.to_owned());
        self.0.iter().any(|pair| host_of(pair).as_deref() == Some(host))
    }
}

/// Checks what can be seen in the URL itself: a literal address, or a name that is local by
/// definition. (A resolver hook is never asked about literal addresses.)
pub fn check(address: &Address, allowed: &Allowed) -> Result<(), NotPublic> {
    let port = address.port();
    let refuse = |host: &dyn std::fmt::Display| {
        let host = host.to_string();
        if allowed.has(&host, port) { Ok(()) } else { Err(NotPublic(host)) }
    };
    match address.host() {
        Some(Host::Ipv4(ip)) if !is_public_v4(ip) => refuse(&ip),
        Some(Host::Ipv6(ip)) if !is_public_v6(ip) => refuse(&format_args!("[{ip}]")),
        Some(Host::Domain(name)) if is_local_name(name) => refuse(&name),
        // A name that is allowed is allowed at its port only.
        Some(Host::Domain(name)) if allowed.has_host(name) => refuse(&name),
        // What listens at another port is not the paper's site.
        Some(host) if !PORTS.contains(&port) => refuse(&host),
        Some(_) => Ok(()),
        None => Err(NotPublic("an address without a host".to_owned())),
    }
}

/// `localhost` and the names that never leave a machine or a house (RFC 6761, RFC 6762,
/// RFC 8375, and ICANN's reservation of `.internal`).
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let local = ["localhost", "local", "internal", "home.arpa"];
    local.iter().any(|end| name == *end || name.ends_with(&format!(".{end}")))
}

/// Resolves names, and gives only public addresses of them.
#[derive(Clone, Debug)]
pub struct PublicResolver {
    pub allowed: Allowed,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.has_host(name.as_str());
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> =
                found.into_iter().filter(|at| allowed || is_public(at.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic(host).into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is one of the public internet.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

/// Everything that IANA's IPv4 special-purpose registry marks as not globally reachable,
/// multicast and the reserved class E.
fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let special = match (a, b, c) {
        // This network; private use; loopback; link local.
        (0 | 10 | 127, ..) | (192, 168, _) | (169, 254, _) => true,
        (172, 16..=31, _) => true,
        // Shared address space (RFC 6598).
        (100, 64..=127, _) => true,
        // IETF protocol assignments, the three documentation nets, 6to4 relays, benchmarking.
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (192, 88, 99) => true,
        (198, 18..=19, _) => true,
        // Multicast, reserved, broadcast.
        (224..=255, ..) => true,
        _ => false,
    };
    !special
}

/// Only global unicast (2000::/3) is public, without the special ranges inside it; addresses that
/// carry an IPv4 address are as public as that one.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        // ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(v4(high, low))
        }
        // 6to4.
        [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // IETF protocol assignments with Teredo (2001::/23), documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> bool {
        check(&url.parse().unwrap(), &Allowed::default()).is_err()
    }

    #[test]
    fn private_addresses_are_refused_in_every_spelling() {
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fc00::1]/",
            "http://[fe80::1]/",
            "http://[ff02::1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://router.local/",
            "http://metadata.google.internal/",
            "http://1.1.1.1:25/",
            "https://baomuongthanh.example:8080/a",
        ] {
            assert!(refused(url), "{url}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for url in
            ["https://1.1.1.1/", "https://[2606:4700::1111]/", "https://baomuongthanh.example/a"]
        {
            assert!(!refused(url), "{url}");
        }
    }

    #[test]
    fn an_allowance_is_for_one_port() {
        let allowed = Allowed::new(&["127.0.0.1:8099".to_owned(), "cms.example:81".to_owned()]);
        let check = |url: &str| check(&url.parse().unwrap(), &allowed);
        assert!(check("http://127.0.0.1:8099/a").is_ok());
        assert!(check("http://127.0.0.1:22/").is_err());
        assert!(check("http://cms.example:81/").is_ok());
        assert!(check("http://cms.example/").is_err());
    }
}
