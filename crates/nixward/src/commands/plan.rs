//! `nixward plan VERB` and `--dry-run`: what would be done, with the exact commands and the reasons.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use nixward_core::{
    evaluation::ImageKind,
    event::{Event, EventKind},
    plan::{Action, BuildTarget, ContainerAction, Plan, ProgramPath, Step},
};
use nixward_exec::{
    Emitter,
    builder::{every_output, joined},
    engine::{self, EngineKind},
};
use nixward_nix::tool::Nix;
use nixward_report::json_lines::cache_use;
use nixward_schema::{
    FailedEvaluation, PlanBatch, PlanDocument, PlanReason, PlanStep, PlanStepKind, SkippedProject,
    exit_code,
};

use super::{
    become_program::roots,
    plan_text,
    prepare::{Prepared, prepare, to_build},
    shell, test_options,
};
use crate::{
    audience::Audience,
    cli::MessageFormat,
    console_output,
    error::{CliError, ErrorKind},
    session::Session,
    settings::{GlobalSettings, VerbSettings},
};

pub(super) fn run(global: &GlobalSettings, settings: &VerbSettings) -> Result<u8, CliError> {
    if settings.watch {
        let message = "`--watch` is for what runs, and `plan` runs nothing";
        return Err(CliError::new(ErrorKind::Usage, message));
    }
    let session = Session::open(global, settings.nix.clone())?;
    let prepared = {
        let mut reporters = Audience::for_document(&session);
        let mut listener = |event: &Event| reporters.tell(event);
        let mut emitter = Emitter::new(session.start, &mut listener);
        let prepared = prepare(&session, settings, &mut emitter);
        emitter.emit(EventKind::HandedOver);
        prepared?
    };
    print(&session, &prepared, settings.container.engine)
}

/// Prints a plan as text or as a document. What does not evaluate makes it fail, as it would make the verb fail.
pub(super) fn print(
    session: &Session,
    prepared: &Prepared,
    engine: Option<EngineKind>,
) -> Result<u8, CliError> {
    let document = document(session, prepared, engine);
    let text = match session.settings.message_format {
        MessageFormat::Json => serde_json::to_string_pretty(&document)
            .map(|json| json + "\n")
            .map_err(|error| CliError::from_source(ErrorKind::Internal, &error))?,
        MessageFormat::Human => plan_text::human(session.stdout_styles(), &document),
    };
    console_output::data(&text)?;
    Ok(if document.failed.is_empty() {
        exit_code::SUCCESS
    } else {
        exit_code::NIX
    })
}

fn document(session: &Session, prepared: &Prepared, engine: Option<EngineKind>) -> PlanDocument {
    let Prepared {
        plan, nix, cache, ..
    } = prepared;
    let looked_at;
    let held = match &prepared.held {
        Some(held) => held,
        None => {
            looked_at = roots(session).held(&to_build(plan));
            &looked_at
        }
    };
    let missing = &held.missing;
    let missing_drvs: HashSet<&str> = missing
        .iter()
        .map(|target| target.drv_path.as_str())
        .collect();
    let mut steps: Vec<PlanStep> = Vec::new();
    // Where what others come after stands in the document.
    let mut places = HashMap::new();
    let mut built_together = Vec::new();
    for step in &plan.steps {
        let build = steps.len();
        let is_build = matches!(step.action, Action::Build | Action::Check);
        if let Action::Shell(_) = step.action {
            steps.push(environment_step(session, nix, step, build));
        } else {
            let is_missing = |target: &BuildTarget| missing_drvs.contains(&*target.drv_path);
            let is_built = !step.builds.iter().any(is_missing);
            if !is_built {
                built_together.push(build);
            }
            steps.push(PlanStep {
                built: is_built,
                ..build_step(nix, step, build, is_build)
            });
        }
        if !is_build {
            let before = step.after.iter().filter_map(|label| places.get(&label.id));
            let after = std::iter::once(build).chain(before.copied()).collect();
            steps.push(action_step(session, step, engine, build + 1, after));
        }
        places.insert(step.label.id, steps.len() - 1);
    }
    let batch = PlanBatch {
        steps: built_together,
        command: nix.build(&joined(missing)).to_strings(),
    };
    PlanDocument {
        version: PlanDocument::VERSION,
        workspace: session.header(),
        evaluation: cache_use(cache),
        steps,
        batches: if batch.steps.is_empty() {
            Vec::new()
        } else {
            vec![batch]
        },
        skipped: plan
            .skipped
            .iter()
            .map(|skipped| SkippedProject {
                project: skipped.project.clone(),
                verb: skipped.verb.clone(),
                why: skipped.why.clone(),
            })
            .collect(),
        failed: failed(plan),
    }
}

fn failed(plan: &Plan) -> Vec<FailedEvaluation> {
    let entry = |failed: &nixward_core::plan::FailedAttribute| FailedEvaluation {
        project: failed.label.project.clone(),
        verb: failed.label.verb.clone(),
        attribute: failed.label.attribute.clone(),
        message: failed.failure.message.clone(),
    };
    plan.failed.iter().map(entry).collect()
}

fn build_step(nix: &Nix, step: &Step, id: usize, is_wanted_itself: bool) -> PlanStep {
    let kind = if matches!(step.action, Action::Check) {
        PlanStepKind::Check
    } else {
        PlanStepKind::Build
    };
    let reason = if is_wanted_itself {
        reason(step)
    } else {
        needed_by(step)
    };
    plan_step(
        step,
        id,
        kind,
        nix.build(&joined(&step.builds)).to_strings(),
        reason,
        Vec::new(),
    )
}

/// The step that makes the environment of a shell; what it needs is built on the way.
fn environment_step(session: &Session, nix: &Nix, step: &Step, id: usize) -> PlanStep {
    let invocation = step
        .builds
        .first()
        .map(|target| nix.print_dev_env(&every_output(target)));
    let command = invocation.map(|invocation| invocation.to_strings());
    let is_kept = |target| shell::kept_environment(session, target).is_some();
    PlanStep {
        built: step.builds.first().is_some_and(is_kept),
        ..plan_step(
            step,
            id,
            PlanStepKind::Build,
            command.unwrap_or_default(),
            needed_by(step),
            Vec::new(),
        )
    }
}

fn needed_by(step: &Step) -> PlanReason {
    PlanReason {
        kind: "needed-by".to_owned(),
        text: format!("needed by {}", step.label),
    }
}

fn action_step(
    session: &Session,
    step: &Step,
    engine: Option<EngineKind>,
    id: usize,
    after: Vec<usize>,
) -> PlanStep {
    let (kind, command) = match &step.action {
        Action::Test(action) | Action::Run(action) => {
            let kind = if matches!(step.action, Action::Test(_)) {
                PlanStepKind::Test
            } else {
                PlanStepKind::Run
            };
            let program = program(step, &action.program);
            (kind, with_args(program, &action.args))
        }
        Action::Container(action) => (
            PlanStepKind::Load,
            load_command(session, step, action, engine),
        ),
        Action::Shell(action) => {
            let target = step.builds.first();
            let script = target.map_or_else(PathBuf::new, |target| {
                shell::script_path(session, target, action.command.is_empty())
            });
            (
                PlanStepKind::Shell,
                lossy(&shell::command_line(&script, &action.command)),
            )
        }
        Action::Build | Action::Check => (PlanStepKind::Build, Vec::new()),
    };
    PlanStep {
        test: test_options::in_plan(&step.action),
        ..plan_step(step, id, kind, command, reason(step), after)
    }
}

/// How the image comes into the engine; which engine runs is asked only when it is needed.
fn load_command(
    session: &Session,
    step: &Step,
    action: &ContainerAction,
    engine: Option<EngineKind>,
) -> Vec<String> {
    let path = output_path(step, &action.output).unwrap_or_default();
    let archive = match action.image.kind {
        ImageKind::Archive | ImageKind::Nix2Container => path,
        // The program writes the archive.
        ImageKind::Stream => format!("<what {path} writes>"),
    };
    let engine = engine::likely(&session.engine_choice(engine));
    engine::load_invocation(Path::new(engine.program()), Path::new(&archive)).to_strings()
}

fn plan_step(
    step: &Step,
    id: usize,
    kind: PlanStepKind,
    command: Vec<String>,
    reason: PlanReason,
    after: Vec<usize>,
) -> PlanStep {
    PlanStep {
        id,
        kind,
        project: step.label.project.clone(),
        verb: step.label.verb.clone(),
        attribute: step.label.attribute.clone(),
        drv_path: step
            .builds
            .first()
            .map(|target| target.drv_path.clone())
            .unwrap_or_default(),
        command,
        reason,
        after,
        built: false,
        test: None,
    }
}

fn reason(step: &Step) -> PlanReason {
    PlanReason {
        kind: step.reason.kind().to_owned(),
        text: step.reason.to_string(),
    }
}

fn program(step: &Step, program: &ProgramPath) -> String {
    match program {
        ProgramPath::Absolute(path) => path.clone(),
        ProgramPath::InOutput { output, name } => match output_path(step, output) {
            Some(path) => format!("{path}/bin/{name}"),
            // A content-addressed output has no path before it is built.
            None => format!("<{output} of {}>/bin/{name}", step.label.attribute),
        },
    }
}

fn output_path(step: &Step, output: &str) -> Option<String> {
    step.builds.first()?.outputs.get(output)?.clone()
}

fn with_args(program: String, args: &[std::ffi::OsString]) -> Vec<String> {
    std::iter::once(program).chain(lossy(args)).collect()
}

fn lossy(args: &[std::ffi::OsString]) -> Vec<String> {
    args.iter()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect()
}
