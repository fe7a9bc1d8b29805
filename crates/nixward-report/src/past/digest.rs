//! A run's events to what it came to.

use std::{collections::BTreeMap, path::Path, time::Duration};

use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::StepLabel,
};
use nixward_schema::{LineStatus, RecordHead, RunDocument, RunHeader, RunState, RunStep};

/// Hears a run, and says what it came to, also where it has no end.
#[derive(Debug)]
pub struct RunDigest {
    id: String,
    head: RecordHead,
    /// The hash of each step's derivation.
    derivations: BTreeMap<usize, String>,
    steps: Vec<RunStep>,
    /// What the steps add up to so far.
    so_far: RunSummary,
    finished: Option<RunSummary>,
    latest: Duration,
}

impl RunDigest {
    pub fn new(id: String, mut head: RecordHead) -> Self {
        Self {
            id,
            derivations: std::mem::take(&mut head.derivations).into_iter().collect(),
            head,
            steps: Vec::new(),
            so_far: RunSummary::default(),
            finished: None,
            latest: Duration::ZERO,
        }
    }

    pub fn on_event(&mut self, event: &Event) {
        self.latest = self.latest.max(event.elapsed);
        match &event.kind {
            EventKind::StepFinished { label, outcome } => {
                self.so_far.add(outcome);
                let step = self.step(label, outcome);
                self.steps.push(step);
            }
            EventKind::StepSkipped { .. } => self.so_far.skipped += 1,
            EventKind::RunFinished { summary } => self.finished = Some(summary.clone()),
            _ => {}
        }
    }

    /// Whether the end was told.
    pub fn is_finished(&self) -> bool {
        self.finished.is_some()
    }

    /// What it came to; `unfinished` is what to call it where its end was not told.
    pub fn document(self, unfinished: RunState) -> RunDocument {
        let Self {
            id,
            head,
            derivations: _,
            steps,
            mut so_far,
            finished,
            latest,
        } = self;
        so_far.duration = latest;
        let state = finished.as_ref().map_or(unfinished, state);
        let summary = finished.unwrap_or(so_far);
        RunDocument {
            v: RunDocument::VERSION,
            run: RunHeader {
                run: id,
                workspace: head.workspace,
                verb: head.verb,
                started: head.started,
                milliseconds: milliseconds(summary.duration),
                state,
                passed: summary.passed,
                failed: summary.failed,
                skipped: summary.skipped,
                not_run: summary.not_run,
                interrupted: summary.interrupted,
                flaky: summary.flaky,
                slow: summary.slow_passed + summary.slow_failed,
                folder: None,
            },
            steps,
        }
    }

    fn step(&self, label: &StepLabel, outcome: &StepOutcome) -> RunStep {
        let log = outcome.log.as_deref().and_then(Path::file_name);
        RunStep {
            project: label.project.clone(),
            verb: label.verb.clone(),
            detail: label.detail.clone(),
            status: line_status(&outcome.status),
            milliseconds: milliseconds(outcome.duration),
            tries: outcome.history.last_try(),
            slow: outcome.history.is_slow,
            derivation: self.derivations.get(&label.id).cloned(),
            log: log.map(|name| name.to_string_lossy().into_owned()),
        }
    }
}

fn state(summary: &RunSummary) -> RunState {
    if summary.cancelled {
        RunState::Cancelled
    } else if summary.failed + summary.interrupted + summary.not_run > 0 {
        RunState::Failed
    } else {
        RunState::Passed
    }
}

fn line_status(status: &StepStatus) -> LineStatus {
    match status {
        StepStatus::Passed => LineStatus::Passed,
        StepStatus::Flaky => LineStatus::Flaky,
        StepStatus::Built { .. } | StepStatus::ImageBuilt { .. } => LineStatus::Built,
        StepStatus::Loaded { .. } => LineStatus::Loaded,
        StepStatus::Failed(_) | StepStatus::CheckFailed(_) => LineStatus::Failed,
        StepStatus::TimedOut { .. } => LineStatus::TimedOut,
        StepStatus::BuildFailed(_) => LineStatus::BuildFailed,
        StepStatus::EvaluationFailed { .. } => LineStatus::EvaluationFailed,
        StepStatus::CouldNotStart { .. } => LineStatus::CouldNotStart,
        StepStatus::Cancelled => LineStatus::Cancelled,
        StepStatus::NotRun | StepStatus::Blocked { .. } => LineStatus::NotRun,
    }
}

/// As reports round it.
fn milliseconds(duration: Duration) -> u64 {
    let rounded = duration.saturating_add(Duration::from_micros(500));
    u64::try_from(rounded.as_millis()).unwrap_or(u64::MAX)
}
