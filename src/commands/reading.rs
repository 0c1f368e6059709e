//! What commands read: ids as typed, queries, who asks and when, where else tickets stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::arguments::Reading;
use crate::commands::failure::Failure;
use crate::commands::project_files;
use crate::commands::session::Session;
use crate::process::{Change, Changes, Settings};
use crate::query::{self, Context, Query};
use crate::render::{Branches, Listed};
use crate::store::{BadFile, Snapshot, Store};
use crate::ticket::{Field, Moment, Person, TicketId, parse_span};

/// How many files that cannot be read are named one by one.
const MAX_NAMED: usize = 30;

/// The tickets that ids as typed name, each once, in order.
pub(crate) fn resolve(snapshot: &Snapshot<'_>, typed: &[String]) -> Result<Vec<TicketId>, Failure> {
    let mut ids = Vec::new();
    for text in typed {
        let id = snapshot.resolve(text)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// A query as typed; `@name` stands for a saved one, and may be followed by more.
pub(crate) fn query(text: &str, settings: &Settings) -> Result<Query, Failure> {
    let Some(rest) = text.trim_start().strip_prefix('@') else { return Ok(query::parse(text)?) };
    let (name, more) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let Some(saved) = settings.queries.get(name) else {
        let known: Vec<&str> = settings.queries.keys().map(String::as_str).collect();
        let known = if known.is_empty() { "none is saved".to_owned() } else { known.join(", ") };
        return Err(Failure::usage(format!("there is no saved query @{name} ({known})"))
            .hint(format!("git support config set queries.{name} 'status:open assignee:me'")));
    };
    // Parsed alone first, so that an error in it is not taken for one in what was typed.
    query::parse(saved)
        .map_err(|error| Failure::from(error).hint(format!("git support config get queries.{name}")))?;
    Ok(query::parse(&format!("({saved}) {more}"))?)
}

/// Commits as typed, as their whole names.
pub(crate) fn resolve_commits(store: &Store, changes: &mut Changes) -> Result<(), Failure> {
    if let Some(Change::Members { add, .. }) = changes.get_mut(&Field::Commits) {
        for commit in add {
            *commit = store.repository().revision(commit)?.to_string();
        }
    }
    Ok(())
}

/// A moment ahead as typed: a span from now (`3d`, `12h`), a day, an instant.
pub(crate) fn moment_ahead(text: &str, now: Moment) -> Result<Moment, Failure> {
    let moment = parse_span(text).map(|span| now.after(span));
    moment.or_else(|| Moment::parse(text)).or_else(|| Moment::parse_day(text)).ok_or_else(|| {
        Failure::usage(format!("'{text}' is not a valid future date or duration"))
            .hint("write 3d, 12h, 2026-12-01 or 2026-12-01T09:00:00Z")
    })
}

/// Who asks, when, and of which team. A team that cannot be read is said, and hides no ticket.
pub(crate) fn context(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &mut Session<'_>,
    at: Option<&str>,
) -> Context {
    let me = store.author().ok().map(|(person, _)| person);
    let now = at.and_then(crate::store::instant).unwrap_or_else(|| session.now());
    // What cannot be read is said, and hides no ticket.
    if let Err(failure) = project_files::warn_of_files(snapshot, session) {
        session.note(format!("warning: {}", failure.error));
    }
    let mut team = Vec::new();
    let members = project_files::team(snapshot).map(|team| team.members).unwrap_or_default();
    for member in members {
        let named = |email| Person { name: member.name.clone(), email };
        team.extend(member.emails.into_iter().map(named));
    }
    Context { me, now, team, standings: BTreeMap::new() }
}

/// Tickets as a list shows them, with where each stands; and a word where a branch beside this one holds
/// later entries of them.
pub(crate) fn placed(
    store: &Store,
    snapshot: &Snapshot<'_>,
    mut tickets: Vec<Listed>,
    reading: &Reading,
    session: &mut Session<'_>,
) -> Result<Vec<Listed>, Failure> {
    if reading.is_present() {
        tell_later(store, snapshot, tickets.iter().map(|one| &one.summary.id), session)?;
    }
    if reading.all_branches {
        let apart = snapshot.tips_apart()?;
        for one in &mut tickets {
            let places = snapshot.places(&one.summary.id, &apart)?;
            one.places = Some(Branches { latest: places.latest, behind: places.behind });
        }
    }
    Ok(tickets)
}

/// Where a ticket stands, where every branch is looked at.
pub(crate) fn places(
    snapshot: &Snapshot<'_>,
    id: &TicketId,
    reading: &Reading,
) -> Result<Option<Branches>, Failure> {
    if !reading.all_branches {
        return Ok(None);
    }
    let places = snapshot.places(id, &snapshot.tips_apart()?)?;
    Ok(Some(Branches { latest: places.latest, behind: places.behind }))
}

/// Says where a branch beside this one holds later entries of tickets that are shown.
pub(crate) fn tell_later<'a>(
    store: &Store,
    snapshot: &Snapshot<'_>,
    shown: impl Iterator<Item = &'a TicketId>,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    let related = store.related()?;
    if related.is_empty() {
        return Ok(());
    }
    let shown: BTreeSet<&TicketId> = shown.collect();
    for tip in related {
        let later = snapshot.later_on(&tip, &shown)?;
        let what = match later.as_slice() {
            [] => continue,
            [(id, 1)] => format!("1 later entry of {id}"),
            [(id, count)] => format!("{count} later entries of {id}"),
            many => format!("later entries of {} of these tickets", many.len()),
        };
        session.note(format!("note: {} holds {what}; see --all-branches, or git support sync", tip.name));
    }
    Ok(())
}

/// Names files that cannot be read; the others still count.
pub(crate) fn warn(bad: &[BadFile], session: &mut Session<'_>) {
    for file in bad.iter().take(MAX_NAMED) {
        session.note(format!("warning: {file}"));
    }
    if bad.len() > MAX_NAMED {
        let more = bad.len() - MAX_NAMED;
        session.note(format!("warning: {more} more files cannot be read; git support doctor names them all"));
    }
}
