//! The lines of the report for people. Pure: the same outcome gives the same text.

use std::time::Duration;

use nixward_core::{
    evaluation::CacheUse,
    outcome::{BuildProblem, ExitReason, RunSummary, StepOutcome, StepStatus},
    plan::Skipped,
    store_path::derivation_name,
};

use super::{HumanSettings, Verbosity, history};
use crate::{
    duration::{for_people, seconds},
    style::{Label, harmless},
    verdict::reason,
};

/// How many of a failed step's last lines are shown; the log has all.
const SHOWN_LINES: usize = 60;

/// The word in the first column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Status {
    word: &'static str,
    label: Label,
}

impl Status {
    const EVALUATED: Self = Self {
        word: "EVALUATED",
        label: Label::Quiet,
    };
    pub(super) const BUILT: Self = Self {
        word: "BUILT",
        label: Label::Quiet,
    };

    pub(super) const EVALUATING: Self = Self {
        word: "EVALUATING",
        label: Label::Quiet,
    };
    pub(super) const INFO: Self = Self {
        word: "INFO",
        label: Label::Quiet,
    };
    pub(super) const RUNNING: Self = Self {
        word: "RUNNING",
        label: Label::Quiet,
    };
    pub(super) const BUILDING: Self = Self {
        word: "BUILDING",
        label: Label::Quiet,
    };

    fn of(status: &StepStatus) -> Self {
        let (word, label) = match status {
            StepStatus::Passed => ("PASS", Label::Good),
            StepStatus::Flaky => ("FLAKY", Label::Doubtful),
            StepStatus::Built { .. } | StepStatus::ImageBuilt { .. } => ("BUILT", Label::Good),
            StepStatus::Loaded { .. } => ("LOADED", Label::Good),
            StepStatus::Failed(_)
            | StepStatus::CheckFailed(_)
            | StepStatus::CouldNotStart { .. } => ("FAIL", Label::Bad),
            StepStatus::TimedOut { .. } => ("TIMEOUT", Label::Bad),
            StepStatus::BuildFailed(_) => ("BUILD FAIL", Label::Bad),
            StepStatus::EvaluationFailed { .. } => ("EVAL FAIL", Label::Bad),
            StepStatus::Cancelled => ("CANCELLED", Label::Doubtful),
            StepStatus::NotRun | StepStatus::Blocked { .. } => ("NOT RUN", Label::Doubtful),
        };
        Self { word, label }
    }
}

/// `        PASS [   0.312s] pc-load-letter test`.
pub(super) fn line(
    settings: HumanSettings,
    status: Status,
    duration: Duration,
    name: &str,
) -> String {
    worded_line(
        settings,
        status.word,
        status.label,
        &seconds(duration),
        name,
    )
}

/// The same with any word and time.
pub(super) fn worded_line(
    settings: HumanSettings,
    word: &str,
    label: Label,
    time: &str,
    name: &str,
) -> String {
    let word = settings.styles.paint(label, &format!("{word:>12}"));
    format!("{word} [{time:>9}] {name}\n")
}

/// The line of a step that ended.
pub(super) fn ended(settings: HumanSettings, name: &str, outcome: &StepOutcome) -> String {
    let name = history::name(name, outcome);
    if outcome.status == StepStatus::Flaky {
        return history::flaky(settings, &name, outcome);
    }
    let status = Status::of(&outcome.status);
    line(settings, status, outcome.duration, &name)
}

/// The line of an evaluation: whether Nix had to be asked, and will have to be again.
pub(super) fn evaluated(settings: HumanSettings, duration: Duration, cache: &CacheUse) -> String {
    let what = match cache {
        CacheUse::Hit => "the flake, kept from before".to_owned(),
        CacheUse::Miss => "the flake".to_owned(),
        CacheUse::Off { reason } => format!("the flake, not kept: {reason}"),
    };
    line(settings, Status::EVALUATED, duration, &what)
}

/// What stands above the output of a step that is shown as it comes, where there are several.
pub(super) fn started(settings: HumanSettings, name: &str) -> String {
    if settings.verbosity == Verbosity::Quiet {
        return String::new();
    }
    let word = settings
        .styles
        .paint(Label::Quiet, &format!("{:>12}", "RUNNING"));
    format!("{word} [{:>9}] {name}\n", "")
}

/// The line of a finished step, with what belongs right below it.
pub(super) fn step(settings: HumanSettings, name: &str, outcome: &StepOutcome) -> String {
    if settings.verbosity == Verbosity::Quiet && outcome.status.is_success() {
        return String::new();
    }
    if settings.verbosity == Verbosity::Normal && outcome.status.is_not_run() {
        // The summary names them.
        return String::new();
    }
    let mut text = ended(settings, name, outcome);
    if let StepStatus::Loaded { reference, hint } = &outcome.status {
        push(&mut text, reference);
        if let Some(hint) = hint {
            push(&mut text, &format!("run it: {hint}"));
        }
    }
    if outcome.status.is_success() {
        outcome
            .notes
            .iter()
            .for_each(|note| push(&mut text, &format!("note: {note}")));
    }
    text
}

pub(super) fn push(text: &mut String, line: &str) {
    text.push_str("    ");
    text.push_str(line);
    text.push('\n');
}

/// What is shown of a failure when it happens: the output first, then the verdict and where to read more.
pub(super) fn failure(outcome: &StepOutcome, was_streamed: bool) -> String {
    if outcome.status.is_not_run() || outcome.status == StepStatus::Cancelled {
        // Its output is of no interest; what could not be ended is.
        let mut text = String::new();
        outcome
            .notes
            .iter()
            .for_each(|note| push(&mut text, &format!("note: {note}")));
        return text;
    }
    let mut text = if was_streamed {
        String::new()
    } else {
        output(outcome, SHOWN_LINES)
    };
    for line in verdict(&outcome.status).lines() {
        push(&mut text, line);
    }
    if let Some(before) = history::failures_before(&outcome.history) {
        push(&mut text, &before);
    }
    outcome
        .notes
        .iter()
        .for_each(|note| push(&mut text, &format!("note: {note}")));
    if let Some(log) = &outcome.log {
        push(&mut text, &format!("log: {}", log.display()));
    }
    text
}

/// What is shown of a failure whose cause was shown for another step before.
pub(super) fn failure_as_before(before: &str, outcome: &StepOutcome) -> String {
    let what = match &outcome.status {
        StepStatus::BuildFailed(problem) | StepStatus::CheckFailed(problem) => {
            let drv_path = problem.drv_path.as_deref();
            let name = drv_path.map_or("what it needs", derivation_name);
            format!("{name} failed to build")
        }
        status => reason(status),
    };
    let mut text = String::new();
    push(&mut text, &format!("{what}, as for {before} above"));
    outcome
        .notes
        .iter()
        .for_each(|note| push(&mut text, &format!("note: {note}")));
    text
}

/// The last lines that a step printed, all that are shown of them.
pub(super) fn whole_output(outcome: &StepOutcome) -> String {
    output(outcome, SHOWN_LINES)
}

/// The last lines that a step printed, so many.
pub(super) fn output(outcome: &StepOutcome, most: usize) -> String {
    let hidden = outcome.output.len().saturating_sub(most);
    let before = outcome.output_lines_before + hidden;
    let mut text = String::new();
    if before > 0 {
        push(&mut text, &format!("… {before} lines before, in the log"));
    }
    for line in outcome.output.iter().skip(hidden) {
        push(&mut text, &harmless(line));
    }
    text
}

/// What a failure came to, in words.
pub(crate) fn verdict(status: &StepStatus) -> String {
    match status {
        StepStatus::Failed(ExitReason::Code(code)) => format!("it exited with code {code}"),
        StepStatus::Failed(ExitReason::Signal(signal)) => {
            format!("it was ended by signal {signal}")
        }
        StepStatus::TimedOut { after } => {
            format!("it was ended after its timeout of {}", for_people(*after))
        }
        StepStatus::CheckFailed(problem) | StepStatus::BuildFailed(problem) => {
            build_problem(problem)
        }
        StepStatus::EvaluationFailed {
            message,
            hint: None,
        } => message.clone(),
        StepStatus::EvaluationFailed {
            message,
            hint: Some(hint),
        } => format!("{message}\nhint: {hint}"),
        StepStatus::CouldNotStart { why } => why.clone(),
        StepStatus::Blocked { by } => format!("{by}, which it comes after, failed"),
        StepStatus::Passed
        | StepStatus::Flaky
        | StepStatus::Built { .. }
        | StepStatus::Loaded { .. }
        | StepStatus::ImageBuilt { .. }
        | StepStatus::Cancelled
        | StepStatus::NotRun => String::new(),
    }
}

fn build_problem(problem: &BuildProblem) -> String {
    match &problem.drv_path {
        Some(drv_path) => format!("{}\nits whole log: nix log {drv_path}", problem.message),
        None => problem.message.clone(),
    }
}

pub(super) fn skipped(settings: HumanSettings, skipped: &Skipped) -> String {
    if settings.verbosity == Verbosity::Quiet {
        return String::new();
    }
    let word = settings
        .styles
        .paint(Label::Doubtful, &format!("{:>12}", "SKIP"));
    format!(
        "{word} [{:>9}] {} {}: {}\n",
        "", skipped.project, skipped.verb, skipped.why
    )
}

pub(super) fn warning(settings: HumanSettings, message: &str) -> String {
    format!(
        "{}: {message}\n",
        settings.styles.paint(Label::Doubtful, "warning")
    )
}

pub(super) fn cancelling(settings: HumanSettings, signal: &str, running: usize) -> String {
    let what = match running {
        0 => "ending the build".to_owned(),
        1 => "ending 1 step".to_owned(),
        running => format!("ending {running} steps"),
    };
    let word = settings
        .styles
        .paint(Label::Doubtful, &format!("{:>12}", "CANCELLING"));
    format!("{word} {signal}: {what}; once more to kill\n")
}

/// All that is said in the end of a run that gives way to the next one.
pub(super) fn outdated(settings: HumanSettings, summary: &RunSummary) -> String {
    let interrupted = match summary.interrupted {
        0 => None,
        1 => Some("1 step".to_owned()),
        count => Some(format!("{count} steps")),
    };
    let not_run = (summary.not_run > 0).then(|| format!("{} not run", summary.not_run));
    let counts: Vec<String> = interrupted.into_iter().chain(not_run).collect();
    if counts.is_empty() || settings.verbosity == Verbosity::Quiet {
        return String::new();
    }
    let Status { word, label } = Status::of(&StepStatus::Cancelled);
    let time = seconds(summary.duration);
    worded_line(settings, word, label, &time, &counts.join(", "))
}

/// The counts.
pub(super) fn summary(settings: HumanSettings, summary: &RunSummary, steps: usize) -> String {
    let run = summary.passed + summary.failed + summary.interrupted;
    let mut text = "────────────\n".to_owned();
    let label = if summary.failed > 0 || summary.cancelled {
        Label::Bad
    } else {
        Label::Good
    };
    let word = settings.styles.paint(label, &format!("{:>12}", "Summary"));
    let of = if run == steps {
        run.to_string()
    } else {
        format!("{run}/{steps}")
    };
    let mut counts = vec![history::passed(summary)];
    counts.extend(history::failed(summary));
    let rest = [
        (summary.skipped, "skipped"),
        (summary.interrupted, "interrupted"),
        (summary.not_run, "not run"),
    ];
    counts.extend(
        rest.iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}")),
    );
    let cancelled = if summary.cancelled {
        " (cancelled)"
    } else {
        ""
    };
    text.extend([format!(
        "{word} [{:>9}] {of} run: {}{cancelled}\n",
        seconds(summary.duration),
        counts.join(", ")
    )]);
    text
}
