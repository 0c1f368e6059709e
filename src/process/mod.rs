//! What may happen to a ticket, and what record it leaves. Pure rules: no git, no files, no clock.
//!
//! [`decide()`] answers a [`Request`] with the step to apply, or with a [`Refusal`] that says what is
//! missing and how to supply it. [`open()`] does the same for a ticket that does not exist yet.

mod acceptance;
mod agreement;
mod answer;
pub mod audit;
mod calendar;
mod clock;
mod customer;
mod decide;
mod fingerprint;
mod fix;
mod follow_up;
mod inbox;
mod incoming;
mod known;
mod lanes;
mod lent;
mod level_checks;
mod limits;
mod listed;
mod mail_settings;
mod mentioned;
mod message;
mod named_paths;
mod outcome;
mod outside;
mod own;
mod policy;
mod problem;
mod purge;
mod queue;
mod redaction;
mod refusal;
mod release;
mod request;
mod results;
mod rings;
mod rules;
mod same_names;
mod secrets;
mod setting_keys;
mod settings;
mod side_doors;
mod similar;
mod steps;
mod suggest;
mod table;
mod taking_back;
mod team;
mod test_history;
mod tree;
mod vacancy;
mod vendor;
mod vendor_answers;
mod wrong;

pub use acceptance::Acceptance;
pub use agreement::{Agreement, Agreements, Period};
pub use answer::{Answer, PLACEHOLDERS, is_placeholder};
pub use calendar::{
    ALWAYS, Calendar, Hours, Span, Zone, left_without_hours, no_more_always, read_calendar, typed_hours,
};
pub use clock::{
    Clock, ClockBook, ClockKind, ClockRules, Event, EventKind, Gap, Judged, LevelChange, NoHistory, Reason,
    Skew, State as ClockState, Target, TicketHistory, Wait, Why, at_levels, earliest, first_response,
    measured_text, replay, skew_before, skews, span_text, standing,
};
pub use customer::{reporter, speaker};
pub use decide::{Decision, Opened, decide, open};
pub use fingerprint::{Grouping, checksum, stable_message, test_number};
pub use follow_up::FollowUp;
pub use inbox::{Concern, InboxItem, InboxReader, InboxReason};
pub use incoming::{
    FACTS, Incoming, IncomingEntry, IncomingIssue, LongText, NewTicket, attached_mark, end_mark,
    state_brought, update_mark,
};
pub use known::{KNOWN_ERROR, KnownError, Wanted, is_known_error, known_errors, workaround};
pub use lanes::{is_lane_of, standing_sightings};
pub use lent::is_put_back;
pub use limits::LIMITS;
pub use listed::{Branches, Listed, Queued, Record};
pub use mail_settings::MailSettings;
pub use mentioned::{begun_mention, mention_names};
pub use message::{Message, MessageFile, MessageKind, entry_of_key, key_of, message_id, named_by_message_id};
pub use named_paths::paths_named;
pub use outcome::{FailureOutput, Outcome, TestResult};
pub use outside::for_outside;
pub use policy::Policy;
pub use problem::{Problem, ProblemLevel};
pub use purge::purge;
pub use queue::{Blockers, Rank, held_by_any, is_overdue, queue, ranks};
pub use redaction::redact;
pub use refusal::Refusal;
pub use release::{Mark, Release, is_unsupported};
pub use request::{
    Actor, Assignee, Changes, Deferral, FieldChange, FixStatus, ProcessAction, Request, RequestKind,
    ResolutionRequest,
};
pub use results::{DOCTEST, FailureGroup, MAX_NAMED, Results};
pub use rings::{lacks_original, rings};
pub use rules::Rules;
pub use secrets::{
    names_a_secret, secret_in, secrets_given, secrets_in, without_known, without_secrets,
    words_without_secrets,
};
pub use setting_keys::{
    SETTINGS, Setting, has_newer_schema, hours_key, is_of_clocks, open_groups, own_settings, setting_node,
    setting_value, unknown_keys, unknown_setting,
};
pub use settings::Settings;
pub use similar::similar;
pub use suggest::{Suggestion, suggest};
pub use table::{STEPS, legal_steps, outcome};
pub use team::{Member, Owners, Role, Team, mailmap_addresses};
pub use test_history::{State, TestHistory};
pub use tree::{TreeNode, tree};
pub use vacancy::vacancies;
pub use vendor::{Vendor, percentile};
pub use vendor_answers::VendorAnswers;
pub use wrong::no_target;
