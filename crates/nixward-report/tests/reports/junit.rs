//! The JUnit report. That it keeps to `schemas/junit.xsd` is tried in the tests of the program, with xmllint.

use std::{
    cell::RefCell,
    time::{Duration, UNIX_EPOCH},
};

use nixward_core::{
    event::EventKind,
    history::FailedTry,
    outcome::{ExitReason, StepOutcome, StepStatus},
};
use nixward_report::{
    junit::{JunitReporter, JunitSettings},
    reporter::Reporter,
};

use crate::events::{at, endings, label, outcome, run};

/// Every document that was saved.
fn saved(tell: impl FnOnce(&mut dyn Reporter)) -> Vec<String> {
    let documents = RefCell::new(Vec::new());
    let settings = JunitSettings {
        workspace: "initech".to_owned(),
        started: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    };
    let mut reporter = JunitReporter::new(settings, |document: &[u8]| {
        let text = String::from_utf8(document.to_owned()).expect("it is text");
        documents.borrow_mut().push(text);
        Ok(())
    });
    tell(&mut reporter);
    drop(reporter);
    documents.into_inner()
}

fn document(events: Vec<EventKind>) -> String {
    let mut documents = saved(|reporter| {
        for kind in events {
            reporter.on_event(&at(kind)).expect("nothing fails here");
        }
    });
    assert_eq!(documents.len(), 1);
    documents.remove(0)
}

fn printing(output: &[&str]) -> StepOutcome {
    StepOutcome {
        output: output.iter().map(|line| (*line).to_owned()).collect(),
        ..outcome(StepStatus::Failed(ExitReason::Code(3)))
    }
}

/// A run with every ending, in which what failed had printed something.
fn everything() -> Vec<EventKind> {
    let endings = endings().into_iter().map(|(name, status)| {
        let mut outcome = outcome(status);
        outcome.output = vec![
            "collecting".to_owned(),
            "<1 & \u{1b}[31m2\u{1b}[0m>".to_owned(),
        ];
        outcome.notes = match name {
            "code" => vec!["it left processes behind, which were ended: sleep (7)".to_owned()],
            _ => Vec::new(),
        };
        (name, outcome)
    });
    let tried = |status| {
        let mut outcome = outcome(status);
        outcome.history.retries = 1;
        outcome.history.failed_tries = vec![FailedTry {
            status: StepStatus::Failed(ExitReason::Code(3)),
            duration: Duration::from_millis(500),
        }];
        outcome
    };
    let tried = [
        ("tried", tried(StepStatus::Failed(ExitReason::Code(4)))),
        ("flaky-one", tried(StepStatus::Flaky)),
    ];
    run(endings.chain(tried).collect())
}

#[test]
fn every_ending() {
    let text = document(everything());
    let kept = include_str!("every_ending.junit.xml");
    assert!(text == kept, "it is now:\n{text}");
}

#[test]
fn only_what_xml_can_hold_is_in_it() {
    let interesting = (0..0x300)
        .chain(0xd7f0..0xe010)
        .chain(0xfff0..0x1_0010)
        .chain([0x1_f980, 0x10_fffe, 0x10_ffff]);
    let lines: Vec<String> = interesting
        .filter_map(char::from_u32)
        .map(|character| format!("a{character}z"))
        .chain(["]]>".to_owned(), "<![CDATA[".to_owned(), "🦀".to_owned()])
        .collect();
    let is_allowed = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    let mut whole = String::new();
    for some in lines.chunks(100) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        let text = document(run(vec![("a", printing(&some))]));
        let odd: Vec<char> = text
            .chars()
            .filter(|character| !is_allowed(*character))
            .collect();
        assert!(odd.is_empty(), "{odd:?}");
        whole.push_str(&text);
    }
    for part in ["aüz", "a\u{fffd}z", "az", "]]&gt;", "&lt;![CDATA[", "🦀"] {
        assert!(whole.contains(part), "{part:?} is missing");
    }
}

#[test]
fn it_is_bounded_whatever_was_printed() {
    let long = "x".repeat(4096);
    let lines: Vec<&str> = (0..200).map(|_| long.as_str()).collect();
    let text = document(run(vec![("a", printing(&lines))]));
    assert!(text.len() < 80 << 10, "{}", text.len());
    assert!(text.contains("lines before, in the log"));
}

#[test]
fn checks_of_a_project_are_cases_of_one_suite() {
    let named = |id: usize, project: Option<&str>, detail: &str| {
        let mut name = (*label(id, "web")).clone();
        name.project = project.map(str::to_owned);
        name.verb = "check".to_owned();
        name.detail = Some(detail.to_owned());
        EventKind::StepFinished {
            label: name.into(),
            outcome: outcome(StepStatus::Passed),
        }
    };
    let mut events = vec![
        named(0, Some("web"), "unit"),
        named(1, None, "spelling"),
        named(2, Some("web"), "style"),
    ];
    events.extend(run(Vec::new()).pop());
    insta::assert_snapshot!(document(events), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="initech" tests="3" skipped="0" failures="0" errors="0" timestamp="2023-11-14T22:13:20.000+00:00" time="65.000">
        <testsuite name="web check" tests="2" skipped="0" errors="0" failures="0" time="2.468">
            <testcase name="check unit" classname="initech.web" time="1.234"/>
            <testcase name="check style" classname="initech.web" time="1.234"/>
        </testsuite>
        <testsuite name="initech check" tests="1" skipped="0" errors="0" failures="0" time="1.234">
            <testcase name="check spelling" classname="initech" time="1.234"/>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn a_run_that_never_came_to_its_steps_is_an_error() {
    let documents = saved(|reporter| {
        let message = "the flake does not evaluate\nundefined variable 'x'";
        reporter.on_error(message).expect("nothing fails here");
        // It is written once.
        reporter.on_error("again").expect("nothing fails here");
    });
    let [text] = documents.as_slice() else {
        panic!("{documents:?}")
    };
    insta::assert_snapshot!(text, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="initech" tests="1" skipped="0" failures="0" errors="1" timestamp="2023-11-14T22:13:20.000+00:00" time="0.000">
        <testsuite name="initech run" tests="1" skipped="0" errors="1" failures="0" time="0.000">
            <testcase name="run" classname="initech">
                <error message="the flake does not evaluate" type="run-failed">the flake does not evaluate
    undefined variable &apos;x&apos;</error>
            </testcase>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn an_error_behind_the_end_changes_nothing() {
    let documents = saved(|reporter| {
        for kind in everything() {
            reporter.on_event(&at(kind)).expect("nothing fails here");
        }
        reporter.on_error("signal 2").expect("nothing fails here");
    });
    assert_eq!(documents.len(), 1);
}
