//! What will be done, with the reason of each step. A plan can be printed, compared and carried out.

use std::{collections::BTreeMap, ffi::OsString, fmt, sync::Arc};

use nixward_manifest::VerbSettings;

use crate::evaluation::{EvaluationFailure, Image};

/// The steps for one verb over the selected projects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub steps: Vec<Step>,
    pub skipped: Vec<Skipped>,
    pub failed: Vec<FailedAttribute>,
}

impl Plan {
    /// The steps that were asked for, without those that only come before them.
    pub fn wanted(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !step.is_prerequisite())
    }
}

/// One thing to do: build what is needed, then act.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub label: Arc<StepLabel>,
    /// The steps that must have succeeded before its action, all of them before it in the plan, or failed already.
    pub after: Vec<Arc<StepLabel>>,
    /// What must be built before the action; the first is the one that the step is about.
    pub builds: Vec<BuildTarget>,
    pub action: Action,
    pub reason: Reason,
}

impl Step {
    /// Whether it is in the plan only because others come after it.
    pub fn is_prerequisite(&self) -> bool {
        matches!(self.reason, Reason::ComesBefore { .. })
    }
}

/// What people and machines call a step.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StepLabel {
    /// The step's place in the plan.
    pub id: usize,
    /// Absent where the step belongs to no project, such as a check of the whole flake.
    pub project: Option<String>,
    pub verb: String,
    /// What tells apart several steps of the same project and verb, such as the name of a check.
    pub detail: Option<String>,
    /// The attribute of the flake's outputs.
    pub attribute: String,
}

impl fmt::Display for StepLabel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.project.as_deref().unwrap_or("(workspace)"))?;
        write!(formatter, " {}", self.verb)?;
        match &self.detail {
            Some(detail) => write!(formatter, " {detail}"),
            None => Ok(()),
        }
    }
}

/// A derivation that must be built.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BuildTarget {
    pub drv_path: String,
    /// The wanted outputs, with their paths where they are known before the build.
    pub outputs: BTreeMap<String, Option<String>>,
}

/// What is done when the build is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Nothing more: the build is what was wanted.
    Build,
    /// Nothing more: the build was the test.
    Check,
    Test(ProgramAction),
    Run(ProgramAction),
    Container(ContainerAction),
    Shell(ShellAction),
}

/// A program to be started.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramAction {
    pub program: ProgramPath,
    /// The manifest's arguments, then those of the command line.
    pub args: Vec<OsString>,
    pub settings: VerbSettings,
    /// The project's folder relative to the workspace root.
    pub folder: Option<String>,
    /// How many times over a test is run, where that was asked for.
    pub repeat: Option<u32>,
}

/// Where a program is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ProgramPath {
    /// `bin/NAME` in an output of the step's derivation.
    InOutput { output: String, name: String },
    /// A path that evaluation gave.
    Absolute(String),
}

/// An image to be loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerAction {
    pub image: Image,
    /// The output that holds the image.
    pub output: String,
    pub args: Vec<OsString>,
    pub settings: VerbSettings,
}

/// A shell to be opened, or one command in it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ShellAction {
    /// The command to run instead of an interactive shell; empty for a shell.
    pub command: Vec<OsString>,
}

/// Why a step is in the plan.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// The project was named on the command line.
    Named,
    /// nixward was called in the project's folder.
    CurrentFolder,
    /// A selector matched the project.
    Matched,
    /// Nothing was said, and the project is one of the default members.
    DefaultMember,
    /// The project has no test program, so its checks are its test.
    FallsBackToCheck { attribute: String },
    /// It belongs to no project, and the whole workspace is checked.
    WholeWorkspace,
    /// It was not asked for: the manifest says that this step comes after it, and so many others do.
    ComesBefore { step: String, others: usize },
}

impl Reason {
    /// A word that does not change.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::CurrentFolder => "current-folder",
            Self::Matched => "matched",
            Self::DefaultMember => "default-member",
            Self::FallsBackToCheck { .. } => "falls-back-to-check",
            Self::WholeWorkspace => "whole-workspace",
            Self::ComesBefore { .. } => "comes-before",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named => formatter.write_str("named on the command line"),
            Self::CurrentFolder => formatter.write_str("called in its folder"),
            Self::Matched => formatter.write_str("selected"),
            Self::DefaultMember => formatter.write_str("a default member of the workspace"),
            Self::FallsBackToCheck { attribute } => write!(
                formatter,
                "it has no `{attribute}`, so its checks are its test"
            ),
            Self::WholeWorkspace => {
                formatter.write_str("belongs to no project; the whole workspace is checked")
            }
            Self::ComesBefore { step, others: 0 } => write!(formatter, "{step} comes after it"),
            Self::ComesBefore { step, others } => {
                write!(formatter, "{step} and {others} more come after it")
            }
        }
    }
}

/// A selected project that has nothing to do for the verb.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    pub project: String,
    pub verb: String,
    pub why: String,
}

/// Something that was asked for and does not evaluate.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FailedAttribute {
    pub label: Arc<StepLabel>,
    pub failure: EvaluationFailure,
    /// What to do about it, where that is known.
    pub hint: Option<String>,
}

impl FailedAttribute {
    pub fn new(label: Arc<StepLabel>, failure: impl Into<EvaluationFailure>) -> Self {
        Self {
            label,
            failure: failure.into(),
            hint: None,
        }
    }
}
