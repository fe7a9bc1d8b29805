//! A plan as text.

use std::{collections::HashSet, time::Duration};

use nixward_nix::invocation::shell_quoted;
use nixward_report::{
    duration::for_people,
    style::{Label, Styles},
};
use nixward_schema::{CacheState, EvaluationCache, PlanDocument, PlanStep, PlanTest};

pub(super) fn human(styles: Styles, document: &PlanDocument) -> String {
    let mut text = evaluation(styles, &document.evaluation);
    for batch in &document.batches {
        text.push_str(&styles.paint(Label::Heading, "build, in one process"));
        text.extend([format!("\n    {}\n", shell_quoted(&batch.command))]);
    }
    let batches = document.batches.iter();
    let in_batch: HashSet<usize> = batches
        .flat_map(|batch| batch.steps.iter().copied())
        .collect();
    for step in &document.steps {
        let is_action = !in_batch.contains(&step.id);
        let is_wanted = step.reason.kind != "needed-by";
        if !is_wanted && (!is_action || step.built) {
            continue;
        }
        let project = step.project.as_deref().unwrap_or("(workspace)");
        let name = styles.paint(Label::Name, project);
        text.extend([format!(
            "{name} {} ({}): {}\n",
            step.verb, step.attribute, step.reason.text
        )]);
        let command = if step.built {
            format!("built already: {}", step.drv_path)
        } else if is_action {
            shell_quoted(&step.command)
        } else {
            step.drv_path.clone()
        };
        text.extend([format!("    {command}\n")]);
        text.extend(after(document, step));
        text.extend(step.test.as_ref().map(test));
    }
    for skipped in &document.skipped {
        text.extend([format!(
            "{} {}: skipped, {}\n",
            skipped.project, skipped.verb, skipped.why
        )]);
    }
    for failed in &document.failed {
        let word = styles.paint(Label::Bad, "does not evaluate");
        let message = failed.message.replace('\n', "\n    ");
        text.extend([format!("{} {word}\n    {message}\n", failed.attribute)]);
    }
    text
}

/// The steps that must have succeeded before, besides the step's own build.
fn after(document: &PlanDocument, step: &PlanStep) -> Option<String> {
    let before = step.after.iter().filter_map(|id| document.steps.get(*id));
    let names: Vec<String> = before
        .filter(|before| before.reason.kind != "needed-by")
        .map(|before| {
            let project = before.project.as_deref().unwrap_or("(workspace)");
            format!("{project} {}", before.verb)
        })
        .collect();
    (!names.is_empty()).then(|| format!("    after {}\n", names.join(", ")))
}

/// How a test is run.
fn test(test: &PlanTest) -> String {
    let PlanTest {
        timeout_milliseconds,
        grace_milliseconds,
        slow_after_milliseconds,
        retries,
        group,
        weight,
        repeat,
    } = test;
    let for_people = |milliseconds: &u64| for_people(Duration::from_millis(*milliseconds));
    let timeout = timeout_milliseconds.as_ref().map(for_people);
    let grace = grace_milliseconds.as_ref().map(for_people);
    let slow_after = slow_after_milliseconds.as_ref().map(for_people);
    let parts: Vec<String> = [
        timeout.map(|timeout| format!("ended after {timeout}")),
        grace.map(|grace| format!("killed {grace} after the first signal")),
        slow_after.map(|after| format!("slow after {after}")),
        (*retries > 0).then(|| format!("tried up to {} times", usize::from(*retries) + 1)),
        group.as_ref().map(|group| format!("in group {group}")),
        weight.map(|weight| format!("weighs {weight}")),
        repeat.map(|times| format!("{times} times over")),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("    {}\n", parts.join(", "))
}

/// What the next run will not be spared, where there is a reason for that.
fn evaluation(styles: Styles, evaluation: &EvaluationCache) -> String {
    match (&evaluation.cache, &evaluation.why) {
        (CacheState::Off, Some(reason)) => {
            let word = styles.paint(Label::Doubtful, "evaluated, and not kept");
            format!("{word}: {reason}\n")
        }
        (CacheState::Hit | CacheState::Miss | CacheState::Off, _) => String::new(),
    }
}
