//! What was said about an issue, as trackers tell it.

use serde_json::Value;

use crate::intake::tracker::dates::moment;
use crate::intake::tracker::names::COMMENTS;
use crate::intake::tracker::person::{nobody, person};
use crate::intake::tracker::reading::{Reading, Said};
use crate::intake::tracker::source::Source;
use crate::intake::tracker::value::{list, pick, text};
use crate::ticket::Timestamp;

/// The values of an issue that are comments: what beads calls notes is for those who work on it.
pub(super) fn said_of(object: &Value, source: Source) -> Vec<&Value> {
    list(object, if source == Source::Beads { &["comments"] } else { COMMENTS })
}

/// A comment; none of what the tracker itself noted.
///
/// # Errors
/// Its date is none.
pub(super) fn comment(
    value: &Value,
    number: usize,
    created: Timestamp,
    reading: &mut Reading<'_>,
) -> Result<Option<Said>, String> {
    if let Some(whole) = value.as_str() {
        // Jira: `21/Nov/26 9:12 AM;ann;what was said`.
        let mut parts = whole.splitn(3, ';');
        let (at, who, said) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        let (Some(who), Some(said), Ok(moment)) = (who, said, moment(&Value::from(at), reading.dates)) else {
            reading.is_vague = true;
            let (id, by, text) = (number.to_string(), nobody(), whole.to_owned());
            return Ok(Some(Said { id, at: created, by, text, is_internal: false }));
        };
        let by = person(&Value::from(who)).unwrap_or_else(nobody);
        let (id, text) = (format!("{at} {number}"), said.to_owned());
        return Ok(Some(Said { id, at: moment, by, text, is_internal: false }));
    }
    let Some(said) = text(value, &["body", "text", "message", "note", "content"]) else { return Ok(None) };
    if value.get("system").and_then(Value::as_bool).unwrap_or(false) {
        return Ok(None);
    }
    let at = pick(value, &["created_at", "createdAt", "create_time", "created", "timestamp"]);
    let at = at.map(|at| moment(at, reading.dates)).transpose()?.unwrap_or(created);
    let by = reading.who(value, &["author", "user", "created_by"]);
    // GitLab's notes for the team, as it names them now and did before.
    let is_internal =
        ["internal", "confidential"].iter().any(|name| value.get(*name) == Some(&Value::Bool(true)));
    let id = text(value, &["id", "url"]).unwrap_or_else(|| number.to_string());
    Ok(Some(Said { id, at, by, text: said, is_internal }))
}
