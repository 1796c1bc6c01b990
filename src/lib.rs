//! Báo Nói, the spoken newspaper.

pub mod domain;
