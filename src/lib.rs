//! `git support` runs a product's support process inside the product's own git repository.
//!
//! A library that promises no API, and a thin binary. Data flows one way; the arrows below are the
//! only ones, and `tests/architecture` holds them:
//!
//! ```text
//! cli ──> web ──> commands, render    pages for a browser; cli names commands and render, too
//!
//!         commands ──┬──> project    this repository's tickets as a command sees them
//!                    │      ├──> store    tickets in git ──> store/git, the only room that knows git
//!                    │      └──> index    the tickets' derived index, SQLite ──> query
//!                    ├──> process    what may happen to a ticket (pure)
//!                    ├──> query      which tickets are meant     (pure)
//!                    ├──> intake     text and files that come in
//!                    ├──> mail       messages in and out
//!                    ├──> report     figures from courses, and the page that shows them (pure)
//!                    └──> render     a view as table, page, JSON, CSV, Markdown
//! ```
//!
//! All of them know `ticket`, what a ticket is (pure); `project`, `intake`, `mail`, `report` and `render` know `process`. `ticket` and
//! `store/git` know nothing of ours. The clock, the environment and randomness are read in `cli` and handed in.

pub mod cli;
pub mod commands;
pub mod index;
pub mod intake;
pub mod mail;
pub mod process;
pub mod project;
pub mod query;
pub mod render;
pub mod report;
pub mod store;
pub mod ticket;
pub mod web;

/// What is read and written at most, room by room: what, how much, in which unit. docs/limits.md is made from it.
pub const LIMITS: [&[(&str, usize, &str)]; 7] = [
    ticket::LIMITS,
    store::git::LIMITS,
    intake::LIMITS,
    mail::LIMITS,
    process::LIMITS,
    query::LIMITS,
    web::LIMITS,
];
