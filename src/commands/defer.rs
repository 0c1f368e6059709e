//! `defer`: hands a ticket to a vendor, or to the Enhance process.

use crate::commands::arguments::follow_up;
use crate::commands::failure::{Failure, Kind};
use crate::commands::mail;
use crate::commands::session::Session;
use crate::commands::step::{Common, take};
use crate::process::{Deferral, FollowUp, ProcessAction, Request, RequestKind};
use crate::project::Project;
use crate::render::View;
use crate::ticket::Mail;

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
    /// Set the follow-up: 3d (working days, the default), 12h, a date or a time
    #[arg(long, allow_hyphen_values = true, value_name = "WHEN", value_parser = follow_up)]
    follow_up: Option<FollowUp>,
    /// Defer to the Enhance process, without a support clock
    #[arg(long, conflicts_with_all = ["vendor", "case"])]
    enhance: bool,
    /// Queue the brief as a message to the vendor (git support mail send)
    #[arg(long, conflicts_with = "enhance")]
    send: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let to = if args.enhance {
        Deferral::Enhance
    } else {
        let (name, case) = (args.vendor.clone(), args.case.clone());
        Deferral::Vendor { name, case, follow_up: args.follow_up.unwrap_or(FollowUp::Usual) }
    };
    let step = ProcessAction::Defer(to);
    if !args.send {
        return args.common.take(&step, session);
    }
    let project = session.project()?;
    let mail = to_vendor(args.vendor.as_deref(), &project)?;
    let note = args.common.message.read(session)?;
    let ids = args.common.tickets.ids(&project, session, args.common.writing.dry_run)?;
    let request = Request::new(RequestKind::Process(step)).with_note(note).by_mail(mail);
    take(&project, &ids, &request.spending(args.common.spending.spent), &args.common.writing, session)
}

/// The message to a vendor; to the one that runs the infrastructure, where none is named.
fn to_vendor(name: Option<&str>, project: &Project<'_>) -> Result<Mail, Failure> {
    mail::settings(project)?;
    let vendor = match name {
        Some(name) => Some(project.vendor(name)?),
        None => project.vendors()?.values().find(|vendor| vendor.is_msp),
    };
    let Some(vendor) = vendor else {
        return Err(Failure::usage("--send requires --vendor").hint("git support vendor list"));
    };
    let Some(email) = &vendor.email else {
        let message = format!("{} has no e-mail address", vendor.name);
        return Err(Failure::new(Kind::Refused, message)
            .hint(format!("git support vendor edit {} --email help@example.com", vendor.name)));
    };
    Ok(Mail { to: vec![email.clone()], ..Mail::default() })
}
