//! Pieces of XML, read so that no report is lost for one that is written wrongly.

use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesRef, BytesStart};

/// An attribute's value. One that is written wrongly is taken as it stands: no report is lost for it.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|one| local(one.key.as_ref()) == name)?;
    let value = unescape(&found.value).map_or_else(|_| found.value.to_string(), std::borrow::Cow::into_owned);
    Some(value)
}

/// A name without the prefix of its namespace.
pub(super) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// What an entity stands for. One that XML does not allow is a replacement character; an unknown one stays.
pub(super) fn resolved(reference: &BytesRef<'_>) -> String {
    let name: &str = reference;
    if let Some(text) = resolve_predefined_entity(name) {
        return text.to_owned();
    }
    let number = name.strip_prefix("#x").map_or_else(
        || name.strip_prefix('#').and_then(|digits| digits.parse().ok()),
        |digits| u32::from_str_radix(digits, 16).ok(),
    );
    match number {
        Some(number) => char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER).to_string(),
        None => format!("&{name};"),
    }
}
