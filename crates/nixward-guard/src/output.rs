//! Reads what a guarded program writes.

use std::{
    io::{self, PipeReader, Read},
    os::unix::net::UnixStream,
    sync::Arc,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};

/// The output of a guarded child.
#[derive(Debug)]
pub enum ChildOutput {
    /// Of [`OutputMode::Merged`](crate::OutputMode::Merged).
    Merged(OutputReader),
    /// Of [`OutputMode::Separate`](crate::OutputMode::Separate). Read them from two threads: a program blocks while
    /// the one that nobody reads is full.
    Separate {
        /// Its standard output.
        stdout: OutputReader,
        /// Its standard error.
        stderr: OutputReader,
    },
    /// Of [`OutputMode::Inherit`](crate::OutputMode::Inherit): nothing to read.
    Inherited,
}

/// One pipe from a guarded child.
///
/// It is at its end when all writers closed it, or when the guard is gone and what was written until then is read:
/// a process outside the guard's reach that got hold of the pipe (a container engine, for instance) cannot keep
/// the reader waiting.
#[derive(Debug)]
pub struct OutputReader {
    pipe: PipeReader,
    socket: Arc<UnixStream>,
    /// How much there was still to read when the guard was found to be gone.
    rest: Option<u64>,
}

impl OutputReader {
    pub(crate) fn new(pipe: PipeReader, socket: Arc<UnixStream>) -> Self {
        Self {
            pipe,
            socket,
            rest: None,
        }
    }

    /// Whether a read would not have to wait longer than that. Where it cannot be known, the read will tell.
    pub fn is_ready_within(&self, limit: Duration) -> bool {
        let limit = Timespec::try_from(limit).ok();
        let mut files = [
            PollFd::new(&self.pipe, PollFlags::IN),
            PollFd::new(&*self.socket, PollFlags::empty()),
        ];
        self.rest.is_some() || !matches!(poll(&mut files, limit.as_ref()), Ok(0))
    }

    /// Waits until there is something to read (or the end of the pipe), or the guard is gone.
    fn wait(&mut self) -> io::Result<()> {
        // No flag asked for: a hang-up is reported always, and the guard's notices are not for us.
        let mut files = [
            PollFd::new(&self.pipe, PollFlags::IN),
            PollFd::new(&*self.socket, PollFlags::empty()),
        ];
        loop {
            match poll(&mut files, None) {
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
                Ok(_) => break,
            }
        }
        let [_, socket] = files;
        if !socket.revents().is_empty() {
            self.rest = Some(rustix::io::ioctl_fionread(&self.pipe)?);
        }
        Ok(())
    }
}

impl Read for OutputReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_none() {
            self.wait()?;
        }
        let Some(rest) = &mut self.rest else {
            return self.pipe.read(buffer);
        };
        let length = buffer
            .len()
            .min(usize::try_from(*rest).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(0);
        }
        let count = self
            .pipe
            .read(buffer.get_mut(..length).unwrap_or_default())?;
        *rest -= count as u64;
        Ok(count)
    }
}
