//! Properties of the pure rooms: what holds for every ticket, text and query.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod ancestry;
mod arbitrary;
mod audit;
mod calendar;
mod codec;
mod counted;
mod index;
mod interleaved;
mod merge;
mod metrics;
mod query;
mod reports;
mod untrusted_input;
