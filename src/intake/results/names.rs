//! What the names in JUnit reports stand for: a test, or a class, file or group of tests that could not be set up.

/// Reports of other forms, by their first element, and how to get JUnit XML in their place.
pub(super) const OTHER_FORMS: &[(&str, &str)] = &[
    ("testng-results", "a TestNG report; read its JUnit XML: junitreports/*.xml"),
    ("test-run", "an NUnit 3 report; write JUnit XML: --result='junit.xml;transform=nunit3-junit.xslt'"),
    ("test-results", "an NUnit 2 report; write JUnit XML: --result='junit.xml;transform=nunit3-junit.xslt'"),
    ("assemblies", "an xUnit.net report; write JUnit XML: dotnet test --logger junit, or -junit FILE"),
    ("assembly", "an xUnit.net report; write JUnit XML: dotnet test --logger junit, or -junit FILE"),
    ("TestRun", "a TRX report; write JUnit XML: dotnet test --logger junit"),
    ("Site", "a CTest report; write JUnit XML: ctest --output-junit FILE"),
    ("coverage", "a coverage report, not one of tests"),
];

/// True for what tools write in the place of a test where a Go package could not be built or set up.
pub(super) fn is_package(name: &str) -> bool {
    matches!(name, "TestMain" | "[build failed]" | "[setup failed]")
}

/// The group that a test is in, where its whole name ends with the test's own: `Cart adds` and `adds`.
pub(super) fn parent_of(class: &str, name: &str) -> Option<String> {
    let own = if class.is_empty() { None } else { name.strip_suffix(class) };
    // A word that ends like another is in no group.
    let group = own.filter(|own| own.ends_with(char::is_whitespace)).map(str::trim);
    group.filter(|group| !group.is_empty()).map(str::to_owned)
}

/// What a hook of a group of tests is called, behind the group.
const HOOK: &str = "\"before all\" hook";

/// True for a module that could not be read: pytest names it in the place of a test.
pub(super) fn is_module(name: &str, message: &str) -> bool {
    let is_dotted = name.contains('.') && name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
    message == "collection failure" || is_dotted
}

/// True for a file of tests that could not be loaded: Jest and Node's runner name it in the place of a test.
pub(super) fn is_file_that_failed(class: &str, name: &str, file: &str) -> bool {
    class == "Test suite failed to run" || (!file.is_empty() && name == file)
}

/// The unit that a test stands for which is none: where a class, a file or a group of tests could not be set up.
pub(super) fn unit_of(class: &str, name: &str) -> Option<String> {
    const STANDING: [&str; 12] = [
        "initializationError",
        "executionError",
        "classMethod",
        "beforeAll",
        "@BeforeAll",
        "BeforeAll",
        "beforeClass",
        "@BeforeClass",
        "setUpClass",
        "setUpModule",
        "<init>",
        "Setup",
    ];
    // unittest: `setUpClass (tests.test_pay.PayTest)`.
    let named = name.split_once(" (").and_then(|(word, rest)| Some((word, rest.strip_suffix(')')?)));
    if let Some((word, of)) = named.filter(|(word, _)| STANDING.contains(word)) {
        return Some(if word.is_empty() { class.to_owned() } else { of.to_owned() });
    }
    let bare = name.trim_end_matches("()");
    // The class of a hook may be the hook itself.
    if let Some((group, _)) = name.split_once(HOOK) {
        let group = group.trim();
        let named = if group.is_empty() && !class.contains(HOOK) { class } else { group };
        return (!named.is_empty()).then(|| named.to_owned());
    }
    let is_unit = name.is_empty() || name == class || STANDING.contains(&bare) || is_package(name);
    (is_unit && !class.is_empty()).then(|| class.to_owned())
}

/// What a test of a class shows to be set up: the class, and the modules that it is in.
pub(super) fn units_of(class: &str) -> impl Iterator<Item = String> {
    let ends = class.char_indices().filter(|(_, c)| *c == '.').map(|(at, _)| at);
    ends.chain([class.len()])
        .filter_map(|end| class.get(..end))
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

/// A test's name with that of its class before it, unless it has it already.
pub(super) fn whole_name(class: &str, name: &str) -> String {
    match (class, name) {
        ("", name) => name.to_owned(),
        (class, "") => class.to_owned(),
        (class, name) if begins_with(name, class) => name.to_owned(),
        (class, name) => format!("{class}::{name}"),
    }
}

/// True where a name begins with the whole of a class's.
fn begins_with(name: &str, class: &str) -> bool {
    name.strip_prefix(class).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}
