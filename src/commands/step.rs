//! What the verbs of the process share: tickets, a word about it, and the step to take.

use crate::commands::answering::AnswerOptions;
use crate::commands::arguments::{Message, Spending, WriteOptions};
use crate::commands::chosen::Chosen;
use crate::commands::failure::Failure;
use crate::commands::mail::{Sending, note_unsent};
use crate::commands::session::Session;
use crate::commands::views;
use crate::process::{ProcessAction, Request, RequestKind};
use crate::project::Project;
use crate::render::View;
use crate::ticket::TicketId;

/// The arguments of every step.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    #[command(flatten)]
    pub(crate) tickets: Chosen,
    #[command(flatten)]
    pub(crate) message: Message,
    #[command(flatten)]
    pub(crate) spending: Spending,
    #[command(flatten)]
    pub(crate) writing: WriteOptions,
}

impl Common {
    /// Takes a step on every ticket named, with what `-m` and `-F` say about it.
    pub(crate) fn take(&self, step: &ProcessAction, session: &mut Session<'_>) -> Result<View, Failure> {
        let note = self.message.read(session)?;
        self.take_saying(step, note, session)
    }

    /// Takes a step on every ticket named, with what an answer and a message say about it.
    pub(crate) fn take_answering(
        &self,
        step: &ProcessAction,
        answering: &AnswerOptions,
        sending: &Sending,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let project = session.project()?;
        let ids = self.tickets.ids(&project, session, self.writing.dry_run)?;
        let words = answering.words(&self.message, &ids, &project, session)?;
        let mails = sending.mails(&ids, &project)?;
        let request = Request::new(RequestKind::Process(step.clone())).spending(self.spending.spent);
        let changed = project.change(&self.writing.options(), |change| {
            change.read_ahead(&ids)?;
            ids.iter().zip(&mails).try_for_each(|(id, mail)| {
                let request = Request { mail: mail.clone(), ..request.clone() };
                let said = words.on(change, id, request, None)?;
                change.request(id, said).map(drop)
            })
        })?;
        note_unsent(&changed.tickets, session);
        Ok(views::steps(changed, session))
    }

    /// Takes a step on every ticket named, for the reason that it must have; a terminal asks for it.
    pub(crate) fn take_with_reason(
        &self,
        step: &ProcessAction,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        let reason = self.reason(session)?;
        self.take_saying(step, reason, session)
    }

    /// The reason that a step must have; a terminal asks for it.
    pub(crate) fn reason(&self, session: &mut Session<'_>) -> Result<Option<String>, Failure> {
        if session.interactive {
            return self.message.need(session).map(Some);
        }
        self.message.read(session)
    }

    /// Takes a step on every ticket named, with a note or none.
    pub(crate) fn take_saying(
        &self,
        step: &ProcessAction,
        note: Option<String>,
        session: &mut Session<'_>,
    ) -> Result<View, Failure> {
        self.take_in(&session.project()?, step, note, session)
    }

    /// The same in a project that is open already: the step names people of it, say.
    pub(crate) fn take_in(
        &self,
        project: &Project<'_>,
        step: &ProcessAction,
        note: Option<String>,
        session: &Session<'_>,
    ) -> Result<View, Failure> {
        let request = Request::new(RequestKind::Process(step.clone())).with_note(note);
        let ids = self.tickets.ids(project, session, self.writing.dry_run)?;
        take(project, &ids, &request.spending(self.spending.spent), &self.writing, session)
    }
}

/// Does the same to every ticket, as one commit.
pub(crate) fn take(
    project: &Project<'_>,
    ids: &[TicketId],
    request: &Request,
    writing: &WriteOptions,
    session: &Session<'_>,
) -> Result<View, Failure> {
    let changed = project.change(&writing.options(), |change| {
        change.read_ahead(ids)?;
        ids.iter().try_for_each(|id| change.request(id, request.clone()).map(drop))
    })?;
    Ok(views::steps(changed, session))
}
