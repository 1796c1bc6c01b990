//! Any text comes out as words, without a panic and without a loss.
#![no_main]

#[path = "../promises.rs"]
mod promises;

libfuzzer_sys::fuzz_target!(|text: &str| promises::keeps(text));
