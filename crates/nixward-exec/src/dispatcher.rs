//! Runs a plan. In stages:
//! 1. what does not evaluate is reported as failed;
//! 2. all derivations of all steps are built by one `nix`;
//! 3. steps whose build failed are reported; builds and checks are done;
//! 4. the others are handed to workers, as many as there are jobs; verbs like `run` one after the other;
//! 5. the summary. The dispatcher is the only one that emits events.

use std::{sync::Arc, thread, time::Duration};

use crossbeam_channel::{Receiver, bounded, select, unbounded};
use nixward_core::{
    event::EventKind,
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::{Action, Plan, Step, StepLabel},
};
use thiserror::Error;

use crate::{
    build_results::{BuildResults, TargetFailure},
    builder::{BuildError, Builder},
    cancellation::Cancellation,
    context::ExecutionContext,
    emitter::Emitter,
    error_chain::with_sources,
    program_step::Progress,
    worker::{Ready, worker},
};

/// A plan could not be carried out at all.
#[derive(Debug, Error)]
pub enum ExecuteError {
    #[error("cannot build")]
    Build(#[from] BuildError),
}

/// Carries out a plan and says everything on the way.
pub fn execute(
    context: &ExecutionContext,
    plan: &Plan,
    cancellation: &Cancellation,
    emitter: &mut Emitter<'_>,
) -> Result<RunSummary, ExecuteError> {
    if let Err(error) = context.logs.create() {
        // Tests can run without their logs being kept.
        let message = with_sources(&error);
        emitter.emit(EventKind::Warning { message });
    }
    let verb = plan
        .steps
        .first()
        .map(|step| step.label.verb.clone())
        .unwrap_or_default();
    emitter.emit(EventKind::RunStarted {
        steps: plan.steps.len() + plan.failed.len(),
        verb,
    });
    let mut dispatcher = Dispatcher {
        context,
        cancellation,
        emitter,
        summary: RunSummary::default(),
        announced: false,
    };
    for skipped in &plan.skipped {
        dispatcher.summary.skipped += 1;
        dispatcher.emitter.emit(EventKind::StepSkipped {
            skipped: skipped.clone(),
        });
    }
    for failed in &plan.failed {
        let status = StepStatus::EvaluationFailed {
            hint: failed.hint.clone(),
            message: failed.message.clone(),
        };
        dispatcher.finish(&failed.label, StepOutcome::of(status));
    }
    let built = dispatcher.build(plan)?;
    let ready = match built {
        Some(built) => dispatcher.after_builds(plan, &built),
        None => {
            dispatcher.not_run(plan.steps.iter().map(|step| &step.label));
            Vec::new()
        }
    };
    dispatcher.run_all(ready);
    let mut summary = dispatcher.summary;
    summary.duration = emitter.elapsed();
    summary.cancelled = cancellation.signal().is_some();
    emitter.emit(EventKind::RunFinished {
        summary: summary.clone(),
    });
    Ok(summary)
}

struct Dispatcher<'a, 'e> {
    context: &'a ExecutionContext,
    cancellation: &'a Cancellation,
    emitter: &'a mut Emitter<'e>,
    summary: RunSummary,
    /// Whether the cancellation was told.
    announced: bool,
}

impl Dispatcher<'_, '_> {
    fn finish(&mut self, label: &Arc<StepLabel>, outcome: StepOutcome) {
        self.summary.add(&outcome.status);
        self.emitter.emit(EventKind::StepFinished {
            label: Arc::clone(label),
            outcome,
        });
    }

    fn not_run<'l>(&mut self, labels: impl Iterator<Item = &'l Arc<StepLabel>>) {
        for label in labels {
            self.finish(label, StepOutcome::of(StepStatus::NotRun));
        }
    }

    fn must_stop(&self) -> bool {
        let failed = self.context.fail_fast && self.summary.failed > 0;
        failed || self.cancellation.signal().is_some()
    }

    /// Builds for all steps; nothing where the run was cancelled meanwhile or must stop before.
    fn build(&mut self, plan: &Plan) -> Result<Option<BuildResults>, BuildError> {
        if self.must_stop() {
            return Ok(None);
        }
        let targets: Vec<_> = plan
            .steps
            .iter()
            .flat_map(|step| step.builds.iter().cloned())
            .collect();
        let builder = Builder {
            nix: &self.context.nix,
            runner: &self.context.runner,
            roots: &self.context.roots,
        };
        match builder.build(&targets, &mut |kind| self.emitter.emit(kind)) {
            Ok(results) => Ok(Some(results)),
            Err(BuildError::Run(nixward_nix::runner::RunError::Cancelled)) => {
                self.announce(0);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Settles the steps for which building was all; returns the others.
    fn after_builds<'p>(&mut self, plan: &'p Plan, results: &BuildResults) -> Vec<Ready<'p>> {
        let mut ready = Vec::new();
        for step in &plan.steps {
            let duration = results.duration(&step.builds);
            match results.of(&step.builds) {
                Err(failure) => self.build_failed(step, failure, duration),
                Ok(outputs) => match step.action {
                    Action::Build => {
                        let status = StepStatus::Built {
                            paths: outputs.into_values().collect(),
                        };
                        self.finish(&step.label, StepOutcome::of(status).took(duration));
                    }
                    Action::Check => {
                        let outcome = StepOutcome::of(StepStatus::Passed);
                        self.finish(&step.label, outcome.took(duration));
                    }
                    Action::Test(_) | Action::Run(_) | Action::Container(_) | Action::Shell(_) => {
                        ready.push(Ready { step, outputs });
                    }
                },
            }
        }
        ready
    }

    fn build_failed(&mut self, step: &Step, failure: TargetFailure, duration: Duration) {
        let is_check = matches!(step.action, Action::Check);
        let log = self.context.logs.path(&step.label);
        let written = fs_err::write(&log, failure.log.join("\n") + "\n");
        let status = if is_check && failure.is_own {
            StepStatus::CheckFailed(failure.problem)
        } else {
            StepStatus::BuildFailed(failure.problem)
        };
        let has_log = written.is_ok() && !failure.log.is_empty();
        let outcome = StepOutcome {
            output: failure.log,
            log: has_log.then_some(log),
            ..StepOutcome::of(status)
        };
        self.finish(&step.label, outcome.took(duration));
    }

    /// Runs programs: tests and images side by side, others one after the other up to the first failure.
    fn run_all(&mut self, ready: Vec<Ready<'_>>) {
        let one_by_one = ready
            .iter()
            .any(|ready| matches!(ready.step.action, Action::Run(_)));
        let jobs = if one_by_one {
            1
        } else {
            self.context.jobs.clamp(1, ready.len().max(1))
        };
        let stop_at_failure = self.context.fail_fast || one_by_one;
        let context = self.context;
        let (work_sender, work) = unbounded::<Ready<'_>>();
        // A step that prints faster than it can be shown waits, as it would on a terminal.
        let (progress_sender, progress) = bounded::<Progress>(64);
        let (done_sender, done) = unbounded::<(Arc<StepLabel>, StepOutcome)>();
        thread::scope(|scope| {
            for _ in 0..jobs {
                let (work, progress, done) =
                    (work.clone(), progress_sender.clone(), done_sender.clone());
                scope.spawn(move || worker(context, &work, &progress, &done));
            }
            drop(work);
            let mut waiting = ready.into_iter();
            let mut running = 0;
            loop {
                while running < jobs
                    && !(stop_at_failure && self.summary.failed > 0)
                    && self.cancellation.signal().is_none()
                {
                    let Some(next) = waiting.next() else { break };
                    running += 1;
                    let _workers_live_as_long_as_this = work_sender.send(next).is_ok();
                }
                if running == 0 {
                    break;
                }
                self.one_message(&progress, &done, &mut running);
            }
            drop(work_sender);
            let rest: Vec<_> = waiting.collect();
            self.not_run(rest.iter().map(|ready| &ready.step.label));
        });
    }

    fn one_message(
        &mut self,
        progress: &Receiver<Progress>,
        done: &Receiver<(Arc<StepLabel>, StepOutcome)>,
        running: &mut usize,
    ) {
        // Before the ends that the signal caused.
        if self.cancellation.signal().is_some() {
            self.announce(*running);
        }
        select! {
            recv(progress) -> message => if let Ok(message) = message { self.tell(message) },
            recv(done) -> message => if let Ok((label, outcome)) = message {
                // What the step printed comes before its end.
                while let Ok(message) = progress.try_recv() {
                    self.tell(message);
                }
                *running -= 1;
                self.finish(&label, outcome);
            },
            default(Duration::from_millis(100)) => {}
        }
    }

    fn tell(&mut self, progress: Progress) {
        self.emitter.emit(match progress {
            Progress::Started(label) => EventKind::StepStarted { label },
            Progress::Output(label, bytes) => EventKind::StepOutput { label, bytes },
            Progress::Line(label, line) => EventKind::StepLine { label, line },
        });
    }

    fn announce(&mut self, running: usize) {
        if let (false, Some(signal)) = (self.announced, self.cancellation.signal_name()) {
            self.announced = true;
            self.emitter.emit(EventKind::Cancelling { signal, running });
        }
    }
}
