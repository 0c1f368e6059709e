//! A change under way: requests to tickets decided on the newest state, files beside them, as one commit.
//!
//! The only caller of [`decide`]: what holds for every change (roles, `--if-match`, secrets, ids kept on a retry) is here.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::{
    Actor, Changes, Decision, NewTicket, Opened, Refusal, Request, RequestKind, Rules, checksum, decide,
    open, speaker,
};
use crate::project::author::Author;
use crate::project::endings::doubts;
use crate::project::failure::{Failure, Kind};
use crate::project::from_file::FromFile;
use crate::project::secrets::{refuse_in_file, refuse_in_ticket};
use crate::project::state::Project;
use crate::store::git::{Bulk, FileChange, ObjectId};
use crate::store::{CommitDraft, TicketChange, layout};
use crate::ticket::{Action, EntryId, Person, Ticket, TicketId, Timestamp, codec};

/// How a change is made.
#[derive(Debug, Clone, Default)]
pub struct ChangeOptions {
    /// Nothing is written: the commit's message and difference are the answer.
    pub dry_run: bool,
    /// The ticket's last entry, as somebody saw it: where it has changed since, the change is refused.
    pub if_match: Option<String>,
    /// Send it to the branch's remote, too.
    pub push: bool,
    /// Take texts that look like a secret.
    pub allow_secret: bool,
}

/// What is to be written, and what has to be said about it.
pub(super) struct Drafted {
    pub(super) draft: Option<CommitDraft>,
    pub(super) warnings: Vec<String>,
    /// Where nothing changes, the tickets that were asked for.
    pub(super) touched: Vec<Ticket>,
}

/// A change under way, on the newest state. Asked again on a newer one, it draws the same ids in the same order.
pub struct Change<'p, 'h> {
    pub(super) project: &'p Project<'h>,
    options: &'p ChangeOptions,
    pub(super) author: &'p Author,
    seed: u64,
    drawn: u64,
    pub(super) tickets: BTreeMap<TicketId, TicketChange>,
    pub(super) files: Vec<FileChange>,
    adopts: BTreeMap<String, Vec<u8>>,
    /// Tickets that are written although nothing of them changes: their files are not in our form.
    rewritten: BTreeSet<TicketId>,
    /// Tickets whose blobs are written already, so that memory stays bounded.
    pub(super) stored: BTreeMap<TicketId, ObjectId>,
    /// Tickets that were read because they will be asked for.
    pub(super) ahead: BTreeMap<TicketId, Ticket>,
    pub(super) bulk: Option<Bulk<'p>>,
    /// What whoever imports is told.
    pub from_file: FromFile,
    subject: String,
    action: Option<&'static str>,
    pub(super) warnings: Vec<String>,
}

impl<'p, 'h> Change<'p, 'h> {
    /// Nothing changed yet.
    pub(super) fn new(
        project: &'p Project<'h>,
        options: &'p ChangeOptions,
        author: &'p Author,
        seed: u64,
    ) -> Self {
        Self {
            project,
            options,
            author,
            seed,
            drawn: 0,
            tickets: BTreeMap::new(),
            files: Vec::new(),
            adopts: BTreeMap::new(),
            rewritten: BTreeSet::new(),
            stored: BTreeMap::new(),
            ahead: BTreeMap::new(),
            bulk: None,
            from_file: FromFile::default(),
            subject: String::new(),
            action: None,
            warnings: Vec::new(),
        }
    }

    /// The newest state, which the change is decided on.
    #[must_use]
    pub fn project(&self) -> &'p Project<'h> {
        self.project
    }

    /// Who writes.
    #[must_use]
    pub fn author(&self) -> &'p Person {
        &self.author.by
    }

    /// How a field names the author.
    #[must_use]
    pub fn me(&self) -> String {
        self.author.by.to_string()
    }

    /// The author date.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.author.at
    }

    fn bits(&mut self) -> u64 {
        self.drawn += 1;
        checksum(&format!("{:016x} {}", self.seed, self.drawn))
    }

    /// The id of the next entry.
    pub(super) fn entry_id(&mut self) -> EntryId {
        EntryId::from_bits(self.bits())
    }

    /// The id of a new ticket.
    fn ticket_id(&mut self) -> TicketId {
        TicketId::from_bits(self.bits())
    }

    /// How many tickets this change has touched.
    #[must_use]
    pub fn touched(&self) -> usize {
        self.tickets.len()
    }

    /// True where this change has touched a ticket.
    #[must_use]
    pub fn has_touched(&self, id: &TicketId) -> bool {
        self.tickets.contains_key(id)
    }

    /// A ticket as this change has made it so far; none where there is none.
    ///
    /// # Errors
    /// Its file cannot be read.
    pub fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, Failure> {
        match self.tickets.get(id) {
            Some(change) => Ok(Some(change.after.clone())),
            None => Ok(self.project.snapshot().ticket(id)?),
        }
    }

    /// The whole id that somebody means: one of a ticket that this change opened, or of one that is there.
    ///
    /// # Errors
    /// It names no ticket, or several.
    pub fn id(&self, typed: &str) -> Result<TicketId, Failure> {
        match TicketId::parse(typed).filter(|id| self.has_touched(id)) {
            Some(id) => Ok(id),
            None => self.project.id(typed),
        }
    }

    /// Does what is requested to a ticket that somebody named, unless it has changed since they looked at it
    /// (`--if-match`). Says which action it was; none where everything is so already.
    ///
    /// # Errors
    /// There is no such ticket, it has changed since, or a rule refused the request.
    pub fn request(&mut self, id: &TicketId, request: Request) -> Result<Option<Action>, Failure> {
        self.check_unchanged(id)?;
        self.follow(id, request)
    }

    /// Does what follows from a request to another ticket: the other end of a link, say.
    ///
    /// # Errors
    /// There is no such ticket, or a rule refused the request.
    pub fn follow(&mut self, id: &TicketId, request: Request) -> Result<Option<Action>, Failure> {
        let actor = self.author.actor(self.entry_id());
        self.apply(id, self.with_people(request)?, self.project.rules()?, &actor)
    }

    /// Does what is requested to a ticket, by rules and an actor of their own.
    pub(super) fn apply(
        &mut self,
        id: &TicketId,
        mut request: Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Option<Action>, Failure> {
        // Taken out and put back, not copied: a batch may ask a long ticket ten thousand times.
        let (is_touched, mut change) = match self.tickets.remove(id) {
            Some(change) => (true, change),
            None => {
                let after = self.ahead.remove(id).map_or_else(|| self.project.need(id), Ok)?;
                (false, TicketChange { before: Some(after.clone()), after })
            }
        };
        let speaker = request.speaker.take().or_else(|| speaker(&change.after, &request, rules, actor));
        let request = Request { speaker, ..request };
        let was_ended = !change.after.fields().status().is_open();
        let action = self.decided(&mut change.after, request, rules, actor);
        let is_open = change.after.fields().status().is_open();
        if is_touched || action.is_ok() {
            self.tickets.insert(id.clone(), change);
        }
        if matches!(action, Ok(Some(Action::Reopen | Action::Edit))) && was_ended && is_open {
            self.unlink_what_ended(id)?;
        }
        action
    }

    /// Does what is requested to a ticket that is not part of the change yet.
    pub(super) fn decided(
        &mut self,
        ticket: &mut Ticket,
        request: Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Option<Action>, Failure> {
        let decision = decide(ticket, request, rules, actor);
        // Nobody is to add a vendor in the place of one whose file cannot be read.
        if let Err(Refusal::NoVendor { name, .. }) = &decision {
            self.project.check_vendor_file(name)?;
        }
        let Decision { step, warnings } = decision?;
        let Some(step) = step else { return Ok(None) };
        let action = step.action.clone();
        ticket.apply(step);
        self.warn(ticket.id(), warnings);
        Ok(Some(action))
    }

    /// Opens a ticket with the given fields, and what a request says beside: a note, where a machine saw it.
    ///
    /// # Errors
    /// There is a ticket of that id, or what is missing or wrong.
    pub fn open(&mut self, id: &TicketId, fields: &Changes, request: Request) -> Result<(), Failure> {
        let actor = self.author.actor(self.entry_id());
        if self.ticket(id)?.is_some() {
            let message = format!("there is a ticket {id} already; nothing was written");
            return Err(Failure::new(Kind::Busy, message).hint("try again"));
        }
        let fields = self.changes_with_people(fields.clone())?;
        let ticket = self.opened(id, &fields, request, self.project.rules()?, &actor)?;
        self.put(None, ticket);
        Ok(())
    }

    /// Opens a ticket as a line gives it, under the id that its key gives it, or a new one.
    ///
    /// # Errors
    /// There is a ticket of that key, or what is missing or wrong.
    pub fn open_new(&mut self, new: &NewTicket) -> Result<TicketId, Failure> {
        let id = new.id.clone().unwrap_or_else(|| self.ticket_id());
        if self.ticket(&id)?.is_some() {
            return Err(Failure::new(Kind::Refused, format!("there is a ticket {id} of that key already")));
        }
        let actor = self.author.actor(self.entry_id());
        let actor = Actor { at: new.created.unwrap_or(actor.at), ..actor };
        let (fields, links) = self.without_links(&new.changes)?;
        let fields = self.changes_with_people(fields)?;
        let request = Request::new(RequestKind::Comment);
        let ticket = self.opened(&id, &fields, request, self.project.rules()?, &actor)?;
        self.put(None, ticket);
        links.iter().try_for_each(|(kind, other)| self.link(&id, kind, other))?;
        Ok(id)
    }

    /// A ticket with the given fields, by rules and an actor of their own, not part of the change yet.
    pub(super) fn opened(
        &mut self,
        id: &TicketId,
        fields: &Changes,
        request: Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Ticket, Failure> {
        let opened = open(id.clone(), fields, request, rules, actor).map_err(|refusal| {
            let (short, hint) = (refusal.in_short(), refusal.hint_of_new());
            let failure = Failure::from(refusal);
            Failure { error: anyhow::anyhow!("{short}"), hints: hint.into_iter().collect(), ..failure }
        });
        let Opened { ticket, warnings } = opened?;
        self.warn(id, warnings);
        Ok(ticket)
    }

    /// Takes a ticket as it is to become, whoever made it so: a merge, an import.
    pub(super) fn put(&mut self, before: Option<Ticket>, after: Ticket) {
        self.tickets.insert(after.id().clone(), TicketChange { before, after });
    }

    /// Takes account of what somebody made of a file in the work tree.
    pub(super) fn adopt(&mut self, path: &str, content: &[u8]) {
        self.adopts.insert(path.to_owned(), content.to_vec());
    }

    /// Has a ticket's file written in our form, even if nothing of the ticket changes.
    pub(super) fn rewrite(&mut self, id: &TicketId) {
        self.rewritten.insert(id.clone());
    }

    pub(super) fn allows_secrets(&self) -> bool {
        self.options.allow_secret
    }

    /// Says what the commit does, where no single ticket tells it.
    pub fn subject(&mut self, subject: impl Into<String>) {
        self.subject = subject.into();
    }

    /// Says what the commit does, where it changes several tickets: one tells its own story.
    pub fn subject_of_many(&mut self, subject: String) {
        let is_changed = |change: &&TicketChange| change.before.as_ref() != Some(&change.after);
        if self.tickets.values().filter(is_changed).count() > 1 {
            self.subject = subject;
        }
    }

    /// Says the action of the commit's trailers, where no entry of a ticket tells it.
    pub(super) fn action(&mut self, action: &'static str) {
        self.action = Some(action);
    }

    fn warn(&mut self, id: &TicketId, warnings: Vec<String>) {
        self.warnings.extend(warnings.into_iter().map(|warning| format!("warning: {id}: {warning}")));
    }

    /// Says something about what is done to a ticket.
    pub fn warning(&mut self, id: &TicketId, warning: String) {
        self.warn(id, vec![warning]);
    }

    /// Refuses a ticket that has changed since somebody looked at it.
    pub(super) fn check_unchanged(&self, id: &TicketId) -> Result<(), Failure> {
        let Some(wanted) = self.options.if_match.as_ref().filter(|_| !self.has_touched(id)) else {
            return Ok(());
        };
        let ticket = self.project.need(id)?;
        let last = ticket.timeline().last().map(|entry| entry.id.to_string()).unwrap_or_default();
        if last == *wanted {
            return Ok(());
        }
        Err(Refusal::Changed { id: id.clone(), last, wanted: wanted.clone() }.into())
    }

    /// What is to be written.
    pub(super) fn finish(self) -> Result<Drafted, Failure> {
        let Self { project, options, tickets, mut files, adopts, rewritten, subject, action, .. } = self;
        let (mut warnings, bulk) = (self.warnings, self.bulk);
        files.extend(self.stored.iter().map(|(id, blob)| FileChange::stored(layout::ticket(id), *blob)));
        if let Some(bulk) = bulk {
            bulk.finish().map_err(crate::store::Error::from)?;
        }
        let is_new = |change: &TicketChange| {
            change.before.as_ref() != Some(&change.after) || rewritten.contains(change.after.id())
        };
        let (changed, same): (Vec<TicketChange>, Vec<TicketChange>) = tickets.into_values().partition(is_new);
        warnings.extend(changed.iter().flat_map(doubts));
        if !options.allow_secret {
            changed.iter().try_for_each(refuse_in_ticket)?;
            files.iter().try_for_each(refuse_in_file)?;
        }
        if changed.is_empty() && files.is_empty() {
            let touched = same.into_iter().map(|change| change.after).collect();
            return Ok(Drafted { draft: None, warnings, touched });
        }
        // A commit of an action of its own names its tickets as files: no entry of theirs is its reason.
        let (tickets, repaired) =
            if action.is_some() { (Vec::new(), changed) } else { (changed, Vec::new()) };
        let file = |change: TicketChange| {
            FileChange::write(layout::ticket(change.after.id()), codec::write(&change.after))
        };
        files.extend(repaired.into_iter().map(file));
        let wording = project.wording()?;
        Ok(Drafted {
            draft: Some(CommitDraft { tickets, files, adopts, action, subject, wording }),
            warnings,
            touched: Vec::new(),
        })
    }
}

/// The ticket with the entry that a request leads to, outside of any commit: git's merge driver has none. And the warnings.
pub(super) fn with_decided(
    mut ticket: Ticket,
    what: RequestKind,
    actor: &Actor,
    rules: &Rules,
) -> Result<(Ticket, Vec<String>), Failure> {
    let Decision { step, warnings } = decide(&ticket, Request::new(what), rules, actor)?;
    if let Some(step) = step {
        ticket.apply(step);
    }
    Ok((ticket, warnings))
}
