//! The one place that starts `nix`: always guarded, always counted, never with a terminal. Container engines' clients,
//! which are asked and answer in the same way, are started here too.

use std::{
    collections::VecDeque,
    ffi::OsString,
    io::{self, BufRead, BufReader, Read as _},
    path::PathBuf,
    thread,
};

use nixward_guard::{
    ChildOutput, Ending, FirstSignal, Launcher, OutputMode, SpawnError, WaitError,
};
use thiserror::Error;

use crate::invocation::Invocation;

/// Starts programs and waits for what they answer.
#[derive(Clone, Debug)]
pub struct Runner {
    pub launcher: Launcher,
    /// The whole environment that `nix` gets.
    pub env: Vec<(OsString, OsString)>,
    pub cwd: PathBuf,
}

/// A program that ended.
#[derive(Clone, Debug)]
pub struct Finished {
    pub ending: Ending,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// How it ended, where it said nothing itself.
    pub fn without_a_word(&self) -> String {
        let how = match &self.ending {
            Ending::Exited(code) => format!("exited with code {code}"),
            Ending::Signaled(signal) => format!("was ended by signal {signal}"),
            Ending::CouldNotStart(failure) => failure.to_string(),
            Ending::StillRunning => "could not be ended".to_owned(),
        };
        format!("nix {how} and did not say why")
    }

    pub fn succeeded(&self) -> bool {
        self.ending == Ending::Exited(0)
    }
}

/// Why `nix` could not be run to its end.
#[derive(Debug, Error)]
pub enum RunError {
    #[error("cannot start `{command}`")]
    Spawn {
        command: String,
        #[source]
        source: SpawnError,
    },
    #[error("cannot start `{command}`: {why}")]
    CouldNotStart { command: String, why: String },
    #[error("lost track of `{command}`")]
    Wait {
        command: String,
        #[source]
        source: WaitError,
    },
    #[error("cannot read the output of `{command}`")]
    Output {
        command: String,
        #[source]
        source: io::Error,
    },
    #[error("cancelled")]
    Cancelled,
}

/// How much of the end of a standard error is kept; Nix with `--show-trace` can say a lot.
const KEPT_STDERR: usize = 1 << 20;

/// A longer line of a standard error is cut.
const LONGEST_LINE: usize = 16 << 20;

impl Runner {
    /// Runs to the end and returns what was printed.
    pub fn run(&self, invocation: &Invocation) -> Result<Finished, RunError> {
        self.run_with(invocation, &mut |_| {})
    }

    /// The same, handing on each line of standard error as it comes.
    pub fn run_with(
        &self,
        invocation: &Invocation,
        on_line: &mut dyn FnMut(&str),
    ) -> Result<Finished, RunError> {
        let command = || program_and_command(invocation);
        let mut guarded = self
            .launcher
            .command(invocation.program.clone(), self.cwd.clone());
        guarded.args.clone_from(&invocation.args);
        guarded.env.clone_from(&self.env);
        guarded.output = OutputMode::Separate;
        // Nix ends its builders itself, which have sessions of their own; they are hit only after the grace.
        guarded.first_signal = FirstSignal::Program;
        let mut child = self
            .launcher
            .spawn(&guarded)
            .map_err(|source| RunError::Spawn {
                command: command(),
                source,
            })?;
        let (stdout, stderr) = match child.take_output() {
            Some(ChildOutput::Separate { mut stdout, stderr }) => {
                let reader = thread::spawn(move || {
                    let mut bytes = Vec::new();
                    stdout.read_to_end(&mut bytes).map(|_| bytes)
                });
                let stderr = read_lines(BufReader::new(stderr), on_line);
                let stdout = reader
                    .join()
                    .unwrap_or_else(|_| Err(io::Error::other("the reading thread failed")));
                (stdout, stderr)
            }
            _ => (Ok(Vec::new()), Ok(String::new())),
        };
        let report = child.wait().map_err(|source| RunError::Wait {
            command: command(),
            source,
        })?;
        if self.launcher.is_cancelled() {
            return Err(RunError::Cancelled);
        }
        if let Ending::CouldNotStart(failure) = &report.ending {
            return Err(RunError::CouldNotStart {
                command: command(),
                why: failure.to_string(),
            });
        }
        let stdout = stdout.map_err(|source| RunError::Output {
            command: command(),
            source,
        })?;
        let stderr = stderr.map_err(|source| RunError::Output {
            command: command(),
            source,
        })?;
        Ok(Finished {
            ending: report.ending,
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr,
        })
    }
}

fn read_lines(mut reader: impl BufRead, on_line: &mut dyn FnMut(&str)) -> io::Result<String> {
    // What matters stands at the end, behind whatever `builtins.trace` and warnings say.
    let mut kept: VecDeque<String> = VecDeque::new();
    let mut kept_bytes = 0;
    let mut line = Vec::new();
    while read_line(&mut reader, &mut line)? {
        let text = String::from_utf8_lossy(&line).into_owned();
        on_line(text.trim_end_matches(['\n', '\r']));
        kept_bytes += text.len();
        kept.push_back(text);
        while kept_bytes > KEPT_STDERR && kept.len() > 1 {
            kept_bytes -= kept.pop_front().map_or(0, |first| first.len());
        }
        line.clear();
    }
    Ok(kept.into_iter().collect())
}

/// Reads a line with its line feed, if there is one more; what a very long one has beyond what is kept is left out.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    let limit = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    let read = reader.by_ref().take(limit).read_until(b'\n', line)?;
    while line.len() >= LONGEST_LINE && line.last() != Some(&b'\n') {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(buffer.len(), |end| end + 1);
        reader.consume(count);
        if end.is_some() {
            line.push(b'\n');
        }
    }
    Ok(read > 0)
}

/// The command without the long expression that only nixward needs to see.
fn program_and_command(invocation: &Invocation) -> String {
    let command = invocation.to_strings();
    let shown = command.iter().map(|part| {
        if part.len() > 200 {
            "…"
        } else {
            part.as_str()
        }
    });
    crate::invocation::shell_quoted(&shown.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let long = "x".repeat(LONGEST_LINE);
        let text = format!("one\n{long}and more\ntwo\n{long}\n{long}to the end");
        let mut lines = Vec::new();
        let kept = read_lines(text.as_bytes(), &mut |line| lines.push(line.to_owned()));
        let lengths: Vec<usize> = lines.iter().map(String::len).collect();
        assert_eq!(lengths, [3, LONGEST_LINE, 3, LONGEST_LINE, LONGEST_LINE]);
        assert!(kept.is_ok_and(|kept| kept.ends_with('x')));
    }
}
