//! The tickets that a query means: from the index, brought up to date first; without it where it fails.

use std::collections::BTreeMap;

use crate::commands::arguments::Reading;
use crate::commands::failure::Failure;
use crate::commands::judging::{Named, Rulings, from_bytes, to_bytes};
use crate::commands::project_files::{clock_rules, settings};
use crate::commands::reading::{context, query, warn};
use crate::commands::session::Session;
use crate::index::{CatchUp, Error, Extra, Hit, Index, Judgement, Row, Scope, Unjudged, Unreadable};
use crate::process::Course;
use crate::query::{Context, Query, snippet};
use crate::render::{Listed, Record};
use crate::store::git::ObjectId;
use crate::store::{BadFile, Content, Snapshot, Store, Versions};
use crate::ticket::{Summary, Ticket, short_node};

/// From this many files on, reading them is worth a progress bar.
const MANY: usize = 2_000;
/// The tickets of an answer that are shown with a piece of the text that was found.
const MAX_SNIPPETS: usize = 100;

/// What is wanted of the tickets that are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// What a table shows.
    Lines,
    /// Their objects for machines, without the long texts.
    Records,
    /// Their courses, for clocks and reports.
    Courses,
    /// Everything.
    Tickets,
}

/// A query, and where it is asked.
pub(crate) struct Question<'a> {
    pub(crate) store: &'a Store,
    pub(crate) snapshot: &'a Snapshot<'a>,
    /// The query as typed.
    pub(crate) text: &'a str,
    /// Which moment of the past was asked for.
    pub(crate) reading: &'a Reading,
    pub(crate) wanted: Wanted,
    /// True where the pieces of text that were found are shown.
    pub(crate) with_snippets: bool,
}

/// The tickets that a query means, in its order. Files that cannot be read are named on standard error.
pub(crate) fn find(question: &Question<'_>, session: &mut Session<'_>) -> Result<Vec<Listed>, Failure> {
    Ok(find_judged(question, session)?.0)
}

/// The same, and the rules of clocks by which they are judged, where courses are wanted; none where the project
/// has no clocks.
pub(crate) fn find_judged(
    question: &Question<'_>,
    session: &mut Session<'_>,
) -> Result<(Vec<Listed>, Option<Rulings>), Failure> {
    let Question { store, snapshot, reading, .. } = *question;
    let query = query(question.text, &settings(snapshot)?)?;
    if query.asks_clocks() {
        clock_rules(snapshot)?;
    }
    let mut context = context(store, snapshot, session, reading.at.as_deref());
    let (mut found, rulings) = match answered(question, &query, &context, session)? {
        Ok(found) => found,
        Err(error) => {
            session.note(format!("warning: index not available, reading ticket files: {error}"));
            scanned(question, &query, &mut context, session)?
        }
    };
    if question.with_snippets {
        for one in found.iter_mut().take(MAX_SNIPPETS) {
            one.snippet = snippet(&query, &snapshot.need(&one.summary.id)?);
        }
    }
    Ok((found, rulings))
}

/// The rules by which the clocks of a snapshot's tickets are judged; none where the project has no clocks.
pub(crate) fn rulings(
    store: &Store,
    snapshot: &Snapshot<'_>,
    session: &Session<'_>,
) -> Result<Option<Rulings>, Failure> {
    // Without the index, history is walked.
    let index = Index::open(&store.repository().own_folder(), session.surroundings.now_seconds).ok();
    Named::of(store, snapshot, index.as_ref(), session)?.map(|named| named.read(store)).transpose()
}

/// The whole tickets that a query means, in its order.
pub(crate) fn whole(
    store: &Store,
    snapshot: &Snapshot<'_>,
    text: &str,
    session: &mut Session<'_>,
) -> Result<Vec<Ticket>, Failure> {
    let reading = &Reading::default();
    let question = Question { store, snapshot, text, reading, wanted: Wanted::Tickets, with_snippets: false };
    let whole = |one: Listed| match one.record {
        Record::Whole(ticket) => Some(*ticket),
        Record::None | Record::Short(_) | Record::Course(_) => None,
    };
    Ok(find(&question, session)?.into_iter().filter_map(whole).collect())
}

/// What a query means, from every ticket read anew.
fn scanned(
    question: &Question<'_>,
    query: &Query,
    context: &mut Context,
    session: &mut Session<'_>,
) -> Result<(Vec<Listed>, Option<Rulings>), Failure> {
    let Question { store, snapshot, .. } = *question;
    let listing = snapshot.tickets()?;
    let mut tickets = listing.tickets;
    let named = Named::of(store, snapshot, None, session)?;
    let rulings = named.map(|named| named.read(store)).transpose()?;
    let mut judged = BTreeMap::new();
    if let Some(rulings) = &rulings {
        let mut past = rulings.past(store);
        for ticket in &tickets {
            let (standing, by) = rulings.standing(past.as_mut(), ticket.id(), &Course::of(ticket))?;
            context.standings.insert(ticket.id().clone(), standing);
            judged.insert(ticket.id().clone(), by);
        }
    }
    tickets.retain(|ticket| query.matches(ticket, context));
    query.arrange(&mut tickets, context);
    warn(&listing.bad, session);
    let mut found = Vec::new();
    for ticket in tickets {
        found.push(Listed {
            summary: Summary::of(&ticket),
            prefix: question.snapshot.shortest(ticket.id())?,
            places: None,
            snippet: None,
            standing: rulings.as_ref().map(|_| context.standing(&ticket)),
            record: match question.wanted {
                Wanted::Lines => Record::None,
                Wanted::Records => {
                    Record::Short(serde_json::to_string(&short_node(&ticket)).unwrap_or_default())
                }
                Wanted::Courses => {
                    let by = judged.remove(ticket.id()).unwrap_or_default();
                    Record::Course(Box::new((Course::of(&ticket), by)))
                }
                Wanted::Tickets => Record::Whole(Box::new(ticket)),
            },
        });
    }
    Ok((found, rulings))
}

/// What the index says; the inner error where it cannot.
type Answer<T> = Result<Result<T, Error>, Failure>;

/// What a query means, from the index.
fn answered(
    question: &Question<'_>,
    query: &Query,
    context: &Context,
    session: &mut Session<'_>,
) -> Answer<(Vec<Listed>, Option<Rulings>)> {
    let Question { store, snapshot, wanted, reading, .. } = *question;
    let opened = match open(store, snapshot, reading, session)? {
        Ok((mut index, edition)) => {
            judged(question, &mut index, edition, session)?.map(|(scope, rulings)| (index, scope, rulings))
        }
        Err(error) => Err(error),
    };
    let mut found = Vec::new();
    let extra = match wanted {
        Wanted::Lines | Wanted::Tickets => Extra::None,
        Wanted::Records => Extra::Object,
        Wanted::Courses => Extra::Course,
    };
    let mut is_foreign = false;
    let bad = opened.and_then(|(index, scope, rulings)| {
        index.find(scope, query, context, extra, &mut |hit| {
            let Hit { summary, prefix, short, standing, course, rules } = hit;
            let record = match (extra, Course::from_bytes(&course)) {
                (Extra::None, _) => Record::None,
                (Extra::Object, _) => Record::Short(short),
                (Extra::Course, Ok(course)) => Record::Course(Box::new((course, from_bytes(&rules)))),
                (Extra::Course, Err(_)) => {
                    is_foreign = true;
                    Record::None
                }
            };
            found.push(Listed { summary, prefix, places: None, snippet: None, standing, record });
        })?;
        if is_foreign { Err(Error::foreign()) } else { Ok((index.unreadable(scope.edition)?, rulings)) }
    });
    let (bad, rulings) = match bad {
        Ok(answer) => answer,
        Err(error) => {
            if error.is_damage() {
                // The next run builds it anew.
                let _ = Index::discard(&store.repository().own_folder());
            }
            return Ok(Err(error));
        }
    };
    let bad: Vec<BadFile> =
        bad.into_iter().map(|bad| BadFile { path: bad.path, line: bad.line, problem: bad.problem }).collect();
    warn(&bad, session);
    if wanted == Wanted::Tickets {
        for one in &mut found {
            one.record = Record::Whole(Box::new(snapshot.need(&one.summary.id)?));
        }
    }
    Ok(Ok((found, rulings)))
}

/// The scope of an edition: where its clocks stand by the rules of its history, worked out as far as it is
/// not known.
fn judged(
    question: &Question<'_>,
    index: &mut Index,
    edition: i64,
    session: &Session<'_>,
) -> Answer<(Scope, Option<Rulings>)> {
    let Question { store, snapshot, wanted, .. } = *question;
    let Some(named) = Named::of(store, snapshot, Some(index), session)? else {
        return Ok(Ok((Scope { edition, ruling: None }, None)));
    };
    let fingerprint = named.fingerprint();
    match index.ruling(edition, fingerprint.as_bytes()) {
        Ok(Some((ruling, true))) => {
            // Only who replays clocks needs the settings of the past themselves.
            let rulings = (wanted == Wanted::Courses).then(|| named.read(store)).transpose()?;
            return Ok(Ok((Scope { edition, ruling: Some(ruling) }, rulings)));
        }
        Ok(_) => {}
        Err(error) => return Ok(Err(error)),
    }
    let rulings = named.read(store)?;
    let total = index.size(edition).unwrap_or_default();
    let (mut past, mut done, mut bar) = (rulings.past(store), 0, None);
    let judge = |rows: &[Unjudged]| -> Result<Vec<Judgement>, Trouble> {
        let mut standings = Vec::with_capacity(rows.len());
        for row in rows {
            let course = Course::from_bytes(&row.course).map_err(|_| Trouble::Index(Error::foreign()))?;
            let (standing, by) =
                rulings.standing(past.as_mut(), &row.id, &course).map_err(Trouble::Command)?;
            standings.push((standing, to_bytes(&by)));
        }
        done += rows.len();
        if done >= MANY {
            bar.get_or_insert_with(|| (session.progress)("reading clocks", total))(done);
        }
        Ok(standings)
    };
    match index.judge(edition, fingerprint.as_bytes(), judge) {
        Ok(ruling) => Ok(Ok((Scope { edition, ruling: Some(ruling) }, Some(rulings)))),
        Err(Trouble::Index(error)) => Ok(Err(error)),
        Err(Trouble::Store(error)) => Err(error.into()),
        Err(Trouble::Command(failure)) => Err(failure),
    }
}

/// The index, with the edition that a snapshot reads brought up to date.
pub(crate) fn open(
    store: &Store,
    snapshot: &Snapshot<'_>,
    reading: &Reading,
    session: &Session<'_>,
) -> Answer<(Index, i64)> {
    let trees = snapshot.trees()?;
    let key = key_of(&trees);
    let folder = store.repository().own_folder();
    let mut index = match Index::open(&folder, session.surroundings.now_seconds) {
        Ok(index) => index,
        Err(error) => return Ok(Err(error)),
    };
    match index.edition(&key) {
        Ok(Some(edition)) => return Ok(Ok((index, edition))),
        Ok(None) => {}
        Err(error) => return Ok(Err(error)),
    }
    let line = match (&reading.at, reading.all_branches) {
        (Some(at), _) => format!("at {at}"),
        (None, true) => "all branches".to_owned(),
        (None, false) => format!("branch {}", store.branch()),
    };
    let caught_up = match index.catch_up(&line, &key) {
        Ok(catch_up) => bring_up(catch_up, snapshot, &trees, session),
        Err(error) => Err(Trouble::Index(error)),
    };
    match caught_up {
        Ok(edition) => Ok(Ok((index, edition))),
        Err(Trouble::Index(error)) => Ok(Err(error)),
        Err(Trouble::Store(error)) => Err(error.into()),
        Err(Trouble::Command(failure)) => Err(failure),
    }
}

/// What failed on the way: the index, which can be done without, or the repository.
enum Trouble {
    Index(Error),
    Store(crate::store::Error),
    Command(Failure),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Index(error)
    }
}

impl From<crate::store::Error> for Trouble {
    fn from(error: crate::store::Error) -> Self {
        Self::Store(error)
    }
}

/// What became of a file that was read.
struct Made {
    file: usize,
    content: Result<Vec<Row>, BadFile>,
}

fn bring_up(
    mut catch_up: CatchUp<'_>,
    snapshot: &Snapshot<'_>,
    trees: &[ObjectId],
    session: &Session<'_>,
) -> Result<i64, Trouble> {
    let length = trees.first().map_or(20, |tree| tree.bytes().len());
    let base: Vec<ObjectId> = catch_up.base().chunks(length).filter_map(ObjectId::from_bytes).collect();
    let files = match snapshot.differing_files(&base, trees) {
        Ok(files) => files,
        // Git has cleaned the old trees away.
        Err(_) if !base.is_empty() => {
            catch_up.start_over()?;
            snapshot.differing_files(&[], trees)?
        }
        Err(error) => return Err(error.into()),
    };
    let mut unknown: Vec<Versions> = Vec::new();
    for (path, items) in files {
        let id = crate::store::layout::id_of(&path);
        catch_up.take(&path, id.as_ref())?;
        let is_known = match &id {
            Some(id) if !items.is_empty() => catch_up.put_known(&versions(&items), id)?,
            Some(_) | None => false,
        };
        if !is_known && !items.is_empty() {
            unknown.push((path, items));
        }
    }
    let progress = (unknown.len() >= MANY).then(|| (session.progress)("indexing", unknown.len()));
    let numbers: BTreeMap<&str, usize> =
        unknown.iter().enumerate().map(|(number, (path, _))| (path.as_str(), number)).collect();
    let make = |file: &Versions, content: Content| Made {
        file: numbers.get(file.0.as_str()).copied().unwrap_or_default(),
        content: content.map(|tickets| {
            tickets.iter().map(|ticket| Row::of(ticket, Course::of(ticket).to_bytes())).collect()
        }),
    };
    let mut done = 0;
    snapshot.read_many(&unknown, make, |made| -> Result<(), Trouble> {
        let Some((path, items)) = unknown.get(made.file) else { return Ok(()) };
        match (made.content, crate::store::layout::id_of(path)) {
            (Ok(rows), Some(id)) => {
                rows.iter().try_for_each(|row| catch_up.put(&versions(items), &id, row))?;
            }
            (Err(bad), _) => {
                let bad = Unreadable { path: bad.path, line: bad.line, problem: bad.problem };
                catch_up.put_unreadable(&bad)?;
            }
            (Ok(_), None) => {}
        }
        done += 1;
        if let Some(progress) = &progress {
            progress(done);
        }
        Ok(())
    })?;
    Ok(catch_up.finish()?)
}

fn versions(items: &[crate::store::git::Item]) -> Vec<u8> {
    items.iter().flat_map(|item| item.id.bytes().to_vec()).collect()
}

fn key_of(trees: &[ObjectId]) -> Vec<u8> {
    trees.iter().flat_map(|tree| tree.bytes().to_vec()).collect()
}
