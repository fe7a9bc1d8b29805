//! What is told of a run, and what it adds up to. The only emitter of events while steps run.

use std::{sync::Arc, time::Duration};

use nixward_core::{
    event::EventKind,
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::{Action, Step, StepLabel},
};

use crate::{
    build_results::TargetFailure, cancellation::Cancellation, context::ExecutionContext,
    emitter::Emitter, program_step::Progress,
};

/// Tells, and counts what it told.
pub(crate) struct Tally<'a, 'e> {
    pub(crate) context: &'a ExecutionContext,
    pub(crate) cancellation: &'a Cancellation,
    pub(crate) emitter: &'a mut Emitter<'e>,
    pub(crate) summary: RunSummary,
    /// Whether the cancellation was told.
    announced: bool,
}

impl<'a, 'e> Tally<'a, 'e> {
    pub(crate) fn new(
        context: &'a ExecutionContext,
        cancellation: &'a Cancellation,
        emitter: &'a mut Emitter<'e>,
    ) -> Self {
        Self {
            context,
            cancellation,
            emitter,
            summary: RunSummary::default(),
            announced: false,
        }
    }

    pub(crate) fn finish(&mut self, label: &Arc<StepLabel>, outcome: StepOutcome) {
        self.summary.add(&outcome);
        self.emitter.emit(EventKind::StepFinished {
            label: Arc::clone(label),
            outcome,
        });
    }

    pub(crate) fn not_run<'l>(&mut self, labels: impl Iterator<Item = &'l Arc<StepLabel>>) {
        for label in labels {
            self.finish(label, StepOutcome::of(StepStatus::NotRun));
        }
    }

    pub(crate) fn must_stop(&self) -> bool {
        let failed = self.context.fail_fast && self.summary.failed > 0;
        failed || self.is_cancelled()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancellation.signal().is_some()
    }

    pub(crate) fn build_failed(&mut self, step: &Step, failure: TargetFailure, duration: Duration) {
        let is_check = matches!(step.action, Action::Check);
        let path = self.context.logs.path(&step.label);
        let has_log = !failure.log.is_empty() && {
            let mut log = self.context.logs.open(&step.label);
            log.push((failure.log.join("\n") + "\n").as_bytes());
            log.finish().has_file
        };
        let status = if is_check && failure.is_own {
            StepStatus::CheckFailed(failure.problem)
        } else {
            StepStatus::BuildFailed(failure.problem)
        };
        let outcome = StepOutcome {
            output: failure.log,
            log: has_log.then_some(path),
            ..StepOutcome::of(status)
        };
        self.finish(&step.label, outcome.took(duration));
    }

    pub(crate) fn tell(&mut self, progress: Progress) {
        self.emitter.emit(match progress {
            Progress::Started(label) => EventKind::StepStarted { label },
            Progress::Output(label, bytes) => EventKind::StepOutput { label, bytes },
            Progress::Line(label, line) => EventKind::StepLine { label, line },
            Progress::Slow(label, after) => EventKind::StepSlow { label, after },
            Progress::Ending(label, after) => EventKind::StepEnding { label, after },
            Progress::TryFailed {
                label,
                failed,
                number,
                of,
                delay,
            } => EventKind::TryFailed {
                label,
                failed,
                number,
                of,
                delay,
            },
        });
    }

    pub(crate) fn announce(&mut self, running: usize) {
        if let (false, Some(signal)) = (self.announced, self.cancellation.signal_name()) {
            self.announced = true;
            self.emitter.emit(EventKind::Cancelling { signal, running });
        }
    }
}
