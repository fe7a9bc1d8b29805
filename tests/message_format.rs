//! `--message-format json`: on standard output nothing but JSON, as the schema says.

use std::sync::OnceLock;

use jsonschema::Validator;
use nixward_schema::{EventLine, EventLineKind, LineStatus, ListDocument, PlanDocument};
use nixward_testing::{Finished, insta};
use serde_json::Value;

use crate::support::{office, real_project};

const EVENTS: &str = include_str!("../schemas/events.schema.json");
const LIST: &str = include_str!("../schemas/list.schema.json");
const PLAN: &str = include_str!("../schemas/plan.schema.json");

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A text is JSON that its schema takes.
#[track_caller]
fn assert_valid(validator: &Validator, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap();
    let complaints: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(complaints, Vec::<String>::new(), "{text}");
}

#[track_caller]
fn lines(output: &Finished) -> Vec<EventLineKind> {
    static VALIDATOR: OnceLock<Validator> = OnceLock::new();
    let line = |line: &str| -> EventLineKind {
        assert_valid(VALIDATOR.get_or_init(|| validator(EVENTS)), line);
        let line: EventLine =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(line.v, EventLine::VERSION);
        line.kind
    };
    output.stdout().lines().map(line).collect()
}

fn ends(output: &Finished) -> Vec<(String, LineStatus)> {
    let mut ends: Vec<(String, LineStatus)> = lines(output)
        .into_iter()
        .filter_map(|line| match line {
            EventLineKind::StepFinished {
                project, status, ..
            } => Some((project.unwrap_or_default(), status)),
            _ => None,
        })
        .collect();
    ends.sort_by(|left, right| left.0.cmp(&right.0));
    ends
}

#[test]
fn a_run_is_a_line_for_each_event() {
    let Some(office) = office() else { return };
    let office = office.build();
    // Built before, so that there are no lines about building.
    office.nixward(["lint", "--all"]).run().expect_code(0);
    let output = office
        .nixward(["lint", "--all", "-j1", "--message-format", "json"])
        .run()
        .expect_code(0);
    insta::assert_snapshot!(output.redacted_stdout(), @r#"
    {"v":1,"reason":"evaluation-finished","milliseconds":0,"cache":"hit","why":null}
    {"v":1,"reason":"step-skipped","project":"memo","verb":"lint","why":"no lint"}
    {"v":1,"reason":"step-started","id":0,"project":"printer","verb":"lint","attribute":"packages.[SYSTEM].printer.lint"}
    {"v":1,"reason":"step-finished","id":0,"project":"printer","verb":"lint","attribute":"packages.[SYSTEM].printer.lint","status":"passed","milliseconds":0,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":[],"log":"[ROOT]/state/nixward/runs/[RUN]/printer.lint.0.log"}
    {"v":1,"reason":"step-started","id":1,"project":"tps-report","verb":"lint","attribute":"packages.[SYSTEM].tps_report.lint"}
    {"v":1,"reason":"step-finished","id":1,"project":"tps-report","verb":"lint","attribute":"packages.[SYSTEM].tps_report.lint","status":"passed","milliseconds":0,"message":null,"exitCode":null,"signal":null,"notes":[],"paths":[],"log":"[ROOT]/state/nixward/runs/[RUN]/tps-report.lint.1.log"}
    {"v":1,"reason":"run-finished","passed":2,"failed":0,"skipped":1,"notRun":0,"interrupted":0,"flaky":0,"slow":0,"milliseconds":0,"cancelled":false}
    "#);
}

#[test]
fn every_way_to_end_has_its_status() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n[projects.slow]\ntest = { timeout = \"100ms\" }\n")
        .outputs(
            r#"{ packages = {
              broken = project "broken" "true" { test = test "cat ${unbuildable "library"}"; };
              failing = project "failing" "true" { test = test "echo not json; exit 3"; };
              killed = project "killed" "true" { test = test "kill -s SEGV $$"; };
              nowhere = project "nowhere" "true" { test = derive "nothing" "mkdir $out"; };
              passing = project "passing" "true" { test = test "echo '{\"reason\":\"fake\"}'"; };
              slow = project "slow" "true" { test = test "sleep 60"; };
              throwing = project "throwing" "true" { test = throw "out of paper"; };
              without = project "without" "true" { };
            }; }"#,
        )
        .build();
    let output = project
        .nixward(["test", "--all", "--message-format=json"])
        .run()
        .expect_code(3);
    let expected = [
        ("broken", LineStatus::BuildFailed),
        ("failing", LineStatus::Failed),
        ("killed", LineStatus::Failed),
        ("nowhere", LineStatus::CouldNotStart),
        ("passing", LineStatus::Passed),
        ("slow", LineStatus::TimedOut),
        ("throwing", LineStatus::EvaluationFailed),
    ];
    assert_eq!(
        ends(&output),
        expected.map(|(project, status)| (project.to_owned(), status))
    );
    let all = lines(&output);
    assert!(matches!(
        all.last(),
        Some(EventLineKind::RunFinished {
            passed: 1,
            failed: 6,
            skipped: 1,
            not_run: 0,
            cancelled: false,
            ..
        })
    ));
    for line in &all {
        if let EventLineKind::StepFinished {
            project: Some(project),
            exit_code,
            signal,
            log,
            message,
            ..
        } = line
        {
            match project.as_str() {
                "failing" => {
                    assert_eq!((*exit_code, *signal), (Some(3), None));
                    assert_eq!(
                        fs_err::read_to_string(log.as_ref().unwrap()).unwrap(),
                        "not json\n"
                    );
                }
                "killed" => assert_eq!((*exit_code, *signal), (None, Some(11))),
                "throwing" => assert!(message.as_deref().unwrap().starts_with("out of paper\n")),
                _ => {}
            }
        }
    }
    let skipped = all.iter().any(
        |line| matches!(line, EventLineKind::StepSkipped { project, .. } if project == "without"),
    );
    assert!(skipped);
}

#[test]
fn what_one_test_alone_prints_is_not_between_the_lines() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .outputs(r#"{ packages.it = project "it" "echo ran" { test = test "echo plain text"; }; }"#)
        .build();
    let output = project
        .nixward(["test", "it", "--message-format", "json"])
        .run()
        .expect_code(0);
    assert_eq!(ends(&output), [("it".to_owned(), LineStatus::Passed)]);
    output.expect_stderr("plain text");
    // Of several that run one after the other, too.
    let output = project
        .nixward(["run", "--all", "--message-format", "json"])
        .run()
        .expect_code(0);
    assert_eq!(ends(&output), [("it".to_owned(), LineStatus::Passed)]);
}

#[test]
fn builds_say_their_paths() {
    let Some(office) = office() else { return };
    let office = office.build();
    let output = office
        .nixward(["build", "--all", "--message-format", "json"])
        .run()
        .expect_code(0);
    let paths: Vec<String> = lines(&output)
        .into_iter()
        .filter_map(|line| match line {
            EventLineKind::StepFinished {
                paths,
                status: LineStatus::Built,
                ..
            } => Some(paths),
            _ => None,
        })
        .flatten()
        .collect();
    assert_eq!(paths.len(), 3);
    let human = office.nixward(["build", "--all"]).run().expect_code(0);
    let mut of_human: Vec<&str> = human.stdout().lines().collect();
    let mut of_json: Vec<&str> = paths.iter().map(String::as_str).collect();
    of_human.sort_unstable();
    of_json.sort_unstable();
    assert_eq!(of_human, of_json);
}

#[test]
fn a_cancelled_run_says_so() {
    let Some(project) = real_project() else {
        return;
    };
    let project = project
        .manifest("[workspace]\n")
        .outputs(r#"{ packages = { a = project "a" "true" { test = test "sleep 600"; }; b = project "b" "true" { test = test "true"; }; }; }"#)
        .build();
    let running = project
        .nixward(["test", "--all", "-j1", "--message-format", "json"])
        .start();
    running.wait_for_stdout("step-started");
    running.interrupt();
    let output = running.finish().expect_signal(2);
    assert_eq!(
        ends(&output),
        [
            ("a".to_owned(), LineStatus::Cancelled),
            ("b".to_owned(), LineStatus::NotRun)
        ]
    );
    assert!(matches!(
        lines(&output).last(),
        Some(EventLineKind::RunFinished {
            cancelled: true,
            not_run: 1,
            ..
        })
    ));
}

#[test]
fn documents_are_what_the_schema_says() {
    let Some(office) = office() else { return };
    let office = office.build();
    let (list, plan) = (validator(LIST), validator(PLAN));
    for verb in [
        "run",
        "test",
        "check",
        "build",
        "container",
        "shell",
        "lint",
        "push-img",
    ] {
        let output = office
            .nixward(["plan", verb, "printer", "--message-format", "json"])
            .run()
            .expect_code(0);
        assert_valid(&plan, output.stdout());
        let document: PlanDocument = serde_json::from_str(output.stdout()).unwrap();
        assert_eq!(document.version, PlanDocument::VERSION);
        assert!(!document.steps.is_empty());
        for step in &document.steps {
            assert!(!step.command.is_empty(), "{step:?}");
            assert_eq!(step.verb, verb);
            assert!(
                step.after.iter().all(|before| *before < step.id),
                "{step:?}"
            );
        }
    }
    let output = office
        .nixward(["list"])
        .env("NIXWARD_MESSAGE_FORMAT", "json")
        .run()
        .expect_code(0);
    assert_valid(&list, output.stdout());
    let document: ListDocument = serde_json::from_str(output.stdout()).unwrap();
    assert_eq!(document.version, ListDocument::VERSION);
    assert_eq!(document.projects.len(), 3);
}
