//! Where an issue stands, and how it ended, as trackers tell it.

use serde_json::Value;

use crate::intake::tracker::dates::moment;
use crate::intake::tracker::names::{ENDED, PERHAPS_ENDED, REASON, STATE, UPDATED};
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
    let status = status(object, &state, reading);
    if status.is_none() {
        facts.extend((!state.trim().is_empty()).then(|| format!("status: {state}")));
    }
    if status.as_deref() != Some("resolved") {
        // It had ended once.
        facts.extend(text(object, ENDED).map(|at| format!("ended: {at}")));
        let reason = text(object, REASON).filter(|reason| !is_no_reason(reason));
        if reason.as_ref().is_some_and(|_| object.get(STATE_OF_FORGES).is_none()) {
            facts.extend(reason.map(|reason| format!("resolution: {reason}")));
        }
        let waits = ["blocked", "on hold", "hold", "waiting", "pending", "deferred"];
        facts.extend(waits.contains(&state.to_lowercase().as_str()).then(|| format!("status: {state}")));
        return Ok((status, None));
    }
    let at = pick(object, ENDED);
    let at = at.map(|at| moment(at, reading.dates)).transpose()?;
    let perhaps = || {
        let cells = PERHAPS_ENDED.iter().filter_map(|name| pick(object, &[name]));
        cells.filter_map(|at| moment(at, reading.dates).ok()).next()
    };
    let at = at.or_else(perhaps);
    // It had ended when it changed last; when it was opened, it had not.
    let changed = || pick(object, UPDATED).and_then(|at| moment(at, reading.dates).ok());
    let is_dated = at.is_some();
    let at = at.or_else(changed).filter(|at| *at > created).unwrap_or(created);
    let code = ending(object, &state, labels, links, reading, facts);
    let is_known = text(object, REASON).is_none_or(|reason| {
        reading.source == Source::Beads || reading.words.known(Kind::Resolution, &reason).is_some()
    });
    Ok((None, Some(Ending { at, is_dated, code, is_known })))
}

/// The reasons of GitHub's interface are in lower case, those of its query language in upper case.
fn forge_word(reason: &str) -> String {
    let is_constant = reason.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    if is_constant { reason.to_lowercase() } else { reason.to_owned() }
}

/// Where forges say whether an issue is open; why it was closed before it was opened again is of no use.
const STATE_OF_FORGES: &str = "state";

/// What trackers write for the resolution of what is open.
fn is_no_reason(reason: &str) -> bool {
    ["unresolved", "open", "none", "-", "--", "---"].contains(&reason.trim().to_lowercase().as_str())
}

/// Where it stands, by its own word. Where that is none of a status, it may be one of a resolution (`Rejected`): then it has
/// ended, if it says when or the word leaves no doubt. What has no status at all has ended where it has a known resolution.
fn status(object: &Value, state: &str, reading: &mut Reading<'_>) -> Option<String> {
    let known = |word: &str| reading.words.known(Kind::Resolution, word);
    let has_ended = if state.trim().is_empty() {
        let is_told = STATE.iter().any(|name| object.get(*name).is_some());
        !is_told
            && text(object, REASON)
                .filter(|reason| !is_no_reason(reason))
                .is_some_and(|reason| known(&reason).is_some())
    } else if reading.words.known(Kind::Status, state).is_some() {
        false
    } else {
        let is_dated = pick(object, ENDED).is_some();
        known(state).is_some_and(|code| is_dated || SURE_ENDS.contains(&code.as_str()))
    };
    if has_ended { Some("resolved".to_owned()) } else { reading.words.ours(Kind::Status, state) }
}

/// The resolutions whose words, as those of a status, say that nobody works on it any more.
const SURE_ENDS: [&str; 6] =
    ["works-as-designed", "wont-fix", "cannot-reproduce", "duplicate", "withdrawn", "spam"];

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
    facts.extend(reason.iter().map(|reason| format!("close reason: {}", forge_word(reason))));
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
