//! A report in the XML of JUnit, as CI systems read it: a suite for each verb of a project, a case for each step.

use std::{io, time::SystemTime};

use chrono::{DateTime, Utc};
use nixward_core::{
    event::{Event, EventKind},
    history::FailedTry,
    outcome::{StepOutcome, StepStatus},
    plan::{Skipped, StepLabel},
};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use crate::{
    reporter::Reporter,
    verdict::{last_output, reason, whole_reason, word},
};

/// How much of a failed step's output is in the report, at its end; the log has all of it.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 64 << 10;

/// What the report says of the run as a whole.
#[derive(Clone, Debug)]
pub struct JunitSettings {
    pub workspace: String,
    pub started: SystemTime,
}

/// Collects the cases, and hands over the document when the run has ended.
pub struct JunitReporter<S> {
    settings: JunitSettings,
    suites: Vec<TestSuite>,
    is_saved: bool,
    save: S,
}

impl<S: FnMut(&[u8]) -> io::Result<()>> JunitReporter<S> {
    /// `save` is called once, with the whole document.
    pub fn new(settings: JunitSettings, save: S) -> Self {
        Self {
            settings,
            suites: Vec::new(),
            is_saved: false,
            save,
        }
    }

    fn add(&mut self, project: Option<&str>, verb: &str, mut case: TestCase) {
        let workspace = &self.settings.workspace;
        let (suite, class) = match project {
            Some(project) => (
                format!("{project} {verb}"),
                format!("{workspace}.{project}"),
            ),
            None => (format!("{workspace} {verb}"), workspace.clone()),
        };
        case.set_classname(printable(&class));
        let name = printable(&suite);
        let there = self
            .suites
            .iter()
            .position(|suite| suite.name.as_str() == name);
        let place = there.unwrap_or_else(|| {
            self.suites.push(TestSuite::new(&name));
            self.suites.len() - 1
        });
        if let Some(suite) = self.suites.get_mut(place) {
            let taken = suite.time.unwrap_or_default() + case.time.unwrap_or_default();
            suite.set_time(taken);
            suite.add_test_case(case);
        }
    }

    fn step_finished(&mut self, label: &StepLabel, outcome: &StepOutcome) {
        let mut case = TestCase::new(case_name(label), case_status(outcome));
        case.set_time(outcome.duration);
        if !outcome.status.is_success() {
            let lines = last_output(outcome, MOST_LINES, MOST_BYTES);
            if !lines.is_empty() {
                case.set_system_out(printable(&lines.join("\n")));
            }
        }
        self.add(label.project.as_deref(), &label.verb, case);
    }

    fn step_skipped(&mut self, skipped: &Skipped) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(printable(&skipped.why));
        let case = TestCase::new(printable(&skipped.verb), status);
        self.add(Some(&skipped.project), &skipped.verb, case);
    }

    fn save(&mut self, duration: std::time::Duration) -> io::Result<()> {
        if std::mem::replace(&mut self.is_saved, true) {
            return Ok(());
        }
        let mut report = Report::new(printable(&self.settings.workspace));
        report.set_timestamp(DateTime::<Utc>::from(self.settings.started));
        report.set_time(duration);
        report.add_test_suites(std::mem::take(&mut self.suites));
        let text = report.to_string().map_err(io::Error::other)?;
        (self.save)(text.as_bytes())
    }
}

impl<S: FnMut(&[u8]) -> io::Result<()>> Reporter for JunitReporter<S> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        match &event.kind {
            EventKind::StepFinished { label, outcome } => self.step_finished(label, outcome),
            EventKind::StepSkipped { skipped } => self.step_skipped(skipped),
            EventKind::RunFinished { summary } => return self.save(summary.duration),
            _ => {}
        }
        Ok(())
    }

    /// What never came to its steps is an error too: CI systems show no report as no tests at all.
    fn on_error(&mut self, message: &str) -> io::Result<()> {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        let first = message.lines().next().unwrap_or_default();
        status
            .set_type("run-failed")
            .set_message(printable(first))
            .set_description(printable(message));
        self.add(None, "run", TestCase::new("run", status));
        self.save(std::time::Duration::ZERO)
    }
}

fn case_name(label: &StepLabel) -> String {
    match &label.detail {
        Some(detail) => printable(&format!("{} {detail}", label.verb)),
        None => printable(&label.verb),
    }
}

/// A failure is the step's own, an error keeps it from being tried.
fn case_status(outcome: &StepOutcome) -> TestCaseStatus {
    let tries = || outcome.history.failed_tries.iter().map(failed_try);
    let kind = match &outcome.status {
        StepStatus::Flaky => {
            let mut status = TestCaseStatus::success();
            status.add_reruns(tries());
            return status;
        }
        StepStatus::Passed
        | StepStatus::Built { .. }
        | StepStatus::ImageBuilt { .. }
        | StepStatus::Loaded { .. } => return TestCaseStatus::success(),
        StepStatus::NotRun | StepStatus::Blocked { .. } => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason(&outcome.status));
            return status;
        }
        StepStatus::Failed(_) | StepStatus::TimedOut { .. } | StepStatus::CheckFailed(_) => {
            NonSuccessKind::Failure
        }
        StepStatus::BuildFailed(_)
        | StepStatus::EvaluationFailed { .. }
        | StepStatus::CouldNotStart { .. }
        | StepStatus::Cancelled => NonSuccessKind::Error,
    };
    let mut status = TestCaseStatus::non_success(kind);
    // GitLab shows this text and not the case's output.
    let description =
        whole_reason(outcome)
            .into_iter()
            .chain(last_output(outcome, SHOWN_LINES, SHOWN_BYTES));
    status
        .set_type(word(&outcome.status))
        .set_message(printable(&reason(&outcome.status)))
        .set_description(printable(&description.collect::<Vec<_>>().join("\n")));
    status.add_reruns(tries());
    status
}

/// A try before the last one; what it printed is in the log.
fn failed_try(failed: &FailedTry) -> TestRerun {
    let mut rerun = TestRerun::new(NonSuccessKind::Failure);
    rerun
        .set_time(failed.duration)
        .set_type(word(&failed.status))
        .set_message(printable(&reason(&failed.status)));
    rerun
}

/// How much of the output stands beside the reason.
const SHOWN_LINES: usize = 40;
const SHOWN_BYTES: usize = 8 << 10;

/// Without what XML 1.0 has no way to write. Escape sequences and other control characters go on top of that.
fn printable(text: &str) -> String {
    let is_printable = |character: &char| {
        matches!(character, '\t' | '\n')
            || !character.is_control() && !matches!(character, '\u{fffe}' | '\u{ffff}')
    };
    text.chars().filter(is_printable).collect()
}
