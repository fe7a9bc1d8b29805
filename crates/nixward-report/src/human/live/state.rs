//! What runs now, as events tell it:
//!
//! ```text
//! nothing ─EvaluationStarted→ evaluating ─RunStarted→ building, downloading, running ─RunFinished→ nothing
//! ```

use std::{collections::BTreeMap, time::Duration};

use nixward_core::{
    event::{Event, EventKind},
    outcome::StepStatus,
    store_path::derivation_name,
};

use super::estimate::{self, Expected, Left};
use crate::style::harmless;

/// All that a frame is made from.
#[derive(Debug, Default)]
pub(super) struct LiveState {
    /// Since when, while the flake is evaluated.
    pub(super) evaluating_since: Option<Duration>,
    pub(super) verb: String,
    pub(super) steps: usize,
    pub(super) done: usize,
    pub(super) failed: usize,
    pub(super) fetches: Fetches,
    running: BTreeMap<Key, Running>,
    jobs: usize,
    /// The steps that are not over, with what they took before.
    expected: Expected,
}

/// What a line is about.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Key {
    Build(String),
    Step(usize),
}

/// Something that runs.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) word: &'static str,
    pub(super) name: String,
    pub(super) since: Duration,
    /// The phase of a build, the try of a step.
    pub(super) phase: Option<String>,
    /// The last line that it printed.
    pub(super) line: String,
}

/// Downloads of store paths, together.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    /// The paths that are on their way, with the bytes that are there.
    pub(super) running: BTreeMap<String, u64>,
    pub(super) since: Duration,
    /// The bytes of those that have arrived.
    finished: u64,
    expected: u64,
}

impl Fetches {
    pub(super) fn done(&self) -> u64 {
        self.finished + self.running.values().sum::<u64>()
    }

    /// How many bytes there are in all, if Nix said so.
    pub(super) fn expected(&self) -> Option<u64> {
        (self.expected > 0).then(|| self.expected.max(self.done()))
    }
}

/// As the summary counts it.
fn is_failure(status: &StepStatus) -> bool {
    !status.is_success() && *status != StepStatus::Cancelled && !status.is_not_run()
}

impl LiveState {
    /// What runs, the oldest first.
    pub(super) fn running(&self) -> Vec<&Running> {
        let mut running: Vec<&Running> = self.running.values().collect();
        running.sort_by_key(|one| one.since);
        running
    }

    /// How much longer it may take, where earlier runs tell.
    pub(super) fn left(&self, now: Duration) -> Option<Duration> {
        let is_nix_at_work = |key: &Key| matches!(key, Key::Build(_));
        if !self.fetches.running.is_empty() || self.running.keys().any(is_nix_at_work) {
            return None;
        }
        let steps = self.expected.iter().map(|(id, expected)| {
            let running = self.running.get(&Key::Step(*id));
            Left {
                expected: *expected,
                running_for: running.map(|running| now.saturating_sub(running.since)),
            }
        });
        estimate::left(self.jobs, steps)
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        let Event { elapsed, kind } = event;
        match kind {
            EventKind::EvaluationStarted => self.evaluating_since = Some(*elapsed),
            EventKind::EvaluationFinished { .. } => self.evaluating_since = None,
            EventKind::RunStarted { steps, verb } => {
                self.steps = *steps;
                self.verb.clone_from(verb);
            }
            EventKind::BuildStarted { drv_path } => {
                let name = derivation_name(drv_path);
                self.start(Key::Build(drv_path.clone()), "building", name, *elapsed);
            }
            EventKind::BuildPhase { drv_path, phase } => {
                if let Some(build) = self.running.get_mut(&Key::Build(drv_path.clone())) {
                    build.phase = Some(harmless(phase));
                }
            }
            EventKind::BuildLine { drv_path, line } => {
                self.line(&Key::Build(drv_path.clone()), line);
            }
            EventKind::BuildFinished { drv_path, .. } => {
                self.running.remove(&Key::Build(drv_path.clone()));
            }
            EventKind::FetchStarted { path } => {
                if self.fetches.running.is_empty() {
                    self.fetches.since = *elapsed;
                }
                self.fetches.running.insert(path.clone(), 0);
            }
            EventKind::FetchAdvanced { path, done } => {
                if let Some(there) = self.fetches.running.get_mut(path) {
                    *there = *done;
                }
            }
            EventKind::FetchFinished { path } => {
                self.fetches.finished += self.fetches.running.remove(path).unwrap_or_default();
            }
            EventKind::FetchExpected { bytes } => self.fetches.expected = *bytes,
            EventKind::StepStarted { label } => {
                self.start(Key::Step(label.id), "running", &label.to_string(), *elapsed);
            }
            EventKind::StepLine { label, line } => self.line(&Key::Step(label.id), line),
            EventKind::TryFailed {
                label, number, of, ..
            } => {
                if let Some(step) = self.running.get_mut(&Key::Step(label.id)) {
                    step.phase = Some(format!("try {} of {of}", number + 1));
                    step.line.clear();
                }
            }
            EventKind::Expected { expected } => {
                self.jobs = expected.jobs;
                self.expected.clone_from(&expected.steps);
            }
            EventKind::StepFinished { label, outcome } => {
                self.expected.remove(&label.id);
                self.done += 1;
                self.failed += usize::from(is_failure(&outcome.status));
                self.running.remove(&Key::Step(label.id));
            }
            EventKind::StepOutput { .. }
            | EventKind::StepSlow { .. }
            | EventKind::StepEnding { .. }
            | EventKind::StepSkipped { .. }
            | EventKind::Warning { .. }
            | EventKind::Cancelling { .. }
            | EventKind::HandedOver
            | EventKind::RunFinished { .. }
            | EventKind::Info { .. }
            | EventKind::Stopping
            | EventKind::GoingOn
            | EventKind::WatchChanged { .. }
            | EventKind::WatchAgain { .. }
            | EventKind::WatchWaiting => {}
        }
    }

    fn start(&mut self, key: Key, word: &'static str, name: &str, since: Duration) {
        let running = Running {
            word,
            name: harmless(name),
            since,
            phase: None,
            line: String::new(),
        };
        self.running.insert(key, running);
    }

    fn line(&mut self, key: &Key, line: &str) {
        if let Some(running) = self.running.get_mut(key) {
            let line = harmless(line);
            // A blank line says less than the one before it.
            if !line.trim().is_empty() {
                running.line = line;
            }
        }
    }
}
