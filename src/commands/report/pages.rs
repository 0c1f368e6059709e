//! A report as pages: which tickets they show, and into which files they go.

use std::cmp::Reverse;
use std::path::Path;

use crate::commands::failure::{Failure, Kind};
use crate::commands::session::Session;
use crate::process::Release;
use crate::project::Project;
use crate::report::html::{GENERATOR, Notes, Overview, overview, ticket_page};
use crate::report::{Case, Metric, Period, Week};
use crate::ticket::{Summary, Ticket, Timestamp, codec};

/// The folder of tickets.
const FOLDER: &str = ".support";
/// The tickets that the table shows.
const MAX_ROWS: usize = 1_000;
/// The tickets' files whose timelines stand in a page that is alone, in bytes together.
const MAX_INNER_BYTES: usize = 1_500_000;

/// What pages are made of.
pub(super) struct Pages<'a> {
    pub(super) project: &'a Project<'a>,
    pub(super) query: &'a str,
    pub(super) period: Period,
    pub(super) at: Timestamp,
    pub(super) figures: &'a [Metric],
    pub(super) weeks: &'a [Week],
    pub(super) cases: &'a [&'a Case],
    pub(super) releases: &'a [Release],
    pub(super) notes: Notes,
}

impl Pages<'_> {
    /// Writes the page to a file, or the pages into a directory.
    pub(super) fn write(&self, path: &Path, session: &mut Session<'_>) -> Result<(), Failure> {
        let path = session.directory().join(path);
        let is_alone = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
        let rows = self.rows();
        let ticket_page_of = |summary: &Summary| path.join("tickets").join(format!("{}.html", summary.id));
        let mut files = vec![if is_alone { path.clone() } else { path.join("index.html") }];
        files.extend(rows.iter().filter(|_| !is_alone).map(|(summary, _)| ticket_page_of(summary)));
        if let Some(foreign) = files.iter().find(|file| !(session.may_write)(file, Some(GENERATOR))) {
            let message = format!("{} was not written by git support report", foreign.display());
            return Err(Failure::new(Kind::Refused, message).hint("name another file or directory"));
        }
        // A link that a branch brought leads to what is nobody's to change from here.
        let folder = path.join("tickets");
        if !is_alone && folder.is_symlink() {
            let message = format!("{} is a symbolic link", folder.display());
            return Err(Failure::new(Kind::Refused, message).hint("name another directory"));
        }
        // Among the tickets, pages would be files of theirs.
        if files.iter().any(|file| file.components().any(|part| part.as_os_str() == FOLDER)) {
            let message = format!("{} is a folder of tickets", path.display());
            return Err(Failure::new(Kind::Refused, message).hint("name another file or directory"));
        }
        let mut written = Vec::new();
        if is_alone {
            let inner = self.inner(&rows)?;
            (session.save)(&path, self.overview(&rows, &inner).as_bytes())?;
            written.push(path.display().to_string());
        } else {
            for (summary, _) in &rows {
                let page = ticket_page(&self.project.need(&summary.id)?, self.notes);
                (session.save)(&ticket_page_of(summary), page.as_bytes())?;
            }
            let index = path.join("index.html");
            (session.save)(&index, self.overview(&rows, &[]).as_bytes())?;
            let pages = match rows.len() {
                1 => "the page of 1 ticket".to_owned(),
                count => format!("a page for each of {count} tickets"),
            };
            written.push(format!("{} and {pages}", index.display()));
            // A page of a ticket that is not shown any more may say what nobody is to read.
            // The whole mark: a page that only speaks of this program is somebody's own.
            let mark = format!("<meta name=\"generator\" content=\"{GENERATOR}\">");
            let gone = (session.tidy)(&folder, &mark, &files)?;
            if gone > 0 {
                let pages = if gone == 1 { "page" } else { "pages" };
                written.push(format!("removed {gone} {pages} of earlier reports"));
            }
        }
        session.note(format!("wrote {}", written.join(", ")));
        Ok(())
    }

    /// The open tickets, those first that are due first, then the newest of the others.
    fn rows(&self) -> Vec<(Summary, Option<Timestamp>)> {
        let mut cases: Vec<&Case> = self.cases.to_vec();
        cases.sort_by_cached_key(|case| {
            let is_open = case.summary.status.is_open();
            let due = case.due().filter(|_| is_open);
            (!is_open, due.is_none(), due, Reverse(case.summary.created), case.summary.id.clone())
        });
        let row = |case: &&Case| {
            let due = case.due().filter(|_| case.summary.status.is_open());
            (case.summary.clone(), due.and_then(Timestamp::from_unix))
        };
        cases.iter().take(MAX_ROWS).map(row).collect()
    }

    /// The tickets whose timelines a page that is alone has room for.
    fn inner(&self, rows: &[(Summary, Option<Timestamp>)]) -> Result<Vec<Ticket>, Failure> {
        let (mut inner, mut bytes) = (Vec::new(), 0);
        for (summary, _) in rows {
            let ticket = self.project.need(&summary.id)?;
            bytes += codec::write(&ticket).len();
            if bytes > MAX_INNER_BYTES {
                break;
            }
            inner.push(ticket);
        }
        Ok(inner)
    }

    fn overview(&self, rows: &[(Summary, Option<Timestamp>)], inner: &[Ticket]) -> String {
        overview(&Overview {
            project: &self.project.name(),
            query: self.query,
            period: self.period,
            at: self.at,
            figures: self.figures,
            weeks: self.weeks,
            cases: self.cases,
            releases: self.releases,
            rows,
            inner,
            is_alone: !inner.is_empty() || rows.is_empty(),
            notes: self.notes,
        })
    }
}
