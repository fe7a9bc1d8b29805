//! A terminal of the tests' own, for what a program does only on one.

use std::{
    fs::File,
    io::Write as _,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    process::{Command, Stdio},
};

use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

use crate::{output::Output, running::Running};

/// The side of a terminal at which the person sits, with nixward at the other. What nixward writes to either output
/// comes as standard output.
#[must_use]
pub struct Terminal {
    person: File,
    running: Running,
}

/// The two sides.
pub(crate) struct Pair {
    pub(crate) person: OwnedFd,
    pub(crate) program: OwnedFd,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there are terminals");
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
        let size = Winsize {
            ws_row: 24,
            ws_col: 80,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&person, size).expect("the terminal has a size");
        Self { person, program }
    }

    /// Gives the program's side to a command, as its controlling terminal.
    pub(crate) fn give_to(&self, command: &mut Command) {
        let side = || Stdio::from(self.program.try_clone().expect("can be duplicated"));
        command.stdin(side()).stdout(side()).stderr(side());
    }
}

impl Terminal {
    pub(crate) fn new(person: OwnedFd, running: Running) -> Self {
        Self {
            person: File::from(person),
            running,
        }
    }

    /// Types; `\x03` is Ctrl-C, `\x04` is Ctrl-D.
    pub fn type_text(&mut self, text: &str) {
        self.person
            .write_all(text.as_bytes())
            .expect("can type on the terminal");
    }

    /// Waits until a text was written to the terminal.
    #[track_caller]
    pub fn wait_for(&self, part: &str) {
        self.running.wait_for_stdout(part);
    }

    /// The nixward at the other side.
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(self) -> Output {
        self.running.finish()
    }
}
