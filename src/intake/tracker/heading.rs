//! The headings of a table: whose name and whose address a column has, however a tracker words it.

use crate::intake::tracker::names::{self, ASSIGNEE_EMAIL, ASSIGNEES, REPORTER, REPORTER_EMAIL};

/// What follows whom a column is about where it has the address, or the name, in lower case.
const ADDRESS: [&str; 5] = [" email address", " e mail address", " email", " e mail", " mail"];
const NAME: &str = " name";

/// The headings, with those of a name and an address of one person in two columns under the names that are read: `Author` and
/// `Author Email`, `Customer name` and `customer_email`. A column that is read, or that somebody told of, stays.
pub(super) fn known_headings(heading: Vec<String>, told: &[(String, String)]) -> Vec<String> {
    let mut known = heading.clone();
    for (names, addresses) in [(REPORTER, REPORTER_EMAIL), (ASSIGNEES, ASSIGNEE_EMAIL)] {
        let is_one =
            |column: &&String| !names::is_read(column) && !told.iter().any(|(_, from)| from == *column);
        let has = |names: &[&str]| heading.iter().any(|column| names.contains(&column.as_str()));
        let is_of = |column: &str, ends: &[&str]| {
            let plain = column.to_lowercase().replace(['_', '-'], " ");
            let of = ends.iter().find_map(|end| plain.strip_suffix(end));
            of.is_some_and(|of| names.iter().any(|name| name.to_lowercase() == of))
        };
        for (read, ends) in [(addresses, &ADDRESS[..]), (names, &[NAME])] {
            let found = heading.iter().filter(is_one).find(|column| is_of(column, ends));
            let place = found.and_then(|found| heading.iter().position(|column| column == found));
            if let (Some(place), Some(first), false) = (place, read.first(), has(read))
                && let Some(column) = known.get_mut(place)
            {
                (*first).clone_into(column);
            }
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_a_column_is() {
        let known =
            |heading: &str| known_headings(heading.split(',').map(str::to_owned).collect(), &[]).join(",");
        assert_eq!(known("ID,Author,Author Email"), "ID,Author,Reporter email");
        assert_eq!(known("ID,Created by,created_by_email"), "ID,Created by,Reporter email");
        assert_eq!(known("Customer Name,customer e-mail"), "author,Reporter email");
        assert_eq!(
            known("Submitter,Submitter mail,Assignee,Assigned to email"),
            "Submitter,Reporter email,Assignee,Assignee email"
        );
        // What is read stays; what is of somebody else is nobody's.
        assert_eq!(known("Reporter,Reporter email,Author email"), "Reporter,Reporter email,Author email");
        assert_eq!(known("Title,Product email,Project name"), "Title,Product email,Project name");
        let told = [("title".to_owned(), "Author email".to_owned())];
        let heading = vec!["Author".to_owned(), "Author email".to_owned()];
        assert_eq!(known_headings(heading.clone(), &told), heading);
    }
}
