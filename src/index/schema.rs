//! The tables, and how the file is opened, made anew, or thrown away.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::index::error::{Error, is_damaged};

/// The version of the tables; a file of any other is made anew.
const VERSION: i64 = 33;
/// How long another process is waited for before the answer is worked out without the index.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before the file is asked for again.
const PAUSE: Duration = Duration::from_millis(5);
/// Bytes of a page: a long list reads a tenth faster than from SQLite's 4,096.
const PAGE_BYTES: i64 = 16_384;
/// The page cache, in KiB.
const CACHE_KIB: i64 = 16 * 1024;
/// Bytes of the file that are read through a mapping.
const MAPPED_BYTES: i64 = 1 << 30;

/// A ruling is the rules by which clocks are judged; an edition is judged by it where every row of it has a
/// standing, but for the fresh ones. `has`, `was` and `marks` are sets of bits; `talk` is a ticket's talk with its customer, as `Talk` writes it. `created` and `updated` are seconds since 1970 UTC, and
/// [`crate::index::row::NEVER`] where there is none. `brought` is empty where that is not known yet. `words` holds no text, only which words stand where.
const TABLES: &str = "
CREATE TABLE edition (edition INTEGER PRIMARY KEY, line TEXT NOT NULL UNIQUE, key BLOB NOT NULL, used INTEGER NOT NULL);
CREATE TABLE ticket (
    row INTEGER PRIMARY KEY, title TEXT NOT NULL, severity INTEGER NOT NULL, effective INTEGER NOT NULL, status INTEGER NOT NULL,
    level INTEGER NOT NULL, assignee TEXT, updated INTEGER NOT NULL, follow_up INTEGER, type INTEGER NOT NULL,
    area INTEGER NOT NULL, reopened INTEGER NOT NULL, comments INTEGER NOT NULL, occurrences INTEGER NOT NULL,
    was INTEGER NOT NULL, has INTEGER NOT NULL, marks INTEGER NOT NULL, talk TEXT NOT NULL, created INTEGER NOT NULL, open INTEGER NOT NULL);
CREATE INDEX ticket_queue ON ticket (effective, created) WHERE open;
CREATE INDEX ticket_updated ON ticket (updated);
CREATE INDEX ticket_status ON ticket (status);
CREATE INDEX ticket_severity ON ticket (severity);
CREATE INDEX ticket_follow_up ON ticket (follow_up) WHERE follow_up IS NOT NULL;
CREATE TABLE version (versions BLOB NOT NULL, id TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (versions, id)) WITHOUT ROWID;
CREATE INDEX version_row ON version (row);
CREATE TABLE record (row INTEGER PRIMARY KEY, created INTEGER NOT NULL, open INTEGER NOT NULL, id TEXT NOT NULL, short TEXT NOT NULL, course BLOB NOT NULL);
CREATE TABLE member (
    edition INTEGER NOT NULL, created INTEGER NOT NULL, id TEXT NOT NULL, open INTEGER NOT NULL,
    prefix INTEGER NOT NULL, row INTEGER NOT NULL, home TEXT, PRIMARY KEY (edition, created DESC, id)) WITHOUT ROWID;
CREATE UNIQUE INDEX member_id ON member (edition, id, prefix);
CREATE INDEX member_row ON member (row, edition, open, prefix);
CREATE INDEX member_open ON member (edition) WHERE open;
CREATE INDEX member_home ON member (edition, home) WHERE home IS NOT NULL;
CREATE TABLE unreadable (edition INTEGER NOT NULL, path TEXT NOT NULL, line INTEGER NOT NULL, problem TEXT NOT NULL, PRIMARY KEY (edition, path)) WITHOUT ROWID;
CREATE TABLE term (term INTEGER PRIMARY KEY, key INTEGER NOT NULL, text TEXT NOT NULL, shown TEXT NOT NULL, UNIQUE (key, shown));
CREATE INDEX term_text ON term (key, text);
CREATE TABLE value (term INTEGER NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (term, row)) WITHOUT ROWID;
CREATE INDEX value_row ON value (row);
CREATE VIRTUAL TABLE words USING fts5(title, description, findings, notes, tags,
    content='', contentless_delete=1, tokenize='ascii');
CREATE VIRTUAL TABLE vocabulary USING fts5vocab('words', 'row');
CREATE TABLE spelling (word TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE touch (id TEXT NOT NULL, commit_id BLOB NOT NULL, brought TEXT, PRIMARY KEY (id, commit_id)) WITHOUT ROWID;
CREATE TABLE walked (line TEXT PRIMARY KEY, commit_id BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE merged (line TEXT NOT NULL, commit_id BLOB NOT NULL, tip BLOB NOT NULL, merge BLOB, PRIMARY KEY (line, commit_id)) WITHOUT ROWID;
CREATE TABLE blame (blob BLOB NOT NULL, path TEXT NOT NULL, mailmap INTEGER NOT NULL, head BLOB NOT NULL, whole INTEGER NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (blob, path)) WITHOUT ROWID;
CREATE TABLE turns (line TEXT PRIMARY KEY, tip BLOB NOT NULL, turns BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE ruling (ruling INTEGER PRIMARY KEY, fingerprint BLOB NOT NULL UNIQUE, used INTEGER NOT NULL);
CREATE TABLE judged (edition INTEGER NOT NULL, ruling INTEGER NOT NULL, PRIMARY KEY (edition, ruling)) WITHOUT ROWID;
CREATE TABLE standing (
    ruling INTEGER NOT NULL, row INTEGER NOT NULL, due INTEGER, warn INTEGER, late INTEGER NOT NULL,
    paused INTEGER NOT NULL, rules BLOB NOT NULL, effective INTEGER NOT NULL, created INTEGER NOT NULL,
    open INTEGER NOT NULL, PRIMARY KEY (ruling, row)) WITHOUT ROWID;
CREATE INDEX standing_queue ON standing (ruling, effective, due, created) WHERE open;
CREATE INDEX standing_due ON standing (ruling, due);
CREATE INDEX standing_late ON standing (ruling) WHERE late;
CREATE TABLE fresh (row INTEGER PRIMARY KEY);
";

/// The index of a clone.
pub struct Index {
    pub(crate) db: Connection,
    /// Now, in seconds since 1970 UTC: which editions were used last.
    pub(crate) now_seconds: i64,
}

impl Index {
    /// Opens the index in a folder, `index.sqlite`. One of another version, or one that is damaged, is made
    /// anew.
    ///
    /// # Errors
    /// It cannot be made or opened there.
    pub fn open(folder: &Path, now_seconds: i64) -> Result<Self, Error> {
        let path = folder.join("index.sqlite");
        match connect(&path) {
            Ok(db) => Ok(Self { db, now_seconds }),
            Err(error) if is_damaged(&error) => {
                discard(&path)?;
                Ok(Self { db: connect(&path)?, now_seconds })
            }
            Err(_) if !folder.exists() => {
                fs::create_dir_all(folder).map_err(|error| Error::io(folder, &error))?;
                Ok(Self { db: connect(&path)?, now_seconds })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Throws the index in a folder away.
    ///
    /// # Errors
    /// A file of it cannot be removed.
    pub fn discard(folder: &Path) -> Result<(), Error> {
        discard(&folder.join("index.sqlite"))
    }
}

/// Opens the file, or makes it. Several processes may be about to make it: SQLite refuses who comes second at
/// once, however long it was told to wait, where waiting with a lock in hand could lock both up.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // SQLite makes its files for their owner alone to write, whatever the umask; in a shared repository they are the
    // group's. What it makes beside this one it makes like this one.
    let _ = OpenOptions::new().write(true).create_new(true).open(path);
    let is_busy = |error: &rusqlite::Error| error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy);
    for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
        match try_to_connect(path) {
            Err(error) if is_busy(&error) => thread::sleep(PAUSE),
            done => return done,
        }
    }
    try_to_connect(path)
}

fn try_to_connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "cache_size", -CACHE_KIB)?;
    db.pragma_update(None, "mmap_size", MAPPED_BYTES)?;
    // What is lost in a power cut is built again; a half-written page is found by its checksum in the log.
    db.pragma_update(None, "synchronous", "NORMAL")?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    if version(&db)? != VERSION {
        db.pragma_update(None, "page_size", PAGE_BYTES)?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        make(&mut db)?;
    }
    Ok(db)
}

fn version(db: &Connection) -> rusqlite::Result<i64> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// Makes the tables, unless another process has just done so. What another version left goes.
fn make(db: &mut Connection) -> rusqlite::Result<()> {
    let work = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    if version(&work)? != VERSION {
        let mut old = work.prepare("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words_%'")?;
        let names: Vec<String> = old.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        drop(old);
        for name in names {
            work.execute_batch(&format!("DROP TABLE \"{}\"", name.replace('"', "\"\"")))?;
        }
        work.execute_batch(TABLES)?;
        work.pragma_update(None, "user_version", VERSION)?;
    }
    work.commit()
}

fn discard(path: &Path) -> Result<(), Error> {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        let file = PathBuf::from(name);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(&file, &error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}
