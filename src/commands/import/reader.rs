//! How the lines of an import are read: those of a tracker with its words, and with the links that all its issues tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::failure::Failure;
use crate::intake::{DateForm, Issue, Reading, Source, WordKind, Words, incoming, read_line};
use crate::process::Incoming;
use crate::project::Change;
use crate::ticket::{Action, LinkKind, Person, TicketId, Timestamp};

/// How lines are read.
pub(super) struct Reader {
    source: Option<Source>,
    /// What the tracker is called in keys.
    tracker: String,
    pub(super) words: Words,
    dates: DateForm,
    /// The tickets of the file's issues.
    known: BTreeSet<TicketId>,
    /// Those that other issues name in another way.
    aliases: BTreeMap<String, TicketId>,
    /// What an issue says of others: how, and their keys.
    told: Vec<(TicketId, LinkKind, String)>,
    /// The links that issues tell, and the other ends of them.
    links: BTreeMap<TicketId, Vec<(LinkKind, TicketId)>>,
    /// Which of several issues without a key, with one title and date, a line is: by its number.
    nth: BTreeMap<usize, usize>,
    /// How many issues have no date, and how many no reporter.
    pub(super) undated: usize,
    pub(super) unsigned: usize,
    /// How many have comments that are only counted.
    pub(super) uncommented: usize,
    /// How many have neither a key nor an address.
    pub(super) unnamed: usize,
    counts: BTreeMap<String, usize>,
}

impl Reader {
    /// By the words of `--map`, as `status:In Review` and `in-progress`, how dates are read, and where the lines come from.
    pub(super) fn new(
        map: &[(String, String)],
        dates: DateForm,
        (source, tracker): (Option<Source>, Option<&str>),
    ) -> Result<Self, Failure> {
        let mut words = Words::default();
        for (field, ours) in map.iter().filter(|(field, _)| field.contains(':')) {
            let (kind, theirs) = field.split_once(':').unwrap_or((field, ""));
            let Some(kind) = WordKind::parse(kind) else {
                let message = format!(
                    "'{kind}' is not a valid kind of word (possible values: {})",
                    WordKind::WORDS.join(", ")
                );
                return Err(Failure::usage(message));
            };
            words.map(kind, theirs, ours).map_err(Failure::usage)?;
        }
        Ok(Self {
            source,
            tracker: tracker.or(source.map(Source::word)).unwrap_or_default().to_owned(),
            words,
            dates,
            known: BTreeSet::new(),
            aliases: BTreeMap::new(),
            told: Vec::new(),
            links: BTreeMap::new(),
            nth: BTreeMap::new(),
            undated: 0,
            unsigned: 0,
            uncommented: 0,
            unnamed: 0,
            counts: BTreeMap::new(),
        })
    }

    /// Takes down what a line says of others.
    pub(super) fn learn(&mut self, number: usize, line: &str, importer: &Person, now: Timestamp) {
        let Some(source) = self.source else { return };
        let Ok(object) = serde_json::from_str(line) else { return };
        let (words, dates, tracker) = (&mut self.words, &self.dates, self.tracker.as_str());
        let mut reading = Reading { source, tracker, importer, now, words, dates, is_vague: false };
        // What is wrong with it is said when it is imported.
        let Ok(Some(first)) = Issue::read(&object, 1, &mut reading) else { return };
        let count = self.counts.entry(first.key.clone()).or_default();
        *count += 1;
        let nth = *count;
        self.nth.insert(number, nth);
        let Ok(Some(issue)) = Issue::read(&object, nth, &mut reading) else { return };
        let id = TicketId::from_key(&issue.key);
        self.undated += usize::from(!issue.is_dated);
        self.unsigned += usize::from(!issue.is_signed);
        self.uncommented += usize::from(issue.lacks_comments);
        self.unnamed += usize::from(!issue.is_named);
        self.aliases.extend(issue.alias.map(|alias| (alias, id.clone())));
        for (kind, other) in issue.links {
            self.told.push((id.clone(), LinkKind::parse(&kind), other));
        }
        self.known.insert(id);
    }

    /// Gives each issue the links that it and others tell, once all are known.
    pub(super) fn settle_links(&mut self) {
        for (id, kind, other) in std::mem::take(&mut self.told) {
            let other = self.named(&other);
            if other != id {
                let converse = kind.converse().map(|converse| (converse, id.clone()));
                self.links.entry(other.clone()).or_default().extend(converse);
                self.links.entry(id).or_default().push((kind, other));
            }
        }
    }

    /// The ticket of an issue that another one names.
    fn named(&self, other: &str) -> TicketId {
        self.aliases.get(other).cloned().unwrap_or_else(|| TicketId::from_key(other))
    }

    /// What a line brings; none where it is no ticket. The inner error says what is wrong with it. What it does not date or
    /// sign has the date and the name of the ticket that was made of it, or else those of the import.
    pub(super) fn read(
        &self,
        number: usize,
        line: &str,
        importer: (Person, Timestamp),
        change: &Change<'_, '_>,
    ) -> Result<Result<Option<Incoming>, String>, Failure> {
        let Some(source) = self.source else { return Ok(read_line(line).map(Some)) };
        let (issue, is_vague) = match self.issue(number, line, source, &importer) {
            Ok(Some(read)) => read,
            Ok(None) => return Ok(Ok(None)),
            Err(problem) => return Ok(Err(problem)),
        };
        if is_vague
            && let Some(ticket) = change.ticket(&TicketId::from_key(&issue.key))?
            && let Some(opening) = ticket.timeline().iter().find(|entry| entry.action == Action::Open)
        {
            let as_before = (opening.by.clone(), opening.at);
            let issue = self.issue(number, line, source, &as_before);
            return Ok(issue.map(|read| read.map(|(issue, _)| self.linked(issue))));
        }
        Ok(Ok(Some(self.linked(issue))))
    }

    /// The issue of a line, and whether it lacked a date or a name.
    fn issue(
        &self,
        number: usize,
        line: &str,
        source: Source,
        (importer, now): &(Person, Timestamp),
    ) -> Result<Option<(Issue, bool)>, String> {
        let object = serde_json::from_str(line).map_err(|error| error.to_string())?;
        let (mut words, dates, tracker) = (self.words.clone(), &self.dates, self.tracker.as_str());
        let mut reading =
            Reading { source, tracker, importer, now: *now, words: &mut words, dates, is_vague: false };
        let nth = self.nth.get(&number).copied().unwrap_or(1);
        let issue = Issue::read(&object, nth, &mut reading)?;
        let is_vague = reading.is_vague;
        Ok(issue.map(|issue| (issue, is_vague)))
    }

    /// An issue as it comes in, with its links.
    fn linked(&self, mut issue: Issue) -> Incoming {
        let id = TicketId::from_key(&issue.key);
        // A link to what is not in the file is a word, and no link.
        let lost = issue.links.iter().filter(|(_, other)| !self.known.contains(&self.named(other)));
        issue.facts.extend(lost.map(|(kind, other)| format!("{kind}: {other}")).collect::<Vec<_>>());
        let links = self.links.get(&id).into_iter().flatten();
        let links: Vec<_> = links.filter(|(_, other)| self.known.contains(other)).cloned().collect();
        let has_original = links.iter().any(|(kind, _)| *kind == LinkKind::DuplicateOf);
        if let Some(ending) =
            issue.ended.as_mut().filter(|ending| ending.code == "duplicate" && !has_original)
        {
            "withdrawn".clone_into(&mut ending.code);
        }
        Incoming::Issue(Box::new(incoming(&issue, &links)))
    }
}
