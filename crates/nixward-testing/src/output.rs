//! How a run of nixward ended, and what it printed.

use std::{ops::Deref, os::unix::process::ExitStatusExt as _, process::ExitStatus};

use serde_json::Value;

use crate::redaction::Redactions;

/// A run that is over. That nothing was left behind and nothing touched has been seen to already.
#[derive(Clone, Debug)]
#[must_use]
pub struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) redactions: Redactions,
    pub(crate) nix_calls: Vec<Vec<String>>,
}

impl Output {
    /// The exit code; for a run that a signal ended, what shells make of it: 128 and the signal's number.
    pub fn exit_code(&self) -> i32 {
        let signal = || 128 + self.status.signal().unwrap_or_default();
        self.status.code().unwrap_or_else(signal)
    }

    /// The signal that ended it, if one did.
    pub fn signal(&self) -> Option<i32> {
        self.status.signal()
    }

    /// What it wrote to standard output.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What it wrote to standard error.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// All of it without what is different each time, for a snapshot.
    pub fn snapshot(&self) -> String {
        let ending = match self.status.signal() {
            Some(signal) => format!("signal: {signal}"),
            None => format!("exit code: {}", self.exit_code()),
        };
        let text = format!(
            "{ending}\n----- stdout -----\n{}\n----- stderr -----\n{}",
            self.stdout, self.stderr
        );
        self.redactions.apply(&text)
    }

    /// Standard error without what is different each time.
    pub fn redacted_stderr(&self) -> String {
        self.redactions.apply(&self.stderr)
    }

    /// Standard output without what is different each time.
    pub fn redacted_stdout(&self) -> String {
        self.redactions.apply(&self.stdout)
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}):\n{}\n{}", self.stdout, self.stderr))
    }

    /// Standard output as JSON values, one a line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let value = |line: &str| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON ({error}): {line}"))
        };
        self.stdout.lines().map(value).collect()
    }

    /// The arguments of each `nix` that this run started, where the workspace's `nix` remembers its calls.
    pub fn nix_calls(&self) -> &[Vec<String>] {
        &self.nix_calls
    }

    /// How many evaluations it started.
    pub fn evaluations(&self) -> usize {
        let is_evaluation = |call: &&Vec<String>| call.iter().any(|argument| argument == "eval");
        self.nix_calls.iter().filter(is_evaluation).count()
    }

    /// Fails the test, showing everything, if it did not end with this code.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Finished {
        assert_eq!(
            self.exit_code(),
            code,
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        Finished(self)
    }

    /// Fails the test, showing everything, if it was not ended by this signal.
    #[track_caller]
    pub fn expect_signal(self, signal: i32) -> Finished {
        assert_eq!(
            self.signal(),
            Some(signal),
            "exit code {}, stdout:\n{}\nstderr:\n{}",
            self.exit_code(),
            self.stdout,
            self.stderr
        );
        Finished(self)
    }

    /// Promises that hold for every run, whatever it is about.
    #[track_caller]
    pub(crate) fn assert_sane(&self) {
        let code = self.exit_code();
        assert!(
            !self.stderr.contains("panicked at") && code != 101 && code != 70,
            "nixward has a bug (exit code {code}):\n{}",
            self.stderr
        );
        assert!(
            !self.stderr.contains("bug in nixward"),
            "nixward says that it has a bug:\n{}",
            self.stderr
        );
    }
}

/// A run whose ending was as expected.
#[derive(Clone, Debug)]
pub struct Finished(Output);

impl Deref for Finished {
    type Target = Output;

    fn deref(&self) -> &Output {
        &self.0
    }
}

impl Finished {
    /// Fails the test if standard error lacks a text.
    #[track_caller]
    pub fn expect_stderr(self, part: &str) -> Self {
        assert!(
            self.stderr.contains(part),
            "{part:?} is not in\n{}\nstdout:\n{}",
            self.stderr,
            self.stdout
        );
        self
    }

    /// Fails the test if standard error has a text.
    #[track_caller]
    pub fn expect_stderr_without(self, part: &str) -> Self {
        assert!(
            !self.stderr.contains(part),
            "{part:?} is in\n{}",
            self.stderr
        );
        self
    }

    /// Fails the test if standard output lacks a text.
    #[track_caller]
    pub fn expect_stdout(self, part: &str) -> Self {
        assert!(
            self.stdout.contains(part),
            "{part:?} is not in\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Fails the test if it did not write just this to standard output.
    #[track_caller]
    pub fn expect_stdout_is(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "stderr:\n{}", self.stderr);
        self
    }
}
