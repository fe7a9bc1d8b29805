//! What happens in a run, in the order in which it happens: the one thing that reporters see.

use std::{sync::Arc, time::Duration};

use crate::{
    evaluation::CacheUse,
    expectation::ExpectedSteps,
    history::FailedTry,
    outcome::{RunSummary, StepOutcome},
    plan::{Skipped, StepLabel},
    running::RunningNow,
};

/// One event, with the time since the run began.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub elapsed: Duration,
    pub kind: EventKind,
}

/// What happened. Each variant carries what is needed to draw it.
#[derive(Clone, Debug, PartialEq)]
pub enum EventKind {
    EvaluationStarted,
    EvaluationFinished {
        duration: Duration,
        cache: CacheUse,
    },
    /// The plan is known.
    RunStarted {
        steps: usize,
        verb: String,
    },
    /// How long steps of the plan took in earlier runs; told before any of them starts.
    Expected {
        expected: Arc<ExpectedSteps>,
    },
    /// A derivation is being built, whichever steps need it.
    BuildStarted {
        drv_path: String,
    },
    BuildPhase {
        drv_path: String,
        phase: String,
    },
    BuildLine {
        drv_path: String,
        line: String,
    },
    BuildFinished {
        drv_path: String,
        duration: Duration,
    },
    /// A store path is being downloaded.
    FetchStarted {
        path: String,
    },
    /// How many bytes of its contents are there.
    FetchAdvanced {
        path: String,
        done: u64,
    },
    FetchFinished {
        path: String,
    },
    /// How many bytes of contents are to be downloaded in all.
    FetchExpected {
        bytes: u64,
    },
    StepStarted {
        label: Arc<StepLabel>,
    },
    /// Output of a step that is shown as it comes: the only one of its run.
    StepOutput {
        label: Arc<StepLabel>,
        bytes: Vec<u8>,
    },
    /// The last complete line of a step whose output is kept back.
    StepLine {
        label: Arc<StepLabel>,
        line: String,
    },
    /// A step still runs after what is slow for it; told again each time that it has taken twice as long.
    StepSlow {
        label: Arc<StepLabel>,
        after: Duration,
    },
    /// A step was asked to end after its timeout, and has not ended at once.
    StepEnding {
        label: Arc<StepLabel>,
        after: Duration,
    },
    /// A try of a step failed, and there will be another one.
    TryFailed {
        label: Arc<StepLabel>,
        failed: FailedTry,
        /// Which try it was, counted from 1.
        number: usize,
        /// How many there can be.
        of: usize,
        /// How long until the next one.
        delay: Duration,
    },
    StepFinished {
        label: Arc<StepLabel>,
        outcome: StepOutcome,
    },
    StepSkipped {
        skipped: Skipped,
    },
    Warning {
        message: String,
    },
    /// The person pressed Ctrl-C, or the system asked nixward to end.
    Cancelling {
        signal: &'static str,
        running: usize,
    },
    /// From here on the terminal is another program's, or a document's.
    HandedOver,
    RunFinished {
        summary: RunSummary,
    },
    /// Somebody asked what runs (`SIGUSR1`).
    Info {
        running: RunningNow,
    },
    /// The run is being stopped (Ctrl-Z): the terminal is the shell's until it goes on.
    Stopping,
    /// It goes on.
    GoingOn,
    /// Files of a workspace that is watched were edited, and what they change runs next. A run that is told this ends.
    WatchChanged {
        files: Vec<String>,
    },
    /// Somebody who watches a workspace asked for another run. One that is told this ends.
    WatchAgain {
        what: Again,
    },
    /// A run of a workspace that is watched is over, and the next one waits for an edit.
    WatchWaiting,
}

/// What is to run again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Again {
    Everything,
    /// What did not pass.
    Failed,
}
