//! What runs at one moment, for whoever asks.

use std::{sync::Arc, time::Duration};

use crate::plan::StepLabel;

/// Everything that runs, and how much has still to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunningNow {
    /// For how long the flake has been evaluated, where it is.
    pub evaluating: Option<Duration>,
    pub steps: Vec<RunningStep>,
    pub builds: Vec<RunningBuild>,
    /// The store paths that are being downloaded.
    pub downloads: Vec<String>,
    /// Whether Nix is at work, also where it has not said on what.
    pub nix_is_at_work: bool,
    /// How many steps were not started yet.
    pub waiting: usize,
}

impl RunningNow {
    /// Whether there is nothing to wait for.
    pub fn is_nothing(&self) -> bool {
        self.steps.is_empty() && !self.nix_is_at_work && self.evaluating.is_none()
    }
}

/// A step that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningStep {
    pub label: Arc<StepLabel>,
    /// For how long.
    pub duration: Duration,
    /// The process id of its program, if it has one and that is known.
    pub process: Option<u32>,
    /// What it printed last.
    pub last_lines: Vec<String>,
}

/// A derivation that is being built.
#[derive(Clone, Debug, PartialEq)]
pub struct RunningBuild {
    pub drv_path: String,
    /// For how long.
    pub duration: Duration,
    pub phase: Option<String>,
    /// What it printed last.
    pub last_line: Option<String>,
}
