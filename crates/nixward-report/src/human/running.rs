//! What runs now, for the person who asked.

use std::time::Duration;

use nixward_core::{
    running::{RunningBuild, RunningNow, RunningStep},
    store_path::derivation_name,
};

use super::{
    HumanSettings,
    text::{self, Status, push},
};
use crate::style::{Label, harmless};

/// All of it, also where little is to be said otherwise: somebody asked.
pub(super) fn running(settings: HumanSettings, elapsed: Duration, running: &RunningNow) -> String {
    let mut text = text::line(settings, Status::INFO, elapsed, &counts(running));
    if let Some(duration) = running.evaluating {
        text.push_str(&text::line(
            settings,
            Status::EVALUATING,
            duration,
            "the flake",
        ));
    }
    for step in &running.steps {
        text.push_str(&running_step(settings, step));
    }
    for build in &running.builds {
        text.push_str(&running_build(settings, build));
    }
    for path in &running.downloads {
        let word = settings
            .styles
            .paint(Label::Quiet, &format!("{:>12}", "DOWNLOADING"));
        text.extend([format!("{word} [{:>9}] {}\n", "", harmless(path))]);
    }
    text
}

fn counts(running: &RunningNow) -> String {
    let number = |count: usize, what: &str| match count {
        0 => None,
        1 => Some(format!("1 {what}")),
        count => Some(format!("{count} {what}s")),
    };
    let evaluation = running.evaluating.map(|_| "1 evaluation".to_owned());
    let mut parts: Vec<String> = [
        evaluation,
        number(running.steps.len(), "step"),
        number(running.builds.len(), "build"),
        number(running.downloads.len(), "download"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if running.is_nothing() {
        parts.push("nothing runs".to_owned());
    } else if parts.is_empty() {
        parts.push("Nix is at work, and has not said on what".to_owned());
    }
    if running.waiting > 0 {
        parts.push(format!("{} waiting", running.waiting));
    }
    parts.join(", ")
}

fn running_step(settings: HumanSettings, step: &RunningStep) -> String {
    let process = step.process.map(|id| format!(", process {id}"));
    let name = format!("{}{}", step.label, process.unwrap_or_default());
    let mut text = text::line(settings, Status::RUNNING, step.duration, &name);
    for line in &step.last_lines {
        push(&mut text, &harmless(line));
    }
    text
}

fn running_build(settings: HumanSettings, build: &RunningBuild) -> String {
    let phase = build.phase.as_ref().map(|phase| format!(", {phase}"));
    let name = derivation_name(&build.drv_path);
    let name = format!("{name}{}", harmless(&phase.unwrap_or_default()));
    let mut text = text::line(settings, Status::BUILDING, build.duration, &name);
    if let Some(line) = &build.last_line {
        push(&mut text, &harmless(line));
    }
    text
}
