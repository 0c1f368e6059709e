//! `sla`: tickets' clocks, and why they stand where they do.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;

use crate::commands::arguments::{ReadOptions, found_or_named, given_query, is_query};
use crate::commands::failure::Failure;
use crate::commands::session::Session;
use crate::process::{Clock, ClockKind, ClockState, Listed, Record, TicketHistory, Why, skew_before, skews};
use crate::project::{IntroducedEntry, Limit, Project, Projection, Search, SlaRules};
use crate::render::{ClockLine, ClockMark, Clocks, TicketClocks, View};
use crate::ticket::{Field, Node, Summary, Ticket, Timestamp};

/// The spans of hours that an explanation lists of a clock.
const MAX_SPANS: usize = 40;

/// Show SLA clocks and explain their state
///
/// For ticket IDs, explains each clock: the target and the commit with its settings, every start, pause and stop with
/// entry and commit, and the hours counted. For a query, or without arguments for open tickets, shows a line per
/// clock.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ticket IDs, or a query
    #[arg(value_name = "ID|QUERY")]
    ids: Vec<String>,
    /// Exit with status 3 if a clock is breached (or =warned: at risk)
    #[arg(long, value_name = "STATE", num_args = 0..=1, require_equals = true, default_missing_value = "breached",
        value_parser = PossibleValuesParser::new(["breached", "warned"]))]
    gate: Option<String>,
    /// Evaluate clocks with the settings of REVISION
    #[arg(long, visible_alias = "policy", value_name = "REVISION")]
    settings: Option<String>,
    #[command(flatten)]
    reading: ReadOptions,
}

/// Runs the command.
pub(crate) fn run(args: &Args, session: &mut Session<'_>) -> Result<View, Failure> {
    let project = session.project_in(args.reading.scope())?;
    let project = if args.gate.is_some() { project.for_gate()? } else { project };
    let query = given_query(&args.ids)?;
    let is_query = is_query(&args.ids, &project);
    if args.gate.is_some() {
        project.check_gate(query.as_deref().filter(|_| is_query).unwrap_or_default())?;
    }
    let ids = if is_query { Vec::new() } else { project.ids(&args.ids)? };
    let explained = !ids.is_empty();
    let tickets = if explained {
        let report = SlaReport::of(&project, args, project.sla_rules()?)?;
        let found = project.introduced_by(&ids)?;
        let explain = |(ticket, history): (Ticket, Vec<IntroducedEntry>)| report.explained(&ticket, history);
        let tickets = found.into_iter().map(explain).collect::<Result<Vec<_>, _>>()?;
        if args.gate.is_some() {
            project.check_dates(tickets.iter().map(|one| &one.summary))?;
        }
        tickets
    } else {
        let query = query.unwrap_or_else(|| "status:open sort:due".to_owned());
        let query = if args.gate.is_some() { judged_by(query, &project)? } else { query };
        let limit = if args.gate.is_some() { Limit::None } else { Limit::AsAsked };
        let (found, own) =
            project.find_judged(&Search { limit, ..Search::new(&query, Projection::Courses) })?;
        let found = found_or_named(&args.ids, found)?;
        if found.is_empty() {
            session.note("no ticket matches");
        }
        let report = SlaReport::of(&project, args, own)?;
        report.note_untimed(&found, session);
        if args.gate.is_some() {
            project.check_dates(found.iter().map(|one| &one.summary))?;
        }
        for (id, at) in project.dated_later(found.iter().map(|one| &one.summary)).take(MAX_NAMED) {
            session.note(format!("warning: an entry of {id} is dated {}, in the future", at.minute()));
        }
        found.iter().filter_map(|one| report.lines(one)).collect()
    };
    let shuts = |line: &ClockLine| match (args.gate.as_deref(), line.clock.state) {
        (Some(_), ClockState::Breached) | (Some("warned"), ClockState::Warned) => line.clock.is_present,
        _ => false,
    };
    let shuts = tickets.iter().any(|ticket| ticket.clocks.iter().any(shuts));
    Ok(View::Clocks(Clocks { tickets, explained, shuts }))
}

/// How many tickets with an entry of the future are named.
const MAX_NAMED: usize = 10;

/// The query by which a gate judges, with the tickets that it means by what was recorded of them.
fn judged_by(query: String, project: &Project<'_>) -> Result<String, Failure> {
    let search = Search { limit: Limit::None, ..Search::new(&query, Projection::Lines) };
    let recorded = project.found_as_recorded(&search, &project.find(&search)?)?;
    let ids: Vec<&str> = recorded.iter().map(|one| one.summary.id.as_str()).collect();
    Ok(if ids.is_empty() { query } else { format!("({query}) OR id:{}", ids.join(",")) })
}

/// The rules that clocks are shown by, and the moment.
struct SlaReport<'a> {
    project: &'a Project<'a>,
    rules: SlaRules,
    now: Timestamp,
    what_if: bool,
}

/// An entry's id and action, and the commit that carried it.
type Source = (String, String, Option<String>);

impl<'a> SlaReport<'a> {
    /// By the rules of a revision, where one is asked for, or the tickets' own.
    fn of(project: &'a Project<'a>, args: &Args, own: Option<SlaRules>) -> Result<Self, Failure> {
        let asked = args.settings.as_ref().map(|revision| project.sla_rules_of(revision)).transpose()?;
        let what_if = asked.is_some();
        let rules = project.need_clocks(asked.or(own))?;
        Ok(Self { project, rules, now: project.now(), what_if })
    }

    /// Says how many open tickets have no clock because they were opened before it was set.
    fn note_untimed(&self, found: &[Listed], session: &Session<'_>) {
        let is_untimed = |one: &&Listed| {
            let Record::TicketHistory(judged) = &one.record else { return false };
            let (course, by) = judged.as_ref();
            let clocks = |by: &[usize]| self.rules.clocks(course, by, self.now.unix());
            // The first rules are those in effect now.
            one.summary.status.is_open() && clocks(by).is_empty() && !clocks(&[]).is_empty()
        };
        let count = found.iter().filter(is_untimed).count();
        if count > 0 && !self.what_if {
            let (tickets, were) =
                if count == 1 { ("ticket has", "it was") } else { ("tickets have", "they were") };
            session.note(format!(
                "{count} open {tickets} no target: {were} opened before it was set; git support sla --settings HEAD shows them"
            ));
        }
    }

    /// The clocks of a ticket of a list, which was found with its course.
    fn lines(&self, one: &Listed) -> Option<TicketClocks> {
        let Record::TicketHistory(judged) = &one.record else { return None };
        let (course, by) = judged.as_ref();
        Some(self.clocks(one.summary.clone(), one.prefix, course, by, &BTreeMap::new()))
    }

    /// The clocks of a ticket, each with how it came to stand where it does.
    fn explained(&self, ticket: &Ticket, history: Vec<IntroducedEntry>) -> Result<TicketClocks, Failure> {
        let (mut sources, mut dated) = (BTreeMap::new(), skews(ticket, self.now));
        // What was imported is older than the commit that brought it.
        let channel = ticket.fields().get(&Field::Channel).and_then(Node::as_text);
        for (place, introduced) in (0_u32..).zip(history) {
            let (entry, commit) = (introduced.entry, introduced.commit.map(|commit| commit.to_string()));
            if let Some(commit) = commit.as_ref().filter(|_| channel != Some("import"))
                && let Some((parent, followed)) = self.project.parent_of_introduction(commit)?
                && !dated.iter().any(|skew| skew.entry == entry.id)
            {
                dated.extend(skew_before(&entry, followed, &parent));
            }
            sources.insert(place, (entry.id.to_string(), entry.action.to_string(), commit));
        }
        let prefix = self.project.shortest(ticket.id())?;
        let course = TicketHistory::of(ticket);
        let by = self.rules.judged_by(self.project, ticket.id(), &course)?;
        let clocks = self.clocks(Summary::of(ticket), prefix, &course, &by, &sources);
        let without = self.without(ticket, &course, &clocks);
        Ok(TicketClocks { skews: dated, without, ..clocks })
    }

    fn clocks(
        &self,
        summary: Summary,
        prefix: usize,
        course: &TicketHistory,
        by: &[usize],
        sources: &BTreeMap<u32, Source>,
    ) -> TicketClocks {
        let by = if self.what_if { &[] } else { by };
        let clocks = self.rules.clocks(course, by, self.now.unix());
        let (present, past): (Vec<Clock>, Vec<Clock>) =
            clocks.into_iter().partition(|clock| clock.is_present || clock.kind != ClockKind::Update);
        let kept = past.iter().filter(|clock| clock.state == ClockState::Met).count();
        // The commit of the entry at which the rules were looked up.
        let judged = |clock: &Clock| {
            let id = course.judged.get(clock.judgement)?;
            sources.values().find(|source| source.0 == *id).and_then(|source| source.2.clone())
        };
        let line = |clock: Clock| {
            let settings = if self.what_if { None } else { judged(&clock) };
            self.line(clock, settings, sources)
        };
        TicketClocks {
            summary,
            prefix,
            clocks: present.into_iter().map(line).collect(),
            updates: (kept, past.len()),
            skews: Vec::new(),
            without: None,
        }
    }

    /// Why a ticket has no clock, where that is not the rules' doing.
    fn without(
        &self,
        ticket: &Ticket,
        course: &TicketHistory,
        clocks: &TicketClocks,
    ) -> Option<&'static str> {
        if !clocks.clocks.is_empty() {
            return None;
        }
        let is_older = !self.what_if && !self.rules.clocks(course, &[], self.now.unix()).is_empty();
        match ticket.fields().severity() {
            _ if is_older => Some("it was opened before the target was set (--settings HEAD shows it)"),
            None => Some("it has no severity"),
            Some(_) => None,
        }
    }

    fn line(&self, clock: Clock, settings: Option<String>, sources: &BTreeMap<u32, Source>) -> ClockLine {
        let hours = self.rules.hours(&clock);
        let local = |at: i64| hours.map(|hours| hours.local(at)).unwrap_or_default();
        let mut marks = Vec::new();
        let mut mark = |at: i64, place: u32, what: String| {
            if let Some((entry, action, commit)) = sources.get(&place).cloned() {
                let at = Timestamp::from_unix(at).unwrap_or_default();
                marks.push(ClockMark { at, local: local(at.unix()), what, entry, action, commit });
            }
        };
        mark(clock.started.0, clock.started.1, "starts".to_owned());
        for gap in &clock.gaps {
            let why = match &gap.why {
                Why::Waits(reason, None) => format!("pauses: {}", reason.as_str()),
                Why::Waits(_, Some(vendor)) => format!("pauses: {vendor}"),
                Why::Ended => "stops".to_owned(),
                Why::Elsewhere => "goes elsewhere".to_owned(),
            };
            mark(gap.from, gap.began, why);
            if let (Some(to), Some(ended)) = (gap.to, gap.ended) {
                mark(to, ended, "resumes".to_owned());
            }
        }
        if let Some((at, entry)) = clock.stopped {
            mark(at, entry, "stops".to_owned());
        }
        marks.sort_by_key(|mark| mark.at);
        let is_explained = !sources.is_empty();
        let spans = if is_explained { clock.runs(self.now.unix()) } else { Vec::new() };
        let spans = spans
            .into_iter()
            .flat_map(|(from, to)| hours.map(|hours| hours.spans(from, to, MAX_SPANS)).unwrap_or_default())
            .map(|span| (local(span.from), local(span.to), span.to - span.from))
            .take(MAX_SPANS)
            .collect();
        ClockLine {
            zone: hours.map(|hours| hours.zone().to_owned()).unwrap_or_default(),
            due: clock.due.map(local),
            warn: clock.warn.map(local),
            clock,
            settings,
            marks,
            spans,
        }
    }
}
