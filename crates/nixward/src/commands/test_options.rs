//! What the command line says of tests, laid over what the manifest says.

use std::time::Duration;

use nixward_core::{
    plan::{Action, Plan, ProgramAction},
    verb::Verb,
};
use nixward_manifest::{BuiltinVerb, VerbSettings};
use nixward_schema::PlanTest;

use crate::{
    error::{CliError, ErrorKind},
    session::Session,
    settings::TestSettings,
};

/// Options of tests are for verbs like `test`. What a variable says is not meant for one command.
pub(super) fn refuse_for_others(
    session: &Session,
    verb: &Verb,
    settings: TestSettings,
) -> Result<(), CliError> {
    let TestSettings { retries } = settings;
    let is_written = retries.is_some() && session.environment.get("NIXWARD_RETRIES").is_none();
    if verb.behaviour == BuiltinVerb::Test || !is_written {
        return Ok(());
    }
    let message = format!(
        "`--retries` is for verbs like `test`; `{}` is like `{}`",
        verb.name,
        verb.behaviour.as_str()
    );
    Err(CliError::new(ErrorKind::Usage, message)
        .hint(format!("nixward {} without `--retries`", verb.name)))
}

/// Puts the options into the plan, where everybody sees them.
pub(super) fn apply(plan: &mut Plan, settings: TestSettings) {
    let TestSettings { retries } = settings;
    for step in &mut plan.steps {
        if let Action::Test(action) = &mut step.action {
            action.settings.retries = retries.or(action.settings.retries);
        }
    }
}

/// How a test is run, for a document; nothing where nothing is said.
pub(super) fn in_plan(action: &Action) -> Option<PlanTest> {
    let Action::Test(ProgramAction { settings, .. }) = action else {
        return None;
    };
    let VerbSettings {
        timeout,
        slow_after,
        retries,
        group,
        ..
    } = settings;
    let milliseconds = |duration: Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let test = PlanTest {
        timeout_milliseconds: timeout.map(milliseconds),
        slow_after_milliseconds: slow_after.map(milliseconds),
        retries: retries.unwrap_or(0),
        group: group.clone(),
    };
    (test != PlanTest::default()).then_some(test)
}
