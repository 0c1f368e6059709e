//! The arguments of a verb as a form: what a page asks for is what the command line takes, and its help.

use clap::builder::ValueRange;
use clap::{Arg, ArgAction};

use crate::commands::Command;
use crate::process::outcome;
use crate::ticket::{Action, Status};

/// Options that a form has no field for: they are for terminals, scripts and files, or the page sees to them.
const NOT_FIELDS: &[&str] = &[
    "all",
    "all-branches",
    "at",
    "attach",
    "draft",
    "dry-run",
    "edit",
    "file",
    "help",
    "if-match",
    "key",
    "occurrence-of",
    "push",
    "query",
    "replace",
    "resume",
    "suggest",
    "yes",
];

/// A verb's arguments, as a page shows them.
#[derive(Debug, Clone)]
pub struct Form {
    /// What the verb does, in one sentence.
    pub about: String,
    /// The fields, the most usual ones first.
    pub fields: Vec<FormField>,
    takes_if_match: bool,
}

/// A field of a form.
#[derive(Debug, Clone)]
pub struct FormField {
    /// Its name: that of the option, without dashes, or of the argument.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// What it sets.
    pub help: String,
    /// How it is typed.
    pub input: FormInput,
    /// True where the verb cannot do without it.
    pub is_required: bool,
    /// True where several values may be given, with commas between.
    pub is_repeated: bool,
    /// The value that nothing typed means.
    pub default: String,
    is_positional: bool,
}

/// How a field is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormInput {
    /// A line.
    Line,
    /// A text of several lines.
    Text,
    /// One of some words.
    Choice(Vec<String>),
    /// Yes or no.
    Flag,
}

/// A step of the process, and whether it may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepLine {
    /// The verb.
    pub verb: &'static str,
    /// True where the status allows it.
    pub is_allowed: bool,
}

/// The steps that a page offers, in the order of the process; `return` stands for `hand-back`, too.
const STEP_VERBS: &[(Action, &str)] = &[
    (Action::Triage, "triage"),
    (Action::Replicate, "replicate"),
    (Action::Diagnose, "diagnose"),
    (Action::Estimate, "estimate"),
    (Action::Escalate, "escalate"),
    (Action::Return, "return"),
    (Action::Alert, "alert"),
    (Action::Defer, "defer"),
    (Action::Pend, "pend"),
    (Action::Resume, "resume"),
    (Action::Resolve, "resolve"),
    (Action::Close, "close"),
    (Action::Reopen, "reopen"),
];

/// The steps of a ticket in a status, given by its word, from the status table.
#[must_use]
pub fn steps(status: &str) -> Vec<StepLine> {
    let status = Status::parse(status);
    let line = |(action, verb): &(Action, &'static str)| StepLine {
        verb,
        is_allowed: status.is_some_and(|status| outcome(action, status).is_some()),
    };
    STEP_VERBS.iter().map(line).collect()
}

/// The form of a verb, or of a verb below another: `["triage"]`, `["vendor", "add"]`.
#[must_use]
pub fn form(verb: &[&str]) -> Option<Form> {
    let (first, below) = verb.split_first()?;
    let line = Command::describe(clap::Command::new("git-support"), &|name| name == *first);
    let mut found = line.find_subcommand(first)?;
    for name in below {
        found = found.find_subcommand(name)?;
    }
    let is_ticket = |arg: &&Arg| arg.is_positional() && matches!(arg.get_id().as_str(), "ids" | "id");
    let is_field = |arg: &&Arg| {
        (arg.is_positional() || !NOT_FIELDS.contains(&name_of(arg).as_str())) && !arg.is_hide_set()
    };
    let mut fields: Vec<FormField> = found
        .get_arguments()
        .filter(|arg| is_field(arg) && (!is_ticket(arg) || !below.is_empty()))
        .map(field)
        .collect();
    if *first == "estimate" {
        // Its tickets and the effort are one list of words.
        fields.retain(|field| field.name != "words");
        fields.insert(0, effort());
    }
    // What the verb cannot do without, then what is said, then the rest.
    fields.sort_by_key(|field| (!field.is_required, field.name != "message"));
    Some(Form {
        about: found.get_about().map(ToString::to_string).unwrap_or_default(),
        takes_if_match: found.get_arguments().any(|arg| arg.get_long() == Some("if-match")),
        fields,
    })
}

/// The effort of `estimate`, which stands after the tickets.
fn effort() -> FormField {
    FormField {
        name: "effort".to_owned(),
        label: "Effort".to_owned(),
        help: "The expected effort: 90m, 6h, 2d, 1w".to_owned(),
        input: FormInput::Line,
        is_required: true,
        is_repeated: false,
        default: String::new(),
        is_positional: true,
    }
}

fn name_of(arg: &Arg) -> String {
    arg.get_long().unwrap_or(arg.get_id().as_str()).to_owned()
}

fn field(arg: &Arg) -> FormField {
    let values: Vec<String> =
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let is_text = arg.get_value_names().is_some_and(|names| names.iter().any(|name| name == "TEXT"));
    let input = if !arg.get_action().takes_values() {
        FormInput::Flag
    } else if !values.is_empty() {
        FormInput::Choice(values)
    } else if is_text && !matches!(arg.get_id().as_str(), "title" | "environment") {
        FormInput::Text
    } else {
        FormInput::Line
    };
    let many = arg.get_num_args().is_some_and(|range: ValueRange| range.max_values() > 1);
    let default = arg.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
    let name = name_of(arg);
    let help = arg.get_help().map(|help| help_of(&help.to_string())).unwrap_or_default();
    FormField {
        label: label_of(&name),
        help: if name == "message" { String::new() } else { help },
        is_required: arg.is_required_set(),
        is_repeated: (matches!(arg.get_action(), ArgAction::Append) || many) && input != FormInput::Text,
        default: default.unwrap_or_default(),
        is_positional: arg.is_positional(),
        input,
        name,
    }
}

/// The name of a field for people: `follow-up` is "Follow-up".
fn label_of(name: &str) -> String {
    let name = match name {
        "as" => "resolution",
        "what" => "entry to undo",
        "with" => "placeholders of the answer",
        "no-commit" => "why it is fixed without a commit",
        "duplicate-of" => "original ticket",
        "allow-secret" => "write it although it looks like a secret",
        "force" => "override the rule, for the reason in the message",
        name => name,
    };
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The help of an option without what is said of terminals in parentheses.
fn help_of(help: &str) -> String {
    let mut out = String::new();
    let mut rest = help;
    while let Some((before, after)) = rest.split_once(" (") {
        let (inside, behind) = after.split_once(')').unwrap_or((after, ""));
        out.push_str(before);
        if !["repeated", "standard input", "--", "git support"].iter().any(|word| inside.contains(word)) {
            out.extend([" (", inside, ")"]);
        }
        rest = behind;
    }
    out + rest
}

impl Form {
    /// The words that a command line would have: the verb, what was typed into fields, the tickets or names it is about.
    /// Names that the form does not have are left out; `last` is the entry that the reader saw last.
    #[must_use]
    pub fn words(
        &self,
        verb: &[&str],
        targets: &[String],
        values: &[(String, String)],
        last: Option<&str>,
    ) -> Vec<String> {
        let mut words: Vec<String> = verb.iter().map(|word| (*word).to_owned()).collect();
        let mut positional = Vec::new();
        for field in &self.fields {
            for value in field.given(values) {
                if field.is_positional {
                    positional.push(value);
                } else if field.input == FormInput::Flag {
                    words.push(format!("--{}", field.name));
                } else {
                    words.push(format!("--{}={value}", field.name));
                }
            }
        }
        if let Some(last) = last.filter(|_| self.takes_if_match) {
            words.push(format!("--if-match={last}"));
        }
        words.push("--".to_owned());
        // An entry to undo stands in the place of the ticket.
        if verb != ["undo"] || positional.is_empty() {
            words.extend(targets.iter().cloned());
        }
        words.extend(positional);
        words
    }
}

impl FormField {
    /// What was typed into it: nothing where it was left empty.
    fn given(&self, values: &[(String, String)]) -> Vec<String> {
        let typed = values.iter().filter(|(name, _)| *name == self.name);
        let typed =
            typed.map(|(_, value)| value.replace("\r\n", "\n")).filter(|value| !value.trim().is_empty());
        if self.is_repeated && self.name != "with" {
            let parts = typed.flat_map(|value| {
                value.split([',', '\n']).map(|part| part.trim().to_owned()).collect::<Vec<_>>()
            });
            return parts.filter(|part| !part.is_empty()).collect();
        }
        // A dash alone would mean standard input.
        let text = |value: String| if value.trim() == "-" { "-\n".to_owned() } else { value };
        let is_text = self.input == FormInput::Text;
        typed.map(|value| if is_text { text(value) } else { value.trim().to_owned() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_step_has_a_form_and_every_step_of_the_table_a_verb() {
        for (_, verb) in STEP_VERBS {
            assert!(form(&[verb]).is_some_and(|form| !form.about.is_empty()), "{verb}");
        }
        for action in crate::process::STEPS {
            let has_verb = STEP_VERBS.iter().any(|(known, _)| known == action);
            assert!(has_verb || *action == Action::HandBack, "{action:?}");
        }
    }

    #[test]
    fn help_is_for_people_without_a_terminal() {
        assert_eq!(help_of("Set the diagnosis (- for standard input)"), "Set the diagnosis");
        assert_eq!(help_of("Add a label (can be repeated)"), "Add a label");
        assert_eq!(help_of("Set it: 3d (working days), 12h"), "Set it: 3d (working days), 12h");
    }

    #[test]
    fn what_is_typed_stays_a_value() {
        let escalate = form(&["escalate"]).unwrap();
        let values = typed(&[
            ("requirements", "--force"),
            ("message", "-"),
            ("file", "/etc/passwd"),
            ("query", "is:open"),
            ("to", " me "),
        ]);
        let words = escalate.words(&["escalate"], &["e355".to_owned()], &values, Some("xdtyk66f"));
        let expected = [
            "escalate",
            "--message=-\n",
            "--requirements=--force",
            "--to=me",
            "--if-match=xdtyk66f",
            "--",
            "e355",
        ];
        assert_eq!(words, expected);
    }

    #[test]
    fn several_values_stand_with_commas_and_names_come_last() {
        let triage = form(&["triage"]).unwrap();
        let words = triage.words(&["triage"], &["e355".to_owned()], &typed(&[("label", "a, b,,")]), None);
        assert_eq!(words, ["triage", "--label=a", "--label=b", "--", "e355"]);
        let estimate = form(&["estimate"]).unwrap();
        let words = estimate.words(&["estimate"], &["e355".to_owned()], &typed(&[("effort", "2d")]), None);
        assert_eq!(words, ["estimate", "--", "e355", "2d"]);
        assert!(estimate.fields.iter().all(|field| field.name != "words"));
        let undo = form(&["undo"]).unwrap();
        let words = undo.words(&["undo"], &["e355".to_owned()], &typed(&[("what", "xdtyk66f")]), None);
        assert_eq!(words, ["undo", "--", "xdtyk66f"]);
        let set = form(&["config", "set"]).unwrap();
        let words = set.words(&["config", "set"], &[], &typed(&[("value", "-x"), ("key", "branch")]), None);
        assert_eq!(words, ["config", "set", "--", "branch", "-x"]);
    }
}
