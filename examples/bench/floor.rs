//! The least a program can do for an answer: started like ours, it opens what is needed and prints.

use std::io::Write as _;
use std::path::Path;

use git_support::query::words_of;
use git_support::ticket::{Summary, Ticket};
use rusqlite::{Connection, params};

/// A plain SQLite file with what a list shows and which words stand where.
pub(crate) struct Plain(Connection);

impl Plain {
    pub(crate) fn create(path: &Path) -> Self {
        let db = Connection::open(path).unwrap();
        db.execute_batch(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
             CREATE TABLE ticket (created INTEGER, id TEXT, severity TEXT, status TEXT, level TEXT, title TEXT,
                assignee TEXT, open INTEGER, row INTEGER PRIMARY KEY);
             CREATE INDEX newest ON ticket (open, created DESC);
             CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='ascii');
             BEGIN",
        )
        .unwrap();
        Self(db)
    }

    pub(crate) fn add(&self, ticket: &Ticket) {
        let summary = Summary::of(ticket);
        let mut insert =
            self.0.prepare_cached("INSERT INTO ticket VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)").unwrap();
        insert
            .execute(params![
                summary.created.unwrap().unix(),
                summary.id.as_str(),
                summary.severity.map(|severity| severity.to_string()),
                summary.status.to_string(),
                summary.level.to_string(),
                summary.title,
                summary.assignee,
                summary.status.is_open(),
            ])
            .unwrap();
        let row = self.0.last_insert_rowid();
        let mut insert = self.0.prepare_cached("INSERT INTO words (rowid, text) VALUES (?, ?)").unwrap();
        insert.execute(params![row, words_of(ticket).join(" ")]).unwrap();
    }

    pub(crate) fn finish(self) {
        self.0.execute_batch("COMMIT").unwrap();
    }
}

/// Runs a floor program: `--floor NAME ARGUMENTS`.
pub(crate) fn run(arguments: &[String]) {
    let argument = |place: usize| arguments[place].as_str();
    match argument(0) {
        "start" => {}
        "list" => rows(argument(1), "SELECT id, severity, status, level, title, assignee FROM ticket WHERE open ORDER BY created DESC LIMIT ?", argument(2)),
        "list-all" => rows(argument(1), "SELECT id, severity, status, level, title, assignee FROM ticket ORDER BY created DESC LIMIT ?", argument(2)),
        "words" => rows(
            argument(1),
            "SELECT t.id, severity, status, level, title, assignee FROM words w JOIN ticket t ON t.row = w.rowid
             WHERE words MATCH ? ORDER BY rank, created DESC",
            argument(2),
        ),
        "show" => show(argument(1), argument(2)),
        "new" => new(argument(1), argument(2)),
        other => panic!("{other} is no floor"),
    }
}

fn rows(path: &str, statement: &str, parameter: &str) {
    let db = Connection::open(path).unwrap();
    db.pragma_update(None, "mmap_size", 1 << 30).unwrap();
    let mut find = db.prepare(statement).unwrap();
    let mut rows = match parameter.parse::<i64>() {
        Ok(limit) => find.query([limit]).unwrap(),
        Err(_) => find.query([parameter]).unwrap(),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    while let Some(row) = rows.next().unwrap() {
        for column in 0..6 {
            let text = row.get_ref(column).unwrap().as_str_or_null().unwrap().unwrap_or("-");
            write!(out, "{text:<10}  ").unwrap();
        }
        writeln!(out).unwrap();
    }
}

/// Prints the blob of a path on a branch.
fn show(repository: &str, path: &str) {
    let repository = git2::Repository::open(repository).unwrap();
    let tree = repository.head().unwrap().peel_to_tree().unwrap();
    let blob = repository.find_blob(tree.get_path(Path::new(path)).unwrap().id()).unwrap();
    std::io::stdout().lock().write_all(blob.content()).unwrap();
}

/// A commit of one new file on a branch that is not checked out, on the disk when it ends.
fn new(repository: &str, branch: &str) {
    let repository = git2::Repository::open(repository).unwrap();
    // libgit2 takes from its configuration alone that what it writes is to be on the disk.
    let durable = repository.path().join("floor.config");
    std::fs::write(&durable, "[core]\n\tfsyncObjectFiles = true\n").unwrap();
    repository.config().unwrap().add_file(&durable, git2::ConfigLevel::App, true).unwrap();
    let reference = format!("refs/heads/{branch}");
    let parent = repository.find_reference(&reference).unwrap().peel_to_commit().unwrap();
    let unique = format!("{:?}", std::time::SystemTime::now());
    let blob =
        repository.blob(format!("{unique}\n{}", "A ticket of some size.\n".repeat(40)).as_bytes()).unwrap();
    let name = format!(".support/tickets/z/{}/{blob}.yaml", &blob.to_string()[..1]);
    let mut builder = git2::build::TreeUpdateBuilder::new();
    builder.upsert(name, blob, git2::FileMode::Blob);
    let tree = builder.create_updated(&repository, &parent.tree().unwrap()).unwrap();
    let tree = repository.find_tree(tree).unwrap();
    let who = git2::Signature::now("Bench", "bench@example.com").unwrap();
    repository.commit(Some(&reference), &who, &who, "new", &tree, &[&parent]).unwrap();
}
