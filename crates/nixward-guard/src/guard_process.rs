//! Starts the guard's own process: this executable again.

use std::{
    io,
    os::{
        fd::OwnedFd,
        unix::{net::UnixStream, process::CommandExt as _},
    },
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use nix::sys::signal::{SigSet, SigmaskHow};

/// The first argument by which an executable knows that it is to be the guard.
pub(crate) const GUARD_ARGUMENT: &str = "__guard";

/// How a guard is called in the process list. It does not contain the executable's name, so that `pkill -9 nixward`
/// ends nixward, and leaves to the guards the time to end all else.
pub(crate) const GUARD_NAME: &std::ffi::CStr = c"nwguard";

/// A guard that has been told nothing yet.
pub(crate) struct GuardProcess {
    pub(crate) process: Child,
    pub(crate) socket: Arc<UnixStream>,
}

impl GuardProcess {
    pub(crate) fn start(executable: &Path, stdout: Stdio, stderr: Stdio) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let mut command = Command::new(executable);
        command
            .arg0(GUARD_NAME.to_str().unwrap_or_default())
            .arg(GUARD_ARGUMENT)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(stdout)
            .stderr(stderr);
        // The guard inherits the mask, and clears it when it has its handlers and a session of its own. Until then
        // a Ctrl-C, which the terminal sends to its process too, must not end it.
        let mask_before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_SETMASK)?;
        let spawned = command.spawn();
        mask_before.thread_set_mask()?;
        Ok(Self {
            process: spawned?,
            socket: Arc::new(ours),
        })
    }
}
