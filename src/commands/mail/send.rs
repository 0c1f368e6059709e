//! `mail send`: what the timeline says was not sent, each once, also where an earlier run was ended.

use std::ffi::OsString;
use std::path::Path;

use crate::commands::failure::{Failure, Kind};
use crate::commands::mail::{composed, settings};
use crate::commands::session::Session;
use crate::mail::{Outbox, OutboxState, Outgoing, sendmail, written};
use crate::process::{Request, RequestKind};
use crate::project::{ChangeOptions, Project, Projection, Search, Which, own_folder};
use crate::render::{OutgoingLine, View};
use crate::ticket::{Entry, Mail, TicketId};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tickets [default: all]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Show what would be sent without sending anything
    #[arg(long)]
    dry_run: bool,
    /// Push to the branch's remote, and retry if it has moved
    #[arg(long, conflicts_with = "dry_run")]
    push: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let opened = session.project()?;
    let wanted: Vec<TicketId> = args.ids.iter().map(|id| opened.id(id)).collect::<Result<_, _>>()?;
    let own = own_folder(&session.host.env)
        .ok_or_else(|| Failure::new(Kind::Repository, "mail is sent from a repository alone"))?;
    let outbox = Outbox::open(&own).map_err(anyhow::Error::from)?;
    let Some(_lock) = outbox.lock().map_err(anyhow::Error::from)? else {
        return Err(Failure::new(Kind::Busy, "another run is sending mail; nothing was sent"));
    };
    // Another run may have sent and recorded since.
    let project = session.project()?;
    let all = queued(&project, session)?;
    let names: Vec<String> =
        all.iter().map(|(line, _)| name(line.ticket.as_str(), line.entry.as_str())).collect();
    let is_wanted = |(line, _): &(OutgoingLine, Outgoing)| wanted.is_empty() || wanted.contains(&line.ticket);
    let queued: Vec<_> = all.into_iter().filter(is_wanted).collect();
    if args.dry_run {
        return Ok(View::Outgoing(queued.into_iter().map(|(line, _)| line).collect()));
    }
    outbox.keep_only(&names);
    if queued.is_empty() {
        if args.push {
            let _ = project.push(&[]);
        }
        return Ok(View::Outgoing(Vec::new()));
    }
    let program = Program::of(&project)?;
    let mut lines = Vec::new();
    for (mut line, mut message) in queued {
        // It says that something has arrived by now, whenever that was written.
        if message.is_automatic {
            message.at = session.host.now();
        }
        let (state, problem) = send(&message, &outbox, &program, session);
        (line.state, line.problem) = (state, problem);
        if let Some(problem) = &line.problem {
            session.note(format!("warning: entry {} of {}: {problem}", line.entry, line.ticket));
        }
        lines.push(line);
    }
    let is_sent = |line: &&OutgoingLine| line.state.starts_with("sent");
    let sent: Vec<OutgoingLine> = lines.iter().filter(is_sent).cloned().collect();
    record(&project, &sent, args.push)?;
    sent.iter().for_each(|line| outbox.forget(&name(line.ticket.as_str(), line.entry.as_str())));
    Ok(View::Outgoing(lines))
}

/// The messages that were not sent yet, oldest first.
pub(super) fn queued(
    project: &Project<'_>,
    session: &Session<'_>,
) -> Result<Vec<(OutgoingLine, Outgoing)>, Failure> {
    let search = Search { which: Which::All, ..Search::new("mail:queued", Projection::Lines) };
    let mut queued = Vec::new();
    for listed in project.find(&search)? {
        let ticket = project.need(&listed.summary.id)?;
        let settings = settings(project)?;
        let unsent: Vec<Entry> = ticket.unsent().into_iter().cloned().collect();
        let trusted = project.written_by_team(&ticket, &unsent)?;
        for (entry, is_ours) in unsent.iter().zip(trusted) {
            // Whoever gets a file merged could have the desk write to anybody.
            if !is_ours {
                session.note(format!(
                    "warning: entry {} of {} is not sent: its commit is not by the team",
                    entry.id,
                    ticket.id()
                ));
                continue;
            }
            let message = match composed(project, &ticket, entry, &settings) {
                Ok(message) => message,
                Err(failure) => {
                    session.note(format!("warning: {}; it is not sent", failure.error));
                    continue;
                }
            };
            let line = OutgoingLine {
                ticket: ticket.id().clone(),
                entry: entry.id.clone(),
                id: message.id.clone(),
                to: message.recipients().map(str::to_owned).collect(),
                subject: message.subject.clone(),
                at: entry.at,
                state: "queued",
                problem: None,
            };
            queued.push((line, message));
        }
    }
    queued.sort_by_key(|(line, _)| line.at);
    Ok(queued)
}

/// What a message is called in the outbox.
fn name(ticket: &str, entry: &str) -> String {
    format!("{entry}.{ticket}")
}

/// Sends a message, unless an earlier run did, or may be doing so.
fn send(
    message: &Outgoing,
    outbox: &Outbox,
    program: &Program,
    session: &Session<'_>,
) -> (&'static str, Option<String>) {
    let name = &name(&message.ticket, &message.entry);
    let state = outbox.state(name);
    let under_way = || ("under way", Some("another run is sending it; try again in two minutes".to_owned()));
    match state {
        OutboxState::Sent => return ("sent", None),
        OutboxState::UnderWay => return under_way(),
        OutboxState::Untried | OutboxState::BrokenOff => {}
    }
    let failed = |problem: String| (OutgoingLine::FAILED, Some(problem));
    match outbox.begin(name, &written(message)) {
        Ok(true) => {}
        Ok(false) => return under_way(),
        Err(error) => return failed(error.to_string()),
    }
    let (begun, sent) = outbox.paths(name);
    let line = program.line(&begun, &sent, message);
    match (session.execute)(&line) {
        Ok(finished) if finished.status == Some(0) => {
            (if state == OutboxState::BrokenOff { "sent again" } else { "sent" }, None)
        }
        Ok(finished) => {
            outbox.forget(name);
            let said = finished.output.lines().last().unwrap_or_default().to_owned();
            failed(format!("{} failed (status {}): {said}", program.name(), finished.shell_status()))
        }
        Err(error) => {
            outbox.forget(name);
            failed(format!("{}: {error:#}", program.name()))
        }
    }
}

/// Records in the tickets that messages were sent, in one commit.
fn record(project: &Project<'_>, sent: &[OutgoingLine], push: bool) -> Result<(), Failure> {
    if sent.is_empty() {
        return Ok(());
    }
    let options = ChangeOptions { push, ..ChangeOptions::default() };
    project.change(&options, |change| {
        for line in sent {
            // Another run may have recorded it.
            let is_known =
                change.ticket(&line.ticket)?.is_some_and(|ticket| ticket.sent_as(&line.entry).is_some());
            if is_known {
                continue;
            }
            let mail = Mail { id: Some(line.id.clone()), of: Some(line.entry.clone()), ..Mail::default() };
            change.follow(&line.ticket, Request::new(RequestKind::Send).by_mail(mail))?;
        }
        Ok(())
    })?;
    Ok(())
}

/// What hands messages to the mail system.
enum Program {
    /// A command line of the user's, which takes the message on standard input and the recipients as arguments.
    Command(String),
    /// A program that does so.
    Path(String),
    /// A mail server, which `git send-email` talks to.
    Server,
}

impl Program {
    /// As git's own settings say (git-send-email(1)); sendmail, where they say nothing.
    fn of(project: &Project<'_>) -> Result<Self, Failure> {
        if let Some(command) = project.configured("sendemail.sendmailCmd") {
            return Ok(Self::Command(command));
        }
        match project.configured("sendemail.smtpServer") {
            Some(path) if Path::new(&path).is_absolute() => Ok(Self::Path(path)),
            Some(_) => Ok(Self::Server),
            None => sendmail().map(|path| Self::Path(path.to_owned())).ok_or_else(|| {
                Failure::new(
                    Kind::Refused,
                    "there is nothing to send mail with: no sendemail setting, and no sendmail",
                )
                .hint("git config sendemail.smtpServer mail.example.com (git send-email then sends)")
            }),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Command(_) => "sendemail.sendmailCmd",
            Self::Path(path) => path,
            Self::Server => "git send-email",
        }
    }

    /// The command that sends a file, and renames it once that is done: also where this process is gone by then.
    fn line(&self, begun: &Path, sent: &Path, message: &Outgoing) -> Vec<OsString> {
        // $1 is the file, $2 its name afterwards, the rest are the recipients.
        let script = match self {
            Self::Command(command) => format!("b=$1; s=$2; shift 2; {command} -i \"$@\" <\"$b\" >&2 && mv \"$b\" \"$s\""),
            Self::Path(_) => "p=$3; b=$1; s=$2; shift 3; \"$p\" -i \"$@\" <\"$b\" >&2 && mv \"$b\" \"$s\"".to_owned(),
            Self::Server => {
                "b=$1; s=$2; f=$3; shift 3; for a; do set -- \"$@\" \"--to=$a\"; shift; done; git send-email --quiet --confirm=never \
                 --suppress-cc=all --no-validate --no-thread --no-signed-off-by-cc --8bit-encoding=UTF-8 \"--from=$f\" \"$@\" \"$b\" \
                 >&2 </dev/null && mv \"$b\" \"$s\""
                    .to_owned()
            }
        };
        let mut line: Vec<OsString> = ["sh", "-c", &script, "sh"].map(OsString::from).to_vec();
        line.extend([begun.into(), sent.into()]);
        match self {
            Self::Command(_) => {}
            Self::Path(path) => line.push(path.into()),
            Self::Server => line.push(message.from.1.clone().into()),
        }
        line.extend(message.recipients().map(OsString::from));
        line
    }
}
