//! What the command line says of tests, laid over what the manifest says.

use std::time::Duration;

use nixward_core::{
    event::EventKind,
    plan::{Action, Plan, ProgramAction, Step},
    verb::Verb,
};
use nixward_exec::Emitter;
use nixward_manifest::{BuiltinVerb, VerbSettings};
use nixward_schema::PlanTest;

use crate::{
    error::{CliError, ErrorKind},
    session::Session,
    settings::TestSettings,
};

/// Options of tests are for verbs like `test`. What a variable says is not meant for one command.
pub(super) fn refuse(
    session: &Session,
    verb: &Verb,
    settings: TestSettings,
) -> Result<(), CliError> {
    let TestSettings { retries, repeat } = settings;
    let retries = retries.filter(|_| session.environment.get("NIXWARD_RETRIES").is_none());
    if let (Some(_), Some(times)) = (retries, repeat) {
        let message = "`--repeat` and `--retries` do not go together";
        let hint = format!("`--repeat {times}` alone ends with a test's first failure");
        return Err(CliError::new(ErrorKind::Usage, message).hint(hint));
    }
    let written = retries
        .map(|_| "--retries")
        .or(repeat.map(|_| "--repeat"))
        .filter(|_| verb.behaviour != BuiltinVerb::Test);
    let Some(option) = written else {
        return Ok(());
    };
    let name = &verb.name;
    let behaviour = verb.behaviour.as_str();
    let message = if name == behaviour {
        format!("`{option}` is for verbs like `test`")
    } else {
        format!("`{option}` is for verbs like `test`; `{name}` is like `{behaviour}`")
    };
    let hint = format!("nixward {name} without `{option}`");
    Err(CliError::new(ErrorKind::Usage, message).hint(hint))
}

/// Puts the options into the plan, where everybody sees them.
pub(super) fn apply(plan: &mut Plan, settings: TestSettings) {
    let TestSettings { retries, repeat } = settings;
    for step in &mut plan.steps {
        // What only comes before is run once.
        let repeat = repeat.filter(|_| !step.is_prerequisite());
        // Whoever repeats a test wants to see it fail.
        let retries = repeat.map_or(retries, |_| Some(0));
        if let Action::Test(action) = &mut step.action {
            action.settings.retries = retries.or(action.settings.retries);
            action.repeat = repeat;
        }
    }
}

/// Says which of the steps are not repeated although that was asked for.
pub(super) fn warn(plan: &Plan, settings: TestSettings, emitter: &mut Emitter<'_>) {
    let is_check = |step: &&Step| matches!(step.action, Action::Check);
    let checks = plan.wanted().filter(is_check).count();
    let what = match (checks, plan.wanted().find(is_check)) {
        (1, Some(step)) => step.label.to_string(),
        _ => format!("{checks} of the steps"),
    };
    if settings.repeat.is_some() && checks > 0 {
        let message = format!("{what}: Nix builds a check once, `--repeat` does not count for it");
        emitter.emit(EventKind::Warning { message });
    }
}

/// How a test is run, for a document; nothing where nothing is said.
pub(super) fn in_plan(action: &Action) -> Option<PlanTest> {
    let Action::Test(ProgramAction {
        settings, repeat, ..
    }) = action
    else {
        return None;
    };
    let VerbSettings {
        timeout,
        grace,
        slow_after,
        retries,
        group,
        weight,
        ..
    } = settings;
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let test = PlanTest {
        timeout_milliseconds: timeout.map(milliseconds),
        grace_milliseconds: grace.map(milliseconds),
        slow_after_milliseconds: slow_after.map(milliseconds),
        retries: retries.unwrap_or(0),
        group: group.clone(),
        weight: *weight,
        repeat: *repeat,
    };
    (test != PlanTest::default()).then_some(test)
}
