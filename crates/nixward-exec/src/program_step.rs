//! Runs the program of one step, guarded, with its output kept.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::Sender;
use nixward_core::{
    outcome::{ExitReason, StepOutcome, StepStatus},
    plan::StepLabel,
};
use nixward_guard::{
    ChildOutput, Ending, GuardReport, GuardedChild, GuardedCommand, Launcher, OutputReader,
    TerminationSignal, WaitError,
};

use crate::{
    context::{ExecutionContext, OutputHandling},
    error_chain::with_sources,
    output_log::{FinishedLog, OutputLog},
};

/// What a worker tells the dispatcher while its step runs.
#[derive(Debug)]
pub(crate) enum Progress {
    Started(Arc<StepLabel>),
    Output(Arc<StepLabel>, Vec<u8>),
    Line(Arc<StepLabel>, String),
}

/// How often the last line of a step is told.
const LINE_INTERVAL: Duration = Duration::from_millis(50);

/// The place of a guarded program in the run: whose step it is, and who is told.
pub(crate) struct ProgramStep<'a> {
    pub(crate) context: &'a ExecutionContext,
    pub(crate) label: &'a Arc<StepLabel>,
    pub(crate) progress: &'a Sender<Progress>,
}

impl ProgramStep<'_> {
    /// Runs any guarded command to its end.
    pub(crate) fn run(&self, command: &GuardedCommand, timeout: Option<Duration>) -> StepOutcome {
        let start = Instant::now();
        let mut child = match self.context.launcher.spawn(command) {
            Ok(child) => child,
            Err(error) => return could_not_start(start, with_sources(&error)),
        };
        let log_path = self.context.logs.path(self.label);
        let Some(ChildOutput::Merged(output)) = child.take_output() else {
            return could_not_start(start, "its output cannot be read".to_owned());
        };
        let (ending, log) = thread::scope(|scope| {
            let reader = scope.spawn(|| self.read(output, &log_path));
            let ending = wait(child, timeout);
            (ending, reader.join())
        });
        let log = log.unwrap_or_else(|_| OutputLog::new(&log_path).finish());
        finish(&self.context.launcher, start, ending, log, log_path)
    }

    fn read(&self, mut output: OutputReader, log_path: &Path) -> FinishedLog {
        let mut log = OutputLog::new(log_path);
        let mut buffer = vec![0; 64 << 10];
        let mut last_told = Instant::now();
        loop {
            let count = match output.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => count,
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            let line = log.push(bytes);
            // When nobody listens any more, the run is over; the log still gets everything.
            let _heard = match self.context.output {
                OutputHandling::Streamed => self
                    .progress
                    .send(Progress::Output(Arc::clone(self.label), bytes.to_owned()))
                    .is_ok(),
                OutputHandling::OnFailure => {
                    match line.filter(|_| last_told.elapsed() >= LINE_INTERVAL) {
                        Some(line) => {
                            last_told = Instant::now();
                            self.progress
                                .send(Progress::Line(Arc::clone(self.label), line))
                                .is_ok()
                        }
                        None => true,
                    }
                }
            };
        }
        log.finish()
    }
}

/// How waiting ended.
enum Waited {
    Ended(Result<GuardReport, WaitError>),
    TimedOut(Duration),
}

fn wait(mut child: GuardedChild, timeout: Option<Duration>) -> Waited {
    let Some(timeout) = timeout else {
        return Waited::Ended(child.wait());
    };
    match child.wait_timeout(timeout) {
        Ok(Some(report)) => Waited::Ended(Ok(report)),
        Ok(None) => {
            child.terminator().terminate(TerminationSignal::Terminate);
            match child.wait() {
                Ok(_) => Waited::TimedOut(timeout),
                Err(error) => Waited::Ended(Err(error)),
            }
        }
        Err(error) => Waited::Ended(Err(error)),
    }
}

fn finish(
    launcher: &Launcher,
    start: Instant,
    waited: Waited,
    log: FinishedLog,
    log_path: PathBuf,
) -> StepOutcome {
    let mut notes: Vec<String> = log.problem.into_iter().collect();
    let status = match waited {
        Waited::TimedOut(after) => StepStatus::TimedOut { after },
        Waited::Ended(Err(error)) => StepStatus::CouldNotStart {
            why: with_sources(&error),
        },
        Waited::Ended(Ok(report)) => {
            notes.extend(report_notes(&report));
            match &report.ending {
                _ if launcher.is_cancelled() => StepStatus::Cancelled,
                Ending::Exited(0) => StepStatus::Passed,
                Ending::Exited(code) => StepStatus::Failed(ExitReason::Code(*code)),
                Ending::Signaled(signal) => StepStatus::Failed(ExitReason::Signal(*signal)),
                Ending::CouldNotStart(failure) => StepStatus::CouldNotStart {
                    why: failure.to_string(),
                },
                Ending::StillRunning => StepStatus::CouldNotStart {
                    why: "it could not be ended".to_owned(),
                },
            }
        }
    };
    StepOutcome {
        status,
        duration: start.elapsed(),
        output: log.lines,
        output_lines_before: log.lines_before,
        log: log.has_file.then_some(log_path),
        notes,
    }
}

fn report_notes(report: &GuardReport) -> Vec<String> {
    let left = |what: &str, processes: &[nixward_guard::ProcessLeft]| {
        let names: Vec<String> = processes
            .iter()
            .map(|process| format!("{} ({})", process.name, process.pid))
            .collect();
        (!names.is_empty()).then(|| format!("{what}: {}", names.join(", ")))
    };
    let leaked = left("it left processes behind, which were ended", &report.leaked);
    let survivors = left("these processes could not be ended", &report.survivors);
    let unprotected = report
        .unprotected
        .as_ref()
        .map(|why| format!("the Nix store was writable for it: {why}"));
    leaked
        .into_iter()
        .chain(survivors)
        .chain(unprotected)
        .collect()
}

fn could_not_start(start: Instant, why: String) -> StepOutcome {
    StepOutcome::of(StepStatus::CouldNotStart { why }).took(start.elapsed())
}
