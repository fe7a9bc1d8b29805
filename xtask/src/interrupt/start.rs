//! Starting other programs: the one place of this program that does.

use std::{ffi::OsStr, process::Command};

/// A program that is not started yet.
#[expect(
    clippy::disallowed_methods,
    reason = "xtask's own way to start programs knows neither terminals nor signals"
)]
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}
