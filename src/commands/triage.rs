//! `triage`: judges a ticket: severity, area, people, kind, in one go.

use clap::builder::PossibleValuesParser;

use crate::commands::failure::Failure;
use crate::commands::known::note_likely_of;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::intake;
use crate::process::{Changes, FieldChange, ProcessAction};
use crate::render::View;
use crate::ticket::{Area, Field, Severity, Type};

/// Set severity, area, type and other fields
///
/// If the team has product owners, a severity set by anyone else is a proposal until a product owner confirms it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Set the severity
    #[arg(long, value_parser = PossibleValuesParser::new(Severity::WORDS))]
    severity: Option<String>,
    /// Confirm the severity that somebody proposed
    #[arg(long, conflicts_with = "severity")]
    confirm: bool,
    /// Set the area
    #[arg(long, value_parser = PossibleValuesParser::new(Area::WORDS))]
    area: Option<String>,
    /// Set the ticket type
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(Type::WORDS))]
    kind: Option<String>,
    /// Add an affected release (can be repeated)
    #[arg(long, value_name = "VERSION")]
    affects: Vec<String>,
    /// Add a label (can be repeated)
    #[arg(long, value_name = "WORD")]
    label: Vec<String>,
    /// Set the assignee: a name, an address, or me
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let note = args.common.message.read(session)?;
    let mut changes = Changes::new();
    for (field, value) in
        [(Field::Severity, &args.severity), (Field::Area, &args.area), (Field::Type, &args.kind)]
    {
        changes.extend(value.as_ref().map(|value| (field, FieldChange::to_text(value))));
    }
    for (field, members) in [(Field::Affects, &args.affects), (Field::Labels, &args.label)] {
        let members = intake::all_members(members);
        if !members.is_empty() {
            changes.insert(field, FieldChange::adding(members));
        }
    }
    if let Some(who) = &args.assignee {
        changes.insert(Field::Assignee, FieldChange::to_text(who));
    }
    let step = ProcessAction::Triage { changes, confirm: args.confirm };
    let project = session.project()?;
    let view = args.common.take_in(&project, &step, note, session)?;
    note_likely_of(&view, &project, session);
    Ok(view)
}
