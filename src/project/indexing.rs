//! The index brought up to trees: the files that differ are read, so many at a time, and their rows put into it.

use std::collections::BTreeMap;

use crate::index::{CatchUp, Known, Row, Unreadable};
use crate::process::TicketHistory;
use crate::project::host::Progress;
use crate::project::search_index::{IndexError, MANY};
use crate::project::state::Project;
use crate::store::git::{Item, ObjectId};
use crate::store::{BadFile, Content, Versions, layout};

/// The most files that are held at once: the names of a million take more memory than all else.
const MAX_HELD: usize = 1_024;

/// What became of a file that was read.
struct Made {
    file: usize,
    rows: Vec<Row>,
    bad: Option<BadFile>,
}

/// How far it has come.
struct Done {
    files: usize,
    bar: Option<Progress>,
}

impl Done {
    fn add(&mut self, files: usize) {
        self.files += files;
        if let Some(bar) = &self.bar {
            bar(self.files);
        }
    }
}

impl Project<'_> {
    /// Brings an edition to what these trees hold now.
    pub(super) fn bring_up(&self, mut catch_up: CatchUp<'_>, trees: &[ObjectId]) -> Result<i64, IndexError> {
        let length = trees.first().map_or(20, |tree| tree.bytes().len());
        if !catch_up.base().len().is_multiple_of(length) {
            // An edition as of an instant: its rows are not what those trees hold.
            catch_up.start_over()?;
        }
        let base: Vec<ObjectId> = catch_up.base().chunks(length).filter_map(ObjectId::from_bytes).collect();
        match self.bring_from(&mut catch_up, &base, trees) {
            // Git has cleaned the old trees away.
            Err(IndexError::Failed(_)) if !base.is_empty() => {
                catch_up.start_over()?;
                self.bring_from(&mut catch_up, &[], trees)?;
            }
            done => done?,
        }
        Ok(catch_up.finish()?)
    }

    fn bring_from(
        &self,
        catch_up: &mut CatchUp<'_>,
        base: &[ObjectId],
        trees: &[ObjectId],
    ) -> Result<(), IndexError> {
        // All that goes, goes before anything comes: a ticket may have moved from one file to another.
        self.in_parts(
            [base, trees],
            catch_up,
            |catch_up, path| Ok(catch_up.take(path, layout::id_of(path).as_ref())?),
            |catch_up, path, items| match layout::id_of(path) {
                Some(id) => Ok(catch_up.put_known(&versions(items), &id)?),
                None => Ok(false),
            },
        )
    }

    /// Fills an edition with the tickets as of an instant. Those to which nothing has happened since are known already.
    pub(super) fn bring_back(
        &self,
        mut catch_up: CatchUp<'_>,
        trees: &[ObjectId],
    ) -> Result<i64, IndexError> {
        catch_up.start_over()?;
        let instant = self.now().unix();
        self.in_parts(
            [&[], trees],
            &mut catch_up,
            |_, _| Ok(()),
            |catch_up, path, items| {
                let Some(id) = layout::id_of(path) else { return Ok(false) };
                Ok(match catch_up.put_known_as_of(&versions(items), &id, instant)? {
                    Known::Unread => catch_up.put_known(&self.versions(items), &id)?,
                    Known::Added | Known::NotYet => true,
                })
            },
        )?;
        Ok(catch_up.finish()?)
    }

    /// Hands each file that differs to `see`, and then to `is_known`; those that are not known are read. Where they are
    /// more than are held at once, the trees are walked a second time.
    fn in_parts(
        &self,
        [before, now]: [&[ObjectId]; 2],
        catch_up: &mut CatchUp<'_>,
        see: impl Fn(&mut CatchUp<'_>, &str) -> Result<(), IndexError>,
        is_known: impl Fn(&mut CatchUp<'_>, &str, &[Item]) -> Result<bool, IndexError>,
    ) -> Result<(), IndexError> {
        let snapshot = self.snapshot();
        let (mut held, mut total): (Vec<Versions>, usize) = (Vec::new(), 0);
        snapshot.differing_files(before, now, &mut |path, items| {
            total += 1;
            if total <= MAX_HELD {
                held.push((path.to_owned(), items.to_vec()));
            }
            see(catch_up, path)
        })?;
        catch_up.prepare_for(total)?;
        let bar = (total >= MANY).then(|| (self.host.progress)("indexing", total));
        let mut done = Done { files: 0, bar };
        let mut put = |files: &mut Vec<Versions>| -> Result<(), IndexError> {
            let all = files.len();
            let mut unknown = Vec::new();
            for file in files.drain(..).filter(|(_, items)| !items.is_empty()) {
                if !is_known(catch_up, &file.0, &file.1)? {
                    unknown.push(file);
                }
            }
            done.add(all - unknown.len());
            self.read_rows(catch_up, &unknown, &mut done)
        };
        if total <= MAX_HELD {
            return put(&mut held);
        }
        held.clear();
        snapshot.differing_files(before, now, &mut |path, items| {
            held.push((path.to_owned(), items.to_vec()));
            if held.len() < MAX_HELD { Ok(()) } else { put(&mut held) }
        })?;
        put(&mut held)
    }

    /// Reads files that the index does not know, and puts their rows into it.
    fn read_rows(
        &self,
        catch_up: &mut CatchUp<'_>,
        unknown: &[Versions],
        done: &mut Done,
    ) -> Result<(), IndexError> {
        let numbers: BTreeMap<&str, usize> =
            unknown.iter().enumerate().map(|(number, (path, _))| (path.as_str(), number)).collect();
        let make = |file: &Versions, content: Content| Made {
            file: numbers.get(file.0.as_str()).copied().unwrap_or_default(),
            rows: content
                .tickets
                .iter()
                .map(|ticket| Row::of(ticket, TicketHistory::of(ticket).to_bytes()))
                .collect(),
            bad: content.bad,
        };
        self.snapshot().read_many(unknown, make, |made| -> Result<(), IndexError> {
            let Some((path, items)) = unknown.get(made.file) else { return Ok(()) };
            let mut versions = self.versions(items);
            if let Some(bad) = made.bad {
                // What it says holds for this edition: another one reads the file again.
                versions.extend(b"unreadable");
                let bad = Unreadable { path: bad.path, line: bad.line, problem: bad.problem };
                catch_up.put_unreadable(&bad)?;
            }
            if let Some(id) = layout::id_of(path) {
                made.rows.iter().try_for_each(|row| catch_up.put(&versions, &id, row))?;
            }
            done.add(1);
            Ok(())
        })
    }

    /// What tells the rows of a file's versions, as of the instant that is read.
    fn versions(&self, items: &[Item]) -> Vec<u8> {
        [versions(items), self.instant_bytes()].concat()
    }
}

fn versions(items: &[Item]) -> Vec<u8> {
    items.iter().flat_map(|item| item.id.bytes().to_vec()).collect()
}
