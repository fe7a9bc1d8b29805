//! The job that this process is part of, in the eyes of the shell that started it.
//!
//! In a container that was entered from outside, sessions and groups from there have the number 0. Rustix has no such
//! number, which is why it is not asked.

use std::os::fd::AsFd;

use nix::unistd::{getpgrp, getppid, getsid, tcgetpgrp};

/// Whether there is no shell that could let this process go on after Ctrl-Z. The system does not stop such a process
/// either.
pub fn is_orphaned() -> bool {
    let parents = getsid(Some(getppid()));
    parents.is_err() || getsid(None) != parents
}

/// Whether what is typed at that terminal is for this process and those that it shares a job with.
pub fn is_in_foreground(terminal: impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}
