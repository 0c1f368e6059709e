//! Two versions of a YAML file made one, value by value: two people may each add somebody to one list.

use std::collections::BTreeMap;

use crate::ticket::node::Node;
use crate::ticket::yaml;
use crate::ticket::yaml_text::{list_in_text, set_in_text};

/// The key that tells the records of a list apart.
const NAME: &str = "name";

/// Values that are one whatever they hold: hours of which each side changed some are hours that nobody meant.
const WHOLE: &[&str] = &["hours"];
/// The list that is one value where nothing was written: of its default, each side left out what the other may have kept.
const DEFAULTED: &[&str] = &["pause"];

/// Both sides set one value otherwise: the keys and names that lead to it, the last one first.
#[derive(Default)]
struct Contested(Vec<String>);

impl Contested {
    /// The same value, as what holds it under a key or a name has it.
    fn under(mut self, key: &Node) -> Self {
        self.0.extend(key.as_text().map(str::to_owned));
        self
    }
}

/// One text of two that came from one (`base`, empty where there was none): what only one side changed is taken, of a mapping
/// each key, of a list each item, of records with names each key of a record. `None` where both sides set one value
/// otherwise, where a comment would be lost, or for what is no YAML.
#[must_use]
pub fn merge_yaml(base: &str, ours: &str, theirs: &str) -> Option<String> {
    // Where the text of one side cannot take what the other has without losing a comment, the other's may.
    onto(base, ours, theirs).or_else(|| onto(base, theirs, ours))
}

/// The first value that both sides set otherwise, as its keys and names lead to it (`policy.signed_commits`,
/// `people.Bo.roles`); none where there is no such value, or no YAML.
#[must_use]
pub fn contested_value(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let read = |text: &str| yaml::parse(text).ok();
    let contested = value(read(base).as_ref(), read(ours).as_ref(), read(theirs).as_ref()).err()?;
    let keys: Vec<String> = contested.0.into_iter().rev().collect();
    (!keys.is_empty()).then(|| keys.join("."))
}

/// The text of one side with what the other side changed.
fn onto(base: &str, text: &str, other: &str) -> Option<String> {
    let read = |text: &str| yaml::parse(text).ok();
    let (before, ours, theirs) = (read(base)?, read(text)?, read(other)?);
    let (Node::Map(had), Node::Map(_)) = (&ours, &theirs) else { return None };
    let merged = value(Some(&before), Some(&ours), Some(&theirs)).ok()??;
    let Node::Map(has) = &merged else { return None };
    let mut new = text.to_owned();
    for (key, _) in had {
        let key = key.as_text()?;
        if merged.at(key).is_none() {
            new = set_in_text(&new, key, None).ok()?;
        }
    }
    for (key, value) in has {
        let key = key.as_text()?;
        new = match value {
            _ if ours.at(key) == Some(value) => new,
            Node::List(items) => list_in_text(&new, key, items).ok()?,
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) | Node::Map(_) => {
                set_in_text(&new, key, Some(value.clone())).ok()?
            }
        };
    }
    let is_whole = read(&new).as_ref() == Some(&merged)
        && comments(text).all(|comment| new.contains(comment))
        && comments(other).all(|comment| base.contains(comment) || new.contains(comment));
    is_whole.then_some(new)
}

/// What each line of a text has from a sign on that may begin a comment.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.find('#').and_then(|place| line.get(place..)))
}

/// A value as both sides together have it; none where it is gone.
fn value(base: Option<&Node>, ours: Option<&Node>, theirs: Option<&Node>) -> Result<Option<Node>, Contested> {
    if ours == theirs || theirs == base {
        return Ok(ours.cloned());
    }
    if ours == base {
        return Ok(theirs.cloned());
    }
    match (base, ours, theirs) {
        (None | Some(Node::Null | Node::Map(_)), Some(Node::Map(ours)), Some(Node::Map(theirs))) => {
            let base = if let Some(Node::Map(base)) = base { base.as_slice() } else { &[] };
            let key = |pair: &(Node, Node)| pair.0.clone();
            let pairs = keyed([base, ours, theirs], &key, &|sides| {
                let [base, ours, theirs] = sides.map(|pair| pair.map(|(_, value)| value));
                let key = sides.into_iter().flatten().next().map(key);
                let is_whole = key
                    .as_ref()
                    .and_then(Node::as_text)
                    .is_some_and(|key| WHOLE.contains(&key) || (base.is_none() && DEFAULTED.contains(&key)));
                if is_whole && [ours, theirs].iter().all(|side| *side != base) && ours != theirs {
                    return Err(Contested::default());
                }
                Ok(key.zip(value(base, ours, theirs)?))
            })?;
            Ok(Some(Node::Map(pairs)))
        }
        (None | Some(Node::Null | Node::List(_)), Some(Node::List(ours)), Some(Node::List(theirs))) => {
            let base = if let Some(Node::List(base)) = base { base.as_slice() } else { &[] };
            let key = |item: &Node| item.at(NAME).unwrap_or(item).clone();
            let items = keyed([base, ours, theirs], &key, &|sides| match sides {
                // Two people of one name are not one with the addresses of both.
                [None, Some(ours), Some(theirs)] if ours != theirs => Err(Contested::default()),
                [base, ours, theirs] => value(base, ours, theirs),
            })?;
            Ok(Some(Node::List(items)))
        }
        _ => Err(Contested::default()),
    }
}

/// Makes one item of what stood before, and on both sides.
type Merge<'a, T> = dyn Fn([Option<&T>; 3]) -> Result<Option<T>, Contested> + 'a;

/// The items that both sides together have, in our order, then what they added. Two of one key, and an order that a side
/// changed, are for people to settle.
fn keyed<T>(sides: [&[T]; 3], key: &dyn Fn(&T) -> Node, merge: &Merge<'_, T>) -> Result<Vec<T>, Contested> {
    let [base, ours, theirs] = sides.map(|items| places(items, key));
    let (base, ours, theirs) = (base?, ours?, theirs?);
    if !keeps_order(&base, &ours) || !keeps_order(&base, &theirs) {
        return Err(Contested::default());
    }
    let in_order = sides[1].iter().chain(sides[2].iter().filter(|item| !ours.contains_key(&key(item))));
    let mut merged = Vec::new();
    for item in in_order {
        let key = key(item);
        let sides = [&base, &ours, &theirs].map(|places| places.get(&key).map(|(_, item)| *item));
        merged.extend(merge(sides).map_err(|contested| contested.under(&key))?);
    }
    Ok(merged)
}

/// Where each item stands, by its key.
type Places<'a, T> = BTreeMap<Node, (usize, &'a T)>;

fn places<'a, T>(items: &'a [T], key: &dyn Fn(&T) -> Node) -> Result<Places<'a, T>, Contested> {
    let places: Places<'a, T> =
        items.iter().enumerate().map(|(place, item)| (key(item), (place, item))).collect();
    if places.len() == items.len() { Ok(places) } else { Err(Contested::default()) }
}

/// True where those that were there stand in their order.
fn keeps_order<T>(before: &Places<'_, T>, now: &Places<'_, T>) -> bool {
    let mut moved: Vec<(usize, usize)> =
        before.iter().filter_map(|(key, (place, _))| Some((*place, now.get(key)?.0))).collect();
    moved.sort_unstable();
    moved.iter().is_sorted_by_key(|(_, now)| *now)
}

#[cfg(test)]
mod tests {
    use super::merge_yaml;

    const TEAM: &str = "schema: 1\npeople:\n- name: Ann\n  emails: [ann@x.org]\n  roles: [lead]\n# The second shift.\n- name: Bo\n  emails: [bo@x.org]\n  roles: [l1]\n";

    /// Merges two edits of a text, each a list of replacements; the other way round, too.
    fn both(base: &str, ours: &[(&str, &str)], theirs: &[(&str, &str)]) -> Option<String> {
        let edited = |edits: &[(&str, &str)]| {
            edits.iter().fold(base.to_owned(), |text, (from, to)| {
                assert!(text.contains(from), "{from}");
                text.replacen(from, to, 1)
            })
        };
        let (ours, theirs) = (edited(ours), edited(theirs));
        let merged = merge_yaml(base, &ours, &theirs);
        assert_eq!(merge_yaml(base, &theirs, &ours).is_some(), merged.is_some());
        merged
    }

    const CY: (&str, &str) =
        ("  roles: [l1]\n", "  roles: [l1]\n- name: Cy\n  emails: [cy@x.org]\n  roles: [l2]\n");
    const DI: (&str, &str) =
        ("  roles: [l1]\n", "  roles: [l1]\n- name: Di\n  emails: [di@x.org]\n  roles: [l3]\n");

    #[test]
    fn two_people_add_to_one_list() {
        let cy_and_di = TEAM.replace(CY.0, CY.1) + "- name: Di\n  emails: [di@x.org]\n  roles: [l3]\n";
        assert_eq!(both(TEAM, &[CY], &[DI]), Some(cy_and_di));
        // One of them also gave a role, and the other an address, of one member.
        let role = ("roles: [l1]", "roles: [l1, l2]");
        let address = ("[bo@x.org]", "[bo@x.org, bo@y.org]");
        let expected = TEAM.replace(role.0, role.1).replace(address.0, address.1);
        assert_eq!(both(TEAM, &[role], &[address]), Some(expected));
        let two_roles = ("roles: [l1]", "roles: [l1, l3]");
        let merged = both(TEAM, &[role], &[two_roles]).unwrap();
        assert_eq!(merged, TEAM.replace("roles: [l1]", "roles: [l1, l2, l3]"));
    }

    #[test]
    fn settings_of_different_keys_are_both_taken() {
        let base = "# Ours.\nschema: 1\n\ncommit:\n  prefix: support\n";
        let clock = |name: &str| format!("  prefix: support\n\nclocks:\n  {name}:\n    response: 4h\n");
        let (one, other) = (clock("blocker"), clock("critical"));
        let merged =
            both(base, &[("  prefix: support\n", &one)], &[("  prefix: support\n", &other)]).unwrap();
        assert_eq!(merged, base.replace("  prefix: support\n", &one) + "  critical:\n    response: 4h\n");
        let gone = both(
            base,
            &[("\ncommit:\n  prefix: support\n", "")],
            &[("schema: 1\n", "schema: 1\npause: [waiting]\n")],
        );
        assert_eq!(gone.unwrap(), "# Ours.\nschema: 1\n\npause: [waiting]\n");
    }

    #[test]
    fn hours_and_defaults_are_one_value() {
        let base = "calendars:\n  office:\n    hours:\n      mon-fri: [\"08:00-17:00\"]\n    holidays: [\"2026-12-25\"]\n";
        let hours = |to: &str| format!("[\"{to}\"]");
        let (one, other) = (hours("08:00-12:00"), hours("13:00-17:00"));
        assert_eq!(both(base, &[("[\"08:00-17:00\"]", &one)], &[("[\"08:00-17:00\"]", &other)]), None);
        assert_eq!(both(base, &[("[\"08:00-17:00\"]", &one)], &[("mon-fri", "mon-thu")]), None);
        let same = both(base, &[("[\"08:00-17:00\"]", &one)], &[("[\"08:00-17:00\"]", &one)]);
        assert_eq!(same, Some(base.replace("[\"08:00-17:00\"]", &one)));
        let holiday = ("[\"2026-12-25\"]", "[\"2026-12-25\", \"2026-12-26\"]");
        let merged = both(base, &[("[\"08:00-17:00\"]", &one)], &[holiday]).unwrap();
        assert_eq!(merged, base.replace("[\"08:00-17:00\"]", &one).replace(holiday.0, holiday.1));
        // `pause` has a default: of what each side left out, nothing is to come back.
        let pause = |list: &str| format!("schema: 1\npause: [{list}]\n");
        let (one, other) = (pause("customer, vendor"), pause("vendor, enhance"));
        assert_eq!(both("schema: 1\n", &[("schema: 1\n", &one)], &[("schema: 1\n", &other)]), None);
        // What has no default is added to by both.
        let covers = |part: &str| format!("schema: 1\ncovers: [{part}]\n");
        let (one, other) = (covers("gateway"), covers("cards"));
        let merged = both("schema: 1\n", &[("schema: 1\n", &one)], &[("schema: 1\n", &other)]);
        assert!(merged.is_some_and(|merged| merged.contains("gateway") && merged.contains("cards")));
    }

    #[test]
    fn what_both_set_otherwise_is_for_people() {
        for (ours, theirs) in [
            (
                ("[ann@x.org]", "[a@x.org, ann@x.org]"),
                ("- name: Ann\n  emails: [ann@x.org]\n  roles: [lead]\n", ""),
            ),
            (("name: Bo\n", "name: Bob\n"), ("[bo@x.org]", "[bo@y.org]")),
            (CY, ("  roles: [l1]\n", "  roles: [l1]\n- name: Cy\n  emails: [other@x.org]\n  roles: [l2]\n")),
            (("schema: 1", "schema: 2"), ("schema: 1", "schema: 3")),
            (("people:\n", "people:\n- name: Bo\n"), DI),
            (("people:\n", "people: x\n"), DI),
        ] {
            assert_eq!(both(TEAM, &[ours], &[theirs]), None, "{ours:?} {theirs:?}");
        }
    }

    #[test]
    fn no_comment_is_lost() {
        let noted = ("- name: Ann\n", "# Until May.\n- name: Ann\n");
        let merged = both(TEAM, &[CY, noted], &[DI]).unwrap();
        assert!(merged.contains("# Until May.\n") && merged.contains("# The second shift.\n"), "{merged}");
        assert!(merged.contains("Cy") && merged.contains("Di"), "{merged}");
        let other = ("schema: 1\n", "schema: 1 # as of May\n");
        assert_eq!(both(TEAM, &[CY, noted], &[DI, other]), None);
    }
}
