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

impl FromStr for Address {
    type Err = InvalidAddress;

    /// Takes an address as people paste it: with white space around it, or without its scheme.
    fn from_str(typed: &str) -> Result<Self, InvalidAddress> {
        let typed = typed.trim();
        let absolute =
            if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let parsed = Url::parse(&absolute).map_err(|_| InvalidAddress(typed.to_owned()))?;
        Self::from_url(parsed).ok_or_else(|| InvalidAddress(typed.to_owned()))
    }
}

impl Address {
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
        let invalid = || InvalidAddress(target.to_owned());
        let joined = self.0.join(target).map_err(|_| invalid())?;
        Self::from_url(joined).ok_or_else(invalid)
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    pub fn host(&self) -> Option<Host<&str>> {
        self.0.host()
    }

    /// The port, also when it is the scheme's own.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(0)
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

    #[test]
    fn an_address_is_read_as_people_paste_it() {
        let read = |typed: &str| typed.parse().ok().map(|address: Address| address.to_string());
        let expected = "https://baomuongthanh.example/a".to_owned();
        assert_eq!(read(" baomuongthanh.example/a#b "), Some(expected));
        assert_eq!(read("http://BAO.example"), Some("http://bao.example/".to_owned()));
        for bad in ["", "file:///etc/passwd", "ftp://bao.example/", "http://a:b@bao.example/"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
        assert_eq!(read("http://"), None);
    }

    #[test]
    fn a_redirect_leads_on_to_web_pages_only() {
        let page: Address = "https://bao.example/tin/1".parse().unwrap();
        assert_eq!(page.join("../2#x").unwrap().as_str(), "https://bao.example/2");
        assert!(page.join("file:///etc/passwd").is_err());
        assert!(page.join("javascript:alert(1)").is_err());
    }
}
