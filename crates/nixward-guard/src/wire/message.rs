//! The messages.

use std::{ffi::OsString, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::text;
use crate::{
    command::StdinSource,
    graces::{FirstSignal, Graces, TerminationSignal},
    protections::Protections,
    report::GuardReport,
};

/// The first line that a guard reads.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Request {
    /// Run this program.
    Run(Box<ProgramSpec>),
    /// Try this confinement on yourself, and say whether it is had.
    Probe(Confinement),
}

/// A program to run, and how.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct ProgramSpec {
    /// The process that wants it. When it is gone, all ends.
    pub(crate) parent: u32,
    #[serde(with = "text")]
    pub(crate) program: PathBuf,
    #[serde(with = "text::list")]
    pub(crate) args: Vec<OsString>,
    #[serde(with = "text::pairs")]
    pub(crate) env: Vec<(OsString, OsString)>,
    #[serde(with = "text")]
    pub(crate) cwd: PathBuf,
    pub(crate) stdin: StdinSource,
    pub(crate) confinement: Confinement,
    pub(crate) first_signal: FirstSignal,
    pub(crate) graces: Graces,
}

/// The way in which a guard gets the protections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Confinement {
    /// None are wanted, or they are known to be refused.
    None,
    /// By a mount namespace alone: the caller has the capability to mount. Refused, nothing has changed for the
    /// program.
    MountNamespace(Protections),
    /// By a user namespace, which gives the capability, and a mount namespace in it. A system can let a process
    /// into a user namespace and then refuse all else, and there is no way back; so this is asked for only after a
    /// [`Request::Probe`] succeeded.
    UserNamespace(Protections),
}

/// Any later line that a guard reads.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Order {
    Terminate(TerminationSignal),
    Kill,
    /// Stop every process of the step, until it is told to go on, or to end.
    Stop,
    GoOn,
}

/// A line that a guard writes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Notice {
    /// The program runs, as this process.
    Started { pid: u32 },
    /// Nothing is left; the last line.
    Finished(GuardReport),
    /// The answer to [`Request::Probe`]: why the confinement cannot be had, if so; the last line.
    Probed { refused: Option<String> },
    /// The guard itself failed; the last line.
    Failed { message: String },
}
