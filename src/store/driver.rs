//! Git's merge driver: the clone's configuration that names it, and the three files it is handed.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::store::Store;
use crate::store::error::{BadFile, Error};
use crate::store::git::{self, ProcessEnv};
use crate::ticket::{MAX_TICKET_BYTES, Merged, Ticket, TicketId, codec, merge, sides};

/// The settings of a clone that make git merge tickets by the merge rule, and show them as people read them
/// (gitattributes(5)).
pub const DRIVER: [(&str, &str); 3] = [
    ("merge.support.name", "tickets, by the merge rule of git-support"),
    // A git that cannot run it would leave our side alone, without a word: then the lines are merged, and it is a conflict.
    (
        "merge.support.driver",
        "git support merge-driver %O %A %B %P || { grep -q '^<<<<<<<' %A || \
         git merge-file -L ours -L base -L theirs %A %O %B; \
         echo 'ticket in conflict: git support doctor --repair' >&2; false; }",
    ),
    // A git whose helper is gone shows no difference at all: then the file itself is shown.
    ("diff.support.textconv", "f() { git support textconv \"$1\" 2>/dev/null || cat \"$1\"; }; f"),
];

/// The driver as an earlier version wrote it.
const OLD_DRIVER: &str = "git support merge-driver %O %A %B %P";

/// What a sparse checkout needs in `info/attributes`, besides.
const ATTRIBUTE: &str = ".support/tickets/** merge=support diff=support";

impl Store {
    /// True where this clone's git merges tickets by the merge rule.
    #[must_use]
    pub fn has_driver(&self) -> bool {
        let is_set = |(name, _): &(&str, &str)| {
            self.repository.configured(name).is_some_and(|value| value != OLD_DRIVER)
        };
        DRIVER.iter().all(is_set) && !self.lacks_attribute()
    }

    /// True in a sparse checkout whose git does not know the driver: it reads no attributes of folders that
    /// it leaves out.
    fn lacks_attribute(&self) -> bool {
        let is_sparse = self.repository.configured("core.sparseCheckout").is_some_and(|set| set == "true");
        let has = || fs::read_to_string(self.attributes()).is_ok_and(|text| text.contains(ATTRIBUTE));
        is_sparse && !has()
    }

    fn attributes(&self) -> PathBuf {
        self.repository.common_directory().join("info/attributes")
    }

    /// Makes this clone's git merge tickets by the merge rule, unless it does already.
    ///
    /// # Errors
    /// The configuration cannot be written.
    pub fn wire_driver(&self) -> Result<(), Error> {
        if !self.has_driver() {
            let is_own =
                |name: &str| self.repository.configured(name).is_none_or(|value| value == OLD_DRIVER);
            let missing = DRIVER.iter().filter(|(name, _)| is_own(name));
            missing.copied().try_for_each(|(name, value)| self.repository.configure(name, value))?;
        }
        if self.lacks_attribute() {
            let path = self.attributes();
            let failed =
                |error: std::io::Error| git::Error::io(format!("writing {}", path.display()), &error);
            fs::create_dir_all(path.with_file_name("")).map_err(failed)?;
            let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(failed)?;
            file.write_all(format!("\n{ATTRIBUTE}\n").as_bytes()).map_err(failed)?;
        }
        Ok(())
    }
}

/// A file that git hands to the driver.
///
/// # Errors
/// It cannot be read, or is larger than any ticket.
pub fn read_version(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |error: std::io::Error| git::Error::io(format!("reading {}", path.display()), &error);
    let bytes = fs::metadata(path).map_err(failed)?.len();
    if bytes > MAX_TICKET_BYTES as u64 {
        let problem = format!("has {bytes} bytes; at most {MAX_TICKET_BYTES} are read");
        return Err(BadFile::whole(&path.display().to_string(), problem).into());
    }
    Ok(fs::read(path).map_err(failed)?)
}

/// The ticket of a version whose path is not known: the file says whose it is.
///
/// # Errors
/// It cannot be read.
pub fn read_any(bytes: &[u8]) -> Result<Ticket, BadFile> {
    let text = String::from_utf8_lossy(bytes);
    let id = text.lines().find_map(|line| line.strip_prefix("id:"));
    let id = id.and_then(|id| TicketId::parse(id.trim().trim_matches(['"', '\''])));
    let id = id.ok_or_else(|| BadFile::whole("", "has no ticket ID"))?;
    codec::read(&id, bytes).map_err(|invalid| BadFile::new("", &invalid))
}

/// Leaves the merged version where git wants it.
///
/// # Errors
/// It cannot be written.
pub fn write_version(path: &Path, content: &str) -> Result<(), Error> {
    let written = fs::write(path, content);
    Ok(written.map_err(|error| git::Error::io(format!("writing {}", path.display()), &error))?)
}

/// A ticket from the bytes of its file; where they hold conflict markers, from both sides of them.
///
/// # Errors
/// It cannot be read, on either side.
pub fn read_merged(id: &TicketId, path: &str, bytes: &[u8]) -> Result<Ticket, BadFile> {
    let whole = match codec::read(id, bytes) {
        Ok(ticket) => return Ok(ticket),
        Err(invalid) => BadFile::new(path, &invalid),
    };
    let Some([ours, theirs]) = sides(&String::from_utf8_lossy(bytes)) else {
        return Err(whole);
    };
    let side =
        |text: String| codec::read(id, text.as_bytes()).map_err(|invalid| BadFile::new(path, &invalid));
    match merge(&side(ours)?, &side(theirs)?) {
        Merged::One(ticket) => Ok(*ticket),
        Merged::Two { .. } => Err(BadFile::whole(path, "holds two tickets that were opened under one ID")),
    }
}

/// Merges the three files line by line, as git would without the driver, conflict markers and all.
///
/// # Errors
/// Git found a conflict, which is what it then says; or it cannot run.
pub fn merge_lines(surroundings: &ProcessEnv, files: [&Path; 3]) -> Result<(), Error> {
    let [ours, base, theirs] = files.map(|path| path.display().to_string());
    let git = git::Program::find(surroundings.environment.get("PATH"), &surroundings.directory);
    git.run(
        &["merge-file", "-L", "ours", "-L", "base", "-L", "theirs", "--", &ours, &base, &theirs],
        b"",
        &[],
    )?;
    Ok(())
}
