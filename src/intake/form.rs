//! The form that an editor shows: `field: value` lines, a line of dashes, a text; below a scissors
//! line, help that is not read.

use crate::intake::draft::{SCISSORS, members, members_line, without_help};
use crate::ticket::{Field, Kind, Node, nearest};

const RULE: &str = "---";

/// What somebody wrote into a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The fields with a value; `None` for one that was emptied.
    pub fields: Vec<(Field, Option<Node>)>,
    /// The text below the dashes; `None` where they are gone.
    pub text: Option<String>,
}

/// A form with values filled in, and what stands below the scissors line.
#[must_use]
pub fn fill_in(fields: &[(Field, Option<Node>)], text: &str, help: &str) -> String {
    let mut out = String::new();
    for (field, value) in fields {
        let value = match value {
            Some(Node::List(list)) => members_line(list.iter().filter_map(Node::as_text)),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        out.push_str(format!("{}: {value}", field.name()).trim_end());
        out.push('\n');
    }
    out.push_str(RULE);
    out.push('\n');
    out.push_str(text);
    if !text.is_empty() && !text.ends_with('\n') {
        out.push('\n');
    }
    out.push('\n');
    out.push_str(SCISSORS);
    out.push('\n');
    out.push_str(&commented(help));
    out.push('\n');
    out
}

/// Help as it stands below the form, each line behind a sign.
fn commented(help: &str) -> String {
    help.lines().map(|line| format!("# {line}")).collect::<Vec<_>>().join("\n")
}

/// Reads a form that was filled in; `help` is what stood below it.
///
/// # Errors
/// The line that is no field, with the nearest field's name.
pub fn read_form(text: &str, known: &[Field], help: &str) -> Result<Form, String> {
    let text = &*without_help(text, &commented(help));
    let (head, body) = match text.split_once(&format!("\n{RULE}\n")) {
        Some((head, body)) => (head, Some(body)),
        None => match text.trim_end().strip_suffix(RULE) {
            Some(head) => (head, Some("")),
            None => (text, None),
        },
    };
    let mut fields = Vec::new();
    for (number, line) in head.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let at = number + 1;
        let (name, value) =
            line.split_once(':').ok_or(format!("line {at}: '{line}' is not 'field: value'"))?;
        let field = Field::parse(name.trim());
        if !known.contains(&field) {
            let names: Vec<String> = known.iter().map(Field::name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let meant = nearest(name.trim(), &names).map(|near| format!("; did you mean '{near}'?"));
            return Err(format!("line {at}: unknown field '{}'{}", name.trim(), meant.unwrap_or_default()));
        }
        let value = value.trim();
        let value = match field.kind() {
            _ if value.is_empty() => None,
            Kind::Members => Some(Node::texts(members(value))),
            Kind::Value | Kind::Text => Some(Node::text(value)),
        };
        fields.push((field, value));
    }
    let text = body.map(|body| body.trim_matches('\n')).map(|body| match body.trim().is_empty() {
        true => String::new(),
        false => format!("{body}\n"),
    });
    Ok(Form { fields, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_read_back() {
        let fields = vec![
            (Field::Title, Some(Node::text("Card: fails"))),
            (Field::Severity, None),
            (Field::Labels, Some(Node::texts(["a", "b,c"]))),
        ];
        let known: Vec<Field> = fields.iter().map(|(field, _)| field.clone()).collect();
        let form = fill_in(&fields, "First.\n\nSecond.\n", "help");
        assert_eq!(
            read_form(&form, &known, "help"),
            Ok(Form { fields, text: Some("First.\n\nSecond.\n".to_owned()) })
        );
    }

    #[test]
    fn an_unknown_field_names_the_nearest() {
        let refused = read_form("title: x\nseverty: minor\n---\n", &[Field::Title, Field::Severity], "help");
        assert_eq!(refused, Err("line 2: unknown field 'severty'; did you mean 'severity'?".to_owned()));
    }
}
