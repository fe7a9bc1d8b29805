//! GitHub Actions: log groups, annotations, and a log in which what a test prints is never a command.
//!
//! The runner takes every line of both streams for a command that begins with `::` behind any blanks, or that has
//! `##[` in it. So whatever comes from elsewhere goes through [`Guarded`], or is escaped.

use std::io::{self, Write};

use nixward_core::{outcome::StepOutcome, plan::StepLabel};

use crate::{
    log_groups::{Dialect, Group},
    style::harmless,
    verdict::{last_output, reason, word},
};

/// How much of the output is in an annotation, which is for a first look.
const MARKED_LINES: usize = 10;
const MARKED_BYTES: usize = 2 << 10;

/// The form of GitHub Actions.
#[derive(Clone, Debug)]
pub struct Github {
    /// A word that no test can guess.
    token: String,
    stream: Stream,
}

impl Github {
    pub fn new(token: String) -> Self {
        Self {
            token,
            stream: Stream::default(),
        }
    }

    /// A text in which nothing is a command.
    pub fn guarded(&self, text: &str) -> String {
        guarded(text, &self.token)
    }

    /// Another word: what is guarded between two pieces of a stream must not end its guard.
    fn stream_token(&self) -> String {
        format!("{}-stream", self.token)
    }
}

impl Dialect for Github {
    fn group(&self, group: &Group<'_>) -> String {
        let lines: String = group
            .lines
            .iter()
            .map(|line| format!("    {line}\n"))
            .collect();
        let lines = guarded(&lines, &self.token);
        format!("::group::{}\n{lines}::endgroup::\n", data(group.title))
    }

    fn failure(&self, label: &StepLabel, outcome: &StepOutcome) -> String {
        let title = format!("{label}: {}", word(&outcome.status));
        let mut message = vec![reason(&outcome.status)];
        let output = last_output(outcome, MARKED_LINES, MARKED_BYTES);
        if !output.is_empty() {
            message.push(String::new());
            message.extend(output);
        }
        error(&title, &message.join("\n"))
    }

    fn error(&self, message: &str) -> String {
        error("nixward", message)
    }

    fn stream(&mut self, bytes: &[u8]) -> Vec<u8> {
        let begin = if self.stream.is_open {
            String::new()
        } else {
            format!("::stop-commands::{}\n", self.stream_token())
        };
        self.stream = Stream {
            is_open: true,
            is_mid_line: bytes.last().is_some_and(|byte| *byte != b'\n'),
        };
        [begin.as_bytes(), bytes].concat()
    }

    fn end_stream(&mut self) -> Vec<u8> {
        let Stream {
            is_open,
            is_mid_line,
        } = std::mem::take(&mut self.stream);
        let end = if is_mid_line { "\n" } else { "" };
        if is_open {
            format!("{end}::{}::\n", self.stream_token()).into_bytes()
        } else {
            Vec::new()
        }
    }
}

/// What is shown as it comes.
#[derive(Clone, Copy, Debug, Default)]
struct Stream {
    /// Whether commands are stopped.
    is_open: bool,
    is_mid_line: bool,
}

fn error(title: &str, message: &str) -> String {
    let lines: Vec<String> = message.lines().map(harmless).collect();
    format!(
        "::error title={}::{}\n",
        property(title),
        data(&lines.join("\n"))
    )
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(&harmless(text))
        .replace(':', "%3A")
        .replace(',', "%2C")
}

/// Text in which nothing is a command.
fn guarded(text: &str, token: &str) -> String {
    let mut lines = text.split(['\n', '\r']);
    let has_command = text.contains("##[") || lines.any(|line| line.trim_start().starts_with("::"));
    if !has_command {
        return text.to_owned();
    }
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

/// A writer whose text is no command, whatever it looks like. It keeps what it gets until it is flushed, so that a
/// command cannot hide in two halves.
pub struct Guarded<W> {
    token: String,
    kept: Vec<u8>,
    writer: W,
}

impl<W: Write> Guarded<W> {
    pub fn new(dialect: &Github, writer: W) -> Self {
        Self {
            token: dialect.token.clone(),
            kept: Vec::new(),
            writer,
        }
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let kept = std::mem::take(&mut self.kept);
        let text = guarded(&String::from_utf8_lossy(&kept), &self.token);
        self.writer.write_all(text.as_bytes())?;
        self.writer.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_command_is_stopped() {
        for text in [
            "::error::x\n",
            "fine\n  \t::set-env name=PATH::x\n",
            "\u{a0}::warning::x\n",
            "colour ##[group]x\n",
            "half\r::error::x",
        ] {
            let guarded = guarded(text, "T");
            assert!(guarded.starts_with("::stop-commands::T\n"), "{guarded}");
            assert!(guarded.ends_with("\n::T::\n"), "{guarded}");
            assert!(guarded.contains(text.trim_end()), "{guarded}");
        }
        for text in ["", "fine\n", "std::io::Error\n", "#[test]\n", ": :\n"] {
            assert_eq!(guarded(text, "T"), text);
        }
    }

    #[test]
    fn a_command_in_two_halves_is_one() {
        let mut page = Vec::new();
        let github = Github::new("T".to_owned());
        let mut guarded = Guarded::new(&github, &mut page);
        guarded.write_all(b"  :").unwrap();
        guarded.write_all(b":error::x\n").unwrap();
        guarded.flush().unwrap();
        guarded.write_all(b"fine\n").unwrap();
        guarded.flush().unwrap();
        let text = String::from_utf8(page).unwrap();
        assert_eq!(text, "::stop-commands::T\n  ::error::x\n::T::\nfine\n");
    }

    #[test]
    fn a_message_stays_in_its_line() {
        assert_eq!(
            error("a: b, c", "100 %\n::error::x\r\n%0A"),
            "::error title=a%3A b%2C c::100 %25%0A::error::x%0A%250A\n"
        );
    }

    #[test]
    fn a_stream_is_guarded_from_its_first_byte_to_its_last() {
        let mut github = Github::new("T".to_owned());
        let mut text = github.stream(b"fine\n:");
        text.extend(github.stream(b":error::x"));
        text.extend(github.end_stream());
        text.extend(github.end_stream());
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "::stop-commands::T-stream\nfine\n::error::x\n::T-stream::\n"
        );
    }
}
