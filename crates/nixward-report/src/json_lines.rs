//! `--message-format json`: each event that machines want as one line on standard output.

use std::{
    io::{self, Write},
    time::Duration,
};

use nixward_core::{
    evaluation::CacheUse,
    event::{Event, EventKind},
    history::FailedTry,
    outcome::{ExitReason, StepOutcome, StepStatus},
    plan::StepLabel,
    running::{RunningBuild, RunningStep},
};
use nixward_schema::{
    CacheState, EvaluationCache, EventLine, EventLineKind, LineFailedTry, LineRuns, LineStatus,
    RunningBuildLine, RunningStepLine,
};

use crate::reporter::Reporter;

/// Writes JSON lines.
pub struct JsonLinesReporter<W> {
    writer: W,
}

impl<W: Write> JsonLinesReporter<W> {
    pub fn new(writer: W) -> Self {
        Self { writer }
    }
}

impl<W: Write> Reporter for JsonLinesReporter<W> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        if let Some(kind) = line_kind(&event.kind) {
            serde_json::to_writer(&mut self.writer, &EventLine::new(kind))?;
            self.writer.write_all(b"\n")?;
            self.writer.flush()?;
        }
        Ok(())
    }
}

fn line_kind(kind: &EventKind) -> Option<EventLineKind> {
    Some(match kind {
        EventKind::EvaluationFinished { duration, cache } => EventLineKind::EvaluationFinished {
            milliseconds: milliseconds(*duration),
            cache: cache_use(cache),
        },
        EventKind::BuildStarted { drv_path } => EventLineKind::BuildStarted {
            drv_path: drv_path.clone(),
        },
        EventKind::BuildFinished { drv_path, duration } => EventLineKind::BuildFinished {
            drv_path: drv_path.clone(),
            milliseconds: milliseconds(*duration),
        },
        EventKind::StepStarted { label } => EventLineKind::StepStarted {
            id: label.id,
            project: label.project.clone(),
            verb: label.verb.clone(),
            attribute: label.attribute.clone(),
        },
        EventKind::StepSlow { label, after } => EventLineKind::StepSlow {
            id: label.id,
            project: label.project.clone(),
            verb: label.verb.clone(),
            attribute: label.attribute.clone(),
            milliseconds: milliseconds(*after),
        },
        EventKind::StepEnding { label, after } => EventLineKind::StepEnding {
            id: label.id,
            project: label.project.clone(),
            verb: label.verb.clone(),
            attribute: label.attribute.clone(),
            milliseconds: milliseconds(*after),
        },
        EventKind::TryFailed {
            label,
            failed,
            number,
            of,
            delay,
        } => EventLineKind::TryFailed {
            id: label.id,
            project: label.project.clone(),
            verb: label.verb.clone(),
            attribute: label.attribute.clone(),
            number: *number,
            of: *of,
            failure: failed_try(failed),
            delay_milliseconds: milliseconds(*delay),
        },
        EventKind::StepFinished { label, outcome } => step_finished(label, outcome),
        EventKind::StepSkipped { skipped } => EventLineKind::StepSkipped {
            project: skipped.project.clone(),
            verb: skipped.verb.clone(),
            why: skipped.why.clone(),
        },
        EventKind::Warning { message } => EventLineKind::Warning {
            message: message.clone(),
        },
        EventKind::RunFinished { summary } => EventLineKind::RunFinished {
            passed: summary.passed,
            failed: summary.failed,
            skipped: summary.skipped,
            not_run: summary.not_run,
            interrupted: summary.interrupted,
            flaky: summary.flaky,
            slow: summary.slow_passed + summary.slow_failed,
            milliseconds: milliseconds(summary.duration),
            cancelled: summary.cancelled,
        },
        EventKind::Info { running } => EventLineKind::Info {
            evaluating_milliseconds: running.evaluating.map(milliseconds),
            steps: running.steps.iter().map(running_step).collect(),
            builds: running.builds.iter().map(running_build).collect(),
            downloads: running.downloads.clone(),
            nix_is_at_work: running.nix_is_at_work,
            waiting: running.waiting,
        },
        EventKind::WatchChanged { files } => EventLineKind::WatchChanged {
            files: files.clone(),
        },
        EventKind::WatchWaiting => EventLineKind::WatchWaiting,
        EventKind::EvaluationStarted
        | EventKind::Stopping
        | EventKind::Expected { .. }
        | EventKind::GoingOn
        | EventKind::RunStarted { .. }
        | EventKind::BuildPhase { .. }
        | EventKind::BuildLine { .. }
        | EventKind::FetchStarted { .. }
        | EventKind::FetchAdvanced { .. }
        | EventKind::FetchFinished { .. }
        | EventKind::FetchExpected { .. }
        | EventKind::StepOutput { .. }
        | EventKind::StepLine { .. }
        | EventKind::HandedOver
        | EventKind::WatchAgain { .. }
        | EventKind::Cancelling { .. } => return None,
    })
}

fn step_finished(label: &StepLabel, outcome: &StepOutcome) -> EventLineKind {
    let history = &outcome.history;
    let mut message = None;
    let (mut exit_code, mut signal) = (None, None);
    let mut paths = Vec::new();
    let mut blocked_by = None;
    let status = match &outcome.status {
        StepStatus::Passed => LineStatus::Passed,
        StepStatus::Flaky => LineStatus::Flaky,
        StepStatus::Built { paths: built } => {
            paths.clone_from(built);
            LineStatus::Built
        }
        StepStatus::ImageBuilt { path } => {
            paths.push(path.clone());
            LineStatus::Built
        }
        StepStatus::Loaded { reference, hint: _ } => {
            message = Some(reference.clone());
            LineStatus::Loaded
        }
        StepStatus::Failed(reason) => {
            match reason {
                ExitReason::Code(code) => exit_code = Some(*code),
                ExitReason::Signal(number) => signal = Some(*number),
            }
            LineStatus::Failed
        }
        StepStatus::TimedOut { after } => {
            message = Some(timed_out(*after));
            LineStatus::TimedOut
        }
        StepStatus::CheckFailed(problem) => {
            message = Some(problem.message.clone());
            LineStatus::Failed
        }
        StepStatus::BuildFailed(problem) => {
            message = Some(problem.message.clone());
            LineStatus::BuildFailed
        }
        StepStatus::EvaluationFailed { message: said, .. } => {
            message = Some(said.clone());
            LineStatus::EvaluationFailed
        }
        StepStatus::CouldNotStart { why } => {
            message = Some(why.clone());
            LineStatus::CouldNotStart
        }
        StepStatus::Cancelled => LineStatus::Cancelled,
        StepStatus::NotRun => LineStatus::NotRun,
        StepStatus::Blocked { by } => {
            message = Some(crate::human::verdict(&outcome.status));
            blocked_by = Some(by.id);
            LineStatus::NotRun
        }
    };
    EventLineKind::StepFinished {
        id: label.id,
        project: label.project.clone(),
        verb: label.verb.clone(),
        attribute: label.attribute.clone(),
        status,
        milliseconds: milliseconds(outcome.duration),
        message,
        exit_code,
        signal,
        notes: outcome.notes.clone(),
        paths,
        log: outcome.log.as_ref().map(|path| path.display().to_string()),
        slow: history.is_slow,
        blocked_by,
        most_tries: (history.retries > 0).then(|| history.most_tries()),
        failed_tries: history.failed_tries.iter().map(failed_try).collect(),
        runs: history.runs.map(|runs| LineRuns {
            done: runs.done,
            wanted: runs.wanted,
        }),
    }
}

fn timed_out(after: Duration) -> String {
    let after = crate::duration::for_people(after);
    format!("ended after its timeout of {after}")
}

fn failed_try(failed: &FailedTry) -> LineFailedTry {
    let (mut exit_code, mut signal, mut message) = (None, None, None);
    let status = match &failed.status {
        StepStatus::TimedOut { after } => {
            message = Some(timed_out(*after));
            LineStatus::TimedOut
        }
        StepStatus::Failed(ExitReason::Code(code)) => {
            exit_code = Some(*code);
            LineStatus::Failed
        }
        StepStatus::Failed(ExitReason::Signal(number)) => {
            signal = Some(*number);
            LineStatus::Failed
        }
        // Nothing else is tried again.
        _ => LineStatus::Failed,
    };
    LineFailedTry {
        status,
        milliseconds: milliseconds(failed.duration),
        message,
        exit_code,
        signal,
    }
}

fn running_step(step: &RunningStep) -> RunningStepLine {
    RunningStepLine {
        id: step.label.id,
        project: step.label.project.clone(),
        verb: step.label.verb.clone(),
        attribute: step.label.attribute.clone(),
        milliseconds: milliseconds(step.duration),
        process: step.process,
        last_lines: step.last_lines.clone(),
    }
}

fn running_build(build: &RunningBuild) -> RunningBuildLine {
    RunningBuildLine {
        drv_path: build.drv_path.clone(),
        milliseconds: milliseconds(build.duration),
        phase: build.phase.clone(),
        last_line: build.last_line.clone(),
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether an evaluation was kept, for machines.
pub fn cache_use(cache: &CacheUse) -> EvaluationCache {
    let (cache, why) = match cache {
        CacheUse::Hit => (CacheState::Hit, None),
        CacheUse::Miss => (CacheState::Miss, None),
        CacheUse::Off { reason } => (CacheState::Off, Some(reason.clone())),
    };
    EvaluationCache { cache, why }
}
