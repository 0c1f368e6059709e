//! The ticket file: what is written is read back to the letter, whatever it holds.

use git_support::ticket::{Field, Node, VersionReader, codec, yaml};
use proptest::prelude::*;

use crate::arbitrary;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_ticket_survives_its_file(ticket in arbitrary::ticket()) {
        let file = codec::write(&ticket);
        let read = codec::read(ticket.id(), file.as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&ticket), "{}", file);
        prop_assert_eq!(codec::write(&read.unwrap()), file, "the form is canonical");
    }

    #[test]
    fn a_file_survives_windows(ticket in arbitrary::ticket()) {
        let file = format!("\u{feff}{}", codec::write(&ticket).replace('\n', "\r\n"));
        prop_assert_eq!(codec::read(ticket.id(), file.as_bytes()), Ok(ticket));
    }

    /// A reader that remembers entries reads each version, damaged ones too, as one that remembers nothing.
    #[test]
    fn versions_are_read_as_alone(
        tickets in proptest::collection::vec(arbitrary::ticket(), 1..4),
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(),
            proptest::sample::select(&["", "\n", " ", "- ", "  ", ":", "#", "x", "timeline:\n", "\r", "\u{feff}", "\"", "<<<<<<< a\n"][..])), 0..8))
    {
        let mut reader = VersionReader::default();
        let id = tickets[0].id().clone();
        let files: Vec<String> = tickets.iter().map(|ticket| codec::write(&ticket.clone().with_id(id.clone()))).collect();
        let damaged = edits.iter().map(|(file, place, text)| {
            let mut file = file.get(&files).clone();
            let places: Vec<usize> = file.char_indices().map(|(place, _)| place).collect();
            let place = *place.get(&places);
            match text.is_empty() {
                true => drop(file.remove(place)),
                false => file.insert_str(place, text),
            }
            file
        });
        let swapped = files.iter().map(|file| {
            let (head, list) = file.split_once("\ntimeline:\n").unwrap();
            let mut items: Vec<&str> = list.split("\n- ").collect();
            items.reverse();
            format!("{head}\ntimeline:\n- {}", items.join("\n- ").trim_start_matches("- "))
        });
        let first = files.iter().map(|file| file.replacen("schema: 2", "schema: 1", 1));
        for file in files.iter().cloned().chain(damaged).chain(swapped).chain(first).chain(files.iter().cloned()) {
            let alone = codec::read(&id, file.as_bytes());
            let both = reader.read(&id, file.as_bytes());
            prop_assert_eq!(both.as_ref().map(|version| &version.ticket), alone.as_ref(), "{}", file);
            if let (Ok(both), Ok(alone)) = (both, alone) {
                prop_assert_eq!(both.is_canonical, codec::is_canonical(&alone, file.as_bytes()), "{}", file);
            }
        }
    }

    #[test]
    fn every_value_survives(node in arbitrary::node()) {
        let file = yaml::write(&[(Node::text("key"), node.clone())]);
        let read = yaml::parse(&file);
        prop_assert_eq!(read.as_ref().map(|read| read.at("key")), Ok(Some(&node)), "{}", file);
    }

    #[test]
    fn no_file_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let id = git_support::ticket::TicketId::from_bits(1);
        let _ = codec::read(&id, &bytes);
    }

    /// What the guard lets through holds no alias that the YAML library would follow.
    #[test]
    fn the_guard_follows_the_library(parts in proptest::collection::vec(
        proptest::sample::select(&["a", ": ", "\n", "  ", "- ", "[", "]", "{", "}", ", ", "*x", "&x ", "\"",
            "'", "|", ">", "#", " #", "? ", "---", "!t ", "\t", "x", ":", "\\", "%", "-", "..."][..]), 0..16))
    {
        let text = parts.concat();
        if let Err(error) = yaml::parse(&text) {
            prop_assert!(!error.problem.contains("unknown anchor"), "{text:?}: {error}");
        }
    }
}

#[test]
fn sixty_four_kilobytes_of_log_stay_readable() {
    let log: String = (0..1200)
        .map(|line| format!("{line:04} \tWARN [pool-{}] retry: {{\"code\": 502}}  \n", line % 7))
        .collect();
    let file = yaml::write(&[(Node::text("log"), Node::text(&log))]);
    assert!(file.contains("  0007 \tWARN [pool-0] retry: {\"code\": 502}  \n"));
    assert_eq!(yaml::parse(&file).unwrap().at("log"), Some(&Node::text(&log)));
}

#[test]
fn a_problem_is_reported_on_its_line() {
    let file = "schema: 1\nid: 7k3fq2m9xd\ntitle: a\ntype: defect\nstatus: new\nlevel: 1\nfindings:\n  diagnosis: b\n\
                timeline:\n- seq: 1\n  id: k2m8w4tz\n  at: 2026-11-23T09:12:04Z\n  by: Ann <a@b.c>\n  action: open\n\
                - seq: 2\n  id: k2m8w4t1\n  at: 2026-11-23T09:12:04Z\n  by: Ann <a@b.c>\n  action: edit\n  set:\n\
                \x20   severity:\n      from: minor\n      to: blocked\n";
    let id = git_support::ticket::TicketId::parse("7k3fq2m9xd").unwrap();
    let invalid = codec::read(&id, file.as_bytes()).unwrap_err();
    assert_eq!((invalid.line, invalid.field.as_str()), (21, "timeline.1.set.severity"));
    assert!(invalid.problem.ends_with("did you mean 'blocker'?"), "{invalid}");
    let invalid = codec::read(&id, file.replace("status: new", "status: open").as_bytes()).unwrap_err();
    assert_eq!((invalid.line, invalid.field.as_str()), (5, "status"));
}

#[test]
fn what_a_newer_version_wrote_is_kept() {
    let file = "schema: 1\nid: 7k3fq2m9xd\ntitle: a\ntype: defect\narea: application\nstatus: new\nlevel: 1\n\
                impact:\n  users: 1200\n  ratio: 0.25\n  since: [2026, yes]\ntimeline:\n- seq: 1\n  id: k2m8w4tz\n\
                \x20 at: 2026-11-23T09:12:04Z\n  by: Ann <a@b.c>\n  action: teleport\n  set:\n    title:\n      to: a\n\
                \x20 mood: [{x: 1}]\n";
    let id = git_support::ticket::TicketId::parse("7k3fq2m9xd").unwrap();
    let ticket = codec::read(&id, file.as_bytes()).unwrap();
    let again = codec::read(&id, codec::write(&ticket).as_bytes()).unwrap();
    assert_eq!(again, ticket);
    let impact = again.fields().get(&Field::Unknown("impact".to_owned())).unwrap();
    assert_eq!(impact.at("users"), Some(&Node::Number("1200".to_owned())));
    assert_eq!(again.timeline()[0].action.as_str(), "teleport");
}
