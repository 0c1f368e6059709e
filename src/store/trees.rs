//! The trees that hold tickets: their names, what differs between two lots of them, and many files read at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};

use crate::store::compare::compare;
use crate::store::error::Error;
use crate::store::git::{Item, ItemKind, ObjectId, Repository};
use crate::store::layout;
use crate::store::snapshot::{Content, Read, Snapshot};
use crate::ticket::TicketId;

/// Threads that read tickets, beside the one that takes what they read.
const READERS: usize = 2;
/// Files that wait to be taken, so that memory stays bounded.
const WAITING: usize = 64;

/// A file's path, and its versions on the branches that are read; none where it is gone.
pub type Versions = (String, Vec<Item>);

impl Snapshot<'_> {
    /// The trees of tickets that are read, each once, in order; none where there are no tickets.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn trees(&self) -> Read<Vec<ObjectId>> {
        let mut trees = Vec::new();
        for commit in self.commits() {
            let found = self.repository().find(commit, layout::TICKETS)?;
            trees.extend(found.filter(|item| item.kind == ItemKind::Folder).map(|item| item.id));
        }
        trees.sort();
        trees.dedup();
        Ok(trees)
    }

    /// The file of a ticket, with the versions it has.
    ///
    /// # Errors
    /// An object cannot be read.
    pub fn versions_of(&self, id: &TicketId) -> Read<Versions> {
        let path = layout::ticket(id);
        let mut items: Vec<Item> = Vec::new();
        for commit in self.commits() {
            let item = self.repository().find(commit, &path)?.filter(|item| item.kind.has_content());
            items.extend(item.filter(|item| items.iter().all(|known| known.id != item.id)));
        }
        Ok((path, items))
    }

    /// Hands each file that these trees hold otherwise than others did to `visit`, with the versions it has now; none
    /// where it is gone. Equal folders are not opened.
    ///
    /// # Errors
    /// An object cannot be read; or what `visit` says.
    pub fn differing_files<E: From<Error>>(
        &self,
        before: &[ObjectId],
        now: &[ObjectId],
        visit: &mut impl FnMut(&str, &[Item]) -> Result<(), E>,
    ) -> Result<(), E> {
        compare(self.repository(), layout::TICKETS, before, now, visit)
    }

    /// Reads many files on several threads, and hands each to `take`, in no order, made into what it is
    /// wanted for by `make` on the thread that read it.
    ///
    /// # Errors
    /// An object cannot be read; or what `take` says.
    pub fn read_many<T: Send, E: From<Error>>(
        &self,
        files: &[Versions],
        make: impl Fn(&Versions, Content) -> T + Sync,
        mut take: impl FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.repository().is_partial() {
            let ids: Vec<ObjectId> =
                files.iter().flat_map(|(_, items)| items.iter().map(|item| item.id)).collect();
            self.repository().fetch_missing(&ids).map_err(Error::from)?;
        }
        let alone = |take: &mut dyn FnMut(T) -> Result<(), E>| {
            files.iter().try_for_each(|file| take(make(file, self.read_items(&file.0, &file.1)?)))
        };
        if files.len() < WAITING {
            return alone(&mut take);
        }
        let next = Mutex::new(files.iter());
        let stop = AtomicBool::new(false);
        let (send, receive) = mpsc::sync_channel::<Read<T>>(WAITING);
        std::thread::scope(|scope| {
            let mut begun = 0;
            for _ in 0..READERS {
                let (send, next, stop, make) = (send.clone(), &next, &stop, &make);
                let (surroundings, instant) = (self.repository().surroundings.clone(), self.instant());
                let reader = move || {
                    let read = || -> Read<()> {
                        let repository = Repository::open(surroundings)?;
                        let reader = Snapshot::new(&repository, None, "").as_of(instant);
                        while let Some(file) = taken(next, stop) {
                            let content = reader.read_items(&file.0, &file.1)?;
                            if send.send(Ok(make(file, content))).is_err() {
                                break;
                            }
                        }
                        Ok(())
                    };
                    if let Err(error) = read() {
                        let _ = send.send(Err(error));
                    }
                };
                begun += usize::from(std::thread::Builder::new().spawn_scoped(scope, reader).is_ok());
            }
            drop(send);
            // No thread is to be had, in a container that counts them: this one reads by itself.
            if begun == 0 {
                return alone(&mut take);
            }
            let mut result = Ok(());
            for made in receive {
                result = made.map_err(E::from).and_then(&mut take);
                if result.is_err() {
                    stop.store(true, Ordering::Relaxed);
                    break;
                }
            }
            result
        })
    }
}

/// The next file to read; none where they are all read, or nobody wants them any more.
fn taken<'a>(next: &Mutex<std::slice::Iter<'a, Versions>>, stop: &AtomicBool) -> Option<&'a Versions> {
    if stop.load(Ordering::Relaxed) { None } else { next.lock().ok()?.next() }
}
