//! Fields that somebody set by hand: adopted in the name of who repairs, but for those that who set them might not set.
//! Those are put back.

use std::collections::BTreeMap;

use crate::process::{Actor, is_put_back};
use crate::project::author::Author;
use crate::project::failure::Failure;
use crate::project::state::Project;
use crate::store::git::ObjectId;
use crate::ticket::{EntryId, Field, Ticket, visible};

/// A ticket without what is put back, and what is left to adopt.
pub(super) struct Judged {
    pub(super) ticket: Ticket,
    pub(super) adopt: Vec<Field>,
    /// Who set what is adopted, where it was somebody else: a line for each commit.
    pub(super) told: Vec<String>,
}

/// Judges each field of a ticket that no entry sets by what who set it may do; says what is put back.
///
/// # Errors
/// The history or the rules cannot be read.
pub(super) fn judged(project: &Project<'_>, tips: &[ObjectId], ticket: Ticket) -> Result<Judged, Failure> {
    let mut adopt = ticket.unaccounted();
    if adopt.is_empty() {
        return Ok(Judged { ticket, adopt, told: Vec::new() });
    }
    let author = Author::of(&project.store)?;
    let adopter = author.actor(EntryId::from_bits(0));
    let setters = project.store.hand_set(tips, &ticket, &adopt)?;
    let (mut put_back, mut told) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    for (field, set) in setters {
        let member = project.store.mapped(&set.by)?;
        let is_own = member.email.eq_ignore_ascii_case(&author.member.email);
        let who = format!("{} in {:.10}", visible(set.by.short()), set.commit);
        let setter = Actor { by: set.by, member, at: set.at, via: None, entry: EntryId::from_bits(0) };
        if is_put_back(&ticket, &field, project.rules()?, &setter, &adopter) {
            project.host.note(format!(
                "warning: {}: {} is put back: {who} set it by hand, and may not",
                ticket.id(),
                field.name()
            ));
            put_back.push(field);
        } else if !is_own {
            told.entry(who).or_default().push(field.name());
        }
    }
    adopt.retain(|field| !put_back.contains(field));
    let told = told.into_iter().map(|(who, fields)| format!("{who} had set {} by hand.", fields.join(", ")));
    Ok(Judged { ticket: ticket.without_set_by_hand(&put_back), adopt, told: told.collect() })
}
