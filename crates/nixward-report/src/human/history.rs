//! The lines about tries, runs and slow steps. Pure.

use std::time::Duration;

use nixward_core::{
    history::{FailedTry, Runs, StepHistory},
    outcome::{RunSummary, StepOutcome, StepStatus},
};

use super::{
    HumanSettings, Verbosity,
    text::{push, verdict, worded_line},
};
use crate::{
    duration::{for_people, seconds},
    style::Label,
};

/// How many of the steps that were not run are named.
const MOST_NAMED: usize = 10;

/// `it test (5 runs, slow)`.
pub(super) fn name(name: &str, outcome: &StepOutcome) -> String {
    let history = &outcome.history;
    let is_success = outcome.status.is_success();
    let mut marks = Vec::new();
    match history.runs {
        Some(Runs { done: 1, wanted: 1 }) => marks.push("1 run".to_owned()),
        Some(Runs { done, wanted }) if done == wanted && is_success => {
            marks.push(format!("{wanted} runs"));
        }
        // Something else failed, and nothing more was started.
        Some(Runs { done, wanted }) if is_success => {
            marks.push(format!("{done} of {wanted} runs"));
        }
        Some(Runs { done, wanted }) => marks.push(format!("run {done} of {wanted}")),
        None => {}
    }
    if history.is_slow {
        marks.push("slow".to_owned());
    }
    if marks.is_empty() {
        return name.to_owned();
    }
    format!("{name} ({})", marks.join(", "))
}

/// `   FLAKY 2/3 [   0.312s] it test`, with where its failures can be read.
pub(super) fn flaky(settings: HumanSettings, name: &str, outcome: &StepOutcome) -> String {
    let history = &outcome.history;
    let word = format!("FLAKY {}/{}", history.last_try(), history.most_tries());
    let time = seconds(outcome.duration);
    let mut text = worded_line(settings, &word, Label::Doubtful, &time, name);
    if let Some(log) = &outcome.log {
        push(&mut text, &format!("log: {}", log.display()));
    }
    text
}

/// `        SLOW [> 60.000s] it test`: it still runs.
pub(super) fn slow(settings: HumanSettings, name: &str, after: Duration) -> String {
    still_there(settings, "SLOW", name, after)
}

/// ` TERMINATING [>600.000s] it test`: it was asked to end, and takes its time.
pub(super) fn ending(settings: HumanSettings, name: &str, after: Duration) -> String {
    still_there(settings, "TERMINATING", name, after)
}

fn still_there(settings: HumanSettings, word: &str, name: &str, after: Duration) -> String {
    if settings.verbosity == Verbosity::Quiet {
        return String::new();
    }
    let time = format!(">{:>8}", seconds(after));
    worded_line(settings, word, Label::Doubtful, &time, name)
}

/// A try that failed, after which there is another one.
pub(super) fn failed_try(
    settings: HumanSettings,
    name: &str,
    failed: &FailedTry,
    number: usize,
    delay: Duration,
) -> String {
    if settings.verbosity == Verbosity::Quiet {
        return String::new();
    }
    let word = format!("TRY {number} FAIL");
    let time = seconds(failed.duration);
    let mut text = worded_line(settings, &word, Label::Doubtful, &time, name);
    let delay = for_people(delay);
    let verdict = verdict(&failed.status);
    push(&mut text, &format!("{verdict}; once more in {delay}"));
    text
}

/// What a failure has behind it.
pub(super) fn failures_before(history: &StepHistory) -> Option<String> {
    let tries = history.last_try();
    (tries > 1).then(|| format!("it failed in each of {tries} tries"))
}

/// `3 passed (1 slow, 1 flaky)`.
pub(super) fn passed(summary: &RunSummary) -> String {
    let besides = [(summary.slow_passed, "slow"), (summary.flaky, "flaky")];
    format!("{} passed{}", summary.passed, in_brackets(&besides))
}

/// `2 failed (1 slow)`.
pub(super) fn failed(summary: &RunSummary) -> Option<String> {
    let besides = in_brackets(&[(summary.slow_failed, "slow")]);
    (summary.failed > 0).then(|| format!("{} failed{besides}", summary.failed))
}

/// The names of steps that were not run, folded where they are many.
pub(super) fn not_run<'a>(
    settings: HumanSettings,
    outcomes: impl Iterator<Item = (&'a str, &'a StepStatus)>,
) -> String {
    let mut names = outcomes.map(|(name, status)| match verdict(status) {
        why if why.is_empty() => name.to_owned(),
        why => format!("{name}: {why}"),
    });
    let most = match settings.verbosity {
        Verbosity::Verbose => usize::MAX,
        Verbosity::Normal | Verbosity::Quiet => MOST_NAMED,
    };
    let mut text: String = names
        .by_ref()
        .take(most)
        .map(|name| worded_line(settings, "NOT RUN", Label::Doubtful, "", &name))
        .collect();
    match names.count() {
        0 => {}
        more => push(&mut text, &format!("… and {more} more; -v names all")),
    }
    text
}

fn in_brackets(counts: &[(usize, &str)]) -> String {
    let there: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if there.is_empty() {
        return String::new();
    }
    format!(" ({})", there.join(", "))
}
