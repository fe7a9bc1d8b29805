//! `--report summary`.

use insta::assert_snapshot;
use nixward_core::outcome::StepStatus;
use nixward_report::{reporter::Reporter as _, rerun::Rerun, summary::SummaryReporter};

use crate::{
    events::{at, endings, outcome, run},
    page::Page,
};

fn summarised(endings: Vec<(&'static str, StepStatus)>) -> String {
    let page = Page::default();
    let rerun = Rerun {
        before: vec!["-C".to_owned(), "/work dir".to_owned()],
        after: vec!["--impure".to_owned()],
    };
    let mut reporter = SummaryReporter::new(rerun, page.clone());
    let endings = endings
        .into_iter()
        .map(|(name, status)| (name, outcome(status)))
        .collect();
    for kind in run(endings) {
        reporter.on_event(&at(kind)).expect("pages are endless");
    }
    page.text()
}

#[test]
fn every_ending() {
    assert_snapshot!(summarised(endings()), @"
    summary: passed=4 flaky=0 failed=8 interrupted=1 not-run=1 skipped=1 seconds=65.000
    failed: code test: it exited with code 3 | log: /state/run/step.log | again: nixward -C '/work dir' test code --impure
    failed: signal test: it was ended by signal 11 | log: /state/run/step.log | again: nixward -C '/work dir' test signal --impure
    timed-out: timeout test: it was ended after its timeout of 1m 30s | log: /state/run/step.log | again: nixward -C '/work dir' test timeout --impure
    failed: check test: builder failed with exit code 3 | log: /state/run/step.log | again: nixward -C '/work dir' test check --impure
    build-failed: build test: builder failed with exit code 3 | log: /state/run/step.log | again: nixward -C '/work dir' test build --impure
    build-failed: disk test: builder failed with exit code 3 | log: /state/run/step.log | again: nixward -C '/work dir' test disk --impure
    evaluation-failed: evaluation test: attribute 'x' missing | again: nixward -C '/work dir' test evaluation --impure
    could-not-start: start test: cannot execute /nix/store/x/bin/x | log: /state/run/step.log | again: nixward -C '/work dir' test start --impure
    cancelled: cancelled test: it was ended with the run | log: /state/run/step.log | again: nixward -C '/work dir' test cancelled --impure
    ");
}

#[test]
fn of_a_good_run_the_counts() {
    assert_snapshot!(summarised(vec![("a", StepStatus::Passed)]), @"summary: passed=1 flaky=0 failed=0 interrupted=0 not-run=0 skipped=1 seconds=65.000");
}

#[test]
fn each_failure_is_one_line() {
    let text = summarised(vec![(
        "a",
        StepStatus::CouldNotStart {
            why: "\n\n one\r\ntwo\nsummary: passed=9".to_owned(),
        },
    )]);
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(
        text.contains("could-not-start: a test: one | log"),
        "{text}"
    );
}
