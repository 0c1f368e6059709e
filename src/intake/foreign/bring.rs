//! An issue of another tracker as a ticket: filed the first time, and only what is new the next.
//!
//! Each entry's id is told by what it came from, so that a second import of the same file changes nothing, and
//! what happened here meanwhile stays.

use crate::intake::foreign::issue::{Issue, Said};
use crate::process::{
    Actor, Change, Changes, Ending, Move, Policy, Request, Rules, What, checksum, decide, open,
    without_secrets,
};
use crate::ticket::{EntryId, Field, MAX_TEXT_BYTES, Moment, Person, Resolution, Ticket, TicketId};

/// The ticket of an issue, with what is new of it; `None` where nothing is.
///
/// # Errors
/// A rule refused it.
pub fn bring(
    issue: &Issue,
    before: Option<&Ticket>,
    rules: &Rules,
    now: Moment,
) -> Result<Option<Ticket>, String> {
    // What another tracker let happen has happened.
    let mut rules = rules.clone();
    rules.settings.level_by_role = Policy::Off;
    rules.settings.fixed_needs_commit = Policy::Off;
    rules.settings.severity_by_owner = Policy::Warn;
    let entry = |what: &str| EntryId::from_bits(checksum(&format!("{} {what}", issue.key)));
    let actor =
        |by: &Person, at: Moment, entry: EntryId| Actor { by: by.clone(), member: by.clone(), at, entry };
    let has = |ticket: &Ticket, entry: &EntryId| ticket.timeline().iter().any(|known| known.id == *entry);
    let content = entry(&format!("content {:?}", (&issue.title, &issue.description, &issue.labels)));
    let refused = |refusal: crate::process::Refusal| refusal.to_string();
    let mut ticket = match before {
        None => {
            let id = TicketId::from_key(&issue.key);
            open(id, &fields(issue), None, &rules, &actor(&issue.reporter, issue.created, content.clone()))
                .map_err(refused)?
        }
        Some(before) => before.clone(),
    };
    let take = |ticket: &mut Ticket,
                request: Request,
                by: &Person,
                at: Moment,
                entry: EntryId|
     -> Result<(), String> {
        if !has(ticket, &entry)
            && let Some(step) = decide(ticket, request, &rules, &actor(by, at, entry)).map_err(refused)?
        {
            ticket.apply(step);
        }
        Ok(())
    };
    if before.is_some() {
        let changes = fields(issue).into_iter().filter(|(field, _)| CONTENT.contains(field)).collect();
        take(&mut ticket, Request::new(What::Edit(changes)), &issue.reporter, now, content)?;
    }
    for Said { id, at, by, text } in &issue.comments {
        let request =
            Request::new(What::Comment).with_note(Some(bounded(text)).filter(|text| !text.trim().is_empty()));
        if request.note.is_some() {
            take(&mut ticket, request, by, *at, entry(&format!("comment {id}")))?;
        }
    }
    if let Some((at, code)) = issue.ended.filter(|_| ticket.head().status().is_open()) {
        let code = Resolution::parse(code);
        let ending = Ending {
            code,
            commits: Vec::new(),
            no_commit: Some("It ended elsewhere.".to_owned()),
            duplicate_of: None,
        };
        let request = Request::new(What::Step(Move::Resolve(ending)));
        take(&mut ticket, request, &issue.reporter, at, entry(&format!("ended {at}")))?;
    }
    Ok((before != Some(&ticket)).then_some(ticket))
}

/// The fields that follow the other tracker.
const CONTENT: &[Field] = &[Field::Title, Field::Description, Field::Labels];

fn fields(issue: &Issue) -> Changes {
    let mut changes = Changes::from([
        (Field::Title, Change::to_text(&issue.title)),
        (Field::Type, Change::to_text(issue.kind)),
        (Field::Reporter, Change::to_text(issue.reporter.to_string())),
        (Field::Channel, Change::to_text("import")),
        (Field::Key, Change::to_text(&issue.key)),
    ]);
    changes.extend(issue.severity.map(|severity| (Field::Severity, Change::to_text(severity))));
    changes.extend(issue.assignee.as_ref().map(|who| (Field::Assignee, Change::to_text(who))));
    if !issue.description.trim().is_empty() {
        changes.insert(Field::Description, Change::to_text(bounded(&issue.description)));
    }
    for (field, words) in [(Field::Labels, &issue.labels), (Field::Affects, &issue.affects)] {
        if !words.is_empty() {
            changes.insert(field, Change::adding(words.clone()));
        }
    }
    changes
}

/// A text that a ticket takes, without what looks like a secret.
fn bounded(text: &str) -> String {
    let text = without_secrets(&text.replace("\r\n", "\n"));
    let end = (0..=MAX_TEXT_BYTES.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().to_owned()
}
