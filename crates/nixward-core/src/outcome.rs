//! How a step and a run ended.

use std::{path::PathBuf, sync::Arc, time::Duration};

use crate::{history::StepHistory, plan::StepLabel};

/// How one step ended.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOutcome {
    pub status: StepStatus,
    pub duration: Duration,
    /// The last lines of what it printed.
    pub output: Vec<String>,
    /// How many lines came before those.
    pub output_lines_before: usize,
    /// Where everything it printed is.
    pub log: Option<PathBuf>,
    /// What else must be said, each a line: left processes, missing protection.
    pub notes: Vec<String>,
    /// What went before: tries, runs, whether it was slow.
    pub history: StepHistory,
}

impl StepOutcome {
    /// An end that took no time and left nothing to show.
    pub fn of(status: StepStatus) -> Self {
        Self {
            status,
            duration: Duration::ZERO,
            output: Vec::new(),
            output_lines_before: 0,
            log: None,
            notes: Vec::new(),
            history: StepHistory::default(),
        }
    }

    /// The same, with how long it took.
    #[must_use]
    pub fn took(self, duration: Duration) -> Self {
        Self { duration, ..self }
    }
}

/// The verdict on a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum StepStatus {
    Passed,
    /// It passed, but had failed before; see [`StepHistory`].
    Flaky,
    /// Built, where building was all that was wanted; the paths of the outputs.
    Built {
        paths: Vec<String>,
    },
    /// The image is in the engine.
    Loaded {
        reference: String,
        hint: Option<String>,
    },
    /// The image is built, and was not to be loaded; where it is.
    ImageBuilt {
        path: String,
    },
    Failed(ExitReason),
    TimedOut {
        after: Duration,
    },
    /// The derivation itself failed, and it is the check.
    CheckFailed(BuildProblem),
    /// Something that the step needs failed to build.
    BuildFailed(BuildProblem),
    /// It does not evaluate.
    EvaluationFailed {
        message: String,
        hint: Option<String>,
    },
    CouldNotStart {
        why: String,
    },
    /// It was ended because the run was cancelled.
    Cancelled,
    /// It was not started because the run ended first.
    NotRun,
    /// It was not started because of a step that it comes after: this one, which failed.
    Blocked {
        by: Arc<StepLabel>,
    },
}

/// What failed to build for a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildProblem {
    /// The derivation at fault; absent where Nix named none.
    pub drv_path: Option<String>,
    pub message: String,
}

/// How a program ended that did not succeed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ExitReason {
    Code(i32),
    Signal(i32),
}

/// What the exit code of a run must say of a step.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    Fine,
    StepFailed,
    BuildFailed,
    EvaluationFailed,
    OwnFailure,
}

impl StepStatus {
    pub fn severity(&self) -> Severity {
        match self {
            Self::Passed
            | Self::Flaky
            | Self::Built { .. }
            | Self::Loaded { .. }
            | Self::ImageBuilt { .. } => Severity::Fine,
            Self::Failed(_)
            | Self::TimedOut { .. }
            | Self::CheckFailed(_)
            | Self::Cancelled
            // It was wanted, and nobody knows what would have come of it.
            | Self::NotRun
            | Self::Blocked { .. }
            | Self::CouldNotStart { .. } => Severity::StepFailed,
            Self::BuildFailed(_) => Severity::BuildFailed,
            Self::EvaluationFailed { .. } => Severity::EvaluationFailed,
        }
    }

    /// Whether it was never started.
    pub fn is_not_run(&self) -> bool {
        matches!(self, Self::NotRun | Self::Blocked { .. })
    }

    pub fn is_success(&self) -> bool {
        matches!(
            self,
            Self::Passed
                | Self::Flaky
                | Self::Built { .. }
                | Self::Loaded { .. }
                | Self::ImageBuilt { .. }
        )
    }
}

/// A whole run.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RunSummary {
    pub passed: usize,
    pub failed: usize,
    pub skipped: usize,
    pub not_run: usize,
    /// Steps that were ended because the run was cancelled.
    pub interrupted: usize,
    /// Those of the passed ones that had failed before.
    pub flaky: usize,
    /// Those of the passed ones that were slow.
    pub slow_passed: usize,
    /// Those of the failed ones that were slow.
    pub slow_failed: usize,
    pub duration: Duration,
    pub cancelled: bool,
    /// The worst that happened.
    pub worst: Option<Severity>,
}

impl RunSummary {
    pub fn add(&mut self, outcome: &StepOutcome) {
        let StepOutcome {
            status, history, ..
        } = outcome;
        let slow = usize::from(history.is_slow);
        match status {
            StepStatus::NotRun | StepStatus::Blocked { .. } => self.not_run += 1,
            StepStatus::Cancelled => self.interrupted += 1,
            status if status.is_success() => {
                self.passed += 1;
                self.slow_passed += slow;
                self.flaky += usize::from(*status == StepStatus::Flaky);
            }
            _ => {
                self.failed += 1;
                self.slow_failed += slow;
            }
        }
        self.worst = self.worst.max(Some(status.severity()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(statuses: &[StepStatus]) -> RunSummary {
        let mut summary = RunSummary::default();
        for status in statuses {
            summary.add(&StepOutcome::of(status.clone()));
        }
        summary
    }

    #[test]
    fn what_did_not_come_to_its_end_is_no_success() {
        for status in [StepStatus::NotRun, StepStatus::Cancelled] {
            assert!(!status.is_success(), "{status:?}");
            let summary = summary(&[StepStatus::Passed, status]);
            assert_eq!(summary.worst, Some(Severity::StepFailed));
            assert_eq!((summary.passed, summary.failed), (1, 0));
        }
    }

    #[test]
    fn a_flaky_one_is_a_success_that_is_counted() {
        let summary = summary(&[StepStatus::Passed, StepStatus::Flaky]);
        assert_eq!(summary.worst, Some(Severity::Fine));
        assert_eq!((summary.passed, summary.flaky, summary.failed), (2, 1, 0));
    }
}
