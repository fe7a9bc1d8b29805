//! How patiently a step is ended: which signal goes to whom, and how long each stage lasts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The signal that asks a program to end. `SIGKILL` is not among them: it is always the last stage, or
/// [`Terminator::kill`](crate::Terminator::kill).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TerminationSignal {
    /// `SIGINT`, what Ctrl-C sends.
    Interrupt,
    /// `SIGTERM`.
    Terminate,
}

/// Who gets the first signal of a termination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstSignal {
    /// The program and those of its children that stayed in its process group, as Ctrl-C in a terminal does.
    #[default]
    Group,
    /// The program alone: for one that ends its own helpers in good order.
    Program,
}

/// How long each stage of the ending lasts. When the last process is gone before, the stage is over at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Graces {
    /// From the first signal until `SIGTERM` to every process.
    pub after_signal: Duration,
    /// From the end of the program until the processes that it left are taken for leaked, and get `SIGTERM`.
    pub after_exit: Duration,
    /// From `SIGTERM` to every process until `SIGKILL`.
    pub before_kill: Duration,
    /// What `after_signal` is when the process that wanted the step is gone. Nobody waits for the result then, and
    /// the person who killed it expects that it is over.
    pub when_abandoned: Duration,
}

impl Default for Graces {
    fn default() -> Self {
        Self {
            after_signal: Duration::from_secs(10),
            after_exit: Duration::from_millis(100),
            before_kill: Duration::from_millis(500),
            when_abandoned: Duration::from_secs(1),
        }
    }
}
