//! A history of many commits, each a step of a ticket as the process decides it, for audits.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use git_support::process::{
    Actor, Assignee, Changes, FieldChange, ProcessAction, Request, RequestKind, ResolutionRequest, Rules,
    decide, open,
};
use git_support::store::{TicketChange, Wording, message_of};
use git_support::ticket::{EntryId, Field, Finding, Person, Resolution, Ticket, Timestamp};

use crate::repository::{Bench, put, put_ticket};
use crate::tickets::{FIRST, id, spelled};

/// The steps of each ticket.
const STEPS: usize = 10;
/// Tickets that are worked on at a time.
const AT_A_TIME: usize = 500;
/// Every so many commits, one is made on a branch and merged.
const MERGED: usize = 100;

/// A repository whose branch has that many commits, each with one entry of a ticket.
pub(crate) fn fill(tool: &Path, folder: &Path, commits: usize) -> Bench {
    let bench = Bench::empty(tool, folder);
    let mut child = bench.git_command(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut out = std::io::BufWriter::new(child.stdin.take().unwrap());
    head(&mut out, "main", "Begin", FIRST - 1);
    put(&mut out, "code.rs", "fn main() {}\n");
    let mut tickets: Vec<Option<Ticket>> = vec![None; commits / STEPS + AT_A_TIME];
    for number in 0..commits {
        // Some hundred tickets go on side by side, step by step.
        let (block, rest) = (number / (AT_A_TIME * STEPS), number % (AT_A_TIME * STEPS));
        let (step, place) = (rest / AT_A_TIME, block * AT_A_TIME + rest % AT_A_TIME);
        let change = changed(tickets[place].take(), place, step, number);
        let message = message_of(
            std::slice::from_ref(&change),
            &Wording { prefix: "support".to_owned(), skip_ci: false },
        );
        let at = FIRST + i64::try_from(number).unwrap() * 60;
        let is_apart = number % MERGED == MERGED - 1;
        let branch = if is_apart { "side" } else { "main" };
        head(&mut out, branch, &message, at);
        if is_apart {
            writeln!(out, "from refs/heads/main").unwrap();
        }
        put_ticket(&mut out, &change.after);
        if is_apart {
            head(&mut out, "main", "Merge branch 'side'", at + 1);
            writeln!(out, "merge refs/heads/side").unwrap();
            put_ticket(&mut out, &change.after);
        }
        tickets[place] = Some(change.after);
    }
    out.into_inner().unwrap();
    assert!(child.wait().unwrap().success());
    let _ = bench.git(&["repack", "-adfq"]);
    let _ = bench.git(&["commit-graph", "write", "--reachable", "--no-progress"]);
    bench
}

fn head(out: &mut impl std::io::Write, branch: &str, message: &str, at: i64) {
    let person = format!("Bench <bench@example.com> {at} +0000");
    writeln!(out, "commit refs/heads/{branch}\nauthor {person}\ncommitter {person}").unwrap();
    writeln!(out, "data {}\n{message}", message.len()).unwrap();
}

/// What a commit makes of a ticket.
fn changed(before: Option<Ticket>, place: usize, step: usize, number: usize) -> TicketChange {
    let by = Person { name: "Bench".to_owned(), email: "bench@example.com".to_owned() };
    let at = Timestamp::from_unix(FIRST + i64::try_from(number).unwrap() * 60).unwrap();
    let entry = EntryId::from_bits((number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let actor = Actor { by: by.clone(), member: by, at, via: None, entry };
    let rules = Rules::default();
    let said = |words: usize| -> String {
        let word = |place: usize| spelled(((number + 7) * (place + 3) % 4_000) as u64);
        (0..words).map(word).collect::<Vec<_>>().join(" ")
    };
    let Some(before) = before else {
        let changes = Changes::from([
            (Field::Title, FieldChange::to_text(said(7))),
            (Field::Description, FieldChange::to_text(said(60))),
        ]);
        let after =
            open(id(place), &changes, Request::new(RequestKind::Comment), &rules, &actor).unwrap().ticket;
        return TicketChange { before: None, after };
    };
    let finding = |finding| (Field::Findings(finding), FieldChange::to_text(said(20)));
    let what = match step {
        1 => RequestKind::Process(ProcessAction::Triage {
            changes: Changes::from([(Field::Severity, FieldChange::to_text("major"))]),
            confirm: false,
        }),
        3 => RequestKind::Process(ProcessAction::Escalate {
            findings: Changes::from([finding(Finding::Requirements), finding(Finding::Troubleshooting)]),
            force: false,
            to: Assignee::Queue,
        }),
        4 => RequestKind::Process(ProcessAction::Replicate { text: said(30), happened: true }),
        6 => RequestKind::Process(ProcessAction::Diagnose(said(30))),
        8 => RequestKind::Process(ProcessAction::Resolve(ResolutionRequest {
            code: Resolution::Workaround,
            commits: Vec::new(),
            no_commit: None,
            duplicate_of: None,
            answered_by: None,
        })),
        9 => RequestKind::Process(ProcessAction::Close),
        _ => RequestKind::Comment,
    };
    let request = Request::new(what).with_note(Some(said(25)));
    let mut after = before.clone();
    after.apply(decide(&before, request, &rules, &actor).unwrap().step.unwrap());
    TicketChange { before: Some(before), after }
}
