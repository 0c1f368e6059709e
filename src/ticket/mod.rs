//! What a ticket is: its words, head, timeline, file format and merge rule. Pure values, no git.
//!
//! A ticket is a *head* (the present state) and a *timeline* (what happened, append-only). The head
//! always equals what the timeline's entries set; [`Ticket::apply`] is the one way to change it.

mod ancestry;
mod apply;
mod attachment;
mod canonical;
mod carried_cut;
pub mod codec;
mod confirmed;
mod conflict;
mod contested;
mod cut_text;
mod digest;
mod earlier;
mod entry;
mod entry_codec;
mod field;
mod fields;
mod fix_commits;
mod fold;
mod folding;
mod guard;
mod holding;
mod id;
mod inert;
mod limits;
mod mail;
mod merge;
mod node;
mod occurrence;
mod past;
mod pattern;
mod people;
mod person;
mod purge;
mod reading;
mod redact;
mod reopened;
mod sent;
mod sla_status;
mod span;
mod summary;
mod talk;
mod text;
mod threeway;
mod timestamp;
mod undone;
mod version;
mod version_reader;
mod words;
pub mod yaml;
mod yaml_merge;
mod yaml_text;
mod yaml_writer;

use ancestry::tips;
pub use ancestry::{Ancestry, Position};
pub use attachment::{attachment_file, is_own_file};
pub use codec::{Invalid, NEWER};
pub use conflict::sides;
pub use cut_text::REDACTED;
pub use digest::sha256;
pub use earlier::EarlierTexts;
pub use entry::{Attachment, Entry, EntryData, EntryIdentity, Set, Visibility};
pub use field::{Field, Kind, MAX_LINE_CHARS};
pub use fields::Fields;
pub use fix_commits::{FixCommits, NO_COMMIT};
pub use fold::fold;
use fold::{last_setter, setters, told_text};
pub use folding::{folded, natural_key, plain, spelled};
pub use guard::{FULL_TICKET_BYTES, MAX_FILE_BYTES, MAX_TICKET_BYTES};
pub use holding::{holds_bytes, holds_text};
pub use id::{EntryId, PREFIX_LENGTH, TicketId, is_base32, is_prefix};
pub use inert::{inert, inert_lines};
pub use limits::LIMITS;
pub use mail::Mail;
pub use merge::{Merged, is_same_ticket, merge};
pub use node::Node;
pub use occurrence::Occurrence;
pub use pattern::Pattern;
pub use people::{KnownPerson, Meant, has_left, meant};
pub use person::{Person, address_problem, may_be_delivered};
pub use redact::{Redaction, is_cut};
pub use sla_status::SlaStatus;
pub use span::{parse_span, span_of_minutes};
pub use summary::{COMPUTED, Summary, short_node, sums};
pub use talk::{Talk, is_of_team};
pub use text::{
    MAX_TEXT_BYTES, cut, first_bytes, has_visible, one_line, shell_word, visible, visible_line,
    without_hidden,
};
pub use threeway::{ThreeWay, brought_along, merge_three, with_edited};
pub use timestamp::Timestamp;
pub use undone::{Restored, Undone};
pub use version::{plain_version, version_order};
pub use version_reader::{ReadVersion, VersionReader};
pub use words::{Action, Area, Finding, Level, LinkKind, Resolution, Severity, Status, Type, nearest};
pub use yaml_merge::{contested_value, merge_yaml};
pub use yaml_text::{list_in_text, record_in_text, set_in_text};

/// A support ticket: identity, present state and history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    id: TicketId,
    head: Fields,
    earlier: EarlierTexts,
    timeline: Vec<Entry>,
    /// The entries of the timeline that no other follows yet.
    tips: Vec<EntryId>,
}

impl Ticket {
    /// A new ticket, from the entry that opens it.
    #[must_use]
    pub fn open(id: TicketId, entry: Entry) -> Self {
        let mut ticket = Self::empty(id);
        ticket.apply(entry);
        ticket
    }

    /// What a ticket is before its first entry.
    pub(crate) fn empty(id: TicketId) -> Self {
        Self::from_parts(id, Fields::default(), EarlierTexts::default(), Vec::new())
    }

    /// Puts together a ticket that was read or merged; the timeline is brought into order.
    pub(crate) fn from_parts(
        id: TicketId,
        head: Fields,
        earlier: EarlierTexts,
        mut timeline: Vec<Entry>,
    ) -> Self {
        timeline.sort();
        timeline.dedup();
        let tips = tips(&timeline);
        Self { id, head, earlier, timeline, tips }
    }

    /// The long texts that entries of schema 1 set and the head no longer has.
    pub(crate) fn earlier(&self) -> &EarlierTexts {
        &self.earlier
    }

    /// The long text that an entry set a field to, where it is known: one of schema 1 whose text an older version
    /// replaced has none.
    #[must_use]
    pub fn text_set<'a>(&'a self, entry: &'a Entry, field: &Field) -> Option<&'a str> {
        match entry.set.get(field)? {
            Set::Text { to } => to.as_deref(),
            Set::TextOf { entry: origin } => {
                let known = self.timeline.iter().find(|known| known.id == *origin && *known != entry)?;
                // One step: an undo names the entry that wrote the text.
                let is_text = !matches!(known.set.get(field), Some(Set::TextOf { .. }));
                if is_text { self.text_set(known, field) } else { None }
            }
            Set::TextInHead if self.setter(field) == Some(entry) => self.head.get(field)?.as_text(),
            Set::TextInHead => self.earlier.get(&entry.id, field),
            Set::Value { .. } | Set::Members { .. } | Set::Other(_) => None,
        }
    }

    /// Every finding, with what others wrote there at the same time.
    pub fn finding_texts(&self) -> impl Iterator<Item = &str> {
        self.head.findings().flat_map(|(finding, text)| {
            let others = self.contending_texts(&Field::Findings(finding.clone()));
            std::iter::once(text).chain(others.into_iter().map(|(_, text)| text))
        })
    }

    /// Every description: the one that stands, and what others wrote there at the same time.
    pub fn descriptions(&self) -> impl Iterator<Item = &str> {
        let others = self.contending_texts(&Field::Description);
        self.head.description().into_iter().chain(others.into_iter().map(|(_, text)| text))
    }

    /// The long texts that entries set and that are no longer a field's, with the fields: for each entry in order.
    pub fn replaced_texts(&self) -> impl Iterator<Item = Vec<(&Field, &str)>> {
        let setters = setters(&Ancestry::of(&self.timeline), |_| true);
        self.timeline.iter().map(move |entry| {
            let is_replaced = |field: &&Field| setters.get(*field).is_some_and(|setter| *setter != entry);
            // A text that an undo gave back is told where it was written.
            let is_own = |field: &&Field| !matches!(entry.set.get(*field), Some(Set::TextOf { .. }));
            let texts = entry.set.keys().filter(|field| field.kind() == Kind::Text).filter(is_own);
            let replaced = texts.filter(is_replaced);
            let replaced = replaced.filter_map(|field| Some((field, self.text_set(entry, field)?)));
            // An undo may have given it back.
            replaced
                .filter(|(field, text)| self.head.get(field).and_then(Node::as_text) != Some(text))
                .collect()
        })
    }

    /// True where the timeline has this very entry.
    #[must_use]
    pub fn has_entry(&self, entry: &Entry) -> bool {
        self.timeline.binary_search(entry).is_ok()
    }

    /// True where the timeline has this entry, perhaps with text taken out of it since.
    #[must_use]
    pub fn has_entry_like(&self, entry: &Entry) -> bool {
        self.entry_like(entry).is_some()
    }

    /// This entry as the timeline has it, perhaps with text taken out of it since.
    #[must_use]
    pub fn entry_like(&self, entry: &Entry) -> Option<&Entry> {
        let place = self.timeline.binary_search_by(|own| own.identity().cmp(&entry.identity())).ok()?;
        self.timeline.get(place)
    }

    /// The ticket less the entries that another version has otherwise: what took text out of one stays.
    #[must_use]
    pub fn without_changed(mut self, as_written: &Self) -> Self {
        let is_as_written = |entry: &Entry| {
            entry.redacted.is_some() || as_written.has_entry(entry) || !as_written.has_entry_like(entry)
        };
        self.timeline.retain(is_as_written);
        self.tips = tips(&self.timeline);
        self
    }

    /// The ticket less some entries.
    #[must_use]
    pub fn without_entries(mut self, goes: impl Fn(&Entry) -> bool) -> Self {
        self.timeline.retain(|entry| !goes(entry));
        self.tips = tips(&self.timeline);
        self
    }

    /// The same ticket with some fields as its entries set them, whatever somebody made of them by hand.
    #[must_use]
    pub fn without_set_by_hand(mut self, fields: &[Field]) -> Self {
        let expected = fold(&self.timeline);
        for field in fields {
            self.head.put(field.clone(), expected.get(field).cloned());
        }
        self
    }

    /// The same ticket under another id: used when two tickets met under one id.
    #[must_use]
    pub fn with_id(mut self, id: TicketId) -> Self {
        self.id = id;
        self
    }

    /// The ticket's id.
    #[must_use]
    pub fn id(&self) -> &TicketId {
        &self.id
    }

    /// The present state.
    #[must_use]
    pub fn fields(&self) -> &Fields {
        &self.head
    }

    /// What happened, in order of `(seq, at, id)`.
    #[must_use]
    pub fn timeline(&self) -> &[Entry] {
        &self.timeline
    }

    /// The sequence number of the next entry.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.timeline.last().map_or(1, |entry| entry.seq.saturating_add(1))
    }

    /// When the ticket was opened: its first entry's time.
    #[must_use]
    pub fn created(&self) -> Option<Timestamp> {
        self.timeline.first().map(|entry| entry.at)
    }

    /// The latest time of any entry: clocks differ, so it need not be the last entry's.
    #[must_use]
    pub fn updated(&self) -> Option<Timestamp> {
        self.timeline.iter().map(|entry| entry.at).max()
    }

    /// How often it was seen: the openings (two runners may file one key apart), repeats, and what machines saw.
    #[must_use]
    pub fn occurrences(&self) -> usize {
        let seen =
            |entry: &&Entry| matches!(entry.action, Action::Open | Action::Repeat) || entry.seen.is_some();
        self.in_effect().filter(seen).count().max(1)
    }

    /// Where machines saw it, the first sighting first.
    pub fn sightings(&self) -> impl DoubleEndedIterator<Item = (&Entry, &Occurrence)> {
        self.in_effect().filter_map(|entry| Some((entry, entry.seen.as_ref()?)))
    }

    /// The entry that decides a field: the last that set it; among concurrent ones, as the process has it.
    #[must_use]
    pub fn setter(&self, field: &Field) -> Option<&Entry> {
        last_setter(&self.timeline, field)
    }

    /// True while the severity is only proposed: set by somebody who may not judge it, and not confirmed.
    #[must_use]
    pub fn severity_is_proposed(&self) -> bool {
        self.origin(&Field::Severity).is_some_and(|entry| entry.proposed)
    }

    /// Fields whose head is not what the timeline sets: somebody edited the file by hand.
    #[must_use]
    pub fn unaccounted(&self) -> Vec<Field> {
        let expected = fold(&self.timeline);
        let mut fields: Vec<Field> = self.head.names().chain(expected.names()).cloned().collect();
        fields.sort();
        fields.dedup();
        fields.retain(|field| self.head.get(field) != expected.get(field) && self.is_told(field));
        fields
    }

    /// True where the timeline tells what a field is: no long text of schema 1, nothing of a newer version.
    fn is_told(&self, field: &Field) -> bool {
        let is_text_told = || {
            self.setter(field).is_some_and(|entry| told_text(self.timeline.iter(), entry, field).is_some())
        };
        !matches!(field, Field::Unknown(_)) && (field.kind() != Kind::Text || is_text_told())
    }
}
