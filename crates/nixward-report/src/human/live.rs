//! What runs now, in a few lines at the bottom of a terminal. It is a state machine over events:
//!
//! ```text
//! nothing ─EvaluationStarted→ evaluating ─RunStarted→ building / running ─RunFinished→ cleared
//! ```

use std::{collections::BTreeMap, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use nixward_core::{
    event::{Event, EventKind},
    store_path::derivation_name,
};

use crate::style::harmless;

/// How many of the things that run are shown, besides the first line.
const MOST_LINES: usize = 7;

/// The lines at the bottom.
pub struct LiveDisplay {
    multi: MultiProgress,
    head: ProgressBar,
    /// What runs, by a key, with its line.
    running: BTreeMap<String, (String, Option<ProgressBar>)>,
    steps: usize,
    done: usize,
    fetching: usize,
}

impl LiveDisplay {
    /// Draws to a terminal.
    pub fn new(target: ProgressDrawTarget) -> Self {
        let multi = MultiProgress::with_draw_target(target);
        let head = multi.add(ProgressBar::new_spinner());
        head.set_style(style("{spinner} [{elapsed_precise}] {wide_msg}"));
        Self {
            multi,
            head,
            running: BTreeMap::new(),
            steps: 0,
            done: 0,
            fetching: 0,
        }
    }

    /// Takes the lines away while something else is written.
    pub(super) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        self.multi.suspend(write)
    }

    pub(super) fn clear(&self) {
        for (_, bar) in self.running.values() {
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        }
        self.head.finish_and_clear();
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        match &event.kind {
            EventKind::EvaluationStarted => {
                self.head.set_message("Evaluating the flake");
                self.head.enable_steady_tick(Duration::from_millis(120));
            }
            EventKind::RunStarted { steps, verb: _ } => self.steps = *steps,
            EventKind::BuildStarted { drv_path } => {
                self.start(drv_path, format!("build {}", derivation_name(drv_path)));
            }
            EventKind::BuildPhase { drv_path, phase } => {
                self.update(
                    drv_path,
                    format!("build {} ({phase})", derivation_name(drv_path)),
                );
            }
            EventKind::BuildLine { drv_path, line } => {
                self.update(
                    drv_path,
                    format!("build {}: {}", derivation_name(drv_path), harmless(line)),
                );
            }
            EventKind::BuildFinished {
                drv_path,
                duration: _,
            } => self.stop(drv_path),
            EventKind::FetchStarted { path: _ } => self.fetching += 1,
            EventKind::FetchFinished { path: _ } => self.fetching = self.fetching.saturating_sub(1),
            EventKind::StepStarted { label } => {
                self.start(&label.id.to_string(), label.to_string());
            }
            EventKind::StepLine { label, line } => {
                self.update(
                    &label.id.to_string(),
                    format!("{label}: {}", harmless(line)),
                );
            }
            EventKind::StepFinished { label, outcome: _ } => {
                self.done += 1;
                self.stop(&label.id.to_string());
            }
            EventKind::EvaluationFinished { .. }
            | EventKind::StepOutput { .. }
            | EventKind::StepSkipped { .. }
            | EventKind::Warning { .. }
            | EventKind::Cancelling { .. }
            | EventKind::HandedOver
            | EventKind::RunFinished { .. } => {}
        }
        if self.steps > 0 {
            self.head.set_message(self.headline());
        }
    }

    fn headline(&self) -> String {
        let mut parts = vec![format!("{}/{} done", self.done, self.steps)];
        if !self.running.is_empty() {
            parts.push(format!("{} running", self.running.len()));
        }
        if self.fetching > 0 {
            parts.push(format!("{} downloading", self.fetching));
        }
        parts.join(", ")
    }

    fn start(&mut self, key: &str, message: String) {
        let bars = self
            .running
            .values()
            .filter(|(_, bar)| bar.is_some())
            .count();
        let bar = (bars < MOST_LINES).then(|| self.add_bar(&message));
        self.running.insert(key.to_owned(), (message, bar));
    }

    fn add_bar(&self, message: &str) -> ProgressBar {
        let bar = self.multi.add(ProgressBar::new_spinner());
        bar.set_style(style("  [{elapsed_precise}] {wide_msg}"));
        bar.set_message(message.to_owned());
        bar
    }

    fn update(&mut self, key: &str, message: String) {
        if let Some((text, bar)) = self.running.get_mut(key) {
            if let Some(bar) = bar {
                bar.set_message(message.clone());
            }
            *text = message;
        }
    }

    /// Takes a line away; what had none for lack of room gets it.
    fn stop(&mut self, key: &str) {
        let Some((_, Some(bar))) = self.running.remove(key) else {
            return;
        };
        bar.finish_and_clear();
        let waiting = self.running.iter().find(|(_, (_, bar))| bar.is_none());
        if let Some((key, message)) =
            waiting.map(|(key, (message, _))| (key.clone(), message.clone()))
        {
            let bar = self.add_bar(&message);
            self.running.insert(key, (message, Some(bar)));
        }
    }
}

impl Drop for LiveDisplay {
    /// Nothing of it stays on the terminal, however the run ends.
    fn drop(&mut self) {
        self.clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
