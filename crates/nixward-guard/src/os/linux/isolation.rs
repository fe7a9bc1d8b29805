//! What a guard does to its own process.

use std::{
    fs, io,
    os::{
        fd::{AsFd as _, AsRawFd as _, BorrowedFd, OwnedFd, RawFd},
        unix::net::UnixStream,
    },
};

use rustix::process::{PidfdFlags, getpid, getppid, pidfd_open, set_child_subreaper};

use crate::{guard_process::GUARD_NAME, os::pid_of};

/// Children can be started from several threads at once here: every file is made with close-on-exec set.
pub(crate) struct StartTurn;

impl StartTurn {
    pub(crate) fn take() -> Self {
        Self
    }
}

/// Makes processes whose parent ends children of this one, instead of the machine's first process.
pub(crate) fn adopt_orphans() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}

pub(crate) fn set_process_name() {
    // Only for the eye, and for `pkill`.
    let _not_vital: rustix::io::Result<()> = rustix::thread::set_name(GUARD_NAME);
}

/// Closes all but the standard files and the socket. What nixward's caller left open (a lock, a jobserver, a
/// terminal) is not handed on to programs that were not meant to have it.
pub(crate) fn close_inherited_files(socket: &UnixStream) {
    // Without `/proc` they stay open; all else works.
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return;
    };
    let names = entries.flatten().map(|entry| entry.file_name());
    let files: Vec<RawFd> = names
        .filter_map(|name| name.to_str()?.parse().ok())
        .collect();
    for file in files {
        if file > 2 && file != socket.as_raw_fd() {
            // One of them was the folder that was just read, and is closed already.
            let _closed: nix::Result<()> = nix::unistd::close(file);
        }
    }
}

/// Becomes readable when the process that wanted the step is gone.
///
/// The socket tells too, but not while some other child of that process, between its fork and its exec, holds a copy
/// of its end.
pub(crate) struct ParentWatch(Option<OwnedFd>);

impl ParentWatch {
    /// Without a file where the kernel has no pidfds, or the parent is gone; then the socket has to do.
    pub(crate) fn new(parent: u32) -> io::Result<Self> {
        let Some(parent) = pid_of(parent) else {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        };
        let file = pidfd_open(parent, PidfdFlags::empty()).ok();
        // Only now is it sure that the file is about the parent, and not about a later process of that number.
        Ok(Self(file.filter(|_| getppid() == Some(parent))))
    }

    pub(crate) fn file(&self) -> Option<BorrowedFd<'_>> {
        self.0.as_ref().map(|file| file.as_fd())
    }
}
