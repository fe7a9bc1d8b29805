//! Runs a plan. In stages:
//! 1. what does not evaluate is reported as failed;
//! 2. what is held from earlier runs is there; all other derivations of all steps are built by one `nix`;
//! 3. a step goes on as soon as its own builds are there, see `overlap.rs`: builds and checks are done then,
//!    the others are handed to workers, as many as there are jobs, when what they come after has succeeded. Verbs like
//!    `run` wait for all builds, and go one after the other;
//! 4. when `nix` has ended, steps whose build failed are reported;
//! 5. the summary.
//!
//! The dispatcher is the only one that emits events.

use std::thread;

use nixward_core::{event::EventKind, outcome::RunSummary, plan::Plan};
use thiserror::Error;

use crate::{
    builder::BuildError, cancellation::Cancellation, context::ExecutionContext, emitter::Emitter,
    error_chain::with_sources, overlap::Overlap, tally::Tally,
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
        .wanted()
        .next()
        .or_else(|| plan.steps.first())
        .map(|step| step.label.verb.clone())
        .unwrap_or_default();
    emitter.emit(EventKind::RunStarted {
        steps: plan.steps.len() + plan.failed.len(),
        verb,
    });
    let mut tally = Tally::new(context, cancellation, emitter);
    for skipped in &plan.skipped {
        tally.summary.skipped += 1;
        tally.emitter.emit(EventKind::StepSkipped {
            skipped: skipped.clone(),
        });
    }
    for failed in &plan.failed {
        tally.did_not_evaluate(failed);
    }
    if tally.must_stop() {
        tally.tell_cause();
        tally.not_run(plan.steps.iter().map(|step| &step.label));
    } else {
        thread::scope(|scope| Overlap::new(scope, context, plan, &mut tally).run())?;
    }
    let Tally {
        mut summary,
        build_logs,
        ..
    } = tally;
    drop(build_logs);
    summary.duration = emitter.elapsed();
    summary.cancelled = cancellation.is_cancelled();
    emitter.emit(EventKind::RunFinished {
        summary: summary.clone(),
    });
    Ok(summary)
}
