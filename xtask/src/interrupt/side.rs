//! The other side of a tool: a terminal at which nobody sits, or a pipe.

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read as _, Write as _},
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use anyhow::{Context as _, Result};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Termios, Winsize, tcgetattr, tcsetwinsize},
};

use crate::scenario::Place;

/// Reads all that a tool writes, until it is closed.
pub(crate) struct Side {
    place: Place,
    /// Of a terminal, the person's side.
    person: Option<File>,
    modes_before: Option<Termios>,
    output: Arc<Mutex<Vec<u8>>>,
    closed: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

impl Side {
    /// Connects a command to a new one.
    pub(crate) fn connect(place: Place, command: &mut Command) -> Result<Self> {
        let (person, file) = match place {
            Place::Terminal => {
                let (person, program) = terminal().context("no terminal could be made")?;
                let stdio = || program.try_clone().map(Stdio::from);
                command.stdin(stdio()?).stdout(stdio()?).stderr(stdio()?);
                (Some(File::from(person.try_clone()?)), person)
            }
            Place::Pipe => {
                let (reader, writer) = std::io::pipe()?;
                command.stdin(Stdio::null()).stdout(writer.try_clone()?);
                command.stderr(writer);
                (None, OwnedFd::from(reader))
            }
        };
        let modes_before = person.as_ref().map(tcgetattr).transpose()?;
        let (output, closed) = (Arc::default(), Arc::default());
        let reader = thread::spawn({
            let (output, closed) = (Arc::clone(&output), Arc::clone(&closed));
            move || read(File::from(file), &output, &closed)
        });
        Ok(Self {
            place,
            person,
            modes_before,
            output,
            closed,
            reader: Some(reader),
        })
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Types on the terminal.
    pub(crate) fn type_text(&mut self, text: &str) -> Result<()> {
        let person = self.person.as_mut().context("there is no terminal")?;
        Ok(person.write_all(text.as_bytes())?)
    }

    /// Closes the terminal, or the reader's end of the pipe.
    pub(crate) fn close(&mut self) {
        drop(self.person.take());
        self.closed.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            // It reads and does nothing else.
            let _ended = reader.join();
        }
    }

    /// What was written so far.
    pub(crate) fn text(&self) -> String {
        let output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&output).into_owned()
    }

    /// Whether the terminal is as it was: its modes, and its cursor is there. A pipe always is.
    pub(crate) fn is_as_before(&self) -> bool {
        let modes_are = match (&self.person, &self.modes_before) {
            (Some(person), Some(before)) => tcgetattr(person).is_ok_and(|now| {
                now.local_modes == before.local_modes
                    && now.input_modes == before.input_modes
                    && now.output_modes == before.output_modes
            }),
            _ => true,
        };
        let text = self.text();
        let cursor_is_there = match (text.rfind("\x1b[?25l"), text.rfind("\x1b[?25h")) {
            (Some(hidden), Some(shown)) => hidden < shown,
            (Some(_), None) => false,
            (None, _) => true,
        };
        modes_are && cursor_is_there
    }
}

fn read(mut file: File, output: &Mutex<Vec<u8>>, closed: &AtomicBool) {
    const LOOK: Timespec = Timespec {
        tv_sec: 0,
        tv_nsec: 20_000_000,
    };
    /// More than any report; the rest is a flood.
    const KEPT: usize = 8 << 20;
    let mut buffer = vec![0; 64 << 10];
    while !closed.load(Ordering::SeqCst) {
        match poll(&mut [PollFd::new(&file, PollFlags::IN)], Some(&LOOK)) {
            Ok(0) | Err(rustix::io::Errno::INTR) => continue,
            Ok(_) => {}
            Err(_) => return,
        }
        // A terminal whose other side is closed gives an error instead of an end.
        let Ok(count @ 1..) = file.read(&mut buffer) else {
            return;
        };
        let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
        if output.len() < KEPT {
            output.extend_from_slice(buffer.get(..count).unwrap_or_default());
        }
    }
}

/// The person's side of a new terminal, and the program's.
fn terminal() -> std::io::Result<(OwnedFd, OwnedFd)> {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    grantpt(&person)?;
    unlockpt(&person)?;
    let name = ptsname(&person, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let program = open(OsStr::from_bytes(name.as_bytes()), flags, Mode::empty())?;
    let size = Winsize {
        ws_row: 50,
        ws_col: 120,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&person, size)?;
    Ok((person, program))
}
