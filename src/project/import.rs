//! Tickets that come in from outside, as one commit; what came in before changes nothing.

use crate::process::audit::{AuditRule, Finding, Judge, grown};
use crate::process::{
    Actor, FieldChange, Incoming, NewTicket, Policy, ProblemLevel, Request, RequestKind, Rules, checksum,
};
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::secrets::refuse_in_ticket;
use crate::store::{TicketChange, layout};
use crate::ticket::{
    Attachment, Entry, EntryId, Field, Merged, Person, Ticket, TicketId, Visibility, merge, one_line, sha256,
};

/// The content of an attachment that comes in with a ticket; `None` where it does not.
pub type AttachmentContent<'a> = dyn Fn(&TicketId, &Attachment) -> Result<Option<Vec<u8>>, Failure> + 'a;

/// What became of a ticket that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    /// It is new.
    New,
    /// It was here, and something of it is new.
    Changed,
    /// It was here like this.
    Unchanged,
}

impl Change<'_, '_> {
    /// Takes a ticket that comes in, `force` being the reason to take steps that the rules refuse. `mark` is what a line without an id is told by: its ids follow from it, so that a
    /// second import of the same file changes nothing. The inner error says what is wrong with it.
    ///
    /// # Errors
    /// The repository cannot be read or written.
    pub fn import(
        &mut self,
        incoming: Incoming,
        mark: &str,
        content: &AttachmentContent<'_>,
        force: Option<&str>,
    ) -> Result<Result<Imported, String>, Failure> {
        let is_whole = matches!(incoming, Incoming::Whole(_));
        let (before, after) = match self.imported(incoming, mark)? {
            Ok(Some((before, after))) => match self.judged(before.as_ref(), after, is_whole, force)? {
                Ok(after) => (before, after),
                Err(problem) => return Ok(Err(problem)),
            },
            Ok(None) => return Ok(Ok(Imported::Unchanged)),
            Err(problem) => return Ok(Err(problem)),
        };
        // The long texts of an issue came with it.
        let files = match is_whole.then(|| self.import_attachments(&after, content)).transpose()? {
            Some(Err(problem)) => return Ok(Err(problem)),
            Some(Ok(files)) => files,
            None => 0,
        };
        if is_whole {
            self.note_own_entries(before.as_ref(), &after);
        }
        if before.as_ref() == Some(&after) {
            return Ok(Ok(if files > 0 { Imported::Changed } else { Imported::Unchanged }));
        }
        let imported = if before.is_some() { Imported::Changed } else { Imported::New };
        let change = TicketChange { before, after };
        if !self.allows_secrets()
            && let Err(refused) = refuse_in_ticket(&change)
        {
            return Ok(Err(refused.error.to_string()));
        }
        if !self.store(&change.after)? {
            return Ok(Err(format!("{} is on an earlier line, too", change.after.id())));
        }
        Ok(Ok(imported))
    }

    /// Takes the attachments that a ticket names and this project lacks, where they came in with it; the others are
    /// counted. How many came; the inner error says which is not what its entry says.
    fn import_attachments(
        &mut self,
        ticket: &Ticket,
        content: &AttachmentContent<'_>,
    ) -> Result<Result<usize, String>, Failure> {
        let mut files = 0;
        for entry in ticket.timeline().iter().filter(|entry| entry.redacted.is_none()) {
            let Some(file) = &entry.attachment else { continue };
            if self.project().attachment(ticket.id(), file)?.is_some() {
                continue;
            }
            let Some(bytes) = content(ticket.id(), file)? else {
                self.from_file.missing_attachments += 1;
                continue;
            };
            if sha256(&bytes) != file.sha256 {
                let name = one_line(&file.name);
                return Ok(Err(format!("attachment {name} differs from the checksum of entry {}", entry.id)));
            }
            let path = format!("{}/{}", layout::attachments(ticket.id()), file.file);
            self.store_file(path, bytes)?;
            files += 1;
        }
        Ok(Ok(files))
    }

    /// Sees that what comes into a ticket that is here, or from somebody outside the team, is what their steps could have done,
    /// where the project enforces that; gone over by force, the ticket says so. The inner error says which entry it is.
    fn judged(
        &mut self,
        before: Option<&Ticket>,
        after: Ticket,
        is_whole: bool,
        force: Option<&str>,
    ) -> Result<Result<Ticket, String>, Failure> {
        let project = self.project();
        let rules = project.rules()?;
        if is_whole && let Some(problem) = misplaced(before, &after) {
            return Ok(Err(problem));
        }
        let may_bring = rules.may_bring(&self.author.member);
        if before.is_none() && may_bring {
            return Ok(Ok(after));
        }
        if let Some(problem) = before.filter(|_| !may_bring).and_then(|before| self.of_others(before, &after))
        {
            return Ok(Err(problem));
        }
        if is_whole
            && let Some(before) = before
            && let Err(problem) = self.accounted(before, &after, force.is_some())?
        {
            return Ok(Err(problem));
        }
        let settings = &rules.settings;
        // Another tracker names no commit.
        let fixed_needs_commit = if is_whole { settings.fixed_needs_commit } else { Policy::Off };
        let policies = [settings.level_by_role, settings.severity_by_owner, fixed_needs_commit];
        if !policies.contains(&Policy::Enforce) {
            return Ok(Ok(after));
        }
        let new = after
            .timeline()
            .iter()
            .filter(|entry| !before.is_some_and(|before| before.has_entry(entry)))
            .map(|entry| (entry, true));
        let new: Vec<_> = new.collect();
        let mut judging = rules.clone();
        judging.settings.fixed_needs_commit = fixed_needs_commit;
        let judge = Judge { rules: vec![&judging], saw_all: false };
        // What strangers did in another tracker, who imports it decides here.
        let importer = self.author.member.clone();
        let member = |who: &Person| {
            let known = project.store.mapped(who).unwrap_or_else(|_| who.clone());
            if rules.team.has_member(&known) { known } else { importer.clone() }
        };
        let findings = judge.steps(before, &after, &new, &member);
        let Some(first) = findings.iter().find(|finding| finding.level == ProblemLevel::Error) else {
            return Ok(Ok(after));
        };
        // As with the other commands, no reason makes anybody a product owner.
        let is_severity = findings.iter().any(|finding| finding.rule == AuditRule::SeverityOwner);
        let Some(reason) = force.filter(|_| !is_severity) else {
            let how = if is_severity { "" } else { " (override with --force -m REASON)" };
            return Ok(Err(format!("{}{how}", first.message)));
        };
        let request = Request {
            visibility: Visibility::Internal,
            overrides: vec!["policy.level_by_role".to_owned()],
            ..Request::new(RequestKind::Comment).with_note(Some(reason.to_owned()))
        };
        let actor = self.author.actor(self.entry_id());
        let mut after = after;
        self.decided(&mut after, request, rules, &actor)?;
        Ok(Ok(after))
    }

    /// The first entry of somebody else's that comes into a ticket that is here, as what is wrong with it.
    fn of_others(&self, before: &Ticket, after: &Ticket) -> Option<String> {
        let is_others = |entry: &&Entry| !self.author.by.is_named(&entry.by.to_string());
        let mut new = after.timeline().iter().filter(|entry| !before.has_entry_like(entry));
        let entry = new.find(is_others)?;
        let why = "only the team brings what others did into a ticket that is here";
        Some(format!("entry {} ({}) is by {}; {why}", entry.id, entry.action, entry.by.short()))
    }

    /// Sees that a whole ticket brings into one that is here what its entries set, and nothing that somebody else of the team
    /// decided: that comes with a commit of theirs. The inner error says which field or entry it is.
    fn accounted(
        &self,
        before: &Ticket,
        after: &Ticket,
        is_forced: bool,
    ) -> Result<Result<(), String>, Failure> {
        let known = before.unaccounted();
        if let Some(field) = after.unaccounted().into_iter().find(|field| !known.contains(field)) {
            return Ok(Err(format!("{}: {} is not what its entries set", after.id(), field.name())));
        }
        let team = self.project().team()?;
        let is_anothers = |entry: &&Entry| {
            !before.has_entry_like(entry)
                && !self.author.by.is_named(&entry.by.to_string())
                && team.has_member(&entry.by)
        };
        let anothers = after.timeline().iter().find(|entry| !is_forced && is_anothers(entry));
        Ok(anothers.map_or(Ok(()), |entry| {
            let why = "it comes with a commit of theirs alone";
            Err(format!("entry {} ({}) is by {}; {why}", entry.id, entry.action, entry.by.short()))
        }))
    }

    /// Notes which entries of a whole ticket are in the name of whoever imports: they answer for them.
    fn note_own_entries(&mut self, before: Option<&Ticket>, after: &Ticket) {
        let is_here = |entry: &&Entry| before.is_some_and(|before| before.has_entry_like(entry));
        let own = after.timeline().iter().filter(|entry| !is_here(entry));
        let own = own.filter(|entry| self.author.by.is_named(&entry.by.to_string()));
        let named = own.map(|entry| format!("{} {}", after.id(), one_line(entry.action.as_str())));
        self.from_file.own_entries.extend(named);
    }

    /// Says what an import does.
    pub fn import_subject(&mut self, subject: String) {
        self.subject(subject);
        self.action("import");
    }

    /// A ticket before and after what comes in; none where everything is so already.
    fn imported(&mut self, incoming: Incoming, mark: &str) -> Result<Pair, Failure> {
        match incoming {
            Incoming::Whole(ticket) => self.merged(*ticket),
            Incoming::New(new) => self.new_of_line(new, mark),
            Incoming::Issue(issue) => self.issue(&issue),
        }
    }

    fn merged(&self, read: Ticket) -> Result<Pair, Failure> {
        let before = self.project().snapshot().ticket(read.id())?;
        Ok(match before.as_ref().map(|before| merge(before, &read)) {
            None => Ok(Some((None, read))),
            Some(Merged::One(both)) => Ok(Some((before, *both))),
            Some(Merged::Two { .. }) => Err(format!("{} is another ticket here", read.id())),
        })
    }

    fn new_of_line(&mut self, new: NewTicket, mark: &str) -> Result<Pair, Failure> {
        let entry = EntryId::from_bits(checksum(mark));
        let id = new.id.unwrap_or_else(|| TicketId::from_key(mark));
        let known = self.project().snapshot().ticket(&id)?;
        if known.is_some_and(|known| known.timeline().iter().any(|known| known.id == entry)) {
            return Ok(Ok(None));
        }
        let actor = Actor { at: new.created.unwrap_or(self.at()), ..self.author.actor(entry) };
        let rules = self.project().rules()?;
        let (mut fields, links) = match self.without_links(&new.changes) {
            Ok(split) => split,
            Err(failure) => return Ok(Err(failure.error.to_string())),
        };
        for (kind, other) in &links {
            let field = fields.entry(Field::Links(kind.clone()));
            if let FieldChange::Members { add, .. } = field.or_insert_with(|| FieldChange::adding(Vec::new()))
            {
                add.push(other.to_string());
            }
        }
        match self.opened(&id, &fields, opening(rules), rules, &actor) {
            Ok(ticket) => {
                for (kind, other) in links {
                    let back = kind.converse().map(|back| Request::new(RequestKind::Link(back, id.clone())));
                    back.map_or(Ok(None), |back| self.follow(&other, back))?;
                }
                self.merged(ticket)
            }
            Err(failure) => Ok(Err(failure.error.to_string())),
        }
    }
}

/// What an audit would call wrong with the entries' places: one in the place of another, or one that follows nothing.
fn misplaced(before: Option<&Ticket>, after: &Ticket) -> Option<String> {
    let before: Vec<&Ticket> = before.into_iter().collect();
    let (findings, _) = grown(&before, after);
    let is_one = |finding: &&Finding| {
        finding.level == ProblemLevel::Error
            && [AuditRule::TimelineTwice, AuditRule::TimelineGap].contains(&finding.rule)
    };
    findings.iter().find(is_one).map(|finding| format!("{}: {}", after.id(), finding.message))
}

/// A ticket before and after what comes in; none where nothing changes; the inner error where it is wrong.
pub(super) type Pair = Result<Option<(Option<Ticket>, Ticket)>, String>;

/// The request that opens a ticket that comes in: where steps are enforced, what it begins with is said to be imported.
pub(super) fn opening(rules: &Rules) -> Request {
    let is_enforced =
        [rules.settings.level_by_role, rules.settings.fixed_needs_commit].contains(&Policy::Enforce);
    let note = is_enforced.then(|| "Imported.".to_owned());
    Request { force: is_enforced, ..Request::new(RequestKind::Comment).with_note(note) }
}
