//! What is measured, as the command line says.

use std::path::PathBuf;

use clap::Parser;

/// Measures git-support beside git, Fossil and the least a program can do.
#[derive(Parser)]
pub(crate) struct Options {
    /// Tickets of the repositories that are measured, one after the other
    #[arg(long, value_delimiter = ',', default_value = "100,1000,10000")]
    pub(crate) tickets: Vec<usize>,
    /// Times that each command is measured; the median is printed
    #[arg(long, default_value_t = 9)]
    pub(crate) rounds: usize,
    /// Only what has one of these in its name, separated by commas
    #[arg(long)]
    pub(crate) only: Option<String>,
    /// Only make a repository, in this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) keep: Option<PathBuf>,
    /// Measure in the repository that --keep made
    #[arg(long = "in", value_name = "FOLDER")]
    pub(crate) made: Option<PathBuf>,
    /// Measure audits of a history of that many commits
    #[arg(long, value_name = "COMMITS")]
    pub(crate) audit: Option<usize>,
    /// Measure what walks over the history of a product of that many commits
    #[arg(long, value_name = "COMMITS")]
    pub(crate) history: Option<usize>,
    /// The tags of that product
    #[arg(long, default_value_t = 200)]
    pub(crate) tags: usize,
    /// The tickets that name its commits
    #[arg(long, value_name = "TICKETS", default_value_t = 60)]
    pub(crate) fixed: usize,
    /// The same in a clone of this repository
    #[arg(long, value_name = "FOLDER")]
    pub(crate) repository: Option<String>,
    /// Measure changes of that many tickets in one commit
    #[arg(long, value_name = "TICKETS")]
    pub(crate) bulk: Option<usize>,
    /// Measure a ticket of that many entries beside one of a hundred
    #[arg(long, value_name = "ENTRIES")]
    pub(crate) long: Option<usize>,
    /// Measure that many messages taken into tickets
    #[arg(long, value_name = "MESSAGES")]
    pub(crate) mail: Option<usize>,
}
