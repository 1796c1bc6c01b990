//! Who is told: programs of what happened to comments, moderators of those that wait.
//!
//! ```text
//! what happened -store::outbox-> Delivery -webhooks-> a program's answer
//! what waits -digest-> Letter -mail-> a moderator -link-> web
//! ```
//!
//! What is to be told stands in the store, so nothing is lost when the program is killed.

mod digest;
mod letter;
mod link;
mod mail;
mod texts;
mod webhooks;

pub use self::digest::Digests;
pub use self::letter::{Letter, letter};
pub use self::link::{BadLink, Link, Links, PATH};
pub use self::mail::{MailError, Mailer};
pub use self::texts::DigestTexts;
pub use self::webhooks::{NoWebhooks, Webhooks};
