//! Where an issue stands, and how it ended, as trackers tell it.

use serde_json::Value;

use crate::intake::tracker::dates::moment;
use crate::intake::tracker::names::{ENDED, REASON, STATE, UPDATED};
use crate::intake::tracker::reading::{Ending, Reading};
use crate::intake::tracker::source::Source;
use crate::intake::tracker::value::{pick, text};
use crate::intake::tracker::words::Kind;
use crate::ticket::Timestamp;

/// Where it stands while it is open, and when and how it ended, if it has.
pub(super) fn standing(
    object: &Value,
    created: Timestamp,
    labels: &[String],
    links: &[(String, String)],
    reading: &mut Reading<'_>,
    facts: &mut Vec<String>,
) -> Result<(Option<String>, Option<Ending>), String> {
    let state = text(object, STATE).unwrap_or_default();
    let status = reading.words.ours(Kind::Status, &state);
    if status.is_none() {
        facts.extend((!state.trim().is_empty()).then(|| format!("status: {state}")));
    }
    if status.as_deref() != Some("resolved") {
        let waits = ["blocked", "on hold", "waiting", "pending", "deferred"];
        facts.extend(waits.contains(&state.to_lowercase().as_str()).then(|| format!("status: {state}")));
        return Ok((status, None));
    }
    let at = pick(object, ENDED);
    let at = at.map(|at| moment(at, reading.order)).transpose()?;
    // It had ended when it changed last; when it was opened, it had not.
    let changed = || pick(object, UPDATED).and_then(|at| moment(at, reading.order).ok());
    let at = at.or_else(changed).filter(|at| *at > created).unwrap_or(created);
    Ok((None, Some((at, ending(object, &state, labels, links, reading, facts)))))
}

/// How an issue ended: by its reason, by a label that is one, or by its state. A duplicate names the other one.
fn ending(
    object: &Value,
    state: &str,
    labels: &[String],
    links: &[(String, String)],
    reading: &mut Reading<'_>,
    facts: &mut Vec<String>,
) -> String {
    let known = &mut *reading.words;
    // GitLab names what became of it beside its state.
    let has_moved = pick(object, &["moved_to_id"]).is_some();
    let is_double =
        object.get("_links").is_some_and(|links| text(links, &["closed_as_duplicate_of"]).is_some());
    let of_forge = has_moved.then_some("moved").or(is_double.then_some("duplicate"));
    let reason = text(object, REASON).or_else(|| of_forge.map(str::to_owned));
    facts.extend(reason.iter().map(|reason| format!("close reason: {reason}")));
    let own = reason.as_ref().map(|reason| {
        // What beads asks for is a sentence, and is asked of what is done.
        if reading.source == Source::Beads && object.get("close_reason").is_some() {
            return known.known(Kind::Resolution, reason).unwrap_or_else(|| "fixed".to_owned());
        }
        // A reason that nobody knows is not said to be a fix.
        known.ours(Kind::Resolution, reason).unwrap_or_else(|| "withdrawn".to_owned())
    });
    let of_label = || labels.iter().find_map(|label| known.known(Kind::Resolution, label));
    let of_state = || {
        let of_table = known.known(Kind::Resolution, state);
        // Closed, and no word why: that is what closing means where there is no other way to end one.
        of_table.unwrap_or_else(|| "fixed".to_owned())
    };
    // `completed` is what a forge says where somebody only pressed the button.
    let is_default = reason.as_deref().is_some_and(|reason| reason.eq_ignore_ascii_case("completed"));
    let code = match own.filter(|_| !is_default) {
        Some(code) => code,
        None => of_label().unwrap_or_else(of_state),
    };
    let has_original = links.iter().any(|(kind, _)| kind == "duplicate-of");
    if code == "duplicate" && !has_original { "withdrawn".to_owned() } else { code }
}
