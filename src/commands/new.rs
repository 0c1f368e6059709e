//! `new`: files a ticket; under a key, meets the ticket that is there already.

use std::path::PathBuf;

use crate::commands::arguments::{FieldOptions, Message, Spending, form_changes};
use crate::commands::attach::read_attachments;
use crate::commands::failure::{Failure, Kind};
use crate::commands::known::note_likely;
use crate::commands::mail::saved;
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake;
use crate::process::{Changes, FieldChange, FixStatus, Refusal, Request, RequestKind};
use crate::project::{Change, ChangeOptions, NewAttachment, Outcome, Project};
use crate::render::View;
use crate::ticket::{Field, LinkKind, Mail, Node, Ticket, TicketId};

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
/// Prints the ticket ID. Without a title, the first line of -m or -F is the title; of a saved message (-F FILE.eml), the
/// subject, and its sender the reporter. On a terminal without these options, a form opens in the editor.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The title, in one line
    title: Option<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    /// Attach a file (can be repeated)
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// Open the ticket once per FINGERPRINT: repeat an open one, reopen a resolved one
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<String>,
    /// Record this as another occurrence of ticket ID instead of opening one
    #[arg(long, value_name = "ID", conflicts_with_all = ["key", "blocked_by", "parent", "relates_to"])]
    occurrence_of: Option<String>,
    /// The ticket that must be done before this one (can be repeated)
    #[arg(long, value_name = "ID")]
    blocked_by: Vec<String>,
    /// The ticket that this one is a part of
    #[arg(long, value_name = "ID")]
    parent: Option<String>,
    /// A ticket that this one has to do with (can be repeated)
    #[arg(long, value_name = "ID")]
    relates_to: Vec<String>,
    /// Override the rules of levels and statuses (requires -m, recorded in the timeline)
    #[arg(long)]
    force: bool,
    /// Show the commit message and diff without writing anything
    #[arg(long)]
    dry_run: bool,
    /// Push to the branch's remote, and retry if it has moved
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
    /// Write even if the text looks like a secret
    #[arg(long)]
    allow_secret: bool,
    #[command(flatten)]
    fields: FieldOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let usual = defaults(&project, session)?;
    let mut fields = usual.clone();
    let saved = saved(args.message.file.as_deref(), &project, session)?;
    fields.extend(saved.iter().flat_map(|saved| saved.fields.clone()));
    fields.extend(args.fields.changes(&project, session)?);
    if saved.is_none() {
        title_and_description(args, &mut fields, session)?;
    } else if let Some(title) = &args.title {
        fields.insert(Field::Title, FieldChange::to_text(title.trim()));
    }
    let id = match &args.key {
        Some(key) => {
            fields.insert(Field::Key, FieldChange::to_text(key));
            project.id_of_key(key)
        }
        None => session.host.ticket_id(),
    };
    let mut attachments = read_attachments(&args.attach, None, project.settings()?, session)?;
    let (mail, files) = saved.map(|saved| (saved.mail, saved.files)).unzip();
    attachments.extend(files.into_iter().flatten());
    let options = ChangeOptions {
        dry_run: args.dry_run,
        push: args.push,
        allow_secret: args.allow_secret,
        if_match: None,
    };
    let links = links(args, &project)?;
    let met = args.key.as_ref().and_then(|_| project.readable(&id));
    if let Some(known) = &args.occurrence_of {
        let known = project.id(known)?;
        let request = repeated(&occurrence(args, &fields, &usual, None)).spending(args.spending.spent);
        let changed = project.change(&options, |change| {
            change.request(&known, request.clone())?;
            attachments
                .iter()
                .try_for_each(|file| change.attach(&known, file, Request::new(RequestKind::Comment)))
        })?;
        return Ok(views::steps(changed, session));
    }
    let changed = project.change(&options, |change| {
        open(args, change, &id, (&fields, &usual), (mail.as_ref(), &attachments))?;
        links.iter().try_for_each(|(kind, other)| change.link(&id, kind, other))
    })?;
    if let Some(met) = &met {
        warn_of_fields_not_set(met, &differing(&fields, &usual, met), session);
    }
    if changed.outcome == Outcome::Committed {
        return Ok(opened(args, &id, changed.tickets, &project, session));
    }
    Ok(views::steps(changed, session))
}

/// A ticket that was committed, with those that are like it: what goes wrong from here on is said, and fails nothing.
fn opened(
    args: &Args,
    id: &TicketId,
    tickets: Vec<Ticket>,
    project: &Project<'_>,
    session: &mut Session<'_>,
) -> View {
    if let Err(failure) = project.note_branch() {
        session.note(format!("warning: {}", failure.error));
    }
    let own: Vec<Ticket> = tickets.into_iter().filter(|ticket| ticket.id() == id).collect();
    let similar = similar(args, own.first(), project, session).unwrap_or_else(|failure| {
        session.note(format!("warning: similar tickets: {}", failure.error));
        Vec::new()
    });
    if let Some(new) = own.first().filter(|_| args.key.is_none()) {
        note_likely(new, project, session);
    }
    View::Opened(own, similar)
}

/// Opens the ticket; under a key, an open ticket of it gets an occurrence instead.
fn open(
    args: &Args,
    change: &mut Change<'_, '_>,
    id: &TicketId,
    (fields, usual): (&Changes, &Changes),
    (mail, attachments): (Option<&Mail>, &[NewAttachment]),
) -> Result<(), Failure> {
    let met = if args.key.is_some() { change.ticket(id)? } else { None };
    if let Some(met) = met {
        let fields = occurrence(args, fields, usual, Some(&met));
        change.request(id, repeated(&fields).spending(args.spending.spent))?;
    } else {
        let note = if args.force { description(fields) } else { None };
        let request = Request::new(RequestKind::Comment).spending(args.spending.spent).with_note(note);
        let request = Request { mail: mail.cloned(), ..request };
        change.open(id, fields, Request { force: args.force, ..request })?;
    }
    attachments.iter().try_for_each(|file| change.attach(id, file, Request::new(RequestKind::Comment)))
}

/// The most similar open tickets that are named.
const MAX_SIMILAR: usize = 3;

/// The open tickets that are like a new one, where somebody or something is told: it may be an occurrence of one.
fn similar(
    args: &Args,
    new: Option<&Ticket>,
    project: &Project<'_>,
    session: &Session<'_>,
) -> Result<Vec<Ticket>, Failure> {
    let Some(new) = new.filter(|_| args.key.is_none() && (session.on_terminal || session.is_for_machines()))
    else {
        return Ok(Vec::new());
    };
    let similar = project.similar_open(new, MAX_SIMILAR)?;
    if session.on_terminal {
        for one in &similar {
            let id = one.id().as_str().get(..project.shortest(one.id())?).unwrap_or_default();
            session.note(format!("similar: {id} {}", one.fields().title()));
        }
    }
    Ok(similar)
}

/// The fields that were given, and that a ticket of the same key has otherwise; what was said is always said.
fn differing(fields: &Changes, usual: &Changes, met: &Ticket) -> Changes {
    let differs = |(field, change): &(&Field, &FieldChange)| {
        let is_so = match change {
            FieldChange::To(value) => met.fields().get(field) == value.as_ref(),
            FieldChange::Members { .. } => false,
        };
        usual.get(*field) != Some(change) && (**field == Field::Description || !is_so)
    };
    fields.iter().filter(differs).map(|(field, change)| (field.clone(), change.clone())).collect()
}

/// Says which fields an occurrence did not change.
fn warn_of_fields_not_set(met: &Ticket, given: &Changes, session: &Session<'_>) {
    let is_told = |field: &&Field| {
        ![Field::Affects, Field::Labels, Field::Title, Field::Description, Field::Commits].contains(field)
    };
    let names: Vec<String> = given.keys().filter(is_told).map(Field::name).collect();
    let Some(first) = names.first() else { return };
    let (id, first) = (met.id(), first.strip_prefix("findings.").unwrap_or(first));
    session.note(format!(
        "warning: {id} has this key already, and keeps its own {}: git support edit {id} --{first} VALUE",
        names.join(", ")
    ));
}

/// What an occurrence of a known ticket says: the title, the description, and every field that was given and is the
/// known ticket's own already. Of one that was met by its key, only what differs from it.
fn occurrence(args: &Args, fields: &Changes, usual: &Changes, met: Option<&Ticket>) -> Changes {
    let fields = &met.map_or_else(|| fields.clone(), |met| differing(fields, usual, met));
    let mut parts = Vec::new();
    for field in [Field::Title, Field::Description] {
        if let Some(FieldChange::To(Some(node))) = fields.get(&field) {
            parts.push(node.to_string());
        }
    }
    for (field, change) in fields.iter().filter(|(field, change)| usual.get(*field) != Some(change)) {
        let is_added = [Field::Affects, Field::Labels, Field::Title, Field::Description].contains(field);
        if let (FieldChange::To(Some(node)), false) = (change, is_added) {
            let name = field.name();
            parts.push(format!("{}: {node}", name.strip_prefix("findings.").unwrap_or(&name)));
        }
    }
    if !args.fields.commit.is_empty() {
        parts.push(format!("commits: {}", args.fields.commit.join(", ")));
    }
    let mut changes = fields.clone();
    changes.remove(&Field::Description);
    if !parts.is_empty() {
        changes.insert(Field::Description, FieldChange::to_text(parts.join("\n\n")));
    }
    changes
}

/// The tickets that the new one is linked to, each with the kind.
fn links(args: &Args, project: &Project<'_>) -> Result<Vec<(LinkKind, TicketId)>, Failure> {
    let blockers = args.blocked_by.iter().map(|id| (LinkKind::BlockedBy, id));
    let parent = args.parent.iter().map(|id| (LinkKind::Parent, id));
    let related = args.relates_to.iter().map(|id| (LinkKind::RelatesTo, id));
    blockers.chain(parent).chain(related).map(|(kind, id)| Ok((kind, project.id(id)?))).collect()
}

/// What an occurrence of a known key adds: the description becomes its note.
fn repeated(fields: &Changes) -> Request {
    let note = description(fields);
    let adds = |(field, _): &(&Field, &FieldChange)| [Field::Affects, Field::Labels].contains(field);
    let added = fields.iter().filter(adds).map(|(field, change)| (field.clone(), change.clone())).collect();
    Request::new(RequestKind::Repeat(added, FixStatus::Contained)).with_note(note)
}

fn description(fields: &Changes) -> Option<String> {
    match fields.get(&Field::Description) {
        Some(FieldChange::To(Some(Node::Text(text)))) => Some(text.clone()),
        _ => None,
    }
}

/// What is so without a flag: who reports, and by which channel.
fn defaults(project: &Project<'_>, session: &Session<'_>) -> Result<Changes, Failure> {
    let in_ci = session.host.env.text("CI").is_some_and(|ci| ci != "false");
    Ok(Changes::from([
        (Field::Reporter, FieldChange::to_text(project.me()?.to_string())),
        (Field::Channel, FieldChange::to_text(if in_ci { "ci" } else { "cli" })),
    ]))
}

/// Title and description, from the arguments or the editor's form.
fn title_and_description(
    args: &Args,
    changes: &mut Changes,
    session: &mut Session<'_>,
) -> Result<(), Failure> {
    // With -e, what was kept is no form: a title and a description, as they were asked for.
    if args.message.resume.is_some() && !args.message.edit {
        form(&args.message, changes, session)?;
        let title = args.title.as_deref().map(|title| FieldChange::to_text(title.trim()));
        changes.extend(title.map(|title| (Field::Title, title)));
        return Ok(());
    }
    let text = args.message.given(session)?;
    let (title, description) = match (&args.title, text) {
        (Some(title), text) => (title.clone(), text),
        (None, Some(text)) => intake::split_title(&text),
        (None, None) if session.interactive => {
            return form(&args.message, changes, session);
        }
        (None, None) => return Err(Refusal::NoTitle.into()),
    };
    // A log that ends in nothing but line ends is no different for it.
    let description = description.filter(|text| !text.trim().is_empty());
    if title.trim().is_empty() {
        return Err(Refusal::NoTitle.into());
    }
    changes.insert(Field::Title, FieldChange::to_text(title.trim()));
    changes.extend(description.map(|text| (Field::Description, FieldChange::to_text(text))));
    Ok(())
}

fn form(message: &Message, changes: &mut Changes, session: &mut Session<'_>) -> Result<(), Failure> {
    let given = |field: &Field| match changes.get(field) {
        Some(FieldChange::To(value)) => value.clone(),
        Some(FieldChange::Members { add, .. }) => Some(Node::texts(add.clone())),
        None if *field == Field::Type => Some(Node::text("defect")),
        None if *field == Field::Area => Some(Node::text("application")),
        None => None,
    };
    let fields: Vec<(Field, Option<Node>)> =
        FORM_FIELDS.iter().map(|field| (field.clone(), given(field))).collect();
    let begin = intake::fill_in(&fields, "", FORM_HELP);
    let titled: Vec<(Field, Option<Node>)> = fields
        .into_iter()
        .map(|(field, value)| {
            let is_empty = field == Field::Title && value.is_none();
            let value = if is_empty { Some(Node::text("What will be written")) } else { value };
            (field, value)
        })
        .collect();
    let stand_in = intake::fill_in(&titled, "", FORM_HELP);
    let left = (session.editor)(&message.draft(&begin, &stand_in))?;
    let form = intake::read_form(&left, FORM_FIELDS, FORM_HELP)
        .map_err(|problem| Failure::new(Kind::Invalid, problem))?;
    if !form.fields.iter().any(|(field, value)| *field == Field::Title && value.is_some()) {
        return Err(Failure::new(Kind::Refused, "the title is empty; no ticket was opened"));
    }
    let filled = form.fields.into_iter().filter(|(_, value)| value.is_some()).collect();
    changes.extend(form_changes(filled));
    if let Some(text) = form.text.filter(|text| !text.is_empty()) {
        changes.insert(Field::Description, FieldChange::to_text(text));
    }
    Ok(())
}
