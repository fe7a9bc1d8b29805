//! The lines of a record to events.

use std::{path::PathBuf, sync::Arc, time::Duration};

use nixward_core::{
    evaluation::CacheUse,
    event::{Event, EventKind},
    history::{FailedTry, Runs, StepHistory},
    outcome::{BuildProblem, ExitReason, RunSummary, StepOutcome, StepStatus},
    plan::{Skipped, StepLabel},
    running::{RunningBuild, RunningNow, RunningStep},
};
use nixward_schema::{
    CacheState, EvaluationCache, RecordKind, RecordLine, RecordOutcome, RecordRunning,
    RecordStatus, RecordStep, RecordSummary, RecordTry,
};

/// The event that a line tells of; nothing for the first line of a record, which tells of the run itself.
pub fn event(line: RecordLine) -> Option<Event> {
    Some(Event {
        elapsed: Duration::from_nanos(line.at),
        kind: kind(line.kind)?,
    })
}

fn kind(kind: RecordKind) -> Option<EventKind> {
    Some(match kind {
        RecordKind::RecordStarted(_) => return None,
        RecordKind::EvaluationStarted => EventKind::EvaluationStarted,
        RecordKind::EvaluationFinished { nanoseconds, cache } => EventKind::EvaluationFinished {
            duration: Duration::from_nanos(nanoseconds),
            cache: cache_use(cache),
        },
        RecordKind::RunStarted { steps, verb } => EventKind::RunStarted { steps, verb },
        RecordKind::BuildStarted { drv_path } => EventKind::BuildStarted { drv_path },
        RecordKind::BuildFinished {
            drv_path,
            nanoseconds,
        } => EventKind::BuildFinished {
            drv_path,
            duration: Duration::from_nanos(nanoseconds),
        },
        RecordKind::FetchStarted { path } => EventKind::FetchStarted { path },
        RecordKind::FetchFinished { path } => EventKind::FetchFinished { path },
        RecordKind::StepStarted { step } => EventKind::StepStarted { label: label(step) },
        RecordKind::StepOutput { step } => EventKind::StepOutput {
            label: label(step),
            bytes: Vec::new(),
        },
        RecordKind::StepSlow { step, nanoseconds } => EventKind::StepSlow {
            label: label(step),
            after: Duration::from_nanos(nanoseconds),
        },
        RecordKind::StepEnding { step, nanoseconds } => EventKind::StepEnding {
            label: label(step),
            after: Duration::from_nanos(nanoseconds),
        },
        RecordKind::TryFailed {
            step,
            failed,
            number,
            of,
            delay_nanoseconds,
        } => EventKind::TryFailed {
            label: label(step),
            failed: failed_try(failed),
            number,
            of,
            delay: Duration::from_nanos(delay_nanoseconds),
        },
        RecordKind::StepFinished { step, outcome } => EventKind::StepFinished {
            label: label(step),
            outcome: step_outcome(*outcome),
        },
        RecordKind::StepSkipped { project, verb, why } => EventKind::StepSkipped {
            skipped: Skipped { project, verb, why },
        },
        RecordKind::Warning { message } => EventKind::Warning { message },
        RecordKind::Cancelling { signal, running } => EventKind::Cancelling {
            signal: signal_name(&signal),
            running,
        },
        RecordKind::RunFinished { summary } => EventKind::RunFinished {
            summary: run_summary(&summary),
        },
        RecordKind::Info { running } => EventKind::Info {
            running: running_now(*running),
        },
    })
}

fn cache_use(cache: EvaluationCache) -> CacheUse {
    match cache.cache {
        CacheState::Hit => CacheUse::Hit,
        CacheState::Miss => CacheUse::Miss,
        CacheState::Off => CacheUse::Off {
            reason: cache.why.unwrap_or_default(),
        },
    }
}

/// The names that signals have in events.
fn signal_name(name: &str) -> &'static str {
    match name {
        "Ctrl-C" => "Ctrl-C",
        "SIGTERM" => "SIGTERM",
        "SIGHUP" => "SIGHUP",
        _ => "a signal",
    }
}

fn label(step: RecordStep) -> Arc<StepLabel> {
    let RecordStep {
        id,
        project,
        verb,
        detail,
        attribute,
    } = step;
    Arc::new(StepLabel {
        id,
        project,
        verb,
        detail,
        attribute,
    })
}

fn step_outcome(outcome: RecordOutcome) -> StepOutcome {
    let RecordOutcome {
        status: ended,
        nanoseconds,
        output,
        output_lines_before,
        log,
        notes,
        failed_tries,
        retries,
        runs,
        slow,
    } = outcome;
    StepOutcome {
        status: status(ended),
        duration: Duration::from_nanos(nanoseconds),
        output,
        output_lines_before,
        log: log.map(PathBuf::from),
        notes,
        history: StepHistory {
            failed_tries: failed_tries.into_iter().map(failed_try).collect(),
            retries,
            runs: runs.map(|(done, wanted)| Runs { done, wanted }),
            is_slow: slow,
        },
    }
}

fn status(status: RecordStatus) -> StepStatus {
    match status {
        RecordStatus::Passed => StepStatus::Passed,
        RecordStatus::Flaky => StepStatus::Flaky,
        RecordStatus::Built { paths } => StepStatus::Built { paths },
        RecordStatus::Loaded { reference, hint } => StepStatus::Loaded { reference, hint },
        RecordStatus::ImageBuilt { path } => StepStatus::ImageBuilt { path },
        RecordStatus::Exited { code } => StepStatus::Failed(ExitReason::Code(code)),
        RecordStatus::Killed { signal } => StepStatus::Failed(ExitReason::Signal(signal)),
        RecordStatus::TimedOut { after_nanoseconds } => StepStatus::TimedOut {
            after: Duration::from_nanos(after_nanoseconds),
        },
        RecordStatus::CheckFailed { drv_path, message } => {
            StepStatus::CheckFailed(BuildProblem { drv_path, message })
        }
        RecordStatus::BuildFailed { drv_path, message } => {
            StepStatus::BuildFailed(BuildProblem { drv_path, message })
        }
        RecordStatus::EvaluationFailed { message, hint } => {
            StepStatus::EvaluationFailed { message, hint }
        }
        RecordStatus::CouldNotStart { why } => StepStatus::CouldNotStart { why },
        RecordStatus::Cancelled => StepStatus::Cancelled,
        RecordStatus::NotRun => StepStatus::NotRun,
        RecordStatus::Blocked { by } => StepStatus::Blocked { by: label(by) },
    }
}

fn failed_try(failed: RecordTry) -> FailedTry {
    FailedTry {
        status: status(failed.status),
        duration: Duration::from_nanos(failed.nanoseconds),
    }
}

fn run_summary(summary: &RecordSummary) -> RunSummary {
    let RecordSummary {
        passed,
        failed,
        skipped,
        not_run,
        interrupted,
        flaky,
        slow_passed,
        slow_failed,
        nanoseconds,
        cancelled,
    } = *summary;
    RunSummary {
        passed,
        failed,
        skipped,
        not_run,
        interrupted,
        flaky,
        slow_passed,
        slow_failed,
        duration: Duration::from_nanos(nanoseconds),
        cancelled,
        worst: None,
    }
}

fn running_now(running: RecordRunning) -> RunningNow {
    let steps = running.steps.into_iter().map(|one| RunningStep {
        label: label(one.step),
        duration: Duration::from_nanos(one.nanoseconds),
        process: one.process,
        last_lines: one.last_lines,
    });
    let builds = running.builds.into_iter().map(|one| RunningBuild {
        drv_path: one.drv_path,
        duration: Duration::from_nanos(one.nanoseconds),
        phase: one.phase,
        last_line: one.last_line,
    });
    RunningNow {
        evaluating: running.evaluating_nanoseconds.map(Duration::from_nanos),
        steps: steps.collect(),
        builds: builds.collect(),
        downloads: running.downloads,
        nix_is_at_work: running.nix_is_at_work,
        waiting: running.waiting,
    }
}
