//! `new`: files a ticket; under a key, meets the ticket that is there already.

use std::path::PathBuf;

use crate::commands::arguments::{Fields, Message, Spending, form_changes};
use crate::commands::attach::{Stored, store_evidence};
use crate::commands::change::{Author, refuse_secrets, rehearsed, wording, write};
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files;
use crate::commands::reading;
use crate::commands::session::Session;
use crate::intake;
use crate::process::{Change, Changes, Fix, Refusal, Request, Rules, What, decide, open_by};
use crate::render::View;
use crate::store::git::FileChange;
use crate::store::{Draft, Snapshot, TicketChange};
use crate::ticket::{EntryId, Field, Node, Ticket, TicketId};

/// The fields that the form shows.
const FORM_FIELDS: &[Field] = &[
    Field::Title,
    Field::Type,
    Field::Severity,
    Field::Area,
    Field::Affects,
    Field::Environment,
    Field::Labels,
];
const FORM_HELP: &str = "\
Above: what it is about, then under the dashes the whole story.
type: defect, question, improvement. severity: blocker, critical, major, minor (or empty).
area: application, infrastructure. affects and labels: words with commas between.
An empty title files nothing. Nothing from the scissors line on is read.";

/// Open a new ticket
///
/// Without a title, the first line of -m or -F is the title; on a terminal without those, the editor opens
/// on a form. Prints the ticket's id.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is wrong or wanted, in one line
    title: Option<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    /// Attach a file (can be repeated)
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// File under a fingerprint: an open ticket of that key gets an occurrence instead of a twin, a
    /// resolved one is reopened
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<String>,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Send it to the branch's remote, too; tried again where somebody was faster
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    allow_secret: bool,
    #[command(flatten)]
    fields: Fields,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let author = Author::of(&store)?;
    let mut changes = defaults(&author, session);
    changes.extend(args.fields.changes(&author.me(), session)?);
    reading::resolve_commits(&store, &mut changes)?;
    told(args, &mut changes, session)?;
    let id = match &args.key {
        Some(key) => {
            changes.insert(Field::Key, Change::to_text(key));
            TicketId::from_key(key)
        }
        None => session.ticket_id(),
    };
    let settings = project_files::settings(&store.snapshot(None)?)?;
    let evidence = store_evidence(&id, &args.attach, None, &settings, session)?;
    let filing = Filing {
        id,
        key: args.key.is_some(),
        entry: session.entry_id(),
        changes,
        evidence,
        allow_secret: args.allow_secret,
        spent: args.spending.spent,
    };
    let plan = write(&store, args.dry_run, session, |snapshot| filing.draft(snapshot, &author))?;
    if args.push {
        crate::commands::sync::push(&store, session)?;
    }
    Ok(match plan {
        Some(plan) if args.dry_run => rehearsed(plan),
        Some(plan) => View::Filed(plan.tickets),
        None => View::Nothing,
    })
}

/// What is so without a flag: who reports, and by which channel.
fn defaults(author: &Author, session: &Session<'_>) -> Changes {
    let in_ci = session.surroundings.text("CI").is_some_and(|ci| ci != "false");
    Changes::from([
        (Field::Reporter, Change::to_text(author.me())),
        (Field::Channel, Change::to_text(if in_ci { "ci" } else { "cli" })),
    ])
}

/// Title and description, from the arguments or the editor's form.
fn told(args: &Args, changes: &mut Changes, session: &mut Session<'_>) -> Result<(), Failure> {
    let text = args.message.read(session)?;
    let (title, description) = match (&args.title, text) {
        (Some(title), text) => (title.clone(), text),
        (None, Some(text)) => intake::split_title(&text),
        (None, None) if session.interactive => return form(changes, session),
        (None, None) => return Err(Refusal::NoTitle.into()),
    };
    // A log that ends in nothing but line ends is no different for it.
    let description = description.filter(|text| !text.trim().is_empty());
    if title.trim().is_empty() {
        return Err(Refusal::NoTitle.into());
    }
    changes.insert(Field::Title, Change::to_text(title.trim()));
    changes.extend(description.map(|text| (Field::Description, Change::to_text(text))));
    Ok(())
}

fn form(changes: &mut Changes, session: &mut Session<'_>) -> Result<(), Failure> {
    let given = |field: &Field| match changes.get(field) {
        Some(Change::To(value)) => value.clone(),
        Some(Change::Members { add, .. }) => Some(Node::texts(add.clone())),
        None if *field == Field::Type => Some(Node::text("defect")),
        None if *field == Field::Area => Some(Node::text("application")),
        None => None,
    };
    let fields: Vec<(Field, Option<Node>)> =
        FORM_FIELDS.iter().map(|field| (field.clone(), given(field))).collect();
    let left = (session.editor)(&intake::fill_in(&fields, "", FORM_HELP))?;
    let form =
        intake::read_form(&left, FORM_FIELDS).map_err(|problem| Failure::new(Kind::Invalid, problem))?;
    if !form.fields.iter().any(|(field, value)| *field == Field::Title && value.is_some()) {
        return Err(Failure::new(Kind::Refused, "the title was left empty; nothing was filed"));
    }
    let filled = form.fields.into_iter().filter(|(_, value)| value.is_some()).collect();
    changes.extend(form_changes(filled));
    if !form.text.is_empty() {
        changes.insert(Field::Description, Change::to_text(form.text));
    }
    Ok(())
}

/// A ticket to be filed, with everything drawn and read before the first try.
struct Filing {
    id: TicketId,
    key: bool,
    entry: EntryId,
    changes: Changes,
    evidence: Vec<Stored>,
    allow_secret: bool,
    /// What it took, in minutes.
    spent: Option<u64>,
}

impl Filing {
    fn draft(&self, snapshot: &Snapshot<'_>, author: &Author) -> Result<Option<Draft>, Failure> {
        let rules = project_files::rules(snapshot)?;
        let before = snapshot.ticket(&self.id)?;
        let mut after = match &before {
            None => {
                let request = Request::new(What::Comment).spending(self.spent);
                open_by(self.id.clone(), &self.changes, request, &rules, &author.actor(&self.entry))?
            }
            Some(ticket) if self.key => self.met(ticket, &rules, author)?,
            Some(_) => {
                let message = format!("the id {} is taken, by chance", self.id);
                return Err(Failure::new(Kind::Busy, message).hint("file it again"));
            }
        };
        for stored in &self.evidence {
            let request = Request::new(What::Attach(stored.attachment.clone()));
            if let Some(step) = decide(&after, request, &rules, &author.actor(&stored.entry))? {
                after.apply(step);
            }
        }
        let files: Vec<FileChange> = self.evidence.iter().map(|stored| stored.file.clone()).collect();
        let wording = wording(&rules.settings);
        let tickets = vec![TicketChange { before, after }];
        if !self.allow_secret {
            refuse_secrets(&tickets, &files)?;
        }
        Ok(Some(Draft { tickets, files, subject: String::new(), wording, ..Draft::default() }))
    }

    /// The ticket of the key, seen again: what is told now becomes the note of the occurrence.
    fn met(&self, ticket: &Ticket, rules: &Rules, author: &Author) -> Result<Ticket, Failure> {
        let told = match self.changes.get(&Field::Description) {
            Some(Change::To(Some(Node::Text(text)))) => Some(text.clone()),
            _ => None,
        };
        let sets = [Field::Affects, Field::Labels];
        let added: Changes = self
            .changes
            .iter()
            .filter(|(field, _)| sets.contains(field))
            .map(|(f, c)| (f.clone(), c.clone()))
            .collect();
        let request = Request::new(What::Repeat(added, Fix::Contained)).with_note(told).spending(self.spent);
        let mut ticket = ticket.clone();
        if let Some(step) = decide(&ticket, request, rules, &author.actor(&self.entry))? {
            ticket.apply(step);
        }
        Ok(ticket)
    }
}
