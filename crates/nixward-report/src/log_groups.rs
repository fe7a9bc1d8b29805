//! The report in the log of a CI system: the plain one, with the output of each failed step in a group that can be
//! folded, and what the system marks as an error.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::Duration,
};

use nixward_core::{
    event::{Event, EventKind},
    outcome::StepOutcome,
    plan::StepLabel,
};

use crate::{
    reporter::Reporter,
    verdict::{is_failure, last_output, shared_cause},
};

/// How much of an output is shown; the log has all of it.
const MOST_LINES: usize = 200;
const MOST_BYTES: usize = 256 << 10;

/// How a CI system wants it.
pub trait Dialect {
    /// A group with these lines in it. None of them is a command, whatever it looks like.
    fn group(&self, group: &Group<'_>) -> String;

    /// What marks the failure of a step, where the system has something for that.
    fn failure(&self, label: &StepLabel, outcome: &StepOutcome) -> String;

    /// What marks that the run could not be carried out.
    fn error(&self, message: &str) -> String;

    /// What is shown, of a piece of output, as it comes: nothing of it is a command.
    fn stream(&mut self, bytes: &[u8]) -> Vec<u8>;

    /// What is shown when there is no more of it: commands are commands again.
    fn end_stream(&mut self) -> Vec<u8>;
}

/// Lines that can be folded together.
#[derive(Debug)]
pub struct Group<'a> {
    /// Tells it from all others of the run.
    pub id: usize,
    pub title: &'a str,
    pub lines: &'a [String],
    pub is_folded: bool,
    /// When it is shown, and for how long the step had run.
    pub at: Duration,
    pub took: Duration,
}

/// Whose output gets a group, where it was not shown as it came.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shown {
    /// That of steps that failed.
    Failures,
    /// That of all steps.
    Everything,
    /// Output of programs is their own and no part of the report, but for that of builds.
    Builds,
}

/// Writes groups to `lines`, and leaves everything else to the plain report.
pub struct LogGroups<D, L, R> {
    dialect: D,
    shown: Shown,
    lines: L,
    plain: R,
    /// The steps whose output was shown as it came, by their ids.
    streamed: BTreeSet<usize>,
    /// The causes whose output was shown already: several steps may need the same build.
    causes: BTreeSet<String>,
}

impl<D: Dialect, L: Write, R: Reporter> LogGroups<D, L, R> {
    pub fn new(dialect: D, shown: Shown, lines: L, plain: R) -> Self {
        Self {
            dialect,
            shown,
            lines,
            plain,
            streamed: BTreeSet::new(),
            causes: BTreeSet::new(),
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.write_bytes(text.as_bytes())
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.lines.write_all(bytes)?;
        self.lines.flush()
    }

    fn end_stream(&mut self) -> io::Result<()> {
        let end = self.dialect.end_stream();
        self.write_bytes(&end)
    }

    fn step_finished(
        &mut self,
        at: Duration,
        label: &StepLabel,
        outcome: &StepOutcome,
    ) -> io::Result<()> {
        let cause = shared_cause(&outcome.status).map(str::to_owned);
        let is_new = cause.is_none_or(|cause| self.causes.insert(cause));
        let lines = if is_new && self.is_shown(label, outcome) {
            last_output(outcome, MOST_LINES, MOST_BYTES)
        } else {
            Vec::new()
        };
        if lines.is_empty() {
            return Ok(());
        }
        let title = format!("output of {label}");
        let text = self.dialect.group(&Group {
            id: label.id,
            title: &title,
            lines: &lines,
            is_folded: outcome.status.is_success(),
            at,
            took: outcome.duration,
        });
        self.write(&text)
    }

    fn is_shown(&self, label: &StepLabel, outcome: &StepOutcome) -> bool {
        use nixward_core::outcome::StepStatus::{BuildFailed, CheckFailed};
        let is_build = matches!(outcome.status, BuildFailed(_) | CheckFailed(_));
        let is_new = !self.streamed.contains(&label.id);
        match self.shown {
            Shown::Failures => is_new && is_failure(&outcome.status),
            Shown::Everything => is_new,
            Shown::Builds => is_build,
        }
    }
}

impl<D: Dialect, L: Write, R: Reporter> Reporter for LogGroups<D, L, R> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let (label, outcome) = match &event.kind {
            EventKind::StepOutput { label, bytes } if self.shown != Shown::Builds => {
                self.streamed.insert(label.id);
                let bytes = self.dialect.stream(bytes);
                return self.write_bytes(&bytes);
            }
            EventKind::StepFinished { label, outcome } => (label, outcome),
            _ => return self.plain.on_event(event),
        };
        let stream = self.end_stream();
        let group = self.step_finished(event.elapsed, label, outcome);
        // The verdict is never folded.
        let without_output = StepOutcome {
            output: Vec::new(),
            output_lines_before: 0,
            ..outcome.clone()
        };
        let plain = self.plain.on_event(&Event {
            elapsed: event.elapsed,
            kind: EventKind::StepFinished {
                label: label.clone(),
                outcome: without_output,
            },
        });
        let mark = if is_failure(&outcome.status) {
            let text = self.dialect.failure(label, outcome);
            self.write(&text)
        } else {
            Ok(())
        };
        stream.and(group).and(plain).and(mark)
    }

    fn on_tick(&mut self, elapsed: Duration) -> io::Result<()> {
        self.plain.on_tick(elapsed)
    }

    fn on_error(&mut self, message: &str) -> io::Result<()> {
        let stream = self.end_stream();
        let plain = self.plain.on_error(message);
        let text = self.dialect.error(message);
        stream.and(self.write(&text)).and(plain)
    }
}
