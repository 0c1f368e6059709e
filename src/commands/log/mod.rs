//! `log`: what happened, entry by entry, each with the commit that carried it.

mod follow;
mod graph;
mod lineage;

use std::collections::BTreeSet;

use crate::commands::arguments::{ReadOptions, found_or_named, is_query};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::project::{IntroducedEntry, Project, Sought};
use crate::query::joined;
use crate::render::{EntryLine, View};
use crate::ticket::{Action, Ancestry, Entry, EntryId, Field, TicketId, Timestamp, nearest};

/// Show timeline entries and their commits
///
/// Shows the entries of the given tickets, or of a query, oldest first; without arguments, of all tickets, newest
/// first. Also shows the merge that brought an entry to the branch, and for given tickets the signature status.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ticket IDs, or a query
    #[arg(value_name = "ID|QUERY")]
    ids: Vec<String>,
    /// Show at most COUNT entries
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Limit to entries that set FIELD, such as severity
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// Limit to entries by WHO: a name, part of one, or me
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Limit to entries of ACTION, such as escalate
    #[arg(long, alias = "step", value_name = "ACTION")]
    action: Option<String>,
    /// Draw the commit graph, an entry a line, newest first
    #[arg(long)]
    graph: bool,
    /// Wait for new entries, and print each as it comes
    #[arg(long, conflicts_with_all = ["graph", "at", "all_branches"])]
    follow: bool,
    /// Verify the signatures of all commits that are shown
    #[arg(long)]
    show_signature: bool,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    if args.follow {
        return follow::run(args, session);
    }
    let project = session.project_in(args.reading.scope())?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let sieve = Sieve::of(args, &project)?;
    let ids = ids(args, &project)?;
    let mut entries = Vec::new();
    if args.ids.is_empty() {
        let all = project.all_entries(limit, |entry| sieve.lets_pass(entry))?;
        entries.extend(all.into_iter().map(|introduced| line(introduced, &BTreeSet::new())));
    }
    for (ticket, history) in project.introduced_by(&ids)? {
        let flags = Ancestry::of(ticket.timeline()).concurrent();
        let concurrent = ticket.timeline().iter().zip(flags).filter(|(_, is_concurrent)| *is_concurrent);
        let concurrent: BTreeSet<_> = concurrent.map(|(entry, _)| entry.identity()).collect();
        let passed = history.into_iter().filter(|introduced| sieve.lets_pass(&introduced.entry));
        entries.extend(passed.map(|introduced| line(introduced, &concurrent)));
    }
    let skipped = entries.len().saturating_sub(limit);
    entries.drain(..skipped);
    if args.graph && !session.is_for_machines() {
        return Ok(View::Graph(graph::graph(&project, &ids, entries, limit < usize::MAX)?));
    }
    lineage::add_merges(&project, &mut entries)?;
    if args.show_signature || !args.ids.is_empty() {
        lineage::add_signatures(&project, &mut entries)?;
    }
    Ok(View::Entries(entries))
}

/// The tickets that are named, or that a query means.
fn ids(args: &Args, project: &Project<'_>) -> Result<Vec<TicketId>, Failure> {
    if args.ids.is_empty() {
        return Ok(Vec::new());
    }
    if is_query(&args.ids, project) {
        return found_or_named(&args.ids, project.find_ids(&joined(&args.ids))?);
    }
    project.ids(&args.ids)
}

/// Which entries are wanted.
struct Sieve {
    field: Option<Field>,
    by: Option<Sought>,
    step: Option<Action>,
}

impl Sieve {
    fn of(args: &Args, project: &Project<'_>) -> Result<Self, Failure> {
        let known = |list: &[&str], word: &str, what: &str| {
            if list.contains(&word) {
                return Ok(());
            }
            let meant =
                nearest(word, list).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            Err(Failure::usage(format!("unknown {what} '{word}'{meant}")).hint(list.join(" ")))
        };
        let field = args.field.as_deref().map(Field::parse);
        if let (Some(Field::Unknown(_)), Some(word)) = (&field, args.field.as_deref()) {
            let names: Vec<&str> = Field::plain_names().collect();
            known(&names, word, "field")?;
        }
        if let Some(word) = args.action.as_deref() {
            known(Action::WORDS, word, "action")?;
        }
        let by = args.by.as_deref().map(|who| project.sought(who)).transpose()?;
        Ok(Self { field, by, step: args.action.as_deref().map(Action::parse) })
    }

    fn lets_pass(&self, entry: &Entry) -> bool {
        self.field.as_ref().is_none_or(|field| entry.set.contains_key(field))
            && self.by.as_ref().is_none_or(|who| {
                let people = [Some(entry.by.to_string()), entry.speaker.clone()];
                people.iter().flatten().any(|shown| who.is_named(shown))
            })
            && self.step.as_ref().is_none_or(|step| entry.action == *step)
    }
}

/// An entry as a line, without what its ticket tells of it.
pub(super) fn plain_line(introduced: &IntroducedEntry) -> EntryLine {
    line(introduced.clone(), &BTreeSet::new())
}

/// An entry as a line, and whether it is one of the concurrent ones of its ticket.
fn line(introduced: IntroducedEntry, concurrent: &BTreeSet<(u64, Timestamp, &EntryId)>) -> EntryLine {
    let concurrent = concurrent.contains(&introduced.entry.identity());
    EntryLine {
        ticket: introduced.ticket,
        title: introduced.title,
        entry: introduced.entry,
        commit: introduced.commit.map(|commit| commit.to_string()),
        concurrent,
        merge: None,
        signature: None,
    }
}
