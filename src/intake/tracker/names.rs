//! What trackers call the parts of an issue: members of objects, and headings of tables.

use crate::intake::tracker::words::Kind;

/// What it is about.
pub(super) const TITLE: &[&str] = &["title", "Summary", "summary", "Subject", "short_desc", "Title"];
/// When it was opened.
pub(super) const CREATED: &[&str] = &[
    "created_at",
    "createdAt",
    "create_time",
    "created",
    "Created",
    "Created At",
    "Created at",
    "Created At (UTC)",
    "Created time",
    "Created Time",
    "Created on",
    "Created On",
    "Created date",
    "Created Date",
    "Date created",
    "Date Created",
    "Creation date",
    "Opened",
    "Opened at",
    "Opened At",
    "Reported",
    "Submitted",
    "opendate",
    "Date",
];
/// What tells one issue from another.
pub(super) const IDENTITY: &[&str] = &[
    "html_url",
    "url",
    "web_url",
    "Issue key",
    "key",
    "Key",
    "id",
    "ID",
    "Id",
    "Issue ID",
    "Issue id",
    "Issue Id",
    "human_id",
    "Bug ID",
    "Bug Id",
    "bug_id",
    "Ticket ID",
    "Ticket Id",
    "Ticket id",
    "ticket_id",
    "Ticket Number",
    "Case Number",
    "number",
    "Number",
    "iid",
    "#",
];
/// What was said.
pub(super) const COMMENTS: &[&str] = &["comments", "notes", "Comment"];
/// The whole story.
pub(super) const DESCRIPTION: &[&str] = &["body", "description", "Description", "Body"];
/// Words to find it by.
pub(super) const LABELS: &[&str] = &["labels", "Labels", "label", "tags", "Tags", "label_links"];
/// Who works on it.
pub(super) const ASSIGNEES: &[&str] = &[
    "assignees",
    "assignee",
    "Assignee",
    "owner",
    "Owner",
    "Assigned to",
    "Assigned To",
    "assigned_to",
    "Agent",
];
/// Who told it.
pub(super) const REPORTER: &[&str] = &[
    "author",
    "user",
    "Reporter",
    "reporter",
    "creator",
    "created_by",
    "Author",
    "Creator",
    "author_id",
    "Customer",
    "Requestors",
    "Requestor",
    "Requester",
    "Requester name",
    "Requester Name",
    "Reported by",
    "Reported By",
    "Opened by",
    "Opened By",
    "Created by",
    "Created By",
    "Submitter",
    "Full name",
    "Full Name",
    "Contact",
    "Contact name",
    "Contact Name",
];
/// The address of who told it, where the name is in a column of its own.
pub(super) const REPORTER_EMAIL: &[&str] = &[
    "Reporter email",
    "Reporter Email",
    "Requester email",
    "Requester Email",
    "Customer email",
    "Customer Email",
    "Contact email",
    "Contact Email",
    "Email",
    "E-mail",
    "Email address",
    "Email Address",
];
/// The address of who works on it, where the name is in a column of its own.
pub(super) const ASSIGNEE_EMAIL: &[&str] =
    &["Assignee email", "Assignee Email", "Agent email", "Agent Email", "Owner email", "Owner Email"];
/// The releases it affects.
pub(super) const AFFECTS: &[&str] = &["affects", "Affects versions", "Affects Version/s"];
/// Its kind.
pub(super) const KIND: &[&str] =
    &["issue_type", "Issue Type", "Issue type", "type", "Type", "Ticket type", "Ticket Type", "Tracker"];
/// How grave it is.
pub(super) const SEVERITY: &[&str] = &["severity", "Severity", "bug_severity", "priority", "Priority"];
/// Where it stands.
pub(super) const STATE: &[&str] = &["state", "status", "Status", "State", "bug_status"];
/// When it ended.
pub(super) const ENDED: &[&str] = &[
    "closed_at",
    "closedAt",
    "Resolved",
    "resolved",
    "resolutiondate",
    "deleted_at",
    "edit_time",
    "Closed at",
    "Closed At",
    "Closed At (UTC)",
    "Close date",
    "Closed time",
    "Closed Time",
    "Closed on",
    "Closed On",
    "Date closed",
    "Date Closed",
    "Resolved at",
    "Resolved At",
    "Resolved time",
    "Resolved Time",
    "Solved at",
    "closed",
    "Closed",
];
/// Headings under which some tables say when it ended, and others that it did.
pub(super) const PERHAPS_ENDED: &[&str] = &["Completed", "Canceled", "Cancelled"];
/// Who ended it.
pub(super) const CLOSER: &[&str] = &["closed_by", "closedBy"];
/// When it changed last.
pub(super) const UPDATED: &[&str] = &[
    "updated_at",
    "updatedAt",
    "Updated",
    "updated",
    "Updated at",
    "Updated At",
    "Updated At (UTC)",
    "LastUpdated",
    "Last updated",
    "Last updated time",
    "Last update time",
    "Updated on",
    "Updated On",
    "Changed",
    "changeddate",
    "Modified",
    "Last modified",
];
/// Why it ended.
pub(super) const REASON: &[&str] =
    &["state_reason", "stateReason", "close_reason", "Resolution", "resolution"];
/// The one that it is part of.
pub(super) const PARENT: &[&str] = &[
    "Parent key",
    "Parent",
    "Parent id",
    "Parent task",
    "Parent issue",
    "Epic Link",
    "Custom field (Epic Link)",
];

/// What no field of ours has, each under the name by which it is kept.
pub(super) const FACTS: &[(&str, &[&str])] = &[
    ("milestone", &["milestone", "Milestone"]),
    ("fixed in", &["Fix versions", "Fix Version/s", "fixed_in"]),
    ("components", &["Component/s", "Components", "components"]),
    ("due", &["due_date", "Due date", "Due Date", "due_at", "dueDate"]),
    ("sprint", &["Sprint", "iteration"]),
    ("estimate", &["estimated_minutes", "time_estimate", "Original estimate", "Story Points"]),
    ("epic", &["epic"]),
    ("health", &["health_status"]),
    ("start", &["start_date", "Start date", "Start Date"]),
    ("projects", &["projectItems", "projectCards"]),
    ("deleted by", &["deleted_by"]),
    ("deleted because", &["delete_reason"]),
    ("specification", &["spec_id"]),
    ("deferred until", &["defer_until"]),
    ("metadata", &["metadata"]),
    ("environment", &["Environment"]),
    ("acceptance", &["acceptance_criteria", "Acceptance Criteria"]),
    ("design", &["design"]),
    ("notes", &["close_note", "closed_note"]),
    ("see", &["external_ref"]),
    ("weight", &["weight", "Weight"]),
    ("reply to", &["service_desk_reply_to"]),
    ("moved to", &["moved_to_id"]),
];

/// Headings whose cells say nothing of the issue itself, or change whenever somebody looks at it.
const NOISE: &[&str] = &[
    "Last Viewed",
    "Issue id",
    "Parent id",
    "Votes",
    "Work Ratio",
    "Status Category",
    "Project key",
    "Project name",
    "Project type",
    "Project lead",
    "Project lead id",
    "Project description",
    "Project url",
];

/// The fields that take one value, by their names, where several columns may be it.
pub(super) const ONE_VALUE: [&[&str]; 10] =
    [TITLE, DESCRIPTION, IDENTITY, CREATED, REPORTER, KIND, SEVERITY, STATE, ENDED, REASON];
/// The fields that take all values of one column.
pub(super) const ALL_VALUES: [&[&str]; 3] = [LABELS, ASSIGNEES, AFFECTS];

/// True for a heading under which a table has others that an issue goes with: the heading says how, or each cell.
pub(super) fn is_of_links(heading: &str) -> bool {
    heading.eq_ignore_ascii_case(RELATED) || Kind::Link.has(heading)
}

/// Where Redmine has others with how the issue goes with them: `Duplicates #31`.
pub(super) const RELATED: &str = "Related issues";

/// What is before the kind of a link in a heading of Jira's.
pub(super) const OUTWARD: &str = "Outward issue link (";
/// The same, from the other end.
pub(super) const INWARD: &str = "Inward issue link (";

/// A field as `--map` names it: ours, where an object of a forge means another thing by it.
pub(super) fn field_told(name: &str) -> &str {
    match name {
        "closed" => "closedAt",
        "parent" => "Parent",
        name => name,
    }
}

/// The fields, each by its names.
const FIELDS: [&[&str]; 15] = [
    TITLE,
    CREATED,
    IDENTITY,
    COMMENTS,
    DESCRIPTION,
    LABELS,
    ASSIGNEES,
    REPORTER,
    AFFECTS,
    KIND,
    SEVERITY,
    STATE,
    ENDED,
    REASON,
    PARENT,
];

/// The names that a column can be told to be.
pub(super) fn fields() -> Vec<&'static str> {
    FIELDS.into_iter().chain(FACTS.iter().map(|(_, names)| *names)).flatten().copied().collect()
}

/// All names of the field that has a name.
pub(super) fn names_of(field: &str) -> &'static [&'static str] {
    FIELDS.into_iter().find(|names| names.contains(&field)).unwrap_or_default()
}

/// True for a heading that is read, or says nothing: the cells under any other are kept as they are.
pub(super) fn is_read(heading: &str) -> bool {
    heading.starts_with(OUTWARD)
        || heading.starts_with(INWARD)
        || is_noise(heading)
        || is_of_links(heading)
        || REPORTER_EMAIL.contains(&heading)
        || ASSIGNEE_EMAIL.contains(&heading)
        || UPDATED.contains(&heading)
        || fields().contains(&heading)
}

/// True for a heading whose cells say nothing of the issue itself.
pub(super) fn is_noise(heading: &str) -> bool {
    NOISE.contains(&heading)
}

/// The name under which a row has the cells of columns that no field is read from: no heading has it.
pub(super) const UNREAD: &str = "\0unread";
