//! Tickets that were filed beside the branch of the tickets: moved there, and taken out of where they are not looked for.

use crate::project::change::{Change, ChangeOptions};
use crate::project::failure::{Failure, Kind};
use crate::project::state::{Project, Scope};
use crate::store::git::FileChange;
use crate::store::layout;
use crate::ticket::{Merged, Ticket, merge};

/// Moves the tickets of every stray branch. They are on the branch of the tickets before they go elsewhere.
pub(super) fn moved(project: &Project<'_>, options: &ChangeOptions) -> Result<(), Failure> {
    for name in project.store.stray_branches()? {
        let stray = Project::open_damaged(&project.host, Some(&name), Scope::Now)?;
        let listing = stray.snapshot().tickets()?;
        if let Some(bad) = listing.bad.first() {
            return Err(crate::store::Error::from(bad.clone()).into());
        }
        // Both branches change, or none: what was moved is not to stand on two.
        stray.store.check_writable()?;
        let count = listing.tickets.len();
        let what = format!("{count} ticket{}", if count == 1 { "" } else { "s" });
        project.in_newest_state()?.change(options, |change| {
            change.subject(format!("move {what} here from branch {name}"));
            change.action("repair");
            listing.tickets.iter().try_for_each(|ticket| take(change, ticket, &stray))
        })?;
        stray.change(options, |change| {
            change.subject(format!("move {what} to branch {}", project.branch()));
            change.action("repair");
            leave(change, &stray)
        })?;
        project.host.note(format!("moved {what} from branch {name} to branch {}", project.branch()));
    }
    Ok(())
}

/// A ticket of a stray branch, with its attachments.
fn take(change: &mut Change<'_, '_>, ticket: &Ticket, stray: &Project<'_>) -> Result<(), Failure> {
    let before = change.ticket(ticket.id())?;
    let after = match before.as_ref().map(|before| merge(before, ticket)) {
        None => ticket.clone(),
        Some(Merged::One(both)) => *both,
        Some(Merged::Two { .. }) => {
            let message = format!("two tickets were opened under the ID {}", ticket.id());
            return Err(Failure::new(Kind::Conflict, message));
        }
    };
    for file in after.timeline().iter().filter_map(|entry| entry.attachment.as_ref()) {
        if change.project().attachment(ticket.id(), file)?.is_none()
            && let Some(content) = stray.attachment(ticket.id(), file)?
        {
            let path = format!("{}/{}", layout::attachments(ticket.id()), file.file);
            change.files.push(FileChange::write(path, content));
        }
    }
    change.put(before, after);
    Ok(())
}

/// Takes the tickets and attachments off a stray branch, as they were moved: what somebody wrote to meanwhile stays for
/// the next repair. Its settings, which others may have written, stay, too.
fn leave(change: &mut Change<'_, '_>, stray: &Project<'_>) -> Result<(), Failure> {
    let tickets = stray.snapshot().ids()?.into_iter().map(|id| layout::ticket(&id));
    for path in tickets.chain(stray.snapshot().attachments()?) {
        let now = change.project().snapshot().file(&path, usize::MAX)?;
        if now.is_some() && now == stray.snapshot().file(&path, usize::MAX)? {
            change.files.push(FileChange::remove(path));
        }
    }
    Ok(())
}
