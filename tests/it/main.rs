//! The only test binary: the program as others see it.

mod api;
mod app;
mod audio;
mod browser;
mod chromium;
mod cli;
mod comments;
mod extract;
mod fetch;
mod follow;
mod jobs;
mod lexicon;
mod listen;
mod listens;
mod mirror;
mod normalize;
mod pages;
mod phonemize;
mod player;
mod podcast;
mod publisher;
mod site;
mod sound;
mod speech;
mod tidy;
mod voices;
