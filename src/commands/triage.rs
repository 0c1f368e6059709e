//! `triage`: judges a ticket: severity, area, people, kind, in one go.

use clap::builder::PossibleValuesParser;

use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::step::Common;
use crate::process::{Change, Changes, Move};
use crate::render::View;
use crate::ticket::{Area, Field, Severity, Type};

/// Set severity, area, type and other fields
///
/// A severity is the product owner's to judge: set by somebody else, it is a proposal until one of them
/// confirms it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    common: Common,
    /// Impact on the user
    #[arg(long, value_parser = PossibleValuesParser::new(Severity::WORDS))]
    severity: Option<String>,
    /// Confirm the severity that somebody proposed
    #[arg(long, conflicts_with = "severity")]
    confirm: bool,
    /// Which side of the product is concerned
    #[arg(long, value_parser = PossibleValuesParser::new(Area::WORDS))]
    area: Option<String>,
    /// What kind of concern it is
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(Type::WORDS))]
    kind: Option<String>,
    /// A release it affects (can be repeated)
    #[arg(long, value_name = "VERSION")]
    affects: Vec<String>,
    /// A word to find it by (can be repeated)
    #[arg(long, value_name = "WORD")]
    label: Vec<String>,
    /// Who works on it; me for yourself
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let mut changes = Changes::new();
    for (field, value) in
        [(Field::Severity, &args.severity), (Field::Area, &args.area), (Field::Type, &args.kind)]
    {
        changes.extend(value.as_ref().map(|value| (field, Change::to_text(value))));
    }
    for (field, members) in [(Field::Affects, &args.affects), (Field::Labels, &args.label)] {
        if !members.is_empty() {
            changes.insert(field, Change::adding(members.clone()));
        }
    }
    if let Some(who) = &args.assignee {
        changes.insert(Field::Assignee, Change::to_text(session.project()?.person(who)?));
    }
    args.common.take(&Move::Triage { changes, confirm: args.confirm }, session)
}
