//! Who may show the player in a frame.

use serde::Deserialize;

use super::{ConfigError, refuse};

/// The pages at `/embed…`, which other sites show in a frame.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EmbedConfig {
    /// The only sites that may, as sources of a content security policy; empty for any.
    pub sites: Vec<String>,
}

impl EmbedConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        match self.sites.iter().find(|site| !is_source(site)) {
            None => Ok(()),
            Some(site) => refuse(
                "embed.sites",
                format!("{site:?}"),
                "name each site as \"https://bao.example\", with \"*.\" before the host for all below \
                 it; no path, and other letters than a to z as punycode",
            ),
        }
    }
}

/// Whether it is a `host-source` without a path (Content Security Policy Level 3, section 2.3.1).
pub fn is_source(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (host, port) = rest.rsplit_once(':').unwrap_or((rest, "443"));
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let host = host.strip_prefix("*.").unwrap_or(host);
    host.split('.').all(label) && port.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_a_source_of_a_policy_and_nothing_else() {
        for good in ["https://bao.example", "http://127.0.0.1:8080", "https://*.bao.example"] {
            assert!(is_source(good), "{good}");
        }
        for bad in [
            "",
            "*",
            "bao.example",
            "https://",
            "https://bao.example/tin",
            "https://báo.example",
            "https://a.example; script-src *",
            "https://a.example https://b.example",
            "https://a.*.example",
            "https://a.example:99999",
            "ftp://bao.example",
            "'none'",
        ] {
            assert!(!is_source(bad), "{bad}");
        }
    }
}
