//! Reports as the tools write them: who failed, who passed, and what was said.

use std::io::Write as _;

use git_support::intake::read_report;
use git_support::process::{Grouping, Results};

/// Reads a report, however it is encoded.
fn read(bytes: &[u8]) -> anyhow::Result<Results> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut results = Results::new(Grouping::Test, None);
    let folder = std::env::temp_dir();
    let mut left_out = Vec::new();
    read_report(file.path(), None, (&folder, &[]), &mut std::io::empty(), &mut results, &mut left_out)?;
    left_out.pop().map_or_else(|| Ok(results.finish()), Err)
}

/// A tool's name, its report, the failures as `name: message`, and names that passed.
type Dialect = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const DIALECTS: &[Dialect] = &[
    (
        "Maven Surefire",
        r#"<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="shop.PayTest" time="0.1" tests="4" errors="1" failures="1">
  <properties><property name="java.version" value="17"/></properties>
  <testcase name="adds" classname="shop.PayTest" time="0.01"/>
  <testcase name="pays" classname="shop.PayTest"><failure message="expected: &lt;200&gt; but was: &lt;502&gt;" type="org.opentest4j.AssertionFailedError"><![CDATA[org.opentest4j.AssertionFailedError: expected
	at shop.PayTest.pays(PayTest.java:12)]]></failure><rerunFailure message="again" type="x"/></testcase>
  <testcase name="waits" classname="shop.PayTest"><flakyFailure message="timeout" type="x"><stackTrace>t</stackTrace></flakyFailure></testcase>
  <testcase name="opens" classname="shop.PayTest"><error type="java.lang.NullPointerException"><![CDATA[java.lang.NullPointerException
	at shop.PayTest]]></error></testcase>
</testsuite>"#,
        &[
            "shop.PayTest::opens: java.lang.NullPointerException",
            "shop.PayTest::pays: expected: <200> but was: <502>",
        ],
        &["shop.PayTest::adds", "shop.PayTest::waits"],
    ),
    (
        "pytest",
        r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" hostname="h"><testcase classname="tests.test_pay" name="test_pays[1-2]" time="0.001"><failure message="assert 502 == 200">def test_pays():
&gt;   assert 502 == 200
E   assert 502 == 200

tests/test_pay.py:4: AssertionError</failure></testcase><testcase classname="tests.test_pay" name="test_skips"><skipped type="pytest.skip" message="no">x</skipped></testcase><testcase classname="tests.test_pay" name="test_adds"/></testsuite></testsuites>"#,
        &["tests.test_pay::test_pays[1-2]: assert 502 == 200"],
        &["tests.test_pay::test_adds"],
    ),
    (
        "Gradle",
        r#"<testsuite name="shop.PayTest" tests="1" failures="1"><properties/><testcase name="pays()" classname="shop.PayTest" time="0.0"><failure message="org.junit.ComparisonFailure: expected:&lt;[2]00&gt;" type="org.junit.ComparisonFailure">trace</failure></testcase><system-out><![CDATA[noise]]></system-out><system-err/></testsuite>"#,
        &["shop.PayTest::pays(): org.junit.ComparisonFailure: expected:<[2]00>"],
        &[],
    ),
    (
        "jest-junit",
        r#"<testsuites name="jest tests"><testsuite name="pay" errors="0" failures="1"><testcase classname="pay pays" name="pay pays" time="0.003"><failure>Error: expect(received).toBe(expected)
    at Object.&lt;anonymous&gt; (pay.test.js:3:5)</failure></testcase></testsuite></testsuites>"#,
        &["pay pays: Error: expect(received).toBe(expected)"],
        &[],
    ),
    (
        "gotestsum",
        r#"<testsuites tests="2" failures="1"><testsuite tests="2" failures="1" time="0.002" name="example.com/shop"><properties><property name="go.version" value="go1.22"></property></properties><testcase classname="example.com/shop" name="TestPays" time="0.0"><failure message="Failed" type="">=== RUN   TestPays
    pay_test.go:6: expected 200
--- FAIL: TestPays (0.00s)</failure></testcase><testcase classname="example.com/shop" name="TestAdds"></testcase></testsuite></testsuites>"#,
        &["example.com/shop::TestPays: pay_test.go:6: expected 200"],
        &["example.com/shop::TestAdds"],
    ),
    (
        "cargo-nextest",
        r#"<testsuites name="nextest-run" tests="2" failures="1" uuid="u"><testsuite name="shop::pay" tests="2" disabled="0" errors="0" failures="1"><testcase name="adds" classname="shop::pay"/><testcase name="pays" classname="shop::pay" timestamp="t"><failure message="thread &apos;pays&apos; panicked at tests/pay.rs:4:5" type="test failure with exit code 101">thread &apos;pays&apos; panicked</failure><system-out>running 1 test</system-out><system-err>left: 1</system-err></testcase></testsuite></testsuites>"#,
        &["shop::pay::pays: thread 'pays' panicked at tests/pay.rs:4:5"],
        &["shop::pay::adds"],
    ),
    (
        "PHPUnit, nested suites",
        r#"<testsuites><testsuite name="phpunit.xml"><testsuite name="unit"><testsuite name="PayTest" file="/app/PayTest.php"><testcase name="testPays" file="/app/PayTest.php" line="9" class="PayTest" classname="PayTest" assertions="1"><failure type="PHPUnit\Framework\ExpectationFailedException">PayTest::testPays
Failed asserting that 502 matches expected 200.</failure></testcase><testsuite name="PayTest::testAll" tests="1"><testcase name="testAll with data set #0" class="PayTest" classname="PayTest"/></testsuite></testsuite></testsuite></testsuite></testsuites>"#,
        &["PayTest::testPays: Failed asserting that 502 matches expected 200."],
        &["PayTest::testAll with data set #0"],
    ),
    (
        "RSpec",
        r#"<testsuite name="rspec" tests="1" skipped="0" failures="1"><testcase classname="spec.pay_spec" name="Pay pays" file="./spec/pay_spec.rb" time="0.02"><failure message="expected: 200&#10;     got: 502" type="RSpec::Expectations::ExpectationNotMetError">Failure/Error</failure></testcase></testsuite>"#,
        &["spec.pay_spec::Pay pays: expected: 200 got: 502"],
        &[],
    ),
    (
        "ctest",
        r#"<testsuite name="(empty)" tests="3" failures="1" disabled="1"><testcase name="pay" classname="pay" time="0.01" status="fail"><failure message=""/><properties/><system-out>Assertion `a == b' failed.</system-out></testcase><testcase name="add" classname="add" status="run"/><testcase name="off" classname="off" status="disabled"/></testsuite>"#,
        &["pay: Assertion `a == b' failed."],
        &["add"],
    ),
    (
        "Playwright",
        "<testsuites><testsuite name=\"pay.spec.ts\" hostname=\"chromium\"><testcase name=\"pay › pays\" classname=\"pay.spec.ts\"><failure message=\"pay.spec.ts:3:1 pays\" type=\"FAILURE\"><![CDATA[  \u{1b}[31mError: timed out\u{1b}[0m ]]></failure><system-out><![CDATA[\n[[ATTACHMENT|pay/shot.png]]\n]]></system-out></testcase></testsuite></testsuites>",
        &["[chromium] pay.spec.ts::pay › pays: pay.spec.ts:3:1 pays"],
        &[],
    ),
    (
        "Bazel",
        r#"<testsuites><testsuite name="pay_test" tests="1" failures="0" errors="1"><testcase name="pay_test" status="run" duration="1" time="1"><error message="exited with error code 1"></error></testcase><system-out>Generated test.log</system-out></testsuite></testsuites>"#,
        &["pay_test: exited with error code 1"],
        &[],
    ),
    (
        "a suite whose set-up failed, missing attributes, an unknown entity",
        r#"<testsuites><testsuite name="db"><error message="no &database;"/></testsuite><testsuite><testcase/><testcase name="lone"/></testsuite></testsuites>"#,
        &["db: no &database;"],
        &["lone"],
    ),
    (
        "TAP",
        "TAP version 14\n1..4\nok 1 - adds\nnot ok 2 - pays\n  ---\n  message: 'expected 200'\n  ...\nok 3 - sleeps # SKIP not here\nnot ok 4 - later # TODO\n",
        &["pays: expected 200"],
        &["adds"],
    ),
    (
        "libtest",
        "{ \"type\": \"suite\", \"event\": \"started\", \"test_count\": 2 }\n{ \"type\": \"test\", \"event\": \"started\", \"name\": \"adds\" }\n{ \"type\": \"test\", \"name\": \"adds\", \"event\": \"ok\" }\n{ \"type\": \"test\", \"name\": \"pays\", \"event\": \"failed\", \"stdout\": \"\\nthread 'pays' (7) panicked at src/lib.rs:9:5:\\nassertion failed\\n\" }\n{ \"type\": \"suite\", \"event\": \"failed\", \"passed\": 1, \"failed\": 1 }\n",
        &["pays: assertion failed"],
        &["adds"],
    ),
    (
        "nextest's JSON, with a test that was run again",
        "{\"type\":\"suite\",\"event\":\"started\",\"test_count\":2,\"nextest\":{\"crate\":\"shop\",\"test_binary\":\"pay\",\"kind\":\"test\"}}\n{\"type\":\"test\",\"event\":\"ok\",\"name\":\"shop::pay$waits#2\",\"exec_time\":0.1}\n{\"type\":\"test\",\"event\":\"failed\",\"name\":\"shop::pay$pays\",\"stdout\":\"no\"}\n{\"type\":\"suite\",\"event\":\"failed\"}\n",
        &["shop::pay::pays: no"],
        &["shop::pay::waits"],
    ),
    (
        "go test -json",
        "{\"Action\":\"run\",\"Package\":\"shop\",\"Test\":\"TestPays/card\"}\n{\"Action\":\"output\",\"Package\":\"shop\",\"Test\":\"TestPays/card\",\"Output\":\"    pay_test.go:6: expected 200\\n\"}\n{\"Action\":\"fail\",\"Package\":\"shop\",\"Test\":\"TestPays/card\"}\n{\"Action\":\"fail\",\"Package\":\"shop\",\"Test\":\"TestPays\"}\n{\"Action\":\"pass\",\"Package\":\"shop\",\"Test\":\"TestAdds\"}\n{\"Action\":\"fail\",\"Package\":\"shop\"}\n{\"ImportPath\":\"broken\",\"Action\":\"build-output\",\"Output\":\"# broken\\n\"}\n{\"ImportPath\":\"broken\",\"Action\":\"build-output\",\"Output\":\"x.go:1: undefined: y\\n\"}\n{\"Action\":\"fail\",\"Package\":\"broken\"}\n",
        &["broken: undefined: y", "shop.TestPays/card: expected 200"],
        &["shop.TestAdds"],
    ),
    (
        "SARIF",
        r#"{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"lint"}},"results":[
  {"ruleId":"unused","level":"warning","message":{"text":"unused variable x"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"src/a.rs"},"region":{"startLine":3}}}]},
  {"ruleId":"style","level":"note","message":{"text":"long line"}},
  {"ruleId":"old","message":{"text":"known"},"suppressions":[{"kind":"inSource"}]}]}]}"#,
        &["lint: unused src/a.rs unused variable x: unused variable x"],
        &[],
    ),
];

#[test]
fn every_dialect_is_understood() {
    for (tool, text, failed, passed) in DIALECTS {
        let results = read(text.as_bytes()).unwrap_or_else(|error| panic!("{tool}: {error:#}"));
        let found: Vec<String> =
            results.causes().map(|cause| format!("{}: {}", cause.tests[0], cause.evidence.message)).collect();
        assert_eq!(found, *failed, "{tool}");
        for name in *passed {
            assert!(results.has_passed(name), "{tool}: {name}");
        }
    }
}

#[test]
fn evidence_names_places_and_files() {
    let evidence = |tool: &str| {
        let (_, text, _, _) = DIALECTS.iter().find(|(name, ..)| *name == tool).unwrap();
        read(text.as_bytes()).unwrap().causes().next().unwrap().evidence.clone()
    };
    assert_eq!(evidence("PHPUnit, nested suites").place.as_deref(), Some("/app/PayTest.php:9"));
    assert_eq!(evidence("SARIF").place.as_deref(), Some("src/a.rs:3"));
    assert_eq!(evidence("libtest").place.as_deref(), Some("src/lib.rs:9"));
    assert_eq!(evidence("Playwright").files, ["pay/shot.png"]);
    assert_eq!(evidence("Playwright").details, "  Error: timed out ");
    let nextest = evidence("cargo-nextest");
    assert!(nextest.output.contains("running 1 test") && nextest.output.contains("left: 1"), "{nextest:?}");
}

#[test]
fn encodings_are_taken_as_they_come() {
    let text = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><testsuite name=\"s\"><testcase name=\"a\"><failure message=\"Zürich\"/></testcase></testsuite>"
        )
    };
    let message = |bytes: &[u8]| read(bytes).unwrap().causes().next().unwrap().evidence.message.clone();
    let latin: Vec<u8> = text("ISO-8859-1").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    assert_eq!(message(&latin), "Zürich");
    assert_eq!(message(text("UTF-8").as_bytes()), "Zürich");
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text("UTF-16").encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(message(&wide), "Zürich");
    let broken = text("UTF-8").replace('ü', "\u{1}").into_bytes();
    let broken: Vec<u8> = broken.into_iter().map(|byte| if byte == 1 { 0xff } else { byte }).collect();
    assert_eq!(message(&broken), "Z\u{fffd}rich", "declared as UTF-8, and is not");
}

proptest::proptest! {
    /// A report that was damaged on its way is read, or refused; it never takes us down.
    #[test]
    fn no_damage_takes_us_down(
        dialect in 0..DIALECTS.len(),
        cut in proptest::prelude::any::<proptest::sample::Index>(),
        junk in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..12),
        drops in 0..40_usize,
    ) {
        let text = DIALECTS[dialect].1.as_bytes();
        let at = cut.index(text.len());
        let rest = (at + drops).min(text.len());
        let damaged = [&text[..at], &junk[..], &text[rest..]].concat();
        let _ = read(&damaged);
    }
}

/// What real reports of public projects showed that no report of one's own does.
#[test]
fn what_real_reports_taught() {
    let failures = |text: &str| {
        let results = read(text.as_bytes()).unwrap();
        let said = |cause: &git_support::process::FailureGroup| {
            let title = cause.evidence.title.clone().unwrap_or_else(|| cause.evidence.message.clone());
            format!("{}: {title}", cause.tests.join(", "))
        };
        results.causes().map(said).collect::<Vec<_>>()
    };
    // vitest names the machine, Playwright the project.
    let vitest = "<testsuites name=\"vitest tests\" tests=\"1\"><testsuite name=\"a.test.ts\" hostname=\"fv-az1\" errors=\"0\"><testcase classname=\"a.test.ts\" name=\"adds\"><failure message=\"no\"/></testcase></testsuite></testsuites>";
    assert_eq!(failures(vitest), ["a.test.ts::adds: no"]);
    // A failure that was none after all counts as the one that is declared.
    let flaky = "<testsuite name=\"s\" tests=\"1\" failures=\"2\"><testcase classname=\"s\" name=\"a\"><flakyFailure message=\"x\"/></testcase></testsuite>";
    assert_eq!(failures(flaky), [""; 0]);
    assert!(read(flaky.replace("<flakyFailure message=\"x\"/>", "").as_bytes()).is_err());
    // Bazel: a target that fails is no set-up.
    let bazel = "<testsuites><testsuite name=\"b/t\" tests=\"1\" failures=\"0\" errors=\"1\"><testcase name=\"b/t\" status=\"run\"><error message=\"exited with error code 1\"/></testcase><system-out>expected 2</system-out></testsuite></testsuites>";
    assert_eq!(failures(bazel), ["b/t: exited with error code 1"]);
    // TAP: directives without a name, tests without one, comments before, braces after.
    let tap = "# by a tool\nTAP Version 13\n1..5\nnot ok 1 # TODO later\nnot ok 2 # SKIP no net\nnot ok 3\nok 4\nnot ok 5 - pays {\n  ---\n  at: x\n  message: expected 2\n  ...\n";
    assert_eq!(failures(tap), ["pays: expected 2", "test 3: "]);
    // Go: what ended it came under the name of a test that had passed; a build has a name of its own.
    let go = |lines: &[(&str, &str, &str)]| -> String {
        let line = |(action, test, output): &(&str, &str, &str)| {
            serde_json::json!({"Action": action, "Package": "shop", "Test": test, "Output": output})
                .to_string()
                + "\n"
        };
        lines.iter().map(line).collect()
    };
    let late = go(&[
        ("run", "TestA", ""),
        ("output", "TestA", "--- PASS: TestA (0.0s)\n"),
        ("output", "TestA", "panic: test timed out after 1s\n"),
        ("output", "", "FAIL shop\n"),
        ("fail", "", ""),
    ]);
    assert_eq!(failures(&late), ["shop: panic: test timed out after 1s"]);
    let build = "{\"ImportPath\":\"shop.test\",\"Action\":\"build-output\",\"Output\":\"a_test.go:3: expected ';'\\n\"}\n{\"Action\":\"fail\",\"Package\":\"shop\",\"FailedBuild\":\"shop.test\"}\n";
    assert_eq!(failures(build), ["shop: expected ';'"]);
    // Rust before 1.73, and a line of JSON that a test printed.
    let rust = "{\"type\":\"suite\",\"event\":\"started\"}\n{\"level\":\"INFO\"}\n{\"type\":\"test\",\"event\":\"failed\",\"name\":\"a\",\"stdout\":\"thread 'a' panicked at 'assertion failed: x\\n left: 1', src/lib.rs:1:2\\n\"}\n{\"type\":\"suite\",\"event\":\"failed\"}\n";
    assert_eq!(failures(rust), ["a: assertion failed: x"]);
    // SARIF: a file by its number.
    let sarif = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}}, "artifacts": [{"location": {"uri": "a.c"}}, {"location": {"uri": "b.c"}}],
        "results": [{"ruleId": "R", "message": {"text": "x"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 0}}}]},
                    {"ruleId": "R", "message": {"text": "x"}, "locations": [{"physicalLocation": {"artifactLocation": {"index": 1}}}]}]}]}"#;
    assert_eq!(failures(sarif), ["T: R a.c x: T R in a.c: x", "T: R b.c x: T R in b.c: x"]);
}
