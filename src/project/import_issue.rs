//! An issue of another tracker, taken over: the first time as a whole, the next what changed there since. What changed on
//! both sides is said, and stays as it is here.

use std::collections::BTreeSet;

use crate::process::{
    Actor, Changes, FieldChange, IncomingEntry, IncomingIssue, Policy, ProcessAction, Request, RequestKind,
    Rules, attached_mark, end_mark, update_mark,
};
use crate::project::attachments::attachment;
use crate::project::change::Change;
use crate::project::failure::Failure;
use crate::project::import::{Pair, opening};
use crate::project::import_last::{Last, Outcome, check_same_issue, mark_of_changes};
use crate::store::layout;
use crate::ticket::{Entry, Field, Person, Ticket, Timestamp, Visibility, sha256};

/// The fields that follow the other tracker.
const FOLLOWING: &[Field] = &[
    Field::Title,
    Field::Description,
    Field::Reporter,
    Field::Type,
    Field::Severity,
    Field::Assignee,
    Field::Labels,
    Field::Affects,
    Field::Status,
];

impl Change<'_, '_> {
    pub(super) fn issue(&mut self, issue: &IncomingIssue) -> Result<Pair, Failure> {
        let before = self.project().snapshot().ticket(&issue.id)?;
        if before.as_ref().is_some_and(Ticket::is_purged) {
            return Ok(Ok(None));
        }
        Ok(match self.issue_on(issue, before.as_ref()) {
            Ok(after) => Ok((before.as_ref() != Some(&after)).then_some((before, after))),
            Err(failure) => Err(failure.error.to_string()),
        })
    }

    fn issue_on(&mut self, issue: &IncomingIssue, before: Option<&Ticket>) -> Result<Ticket, Failure> {
        if let Some(before) = before {
            check_same_issue(issue, before)?;
        }
        let rules = lenient(self.project().rules()?);
        let mut ticket = match before {
            Some(before) => before.clone(),
            None => self.opened_there(issue, &rules)?,
        };
        let last = before.and_then(|before| Last::of(issue, before));
        let is_older = last.as_ref().is_some_and(|last| last.is_newer_than(issue));
        let is_here = before.is_some();
        self.attach_long_texts(issue, &mut ticket, &rules)?;
        // In the order in which it happened there: what is said after the end moves it no later.
        let ended = issue.end.as_ref().map(|end| end.at);
        let (until_end, after_end): (Vec<_>, Vec<_>) =
            issue.comments.iter().partition(|comment| ended.is_none_or(|ended| comment.at <= ended));
        for comment in until_end {
            self.happened(issue, &mut ticket, comment, &rules, is_here)?;
        }
        if !is_older {
            self.stands(issue, &mut ticket, &rules, is_here)?;
        }
        let rules_after_end = rules.clone().ended_elsewhere();
        for comment in after_end {
            self.happened(issue, &mut ticket, comment, &rules_after_end, is_here)?;
        }
        // What is set now comes after what happened there.
        if let (Some(before), Some(last)) = (before, &last) {
            self.followed(issue, (before, last, is_older), &mut ticket, &rules)?;
        }
        Ok(ticket)
    }

    /// The ticket as it was opened there.
    fn opened_there(&mut self, issue: &IncomingIssue, rules: &Rules) -> Result<Ticket, Failure> {
        let (by, at) = (issue.reporter.clone(), issue.created);
        let mut request = opening(self.project().rules()?);
        request.note = issue.as_of().or(request.note);
        let note = request.note.as_deref().unwrap_or_default();
        let mark = format!("opened {by} {at} {} {note}", mark_of_changes(&issue.fields));
        let actor = Actor { member: by.clone(), by, at, via: None, entry: issue.entry_id(&mark) };
        self.opened(&issue.id, &issue.fields, request, rules, &actor)
    }

    /// Takes over what changed in the other tracker since the import before. Who changed it there, no export tells: who
    /// imports it sets it here.
    fn followed(
        &mut self,
        issue: &IncomingIssue,
        (before, last, is_older): (&Ticket, &Last, bool),
        ticket: &mut Ticket,
        rules: &Rules,
    ) -> Result<(), Failure> {
        let (mut changes, mut apart) = (Changes::new(), Vec::new());
        // What ended or waits is not set back by a word for where it stands.
        let is_ended = !before.fields().status().is_open() || issue.end.is_some();
        let fields = FOLLOWING.iter().filter(|field| !issue.unknown.contains(field));
        for field in fields.filter(|field| !(is_ended && **field == Field::Status)) {
            let theirs = issue.fields.get(field);
            match last.change(field, theirs, before) {
                Outcome::Same => {}
                Outcome::Theirs(change) => drop(changes.insert(field.clone(), change)),
                Outcome::Apart => apart.push(field.name()),
            }
        }
        add_links(issue, before, &mut changes);
        self.warn_of(issue, "changed in both trackers", &apart);
        if is_older {
            let left: Vec<_> = changes.keys().map(Field::name).collect();
            self.warn_of(issue, "the export is older than what was imported before", &left);
            return Ok(());
        }
        let strict = self.project().rules()?;
        let is_cleared = matches!(changes.get(&Field::Severity), Some(FieldChange::To(None)));
        if !strict.takes_severity(&self.author.member, is_cleared)
            && changes.remove(&Field::Severity).is_some()
        {
            self.warn_of(
                issue,
                "only product owners set it (policy.severity_by_owner)",
                &[Field::Severity.name()],
            );
        }
        if changes.is_empty() {
            return Ok(());
        }
        let (by, at) = (self.author.by.clone(), self.at());
        let mark = update_mark(&last.entry, &mark_of_changes(&changes), &by, at);
        let request = Request::new(RequestKind::Edit(changes)).with_note(issue.as_of());
        let request = Request { visibility: Visibility::Internal, ..request };
        let what = IncomingEntry { mark, earlier: None, by, at, request };
        self.happened(issue, ticket, &what, rules, true)
    }

    fn warn_of(&self, issue: &IncomingIssue, why: &str, fields: &[impl AsRef<str>]) {
        if !fields.is_empty() {
            let names: Vec<&str> = fields.iter().map(AsRef::as_ref).collect();
            let warning = format!("warning: {}: {why}, not imported: {}", issue.id, names.join(", "));
            self.project().host.note(warning);
        }
    }

    /// Attaches texts that are longer than a ticket takes.
    fn attach_long_texts(
        &mut self,
        issue: &IncomingIssue,
        ticket: &mut Ticket,
        rules: &Rules,
    ) -> Result<(), Failure> {
        for long in &issue.long_texts {
            let sum = sha256(long.text.as_bytes());
            if issue.is_attached(ticket, long, &sum) {
                continue;
            }
            let mark = attached_mark(&sum);
            let entry = issue.entry_id(&mark);
            let attachment = attachment(&entry, &long.name, long.text.as_bytes());
            let file = attachment.file.clone();
            let is_internal = long.visibility == Visibility::Internal;
            // What has a note of the team's is the team's.
            let note = is_internal.then(|| "The whole text of an internal note.".to_owned());
            let request = Request::new(RequestKind::Attach(attachment)).with_note(note);
            let request = Request { visibility: long.visibility.clone(), ..request };
            let mut rules = rules.clone();
            rules.settings.max_attachment_bytes = u64::MAX;
            let actor = Actor { member: long.by.clone(), by: long.by.clone(), at: long.at, via: None, entry };
            self.decided(ticket, request, &rules, &actor)?;
            let path = format!("{}/{file}", layout::attachments(ticket.id()));
            self.store_file(path, long.text.clone().into_bytes())?;
        }
        Ok(())
    }

    /// Ends it as it ended there, or works on it again as it is worked on there; unless it was decided otherwise here.
    fn stands(
        &mut self,
        issue: &IncomingIssue,
        ticket: &mut Ticket,
        rules: &Rules,
        is_here: bool,
    ) -> Result<(), Failure> {
        let is_open = ticket.fields().status().is_open();
        match &issue.end {
            Some(end) if is_open => {
                let mut end = self.ended_there(end, is_here);
                // It had only seemed to be open: what an export before said of it was read otherwise.
                if let Some(reopened) = issue.reopening(ticket).filter(|_| issue.is_known(ticket, &end)) {
                    if self.is_from_before(issue, reopened) {
                        return Ok(());
                    }
                    end.at = self.changed_since(issue, reopened);
                    end.mark = mark_of_end(&end.by, &end);
                }
                self.happened(issue, ticket, &end, rules, false)
            }
            None if !is_open && !issue.unknown.contains(&Field::Status) => {
                let ended = ticket.setter(&Field::Status).filter(|entry| issue.is_end(entry));
                let Some(ended) = ended else { return Ok(()) };
                if self.is_from_before(issue, ended) {
                    return Ok(());
                }
                let at = self.changed_since(issue, ended);
                let reopened = issue.reopened(ended, &self.author.by, at);
                self.happened(issue, ticket, &reopened, rules, true)
            }
            Some(end) => self.ended_again(issue, end, ticket, rules, is_here),
            None => Ok(()),
        }
    }

    /// True for an export from before an entry was made of another, and says so: it knows nothing of where it stands now.
    fn is_from_before(&self, issue: &IncomingIssue, entry: &Entry) -> bool {
        let is_older = issue.updated.is_some_and(|updated| updated < entry.at);
        if is_older {
            let why = "the export is older than what was imported before";
            self.warn_of(issue, why, &[Field::Status.name()]);
        }
        is_older
    }

    /// When it changed there since an entry; now, where the export does not tell.
    fn changed_since(&self, issue: &IncomingIssue, entry: &Entry) -> Timestamp {
        issue.updated.filter(|at| (entry.at..=self.at()).contains(at)).unwrap_or(self.at())
    }

    /// Takes over that it ended otherwise there, or ended again; unless it was decided otherwise here.
    fn ended_again(
        &mut self,
        issue: &IncomingIssue,
        end: &IncomingEntry,
        ticket: &mut Ticket,
        rules: &Rules,
        is_here: bool,
    ) -> Result<(), Failure> {
        let RequestKind::Process(ProcessAction::Resolve(ending)) = &end.request.what else { return Ok(()) };
        let again = self.ended_there(end, is_here);
        if issue.is_known(ticket, &again) {
            return Ok(());
        }
        // A word that nobody knows changes nothing.
        let is_same = issue.unknown.contains(&Field::Resolution)
            || ticket.fields().get(&Field::Resolution).map(ToString::to_string).as_deref()
                == Some(ending.code.as_str());
        let Some(last) = ticket.setter(&Field::Status).filter(|entry| issue.is_end(entry)).cloned() else {
            if !is_same {
                self.warn_of(issue, "changed in both trackers", &[Field::Resolution.name()]);
            }
            return Ok(());
        };
        let by = self.author.by.clone();
        if issue.ended_after(ticket, &last) {
            // It was open in between; when, no export tells.
            let reopened = issue.reopened(&last, &by, end.at);
            self.happened(issue, ticket, &reopened, rules, true)?;
            return self.happened(issue, ticket, &again, rules, false);
        }
        if is_same {
            return Ok(());
        }
        if !ticket.setter(&Field::Resolution).is_some_and(|entry| issue.is_ending(entry, &last)) {
            self.warn_of(issue, "changed in both trackers", &[Field::Resolution.name()]);
            return Ok(());
        }
        let changed = issue.ending_changed(ending, &last, &by, self.at());
        self.happened(issue, ticket, &changed, rules, true)
    }

    /// An end as whoever answers for it here tells it.
    fn ended_there(&self, end: &IncomingEntry, is_here: bool) -> IncomingEntry {
        let (by, request) = self.attested(end, is_here);
        IncomingEntry { mark: mark_of_end(&by, end), by, request, ..end.clone() }
    }

    /// Adds what happened elsewhere, unless it came in before.
    fn happened(
        &mut self,
        issue: &IncomingIssue,
        ticket: &mut Ticket,
        what: &IncomingEntry,
        rules: &Rules,
        is_here: bool,
    ) -> Result<(), Failure> {
        if issue.is_known(ticket, what) {
            return Ok(());
        }
        let (by, request) = self.attested(what, is_here);
        let entry = issue.entry_id(&what.mark);
        let is_mine = by == self.author.by;
        let member = if is_mine { self.author.member.clone() } else { by.clone() };
        let actor = Actor { member, by, at: what.at, via: None, entry };
        self.decided(ticket, request, rules, &actor).map(drop)
    }

    /// Who answers for something that happened elsewhere, and what it is. What somebody of the team is said to have done there,
    /// on a ticket that is here, no commit of theirs proves: who imports it says so.
    fn attested(&self, what: &IncomingEntry, is_here: bool) -> (Person, Request) {
        let is_of_team = |who: &Person| {
            let known = self.project().store.mapped(who).unwrap_or_else(|_| who.clone());
            self.project().team().is_ok_and(|team| team.has_member(who) || team.has_member(&known))
        };
        let (by, mut request) = (what.by.clone(), what.request.clone());
        if !is_here || by == self.author.by || !is_of_team(&by) {
            return (by, request);
        }
        let said = request.note.take().map(|note| format!("\n\n{note}")).unwrap_or_default();
        request.note = Some(format!("By {by}, where it came from.{said}"));
        (self.author.by.clone(), request)
    }
}

/// The links that are new there.
fn add_links(issue: &IncomingIssue, before: &Ticket, changes: &mut Changes) {
    for (field, change) in issue.fields.iter().filter(|(field, _)| matches!(field, Field::Links(_))) {
        let FieldChange::Members { add, .. } = change else { continue };
        let known: BTreeSet<&str> = before.fields().members(field).collect();
        let new: Vec<String> = add.iter().filter(|id| !known.contains(id.as_str())).cloned().collect();
        if !new.is_empty() {
            changes.insert(field.clone(), FieldChange::adding(new));
        }
    }
}

/// What tells an end, by whoever it is said to be of.
fn mark_of_end(by: &Person, end: &IncomingEntry) -> String {
    let RequestKind::Process(ProcessAction::Resolve(ending)) = &end.request.what else {
        return String::new();
    };
    let original = ending.duplicate_of.as_ref().map(ToString::to_string).unwrap_or_default();
    end_mark(by, end.at, ending.code.as_str(), &original)
}

/// What another tracker let happen has happened.
fn lenient(rules: &Rules) -> Rules {
    let mut rules = rules.clone();
    rules.settings.level_by_role = Policy::Off;
    rules.settings.severity_by_owner = Policy::Warn;
    rules
}
