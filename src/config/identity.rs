//! Who vouches for readers: the newspaper's own login, and its check of telephones.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, refuse};

/// By whom it is known who a reader is.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IdentityConfig {
    /// The keys with which the newspaper's login signs its tokens. Empty: there is none.
    pub keys: Vec<KeyConfig>,
    /// Compared with the claims `iss` and `aud` of a token. Empty: not compared.
    pub issuer: String,
    pub audience: String,
    /// By how much clocks may differ, in seconds.
    pub leeway_s: u64,
    /// What a reader needs who comments.
    pub required: Required,
    /// The newspaper's service that knows whose telephone was verified. Empty: there is none.
    pub phone_hook: String,
    /// With what questions to it are signed.
    pub phone_hook_secret: Secret,
}

/// A key, and what it is for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyConfig {
    pub algorithm: KeyAlgorithm,
    /// For HS256: at least 32 bytes, in base64.
    #[serde(default)]
    pub secret: Secret,
    /// For RS256 and EdDSA: a PEM file.
    #[serde(default)]
    pub public_key: PathBuf,
    /// The `kid` of the tokens that it signs. Empty: of any.
    #[serde(default)]
    pub id: String,
}

/// How a token is signed (RFC 7518, RFC 8037).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum KeyAlgorithm {
    HS256,
    RS256,
    EdDSA,
}

/// What a reader needs who comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Required {
    #[default]
    Nothing,
    Login,
    Phone,
}

/// A setting that is never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "…" })
    }
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            issuer: String::new(),
            audience: String::new(),
            leeway_s: 60,
            required: Required::Nothing,
            phone_hook: String::new(),
            phone_hook_secret: Secret::default(),
        }
    }
}

impl IdentityConfig {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for key in &self.keys {
            key.check()?;
        }
        if self.leeway_s > 600 {
            return refuse("identity.leeway_s", self.leeway_s.to_string(), "use at most 600");
        }
        if self.required != Required::Nothing && self.keys.is_empty() && self.phone_hook.is_empty()
        {
            let rule = "without `identity.keys` and `identity.phone_hook` nobody could comment";
            return refuse(
                "identity.required",
                format!("{:?}", self.required).to_lowercase(),
                rule,
            );
        }
        let web = ["https://", "http://"].iter().any(|start| self.phone_hook.starts_with(start));
        if !self.phone_hook.is_empty() && !web {
            let rule = "begin with https://, or with http:// inside your own network";
            return refuse("identity.phone_hook", self.phone_hook.clone(), rule);
        }
        if self.phone_hook.is_empty() != self.phone_hook_secret.0.is_empty() {
            let rule = "`identity.phone_hook` and `identity.phone_hook_secret` go together";
            return refuse("identity.phone_hook", format!("{:?}", self.phone_hook), rule);
        }
        Ok(())
    }
}

impl KeyConfig {
    fn check(&self) -> Result<(), ConfigError> {
        let (secret, file) = (!self.secret.0.is_empty(), !self.public_key.as_os_str().is_empty());
        let fits = match self.algorithm {
            KeyAlgorithm::HS256 => secret && !file,
            KeyAlgorithm::RS256 | KeyAlgorithm::EdDSA => file && !secret,
        };
        if fits {
            return Ok(());
        }
        let rule = "HS256 takes a `secret`, RS256 and EdDSA take the file of a `public_key`";
        refuse("identity.keys", format!("a key for {:?} with these settings", self.algorithm), rule)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    #[test]
    fn keys_and_what_belongs_to_them_are_checked() {
        let check = |text: &str| -> Result<(), String> {
            let config: Config = toml::from_str(text).map_err(|error| error.to_string())?;
            config.check().map_err(|error| error.to_string())
        };
        let good = "[identity]\nrequired = \"phone\"\nphone_hook = \"https://bao.example/sms\"\n\
                    phone_hook_secret = \"whsec_x\"\n[[identity.keys]]\nalgorithm = \"EdDSA\"\n\
                    public_key = \"khoa.pem\"\nid = \"1\"";
        assert_eq!(check(good), Ok(()));
        for (bad, told) in [
            ("required = \"login\"", "nobody could comment"),
            ("required = \"sms\"", "`nothing`, `login`, `phone`"),
            ("leeway_s = 601", "leeway_s"),
            ("phone_hook = \"https://bao.example\"", "go together"),
            ("phone_hook_secret = \"whsec_x\"", "go together"),
            ("phone_hook = \"ftp://x\"\nphone_hook_secret = \"x\"", "https://"),
            ("keys = [{ algorithm = \"none\", secret = \"x\" }]", "`HS256`, `RS256`, `EdDSA`"),
            ("keys = [{ algorithm = \"HS256\" }]", "HS256 takes a `secret`"),
            ("keys = [{ algorithm = \"RS256\", secret = \"x\" }]", "a key for RS256"),
            ("keys = [{ algorithm = \"HS256\", secret = \"x\", kid = \"1\" }]", "kid"),
        ] {
            let refused = check(&format!("[identity]\n{bad}")).unwrap_err();
            assert!(refused.contains(told), "{bad}: {refused}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let text = "[identity]\nkeys = [{ algorithm = \"HS256\", secret = \"rat-bi-mat\" }]";
        let config: Config = toml::from_str(text).unwrap();
        assert!(!format!("{config:?}").contains("rat-bi-mat"));
    }
}
