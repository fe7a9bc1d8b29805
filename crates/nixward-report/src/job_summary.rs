//! The summary of a job on GitHub: a table in Markdown, what failed first.

use std::io;

use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, StepOutcome},
    plan::StepLabel,
};

use crate::{
    duration::seconds,
    reporter::Reporter,
    verdict::{is_failure, reason, word},
};

/// How large the table gets at most: GitHub takes a mebibyte of all commands of a job's step, or nothing.
const MOST_BYTES: usize = 256 << 10;

/// Collects rows, and hands over the table when the run has ended.
pub struct JobSummaryReporter<S> {
    verb: String,
    failed: Vec<String>,
    others: Vec<String>,
    append: S,
}

impl<S: FnMut(&str) -> io::Result<()>> JobSummaryReporter<S> {
    /// `append` is called once.
    pub fn new(append: S) -> Self {
        Self {
            verb: String::new(),
            failed: Vec::new(),
            others: Vec::new(),
            append,
        }
    }

    fn step_finished(&mut self, label: &StepLabel, outcome: &StepOutcome) {
        let is_failure = is_failure(&outcome.status);
        let mark = match (is_failure, outcome.status.is_success()) {
            (true, _) => "❌",
            (false, true) => "✅",
            (false, false) => "⚪",
        };
        let row = row(
            &format!("{mark} {}", word(&outcome.status)),
            &label.to_string(),
            &seconds(outcome.duration),
            &reason(&outcome.status),
        );
        if is_failure {
            self.failed.push(row);
        } else {
            self.others.push(row);
        }
    }

    fn text(&self, summary: &RunSummary) -> String {
        let counts = [
            (summary.passed, "passed"),
            (summary.failed, "failed"),
            (summary.interrupted, "interrupted"),
            (summary.not_run, "not run"),
        ];
        let counts: Vec<String> = counts
            .iter()
            .filter(|(count, what)| *count > 0 || *what == "passed")
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        let cancelled = if summary.cancelled {
            " (cancelled)"
        } else {
            ""
        };
        let mut text = format!(
            "### nixward {}: {} in {}{cancelled}\n\n| result | step | time | reason |\n|---|---|---|---|\n",
            cell(&self.verb),
            counts.join(", "),
            seconds(summary.duration)
        );
        let mut left = self.failed.len() + self.others.len();
        for row in self.failed.iter().chain(&self.others) {
            if text.len() + row.len() > MOST_BYTES {
                break;
            }
            text.push_str(row);
            left -= 1;
        }
        if left > 0 {
            text.push_str(&row("…", &format!("{left} more"), "", ""));
        }
        text.push('\n');
        text
    }
}

impl<S: FnMut(&str) -> io::Result<()>> Reporter for JobSummaryReporter<S> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        match &event.kind {
            EventKind::RunStarted { verb, steps: _ } => self.verb.clone_from(verb),
            EventKind::StepFinished { label, outcome } => self.step_finished(label, outcome),
            EventKind::StepSkipped { skipped } => self.others.push(row(
                "⚪ skipped",
                &format!("{} {}", skipped.project, skipped.verb),
                "",
                &skipped.why,
            )),
            EventKind::RunFinished { summary } => {
                let text = self.text(summary);
                return (self.append)(&text);
            }
            _ => {}
        }
        Ok(())
    }
}

fn row(result: &str, step: &str, time: &str, reason: &str) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        cell(result),
        cell(step),
        cell(time),
        cell(reason)
    )
}

/// Text that is only text in a cell of a table.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for character in text.chars() {
        match character {
            '&' => cell.push_str("&amp;"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' | '$' | '@' => {
                cell.extend([format!("&#{};", u32::from(character))]);
            }
            character if character.is_control() => cell.push(' '),
            character => cell.push(character),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_text_whatever_is_in_it() {
        assert_eq!(
            cell("a|b\n<b>*c*</b> `d`"),
            "a&#124;b &lt;b&gt;&#42;c&#42;&lt;/b&gt; &#96;d&#96;"
        );
    }
}
