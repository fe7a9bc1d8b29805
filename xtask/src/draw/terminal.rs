//! Runs nixward at a terminal of this program's own, whatever this program was started from.

use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::Read as _,
    os::{fd::OwnedFd, unix::ffi::OsStrExt as _},
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
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

/// Runs it to its end, and returns what it wrote, colours and all.
pub(crate) fn run(program: &str, args: &[&str], folder: &Path, columns: u16) -> Result<Vec<u8>> {
    let (person, side) = terminal(columns).context("no terminal could be made")?;
    let stdio = || side.try_clone().map(Stdio::from);
    let mut command = command(program, args, folder);
    command.stdin(stdio()?).stdout(stdio()?).stderr(stdio()?);
    let mut child = command
        .spawn()
        .with_context(|| format!("{program} could not be started"))?;
    // The terminal comes to its end when nobody has the program's side any more.
    drop(command);
    drop(side);
    let reader = thread::spawn(move || read_all(File::from(person)));
    let status = wait(&mut child)?;
    let output = reader.join().expect("reading does not panic");
    ensure_success(status, program, args, &output)?;
    Ok(output)
}

/// Runs it without a terminal, for what it leaves behind.
pub(crate) fn run_unseen(program: &str, args: &[&str], folder: &Path) -> Result<()> {
    let output = command(program, args, folder)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} could not be started"))?;
    ensure_success(output.status, program, args, &output.stderr)
}

#[expect(
    clippy::disallowed_methods,
    reason = "xtask's own way to start programs knows no terminals"
)]
fn command(program: &str, args: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if is_left_out(&name) {
            command.env_remove(name);
        }
    }
    command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8");
    command
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

fn read_all(mut person: File) -> Vec<u8> {
    let mut output = Vec::new();
    let mut buffer = [0; 8192];
    // A terminal whose other side is closed gives an error instead of an end.
    while let Ok(count @ 1..) = person.read(&mut buffer) {
        output.extend_from_slice(&buffer[..count]);
    }
    output
}

fn wait(child: &mut Child) -> Result<ExitStatus> {
    let deadline = Instant::now() + LONGEST_RUN;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("it did not come to an end in {} s", LONGEST_RUN.as_secs());
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn ensure_success(status: ExitStatus, program: &str, args: &[&str], output: &[u8]) -> Result<()> {
    anyhow::ensure!(
        status.success(),
        "`{program} {}` failed ({status}), so there is nothing to show:\n{}",
        args.join(" "),
        String::from_utf8_lossy(output).trim_end()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Result<Vec<u8>> {
        run("sh", &["-c", script], Path::new("/"), 100)
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
