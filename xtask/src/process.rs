//! Starting other programs: the one place of xtask that does.
//!
//! A [`Tool`] is a command line that can say itself as a person would type it. It runs in one of five ways: quietly
//! (its output is seen only if it fails), shown (its output is the person's), with a time limit (a question that may
//! have no answer), started and waited for elsewhere, or in place of xtask.

use std::{
    ffi::{OsStr, OsString},
    fmt,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

/// A program, its arguments and what is special about its surroundings.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    program: OsString,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    inherits: bool,
    folder: Option<PathBuf>,
}

impl Tool {
    pub(crate) fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            inherits: true,
            folder: None,
        }
    }

    /// The first word is the program.
    pub(crate) fn from_words(words: &[OsString]) -> Self {
        let (program, arguments) = words
            .split_first()
            .expect("a command line has a first word");
        Self::new(program).args(arguments)
    }

    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn args(mut self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    pub(crate) fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    pub(crate) fn envs(
        mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Self {
        self.environment.extend(variables);
        self
    }

    /// With no variables but those that it is given.
    pub(crate) fn in_empty_environment(mut self) -> Self {
        self.inherits = false;
        self
    }

    pub(crate) fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Runs it and returns what it wrote to stdout. If it fails, the error holds the command line and all its output.
    pub(crate) fn quiet(&self) -> Result<String> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("`{self}` could not be started"))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let stdout = String::from_utf8_lossy(&output.stdout);
        let stderr = String::from_utf8_lossy(&output.stderr);
        anyhow::bail!(
            "`{self}` failed ({})\n{}{}",
            output.status,
            stdout,
            stderr.trim_end()
        )
    }

    /// Runs it with the person's own terminal as its input and output.
    pub(crate) fn shown(&self) -> Result<ExitStatus> {
        self.command()
            .status()
            .with_context(|| format!("`{self}` could not be started"))
    }

    /// Runs it and returns what it wrote to stdout, however it ends; stderr is the person's.
    pub(crate) fn read(&self) -> Result<(ExitStatus, String)> {
        let output = self
            .command()
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("`{self}` could not be started"))?;
        Ok((
            output.status,
            String::from_utf8_lossy(&output.stdout).into_owned(),
        ))
    }

    /// Starts it with its output going elsewhere; waiting for it is the caller's.
    pub(crate) fn spawn(&self, stdout: Stdio, stderr: Stdio) -> Result<Child> {
        self.command()
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("`{self}` could not be started"))
    }

    /// Whether it succeeds within the time, with all its output thrown away. Too slow, failed and not there are all
    /// the same answer: no.
    pub(crate) fn succeeds_within(&self, limit: Duration) -> bool {
        let silenced = self
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = silenced else {
            return false;
        };
        let deadline = Instant::now() + limit;
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return status.success(),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                // Killing can fail only because it has just ended by itself.
                _ => {
                    let _ended_by_itself = child.kill();
                    let _reaped = child.wait();
                    return false;
                }
            }
        }
    }

    /// Becomes the program; returns only if that cannot be done.
    pub(crate) fn exec(&self) -> anyhow::Error {
        let error = self.command().exec();
        anyhow::Error::new(error).context(format!("`{self}` could not be started"))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "everything else in xtask starts programs through this"
    )]
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        if !self.inherits {
            command.env_clear();
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }
}

/// As it would be typed, without the environment.
impl fmt::Display for Tool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shell_quoted(&self.program))?;
        for argument in &self.arguments {
            write!(formatter, " {}", shell_quoted(argument))?;
        }
        Ok(())
    }
}

/// One word of a POSIX shell's command line.
pub(crate) fn shell_quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:=@%+,^".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The first file of this name in a list of folders such as `PATH` that can be executed.
pub(crate) fn find_program(name: &str, folders: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| is_executable(candidate))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::metadata(path)
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// The exit code that passes on how a program ended, as shells do it.
pub(crate) fn exit_code(status: ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// Whether this process may do everything on this machine.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    // A process's own folder in /proc belongs to its effective user.
    fs_err::metadata("/proc/self").is_ok_and(|data| data.uid() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_a_shell_needs_it() {
        assert_eq!(shell_quoted(OsStr::new("--all")), "--all");
        assert_eq!(shell_quoted(OsStr::new("")), "''");
        assert_eq!(shell_quoted(OsStr::new("a b")), "'a b'");
        assert_eq!(shell_quoted(OsStr::new("it's $HOME")), r"'it'\''s $HOME'");
    }

    #[test]
    fn a_failure_shows_the_command_and_all_its_output() {
        let error = Tool::new("sh")
            .args(["-c", "echo told; echo complained >&2; exit 3"])
            .quiet()
            .unwrap_err();
        let text = format!("{error:#}");
        for expected in [
            "sh -c 'echo told;",
            "exit status: 3",
            "told\n",
            "complained",
        ] {
            assert!(text.contains(expected), "{expected:?} is missing in {text}");
        }
    }

    #[test]
    fn a_question_without_an_answer_ends_in_time() {
        let started = Instant::now();
        assert!(
            !Tool::new("sleep")
                .arg("30")
                .succeeds_within(Duration::from_millis(50))
        );
        assert!(started.elapsed() < Duration::from_secs(10));
        assert!(Tool::new("true").succeeds_within(Duration::from_secs(10)));
        assert!(!Tool::new("no-such-program-here").succeeds_within(Duration::from_secs(10)));
    }
}
