//! People as they are typed, and as fields name them: resolved here, whatever command they are given to.

use std::fmt::Write as _;

use crate::process::{Assignee, Changes, FieldChange, ProcessAction, Request, RequestKind, reporter};
use crate::project::change::Change;
use crate::project::failure::{Failure, Kind};
use crate::project::state::Project;
use crate::query::{self, Context};
use crate::ticket::{Field, KnownPerson, Meant, Node, Person, TicketId, meant, visible};

/// How many people are named where several are meant, or nobody is.
const MAX_NAMED: usize = 12;

/// Somebody whose entries are looked for.
pub struct Sought {
    context: Context,
    text: String,
}

impl Sought {
    /// True for somebody of the entries' authors and speakers who is meant.
    #[must_use]
    pub fn is_named(&self, shown: &str) -> bool {
        self.context.whom(&self.text).is_named(shown)
    }
}

impl Project<'_> {
    /// Somebody as the team knows them: through `.mailmap`.
    ///
    /// # Errors
    /// The `.mailmap` cannot be read.
    pub fn known(&self, who: &Person) -> Result<Person, Failure> {
        Ok(self.store.mapped(who)?)
    }

    /// Whom somebody means, as a query means them.
    ///
    /// # Errors
    /// Nobody is meant, or several are.
    pub fn sought(&self, typed: &str) -> Result<Sought, Failure> {
        let text = match typed.trim().to_lowercase() {
            text if text.is_empty() => return Err(Failure::usage("no person is given")),
            text if text == "@me" => "me".to_owned(),
            text => text,
        };
        self.check_people(&query::parse(&format!("by:{}", query::quoted(&text)))?)?;
        Ok(Sought { context: self.context()?, text })
    }
}

impl Change<'_, '_> {
    /// A request with its people as fields name them.
    ///
    /// # Errors
    /// Somebody is not known, or several are meant.
    pub(super) fn with_people(&self, mut request: Request) -> Result<Request, Failure> {
        request.what = match request.what {
            RequestKind::Assign(Some(who)) => RequestKind::Assign(Some(self.member(&who)?)),
            RequestKind::Edit(changes) => RequestKind::Edit(self.changes_with_people(changes)?),
            RequestKind::Process(action) => RequestKind::Process(match action {
                ProcessAction::Own(who) => ProcessAction::Own(self.member(&who)?),
                ProcessAction::Alert(who) => ProcessAction::Alert(self.member(&who)?),
                ProcessAction::Triage { changes, confirm } => {
                    ProcessAction::Triage { changes: self.changes_with_people(changes)?, confirm }
                }
                ProcessAction::Escalate { findings, force, to } => {
                    ProcessAction::Escalate { findings, force, to: self.assignee(to)? }
                }
                ProcessAction::Return { level, incomplete, to } => {
                    ProcessAction::Return { level, incomplete, to: self.assignee(to)? }
                }
                other @ (ProcessAction::Replicate { .. }
                | ProcessAction::Diagnose(_)
                | ProcessAction::Estimate(_)
                | ProcessAction::Defer(_)
                | ProcessAction::Pend { .. }
                | ProcessAction::Resume
                | ProcessAction::Resolve(_)
                | ProcessAction::Close
                | ProcessAction::Reopen) => other,
            }),
            // What says again what was said, and what names nobody.
            other @ (RequestKind::Comment
            | RequestKind::ReplaceComment(_)
            | RequestKind::Attach(_)
            | RequestKind::Link(..)
            | RequestKind::Unlink(..)
            | RequestKind::Acknowledge
            | RequestKind::Send
            | RequestKind::Assign(None)
            | RequestKind::Adopt(_)
            | RequestKind::Undo(_)
            | RequestKind::SetBack(_)
            | RequestKind::Repeat(..)) => other,
        };
        Ok(request)
    }

    /// The customer who spoke: the reporter of a ticket, by the word `customer`, or anybody as typed.
    ///
    /// # Errors
    /// The ticket names no reporter, or cannot be read.
    pub fn speaker(&self, id: &TicketId, typed: &str) -> Result<String, Failure> {
        let ticket = self.ticket(id)?;
        let reporter = ticket.as_ref().and_then(reporter).map(|reporter| reporter.to_string());
        if typed.eq_ignore_ascii_case("customer") {
            return reporter.ok_or_else(|| {
                Failure::new(Kind::Refused, format!("{id} names no reporter"))
                    .hint("name them: --from 'Name <address>'")
            });
        }
        self.anybody(typed)
    }

    fn assignee(&self, to: Assignee) -> Result<Assignee, Failure> {
        Ok(if let Assignee::Person(who) = to { Assignee::Person(self.member(&who)?) } else { to })
    }

    /// Changes of fields with their people as fields name them.
    ///
    /// # Errors
    /// Somebody is not known, or several are meant.
    pub(super) fn changes_with_people(&self, mut changes: Changes) -> Result<Changes, Failure> {
        for (field, change) in &mut changes {
            let FieldChange::To(Some(Node::Text(who))) = change else { continue };
            if [Field::Assignee, Field::Owner].contains(field) {
                *who = self.member(who)?;
            } else if *field == Field::Reporter {
                *who = self.anybody(who)?;
            }
        }
        Ok(changes)
    }

    /// Somebody who works on tickets, as fields name them: of the team, or the one who writes. Where there is no team,
    /// nobody can be told to be a stranger.
    fn member(&self, typed: &str) -> Result<String, Failure> {
        let people = self.known_people()?;
        match self.whom(typed, &people) {
            Meant::One(one) | Meant::OneByPart(one) => Ok(one.person().to_string()),
            Meant::Several(many) => Err(ambiguous_person(Kind::Ambiguous, typed, &many)),
            Meant::Nobody if query::is_none(typed) => {
                let message = format!("'{}' is not a person", visible(typed));
                Err(Failure::usage(message).hint("git support assign ID --nobody"))
            }
            Meant::Nobody if self.project().team()?.members.is_empty() => named(typed),
            Meant::Nobody => Err(unknown_person(Kind::NotFound, typed, &people)),
        }
    }

    /// Anybody, as fields name them: a part of a name is a stranger's whole name here.
    pub(super) fn anybody(&self, typed: &str) -> Result<String, Failure> {
        match self.whom(typed, &self.known_people()?) {
            Meant::One(one) => Ok(one.person().to_string()),
            Meant::OneByPart(_) | Meant::Several(_) | Meant::Nobody => named(typed),
        }
    }

    /// The team, and the one who writes.
    fn known_people(&self) -> Result<Vec<KnownPerson>, Failure> {
        let mut people = self.project().people()?.known();
        let me = self.author.by.clone();
        if !people.iter().any(|known| known.is_named(&self.author.member.to_string())) {
            people.push(KnownPerson { name: me.name, emails: vec![me.email] });
        }
        Ok(people)
    }

    /// The one who writes, as the team knows them.
    ///
    /// # Errors
    /// The team cannot be read.
    pub fn known_author(&self) -> Result<KnownPerson, Failure> {
        let me = self.author.member.to_string();
        let known = self.known_people()?.into_iter().find(|known| known.is_named(&me));
        let by = &self.author.by;
        Ok(known.unwrap_or_else(|| KnownPerson { name: by.name.clone(), emails: vec![by.email.clone()] }))
    }

    fn whom<'p>(&self, typed: &str, people: &'p [KnownPerson]) -> Meant<'p> {
        if !matches!(typed, "me" | "@me") {
            return meant(typed, people);
        }
        let me = self.author.member.to_string();
        people.iter().find(|known| known.is_named(&me)).or(people.last()).map_or(Meant::Nobody, Meant::One)
    }
}

/// Somebody as typed, where nobody can say that it is wrong.
fn named(typed: &str) -> Result<String, Failure> {
    let person = Person::parse(typed).filter(|person| !person.short().is_empty());
    let invalid = || Failure::usage(format!("'{}' is not a valid person", visible(typed)));
    Ok(person.ok_or_else(|| invalid().hint("write a name, an address, or 'Name <address>'"))?.to_string())
}

/// Nobody who is known.
pub(super) fn unknown_person(kind: Kind, typed: &str, people: &[KnownPerson]) -> Failure {
    let known = names(people.iter());
    let known = if known.is_empty() { known } else { format!(" (known: {known})") };
    Failure::new(kind, format!("unknown person '{}'{known}", visible(typed)))
        .hint("git support team add NAME --email ADDRESS --role ROLE")
}

/// Several who are known.
pub(super) fn ambiguous_person(kind: Kind, typed: &str, people: &[&KnownPerson]) -> Failure {
    let email = people.first().and_then(|one| one.emails.first()).cloned().unwrap_or_default();
    let message = format!("person '{}' is ambiguous: {}", visible(typed), names(people.iter().copied()));
    Failure::new(kind, message).hint(format!("write more of the name, or the address: {email}"))
}

fn names<'a>(people: impl Iterator<Item = &'a KnownPerson>) -> String {
    let names: Vec<String> = people.map(|known| known.person().to_string()).collect();
    let more = names.len().saturating_sub(MAX_NAMED);
    let mut text = names.into_iter().take(MAX_NAMED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        let _ = write!(text, ", and {more} more");
    }
    text
}
