//! Vendors: outside suppliers, and the managed service provider, one file each under `.support/vendors/`.

use crate::process::setting_keys::schema_problem;
use crate::ticket::{Node, address_problem, parse_span, visible};

/// A vendor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vendor {
    /// The name: that of the file.
    pub name: String,
    /// True for the managed service provider, who runs the infrastructure.
    pub is_msp: bool,
    /// The address to write to.
    pub email: Option<String>,
    /// The page to file cases on.
    pub url: Option<String>,
    /// The number to call.
    pub phone: Option<String>,
    /// The contract's reference.
    pub contract: Option<String>,
    /// How long they may take to answer: `8h`, `2d`.
    pub response: Option<String>,
    /// When they can be reached.
    pub hours: Option<String>,
    /// The calendar of the settings in whose hours their time to answer counts; every hour, without one.
    pub calendar: Option<String>,
    /// What they cover: paths and names of dependencies.
    pub covers: Vec<String>,
}

impl Vendor {
    /// The keys of the file.
    pub const KEYS: &'static [&'static str] =
        &["schema", "msp", "email", "url", "phone", "contract", "response", "hours", "calendar", "covers"];

    /// The fields that hold one text, with their values.
    pub fn texts(&mut self) -> [(&'static str, &mut Option<String>); 7] {
        [
            ("email", &mut self.email),
            ("url", &mut self.url),
            ("phone", &mut self.phone),
            ("contract", &mut self.contract),
            ("response", &mut self.response),
            ("hours", &mut self.hours),
            ("calendar", &mut self.calendar),
        ]
    }

    /// Takes the value of a field away; false for a name that no field has.
    pub fn clear(&mut self, field: &str) -> bool {
        match field {
            "msp" => self.is_msp = false,
            "covers" => self.covers.clear(),
            _ => match self.texts().into_iter().find(|(key, _)| *key == field) {
                Some((_, value)) => *value = None,
                None => return false,
            },
        }
        true
    }

    /// The fields that can be cleared: all but what the file's layout needs.
    pub fn fields() -> impl Iterator<Item = &'static str> {
        Self::KEYS.iter().copied().filter(|key| *key != "schema")
    }

    /// Reads the content of a vendor's file.
    ///
    /// # Errors
    /// The key, and what is wrong with its value.
    pub fn read(name: &str, file: &Node) -> Result<Self, (String, String)> {
        if let Some(problem) = schema_problem(file) {
            return Err(("schema".to_owned(), problem));
        }
        let mut vendor = Self { name: name.to_owned(), ..Self::default() };
        for (key, place) in vendor.texts() {
            *place = match file.at(key) {
                None | Some(Node::Null) => None,
                Some(Node::Text(text)) => Some(text.clone()),
                Some(_) => return Err((key.to_owned(), "is not text (put it in quotes)".to_owned())),
            };
        }
        if let Some(problem) = vendor.email.as_deref().and_then(address_problem) {
            return Err(("email".to_owned(), problem));
        }
        if let Some(problem) = vendor.url.as_deref().and_then(url_problem) {
            return Err(("url".to_owned(), problem));
        }
        if let Some(phone) = vendor.phone.as_ref().filter(|phone| !is_phone(phone)) {
            let problem =
                format!("'{}' is not a valid telephone number (use +61 7 5550 0100)", visible(phone));
            return Err(("phone".to_owned(), problem));
        }
        if let Some(response) = vendor.response.as_ref().filter(|response| parse_span(response).is_none()) {
            let problem = format!("'{response}' is not a valid duration (use 30m, 8h or 2d)");
            return Err(("response".to_owned(), problem));
        }
        vendor.is_msp = match file.at("msp") {
            None => false,
            Some(Node::Bool(is_msp)) => *is_msp,
            Some(_) => return Err(("msp".to_owned(), "is neither true nor false".to_owned())),
        };
        vendor.covers = match file.at("covers") {
            Some(Node::List(items)) => items.iter().map(Node::to_string).collect(),
            None => Vec::new(),
            Some(_) => return Err(("covers".to_owned(), "is not a list".to_owned())),
        };
        Ok(vendor)
    }

    /// The content of the vendor's file.
    #[must_use]
    pub fn to_node(&self) -> Node {
        let mut pairs = vec![("schema", Node::Number("1".to_owned()))];
        if self.is_msp {
            pairs.push(("msp", Node::Bool(true)));
        }
        let mut own = self.clone();
        for (key, text) in own.texts() {
            pairs.extend(text.take().map(|text| (key, Node::Text(text))));
        }
        if !self.covers.is_empty() {
            pairs.push(("covers", Node::texts(self.covers.clone())));
        }
        Node::map(pairs)
    }

    /// How they can be reached; a vendor without a channel cannot be deferred to.
    #[must_use]
    pub fn channels(&self) -> Vec<(&'static str, &str)> {
        [("email", &self.email), ("url", &self.url), ("phone", &self.phone)]
            .into_iter()
            .filter_map(|(name, value)| value.as_deref().map(|value| (name, value)))
            .collect()
    }

    /// True for a name that a file may have: lower-case letters, digits and dashes.
    #[must_use]
    pub fn is_name(name: &str) -> bool {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        (1..=40).contains(&name.len()) && name.chars().all(plain) && !name.starts_with('-')
    }
}

/// What is wrong with the address of a page; `None` for one that a browser opens and nothing else.
fn url_problem(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>\"`\\^{|}".contains(c);
    let is_good = rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_alphanumeric() || c == '[') && visible(text) == text
    });
    let problem = format!("'{}' is not a valid URL (use https://support.example.com)", visible(text));
    (!is_good || text.contains(is_odd)).then_some(problem)
}

/// True for what people write as a telephone number, an extension in words included.
fn is_phone(text: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || " +-./()#*".contains(c);
    text.chars().all(plain) && text.chars().any(|c| c.is_ascii_digit())
}

/// The value below which a share of sorted values lies, in percent: the nearest rank. Half of an even number of values lies
/// below what is between the two in the middle.
#[must_use]
pub fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let half = sorted.len() / 2;
    if percent == 50
        && sorted.len().is_multiple_of(2)
        && let (Some(lower), Some(upper)) =
            (half.checked_sub(1).and_then(|at| sorted.get(at)), sorted.get(half))
    {
        return Some(lower.midpoint(*upper));
    }
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_leads_nowhere_else() {
        for url in ["https://support.example.com/new?a=b#c", "HTTP://x.example", "https://[::1]:8443/"] {
            assert_eq!(url_problem(url), None, "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//x.example",
            "x.example",
            "https://",
            "https:// x",
            "https://x\n.example",
            "https://x\"onclick=",
            "ssh://x",
            "https://\u{202e}x",
        ] {
            assert!(url_problem(url).is_some(), "{url}");
        }
        for phone in ["+61 7 5550 0100", "(07) 5550-0100 ext. 2", "*31#5550100"] {
            assert!(is_phone(phone), "{phone}");
        }
        assert!(!is_phone("call us") && !is_phone("tel:1;ext=<2>"));
        for email in ["help@paygate.example", "o'neil+x@a.example", "41898282+bot[bot]@users.example"] {
            assert_eq!(address_problem(email), None, "{email}");
        }
        for email in [
            "a,b@x.example",
            "a@x.example%0d%0aBcc:%20all@x.example",
            "a b@x.example",
            "<a@x.example>",
            "a@b@c",
            "a",
            "@x",
            "a@",
            "a@x;b",
            "\"a b\"@x.example",
            "a\u{200b}@x.example",
        ] {
            assert!(address_problem(email).is_some(), "{email}");
        }
    }

    #[test]
    fn percentiles_are_values_that_occurred_or_between_the_two_in_the_middle() {
        let times = [1, 2, 3, 4, 100];
        assert_eq!((percentile(&times, 50), percentile(&times, 90)), (Some(3), Some(100)));
        assert_eq!(percentile(&[], 50), None);
        assert_eq!((percentile(&[600, 1200], 50), percentile(&[600, 1200], 90)), (Some(900), Some(1200)));
        assert_eq!(percentile(&[1, 2, 4, 10], 50), Some(3));
        assert_eq!(percentile(&[7], 90), Some(7));
    }
}
