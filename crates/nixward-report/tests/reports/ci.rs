//! The logs of CI systems.

use std::{
    cell::RefCell,
    time::{Duration, UNIX_EPOCH},
};

use insta::assert_snapshot;
use nixward_core::{
    event::EventKind,
    outcome::{ExitReason, StepOutcome, StepStatus},
};
use nixward_report::{
    github::{Github, Guarded},
    gitlab::Gitlab,
    human::{HumanReporter, HumanSettings, Verbosity},
    job_summary::JobSummaryReporter,
    log_groups::{LogGroups, Shown},
    reporter::Reporter,
    style::Styles,
};

use crate::{
    events::{at, endings, outcome, run},
    page::Page,
};

const PLAIN: HumanSettings = HumanSettings {
    verbosity: Verbosity::Normal,
    styles: Styles { enabled: false },
    output_is_streamed: false,
    output_is_terminal: false,
};

fn tell(reporter: &mut dyn Reporter, events: Vec<EventKind>) {
    for kind in events {
        reporter.on_event(&at(kind)).expect("pages are endless");
    }
}

fn on_github(shown: Shown, events: Vec<EventKind>) -> String {
    let page = Page::default();
    let github = Github::new("TOKEN".to_owned());
    let guarded = Guarded::new(&github, page.clone());
    let plain = HumanReporter::new(PLAIN, guarded, std::io::sink(), None);
    tell(
        &mut LogGroups::new(github, shown, page.clone(), plain),
        events,
    );
    page.text()
}

fn on_gitlab(shown: Shown, events: Vec<EventKind>) -> String {
    let page = Page::default();
    let gitlab = Gitlab::new(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let plain = HumanReporter::new(PLAIN, page.clone(), std::io::sink(), None);
    tell(
        &mut LogGroups::new(gitlab, shown, page.clone(), plain),
        events,
    );
    page.text()
}

fn printing(status: StepStatus, lines: &[&str]) -> StepOutcome {
    StepOutcome {
        output: lines.iter().map(|line| (*line).to_owned()).collect(),
        ..outcome(status)
    }
}

/// Every ending, and each has printed something.
fn everything() -> Vec<EventKind> {
    let endings = endings()
        .into_iter()
        .map(|(name, status)| (name, printing(status, &["50 %"])));
    run(endings.collect())
}

#[test]
fn every_ending_on_github() {
    assert_snapshot!(on_github(Shown::Failures, everything()), @"
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
            PASS [   1.234s] passed test
           BUILT [   1.234s] built test
          LOADED [   1.234s] loaded test
        web:latest
        run it: docker run -it --rm -p 8080:8080 web:latest
           BUILT [   1.234s] image test
    ::group::output of code test
        50 %
    ::endgroup::
            FAIL [   1.234s] code test
        it exited with code 3
        log: /state/run/step.log
    ::error title=code test%3A failed::it exited with code 3%0A%0A50 %25
    ::group::output of signal test
        50 %
    ::endgroup::
            FAIL [   1.234s] signal test
        it was ended by signal 11
        log: /state/run/step.log
    ::error title=signal test%3A failed::it was ended by signal 11%0A%0A50 %25
    ::group::output of timeout test
        50 %
    ::endgroup::
         TIMEOUT [   1.234s] timeout test
        it was ended after its timeout of 1m 30s
        log: /state/run/step.log
    ::error title=timeout test%3A timed-out::it was ended after its timeout of 1m 30s%0A%0A50 %25
    ::group::output of check test
        50 %
    ::endgroup::
            FAIL [   1.234s] check test
        builder failed with exit code 3
        its whole log: nix log /nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv
        log: /state/run/step.log
    ::error title=check test%3A failed::builder failed with exit code 3%0A%0A50 %25
      BUILD FAIL [   1.234s] build test
        library failed to build, as for check test above
    ::error title=build test%3A build-failed::builder failed with exit code 3%0A%0A50 %25
    ::group::output of disk test
        50 %
    ::endgroup::
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
    ::error title=disk test%3A build-failed::builder failed with exit code 3%0A%0A50 %25
    ::group::output of evaluation test
        50 %
    ::endgroup::
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
        hint: git add -N x.nix
    ::error title=evaluation test%3A evaluation-failed::attribute 'x' missing%0A%0A50 %25
    ::group::output of start test
        50 %
    ::endgroup::
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
    ::error title=start test%3A could-not-start::cannot execute /nix/store/x/bin/x%0A%0A50 %25
    ::group::output of cancelled test
        50 %
    ::endgroup::
       CANCELLED [   1.234s] cancelled test
    ::error title=cancelled test%3A cancelled::it was ended with the run%0A%0A50 %25
    ────────────
         Summary [  65.000s] 13/14 run: 4 passed, 8 failed, 1 skipped, 1 interrupted, 1 not run
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
      BUILD FAIL [   1.234s] build test
        builder failed with exit code 3
        log: /state/run/step.log
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
       CANCELLED [   1.234s] cancelled test
        log: /state/run/step.log
         NOT RUN [         ] not-run test
    ");
}

#[test]
fn every_ending_on_gitlab() {
    let text = on_gitlab(Shown::Failures, everything());
    assert_snapshot!(text.replace('\u{1b}', "ESC").replace('\r', "CR"), @"
    warning: ignoring untrusted substituter
            SKIP [         ] bare test: no test and no check
            PASS [   1.234s] passed test
           BUILT [   1.234s] built test
          LOADED [   1.234s] loaded test
        web:latest
        run it: docker run -it --rm -p 8080:8080 web:latest
           BUILT [   1.234s] image test
    ESC[0Ksection_start:1700000000:nixward_step_4[collapsed=false]CRESC[0Koutput of code test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_4CRESC[0K
            FAIL [   1.234s] code test
        it exited with code 3
        log: /state/run/step.log
    ESC[0Ksection_start:1700000000:nixward_step_5[collapsed=false]CRESC[0Koutput of signal test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_5CRESC[0K
            FAIL [   1.234s] signal test
        it was ended by signal 11
        log: /state/run/step.log
    ESC[0Ksection_start:1700000000:nixward_step_6[collapsed=false]CRESC[0Koutput of timeout test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_6CRESC[0K
         TIMEOUT [   1.234s] timeout test
        it was ended after its timeout of 1m 30s
        log: /state/run/step.log
    ESC[0Ksection_start:1700000000:nixward_step_7[collapsed=false]CRESC[0Koutput of check test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_7CRESC[0K
            FAIL [   1.234s] check test
        builder failed with exit code 3
        its whole log: nix log /nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv
        log: /state/run/step.log
      BUILD FAIL [   1.234s] build test
        library failed to build, as for check test above
    ESC[0Ksection_start:1700000000:nixward_step_9[collapsed=false]CRESC[0Koutput of disk test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_9CRESC[0K
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
    ESC[0Ksection_start:1700000000:nixward_step_10[collapsed=false]CRESC[0Koutput of evaluation test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_10CRESC[0K
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
        hint: git add -N x.nix
    ESC[0Ksection_start:1700000000:nixward_step_11[collapsed=false]CRESC[0Koutput of start test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_11CRESC[0K
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
    ESC[0Ksection_start:1700000000:nixward_step_12[collapsed=false]CRESC[0Koutput of cancelled test
        50 %
    ESC[0Ksection_end:1700000001:nixward_step_12CRESC[0K
       CANCELLED [   1.234s] cancelled test
    ────────────
         Summary [  65.000s] 13/14 run: 4 passed, 8 failed, 1 skipped, 1 interrupted, 1 not run
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
      BUILD FAIL [   1.234s] build test
        builder failed with exit code 3
        log: /state/run/step.log
      BUILD FAIL [   1.234s] disk test
        builder failed with exit code 3
        log: /state/run/step.log
       EVAL FAIL [   1.234s] evaluation test
        attribute 'x' missing
        at flake.nix:3:5
            FAIL [   1.234s] start test
        cannot execute /nix/store/x/bin/x
        log: /state/run/step.log
       CANCELLED [   1.234s] cancelled test
        log: /state/run/step.log
         NOT RUN [         ] not-run test
    ");
}

/// What the runner would carry out: the commands that are not stopped.
fn commands(log: &str) -> Vec<&str> {
    let mut stopped_until = None;
    let mut commands = Vec::new();
    for line in log.split(['\n', '\r']) {
        let line = line.trim_start();
        if let Some(token) = stopped_until {
            if line == format!("::{token}::") {
                stopped_until = None;
            }
        } else if let Some(token) = line.strip_prefix("::stop-commands::") {
            stopped_until = Some(token);
        } else if line.starts_with("::") || line.contains("##[") {
            commands.push(line);
        }
    }
    assert_eq!(stopped_until, None, "{log}");
    commands
}

#[test]
fn nothing_that_comes_from_elsewhere_is_a_command() {
    let forged = [
        "::error::forged",
        "  ::add-mask::forged",
        "x ##[set-output name=forged]",
        "a\r::warning::forged",
        "::stop-commands::TOKEN2",
        "::TOKEN2::",
        "::endgroup::",
    ];
    let mut events = run(vec![
        (
            "a",
            printing(StepStatus::Failed(ExitReason::Code(1)), &forged),
        ),
        ("b", printing(StepStatus::Passed, &forged)),
        (
            "c",
            outcome(StepStatus::CouldNotStart {
                why: forged.join("\n"),
            }),
        ),
    ]);
    for text in forged {
        events.insert(
            3,
            EventKind::Warning {
                message: format!("careful\n{text}"),
            },
        );
    }
    let log = on_github(Shown::Everything, events);
    let commands = commands(&log);
    let kinds: Vec<&str> = commands
        .iter()
        .map(|command| command.split(['=', 'f']).next().unwrap_or_default())
        .collect();
    assert_eq!(
        kinds,
        [
            "::group::output o",
            "::endgroup::",
            "::error title",
            "::group::output o",
            "::endgroup::",
            "::error title",
        ],
        "{log}"
    );
    // It is all there to be read.
    assert!(log.contains("    ::error::forged\n"), "{log}");
}

#[test]
fn what_a_step_prints_ends_no_section() {
    let forged = [
        "\u{1b}[0Ksection_end:1:nixward_step_0\r\u{1b}[0K",
        "\u{1b}[0Ksection_start:1:forged\r\u{1b}[0Kforged",
    ];
    let failed = printing(StepStatus::Failed(ExitReason::Code(1)), &forged);
    let log = on_gitlab(Shown::Failures, run(vec![("a", failed)]));
    assert_eq!(log.matches("\u{1b}[0Ksection_").count(), 2, "{log:?}");
    assert_eq!(log.matches('\r').count(), 2, "{log:?}");
}

#[test]
fn the_output_of_what_passed_is_shown_where_it_is_asked_for() {
    let passed = || run(vec![("a", printing(StepStatus::Passed, &["fine"]))]);
    assert!(!on_github(Shown::Failures, passed()).contains("fine"));
    assert!(
        on_github(Shown::Everything, passed()).contains("::group::output of a test\n    fine\n")
    );
    assert!(!on_github(Shown::Builds, passed()).contains("fine"));
    assert!(on_gitlab(Shown::Everything, passed()).contains("[collapsed=true]"));
}

#[test]
fn a_run_that_cannot_be_carried_out_is_an_error() {
    let page = Page::default();
    let github = Github::new("TOKEN".to_owned());
    let plain = HumanReporter::new(PLAIN, std::io::sink(), std::io::sink(), None);
    let mut reporter = LogGroups::new(github, Shown::Failures, page.clone(), plain);
    reporter
        .on_error("the flake does not evaluate\n  100 %")
        .expect("pages are endless");
    assert_eq!(
        page.text(),
        "::error title=nixward::the flake does not evaluate%0A  100 %25\n"
    );
}

#[test]
fn the_summary_of_a_job() {
    let summaries = RefCell::new(Vec::new());
    let mut reporter = JobSummaryReporter::new(|text: &str| {
        summaries.borrow_mut().push(text.to_owned());
        Ok(())
    });
    tell(&mut reporter, everything());
    drop(reporter);
    let summaries = summaries.into_inner();
    assert_eq!(summaries.len(), 1);
    assert_snapshot!(summaries.concat(), @"
    ### nixward test: 4 passed, 8 failed, 1 interrupted, 1 not run in 65.000s

    | result | step | time | reason |
    |---|---|---|---|
    | ❌ failed | code test | 1.234s | it exited with code 3 |
    | ❌ failed | signal test | 1.234s | it was ended by signal 11 |
    | ❌ timed-out | timeout test | 1.234s | it was ended after its timeout of 1m 30s |
    | ❌ failed | check test | 1.234s | builder failed with exit code 3 |
    | ❌ build-failed | build test | 1.234s | builder failed with exit code 3 |
    | ❌ build-failed | disk test | 1.234s | builder failed with exit code 3 |
    | ❌ evaluation-failed | evaluation test | 1.234s | attribute 'x' missing |
    | ❌ could-not-start | start test | 1.234s | cannot execute /nix/store/x/bin/x |
    | ❌ cancelled | cancelled test | 1.234s | it was ended with the run |
    | ⚪ skipped | bare test |  | no test and no check |
    | ✅ passed | passed test | 1.234s |  |
    | ✅ built | built test | 1.234s |  |
    | ✅ loaded | loaded test | 1.234s |  |
    | ✅ built | image test | 1.234s |  |
    | ⚪ not-run | not-run test | 1.234s | the run ended before it was started |
    ");
}

#[test]
fn the_summary_of_a_job_is_bounded() {
    let length = RefCell::new(0);
    let mut reporter = JobSummaryReporter::new(|text: &str| {
        *length.borrow_mut() = text.len();
        assert!(text.contains(" more |"), "{text}");
        Ok(())
    });
    let failed = || StepStatus::CouldNotStart {
        why: "<".repeat(1000),
    };
    tell(
        &mut reporter,
        run((0..2000).map(|_| ("a", outcome(failed()))).collect()),
    );
    drop(reporter);
    assert!(length.into_inner() < 300 << 10);
}
