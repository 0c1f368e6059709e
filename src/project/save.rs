//! What was changed by hand under `.support/`, adopted with the entries that account for it.

use std::collections::BTreeSet;

use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::change::Change;
use crate::project::checks::check_project_file;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::store::git::FileChange;
use crate::store::{BadFile, HandEdit, layout};
use crate::ticket::{Field, MAX_TICKET_BYTES, Ticket, TicketId, codec, nearest, shell_word, visible};

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

    /// Writes files again as they were committed, but not one that somebody has edited since it was read.
    ///
    /// # Errors
    /// Git cannot compare or write them.
    pub fn restore_layout(&self, read: &HandEdits, paths: &[String]) -> Result<(), Failure> {
        if paths.is_empty() {
            return Ok(());
        }
        let now = self.store.hand_edits()?;
        let as_read = now.into_iter().filter(|edit| paths.contains(&edit.path) && read.0.contains(edit));
        let paths: Vec<String> = as_read.map(|edit| edit.path).collect();
        Ok(self.store.restore(&paths)?)
    }
}

impl Change<'_, '_> {
    /// Adopts edits made by hand: tickets are checked, and get the entries that account for their new fields; the
    /// project's files are checked. Returns the files of which only the layout was edited.
    ///
    /// # Errors
    /// A file is not valid, is in conflict or was deleted; or a timeline was edited.
    pub fn adopt_edits(&mut self, edits: &HandEdits, note: Option<&String>) -> Result<Vec<String>, Failure> {
        let (mut names, mut untouched) = (Vec::new(), Vec::new());
        for edit in &edits.0 {
            let content = present(edit)?;
            match layout::id_of(&edit.path) {
                Some(id) => {
                    if !self.adopt_ticket(&id, edit, content, note)? {
                        untouched.push(edit.path.clone());
                    }
                }
                None => {
                    if layout::is_of_rules(&edit.path) {
                        self.check_owned(&edit.path)?;
                    }
                    if edit.path == layout::TEAM {
                        self.check_who_is_left(content)?;
                    }
                    self.adopt(&edit.path, content);
                    check_project_file(&edit.path, content)?;
                    names.push(edit.path.rsplit('/').next().unwrap_or_default().to_owned());
                    self.files.push(FileChange::write(edit.path.clone(), content));
                }
            }
        }
        if !names.is_empty() {
            self.subject(format!("save {}", names.join(", ")));
        }
        Ok(untouched)
    }

    /// Adopts the edit of a ticket's file; false where only the layout was edited.
    fn adopt_ticket(
        &mut self,
        id: &TicketId,
        edit: &HandEdit,
        content: &[u8],
        note: Option<&String>,
    ) -> Result<bool, Failure> {
        let before = self.committed(id, &edit.path)?;
        let after = edited(id, &edit.path, content)?;
        let changes = changes(&before, &after, &edit.path)?;
        check_names(id, &changes, &edit.path)?;
        let gone = comments_gone(content, &codec::write(&after));
        if !gone.is_empty() {
            let message = format!("warning: {id}: comments in a ticket file are not kept");
            self.project().host.note(format!("{message}: {}", gone.join(" / ")));
        }
        if changes.is_empty() && self.is_in_our_form(&before, &edit.path)? {
            return Ok(false);
        }
        self.request(id, Request::new(RequestKind::Edit(changes)).with_note(note.cloned()))?;
        self.adopt(&edit.path, content);
        // One that was committed in another layout is written as it is written everywhere.
        self.rewrite(id);
        Ok(true)
    }

    /// True where the committed file is written as this program writes it.
    fn is_in_our_form(&self, committed: &Ticket, path: &str) -> Result<bool, Failure> {
        let file = self.project().snapshot().file(path, MAX_TICKET_BYTES)?;
        Ok(file.is_some_and(|bytes| bytes == codec::write(committed).as_bytes()))
    }

    fn committed(&self, id: &TicketId, path: &str) -> Result<Ticket, Failure> {
        self.project().snapshot().ticket(id)?.ok_or_else(|| {
            Failure::new(Kind::Refused, format!("{path} is not a ticket that was opened here"))
                .hint(STAGED_BY_GIT)
                .hint("otherwise open it with git support new, and remove the file")
        })
    }
}

/// What git has staged of another branch is no edit by hand.
const STAGED_BY_GIT: &str = "where a merge or cherry-pick staged it: git commit";

fn present(edit: &HandEdit) -> Result<&[u8], Failure> {
    if edit.is_conflicted {
        let message = format!("{} is in conflict", edit.path);
        return Err(Failure::new(Kind::Conflict, message).hint("git support doctor --repair"));
    }
    if let Some(problem) = &edit.problem {
        let hint = format!("git restore --staged --worktree {}, or remove it", shell_word(&edit.path));
        return Err(Failure::new(Kind::Refused, problem.clone()).hint(hint));
    }
    edit.content.as_deref().ok_or_else(|| {
        let message = format!("{} was deleted, and save does not commit deletions", edit.path);
        Failure::new(Kind::Refused, message)
            .hint(format!("git restore --staged --worktree {}", shell_word(&edit.path)))
    })
}

fn edited(id: &TicketId, path: &str, content: &[u8]) -> Result<Ticket, Failure> {
    codec::read(id, content).map_err(|invalid| {
        let failure = Failure::from(crate::store::Error::from(BadFile::new(path, &invalid)));
        // What is wrong is no commit's yet.
        Failure { hints: vec![format!("git diff HEAD -- {}", shell_word(path))], ..failure }
    })
}

/// Refuses a new field whose name is nearly one that tickets have: it would be kept, and never be read.
fn check_names(id: &TicketId, changes: &Changes, path: &str) -> Result<(), Failure> {
    let names: Vec<&str> = Field::plain_names().collect();
    for field in
        changes.iter().filter(|(_, change)| **change != FieldChange::To(None)).map(|(field, _)| field)
    {
        if let Field::Unknown(name) = field
            && let Some(near) = nearest(name, &names)
        {
            let message = format!("{path}: unknown field '{}'; did you mean '{near}'?", visible(name));
            return Err(Failure::new(Kind::Refused, message)
                .hint(format!("git diff HEAD -- {}; git support show {id}", shell_word(path))));
        }
    }
    Ok(())
}

/// The lines of comment in a file: what begins like one, and is in no text of the ticket.
fn comments_gone(content: &[u8], written: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(content);
    let lines = text.lines().map(str::trim).filter(|line| line.starts_with('#') && !written.contains(line));
    lines.map(visible).collect()
}

/// What the edit makes of the fields; the timeline must be as it was.
fn changes(before: &Ticket, edited: &Ticket, path: &str) -> Result<Changes, Failure> {
    if edited.timeline() != before.timeline() {
        let message = format!("{path}: timeline entries cannot be edited by hand");
        let failure = Failure::new(Kind::Refused, message);
        let is_grown = before.timeline().iter().all(|entry| edited.has_entry(entry));
        let failure = if is_grown { failure.hint(STAGED_BY_GIT) } else { failure };
        let quoted = shell_word(path);
        return Err(failure.hint(format!(
            "to see and drop it: git diff HEAD -- {quoted}; git restore --staged --worktree {quoted}"
        )));
    }
    let fields: BTreeSet<&Field> = before.fields().names().chain(edited.fields().names()).collect();
    let differs = |field: &&Field| before.fields().get(field) != edited.fields().get(field);
    let change = |field: &Field| (field.clone(), FieldChange::To(edited.fields().get(field).cloned()));
    Ok(fields.into_iter().filter(differs).map(change).collect())
}
