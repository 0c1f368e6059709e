//! The steps of the process: what each needs, what it sets, and who may take it.

use crate::process::decide::Record;
use crate::process::follow_up::FollowUp;
use crate::process::policy::Policy;
use crate::process::refusal::Refusal;
use crate::process::request::{
    Actor, Assignee, Changes, Deferral, FieldChange, ProcessAction, Request, ResolutionRequest,
};
use crate::process::rules::Rules;
use crate::process::table::{legal_steps, outcome};
use crate::process::team::Role;
use crate::ticket::{
    Action, Area, Field, Finding, Level, LinkKind, Node, Resolution, Set, Ticket, Timestamp, has_visible,
};

impl ProcessAction {
    /// What the entry records.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Self::Triage { .. } => Action::Triage,
            Self::Replicate { .. } => Action::Replicate,
            Self::Diagnose(_) => Action::Diagnose,
            Self::Estimate(_) => Action::Estimate,
            Self::Escalate { .. } => Action::Escalate,
            Self::Return { incomplete: true, .. } => Action::HandBack,
            Self::Return { incomplete: false, .. } => Action::Return,
            Self::Alert(_) => Action::Alert,
            Self::Defer(_) => Action::Defer,
            Self::Pend { .. } => Action::Pend,
            Self::Resume => Action::Resume,
            Self::Resolve(_) => Action::Resolve,
            Self::Close => Action::Close,
            Self::Reopen => Action::Reopen,
            Self::Own(_) => Action::Assign,
        }
    }
}

impl Record {
    /// Takes a step, if the status, the findings and the people allow it.
    pub(super) fn take(
        &mut self,
        ticket: &Ticket,
        step: &ProcessAction,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        let (head, action) = (ticket.fields(), step.action());
        let Some(status) = outcome(&action, head.status()) else { return Err(illegal(ticket, action)) };
        if action != Action::Triage {
            self.check_level(ticket.fields(), &action, rules, actor)?;
        }
        let needs_reason = matches!(
            step,
            ProcessAction::Return { .. }
                | ProcessAction::Alert(_)
                | ProcessAction::Escalate { force: true, .. }
        );
        if needs_reason && request.note.is_none() {
            return Err(Refusal::NoReason { step: action });
        }
        match step {
            ProcessAction::Triage { changes, confirm } => {
                self.triage(ticket, changes, *confirm, rules, actor)?;
                self.check_side_door(ticket.id(), head, request, rules, actor)?;
            }
            ProcessAction::Replicate { text, happened } => {
                let text = if *happened { text.clone() } else { format!("Cannot reproduce.\n\n{text}") };
                self.finding(ticket, Finding::Reproduction, &text)?;
            }
            ProcessAction::Diagnose(text) => self.finding(ticket, Finding::Diagnosis, text)?,
            ProcessAction::Estimate(span) => {
                self.change(head, &Field::Estimate, &FieldChange::to_text(span))?;
            }
            ProcessAction::Escalate { findings, force, to } => {
                self.escalate(ticket, findings, *force, rules)?;
                self.hand_over(ticket, to)?;
                self.check_assignee(ticket.fields(), rules, actor)?;
            }
            ProcessAction::Return { level, to, .. } => {
                self.give_back(ticket, *level)?;
                self.hand_over(ticket, to)?;
                self.check_assignee(ticket.fields(), rules, actor)?;
            }
            ProcessAction::Alert(who) => self.told = Some(who.clone()),
            ProcessAction::Defer(to) => self.defer(ticket, to, rules, actor)?,
            ProcessAction::Pend { follow_up } => {
                let moment = follow_up.moment(ticket, rules, actor.at)?;
                self.wait(ticket, &[("to", "customer")], Some(moment))?;
            }
            ProcessAction::Resolve(ending) => self.resolve(ticket, ending, rules)?,
            ProcessAction::Own(who) => self.change(head, &Field::Owner, &FieldChange::to_text(who))?,
            ProcessAction::Resume | ProcessAction::Close | ProcessAction::Reopen => {}
        }
        if status != head.status() {
            self.change(head, &Field::Status, &FieldChange::to_text(status.as_str()))?;
            self.leave_status(head)?;
        }
        Ok(action)
    }

    fn finding(&mut self, ticket: &Ticket, finding: Finding, text: &str) -> Result<(), Refusal> {
        if text.trim().is_empty() {
            return Err(Refusal::EmptyNote);
        }
        self.change(ticket.fields(), &Field::Findings(finding), &FieldChange::to_text(text))
    }

    fn triage(
        &mut self,
        ticket: &Ticket,
        changes: &Changes,
        confirm: bool,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        self.change_all(ticket.fields(), changes)?;
        self.settle_severity(ticket, changes, rules, actor)?;
        if confirm && !self.sets(&Field::Severity) {
            if ticket.fields().severity().is_none() {
                return Err(Refusal::NoSeverity(ticket.id().clone()));
            }
            if !ticket.severity_is_proposed() {
                return Err(Refusal::NothingProposed(ticket.id().clone()));
            }
            if !rules.may_judge(&actor.member) {
                return Err(not_an_owner(rules, actor, "confirm a severity"));
            }
            self.confirm(ticket.fields(), &Field::Severity);
        }
        self.judge_severity(rules, actor)?;
        // To triage is first of all to judge: whose the severity is comes before whose the level is.
        self.check_level(ticket.fields(), &Action::Triage, rules, actor)?;
        self.check_assignee(ticket.fields(), rules, actor)
    }

    /// A severity set by somebody who is no product owner is a proposal, or refused.
    pub(super) fn judge_severity(&mut self, rules: &Rules, actor: &Actor) -> Result<(), Refusal> {
        if !self.sets(&Field::Severity) || rules.may_judge(&actor.member) {
            return Ok(());
        }
        match rules.settings.severity_by_owner {
            Policy::Off => {}
            Policy::Warn => {
                let owners = rules.team.names(Role::ProductOwner).join(", ");
                self.proposed = !matches!(self.set_of(&Field::Severity), Some(Set::Value { to: None, .. }));
                self.warnings.push(if self.proposed {
                    format!("the severity is a proposal until a product owner confirms it ({owners})")
                } else {
                    format!("product owners clear a severity ({owners})")
                });
            }
            Policy::Enforce => return Err(not_an_owner(rules, actor, "set a severity")),
        }
        Ok(())
    }

    fn escalate(
        &mut self,
        ticket: &Ticket,
        findings: &Changes,
        force: bool,
        rules: &Rules,
    ) -> Result<(), Refusal> {
        let head = ticket.fields();
        self.change_all(head, findings)?;
        let level = head.level();
        let Some(to) = next_level(level) else {
            return Err(Refusal::NoLevel { id: ticket.id().clone(), level, up: true });
        };
        let missing: Vec<Finding> = needed(rules, level)
            .filter(|finding| self.lacks(head, &Field::Findings(finding.clone())))
            .collect();
        if !missing.is_empty() && !force {
            return Err(Refusal::MissingFindings { id: ticket.id().clone(), to, missing });
        }
        self.overrides.extend(missing.iter().map(|finding| format!("handover.{finding}")));
        self.move_to(ticket, to)
    }

    fn give_back(&mut self, ticket: &Ticket, to: Option<Level>) -> Result<(), Refusal> {
        let level = ticket.fields().level();
        let lower = to.or(previous_level(level)).filter(|to| *to < level);
        let Some(to) = lower else {
            return Err(Refusal::NoLevel { id: ticket.id().clone(), level, up: false });
        };
        self.move_to(ticket, to)
    }

    fn move_to(&mut self, ticket: &Ticket, level: Level) -> Result<(), Refusal> {
        let level = FieldChange::To(Some(Node::Number(level.as_str().to_owned())));
        self.change(ticket.fields(), &Field::Level, &level)
    }

    /// Who gave it away does not work on it any longer.
    fn hand_over(&mut self, ticket: &Ticket, to: &Assignee) -> Result<(), Refusal> {
        let to = match to {
            Assignee::Queue => None,
            Assignee::Person(who) => Some(Node::text(who)),
            Assignee::Unchanged => return Ok(()),
        };
        self.change(ticket.fields(), &Field::Assignee, &FieldChange::To(to))
    }

    fn defer(&mut self, ticket: &Ticket, to: &Deferral, rules: &Rules, actor: &Actor) -> Result<(), Refusal> {
        let (name, case, follow_up) = match to {
            Deferral::Enhance => return self.wait(ticket, &[("to", "enhance")], None),
            Deferral::Vendor { name, case, follow_up } => (name, case, *follow_up),
        };
        if ticket.fields().level() == Level::One {
            return Err(Refusal::LevelOneDefers(ticket.id().clone()));
        }
        let known = || {
            let mut known = vendors_for(ticket, rules);
            // Whom nobody can reach is proposed last.
            known.sort_by_key(|name| {
                rules.vendors.get(name).is_none_or(|vendor| vendor.channels().is_empty())
            });
            known
        };
        let area = ticket.fields().get(&Field::Area).and_then(Node::as_text);
        let vendor = match name {
            Some(name) => rules
                .vendors
                .get(name)
                .ok_or_else(|| Refusal::NoVendor { name: name.clone(), known: known() })?,
            // Infrastructure is run by the managed service provider.
            None if area == Some(Area::Infrastructure.as_str()) => {
                rules.service_provider().ok_or_else(|| Refusal::WhichVendor { known: known() })?
            }
            None => return Err(Refusal::WhichVendor { known: known() }),
        };
        if vendor.channels().is_empty() {
            return Err(Refusal::NoChannel(vendor.name.clone()));
        }
        // A wait for the same vendor that is entered again goes on, with what is not given anew.
        let is_new = !matches!(follow_up, FollowUp::Recorded(_));
        let wait = ticket.fields().get(&Field::Deferral).filter(|_| is_new);
        let known = |key: &str| wait.and_then(|wait| wait.at(key)).and_then(Node::as_text);
        let known = |key: &str| known(key).filter(|_| known("vendor") == Some(vendor.name.as_str()));
        let time = known("follow_up").and_then(Timestamp::parse).filter(|time| *time > actor.at);
        let mut pairs = vec![("to", "vendor"), ("vendor", vendor.name.as_str())];
        pairs.extend(case.as_deref().or(known("case")).map(|case| ("case", case)));
        let moment = match time.filter(|_| follow_up == FollowUp::Usual) {
            Some(time) => time,
            None => follow_up.moment(ticket, rules, actor.at)?,
        };
        self.wait(ticket, &pairs, Some(moment))
    }

    /// Records for whom the ticket waits, and until when.
    fn wait(
        &mut self,
        ticket: &Ticket,
        pairs: &[(&str, &str)],
        follow_up: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        let mut pairs: Vec<(&str, Node)> =
            pairs.iter().map(|(key, value)| (*key, Node::text(*value))).collect();
        pairs.extend(follow_up.map(|at| ("follow_up", Node::Text(at.to_string()))));
        self.change(ticket.fields(), &Field::Deferral, &FieldChange::To(Some(Node::map(pairs))))
    }

    fn resolve(&mut self, ticket: &Ticket, ending: &ResolutionRequest, rules: &Rules) -> Result<(), Refusal> {
        let head = ticket.fields();
        self.change(head, &Field::Resolution, &FieldChange::to_text(ending.code.as_str()))?;
        self.link_fix(head, &ending.commits)?;
        let has_commit = !ending.commits.is_empty() || head.members(&Field::Commits).next().is_some();
        if ending.code == Resolution::Fixed
            && !has_commit
            && !ending.no_commit.as_deref().is_some_and(has_visible)
        {
            self.weigh_missing_commit(ticket.id(), rules, None)?;
        }
        if let Some(known) = &ending.answered_by {
            if known == ticket.id() {
                return Err(Refusal::LinkToItself(known.clone()));
            }
            let link = FieldChange::adding(vec![known.to_string()]);
            self.change(head, &Field::Links(LinkKind::AnsweredBy), &link)?;
        }
        if ending.code != Resolution::Duplicate {
            return Ok(());
        }
        match &ending.duplicate_of {
            None => Err(Refusal::NoOriginal(ticket.id().clone())),
            Some(other) if other == ticket.id() => Err(Refusal::LinkToItself(other.clone())),
            Some(other) => {
                let link = FieldChange::adding(vec![other.to_string()]);
                self.change(head, &Field::Links(LinkKind::DuplicateOf), &link)
            }
        }
    }
}

/// Why a step is none from where a ticket stands, with those that are.
fn illegal(ticket: &Ticket, step: Action) -> Refusal {
    let (status, level) = (ticket.fields().status(), ticket.fields().level());
    // To hand back is a way to return, and no command; no level is below the first, and none above the last.
    let left_out = |step: &Action| {
        let ends = [(Action::Return, Level::One), (Action::Escalate, Level::Three)];
        *step == Action::HandBack || ends.contains(&(step.clone(), level))
    };
    let named = legal_steps(status).into_iter().filter(|step| !left_out(step));
    let legal = named.map(ToString::to_string).collect();
    Refusal::Illegal { id: ticket.id().clone(), status, step, legal }
}

/// The vendors' names, those first that cover something the ticket speaks of.
fn vendors_for(ticket: &Ticket, rules: &Rules) -> Vec<String> {
    let texts: Vec<&str> = ticket.fields().iter().filter_map(|(_, value)| value.as_text()).collect();
    let covers = |name: &&String| {
        let vendor = rules.vendors.get(*name);
        vendor.is_some_and(|vendor| {
            vendor.covers.iter().any(|what| texts.iter().any(|text| text.contains(what.as_str())))
        })
    };
    let (first, rest): (Vec<&String>, Vec<&String>) = rules.vendors.keys().partition(covers);
    first.into_iter().chain(rest).cloned().collect()
}

/// The findings needed to escalate from a level.
pub(super) fn needed(rules: &Rules, level: Level) -> impl Iterator<Item = Finding> + use<> {
    let [first, second] = &rules.settings.handover;
    // What the first level gathers is needed further up too.
    let second = if level == Level::One { &[][..] } else { second };
    first.iter().chain(second).cloned().collect::<Vec<_>>().into_iter()
}

fn next_level(level: Level) -> Option<Level> {
    Level::ALL.iter().copied().find(|other| *other > level)
}

fn previous_level(level: Level) -> Option<Level> {
    Level::ALL.iter().copied().rev().find(|other| *other < level)
}

pub(super) fn not_an_owner(rules: &Rules, actor: &Actor, what: &str) -> Refusal {
    let allowed = rules.team.names(Role::ProductOwner).iter().map(ToString::to_string).collect();
    let (who, what) = (actor.by.to_string(), what.to_owned());
    Refusal::NotTheirs { who, what, allowed, policy: "policy.severity_by_owner" }
}
