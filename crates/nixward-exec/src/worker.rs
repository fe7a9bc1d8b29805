//! Carries out one step after the other, each with one child: what a step's action means when its build is there.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use crossbeam_channel::{Receiver, Sender};
use nixward_core::{
    history::StepHistory,
    outcome::{StepOutcome, StepStatus},
    plan::{Action, ProgramAction, ProgramPath, Step, StepLabel},
};

use crate::{
    context::{ExecutionContext, LoadImages},
    engine,
    limits::Limits,
    program_step::{ProgramStep, Progress},
    test_tries,
};

/// A step whose build is there.
#[derive(Clone, Debug)]
pub(crate) struct Ready<'a> {
    pub(crate) step: &'a Step,
    pub(crate) outputs: BTreeMap<String, String>,
}

/// What a worker says of its step, in the order in which it happens.
#[derive(Debug)]
pub(crate) enum Told {
    /// It waits for its next try, and needs no job for that.
    Pauses(Arc<StepLabel>),
    /// It would go on, and does so when it is answered.
    WouldGoOn(Arc<StepLabel>, Sender<()>),
    Done(Arc<StepLabel>, StepOutcome),
}

/// Takes steps until there are no more. When `stop` is set, what runs ends as it will, and no program is started.
pub(crate) fn worker(
    context: &ExecutionContext,
    stop: &AtomicBool,
    work: &Receiver<Ready<'_>>,
    progress: &Sender<Progress>,
    told: &Sender<Told>,
) {
    for ready in work {
        let label = Arc::clone(&ready.step.label);
        let heard = progress.send(Progress::Started(Arc::clone(&label))).is_ok();
        let _runs = context.running.begin(&label, context.launcher.clock());
        let outcome = if heard {
            let step = ProgramStep {
                context,
                stop,
                label: &ready.step.label,
                is_streamed: context.output.streams(ready.step),
                progress,
                told,
            };
            run_one(&step, &ready)
        } else {
            StepOutcome::of(StepStatus::NotRun)
        };
        if told.send(Told::Done(label, outcome)).is_err() {
            return;
        }
    }
}

fn run_one(step: &ProgramStep<'_>, ready: &Ready<'_>) -> StepOutcome {
    let context = step.context;
    match &ready.step.action {
        Action::Test(action) => match program_path(&action.program, &ready.outputs) {
            Some(program) => test_tries::run(step, &program, action),
            None => missing_output(),
        },
        Action::Run(action) => match program_path(&action.program, &ready.outputs) {
            Some(program) => run_plainly(step, program, action),
            None => missing_output(),
        },
        Action::Container(action) => match ready.outputs.get(&action.output) {
            Some(path) if loads(context, ready.step) => {
                let start = Instant::now();
                let status = engine::load_image(context, action, path, &ready.step.label.attribute);
                StepOutcome::of(status).took(start.elapsed())
            }
            Some(path) => StepOutcome::of(StepStatus::ImageBuilt { path: path.clone() }),
            None => missing_output(),
        },
        Action::Build | Action::Check | Action::Shell(_) => StepOutcome::of(StepStatus::NotRun),
    }
}

fn loads(context: &ExecutionContext, step: &Step) -> bool {
    match context.load_images {
        LoadImages::All => true,
        LoadImages::ForOthers => step.is_prerequisite(),
        LoadImages::None => false,
    }
}

/// Programs of verbs like `run` have the caller's environment and folder, as under `nix run`.
fn run_plainly(step: &ProgramStep<'_>, program: PathBuf, action: &ProgramAction) -> StepOutcome {
    let context = step.context;
    let mut command = context.launcher.command(program, context.cwd.clone());
    command.args.clone_from(&action.args);
    command.env.clone_from(&context.caller_environment);
    for (name, value) in &action.settings.env {
        command
            .env
            .retain(|(there, _)| there.as_os_str() != name.as_str());
        command.env.push((name.into(), value.into()));
    }
    let mut log = step.open_log();
    let end = step.run(&command, Limits::default(), &mut log);
    step.outcome(end, log, StepHistory::default())
}

/// Where the program of an action is.
pub fn program_path(program: &ProgramPath, outputs: &BTreeMap<String, String>) -> Option<PathBuf> {
    match program {
        ProgramPath::Absolute(path) => Some(PathBuf::from(path)),
        ProgramPath::InOutput { output, name } => {
            Some(PathBuf::from(outputs.get(output)?).join("bin").join(name))
        }
    }
}

fn missing_output() -> StepOutcome {
    StepOutcome::of(StepStatus::CouldNotStart {
        why: "the output that was asked for was not built".to_owned(),
    })
}
