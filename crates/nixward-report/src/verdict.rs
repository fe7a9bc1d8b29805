//! How a step ended in a word and in a line, for reports that are read by programs or at a glance.

use nixward_core::outcome::{Severity, StepOutcome, StepStatus};

use crate::{human::verdict, style::harmless};

/// A reason is cut here: an error may be a page of Nix code in one line.
const LONGEST_REASON: usize = 300;

/// The word for an end: those of `--message-format json`.
pub fn word(status: &StepStatus) -> &'static str {
    match status {
        StepStatus::Passed => "passed",
        StepStatus::Flaky => "flaky",
        StepStatus::Built { .. } | StepStatus::ImageBuilt { .. } => "built",
        StepStatus::Loaded { .. } => "loaded",
        StepStatus::Failed(_) | StepStatus::CheckFailed(_) => "failed",
        StepStatus::TimedOut { .. } => "timed-out",
        StepStatus::BuildFailed(_) => "build-failed",
        StepStatus::EvaluationFailed { .. } => "evaluation-failed",
        StepStatus::CouldNotStart { .. } => "could-not-start",
        StepStatus::Cancelled => "cancelled",
        StepStatus::NotRun | StepStatus::Blocked { .. } => "not-run",
    }
}

/// Whether it counts as a failure: what was ended with the run, too, but not what was never started.
pub fn is_failure(status: &StepStatus) -> bool {
    !status.is_not_run() && status.severity() > Severity::Fine
}

/// What several steps may have failed of together: the derivation that is at fault, or what Nix said.
pub(crate) fn shared_cause(status: &StepStatus) -> Option<&str> {
    match status {
        StepStatus::CheckFailed(problem) | StepStatus::BuildFailed(problem) => {
            Some(problem.drv_path.as_ref().unwrap_or(&problem.message))
        }
        StepStatus::EvaluationFailed { message, hint: _ } => Some(message),
        _ => None,
    }
}

/// Why, in one line; empty where the word says it all.
pub fn reason(status: &StepStatus) -> String {
    let whole = match status {
        StepStatus::Cancelled => "it was ended with the run".to_owned(),
        StepStatus::NotRun => "the run ended before it was started".to_owned(),
        other => verdict(other),
    };
    let lines = whole.lines().map(|line| harmless(line).trim().to_owned());
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    let first = lines.first().map_or("", String::as_str);
    // Newer versions of Nix (2.34 does) say what failed in one line, and why in another.
    match lines.iter().find_map(|line| line.strip_prefix("Reason: ")) {
        Some(why) => one_line(&format!(
            "{}: {}",
            first.trim_end_matches('.'),
            why.trim_end_matches('.')
        )),
        None => one_line(first),
    }
}

/// All that is known of the reason, with what else must be said.
pub(crate) fn whole_reason(outcome: &StepOutcome) -> Vec<String> {
    let verdict = match &outcome.status {
        status @ (StepStatus::Cancelled | StepStatus::NotRun) => reason(status),
        other => verdict(other),
    };
    let lines = verdict.lines().map(harmless);
    let notes = outcome
        .notes
        .iter()
        .map(|note| format!("note: {}", harmless(note)));
    let log = outcome
        .log
        .iter()
        .map(|log| format!("log: {}", log.display()));
    lines.chain(notes).chain(log).collect()
}

/// The last lines that it printed, at most so many characters of them, without what would do something.
pub(crate) fn last_output(
    outcome: &StepOutcome,
    most_lines: usize,
    most_bytes: usize,
) -> Vec<String> {
    let mut bytes = 0;
    let from_the_end = outcome.output.iter().rev().map(|line| harmless(line));
    let mut lines: Vec<String> = from_the_end
        .take(most_lines)
        .take_while(|line| {
            bytes += line.len() + 1;
            bytes <= most_bytes
        })
        .collect();
    let before = outcome.output_lines_before + outcome.output.len() - lines.len();
    if before > 0 {
        lines.push(format!("… {before} lines before, in the log"));
    }
    lines.reverse();
    lines
}

fn one_line(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use nixward_core::outcome::BuildProblem;

    use super::*;

    fn printed(lines: usize) -> StepOutcome {
        StepOutcome {
            output: (1..=lines).map(|number| format!("line {number}")).collect(),
            output_lines_before: 5,
            ..StepOutcome::of(StepStatus::Passed)
        }
    }

    #[test]
    fn of_the_output_the_end_is_kept() {
        let lines = last_output(&printed(9), 2, 1000);
        assert_eq!(lines, ["… 12 lines before, in the log", "line 8", "line 9"]);
        // Each line is seven bytes with its end.
        let lines = last_output(&printed(9), 9, 15);
        assert_eq!(lines, ["… 12 lines before, in the log", "line 8", "line 9"]);
    }

    #[test]
    fn why_a_build_failed_is_in_its_line() {
        let problem = BuildProblem {
            drv_path: None,
            message: "Cannot build '/nix/store/a.drv'.\nReason: builder failed with exit code 3.\nOutput paths:\n  x"
                .to_owned(),
        };
        assert_eq!(
            reason(&StepStatus::BuildFailed(problem)),
            "Cannot build '/nix/store/a.drv': builder failed with exit code 3"
        );
    }

    #[test]
    fn what_was_not_run_because_of_another_says_so() {
        let by = std::sync::Arc::new(nixward_core::plan::StepLabel {
            id: 3,
            project: Some("db".to_owned()),
            verb: "start".to_owned(),
            detail: None,
            attribute: String::new(),
        });
        let status = StepStatus::Blocked { by };
        assert_eq!(word(&status), "not-run");
        assert!(!is_failure(&status));
        assert_eq!(reason(&status), "db start, which it comes after, failed");
    }

    #[test]
    fn a_reason_is_one_short_line() {
        let status = StepStatus::EvaluationFailed {
            message: format!("\n\u{1b}[31m{}\u{1b}[0m\nat flake.nix", "ü".repeat(1000)),
            hint: None,
        };
        let reason = reason(&status);
        assert_eq!(reason.chars().count(), LONGEST_REASON + 1);
        assert!(reason.starts_with('ü') && reason.ends_with('…'), "{reason}");
    }
}
