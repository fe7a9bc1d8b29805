//! Events to the lines of a record.

use std::time::Duration;

use nixward_core::{
    event::{Event, EventKind},
    history::FailedTry,
    outcome::{BuildProblem, ExitReason, RunSummary, StepOutcome, StepStatus},
    plan::StepLabel,
    running::RunningNow,
};
use nixward_schema::{
    RecordKind, RecordLine, RecordOutcome, RecordRunning, RecordRunningBuild, RecordRunningStep,
    RecordStatus, RecordStep, RecordSummary, RecordTry,
};

use crate::json_lines::cache_use;

/// How much output of one step a record keeps; the log has all.
const STEP_BYTES: usize = 64 << 10;
/// How much output it keeps in all.
const RUN_BYTES: usize = 32 << 20;

/// How much output a record may still take, so that it stays small however many steps fail.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutputRoom(usize);

impl Default for OutputRoom {
    fn default() -> Self {
        Self(RUN_BYTES)
    }
}

impl OutputRoom {
    /// The last lines that fit, and how many came before those.
    fn last_lines(&mut self, outcome: &StepOutcome) -> (Vec<String>, usize) {
        let mut room = self.0.min(STEP_BYTES);
        let fits = |line: &&String| {
            let taken = line.len() + 1;
            let fits = taken <= room;
            room = room.saturating_sub(taken);
            fits
        };
        let count = outcome.output.iter().rev().take_while(fits).count();
        let hidden = outcome.output.len() - count;
        let lines = outcome.output[hidden..].to_vec();
        self.0 -= lines.iter().map(|line| line.len() + 1).sum::<usize>();
        (lines, outcome.output_lines_before + hidden)
    }
}

/// Whether there is a line for it, which is cheap to know.
pub fn is_recorded(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::BuildPhase { .. }
            | EventKind::BuildLine { .. }
            | EventKind::FetchAdvanced { .. }
            | EventKind::FetchExpected { .. }
            | EventKind::StepLine { .. }
            | EventKind::Expected { .. }
            | EventKind::HandedOver
            | EventKind::Stopping
            | EventKind::GoingOn
            | EventKind::WatchChanged { .. }
            | EventKind::WatchAgain { .. }
            | EventKind::WatchWaiting
    )
}

/// The line for an event, if there is one.
pub fn line(event: &Event, room: &mut OutputRoom) -> Option<RecordLine> {
    Some(RecordLine {
        v: RecordLine::VERSION,
        at: nanoseconds(event.elapsed),
        kind: kind(&event.kind, room)?,
    })
}

fn kind(kind: &EventKind, room: &mut OutputRoom) -> Option<RecordKind> {
    Some(match kind {
        EventKind::EvaluationStarted => RecordKind::EvaluationStarted,
        EventKind::EvaluationFinished { duration, cache } => RecordKind::EvaluationFinished {
            nanoseconds: nanoseconds(*duration),
            cache: cache_use(cache),
        },
        EventKind::RunStarted { steps, verb } => RecordKind::RunStarted {
            steps: *steps,
            verb: verb.clone(),
        },
        EventKind::BuildStarted { drv_path } => RecordKind::BuildStarted {
            drv_path: drv_path.clone(),
        },
        EventKind::BuildFinished { drv_path, duration } => RecordKind::BuildFinished {
            drv_path: drv_path.clone(),
            nanoseconds: nanoseconds(*duration),
        },
        EventKind::FetchStarted { path } => RecordKind::FetchStarted { path: path.clone() },
        EventKind::FetchFinished { path } => RecordKind::FetchFinished { path: path.clone() },
        EventKind::StepStarted { label } => RecordKind::StepStarted { step: step(label) },
        EventKind::StepOutput { label, bytes: _ } => RecordKind::StepOutput { step: step(label) },
        EventKind::StepSlow { label, after } => RecordKind::StepSlow {
            step: step(label),
            nanoseconds: nanoseconds(*after),
        },
        EventKind::StepEnding { label, after } => RecordKind::StepEnding {
            step: step(label),
            nanoseconds: nanoseconds(*after),
        },
        EventKind::TryFailed {
            label,
            failed,
            number,
            of,
            delay,
        } => RecordKind::TryFailed {
            step: step(label),
            failed: failed_try(failed),
            number: *number,
            of: *of,
            delay_nanoseconds: nanoseconds(*delay),
        },
        EventKind::StepFinished { label, outcome } => RecordKind::StepFinished {
            step: step(label),
            outcome: Box::new(step_outcome(outcome, room)),
        },
        EventKind::StepSkipped { skipped } => RecordKind::StepSkipped {
            project: skipped.project.clone(),
            verb: skipped.verb.clone(),
            why: skipped.why.clone(),
        },
        EventKind::Warning { message } => RecordKind::Warning {
            message: message.clone(),
        },
        EventKind::Cancelling { signal, running } => RecordKind::Cancelling {
            signal: (*signal).to_owned(),
            running: *running,
        },
        EventKind::RunFinished { summary } => RecordKind::RunFinished {
            summary: run_summary(summary),
        },
        EventKind::Info { running } => RecordKind::Info {
            running: Box::new(running_now(running)),
        },
        EventKind::BuildPhase { .. }
        | EventKind::BuildLine { .. }
        | EventKind::FetchAdvanced { .. }
        | EventKind::FetchExpected { .. }
        | EventKind::StepLine { .. }
        | EventKind::Expected { .. }
        | EventKind::HandedOver
        | EventKind::Stopping
        | EventKind::GoingOn
        | EventKind::WatchChanged { .. }
        | EventKind::WatchAgain { .. }
        | EventKind::WatchWaiting => return None,
    })
}

fn step(label: &StepLabel) -> RecordStep {
    let StepLabel {
        id,
        project,
        verb,
        detail,
        attribute,
    } = label.clone();
    RecordStep {
        id,
        project,
        verb,
        detail,
        attribute,
    }
}

fn step_outcome(outcome: &StepOutcome, room: &mut OutputRoom) -> RecordOutcome {
    let (output, output_lines_before) = room.last_lines(outcome);
    let history = &outcome.history;
    RecordOutcome {
        status: status(&outcome.status),
        nanoseconds: nanoseconds(outcome.duration),
        output,
        output_lines_before,
        log: outcome.log.as_ref().map(|path| path.display().to_string()),
        notes: outcome.notes.clone(),
        failed_tries: history.failed_tries.iter().map(failed_try).collect(),
        retries: history.retries,
        runs: history.runs.map(|runs| (runs.done, runs.wanted)),
        slow: history.is_slow,
    }
}

fn status(status: &StepStatus) -> RecordStatus {
    match status.clone() {
        StepStatus::Passed => RecordStatus::Passed,
        StepStatus::Flaky => RecordStatus::Flaky,
        StepStatus::Built { paths } => RecordStatus::Built { paths },
        StepStatus::Loaded { reference, hint } => RecordStatus::Loaded { reference, hint },
        StepStatus::ImageBuilt { path } => RecordStatus::ImageBuilt { path },
        StepStatus::Failed(ExitReason::Code(code)) => RecordStatus::Exited { code },
        StepStatus::Failed(ExitReason::Signal(signal)) => RecordStatus::Killed { signal },
        StepStatus::TimedOut { after } => RecordStatus::TimedOut {
            after_nanoseconds: nanoseconds(after),
        },
        StepStatus::CheckFailed(BuildProblem { drv_path, message }) => {
            RecordStatus::CheckFailed { drv_path, message }
        }
        StepStatus::BuildFailed(BuildProblem { drv_path, message }) => {
            RecordStatus::BuildFailed { drv_path, message }
        }
        StepStatus::EvaluationFailed { message, hint } => {
            RecordStatus::EvaluationFailed { message, hint }
        }
        StepStatus::CouldNotStart { why } => RecordStatus::CouldNotStart { why },
        StepStatus::Cancelled => RecordStatus::Cancelled,
        StepStatus::NotRun => RecordStatus::NotRun,
        StepStatus::Blocked { by } => RecordStatus::Blocked { by: step(&by) },
    }
}

fn failed_try(failed: &FailedTry) -> RecordTry {
    RecordTry {
        status: status(&failed.status),
        nanoseconds: nanoseconds(failed.duration),
    }
}

fn run_summary(summary: &RunSummary) -> RecordSummary {
    let RunSummary {
        passed,
        failed,
        skipped,
        not_run,
        interrupted,
        flaky,
        slow_passed,
        slow_failed,
        duration,
        cancelled,
        // The steps say it.
        worst: _,
    } = *summary;
    RecordSummary {
        passed,
        failed,
        skipped,
        not_run,
        interrupted,
        flaky,
        slow_passed,
        slow_failed,
        nanoseconds: nanoseconds(duration),
        cancelled,
    }
}

fn running_now(running: &RunningNow) -> RecordRunning {
    let steps = running.steps.iter().map(|one| RecordRunningStep {
        step: step(&one.label),
        nanoseconds: nanoseconds(one.duration),
        process: one.process,
        last_lines: one.last_lines.clone(),
    });
    let builds = running.builds.iter().map(|one| RecordRunningBuild {
        drv_path: one.drv_path.clone(),
        nanoseconds: nanoseconds(one.duration),
        phase: one.phase.clone(),
        last_line: one.last_line.clone(),
    });
    RecordRunning {
        evaluating_nanoseconds: running.evaluating.map(nanoseconds),
        steps: steps.collect(),
        builds: builds.collect(),
        downloads: running.downloads.clone(),
        nix_is_at_work: running.nix_is_at_work,
        waiting: running.waiting,
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
