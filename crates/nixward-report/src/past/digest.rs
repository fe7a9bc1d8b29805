//! A run's events to what it came to.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::StepLabel,
};
use nixward_schema::{LineStatus, RecordHead, RunDocument, RunHeader, RunState, RunStep};

use crate::verdict::reason;

/// Hears a run, and says what it came to, also where it has no end.
#[derive(Debug)]
pub struct RunDigest {
    id: String,
    head: RecordHead,
    /// The hash of each step's derivation.
    derivations: BTreeMap<usize, String>,
    /// How many steps were to be run.
    planned: usize,
    steps: Vec<RunStep>,
    /// Those that began and have not ended.
    open: BTreeMap<usize, OpenStep>,
    /// What the steps add up to so far.
    so_far: RunSummary,
    finished: Option<RunSummary>,
    latest: Duration,
}

/// A step that has no end yet.
#[derive(Debug)]
struct OpenStep {
    label: Arc<StepLabel>,
    began: Duration,
    /// Which try it is.
    tries: usize,
}

/// What is known, besides what was told, of a run whose end was not told.
pub struct OpenEnd<'a> {
    pub goes_on: bool,
    /// How long after its beginning there was a sign of it.
    pub seen: Duration,
    /// The name of a step's log in the run's folder, where it has one.
    pub log: &'a dyn Fn(&StepLabel) -> Option<String>,
}

impl RunDigest {
    pub fn new(id: String, mut head: RecordHead) -> Self {
        Self {
            id,
            derivations: std::mem::take(&mut head.derivations).into_iter().collect(),
            head,
            planned: 0,
            steps: Vec::new(),
            open: BTreeMap::new(),
            so_far: RunSummary::default(),
            finished: None,
            latest: Duration::ZERO,
        }
    }

    pub fn on_event(&mut self, event: &Event) {
        self.latest = self.latest.max(event.elapsed);
        match &event.kind {
            EventKind::RunStarted { steps, verb: _ } => self.planned = *steps,
            EventKind::StepStarted { label } => {
                let open = OpenStep {
                    label: Arc::clone(label),
                    began: event.elapsed,
                    tries: 1,
                };
                self.open.insert(label.id, open);
            }
            EventKind::TryFailed { label, number, .. } => {
                if let Some(open) = self.open.get_mut(&label.id) {
                    open.tries = number + 1;
                }
            }
            EventKind::StepFinished { label, outcome } => {
                self.open.remove(&label.id);
                self.so_far.add(outcome);
                let step = self.step(label, outcome);
                self.steps.push(step);
            }
            EventKind::StepSkipped { .. } => self.so_far.skipped += 1,
            EventKind::RunFinished { summary } => self.finished = Some(summary.clone()),
            _ => {}
        }
    }

    /// What it came to; nothing where its end was not told.
    pub fn finished(mut self) -> Option<RunDocument> {
        let summary = self.finished.take()?;
        let state = state(&summary);
        Some(self.told(&summary, state))
    }

    /// What it came to, or has come to so far.
    pub fn document(mut self, open_end: &OpenEnd<'_>) -> RunDocument {
        if let Some(summary) = self.finished.take() {
            let state = state(&summary);
            return self.told(&summary, state);
        }
        let until = self.latest.max(open_end.seen);
        let (status, state) = if open_end.goes_on {
            (LineStatus::Running, RunState::Running)
        } else {
            (LineStatus::Unfinished, RunState::BrokenOff)
        };
        let mut summary = std::mem::take(&mut self.so_far);
        summary.duration = until;
        if !open_end.goes_on {
            let told = self.steps.len() + self.open.len();
            summary.not_run += self.planned.saturating_sub(told);
        }
        let open = std::mem::take(&mut self.open);
        let unfinished = open.len();
        for (id, open) in open {
            let OpenStep {
                label,
                began,
                tries,
            } = open;
            self.steps.push(RunStep {
                project: label.project.clone(),
                verb: label.verb.clone(),
                detail: label.detail.clone(),
                status,
                why: None,
                milliseconds: milliseconds(until.saturating_sub(began)),
                tries,
                slow: false,
                derivation: self.derivations.get(&id).cloned(),
                log: (open_end.log)(&label),
            });
        }
        let mut document = self.told(&summary, state);
        document.run.unfinished = unfinished;
        document
    }

    fn told(self, summary: &RunSummary, state: RunState) -> RunDocument {
        RunDocument {
            v: RunDocument::VERSION,
            run: RunHeader {
                run: self.id,
                workspace: self.head.workspace,
                verb: self.head.verb,
                started: self.head.started,
                milliseconds: milliseconds(summary.duration),
                state,
                passed: summary.passed,
                failed: summary.failed,
                skipped: summary.skipped,
                not_run: summary.not_run,
                interrupted: summary.interrupted,
                unfinished: 0,
                flaky: summary.flaky,
                slow: summary.slow_passed + summary.slow_failed,
                folder: None,
            },
            steps: self.steps,
        }
    }

    fn step(&self, label: &StepLabel, outcome: &StepOutcome) -> RunStep {
        let log = outcome.log.as_deref().and_then(Path::file_name);
        RunStep {
            project: label.project.clone(),
            verb: label.verb.clone(),
            detail: label.detail.clone(),
            status: line_status(&outcome.status),
            why: outcome.status.is_not_run().then(|| reason(&outcome.status)),
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
