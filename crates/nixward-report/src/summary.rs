//! `--report summary`: counts and a line for each failure, for programs that read along.

use std::io::{self, Write};

use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, StepOutcome},
    plan::StepLabel,
};

use crate::{
    reporter::Reporter,
    rerun::Rerun,
    verdict::{is_failure, reason, word},
};

/// Writes the summary when the run has ended, and nothing before.
pub struct SummaryReporter<L> {
    rerun: Rerun,
    lines: L,
    failures: Vec<String>,
}

impl<L: Write> SummaryReporter<L> {
    pub fn new(rerun: Rerun, lines: L) -> Self {
        Self {
            rerun,
            lines,
            failures: Vec::new(),
        }
    }

    fn failure(&self, label: &StepLabel, outcome: &StepOutcome) -> String {
        let log = outcome.log.as_ref();
        let log = log.map(|log| format!(" | log: {}", log.display()));
        format!(
            "{}: {label}: {}{} | again: {}\n",
            word(&outcome.status),
            reason(&outcome.status),
            log.unwrap_or_default(),
            self.rerun.command(label)
        )
    }
}

impl<L: Write> Reporter for SummaryReporter<L> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        match &event.kind {
            EventKind::StepFinished { label, outcome } if is_failure(&outcome.status) => {
                self.failures.push(self.failure(label, outcome));
                Ok(())
            }
            EventKind::RunFinished { summary } => {
                let text = counts(summary) + &self.failures.concat();
                self.lines.write_all(text.as_bytes())?;
                self.lines.flush()
            }
            _ => Ok(()),
        }
    }
}

fn counts(summary: &RunSummary) -> String {
    let RunSummary {
        passed,
        failed,
        skipped,
        not_run,
        interrupted,
        flaky,
        slow_passed: _,
        slow_failed: _,
        duration,
        cancelled: _,
        worst: _,
    } = summary;
    format!(
        "summary: passed={passed} flaky={flaky} failed={failed} interrupted={interrupted} not-run={not_run} skipped={skipped} \
         seconds={:.3}\n",
        duration.as_secs_f64()
    )
}
