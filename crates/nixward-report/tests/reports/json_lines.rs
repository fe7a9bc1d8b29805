//! The lines for machines.

use std::{collections::BTreeSet, time::Duration};

use insta::assert_snapshot;
use nixward_core::{
    event::EventKind,
    history::{FailedTry, Runs, StepHistory},
    outcome::{ExitReason, StepOutcome, StepStatus},
};
use nixward_report::{json_lines::JsonLinesReporter, reporter::Reporter as _};
use nixward_schema::{EventLine, EventLineKind, LineStatus};

use crate::events::{at, endings, label, outcome, run, running};

fn written(events: Vec<EventKind>) -> String {
    let mut bytes = Vec::new();
    let mut reporter = JsonLinesReporter::new(&mut bytes);
    for kind in events {
        reporter.on_event(&at(kind)).expect("memory is endless");
    }
    String::from_utf8(bytes).expect("JSON is text")
}

/// One of each kind, and each way to end.
fn all_kinds() -> Vec<EventKind> {
    let mut endings: Vec<(&str, StepOutcome)> = endings()
        .into_iter()
        .map(|(name, status)| (name, outcome(status)))
        .collect();
    let failed = FailedTry {
        status: StepStatus::Failed(ExitReason::Signal(6)),
        duration: Duration::from_secs(2),
    };
    let flaky = StepOutcome {
        notes: vec!["it left processes behind, which were ended: sleep (42)".to_owned()],
        history: StepHistory {
            failed_tries: vec![failed.clone()],
            retries: 2,
            runs: Some(Runs { done: 3, wanted: 5 }),
            is_slow: true,
        },
        ..outcome(StepStatus::Flaky)
    };
    endings.push(("flaky", flaky));
    let mut events = run(endings);
    let after = Duration::from_secs(60);
    let label = || label(0, "web");
    events.extend([
        EventKind::StepSlow {
            label: label(),
            after,
        },
        EventKind::StepEnding {
            label: label(),
            after,
        },
        EventKind::TryFailed {
            label: label(),
            failed,
            number: 1,
            of: 3,
            delay: after,
        },
        EventKind::Info { running: running() },
        EventKind::WatchChanged {
            files: vec!["a.sh".to_owned(), "\u{1b}[31m \n".to_owned()],
        },
        EventKind::WatchWaiting,
    ]);
    events
}

fn read(text: &str) -> Vec<EventLineKind> {
    let line = |line: &str| {
        serde_json::from_str::<EventLine>(line)
            .expect("the schema has it")
            .kind
    };
    text.lines().map(line).collect()
}

#[test]
fn every_ending() {
    let endings = endings()
        .into_iter()
        .map(|(name, status)| (name, outcome(status)))
        .collect();
    assert_snapshot!(written(run(endings)), @r#"
    {"v":1,"reason":"evaluation-finished","milliseconds":150,"cache":"miss","why":null}
    {"v":1,"reason":"warning","message":"ignoring untrusted substituter"}
    {"v":1,"reason":"step-skipped","project":"bare","verb":"test","why":"no test and no check"}
    {"v":1,"reason":"build-started","drvPath":"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv"}
    {"v":1,"reason":"build-finished","drvPath":"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv","milliseconds":2000}
    {"v":1,"reason":"step-started","id":0,"project":"passed","verb":"test","attribute":"packages.x86_64-linux.passed.test"}
    {"v":1,"reason":"step-finished","id":0,"project":"passed","verb":"test","attribute":"packages.x86_64-linux.passed.test","status":"passed","milliseconds":1234,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":[],"log":null}
    {"v":1,"reason":"step-started","id":1,"project":"built","verb":"test","attribute":"packages.x86_64-linux.built.test"}
    {"v":1,"reason":"step-finished","id":1,"project":"built","verb":"test","attribute":"packages.x86_64-linux.built.test","status":"built","milliseconds":1234,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":["/nix/store/a","/nix/store/a-doc"],"log":null}
    {"v":1,"reason":"step-started","id":2,"project":"loaded","verb":"test","attribute":"packages.x86_64-linux.loaded.test"}
    {"v":1,"reason":"step-finished","id":2,"project":"loaded","verb":"test","attribute":"packages.x86_64-linux.loaded.test","status":"loaded","milliseconds":1234,"message":"web:latest","exitCode":null,"signal":null,"notes":[],"paths":[],"log":null}
    {"v":1,"reason":"step-started","id":3,"project":"image","verb":"test","attribute":"packages.x86_64-linux.image.test"}
    {"v":1,"reason":"step-finished","id":3,"project":"image","verb":"test","attribute":"packages.x86_64-linux.image.test","status":"built","milliseconds":1234,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":["/nix/store/image.tar.gz"],"log":null}
    {"v":1,"reason":"step-started","id":4,"project":"code","verb":"test","attribute":"packages.x86_64-linux.code.test"}
    {"v":1,"reason":"step-finished","id":4,"project":"code","verb":"test","attribute":"packages.x86_64-linux.code.test","status":"failed","milliseconds":1234,"message":null,"exitCode":3,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":5,"project":"signal","verb":"test","attribute":"packages.x86_64-linux.signal.test"}
    {"v":1,"reason":"step-finished","id":5,"project":"signal","verb":"test","attribute":"packages.x86_64-linux.signal.test","status":"failed","milliseconds":1234,"message":null,"exitCode":null,"signal":11,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":6,"project":"timeout","verb":"test","attribute":"packages.x86_64-linux.timeout.test"}
    {"v":1,"reason":"step-finished","id":6,"project":"timeout","verb":"test","attribute":"packages.x86_64-linux.timeout.test","status":"timed-out","milliseconds":1234,"message":"ended after its timeout of 1m 30s","exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":7,"project":"check","verb":"test","attribute":"packages.x86_64-linux.check.test"}
    {"v":1,"reason":"step-finished","id":7,"project":"check","verb":"test","attribute":"packages.x86_64-linux.check.test","status":"failed","milliseconds":1234,"message":"builder failed with exit code 3","exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":8,"project":"build","verb":"test","attribute":"packages.x86_64-linux.build.test"}
    {"v":1,"reason":"step-finished","id":8,"project":"build","verb":"test","attribute":"packages.x86_64-linux.build.test","status":"build-failed","milliseconds":1234,"message":"builder failed with exit code 3","exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":9,"project":"disk","verb":"test","attribute":"packages.x86_64-linux.disk.test"}
    {"v":1,"reason":"step-finished","id":9,"project":"disk","verb":"test","attribute":"packages.x86_64-linux.disk.test","status":"build-failed","milliseconds":1234,"message":"builder failed with exit code 3","exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":10,"project":"evaluation","verb":"test","attribute":"packages.x86_64-linux.evaluation.test"}
    {"v":1,"reason":"step-finished","id":10,"project":"evaluation","verb":"test","attribute":"packages.x86_64-linux.evaluation.test","status":"evaluation-failed","milliseconds":1234,"message":"attribute 'x' missing\nat flake.nix:3:5","exitCode":null,"signal":null,"notes":[],"paths":[],"log":null}
    {"v":1,"reason":"step-started","id":11,"project":"start","verb":"test","attribute":"packages.x86_64-linux.start.test"}
    {"v":1,"reason":"step-finished","id":11,"project":"start","verb":"test","attribute":"packages.x86_64-linux.start.test","status":"could-not-start","milliseconds":1234,"message":"cannot execute /nix/store/x/bin/x","exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":12,"project":"cancelled","verb":"test","attribute":"packages.x86_64-linux.cancelled.test"}
    {"v":1,"reason":"step-finished","id":12,"project":"cancelled","verb":"test","attribute":"packages.x86_64-linux.cancelled.test","status":"cancelled","milliseconds":1234,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":[],"log":"/state/run/step.log"}
    {"v":1,"reason":"step-started","id":13,"project":"not-run","verb":"test","attribute":"packages.x86_64-linux.not-run.test"}
    {"v":1,"reason":"step-finished","id":13,"project":"not-run","verb":"test","attribute":"packages.x86_64-linux.not-run.test","status":"not-run","milliseconds":1234,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":[],"log":null}
    {"v":1,"reason":"run-finished","passed":4,"failed":8,"skipped":1,"notRun":1,"interrupted":1,"flaky":0,"slow":0,"milliseconds":65000,"cancelled":false}
    "#);
}

#[test]
fn every_kind_of_line_is_as_the_schema_says() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../schemas/events.schema.json"))
            .expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    let mut seen = BTreeSet::new();
    for line in written(all_kinds()).lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        let complaints: Vec<String> = validator
            .iter_errors(&line)
            .map(|error| error.to_string())
            .collect();
        assert_eq!(complaints, Vec::<String>::new(), "{line}");
        let reason = line["reason"].as_str().expect("a line has a reason");
        seen.insert(reason.to_owned());
        // It is no schema that takes everything.
        line["reason"] = "fax-received".into();
        assert!(!validator.is_valid(&line), "{line}");
    }
    let known: BTreeSet<String> = schema["oneOf"]
        .as_array()
        .expect("there are kinds of lines")
        .iter()
        .filter_map(|kind| kind["properties"]["reason"]["const"].as_str())
        .map(str::to_owned)
        .collect();
    assert_eq!(seen, known);
}

#[test]
fn every_line_can_be_read_back() {
    let lines = read(&written(all_kinds()));
    let again: String = lines
        .iter()
        .map(|kind| {
            serde_json::to_string(&EventLine::new(kind.clone())).expect("it was JSON") + "\n"
        })
        .collect();
    assert_eq!(read(&again), lines);
}

#[test]
fn success_and_failure_are_told_apart_as_the_summary_does() {
    for (name, status) in endings() {
        let (is_success, is_other) = (
            status.is_success(),
            matches!(status, StepStatus::Cancelled | StepStatus::NotRun),
        );
        let lines = read(&written(vec![EventKind::StepFinished {
            label: label(0, name),
            outcome: outcome(status),
        }]));
        let [EventLineKind::StepFinished { status, .. }] = lines.as_slice() else {
            panic!("{lines:?}")
        };
        let is_good = matches!(
            status,
            LineStatus::Passed | LineStatus::Flaky | LineStatus::Built | LineStatus::Loaded
        );
        assert_eq!(is_good, is_success, "{name}");
        assert_eq!(
            matches!(status, LineStatus::Cancelled | LineStatus::NotRun),
            is_other,
            "{name}"
        );
    }
}

#[test]
fn what_is_only_for_the_display_is_no_line() {
    let events = vec![
        EventKind::EvaluationStarted,
        EventKind::BuildPhase {
            drv_path: "/x.drv".to_owned(),
            phase: "installPhase".to_owned(),
        },
        EventKind::StepOutput {
            label: label(0, "a"),
            bytes: b"{\"reason\":\"fake\"}\n".to_vec(),
        },
        EventKind::StepLine {
            label: label(0, "a"),
            line: "half way".to_owned(),
        },
        EventKind::HandedOver,
        EventKind::Stopping,
        EventKind::GoingOn,
    ];
    assert_eq!(written(events), "");
}

#[test]
fn what_runs_is_a_line() {
    let running = running();
    assert_snapshot!(written(vec![EventKind::Info { running }]), @r#"{"v":1,"reason":"info","evaluatingMilliseconds":null,"steps":[{"id":0,"project":"web","verb":"test","attribute":"packages.x86_64-linux.web.test","milliseconds":61500,"process":4711,"lastLines":["collected 3 items","\u001b[31mtest_a"]},{"id":1,"project":"image","verb":"test","attribute":"packages.x86_64-linux.image.test","milliseconds":250,"process":null,"lastLines":[]}],"builds":[{"drvPath":"/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv","milliseconds":2000,"phase":"buildPhase","lastLine":"compiling"}],"downloads":["/nix/store/0123456789abcdfghijklmnpqrsvwxyz-python3"],"nixIsAtWork":true,"waiting":2}"#);
}

#[test]
fn a_line_is_one_line_whatever_is_in_it() {
    let message = "first\nsecond\r\u{0}\u{1b}[31m \u{2028} \"quoted\" \\ ünï".to_owned();
    let text = written(vec![EventKind::Warning {
        message: message.clone(),
    }]);
    assert_eq!(text.matches('\n').count(), 1);
    assert_eq!(read(&text), [EventLineKind::Warning { message }]);
}
