//! `watch`: tells or stops telling the user what happens on tickets.

use crate::commands::arguments::WriteOptions;
use crate::commands::chosen::Chosen;
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::Change;
use crate::render::View;
use crate::ticket::{Field, TicketId};

/// Watch tickets: list what happens to them in your inbox
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    tickets: Chosen,
    /// Stop watching
    #[arg(long)]
    off: bool,
    #[command(flatten)]
    writing: WriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ids = args.tickets.ids(&project, session, args.writing.dry_run)?;
    let changed = project.change(&args.writing.options(), |change| {
        for id in &ids {
            let watchers = watchers(change, id, args.off)?;
            change
                .request(id, Request::new(RequestKind::Edit(Changes::from([(Field::Watchers, watchers)]))))?;
        }
        change.subject_of_many(format!("watch {} tickets", ids.len()));
        Ok(())
    })?;
    Ok(views::steps(changed, session))
}

/// What becomes of the watchers: the user, as the team names them, comes or goes.
fn watchers(change: &Change<'_, '_>, id: &TicketId, off: bool) -> Result<FieldChange, Failure> {
    let me = change.known_author()?;
    if !off {
        return Ok(FieldChange::adding(vec![me.person().to_string()]));
    }
    let ticket = change.ticket(id)?;
    let members = ticket.iter().flat_map(|ticket| ticket.fields().members(&Field::Watchers));
    let mine: Vec<String> = members.filter(|one| me.is_named(one)).map(str::to_owned).collect();
    Ok(FieldChange::removing(mine))
}
