//! What a pipeline tells: what was built, and what its failures do to tickets.

mod build;
mod command;
mod overtaken;
mod passing;
mod regressions;
mod report;
mod texts;
mod updater;

pub use build::{Build, BuildRequest};
pub use command::End;
pub use passing::Passes;
pub use report::CiReport;
pub use updater::CiSummary;
