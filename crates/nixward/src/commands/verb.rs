//! Carrying out a verb over the selected projects.

use std::sync::Arc;

use nixward_core::{
    event::{Event, EventKind},
    outcome::{RunSummary, Severity},
    plan::{Action, Plan, Step, StepLabel},
    verb::Verb,
};
use nixward_exec::{
    Emitter, ExecutionContext, LoadImages, LogFolder, OutputHandling, RunningSteps, SignalWatch,
    dispatcher::{self, ExecuteError},
};
use nixward_manifest::BuiltinVerb;
use nixward_report::{human::Verbosity, reporter::Reporter as _, timings::Recording};
use nixward_schema::exit_code;

use super::{
    become_program, container, plan,
    prepare::{Prepared, prepare},
    shell, test_options, watch,
};
use crate::{
    asked_file,
    audience::Audience,
    console_output,
    error::{CliError, ErrorKind},
    keyboard::Keyboard,
    listeners::Listeners,
    past,
    place::{Looking, Place},
    reporters::Reporting,
    session::{Session, watch_signals},
    settings::{GlobalSettings, Loading, VerbSettings},
    watch::Passed,
};

/// Runs a verb; gives the exit code.
pub(super) fn run(global: &GlobalSettings, settings: &VerbSettings) -> Result<u8, CliError> {
    let place = Place::find(global, Looking::for_flags(&settings.nix))?;
    run_at(place, global, settings)
}

/// The same for a workspace that was found before.
pub(super) fn run_at(
    place: Place,
    global: &GlobalSettings,
    settings: &VerbSettings,
) -> Result<u8, CliError> {
    if settings.watch {
        return watch::run(place, global, settings);
    }
    let signals = watch_signals()?;
    let _keyboard = keyboard(&place, settings, &signals);
    let session = Session::open_at(place, global, settings.nix.clone(), &signals)?;
    run_once(&session, settings, None)
}

/// Runs once in a workspace; what has passed is left out where that is known.
pub(super) fn run_once(
    session: &Session,
    settings: &VerbSettings,
    passed: Option<&Passed>,
) -> Result<u8, CliError> {
    // Until the plan is known, nobody knows whether output is streamed.
    let mut reporters = if settings.dry_run {
        Audience::for_document(session)
    } else {
        Audience::for_run(session, settings, Reporting::Steps)
    };
    let mut recording = settings.timings.as_ref().map(|_| Recording::default());
    let result = carry_out(session, settings, &mut reporters, &mut recording, passed);
    if let Err(error) = &result {
        reporters.error(&error.for_reports());
        if let Some(recording) = recording.filter(|_| error.is_about_nix()) {
            reporters.leave();
            write_timings_of_failure(session, settings, recording, error);
        }
    }
    result
}

/// The same with everybody listening.
fn carry_out(
    session: &Session,
    settings: &VerbSettings,
    reporters: &mut Audience,
    recording: &mut Option<Recording>,
    passed: Option<&Passed>,
) -> Result<u8, CliError> {
    let mut listeners = Listeners::new(reporters, recording, passed);
    let mut prepared = {
        let mut listener = |event: &Event| listeners.tell(event);
        let mut emitter = Emitter::new(session.start, &mut listener);
        let prepared = prepare(session, settings, &mut emitter)?;
        test_options::warn(&prepared.plan, settings.test, &mut emitter);
        prepared
    };
    if let Some(passed) = passed {
        passed.leave_out(&mut prepared.plan);
        if passed.is_nothing_left() {
            listeners.audience.leave();
            return Ok(exit_code::SUCCESS);
        }
    }
    if settings.dry_run {
        *listeners.timings = None;
        listeners.audience.leave();
        return plan::print(session, &prepared, settings.container.engine);
    }
    let behaviour = prepared.verb.behaviour;
    if prepared.is_single && matches!(behaviour, BuiltinVerb::Run | BuiltinVerb::Shell) {
        let before = what_comes_before(&prepared.plan);
        if let Some(before) = &before {
            let context = context(session, settings, &prepared, OutputHandling::OnFailure);
            let head = past::head(session, settings, before, Reporting::Steps);
            listeners.recorder.write_into(context.logs.folder(), head);
            let summary = execute(session, &context, before, &mut listeners);
            warn_unrecorded(listeners.recorder.finish());
            context.logs.remove_oldest();
            let summary = summary?;
            let failed = listeners.first_failed.as_deref();
            if let Some(error) = not_reached(session, &prepared.plan, &summary, failed) {
                return Err(error);
            }
        }
        // What came before has a report.
        let junit = settings.report.junit.as_ref().filter(|_| before.is_none());
        let unwritten = [
            junit.map(|_| "JUnit report"),
            listeners.timings.take().map(|_| "page of timings"),
        ];
        let mut listener = |event: &Event| listeners.audience.tell(event);
        let mut emitter = Emitter::new(session.start, &mut listener);
        for what in unwritten.into_iter().flatten() {
            let message = format!("no {what} is written where nixward becomes the program");
            emitter.emit(EventKind::Warning { message });
        }
        return become_single(session, &prepared, listeners.audience);
    }
    if settings.container.run && !prepared.is_single {
        let message = "an image is run for one project";
        return Err(
            CliError::new(ErrorKind::Usage, message).hint("nixward container PROJECT --run")
        );
    }
    if behaviour == BuiltinVerb::Shell {
        return Err(
            CliError::new(ErrorKind::Usage, "a shell is opened for one project")
                .hint("nixward shell PROJECT"),
        );
    }
    let streams_tests = listeners.audience.streams_tests();
    let (output, reporting) = shown(settings, &prepared, streams_tests);
    if reporting != Reporting::Steps {
        listeners.audience.leave();
        *listeners.audience = Audience::for_run(session, settings, reporting);
    }
    let context = context(session, settings, &prepared, output);
    let head = past::head(session, settings, &prepared.plan, reporting);
    listeners.recorder.write_into(context.logs.folder(), head);
    let summary = execute(session, &context, &prepared.plan, &mut listeners);
    let unrecorded = listeners.recorder.finish();
    let summary = summary.inspect_err(|_| context.logs.remove_oldest())?;
    let unwritten = reporters.first_error();
    reporters.leave();
    warn_unrecorded(unrecorded);
    context.logs.remove_oldest();
    if let Some(recording) = recording.take() {
        write_timings(session, settings, &context.logs, &recording);
    }
    if session.cancellation.is_cancelled() {
        return Err(CliError::outdated().or_cancelled(&session.cancellation));
    }
    if settings.container.run && summary.failed == 0 {
        return container::run(session, &context, &prepared.plan);
    }
    match (exit_code_of(&summary), unwritten) {
        (exit_code::SUCCESS, Some(error)) => {
            let message = "not everything could be written";
            Err(CliError::new(ErrorKind::Step, message).cause(error.to_string()))
        }
        (code, _) => Ok(code),
    }
}

/// How output is shown, where it can be shown as it comes.
fn shown(
    settings: &VerbSettings,
    prepared: &Prepared,
    streams_tests: bool,
) -> (OutputHandling, Reporting) {
    // Nothing runs beside the only one, since all else comes before it.
    let is_one = prepared.is_single && prepared.plan.wanted().count() == 1;
    if prepared.verb.behaviour == BuiltinVerb::Run {
        (OutputHandling::Streamed, Reporting::Streamed)
    } else if settings.no_capture {
        (OutputHandling::Streamed, Reporting::StreamedTests)
    } else if is_one && streams_tests {
        (OutputHandling::StreamedWanted, Reporting::Steps)
    } else if is_one {
        (OutputHandling::OnFailure, Reporting::OneStep)
    } else {
        (OutputHandling::OnFailure, Reporting::Steps)
    }
}

/// What cannot be written down is no failure of what ran.
fn warn_unrecorded(recorded: std::io::Result<()>) {
    if let Err(error) = recorded {
        let message = format!("warning: the run is not recorded, for `nixward log`: {error}\n");
        console_output::error_text(&message);
    }
}

/// Carries out a plan with everybody listening.
fn execute(
    session: &Session,
    context: &ExecutionContext,
    plan: &Plan,
    listeners: &mut Listeners<'_>,
) -> Result<RunSummary, CliError> {
    // Who sees no estimate needs no history.
    let expected = listeners
        .audience
        .is_live()
        .then(|| past::expected(&session.kept_runs(), plan, context.jobs))
        .flatten();
    let mut listener = |event: &Event| listeners.tell(event);
    let mut emitter = Emitter::new(session.start, &mut listener);
    if let Some(expected) = expected {
        let expected = Arc::new(expected);
        emitter.emit(EventKind::Expected { expected });
    }
    dispatcher::execute(context, plan, &session.cancellation, &mut emitter)
        .map_err(|ExecuteError::Build(error)| session.build_error(&error))
}

/// What is run before nixward becomes the program that was asked for, where the manifest says that it comes after
/// something. What does not evaluate is an error by itself.
fn what_comes_before(plan: &Plan) -> Option<Plan> {
    let before = plan.steps.iter().filter(|step| step.is_prerequisite());
    let steps: Vec<Step> = before.cloned().collect();
    let is_needed = !steps.is_empty() && plan.failed.is_empty();
    is_needed.then(|| Plan {
        steps,
        ..Plan::default()
    })
}

/// Why nixward does not become the program after that.
fn not_reached(
    session: &Session,
    plan: &Plan,
    summary: &RunSummary,
    failed: Option<&StepLabel>,
) -> Option<CliError> {
    if let Some(signal) = session.cancellation.signal() {
        return Some(CliError::signal(signal));
    }
    if exit_code_of(summary) == exit_code::SUCCESS {
        return None;
    }
    let step = plan.wanted().next().map(|step| step.label.to_string());
    let why = failed.map_or_else(
        || "what it comes after did not succeed".to_owned(),
        |label| format!("{label}, which it comes after, failed"),
    );
    let message = format!("{} was not started: {why}", step.unwrap_or_default());
    Some(CliError::new(ErrorKind::Own, message))
}

/// `run` and `shell` of one project: from here on every exit code is the program's, and nixward's own failure is 125.
fn become_single(
    session: &Session,
    prepared: &Prepared,
    reporters: &mut Audience,
) -> Result<u8, CliError> {
    let mut listener = |event: &Event| reporters.tell(event);
    let mut emitter = Emitter::new(session.start, &mut listener);
    let result =
        become_program::single_step(session, &prepared.plan).and_then(|step| match &step.action {
            Action::Run(action) => {
                become_program::become_project(session, &prepared.nix, step, action, &mut emitter)
            }
            Action::Shell(action) => {
                shell::become_shell(session, &prepared.nix, step, action, &mut emitter)
            }
            Action::Build | Action::Check | Action::Test(_) | Action::Container(_) => {
                let message = "a plan to run a program holds another step";
                Err(CliError::new(ErrorKind::Internal, message))
            }
        });
    emitter.emit(EventKind::HandedOver);
    result.map_err(|error| error.with_kind(ErrorKind::Own))
}

/// Keys that ask what runs, where what is typed is not for the program that nixward becomes.
fn keyboard(place: &Place, settings: &VerbSettings, signals: &SignalWatch) -> Option<Keyboard> {
    let verb = Verb::find(&settings.verb, &place.discovered.workspace.manifest)?;
    let is_handed_over = match verb.behaviour {
        BuiltinVerb::Run | BuiltinVerb::Shell => true,
        BuiltinVerb::Container => settings.container.run,
        BuiltinVerb::Test | BuiltinVerb::Check | BuiltinVerb::Build => false,
    };
    if is_handed_over || settings.dry_run || settings.no_keys {
        return None;
    }
    let asking = signals.clone();
    Keyboard::start(signals, move |key| {
        if matches!(key, b't' | b'\n' | b'\r') {
            asking.ask();
        }
    })
}

fn context(
    session: &Session,
    settings: &VerbSettings,
    prepared: &Prepared,
    output: OutputHandling,
) -> ExecutionContext {
    let load_images = match settings.container.loading {
        Loading::All => LoadImages::All,
        Loading::None => LoadImages::None,
        Loading::One if prepared.is_single || prepared.plan.wanted().count() == 1 => {
            LoadImages::All
        }
        Loading::One => LoadImages::ForOthers,
    };
    ExecutionContext {
        nix: prepared.nix.clone(),
        runner: session.runner.clone(),
        launcher: session.runner.launcher.clone(),
        cwd: session.cwd.clone(),
        workspace_root: session.discovered.workspace.root.clone(),
        caller_environment: session.environment.variables.clone(),
        temporary_folder: session.environment.temporary_folder(),
        logs: session.logs(),
        running: RunningSteps::default(),
        roots: become_program::roots(session),
        jobs: settings.jobs,
        fail_fast: settings.fail_fast,
        output,
        engine: session.engine_choice(settings.container.engine),
        load_images,
    }
}

/// A page that can't be written is no failure of what ran.
fn write_timings(
    session: &Session,
    settings: &VerbSettings,
    logs: &LogFolder,
    recording: &Recording,
) {
    let file = match &settings.timings {
        Some(Some(file)) => session.cwd.join(file),
        _ => logs.file("timings.html"),
    };
    let page = recording.page(&session.discovered.workspace.name);
    let said = match asked_file::write(&file, page.as_bytes()) {
        Ok(()) => {
            let path = recording.critical_path();
            let path = path.map_or_else(String::new, |path| format!("critical path: {path}\n"));
            format!("{path}timings: {}\n", file.display())
        }
        Err(error) => format!("warning: cannot write {}: {error}\n", file.display()),
    };
    if session.settings.verbosity > Verbosity::Quiet {
        console_output::error_text(&said);
    }
}

/// What there is of a run that could not be carried out: how long it took to fail.
fn write_timings_of_failure(
    session: &Session,
    settings: &VerbSettings,
    mut recording: Recording,
    error: &CliError,
) {
    let heard = recording
        .on_tick(session.start.elapsed())
        .and_then(|()| recording.on_error(&error.for_reports()));
    let logs = session.logs();
    // Where the folder can't be made, the page can't be written, which is said.
    let _made = logs.create().is_ok();
    if heard.is_ok() {
        write_timings(session, settings, &logs, &recording);
    }
}

fn exit_code_of(summary: &RunSummary) -> u8 {
    match summary.worst {
        None | Some(Severity::Fine) => exit_code::SUCCESS,
        Some(Severity::StepFailed) => exit_code::STEP_FAILED,
        Some(Severity::BuildFailed) => exit_code::BUILD_FAILED,
        Some(Severity::EvaluationFailed) => exit_code::NIX,
        Some(Severity::OwnFailure) => exit_code::INTERNAL,
    }
}
