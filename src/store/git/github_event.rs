//! What GitHub tells a workflow of the event that set it off.

use std::path::Path;

use crate::store::git::process_env::ProcessEnv;
use crate::store::git::temporary;

/// The largest file of an event that is read.
const MAX_EVENT_BYTES: u64 = 8 * 1024 * 1024;

/// GitHub's event, as its file has it.
pub(super) fn event(surroundings: &ProcessEnv) -> Option<serde_json::Value> {
    let path = surroundings.text("GITHUB_EVENT_PATH")?;
    let bytes = temporary::read(Path::new(&path), MAX_EVENT_BYTES).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The run whose results a workflow of GitHub publishes (`on: workflow_run`): what is built is what that run built.
pub(super) fn workflow_run(surroundings: &ProcessEnv) -> Option<serde_json::Value> {
    surroundings.text("GITHUB_EVENT_NAME").filter(|name| name == "workflow_run")?;
    event(surroundings)?.get("workflow_run").cloned()
}
