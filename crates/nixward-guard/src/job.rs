//! The job that this process is part of, in the eyes of the shell that started it.
//!
//! In a container that was entered from outside, sessions and groups from there have the number 0. Rustix has no such
//! number, which is why it is not asked.

use std::os::fd::AsFd;

use nix::unistd::{Pid, getpgrp, getpid, getppid, getsid, tcgetpgrp};

/// Whether there is no shell that could let this process go on after Ctrl-Z. The system does not stop such a process
/// either.
pub fn is_orphaned() -> bool {
    let own = getsid(None);
    // A parent outside has the number 0 too, which would ask for this process itself; but then nobody who leads a
    // session has a parent in it.
    own == Ok(getpid()) || own.is_err() || own != getsid(Some(getppid()))
}

/// Whether what is typed at that terminal is for this process and those that it shares a job with. Where that cannot be
/// known it is not.
pub fn is_in_foreground(terminal: impl AsFd) -> bool {
    let outside = Pid::from_raw(0);
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp() && group != outside)
}
