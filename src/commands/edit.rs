//! `edit`: changes any field, of one ticket or of many.

use crate::commands::arguments::{FieldOptions, Message, Spending, WriteOptions, form_changes, left_empty};
use crate::commands::chosen::Chosen;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::commands::views;
use crate::intake;
use crate::process::{Changes, FieldChange, Request, RequestKind};
use crate::project::{Change, Project};
use crate::render::View;
use crate::ticket::{Field, Node, Ticket, TicketId};

/// The fields that the form shows.
const FORM_FIELDS: &[Field] = &[
    Field::Title,
    Field::Type,
    Field::Area,
    Field::Severity,
    Field::Status,
    Field::Level,
    Field::Reporter,
    Field::Owner,
    Field::Assignee,
    Field::Affects,
    Field::Environment,
    Field::Labels,
    Field::Estimate,
];
const FORM_HELP: &str = "\
Change what is to change: the fields, and under the dashes the description.
An emptied field is taken away. Nothing from the scissors line on is read.";

/// Edit ticket fields
///
/// Several tickets, or a --query, are changed in one commit. On a terminal without options, a form opens in the
/// editor.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    chosen: Chosen,
    /// Set the title
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    title: Option<String>,
    /// Set the description (- for standard input)
    #[arg(long, allow_hyphen_values = true, value_name = "TEXT")]
    description: Option<String>,
    /// Remove a label (can be repeated)
    #[arg(long, value_name = "WORD")]
    remove_label: Vec<String>,
    /// Remove an affected release (can be repeated)
    #[arg(long, value_name = "VERSION")]
    remove_affects: Vec<String>,
    /// Override the rules of levels and statuses (requires -m, recorded in the timeline)
    #[arg(long)]
    force: bool,
    /// Clear FIELD (can be repeated)
    #[arg(long, value_name = "FIELD")]
    clear: Vec<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    spending: Spending,
    #[command(flatten)]
    writing: WriteOptions,
    #[command(flatten)]
    fields: FieldOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let ids = args.chosen.ids(&project, session, args.writing.dry_run)?;
    if ids.is_empty() {
        return Ok(View::Unchanged(Vec::new()));
    }
    let mut shown = None;
    let mut changes = changes(args, &ids, &project, session)?;
    let is_form = changes.is_empty() && args.spending.spent.is_none();
    // What was kept is the form, or the note beside other changes.
    let note = if is_form { args.message.given(session)? } else { args.message.read(session)? };
    if is_form {
        changes = match ids.as_slice() {
            [id] if session.interactive || args.message.resume.is_some() => {
                let ticket = project.need(id)?;
                let changes = form(&args.message, &ticket, session)?;
                shown = Some(ticket);
                changes
            }
            _ => {
                return Err(Failure::usage("nothing to change").hint("git support edit --help"));
            }
        };
    }
    let fields: Vec<Field> = changes.keys().cloned().collect();
    let request = Request::new(RequestKind::Edit(changes)).with_note(note).spending(args.spending.spent);
    let request = Request { force: args.force, ..request };
    let changed = project.change(&args.writing.options(), |change| {
        change.read_ahead(&ids)?;
        let overtaken = shown.as_ref().map(|shown| changed_meanwhile(shown, &fields, change)).transpose()?;
        ids.iter().try_for_each(|id| change.request(id, request.clone()).map(drop))?;
        Ok(overtaken.unwrap_or_default())
    })?;
    for (field, id) in changed.answer.iter().zip(ids.first().into_iter().cycle()) {
        session.note(format!("warning: {field} had changed while the form was open: git support log {id}"));
    }
    Ok(views::steps(changed, session))
}

/// The fields that have another value now than the form showed, by name.
fn changed_meanwhile(
    shown: &Ticket,
    fields: &[Field],
    change: &Change<'_, '_>,
) -> Result<Vec<String>, Failure> {
    let Some(now) = change.ticket(shown.id())? else { return Ok(Vec::new()) };
    let differs = |field: &&Field| now.fields().get(field) != shown.fields().get(field);
    Ok(fields.iter().filter(differs).map(Field::name).collect())
}

fn changes(
    args: &Args,
    ids: &[TicketId],
    project: &Project<'_>,
    session: &mut Session<'_>,
) -> Result<Changes, Failure> {
    let mut changes = args.fields.changes(project, session)?;
    if let Some(title) = &args.title {
        changes.insert(Field::Title, FieldChange::to_text(title.trim()));
    }
    if let Some(text) = &args.description {
        let text = intake::read_text(text, session.input)?;
        changes.insert(Field::Description, FieldChange::to_text(text));
    }
    for (field, gone) in [(Field::Labels, &args.remove_label), (Field::Affects, &args.remove_affects)] {
        let gone = intake::all_members(gone);
        if !gone.is_empty() {
            let change = changes.entry(field).or_insert_with(|| FieldChange::adding(Vec::new()));
            if let FieldChange::Members { remove, .. } = change {
                remove.extend(gone);
            }
        }
    }
    for name in &args.clear {
        let mut field = Field::parse(name);
        // A name that no version knows can be taken away where a ticket has it.
        let has =
            |id: &TicketId| project.readable(id).is_some_and(|ticket| ticket.fields().get(&field).is_some());
        if matches!(field, Field::Unknown(_)) && !ids.iter().any(has) {
            field = Field::parse(&format!("findings.{name}"));
        }
        if matches!(&field, Field::Findings(crate::ticket::Finding::Unknown(_))) {
            let names: Vec<&str> = Field::plain_names().collect();
            let meant = crate::ticket::nearest(name, &names).map(|near| format!("; did you mean '{near}'?"));
            return Err(Failure::usage(format!("unknown field '{name}'{}", meant.unwrap_or_default())));
        }
        if changes.contains_key(&field) {
            let message = format!("--clear {name} and another option for {name} cannot be used together");
            return Err(Failure::usage(message).hint("git support edit --help"));
        }
        changes.insert(field, FieldChange::To(None));
    }
    Ok(changes)
}

/// What the editor's form leaves changed.
fn form(message: &Message, ticket: &Ticket, session: &Session<'_>) -> Result<Changes, Failure> {
    let head = ticket.fields();
    let fields: Vec<(Field, Option<Node>)> =
        FORM_FIELDS.iter().map(|field| (field.clone(), head.get(field).cloned())).collect();
    let text = head.description().unwrap_or_default();
    let begin = intake::fill_in(&fields, text, FORM_HELP);
    let left = (session.editor)(&message.draft(&begin, &begin))?;
    if intake::above_scissors(&left).trim().is_empty() {
        return Err(left_empty());
    }
    let form = intake::read_form(&left, FORM_FIELDS, FORM_HELP)
        .map_err(|problem| Failure::new(Kind::Invalid, problem))?;
    // Only what differs: a form that was left alone changes nothing.
    let differs = |(field, value): &(Field, Option<Node>)| {
        let shown = |node: Option<&Node>| node.map(ToString::to_string).unwrap_or_default();
        shown(value.as_ref()) != shown(head.get(field))
    };
    let mut changes = form_changes(form.fields.into_iter().filter(differs).collect());
    if let Some(left) = form.text.filter(|left| left.trim_end() != text.trim_matches('\n').trim_end()) {
        let text = (!left.is_empty()).then_some(Node::Text(left));
        changes.insert(Field::Description, FieldChange::To(text));
    }
    Ok(changes)
}
