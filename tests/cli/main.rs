//! Stories of users: the built binary, a real temporary repository, the real git to check the result.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may panic and read the environment"
)]

mod answers;
mod attachments;
mod attackers;
mod auditing;
mod bad_files;
mod bad_inputs;
mod blocking;
mod board;
mod bounds;
mod branches;
mod broken_settings;
mod bulk;
mod by_query;
mod checkouts;
mod clocks;
mod completion;
mod concurrency;
mod crash;
mod customer;
mod demo;
mod desk;
mod docs;
mod doctor;
mod durability;
mod editing;
mod failures;
mod faults;
mod first_run;
mod following;
mod formats;
mod full_tickets;
mod gates;
mod habits;
mod helping;
mod hints;
mod history;
mod honest;
mod hostile;
mod hostile_trees;
mod hosts;
mod importing;
mod inbox;
mod index;
mod jobs;
mod kept_texts;
mod kills;
mod knowledge;
mod lanes;
mod lineage;
mod links;
mod listing;
mod matrix;
mod merging;
mod moved;
mod opened;
mod opening;
mod outsiders;
mod own_files;
mod packages;
mod pages;
mod people;
mod pictures;
mod pipelines;
mod process;
mod products;
mod proofs;
mod purging;
mod real_suites;
mod redacting;
mod releases;
mod reports;
mod repositories;
mod rewritten;
mod sameness;
mod sandbox;
mod schemas;
mod searching;
mod server;
mod serving;
mod settings;
mod settling;
mod sharing;
mod showing;
mod side_doors;
mod simulated;
mod site;
mod storm;
mod syncing;
mod talking;
mod tampering;
mod terminal;
mod texts;
mod ticket_branch;
mod trackers;
mod trust;
mod undo;
mod untouched;
mod without_us;
