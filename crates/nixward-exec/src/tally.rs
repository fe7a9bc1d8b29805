//! What is told of a run, and what it adds up to. The only emitter of events while steps run.

use std::{sync::Arc, time::Duration};

use nixward_core::{
    evaluation::EvaluationFailure,
    event::EventKind,
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::{Action, FailedAttribute, Step, StepLabel},
};

use crate::{
    build_logs::BuildLogs, build_results::TargetFailure, cancellation::Cancellation,
    context::ExecutionContext, emitter::Emitter, output_log::FinishedLog, program_step::Progress,
    successors::Ends,
};

/// Tells, and counts what it told.
pub(crate) struct Tally<'a, 'e> {
    pub(crate) context: &'a ExecutionContext,
    pub(crate) cancellation: &'a Cancellation,
    pub(crate) emitter: &'a mut Emitter<'e>,
    pub(crate) summary: RunSummary,
    pub(crate) build_logs: BuildLogs,
    /// For those that come after.
    pub(crate) ends: Ends,
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
            build_logs: BuildLogs::new(&context.logs),
            ends: Ends::default(),
            announced: false,
        }
    }

    pub(crate) fn finish(&mut self, label: &Arc<StepLabel>, outcome: StepOutcome) {
        self.summary.add(&outcome);
        self.ends.add(label, &outcome.status);
        self.emitter.emit(EventKind::StepFinished {
            label: Arc::clone(label),
            outcome,
        });
    }

    /// Something does not evaluate: what led to it becomes its log.
    pub(crate) fn did_not_evaluate(&mut self, failed: &FailedAttribute) {
        let FailedAttribute {
            label,
            failure: EvaluationFailure { message, trace },
            hint,
        } = failed;
        let has_log = trace.as_ref().is_some_and(|trace| {
            let mut log = self.context.logs.open(label);
            log.push(format!("error: {trace}\n").as_bytes());
            log.finish().has_file
        });
        let status = StepStatus::EvaluationFailed {
            hint: hint.clone(),
            message: message.clone(),
        };
        let outcome = StepOutcome {
            log: has_log.then(|| self.context.logs.path(label)),
            ..StepOutcome::of(status)
        };
        self.finish(label, outcome);
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
        self.cancellation.is_cancelled()
    }

    pub(crate) fn build_failed(&mut self, step: &Step, failure: TargetFailure, duration: Duration) {
        let printed = self.printed_by_build(step, &failure);
        let is_check = matches!(step.action, Action::Check);
        let status = if is_check && failure.is_own {
            StepStatus::CheckFailed(failure.problem)
        } else {
            StepStatus::BuildFailed(failure.problem)
        };
        let path = self.context.logs.path(&step.label);
        let outcome = StepOutcome {
            output: printed.lines,
            output_lines_before: printed.lines_before,
            log: printed.has_file.then_some(path),
            notes: printed.problem.into_iter().collect(),
            ..StepOutcome::of(status)
        };
        self.finish(&step.label, outcome.took(duration));
    }

    /// What the build at fault printed, which becomes the log of the step.
    fn printed_by_build(&mut self, step: &Step, failure: &TargetFailure) -> FinishedLog {
        let path = self.context.logs.path(&step.label);
        let drv_path = failure.problem.drv_path.as_deref();
        let kept = drv_path.and_then(|drv_path| self.build_logs.of(drv_path));
        if let Some(kept) = kept
            && kept.keep_as(&path).is_ok()
        {
            return kept.log.clone();
        }
        if failure.log.is_empty() {
            return FinishedLog::default();
        }
        // Its log could not be kept; Nix told the end of it.
        let mut log = self.context.logs.open(&step.label);
        log.push((failure.log.join("\n") + "\n").as_bytes());
        log.finish()
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

    /// Tells what the run ends for, where that is the next one.
    pub(crate) fn tell_cause(&mut self) {
        if let Some(cause) = self.cancellation.take_cause() {
            self.emitter.emit(cause);
        }
    }

    pub(crate) fn announce(&mut self, running: usize) {
        self.tell_cause();
        if let (false, Some(signal)) = (self.announced, self.cancellation.signal_name()) {
            self.announced = true;
            self.emitter.emit(EventKind::Cancelling { signal, running });
        }
    }
}
