//! Runs nixward at a terminal of this program's own, whatever this program was started from.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Read as _,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::{
    fs::{Mode, OFlags, open},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcsetwinsize},
};

/// Everything has been built before, so this is far more than a run takes.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// Longer than the live display takes from one frame to the next.
const BETWEEN_LOOKS: Duration = Duration::from_millis(150);

/// What would make nixward say less, or say it in another way, than to a person at a terminal.
const LEFT_OUT: [&str; 8] = [
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "LC_ALL",
    "LINES",
    "NO_COLOR",
];

/// A program to be run.
#[derive(Clone)]
pub(crate) struct Call<'a> {
    pub(crate) program: &'a str,
    pub(crate) args: &'a [&'a str],
    pub(crate) folder: PathBuf,
    /// Besides the person's own.
    pub(crate) variables: &'a [(&'static str, String)],
    /// The exit code that it must end with.
    pub(crate) code: i32,
}

impl<'a> Call<'a> {
    pub(crate) fn new(program: &'a str, args: &'a [&'a str], folder: &Path) -> Self {
        Self {
            program,
            args,
            folder: folder.to_owned(),
            variables: &[],
            code: 0,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "xtask's own way to start programs knows no terminals"
    )]
    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.args).current_dir(&self.folder);
        for (name, _) in std::env::vars_os() {
            if is_left_out(&name) {
                command.env_remove(name);
            }
        }
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn ensure_ended_as_expected(&self, status: ExitStatus, output: &[u8]) -> Result<()> {
        anyhow::ensure!(
            status.code() == Some(self.code),
            "`{} {}` failed ({status}), so there is nothing to show:\n{}",
            self.program,
            self.args.join(" "),
            String::from_utf8_lossy(output).trim_end()
        );
        Ok(())
    }
}

/// Runs it to its end, and returns what it wrote, colours and all.
pub(crate) fn run(call: &Call<'_>, columns: u16) -> Result<Vec<u8>> {
    run_until(call, columns, |_| Ok(true), || Ok(()))
}

/// The same, but as soon as what it wrote so far is what is waited for, does something that it needs to go on.
pub(crate) fn run_until(
    call: &Call<'_>,
    columns: u16,
    mut is_it: impl FnMut(&[u8]) -> Result<bool>,
    go_on: impl FnOnce() -> Result<()>,
) -> Result<Vec<u8>> {
    let (person, side) = terminal(columns).context("no terminal could be made")?;
    let stdio = || side.try_clone().map(Stdio::from);
    let mut command = call.command();
    command.stdin(stdio()?).stdout(stdio()?).stderr(stdio()?);
    let mut child = command
        .spawn()
        .with_context(|| format!("{} could not be started", call.program))?;
    // The terminal comes to its end when nobody has the program's side any more.
    drop(command);
    drop(side);
    let written = Written::default();
    let reader = {
        let written = written.clone();
        thread::spawn(move || written.read_all(File::from(person)))
    };
    let deadline = Instant::now() + LONGEST_RUN;
    let mut go_on = Some(go_on);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() >= deadline {
            end(&mut child)?;
            anyhow::bail!(
                "it did not come to an end in {} s:\n{}",
                LONGEST_RUN.as_secs(),
                String::from_utf8_lossy(&written.so_far())
            );
        }
        if go_on.is_some() && is_it(&written.so_far())? {
            go_on.take().map_or(Ok(()), |go_on| go_on())?;
        }
        thread::sleep(BETWEEN_LOOKS);
    };
    reader.join().expect("reading does not panic");
    let output = written.so_far();
    call.ensure_ended_as_expected(status, &output)?;
    Ok(output)
}

/// Runs it without a terminal, for what it leaves behind.
pub(crate) fn run_unseen(call: &Call<'_>) -> Result<()> {
    let output = call
        .command()
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", call.program))?;
    call.ensure_ended_as_expected(output.status, &output.stderr)
}

fn is_left_out(name: &OsString) -> bool {
    LEFT_OUT.iter().any(|left_out| name == left_out)
        || name.as_encoded_bytes().starts_with(b"NIXWARD_")
}

/// The person's side of a new terminal, and the program's.
fn terminal(columns: u16) -> std::io::Result<(OwnedFd, OwnedFd)> {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&person)?;
    unlockpt(&person)?;
    let name = ptsname(&person, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    let program = open(OsStr::from_bytes(name.as_bytes()), flags, Mode::empty())?;
    let size = Winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&person, size)?;
    Ok((person, program))
}

/// What a program has written to its terminal; clones are the same.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn read_all(&self, mut person: File) {
        let mut buffer = [0; 8192];
        // A terminal whose other side is closed gives an error instead of an end.
        while let Ok(count @ 1..) = person.read(&mut buffer) {
            let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            bytes.extend_from_slice(&buffer[..count]);
        }
    }

    fn so_far(&self) -> Vec<u8> {
        let bytes = self.0.lock();
        bytes.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn end(child: &mut Child) -> Result<()> {
    child.kill()?;
    child.wait()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Vec<u8>> {
        run(&Call::new("sh", &["-c", script], Path::new("/")), 100)
    }

    #[test]
    fn a_program_finds_a_terminal_of_the_given_width() {
        let script = "test -t 0 && test -t 1 && test -t 2 && stty size && echo \"$TERM$NO_COLOR\"";
        assert_eq!(
            String::from_utf8(shell(script).unwrap()).unwrap(),
            "50 100\r\nxterm-256color\r\n"
        );
    }

    #[test]
    fn a_failure_is_told_with_what_it_wrote() {
        let error = shell("echo told; exit 3").unwrap_err().to_string();
        assert!(
            error.contains("exit status: 3") && error.contains("told"),
            "{error}"
        );
    }

    #[test]
    fn what_would_change_the_output_is_left_out() {
        for name in ["NO_COLOR", "CI", "NIXWARD_JOBS"] {
            assert!(is_left_out(&name.into()), "{name}");
        }
        for name in ["PATH", "HOME", "NIX_CONF_DIR"] {
            assert!(!is_left_out(&name.into()), "{name}");
        }
    }
}
