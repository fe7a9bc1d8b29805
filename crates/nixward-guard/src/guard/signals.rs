//! The signals that the guard itself gets.
//!
//! Handlers, not a blocked mask with a signalfd: a mask is inherited by the program, handlers are not. They also make
//! the program's dispositions the usual ones, where nixward was started with signals ignored (`nohup`, or in the
//! background of a script).

use std::{
    io::{self, Read as _},
    os::{
        fd::{AsFd, BorrowedFd},
        unix::net::UnixStream,
    },
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use nix::sys::signal::SigSet;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

use crate::graces::TerminationSignal;

/// A file that is readable when a signal has come, and which it was.
pub(super) struct Signals {
    wake: UnixStream,
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Signals {
    /// From here on no signal but `SIGKILL` ends this process.
    pub(super) fn install() -> io::Result<Self> {
        let (wake, write) = UnixStream::pair()?;
        wake.set_nonblocking(true)?;
        let signals = Self {
            wake,
            interrupted: Arc::default(),
            terminated: Arc::default(),
        };
        // The flag first, for handlers run in the order in which they were registered.
        signal_hook::flag::register(SIGINT, Arc::clone(&signals.interrupted))?;
        for signal in [SIGTERM, SIGHUP, SIGQUIT] {
            signal_hook::flag::register(signal, Arc::clone(&signals.terminated))?;
        }
        // Asked of nixward, by whoever asks everything of that name; they would end this process.
        for signal in [SIGUSR1, SIGUSR2] {
            signal_hook::flag::register(signal, Arc::default())?;
        }
        for signal in [SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
        }
        // They were blocked when this process was started.
        SigSet::empty().thread_set_mask()?;
        Ok(signals)
    }

    /// Forgets the wake-ups, and returns what this process was asked to do by signals. Whether a child ended is not
    /// told: several such signals become one.
    pub(super) fn take(&self) -> Vec<TerminationSignal> {
        let mut drained = [0; 64];
        while matches!((&self.wake).read(&mut drained), Ok(count) if count > 0) {}
        let mut asked = Vec::new();
        if self.interrupted.swap(false, Ordering::SeqCst) {
            asked.push(TerminationSignal::Interrupt);
        }
        if self.terminated.swap(false, Ordering::SeqCst) {
            asked.push(TerminationSignal::Terminate);
        }
        asked
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
