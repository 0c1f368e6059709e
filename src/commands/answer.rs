//! `answer`: texts that the team gives again and again, a file each.

use crate::commands::answering::{filled, given};
use crate::commands::arguments::{FileWriteOptions, Message};
use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::{Answer, PLACEHOLDERS};
use crate::render::View;

/// Manage answers that are given again and again
///
/// Each answer is a file, `.support/answers/NAME.md`, with placeholders such as {reporter} that a ticket fills. `comment`,
/// `pend` and `resolve` use one with --answer. Without a subcommand, lists them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List the answers
    List(Wanted),
    /// Show an answer, or how a ticket fills it
    Show(Shown),
    /// Add an answer
    Add(Details),
    /// Replace the given parts of an answer
    Edit(Details),
    /// Remove an answer
    Remove {
        /// The answer
        name: String,
        #[command(flatten)]
        writing: FileWriteOptions,
    },
}

#[derive(Debug, Default, clap::Args)]
struct Wanted {
    /// List only answers that have these words
    words: Vec<String>,
    /// List only answers in this language
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// List only answers with this label
    #[arg(long, value_name = "WORD")]
    label: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Shown {
    /// The answer
    name: String,
    /// The ticket that fills it
    id: Option<String>,
    /// Fill a placeholder (can be repeated)
    #[arg(long, value_name = "KEY=VALUE", requires = "id", allow_hyphen_values = true)]
    with: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct Details {
    /// The name: lower-case letters, digits, dashes
    name: String,
    /// Set the title
    #[arg(long)]
    title: Option<String>,
    /// Set the language, such as en or pt-BR
    #[arg(long)]
    language: Option<String>,
    /// Set the labels (can be repeated)
    #[arg(long, value_name = "WORD")]
    label: Vec<String>,
    #[command(flatten)]
    message: Message,
    #[command(flatten)]
    writing: FileWriteOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    match &args.verb {
        None => list(&Wanted::default(), session),
        Some(Verb::List(wanted)) => list(wanted, session),
        Some(Verb::Show(shown)) => show(shown, session),
        Some(Verb::Add(details)) => add(details, session),
        Some(Verb::Edit(details)) => edit(details, session),
        Some(Verb::Remove { name, writing }) => {
            writing.change(&format!("remove answer {name}"), session, |change| {
                change.project().answer(name)?;
                change.remove_answer(name)?;
                Ok(())
            })
        }
    }
}

fn list(wanted: &Wanted, session: &Session<'_>) -> Result<View, Failure> {
    let mut answers = session.project()?.answers()?;
    let words: Vec<String> = wanted.words.iter().map(|word| word.to_lowercase()).collect();
    answers.retain(|answer| {
        let all = format!("{}\n{}\n{}", answer.name, answer.title, answer.text).to_lowercase();
        words.iter().all(|word| all.contains(word))
            && wanted.language.as_ref().is_none_or(|language| {
                answer.language.as_ref().is_some_and(|own| own.eq_ignore_ascii_case(language))
            })
            && wanted.label.as_ref().is_none_or(|label| answer.labels.contains(label))
    });
    Ok(View::Answers(answers))
}

fn show(shown: &Shown, session: &Session<'_>) -> Result<View, Failure> {
    let project = session.project()?;
    let answer = project.answer(&shown.name)?;
    let Some(id) = &shown.id else { return Ok(View::Answer(Box::new(answer))) };
    let text = filled(&answer, &project.ticket(id)?, &project.me()?, &given(&shown.with)?)?;
    Ok(View::Answer(Box::new(Answer { text, ..answer })))
}

fn add(details: &Details, session: &mut Session<'_>) -> Result<View, Failure> {
    let name = &details.name;
    if !Answer::is_name(name) {
        return Err(Failure::usage(format!("'{name}' is not a valid name of an answer"))
            .hint("lower-case letters, digits and dashes, at most 60"));
    }
    let text = details.message.need(session)?;
    let new =
        details.over(Answer { name: name.clone(), title: name.clone(), ..Answer::default() }, Some(text))?;
    note_unknown(&new, session);
    details.writing.change(&format!("add answer {name}"), session, |change| {
        if change.project().answer_names()?.contains(name) {
            return Err(Failure::new(Kind::Refused, format!("there is an answer {name} already"))
                .hint(format!("git support answer edit {name} -e")));
        }
        change.put_answer(&new)?;
        Ok(())
    })
}

fn edit(details: &Details, session: &mut Session<'_>) -> Result<View, Failure> {
    let old = session.project()?.answer(&details.name)?;
    let message = &details.message;
    let text = if message.edit || message.resume.is_some() {
        Some(message.edited(&old.text, session)?)
    } else {
        message.read(session)?
    };
    let new = details.over(old, text)?;
    note_unknown(&new, session);
    details.writing.change(&format!("change answer {}", details.name), session, |change| {
        if change.project().answer(&details.name)? != new {
            change.put_answer(&new)?;
        }
        Ok(())
    })
}

impl Details {
    /// The answer with what is given in the place of what was there; it can be read again.
    fn over(&self, old: Answer, text: Option<String>) -> Result<Answer, Failure> {
        let new = Answer {
            title: self.title.clone().unwrap_or(old.title),
            language: self.language.clone().or(old.language),
            labels: if self.label.is_empty() { old.labels } else { self.label.clone() },
            text: text.unwrap_or(old.text),
            name: old.name,
        };
        let read = Answer::read(&new.name, new.write().as_bytes());
        read.map_err(|(_, problem)| Failure::usage(problem))
    }
}

/// Says which placeholders no ticket fills: misspelt, or to be given with --with.
fn note_unknown(answer: &Answer, session: &Session<'_>) {
    let is_known = |name: &&str| PLACEHOLDERS.iter().any(|(known, _)| known == name);
    let unknown: Vec<String> = answer
        .placeholders()
        .into_iter()
        .filter(|name| !is_known(name))
        .map(|name| format!("{{{name}}}"))
        .collect();
    if !unknown.is_empty() {
        let known: Vec<&str> = PLACEHOLDERS.iter().map(|(name, _)| *name).collect();
        session.note(format!(
            "{} is to be given with --with; a ticket fills {}",
            unknown.join(", "),
            known.join(", ")
        ));
    }
}
