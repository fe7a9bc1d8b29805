//! The report for people.

use std::{cell::RefCell, io, rc::Rc, time::Duration};

use insta::assert_snapshot;
use nixward_core::{
    event::EventKind,
    history::{FailedTry, Runs, StepHistory},
    outcome::{BuildProblem, ExitReason, StepOutcome, StepStatus},
    running::RunningNow,
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, Verbosity},
    reporter::Reporter as _,
    rerun::Rerun,
    style::Styles,
};

use crate::events::{at, endings, label, outcome, run, running};

/// A writer whose text can be looked at afterwards.
#[derive(Clone, Default)]
struct Page(Rc<RefCell<Vec<u8>>>);

impl Page {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).expect("reports are text")
    }
}

impl io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const PLAIN: HumanSettings = HumanSettings {
    verbosity: Verbosity::Normal,
    styles: Styles { enabled: false },
    output_is_streamed: false,
    output_is_terminal: false,
};

/// The report, and what goes to standard output.
fn reported(settings: HumanSettings, events: Vec<EventKind>) -> (String, String) {
    let (lines, output) = (Page::default(), Page::default());
    let rerun = Rerun {
        before: vec!["-C".to_owned(), "my work".to_owned()],
        after: vec!["--impure".to_owned()],
    };
    let reporter = HumanReporter::new(settings, lines.clone(), output.clone(), None);
    let mut reporter = reporter.with_rerun(rerun);
    for kind in events {
        reporter.on_event(&at(kind)).expect("pages are endless");
    }
    (lines.text(), output.text())
}

fn all_endings() -> Vec<(&'static str, StepOutcome)> {
    endings()
        .into_iter()
        .map(|(name, status)| (name, outcome(status)))
        .collect()
}

fn printing(status: StepStatus, lines: usize) -> StepOutcome {
    let output = (1..=lines).map(|number| format!("line {number}")).collect();
    StepOutcome {
        output,
        ..outcome(status)
    }
}

#[test]
fn every_ending() {
    let (lines, output) = reported(PLAIN, run(all_endings()));
    assert_snapshot!(lines, @"
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
            PASS [   1.234s] passed test
           BUILT [   1.234s] built test
          LOADED [   1.234s] loaded test
        web:latest
        run it: docker run -it --rm -p 8080:8080 web:latest
           BUILT [   1.234s] image test
            FAIL [   1.234s] code test
        it exited with code 3
        log: /state/run/step.log
            FAIL [   1.234s] signal test
        it was ended by signal 11
        log: /state/run/step.log
         TIMEOUT [   1.234s] timeout test
        it was ended after its timeout of 1m 30s
        log: /state/run/step.log
            FAIL [   1.234s] check test
        builder failed with exit code 3
        its whole log: nix log /nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv
        log: /state/run/step.log
      BUILD FAIL [   1.234s] build test
        library failed to build, as for check test above
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
        hint: git add -N x.nix
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
       CANCELLED [   1.234s] cancelled test
    ────────────
         Summary [  65.000s] 13/14 run: 4 passed, 8 failed, 1 skipped, 1 interrupted, 1 not run
            FAIL [   1.234s] code test
        it exited with code 3
        log: /state/run/step.log
        again: nixward -C 'my work' test code --impure
            FAIL [   1.234s] signal test
        it was ended by signal 11
        log: /state/run/step.log
        again: nixward -C 'my work' test signal --impure
         TIMEOUT [   1.234s] timeout test
        it was ended after its timeout of 1m 30s
        log: /state/run/step.log
        again: nixward -C 'my work' test timeout --impure
            FAIL [   1.234s] check test
      BUILD FAIL [   1.234s] build test
        builder failed with exit code 3
        log: /state/run/step.log
        again: nixward -C 'my work' test check --impure
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
        again: nixward -C 'my work' test disk --impure
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
        again: nixward -C 'my work' test evaluation --impure
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
        again: nixward -C 'my work' test start --impure
       CANCELLED [   1.234s] cancelled test
        log: /state/run/step.log
         NOT RUN [         ] not-run test
    ");
    assert_snapshot!(output, @"
    /nix/store/a
    /nix/store/a-doc
    /nix/store/image.tar.gz
    ");
}

#[test]
fn quiet_is_what_did_not_pass() {
    let quiet = HumanSettings {
        verbosity: Verbosity::Quiet,
        ..PLAIN
    };
    let failed = StepStatus::Failed(ExitReason::Code(1));
    let (lines, _) = reported(
        quiet,
        run(vec![
            ("a", outcome(StepStatus::Passed)),
            ("b", printing(failed, 2)),
        ]),
    );
    assert_snapshot!(lines, @"
    warning: ignoring untrusted substituter
            FAIL [   1.234s] b test
        line 1
        line 2
        it exited with code 1
        log: /state/run/step.log
    ────────────
         Summary [  65.000s] 2 run: 1 passed, 1 failed, 1 skipped
            FAIL [   1.234s] b test
        log: /state/run/step.log
        again: nixward -C 'my work' test b --impure
    ");
    let (lines, output) = reported(quiet, run(vec![("a", outcome(StepStatus::Passed))]));
    assert_eq!(
        (lines.as_str(), output.as_str()),
        ("warning: ignoring untrusted substituter\n", "")
    );
}

#[test]
fn verbose_is_everything() {
    let verbose = HumanSettings {
        verbosity: Verbosity::Verbose,
        ..PLAIN
    };
    let (lines, _) = reported(verbose, run(vec![("a", printing(StepStatus::Passed, 2))]));
    assert_snapshot!(lines, @"
       EVALUATED [   0.150s] the flake
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
        library> compiling
           BUILT [   2.000s] library
            PASS [   1.234s] a test
        line 1
        line 2
    ────────────
         Summary [  65.000s] 1 run: 1 passed, 1 skipped
    ");
}

#[test]
fn of_a_long_output_the_end_is_shown() {
    let mut long = printing(StepStatus::Failed(ExitReason::Code(1)), 200);
    long.output_lines_before = 40;
    let (lines, _) = reported(PLAIN, run(vec![("a", long)]));
    assert!(
        lines.contains("… 180 lines before, in the log\n    line 141\n"),
        "{lines}"
    );
    assert!(
        lines.contains("    line 200\n    it exited with code 1\n"),
        "{lines}"
    );
    assert!(!lines.contains("line 140\n"), "{lines}");
}

#[test]
fn what_was_streamed_is_not_repeated() {
    let streamed = HumanSettings {
        output_is_streamed: true,
        ..PLAIN
    };
    let failed = printing(StepStatus::Failed(ExitReason::Code(1)), 1);
    let mut events = run(vec![("a", failed)]);
    let bytes = b"line 1\nno end".to_vec();
    events.insert(
        events.len() - 2,
        EventKind::StepOutput {
            label: label(0, "a"),
            bytes,
        },
    );
    let (lines, output) = reported(streamed, events);
    assert_eq!(output, "line 1\nno end");
    assert!(!lines.contains("line 1"), "{lines}");
    // The report begins on a line of its own.
    assert!(lines.contains("\n        FAIL"), "{lines}");
    // A build's log was never streamed.
    let build = endings()
        .into_iter()
        .find(|(name, _)| *name == "build")
        .expect("it is one")
        .1;
    let (lines, _) = reported(streamed, run(vec![("a", printing(build, 1))]));
    assert!(lines.contains("    line 1\n"), "{lines}");
}

#[test]
fn a_run_that_is_ended_for_the_next_one_says_for_what_and_how_many_steps_that_cost() {
    let mut events = run(vec![
        ("fine", outcome(StepStatus::Passed)),
        ("a", outcome(StepStatus::Cancelled)),
        ("b", outcome(StepStatus::Cancelled)),
        ("c", outcome(StepStatus::NotRun)),
    ]);
    let is_end_of_a =
        |kind: &EventKind| matches!(kind, EventKind::StepFinished { label, .. } if label.id == 1);
    let place = events.iter().position(is_end_of_a).expect("it is there");
    let files = vec!["a.sh".to_owned()];
    events.insert(place, EventKind::WatchChanged { files });
    let (lines, _) = reported(PLAIN, events.clone());
    let told = "fine test\n     CHANGED a.sh\n   CANCELLED [  65.000s] 2 steps, 1 not run\n";
    assert!(lines.ends_with(told), "{lines}");
    let quiet = HumanSettings {
        verbosity: Verbosity::Quiet,
        ..PLAIN
    };
    assert_eq!(
        reported(quiet, events).0,
        "warning: ignoring untrusted substituter\n"
    );
}

#[test]
fn notes_are_said_whether_it_passed_or_not() {
    for status in [StepStatus::Passed, StepStatus::Failed(ExitReason::Code(1))] {
        let noted = StepOutcome {
            notes: vec!["it left processes behind".to_owned()],
            ..outcome(status)
        };
        let (lines, _) = reported(PLAIN, run(vec![("a", noted)]));
        assert_eq!(
            lines
                .matches("    note: it left processes behind\n")
                .count(),
            1,
            "{lines}"
        );
    }
}

#[test]
fn a_cancelled_run() {
    let mut events = run(vec![
        ("a", outcome(StepStatus::Cancelled)),
        ("b", outcome(StepStatus::NotRun)),
    ]);
    events.insert(
        9,
        EventKind::Cancelling {
            signal: "Ctrl-C",
            running: 1,
        },
    );
    if let Some(EventKind::RunFinished { summary }) = events.last_mut() {
        summary.cancelled = true;
    }
    let (lines, _) = reported(PLAIN, events);
    assert_snapshot!(lines, @"
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
      CANCELLING Ctrl-C: ending 1 step; once more to kill
       CANCELLED [   1.234s] a test
    ────────────
         Summary [  65.000s] 1/2 run: 0 passed, 1 skipped, 1 interrupted, 1 not run (cancelled)
       CANCELLED [   1.234s] a test
        log: /state/run/step.log
         NOT RUN [         ] b test
    ");
}

#[test]
fn whoever_asks_is_told_what_runs() {
    let told = |settings| {
        let running = running();
        reported(settings, vec![EventKind::Info { running }]).0
    };
    assert_snapshot!(told(PLAIN), @"
           INFO [   1.000s] 2 steps, 1 build, 1 download, 2 waiting
        RUNNING [  61.500s] web test, process 4711
       collected 3 items
       test_a
        RUNNING [   0.250s] image test
       BUILDING [   2.000s] library, buildPhase
       compiling
    DOWNLOADING [         ] /nix/store/0123456789abcdfghijklmnpqrsvwxyz-python3
    ");
    let quiet = HumanSettings {
        verbosity: Verbosity::Quiet,
        ..PLAIN
    };
    assert_eq!(told(quiet), told(PLAIN));
}

#[test]
fn whoever_asks_too_late_is_told_so() {
    let told = |running| reported(PLAIN, vec![EventKind::Info { running }]).0;
    let nothing = RunningNow::default();
    assert_snapshot!(told(nothing), @"        INFO [   1.000s] nothing runs");
    let nix = RunningNow {
        nix_is_at_work: true,
        waiting: 3,
        ..RunningNow::default()
    };
    let evaluating = RunningNow {
        evaluating: Some(Duration::from_millis(2500)),
        ..RunningNow::default()
    };
    assert_snapshot!(told(evaluating), @"
          INFO [   1.000s] 1 evaluation
    EVALUATING [   2.500s] the flake
    ");
    assert_snapshot!(told(nix), @"        INFO [   1.000s] Nix is at work, and has not said on what, 3 waiting");
}

#[test]
fn what_could_not_be_ended_is_said_of_a_cancelled_step() {
    let noted = StepOutcome {
        notes: vec!["these processes could not be ended: stuck (7)".to_owned()],
        ..outcome(StepStatus::Cancelled)
    };
    let (lines, _) = reported(PLAIN, run(vec![("a", noted)]));
    assert!(
        lines.contains("    note: these processes could not be ended: stuck (7)\n"),
        "{lines}"
    );
}

#[test]
fn colours_change_nothing_else() {
    let styled = HumanSettings {
        styles: Styles { enabled: true },
        ..PLAIN
    };
    let (plain, _) = reported(PLAIN, run(all_endings()));
    let (coloured, _) = reported(styled, run(all_endings()));
    assert_ne!(plain, coloured);
    let mut without = String::new();
    let mut parts = coloured.split("\u{1b}[");
    without.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (code, text) = part.split_once('m').expect("only colours");
        assert!(
            code.chars()
                .all(|character| character.is_ascii_digit() || character == ';'),
            "{code}"
        );
        without.push_str(text);
    }
    assert_eq!(without, plain);
}

#[test]
fn names_of_checks_and_of_the_workspaces_own() {
    let named = |project: Option<&str>, detail: &str| {
        let mut name = (*label(0, "web")).clone();
        name.project = project.map(str::to_owned);
        name.verb = "check".to_owned();
        name.detail = Some(detail.to_owned());
        EventKind::StepFinished {
            label: name.into(),
            outcome: outcome(StepStatus::Passed),
        }
    };
    let (lines, _) = reported(
        PLAIN,
        vec![named(Some("web"), "web-style"), named(None, "spelling")],
    );
    assert_eq!(
        lines,
        "        PASS [   1.234s] web check web-style\n        PASS [   1.234s] (workspace) check spelling\n"
    );
}

#[test]
fn the_columns_of_the_report_are_aligned_within_60() {
    let (lines, _) = reported(PLAIN, run(all_endings()));
    let heads: Vec<&str> = lines
        .lines()
        .filter(|line| line.contains("s] ") && line.ends_with(" test"))
        .collect();
    assert!(heads.len() > 20);
    for head in heads {
        assert_eq!(head.find('['), Some(13), "{head}");
        assert_eq!(head.find("] "), Some(23), "{head}");
        assert!(head.len() <= 60, "{head}");
    }
}

#[test]
fn tries_runs_and_slow_steps() {
    let failed = |status| FailedTry {
        status,
        duration: Duration::from_millis(40),
    };
    let code = || StepStatus::Failed(ExitReason::Code(1));
    let of = |status, history| StepOutcome {
        history,
        log: Some("/state/run/step.log".into()),
        ..outcome(status)
    };
    let timed_out = StepStatus::TimedOut {
        after: Duration::from_secs(600),
    };
    let tries = |is_slow| StepHistory {
        failed_tries: vec![failed(code()), failed(timed_out.clone())],
        retries: 2,
        is_slow,
        ..StepHistory::default()
    };
    let runs = |done| StepHistory {
        runs: Some(Runs { done, wanted: 50 }),
        ..StepHistory::default()
    };
    let mut events = vec![
        EventKind::StepSlow {
            label: label(0, "flaky"),
            after: Duration::from_secs(60),
        },
        EventKind::StepEnding {
            label: label(0, "flaky"),
            after: Duration::from_secs(600),
        },
        EventKind::TryFailed {
            label: label(0, "flaky"),
            failed: failed(timed_out.clone()),
            number: 2,
            of: 3,
            delay: Duration::from_millis(351),
        },
    ];
    events.extend(run(vec![
        ("flaky", of(StepStatus::Flaky, tries(true))),
        ("again", of(code(), tries(true))),
        ("often", of(StepStatus::Passed, runs(50))),
        ("rarely", of(code(), runs(7))),
        ("cut", of(StepStatus::Cancelled, tries(false))),
    ]));
    let (lines, _) = reported(PLAIN, events.clone());
    assert_snapshot!(lines, @"
            SLOW [> 60.000s] flaky test
     TERMINATING [>600.000s] flaky test
      TRY 2 FAIL [   0.040s] flaky test
        it was ended after its timeout of 10m; once more in 0.4s
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
       FLAKY 3/3 [   1.234s] flaky test (slow)
        log: /state/run/step.log
            FAIL [   1.234s] again test (slow)
        it exited with code 1
        it failed in each of 3 tries
        log: /state/run/step.log
            PASS [   1.234s] often test (50 runs)
            FAIL [   1.234s] rarely test (run 7 of 50)
        it exited with code 1
        log: /state/run/step.log
       CANCELLED [   1.234s] cut test
    ────────────
         Summary [  65.000s] 5 run: 2 passed (1 slow, 1 flaky), 2 failed (1 slow), 1 skipped, 1 interrupted
       FLAKY 3/3 [   1.234s] flaky test (slow)
        log: /state/run/step.log
            FAIL [   1.234s] again test (slow)
        it exited with code 1
        log: /state/run/step.log
        again: nixward -C 'my work' test again --impure
            FAIL [   1.234s] rarely test (run 7 of 50)
        it exited with code 1
        log: /state/run/step.log
        again: nixward -C 'my work' test rarely --impure
       CANCELLED [   1.234s] cut test
        log: /state/run/step.log
    ");
    let quiet = HumanSettings {
        verbosity: Verbosity::Quiet,
        ..PLAIN
    };
    let (lines, _) = reported(quiet, events);
    assert!(
        !lines.contains("TRY")
            && !lines.contains("SLOW")
            && !lines.contains("TERMINATING")
            && !lines.contains("FLAKY")
    );
}

#[test]
fn many_steps_that_were_not_run_are_folded() {
    let names: Vec<String> = (1..=15).map(|number| format!("p{number:02}")).collect();
    let mut endings = vec![("bad", outcome(StepStatus::Failed(ExitReason::Code(1))))];
    endings.extend(
        names
            .iter()
            .map(|name| (&**name, outcome(StepStatus::NotRun))),
    );
    let (lines, _) = reported(PLAIN, run(endings.clone()));
    assert_eq!(lines.matches("NOT RUN").count(), 10, "{lines}");
    assert!(
        lines.ends_with("     NOT RUN [         ] p10 test\n    … and 5 more; -v names all\n"),
        "{lines}"
    );
    let verbose = HumanSettings {
        verbosity: Verbosity::Verbose,
        ..PLAIN
    };
    let (lines, _) = reported(verbose, run(endings));
    assert!(
        lines.ends_with("     NOT RUN [         ] p15 test\n"),
        "{lines}"
    );
}

/// What stands below the counts.
fn end_of(lines: &str) -> String {
    let (_, end) = lines.split_once("────────────\n").expect("it has an end");
    let (_, end) = end.split_once('\n').expect("it has counts");
    end.to_owned()
}

fn build_failed(name: &str) -> StepStatus {
    StepStatus::BuildFailed(BuildProblem {
        drv_path: Some(format!(
            "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-{name}.drv"
        )),
        message: format!(
            "Cannot build '/nix/store/…-{name}.drv'.\nReason: builder failed with exit code 2."
        ),
    })
}

#[test]
fn what_several_steps_failed_of_is_told_once_with_all_that_it_broke() {
    let (lines, _) = reported(
        PLAIN,
        run(vec![
            ("web", printing(build_failed("library"), 3)),
            ("api", printing(build_failed("library"), 3)),
            (
                "other",
                printing(StepStatus::Failed(ExitReason::Code(1)), 12),
            ),
            ("cli", printing(build_failed("library"), 3)),
        ]),
    );
    assert_eq!(lines.matches("    line 3\n").count(), 3, "{lines}");
    assert_snapshot!(lines, @"
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
      BUILD FAIL [   1.234s] web test
        line 1
        line 2
        line 3
        Cannot build '/nix/store/…-library.drv'.
        Reason: builder failed with exit code 2.
        its whole log: nix log /nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv
        log: /state/run/step.log
      BUILD FAIL [   1.234s] api test
        library failed to build, as for web test above
            FAIL [   1.234s] other test
        line 1
        line 2
        line 3
        line 4
        line 5
        line 6
        line 7
        line 8
        line 9
        line 10
        line 11
        line 12
        it exited with code 1
        log: /state/run/step.log
      BUILD FAIL [   1.234s] cli test
        library failed to build, as for web test above
    ────────────
         Summary [  65.000s] 4 run: 0 passed, 4 failed, 1 skipped
      BUILD FAIL [   1.234s] web test
      BUILD FAIL [   1.234s] api test
      BUILD FAIL [   1.234s] cli test
        line 1
        line 2
        line 3
        Cannot build '/nix/store/…-library.drv': builder failed with exit code 2
        log: /state/run/step.log
        again: nixward -C 'my work' test web --impure
            FAIL [   1.234s] other test
        … 4 lines before, in the log
        line 5
        line 6
        line 7
        line 8
        line 9
        line 10
        line 11
        line 12
        it exited with code 1
        log: /state/run/step.log
        again: nixward -C 'my work' test other --impure
    ");
}

#[test]
fn a_single_failure_that_is_in_sight_is_not_told_twice() {
    let failed = || printing(StepStatus::Failed(ExitReason::Code(1)), 3);
    let (lines, _) = reported(
        PLAIN,
        run(vec![("a", outcome(StepStatus::Passed)), ("b", failed())]),
    );
    assert_snapshot!(end_of(&lines), @"
        FAIL [   1.234s] b test
    log: /state/run/step.log
    again: nixward -C 'my work' test b --impure
    ");
    // Behind many that passed it is.
    let mut steps = vec![("b", failed())];
    steps.extend((0..20).map(|_| ("a", outcome(StepStatus::Passed))));
    let (lines, _) = reported(PLAIN, run(steps));
    assert_snapshot!(end_of(&lines), @"
        FAIL [   1.234s] b test
    line 1
    line 2
    line 3
    it exited with code 1
    log: /state/run/step.log
    again: nixward -C 'my work' test b --impure
    ");
}

#[test]
fn an_error_of_nix_is_told_again_by_its_first_lines() {
    let status = StepStatus::EvaluationFailed {
        message: "attribute 'x' missing\nat a.nix:3:5:\n  3| quoted\n   | ^\n1\n2\n3\n4\n5\n6\n7"
            .to_owned(),
        hint: None,
    };
    let (lines, _) = reported(
        PLAIN,
        run(vec![
            ("a", outcome(status.clone())),
            ("b", outcome(StepStatus::Failed(ExitReason::Code(1)))),
            ("c", outcome(status)),
        ]),
    );
    assert!(
        lines.contains("    attribute 'x' missing, as for a test above\n"),
        "{lines}"
    );
    assert_snapshot!(end_of(&lines), @"
    EVAL FAIL [   1.234s] a test
    EVAL FAIL [   1.234s] c test
     attribute 'x' missing
     at a.nix:3:5:
     1
     2
     3
     4
     5
     6
     again: nixward -C 'my work' test a --impure
         FAIL [   1.234s] b test
     it exited with code 1
     log: /state/run/step.log
     again: nixward -C 'my work' test b --impure
    ");
}

#[test]
fn of_very_many_failures_the_lines_are_told_and_a_few_in_full() {
    let names: Vec<String> = (0..200).map(|number| format!("p{number:03}")).collect();
    let failed = || printing(StepStatus::Failed(ExitReason::Code(1)), 100);
    let steps = || names.iter().map(|name| (name.as_str(), failed())).collect();
    let (lines, _) = reported(PLAIN, run(steps()));
    let end = end_of(&lines);
    assert!(
        names
            .iter()
            .all(|name| end.contains(&format!("] {name} test\n")))
    );
    assert_eq!(end.matches("    again: ").count(), 10);
    assert!(end.lines().count() < 350, "{end}");
    assert!(
        end.ends_with("    … 190 of them are not told here again; -v tells of all\n"),
        "{end}"
    );
    let verbose = HumanSettings {
        verbosity: Verbosity::Verbose,
        ..PLAIN
    };
    let (lines, _) = reported(verbose, run(steps()));
    assert_eq!(end_of(&lines).matches("    again: ").count(), 200);
}
