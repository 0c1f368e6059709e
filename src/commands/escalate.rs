//! `escalate`: hands a ticket to the next level, with everything that level needs.

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::intake;
use crate::process::{Change, Changes, Move};
use crate::render::View;
use crate::ticket::{Field, Finding};

/// Escalate tickets to the next level
///
/// Level 2 needs requirements and troubleshooting; level 3 needs a reproduction and a diagnosis too. What
/// is missing may be supplied in the same call.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// What the customer needs, and what happened; - reads standard input
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    requirements: Option<String>,
    /// What was tried first; - reads standard input
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    troubleshooting: Option<String>,
    /// How to see it happen; - reads standard input
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    reproduction: Option<String>,
    /// What is wrong, and why; - reads standard input
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    diagnosis: Option<String>,
    /// How to live with it meanwhile; - reads standard input
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    workaround: Option<String>,
    /// Override missing findings (requires -m, recorded in the timeline)
    #[arg(long)]
    force: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let mut findings = Changes::new();
    for (finding, text) in [
        (Finding::Requirements, &args.requirements),
        (Finding::Troubleshooting, &args.troubleshooting),
        (Finding::Reproduction, &args.reproduction),
        (Finding::Diagnosis, &args.diagnosis),
        (Finding::Workaround, &args.workaround),
    ] {
        if let Some(text) = text {
            let text = intake::read_text(text, session.input)?;
            findings.insert(Field::Findings(finding), Change::to_text(text));
        }
    }
    let step = Move::Escalate { findings, force: args.force };
    if args.force {
        return args.common.take_with_reason(&step, session);
    }
    args.common.take(&step, session)
}
