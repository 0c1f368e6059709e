//! What the customer says, and what it does: a ticket that waits for them wakes, and one resolved lately is reopened.

use crate::process::decide::Record;
use crate::process::refusal::Refusal;
use crate::process::request::{Actor, FieldChange, Request, RequestKind};
use crate::process::rules::Rules;
use crate::ticket::{
    Action, Field, Node, Person, Resolution, Set, Status, Ticket, TicketId, Visibility, visible,
};

/// The customer, where the actor's own comment is theirs: the reporter, who is not of the team.
#[must_use]
pub fn speaker(ticket: &Ticket, request: &Request, rules: &Rules, actor: &Actor) -> Option<String> {
    let is_word = matches!(request.what, RequestKind::Comment) && request.visibility == Visibility::Customer;
    let is_stranger = !rules.team.has_member(&actor.member) && !rules.team.has_member(&actor.by);
    (is_word && is_stranger && ticket.is_customer(&actor.by)).then(|| actor.by.to_string())
}

/// Sees that who is quoted as a customer is one: of the team, that is who has reported the ticket.
fn check_speaker(
    id: &TicketId,
    reporter: Option<&Person>,
    request: &Request,
    rules: &Rules,
) -> Result<(), Refusal> {
    let Some(who) = request.speaker.as_deref().and_then(Person::parse) else { return Ok(()) };
    if rules.team.has_member(&who) && reporter != Some(&who) {
        return Err(Refusal::NoCustomer(id.clone(), visible(&who.to_string())));
    }
    Ok(())
}

impl Record {
    /// Sees the same of who is quoted by an opening.
    pub(super) fn check_quoted(
        &self,
        id: &TicketId,
        request: &Request,
        rules: &Rules,
    ) -> Result<(), Refusal> {
        let reporter = match self.set_of(&Field::Reporter) {
            Some(Set::Value { to: Some(to), .. }) => Person::parse(&to.to_string()),
            _ => None,
        };
        check_speaker(id, reporter.as_ref(), request, rules)
    }

    /// Records what the customer said.
    pub(super) fn said(
        &mut self,
        ticket: &Ticket,
        request: &Request,
        rules: &Rules,
        actor: &Actor,
    ) -> Result<Action, Refusal> {
        check_speaker(ticket.id(), reporter(ticket).as_ref(), request, rules)?;
        let head = ticket.fields();
        let action = match head.status() {
            Status::Pending => Action::Resume,
            Status::Resolved if is_no_ticket(ticket) => {
                self.warnings.push("it stays resolved".to_owned());
                return Ok(Action::Comment);
            }
            Status::Resolved if is_lately_resolved(ticket, rules, actor) => Action::Reopen,
            Status::Resolved if rules.settings.reopen_within_seconds == ENDED_ELSEWHERE => {
                return Ok(Action::Comment);
            }
            Status::Resolved | Status::Closed => {
                let id = ticket.id();
                self.warnings.push(format!(
                    "it is {} and stays so; for a new ticket: git support new TITLE --relates-to {id}",
                    head.status()
                ));
                return Ok(Action::Comment);
            }
            Status::New | Status::Triaged | Status::InProgress | Status::Deferred => {
                return Ok(Action::Comment);
            }
        };
        self.change(head, &Field::Status, &FieldChange::to_text(Status::InProgress.as_str()))?;
        self.leave_status(head)?;
        Ok(action)
    }
}

/// The `reopen_within` of what has ended in another tracker, in seconds: no word reopens it, whenever it was said, as none did
/// there.
const ENDED_ELSEWHERE: i64 = i64::MIN;

impl Rules {
    /// The same rules for what is said about something after it has ended in another tracker.
    #[must_use]
    pub fn ended_elsewhere(mut self) -> Self {
        self.settings.reopen_within_seconds = ENDED_ELSEWHERE;
        self
    }
}

/// True for what was no ticket of this product. Of a duplicate, its customer speaks as of any other ticket of theirs.
fn is_no_ticket(ticket: &Ticket) -> bool {
    let code = ticket.fields().get(&Field::Resolution).map(|code| Resolution::parse(&code.to_string()));
    code.is_some_and(|code| code.is_no_ticket())
}

/// True within the time in which a word of the customer reopens (`reopen_within`), from the resolution on.
fn is_lately_resolved(ticket: &Ticket, rules: &Rules, actor: &Actor) -> bool {
    let since = ticket.setter(&Field::Status).map(|entry| actor.at.unix().saturating_sub(entry.at.unix()));
    since.is_some_and(|seconds| seconds <= rules.settings.reopen_within_seconds)
}

/// The customer as `--from customer` names them: the reporter.
#[must_use]
pub fn reporter(ticket: &Ticket) -> Option<Person> {
    Person::parse(ticket.fields().get(&Field::Reporter).and_then(Node::as_text)?)
}
