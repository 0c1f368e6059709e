//! `schema`: the machine formats, described for programs.

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::render::{SCHEMAS, View};
use crate::ticket::{nearest, visible};

/// Print the JSON Schema of a machine format
///
/// Without a name, lists the formats and what answers in each.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The format
    name: Option<String>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, _: &mut Session<'_>) -> Result<View, Failure> {
    let Some(name) = &args.name else { return Ok(View::Schemas) };
    match crate::render::schema(name) {
        Some(schema) => Ok(View::Schema(Box::new(schema))),
        None => {
            let names: Vec<&str> = SCHEMAS.iter().map(|line| line.name).collect();
            let meant =
                nearest(name, &names).map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
            let message = format!("no format '{}'{meant}", visible(name));
            Err(Failure::new(Kind::NotFound, message).hint("git support schema"))
        }
    }
}
