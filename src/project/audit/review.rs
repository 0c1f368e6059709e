//! The audit of a stretch of history as it goes on: what was found, what is known, what is still in doubt.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use crate::process::audit::{Finding, Origin};
use crate::process::{Problem, ProblemLevel, Rules};
use crate::project::audit::floors::{Floors, Unruled};
use crate::project::audit::found::{Identity, problem};
use crate::project::audit::owned::RuleChanges;
use crate::project::audit::rulebook::Rulebook;
use crate::project::state::Project;
use crate::store::Store;
use crate::store::git::{Mailmap, ObjectId};
use crate::ticket::{Action, Entry, Person, TicketId, Timestamp};

/// What brought an entry: the version of the ticket, and the commit.
#[derive(Debug)]
pub(super) struct Own {
    pub(super) ticket: TicketId,
    pub(super) blob: ObjectId,
    pub(super) commit: ObjectId,
}

/// An entry that came in a commit which is not its own.
#[derive(Debug)]
pub(super) struct PendingEntry {
    pub(super) ticket: TicketId,
    pub(super) entry: Entry,
    pub(super) origin: Origin,
    pub(super) commit: ObjectId,
    /// Who made the commit.
    pub(super) by: Person,
    /// True where that commit is one of ours.
    pub(super) is_in_ours: bool,
    /// True where that commit says that it gathers others.
    pub(super) gathers: bool,
    /// True where the entry's author is one of the team.
    pub(super) is_of_team: bool,
    /// True where the commit brings the whole ticket.
    pub(super) is_new_ticket: bool,
    /// True where whoever made the commit may bring what others did elsewhere.
    pub(super) may_bring: bool,
    /// True for a decision that the process reserves.
    pub(super) is_reserved: bool,
    /// True for what a message brought, by somebody whom the settings do not name to take messages.
    pub(super) is_not_by_gateway: bool,
}

/// A signature to verify.
pub(super) struct Signature {
    pub(super) commit: ObjectId,
    pub(super) committer: Person,
    /// The rules that were in force: an address of the team's is whose it is, whatever `.mailmap` says.
    pub(super) rules: Rc<Rules>,
    /// The entries that the commit brings and whose step is reserved to others than who committed it.
    pub(super) reserved: Vec<(TicketId, Entry)>,
    pub(super) level: ProblemLevel,
    /// When it was made at the earliest: its own date, but not before that of what it follows.
    pub(super) earliest: Timestamp,
    /// True where its own date is before that, by more than people's clocks are apart.
    pub(super) is_dated_back: bool,
}

/// A purge or a redaction, and the commit that made it.
pub(super) struct Destruction {
    pub(super) ticket: TicketId,
    pub(super) commit: ObjectId,
}

impl Destruction {
    /// What is destroyed by a commit that brought entries to a ticket, if anything.
    pub(super) fn of(commit: ObjectId, ticket: &TicketId, new: &[&Entry]) -> Option<Self> {
        let destroys = |entry: &&Entry| entry.purges() || entry.action == Action::Redact;
        new.iter().any(destroys).then(|| Self { ticket: ticket.clone(), commit })
    }
}

/// The opening of a new ticket, and the commit that brought it without having made it.
pub(super) struct CarriedOpening {
    pub(super) ticket: TicketId,
    pub(super) commit: ObjectId,
    pub(super) entry: Entry,
}

/// A new ticket of an import.
pub(super) struct Import {
    pub(super) commit: ObjectId,
    pub(super) by: Person,
    pub(super) entries: BTreeSet<Identity>,
    /// True where its entries were judged as steps.
    pub(super) is_judged: bool,
}

/// The audit, as it goes on.
pub(super) struct Review<'a> {
    pub(super) store: &'a Store,
    pub(super) book: Rulebook<'a>,
    /// The entries that came in a commit of their own, and what brought each.
    pub(super) own: HashMap<Identity, Own>,
    /// The ticket that each opening entry opens.
    pub(super) openings: HashMap<Identity, TicketId>,
    pub(super) doubts: Vec<PendingEntry>,
    /// The openings of new tickets that are of another commit than brought them.
    pub(super) carried_openings: Vec<CarriedOpening>,
    /// The purges and redactions.
    pub(super) destructions: Vec<Destruction>,
    /// The new tickets of imports.
    pub(super) imports: HashMap<TicketId, Vec<Import>>,
    /// True where a merge joined lines that both changed a ticket.
    pub(super) has_joins: bool,
    /// Who changed the rules.
    pub(super) rules: RuleChanges,
    pub(super) signatures: Vec<Signature>,
    /// The commits that no rules judged, or whose signature nobody wanted.
    pub(super) unruled: Vec<Unruled>,
    /// When those were made at the earliest.
    pub(super) made: HashMap<ObjectId, Timestamp>,
    /// A commit, and the folders below its top that have the name of ours.
    pub(super) moved_to: Option<(ObjectId, HashSet<ObjectId>)>,
    /// The tickets whose files went away in what is looked at.
    pub(super) gone: HashSet<TicketId>,
    /// The folders below the top that have the name of ours where what is looked at begins, once they were asked for.
    pub(super) below_begin: Option<HashSet<ObjectId>>,
    /// True where the history is looked at from its start.
    pub(super) is_from_start: bool,
    /// True where a commit did not have to be signed.
    pub(super) has_unsigned: bool,
    /// The records of accepted findings that accept nothing: paths.
    pub(super) unaccepted: BTreeSet<String>,
    /// The commits that were looked at, in order.
    pub(super) commits: HashMap<ObjectId, usize>,
    pub(super) tickets: BTreeSet<TicketId>,
    pub(super) entries: usize,
    /// True where the history begins with commits whose parents are not here.
    pub(super) is_cut: bool,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Review<'a> {
    pub(super) fn new(project: &'a Project<'a>, mailmap: Option<Mailmap>, floors: Floors) -> Self {
        Self {
            store: &project.store,
            book: Rulebook::new(project, mailmap, floors),
            own: HashMap::new(),
            openings: HashMap::new(),
            doubts: Vec::new(),
            carried_openings: Vec::new(),
            destructions: Vec::new(),
            imports: HashMap::new(),
            has_joins: false,
            rules: RuleChanges::default(),
            signatures: Vec::new(),
            unruled: Vec::new(),
            made: HashMap::new(),
            moved_to: None,
            gone: HashSet::new(),
            below_begin: None,
            is_from_start: false,
            has_unsigned: false,
            unaccepted: BTreeSet::new(),
            commits: HashMap::new(),
            tickets: BTreeSet::new(),
            entries: 0,
            is_cut: false,
            problems: Vec::new(),
        }
    }

    /// Takes down what a rule says of a commit, and of a ticket or a path.
    pub(super) fn found(
        &mut self,
        commit: ObjectId,
        ticket: Option<&TicketId>,
        path: &str,
        finding: Finding,
    ) {
        self.problems.push(problem(Some(commit), ticket, path, finding));
    }
}
