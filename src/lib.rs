//! Báo Nói, the spoken newspaper.

pub mod domain;

/// Settings.
pub mod config;

/// Url -> Page.
pub mod fetch;

/// Page -> Article.
pub mod extract;

/// Article -> Script.
pub mod normalize;

/// Spoken words -> phonemes.
pub mod phonemize;

/// Phonemes -> Clip.
pub mod synthesize;

/// Clips -> Narration.
pub mod audio;

/// What is remembered.
pub mod store;

/// The whole line.
pub mod narrate;

/// Slow work.
pub mod jobs;

/// The outside face.
pub mod web;
