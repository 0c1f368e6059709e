//! `audit`: holds a history against the rules, commit by commit, and seals what was verified.

mod attest;
mod commit;
mod evidence;
mod reverts;
mod review;
mod rulebook;
mod seal;
mod stretch;

use std::io::Read as _;

use crate::commands::arguments::Message;
use crate::commands::failure::{Failure, Kind};
use crate::commands::project_files::check_files;
use crate::commands::session::Session;
use crate::intake::MAX_PUSHED_BYTES;
use crate::process::FaultLevel;
use crate::render::{Audited, Fault, View};
use crate::store::Store;

use review::Review;
use stretch::Stretch;

/// From this many commits on, a progress bar is worth it.
const MANY: usize = 2_000;

/// Verify ticket history against Git history
///
/// Each commit, merges included: entries are never changed or removed, heads equal their entries, entries are of
/// who committed them and when, each step was allowed by the settings in force there, commits of git-support touch
/// `.support/` alone, signatures verify where policy.signed_commits wants them. The status is 3 where a warning or
/// an error is found.
///
/// RANGE is A..B, A...B (what B brought since both parted: a pull request), or B; without one, the branch. Where no
/// beginning is named, it is the last seal.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to look at [default: what is new on the branch since the last seal]
    range: Option<String>,
    /// From the first commit on, whatever is sealed
    #[arg(long)]
    from_start: bool,
    /// Sign a tag over what was verified; a later audit goes on from it
    #[arg(long, conflicts_with = "pre_receive")]
    seal: bool,
    /// Seal despite problems, which the tag lists (requires -m)
    #[arg(long, requires = "seal")]
    accept: bool,
    /// Audit the pushed refs on standard input (for a pre-receive hook)
    #[arg(long, conflicts_with = "range")]
    pre_receive: bool,
    #[command(flatten)]
    message: Message,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let store = session.store()?;
    let (stretch, mut faults) = if args.pre_receive {
        let mut text = String::new();
        let read = std::io::Read::take(&mut *session.input, MAX_PUSHED_BYTES).read_to_string(&mut text);
        read.map_err(|error| Failure::new(Kind::Io, format!("reading standard input: {error}")))?;
        stretch::pushed(&store, &text)?
    } else {
        stretch::asked(&store, args.range.as_deref(), args.from_start, session)?
    };
    for tip in &stretch.tips {
        check_files(&store.snapshot(Some(&tip.to_string()))?)?;
    }
    let mut review = Review::new(&store);
    let mut bar = None;
    store.passages(
        &stretch.tips,
        &stretch.less,
        |done, total| {
            if total >= MANY {
                bar.get_or_insert_with(|| (session.progress)("auditing", total))(done);
            }
        },
        |passage, parsed| review.commit(passage, parsed),
    )?;
    drop(bar);
    let (found, mut audited) = review.finish(&stretch)?;
    faults.extend(found);
    audited.since = stretch.since();
    if audited.is_cut {
        session.note(
            "note: this clone is shallow: the commits it begins with are not judged; git fetch --unshallow",
        );
    }
    if args.seal {
        audited.seal = sealed(args, &store, &stretch, &faults, &audited, session)?;
    }
    audited.is_accepted = args.accept && audited.seal.is_some();
    audited.faults = faults;
    Ok(View::Audited(Box::new(audited)))
}

/// Signs a tag over what was verified; none where something was found that nobody accepts.
fn sealed(
    args: &Args,
    store: &Store,
    stretch: &Stretch,
    faults: &[Fault],
    audited: &Audited,
    session: &mut Session<'_>,
) -> Result<Option<String>, Failure> {
    let is_open = faults.iter().any(|fault| fault.level > FaultLevel::Note);
    let reason = match (is_open, args.accept) {
        (true, false) => {
            session.note(
                "not sealed: look at what was found; then --seal --accept -m REASON, if it is to stand",
            );
            return Ok(None);
        }
        (true, true) => Some(args.message.need(session)?),
        (false, _) => args.message.read(session)?,
    };
    let tip = stretch.tip()?;
    if audited.is_cut {
        let message = "not sealed: this clone is shallow, and what it begins with was not verified";
        return Err(Failure::new(Kind::Refused, message).hint("git fetch --unshallow"));
    }
    if let Some(seal) = stretch.seal.as_ref().filter(|seal| seal.commit == tip) {
        session.note(format!("nothing is new since {}", seal.name));
        return Ok(None);
    }
    seal::write(store, stretch, faults, audited, reason, session.now()).map(Some)
}
