//! What events tell of when things began and ended.

use std::{collections::BTreeMap, io, time::Duration};

use nixward_core::{
    event::{Event, EventKind},
    outcome::RunSummary,
    store_path::derivation_name,
};

use super::{critical_path::critical_path, page};
use crate::{reporter::Reporter, style::harmless};

/// One thing that took time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) kind: SpanKind,
    pub(super) name: String,
    pub(super) began: Duration,
    pub(super) ended: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SpanKind {
    Evaluation,
    Download,
    Build,
    Step,
    FailedStep,
}

impl Span {
    pub(super) fn took(&self) -> Duration {
        self.ended.saturating_sub(self.began)
    }
}

/// Hears a run, and makes a page of it in the end.
#[derive(Debug, Default)]
pub struct Recording {
    began: BTreeMap<String, Duration>,
    pub(super) spans: Vec<Span>,
    pub(super) verb: String,
    pub(super) summary: Option<RunSummary>,
    latest: Duration,
}

impl Recording {
    /// The page, with what is over by now.
    pub fn page(&self, workspace: &str) -> String {
        page::page(self, workspace)
    }

    /// The spans that the run's length came from, each waiting for the one before; nothing where nothing ran.
    pub fn critical_path(&self) -> Option<String> {
        let path = critical_path(&self.spans);
        let names: Vec<String> = path
            .iter()
            .map(|span| format!("{} {}", span.name, crate::duration::clock(span.took())))
            .collect();
        (!names.is_empty()).then(|| names.join(" → "))
    }

    pub(super) fn length(&self) -> Duration {
        self.latest
    }

    fn end(&mut self, key: &str, kind: SpanKind, name: &str) {
        if let Some(began) = self.began.remove(key) {
            self.spans.push(Span {
                kind,
                name: harmless(name),
                began,
                ended: self.latest,
            });
        }
    }
}

impl Reporter for Recording {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let Event { elapsed, kind } = event;
        // A clock that goes back makes no span that ends before it began.
        self.latest = self.latest.max(*elapsed);
        let mut begin = |key: &str| {
            self.began.insert(key.to_owned(), self.latest);
        };
        match kind {
            EventKind::EvaluationStarted => begin(""),
            EventKind::EvaluationFinished { .. } => {
                self.end("", SpanKind::Evaluation, "evaluation");
            }
            EventKind::BuildStarted { drv_path } => begin(drv_path),
            EventKind::BuildFinished { drv_path, .. } => {
                self.end(drv_path, SpanKind::Build, derivation_name(drv_path));
            }
            EventKind::FetchStarted { path } => begin(path),
            EventKind::FetchFinished { path } => {
                self.end(path, SpanKind::Download, derivation_name(path));
            }
            EventKind::StepStarted { label } => begin(&label.id.to_string()),
            EventKind::StepFinished { label, outcome } => {
                let kind = if outcome.status.is_success() {
                    SpanKind::Step
                } else {
                    SpanKind::FailedStep
                };
                self.end(&label.id.to_string(), kind, &label.to_string());
            }
            EventKind::RunStarted { verb, .. } => self.verb.clone_from(verb),
            EventKind::RunFinished { summary } => self.summary = Some(summary.clone()),
            EventKind::BuildPhase { .. }
            | EventKind::BuildLine { .. }
            | EventKind::FetchAdvanced { .. }
            | EventKind::FetchExpected { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepLine { .. }
            | EventKind::StepSlow { .. }
            | EventKind::StepEnding { .. }
            | EventKind::TryFailed { .. }
            | EventKind::StepSkipped { .. }
            | EventKind::Warning { .. }
            | EventKind::Cancelling { .. }
            | EventKind::HandedOver
            | EventKind::Info { .. }
            | EventKind::Stopping
            | EventKind::Expected { .. }
            | EventKind::GoingOn
            | EventKind::WatchChanged { .. }
            | EventKind::WatchAgain { .. }
            | EventKind::WatchWaiting => {}
        }
        Ok(())
    }

    fn on_tick(&mut self, elapsed: Duration) -> io::Result<()> {
        self.latest = self.latest.max(elapsed);
        Ok(())
    }

    /// What had not ended has ended with the run.
    fn on_error(&mut self, _: &str) -> io::Result<()> {
        let began: Vec<String> = self.began.keys().cloned().collect();
        for key in began {
            match key.as_str() {
                "" => self.end(&key, SpanKind::Evaluation, "evaluation"),
                path if path.ends_with(".drv") => {
                    self.end(path, SpanKind::Build, derivation_name(path));
                }
                path if path.starts_with('/') => {
                    self.end(path, SpanKind::Download, derivation_name(path));
                }
                step => self.end(step, SpanKind::FailedStep, "a step"),
            }
        }
        Ok(())
    }
}
