//! What the guard says about a step when nothing of it is left.

use std::{fmt, path::PathBuf};

use nix::errno::Errno;
use serde::{Deserialize, Serialize};

use crate::wire::text;

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct GuardReport {
    /// How the program ended.
    pub ending: Ending,
    /// Whether the step was told to end before its program ended; else the program ended by itself.
    pub was_told_to_end: bool,
    /// The processes that the program left behind when it ended by itself, and that the guard then ended. At most
    /// [`GuardReport::MOST_LISTED`] of them.
    pub leaked: Vec<ProcessLeft>,
    /// The processes that not even `SIGKILL` ended in time: those of another user, or stuck in the kernel.
    pub survivors: Vec<ProcessLeft>,
    /// Why the program ran without the protections that were asked for; `None` if it had them.
    pub unprotected: Option<String>,
}

impl GuardReport {
    /// How many processes a list names at most.
    pub const MOST_LISTED: usize = 100;
}

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// With this exit code.
    Exited(i32),
    /// By this signal.
    Signaled(i32),
    /// It was never started.
    CouldNotStart(StartFailure),
    /// It did not end in time, not even by `SIGKILL`; it is among the survivors.
    StillRunning,
}

/// A process that was there when it should not have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProcessLeft {
    /// Its process id, at that time.
    pub pid: u32,
    /// Its short name (the kernel's, at most 15 bytes).
    pub name: String,
    /// The beginning of its command line; empty if it could not be read.
    pub command_line: String,
}

/// Why a program could not be started: which path it was, and the system's error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StartFailure {
    /// What was being done with the path.
    pub step: StartStep,
    /// The path that the error is about.
    #[serde(with = "text")]
    pub path: PathBuf,
    /// The system's error number.
    pub errno: i32,
}

/// What a [`StartFailure`] is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StartStep {
    /// The program itself cannot be executed.
    Program,
    /// The program is there, but the interpreter that it names (in its `#!` line, or its dynamic loader) cannot be
    /// executed.
    Interpreter {
        /// The program, or the interpreter that names another one.
        #[serde(with = "text")]
        of: PathBuf,
    },
    /// The working folder cannot be entered.
    WorkingFolder,
    /// The file for its standard input cannot be opened.
    StandardInput,
    /// A namespace was entered but could not be set up; running in it would show the program a wrong user.
    Namespace,
}

impl fmt::Display for StartFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.step {
            StartStep::Program => write!(f, "cannot execute {path}")?,
            StartStep::Interpreter { of } => write!(
                f,
                "cannot execute {path}, the interpreter of {}",
                of.display()
            )?,
            StartStep::WorkingFolder => write!(f, "cannot enter the working folder {path}")?,
            StartStep::StandardInput => write!(f, "cannot open {path} as standard input")?,
            StartStep::Namespace => write!(f, "cannot set up the namespace with {path}")?,
        }
        write!(f, ": {}", Errno::from_raw(self.errno).desc())
    }
}
