//! `log`: what happened, entry by entry, each with the commit that carried it.

mod graph;
mod lineage;

use crate::commands::arguments::Reading;
use crate::commands::carriers::carriers;
use crate::commands::catalogue::{Question, Wanted, find};
use crate::commands::change::Author;
use crate::commands::failure::Failure;
use crate::commands::list::joined;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::render::{EntryLine, View};
use crate::store::{Carried, Snapshot, Store};
use crate::ticket::{Action, Entry, Field, TicketId, nearest};

/// Show timeline entries and their commits
///
/// Of the tickets named, or of a query's, in the order it happened; without one, of all tickets, the newest
/// first. Said as well: the merge that brought an entry to the branch, where it was not made there; and, of
/// tickets that are named, whether the commit's signature verifies.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The tickets, or which tickets
    #[arg(value_name = "ID|QUERY")]
    ids: Vec<String>,
    /// At most this many entries
    #[arg(short = 'n', long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Only entries that set this field, such as severity or findings.diagnosis
    #[arg(long, value_name = "FIELD")]
    field: Option<String>,
    /// Only entries of this person: a part of a name or address, or me
    #[arg(long, value_name = "WHO")]
    by: Option<String>,
    /// Only entries of this step, such as escalate or hand-back
    #[arg(long, value_name = "STEP")]
    step: Option<String>,
    /// Draw where work went on side by side, and met; the newest first, an entry a line
    #[arg(long)]
    graph: bool,
    /// Verify the signatures of all commits that are shown
    #[arg(long)]
    show_signature: bool,
    #[command(flatten)]
    reading: Reading,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let snapshot = args.reading.snapshot(&store)?;
    let limit = args.limit.unwrap_or(usize::MAX);
    let sieve = Sieve::of(args, &store)?;
    let ids = ids(args, &store, &snapshot, session)?;
    let mut entries = Vec::new();
    if args.ids.is_empty() {
        let all = store.all_entries(&snapshot, limit, |entry| sieve.lets_pass(entry))?;
        entries.extend(all.into_iter().map(|carried| line(carried, false)));
    }
    for (ticket, history) in carriers(&store, &snapshot, &ids, session)? {
        for carried in history.into_iter().filter(|carried| sieve.lets_pass(&carried.entry)) {
            let same = ticket.timeline().iter().filter(|entry| entry.seq == carried.entry.seq).count();
            entries.push(line(carried, same > 1));
        }
    }
    let skipped = entries.len().saturating_sub(limit);
    entries.drain(..skipped);
    if args.graph && !session.is_for_machines() {
        return Ok(View::Graph(graph::graph(&store, &snapshot, &ids, entries)?));
    }
    lineage::add_merges(&store, &snapshot, &mut entries)?;
    if args.show_signature || !args.ids.is_empty() {
        lineage::add_signatures(&store, &mut entries)?;
    }
    Ok(View::Entries(entries))
}

/// The tickets that are named, or that a query means: a query has a colon, a blank or an at sign in it.
fn ids(
    args: &Args,
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &mut Session<'_>,
) -> Result<Vec<TicketId>, Failure> {
    if args.ids.is_empty() {
        return Ok(Vec::new());
    }
    let is_query = args.ids.iter().any(|word| word.contains([':', ' ', '@', '"', '(']));
    if !is_query {
        return reading::resolve(snapshot, &args.ids);
    }
    let question = Question {
        store,
        snapshot,
        text: &joined(&args.ids),
        reading: &args.reading,
        wanted: Wanted::Lines,
        with_snippets: false,
    };
    Ok(find(&question, session)?.into_iter().map(|one| one.summary.id).collect())
}

/// Which entries are wanted.
struct Sieve {
    field: Option<Field>,
    by: Option<String>,
    step: Option<Action>,
}

impl Sieve {
    fn of(args: &Args, store: &Store) -> Result<Self, Failure> {
        let known = |list: &[&str], word: &str, what: &str| {
            if list.contains(&word) {
                return Ok(());
            }
            let meant = nearest(word, list).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            Err(Failure::usage(format!("there is no {what} `{word}`{meant}")).hint(list.join(" ")))
        };
        let field = args.field.as_deref().map(Field::parse);
        if let (Some(Field::Unknown(_)), Some(word)) = (&field, args.field.as_deref()) {
            let names: Vec<&str> = Field::plain_names().collect();
            known(&names, word, "field")?;
        }
        if let Some(word) = args.step.as_deref() {
            known(Action::WORDS, word, "step")?;
        }
        let me = || Author::of(store).map(|author| author.by.email);
        let by = match args.by.as_deref() {
            Some("me") => Some(me()?),
            who => who.map(str::to_owned),
        };
        Ok(Self {
            field,
            by: by.map(|who| who.to_lowercase()),
            step: args.step.as_deref().map(Action::parse),
        })
    }

    fn lets_pass(&self, entry: &Entry) -> bool {
        self.field.as_ref().is_none_or(|field| entry.set.contains_key(field))
            && self.by.as_ref().is_none_or(|who| entry.by.to_string().to_lowercase().contains(who))
            && self.step.as_ref().is_none_or(|step| entry.action == *step)
    }
}

fn line(carried: Carried, concurrent: bool) -> EntryLine {
    EntryLine {
        ticket: carried.ticket,
        title: carried.title,
        entry: carried.entry,
        commit: carried.commit.map(|commit| commit.to_string()),
        concurrent,
        merge: None,
        signature: None,
    }
}
