//! What the user can do: one file a verb, with its arguments (whose comments are the help) and `run`.
//!
//! A command parses nothing and prints nothing: it asks the pure rooms, lets the store write, and
//! returns a view.

mod agents;
mod alert;
mod answer;
mod answering;
mod arguments;
mod assign;
mod attach;
mod audit;
mod batch;
mod blame;
mod candidates;
mod check;
mod chosen;
mod ci;
mod clean_up;
mod close;
mod comment;
mod completions;
mod config;
mod defer;
mod diagnose;
mod diff;
mod doctor;
mod edit;
mod escalate;
mod estimate;
mod export;
mod failure;
mod forms;
mod handover;
mod import;
mod inbox;
mod init;
mod known;
mod link;
mod list;
mod log;
mod mail;
mod merge_driver;
mod new;
mod next;
mod overview;
mod owner;
mod pend;
mod purge;
mod purpose;
mod redact;
mod release;
mod reopen;
mod replicate;
mod reply;
mod report;
mod resolve;
mod resume;
mod return_ticket;
mod run;
mod save;
mod scan;
mod schema;
mod session;
mod show;
mod sla;
mod status;
mod step;
mod sync;
mod team;
mod textconv;
mod tree;
mod triage;
mod undo;
mod vendor;
mod views;
mod watch;

pub use candidates::{Sought, candidates};
pub use chosen::WordAfterTicket;
pub use completions::Shell;
pub use failure::{Failure, Kind};
pub use forms::{Form, FormField, FormInput, StepLine, form, steps};
pub use purpose::Purpose;
pub use session::{Finished, Session, branch_now};

pub use crate::commands::session::Draft;
pub use crate::intake::{above_scissors, unix_text};
pub use crate::project::{
    Announcement, Clock, GitProgram, Host, ProcessEnv, Progress, drop_text, keep_purpose, keep_text,
    kept_purpose, kept_texts, own_folder,
};
pub use crate::query::{PROPERTIES, field_of, requoted};
pub use crate::ticket::nearest;

use std::path::PathBuf;

use crate::render::{Format, View, render_chunk};

/// Declares the verbs: the variant, its arguments, its name, and what runs it.
macro_rules! verbs {
    ($($verb:ident($args:ty) = $name:literal, $run:path;)*) => {
        /// The verbs.
        #[derive(Debug)]
        #[expect(missing_docs, reason = "each verb's Args says what it does: its comment is the help")]
        pub enum Command {
            $($verb(Box<$args>),)*
        }

        impl Command {
            /// Adds the verbs that are wanted to a command line. Describing all of them takes longer than
            /// many a command.
            pub fn describe(mut line: clap::Command, is_wanted: &dyn Fn(&str) -> bool) -> clap::Command {
                $(if is_wanted($name) {
                    line = line.subcommand(<$args as clap::Args>::augment_args(clap::Command::new($name)));
                })*
                line
            }

            /// The verb that was understood, with its arguments.
            ///
            /// # Errors
            /// A value is not what the argument takes.
            pub fn of(matches: &clap::ArgMatches) -> Result<Option<Self>, clap::Error> {
                Ok(match matches.subcommand() {
                    $(Some(($name, matches)) => {
                        let args = <$args as clap::FromArgMatches>::from_arg_matches(matches)?;
                        Some(Self::$verb(Box::new(args)))
                    })*
                    Some(_) | None => None,
                })
            }
        }

        /// Runs a verb.
        ///
        /// # Errors
        /// What is wrong, where, and the command that puts it right.
        pub fn run(command: &Command, session: &mut Session<'_>) -> Result<View, Failure> {
            match command {
                $(Command::$verb(args) => $run(args, session),)*
            }
        }
    };
}

verbs! {
    Init(init::Args) = "init", init::run;
    New(new::Args) = "new", new::run;
    List(list::Args) = "list", list::run;
    Show(show::Args) = "show", show::run;
    Edit(edit::Args) = "edit", edit::run;
    Comment(comment::Args) = "comment", comment::run;
    Reply(reply::Args) = "reply", reply::run;
    Mail(mail::Args) = "mail", mail::run;
    Attach(attach::Args) = "attach", attach::run;
    Link(link::Args) = "link", link::run;
    Tree(tree::Args) = "tree", tree::run;
    Known(known::Args) = "known", known::run;
    Answer(answer::Args) = "answer", answer::run;
    Assign(assign::Args) = "assign", assign::run;
    Next(next::Args) = "next", next::run;
    Inbox(inbox::Args) = "inbox", inbox::run;
    Watch(watch::Args) = "watch", watch::run;
    Status(status::Args) = "status", status::run;
    Triage(triage::Args) = "triage", triage::run;
    Replicate(replicate::Args) = "replicate", replicate::run;
    Diagnose(diagnose::Args) = "diagnose", diagnose::run;
    Estimate(estimate::Args) = "estimate", estimate::run;
    Escalate(escalate::Args) = "escalate", escalate::run;
    Return(return_ticket::Args) = "return", return_ticket::run;
    Alert(alert::Args) = "alert", alert::run;
    Owner(owner::Args) = "owner", owner::run;
    Defer(defer::Args) = "defer", defer::run;
    Pend(pend::Args) = "pend", pend::run;
    Resume(resume::Args) = "resume", resume::run;
    Resolve(resolve::Args) = "resolve", resolve::run;
    Close(close::Args) = "close", close::run;
    Reopen(reopen::Args) = "reopen", reopen::run;
    Handover(handover::HandoverArgs) = "handover", handover::handover;
    Brief(handover::BriefArgs) = "brief", handover::brief;
    Scan(scan::Args) = "scan", scan::run;
    Sync(sync::Args) = "sync", sync::run;
    Check(check::Args) = "check", check::run;
    Ci(ci::Args) = "ci", ci::run;
    Run(run::Args) = "run", run::run;
    Log(log::Args) = "log", log::run;
    Blame(blame::Args) = "blame", blame::run;
    Audit(audit::Args) = "audit", audit::run;
    Diff(diff::Args) = "diff", diff::run;
    Sla(sla::Args) = "sla", sla::run;
    Report(report::Args) = "report", report::run;
    Export(export::Args) = "export", export::run;
    Import(import::Args) = "import", import::run;
    Batch(batch::Args) = "batch", batch::run;
    Save(save::Args) = "save", save::run;
    Undo(undo::Args) = "undo", undo::run;
    Redact(redact::Args) = "redact", redact::run;
    Purge(purge::Args) = "purge", purge::run;
    MergeDriver(merge_driver::Args) = "merge-driver", merge_driver::run;
    Textconv(textconv::Args) = "textconv", textconv::run;
    Team(team::Args) = "team", team::run;
    Vendor(vendor::Args) = "vendor", vendor::run;
    Release(release::Args) = "release", release::run;
    Config(config::Args) = "config", config::run;
    Doctor(doctor::Args) = "doctor", doctor::run;
    Schema(schema::Args) = "schema", schema::run;
    Agents(agents::Args) = "agents", agents::run;
    Completions(completions::Args) = "completions", completions::run;
    Board(BoardArgs) = "board", of_the_process;
    Web(WebArgs) = "web", of_the_process;
    Demo(DemoArgs) = "demo", of_the_process;
    Complete(CompleteArgs) = "complete", of_the_process;
    Man(ManArgs) = "man", of_the_process;
    Overview(overview::Args) = "overview", overview::run;
}

/// What the user's command is told of a change: its entries as JSON lines, as `log --format ndjson` prints them.
#[must_use]
pub fn announced(announcement: &Announcement) -> String {
    let lines = announcement.entries.iter().map(log::plain_line).collect();
    render_chunk(&View::Entries(lines), Format::Ndjson, 0)
}

/// `board`, `web`, `demo`, `complete` and `man` are the process's own and answer with nothing here.
fn of_the_process<A>(_: &A, _: &mut Session<'_>) -> Result<View, Failure> {
    Ok(View::Nothing)
}

/// Work on tickets in a full-screen board
///
/// Each step runs its command, and is one commit. `?` explains the keys.
#[derive(Debug, clap::Args)]
pub struct BoardArgs {
    /// The tickets to show [default: status:open]
    pub query: Vec<String>,
}

/// Serve tickets to a browser on this machine
///
/// Prints an address with a token that is good once, and opens it. Pages are on 127.0.0.1 alone: no other machine reaches
/// them. Each click runs a command in your name, and is one commit. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub struct WebArgs {
    /// Listen on this port (0: a free one)
    #[arg(long, default_value_t = 0)]
    pub port: u16,
    /// Print the address, and open no browser
    #[arg(long)]
    pub no_open: bool,
    /// Serve pages that change nothing
    #[arg(long)]
    pub read_only: bool,
    /// End after this long without a request: 30m, 8h
    #[arg(long, value_name = "DURATION", default_value = "8h", value_parser = arguments::duration)]
    pub idle: std::time::Duration,
}

/// Run a sample support week in a new repository
///
/// Makes the repository, then runs the real commands in it: each is shown with its output, and at the
/// end the `git log` that a reviewer would read. On a terminal, waits before each scene.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    /// An empty or new directory [default: a temporary one]
    pub dir: Option<PathBuf>,
    /// Do not wait between the scenes
    #[arg(long)]
    pub fast: bool,
}

/// Print the manual page, or write all pages
///
/// A page for the program, and one for each command: `git support man --dir ~/.local/share/man` puts them where man(1) and
/// `git support --help` find them.
#[derive(Debug, clap::Args)]
pub struct ManArgs {
    /// Write all pages below DIR, in man1
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
}

/// What the completion scripts call.
#[derive(Debug, clap::Args)]
#[command(hide = true)]
pub struct CompleteArgs {
    /// The place of the word to complete
    #[arg(long)]
    pub index: usize,
    /// The words typed so far
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<std::ffi::OsString>,
}
