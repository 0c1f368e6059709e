//! What settings and vendors name that is not there: words of saved queries, calendars, times that no clock measures.

use crate::process::{Problem, Target, no_target};
use crate::project::failure::Failure;
use crate::project::find::parse_query;
use crate::project::state::Project;
use crate::store::layout;
use crate::ticket::{shell_word, visible};

/// Adds what is wrong.
pub(super) fn check(project: &Project<'_>, faults: &mut Vec<Problem>) -> Result<(), Failure> {
    saved_queries(project, faults)?;
    let settings = project.settings()?;
    if settings.has_wrong_clocks() {
        return Ok(());
    }
    for vendor in project.vendors()?.values() {
        if let Some(response) = vendor.response.as_deref().filter(|text| Target::parse(text).is_none()) {
            let problem = format!("response: {}; no clock measures it", no_target(response));
            let hint = format!("git support vendor edit {} --response 8h", shell_word(&vendor.name));
            let place = layout::vendor(&vendor.name);
            faults.push(Problem::error("vendor.response", problem).at(&place).hint(hint));
        }
        if let Some(problem) =
            vendor.calendar.as_deref().and_then(|name| settings.clocks.unknown_calendar(name))
        {
            let hint = format!("git support vendor edit {} --calendar CALENDAR", shell_word(&vendor.name));
            faults.push(
                Problem::error("vendor.calendar", problem).at(&layout::vendor(&vendor.name)).hint(hint),
            );
        }
    }
    Ok(())
}

/// Saved queries that no command would take.
fn saved_queries(project: &Project<'_>, faults: &mut Vec<Problem>) -> Result<(), Failure> {
    let settings = project.settings()?;
    for (name, text) in &settings.queries {
        if let Err(failure) = parse_query(text, settings) {
            let message = format!("queries.{}: {:#}", visible(name), failure.error);
            let hint = format!("git support config set queries.{} QUERY", shell_word(name));
            faults.push(Problem::error("config.query", message).at(layout::CONFIG).hint(hint));
        }
    }
    Ok(())
}
