//! Two lots of trees side by side: the files that they hold otherwise.

use std::collections::BTreeMap;

use crate::store::error::Error;
use crate::store::git::{Bounds, Item, ItemKind, ObjectId, Repository};
use crate::store::layout;

/// What stands in two lots of trees, by name.
fn side_by_side(
    repository: &Repository,
    lots: [&[ObjectId]; 2],
) -> Result<BTreeMap<String, [Vec<Item>; 2]>, Error> {
    let mut names: BTreeMap<String, [Vec<Item>; 2]> = BTreeMap::new();
    for (side, trees) in lots.into_iter().enumerate() {
        for tree in trees {
            for item in repository.items(*tree)? {
                let known = names.entry(item.name.clone()).or_default();
                let Some(known) = known.get_mut(side) else { continue };
                if known.iter().all(|other| other.id != item.id || other.kind != item.kind) {
                    known.push(item);
                }
            }
        }
    }
    Ok(names)
}

/// Hands every file that two lots of trees hold otherwise to `visit`, with what the second lot holds.
pub(crate) fn compare<E: From<Error>>(
    repository: &Repository,
    folder: &str,
    before: &[ObjectId],
    now: &[ObjectId],
    visit: &mut impl FnMut(&str, &[Item]) -> Result<(), E>,
) -> Result<(), E> {
    let mut bounds = Bounds::default();
    let mut waiting = vec![(folder.to_owned(), before.to_vec(), now.to_vec())];
    while let Some((folder, before, now)) = waiting.pop() {
        let key: Vec<Option<ObjectId>> =
            before.iter().copied().map(Some).chain([None]).chain(now.iter().copied().map(Some)).collect();
        if !bounds.may_open(&key) {
            let whole = |id: &ObjectId| Item { name: folder.clone(), kind: ItemKind::Other, id: *id };
            visit(&folder, &now.iter().map(whole).collect::<Vec<_>>())?;
            continue;
        }
        let names = side_by_side(repository, [&before, &now])?;
        bounds.opened(key, names.len());
        for (name, [mut before, mut now]) in names {
            before.sort_by_key(|item| item.id);
            now.sort_by_key(|item| item.id);
            if before == now {
                continue;
            }
            let path = format!("{folder}/{name}");
            // What lies elsewhere than tickets do is named as a whole, and never followed.
            let is_shelf = layout::is_shelf(&path);
            let is_folder =
                |items: &[Item]| is_shelf && items.iter().all(|item| item.kind == ItemKind::Folder);
            let (was_file, is_file) = (!is_folder(&before), !is_folder(&now));
            if was_file || is_file {
                visit(&path, if is_file { &now } else { &[] })?;
            }
            let trees = |items: &[Item], is_file: bool| -> Vec<ObjectId> {
                items.iter().filter(|_| !is_file).map(|item| item.id).collect()
            };
            let (before, now) = (trees(&before, was_file), trees(&now, is_file));
            if !before.is_empty() || !now.is_empty() {
                waiting.push((path, before, now));
            }
        }
    }
    Ok(())
}
