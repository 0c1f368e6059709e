//! Tables and lists that are imported: what no field has, mistakes, and lists of our own form.

use crate::sandbox::Sandbox;

#[test]
fn what_a_table_has_and_no_field_of_ours_is_kept() {
    let sandbox = Sandbox::new();
    sandbox.file("z.csv", "Nr;Betreff;Beschreibung\n1;Drucker;\"langer\n\nText\"\n2;Maus;\n");
    sandbox.run(&["import", "z.csv", "--map", "title=Betreff", "--map", "key=Nr"]).ok();
    let jira = "Summary,Issue key,Issue Type,Status,Created,Custom field (Customer),Watchers,Watchers,Votes\n\
                Slow,S-1,Bug,Open,2026-01-02 10:00,ACME,kim,lee,3\n";
    sandbox.file("j.csv", jira);
    sandbox.run(&["import", "j.csv"]).ok();
    let whole = sandbox.run(&["export", "--full"]).ok();
    for part in
        ["Beschreibung: langer\\n\\nText", "Custom field (Customer): ACME", "Watchers: kim", "Watchers: lee"]
    {
        assert!(whole.contains(part), "{part}: {whole}");
    }
    assert!(!whole.contains("Votes") && !whole.contains("Betreff:") && !whole.contains("Nr: 1"), "{whole}");
    assert_eq!(sandbox.run(&["import", "j.csv"]).ok(), "0 new, 0 changed, 1 unchanged\n");
    let stderr = sandbox.run(&["import", "z.csv", "--map", "titel=Betreff"]).fails(1);
    assert!(stderr.contains("did you mean 'title'"), "{stderr}");
}

#[test]
fn a_mistake_in_a_table_is_named_by_the_line_of_the_file() {
    let sandbox = Sandbox::new();
    sandbox.file("a.csv", "title,description,created\nA,\"of\nthree\nlines\",2026-01-02\nB,x,soon\n");
    assert!(sandbox.run(&["import", "a.csv"]).fails(1).contains("line 5:"));
    sandbox.file("t.tsv", "title\tkey\nOne, and more\t1\n");
    assert_eq!(sandbox.run(&["import", "t.tsv"]).ok(), "1 new, 0 changed, 0 unchanged\n");
}

#[test]
fn a_list_is_imported_as_its_lines_are() {
    let sandbox = Sandbox::new();
    sandbox.ticket("A");
    sandbox.run(&["edit", "--query", "A", "--label", "x,y", "--yes"]).ok();
    let list = sandbox.run(&["export", "--full", "--json"]).ok();
    assert!(list.starts_with('['), "{list}");
    let other = Sandbox::new();
    other.file("list.json", &list);
    other.file("none.json", "[]\n");
    assert_eq!(other.run(&["import", "list.json"]).ok(), "1 new, 0 changed, 0 unchanged\n");
    assert_eq!(other.run(&["export", "--full", "--json"]).ok(), list);
    assert_eq!(other.run(&["import", "none.json"]).ok(), "0 new, 0 changed, 0 unchanged\n");
}
