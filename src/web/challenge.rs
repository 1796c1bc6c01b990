//! A signed question for the browser of whoever writes a comment: when it was asked tells how long
//! the writing took, and answering it costs work (Back, "Hashcash", 2002). Nothing is stored until a
//! comment comes with it.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ring::hmac;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::App;
use super::error::WebError;
use super::limits::NO_STORE;
use crate::domain::units::Timestamp;
use crate::store::{hex, now};

/// How long one is good, in milliseconds: an article stays open for an evening.
const LIFE_MS: i64 = 12 * 3_600_000;

/// The name of the secret that signs them.
pub const SECRET: &str = "challenge";

/// The longest answer, in bytes.
const PROOF_LENGTH_MAX: usize = 20;

#[derive(Serialize)]
struct ChallengeJson {
    challenge: String,
    bits: u32,
}

/// Asks, and checks what comes back.
#[derive(Clone)]
pub struct Challenges(hmac::Key);

impl std::fmt::Debug for Challenges {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Challenges")
    }
}

/// Why a challenge cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadChallenge {
    Forged,
    Expired,
}

impl Challenges {
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// `milliseconds.random.signature`
    pub fn ask(&self, at: Timestamp) -> Result<String, getrandom::Error> {
        let mut random = [0; 12];
        getrandom::fill(&mut random)?;
        let question = format!("{}.{}", at.0, hex(&random));
        let signature = hmac::sign(&self.0, question.as_bytes());
        Ok(format!("{question}.{}", hex(signature.as_ref())))
    }

    /// How long ago it was asked, in milliseconds.
    pub fn age(&self, challenge: &str, at: Timestamp) -> Result<i64, BadChallenge> {
        let (question, signature) = challenge.rsplit_once('.').ok_or(BadChallenge::Forged)?;
        let signature = bytes(signature).ok_or(BadChallenge::Forged)?;
        hmac::verify(&self.0, question.as_bytes(), &signature).map_err(|_| BadChallenge::Forged)?;
        let asked = question.split('.').next().and_then(|asked| asked.parse::<i64>().ok());
        let age = at.0.saturating_sub(asked.ok_or(BadChallenge::Forged)?);
        if age > LIFE_MS { Err(BadChallenge::Expired) } else { Ok(age) }
    }
}

/// Whether `SHA-256(challenge:proof)` begins with so many zero bits.
pub fn is_proven(challenge: &str, proof: &str, bits: u32) -> bool {
    if proof.len() > PROOF_LENGTH_MAX {
        return false;
    }
    let hash = Sha256::digest(format!("{challenge}:{proof}"));
    let zeros = hash.iter().position(|byte| *byte != 0).map_or(256, |at| {
        let before = u32::try_from(at).unwrap_or(u32::MAX) * 8;
        before + hash[at].leading_zeros()
    });
    zeros >= bits
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

/// `GET /api/challenge`
pub async fn show_challenge(State(app): State<App>) -> Result<Response, WebError> {
    let challenge =
        ChallengeJson { challenge: ask(&app)?, bits: app.newsroom().comments.proof_of_work_bits };
    Ok(([(header::CACHE_CONTROL, NO_STORE)], Json(challenge)).into_response())
}

/// A new challenge.
pub fn ask(app: &App) -> Result<String, WebError> {
    app.0.challenges.ask(now()).map_err(|_| WebError::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_questions_of_today_count() {
        let (ours, theirs) = (Challenges::new("a"), Challenges::new("b"));
        let at = Timestamp(1_790_000_000_000);
        let asked = ours.ask(at).unwrap();
        assert_ne!(asked, ours.ask(at).unwrap());
        assert_eq!(ours.age(&asked, Timestamp(at.0 + 5_000)), Ok(5_000));
        assert_eq!(ours.age(&asked, Timestamp(at.0 + LIFE_MS + 1)), Err(BadChallenge::Expired));
        assert_eq!(theirs.age(&asked, at), Err(BadChallenge::Forged));
        let older = asked.replacen("1790", "1780", 1);
        for forged in ["", "x", "1.2.zz", "..", &older, &asked[..asked.len() - 1]] {
            assert_eq!(ours.age(forged, at), Err(BadChallenge::Forged), "{forged}");
        }
    }

    #[test]
    fn work_is_found_by_trying_and_checked_by_one_hash() {
        let challenge = Challenges::new("a").ask(Timestamp(0)).unwrap();
        let proof =
            (0..).map(|n: u32| n.to_string()).find(|n| is_proven(&challenge, n, 8)).unwrap();
        assert!(is_proven(&challenge, &proof, 8));
        assert!(!is_proven("another", &proof, 8) || !is_proven("a third", &proof, 8));
        assert!(is_proven(&challenge, "", 0));
        assert!(!is_proven(&challenge, &"0".repeat(21), 0));
    }
}
