//! What trackers call the parts of an issue: members of objects, and headings of tables.

/// What it is about.
pub(super) const TITLE: &[&str] = &["title", "Summary", "summary", "Title", "Subject"];
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
    "Opened",
    "Reported",
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
pub(super) const ASSIGNEES: &[&str] =
    &["assignees", "assignee", "Assignee", "owner", "Owner", "Assigned to", "Assigned To"];
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
    "Reported by",
    "Reported By",
    "Submitter",
];
/// The releases it affects.
pub(super) const AFFECTS: &[&str] = &["affects", "Affects versions", "Affects Version/s"];
/// Its kind.
pub(super) const KIND: &[&str] = &["issue_type", "Issue Type", "type", "Type"];
/// How grave it is.
pub(super) const SEVERITY: &[&str] = &["severity", "Severity", "priority", "Priority"];
/// Where it stands.
pub(super) const STATE: &[&str] = &["state", "status", "Status", "State"];
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
    "Resolved at",
    "Resolved At",
    "closed",
    "Closed",
];
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
];
/// Why it ended.
pub(super) const REASON: &[&str] =
    &["state_reason", "stateReason", "close_reason", "Resolution", "resolution"];
/// The one that it is part of.
pub(super) const PARENT: &[&str] =
    &["Parent key", "Parent", "Parent id", "Epic Link", "Custom field (Epic Link)"];

/// What no field of ours has, each under the name by which it is kept.
pub(super) const FACTS: &[(&str, &[&str])] = &[
    ("milestone", &["milestone", "Milestone"]),
    ("fixed in", &["Fix versions", "Fix Version/s", "fixed_in"]),
    ("components", &["Component/s", "Components", "components"]),
    ("due", &["due_date", "Due date", "Due Date", "due_at", "dueDate"]),
    ("sprint", &["Sprint", "iteration"]),
    ("estimate", &["estimated_minutes", "time_estimate", "Original estimate", "Story Points"]),
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
    "Updated",
    "updated",
    "updated_at",
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

/// The names that a column can be told to be.
pub(super) fn fields() -> Vec<&'static str> {
    let all = [
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
    all.into_iter().chain(FACTS.iter().map(|(_, names)| *names)).flatten().copied().collect()
}

/// True for a heading that is read, or says nothing: the cells under any other are kept as they are.
pub(super) fn is_read(heading: &str) -> bool {
    heading.trim().is_empty()
        || heading.starts_with(OUTWARD)
        || heading.starts_with(INWARD)
        || NOISE.contains(&heading)
        || fields().contains(&heading)
}

/// The name under which a row has the cells of columns that no field is read from: no heading has it.
pub(super) const UNREAD: &str = "\0unread";
