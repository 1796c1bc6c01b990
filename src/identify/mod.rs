//! A token of the newspaper's own login -> who the reader is.
//!
//! Tokens are JSON Web Tokens (RFC 7519), signed with HS256, RS256 or EdDSA (Ed25519). Which algorithm is tried
//! follows from the key that is configured, never from the token: so neither `none` is believed nor a token that
//! was signed with our public key as if it were a secret. The time is an argument; nothing here asks anybody.

mod key;
mod provider;
#[cfg(test)]
mod tests;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::Value;

pub use self::key::{Key, UnusableKey};

use crate::domain::identity::{Identity, Subject};
use crate::domain::units::Timestamp;

/// Longest token, in bytes: it comes in a header.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// Longest address of an electronic letter (RFC 5321, section 4.5.3.1.3).
const EMAIL_BYTES_MAX: usize = 254;

/// Whose tokens are believed.
#[derive(Clone, Debug)]
pub struct Verifier {
    keys: Vec<Key>,
    issuer: String,
    audience: String,
    leeway_s: u64,
}

/// Why a token does not say who the reader is.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The reader should log in again.
    #[error("the token has expired")]
    Expired,
    #[error("{0}")]
    Invalid(String),
}

/// What a token claims. Optional claims that are not what the standard says claim nothing.
#[derive(Deserialize)]
struct Claims {
    exp: f64,
    nbf: Option<f64>,
    iat: Option<f64>,
    #[serde(default)]
    iss: Value,
    sub: String,
    #[serde(default)]
    name: Value,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    phone_number_verified: Value,
}

impl Verifier {
    /// `issuer` and `audience` are compared unless they are empty. Clocks may differ by `leeway_s` seconds.
    pub fn new(keys: Vec<Key>, issuer: &str, audience: &str, leeway_s: u64) -> Self {
        provider::install();
        Self { keys, issuer: issuer.to_owned(), audience: audience.to_owned(), leeway_s }
    }

    /// Who the reader is, if the token is good at that time.
    pub fn identity(&self, token: &str, now: Timestamp) -> Result<Identity, Refused> {
        let claims = self.claims(token)?;
        self.check_times(&claims, now)?;
        let issuer = claims.iss.as_str().unwrap_or_default();
        let subject = Subject::new(issuer, &claims.sub);
        Ok(Identity {
            subject: subject.ok_or_else(|| invalid("`sub` is no name of 1 to 200 characters"))?,
            name: claims
                .name
                .as_str()
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(Into::into),
            email: claims.email.as_str().filter(|email| is_email(email)).map(Into::into),
            phone_verified: claims.phone_number_verified == Value::Bool(true),
        })
    }

    /// What a token claims that one of our keys has signed.
    fn claims(&self, token: &str) -> Result<Claims, Refused> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(invalid("longer than 4096 bytes"));
        }
        let header = decode_header(token).map_err(|error| invalid(&error))?;
        let is_meant =
            |key: &&Key| key.id.is_none() || header.kid.is_none() || key.id == header.kid;
        let mut why = invalid("no key has signed it");
        for key in self.keys.iter().filter(is_meant) {
            match decode::<Claims>(token, &key.key, &self.rules(key)) {
                Ok(token) => return Ok(token.claims),
                // Of several keys the one that has signed it tells most.
                Err(error) => match error.kind() {
                    ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => {}
                    _ => why = invalid(&error),
                },
            }
        }
        Err(why)
    }

    /// Everything but times, which are compared with the time that is given.
    fn rules(&self, key: &Key) -> Validation {
        let mut rules = Validation::new(key.algorithm);
        rules.validate_exp = false;
        rules.set_required_spec_claims(&["exp", "sub"]);
        if !self.issuer.is_empty() {
            rules.set_issuer(&[&self.issuer]);
            rules.required_spec_claims.insert("iss".to_owned());
        }
        rules.validate_aud = !self.audience.is_empty();
        if rules.validate_aud {
            rules.set_audience(&[&self.audience]);
            rules.required_spec_claims.insert("aud".to_owned());
        }
        rules
    }

    fn check_times(&self, claims: &Claims, now: Timestamp) -> Result<(), Refused> {
        let (now, leeway) = (now.0 as f64 / 1000.0, self.leeway_s as f64);
        if claims.exp + leeway <= now {
            return Err(Refused::Expired);
        }
        let begins = [claims.nbf, claims.iat].into_iter().flatten().fold(0.0, f64::max);
        if begins > now + leeway {
            return Err(invalid("not valid yet"));
        }
        Ok(())
    }
}

fn invalid(why: &(impl ToString + ?Sized)) -> Refused {
    Refused::Invalid(why.to_string())
}

/// Whether letters may go there; whether they arrive is for the login to know.
fn is_email(text: &str) -> bool {
    let shown = !text.chars().any(|c| c.is_control() || c.is_whitespace());
    let parts =
        text.rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    shown && parts && text.len() <= EMAIL_BYTES_MAX
}
