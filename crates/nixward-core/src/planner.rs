//! From projects and answers to steps. Pure: the same input gives the same plan.

use std::{ffi::OsString, path::Path, sync::Arc};

use nixward_manifest::{BuiltinVerb, Manifest};
use thiserror::Error;

use crate::{
    attribute::Attribute,
    evaluation::{
        Answer, App, Derivation, EvaluatedCheck, EvaluatedPackage, Evaluation, EvaluationFailure,
        ImageKind,
    },
    meaning::{Meaning, checks_of},
    names::nearest,
    plan::{
        Action, BuildTarget, ContainerAction, FailedAttribute, Plan, ProgramAction, ProgramPath,
        Reason, ShellAction, Skipped, Step, StepLabel,
    },
    prerequisites::{OrderError, Walk, settle},
    project::{Project, ProjectSet},
    selection::{Selected, SelectionReason, is_one_asked_for},
    store_path::{derivation_name, store_entry},
    verb::Verb,
};

/// What is planned for.
#[derive(Clone, Copy, Debug)]
pub struct PlanRequest<'a> {
    pub manifest: &'a Manifest,
    pub evaluation: &'a Evaluation,
    pub verb: &'a Verb,
    pub selected: &'a [Selected<'a>],
    /// All projects of the workspace, selected or not.
    pub projects: &'a ProjectSet,
    /// Whether all projects were asked for, so that it is told of those too that have no package.
    pub everything: bool,
    /// Whether what belongs to no project is checked too.
    pub whole_workspace: bool,
    /// The arguments after `--`.
    pub trailing_args: &'a [OsString],
}

/// Why there is no plan.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum PlanError {
    #[error(transparent)]
    LacksAttribute(Box<LacksAttribute>),
    #[error(transparent)]
    Order(Box<OrderError>),
    #[error("no project can `{verb}`: none has {needs}")]
    NobodyHasVerb { verb: String, needs: String },
    #[error("`{project}` is no image that nixward knows: `{attribute}` has no imageName")]
    NotAnImage { project: String, attribute: String },
    #[error("the image of `{project}` has a name that is none: {name:?}")]
    BadImageName { project: String, name: String },
    #[error("{step} takes no arguments: it is a build, not a program")]
    TakesNoArguments { step: String },
    #[error("`{attribute}` is an image and no program")]
    NotAProgram { project: String, attribute: String },
    #[error(
        "`{project}` of the manifest has no package: the flake has no `packages.{system}.{attr}`"
    )]
    NoPackage {
        project: String,
        attr: String,
        system: String,
        nearest: Vec<String>,
    },
}

/// A project has not what was asked of it.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("`{project}` has no `{attribute}`{}", .but.as_deref().unwrap_or(""))]
pub struct LacksAttribute {
    pub project: String,
    pub verb: String,
    pub attribute: String,
    /// What the project offers that is spelt like it.
    pub nearest: Vec<String>,
    /// What is there instead, in words.
    pub but: Option<String>,
    /// What it offers.
    pub offered: Vec<String>,
    /// Whether it is the verb's own attribute, not one that was written.
    pub whole_verb: bool,
}

/// Plans a verb over the selected projects.
pub fn plan(request: &PlanRequest<'_>) -> Result<Plan, PlanError> {
    let mut walk = Walk::new(request);
    for selected in request.selected {
        walk.add(selected)?;
    }
    let (mut plan, mut next_id) = walk.into_plan();
    let mut rest = Planner {
        request,
        verb: request.verb,
        plan: &mut plan,
        next_id: &mut next_id,
    };
    if request.whole_workspace
        && request.verb.behaviour == BuiltinVerb::Check
        && request.verb.attribute.is_none()
    {
        rest.add_rest_of_the_flake();
    }
    let planned = &*rest.plan;
    if planned.steps.is_empty() && planned.failed.is_empty() && !request.selected.is_empty() {
        return Err(PlanError::NobodyHasVerb {
            verb: request.verb.name.clone(),
            needs: needs(request.verb),
        });
    }
    let is_build = |step: &&Step| matches!(step.action, Action::Build | Action::Check);
    if let (Some(step), false) = (
        planned.wanted().find(is_build),
        request.trailing_args.is_empty(),
    ) {
        return Err(PlanError::TakesNoArguments {
            step: step.label.to_string(),
        });
    }
    if request.everything {
        rest.add_those_without_package();
    }
    settle(&mut plan);
    Ok(plan)
}

/// One project with what is wanted of it.
pub(crate) struct Wanted<'a> {
    pub(crate) project: &'a Project,
    verb: Verb,
    /// The attribute of an operand `PROJECT.ATTR…`.
    attribute: Option<&'a Attribute>,
    reason: Reason,
    /// Whether it is an error where the project lacks it.
    is_explicit: bool,
    /// Whether it is an error where it is there and is of no use.
    is_alone: bool,
    arguments: &'a [OsString],
}

impl<'a> Wanted<'a> {
    /// What was asked for.
    pub(crate) fn selected(request: &PlanRequest<'a>, selected: &'a Selected<'a>) -> Self {
        Self {
            project: selected.project,
            verb: request.verb.clone(),
            attribute: selected.attribute.as_ref(),
            reason: match selected.reason {
                SelectionReason::Named => Reason::Named,
                SelectionReason::CurrentFolder => Reason::CurrentFolder,
                SelectionReason::Matched => Reason::Matched,
                SelectionReason::DefaultMember => Reason::DefaultMember,
            },
            is_explicit: selected.reason.is_explicit(),
            is_alone: is_one_asked_for(request.selected),
            arguments: request.trailing_args,
        }
    }

    /// The same, where the project must have it.
    pub(crate) fn explicit(self) -> Self {
        Self {
            is_explicit: true,
            ..self
        }
    }

    /// What others come after, and nobody asked for.
    pub(crate) fn before_others(project: &'a Project, verb: Verb) -> Self {
        Self {
            project,
            verb,
            attribute: None,
            // Which others is known when all are planned.
            reason: Reason::ComesBefore {
                step: String::new(),
                others: 0,
            },
            is_explicit: true,
            is_alone: true,
            arguments: &[],
        }
    }
}

/// Plans one project, without what it comes after.
pub(crate) fn plan_one(
    request: &PlanRequest<'_>,
    wanted: &Wanted<'_>,
    next_id: &mut usize,
) -> Result<Plan, PlanError> {
    let mut plan = Plan::default();
    let mut planner = Planner {
        request,
        verb: &wanted.verb,
        plan: &mut plan,
        next_id,
    };
    planner.add_project(wanted)?;
    Ok(plan)
}

/// What a project must have for a verb, in words.
fn needs(verb: &Verb) -> String {
    match (&verb.attribute, verb.behaviour) {
        (Some(attribute), _) if verb.falls_back_to_checks() => {
            format!("a `{attribute}` or a check")
        }
        (Some(attribute), _) => format!("a `{attribute}`"),
        (None, BuiltinVerb::Check) => "a check".to_owned(),
        (None, _) => "a package".to_owned(),
    }
}

struct Planner<'a> {
    request: &'a PlanRequest<'a>,
    verb: &'a Verb,
    plan: &'a mut Plan,
    next_id: &'a mut usize,
}

/// One project's answers, with what is needed to make steps of them.
struct Subject<'a> {
    wanted: &'a Wanted<'a>,
    project: &'a Project,
    package: &'a EvaluatedPackage,
    reason: Reason,
}

impl Planner<'_> {
    fn add_project(&mut self, wanted: &Wanted<'_>) -> Result<(), PlanError> {
        let empty = EvaluatedPackage::default();
        let project = wanted.project;
        let package = self
            .request
            .evaluation
            .packages
            .get(&project.attr)
            .unwrap_or(&empty);
        let mut subject = Subject {
            wanted,
            project,
            package,
            reason: wanted.reason.clone(),
        };
        if let Some(attribute) = wanted.attribute {
            return self.add_attribute(&subject, attribute);
        }
        match Meaning::of(self.verb, project, package) {
            Meaning::Below(attribute) => self.add_attribute(&subject, &attribute),
            Meaning::Package => self.add_output(&subject, &package.itself, "packages"),
            Meaning::App => self.add_output(&subject, &package.app, "apps"),
            Meaning::DevShell => self.add_output(&subject, &package.dev_shell, "devShells"),
            Meaning::Checks { instead_of: None } => self.add_checks_or_lack(&subject),
            Meaning::Checks {
                instead_of: Some(attribute),
            } => {
                if !matches!(wanted.reason, Reason::ComesBefore { .. }) {
                    subject.reason = Reason::FallsBackToCheck {
                        attribute: attribute.to_string(),
                    };
                }
                if self.add_checks(&subject) {
                    Ok(())
                } else {
                    self.lack(&subject, &attribute, &Answer::Absent)
                }
            }
        }
    }

    fn add_attribute(
        &mut self,
        subject: &Subject<'_>,
        attribute: &Attribute,
    ) -> Result<(), PlanError> {
        let answer = subject
            .package
            .attributes
            .get(attribute)
            .unwrap_or(&Answer::Absent);
        let is_own_operand = subject.wanted.attribute.is_some();
        let full = self.output(subject.project, "packages").join(attribute);
        let detail = is_own_operand.then(|| attribute.to_string());
        match answer {
            Answer::Derivation(derivation) => {
                self.add_derivation(subject, derivation, &full, detail)
            }
            Answer::Failed(failure) => {
                self.fail(subject, &full, detail, failure.clone());
                Ok(())
            }
            Answer::App(_) | Answer::Absent | Answer::NotADerivation(_) | Answer::Present => {
                self.lack(subject, attribute, answer)
            }
        }
    }

    /// A project that lacks the verb is an error only when it was named.
    fn lack(
        &mut self,
        subject: &Subject<'_>,
        attribute: &Attribute,
        answer: &Answer,
    ) -> Result<(), PlanError> {
        let but = match answer {
            Answer::NotADerivation(kind) => {
                Some(format!(" that is a derivation; it is of type {kind}"))
            }
            _ if self.verb.falls_back_to_checks() && subject.wanted.attribute.is_none() => {
                Some(" and no check".to_owned())
            }
            _ => None,
        };
        if subject.wanted.is_explicit {
            let offered = &subject.package.passthru;
            return Err(PlanError::LacksAttribute(Box::new(LacksAttribute {
                project: subject.project.name.clone(),
                verb: self.verb.name.clone(),
                attribute: attribute.to_string(),
                nearest: nearest(
                    attribute.names().first().map_or("", String::as_str),
                    offered.iter().map(String::as_str),
                ),
                offered: offered.clone(),
                whole_verb: subject.wanted.attribute.is_none(),
                but,
            })));
        }
        let why = format!("no {attribute}{}", but.unwrap_or_default());
        self.skip(subject, why);
        Ok(())
    }

    fn skip(&mut self, subject: &Subject<'_>, why: String) {
        self.plan.skipped.push(Skipped {
            project: subject.project.name.clone(),
            verb: self.verb.name.clone(),
            why,
        });
    }

    /// Adds the package itself, its app or its dev shell.
    fn add_output(
        &mut self,
        subject: &Subject<'_>,
        answer: &Answer,
        kind: &str,
    ) -> Result<(), PlanError> {
        let attribute = self.output(subject.project, kind);
        match answer {
            Answer::Derivation(derivation) => {
                self.add_derivation(subject, derivation, &attribute, None)
            }
            Answer::App(app) => {
                self.add_app(subject, app, &attribute);
                Ok(())
            }
            Answer::Failed(failure) => {
                self.fail(subject, &attribute, None, failure.clone());
                Ok(())
            }
            Answer::NotADerivation(kind) => {
                let message = format!("it is of type {kind}, where a derivation is expected");
                self.fail(subject, &attribute, None, Some(message.into()));
                Ok(())
            }
            Answer::Absent | Answer::Present => Err(PlanError::NoPackage {
                project: subject.project.name.clone(),
                attr: subject.project.attr.clone(),
                system: self.request.evaluation.system.clone(),
                nearest: nearest(
                    &subject.project.attr,
                    self.request.evaluation.names.iter().map(String::as_str),
                ),
            }),
        }
    }

    fn add_checks_or_lack(&mut self, subject: &Subject<'_>) -> Result<(), PlanError> {
        if self.add_checks(subject) {
            return Ok(());
        }
        if subject.wanted.is_explicit {
            return Err(PlanError::LacksAttribute(Box::new(LacksAttribute {
                project: subject.project.name.clone(),
                verb: self.verb.name.clone(),
                attribute: "check".to_owned(),
                nearest: Vec::new(),
                offered: Vec::new(),
                but: None,
                whole_verb: true,
            })));
        }
        self.skip(subject, "no check".to_owned());
        Ok(())
    }

    /// Adds the project's checks and `tests`; says whether there are any.
    fn add_checks(&mut self, subject: &Subject<'_>) -> bool {
        let before = self.plan.steps.len() + self.plan.failed.len();
        for check in checks_of(self.request.evaluation, subject.project) {
            self.add_check(Some(subject), check.answer, &check.attribute, &check.name);
        }
        self.plan.steps.len() + self.plan.failed.len() > before
    }

    fn add_check(
        &mut self,
        subject: Option<&Subject<'_>>,
        answer: &Answer,
        attribute: &Attribute,
        name: &str,
    ) {
        let project = subject.map(|subject| subject.project);
        let same_name = project.is_some_and(|project| project.answers_to(name));
        let detail = (!same_name).then(|| name.to_owned());
        let project = project.map(|project| project.name.as_str());
        match answer {
            Answer::Derivation(derivation) => {
                let label = self.label(project, attribute, detail);
                let reason =
                    subject.map_or(Reason::WholeWorkspace, |subject| subject.reason.clone());
                let builds = vec![build_target(derivation)];
                self.plan.steps.push(Step {
                    label,
                    builds,
                    action: Action::Check,
                    after: Vec::new(),
                    reason,
                });
            }
            Answer::Failed(failure) => {
                let label = self.label(project, attribute, detail);
                let failure = failure.clone().unwrap_or_else(unexplained);
                self.plan.failed.push(FailedAttribute::new(label, failure));
            }
            Answer::NotADerivation(kind) => {
                let label = self.label(project, attribute, detail);
                self.plan.failed.push(FailedAttribute::new(
                    label,
                    format!("it is of type {kind}, where a derivation is expected"),
                ));
            }
            Answer::Absent | Answer::Present | Answer::App(_) => {}
        }
    }

    /// The checks that belong to no project, and what `nix flake check` would find not to evaluate.
    fn add_rest_of_the_flake(&mut self) {
        let evaluation = self.request.evaluation;
        let projects = &self.request.projects.projects;
        // A project's check is run with its project, or not at all where the project is not selected.
        let belongs = |check: &EvaluatedCheck| {
            let owner = check.owner.as_ref();
            owner.is_some_and(|owner| projects.iter().any(|project| project.attr == *owner))
        };
        for (name, check) in evaluation
            .checks
            .iter()
            .filter(|(_, check)| !belongs(check))
        {
            let attribute = Attribute::new(["checks", &evaluation.system, name]);
            self.add_check(None, &check.answer, &attribute, name);
        }
        for (attribute, answer) in &evaluation.others {
            let failure = match answer {
                Answer::Failed(failure) => failure.clone().unwrap_or_else(unexplained),
                Answer::NotADerivation(kind) => {
                    format!("it is of type {kind}, where a derivation is expected").into()
                }
                Answer::Absent | Answer::Present | Answer::Derivation(_) | Answer::App(_) => {
                    continue;
                }
            };
            let label = self.label(None, attribute, Some(attribute.to_string()));
            self.plan.failed.push(FailedAttribute::new(label, failure));
        }
    }

    /// The projects of the manifest for which the flake has no package.
    fn add_those_without_package(&mut self) {
        let evaluation = self.request.evaluation;
        for (project, attr) in &self.request.projects.without_attribute {
            let attribute = Attribute::new(["packages", &evaluation.system, attr]);
            let near = nearest(attr, evaluation.names.iter().map(String::as_str));
            let hint = near
                .first()
                .map(|name| format!("; did you mean `{name}`?"))
                .unwrap_or_default();
            let message = format!("the flake has no `{attribute}`{hint}");
            let label = self.label(Some(project), &attribute, None);
            self.plan.failed.push(FailedAttribute::new(label, message));
        }
    }

    fn add_derivation(
        &mut self,
        subject: &Subject<'_>,
        derivation: &Derivation,
        attribute: &Attribute,
        detail: Option<String>,
    ) -> Result<(), PlanError> {
        let action = match self.action(subject, derivation, attribute) {
            Ok(action) => action,
            Err(error) if subject.wanted.is_alone => return Err(error),
            Err(error @ PlanError::NotAProgram { .. }) => {
                self.skip(subject, error.to_string());
                return Ok(());
            }
            Err(error) => {
                self.fail(subject, attribute, detail, Some(error.to_string().into()));
                return Ok(());
            }
        };
        let mut target = build_target(derivation);
        if matches!(
            action,
            Action::Run(_) | Action::Test(_) | Action::Container(_)
        ) {
            // Only the output with the program is needed.
            target
                .outputs
                .retain(|output, _| *output == derivation.program_output);
        }
        let label = self.label(Some(&subject.project.name), attribute, detail);
        self.plan.steps.push(Step {
            label,
            builds: vec![target],
            action,
            after: Vec::new(),
            reason: subject.reason.clone(),
        });
        Ok(())
    }

    fn action(
        &self,
        subject: &Subject<'_>,
        derivation: &Derivation,
        attribute: &Attribute,
    ) -> Result<Action, PlanError> {
        let program = || {
            self.program(
                subject,
                ProgramPath::InOutput {
                    output: derivation.program_output.clone(),
                    name: derivation.program.clone(),
                },
            )
        };
        Ok(match self.verb.behaviour {
            BuiltinVerb::Build => Action::Build,
            BuiltinVerb::Check => Action::Check,
            BuiltinVerb::Test => Action::Test(program()),
            BuiltinVerb::Run => {
                if derivation
                    .image
                    .as_ref()
                    .is_some_and(|image| image.kind == ImageKind::Archive)
                {
                    return Err(PlanError::NotAProgram {
                        project: subject.project.name.clone(),
                        attribute: attribute.to_string(),
                    });
                }
                Action::Run(program())
            }
            BuiltinVerb::Shell => Action::Shell(ShellAction {
                command: subject.wanted.arguments.to_vec(),
            }),
            BuiltinVerb::Container => {
                let image = derivation
                    .image
                    .clone()
                    .ok_or_else(|| PlanError::NotAnImage {
                        project: subject.project.name.clone(),
                        attribute: attribute.to_string(),
                    })?;
                if !image.has_valid_name() {
                    return Err(PlanError::BadImageName {
                        project: subject.project.name.clone(),
                        name: format!(
                            "{}:{}",
                            image.name,
                            image.tag.as_deref().unwrap_or("latest")
                        ),
                    });
                }
                let ProgramAction { args, settings, .. } = program();
                Action::Container(ContainerAction {
                    image,
                    output: derivation.program_output.clone(),
                    args,
                    settings,
                })
            }
        })
    }

    fn program(&self, subject: &Subject<'_>, program: ProgramPath) -> ProgramAction {
        let verb = &self.verb.name;
        let mut settings = self
            .request
            .manifest
            .verb_settings(verb, Some(&subject.project.declaration));
        let mut args: Vec<OsString> = settings
            .args
            .take()
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect();
        args.extend_from_slice(subject.wanted.arguments);
        ProgramAction {
            program,
            args,
            settings,
            folder: subject.project.folder.clone(),
            repeat: None,
        }
    }

    fn add_app(&mut self, subject: &Subject<'_>, app: &App, attribute: &Attribute) {
        let builds = app
            .derivations
            .iter()
            .map(|(drv_path, outputs)| BuildTarget {
                drv_path: drv_path.clone(),
                outputs: outputs
                    .iter()
                    .map(|output| (output.clone(), path_in_program(app, drv_path, output)))
                    .collect(),
            });
        let action = Action::Run(self.program(subject, ProgramPath::Absolute(app.program.clone())));
        let label = self.label(Some(&subject.project.name), attribute, None);
        let builds = builds.collect();
        self.plan.steps.push(Step {
            label,
            builds,
            action,
            after: Vec::new(),
            reason: subject.reason.clone(),
        });
    }

    fn fail(
        &mut self,
        subject: &Subject<'_>,
        attribute: &Attribute,
        detail: Option<String>,
        failure: Option<EvaluationFailure>,
    ) {
        let label = self.label(Some(&subject.project.name), attribute, detail);
        let failure = failure.unwrap_or_else(unexplained);
        self.plan.failed.push(FailedAttribute::new(label, failure));
    }

    fn label(
        &mut self,
        project: Option<&str>,
        attribute: &Attribute,
        detail: Option<String>,
    ) -> Arc<StepLabel> {
        let id = *self.next_id;
        *self.next_id += 1;
        Arc::new(StepLabel {
            id,
            project: project.map(str::to_owned),
            verb: self.verb.name.clone(),
            detail,
            attribute: attribute.to_string(),
        })
    }

    fn output(&self, project: &Project, kind: &str) -> Attribute {
        Attribute::new([kind, &self.request.evaluation.system, &project.attr])
    }
}

/// The path of an output that the program of an app is in, as far as their names tell that it is this one.
fn path_in_program(app: &App, drv_path: &str, output: &str) -> Option<String> {
    let entry = store_entry(Path::new(&app.program))?.to_str()?;
    let derivation = derivation_name(drv_path);
    let name = match output {
        "out" => derivation.to_owned(),
        other => format!("{derivation}-{other}"),
    };
    // Both names are behind a hash, which `derivation_name` cuts off.
    (derivation_name(entry) == name).then(|| entry.to_owned())
}

fn unexplained() -> EvaluationFailure {
    "it does not evaluate, though it did when asked a second time"
        .to_owned()
        .into()
}

fn build_target(derivation: &Derivation) -> BuildTarget {
    BuildTarget {
        drv_path: derivation.drv_path.clone(),
        outputs: derivation.outputs.clone(),
    }
}
