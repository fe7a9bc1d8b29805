//! A terminal of the tests' own, for what a program does only on one.

use std::{
    fs::File,
    io::{self, Read, Write as _},
    os::{
        fd::{AsFd, OwnedFd},
        unix::ffi::OsStrExt as _,
    },
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize},
};

use crate::{output::Output, running::Running};

/// The side of a terminal at which the person sits, with nixward at the other. What nixward writes to either output
/// comes as standard output.
#[must_use]
pub struct Terminal {
    person: Option<File>,
    modes: LocalModes,
    closing: Arc<AtomicBool>,
    running: Running,
}

/// The two sides.
pub(crate) struct Pair {
    pub(crate) person: OwnedFd,
    pub(crate) program: OwnedFd,
    /// What the terminal is like before anybody has changed it.
    pub(crate) modes: LocalModes,
}

impl Pair {
    pub(crate) fn new() -> Self {
        // A program that had the person's side itself would never see it close.
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let person = openpt(flags).expect("there are terminals");
        grantpt(&person).expect("the terminal is ours");
        unlockpt(&person).expect("the terminal is ours");
        let name = ptsname(&person, Vec::new()).expect("the terminal has a name");
        let path = std::ffi::OsStr::from_bytes(name.as_bytes());
        let program = open(
            path,
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )
        .expect("the terminal can be opened");
        set_columns(&person, 80);
        // Else the system throws away what is on its way to the person when a signal is typed, and sometimes what was
        // written in answer to it.
        let mut modes = tcgetattr(&program).expect("the terminal has modes");
        modes.local_modes |= LocalModes::NOFLSH;
        tcsetattr(&program, OptionalActions::Now, &modes).expect("the terminal has modes");
        Self {
            person,
            program,
            modes: modes.local_modes,
        }
    }

    /// Gives the program's side to a command, as its controlling terminal.
    pub(crate) fn give_to(&self, command: &mut Command) {
        let side = || Stdio::from(self.program.try_clone().expect("can be duplicated"));
        command.stdin(side()).stdout(side()).stderr(side());
    }
}

impl Terminal {
    pub(crate) fn new(
        person: OwnedFd,
        modes: LocalModes,
        closing: Arc<AtomicBool>,
        running: Running,
    ) -> Self {
        Self {
            modes,
            person: Some(File::from(person)),
            closing,
            running,
        }
    }

    /// Types; `\x03` is Ctrl-C, `\x04` is Ctrl-D.
    pub fn type_text(&mut self, text: &str) {
        self.person
            .as_mut()
            .expect("the terminal is open")
            .write_all(text.as_bytes())
            .expect("can type on the terminal");
    }

    /// Waits until a text was written to the terminal.
    #[track_caller]
    pub fn wait_for(&self, part: &str) {
        self.running.wait_for_stdout(part);
    }

    /// What was written to the terminal so far.
    pub fn written(&self) -> String {
        self.running.stdout_so_far()
    }

    /// Makes it so wide, as a person does who draws at its window's corner.
    pub fn resize(&self, columns: u16) {
        set_columns(self.person.as_ref().expect("the terminal is open"), columns);
    }

    /// Whether the terminal is as it was in the beginning: lines are edited, and what is typed is shown.
    pub fn has_its_modes(&self) -> bool {
        let person = self.person.as_ref().expect("the terminal is open");
        local_modes(person) == self.modes
    }

    /// The nixward at the other side.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Closes the terminal, as a person closes its window.
    pub fn hang_up(&mut self) {
        self.closing.store(true, Ordering::SeqCst);
        drop(self.person.take());
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// Where it does not come to an end, or leaves the terminal in another state than it was.
    #[track_caller]
    pub fn finish(self) -> Output {
        let Self {
            person,
            modes,
            closing: _,
            running,
        } = self;
        let output = running.finish();
        if let Some(person) = &person {
            assert_eq!(local_modes(person), modes, "the terminal's modes");
            let (hidden, shown) = ("\x1b[?25l", "\x1b[?25h");
            assert!(
                output.stdout().rfind(hidden) <= output.stdout().rfind(shown),
                "the cursor is hidden"
            );
        }
        output
    }
}

fn set_columns(person: impl AsFd, columns: u16) {
    let size = Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(person, size).expect("the terminal has a size");
}

fn local_modes(terminal: impl AsFd) -> LocalModes {
    tcgetattr(terminal)
        .expect("the terminal has modes")
        .local_modes
}

/// Reads what is written to a terminal, until it is closed: as long as anybody could read, it is not.
pub(crate) struct Listener {
    person: Option<File>,
    closing: Arc<AtomicBool>,
}

impl Listener {
    pub(crate) fn new(person: File) -> Self {
        Self {
            person: Some(person),
            closing: Arc::default(),
        }
    }

    /// What closes it.
    pub(crate) fn closing(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.closing)
    }
}

impl Read for Listener {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        const LOOK: Timespec = Timespec {
            tv_sec: 0,
            tv_nsec: 20_000_000,
        };
        loop {
            if self.closing.load(Ordering::SeqCst) {
                drop(self.person.take());
            }
            let Some(person) = &mut self.person else {
                return Ok(0);
            };
            match poll(&mut [PollFd::new(person, PollFlags::IN)], Some(&LOOK)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return person.read(buffer),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
