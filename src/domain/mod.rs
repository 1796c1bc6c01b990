//! The nouns of the program: plain data with its own rules.
//!
//! Nothing here does input or output, reads a clock, or imports another module of ours.
//! How a noun is stored or shown as JSON is the business of `store` and `web`, which have
//! shapes of their own, so that each can change alone.

pub mod account;
pub mod address;
pub mod article;
pub mod attention;
pub mod comment;
pub mod edition;
pub mod erasure;
pub mod feed;
pub mod identity;
pub mod ids;
pub mod job;
pub mod lexicon;
pub mod listening;
pub mod narration;
pub mod newsroom;
pub mod note;
pub mod pace;
pub mod publication;
pub mod readings;
pub mod revision;
pub mod rule;
pub mod script;
pub mod thread;
pub mod units;
pub mod webhook;
