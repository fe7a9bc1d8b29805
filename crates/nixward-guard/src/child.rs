//! A running guarded child, seen from the process that wanted it.

use std::{
    io,
    net::Shutdown,
    os::unix::net::UnixStream,
    process::{Child, ExitStatus},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

use crate::{
    os,
    output::ChildOutput,
    registry::Registration,
    report::GuardReport,
    run_clock::RunClock,
    terminator::Terminator,
    wire::{LineBuffer, Notice},
};

/// A program under its guard. Dropped before its end it is killed, with all that it started.
#[derive(Debug)]
pub struct GuardedChild {
    guard: Child,
    socket: Arc<UnixStream>,
    lines: LineBuffer,
    output: Option<ChildOutput>,
    /// Why the guard was not even asked for the protections.
    refused: Option<String>,
    /// The program's process, once the guard has told.
    program: ProgramId,
    /// Whether the guard's process has been waited for.
    reaped: bool,
    report: Option<GuardReport>,
    /// Its place among the children that are ended together.
    registration: Option<Registration>,
    /// Which stands still while the child is stopped.
    clock: RunClock,
}

/// The process id of a program, which is known soon after it was started; can be sent to other threads.
#[derive(Clone, Debug, Default)]
pub struct ProgramId(Arc<AtomicU32>);

impl ProgramId {
    /// Nothing until the guard has told, and somebody waits for the child.
    pub fn get(&self) -> Option<u32> {
        Some(self.0.load(Ordering::Relaxed)).filter(|id| *id != 0)
    }

    fn set(&self, id: u32) {
        self.0.store(id, Ordering::Relaxed);
    }
}

/// Why nothing is known about how a program ended. Nothing of it is left all the same, as far as it could be found.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// The guard was killed, or crashed.
    #[error("the guard process {} ended unexpectedly ({status})", if *started { "of a running program" } else { "of a program that was not started yet" })]
    GuardDied {
        /// How the guard ended.
        status: ExitStatus,
        /// Whether it had told that it started the program.
        started: bool,
    },
    /// The guard reported a failure of its own.
    #[error("the guard process failed: {message}")]
    GuardFailed {
        /// What it said.
        message: String,
    },
    /// The guard is not of this version, or no guard at all.
    #[error("the guard process said something that is not understood")]
    NotUnderstood(#[source] serde_json::Error),
    /// The connection to the guard, or the wait for it, failed.
    #[error("cannot wait for the guard process")]
    Io(#[source] io::Error),
}

impl GuardedChild {
    pub(crate) fn new(
        guard: Child,
        socket: Arc<UnixStream>,
        output: ChildOutput,
        refused: Option<String>,
    ) -> Self {
        Self {
            guard,
            socket,
            lines: LineBuffer::default(),
            output: Some(output),
            refused,
            program: ProgramId::default(),
            reaped: false,
            report: None,
            registration: None,
            clock: RunClock::default(),
        }
    }

    /// Stays registered until it is dropped, and waits by this clock.
    pub(crate) fn keep(&mut self, registration: Registration, clock: RunClock) {
        self.registration = Some(registration);
        self.clock = clock;
    }

    /// The process id of the guard (not of the program).
    pub fn guard_id(&self) -> u32 {
        self.guard.id()
    }

    /// What its time is measured with.
    pub fn clock(&self) -> &RunClock {
        &self.clock
    }

    /// The process id of the program.
    pub fn program_id(&self) -> ProgramId {
        self.program.clone()
    }

    /// What ends this child, for another thread.
    pub fn terminator(&self) -> Terminator {
        Terminator::new(Arc::clone(&self.socket))
    }

    /// The output, the first time that it is asked for. Where it is neither taken nor dropped, a program that
    /// writes more than a pipe holds waits forever.
    pub fn take_output(&mut self) -> Option<ChildOutput> {
        self.output.take()
    }

    /// Waits until nothing of the step is left.
    pub fn wait(mut self) -> Result<GuardReport, WaitError> {
        loop {
            if let Some(report) = self.wait_until(None)? {
                return Ok(report);
            }
        }
    }

    /// Waits until nothing of the step is left, but no longer than this; `None` if something is. The time in which it
    /// is stopped does not count.
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<GuardReport>, WaitError> {
        self.wait_until(self.clock.now().checked_add(timeout))
    }

    fn wait_until(&mut self, deadline: Option<Duration>) -> Result<Option<GuardReport>, WaitError> {
        loop {
            if self.report.is_some() {
                return Ok(self.report.clone());
            }
            while let Some(line) = self.lines.next_line() {
                if let Some(report) = self.notice(&line)? {
                    self.report = Some(report.clone());
                    return Ok(Some(report));
                }
            }
            if !self.readable(deadline).map_err(WaitError::Io)? {
                return Ok(None);
            }
            if !self.lines.fill(&self.socket).map_err(WaitError::Io)? {
                return Err(self.guard_died());
            }
        }
    }

    fn notice(&mut self, line: &[u8]) -> Result<Option<GuardReport>, WaitError> {
        match serde_json::from_slice(line).map_err(WaitError::NotUnderstood)? {
            Notice::Started { pid } => {
                self.program.set(pid);
                Ok(None)
            }
            Notice::Finished(mut report) => {
                self.reap().map_err(WaitError::Io)?;
                report.unprotected = report.unprotected.or_else(|| self.refused.take());
                Ok(Some(report))
            }
            Notice::Failed { message } => {
                self.guard_died();
                Err(WaitError::GuardFailed { message })
            }
            // No program was run on a probe's guard.
            Notice::Probed { .. } => Err(WaitError::GuardFailed {
                message: "it answered another question".to_owned(),
            }),
        }
    }

    /// Waits for the guard to say something; `false` when the deadline has passed.
    fn readable(&self, deadline: Option<Duration>) -> io::Result<bool> {
        loop {
            let timeout = deadline.map(|deadline| deadline.saturating_sub(self.clock.now()));
            let timespec = timeout.and_then(|timeout| Timespec::try_from(timeout).ok());
            match poll(
                &mut [PollFd::new(&*self.socket, PollFlags::IN)],
                timespec.as_ref(),
            ) {
                Ok(0) if timeout.is_some_and(|timeout| timeout.is_zero()) => return Ok(false),
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The guard's own end came before its report: end what it watched, as far as it can still be found.
    fn guard_died(&mut self) -> WaitError {
        // Before the guard is reaped, since its process id names the session.
        os::end_orphans(self.guard.id(), self.program.get());
        match self.reap() {
            Ok(status) => WaitError::GuardDied {
                status,
                started: self.program.get().is_some(),
            },
            Err(error) => WaitError::Io(error),
        }
    }

    fn reap(&mut self) -> io::Result<ExitStatus> {
        let status = self.guard.wait()?;
        self.reaped = true;
        Ok(status)
    }
}

impl Drop for GuardedChild {
    fn drop(&mut self) {
        if self.reaped {
            return;
        }
        self.terminator().kill();
        // Terminators may hold the socket open; to the guard we are gone all the same.
        let _already_gone: io::Result<()> = self.socket.shutdown(Shutdown::Write);
        // The guard's patience is bounded, so this is too.
        let _nothing_to_tell: io::Result<ExitStatus> = self.reap();
    }
}
