//! A run in which everything happens that can.

use std::{path::PathBuf, sync::Arc, time::Duration};

use nixward_core::{
    evaluation::CacheUse,
    event::{Event, EventKind},
    history::StepHistory,
    outcome::{BuildProblem, ExitReason, RunSummary, StepOutcome, StepStatus},
    plan::{Skipped, StepLabel},
    running::{RunningBuild, RunningNow, RunningStep},
};

/// Every way in which a step can end, with a name for it.
pub(crate) fn endings() -> Vec<(&'static str, StepStatus)> {
    let problem = |drv_path: Option<&str>| BuildProblem {
        drv_path: drv_path.map(str::to_owned),
        message: "builder failed with exit code 3".to_owned(),
    };
    let drv_path = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv";
    vec![
        ("passed", StepStatus::Passed),
        (
            "built",
            StepStatus::Built {
                paths: vec!["/nix/store/a".to_owned(), "/nix/store/a-doc".to_owned()],
            },
        ),
        (
            "loaded",
            StepStatus::Loaded {
                reference: "web:latest".to_owned(),
                hint: Some("docker run -it --rm -p 8080:8080 web:latest".to_owned()),
            },
        ),
        (
            "image",
            StepStatus::ImageBuilt {
                path: "/nix/store/image.tar.gz".to_owned(),
            },
        ),
        ("code", StepStatus::Failed(ExitReason::Code(3))),
        ("signal", StepStatus::Failed(ExitReason::Signal(11))),
        (
            "timeout",
            StepStatus::TimedOut {
                after: Duration::from_secs(90),
            },
        ),
        ("check", StepStatus::CheckFailed(problem(Some(drv_path)))),
        ("build", StepStatus::BuildFailed(problem(Some(drv_path)))),
        ("disk", StepStatus::BuildFailed(problem(None))),
        (
            "evaluation",
            StepStatus::EvaluationFailed {
                message: "attribute 'x' missing\nat flake.nix:3:5".to_owned(),
                hint: Some("git add -N x.nix".to_owned()),
            },
        ),
        (
            "start",
            StepStatus::CouldNotStart {
                why: "cannot execute /nix/store/x/bin/x".to_owned(),
            },
        ),
        ("cancelled", StepStatus::Cancelled),
        ("not-run", StepStatus::NotRun),
    ]
}

pub(crate) fn label(id: usize, project: &str) -> Arc<StepLabel> {
    Arc::new(StepLabel {
        id,
        project: Some(project.to_owned()),
        verb: "test".to_owned(),
        detail: None,
        attribute: format!("packages.x86_64-linux.{project}.test"),
    })
}

pub(crate) fn outcome(status: StepStatus) -> StepOutcome {
    let has_log = !status.is_success()
        && !matches!(
            status,
            StepStatus::EvaluationFailed { .. } | StepStatus::NotRun
        );
    StepOutcome {
        status,
        duration: Duration::from_millis(1234),
        output: Vec::new(),
        output_lines_before: 0,
        log: has_log.then(|| PathBuf::from("/state/run/step.log")),
        notes: Vec::new(),
        history: StepHistory::default(),
    }
}

/// A whole run with these endings.
pub(crate) fn run(endings: Vec<(&str, StepOutcome)>) -> Vec<EventKind> {
    let mut summary = RunSummary {
        skipped: 1,
        duration: Duration::from_secs(65),
        ..RunSummary::default()
    };
    let mut events = vec![
        EventKind::EvaluationStarted,
        EventKind::EvaluationFinished {
            duration: Duration::from_millis(150),
            cache: CacheUse::Miss,
        },
        EventKind::RunStarted {
            steps: endings.len(),
            verb: "test".to_owned(),
        },
        EventKind::Warning {
            message: "ignoring untrusted substituter".to_owned(),
        },
        EventKind::StepSkipped {
            skipped: Skipped {
                project: "bare".to_owned(),
                verb: "test".to_owned(),
                why: "no test and no check".to_owned(),
            },
        },
        EventKind::BuildStarted {
            drv_path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv".to_owned(),
        },
        EventKind::BuildLine {
            drv_path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv".to_owned(),
            line: "compiling".to_owned(),
        },
        EventKind::BuildFinished {
            drv_path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv".to_owned(),
            duration: Duration::from_secs(2),
        },
    ];
    for (id, (name, outcome)) in endings.into_iter().enumerate() {
        summary.add(&outcome);
        events.push(EventKind::StepStarted {
            label: label(id, name),
        });
        events.push(EventKind::StepFinished {
            label: label(id, name),
            outcome,
        });
    }
    events.push(EventKind::RunFinished { summary });
    events
}

/// A moment in which everything runs that can.
pub(crate) fn running() -> RunningNow {
    RunningNow {
        evaluating: None,
        steps: vec![
            RunningStep {
                label: label(0, "web"),
                duration: Duration::from_millis(61_500),
                process: Some(4711),
                last_lines: vec![
                    "collected 3 items".to_owned(),
                    "\u{1b}[31mtest_a".to_owned(),
                ],
            },
            RunningStep {
                label: label(1, "image"),
                duration: Duration::from_millis(250),
                process: None,
                last_lines: Vec::new(),
            },
        ],
        builds: vec![RunningBuild {
            drv_path: "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-library.drv".to_owned(),
            duration: Duration::from_secs(2),
            phase: Some("buildPhase".to_owned()),
            last_line: Some("compiling".to_owned()),
        }],
        downloads: vec!["/nix/store/0123456789abcdfghijklmnpqrsvwxyz-python3".to_owned()],
        nix_is_at_work: true,
        waiting: 2,
    }
}

pub(crate) fn at(kind: EventKind) -> Event {
    Event {
        elapsed: Duration::from_secs(1),
        kind,
    }
}
