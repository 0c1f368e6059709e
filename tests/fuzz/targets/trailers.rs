//! Fuzzes: see `properties::trailers`.
#![no_main]

#[allow(dead_code, reason = "each target tries one of them")]
#[path = "../properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::trailers(bytes));
