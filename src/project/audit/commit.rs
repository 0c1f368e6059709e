//! One commit under audit: the tickets it changed, what it says of itself, its signature.

use std::sync::Arc;

use crate::process::Rules;
use crate::process::audit::{AuditRule, CommitFacts, Finding, Origin, Said, accounted, grown, met, unseen};
use crate::project::audit::attribution::{by_another_name, of_no_gateway};
use crate::project::audit::found::identity;
use crate::project::audit::review::{CarriedOpening, Destruction, Own, PendingEntry, Review};
use crate::project::audit::steps::{is_first, out_of_order, without_place};
use crate::project::audit::versions::met_edited;
use crate::project::checks::check_project_file;
use crate::project::failure::Failure;
use crate::store::git::{CommitDelta, FileDelta, ItemKind, MAILMAP, ObjectId};
use crate::store::{Form, Parsed, Version, layout};
use crate::ticket::{Action, Entry, EntryId, Person, Ticket, TicketId, Timestamp, is_same_ticket};

/// A ticket that a commit changed.
struct Changed {
    id: TicketId,
    blob: ObjectId,
    before: Vec<Arc<Version>>,
    after: Arc<Version>,
    /// True where the commit takes another back, as it says.
    takes_back: bool,
}

/// An entry that is new in a commit.
struct NewEntry {
    ticket: TicketId,
    entry: Entry,
    /// True where the commit is its own.
    is_own: bool,
    /// True where its step is reserved to others than who committed it.
    is_beyond_committer: bool,
}

/// True where an opening was given another number or time: it is a changed entry, and the ticket is the same.
fn has_same_opening(before: &Ticket, after: &Ticket) -> bool {
    let is_opening = |entry: &&Entry| entry.action == Action::Open;
    let mut openings = before.timeline().iter().filter(is_opening);
    let has = |id: &EntryId| after.timeline().iter().filter(is_opening).any(|entry| entry.id == *id);
    openings.any(|entry| has(&entry.id))
}

impl Review<'_> {
    /// Looks at a commit.
    pub(super) fn commit(&mut self, passage: &CommitDelta, parsed: &mut Parsed<'_>) -> Result<(), Failure> {
        self.commits.insert(passage.commit, self.commits.len());
        let before = self.book.turn_to(passage)?;
        let rules = before.first().cloned().unwrap_or_default();
        let facts = self.facts(passage, &rules)?;
        self.book.pass(passage, facts.committed)?;
        if passage.is_cut {
            // What it did cannot be told without its parents.
            self.is_cut = true;
            return Ok(());
        }
        self.beside(passage, &facts);
        let answering = self.answering(passage, &facts)?;
        for (path, finding) in self.rules.pass(self.store, &mut self.book, passage, &answering)? {
            self.found(passage.commit, None, &path, finding);
        }
        self.left_behind(passage)?;
        self.evidence_brought(passage, parsed)?;
        let mut names = Vec::new();
        let mut all_new = Vec::new();
        for file in &passage.files {
            match file.ticket() {
                Some(id) => {
                    names.push(id.to_string());
                    if let Some(changed) = self.opened(passage, file, &id, parsed)? {
                        all_new.extend(self.ticket(passage, &facts, &changed, parsed)?);
                    }
                }
                None => self.other_file(passage, &facts, file, parsed)?,
            }
        }
        let reserved = all_new.iter().filter(|new| new.is_beyond_committer);
        let reserved = reserved.map(|new| (new.ticket.clone(), new.entry.clone())).collect();
        let new: Vec<&Entry> = all_new.iter().map(|new| &new.entry).collect();
        // What another commit brought as its own, that one tells.
        let own: Vec<&Entry> = all_new.iter().filter(|new| new.is_own).map(|new| &new.entry).collect();
        self.message(passage, &facts, &names, (&new, &own))?;
        self.unruled(passage, &facts, &before, &new);
        if passage.files.iter().any(|file| file.path != MAILMAP) {
            let is_carried = self.is_carried(passage, &facts, &rules);
            self.signature(passage, &facts, &rules, if is_carried { Vec::new() } else { reserved })?;
        }
        Ok(())
    }

    /// What a commit says of itself, and who made it.
    pub(super) fn facts(&mut self, passage: &CommitDelta, rules: &Rules) -> Result<CommitFacts, Failure> {
        let who = |signature: &crate::store::git::Ident| Person {
            name: signature.name.clone(),
            email: signature.email.clone(),
        };
        // A date that is none agrees with no entry.
        let when = |signature: &crate::store::git::Ident| {
            Timestamp::from_unix(signature.seconds).unwrap_or_default()
        };
        let (author, committer) = (&passage.identity.author, &passage.identity.committer);
        Ok(CommitFacts {
            author: who(author),
            known_author: self.book.known_in(&rules.team, &who(author))?,
            authored: when(author),
            committer: who(committer),
            known_committer: self.book.known_in(&rules.team, &who(committer))?,
            committed: when(committer),
            parents: passage.parents.len(),
            said: Said::read(&passage.message, &passage.trailers, &rules.settings.commit_prefix),
        })
    }

    /// A commit that says it is ours changes our files alone.
    fn beside(&mut self, passage: &CommitDelta, facts: &CommitFacts) {
        let said = &facts.said;
        let claims = said.is_ours || (!said.actions.is_empty() && !said.is_squash);
        if claims && passage.touches_others {
            let subject = passage.message.lines().next().unwrap_or_default();
            let message = format!("`{subject}` changes more than {}", layout::FOLDER);
            self.found(passage.commit, None, "", Finding::new(AuditRule::CommitOutside, message));
        }
    }

    /// The versions of a ticket that a commit changed; none where it cannot be read, or is gone, which is found.
    fn opened(
        &mut self,
        passage: &CommitDelta,
        file: &FileDelta,
        id: &TicketId,
        parsed: &mut Parsed<'_>,
    ) -> Result<Option<Changed>, Failure> {
        let takes_back = self.is_revert(passage, file, id, parsed)?;
        let has_moved = file.now.is_none() && self.has_moved(passage, file)?;
        self.gone.extend(file.now.is_none().then(|| id.clone()));
        let mut found = |rule, message: &str| {
            self.found(passage.commit, Some(id), &file.path, Finding::new(rule, message));
        };
        let Some(now) = &file.now else {
            // Honest, and yet no way to end a ticket: what was told is told, and it is withdrawn instead.
            match takes_back {
                _ if has_moved => found(
                    AuditRule::TicketMoved,
                    "went to a subfolder with all of .support; what changes there is not audited",
                ),
                true => found(
                    AuditRule::TicketReverted,
                    "git support doctor --repair restores it, and undo withdraws it",
                ),
                false => found(AuditRule::TicketRemoved, "its file is gone"),
            }
            return Ok(None);
        };
        if now.kind != ItemKind::File {
            found(AuditRule::FileStrange, now.kind.problem());
            return Ok(None);
        }
        let after = parsed.get(id, now.id)?;
        if let Err(bad) = &after.content {
            let is_of_another = bad.problem.starts_with("id:");
            let rule = if is_of_another { AuditRule::TicketReplaced } else { AuditRule::FileInvalid };
            found(rule, &bad.to_string());
            return Ok(None);
        }
        if let Some(bad) = &after.in_conflict {
            found(AuditRule::FileInvalid, &bad.to_string());
        }
        let before = self.before(passage, file, id, parsed)?;
        Ok(Some(Changed { id: id.clone(), blob: now.id, before, after, takes_back }))
    }

    /// Looks at a ticket that a commit changed, and gives the entries that are new in it.
    fn ticket(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        changed: &Changed,
        parsed: &mut Parsed<'_>,
    ) -> Result<Vec<NewEntry>, Failure> {
        let Ok(after) = &changed.after.content else { return Ok(Vec::new()) };
        let before: Vec<&Ticket> =
            changed.before.iter().filter_map(|version| version.content.as_ref().ok()).collect();
        self.tickets.insert(changed.id.clone());
        let path = layout::ticket(&changed.id);
        let mut findings: Vec<Finding> = form(changed).into_iter().collect();
        let before = self.same_ticket(passage, before, after, parsed, &mut findings)?;
        let before = met_edited(self.store, passage, &changed.id, before, parsed)?;
        let before: Vec<&Ticket> = before.iter().map(AsRef::as_ref).collect();
        let from = met(&before);
        let is_replaced = findings.iter().any(|finding| finding.rule == AuditRule::TicketReplaced);
        if before.is_empty() && is_replaced {
            findings.into_iter().for_each(|one| self.found(passage.commit, Some(&changed.id), &path, one));
            return Ok(Vec::new());
        }
        let (wrong, new) = grown(&before, after);
        findings.extend(wrong);
        findings.extend(without_place(&changed.after, &changed.before, facts, &new));
        findings.extend(accounted(from.as_ref(), after, &new));
        self.entries += new.len();
        self.destructions.extend(Destruction::of(passage.commit, &changed.id, &new));
        findings.extend(self.opening(after, &changed.before));
        let judged: Vec<(&Entry, bool)> = new.iter().map(|entry| (*entry, true)).collect();
        findings.extend(self.met_import(passage, &changed.id, after, parsed)?);
        let is_judged = self.is_judged(passage, facts, before.is_empty())?;
        let mut beyond = [Vec::new(), Vec::new()];
        if is_judged {
            let from = from.as_ref();
            findings.extend(self.steps(passage, facts, from, after, &judged)?);
            findings.extend(self.evidence_of(passage, &changed.id, &new)?);
            let rules = self.book.at(passage.parents.first())?;
            // What came in from elsewhere happened when it did.
            if !facts.said.is("import") {
                findings.extend(out_of_order(&new, after, rules.settings.skew_seconds));
                findings.extend(is_first(facts, &judged).then(|| unseen(after, &new)).into_iter().flatten());
            }
            for (beyond, who) in beyond.iter_mut().zip([&facts.known_author, &facts.known_committer]) {
                *beyond = self.reserved(passage, facts, from, after, &judged, who)?;
            }
        }
        self.imported(passage, facts, changed.before.is_empty().then_some(&changed.id), (&new, is_judged));
        let [beyond_author, beyond_committer] = beyond;
        let mut entries = Vec::new();
        for entry in &new {
            entries.push(NewEntry {
                ticket: changed.id.clone(),
                entry: (*entry).clone(),
                is_own: self.origin(passage, facts, changed, entry, beyond_author.contains(&entry.id))?,
                is_beyond_committer: beyond_committer.contains(&entry.id),
            });
        }
        if changed.takes_back {
            findings.retain(|finding| {
                !matches!(finding.rule, AuditRule::TimelineRemoved | AuditRule::HeadUnaccounted)
            });
        }
        for finding in findings {
            self.found(passage.commit, Some(&changed.id), &path, finding);
        }
        Ok(entries)
    }

    /// Where an entry comes from: noted as its commit's own, which is true then, or kept in doubt.
    fn origin(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        changed: &Changed,
        entry: &Entry,
        is_reserved: bool,
    ) -> Result<bool, Failure> {
        let rules = self.book.at(passage.parents.first())?;
        let by = self.book.known_in(&rules.team, &entry.by)?;
        let path = layout::ticket(&changed.id);
        if let Some(finding) = by_another_name(entry, &rules.team) {
            self.found(passage.commit, Some(&changed.id), &path, finding);
        }
        let origin = Origin::of(entry, &by, facts);
        if origin.has_no_other_commit() {
            let own = Own { ticket: changed.id.clone(), blob: changed.blob, commit: passage.commit };
            self.own.entry(identity(entry)).or_insert(own);
        }
        if origin != Origin::Own && entry.action == Action::Open && changed.before.is_empty() {
            let (ticket, commit) = (changed.id.clone(), passage.commit);
            self.carried_openings.push(CarriedOpening { ticket, commit, entry: entry.clone() });
        }
        if origin == Origin::Own {
            let is_carried = self.is_carried(passage, facts, &rules);
            if let Some(finding) = of_no_gateway(entry, &rules).filter(|_| !is_carried) {
                self.found(passage.commit, Some(&changed.id), &path, finding);
            }
            return Ok(true);
        }
        if facts.names(&entry.by) && self.is_carried(passage, facts, &rules) {
            return Ok(false);
        }
        self.doubts.push(PendingEntry {
            ticket: changed.id.clone(),
            entry: entry.clone(),
            origin,
            commit: passage.commit,
            by: facts.author.clone(),
            is_in_ours: facts.said.is_ours,
            gathers: !facts.said.is_ours
                && (facts.said.is_squash || facts.said.is_request || facts.names(&entry.by)),
            is_of_team: rules.team.has_member(&entry.by),
            is_new_ticket: changed.before.is_empty(),
            may_bring: rules.may_bring(&facts.known_author),
            is_reserved,
            is_not_by_gateway: facts.said.is("mail")
                && !rules.settings.carriers.is_empty()
                && !self.is_carried(passage, facts, &rules),
        });
        Ok(false)
    }

    /// The versions that are of the same ticket. Of two tickets that met under one id, the younger goes on under another.
    fn same_ticket<'t>(
        &mut self,
        passage: &CommitDelta,
        before: Vec<&'t Ticket>,
        after: &Ticket,
        parsed: &mut Parsed<'_>,
        findings: &mut Vec<Finding>,
    ) -> Result<Vec<&'t Ticket>, Failure> {
        let (mut same, strangers): (Vec<&Ticket>, Vec<&Ticket>) =
            before.into_iter().partition(|before| is_same_ticket(before, after));
        for stranger in strangers {
            match self.replaced(passage, stranger, parsed)? {
                Some(_) if has_same_opening(stranger, after) => same.push(stranger),
                found => findings.extend(found),
            }
        }
        Ok(same)
    }

    /// A ticket in the place of another, unless that is there under the id that follows from it: it lost its own to an older
    /// one.
    fn replaced(
        &mut self,
        passage: &CommitDelta,
        ticket: &Ticket,
        parsed: &mut Parsed<'_>,
    ) -> Result<Option<Finding>, Failure> {
        let id = ticket.parted_id();
        let version = parsed.at(passage.commit, &id)?;
        let there = version.as_ref().and_then(|version| version.content.as_ref().ok());
        let goes_on = there.is_some_and(|there| grown(&[&ticket.clone().with_id(id)], there).0.is_empty());
        let message = "the file holds another ticket than before";
        Ok((!goes_on).then(|| Finding::new(AuditRule::TicketReplaced, message)))
    }

    /// A ticket that goes on under another id. Of two that met under one, the younger gets another, which follows
    /// from its entries.
    fn opening(&mut self, after: &Ticket, before: &[Arc<Version>]) -> Option<Finding> {
        let opening = after.timeline().iter().find(|entry| entry.action == Action::Open)?;
        if !before.is_empty() {
            return None;
        }
        let known = self.openings.entry(identity(opening)).or_insert_with(|| after.id().clone());
        let as_known = after.clone().with_id(known.clone());
        if known == after.id() || as_known.parted_id() == *after.id() {
            return None;
        }
        let message = format!("begins with the entries of {known}");
        Some(Finding::new(AuditRule::TicketRenamed, message))
    }

    /// A file of ours that is no ticket: evidence, settings; or something that does not belong there.
    fn other_file(
        &mut self,
        passage: &CommitDelta,
        facts: &CommitFacts,
        file: &FileDelta,
        parsed: &mut Parsed<'_>,
    ) -> Result<(), Failure> {
        let path = file.path.as_str();
        let below = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        let finding = if path == MAILMAP {
            None
        } else if below(layout::TICKETS) {
            file.now.as_ref().map(|_| Finding::new(AuditRule::FileStrange, "is the file of no ticket"))
        } else if below(layout::ATTACHMENTS) {
            self.evidence(passage, file, parsed)?
        } else if let Some(now) = file.now.as_ref().filter(|_| path != layout::ATTRIBUTES) {
            let bytes = self.store.repository().file(passage.commit, path, usize::MAX);
            match (now.kind, bytes.map_err(crate::store::Error::from)?) {
                (ItemKind::File, Some(crate::store::git::Blob::Bytes(bytes))) => {
                    let checked = check_project_file(path, &bytes);
                    checked
                        .err()
                        .map(|failure| Finding::new(AuditRule::FileInvalid, failure.error.to_string()))
                }
                _ => Some(Finding::new(AuditRule::FileStrange, "is not a file")),
            }
        } else {
            None
        };
        let accepted = if below(layout::ACCEPTED) { self.acceptance(passage, facts, file)? } else { None };
        let released = if below(layout::RELEASES) { self.release(passage, facts, file)? } else { Vec::new() };
        for finding in finding.into_iter().chain(accepted).chain(released) {
            self.found(passage.commit, None, path, finding);
        }
        Ok(())
    }
}

/// How a version is written, where that is not as its parents were.
fn form(changed: &Changed) -> Option<Finding> {
    let form = changed.after.form;
    if form == Form::Canonical || changed.before.iter().any(|before| before.form == form) {
        return None;
    }
    Some(match form {
        Form::OutOfOrder => Finding::new(AuditRule::TimelineOrder, "its entries are not in order"),
        Form::Loose | Form::Canonical => Finding::new(AuditRule::FileCanonical, "is not in canonical form"),
    })
}
