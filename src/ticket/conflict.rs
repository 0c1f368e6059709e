//! Conflict markers that somebody, or a forge's merge button, committed: the two sides read out of them.

/// How a line begins that opens, parts or closes a conflict (gitattributes(5): seven by default).
const OURS: &str = "<<<<<<<";
const BASE: &str = "|||||||";
const MIDDLE: &str = "=======";
const THEIRS: &str = ">>>>>>>";

/// The text of both sides; `None` where there are no markers, or where they do not close.
#[must_use]
pub fn sides(text: &str) -> Option<[String; 2]> {
    #[derive(PartialEq)]
    enum Place {
        Both,
        Ours,
        Base,
        Theirs,
    }
    let (mut place, mut found) = (Place::Both, false);
    let mut sides = [String::new(), String::new()];
    for line in text.split_inclusive('\n') {
        let is = |marker: &str| {
            line.strip_prefix(marker)
                .is_some_and(|rest| matches!(rest.chars().next(), None | Some(' ' | '\r' | '\n')))
        };
        place = match place {
            Place::Both if is(OURS) => Place::Ours,
            Place::Ours if is(BASE) => Place::Base,
            Place::Ours | Place::Base if is(MIDDLE) => Place::Theirs,
            Place::Theirs if is(THEIRS) => {
                found = true;
                Place::Both
            }
            place @ (Place::Both | Place::Ours | Place::Base | Place::Theirs) => {
                let [ours, theirs] = &mut sides;
                if matches!(place, Place::Both | Place::Ours) {
                    ours.push_str(line);
                }
                if matches!(place, Place::Both | Place::Theirs) {
                    theirs.push_str(line);
                }
                place
            }
        };
    }
    (found && place == Place::Both).then_some(sides)
}

#[cfg(test)]
mod tests {
    use super::sides;

    #[test]
    fn both_sides_are_read_out_and_a_base_is_left_out() {
        let text = "a\n<<<<<<< HEAD\nb\n||||||| 1234\nx\n=======\nc\n>>>>>>> side\nd\n";
        assert_eq!(sides(text), Some(["a\nb\nd\n".to_owned(), "a\nc\nd\n".to_owned()]));
        assert_eq!(sides("a\n"), None);
        assert_eq!(sides("<<<<<<< HEAD\na\n"), None);
        assert_eq!(sides("<<<<<<<<\na\n=======\n>>>>>>>>\n"), None);
    }
}
