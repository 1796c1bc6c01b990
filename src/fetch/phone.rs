//! The newspaper's own check of telephones: a token that its service gave a reader -> who the reader is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, redirect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::USER_AGENT;
use super::signed::headers;
use crate::domain::identity::{Identity, Subject};
use crate::domain::webhook::WebhookSecret;

/// How long a reader waits for the answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Largest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Longest token, in bytes: it comes in a header.
const TOKEN_BYTES_MAX: usize = 4096;

/// Who vouches for a reader whose telephone was checked.
const ISSUER: &str = "phone";

/// Asks the newspaper's service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PhoneHook {
    client: Client,
    /// As set by the operator, so it may well be in the newsroom's own network.
    address: String,
    secret: WebhookSecret,
}

/// Why it is not known who the reader is.
#[derive(Debug, thiserror::Error)]
pub enum PhoneError {
    /// The service does not know the token, or no longer.
    #[error("the service refuses the token")]
    Refused,
    #[error("the service gives no answer that can be used: {0}")]
    Unavailable(String),
}

#[derive(Serialize)]
struct Question<'a> {
    token: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    subject: String,
    name: Option<String>,
}

impl PhoneHook {
    pub fn new(address: &str, secret: WebhookSecret) -> Result<Self, PhoneError> {
        // One provider for the process; a second call finds it installed, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .no_proxy()
            // The token is for this service and no other.
            .redirect(redirect::Policy::none())
            .timeout(PATIENCE)
            .build();
        let client = client.map_err(|error| unavailable(&error))?;
        Ok(Self { client, address: address.to_owned(), secret })
    }

    /// Who got that token.
    pub async fn identity(&self, token: &str) -> Result<Identity, PhoneError> {
        if token.is_empty() || token.len() > TOKEN_BYTES_MAX {
            return Err(PhoneError::Refused);
        }
        let body =
            serde_json::to_string(&Question { token }).map_err(|error| unavailable(&error))?;
        let at =
            SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| unavailable(&error))?;
        let id = format!("msg_{}", Uuid::now_v7().simple());
        let mut request = self.client.post(&self.address).header(CONTENT_TYPE, "application/json");
        let seconds = i64::try_from(at.as_secs()).unwrap_or(i64::MAX);
        for (name, value) in headers(&self.secret, &id, seconds, &body) {
            request = request.header(name, value);
        }
        let response = request.body(body).send().await.map_err(|error| unavailable(&error))?;
        match response.status().as_u16() {
            200 => answered(response).await,
            // These say nothing about the token.
            status @ (408 | 425 | 429) => Err(unavailable(&format!("status {status}"))),
            400..=499 => Err(PhoneError::Refused),
            status => Err(unavailable(&format!("status {status}"))),
        }
    }
}

async fn answered(mut response: Response) -> Result<Identity, PhoneError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unavailable(&error))? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(unavailable("the answer is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    let answer: Answer = serde_json::from_slice(&bytes).map_err(|error| unavailable(&error))?;
    let subject = Subject::new(ISSUER, &answer.subject);
    Ok(Identity {
        subject: subject
            .ok_or_else(|| unavailable("`subject` is no name of 1 to 200 characters"))?,
        name: answer.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        email: None,
        phone_verified: true,
    })
}

fn unavailable(why: &(impl ToString + ?Sized)) -> PhoneError {
    PhoneError::Unavailable(why.to_string())
}
