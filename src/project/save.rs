//! What was changed by hand under `.support/`, adopted with the entries that account for it.

use std::collections::BTreeSet;

use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::change::Change;
use crate::project::checks::check_project_file;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::{FileChange, shown};
use crate::store::{BadFile, HandEdit, layout};
use crate::ticket::{Field, Ticket, TicketId, codec};

/// Files that the work tree has otherwise than the last commit.
pub struct HandEdits(Vec<HandEdit>);

impl Project<'_> {
    /// What was changed by hand under `.support/`: of some tickets, or of anything where none is named.
    ///
    /// # Errors
    /// Git cannot compare them, or a file cannot be read.
    pub fn hand_edits(&self, only: &[TicketId]) -> Result<HandEdits, Failure> {
        let mut edits = self.store.hand_edits()?;
        if !only.is_empty() {
            edits.retain(|edit| layout::id_of(&edit.path).is_some_and(|id| only.contains(&id)));
        }
        Ok(HandEdits(edits))
    }
}

impl Change<'_, '_> {
    /// Adopts edits made by hand: tickets are checked, and get the entries that account for their new fields; the
    /// project's files are checked.
    ///
    /// # Errors
    /// A file is not valid, is in conflict or was deleted; or a timeline was edited.
    pub fn adopt_edits(&mut self, edits: &HandEdits, note: Option<&String>) -> Result<(), Failure> {
        let mut names = Vec::new();
        for edit in &edits.0 {
            let content = present(edit)?;
            self.adopt(&edit.path, content);
            match layout::id_of(&edit.path) {
                Some(id) => {
                    let before = self.committed(&id, &edit.path)?;
                    let changes = changes(&before, &edited(&id, &edit.path, content)?, &edit.path)?;
                    let request = Request::new(RequestKind::Edit(changes)).with_note(note.cloned());
                    self.request(&id, request)?;
                    // An edit of the layout alone has no entry: the file is written as it is written everywhere.
                    self.rewrite(&id);
                }
                None => {
                    check_project_file(&edit.path, content)?;
                    names.push(edit.path.rsplit('/').next().unwrap_or_default().to_owned());
                    self.files.push(FileChange::write(edit.path.clone(), content));
                }
            }
        }
        if !names.is_empty() {
            self.subject(format!("save {}", names.join(", ")));
        }
        Ok(())
    }

    fn committed(&self, id: &TicketId, path: &str) -> Result<Ticket, Failure> {
        self.project().snapshot().ticket(id)?.ok_or_else(|| {
            Failure::new(Kind::Refused, format!("{path} is not a ticket that was opened here"))
                .hint("open it with git support new, and remove the file")
        })
    }
}

fn present(edit: &HandEdit) -> Result<&[u8], Failure> {
    if edit.is_conflicted {
        let message = format!("{} is in conflict", edit.path);
        return Err(Failure::new(Kind::Conflict, message).hint("git support doctor --repair"));
    }
    if let Some(problem) = &edit.problem {
        let hint = format!("git restore --staged --worktree '{0}', or remove it", shown(&edit.path));
        return Err(Failure::new(Kind::Refused, problem.clone()).hint(hint));
    }
    edit.content.as_deref().ok_or_else(|| {
        let message = format!("{} was deleted, and save does not commit deletions", edit.path);
        Failure::new(Kind::Refused, message).hint(format!("git restore --staged --worktree {}", edit.path))
    })
}

fn edited(id: &TicketId, path: &str, content: &[u8]) -> Result<Ticket, Failure> {
    codec::read(id, content)
        .map_err(|invalid| Failure::from(crate::store::Error::from(BadFile::new(path, &invalid))))
}

/// What the edit makes of the fields; the timeline must be as it was.
fn changes(before: &Ticket, edited: &Ticket, path: &str) -> Result<Changes, Failure> {
    if edited.timeline() != before.timeline() {
        let message = format!("{path}: timeline entries cannot be edited by hand");
        return Err(
            Failure::new(Kind::Refused, message).hint(format!("git diff HEAD -- {path}; git restore {path}"))
        );
    }
    let fields: BTreeSet<&Field> = before.fields().names().chain(edited.fields().names()).collect();
    let differs = |field: &&Field| before.fields().get(field) != edited.fields().get(field);
    let change = |field: &Field| (field.clone(), FieldChange::To(edited.fields().get(field).cloned()));
    Ok(fields.into_iter().filter(differs).map(change).collect())
}
