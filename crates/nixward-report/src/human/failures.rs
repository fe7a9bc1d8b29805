//! What did not pass, told once more at the end: the cause, where to read all of it and what to type to see it again.
//! What several steps failed of is told once, with all that it broke.

use std::collections::BTreeMap;

use nixward_core::outcome::{StepOutcome, StepStatus};

use super::{
    HumanSettings, Verbosity, history,
    text::{self, push},
};
use crate::{
    style::harmless,
    verdict::{reason, shared_cause},
};

/// Of how many causes more than the line is told; with more, nobody would find the lines.
const MOST_TOLD: usize = 10;
/// How many of the last lines that it printed are told of each.
const LAST_LINES: usize = 8;
/// How many lines of an error of Nix are told of each.
const ERROR_LINES: usize = 8;
/// A single failure that is no further up than this is still in sight.
const IN_SIGHT: usize = 10;

/// A step that did not simply pass.
#[derive(Debug)]
struct Failure {
    name: String,
    /// With the last lines of its output only.
    outcome: StepOutcome,
    /// Whether all of that was shown as it came.
    was_streamed: bool,
    /// What is typed to run it again.
    again: Option<String>,
}

/// All of them, in the order in which they ended.
#[derive(Debug, Default)]
pub(super) struct Failures {
    list: Vec<Failure>,
    /// The place of the first that failed of each cause that another may have, too.
    first_of: BTreeMap<String, usize>,
    /// How many lines were said since the last one.
    lines_since: usize,
}

impl Failures {
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Notes that this was said.
    pub(super) fn said(&mut self, text: &str) {
        self.lines_since += text.lines().count();
    }

    /// Notes that a step printed this, where it is shown.
    pub(super) fn printed(&mut self, bytes: &[u8]) {
        self.lines_since += bytes.iter().filter(|byte| **byte == b'\n').count();
    }

    /// Notes one that was told just now.
    pub(super) fn add(
        &mut self,
        name: String,
        outcome: &StepOutcome,
        was_streamed: bool,
        again: Option<String>,
    ) {
        self.lines_since = 0;
        if let Some(cause) = shared_cause(&outcome.status) {
            let place = self.list.len();
            self.first_of.entry(cause.to_owned()).or_insert(place);
        }
        let hidden = outcome.output.len().saturating_sub(LAST_LINES);
        self.list.push(Failure {
            name,
            outcome: StepOutcome {
                output: outcome.output.iter().skip(hidden).cloned().collect(),
                output_lines_before: outcome.output_lines_before + hidden,
                ..outcome.clone()
            },
            was_streamed,
            again,
        });
    }

    /// The first step that failed of the same cause, where another can have it, too.
    pub(super) fn first_alike(&self, status: &StepStatus) -> Option<&str> {
        let place = self.first_of.get(shared_cause(status)?)?;
        self.list.get(*place).map(|failure| failure.name.as_str())
    }

    /// All of it.
    pub(super) fn text(&self, settings: HumanSettings) -> String {
        let line = |failure: &Failure| text::ended(settings, &failure.name, &failure.outcome);
        let mut text = String::new();
        for failure in self.with(|status| *status == StepStatus::Flaky) {
            text.push_str(&line(failure));
        }
        let causes = self.causes();
        let most = match settings.verbosity {
            Verbosity::Verbose => usize::MAX,
            Verbosity::Normal | Verbosity::Quiet => MOST_TOLD,
        };
        let is_in_sight = causes.len() == 1 && self.lines_since <= IN_SIGHT;
        for (count, broken) in causes.iter().enumerate() {
            broken
                .iter()
                .for_each(|failure| text.push_str(&line(failure)));
            if let (true, Some(first)) = (count < most, broken.first()) {
                text.push_str(&first.told(is_in_sight));
            }
        }
        if causes.len() > most {
            let more = causes.len() - most;
            let what = format!("… {more} of them are not told here again; -v tells of all");
            push(&mut text, &what);
        }
        for failure in self.with(|status| *status == StepStatus::Cancelled) {
            text.push_str(&line(failure));
            failure.log(&mut text);
        }
        let not_run = self.with(StepStatus::is_not_run);
        let not_run = not_run.map(|failure| (failure.name.as_str(), &failure.outcome.status));
        text.push_str(&history::not_run(settings, not_run));
        text
    }

    fn with(&self, is_meant: impl Fn(&StepStatus) -> bool) -> impl Iterator<Item = &Failure> {
        let list = self.list.iter();
        list.filter(move |failure| is_meant(&failure.outcome.status))
    }

    /// What failed, together where it failed of the same cause.
    fn causes(&self) -> Vec<Vec<&Failure>> {
        let mut causes: BTreeMap<usize, Vec<&Failure>> = BTreeMap::new();
        for (place, failure) in self.list.iter().enumerate() {
            let status = &failure.outcome.status;
            if matches!(status, StepStatus::Flaky | StepStatus::Cancelled) || status.is_not_run() {
                continue;
            }
            let first = shared_cause(status).and_then(|cause| self.first_of.get(cause));
            let first = first.copied().unwrap_or(place);
            causes.entry(first).or_default().push(failure);
        }
        causes.into_values().collect()
    }
}

impl Failure {
    /// What stands below its line.
    fn told(&self, is_in_sight: bool) -> String {
        let Self {
            name: _,
            outcome,
            was_streamed,
            again,
        } = self;
        let mut text = String::new();
        if !is_in_sight {
            if !was_streamed {
                text.push_str(&text::output(outcome, LAST_LINES));
            }
            for line in self.why() {
                push(&mut text, &line);
            }
        }
        self.log(&mut text);
        if let Some(again) = again {
            push(&mut text, &format!("again: {again}"));
        }
        text
    }

    fn why(&self) -> Vec<String> {
        match &self.outcome.status {
            StepStatus::EvaluationFailed { message, hint: _ } => {
                let lines = message.lines().filter(|line| !is_quoted(line));
                lines.take(ERROR_LINES).map(harmless).collect()
            }
            // Of a hash that is another one, the lines below say which.
            StepStatus::BuildFailed(problem) | StepStatus::CheckFailed(problem)
                if !problem.message.contains("\nReason: ") =>
            {
                let lines = problem.message.lines();
                lines.take(ERROR_LINES).map(harmless).collect()
            }
            status => vec![reason(status)],
        }
    }

    fn log(&self, text: &mut String) {
        if let Some(log) = &self.outcome.log {
            push(text, &format!("log: {}", log.display()));
        }
    }
}

/// Whether a line of an error quotes a file, which was shown before; its place is told.
fn is_quoted(line: &str) -> bool {
    line.trim_start()
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .starts_with('|')
}
