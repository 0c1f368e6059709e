//! Links between tickets: what they must never lead to, a ring.

use std::collections::BTreeMap;

use crate::process::{Blockers, Changes, FieldChange, ProcessAction, Request, RequestKind};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::ticket::{Field, LinkKind, Resolution, Ticket, TicketId};

impl Project<'_> {
    /// The open tickets that are blocked, each with the open tickets that block it. One that cannot be read blocks nothing.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn blockers(&self) -> Result<Blockers, Failure> {
        let mut blockers = Blockers::new();
        for ticket in self.find_tickets("is:blocked")? {
            let by = self.open_links(&ticket, &LinkKind::BlockedBy);
            blockers.insert(ticket.id().clone(), by);
        }
        Ok(blockers)
    }

    /// The open tickets that a ticket links to in a way.
    #[must_use]
    pub fn open_links(&self, ticket: &Ticket, kind: &LinkKind) -> Vec<TicketId> {
        let links = ticket.fields().links().filter(|(own, _)| *own == kind);
        let ids = links.filter_map(|(_, id)| TicketId::parse(id));
        ids.filter(|id| self.readable(id).is_some_and(|other| other.fields().status().is_open())).collect()
    }

    /// The duplicates of a ticket, and theirs, each once: what was told there belongs to this one.
    #[must_use]
    pub fn duplicates(&self, ticket: &Ticket) -> Vec<Ticket> {
        let mut found: Vec<Ticket> = Vec::new();
        let mut open = vec![ticket.clone()];
        while let Some(ticket) = open.pop() {
            for (_, id) in ticket.fields().links().filter(|(kind, _)| **kind == LinkKind::DuplicatedBy) {
                let known = |one: &Ticket| one.id().as_str() == id;
                let Some(id) = TicketId::parse(id).filter(|_| !found.iter().any(known)) else { continue };
                if let Some(duplicate) = self.readable(&id) {
                    found.push(duplicate.clone());
                    open.push(duplicate);
                }
            }
        }
        found.retain(|one| one.id() != ticket.id());
        found
    }
}

impl Change<'_, '_> {
    /// The fields of a new ticket without its links, and those, each with the whole ID of the other ticket.
    ///
    /// # Errors
    /// A link names no ticket, or several.
    pub(super) fn without_links(
        &self,
        fields: &Changes,
    ) -> Result<(Changes, Vec<(LinkKind, TicketId)>), Failure> {
        let (mut rest, mut links) = (Changes::new(), Vec::new());
        for (field, change) in fields {
            match (field, change) {
                (Field::Links(kind), FieldChange::Members { add, .. }) if kind.converse().is_some() => {
                    for other in add {
                        links.push((kind.clone(), self.id(other)?));
                    }
                }
                _ => drop(rest.insert(field.clone(), change.clone())),
            }
        }
        Ok((rest, links))
    }

    /// Links a ticket to another, and the other back.
    ///
    /// # Errors
    /// The links would form a ring, or a ticket is not there or cannot be read.
    pub fn link(&mut self, id: &TicketId, kind: &LinkKind, other: &TicketId) -> Result<(), Failure> {
        self.link_saying(kind, other, id, Request::new(RequestKind::Link(kind.clone(), other.clone())))
    }

    /// The same with a request that says more.
    ///
    /// # Errors
    /// The links would form a ring, or a ticket is not there or cannot be read.
    pub fn link_saying(
        &mut self,
        kind: &LinkKind,
        other: &TicketId,
        id: &TicketId,
        request: Request,
    ) -> Result<(), Failure> {
        self.check_no_ring(id, kind, other)?;
        self.request(id, request)?;
        if let Some(converse) = kind.converse().filter(|_| id != other) {
            self.follow(other, Request::new(RequestKind::Link(converse, id.clone())))?;
        }
        Ok(())
    }

    /// Does what is requested to a ticket, and what follows from it at the other ends of its links: both tickets show a link,
    /// and an original lists its duplicates.
    ///
    /// # Errors
    /// The links would form a ring, a ticket is not there, or a rule refused the request.
    pub fn request_at_both_ends(&mut self, id: &TicketId, request: Request) -> Result<(), Failure> {
        match &request.what {
            RequestKind::Link(kind, other) => {
                let (kind, other) = (kind.clone(), other.clone());
                self.link_saying(&kind, &other, id, request)
            }
            RequestKind::Process(ProcessAction::Resolve(ending)) => {
                let original = ending.duplicate_of.clone().filter(|_| ending.code == Resolution::Duplicate);
                let known = ending.answered_by.clone();
                if let Some(original) = original {
                    self.link_saying(&LinkKind::DuplicateOf, &original, id, request)
                } else if let Some(known) = known {
                    self.check_known_error(&known)?;
                    self.link_saying(&LinkKind::AnsweredBy, &known, id, request)
                } else {
                    let is_closed = ending.code.is_no_ticket();
                    self.request(id, request)?;
                    // Nobody is to accept what was no ticket.
                    let close = Request::new(RequestKind::Process(ProcessAction::Close));
                    if is_closed { self.follow(id, close).map(drop) } else { Ok(()) }
                }
            }
            RequestKind::Comment
            | RequestKind::ReplaceComment(_)
            | RequestKind::Attach(_)
            | RequestKind::Edit(_)
            | RequestKind::Unlink(..)
            | RequestKind::Acknowledge
            | RequestKind::Send
            | RequestKind::Assign(_)
            | RequestKind::Adopt(_)
            | RequestKind::Undo(_)
            | RequestKind::SetBack(_)
            | RequestKind::Repeat(..)
            | RequestKind::Process(_) => self.request(id, request).map(drop),
        }
    }

    /// What ended a ticket that is reopened, by whatever, does not hold any more: the original goes on without it, the known
    /// error has not answered it.
    pub(super) fn unlink_what_ended(&mut self, id: &TicketId) -> Result<(), Failure> {
        let ticket = self.ticket(id)?;
        let links = ticket.iter().flat_map(|ticket| ticket.fields().links());
        let ended = links.filter(|(kind, _)| [LinkKind::DuplicateOf, LinkKind::AnsweredBy].contains(kind));
        for (kind, other) in ended {
            let (Some(other), Some(converse)) = (TicketId::parse(other), kind.converse()) else { continue };
            self.follow(id, Request::new(RequestKind::Unlink(kind.clone(), other.clone())))?;
            if self.ticket(&other)?.is_some() {
                self.follow(&other, Request::new(RequestKind::Unlink(converse, id.clone())))?;
            }
        }
        Ok(())
    }

    /// Sees that a new link closes no ring: a ticket that blocks itself over others could never be done, and one that is a
    /// duplicate of itself would name no original.
    ///
    /// # Errors
    /// It would close one, or a ticket cannot be read.
    pub fn check_no_ring(&self, id: &TicketId, kind: &LinkKind, other: &TicketId) -> Result<(), Failure> {
        if *kind == LinkKind::RelatesTo || matches!(kind, LinkKind::Unknown(_)) {
            return Ok(());
        }
        let Some(path) = self.way(other, kind, id)? else { return Ok(()) };
        let ring: Vec<&str> = std::iter::once(id).chain(&path).map(TicketId::as_str).collect();
        let message = format!("the links would form a ring: {}", ring.join(&format!(" {kind} ")));
        let last = path.iter().rev().nth(1).unwrap_or(other);
        let hint = format!("git support link --remove {last} {} {id}", kind.typed());
        Err(Failure::new(Kind::Refused, message).hint(hint))
    }

    /// The tickets from one to another along links of a kind, both included; `None` where no way leads there.
    fn way(&self, from: &TicketId, kind: &LinkKind, to: &TicketId) -> Result<Option<Vec<TicketId>>, Failure> {
        let mut came_from: BTreeMap<TicketId, Option<TicketId>> = BTreeMap::from([(from.clone(), None)]);
        let mut open = vec![from.clone()];
        while let Some(last) = open.pop() {
            // One that cannot be read leads nowhere, and is somebody else's fault.
            let Ok(Some(ticket)) = self.ticket(&last) else { continue };
            for (_, next) in ticket.fields().links().filter(|(own, _)| *own == kind) {
                let Some(next) = TicketId::parse(next) else { continue };
                if came_from.contains_key(&next) {
                    continue;
                }
                came_from.insert(next.clone(), Some(last.clone()));
                if next == *to {
                    return Ok(Some(way_back(&came_from, next)));
                }
                open.push(next);
            }
        }
        Ok(None)
    }
}

/// The tickets up to one, each after the one it was found from.
fn way_back(came_from: &BTreeMap<TicketId, Option<TicketId>>, to: TicketId) -> Vec<TicketId> {
    let before = |id: &TicketId| came_from.get(id).cloned().flatten();
    let mut way: Vec<TicketId> = std::iter::successors(Some(to), before).collect();
    way.reverse();
    way
}
