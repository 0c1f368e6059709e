//! Changes of level and status that no step makes: under an enforced policy they obey the rules of the steps they stand
//! for, unless somebody goes over them by force.

use crate::process::decide::Record;
use crate::process::known::KNOWN_ERROR;
use crate::process::policy::Policy;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, Changes, Request};
use crate::process::rules::Rules;
use crate::process::steps::{needed, not_an_owner};
use crate::process::table::{STEPS, outcome};
use crate::ticket::{Action, Field, Fields, Finding, Level, Node, Resolution, Set, Status, Ticket, TicketId};

/// What an entry says that went over the rules of levels and statuses.
const OVERRIDE: &str = "policy.level_by_role";

/// A change of level or status under way, and from where.
struct Move<'a> {
    id: &'a TicketId,
    head: &'a Fields,
    rules: &'a Rules,
    actor: &'a Actor,
}

impl Record {
    /// Sees that a change of level or status, other than by a step, is one that a step could make.
    pub(super) fn check_side_door(
        &mut self,
        id: &TicketId,
        head: &Fields,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let change = Move { id, head, rules, actor };
        let moved = self.level_set().filter(|to| *to != head.level());
        let status = self.status_set().filter(|to| *to != head.status());
        let refused = moved
            .and_then(|to| self.level_problem(&change, to))
            .or_else(|| status.and_then(|to| self.status_problem(&change, to)))
            .or_else(|| self.ending_problem(&change))
            .or_else(|| self.reporter_problem(&change))
            .or_else(|| self.findings_problem(&change));
        self.weigh(refused, request, rules, actor)
    }

    /// Sees that what somebody sets back of their own is theirs by the level that the ticket has come to; what is done again,
    /// by the rules of a level as any change. A level that is set back at once, by mistake, is not looked at.
    pub(super) fn check_set_back(
        &mut self,
        ticket: &Ticket,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
        is_redo: bool,
    ) -> Result<(), Refusal> {
        let head = ticket.fields();
        let change = Move { id: ticket.id(), head, rules, actor };
        let refused = match self.level_set().filter(|to| *to != head.level()) {
            Some(to) if is_redo => self.level_problem(&change, to),
            Some(_) => None,
            None => {
                let status = self.status_set().filter(|to| *to != head.status());
                status.and_then(|to| change.role_problem(head.level(), &format!("set status {to}")))
            }
        };
        self.weigh(refused, request, rules, actor)
    }

    /// What a refusal comes to under the policy: nothing, a warning, an override by somebody of the team, or itself.
    fn weigh(
        &mut self,
        refused: Option<Refusal>,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let Some(refusal) = refused else { return Ok(()) };
        match rules.settings.level_by_role {
            Policy::Off => Ok(()),
            Policy::Warn => {
                self.warnings.push(format!("{} (policy.level_by_role is warn)", refusal.in_short()));
                Ok(())
            }
            Policy::Enforce if !rules.is_of_team(&actor.member) => Err(refusal),
            Policy::Enforce if request.force && request.note.is_none() => {
                Err(Refusal::NoReason { step: Action::Edit })
            }
            Policy::Enforce if request.force => {
                self.overrides.push(OVERRIDE.to_owned());
                if let Refusal::MissingFindings { missing, .. } = refusal {
                    self.overrides.extend(missing.iter().map(|finding| format!("handover.{finding}")));
                }
                Ok(())
            }
            Policy::Enforce => Err(refusal),
        }
    }

    /// A severity that an owner sets as it was proposed is confirmed, whatever the status; and nobody else clears one: of that
    /// proposal, there would be nothing to confirm.
    pub(super) fn settle_severity(
        &mut self,
        ticket: &Ticket,
        changes: &Changes,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let may_judge = rules.may_judge(&actor.member);
        let is_same = changes.contains_key(&Field::Severity) && !self.sets(&Field::Severity);
        if is_same && may_judge && ticket.severity_is_proposed() {
            self.confirm(ticket.fields(), &Field::Severity);
        }
        let is_cleared = matches!(self.value_set(&Field::Severity), Some(None));
        if is_cleared
            && rules.settings.severity_by_owner == Policy::Warn
            && !rules.takes_severity(&actor.member, true)
        {
            return Err(not_an_owner(rules, actor, "clear a severity"));
        }
        Ok(())
    }

    /// Sees that a ticket that is set to fixed names a commit, whatever sets it so, and that what has ended says how.
    pub(super) fn check_ending(
        &mut self,
        id: &TicketId,
        head: &Fields,
        request: &Request,
        rules: &Rules,
    ) -> Result<(), Refusal> {
        self.check_says_how(id, head)?;
        let status = self.status_set().unwrap_or(head.status());
        for field in [Field::Resolution, Field::Deferral] {
            if field.is_gone_at(status) && self.value_set(&field).flatten().is_some() {
                return Err(Refusal::NotOfStatus { id: id.clone(), field, status });
            }
        }
        let is_touched =
            self.sets(&Field::Resolution) || self.status_set().is_some_and(|to| to != head.status());
        if status.is_open() || !is_touched {
            return Ok(());
        }
        let is_fixed =
            self.code(head).is_some_and(|code| Resolution::parse(&code.to_string()) == Resolution::Fixed);
        let has_commit = head.members(&Field::Commits).next().is_some() || self.sets(&Field::Commits);
        if !is_fixed || has_commit {
            return Ok(());
        }
        self.weigh_missing_commit(id, rules, Some(request))
    }

    /// Sees that a ticket that has ended goes on saying how.
    fn check_says_how(&self, id: &TicketId, head: &Fields) -> Result<(), Refusal> {
        let said = head.get(&Field::Resolution).is_some() && !head.status().is_open();
        if said { self.check_resolution(id, head) } else { Ok(()) }
    }

    /// Sees that a ticket that ends, or has ended, says how.
    pub(super) fn check_resolution(&self, id: &TicketId, head: &Fields) -> Result<(), Refusal> {
        let status = self.status_set().unwrap_or(head.status());
        if status.is_open() || self.code(head).is_some() {
            return Ok(());
        }
        Err(Refusal::NoResolution { id: id.clone(), status, is_open: head.status().is_open() })
    }

    /// The resolution that the ticket will have.
    fn code<'a>(&'a self, head: &'a Fields) -> Option<&'a Node> {
        self.value_set(&Field::Resolution).unwrap_or(head.get(&Field::Resolution))
    }

    fn level_set(&self) -> Option<Level> {
        match self.value_set(&Field::Level)? {
            Some(node) => Level::parse(&node.to_string()),
            None => Some(Level::One),
        }
    }

    pub(super) fn status_set(&self) -> Option<Status> {
        Status::parse(&self.value_set(&Field::Status)??.to_string())
    }

    fn value_set(&self, field: &Field) -> Option<Option<&Node>> {
        if let Some(Set::Value { to, .. }) = self.set_of(field) { Some(to.as_ref()) } else { None }
    }

    /// What keeps a ticket from coming to a level.
    fn level_problem(&self, change: &Move<'_>, to: Level) -> Option<Refusal> {
        let from = change.head.level();
        // Whoever could take the last step of an escalation could have taken the others.
        let worked_at = if to > from { Level::ALL.iter().copied().rfind(|level| *level < to)? } else { from };
        let missing: Vec<Finding> = Level::ALL
            .iter()
            .filter(|level| **level >= from && **level < to)
            .flat_map(|level| needed(change.rules, *level))
            .filter(|finding| self.lacks(change.head, &Field::Findings(finding.clone())))
            .collect();
        let mut once = Vec::new();
        for finding in missing {
            if !once.contains(&finding) {
                once.push(finding);
            }
        }
        change.role_problem(worked_at, &format!("set level {to}")).or_else(|| {
            let (id, missing) = (change.id.clone(), once);
            (!missing.is_empty()).then_some(Refusal::MissingFindings { id, to, missing })
        })
    }

    /// What keeps a ticket that has ended from another resolution: whoever may resolve it there says how.
    fn ending_problem(&self, change: &Move<'_>) -> Option<Refusal> {
        let to = self.value_set(&Field::Resolution)??;
        let is_step = self.status_set().is_some_and(|to| to != change.head.status());
        let level = change.head.level();
        if is_step || change.head.get(&Field::Resolution) == Some(to) {
            return None;
        }
        if change.rules.may_take(&change.actor.member, &Action::Resolve, level) {
            return None;
        }
        change.role_problem(level, &format!("set resolution {to}"))
    }

    /// What keeps somebody from naming another reporter, who gets what the team writes: a customer names nobody else.
    fn reporter_problem(&self, change: &Move<'_>) -> Option<Refusal> {
        change.head.get(&Field::Reporter)?;
        self.value_set(&Field::Reporter)?;
        change.team_problem("set the reporter")
    }

    /// What keeps somebody outside the team from setting what its steps find out, and what customers are answered by. Of a
    /// ticket of their own, whoever reported it tells what they know.
    fn findings_problem(&self, change: &Move<'_>) -> Option<Refusal> {
        let head = change.head;
        let workaround = Field::Findings(Finding::Workaround);
        let is_mark = |label: &String| label.eq_ignore_ascii_case(KNOWN_ERROR);
        let labels = self.set_of(&Field::Labels);
        let marks =
            matches!(labels, Some(Set::Members { add, remove }) if add.iter().chain(remove).any(is_mark));
        let reporter = head.get(&Field::Reporter).and_then(Node::as_text);
        let is_own = head.title().is_empty() || reporter.is_some_and(|who| change.actor.by.is_named(who));
        let is_finding = |field: &Field| matches!(field, Field::Findings(_) | Field::Estimate);
        let is_theirs = |field: &&Field| {
            **field == workaround || (is_finding(field) && !is_own) || (**field == Field::Labels && marks)
        };
        let field = self.set.keys().find(is_theirs)?;
        let what = if let Field::Findings(finding) = field {
            format!("set the {finding}")
        } else if *field == Field::Labels {
            format!("set or remove label {KNOWN_ERROR}")
        } else {
            format!("set the {}", field.name())
        };
        change.team_problem(&what)
    }

    /// What keeps a ticket from coming to a status.
    fn status_problem(&self, change: &Move<'_>, to: Status) -> Option<Refusal> {
        let from = change.head.status();
        let leads_there = |step: &&Action| outcome(step, from) == Some(to);
        let Some(step) = STEPS.iter().find(leads_there) else {
            return Some(Refusal::NoStep { id: change.id.clone(), from, to });
        };
        let lacks = match to {
            Status::Resolved => !self.sets(&Field::Resolution),
            // They say for whom it waits, and until when.
            Status::Pending | Status::Deferred => true,
            Status::New | Status::Triaged | Status::InProgress | Status::Closed => false,
        };
        if lacks {
            return Some(Refusal::OwnStep { id: change.id.clone(), to, step: step.clone() });
        }
        if change.rules.may_take(&change.actor.member, step, change.head.level()) {
            return None;
        }
        change.role_problem(change.head.level(), &format!("set status {to}"))
    }
}

impl Move<'_> {
    /// What keeps somebody from setting what only the team sets.
    fn team_problem(&self, what: &str) -> Option<Refusal> {
        if self.rules.is_of_team(&self.actor.member) {
            return None;
        }
        let allowed = self.rules.team.members.iter().map(|member| member.name.clone()).collect();
        let (who, what) = (self.actor.by.to_string(), what.to_owned());
        Some(Refusal::NotTheirs { who, what, allowed, policy: OVERRIDE })
    }

    /// What keeps somebody from working at a level.
    fn role_problem(&self, level: Level, what: &str) -> Option<Refusal> {
        if self.rules.may_work(&self.actor.member, level) {
            return None;
        }
        let allowed = self.rules.workers(level);
        let (who, what) = (self.actor.by.to_string(), what.to_owned());
        Some(Refusal::NotTheirs { who, what, allowed, policy: OVERRIDE })
    }
}
