//! `--junit FILE`: what CI systems read is there and right however the run ends, and never in a test's way.

use std::path::Path;

use nixward_testing::{Project, host_program_succeeds, insta, skipped, wait_until};

use crate::support::{every_ending, office, real_project};

/// Whether a document is as the schema says; xmllint tells, where it is installed.
fn is_valid(document: &Path) -> Option<bool> {
    if !host_program_succeeds("xmllint", &["--version"]) {
        skipped("there is no xmllint");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let schema = folder.path().join("junit.xsd");
    fs_err::write(&schema, include_str!("../schemas/junit.xsd")).unwrap();
    let words = [schema.as_path(), document].map(|path| path.display().to_string());
    let [schema, document] = words.each_ref().map(String::as_str);
    Some(host_program_succeeds(
        "xmllint",
        &["--noout", "--schema", schema, document],
    ))
}

#[track_caller]
fn assert_valid(document: &Path) -> String {
    let text = fs_err::read_to_string(document).unwrap();
    assert_ne!(is_valid(document), Some(false), "{text}");
    text
}

#[test]
fn the_schema_takes_every_ending_and_refuses_slips() {
    let text = include_str!("../crates/nixward-report/tests/reports/every_ending.junit.xml");
    let folder = tempfile::tempdir().unwrap();
    let slip = folder.path().join("slip.xml");
    fs_err::write(&slip, text).unwrap();
    assert_valid(&slip);
    for (from, to) in [
        ("type=\"timed-out\"", "type=\"slow\""),
        ("classname=\"initech.passed\"", ""),
        ("time=\"1.234\"", "time=\"-1\""),
        ("<skipped message", "<skip message"),
        ("name=\"built test\"", "name=\"passed test\""),
        ("tests=\"17\"", "tests=\"many\""),
        ("collecting", "\u{1}"),
    ] {
        let slipped = text.replacen(from, to, 1);
        assert_ne!(slipped, text, "{from}");
        fs_err::write(&slip, slipped).unwrap();
        assert_ne!(is_valid(&slip), Some(true), "{from} → {to}");
    }
}

#[test]
fn every_way_to_end_is_a_case() {
    let Some(project) = every_ending() else {
        return;
    };
    let file = project.root().join("reports/junit.xml");
    let output = project
        .nixward(["test", "--all", "--junit"])
        .arg(&file)
        .run()
        .expect_code(3);
    let text = assert_valid(&file);
    let mut cases: Vec<String> = Vec::new();
    for suite in text.split("<testsuite ").skip(1) {
        let name = suite.split('"').nth(1).unwrap();
        let kind = ["failure", "error", "skipped"]
            .into_iter()
            .find(|kind| suite.contains(&format!("<{kind} ")));
        let attribute = |name: &str| {
            let (_, behind) = suite.split_once(&format!(" {name}=\""))?;
            behind.split('"').next().map(str::to_owned)
        };
        let of_kind = attribute("type").unwrap_or_default();
        let message = attribute("message").unwrap_or_default();
        let store_path = message.find("/nix/store/").unwrap_or(message.len());
        // Each version of Nix has its own words.
        let what = match name {
            "broken test" if message.ends_with(" failed with exit code 3") => "the build failed",
            _ => &message[..store_path],
        };
        cases.push(format!(
            "{name}: {} {of_kind} {}",
            kind.unwrap_or("passed"),
            what
        ));
    }
    cases.sort();
    insta::assert_snapshot!(cases.join("\n"), @"
    broken test: error build-failed the build failed
    failing test: failure failed it exited with code 3
    killed test: failure failed it was ended by signal 11
    nowhere test: error could-not-start cannot execute 
    passing test: passed  
    slow test: failure timed-out it was ended after its timeout of 0.1s
    throwing test: error evaluation-failed out of paper
    without test: skipped  no test and no check
    ");
    assert!(text.starts_with("<?xml"), "{text}");
    assert!(
        text.contains("tests=\"8\" skipped=\"1\" failures=\"3\" errors=\"3\""),
        "{text}"
    );
    // What the test printed, without what XML cannot hold.
    assert!(
        text.contains("colours red &amp; &lt;tags&gt; ]]&gt; </"),
        "{text}"
    );
    assert!(!output.stderr().contains("warning"), "{}", output.stderr());
}

/// The last report, or this one: at no time something else.
#[test]
fn it_is_replaced_as_a_whole() {
    let Some(office) = office() else { return };
    let office = office.build();
    let folder = office.root().join("reports");
    for _ in 0..2 {
        office
            .nixward(["test", "--all", "--report", "none"])
            .env("NIXWARD_JUNIT", folder.join("junit.xml"))
            .run()
            .expect_code(0)
            .expect_stdout_is("");
        assert_valid(&folder.join("junit.xml"));
        assert_eq!(fs_err::read_dir(&folder).unwrap().count(), 1);
    }
    // Relative to where nixward is called.
    office
        .nixward(["test", "printer", "--junit", "one.xml"])
        .in_folder("projects")
        .changing_the_worktree()
        .run()
        .expect_code(0)
        .expect_stdout("printer tested");
    let text = assert_valid(&office.path("projects/one.xml"));
    assert!(text.contains("classname=\"initech.printer\""), "{text}");
}

#[test]
fn the_tries_before_the_last_one_are_in_it() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"STAMP\"], retries = 1 }\n")
        .outputs(
            r#"{ packages = {
              bad = project "bad" "true" { test = test "exit 3"; };
              flaky = project "flaky" "true" { test = test "test -e $STAMP || { touch $STAMP; exit 2; }"; };
            }; }"#,
        )
        .build();
    let file = project.root().join("junit.xml");
    project
        .nixward(["test", "--all", "--junit"])
        .arg(&file)
        .env("STAMP", project.root().join("stamp"))
        .run()
        .expect_code(1);
    let text = assert_valid(&file);
    assert_eq!(text.matches("<flakyFailure ").count(), 1, "{text}");
    assert_eq!(text.matches("<rerunFailure ").count(), 1, "{text}");
    assert!(text.contains("failures=\"1\" errors=\"0\""), "{text}");
}

#[test]
fn a_cancelled_run_has_one() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[verbs]\ntest = { pass-env = [\"STAMP\"] }\n")
        .outputs(
            r#"{ packages = {
              endless = project "endless" "true" { test = test "echo begun; touch $STAMP; sleep 600"; };
              later = project "later" "true" { test = test "true"; };
            }; }"#,
        )
        .build();
    let (stamp, file) = (
        project.root().join("stamp"),
        project.root().join("junit.xml"),
    );
    let running = project
        .nixward(["test", "--all", "-j1", "--junit"])
        .arg(&file)
        .env("STAMP", &stamp)
        .start();
    wait_until("the test", || stamp.exists().then_some(()));
    running.interrupt();
    running.finish().expect_signal(2);
    let text = assert_valid(&file);
    assert!(text.contains("type=\"cancelled\""), "{text}");
    assert!(
        text.contains("<skipped message=\"the run ended before it was started\"/>"),
        "{text}"
    );
}

#[test]
fn what_never_came_to_its_steps_is_an_error_in_it() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .file("flake.nix", "{ outputs = { ")
        .build();
    let file = project.root().join("junit.xml");
    project
        .nixward(["test", "--all", "--junit"])
        .arg(&file)
        .run()
        .expect_code(3);
    let text = assert_valid(&file);
    assert!(text.contains("type=\"run-failed\""), "{text}");
    assert!(text.contains("errors=\"1\""), "{text}");
}

#[test]
fn a_file_that_cannot_be_written_is_a_warning() {
    let Some(office) = office() else { return };
    let office: Project = office.build();
    let no_folder = office.path("flake.nix").join("junit.xml");
    for (file, why) in [
        (no_folder, "File exists"),
        (office.workspace(), "is a directory"),
        ("/dev/full".into(), "No space left on device"),
    ] {
        for projects in ["--all", "printer"] {
            let output = office
                .nixward(["test", projects, "--junit"])
                .arg(&file)
                .run()
                .expect_code(0);
            let stderr = output.stderr();
            assert_eq!(
                stderr.matches("warning: no JUnit report").count(),
                1,
                "{}: {stderr}",
                file.display()
            );
            assert!(stderr.contains(why), "{why}: {stderr}");
        }
    }
    assert!(fs_err::metadata("/dev/full").unwrap().len() == 0);
    assert!(!fs_err::metadata("/dev/full").unwrap().is_file());
    // Where nixward becomes the program, nobody is left to write.
    office
        .nixward(["run", "printer", "--junit", "junit.xml"])
        .run()
        .expect_code(0)
        .expect_stderr("warning: no JUnit report is written")
        .expect_stdout("printing");
    assert!(!office.path("junit.xml").exists());
}
