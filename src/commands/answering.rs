//! What is said on a ticket: a text, or an answer that the ticket fills, with a text after it.

use std::collections::BTreeMap;

use crate::commands::arguments::Message;
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Answer, Request, is_placeholder};
use crate::project::{Change, Project};
use crate::ticket::{Person, Ticket, TicketId};

/// An answer to use, by flag.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct AnswerOptions {
    /// Say the answer NAME (git support answer list), and then the message
    #[arg(long, value_name = "NAME")]
    answer: Option<String>,
    /// Fill a placeholder of the answer (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", requires = "answer", allow_hyphen_values = true)]
    with: Vec<String>,
}

/// What is said.
pub(crate) struct Words {
    /// The text; after the answer, where there is one.
    text: Option<String>,
    answer: Option<(Answer, BTreeMap<String, String>)>,
    /// True where the text has the answer in it already: it was edited.
    is_whole: bool,
}

impl AnswerOptions {
    /// True where an answer is given.
    pub(crate) fn is_given(&self) -> bool {
        self.answer.is_some()
    }

    /// What an answer and a message say together; with `--edit`, the answer as the ticket fills it is edited first.
    pub(crate) fn words(
        &self,
        message: &Message,
        ids: &[TicketId],
        project: &Project<'_>,
        session: &mut Session<'_>,
    ) -> Result<Words, Failure> {
        let Some(name) = &self.answer else {
            return Ok(Words { text: message.read(session)?, answer: None, is_whole: false });
        };
        let answer = project.answer(name)?;
        if let Some(outsider) = project.outside_author_of(name)? {
            let who = outsider.short();
            session.note(format!(
                "warning: answer {name} is by {who}, who is not on the team: read what it says"
            ));
        }
        if answer.placeholders().contains(&"workaround") {
            for id in ids {
                if let Some(warning) = project.outside_workaround(&project.need(id)?)? {
                    session.note(format!("warning: {id}: {warning}"));
                }
            }
        }
        let given = given(&self.with)?;
        if !message.edit && message.resume.is_none() {
            return Ok(Words {
                text: message.read(session)?,
                answer: Some((answer, given)),
                is_whole: false,
            });
        }
        let [id] = ids else {
            return Err(Failure::usage("an answer is edited for one ticket at a time"));
        };
        let begin = filled(&answer, &project.need(id)?, &project.me()?, &given)?;
        let text = Some(message.edited(&begin, session)?);
        Ok(Words { text, answer: Some((answer, given)), is_whole: true })
    }
}

impl Words {
    /// True where nothing is said.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_none() && self.answer.is_none()
    }

    /// A request that says it on a ticket; `beside` is said after it.
    pub(crate) fn on(
        &self,
        change: &Change<'_, '_>,
        id: &TicketId,
        request: Request,
        beside: Option<&str>,
    ) -> Result<Request, Failure> {
        let mut parts = Vec::new();
        if let Some((answer, given)) = self.answer.as_ref().filter(|_| !self.is_whole) {
            let ticket = change.ticket(id)?;
            let text = ticket.map(|ticket| filled(answer, &ticket, change.author(), given)).transpose()?;
            parts.extend(text.map(|text| text.trim_end_matches('\n').to_owned()));
        }
        parts.extend(self.text.clone());
        parts.extend(beside.map(str::to_owned));
        let name = self.answer.as_ref().map(|(answer, _)| answer.name.clone());
        let note = Some(parts.join("\n\n")).filter(|note| !note.is_empty());
        Ok(Request { answer: name, ..request.with_note(note) })
    }
}

/// Values for placeholders, as typed.
pub(crate) fn given(with: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    let pair = |typed: &String| {
        let pair = typed.split_once('=').filter(|(key, _)| is_placeholder(key));
        let pair = pair.map(|(key, value)| (key.to_owned(), value.to_owned()));
        pair.ok_or_else(|| {
            let shown = crate::ticket::visible(typed);
            Failure::usage(format!("'{shown}' is not KEY=VALUE, with a key in lower case"))
        })
    };
    with.iter().map(pair).collect()
}

/// An answer as a ticket fills it.
pub(crate) fn filled(
    answer: &Answer,
    ticket: &Ticket,
    me: &Person,
    given: &BTreeMap<String, String>,
) -> Result<String, Failure> {
    answer.filled(ticket, me, given).map_err(|empty| {
        let named: Vec<String> = empty.iter().map(|name| format!("{{{name}}}")).collect();
        let message =
            format!("answer {}: {} has no value for {}", answer.name, ticket.id(), named.join(", "));
        let with: Vec<String> = empty.iter().map(|name| format!("--with {name}=TEXT")).collect();
        Failure::new(Kind::Refused, message).hint(format!(
            "add {}, or see git support answer show {}",
            with.join(" "),
            answer.name
        ))
    })
}
