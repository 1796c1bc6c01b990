//! Báo Nói, the spoken newspaper: *an address goes in, a spoken article comes out, and people
//! listen, correct and comment.*
//!
//! This page is the map. The modules stand in the order in which an article passes them:
//!
//! ```text
//! Url -fetch-> Page -extract-> Article -normalize-> Script -phonemize-> phonemes
//!     -synthesize-> Clips -audio-> Narration -store-> id -web-> player
//! ```
//!
//! | module | takes | gives | never |
//! |---|---|---|---|
//! | [`domain`] | | the nouns that all others speak of | does input or output |
//! | [`config`] | `baonoi.toml` | checked settings | is read by a stage |
//! | [`fetch`] | an address | a [`Page`](domain::article::Page) | connects to a private address |
//! | [`extract`] | a page | an [`Article`](domain::article::Article) and nothing else of the page | fails because markup is odd |
//! | [`normalize`] | an article | a [`Script`](domain::script::Script): the words that are said | scans what a rule has produced |
//! | [`phonemize`] | an utterance's words | [`Phonemes`](domain::narration::Phonemes) | stays silent about a word |
//! | [`synthesize`] | phonemes | a [`Clip`](domain::narration::Clip) | says how it was made |
//! | [`audio`] | clips | a levelled track, its [`Narration`](domain::narration::Narration), MP3, Opus, WAV | touches a file |
//! | [`store`] | | rows and blobs | lets SQL out |
//! | [`narrate`] | a source | all of the above in order | knows HTTP |
//! | [`jobs`] | rows of slow work | the same, done at most once | loses one |
//! | [`follow`] | feeds and sitemaps | wishes for the new and the corrected | fetches what robots.txt closes |
//! | [`install`] | the name of a voice | its files in place, checked | shows half of one |
//! | [`studio`] | what editors set of voices | the voice that reads, a sentence to try | needs a restart |
//! | [`moderate`] | a comment | what a moderator should look at in it | decides |
//! | [`identify`] | a token of the newspaper's login | who the reader is | lets the token choose how it is checked |
//! | [`notify`] | what happened to comments, what waits | signed webhooks, letters with links | tells a reader's words that nobody approved to a program |
//! | [`web`] | requests | pages, JSON, sound | computes speech |
//!
//! Three rules keep it so. Stages never import each other: `narrate` joins them. The core (`domain`,
//! `extract`, `normalize`, `phonemize`, `audio`, `moderate`) is pure: text and samples in, text and samples
//! out, no clock, no file, no network. And doubt is data: a stage gives its best result and a list
//! of [`Note`](domain::note::Note)s, so that an odd token never stops a reading.
//! `tests/it/tidy.rs` checks them.

// The order is that of the map; the blank lines keep it so when the code is formatted.

pub mod domain;

pub mod config;

pub mod fetch;

pub mod extract;

pub mod normalize;

pub mod phonemize;

pub mod synthesize;

pub mod audio;

pub mod store;

pub mod narrate;

pub mod jobs;

pub mod follow;

pub mod install;

pub mod studio;

pub mod moderate;

pub mod identify;

pub mod notify;

pub mod web;
