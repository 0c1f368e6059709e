//! What the user can do: one file a verb, with its arguments (whose comments are the help) and `run`.
//!
//! A command parses nothing and prints nothing: it asks the pure rooms, lets the store write, and
//! returns a view.

mod alert;
mod arguments;
mod assign;
mod attach;
mod candidates;
mod catalogue;
mod change;
mod close;
mod code;
mod comment;
mod completions;
mod config;
mod defer;
mod diagnose;
mod doctor;
mod edit;
mod escalate;
mod estimate;
mod export;
mod failure;
mod give_back;
mod handover;
mod import;
mod init;
mod link;
mod list;
mod log;
mod merge_driver;
mod new;
mod next;
mod owner;
mod pend;
mod reading;
mod redact;
mod release;
mod reopen;
mod replicate;
mod resolve;
mod resume;
mod save;
mod scan;
mod session;
mod settings_file;
mod show;
mod step;
mod sync;
mod team;
mod triage;
mod undo;
mod vendor;

pub use candidates::{Sought, candidates};
pub use completions::Shell;
pub use failure::{Failure, Kind};
pub use list::requoted;
pub use session::{Progress, Session};

use std::path::PathBuf;

use crate::render::View;

/// The verbs.
#[derive(Debug, clap::Subcommand)]
#[expect(missing_docs, reason = "each verb's Args says what it does: its comment is the help")]
pub enum Command {
    Init(init::Args),
    New(Box<new::Args>),
    List(list::Args),
    Show(show::Args),
    Edit(Box<edit::Args>),
    Comment(comment::Args),
    Attach(attach::Args),
    Link(link::Args),
    Assign(assign::Args),
    Next(next::Args),
    Triage(triage::Args),
    Replicate(replicate::Args),
    Diagnose(diagnose::Args),
    Estimate(estimate::Args),
    Escalate(Box<escalate::Args>),
    Return(give_back::Args),
    Alert(alert::Args),
    Owner(owner::Args),
    Defer(defer::Args),
    Pend(pend::Args),
    Resume(resume::Args),
    Resolve(resolve::Args),
    Close(close::Args),
    Reopen(reopen::Args),
    Handover(handover::HandoverArgs),
    Brief(handover::BriefArgs),
    Scan(scan::Args),
    Sync(sync::Args),
    Log(log::Args),
    Export(export::Args),
    Import(import::Args),
    Save(save::Args),
    Undo(undo::Args),
    Redact(redact::Args),
    MergeDriver(merge_driver::Args),
    Team(team::Args),
    Vendor(vendor::Args),
    Release(release::Args),
    Config(config::Args),
    Doctor(doctor::Args),
    Completions(completions::Args),
    Demo(DemoArgs),
    #[command(hide = true)]
    Complete(CompleteArgs),
}

/// Watch a support week in a small product repository made for it
///
/// Makes the repository, then runs the real commands in it: each is shown with its output, and at the
/// end the `git log` that a reviewer would read.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// Where to make it: a directory that is empty or does not exist [default: a new temporary one]
    pub dir: Option<PathBuf>,
}

/// What the completion scripts call.
#[derive(Debug, clap::Args)]
pub struct CompleteArgs {
    /// The place of the word to complete
    #[arg(long)]
    pub index: usize,
    /// The words typed so far
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<std::ffi::OsString>,
}

/// Runs a verb. `demo` and `complete` are the process's own and answer with nothing here.
///
/// # Errors
/// What is wrong, where, and the command that puts it right.
pub fn run(command: &Command, session: &mut Session<'_>) -> Result<View, Failure> {
    match command {
        Command::Init(args) => init::run(args, session),
        Command::New(args) => new::run(args, session),
        Command::List(args) => list::run(args, session),
        Command::Show(args) => show::run(args, session),
        Command::Edit(args) => edit::run(args, session),
        Command::Comment(args) => comment::run(args, session),
        Command::Attach(args) => attach::run(args, session),
        Command::Link(args) => link::run(args, session),
        Command::Assign(args) => assign::run(args, session),
        Command::Next(args) => next::run(args, session),
        Command::Triage(args) => triage::run(args, session),
        Command::Replicate(args) => replicate::run(args, session),
        Command::Diagnose(args) => diagnose::run(args, session),
        Command::Estimate(args) => estimate::run(args, session),
        Command::Escalate(args) => escalate::run(args, session),
        Command::Return(args) => give_back::run(args, session),
        Command::Alert(args) => alert::run(args, session),
        Command::Owner(args) => owner::run(args, session),
        Command::Defer(args) => defer::run(args, session),
        Command::Pend(args) => pend::run(args, session),
        Command::Resume(args) => resume::run(args, session),
        Command::Resolve(args) => resolve::run(args, session),
        Command::Close(args) => close::run(args, session),
        Command::Reopen(args) => reopen::run(args, session),
        Command::Handover(args) => handover::handover(args, session),
        Command::Brief(args) => handover::brief(args, session),
        Command::Scan(args) => scan::run(args, session),
        Command::Sync(args) => sync::run(args, session),
        Command::Log(args) => log::run(args, session),
        Command::Export(args) => export::run(args, session),
        Command::Import(args) => import::run(args, session),
        Command::Save(args) => save::run(args, session),
        Command::Undo(args) => undo::run(args, session),
        Command::Redact(args) => redact::run(args, session),
        Command::MergeDriver(args) => merge_driver::run(args, session),
        Command::Team(args) => team::run(args, session),
        Command::Vendor(args) => vendor::run(args, session),
        Command::Release(args) => release::run(args, session),
        Command::Doctor(args) => doctor::run(args, session),
        Command::Config(args) => config::run(args, session),
        Command::Completions(args) => Ok(completions::run(args)),
        Command::Demo(_) | Command::Complete(_) => Ok(View::Nothing),
    }
}
