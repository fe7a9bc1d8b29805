//! The report for people.

use std::{cell::RefCell, io, rc::Rc, time::Duration};

use insta::assert_snapshot;
use nixward_core::{
    event::EventKind,
    history::{FailedTry, Runs, StepHistory},
    outcome::{ExitReason, StepOutcome, StepStatus},
    running::RunningNow,
};
use nixward_report::{
    human::{HumanReporter, HumanSettings, Verbosity},
    reporter::Reporter as _,
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
};

/// The report, and what goes to standard output.
fn reported(settings: HumanSettings, events: Vec<EventKind>) -> (String, String) {
    let (lines, output) = (Page::default(), Page::default());
    let mut reporter = HumanReporter::new(settings, lines.clone(), output.clone(), None);
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
        builder failed with exit code 3
        its whole log: nix log /nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv
        log: /state/run/step.log
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
        log: /state/run/step.log
            FAIL [   1.234s] signal test
        log: /state/run/step.log
         TIMEOUT [   1.234s] timeout test
        log: /state/run/step.log
            FAIL [   1.234s] check test
        log: /state/run/step.log
      BUILD FAIL [   1.234s] build test
        log: /state/run/step.log
      BUILD FAIL [   1.234s] disk test
        log: /state/run/step.log
       EVAL FAIL [   1.234s] evaluation test
            FAIL [   1.234s] start test
        log: /state/run/step.log
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
        log: /state/run/step.log
            FAIL [   1.234s] rarely test (run 7 of 50)
        log: /state/run/step.log
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
