//! Runs the program of one step, guarded, with its output kept.

use std::{
    io::Read as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use nixward_core::{
    history::{FailedTry, StepHistory},
    outcome::{ExitReason, StepOutcome, StepStatus},
    plan::StepLabel,
};
use nixward_guard::{
    ChildOutput, Ending, GuardReport, GuardedCommand, Launcher, OutputReader, ProcessLeft,
};

use crate::{
    context::ExecutionContext,
    error_chain::with_sources,
    limits::{self, Limits, Passed, Waited},
    output_log::OutputLog,
    worker::Told,
};

/// What a worker tells the dispatcher while its step runs.
#[derive(Debug)]
pub(crate) enum Progress {
    Started(Arc<StepLabel>),
    Output(Arc<StepLabel>, Vec<u8>),
    Line(Arc<StepLabel>, String),
    Slow(Arc<StepLabel>, Duration),
    Ending(Arc<StepLabel>, Duration),
    TryFailed {
        label: Arc<StepLabel>,
        failed: FailedTry,
        number: usize,
        of: usize,
        delay: Duration,
    },
}

/// How often the last line of a step is told.
const LINE_INTERVAL: Duration = Duration::from_millis(50);

/// How often one that waits looks whether there will be another try.
const LOOK: Duration = Duration::from_millis(20);

/// The place of a guarded program in the run: whose step it is, and who is told.
pub(crate) struct ProgramStep<'a> {
    pub(crate) context: &'a ExecutionContext,
    /// Whether nothing more is to be started: something failed, or the run was cancelled.
    pub(crate) stop: &'a AtomicBool,
    pub(crate) label: &'a Arc<StepLabel>,
    /// Whether what it prints is told as it comes.
    pub(crate) is_streamed: bool,
    pub(crate) progress: &'a Sender<Progress>,
    /// Where it is said that it takes no job for a while.
    pub(crate) told: &'a Sender<Told>,
}

/// How one run of a program ended.
#[derive(Debug)]
pub(crate) struct ProgramEnd {
    pub(crate) status: StepStatus,
    pub(crate) duration: Duration,
    pub(crate) notes: Vec<String>,
    pub(crate) is_slow: bool,
}

impl ProgramEnd {
    /// An end that took no time.
    pub(crate) fn of(status: StepStatus) -> Self {
        Self {
            status,
            duration: Duration::ZERO,
            notes: Vec::new(),
            is_slow: false,
        }
    }
}

impl ProgramStep<'_> {
    /// The log of the step, empty.
    pub(crate) fn open_log(&self) -> OutputLog {
        self.context.logs.open(self.label)
    }

    /// Whether no other program may be started.
    pub(crate) fn must_stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.context.launcher.is_cancelled()
    }

    /// Tells the dispatcher.
    pub(crate) fn tell(&self, progress: Progress) {
        // When nobody listens any more, the run is over.
        let _heard = self.progress.send(progress).is_ok();
    }

    /// Waits without taking a job. Whether nothing was stopped until this has passed and there is a job again.
    pub(crate) fn pause(&self, delay: Duration) -> bool {
        // When nobody listens any more, the run is over.
        let _heard = self.told.send(Told::Pauses(Arc::clone(self.label))).is_ok();
        let start = Instant::now();
        while !self.must_stop() {
            let rest = delay.saturating_sub(start.elapsed());
            if rest.is_zero() {
                return self.goes_on();
            }
            thread::sleep(rest.min(LOOK));
        }
        false
    }

    fn goes_on(&self) -> bool {
        let (answer, answered) = bounded(1);
        let label = Arc::clone(self.label);
        let _heard = self.told.send(Told::WouldGoOn(label, answer)).is_ok();
        while !self.must_stop() {
            match answered.recv_timeout(LOOK) {
                Ok(()) => return true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        false
    }

    /// Runs any guarded command to its end.
    pub(crate) fn run(
        &self,
        command: &GuardedCommand,
        limits: Limits,
        log: &mut OutputLog,
    ) -> ProgramEnd {
        let start = Instant::now();
        let launcher = &self.context.launcher;
        let clock = launcher.clock();
        let started = clock.now();
        let mut child = match launcher.spawn(command) {
            Ok(child) => child,
            Err(error) => return could_not_start(start, with_sources(&error)),
        };
        self.context
            .running
            .has_program(self.label, child.program_id());
        let Some(ChildOutput::Merged(output)) = child.take_output() else {
            return could_not_start(start, "its output cannot be read".to_owned());
        };
        let waited = thread::scope(|scope| {
            scope.spawn(|| self.read(output, log));
            let is_cancelled = || launcher.is_cancelled();
            limits::wait(child, limits, is_cancelled, |passed| {
                let label = Arc::clone(self.label);
                let progress = match passed {
                    Passed::Slow(after) => Progress::Slow(label, after),
                    Passed::Timeout(after) => Progress::Ending(label, after),
                };
                // A timeout does not wait for somebody who does not listen; the outcome says it, too.
                let _heard = self.progress.send_timeout(progress, LINE_INTERVAL).is_ok();
            })
        });
        let mut notes: Vec<String> = waited.note().into_iter().collect();
        if let Ok(report) = &waited.report {
            notes.extend(report_notes(report, launcher.is_cancelled()));
        }
        ProgramEnd {
            is_slow: waited.is_slow,
            status: status(launcher, waited),
            duration: clock.now().saturating_sub(started),
            notes,
        }
    }

    /// What is told of the step in the end.
    pub(crate) fn outcome(
        &self,
        end: ProgramEnd,
        log: OutputLog,
        history: StepHistory,
    ) -> StepOutcome {
        let log = log.finish();
        let path = self.context.logs.path(self.label);
        StepOutcome {
            status: end.status,
            duration: end.duration,
            output: log.lines,
            output_lines_before: log.lines_before,
            log: log.has_file.then_some(path),
            notes: log.problem.into_iter().chain(end.notes).collect(),
            history,
        }
    }

    fn read(&self, mut output: OutputReader, log: &mut OutputLog) {
        let mut buffer = vec![0; 64 << 10];
        let mut last_told: Option<Instant> = None;
        let mut untold = None;
        loop {
            // The last line before a silence is the one that people look at.
            if untold.is_some() {
                let since = last_told.map_or(LINE_INTERVAL, |told| told.elapsed());
                let left = LINE_INTERVAL.saturating_sub(since);
                if left.is_zero() || !output.is_ready_within(left) {
                    if let Some(line) = untold.take() {
                        self.tell(Progress::Line(Arc::clone(self.label), line));
                    }
                    last_told = Some(Instant::now());
                }
            }
            let count = match output.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => count,
            };
            let bytes = buffer.get(..count).unwrap_or_default();
            let line = log.push(bytes);
            self.context.running.printed(self.label, bytes);
            if self.is_streamed {
                self.tell(Progress::Output(Arc::clone(self.label), bytes.to_owned()));
            } else {
                untold = line.or(untold);
            }
        }
    }
}

fn status(launcher: &Launcher, waited: Waited) -> StepStatus {
    let report = match waited.report {
        Ok(report) => report,
        Err(error) => {
            return StepStatus::CouldNotStart {
                why: with_sources(&error),
            };
        }
    };
    // One that ended by itself has its own end, also where what it left behind was ended later.
    if report.was_told_to_end {
        match waited.timed_out {
            Some(after) => return StepStatus::TimedOut { after },
            None if launcher.is_cancelled() => return StepStatus::Cancelled,
            None => {}
        }
    }
    match report.ending {
        Ending::Exited(0) => StepStatus::Passed,
        Ending::Exited(code) => StepStatus::Failed(ExitReason::Code(code)),
        Ending::Signaled(signal) => StepStatus::Failed(ExitReason::Signal(signal)),
        Ending::CouldNotStart(failure) => StepStatus::CouldNotStart {
            why: failure.to_string(),
        },
        Ending::StillRunning => StepStatus::CouldNotStart {
            why: "it could not be ended".to_owned(),
        },
    }
}

fn report_notes(report: &GuardReport, is_cancelled: bool) -> Vec<String> {
    let left = |what: &str, processes: &[ProcessLeft]| {
        (!processes.is_empty()).then(|| format!("{what}: {}", named(processes)))
    };
    let leaked = left("it left processes behind, which were ended", &report.leaked);
    let survivors = left("these processes could not be ended", &report.survivors);
    let unprotected = report
        .unprotected
        .as_ref()
        // Of no interest where the test came to nothing.
        .filter(|_| !is_cancelled)
        .map(|why| format!("the Nix store was writable for it: {why}"));
    leaked
        .into_iter()
        .chain(survivors)
        .chain(unprotected)
        .collect()
}

/// By their names, as many as a line bears.
fn named(processes: &[ProcessLeft]) -> String {
    const NAMED: usize = 8;
    let mut names: Vec<String> = processes
        .iter()
        .take(NAMED)
        .map(|process| format!("{} ({})", process.name, process.pid))
        .collect();
    if processes.len() == GuardReport::MOST_LISTED {
        names.push(format!("and at least {} more", processes.len() - NAMED));
    } else if processes.len() > NAMED {
        names.push(format!("and {} more", processes.len() - NAMED));
    }
    names.join(", ")
}

fn could_not_start(start: Instant, why: String) -> ProgramEnd {
    ProgramEnd {
        duration: start.elapsed(),
        ..ProgramEnd::of(StepStatus::CouldNotStart { why })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_processes_are_not_all_named() {
        let processes = |count: usize| -> Vec<ProcessLeft> {
            let process = |pid| ProcessLeft {
                pid,
                name: "daemon".to_owned(),
                command_line: String::new(),
            };
            (1..).take(count).map(process).collect()
        };
        assert_eq!(named(&processes(2)), "daemon (1), daemon (2)");
        assert!(named(&processes(8)).ends_with("daemon (8)"));
        assert!(named(&processes(9)).ends_with("daemon (8), and 1 more"));
        let most = named(&processes(GuardReport::MOST_LISTED));
        assert!(most.ends_with("daemon (8), and at least 92 more"), "{most}");
    }
}
