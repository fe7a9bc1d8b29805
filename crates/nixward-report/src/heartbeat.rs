//! A line now and then where there is no live display and nothing else is said for long: CI systems end a job that is
//! silent, and people want to know what it waits for.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use nixward_core::{
    event::{Event, EventKind},
    store_path::derivation_name,
};

use crate::{
    duration::{for_people, seconds},
    human::Verbosity,
    reporter::Reporter,
    style::{Label, Styles},
};

/// The first line comes after this much silence.
const FIRST: Duration = Duration::from_secs(30);
/// The next ones after this much.
const NEXT: Duration = Duration::from_secs(60);
/// How much of what runs is named.
const NAMED: usize = 4;

/// Says what runs, since when.
pub struct Heartbeat<W> {
    lines: W,
    styles: Styles,
    /// Whether builds are reported, and their lines are no silence.
    builds_are_told: bool,
    /// What runs, by a key: its name and when it began.
    running: BTreeMap<String, (String, Duration)>,
    steps: usize,
    done: usize,
    fetching: usize,
    /// When the next line is due, if nothing is said before.
    due: Duration,
    /// Whether a program that is shown as it comes is in the middle of a line.
    is_mid_line: bool,
    is_over: bool,
}

const EVALUATION: &str = "evaluation";

impl<W: Write> Heartbeat<W> {
    pub fn new(lines: W, styles: Styles, verbosity: Verbosity) -> Self {
        Self {
            lines,
            styles,
            builds_are_told: verbosity == Verbosity::Verbose,
            running: BTreeMap::new(),
            steps: 0,
            done: 0,
            fetching: 0,
            due: FIRST,
            is_mid_line: false,
            is_over: false,
        }
    }

    fn start(&mut self, key: &str, name: String, now: Duration) {
        self.running.insert(key.to_owned(), (name, now));
    }

    fn stop(&mut self, key: &str) {
        self.running.remove(key);
    }

    fn said(&mut self, now: Duration) {
        self.due = now + FIRST;
    }

    fn text(&self, now: Duration) -> String {
        let word = self
            .styles
            .paint(Label::Quiet, &format!("{:>12}", "RUNNING"));
        let mut parts = Vec::new();
        let mut oldest: Vec<&(String, Duration)> = self.running.values().collect();
        oldest.sort_by_key(|(_, since)| *since);
        let whole_seconds = |since: &Duration| {
            for_people(Duration::from_secs(now.saturating_sub(*since).as_secs()))
        };
        let named = oldest
            .iter()
            .take(NAMED)
            .map(|(name, since)| format!("{name} for {}", whole_seconds(since)));
        parts.extend(named);
        if oldest.len() > NAMED {
            parts.push(format!("{} more", oldest.len() - NAMED));
        }
        match self.fetching {
            0 => {}
            1 => parts.push("1 download".to_owned()),
            fetching => parts.push(format!("{fetching} downloads")),
        }
        if parts.is_empty() {
            parts.push("waiting for Nix".to_owned());
        }
        let done = match self.steps {
            0 => String::new(),
            steps => format!("{}/{steps} done; ", self.done),
        };
        let begin = if self.is_mid_line { "\n" } else { "" };
        format!(
            "{begin}{word} [{:>9}] {done}{}\n",
            seconds(now),
            parts.join(", ")
        )
    }
}

impl<W: Write> Reporter for Heartbeat<W> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let now = event.elapsed;
        match &event.kind {
            EventKind::EvaluationStarted => {
                self.start(EVALUATION, "evaluating the flake".to_owned(), now);
            }
            EventKind::EvaluationFinished { .. } => self.stop(EVALUATION),
            EventKind::RunStarted { steps, verb: _ } => self.steps = *steps,
            EventKind::BuildStarted { drv_path } => {
                self.start(
                    drv_path,
                    format!("building {}", derivation_name(drv_path)),
                    now,
                );
            }
            EventKind::BuildFinished { drv_path, .. } => {
                self.stop(drv_path);
                if self.builds_are_told {
                    self.said(now);
                }
            }
            EventKind::BuildLine { .. } => {
                if self.builds_are_told {
                    self.said(now);
                }
            }
            EventKind::FetchStarted { .. } => self.fetching += 1,
            EventKind::FetchFinished { .. } => self.fetching = self.fetching.saturating_sub(1),
            EventKind::StepStarted { label } => {
                self.start(&label.id.to_string(), label.to_string(), now);
            }
            EventKind::StepFinished { label, outcome: _ } => {
                self.done += 1;
                self.stop(&label.id.to_string());
                self.is_mid_line = false;
                self.said(now);
            }
            EventKind::StepOutput { label: _, bytes } => {
                self.is_mid_line = bytes.last().is_some_and(|byte| *byte != b'\n');
                self.said(now);
            }
            EventKind::StepSkipped { .. }
            | EventKind::StepSlow { .. }
            | EventKind::StepEnding { .. }
            | EventKind::TryFailed { .. }
            | EventKind::Warning { .. }
            | EventKind::Info { .. }
            | EventKind::Expected { .. }
            | EventKind::GoingOn
            | EventKind::WatchChanged { .. }
            | EventKind::WatchAgain { .. }
            | EventKind::WatchWaiting
            | EventKind::Cancelling { .. } => self.said(now),
            EventKind::HandedOver | EventKind::RunFinished { .. } => self.is_over = true,
            EventKind::BuildPhase { .. }
            | EventKind::FetchAdvanced { .. }
            | EventKind::FetchExpected { .. }
            | EventKind::StepLine { .. }
            | EventKind::Stopping => {}
        }
        Ok(())
    }

    fn on_tick(&mut self, elapsed: Duration) -> io::Result<()> {
        if self.is_over || elapsed < self.due {
            return Ok(());
        }
        self.due = elapsed + NEXT;
        let text = self.text(elapsed);
        self.is_mid_line = false;
        self.lines.write_all(text.as_bytes())?;
        self.lines.flush()
    }
}
