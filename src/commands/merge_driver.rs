//! `merge-driver`: git calls it to merge a ticket (gitattributes(5)); nobody else needs to.

use std::path::PathBuf;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Actor, Change, Request, Rules, What, decide};
use crate::render::View;
use crate::store::driver::{author, merge_lines, read_merged, read_version, write_version};
use crate::store::layout;
use crate::ticket::{Field, Merged, Node, ThreeWay, Ticket, codec, merge, merge_three};

/// Merge ticket files (run by Git)
///
/// Registered as `merge.support.driver` by `init` and by the first write in a clone. The result stands in
/// OURS; where there is none, the lines are merged as git would, and the status is 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The common ancestor's version (%O)
    base: PathBuf,
    /// Our version, which the result takes the place of (%A)
    ours: PathBuf,
    /// Their version (%B)
    theirs: PathBuf,
    /// The path in the repository (%P)
    path: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match merged(args, session) {
        Ok(ticket) => {
            write_version(&session.surroundings.directory.join(&args.ours), &codec::write(&ticket))?;
            Ok(View::Nothing)
        }
        Err(failure) => {
            let files =
                [&args.ours, &args.base, &args.theirs].map(|path| session.surroundings.directory.join(path));
            let [ours, base, theirs] = &files;
            // A clean merge of lines is no merge of tickets: the failure stands either way.
            let _ = merge_lines(&session.surroundings, [ours, base, theirs]);
            Err(failure.hint("git support doctor --repair"))
        }
    }
}

fn merged(args: &Args, session: &mut Session<'_>) -> Result<Ticket, Failure> {
    let path = args.path.as_str();
    let id = layout::id_of(path)
        .ok_or_else(|| Failure::new(Kind::Invalid, format!("{path} has no name of a ticket")))?;
    let read = |file: &PathBuf| -> Result<Option<Ticket>, Failure> {
        let bytes = read_version(&session.surroundings.directory.join(file))?;
        // Git hands over an empty file where a side has none.
        let ticket = (!bytes.is_empty()).then(|| read_merged(&id, path, &bytes)).transpose();
        ticket.map_err(|bad| Failure::from(crate::store::Error::from(bad)))
    };
    let (base, ours, theirs) = (read(&args.base)?, read(&args.ours)?, read(&args.theirs)?);
    let (ours, theirs) = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (Some(one), None) | (None, Some(one)) => return Ok(one),
        (None, None) => return Err(Failure::new(Kind::Invalid, format!("{path} is empty on both sides"))),
    };
    let strangers = || Failure::new(Kind::Conflict, format!("{path}: two tickets were filed under one id"));
    let Some(base) = base else {
        return match merge(&ours, &theirs) {
            Merged::One(ticket) => Ok(*ticket),
            Merged::Two { .. } => Err(strangers()),
        };
    };
    match merge_three(&base, &ours, &theirs) {
        ThreeWay::One(ticket) => Ok(*ticket),
        ThreeWay::TakenBack { ticket, back } => taken_back(*ticket, back, session),
        ThreeWay::Two => Err(strangers()),
        ThreeWay::Contested(fields) => {
            let names: Vec<String> = fields.iter().map(Field::name).collect();
            let message =
                format!("{path}: {} edited by hand, and changed on the other side", names.join(", "));
            Err(Failure::new(Kind::Conflict, message))
        }
    }
}

/// Answers entries that a revert takes back with an entry that sets their fields back: a timeline only grows.
fn taken_back(
    mut ticket: Ticket,
    back: std::collections::BTreeMap<Field, Option<Node>>,
    session: &mut Session<'_>,
) -> Result<Ticket, Failure> {
    if back.is_empty() {
        return Ok(ticket);
    }
    let (by, at) = author(&session.surroundings)?;
    let actor = Actor { member: by.clone(), by, at, entry: session.entry_id() };
    let what = What::Undo(back.into_iter().map(|(field, value)| (field, Change::To(value))).collect());
    if let Some(step) = decide(&ticket, Request::new(what), &Rules::default(), &actor)? {
        ticket.apply(step);
    }
    Ok(ticket)
}
