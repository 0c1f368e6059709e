//! `defer`: hands a ticket to a vendor, or to the Enhance process.

use crate::commands::arguments::follow_up;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Deferral, FollowUp, ProcessAction};
use crate::render::View;

/// Defer tickets to a vendor or the Enhance process
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// The vendor [default for infrastructure: the MSP]
    #[arg(long, value_name = "NAME")]
    vendor: Option<String>,
    /// Set the vendor's case number
    #[arg(long, value_name = "NUMBER")]
    case: Option<String>,
    /// Set the follow-up: 3d (working days), 12h, a date or a time
    #[arg(long, value_name = "WHEN", default_value = "3d", value_parser = follow_up)]
    follow_up: FollowUp,
    /// Defer to the Enhance process, without a support clock
    #[arg(long, conflicts_with_all = ["vendor", "case"])]
    enhance: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let to = if args.enhance {
        Deferral::Enhance
    } else {
        Deferral::Vendor { name: args.vendor.clone(), case: args.case.clone(), follow_up: args.follow_up }
    };
    args.common.take(&ProcessAction::Defer(to), session)
}
