//! The report for people: finished steps as aligned lines that scroll up, what runs now below them.

mod drawn_rows;
mod failures;
mod history;
mod lenient_terminal;
mod live;
mod notices;
mod running;
mod text;
mod watching;

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

pub use drawn_rows::Reflow;
pub use lenient_terminal::LiveLines;
pub use live::{Clock, Columns, LiveDisplay};
use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, StepOutcome, StepStatus},
    plan::StepLabel,
    store_path::derivation_name,
};
pub use notices::Notices;
pub(crate) use text::verdict;
pub use watching::{Awaited, WatchLine};

use self::failures::Failures;
use crate::{
    reporter::Reporter,
    rerun::Rerun,
    style::{Styles, harmless},
    terminal_modes::TerminalModes,
};

/// How much is said.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verbosity {
    /// Failures and the summary.
    Quiet,
    Normal,
    /// Builds with their logs and the output of steps that passed, too.
    Verbose,
}

/// What the report for people needs to know.
#[derive(Clone, Copy, Debug)]
pub struct HumanSettings {
    pub verbosity: Verbosity,
    pub styles: Styles,
    /// Whether the output of every step is shown as it comes, below a line that names the step where there are several.
    pub output_is_streamed: bool,
    /// Whether what is shown as it comes is at a terminal, which such output may leave in any state.
    pub output_is_terminal: bool,
}

/// Writes the report to `lines` (standard error), and what a streamed step prints to `output` (standard output).
pub struct HumanReporter<L, O> {
    settings: HumanSettings,
    lines: L,
    output: O,
    live: Option<LiveDisplay>,
    /// The steps whose output was shown as it came, by their ids: it need not be repeated.
    streamed: BTreeSet<usize>,
    /// What did not simply pass, to be named again at the end.
    failures: Failures,
    /// How a step is run again, where that is told.
    rerun: Option<Rerun>,
    steps: usize,
    /// Whether the run is ended for the next one, which tells of the same steps.
    is_outdated: bool,
    /// Whether standard output failed once; the report goes on without it.
    output_is_gone: bool,
    /// Whether what was streamed last did not end its line.
    is_mid_line: bool,
    /// What that output has left the terminal in, if it is one.
    modes: TerminalModes,
}

impl<L: Write, O: Write> HumanReporter<L, O> {
    pub fn new(settings: HumanSettings, lines: L, output: O, live: Option<LiveDisplay>) -> Self {
        Self {
            settings,
            lines,
            output,
            live,
            streamed: BTreeSet::new(),
            failures: Failures::default(),
            rerun: None,
            steps: 0,
            is_outdated: false,
            output_is_gone: false,
            is_mid_line: false,
            modes: TerminalModes::default(),
        }
    }

    /// Tells in the end how what failed is run again.
    #[must_use]
    pub fn with_rerun(self, rerun: Rerun) -> Self {
        Self {
            rerun: Some(rerun),
            ..self
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        self.failures.said(text);
        let begin = if std::mem::take(&mut self.is_mid_line) {
            "\n"
        } else {
            ""
        };
        let lines = &mut self.lines;
        let mut write = || {
            lines
                .write_all(begin.as_bytes())
                .and_then(|()| lines.write_all(text.as_bytes()))
                .and_then(|()| lines.flush())
        };
        match &self.live {
            Some(live) => live.above(write),
            None => write(),
        }
    }

    fn step_finished(&mut self, label: &StepLabel, outcome: &StepOutcome) -> io::Result<()> {
        self.restore_terminal()?;
        let is_over = outcome.status == StepStatus::Cancelled || outcome.status.is_not_run();
        if self.is_outdated && is_over && outcome.notes.is_empty() {
            // One line tells of all of them.
            return Ok(());
        }
        let name = label.to_string();
        let mut block = text::step(self.settings, &name, outcome);
        let is_flaky = outcome.status == StepStatus::Flaky;
        let is_failure = !outcome.status.is_success();
        let was_streamed = self.streamed.contains(&label.id);
        if is_failure {
            block.push_str(&self.failure(outcome, was_streamed));
        } else if !is_flaky && self.settings.verbosity == Verbosity::Verbose && !was_streamed {
            block.push_str(&text::whole_output(outcome));
        }
        let written = self.write(&block);
        if is_failure || is_flaky && self.settings.verbosity != Verbosity::Quiet {
            let rerun = self.rerun.as_ref();
            let again = rerun.map(|rerun| rerun.command(label));
            self.failures.add(name, outcome, was_streamed, again);
        }
        written?;
        match &outcome.status {
            StepStatus::Built { paths } => self.write_output(paths.join("\n").as_bytes(), b"\n"),
            StepStatus::ImageBuilt { path } => self.write_output(path.as_bytes(), b"\n"),
            _ => Ok(()),
        }
    }

    /// What is shown of a failure when it happens; of what broke several steps only once.
    fn failure(&self, outcome: &StepOutcome, was_streamed: bool) -> String {
        match self.failures.first_alike(&outcome.status) {
            Some(before) => text::failure_as_before(before, outcome),
            None => text::failure(outcome, was_streamed),
        }
    }

    /// Writes data that is not the report's own.
    fn write_output(&mut self, bytes: &[u8], end: &[u8]) -> io::Result<()> {
        if self.output_is_gone {
            return Ok(());
        }
        self.failures.printed(bytes);
        if self.settings.output_is_terminal {
            self.modes.written(bytes);
        }
        let output = &mut self.output;
        let mut write = || {
            output.write_all(bytes)?;
            output.write_all(end)?;
            output.flush()
        };
        let written = match &self.live {
            Some(live) => live.suspended(write),
            None => write(),
        };
        self.output_is_gone = written.is_err();
        self.is_mid_line = end.is_empty() && bytes.last().is_some_and(|byte| *byte != b'\n');
        written
    }

    /// The verdict is no part of what a program has drawn.
    fn restore_terminal(&mut self) -> io::Result<()> {
        let undo = self.modes.undo();
        if undo.is_empty() || self.output_is_gone {
            return Ok(());
        }
        self.output.write_all(undo.as_bytes())?;
        self.output.flush()
    }

    fn end_live(&mut self) {
        if let Some(live) = self.live.take() {
            live.clear();
        }
    }

    fn run_finished(&mut self, summary: &RunSummary) -> io::Result<()> {
        self.end_live();
        if self.is_outdated {
            let text = text::outdated(self.settings, summary);
            return self.write(&text);
        }
        if self.settings.verbosity == Verbosity::Quiet && self.failures.is_empty() {
            return Ok(());
        }
        let mut text = text::summary(self.settings, summary, self.steps);
        let run = summary.passed + summary.failed + summary.interrupted;
        if run > 1 || summary.not_run > 0 {
            text.push_str(&self.failures.text(self.settings));
        }
        self.write(&text)
    }

    /// Says for what the run ends.
    fn outdated(&mut self, line: &WatchLine) -> io::Result<()> {
        self.is_outdated = true;
        if self.settings.verbosity == Verbosity::Quiet {
            return Ok(());
        }
        let text = line.text(self.settings);
        self.write(&text)
    }

    fn verbose(&mut self, text: &str) -> io::Result<()> {
        if self.settings.verbosity == Verbosity::Verbose {
            self.write(text)
        } else {
            Ok(())
        }
    }
}

impl<L: Write, O: Write> Reporter for HumanReporter<L, O> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        if let Some(live) = &self.live {
            live.on_event(event);
        }
        match &event.kind {
            EventKind::RunStarted { steps, verb: _ } => {
                self.steps = *steps;
                Ok(())
            }
            EventKind::EvaluationFinished { duration, cache } => {
                self.verbose(&text::evaluated(self.settings, *duration, cache))
            }
            EventKind::BuildFinished { drv_path, duration } => self.verbose(&text::line(
                self.settings,
                text::Status::BUILT,
                *duration,
                derivation_name(drv_path),
            )),
            EventKind::BuildLine { drv_path, line } => self.verbose(&format!(
                "    {}> {}\n",
                derivation_name(drv_path),
                harmless(line)
            )),
            EventKind::StepStarted { label }
                if self.settings.output_is_streamed && self.steps > 1 =>
            {
                let text = text::started(self.settings, &label.to_string());
                self.write(&text)
            }
            EventKind::StepStarted { .. } => Ok(()),
            EventKind::StepOutput { label, bytes } => {
                self.streamed.insert(label.id);
                self.write_output(bytes, b"")
            }
            EventKind::StepSlow { label, after } => {
                self.write(&history::slow(self.settings, &label.to_string(), *after))
            }
            EventKind::StepEnding { label, after } => {
                self.write(&history::ending(self.settings, &label.to_string(), *after))
            }
            EventKind::TryFailed {
                label,
                failed,
                number,
                of: _,
                delay,
            } => self.write(&history::failed_try(
                self.settings,
                &label.to_string(),
                failed,
                *number,
                *delay,
            )),
            EventKind::StepFinished { label, outcome } => self.step_finished(label, outcome),
            EventKind::StepSkipped { skipped } => {
                let text = text::skipped(self.settings, skipped);
                self.write(&text)
            }
            EventKind::Warning { message } => self.write(&text::warning(self.settings, message)),
            EventKind::Cancelling { signal, running } => {
                self.write(&text::cancelling(self.settings, signal, *running))
            }
            EventKind::HandedOver => {
                self.end_live();
                Ok(())
            }
            EventKind::RunFinished { summary } => self.run_finished(summary),
            EventKind::Info { running } => {
                self.write(&running::running(self.settings, event.elapsed, running))
            }
            EventKind::EvaluationStarted
            | EventKind::BuildStarted { .. }
            | EventKind::BuildPhase { .. }
            | EventKind::FetchStarted { .. }
            | EventKind::FetchAdvanced { .. }
            | EventKind::FetchFinished { .. }
            | EventKind::FetchExpected { .. }
            | EventKind::StepLine { .. }
            | EventKind::Stopping
            | EventKind::Expected { .. }
            | EventKind::GoingOn
            | EventKind::WatchWaiting => Ok(()),
            EventKind::WatchChanged { files } => self.outdated(&WatchLine::Changed {
                files: files.clone(),
            }),
            EventKind::WatchAgain { what } => self.outdated(&WatchLine::Again(*what)),
        }
    }

    fn on_error(&mut self, _: &str) -> io::Result<()> {
        // What is said of it next is no report's.
        self.end_live();
        Ok(())
    }
}
