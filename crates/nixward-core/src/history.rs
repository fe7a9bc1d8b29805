//! How a step came to its end: the tries that failed before, the runs that were asked for, whether it was slow.

use std::time::Duration;

use crate::outcome::StepStatus;

/// What went before the end of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StepHistory {
    /// The tries before the last one, in their order.
    pub failed_tries: Vec<FailedTry>,
    /// How often it may be tried again after a failure.
    pub retries: u8,
    /// Where it was to be run many times over: how far it came.
    pub runs: Option<Runs>,
    /// Whether a try took longer than what is slow for it.
    pub is_slow: bool,
}

impl StepHistory {
    /// Which try was the last, counted from 1.
    pub fn last_try(&self) -> usize {
        self.failed_tries.len() + 1
    }

    /// How many tries there could have been.
    pub fn most_tries(&self) -> usize {
        usize::from(self.retries) + 1
    }
}

/// A try that failed, after which there was another one.
#[derive(Clone, Debug, PartialEq)]
pub struct FailedTry {
    pub status: StepStatus,
    pub duration: Duration,
}

/// A test that is run many times over, up to its first failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Runs {
    /// How many there were, the one that failed included; fewer than wanted, too, where the run was stopped.
    pub done: u32,
    pub wanted: u32,
}
